"""Searching on the command line: columns, CSV, saved searches, tagging what a query finds."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import pytest

from reader.project import Project
from tests.projects import FLOOD, make_project, new_article
from tests.test_cli_commands import Reader, reader

__all__ = ["reader"]

LIFT = ("Lift stuck", "=The barrier of the 塔 lift\nstuck after the barrier.", "Nobody answered.")


@pytest.fixture
def two(reader: Reader, tmp_path: Path) -> Reader:
    articles = [new_article(FLOOD), new_article(LIFT, source="lift.txt")]
    make_project(tmp_path / "data", coder="anna", articles=articles).close()
    return reader


def test_hits_stand_in_one_column(two: Reader) -> None:
    lines = two("search", "barrier", "--kwic").out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["1 ¶ 1", "1 ¶ 2", "2 ¶ 2", "2 ¶ 2"]
    starts = [line.index("barrier") for line in lines[:3]] + [lines[3].rindex("barrier")]
    assert len({*starts[:3], starts[3] + 1}) == 1, "the wide sign before the last takes two columns"
    assert "\n" not in lines[3].strip()
    assert lines[3].endswith("lift stuck after the barrier.")


def test_order_and_limit_are_those_of_the_language(two: Reader) -> None:
    by_right = [row["right"][:12] for row in two("search", "barrier", "--order", "right", "--json").rows]
    assert by_right == [".", " of the 塔 li", " opened two ", " opened two "]
    assert len(two("search", "barrier", "--order", "right", "--limit", "2", "--kwic").out.splitlines()) == 2


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "two", "9" * 20])
def test_a_limit_that_cannot_be_is_no_search_that_finds_nothing(two: Reader, number: str) -> None:
    refused = two("search", "barrier", "--limit", number)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == f"A whole number from 1 on is expected, not {number!r}.\n"


def test_a_mistyped_option_is_no_part_of_the_query(two: Reader) -> None:
    refused = two("search", "barrier", "--ordre", "left")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "There is no option --ordre; the nearest is --order; `reader search --help` shows how.\n"
    assert two("note", "1", "2", "--apend", "more").code == 2
    assert two("search", "--count", "--", "barrier", "--ordre").out == "0\n"
    assert two("search", "--barrier", "--count").out == two("search", "barrier", "--count").out
    assert two("search", "lift", "--stuck", "--count").code == 0


def test_hits_as_csv_are_those_of_json_with_exact_cells(two: Reader) -> None:
    expected = two("search", "barrier", "--json").rows
    text = two("search", "barrier", "--csv").out
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["hit"] for row in rows] == ["barrier"] * 4
    assert [list(row) for row in rows] == [list(row) for row in expected]
    assert rows[2]["left"] == "=The "
    assert "\n" in rows[2]["right"]
    assert [int(row["char_start"]) for row in rows] == [row["char_start"] for row in expected]
    nothing = two("search", "zebra", "--csv")
    assert (nothing.code, nothing.out.count("\n")) == (1, 1)


def test_a_long_list_of_hits_is_whole_in_every_form(reader: Reader, tmp_path: Path) -> None:
    parts = ["Title", *(f'The "barrier",\nthe {n}th.' for n in range(1_101))]
    make_project(tmp_path / "data", coder="anna", articles=[new_article(parts)]).close()
    expected = [('The "', f'",\nthe {n}th.') for n in range(1_101)]
    rows = reader("search", "barrier", "--json").rows
    assert [(row["left"], row["right"]) for row in rows] == expected
    table = list(csv.DictReader(io.StringIO(reader("search", "barrier", "--csv").out, newline="")))
    assert [(row["left"], row["right"]) for row in table] == expected
    assert len(reader("search", "barrier").out.splitlines()) == 1_101
    lines = reader("search", "barrier", "--kwic").out.splitlines()
    assert len(lines) == 1_101
    assert len({line.index("barrier") for line in lines}) == 1


@pytest.mark.parametrize(
    ("query", "memos"),
    [
        ("duty", 2),
        ("dut*", 2),
        ('"guilt and duty"', 1),
        ("duty -guilt", 1),
        ("duty OR barrier", 2),
        ("/(?i)DUTY\\b/", 2),
        ("note:duty", 2),
        ("duty lift", 0),
        ("-duty", 0),
        ("duty tag:blame", 0),
        ("duty OR has:note", 0),
        ("saved:kept", 2),
    ],
)
def test_memos_and_notes_on_tags_that_hold_it_too_are_said(two: Reader, query: str, memos: int) -> None:
    """They stand on no paragraph, so that they are no hits; fields are only for paragraphs."""
    two("search-save", "kept", "duty")
    two("memo", "After ten interviews: guilt and duty are two things.")
    two("tag-add", "blame")
    two("note-tag", "blame", "A sense of duty, not more.")
    found = two("search", query)
    said = {0: "", 1: "1 memo or note on a tag holds it too", 2: "2 memos or notes on tags hold it too"}[memos]
    assert (said in found.err) if memos else ("memo" not in found.err)
    assert two("search", query, "--count").out.strip().isdecimal()


def test_what_a_query_finds_is_tagged_in_one_step(two: Reader) -> None:
    two("tag", "1", "2", "late", "--create")
    dry = two("tag", "--search", "barrier", "late", "--dry-run")
    assert (dry.code, dry.out) == (0, "")
    assert dry.err == "It would tag 2 paragraphs in 2 articles: late. 1 had it already. Nothing was changed.\n"
    assert two("search", "tag:late", "--count").out == "1\n"
    done = two("tag", "late", "--search", "barrier")
    assert done.err.startswith("Tagged 2 paragraphs in 2 articles: late. 1 had it already.")
    assert two("search", "tag:late", "--count").out == "3\n"
    assert two("search", "is:reviewed", "--count").out == "0\n", "tagging never reviews"
    assert two("tag-search", "--search=barrier", "late").err.startswith("Already there: late on 3 paragraphs.")
    two("undo")
    assert two("search", "tag:late", "--count").out == "1\n"


def test_a_query_to_tag_may_begin_with_a_dash_and_has_to_be_right(two: Reader) -> None:
    assert two("tag", "--search", "-barrier", "dry", "--create").err.startswith(
        "Tagged 5 paragraphs in 2 articles: dry."
    )
    assert two("tag", "--search", "zebra", "dry").code == 1
    for wrong in (("--search", "zebra", "none-such"), ("--search", "(", "dry"), ("--search",), ("--search", "barrier")):
        ran = two("tag", *wrong)
        assert ran.code == 2
        assert ran.err.count("\n") == 1
    assert two("search", "tag:dry", "--count").out == "5\n"


def test_a_search_is_saved_counted_used_changed_and_deleted(two: Reader) -> None:
    assert two("search-save", "late", "barrier", "warning").err.startswith("Saved the search late: 1 paragraph.")
    two("search-save", "two words", "saved:late", "OR", "shopkeeper")
    assert two("searches", "--json").rows == [
        {"name": "late", "query": "barrier warning", "count": 1},
        {"name": "two words", "query": "saved:late OR shopkeeper", "count": 2},
    ]
    assert two("search", 'saved:"two words"', "--count").out == "2\n"
    assert two("search-save", "LATE", "barrier").err.startswith("Changed the saved search late: 3 paragraphs.")
    assert [row["count"] for row in two("searches", "--json").rows] == [3, 4]
    assert "the search “late”" in two("undo").err
    assert [row["count"] for row in two("searches", "--json").rows] == [1, 2]
    assert two("search-delete", "lat").code == 2
    assert "'late'" in two("search-delete", "lat").err
    assert two("search-delete", "late").code == 0
    assert [row["count"] for row in two("searches", "--json").rows] == [None]
    assert two("search", "saved:late").code == 2


@pytest.mark.parametrize(
    ("name", "query"), [("", "x"), ('a"b', "x"), ("…", "x"), ("a" * 101, "x"), ("a", "("), ("a", ""), ("a", "saved:a")]
)
def test_a_search_that_cannot_be_saved_is_one_sentence(two: Reader, name: str, query: str) -> None:
    ran = two("search-save", name, query)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert two("searches", "--json").rows == []


def test_a_saved_search_cannot_ask_for_itself(two: Reader) -> None:
    two("search-save", "a", "barrier")
    two("search-save", "b", "saved:a")
    assert "asks for itself" in two("search-save", "a", "saved:b").err
    assert [row["count"] for row in two("searches", "--json").rows] == [3, 3]


def test_an_import_of_many_texts_leaves_a_whole_index(reader: Reader, tmp_path: Path) -> None:
    for number in range(1, 13):
        (tmp_path / f"{number}.txt").write_text(f"Title {number}\n\nThe barrier number {number}.\n")
    reader("init", "data")
    names = [f"{number}.txt" for number in range(1, 13)]
    reader("import", *names[:2])
    assert not (tmp_path / "data" / "index.sqlite").exists(), "a few are left to the next search"
    assert reader("import", *names[2:]).code == 0
    with contextlib.closing(Project.open(tmp_path / "data", coder="anna", write=False)) as project:
        assert project.index().missing_texts() == []
        assert project.count("barrier") == 12
