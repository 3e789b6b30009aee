"""What is said where the disk refuses one thing, and that everything else stays: the sweeps refuse each call in turn."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reader import fs
from reader.errors import NotSaved, ReaderError, ReadOnly
from reader.project import Event, Project, Saved, Unsaved, copies
from tests.projects import FLOOD, add_tag, make_project, new_article, put_on, the_article

FULL, BROKEN, FORBIDDEN = errno.ENOSPC, errno.EIO, errno.EACCES


class Refusing(fs.Disk):
    """A disk that refuses to open files, or to put them in place, in whose paths some letters stand."""

    def __init__(self, letters: str, number: int, *, after: int = 0) -> None:
        self.letters = letters
        self.number = number
        self.after = after
        self.refused = 0

    def _look(self, path: Path) -> None:
        if self.letters in str(path):
            self.refused += 1
            if self.refused > self.after:
                raise OSError(self.number, os.strerror(self.number), str(path))

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        self._look(path)
        return super().open(path, flags, mode)

    def replace(self, source: Path, target: Path) -> None:
        self._look(target)
        super().replace(source, target)

    def mkdir(self, path: Path, mode: int) -> None:
        self._look(path)
        super().mkdir(path, mode)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with an article, a mark and a backup, opened again: all of it is on the disk."""
    made = make_project(tmp_path / "p")
    put_on(made, the_article(made), 2, add_tag(made, "harm"))
    copies.backup(made, "by hand")
    made.close()
    opened = Project.open(made.path, coder="c1")
    yield opened
    opened.close()


def content(path: Path) -> dict[str, bytes]:
    """The bytes of every file of a project but locks."""
    return {
        str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file() and p.parent.name != "locks"
    }


