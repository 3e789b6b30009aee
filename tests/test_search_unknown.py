"""Names in a query that the library has not, and those that a star stands for."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from reader.formats import NewArticle
from reader.model import Paragraph
from reader.project import Project
from tests.projects import FLOOD, add_tag, make_project, new_article, put_on, the_article
from tests.test_cli_commands import Reader, reader

__all__ = ["reader"]

TALK = "Ida: Nobody answered.\n\nAda: A bell."


@pytest.fixture
def named(reader: Reader, tmp_path: Path) -> Reader:
    """FLOOD with a tag by anna on a paragraph, and “Lift stuck”, in which Ida and Ada speak, with the detail site = North."""
    talk = NewArticle(
        text=TALK,
        paragraphs=[Paragraph(1, 0, 21, "body", "Ida"), Paragraph(2, 23, 35, "body", "Ada")],
        title="Lift stuck",
        source="lift.txt",
        meta={"site": "North"},
    )
    with closing(make_project(tmp_path / "data", coder="anna", articles=[new_article(FLOOD), talk])) as project:
        put_on(project, the_article(project), 2, add_tag(project, "failure"))
    reader("search-save", "wrong", "bell speaker:Otto")
    return reader


def test_those_who_annotated_are_offered(named: Reader, tmp_path: Path) -> None:
    with closing(Project.open(tmp_path / "data", coder="bo")) as project:
        assert [one.text for one in project.completions("aid -coder:", 11)] == ["anna"]
        put_on(project, the_article(project), 4, next(iter(project.tags.values())))
        assert [one.text for one in project.completions("aid -coder:", 11)] == ["anna", "bo"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("coder:ana", "No annotation is by a coder “ana”; the nearest is “anna”."),
        ("coder:zz*", "No annotation is by a coder “zz*”."),
        ("speaker:Idda", "Nobody called “Idda” speaks in the library; the nearest is “Ida”."),
        ("article:lifft", "No article is called “lifft”; the nearest is “Lift stuck”."),
        ("article:99", "No article is called or numbered “99”."),
        ("meta:sitee=north", "No article has a detail “sitee”; the nearest is “site”."),
        ("meta:sitee", "No article has a detail “sitee”; the nearest is “site”."),
        ('meta:site="norrth"', "No article has the detail site = “norrth”; the nearest is “North”."),
        ("meta:site=sout*", "No article has the detail site = “sout*”."),
        ("saved:wrong", "Nobody called “Otto” speaks in the library."),
        ("speaker:Ida", ""),
        ("speaker:i* -coder:ann*", ""),
        ("meta:site=north barrier", ""),
        ("article:2 zebra", ""),
        ("zebra", ""),
    ],
)
def test_a_name_that_is_not_in_the_library_is_said_with_the_nearest(named: Reader, query: str, said: str) -> None:
    number = named("search", query, "--count")
    assert number.err.strip() == said
    assert number.code == (0 if int(number.out) else 1)
    if said:
        nothing = named("search", query)
        assert (nothing.code, nothing.out) == (1, "")
        assert nothing.err.strip() == f"Nothing found for {query!r}. {said}"
        as_json = named("search", query, "--json")
        assert (as_json.code, as_json.rows, as_json.err) == (1, [], "")
        assert said in named("tag", "--search", query, "check", "--create", "--dry-run").err
        assert said in named("export", "csv", "--where", query).err


def test_a_name_that_is_not_there_is_said_where_the_rest_of_the_query_finds_something(named: Reader) -> None:
    said = "No annotation is by a coder “zz”."
    found = named("search", "rang -coder:zz", "--csv")
    assert (found.code, found.out.count("\n"), found.err.strip()) == (0, 2, said)
    assert said in named("tag", "--search", "rang -coder:zz", "check", "--create").err
    assert said in named("search-save", "mine", "rang -coder:zz").err


def test_who_only_wrote_a_note_is_known(named: Reader) -> None:
    named("--coder", "bo", "note", "1", "2", "see the map")
    found = named("search", "coder:bo", "--count")
    assert (found.out, found.err) == ("1\n", "")


def test_nothing_is_said_of_coders_whose_marks_are_hidden(named: Reader) -> None:
    named("blind-start")
    assert named("search", "coder:ana", "--count").err == ""


@pytest.mark.parametrize(("query", "count"), [("speaker:*", 2), ("coder:*", 1), ("coder:an*", 1), ("article:*", 7)])
def test_a_star_alone_is_any_name(named: Reader, query: str, count: int) -> None:
    assert named("search", query, "--count").out == f"{count}\n"


def test_a_pattern_that_asks_for_itself_is_one_sentence(named: Reader) -> None:
    refused = named("search", "/(?R)/")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("The pattern /(?R)/ needs more memory")
