"""After a power cut at any moment the project opens and holds all that was acknowledged; broken recipes do not."""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from reader import fs
from reader.edits import Edit
from reader.errors import ReaderError
from reader.project import Project
from reader.store import tiny, writer
from reader.store.journal import Entry, Journal
from tests.faults.powercut import Folder, RecordingDisk, loaded, put, states
from tests.faults.scenario import STEPS, Told, check, fresh, quick, scratch


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RETRY_AFTER", "SETTLE_AFTER", "SETTLE_AT_LAST"):
        monkeypatch.setattr(writer, name, getattr(writer, name))
    quick()


@pytest.fixture
def folder() -> Iterator[Path]:
    root = scratch()
    yield fresh(root / "run")
    shutil.rmtree(root)


def recorded(folder: Path, disk: RecordingDisk, every: int = 2) -> None:
    """Do the work; after each step the trace says what may and what must be there. Every so many steps the TinyDB files follow."""
    told = Told()
    with fs.using(disk):
        project = Project.open(folder / "p", coder="c1")
        disk.note("told", copy.deepcopy(told))
        for number, step in enumerate(STEPS):
            if number == 3:
                project.close()
                project = Project.open(folder / "p", coder="c1")
            may = copy.deepcopy(told)
            may.after(step, surely=False)
            disk.note("told", may)
            step.act(project, folder)
            project.flush()
            told.after(step, surely=True)
            disk.note("told", copy.deepcopy(told))
            if number % every == 0:
                project.store.settle()  # as the writer does after a while
        project.close()


def violations(folder: Path, disk: RecordingDisk, *, first: bool = False) -> tuple[int, list[str]]:
    """How many disks there may be after a power cut, and what is wrong with them."""
    base = loaded(folder / "p")
    recorded(folder, disk)
    return judged(folder, base, disk, first=first)


def judged(folder: Path, base: Folder, disk: RecordingDisk, *, first: bool = False) -> tuple[int, list[str]]:
    """As `violations`, of a trace; `first`: up to the first."""
    count = 0
    wrong: list[str] = []
    for where, files, told in states(base, disk.trace):
        if told is None:
            continue
        if first and wrong:
            break
        count += 1
        put(folder / "p", files)
        try:
            found = check(folder, told)
        except (ReaderError, OSError) as error:
            found = [f"{type(error).__name__}: {error}"]
        wrong += [f"{where}: {line}" for line in found]
    return count, wrong


@pytest.mark.parametrize("every", [1, 2, 99])
def test_every_power_cut_leaves_a_state_that_opens(folder: Path, every: int) -> None:
    disk = RecordingDisk(folder / "p")
    base = loaded(folder / "p")
    recorded(folder, disk, every)
    count, wrong = judged(folder, base, disk)
    assert count > 90
    assert wrong == []


def _name(fd: int) -> str:
    """The path of an open file."""
    return os.path.realpath(f"/proc/self/fd/{fd}")


class NoFileSync(RecordingDisk):
    """Leaves out the fsync of files that are renamed into place."""

    def fsync(self, fd: int) -> None:
        if not _name(fd).endswith(".new"):
            super().fsync(fd)


class NoFolderSync(RecordingDisk):
    """Leaves out the fsync of folders."""

    def fsync(self, fd: int) -> None:
        if not Path(_name(fd)).is_dir():
            super().fsync(fd)


class NoJournalSync(RecordingDisk):
    """Acknowledges before the journal is on the disk."""

    def fsync(self, fd: int) -> None:
        if not _name(fd).endswith(".jsonl"):
            super().fsync(fd)


class LateSync(RecordingDisk):
    """Renames first and syncs the file afterwards."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._late: list[str] = []

    def fsync(self, fd: int) -> None:
        path = _name(fd)
        if path.endswith(".new"):
            self._late.append(path)
            return
        super().fsync(fd)

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        if str(source) in self._late:
            self._late.remove(str(source))
            fd = self.open(target, os.O_RDONLY)
            super().fsync(fd)
            self.close(fd)


def _in_place(path: Path, data: bytes, modes: fs.Modes = fs.PRIVATE) -> None:
    """A file written over where it stands."""
    disk = fs._disk
    fd = disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, modes.file)
    disk.write(fd, data)
    disk.fsync(fd)
    disk.close(fd)
    fs.sync_folder(path.parent)


def _line_by_line(journal: Journal, edit: Edit) -> Entry:
    """An edit written as a line a record."""
    for change in edit.changes[:-1]:
        _append(journal, msgspec.structs.replace(edit, id=f"{edit.id}{change.id}", changes=(change,)))
    last = _append(journal, msgspec.structs.replace(edit, changes=edit.changes[-1:]))
    return Entry(msgspec.structs.replace(edit, seq=last.edit.seq), last.journal, last.end)


_append = Journal.append


def _checkpoint_first(store: tiny.TinyStore) -> bool:
    """Settling in the wrong order."""
    dirty, store._dirty = store._dirty, set()
    _settle(store)
    store._dirty = dirty
    return _settle(store)


_settle = tiny.TinyStore.settle


@pytest.mark.parametrize("disk", [NoFileSync, NoFolderSync, NoJournalSync, LateSync])
def test_a_disk_call_left_out_or_late_is_caught(folder: Path, disk: type[RecordingDisk]) -> None:
    _, wrong = violations(folder, disk(folder / "p"), first=True)
    assert wrong != []


@pytest.mark.parametrize(
    ("owner", "name", "broken"),
    [
        (fs, "replace_file", _in_place),
        (Journal, "append", _line_by_line),
        (tiny.TinyStore, "settle", _checkpoint_first),
    ],
    ids=["in place", "a line a record", "checkpoint first"],
)
def test_a_recipe_broken_on_purpose_is_caught(
    folder: Path, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, broken: Callable[..., object]
) -> None:
    recipe = getattr(owner, name)
    monkeypatch.setattr(owner, name, broken)
    base = loaded(folder / "p")
    disk = RecordingDisk(folder / "p")
    recorded(folder, disk)
    monkeypatch.setattr(owner, name, recipe)  # what is found on the disk is read by the program as it is
    _, wrong = judged(folder, base, disk, first=True)
    assert wrong != []
