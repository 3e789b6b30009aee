"""The TinyDB files: a shelf of records that follows the journals, with a checksum and the positions it holds.

Anyone can read one with `TinyDB(path).table("tags").all()`. The table `held` has one document: how far
each journal is in the file, the latest edit among them, and a checksum over all of the file's content
(not its layout), so that a change by hand or by the disk is found.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from tinydb import TinyDB
from tinydb.storages import Storage

from reader import fs
from reader.edits import Change, Record
from reader.errors import Damage
from reader.store.records import Stored, decode, encode

HELD = "held"


class DurableStorage(Storage):
    """TinyDB's storage over `fs`: a write replaces the whole file, durably, or leaves the old one."""

    def __init__(self, path: Path, modes: fs.Modes = fs.PRIVATE) -> None:
        self._path = path
        self._modes = modes

    def read(self) -> dict[str, dict[str, Any]] | None:
        """All tables; None if there is no file. Damage if it is not JSON of tables."""
        try:
            data = fs.read_bytes(self._path)
        except FileNotFoundError:
            return None
        try:
            return msgspec.json.decode(data, type=dict[str, dict[str, Any]])
        except msgspec.DecodeError as error:
            raise Damage(f"it is no TinyDB file ({error})") from error

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the file. OSError: the old content stands."""
        encoded = msgspec.json.encode(data)
        msgspec.json.decode(encoded)  # what cannot be read back must not reach the disk
        fs.replace_file(self._path, encoded, self._modes)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The content of one TinyDB file in memory; never changed, `with_changes` makes a new one.

    `held` maps a journal's name to the byte offset up to which its edits are in; `latest` is the
    greatest (time, id) among them.
    """

    tables: dict[str, dict[str, Stored]] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    latest: tuple[str, str] = ("", "")

    def table(self, name: str) -> dict[str, Any]:
        """The records of a table by id; not to be changed."""
        return self.tables.get(name, {})

    def record(self, change: Change) -> Stored | None:
        """The record that a change is about, as it is now."""
        return self.tables.get(change.table, {}).get(change.id)

    def with_changes(self, changes: list[Change], latest: tuple[str, str]) -> Shelf:
        """The shelf after some changes of one edit; their `before` is not looked at."""
        tables = dict(self.tables)
        for name in {change.table for change in changes}:
            tables[name] = dict(tables.get(name, {}))
        for change in changes:
            put(tables[change.table], change)
        return Shelf(tables, self.held, max(self.latest, latest))


def put(table: dict[str, Any], change: Change) -> None:
    """Carry out a change in a table."""
    if change.after is None:
        table.pop(change.id, None)
    else:
        table[change.id] = decode(change.table, change.after)


def _checksum(tables: dict[str, dict[str, Any]], held: Record) -> str:
    return f"{zlib.crc32(msgspec.json.encode([tables, held])):08x}"


def read_shelf(path: Path) -> Shelf | None:
    """The shelf in a file; None if there is none. Damage if it was changed by anything but us."""
    with TinyDB(path, storage=DurableStorage) as database:
        tables = database.storage.read()
    if tables is None:
        return None
    try:
        held = dict(tables.pop(HELD)["1"])
        checksum = held.pop("checksum")
        if checksum != _checksum(tables, held):
            raise Damage("its checksum does not hold")
        found = {
            name: {record["id"]: decode(name, record) for record in documents.values()}
            for name, documents in tables.items()
        }
        return Shelf(found, dict(held["journals"]), tuple(held["latest"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Damage(f"it lacks what we write ({error})") from error


def write_shelf(path: Path, shelf: Shelf, names: tuple[str, ...], modes: fs.Modes) -> None:
    """Write a shelf with the tables `names` (also empty ones). OSError: the old file stands."""
    tables: dict[str, dict[str, Any]] = {
        name: {str(i): encode(stored) for i, stored in enumerate(shelf.table(name).values(), 1)} for name in names
    }
    held: Record = {"journals": shelf.held, "latest": list(shelf.latest)}
    checksum = _checksum(tables, held)
    fs.make_folder(path.parent, modes)
    with TinyDB(path, storage=DurableStorage, modes=modes) as database:
        database.storage.write({**tables, HELD: {"1": {**held, "checksum": checksum}}})
