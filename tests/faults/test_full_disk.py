"""A full disk is said within a second, what was done stays in the view, and is saved when there is room again."""

from __future__ import annotations

import contextlib
import os
import queue
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reader.errors import NotSaved
from reader.project import Event, Project, Saved, Unsaved
from tests.projects import add_tag, make_project, put_on, the_article
from tests.terminal.harness import DEADLINE

ROOM = 512 * 1024
SOON = 1.0
"""Seconds within which it is said; on a busy machine in the best of some tries, as what else runs only adds to it."""
TRIES = 5


@contextlib.contextmanager
def small_disk(folder: Path, size: int = ROOM) -> Iterator[Path]:
    """A folder that becomes a disk of a few bytes."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of half a megabyte."""
    with small_disk(tmp_path) as folder:
        yield folder


def filled(path: Path) -> None:
    """Write until there is no room for a byte more."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT)
    for size in (1 << 16, 1 << 12, 1):
        while True:
            try:
                os.write(fd, b"x" * size)
            except OSError:
                break
    os.close(fd)


class Heard:
    """The events of a project, to be waited for."""

    def __init__(self, project: Project) -> None:
        self._events: queue.Queue[Event] = queue.Queue()
        project.listen(self._events.put)

    def next(self) -> Event:
        return self._events.get(timeout=DEADLINE)

    def soonest(self, fail: Callable[[], object], heal: Callable[[], object]) -> float:
        """Let the disk fail an edit some times, until that is said soon; returns the seconds of the best."""
        best = DEADLINE
        for _ in range(TRIES):
            begun = time.monotonic()
            fail()
            while not isinstance(self.next(), Unsaved):
                begun = time.monotonic()
                fail()
            best = min(best, time.monotonic() - begun)
            heal()
            while not isinstance(self.next(), Saved):
                pass
            if best < SOON:
                break
        return best


def test_a_full_disk_is_said_and_survived(small: Path) -> None:
    project = make_project(small / "p")
    article = the_article(project)
    tag = add_tag(project, "harm")
    kept, _ = put_on(project, article, 2, tag)
    project.flush()
    heard = Heard(project)
    filled(small / "filler")
    marks = []
    event: Event | None = None
    while not isinstance(event, Unsaved):  # a few edits may still fit into the journal's last page
        mark, _ = put_on(project, article, 4, tag)
        marks.append(mark.id)
        event = heard.next()
    assert "the disk is full" in event.reason
    assert project.pending == 1
    assert {kept.id, *marks} == set(project.marks(article.id).annotations)
    with pytest.raises(NotSaved, match=r"^Not saved: the disk is full\.$"):
        project.flush(5)
    with pytest.raises(NotSaved, match="No space left"):
        project.save_draft("here", "x" * 5000)
    assert set(Project.open(small / "p", coder="c2").marks(article.id).annotations) == {kept.id, *marks[:-1]}
    (small / "filler").unlink()
    assert isinstance(heard.next(), Saved)
    assert project.pending == 0

    def fail() -> None:
        filled(small / "filler")
        marks.append(put_on(project, article, 4, tag)[0].id)

    assert heard.soonest(fail, (small / "filler").unlink) < SOON
    project.flush()
    project.close()
    again = Project.open(small / "p", coder="c2")
    assert set(again.marks(article.id).annotations) == {kept.id, *marks}
    assert again.verify() == []


def test_a_file_that_may_not_grow_is_said_and_survived(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    article = the_article(project)
    tag = add_tag(project, "harm")
    project.flush()
    heard = Heard(project)
    (journal,) = (tmp_path / "p" / "journal").glob("*.jsonl")
    size = journal.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))  # the line is written by half
    try:
        mark, _ = put_on(project, article, 4, tag)
        event = heard.next()
        assert isinstance(event, Unsaved)
        assert event.reason == "the file may not grow any more"
        assert mark.id in project.marks(article.id).annotations
        assert journal.stat().st_size == size
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert isinstance(heard.next(), Saved)
    project.close()
    assert set(Project.open(tmp_path / "p", coder="c2").marks(article.id).annotations) == {mark.id}
