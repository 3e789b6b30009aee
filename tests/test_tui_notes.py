"""Notes, details and the tour, as one uses them."""

from __future__ import annotations

import os

os.environ["TEXTUAL_ANIMATIONS"] = "none"

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader import commands
from reader.commands.links import links
from reader.commands.notes import memo, tag_note
from reader.errors import UsageError
from reader.project import Project
from reader.tui.app import ReaderApp
from reader.tui.ask import Ask
from reader.tui.choose import Choose
from reader.tui.codebook import CodebookScreen
from reader.tui.details import DetailsScreen
from reader.tui.dialogs import Question
from reader.tui.library import LibraryScreen
from reader.tui.note import NoteEditor
from reader.tui.notes import NotesScreen
from reader.tui.reading import ReadingScreen
from tests.projects import make_project, new_article
from tests.screens import current_row, line_with, shown, typed, until

WIDE, SMALL = (120, 40), (80, 24)
LIFT = ("Lift stuck for a day", "The lift in the tower stood still since Monday.", "Nobody answered the alarm.")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    found = make_project(tmp_path / "data", articles=[new_article(), new_article(LIFT, source="lift.txt")])
    first, second = found.articles.values()
    commands.tag(found, second, [3], ["neglect"], create=True)
    mark = next(m for m in found.marks(second.id).annotations.values())
    commands.annotation_note(found, mark, "who should have answered?")
    commands.note(found, first, 4, "beds: ask for photographs")
    commands.article_note(found, second, "one source only")
    tag_note(found, "neglect", "overlaps with failure")
    memo(found, "After two articles: nobody is named.")
    found.flush()
    yield found
    found.close()


def status(app: ReaderApp) -> str:
    """What the topmost key line says."""
    return app._key_line().status


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_all_notes_stand_in_one_list(project: Project, size: tuple[int, int]) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=size) as pilot:
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen) and "5 notes" in shown(app))
        frame = shown(app)
        places = ["1 ¶ 4", "2 the article", "2 ¶ 3", "tag ▌neglect", "project memo"]
        lines = [" ".join(line.split()) for line in frame.splitlines()]
        found = [next((i for i, line in enumerate(lines) if place in line), -1) for place in places]
        assert -1 not in found, frame
        assert found == sorted(found)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))


async def test_a_filter_and_enter_jump_and_backspace_returns_to_the_row(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen))
        await pilot.press("slash")
        await typed(pilot, "neglect")
        await until(pilot, lambda: "2 of 5 notes" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        assert (app.reading.article.title, app.reading.here) == (LIFT[0], 3)
        await pilot.press("backspace")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen) and "2 of 5 notes" in shown(app))
        assert "who should" in current_row(app)
        await pilot.press("escape")
        await until(pilot, lambda: "5 notes" in shown(app))


async def test_a_note_on_a_tag_leads_to_the_codebook(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen))
        await pilot.press("G", "k")
        assert "overlaps" in current_row(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CodebookScreen) and "neglect" in current_row(app))


async def test_notes_are_edited_in_place_and_undone(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen) and "beds" in current_row(app))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await typed(pilot, " now")
        await pilot.press("escape")
        await until(pilot, lambda: "photographs now" in current_row(app))
        assert "u takes it back" in status(app)
        await pilot.press("G", "a")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await typed(pilot, " Why")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "named. Why" in current_row(app))
        await pilot.press("u")
        await until(pilot, lambda: "named. Why" not in shown(app))


async def test_a_memo_is_written_on_the_project(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await typed(pilot, "begin with the shops")
        await pilot.press("escape")
        await until(pilot, lambda: "6 notes" in shown(app))
        await pilot.press("o")
        await until(pilot, lambda: "newest first" in shown(app))
        assert any(note.note == "begin with the shops" for note in project.memos())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("See 2 ¶ 3.", [("lift.txt", 3)]),
        ("2#3 against 1 ¶ 4, and 2#3 again", [("lift.txt", 3), ("flood.txt", 4), ("lift.txt", 3)]),
        ("¶ 2 here, #4 too", [("flood.txt", 2), ("flood.txt", 4)]),
        ("“Nobody answered” (Lift stuck for a day, ¶ 3)", [("lift.txt", 3)]),
        ("“one” (Lift stuck for a day, ¶ 2–3)", [("lift.txt", 2)]),
        ("(An article that is gone, ¶ 2)", []),
        ("9 ¶ 1, 1 ¶ 99, 1 ¶ 0, room 1#2b, v2#3", []),
    ],
)
def test_the_places_that_a_note_names(project: Project, text: str, named: list[tuple[str, int]]) -> None:
    sources = {article.id: article.sources[0] for article in project.articles.values()}
    here = next(iter(project.articles))
    assert [(sources[link.article], link.number) for link in links(project, text, here)] == named
    assert [link for link in links(project, text) if text[link.start] in "¶#"] == []


