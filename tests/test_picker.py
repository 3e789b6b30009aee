"""The tag picker, as one uses it on a paragraph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from reader.edits import new_id
from reader.model import Tag
from reader.project import Project
from reader.tui.app import ReaderApp
from reader.tui.picker import TagPicker
from tests.projects import add_tag, make_project, put_on, the_article
from tests.screens import current_row, line_with, shown, typed, until
from tests.walk import press


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    found = make_project(tmp_path / "data")
    yield found
    found.close()


def paths(project: Project, number: int = 2) -> set[str]:
    """The tags on a paragraph of the only article."""
    article = the_article(project)
    return {project.codebook.shown(a.tag, "/") for a in project.marks(article.id).of(number) if a.tag}


async def test_a_new_path_is_made_and_put_on_with_one_enter(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TagPicker))
        assert "no tags yet" in shown(app)
        await typed(pilot, "failure/warning")
        assert "+ new tag “failure/warning”" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, TagPicker))
    assert paths(project) == {"failure/warning"}


async def test_the_picker_stands_over_the_pane_that_the_key_before_it_brought_back(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TagPicker))
        there = app.screen.query_one("#box").styles.width
        await pilot.press("escape", "z")
        await until(pilot, lambda: not app.reading.pane_view.region.area)
        press(app, "z t")
        await until(pilot, lambda: isinstance(app.screen, TagPicker))
        await until(pilot, lambda: app.screen.query_one("#box").styles.width == there, "the picker over the pane")


async def test_enter_takes_off_what_is_on(project: Project) -> None:
    tag = add_tag(project, "blame")
    put_on(project, the_article(project), 2, tag)
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await typed(pilot, "bl")
        assert "✓" in line_with(app, "▌blame")
        await pilot.press("enter")
        await until(pilot, lambda: not paths(project))


async def test_tab_puts_on_clears_the_query_and_stays(project: Project) -> None:
    add_tag(project, "blame")
    add_tag(project, "russia")
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await typed(pilot, "bla")
        await pilot.press("tab")
        assert isinstance(app.screen, TagPicker)
        await typed(pilot, "rus")
        await pilot.press("tab")
        await typed(pilot, "heard")
        await pilot.press("tab")
        assert isinstance(app.screen, TagPicker)
        assert line_with(app, "▌heard"), "a tag just made is in the list"
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, TagPicker))
    assert paths(project) == {"blame", "russia", "heard"}


async def test_what_matches_is_taken_before_a_new_tag_is_made(project: Project) -> None:
    add_tag(project, "diplomacy")
    app = ReaderApp(project)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t")
        await typed(pilot, "dip")
        await pilot.press("enter")
        await pilot.press("t")
        await typed(pilot, "dip")
        await pilot.press("up", "enter")
        await until(pilot, lambda: paths(project) == {"diplomacy", "dip"})


async def test_control_t_makes_a_tag_of_what_is_typed(project: Project) -> None:
    add_tag(project, "diplomacy")
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await pilot.press("t")
        await typed(pilot, "dip")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: paths(project) == {"dip"})


async def test_a_near_duplicate_is_said_and_is_no_match(project: Project) -> None:
    add_tag(project, "diplomacy")
    app = ReaderApp(project)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t")
        await typed(pilot, "diplomacey")
        line = line_with(app, "+ new tag “diplomacey”")
        assert "like “diplomacy” ▲" in line
        assert line.strip().startswith("▶")


async def test_a_forbidden_name_is_said_and_what_was_typed_stays(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await pilot.press("t")
        await typed(pilot, "a;b")
        await pilot.press("enter")
        assert isinstance(app.screen, TagPicker)
        assert "cannot hold" in shown(app)
        assert "a;b" in shown(app)
    assert not project.tags


async def test_a_locked_codebook_offers_no_new_tag(project: Project) -> None:
    add_tag(project, "guilt")
    project.apply("tags-lock", [(project.info, msgspec.structs.replace(project.info, locked=True))])
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await typed(pilot, "xyz")
        assert "new tag" not in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()  # what is said takes room from the panel, which is written again
        lines = shown(app).splitlines()
        said = next(n for n, line in enumerate(lines) if "codebook is locked" in line)
        assert said - next(n for n, line in enumerate(lines) if "no tag matches" in line) <= 4
        await pilot.press("ctrl+t")
        assert isinstance(app.screen, TagPicker)
    assert [tag.name for tag in project.tags.values()] == ["guilt"]


@pytest.mark.parametrize("size", [(120, 40), (100, 30), (80, 24), (60, 16)])
async def test_the_paragraph_stays_in_sight(project: Project, size: tuple[int, int]) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "The barrier opened" in shown(app))
        before = line_with(app, "The barrier opened two")
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TagPicker) and "tag ¶ 2" in shown(app))
        await until(pilot, lambda: line_with(app, "The barrier opened two"), "the paragraph beside the picker")
        assert line_with(app, "The barrier opened two")[:40] == before[:40] != ""


async def test_letters_typed_in_one_burst_with_enter_find_their_tag(project: Project) -> None:
    add_tag(project, "actor")
    add_tag(project, "blame")
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TagPicker))
        await pilot.press(*"blame", "enter")
        await until(pilot, lambda: paths(project) == {"blame"})


async def test_recent_tags_stand_first(project: Project) -> None:
    add_tag(project, "actor")
    blame = add_tag(project, "blame")
    project.state.recents = [blame.id]
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TagPicker))
        assert "blame" in current_row(app)


async def test_a_tag_that_looks_like_markup_or_control_is_harmless(project: Project) -> None:
    add_tag(project, "[bold][@click=app.quit]x")
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await pilot.press("t")
        await until(pilot, lambda: "[bold][@click=app.quit]x" in shown(app))
        await typed(pilot, "[b")
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, TagPicker))
    assert paths(project) == {"[bold][@click=app.quit]x"}


async def test_no_key_rebuilds_a_widget_with_five_hundred_tags(project: Project) -> None:
    project.apply("tags", [(None, tag) for tag in _many_tags()])
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TagPicker))
        before = set(app.screen.walk_children())
        await typed(pilot, "subject 49")
        assert set(app.screen.walk_children()) == before
        assert "subject 49" in current_row(app)


def _many_tags() -> list[Tag]:
    return [Tag(id=new_id("t"), name=f"subject {n}", created="2026-01-01T00:00:00.000000Z") for n in range(500)]