REFUSALS: dict[str, tuple[str, int, Callable[[Project], object], str]] = {
    "reading the library": (
        "library.json",
        BROKEN,
        lambda p: Project.open(p.path, coder="c2").articles,
        r"The project cannot be read \(library\.json\): the disk refused it \(Input/output error\)\.",
    ),
    "the texts of an import": (
        "/texts/",
        FULL,
        lambda p: p.import_articles([new_article(("Two", "Text two."))]),
        r"Not saved: the disk is full \(.*\)\.",
    ),
    "a draft": (
        "/drafts/",
        FULL,
        lambda p: p.save_draft("a:2", "a note"),
        r"The draft is not on the disk: No space left on device\.",
    ),
    "a backup": (
        "/backups/",
        FULL,
        lambda p: copies.backup(p, "by hand"),
        r"No backup could be made: No space left on device\.",
    ),
    "a pack": (
        "out.zip",
        FULL,
        lambda p: copies.pack(p, p.path.with_name("out.zip")),
        r"out\.zip cannot be written: No space left on device\.",
    ),
    "repairing": (
        "codebook.json",
        FORBIDDEN,
        Project.repair,
        r"Not repaired: Permission denied\.",
    ),
    "a new project": (
        "/another",
        FORBIDDEN,
        lambda p: Project.create(p.path.with_name("another")),
        r"No project could be made in .*another: Permission denied\.",
    ),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_a_refusal_is_one_sentence_and_changes_nothing(project: Project, what: str) -> None:
    letters, number, act, sentence = REFUSALS[what]
    before = content(project.path)
    disk = Refusing(letters, number)
    with fs.using(disk), pytest.raises(ReaderError, match=sentence):
        act(project)
    assert disk.refused
    assert {name: data for name, data in content(project.path).items() if not name.startswith("backups")} == {
        name: data for name, data in before.items() if not name.startswith("backups")
    }
    assert project.verify() == []
    add_tag(project, "more")
    project.flush()


def other_copy(project: Project) -> Path:
    """A copy in which two more coders have put marks on articles of their own."""
    path = project.path.with_name("copy")
    shutil.copytree(project.path, path)
    for coder in ("ben", "cem"):
        theirs = Project.open(path, coder=coder)
        theirs.import_articles([new_article((coder, f"The words of {coder}."), source=f"{coder}.txt")])
        put_on(theirs, theirs.article(f"{coder}.txt"), 2, add_tag(theirs, coder))
        theirs.close()
    return path


@pytest.mark.parametrize("refused", ["p/journal/ben", "p/journal/cem"])
def test_a_merge_is_whole_or_not_at_all(project: Project, refused: str) -> None:
    other = other_copy(project)
    journals = sorted(fs.names(project.path / "journal"))
    with (
        fs.using(Refusing(refused, FULL)),
        pytest.raises(NotSaved, match=r"Nothing was merged: No space left on device\."),
    ):
        copies.merge(project, other)
    assert sorted(fs.names(project.path / "journal")) == journals
    assert [a.title for a in Project.open(project.path, coder="c2", write=False).articles.values()] == [FLOOD[0]]
    report, _ = copies.merge(project, other)
    assert report.edits == {"ben": 3, "cem": 3}
    assert [a.title for a in project.articles.values()] == [FLOOD[0], "ben", "cem"]


@pytest.mark.parametrize(
    ("letters", "said"),
    [("/locks/", "the project folder cannot be written"), ("/journal/c2.", "the journal cannot be written")],
)
def test_a_session_that_may_not_write_says_so_and_reads(project: Project, letters: str, said: str) -> None:
    second = Project.open(project.path, coder="c2")
    with fs.using(Refusing(letters, FORBIDDEN)), pytest.raises(ReadOnly, match=rf"{said} \(Permission denied\)\."):
        second.start()
    assert second.read_only == f"{said} (Permission denied)"
    assert len(second.marks(the_article(second).id).annotations) == 1
    with pytest.raises(ReadOnly):
        add_tag(second, "more")
    third = Project.open(project.path, coder="c2")
    third.start()  # the lock was given up
    third.close()


@pytest.mark.parametrize("letters", ["/locks/", "/journal/c2."])
def test_a_session_that_finds_the_disk_full_may_write_later(project: Project, letters: str) -> None:
    second = Project.open(project.path, coder="c2")
    with fs.using(Refusing(letters, FULL)), pytest.raises(NotSaved, match=r"Not saved: the disk is full\."):
        second.start()
    assert second.read_only == ""
    add_tag(second, "more")
    second.close()
    assert project.poll()
    assert sorted(tag.name for tag in project.tags.values()) == ["harm", "more"]


def test_a_place_that_cannot_be_kept_costs_no_more_than_the_place(project: Project) -> None:
    project.state.last_article = the_article(project).id
    with fs.using(Refusing("/state/", FULL)):
        project.save_state()
    assert project.problems == ["Your place and slots could not be kept: No space left on device."]
    project.save_state()
    assert Project.open(project.path, coder="c1", write=False).state.last_article == the_article(project).id


def test_files_that_could_not_follow_at_the_end_are_brought_up_to_date_at_the_next_start(project: Project) -> None:
    with fs.using(Refusing(".json.new", FULL)):
        put_on(project, the_article(project), 4, next(iter(project.tags.values())))
        project.flush()
        project.close()
    (problem,) = project.problems
    assert problem.startswith("The TinyDB files are behind the journal: ")
    assert problem.endswith("The next start brings them up to date.")
    again = Project.open(project.path, coder="c1")
    assert len(again.marks(the_article(again).id).annotations) == 2
    again.start()
    again.close()
    (file,) = project.path.glob("annotations/c1/*/*.json")
    assert file.read_bytes().count(b'"unit":"paragraph"') == 2
    assert Project.open(project.path, coder="c2", write=False).verify() == []


# -- the thread that saves ------------------------------------------------------------------------------


@pytest.fixture
def shouted(monkeypatch: pytest.MonkeyPatch) -> list[type[BaseException]]:
    """What is said where uncaught errors of threads are said."""
    found: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda hook: found.append(hook.exc_type))
    return found


class Faulty(fs.Disk):
    """A disk on which a fault of the program's own shows while `faulty`."""

    faulty = True

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.faulty:
            raise ZeroDivisionError("of no worth")
        return super().write(fd, data)


def test_a_fault_of_the_program_keeps_the_edit_and_is_said(
    project: Project, shouted: list[type[BaseException]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.store.writer.RETRY_AFTER", 0.01)
    events: list[Event] = []
    project.listen(events.append)
    project.start()
    disk = Faulty()
    with fs.using(disk):
        tag = add_tag(project, "more")
        with pytest.raises(NotSaved, match=r"the program failed \(ZeroDivisionError: of no worth\)"):
            project.flush()
        assert project.tags[tag.id] == tag
        disk.faulty = False
        while project.pending:
            with contextlib.suppress(NotSaved):  # of a try that had begun
                project.flush()
    project.close()  # the thread has ended: it has said all it had to say
    assert isinstance(events[0], Unsaved)
    assert isinstance(events[-1], Saved)
    assert set(shouted) == {ZeroDivisionError}
    assert Project.open(project.path, coder="c2", write=False).tags[tag.id] == tag


def test_a_listener_that_fails_ends_nothing(project: Project, shouted: list[type[BaseException]]) -> None:
    def listener(event: Event) -> None:
        raise LookupError(event)

    project.listen(listener)
    tags = [add_tag(project, name) for name in ("more", "and more")]
    project.flush()
    project.close()
    assert shouted == [LookupError, LookupError]
    again = Project.open(project.path, coder="c2", write=False)
    assert all(again.tags[tag.id] == tag for tag in tags)
