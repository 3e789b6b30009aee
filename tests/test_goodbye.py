"""What is said after a session without goodbye, and which drafts are offered, wherever they belong."""

from __future__ import annotations

import errno
import os
import queue
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reader import commands, fs
from reader.commands import goodbye
from reader.commands.notes import memo_on
from reader.project import Event, Project, Saved, Unsaved
from tests.projects import add_tag, make_project, new_article, put_on, the_article
from tests.terminal.harness import DEADLINE


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "p")


def test_a_crash_is_said_with_the_marks_and_the_time_of_the_last(project: Project) -> None:
    assert not goodbye.begin_session(project)
    tag = add_tag(project, "harm")
    put_on(project, the_article(project), 2, tag)
    commands.note(project, the_article(project), 4, "beds")
    _, last = put_on(project, the_article(project), 4, tag)
    add_tag(project, "actor")  # no mark
    project.flush()
    at = datetime.fromisoformat(last.at).astimezone()
    again = Project.open(project.path, coder="c1")
    assert goodbye.begin_session(again)
    said = goodbye.ended_badly(again)
    found = re.fullmatch(
        r"The last session ended without goodbye\. All 3 marks are here, the last from (\d\d:\d\d:\d\d)\.", said
    )
    assert found, said
    assert found[1] in {f"{then:%H:%M:%S}" for then in (at, at + timedelta(seconds=1))}
    goodbye.end_session(again)
    assert not goodbye.begin_session(Project.open(project.path, coder="c1"))


class CountingDisk(fs.Disk):
    """A disk that counts what is read of journals by position."""

    bytes_read = 0

    def pread(self, fd: int, size: int, offset: int) -> bytes:
        found = super().pread(fd, size, offset)
        self.bytes_read += len(found)
        return found


@pytest.mark.parametrize("settled", [True, False])
def test_the_last_mark_is_found_before_a_large_import_that_is_not_read_for_it(project: Project, settled: bool) -> None:
    tag = add_tag(project, "harm")
    put_on(project, the_article(project), 2, tag)
    _, last = put_on(project, the_article(project), 4, tag)
    project.flush()
    if settled:
        project.close()
        project = Project.open(project.path, coder="c1")
    project.import_articles(new_article([f"Text {n}."], source=f"{n}.txt") for n in range(600))
    project.flush()
    if settled:
        project.close()
    (journal,) = (project.path / "journal").glob("*.jsonl")
    assert len(journal.read_bytes().splitlines()[-1]) > 4 << 16, "the last line is the import, of several blocks"

    again = Project.open(project.path, coder="c1")
    again.counts()  # the index is as new as the journals
    disk = CountingDisk()
    with fs.using(disk):
        said = goodbye.ended_badly(again)
    at = goodbye.to_the_second(last.at)
    assert said == f"The last session ended without goodbye. All 2 marks are here, the last from {at}."
    assert disk.bytes_read <= 2 << 16


def test_a_mark_is_the_last_one_though_it_was_taken_back_or_is_a_review(project: Project) -> None:
    put_on(project, the_article(project), 2, add_tag(project, "harm"))
    project.flush()
    project.undo()
    project.flush()
    undone = next(project.edits())
    project.close()
    again = Project.open(project.path, coder="c1")
    assert again.last_mark() == undone.at
    assert Project.open(project.path, coder="other").last_mark() == ""
    journal = next((project.path / "journal").glob("*.jsonl"))
    journal.unlink()
    assert Project.open(project.path, coder="c1").last_mark() == ""


def test_nothing_and_one_mark_are_said_as_people_say_them(project: Project) -> None:
    assert goodbye.ended_badly(project) == "The last session ended without goodbye. All is here."
    put_on(project, the_article(project), 2, add_tag(project, "harm"))
    project.flush()
    assert "The 1 mark is here, the last from " in goodbye.ended_badly(project)
    then = datetime(2026, 11, 22, 17, 2, 11).astimezone()
    assert goodbye.to_the_second(then.isoformat(), then) == "17:02:11"
    assert goodbye.to_the_second(then.isoformat(), then.replace(day=23)) == "2026-11-22 17:02:11"


def test_every_note_is_offered_in_words_and_finished_where_it_belongs(project: Project) -> None:
    article, tag = the_article(project), add_tag(project, "harm")
    mark, _ = put_on(project, article, 4, tag)
    project.flush()
    drafts: dict[str, tuple[str, Callable[[], str]]] = {
        f"{article.id}:2:": ("A note on ¶ 2", lambda: project.marks(article.id).of(2)[0].note),
        f"{article.id}:0:": ("A note on the whole article", lambda: project.marks(article.id).of(0)[0].note),
        f"{article.id}:4:{mark.id}": ("A note on ¶ 4", lambda: project.marks(article.id).annotations[mark.id].note),
        goodbye.draft_of_description(tag.id): (
            "The description of the tag harm",
            lambda: project.tags[tag.id].description,
        ),
        goodbye.draft_of_tag_note(tag.id): (
            "A note on the tag harm",
            lambda: "".join(m.note for m in [memo_on(project, tag)] if m),
        ),
        goodbye.draft_of_memo(): (
            "A memo on the project",
            lambda: next((m.note for m in project.memos() if m.unit == "project"), ""),
        ),
    }
    for key, (place, stored) in drafts.items():
        project.save_draft(key, f"three words {place}")
        (left,) = goodbye.unfinished(project)
        words = 2 + len(place.split())
        assert goodbye.unfinished_said(project, left) == f"{place} was being typed ({words} words): Enter opens it."
        goodbye.finish(project, left, left.text)
        assert stored() == f"three words {place}"
        if key != goodbye.draft_of_memo():  # what is stored is not offered again
            assert list(goodbye.unfinished(project)) == []
        project.flush()
        project.drop_draft(key)


def test_the_latest_is_offered_first_and_what_has_no_place_any_more_is_not(project: Project) -> None:
    article = the_article(project)
    for number in (5, 2, 4):
        project.save_draft(f"{article.id}:{number}:", "a thought")
    project.save_draft("a0000000000000000:2:", "gone with its article")
    project.save_draft("tag:t0", "gone with its tag")
    assert [left.number for left in goodbye.unfinished(project)] == [4, 2, 5]


class FullDisk(fs.Disk):
    """A disk without room until some is made."""

    full = True

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(fd, data)


def test_a_draft_stays_until_its_note_is_on_the_disk(project: Project) -> None:
    article = the_article(project)
    key = f"{article.id}:2:"
    project.save_draft(key, "beds upstairs")
    project.flush()
    heard: queue.Queue[Event] = queue.Queue()
    project.listen(heard.put)
    disk = FullDisk()
    with fs.using(disk):
        commands.note(project, article, 2, "beds upstairs")
        assert isinstance(heard.get(timeout=DEADLINE), Unsaved)
        project.drop_draft(key)
        assert project.drafts() == {key: "beds upstairs"}
        disk.full = False
        assert isinstance(heard.get(timeout=DEADLINE), Saved)
        assert project.drafts() == {}
    (found,) = Project.open(project.path, coder="c2").marks(article.id).of(2)
    assert found.note == "beds upstairs"
