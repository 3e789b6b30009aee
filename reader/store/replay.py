"""All journals, in the order (time, edit id), to the state they lead to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reader.edits import Change, Edit, Record
from reader.errors import Damage
from reader.store import journal as journals
from reader.store.documents import Shelf, put
from reader.store.shelves import key_of, owner_of


@dataclass
class Replayed:
    """Shelves by file, and damage found on the way."""

    shelves: dict[str, Shelf] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def replay(paths: Iterable[Path], keys: Collection[str] | None = None) -> Replayed:
    """The state that the journals lead to, of some files or of all.

    An edit id seen twice counts once, erased before whole. Where two edits changed one record without
    having seen each other, the later keeps the id; the earlier lives on as a record marked `conflict_of`.
    """
    result = Replayed()
    held: dict[str, int] = {}
    edits: dict[str, Edit] = {}
    for path in paths:
        try:
            found = journals.read(path)
        except Damage as error:
            result.problems.append(str(error))
            continue
        result.problems += found.problems
        held[path.stem] = found.end
        for entry in found.entries:
            known = edits.get(entry.edit.id)
            if known is None or entry.edit.erased:
                edits[entry.edit.id] = entry.edit
    result.shelves = replay_edits(edits.values(), keys, held)
    return result


def replay_edits(
    edits: Iterable[Edit], keys: Collection[str] | None = None, held: Mapping[str, int] | None = None
) -> dict[str, Shelf]:
    """The shelves that some edits lead to; `held` is how far each journal is in them."""
    states = _States()
    latest: dict[str, tuple[str, str]] = {}
    for edit in sorted({edit.id: edit for edit in edits}.values(), key=lambda e: e.order):
        for change in edit.changes:
            key = key_of(edit.coder, change)
            if keys is None or key in keys:
                states.apply(key, change, edit)
                latest[key] = edit.order
    shelves: dict[str, Shelf] = {}
    for key, tables in states.tables.items():
        owner = owner_of(key)
        mine = {n: end for n, end in (held or {}).items() if not owner or n.split(".")[0] == owner}
        shelf = Shelf({name: {} for name in tables}, mine, latest[key])
        for name, records in tables.items():
            for record in records.values():
                put(shelf.tables[name], Change(name, record["id"], None, record))
        shelves[key] = shelf
    return shelves


class _States:
    """Records as they are after the edits so far, with the states each has had."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, dict[str, Record]]] = {}
        self._seen: dict[tuple[str, str, str], list[Record | None]] = {}
        self._last: dict[tuple[str, str, str], str] = {}

    def apply(self, key: str, change: Change, edit: Edit) -> None:
        table = self.tables.setdefault(key, {}).setdefault(change.table, {})
        current = table.get(change.id)
        place = (key, change.table, change.id)
        past = self._seen.setdefault(place, [])
        if (
            current != change.before
            and current is not None
            and change.before in [None, *past]
            and current != change.after
        ):
            twin = self._conflict(current, change, self._last.get(place, ""), edit)
            table[twin["id"]] = twin
        past.append(current)
        self._last[place] = edit.id
        if change.after is None:
            table.pop(change.id, None)
        else:
            table[change.id] = change.after

    @staticmethod
    def _conflict(loser: Record, change: Change, earlier: str, edit: Edit) -> Record:
        import hashlib

        digest = hashlib.sha256(f"{earlier}\0{edit.id}\0{change.id}".encode()).hexdigest()[:32]
        return {**loser, "id": f"{change.id[0]}{digest}", "conflict_of": change.id}
