"""The screens as text, compared with what was looked at and kept in `tests/frames`.

READER_FRAMES=write makes them anew; then look at the difference before it is committed.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from reader import commands
from reader.project import Project
from reader.tui.app import ReaderApp
from tests.projects import make_project, the_article
from tests.screens import shown

FRAMES = Path(__file__).parent / "frames"
SIZES = {"120x40": (120, 40), "80x24": (80, 24)}
SCREENS: dict[str, tuple[str, ...]] = {
    "reading": (),
    "picker": ("t",),
    "note": ("a",),
    "palette": ("colon",),
    "help": ("question_mark",),
    "codebook": ("c",),
    "search": ("f",),
    "spans": ("v",),
    "zen": ("z",),
}


@pytest.fixture
def coded(tmp_path: Path) -> Project:
    """The flood article with two tags and a reviewed paragraph."""
    project = make_project(tmp_path / "flood-inquiry")
    article = the_article(project)
    commands.tag(project, article, [2], ["failure/warning"], create=True)
    commands.tag(project, article, [2, 4], ["people/upstairs"], create=True)
    commands.review(project, article, [2])
    project.flush()
    return project


async def steady(app: ReaderApp) -> str:
    """The screen once three looks at it have been the same."""
    frames = [""]
    while len(frames) < 4 or len(set(frames[-3:])) > 1:
        await asyncio.sleep(0.15)
        frames.append(shown(app))
    return frames[-1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_is_as_it_was_looked_at(coded: Project, name: str, size: str) -> None:
    app = ReaderApp(coded)
    async with app.run_test(size=SIZES[size]) as pilot:
        await steady(app)
        await pilot.press(*SCREENS[name])
        frame = await steady(app) + "\n"
    coded.close()
    kept = FRAMES / f"{name}-{size}.txt"
    if os.environ.get("READER_FRAMES") == "write":
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(frame)
    assert frame == kept.read_text()
