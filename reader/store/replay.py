"""All journals, in the order (time, edit id), to the state they lead to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reader.edits import Change, Edit, Record
from reader.errors import Damage
from reader.store import journal as journals
from reader.store.documents import Shelf
from reader.store.journal import Entry
from reader.store.records import decode
from reader.store.shelves import key_of
from reader.threeway import ONE_OF_A_KIND, History

_PLAIN_NAME = re.compile(r"[^.]+\.([0-9a-f]{8})")


@dataclass
class Replayed:
    """Shelves by file, and damage found on the way."""

    shelves: dict[str, Shelf] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def replay(
    paths: Iterable[Path], keys: Collection[str] | None = None, until: Mapping[str, int] | None = None
) -> Replayed:
    """The state that the journals lead to, of some files or of all, as far as `until` says by journal name or to their ends.

    An edit id seen twice counts once, erased before whole. Where two edits changed one record without
    having seen each other, the later keeps the id; the earlier lives on as a record marked `conflict_of`.
    Articles, coders and the project are one of a kind: their changes are merged, see `threeway`.
    """
    result = Replayed()
    edits: dict[str, Entry] = {}
    ends: dict[str, dict[str, int]] = {}
    for path in sorted(paths):
        try:
            found = journals.read(path)
        except Damage as error:
            result.problems.append(str(error))
            continue
        result.problems += found.problems
        for entry in found.entries:
            if until is not None and entry.end > until.get(path.stem, 0):
                break
            for change in entry.edit.changes:
                ends.setdefault(key_of(entry.edit.coder, change), {})[path.stem] = entry.end
            known = edits.get(entry.edit.id)
            if known is None or _rank(entry) > _rank(known):
                edits[entry.edit.id] = entry
    journal_of = {entry.edit.id: entry.journal for entry in edits.values()}
    result.shelves = replay_edits((entry.edit for entry in edits.values()), keys, ends, journal_of)
    return result


def _rank(entry: Entry) -> tuple[bool, bool]:
    """Which of two lines of one edit counts: the erased one, then that of a journal as its writer named it."""
    return bool(entry.edit.erased), copy_of(entry.journal) != entry.journal


def replay_edits(
    edits: Iterable[Edit],
    keys: Collection[str] | None = None,
    ends: Mapping[str, Mapping[str, int]] | None = None,
    journal_of: Mapping[str, str] | None = None,
) -> dict[str, Shelf]:
    """The shelves that some edits lead to.

    `ends` is, by file and journal, the end of the last line about it; `journal_of` the journal of an edit by its id.
    """
    states = _States(journal_of or {})
    latest: dict[str, tuple[str, str]] = {}
    for edit in sorted({edit.id: edit for edit in edits}.values(), key=lambda e: e.order):
        for change in edit.changes:
            key = key_of(edit.coder, change)
            if keys is None or key in keys:
                states.apply(key, change, edit)
                latest[key] = edit.order
    shelves: dict[str, Shelf] = {}
    for key, tables in states.tables.items():
        held = dict((ends or {}).get(key, {}))
        found = {name: {r["id"]: decode(name, r) for r in records.values()} for name, records in tables.items()}
        shelves[key] = Shelf(dict(found), held, latest[key])
    return shelves


def copy_of(journal: str) -> str:
    """The copy of the project in which a journal was written; what a sync tool renamed is one of its own."""
    found = _PLAIN_NAME.fullmatch(journal)
    return found[1] if found else journal


class _States:
    """Records as they are after the edits so far, with the states each has had."""

    def __init__(self, journal_of: Mapping[str, str]) -> None:
        self.tables: dict[str, dict[str, dict[str, Record]]] = {}
        self._journal_of = journal_of
        self._seen: dict[tuple[str, str, str], list[Record | None]] = {}
        self._last: dict[tuple[str, str, str], str] = {}
        self._one_of_a_kind = History()

    def apply(self, key: str, change: Change, edit: Edit) -> None:
        table = self.tables.setdefault(key, {}).setdefault(change.table, {})
        current = table.get(change.id)
        if change.table in ONE_OF_A_KIND:
            _put(table, change.id, self._one_of_a_kind.changed(change.id, current, change.before, change.after))
            return
        place = (key, change.table, change.id)
        past = self._seen.setdefault(place, [])
        last = self._last.get(place, "")
        if (
            current is not None
            and current not in (change.before, change.after)
            and change.before in [None, *past]
            and not self._same_copy(last, edit.id)
        ):
            twin = _twin(current, change, last, edit.id)
            table[twin["id"]] = twin
        past.append(current)
        self._last[place] = edit.id
        _put(table, change.id, change.after)

    def _same_copy(self, earlier: str, later: str) -> bool:
        """Whether two edits were made in one copy, where each sees what came before (also where a line between them is lost)."""
        journals = [self._journal_of.get(edit_id, edit_id) for edit_id in (earlier, later)]
        return copy_of(journals[0]) == copy_of(journals[1])


def _put(table: dict[str, Record], record_id: str, record: Record | None) -> None:
    if record is None:
        table.pop(record_id, None)
    else:
        table[record_id] = record


def _twin(loser: Record, change: Change, earlier: str, later: str) -> Record:
    import hashlib

    digest = hashlib.sha256(f"{earlier}\0{later}\0{change.id}".encode()).hexdigest()[:32]
    return {**loser, "id": f"{change.id[0]}{digest}", "conflict_of": change.id}
