"""The codebook is made while nobody types: nothing of that is seen, and what it shows is as if it were made when it is opened."""

from __future__ import annotations

import os

os.environ["TEXTUAL_ANIMATIONS"] = "none"

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from reader import commands, tui
from reader.project import Project
from reader.tui.app import ReaderApp
from reader.tui.codebook import CodebookScreen
from reader.tui.reading import ReadingScreen
from tests.projects import make_project, the_article
from tests.screens import line_with, shown, until

WIDE, SMALL = (120, 40), (80, 24)


class Counting(ReaderApp):
    """Counts what is painted."""

    CSS_PATH = str(Path(tui.__file__).with_name("reader.tcss"))
    painted = 0

    def post_display_hook(self) -> None:
        """Textual's own, for tests."""
        self.painted += 1


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    found = make_project(tmp_path / "data")
    commands.tag(found, the_article(found), [2, 4], ["failure/warning", "harm"], create=True)
    found.flush()
    found.build_index()
    yield found
    found.close()


async def ready(pilot: Pilot[int], app: ReaderApp) -> CodebookScreen:
    """Wait until the codebook stands ready."""
    await until(pilot, lambda: app.preparing.is_done, "the codebook")
    made = app._codebook
    assert made is not None
    assert made.is_made
    return made


async def opened(pilot: Pilot[int], app: ReaderApp) -> CodebookScreen:
    """Open the codebook."""
    await pilot.press("c")
    await until(pilot, lambda: isinstance(app.screen, CodebookScreen) and line_with(app, "▌failure"), "the codebook")
    assert isinstance(app.screen, CodebookScreen)
    return app.screen


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_it_is_made_unseen_and_looks_as_if_made_when_opened(project: Project, size: tuple[int, int]) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=size) as pilot:
        await opened(pilot, app)  # at once: nothing was made before
        fresh = shown(app)
    other = Counting(project)
    async with other.run_test(size=size) as pilot:
        await until(pilot, lambda: other.has_codebook, "the beginning")
        before, painted = shown(other), other.painted
        made = await ready(pilot, other)
        assert isinstance(other.screen, ReadingScreen)
        assert (shown(other), other.painted) == (before, painted)
        assert await opened(pilot, other) is made
        assert shown(other) == fresh
        await pilot.press("down")
        harm = project.codebook.find("harm").id  # below the first tag of the paragraph, on which it opens
        await until(pilot, lambda: made.current_id() == harm, "the next row")


async def test_what_is_tagged_meanwhile_is_counted(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot, app)
        commands.tag(project, the_article(project), [5], ["failure"])
        await opened(pilot, app)
        assert line_with(app, "▌failure").split()[1:4] == ["3", "3", "1"]


async def test_colours_and_a_window_changed_meanwhile_are_those_it_comes_up_in(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        made = await ready(pilot, app)
        before = app.look.bar.bgcolor
        app.next_theme()
        await pilot.resize_terminal(*SMALL)
        await opened(pilot, app)
        await until(pilot, lambda: made.has_class("-below"), "the panel below")
        assert len(shown(app).splitlines()) == SMALL[1]
        grounds = {s.style.bgcolor for s in app.screen._compositor.render_strips()[0] if s.style is not None}
        assert grounds == {app.look.bar.bgcolor}
        assert before not in grounds


async def test_who_opens_it_while_it_is_made_gets_one(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: line_with(app, "¶ 2 of"), "the text")
        half_made = app.make_codebook()
        shown_now = await opened(pilot, app)
        assert shown_now is not half_made
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen), "the text")
        await half_made.get_ready()
        assert await opened(pilot, app) is half_made
