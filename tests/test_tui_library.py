"""Library and search screen, as one uses them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual import events

from reader import commands
from reader.errors import ReaderError
from reader.project import Project
from reader.tui.app import ReaderApp
from reader.tui.bars import bar, percent
from reader.tui.dialogs import PathDialog, Question
from reader.tui.import_child import read_outside
from reader.tui.library import LibraryScreen, natural, when
from reader.tui.note import NoteEditor
from reader.tui.picker import TagPicker
from reader.tui.reading import ReadingScreen
from reader.tui.rows import Rows
from reader.tui.search import SearchScreen
from tests.exported import exported, found_in
from tests.projects import add_tag, make_project, new_article, put_on
from tests.screens import current_row, line_with, shown, typed, until
from tests.test_jsonld import rich

LIFT = ("Lift stuck for a day", "The lift in the tower stood still since Monday.", "Nobody answered the alarm.")
MARKET = ("Market hall [/] closed", "The hall closes; the warning came late.", "Stall holders wait.")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    articles = [
        new_article(),
        new_article(LIFT, source="lift.txt"),
        new_article(MARKET, source="market.txt"),
    ]
    found = make_project(tmp_path / "data", articles=articles)
    found.flush()
    yield found
    found.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Project]:
    found = make_project(tmp_path / "data", articles=[])
    yield found
    found.close()


# library


async def test_the_library_counts_and_opens(project: Project) -> None:
    articles = list(project.articles.values())
    put_on(project, articles[1], 2, add_tag(project, "neglect"))
    commands.review(project, articles[1], [2])
    project.flush()
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen) and line_with(app, "Lift stuck"))
        cells = line_with(app, "Lift stuck").replace("Lift stuck for a day", "").split()
        assert cells[:3] == ["2", "3", "1"], "number, paragraphs, coded"
        assert "1/2" in line_with(app, "Lift stuck")
        assert "50 %" in line_with(app, "Lift stuck")
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen) and app.article_id == articles[1].id)


async def test_the_filter_narrows_and_escape_drops_it_first(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("slash")
        await typed(pilot, "market [")
        await until(pilot, lambda: not line_with(app, "Lift stuck"))
        assert "Market hall [/] closed" in current_row(app)
        await pilot.press("escape")
        await until(pilot, lambda: line_with(app, "Lift stuck"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))


async def test_orders_follow_one_another(project: Project) -> None:
    project.state.opened = {list(project.articles)[2]: "2026-01-01T00:00:00.000000Z"}
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("o")
        await until(pilot, lambda: "by title" in shown(app))
        await pilot.press("o")
        await until(pilot, lambda: "by last read" in shown(app))
        await pilot.press("g")
        assert "Flood" in current_row(app) or "Market" in current_row(app)


async def test_the_whole_article_is_tagged_and_noted(project: Project) -> None:
    article = list(project.articles.values())[1]
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("j", "t")
        await until(pilot, lambda: isinstance(app.screen, TagPicker))
        await typed(pilot, "housing")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await typed(pilot, "call the owner")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
    marks = [a for a in project.marks(article.id).of(0) if a.unit == "article"]
    assert sorted((project.codebook.shown(a.tag), a.note) for a in marks if a.tag) == [("housing", "")]
    assert [a.note for a in marks if not a.tag] == ["call the owner"]


async def test_an_empty_library_teaches_and_imports(empty: Project, tmp_path: Path) -> None:
    (tmp_path / "lift.txt").write_text("\n\n".join(LIFT))
    app = ReaderApp(empty)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: line_with(app, "i imports text"))
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, PathDialog))
        app.post_message(events.Paste(str(tmp_path / "li")))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: line_with(app, "Lift stuck for a day"), "the import")
    assert [a.title for a in empty.articles.values()] == ["Lift stuck for a day"]


@pytest.mark.parametrize("name", ["no-such-file.txt", "image.txt", "empty.txt", "~nobody-is-called-so/x.txt"])
async def test_what_cannot_be_imported_is_said_and_nothing_changes(empty: Project, tmp_path: Path, name: str) -> None:
    (tmp_path / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    (tmp_path / "empty.txt").write_bytes(b"")
    app = ReaderApp(empty)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, PathDialog))
        app.post_message(events.Paste(name if name.startswith("~") else str(tmp_path / name)))
        await pilot.press("enter")
        await until(pilot, lambda: name in app.screen.query_one("#keyline").status, "the sentence")  # type: ignore[attr-defined]
    assert not empty.articles


async def test_files_are_read_by_a_child_with_progress(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"Title {number}\n\nText {number} with a full stop.")
    steps: list[tuple[int, int]] = []
    found, skipped = await read_outside([str(tmp_path)], lambda done, total: steps.append((done, total)))
    assert sorted(new.title for new in found) == ["Title 0", "Title 1", "Title 2"]
    assert steps[0] == (0, 3)
    assert steps[-1] == (3, 3)
    assert skipped == []
    with pytest.raises(ReaderError, match="nothing-here"):
        await read_outside([str(tmp_path / "nothing-here.txt")], lambda _done, _total: None)


async def test_the_child_sends_all_that_a_file_of_a_project_brings_its_marks_too(tmp_path: Path) -> None:
    (tmp_path / "p.jsonld").write_bytes(exported(rich(), "jsonld"))
    found, _ = await read_outside([str(tmp_path / "p.jsonld")], lambda _done, _total: None)
    assert found == found_in(exported(rich(), "jsonld"), "p.jsonld")
    (tmp_path / "p.jsonld").write_bytes(b"{}")
    with pytest.raises(ReaderError, match=r"p\.jsonld holds neither texts nor a codebook"):
        await read_outside([str(tmp_path / "p.jsonld")], lambda _done, _total: None)


async def test_many_articles_open_with_one_screen_of_work(empty: Project) -> None:
    empty.import_articles(new_article((f"Report {n}", f"Text {n}."), source=f"{n}.txt") for n in range(1500))
    app = ReaderApp(empty)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen) and line_with(app, "1,500 articles"))
        screen = app.screen
        assert isinstance(screen, LibraryScreen)
        assert len(screen._figures) <= 24, "only rows in sight were counted"
        await pilot.press("G")
        assert "Report 1499" in current_row(app)
        assert screen.query_one(Rows).page < 24


def test_titles_are_ordered_by_the_numbers_in_them() -> None:
    assert sorted(["Report 10", "report 9", "Émile", "Zoo"], key=natural) == ["Émile", "report 9", "Report 10", "Zoo"]


def test_times_are_short() -> None:
    now = datetime(2026, 3, 5, 12, 0, tzinfo=UTC).astimezone()
    assert when((now - timedelta(minutes=5)).isoformat(), now) == (now - timedelta(minutes=5)).strftime("%H:%M")
    assert when("2025-01-02T12:00:00.000000Z", now) == "2025-01-02"
    assert when("", now) == ""


def test_a_bar_is_full_only_when_all_is_done() -> None:
    assert bar(0, 20) == "░" * 8
    assert bar(1, 1000) == "▓" + "░" * 7
    assert bar(999, 1000) == "▓" * 7 + "░"
    assert bar(20, 20) == "▓" * 8
    assert bar(0, 0) == "░" * 8
    assert [percent(*pair) for pair in ((8, 9), (199, 200), (20, 20), (0, 3), (0, 0))] == [
        "88 %",
        "99 %",
        "100 %",
        "0 %",
        "–",
    ]


# search


async def test_hits_stand_in_one_column_and_enter_jumps(project: Project) -> None:
    market = list(project.articles.values())[2]
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        await typed(pilot, "warning")
        await until(pilot, lambda: "2 hits in 2 articles" in shown(app), "the hits")
        lines = [line for line in shown(app).splitlines() if "warning" in line and "¶" in line]
        assert len({line.index("warning") for line in lines}) == 1
        assert all(" warning" in line and "  warning" not in line for line in lines), (
            "the words before stand right beside"
        )
        await pilot.press("down", "j", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        assert (app.article_id, app.reading.here) == (market.id, 2)
        await pilot.press("backspace")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen) and app.screen.query_one(Rows).cursor == 1)
        assert "warning" in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))


async def test_next_hit_goes_on_across_articles(project: Project) -> None:
    flood, _lift, market = project.articles
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        await typed(pilot, "warning")
        await pilot.press("enter")
        await until(pilot, lambda: "2 hits" in shown(app) and app.screen.query_one(Rows).has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen) and app.article_id == flood)
        await pilot.press("n")
        await until(pilot, lambda: app.article_id == market)
        assert app.reading.here == 2


async def test_notes_and_tags_are_found_and_nothing_found_is_said(project: Project) -> None:
    article = list(project.articles.values())[1]
    commands.note(project, article, 3, "ask the caretaker")
    app = ReaderApp(project)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        await typed(pilot, "caretaker")
        await until(pilot, lambda: "1 hit in 1 article" in shown(app), "the note")
        assert "(note)" in line_with(app, "¶ 3")
        await typed(pilot, "zzz")
        await until(pilot, lambda: "nothing found" in shown(app), "no hit")


async def test_a_query_that_cannot_be_understood_is_said(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        await pilot.press("quotation_mark")
        await typed(pilot, "lower town")
        await until(pilot, lambda: app.screen.query("#articles.-bad"), "the sentence")
        assert len(shown(app)) > 0


async def test_a_query_typed_on_replaces_the_one_before(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        await typed(pilot, "warning")
        await pilot.pause(0.25)
        await pilot.press("ctrl+u")
        await typed(pilot, "alarm")
        await until(pilot, lambda: "1 hit in 1 article" in shown(app), "the later query's hits")
        screen = app.screen
        assert isinstance(screen, SearchScreen)
        assert [hit.hit for hit in screen.found] == ["alarm"]


async def test_where_the_open_article_is_taken_out_the_next_one_is_open_and_no_session_begins(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: not project.state.clean, "the session")
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("enter")
        await until(pilot, lambda: len(project.articles) == 2, "the article's end")
        await pilot.pause()  # what would be said behind it is said by now
        assert line_with(app, "removed Flood barrier opened two hours late")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.reading and LIFT[0] in shown(app))
