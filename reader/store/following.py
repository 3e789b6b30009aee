"""What the journals of a project folder lead to, kept in memory file by file.

A record is read from its TinyDB file with the tails of the journals laid over it: the edits beyond what
the file says it holds. Where that is in doubt (a file missing or changed, an edit that comes late, a
record that is not what an edit saw) the file's content is made anew from all journals.
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from reader import fs
from reader.edits import Change, Edit
from reader.errors import Damage
from reader.model import ProjectInfo
from reader.store.documents import Encoded, Shelf, read_shelf
from reader.store.folder import copy_id, modes_of, read_info
from reader.store.journal import Entry, Journal
from reader.store.numbers import Numbers
from reader.store.records import decode
from reader.store.refusals import reading
from reader.store.replay import Replayed, copy_of, replay
from reader.store.shelves import CODEBOOK, LIBRARY, PROJECT, key_of, owner_of
from reader.store.tails import Tails
from reader.store.textfiles import TextFiles

_NUMBER = re.compile(rb'"number":(\d+)')
KEPT_SHELVES = 256
"""Annotation files kept in memory beyond those that still have to be written."""
FOLLOWED_AT_ONCE = 64
"""Annotation files of one's own that are brought up to date with another copy's journal when a session begins to write."""


class Following:
    """The shelves of one project folder, as far as its journals have been read; `_journal` is set while this session writes."""

    def __init__(self, path: Path, coder: str) -> None:
        self.path = path
        self.coder = coder
        self.problems: list[str] = []
        self._lock = threading.RLock()
        self._shelves: dict[str, Shelf] = {}
        self._dirty: set[str] = set()
        self._encoded: dict[str, Encoded] = {}
        self._damaged: set[str] = set()
        self._late: dict[str, list[Entry]] = {}
        self._tails = Tails(path, self._report)
        self._split: tuple[Edit, dict[str, list[Change]]] | None = None
        self._files: dict[str, int] = {}
        self._marked: dict[str, str] = {}
        self._news: list[Edit] = []
        self._info_in_doubt = False
        self._latest_at = ""
        self._numbers = Numbers(self._highest_read)
        self._journal: Journal | None = None
        self.info = read_info(path)
        self.modes = modes_of(self.info)
        self.texts = TextFiles(path, self.modes, self._report)
        self.copy = copy_id(self.info.id, path)
        self.journal_name = f"{coder}.{self.copy}"
        self.rewinds = 0
        """How often a journal turned out to be written anew, as by an erasure: what was read before may hold no more."""
        self._read_tails()
        self._news.clear()  # they are what is read first, no news
        if any(copy_of(name) != self.copy for name in self._tails.needed(PROJECT)):
            self._settle_info()  # a setting made in another copy, whose project.json did not come along

    # -- following the journals ----------------------------------------------------------------------

    def journal_paths(self) -> Mapping[str, Path]:
        return self._tails.paths()

    def _read_tails(self) -> None:
        """Read what the journals hold beyond the last look and lay it over what is in memory. OSError: the rest was read."""
        with self._lock:
            if self._journal is None and self._tails.replaced():
                self._open_anew()
            fresh = self._tails.read(skip=self.journal_name if self._journal is not None else "")
            for name in fresh.rewound:
                self._forget_journal(name)
            self.rewinds += len(fresh.rewound)
            self._news += (entry.edit for entry in fresh.entries)
            self._lay_over(fresh.entries)
            if self._info_in_doubt:
                self._settle_info()
        if fresh.refusal is not None:
            raise fresh.refusal

    def _open_anew(self) -> None:
        """Forget all that was read, as if the project was opened now: somebody brought back another state of it, or erased."""
        self._shelves.clear()
        self._late.clear()
        self._encoded.clear()
        self._files.clear()
        self._marked.clear()
        self._split = None
        self._tails = Tails(self.path, self._report)
        self._take_info(read_info(self.path))
        self.rewinds += 1

    def _forget_journal(self, name: str) -> None:
        """Forget what came of a journal, it is read again."""
        for key, entries in self._late.items():
            self._late[key] = [entry for entry in entries if entry.journal != name]
        self._make_anew({key for key, shelf in self._shelves.items() if name in shelf.held})

    def _report(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def _lay_over(self, entries: Iterable[Entry]) -> None:
        doubtful: set[str] = set()
        for entry in entries:
            edit = entry.edit
            self._latest_at = max(self._latest_at, edit.at)
            own = entry.journal == self.journal_name
            for key, changes in self._by_key(edit).items():
                self._late.setdefault(key, []).append(entry)
                if self._journal is not None and not own and self._is_to_write(key, entry.journal):
                    self._dirty.add(key)
                if own:
                    self._files[key] = max(entry.end, self._files.get(key, 0))
                if coder := owner_of(key):
                    self._marked[coder] = max(edit.at, self._marked.get(coder, ""))
                if key == PROJECT:
                    self._info_in_doubt = True
                    continue
                shelf = self._shelves.get(key)
                if shelf is not None and key not in doubtful and not self._applied(key, shelf, entry, changes):
                    doubtful.add(key)
        self._make_anew(doubtful)

    def _make_anew(self, keys: set[str]) -> None:
        """Make shelves anew; where the disk does not let us read, they are loaded when they are asked for."""
        if not keys:
            return
        try:
            self._rebuild(keys)
        except OSError:
            for key in keys:
                self._shelves.pop(key, None)

    def _applied(self, key: str, shelf: Shelf, entry: Entry, changes: list[Change]) -> bool:
        """Carry out an edit on a shelf in memory; False if that is in doubt."""
        if entry.end <= shelf.held.get(entry.journal, 0):
            return True
        if entry.edit.order < shelf.latest or entry.edit.erased:
            return False
        for change in changes:
            before = None if change.before is None else decode(change.table, change.before)
            if shelf.record(change) != before:
                return False
        self._shelves[key] = shelf.with_changes(changes, entry)
        return True

    def _by_key(self, edit: Edit) -> dict[str, list[Change]]:
        """The changes of an edit by file; those of the last one are kept, for an import is asked for each of its files."""
        known = self._split
        if known is None or known[0] is not edit:
            known = self._split = (edit, _by_key(edit))
        return known[1]

    def _settle_info(self) -> None:
        """The project's own record has no positions beside it: whatever speaks of it is replayed."""
        records = self._replayed({PROJECT}).shelves.get(PROJECT, Shelf()).table("project")
        self._take_info(cast("ProjectInfo", records.get(self.info.id, self.info)))
        self._info_in_doubt = False

    def _take_info(self, info: ProjectInfo) -> None:
        self.info = info
        self.modes = self.texts.modes = modes_of(info)

    def _is_to_write(self, key: str, journal: str) -> bool:
        """Whether it is on this session to bring a file up to date with a journal: its own, or one that came from another copy."""
        if journal == self.journal_name:
            return True
        return owner_of(key) in ("", self.coder) and copy_of(journal) != self.copy

    def _behind(self) -> set[str]:
        """The files that this session has to bring up to date with what was read before it began to write."""
        found = {k for k, entries in self._late.items() if any(self._is_to_write(k, e.journal) for e in entries)}
        theirs = {
            key for key in found if owner_of(key) and all(e.journal != self.journal_name for e in self._late[key])
        }
        # Each has to be read for that: many follow when they are touched, for in git this is so at every start.
        return found if len(theirs) <= FOLLOWED_AT_ONCE else found - theirs

    # -- shelves -------------------------------------------------------------------------------------

    def _shelf(self, key: str) -> Shelf:
        shelf = self._shelves.get(key)
        if shelf is not None:
            return shelf
        with self._lock:
            return self._shelves.get(key) or self._load(key)

    def needed(self, key: str) -> dict[str, int]:
        """What a file must hold at least: by journal, the end of the last line about it that a checkpoint speaks of."""
        return self._tails.needed(key)

    def checkpoint_of(self, name: str) -> int:
        """How many bytes of a journal have been on the disk for sure."""
        return self._tails.checkpoint(name).offset

    def _load(self, key: str) -> Shelf:
        needed = self.needed(key)
        try:
            shelf = read_shelf(self.path / key)
        except Damage as error:
            self._put_aside(key, error)
            return self._rebuild({key})[key]
        if shelf is not None and key == LIBRARY:
            self._numbers.known(shelf.table("articles"))
        if shelf is None:
            if needed:
                self._report(f"The file {key} is missing; it was made again from the journals.")
                return self._rebuild({key})[key]
            shelf = Shelf()
        elif any(shelf.held.get(name, 0) < end for name, end in needed.items()):
            self._report(f"The file {key} is older than the journals say; it was made again from them.")
            return self._rebuild({key})[key]
        self._make_room()
        if self._ahead(shelf):
            self._read_tails()  # an edit must not be seen by halves
            for name in self._ahead(shelf):
                self._tails.lose(name, fs.size_of(self._tails.path(name)), shelf.held[name])
        self._shelves[key] = shelf
        for entry in self._late.get(key, []):
            changes = self._by_key(entry.edit)[key]
            if not self._applied(key, self._shelves[key], entry, changes):
                return self._rebuild({key})[key]
        if self._shelves[key] is shelf:
            self._dirty.discard(key)  # the file has it all
        return self._shelves[key]

    def _ahead(self, shelf: Shelf) -> list[str]:
        """Journals of which a file holds more than was read."""
        return [
            name for name, end in shelf.held.items() if name not in self._tails.names or end > self._tails.offset(name)
        ]

    def _read_or_moved(self, key: str) -> Shelf | None:
        """The shelf that a file holds; None where there is none, or one that had to be moved aside."""
        try:
            return read_shelf(self.path / key)
        except Damage:
            self._move_aside(key)
            return None

    def _make_room(self) -> None:
        if len(self._shelves) < KEPT_SHELVES:
            return
        for key in list(self._shelves):
            if key not in self._dirty and key not in (LIBRARY, CODEBOOK):
                del self._shelves[key]
                self._encoded.pop(key, None)
                if len(self._shelves) < KEPT_SHELVES // 2:
                    return

    def _put_aside(self, key: str, error: Damage) -> None:
        self._report(f"The file {key} was changed by something else ({error}); it was made again from the journals.")
        if self._journal is None:
            self._damaged.add(key)
        elif owner_of(key) in ("", self.coder):
            self._move_aside(key)

    def _move_aside(self, key: str) -> None:
        """Keep what a damaged file holds under another name; where that fails it stays until it is written over."""
        stamp = time.strftime("%Y%m%dT%H%M%S")
        with contextlib.suppress(OSError):
            fs.move(self.path / key, self.path / f"{key}.changed-{stamp}")

    def _replayed(self, keys: set[str] | None) -> Replayed:
        """What the journals lead to, of some files or of all, as far as they have been read here, so that no edit is seen by halves."""
        found = replay(self.journal_paths().values(), keys, self._tails.offsets)
        for problem in found.problems:
            self._report(problem)
        return found

    def _rebuild(self, keys: set[str], replayed: Replayed | None = None) -> dict[str, Shelf]:
        """Make shelves anew from all journals, where these have not been replayed yet."""
        found = replayed or self._replayed(keys)
        for key in keys:
            shelf = self._salvaged(key) if self._tails.lost else None
            if shelf is None:
                shelf = found.shelves.get(key, Shelf())
                for name, end in self._tails.needed(key).items():  # lines that are damaged count as held, too
                    if shelf.held.get(name, 0) < end <= self._tails.offset(name):
                        shelf.held[name] = end
            self._shelves[key] = shelf
            if self._journal is not None and owner_of(key) in ("", self.coder):
                self._dirty.add(key)
        return {key: self._shelves[key] for key in keys}

    def _salvaged(self, key: str) -> Shelf | None:
        """Where a journal is lost, its file is all there is: the file with what the other journals say beyond it."""
        try:
            shelf = read_shelf(self.path / key)
        except Damage:
            return None
        if shelf is None or not self._tails.lost & shelf.held.keys():
            return None
        for entry in sorted(self._late.get(key, []), key=lambda e: e.edit.order):
            if entry.end > shelf.held.get(entry.journal, 0):
                shelf = shelf.with_changes(self._by_key(entry.edit)[key], entry)
        return shelf

    # -- numbers ---------------------------------------------------------------------------------------

    @reading
    def highest_number(self) -> int:
        """The highest article number in any journal, also of articles whose import was undone; 0 if there is none."""
        return max((self._highest_in(path) for path in self.journal_paths().values()), default=0)

    def _highest_read(self) -> int:
        """The same in the journals as far as they have been read, so that all who have read the same say the same."""
        paths, offsets = self.journal_paths(), self._tails.offsets
        return max((self._highest_in(path, offsets.get(name, 0)) for name, path in paths.items()), default=0)

    @staticmethod
    def _highest_in(path: Path, end: int = sys.maxsize) -> int:
        with contextlib.suppress(FileNotFoundError):
            return max((int(found[1]) for found in _NUMBER.finditer(fs.map_file(path), 0, end)), default=0)
        return 0


def _by_key(edit: Edit) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in edit.changes:
        found.setdefault(key_of(edit.coder, change), []).append(change)
    return found
