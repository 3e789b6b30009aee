"""A session follows what happens to the journals behind its back: erased, restored, cut, gone, refused by the disk."""

from __future__ import annotations

import errno
import os
import shutil
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader import fs
from reader.errors import Damage, ReaderError
from reader.model import Annotation
from reader.project import Project, copies
from reader.store import writer as writing
from tests.projects import FLOOD, add_tag, make_project, new_article, put_on, the_article

OTHER = ("Quay closed", "The quay stays closed until the barrier is mended.")
BARRIERS = {FLOOD[0]: 2, OTHER[0]: 1}
"""How often the word stands in each article, title included."""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Project]:
    """A session of c1's in a project of two articles; the first has a mark."""
    project = make_project(tmp_path / "p", articles=[new_article(), new_article(OTHER, source="quay.txt")])
    put_on(project, the_article(project), 2, add_tag(project, "harm"))
    project.flush()
    yield project
    project.close()


@pytest.fixture
def watching(writer: Project) -> Iterator[Project]:
    """A session that has read all of it."""
    project = Project.open(writer.path, coder="c2", write=False)
    assert seen(project) == {FLOOD[0]: (2, 1), OTHER[0]: (1, 0)}
    yield project
    project.close()


def seen(project: Project) -> dict[str, tuple[int, int]]:
    """By title: how often the search finds the barrier, and how many marks there are."""
    found = {article.title: (0, len(project.marks(article.id).annotations)) for article in project.articles.values()}
    for hit in project.search("barrier"):
        title = project.articles[hit.article_id].title
        found[title] = (found[title][0] + 1, found[title][1])
    return found


def erased(writer: Project, title: str) -> None:
    writer.close()
    (article,) = (a for a in writer.articles.values() if a.title == title)
    copies.erase(writer.path, "c1", frozenset({article.id}), {}, writer.store.modes)


def journal_of(project: Project) -> Path:
    (path,) = (project.path / "journal").glob("c1.*.jsonl")
    return path


@pytest.mark.parametrize("more", [0, 20])
def test_what_another_session_erased_is_gone_here_too(writer: Project, watching: Project, more: int) -> None:
    """With more edits since, the journal is longer than it was, and no line ends where this session had come to."""
    size = journal_of(writer).stat().st_size
    erased(writer, FLOOD[0])
    again = Project.open(writer.path, coder="c1")
    for number in range(more):
        add_tag(again, f"tag {number}")
    again.close()
    assert (journal_of(writer).stat().st_size > size) == bool(more)
    assert watching.poll()
    assert seen(watching) == {OTHER[0]: (1, 0)}
    assert len(watching.tags) == 1 + more
    assert watching.problems == []
    assert not watching.poll()


