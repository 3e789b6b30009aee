"""Long names, many tags on one paragraph, many spans over each other: all can be read, nothing overflows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from reader import commands
from reader.project import Project
from reader.tui.app import ReaderApp
from tests.projects import make_project, new_article, the_article
from tests.screens import shown
from tests.walk import press, still

NAMES = [f"a reason {n:02} that officials gave for what was decided so late"[:60] for n in range(1, 13)]
WORDS = " ".join(f"word{n:02}" for n in range(40))
SIZES = [(120, 40), (80, 24), (40, 12)]


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[Project]:
    """Twelve tags of 60 characters on paragraph 2, thirty spans over each other with six tags on paragraph 3."""
    project = make_project(tmp_path / "p", articles=[new_article(["A title", "A short one.", WORDS])])
    article = the_article(project)
    assert {len(name) for name in NAMES} == {60}
    commands.tag(project, article, [2], [f"reasons/{name}" for name in NAMES], create=True)
    first = project.text(article.id).paragraph(3).start
    for n in range(30):
        commands.span(project, article, first + 7 * n, first + 7 * n + 60, [f"reasons/{NAMES[n % 6]}"])
    project.flush()
    yield project
    project.close()


def together(text: str) -> str:
    """A text without blanks and frames, as names are wrapped in a narrow pane."""
    return re.sub(r"[\s│|▌>-]", "", text)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("size", SIZES)
async def test_every_name_is_read_whole_and_no_row_overflows(
    crowded: Project, size: tuple[int, int], plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if plain:
        monkeypatch.setenv("NO_COLOR", "1")
    app = ReaderApp(crowded, number=2)
    async with app.run_test(size=size):
        for number, tags, marks in ((2, 12, 12), (3, 6, 30)):
            frame = await still(app)
            row = next(line for line in frame.splitlines() if re.match(rf"\s*[▶>].*\b{number} ", line))
            bars, more = re.findall(rf"{number} (\S+?)\+(\d+)", row)[0]
            assert len(bars) + int(more) == tags
            assert bars == "aaaa"[: len(bars)] if plain else set(bars) == {"▌"}
            assert len(app.reading.pane_view.page.entries) == marks
            seen = set()
            press(app, "tab")
            for _ in range(marks):
                pane = pane_of(app, await still(app))
                seen |= {name for name in NAMES if together(name) in together(pane)}
                press(app, "down")
            await still(app)
            assert seen == set(NAMES[:tags])
            assert all(strip.cell_length == size[0] for strip in app.screen._compositor.render_strips())
            assert all(cell_len(line) <= size[0] for line in shown(app).splitlines())
            press(app, "tab j")


def pane_of(app: ReaderApp, frame: str) -> str:
    """The cells of the pane."""
    region = app.reading.pane_view.region
    return "\n".join(line[region.x : region.right] for line in frame.splitlines()[region.y : region.bottom])
