"""How far each journal of a project has been read, and what its checkpoint promises."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from reader import fs
from reader.errors import Damage
from reader.store import journal as journals
from reader.store.journal import CHECKPOINT_SUFFIX, SUFFIX, Checkpoint, Entry
from reader.store.replay import copy_of


class _Tail:
    """A journal as far as this process has read it."""

    __slots__ = ("crc", "last", "offset", "seq", "stamp", "start")

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.begin(checkpoint.offset, checkpoint.seq)

    def begin(self, offset: int, seq: int) -> None:
        """Nothing before a place has been read, or need be known again."""
        self.start = self.offset = offset
        self.seq = seq
        self.crc = 0
        """Over the bytes from `start` to `offset`, as they were read."""
        self.last = b""
        """The bytes before `offset`, as they were read; empty where they are not known."""
        self.stamp = _NO_STAMP

    def is_other(self, path: Path) -> bool:
        """Whether a file cannot be the one that was read so far, only longer. OSError."""
        stamp = _stamp(path)
        if stamp.size > self.offset:
            return bool(self.last and _before(path, self.offset) != self.last)
        return stamp.size < self.offset or self.is_rewritten(path, stamp)

    def is_rewritten(self, path: Path, stamp: _Stamp) -> bool:
        """Whether a file that is as long as what was read holds something else. It is read where its times say so. OSError."""
        if stamp.size != self.offset or stamp == self.stamp or self.start == self.offset:
            return False
        if zlib.crc32(fs.read_range(path, self.start, self.offset)) != self.crc:
            return True
        self.stamp = stamp
        return False


class _Stamp(NamedTuple):
    """What changes when a file is written or another one is put in its place."""

    size: int
    inode: int
    written: int
    changed: int


_NO_STAMP = _Stamp(-1, 0, 0, 0)


def _stamp(path: Path) -> _Stamp:
    """The stamp of a file as it is now, of none where there is no file. OSError."""
    try:
        status = fs.status(path)
    except (FileNotFoundError, NotADirectoryError):
        return _NO_STAMP
    return _Stamp(status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


LAST = 64
"""Bytes before the place reached by which a journal is known again; more than a checksum and a time."""


def _before(path: Path, offset: int) -> bytes:
    return fs.read_range(path, max(0, offset - LAST), offset)


@dataclass
class Fresh:
    """What the journals hold beyond the last look.

    `rewound` names journals that were written anew without losing what their checkpoint speaks of: all their
    entries are here again. `refusal` is what the disk said where a journal could not be read; the rest was.
    """

    entries: list[Entry] = field(default_factory=list)
    rewound: list[str] = field(default_factory=list)
    refusal: OSError | None = None


class Tails:
    """The journals of one project folder. `report` is told what is damaged."""

    def __init__(self, project: Path, report: Callable[[str], None]) -> None:
        self._folder = project / "journal"
        self._report = report
        self._tails: dict[str, _Tail] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self._listing = fs.Listing(self._folder)
        self._known_paths: tuple[list[str], dict[str, Path]] = ([], {})
        self._opened = False
        self._place = 0
        self.lost: set[str] = set()
        """Journals that are gone, or shorter than what is known of them."""

    # -- where they are --------------------------------------------------------------------------------

    def path(self, name: str) -> Path:
        """Where the journal of a name is."""
        return self._folder / f"{name}{SUFFIX}"

    def paths(self) -> Mapping[str, Path]:
        """The journals there are, by name."""
        names = self._listing.names()
        known, paths = self._known_paths
        if names is not known:
            files = (name for name in names if name.endswith(SUFFIX) and name[0] != ".")
            paths = {name.removesuffix(SUFFIX): self._folder / name for name in files}
            self._known_paths = (names, paths)
        return paths

    def size_of(self, name: str) -> int:
        """The size of a journal as `paths` has found it; -1 if there is none."""
        return self._listing.size_of(f"{name}{SUFFIX}")

    def close(self) -> None:
        """Let go of the files that are held open."""
        self._listing.close()

    def checkpoint_path(self, name: str) -> Path:
        """Where the checkpoint of a journal is."""
        return self._folder / f"{name}{CHECKPOINT_SUFFIX}"

    # -- how far they were read ------------------------------------------------------------------------

    @property
    def names(self) -> Collection[str]:
        """The journals that are known, also those that are gone."""
        return self._tails.keys()

    @property
    def offsets(self) -> dict[str, int]:
        """How many bytes of each have been read."""
        return {name: tail.offset for name, tail in self._tails.items()}

    def offset(self, name: str) -> int:
        """How many bytes of one have been read; 0 for one that is not known."""
        tail = self._tails.get(name)
        return tail.offset if tail is not None else 0

    def move_on(self, entry: Entry) -> None:
        """An entry was written by this process."""
        tail = self._tails.setdefault(entry.journal, _Tail(Checkpoint()))
        tail.begin(entry.end, entry.edit.seq)

    # -- what their checkpoints say --------------------------------------------------------------------

    def checkpoint(self, name: str) -> Checkpoint:
        """The checkpoint of a journal, as it was read or written last; an empty one where there is none."""
        return self._checkpoints.get(name, Checkpoint())

    def settled(self, name: str, checkpoint: Checkpoint) -> None:
        """A checkpoint was written by this process."""
        self._checkpoints[name] = checkpoint

    def needed(self, key: str) -> dict[str, int]:
        """What a file must hold at least: by journal, the end of the last line about it that a checkpoint speaks of."""
        return {name: end for name, checkpoint in self._checkpoints.items() if (end := checkpoint.files.get(key, 0))}

    def lasts(self, coder: str, about: Callable[[str], bool]) -> Iterator[tuple[Path, int]]:
        """By journal of a coder, where the last line ends that is about some files and that a checkpoint speaks of."""
        for name, checkpoint in self._checkpoints.items():
            end = max((end for key, end in checkpoint.files.items() if about(key)), default=0)
            if end and name.split(".")[0] == coder:
                yield self.path(name), end

    def _read_checkpoint(self, name: str) -> Checkpoint:
        try:
            found = journals.read_checkpoint(self.checkpoint_path(name))
        except Damage as error:
            self._report(str(error))
            found = None
        checkpoint = self._checkpoints[name] = found or Checkpoint()
        return checkpoint

    def _checkpoint_names(self) -> set[str]:
        names = fs.names(self._folder)
        found = {name.removesuffix(CHECKPOINT_SUFFIX) for name in names if name.endswith(CHECKPOINT_SUFFIX)}
        return {name for name in found if copy_of(name) != name}  # what a sync tool renamed has no journal beside it

    # -- reading on ------------------------------------------------------------------------------------

    def replaced(self) -> bool:
        """Whether another state of the project is here than was read, as after a restore or an erasure. OSError.

        Then a journal is gone, shorter or another one, and what speaks of it has changed as well; a journal that alone
        was cut back is none.
        """
        if not self._opened:
            self._place = self._place_now()
            return False
        paths = self.paths()
        other = [
            name
            for name, tail in self._tails.items()
            if tail.offset and (name not in paths or tail.is_other(paths[name]))
        ]
        return bool(other) and (self._place != self._place_now() or any(map(self._has_other_checkpoint, other)))

    def _place_now(self) -> int:
        """What tells the folder of the journals from one that was put in its place."""
        return fs.status(self._folder).st_ino if fs.exists(self._folder) else 0

    def _has_other_checkpoint(self, name: str) -> bool:
        try:
            return (journals.read_checkpoint(self.checkpoint_path(name)) or Checkpoint()) != self.checkpoint(name)
        except Damage:
            return False

    def read(self, skip: str = "") -> Fresh:
        """Read on in all journals but `skip`, which nobody else writes; entries in the order of time and id."""
        fresh = Fresh()
        paths = self.paths()
        for name, path in paths.items():
            if name not in self._tails:
                checkpoint = self._read_checkpoint(name)
                # Files read before this journal came hold nothing of it, whatever its checkpoint says.
                self._tails[name] = _Tail(Checkpoint() if self._opened else checkpoint)
            if name == skip:
                continue
            try:
                self._read_on(name, path, fresh)
            except OSError as error:  # what the others brought must not be dropped: their tails have moved on
                fresh.refusal = error
        self._look_for_missing(paths)
        self._opened = True
        fresh.entries.sort(key=lambda entry: entry.edit.order)
        return fresh

    def read_on(self, name: str) -> Fresh:
        """Read on in one journal. OSError."""
        fresh = Fresh()
        self._tails.setdefault(name, _Tail(Checkpoint()))
        self._read_on(name, self.path(name), fresh)
        return fresh

    def _read_on(self, name: str, path: Path, fresh: Fresh) -> None:
        tail = self._tails[name]
        stamp, shorter = _stamp(path), False
        try:
            rewritten = tail.is_rewritten(path, stamp)
            found = journals.read(path) if rewritten else journals.read(path, tail.offset, tail.seq, tail.crc)
        except Damage:
            size, known = fs.size_of(path), self._read_checkpoint(name).offset
            if size < known:
                self.lose(name, size, max(known, tail.offset))
                return
            # A line seen before its fsync was taken back, or something was erased, or a backup restored.
            found = journals.read(path)
            rewritten = shorter = True
        for problem in found.problems:
            self._report(problem)
        if rewritten and found.problems and not shorter:  # lines that were read are damaged now: what they did stays
            tail.stamp = stamp
            return
        if rewritten:
            fresh.rewound.append(name)
            tail.begin(0, 0)
        if found.end != tail.offset or not tail.last:
            tail.last = _before(path, found.end)
        tail.offset, tail.seq, tail.crc, tail.stamp = found.end, found.seq, found.crc, stamp
        fresh.entries += found.entries

    def _look_for_missing(self, paths: Collection[str]) -> None:
        """Report journals that are gone: those that a checkpoint speaks of, and those that were read."""
        if not self._opened:
            for name in self._checkpoint_names().difference(paths):
                self._tails[name] = _Tail(self._read_checkpoint(name))
        for name, tail in self._tails.items():
            if tail.offset and name not in paths:
                self.lose(name, -1, tail.offset)

    def lose(self, name: str, size: int, known: int) -> None:
        """A journal is gone (-1) or shorter than what is known of it."""
        self.lost.add(name)
        self._report(str(journals.lacking(self.path(name), size, known)))