def test_the_last_article_erased_leaves_an_empty_library(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    harm = add_tag(project, "harm")
    put_on(project, the_article(project), 2, harm)
    project.flush()
    watching = Project.open(project.path, coder="c2", write=False)
    assert (seen(watching), watching.counts().tag(harm.id)) == ({FLOOD[0]: (2, 1)}, 1)
    erased(project, FLOOD[0])
    assert watching.poll()
    assert (seen(watching), watching.counts().tag(harm.id)) == ({}, 0)


def test_a_session_sees_the_state_that_another_one_restored(writer: Project, watching: Project) -> None:
    copies.backup(writer, "by hand")
    put_on(writer, the_article(writer), 4, add_tag(writer, "actor"))
    writer.flush()
    assert watching.poll()
    assert seen(watching)[FLOOD[0]] == (2, 2)
    writer.close()
    copies.restore(writer.path, "", writer.store.modes)
    assert watching.poll()
    assert seen(watching)[FLOOD[0]] == (2, 1)
    assert [tag.name for tag in watching.tags.values()] == ["harm"]
    assert watching.problems == []


@pytest.mark.parametrize("left", [None, 0, 0.5])
def test_a_journal_cut_or_removed_by_something_else_is_named_and_nothing_is_dropped(
    writer: Project, watching: Project, left: float | None
) -> None:
    before = seen(watching)
    writer.close()  # now its checkpoint says how long the journal is
    watching.poll()
    path = journal_of(writer)
    size = path.stat().st_size
    if left is None:
        path.unlink()
    else:
        os.truncate(path, int(left * size))
    watching.poll()
    assert seen(watching) == before
    (said,) = watching.problems
    assert said.startswith(f"The journal {path.name} ")
    assert f"{size} bytes of it were on the disk. Restore it from a backup." in said


def test_an_edit_taken_back_before_it_was_durable_is_taken_back_here_too(
    writer: Project, watching: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a write whose fsync failed: the line was there for a moment, and the journal is cut back to where it was."""
    for name in ("SETTLE_AFTER", "SETTLE_AT_LAST"):  # no TinyDB file follows meanwhile, however slow the machine is
        monkeypatch.setattr(writing, name, 3600.0)
    path = journal_of(writer)
    size = path.stat().st_size
    add_tag(writer, "actor")
    writer.flush()
    assert watching.poll()
    assert sorted(tag.name for tag in watching.tags.values()) == ["actor", "harm"]
    _, cursor = watching.store.edits()
    os.truncate(path, size)
    assert watching.poll()
    assert [tag.name for tag in watching.tags.values()] == ["harm"]
    assert watching.problems == []
    with pytest.raises(Damage, match="has become shorter"):
        watching.store.edits(cursor)


class Unreadable(fs.Disk):
    """A disk that does not give the files in whose names some letters stand."""

    def __init__(self, letters: str) -> None:
        self.letters = letters

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        if self.letters in path.name:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return super().open(path, flags, mode)


def test_where_the_disk_gives_one_journal_only_that_one_is_read_and_the_rest_later(
    writer: Project, watching: Project
) -> None:
    third = Project.open(writer.path, coder="c3")
    put_on(third, third.article("1"), 4, next(iter(third.tags.values())))
    third.close()
    put_on(writer, the_article(writer), 5, next(iter(writer.tags.values())))
    writer.flush()
    with fs.using(Unreadable("c1.")), pytest.raises(ReaderError, match=r"cannot be read \(c1\..*Input/output error"):
        watching.poll()
    assert watching.poll()
    assert seen(watching)[FLOOD[0]] == (2, 3)
    assert watching.problems == []


def lines_with(path: Path, old: bytes, new: bytes, *, sound: bool = True) -> bytes:
    """A journal with other words of the same length in its lines, their checksums made anew or left."""
    lines = [line.replace(old, new) for line in path.read_bytes().splitlines(keepends=True)]
    if sound:
        lines = [b"%08x %b" % (zlib.crc32(line[9:-1]), line[9:]) for line in lines]
    return b"".join(lines)


@pytest.mark.parametrize("in_place", [True, False])
def test_a_journal_rewritten_to_its_old_length_is_read_anew(watching: Project, *, in_place: bool) -> None:
    path = journal_of(watching)
    assert [tag.name for tag in watching.tags.values()] == ["harm"]
    data = lines_with(path, b'"harm"', b'"hurt"')
    assert len(data) == path.stat().st_size
    if in_place:
        path.write_bytes(data)
    else:
        path.with_name("other").write_bytes(data)
        path.with_name("other").rename(path)
    assert watching.poll()
    assert [tag.name for tag in watching.tags.values()] == ["hurt"]
    assert watching.problems == []
    assert not watching.poll()


def test_a_journal_that_was_only_touched_is_not(watching: Project) -> None:
    path = journal_of(watching)
    os.utime(path, (1, 1))
    assert not watching.poll()
    path.with_name("other").write_bytes(path.read_bytes())
    path.with_name("other").rename(path)
    assert not watching.poll()


def test_lines_that_were_read_and_are_damaged_now_are_said_and_what_they_did_stays(watching: Project) -> None:
    path = journal_of(watching)
    path.write_bytes(lines_with(path, b'"harm"', b'"hurt"', sound=False))
    watching.poll()
    assert [tag.name for tag in watching.tags.values()] == ["harm"]
    assert any("checksum" in problem for problem in watching.problems), watching.problems


def marked_in_another_copy(writer: Project) -> Annotation:
    """A mark that the same coder makes in a copy of the project, whose journal then comes into this one."""
    there = writer.path.with_name("there")
    shutil.copytree(writer.path, there)
    other = Project.open(there, coder="c1")
    mark, _ = put_on(other, the_article(other), 4, next(iter(other.tags.values())))
    other.close()
    (fresh,) = {path.name for path in there.glob("journal/c1.*.jsonl")} - {journal_of(writer).name}
    shutil.copyfile(there / "journal" / fresh, writer.path / "journal" / fresh)
    return mark


def test_ones_own_files_follow_the_journal_of_another_copy_within_a_second(writer: Project) -> None:
    """The same coder works in two copies; the journal of one comes into the other, in which a session is open."""
    writer.flush()
    writer.store.settle()
    mark = marked_in_another_copy(writer)
    assert writer.poll()
    (file,) = writer.path.glob("annotations/c1/*/*.json")
    end = time.monotonic() + 30
    while mark.id not in file.read_text():
        assert time.monotonic() < end
        os.sched_yield()


def test_ones_own_files_follow_what_came_while_no_session_was_open(writer: Project) -> None:
    writer.close()
    mark = marked_in_another_copy(writer)
    again = Project.open(writer.path, coder="c1")
    again.start()
    again.close()
    (file,) = writer.path.glob("annotations/c1/*/*.json")
    assert mark.id in file.read_text()
    assert Project.open(writer.path, coder="c2", write=False).verify() == []
