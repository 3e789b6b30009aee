"""Edits: what changed, all or nothing, and how to take it back.

A `Change` is one record before and after; an `Edit` is the changes of one user action. Records are
plain JSON objects here (`store.records` turns them into the classes of `model`), so that fields this
version does not know survive an edit and its undoing.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

Record = dict[str, Any]

UNDO, REDO = "undo", "redo"
UPGRADE, NUMBER, RETURN = "upgrade", "number", "return"
"""The commands of edits that nobody asked for and nobody can want undone: to a newer format of the project; where copies
came together, other numbers for articles of which two had one, and articles that one took out while another was marking them."""
UNASKED = frozenset({UPGRADE, NUMBER, RETURN})
ERASE = "erase"
"""The command of an edit that says what was erased: its changes lead from nothing to nothing."""


class Change(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One record before and after; `before` is None where it is made, `after` where it goes."""

    table: str
    id: str
    before: Record | None = None
    after: Record | None = None

    @property
    def record(self) -> Record:
        """The record after, or, where it goes, before."""
        return self.after if self.after is not None else (self.before or {})

    def inverse(self) -> Change:
        """The change that takes this one back."""
        return Change(self.table, self.id, self.after, self.before)


class Edit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One user action: its changes happen together or not at all.

    `seq` counts from 1 in its journal file (0: not yet written), `at` is ISO 8601 UTC with
    microseconds and `Z`, `undoes` names the edit this one takes back. `erased` is the time at which
    the changes were erased, they are empty then.
    """

    id: str
    at: str
    coder: str
    command: str
    changes: tuple[Change, ...] = ()
    seq: int = 0
    undoes: str = ""
    erased: str = ""

    @property
    def order(self) -> tuple[str, str]:
        """Position among all edits of all journals: (time, id)."""
        return (self.at, self.id)

    def inverse(self) -> tuple[Change, ...]:
        """The changes that take this edit back, last one first."""
        return tuple(change.inverse() for change in reversed(self.changes))


def merged(changes: Iterable[Change]) -> tuple[Change, ...]:
    """At most one change a record, from its first `before` to its last `after`; no-ops are left out."""
    found: dict[tuple[str, str], Change] = {}
    for change in changes:
        key = (change.table, change.id)
        first = found.get(key)
        found[key] = Change(change.table, change.id, first.before if first else change.before, change.after)
    return tuple(change for change in found.values() if change.before != change.after)


def next_to_undo(newest_first: Iterable[Edit]) -> Edit | None:
    """The edit that undo takes back next, given one coder's edits from the newest to the oldest.

    An undo that was itself undone (a redo) takes nothing back; a redo can be undone like the edit it
    restored.
    """
    gone: set[str] = set()
    for edit in newest_first:
        if edit.id in gone:
            continue
        if edit.undoes:
            gone.add(edit.undoes)
        if edit.command not in {UNDO, ERASE, *UNASKED} and edit.changes:
            return edit
    return None


def next_to_redo(newest_first: Iterable[Edit]) -> Edit | None:
    """The undo that redo takes back next; None once a new edit has been made since."""
    gone: set[str] = set()
    for edit in newest_first:
        if edit.id in gone:
            continue
        if edit.command == UNDO:
            return edit
        if edit.command in UNASKED:
            continue
        if edit.command != REDO:
            return None
        gone.add(edit.undoes)
    return None


class _Clock:
    """Times and ids that never go back within this process, whatever the system's clock does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._milliseconds = 0
        self._counter = 0
        self._stamp = ""

    def tick(self) -> tuple[int, int]:
        """Milliseconds since 1970 and a counter of 12 bits within them."""
        with self._lock:
            milliseconds = time.time_ns() // 1_000_000
            if milliseconds > self._milliseconds:
                self._milliseconds, self._counter = milliseconds, os.urandom(1)[0]
            else:
                self._counter += 1
                if self._counter > 0xFFF:
                    self._milliseconds, self._counter = self._milliseconds + 1, 0
            return self._milliseconds, self._counter

    def stamp(self, after: str) -> str:
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        with self._lock:
            self._stamp = max(stamp, after, self._stamp)
            return self._stamp


_clock = _Clock()


def new_id(letter: str) -> str:
    """A letter and a UUIDv7 (RFC 9562, 6.2 method 1: a 12-bit counter keeps one process's ids in order)."""
    milliseconds, counter = _clock.tick()
    value = (milliseconds << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | int.from_bytes(os.urandom(8)) >> 2
    return f"{letter}{value:032x}"


def now(after: str = "") -> str:
    """The time as ISO 8601 UTC with microseconds and `Z`, never before `after` nor an earlier answer."""
    return _clock.stamp(after)


def touched(changes: Iterable[Change], table: str) -> Iterator[Change]:
    """The changes of one table."""
    return (change for change in changes if change.table == table)
