"""After any edits and imports a search through the index finds what a search without it finds, and so does a rebuilt one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader import commands
from reader.errors import ReaderError
from reader.project import Project
from reader.search.bind import Scope
from reader.search.scan import scan
from tests.projects import new_article

pytestmark = pytest.mark.sweep

WORDS = ["barrier", "aid", "Straße", "北京", "late"]
TAGS = ["harm", "harm/strike", "aid"]
QUERIES = [
    *("barrier", "strasse", "北京", "*rri*", '"aid barrier"', "bar* OR late", "aid -barrier", "near(aid late, 2)"),
    *(
        "harm",
        "tag:harm",
        "tag:harm/*",
        "tag:none",
        "has:note",
        "note:late",
        "is:reviewed",
        "coder:c1",
        "unit:paragraph",
    ),
    *("article:1", "/[Bb]arrier/ -tag:aid", "is:heading late"),
]

Do = Callable[[Project], object]
paragraphs = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=4)
numbers = st.integers(0, 3)


def at(project: Project, article: int, paragraph: int) -> tuple[object, int]:
    """An article and one of its paragraphs, whichever there is."""
    found = list(project.articles.values())[article % max(1, len(project.articles))]
    return found, paragraph % len(project.text(found.id)) + 1


def taken_in(name: int, parts: list[str]) -> Do:
    """A new text, or another version of one that is there."""
    return lambda project: project.import_articles([new_article(parts, source=f"{name}.txt", title=f"Text {name}")])


def on_paragraph(what: str, article: int, paragraph: int, tag: str, note: str) -> Do:
    """A mark that comes or goes."""

    def do(project: Project) -> object:
        found, number = at(project, article, paragraph)
        if what == "note":
            return commands.note(project, found, number, note)  # type: ignore[arg-type]  # an article
        if what == "review":
            return commands.review(project, found, [number])  # type: ignore[arg-type]
        if what == "untag":
            return commands.untag(project, found, [number], [tag])  # type: ignore[arg-type]
        return commands.tag(project, found, [number], [tag], create=True)  # type: ignore[arg-type]

    return do


def on_codebook(what: str, tag: str, other: str) -> Do:
    """A tag that is renamed, merged or deleted."""
    if what == "merge":
        return lambda project: commands.tag_merge(project, tag, other)
    if what == "delete":
        return lambda project: commands.tag_delete(project, tag, children=True)
    return lambda project: commands.tag_rename(project, tag, "late")


edits = st.one_of(
    st.builds(taken_in, numbers, paragraphs),
    st.builds(
        on_paragraph,
        st.sampled_from(["tag", "tag", "untag", "note", "review"]),
        *(numbers, numbers),
        st.sampled_from(TAGS),
        st.sampled_from(["late", "aid convoy", "北京"]),
    ),
    st.builds(on_codebook, st.sampled_from(["merge", "delete", "rename"]), *[st.sampled_from(TAGS)] * 2),
    st.sampled_from([Project.undo, Project.undo, Project.redo]),
    numbers.map(lambda n: lambda project: project.remove(at(project, n, 0)[0])),
)


def found(project: Project, query: str) -> list[object]:
    """The hits, or what is wrong."""
    try:
        return list(project.search(query))
    except ReaderError as error:
        return [str(error)]


def found_by_reading(project: Project, query: str) -> list[object]:
    """As `found`, without the index."""
    try:
        return list(scan(project, query, scope=Scope(project.coder, "", project.searches)))
    except ReaderError as error:
        return [str(error)]


@given(st.lists(paragraphs, min_size=1, max_size=2), st.lists(edits, min_size=1, max_size=14))
@settings(max_examples=40, deadline=None)
def test_the_index_is_what_reading_finds_and_what_a_rebuilt_one_is(first: list[list[str]], then: list[Do]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data"
        Project.create(path)
        with closing(Project.open(path, coder="c1")) as project:
            for name, parts in enumerate(first):
                taken_in(name, parts)(project)
            for do in then:
                with suppress(ReaderError, ZeroDivisionError, IndexError):  # nothing to do it to
                    do(project)
                assert found(project, "aid") == found_by_reading(project, "aid")
            followed = {query: found(project, query) for query in QUERIES}
            assert followed == {query: found_by_reading(project, query) for query in QUERIES}
            counts = project.counts().tags()
        for file in path.glob("index.sqlite*"):
            file.unlink()
        with closing(Project.open(path, coder="c1")) as project:
            assert project.build_index()
            assert {query: found(project, query) for query in QUERIES} == followed
            assert project.counts().tags() == counts
