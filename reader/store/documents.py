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
from reader.store.journal import Entry
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
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Damage(f"it is no TinyDB file ({error})") from error

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the file. OSError: the old content stands."""
        self.write_encoded(msgspec.json.encode(data))

    def write_encoded(self, data: bytes) -> None:
        """Replace the file by JSON of tables. OSError: the old content stands."""
        fs.replace_file(self._path, data, self._modes)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The content of one TinyDB file in memory; never changed, `with_changes` makes a new one.

    `held` maps a journal's name to the end of its last line that is about this file and in it; `latest`
    is the greatest (time, id) among all lines that are.
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

    def with_changes(self, changes: list[Change], entry: Entry) -> Shelf:
        """The shelf after the changes of one edit; their `before` is not looked at."""
        tables = dict(self.tables)
        for name in {change.table for change in changes}:
            tables[name] = dict(tables.get(name, {}))
        for change in changes:
            put(tables[change.table], change)
        held = {**self.held, entry.journal: max(entry.end, self.held.get(entry.journal, 0))}
        return Shelf(tables, held, max(self.latest, entry.edit.order))


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


class Encoded:
    """The documents of one file as JSON, so that writing it again encodes only what has changed.

    A record keeps its document key, a number that means nothing, for as long as this object lives.
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[str, tuple[Stored, bytes]]] = {}
        self._last = 0

    def tables(self, shelf: Shelf, names: tuple[str, ...]) -> bytes:
        """The tables of a file as TinyDB has them, as one JSON object."""
        parts = []
        for name in names:
            known, records = self._known.get(name, {}), shelf.table(name)
            fresh = {
                key: found if (found := known.get(key)) is not None and found[0] is stored else self._document(stored)
                for key, stored in records.items()
            }
            self._known[name] = fresh
            parts.append(b'"%b":{%b}' % (name.encode(), b",".join([data for _, data in fresh.values()])))
        return b"{" + b",".join(parts) + b"}"

    def _document(self, stored: Stored) -> tuple[Stored, bytes]:
        self._last += 1
        return (stored, b'"%d":%b' % (self._last, _json_of(stored)))


def _json_of(stored: Stored) -> bytes:
    data = msgspec.json.encode(encode(stored))
    msgspec.json.decode(data)  # what cannot be read back must not reach the disk
    return data


def write_shelf(
    path: Path, shelf: Shelf, names: tuple[str, ...], modes: fs.Modes, encoded: Encoded | None = None
) -> None:
    """Write a shelf with the tables `names` (also empty ones). OSError: the old file stands.

    A file of 10 000 annotations is put together from what was encoded before: encoding all of it would
    keep the keys waiting.
    """
    tables = (encoded or Encoded()).tables(shelf, names)
    held: Record = {"journals": shelf.held, "latest": list(shelf.latest)}
    checksum = f"{zlib.crc32(b'[%b,%b]' % (tables, msgspec.json.encode(held))):08x}"
    last = msgspec.json.encode({"1": {**held, "checksum": checksum}})
    fs.make_folder(path.parent, modes)
    DurableStorage(path, modes).write_encoded(b'%b,"%b":%b}' % (tables[:-1], HELD.encode(), last))
