"""Every screen as text with its styles, compared with what was looked at and kept in `tests/frames`.

`READER_FRAMES=write pytest -n 0 -m '' tests/test_frames.py` makes them anew; then look at the difference before it is
committed. A frame is its rows, runs of cells in one style (`a13b2`, rows that are alike together) and what the letters
mean. Of light and monochrome frames only that is kept in which they differ from the dark one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from string import ascii_letters

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.app import App

from reader.config import Settings
from reader.project import Project
from tests.walk import EMPTY, STOPS, Size, project_to_walk, walk, walk_empty

FRAMES = Path(__file__).parent / "frames"
SIZES = {"120x40": (120, 40), "80x24": (80, 24), "40x12": (40, 12)}
LETTERS = ascii_letters + "".join(map(chr, range(0xE0, 0x180)))
CLOCK = re.compile(r"\b\d\d:\d\d(?::\d\d)?\b|\b\d{4}-\d\d-\d\d\b|(?<=[│╮╯])[\d:]+$")
Frame = tuple[list[str], list[str], list[str]]
"""Rows, runs, and what the letters of the runs mean."""


def frame_of(app: App[int]) -> Frame:
    """The screen; clock times, dates and what a dialog leaves of them are zeros."""
    legend: dict[str, str] = {}
    rows, runs = [], []
    for strip in app.screen._compositor.render_strips():
        rows.append(CLOCK.sub(lambda found: re.sub(r"\d", "0", found[0]), strip.text.rstrip()))
        cells = ((style_of(segment.style), cell_len(segment.text)) for segment in strip)
        runs.append(
            "".join(
                f"{legend.setdefault(style, LETTERS[len(legend)])}{sum(width for _, width in group)}"
                for style, group in groupby(cells, key=lambda cell: cell[0])
            )
        )
    return rows, runs, [f"{letter} {style}" for style, letter in legend.items()]


def style_of(style: Style | None) -> str:
    """Colours and attributes, without links and other meta data."""
    return str(style.without_color.copy() + Style(color=style.color, bgcolor=style.bgcolor)) if style else "none"


def written(frame: Frame, base: Frame | None) -> str:
    """A frame as it is kept, whole or as what differs from another."""
    rows, runs, legend = frame
    if base is None:
        lines = rows
    else:
        lines = [f"{n} {row}" for n, row in enumerate(rows, 1) if row != base[0][n - 1]]
    changed = [(n, run) for n, run in enumerate(runs, 1) if base is None or run != base[1][n - 1]]
    return "\n".join([*lines, "--", *alike(changed), "--", *legend])


def alike(numbered: list[tuple[int, str]]) -> Iterator[str]:
    """Rows in the same styles, one after the other, in one line."""
    for (_, run), group in groupby(enumerate(numbered), key=lambda item: (item[1][0] - item[0], item[1][1])):
        numbers = [number for _, (number, _) in group]
        yield f"{numbers[0]}-{numbers[-1]} {run}" if len(numbers) > 1 else f"{numbers[0]} {run}"


def read(name: str) -> dict[str, str]:
    """The kept frames of a look and size, by the names of their screens."""
    parts = re.split(r"^=== (.+)\n", (FRAMES / f"{name}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {screen: text.rstrip("\n") for screen, text in zip(parts[1::2], parts[2::2], strict=True)}


def whole(kept: str) -> Frame:
    """A frame that was kept whole."""
    rows, runs, legend = (part.split("\n") for part in re.split(r"\n--\n", kept))
    every = []
    for line in runs:
        numbers, _, run = line.partition(" ")
        first, _, last = numbers.partition("-")
        every += [run] * (int(last or first) - int(first) + 1)
    return rows, every, legend


async def frames(folder: Path, size: Size, settings: Settings) -> dict[str, Frame]:
    """Every screen of the walk, in a project with something to show and in one that is empty."""
    project = project_to_walk(folder / "ferry")
    found = {name: frame_of(app) async for name, app in walk(project, size, settings)}
    project.close()
    nothing = Project.open(Project.create(folder / "new", name="new"), coder="c1")
    found |= {name: frame_of(app) async for name, app in walk_empty(nothing, size, settings)}
    nothing.close()
    assert set(found) == {*(stop.name for stop in (*STOPS, *EMPTY)), "crash"}
    return found


LOOKS = [
    pytest.param(look, size, marks=() if look == "dark" else pytest.mark.sweep)
    for look in ("dark", "light", "mono", "contrast", "terminal")
    for size in (SIZES if look in ("dark", "light", "mono") else ("120x40",))
]
"""Contrast and the terminal's own colours differ in colours alone, which one size shows."""


@pytest.mark.parametrize(("look", "size"), LOOKS)
async def test_every_screen_is_as_it_was_looked_at(
    look: str, size: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")  # the export dialog says where a file would go
    monkeypatch.setenv("HOME", str(tmp_path / "home"))  # the import dialog lists ~/texts
    for name in ("letters", "minutes"):
        (tmp_path / "home" / "texts" / name).mkdir(parents=True)
    (tmp_path / "home" / "texts" / "harbour.txt").touch()
    if look == "mono":
        monkeypatch.setenv("NO_COLOR", "1")
    found = await frames(tmp_path, SIZES[size], Settings(theme="" if look in ("dark", "mono") else look))
    name = f"{look}-{size}"
    bases = {screen: whole(kept) for screen, kept in read(f"dark-{size}").items()} if look != "dark" else {}
    now = {screen: written(frame, bases.get(screen)) for screen, frame in found.items()}
    if os.environ.get("READER_FRAMES") == "write":
        text = "\n".join(f"=== {screen}\n{kept}\n" for screen, kept in now.items())
        (FRAMES / f"{name}.txt").write_text(text, encoding="utf-8")
    kept = read(name)
    assert set(now) == set(kept)
    for screen, frame in now.items():
        assert frame == kept[screen], f"{screen}, {name}"