async def test_enter_on_a_memo_goes_to_the_place_it_names_and_comes_back(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: app.reading.opened is not None)
        await pilot.press("j", "m")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await typed(pilot, "beds, ")
        await pilot.press("ctrl+l")
        await typed(pilot, ", and 2#3")
        await pilot.press("escape")
        await until(pilot, lambda: "6 notes" in shown(app))
        await until(pilot, lambda: "it names" in shown(app))
        assert "1 ¶ 4 Residents of the lower town" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        assert app.reading.opened is not None
        assert (app.reading.opened.article.number, app.reading.here) == (2, 3)
        await pilot.press("backspace")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen))
        assert "beds, 1 ¶ 4, and 2#3" in current_row(app)


async def test_no_notes_teach(tmp_path: Path) -> None:
    found = make_project(tmp_path / "data")
    app = ReaderApp(found)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("m")
        await until(pilot, lambda: "n writes a memo" in shown(app))
        await pilot.press("enter", "a")
        assert isinstance(app.screen, NotesScreen)
    found.close()


# details


async def test_details_are_shown_changed_removed_and_undone(project: Project) -> None:
    first = next(iter(project.articles))
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, DetailsScreen) and "flood.txt" in shown(app))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await typed(pilot, "author")
        await pilot.press("enter")
        await until(pilot, lambda: "key=value, such as author" in shown(app))
        await pilot.press("equals_sign")
        await typed(pilot, "Haddad")
        await pilot.press("enter")
        await until(pilot, lambda: project.articles[first].meta == {"author": "Haddad"})
        await until(pilot, lambda: "Haddad" in current_row(app))
        await pilot.press("x")
        await until(pilot, lambda: project.articles[first].meta == {})
        await pilot.press("u")
        await until(pilot, lambda: project.articles[first].meta == {"author": "Haddad"})


async def test_an_article_is_taken_out_and_comes_back(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen) and line_with(app, "Lift stuck"))
        await pilot.press("G", "x")
        await until(pilot, lambda: isinstance(app.screen, Question) and "Its 2" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen) and len(project.articles) == 1)
        await until(pilot, lambda: "u brings it back" in status(app))
        await pilot.press("u")
        await until(pilot, lambda: "u again takes back: removed" in status(app))
        await pilot.press("u")
        await until(pilot, lambda: len(project.articles) == 2)


# the tour


async def test_the_tour_teaches_on_a_sample_and_touches_nothing(project: Project) -> None:
    before = [edit.id for edit in project.edits()]
    app = ReaderApp(project)
    async with app.run_test(size=SMALL) as pilot:
        app.reading.run_named("tour")
        await until(pilot, lambda: "1 of 7" in shown(app))
        assert app.touring is not None
        folder = app.touring.project.path.parent
        assert folder.stat().st_mode & 0o777 == 0o700
        await pilot.press("j")
        await until(pilot, lambda: "2 of 7" in shown(app))
        await pilot.press("t")
        await typed(pilot, "promise/broken")
        await pilot.press("enter")
        await until(pilot, lambda: "3 of 7" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: "4 of 7" in shown(app))
        await pilot.press("1")
        await until(pilot, lambda: "5 of 7" in shown(app))
        await pilot.press("a")
        await typed(pilot, "why")
        await pilot.press("escape")
        await until(pilot, lambda: "6 of 7" in shown(app))
        await pilot.press("u")
        await until(pilot, lambda: "7 of 7" in shown(app))
        await pilot.press("q")
        await until(pilot, lambda: app.project is project and "7 of 7" not in shown(app))
        assert "Flood barrier" in shown(app)
        assert not folder.exists()
        assert [edit.id for edit in project.edits()] == before


async def test_leaving_the_program_on_the_tour_keeps_ones_own_place(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("G")
        here = app.reading.here
        app.reading.run_named("tour")
        await until(pilot, lambda: "1 of 7" in shown(app))
        assert app.touring is not None
        folder = app.touring.project.path.parent
        app.leave()
        await until(pilot, lambda: not folder.exists())
    assert project.state.positions[next(iter(project.articles))] == here
    assert project.state.clean


def test_an_empty_memo_is_refused(project: Project) -> None:
    with pytest.raises(UsageError):
        memo(project, "  ")
