"""What the store has in memory: no more of a long line or a large library than is asked for, and all of that as it was written."""

from __future__ import annotations

import json
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tinydb import TinyDB

from reader.project import Project
from reader.project.keeping import Keeper
from reader.store import documents
from reader.store.journal import newest_time
from tests.projects import add_tag, make_project, new_article, put_on, the_article

LONG = 3_000_000
"""Characters of the notes of one edit."""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """The journal of a closed project: a short edit, a long one, a short one."""
    with closing(make_project(tmp_path / "p")) as project:
        tag = add_tag(project, "harm")
        with_long_notes(project)
        put_on(project, the_article(project), 2, tag)
    (path,) = (project.path / "journal").glob("*.jsonl")
    return path


def with_long_notes(project: Project) -> None:
    article = the_article(project)
    anchor = project.paragraph_anchor(article, 2)
    notes = [project.annotation("paragraph", article=article, anchor=anchor, note="x" * (LONG // 3)) for _ in range(3)]
    project.apply("note", [(None, note) for note in notes])
    project.flush()


@contextmanager
def peak() -> Iterator[list[int]]:
    """Bytes that Python has taken meanwhile: those kept, and at most."""
    found: list[int] = []
    tracemalloc.start()
    try:
        yield found
        found += tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()


def time_in(line: bytes) -> str:
    at: str = json.loads(line[9:])["at"]
    return at


def test_the_newest_time_is_that_of_the_last_line_that_can_be_read(journal: Path) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    assert [len(line) > LONG for line in lines] == [False, False, True, False]
    for upto in range(1, len(lines) + 1):
        journal.write_bytes(b"".join(lines[:upto]))
        assert newest_time(journal) == time_in(lines[upto - 1])
    journal.write_bytes(b"".join(lines) + lines[0][:-1])  # not finished: never acknowledged
    assert newest_time(journal) == time_in(lines[-1])
    for empty in (b"", b"\n", b"\n\n", lines[0][:-1]):
        journal.write_bytes(empty)
        assert newest_time(journal) == ""


def test_the_newest_time_is_not_that_of_a_line_that_is_damaged(journal: Path) -> None:
    first, second, long, _ = journal.read_bytes().splitlines(keepends=True)
    for place in (3, 8, 100, len(long) // 2, len(long) - 3):
        damaged = long[:place] + bytes([long[place] ^ 1]) + long[place + 1 :]
        journal.write_bytes(first + second + damaged)
        assert newest_time(journal) == time_in(second)
    journal.write_bytes(first + second[:-1] + b"\r" + long)  # both are still there
    assert newest_time(journal) == time_in(long)


def test_a_time_that_stands_elsewhere_in_a_long_line_is_found(journal: Path) -> None:
    first, _, long, _ = journal.read_bytes().splitlines(keepends=True)
    edit = json.loads(long[9:])
    data = json.dumps(dict(reversed(edit.items()))).encode()
    journal.write_bytes(first + b"%08x %b\n" % (zlib.crc32(data), data))
    assert newest_time(journal) == edit["at"]


def test_a_session_begins_without_the_long_edit_before_it_in_memory(tmp_path: Path) -> None:
    with closing(make_project(tmp_path / "p")) as project:
        with_long_notes(project)

    def begun() -> None:
        with closing(Project.open(project.path, coder="c1")) as again:
            again.start()
            Keeper(again)

    begun()  # what is imported for it is there now
    with peak() as bytes_taken:
        begun()
    assert bytes_taken[1] < LONG / 6


def library_of(folder: Path, articles: int) -> Path:
    """The file of a library in which titles look like the JSON around them."""
    titles = ("plain", ',"12":{"id":"a', "\\", '"}},"held":{', "naïve 北京", "")
    made = [
        new_article((f"Text {n}.",), source=f"{n}.txt", title=f"{titles[n % len(titles)]} {n}") for n in range(articles)
    ]
    with closing(make_project(folder, articles=made)) as project:
        for article in list(project.articles.values())[::3]:
            changed = msgspec.structs.replace(article, meta={"site": "north"}, roles={"1": "caption"})
            project.apply("detail", [(article, changed)])
        project.remove(the_article(project))
    return folder / "library.json"


def as_json(path: Path) -> dict[str, Any]:
    """The articles by id as any program reads them."""
    return {record["id"]: dict(record) for record in TinyDB(path, encoding="utf-8").table("articles").all()}


@pytest.mark.parametrize("piece", [1, 1_000, documents.PIECE])
def test_a_library_read_in_pieces_is_what_stands_in_the_file(
    tmp_path: Path, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = library_of(tmp_path / "p", 40)
    monkeypatch.setattr(documents, "PIECE", piece)
    with closing(Project.open(path.parent, coder="c2", write=False)) as project:
        found = {key: json.loads(msgspec.json.encode(article)) for key, article in project.all_articles().items()}
        assert project.problems == []
    assert found == {key: {**record, "extra": {}} for key, record in as_json(path).items()}
    assert len(found) == 40


def test_a_document_within_a_document_is_no_place_to_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nested = {"7": {"id": "x"}, "12": {"id": "y"}}
    with closing(make_project(tmp_path / "p")) as project:
        article = the_article(project)
        project.apply("replace", [(article, msgspec.structs.replace(article, replaces=nested))])
    monkeypatch.setattr(documents, "PIECE", 1)
    with closing(Project.open(project.path, coder="c2", write=False)) as again:
        assert the_article(again).replaces == nested
        assert again.problems == []


def test_an_article_in_memory_holds_nothing_twice_that_all_have_alike(tmp_path: Path) -> None:
    count = 3_000
    made = [new_article((f"Text {n}.",), source=f"{n}.txt", title=f"Article {n}") for n in range(count)]
    with closing(make_project(tmp_path / "p", articles=made)):
        pass
    path = tmp_path / "p" / "library.json"
    with closing(Project.open(path.parent, coder="c2", write=False)) as project:
        the_article(project)  # what is imported for it is there now
    with closing(Project.open(path.parent, coder="c2", write=False)) as project, peak() as bytes_taken:
        assert len(project.articles) == count
    kept, most = bytes_taken
    assert kept < 900 * count  # in 450 of the file: about 70 a text, and 8 a field
    assert most - kept < 1.5 * path.stat().st_size  # the file, and a piece of it made
