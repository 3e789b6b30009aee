"""The search screen: order, history, completion, saved searches, selecting and tagging hits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from reader import commands
from reader.commands.notes import memo, tag_note
from reader.project import Project, Session
from reader.project.asking import MOST
from reader.tui.app import ReaderApp
from reader.tui.ask import Ask
from reader.tui.dialogs import Question
from reader.tui.export import ExportScreen
from reader.tui.fields import Field
from reader.tui.notes import NotesScreen
from reader.tui.picker import TagPicker
from reader.tui.queryline import Completing, History
from reader.tui.rows import Rows
from reader.tui.search import SearchScreen
from tests.projects import FLOOD, add_tag, make_project, new_article, put_on, the_article
from tests.screens import line_with, shown, typed, until

ENDS = "(It crossed all the roads of that town: zebra which came from the far north, he said)"
"""Forty characters stand before the word looked for, and behind it."""
LIFT = ("Lift stuck", "A barrier and the lift.", "Nobody answered.")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    found = make_project(tmp_path / "data", articles=[new_article(FLOOD), new_article(LIFT, source="lift.txt")])
    yield found
    found.close()


@asynccontextmanager
async def searching(project: Project, query: str = "barrier", hits: str = "3 hits") -> AsyncIterator[Pilot[int]]:
    app = ReaderApp(project)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        if query:
            await typed(pilot, query)
            await until(pilot, lambda: hits in shown(app), "the hits")
            await pilot.press("down")
        yield pilot


def screen_of(pilot: Pilot[int]) -> SearchScreen:
    screen = pilot.app.screen
    assert isinstance(screen, SearchScreen)
    return screen


def numbers(pilot: Pilot[int]) -> list[int]:
    return [hit.number for hit in screen_of(pilot).found]


async def test_enter_in_the_query_line_goes_to_the_hits_that_are_there(project: Project) -> None:
    async with searching(project, "") as pilot:
        app = pilot.app
        assert isinstance(app, ReaderApp)
        await typed(pilot, "lift")
        await until(pilot, lambda: "2 hits" in shown(app), "the hits, before Enter")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen) and app.screen.query_one(Rows).has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.reading and app.article_id == list(project.articles)[1])


async def test_the_order_key_goes_through_the_orders(project: Project) -> None:
    async with searching(project) as pilot:
        left_first = [hit.left for hit in screen_of(pilot).found]
        assert left_first == ["Flood ", "The ", "A "]
        await pilot.press("o")
        await until(
            pilot, lambda: [h.left for h in screen_of(pilot).found] == ["A ", "Flood ", "The "], "by words left"
        )
        assert line_with(pilot.app, "by the words before")
        await pilot.press("o")
        await until(pilot, lambda: screen_of(pilot).found[0].right.startswith(" and"), "by words right")


async def test_hits_are_counted_by_article(project: Project) -> None:
    async with searching(project) as pilot:
        assert line_with(pilot.app, "2 in Flood barrier opened")
        assert line_with(pilot.app, "1 in Lift stuck")


async def test_queries_of_use_come_back(project: Project) -> None:
    async with searching(project) as pilot:
        assert project.state.queries == ["barrier"]
    async with searching(project, "") as pilot:
        await pilot.press("up")
        assert screen_of(pilot).query_line().value == "barrier"
        await pilot.press("down")
        assert screen_of(pilot).query_line().value == ""


def test_history_goes_back_and_forth() -> None:
    state = Session(queries=["b", "a"])
    history = History(state)
    assert history.older("x") == "b"
    assert history.older("b") == "a"
    assert history.older("a") is None
    assert history.newer("a") == "b"
    assert history.newer("b") == "x"
    assert history.newer("x") is None
    assert history.older("b") == "a", "what is shown is not shown again"
    assert history.keep("a")
    assert not history.keep("a")
    assert state.queries == ["a", "b"]


def test_completion_goes_through_what_fits(project: Project) -> None:
    harm = add_tag(project, "harm")
    add_tag(project, "hall of fame", harm.id)
    completing = Completing(project.completions)
    first = completing.next("x ta", 4)
    assert first is not None
    assert (first.value, first.cursor) == ("x tag:", 6)
    value, cursor = "tag:ha y", 6
    found = []
    for _ in range(4):
        step = completing.next(value, cursor)
        assert step is not None
        value, cursor = step.value, step.cursor
        found.append(value)
    assert found[0] == "tag:harm y"
    assert 'tag:"harm/hall of fame" y' in found
    assert "tag:harm/* y" in found
    assert found[3] == found[0]
    assert completing.next('"a phrase ta', 12) is None


async def test_tab_completes_in_the_query_line(project: Project) -> None:
    async with searching(project, "") as pilot:
        await typed(pilot, "artic")
        await pilot.press("tab")
        assert screen_of(pilot).query_line().value == "article:"
        assert screen_of(pilot).query_line().has_focus


async def test_a_long_query_that_is_pasted_is_whole(project: Project) -> None:
    fits, too_long = " OR ".join(["zebra"] * 1_000 + ["lift"]), "barrier OR " * 1_000 + "lift"
    async with searching(project, "") as pilot:
        pilot.app.post_message(Paste(fits))
        await until(pilot, lambda: "2 hits" in shown(pilot.app), "what the last word finds")
        assert screen_of(pilot).query_line().value == fits
        screen_of(pilot).query_line().value = ""
        pilot.app.post_message(Paste(too_long))
        await until(pilot, lambda: "at most 10,000 characters, this one has 11,004" in shown(pilot.app), "the sentence")


async def test_no_word_beside_a_hit_is_cut(tmp_path: Path) -> None:
    words = f"{'neighbourhoods ' * 9}zebra{' neighbourhoods' * 9}"
    project = make_project(
        tmp_path / "wide", articles=[new_article(("Wide", words, "雨" * 60 + "zebra" + "雨" * 60, ENDS))]
    )
    app = ReaderApp(project)
    async with app.run_test(size=(200, 30)) as pilot:
        await pilot.press("f")
        await typed(pilot, "*zebra*")
        await until(pilot, lambda: "3 hits" in shown(app), "the hits")
        assert "…neighbourhoods neighbourhoods zebra neighbourhoods neighbourhoods…" in line_with(app, "1 ¶ 2")
        assert f"…{'雨' * 30}" in line_with(app, "1 ¶ 3")
        assert "雨…" in line_with(app, "1 ¶ 3")
        assert ENDS in line_with(app, "1 ¶ 4"), "what has just as many characters is whole"
    project.close()


async def test_home_and_end_go_to_the_ends_of_the_query_line(project: Project) -> None:
    async with searching(project) as pilot:
        await pilot.press("down")
        assert screen_of(pilot).the_rows().cursor == 1
        await pilot.press("home")
        assert screen_of(pilot).the_rows().cursor == 0, "in the list it is the first row"
        await pilot.press("slash", "home")
        assert screen_of(pilot).query_line().cursor_position == 0
        await pilot.press("end")
        assert screen_of(pilot).query_line().cursor_position == len("barrier")


async def test_a_name_that_is_not_there_is_said_below_the_query(project: Project) -> None:
    said = "No annotation is by a coder “zz”."
    async with searching(project, "lift -coder:zz", "2 hits") as pilot:
        await until(pilot, lambda: said in shown(pilot.app), "beside the hits")
    async with searching(project, "coder:zz", "nothing found") as pilot:
        await until(pilot, lambda: said in shown(pilot.app), "where there is none")


async def test_a_search_is_saved_under_a_name(project: Project) -> None:
    async with searching(project) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        await typed(pilot, "gates")
        await pilot.press("enter")
        await until(pilot, lambda: [s.query for s in project.searches.values()] == ["barrier"], "the saved search")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        await pilot.press("slash", "ctrl+u")
        await typed(pilot, "saved:gates lift")
        await until(pilot, lambda: "2 hits in 1 article" in shown(pilot.app), "the saved search's hits")


async def test_saved_searches_are_listed_with_what_they_find(project: Project) -> None:
    commands.search_save(project, "gates", "barrier")
    commands.search_save(project, "nobody at all", "nobody")
    async with searching(project, "") as pilot:
        await until(pilot, lambda: "3 paragraphs" in line_with(pilot.app, "gates"), "the count")
        await until(pilot, lambda: "2 paragraphs" in line_with(pilot.app, "nobody at all"), "the other count")
        await pilot.press("space", "backspace", "down", "j", "enter")
        await until(pilot, lambda: "2 hits in 2 articles" in shown(pilot.app), "the hits of the saved search")
        assert screen_of(pilot).query_line().value == 'saved:"nobody at all"'


async def test_export_from_the_hits_takes_the_query_along(project: Project) -> None:
    put_on(project, the_article(project), 2, add_tag(project, "gate"))
    put_on(project, the_article(project), 4, add_tag(project, "other"))
    async with searching(project) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
        await until(pilot, lambda: line_with(pilot.app, "1 row will be written"), "the count")
        assert "barrier" in line_with(pilot.app, "where")


async def test_the_rest_comes_while_one_reads(tmp_path: Path) -> None:
    parts = ["Title", *(f"The barrier {n}." for n in range(1, 701))]
    project = make_project(tmp_path / "many", articles=[new_article(parts)])
    async with searching(project, hits="700 hits in 1 article") as pilot:
        assert len(screen_of(pilot).found) == 700
        await pilot.press("end")
        assert screen_of(pilot).query_one(Rows).cursor == 699
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, SearchScreen))
        await pilot.press("n")
        await until(pilot, lambda: line_with(pilot.app, "barrier  1/700"), "the first hit again")
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        assert screen_of(pilot).query_one(Rows).cursor == 699
    project.close()


async def test_selected_hits_are_tagged_in_one_step(project: Project) -> None:
    gate = add_tag(project, "gate")
    put_on(project, the_article(project), 2, gate)
    project.state.slots[0] = gate.id
    async with searching(project) as pilot:
        await pilot.press("asterisk")
        await until(pilot, lambda: len(screen_of(pilot).selected) == 3, "the selection")
        await pilot.press("1")
        await until(pilot, lambda: line_with(pilot.app, "2 tagged gate, 1 had it"), "the sentence")
        assert project.count("tag:gate") == 3
        assert project.count("is:reviewed") == 0
        await pilot.press("escape")
        assert screen_of(pilot).selected == set()
        await pilot.press("u")
        await until(pilot, lambda: project.count("tag:gate") == 1, "the undo")
        commands.tag_key(project, "gate", "g")
        await pilot.press("end", "comma", "g")
        await until(pilot, lambda: project.count("tag:gate") == 2, "the tag by its own key")


async def test_all_hits_are_those_that_are_not_shown_too(tmp_path: Path) -> None:
    parts = [f"The barrier {n}." for n in range(MOST + 90)]
    project = make_project(tmp_path / "all", articles=[new_article(parts)])
    project.state.slots[0] = add_tag(project, "gate").id
    async with searching(project, hits=f"{MOST:,} of {MOST + 90:,} hits") as pilot:
        screen = screen_of(pilot)
        screen.select_all()
        screen.leave()
        await until(pilot, lambda: line_with(pilot.app, "selecting was stopped"), "the end of it")
        assert screen.selected == set()
        screen.select_all()
        screen.slot(1)  # the selection is not there yet: what is done waits for it
        await until(pilot, lambda: f"Tag {MOST + 90:,} paragraphs?" in shown(pilot.app), "the question")
        await pilot.press("enter")
        await until(pilot, lambda: line_with(pilot.app, "tagged gate"), "the sentence")
        assert project.count("tag:gate") == MOST + 90
        await pilot.press("asterisk")
        assert screen.selected == set()


async def test_one_hit_is_selected_let_go_and_tagged_through_the_picker(project: Project) -> None:
    add_tag(project, "gate")
    async with searching(project) as pilot:
        await pilot.press("space")
        assert screen_of(pilot).selected == {(the_article(project).id, 1)}
        assert screen_of(pilot).query_one(Rows).cursor == 1
        await pilot.press("k", "space")
        assert screen_of(pilot).selected == set()
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TagPicker))
        await typed(pilot, "gate")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        assert list(project.matching("tag:gate")) == [(the_article(project).id, 2)]


async def test_many_are_asked_about_first(tmp_path: Path) -> None:
    parts = ["Title", *(f"The barrier {n}." for n in range(1, 23))]
    project = make_project(tmp_path / "many", articles=[new_article(parts)])
    project.state.slots[0] = add_tag(project, "gate").id
    async with searching(project, hits="22 hits") as pilot:
        await pilot.press("asterisk", "1")
        await until(pilot, lambda: "Tag 22 paragraphs?" in shown(pilot.app), "the question")
        await pilot.press("escape")
        assert project.count("tag:gate") == 0
        await pilot.press("1")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await pilot.press("enter")
        await until(pilot, lambda: project.count("tag:gate") == 22, "all tagged")
        await pilot.press("t")  # what is typed after it is the tag: nothing else asks for keys before
        await typed(pilot, "n quay")
        await pilot.press("enter")
        await until(pilot, lambda: "Tag 22 paragraphs?" in shown(pilot.app), "the question")
        assert isinstance(pilot.app.screen, Question)
        await pilot.press("enter")
        await until(pilot, lambda: project.count('tag:"n quay"') == 22, "all tagged")
    project.close()


async def test_hits_that_no_longer_match_stay_dimmed(project: Project) -> None:
    project.state.slots[0] = add_tag(project, "gate").id
    async with searching(project, "barrier -tag:gate") as pilot:
        await pilot.press("1")
        await until(pilot, lambda: screen_of(pilot)._gone == {(the_article(project).id, 1)}, "the dimmed row")
        assert numbers(pilot) == [1, 2, 2]
        await pilot.press("slash")
        assert isinstance(pilot.app.focused, Field)
        await typed(pilot, " ")
        await pilot.press("backspace", "escape", "o")
        await until(pilot, lambda: len(screen_of(pilot).found) == 2, "the query run again")
        assert screen_of(pilot)._gone == set()


async def test_memos_that_hold_it_are_said_and_shown(project: Project) -> None:
    """They are no hits, as they stand on no paragraph: Enter shows them where there are no others, else a key."""
    memo(project, "Guilt and the barrier.")
    memo(project, "Something else.")
    tag_note(project, add_tag(project, "gate"), "Guilt of whom?")
    project.flush()
    async with searching(project, "guilt", hits="nothing found · 2 memos") as pilot:
        assert "2 memos or notes on tags hold it: ⏎ shows them." in shown(pilot.app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NotesScreen))
        assert "2 of 3 notes" in shown(pilot.app)
        assert "Something else" not in shown(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        await pilot.press("slash", "ctrl+u")
        await typed(pilot, "barrier")
        await until(pilot, lambda: "1 memo: m" in shown(pilot.app))
        await pilot.press("down", "m")
        await until(pilot, lambda: isinstance(pilot.app.screen, NotesScreen))
        assert "Guilt and the barrier." in shown(pilot.app)
        assert "1 of 3 notes" in shown(pilot.app)
