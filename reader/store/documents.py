"""The TinyDB files: a shelf of records that follows the journals, with a checksum and the positions it holds.

Anyone can read one with `TinyDB(path).table("tags").all()`. The table `held` has one document: how far
each journal is in the file, the latest edit among them, and a checksum over all of the file's content
(not its layout), so that a change by hand or by the disk is found.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import force_setattr
from tinydb import TinyDB
from tinydb.storages import Storage

from reader import fs
from reader.edits import Change, Record
from reader.errors import Damage
from reader.model import Annotation, Article, Review, Split
from reader.overlay import overlay
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
        data = self.read_encoded()
        return None if data is None else _tables_in(data)

    def read_encoded(self) -> bytes | None:
        """All tables as JSON; None if there is no file."""
        try:
            return fs.read_bytes(self._path)
        except FileNotFoundError:
            return None

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

    tables: dict[str, Mapping[str, Stored]] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    latest: tuple[str, str] = ("", "")

    def table(self, name: str) -> Mapping[str, Any]:
        """The records of a table by id."""
        return self.tables.get(name, {})

    def record(self, change: Change) -> Stored | None:
        """The record that a change is about, as it is now."""
        return self.tables.get(change.table, {}).get(change.id)

    def with_changes(self, changes: list[Change], entry: Entry) -> Shelf:
        """The shelf after the changes of one edit, however much it holds; their `before` is not looked at."""
        tables = dict(self.tables)
        for name in {change.table for change in changes}:
            tables[name] = overlay(tables.get(name, {})).changed(
                (change.id, None if change.after is None else decode(name, change.after))
                for change in changes
                if change.table == name
            )
        held = {**self.held, entry.journal: max(entry.end, self.held.get(entry.journal, 0))}
        return Shelf(tables, held, max(self.latest, entry.edit.order))


def _tables_in(data: bytes) -> dict[str, dict[str, Any]]:
    try:
        return msgspec.json.decode(data, type=dict[str, dict[str, Any]])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damage(f"it is no TinyDB file ({error})") from error


def _checksum(tables: dict[str, dict[str, Any]], held: Record) -> str:
    return f"{zlib.crc32(msgspec.json.encode([tables, held])):08x}"


def read_shelf(path: Path) -> Shelf | None:
    """The shelf in a file; None if there is none. Damage if it was changed by anything but us."""
    with TinyDB(path, storage=DurableStorage) as database:
        data = database.storage.read_encoded()
    if data is None:
        return None
    return _as_written(data) or _shelf_of(_tables_in(data))


class _Held(msgspec.Struct, frozen=True):
    journals: dict[str, int]
    latest: tuple[str, str]
    checksum: str


class _HeldTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The end of a file as it is written here."""

    held: dict[str, _Held]


class _Marks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands before it in a file of annotations."""

    annotations: dict[str, Annotation]
    reviews: dict[str, Review] = {}


_held_in = msgspec.json.Decoder(_HeldTable).decode
_marks_in = msgspec.json.Decoder(_Marks).decode
_articles_in = msgspec.json.Decoder(dict[str, Article]).decode
_MARKS, _ARTICLES = b'{"annotations":', b'{"articles":{'
_NEXT = re.compile(rb',"\d+":\{"id":"')
"""Where a document begins. No string of JSON holds this; a piece that is cut in the midst of one cannot be read."""
PIECE = 1 << 18
"""Bytes of articles that are made at once."""


def _as_written(data: bytes) -> Shelf | None:
    """The shelf in a file of annotations or articles whose bytes are as `write_shelf` left them; None for any other file.

    Most of what is read are such files. This way takes a third of the time of the general one, which
    makes each record from a dictionary and so keeps fields of newer versions too.
    """
    end = data.rfind(b',"%b":' % HELD.encode())
    if end < 0 or not data.startswith((_MARKS, _ARTICLES)):
        return None
    try:
        held = _held_in(b"{%b" % data[end + 1 :]).held["1"]
        # As `write_shelf` computes it, over `[{…tables…},{…held…}]`, without a copy of the tables.
        last = b"},%b]" % msgspec.json.encode({"journals": held.journals, "latest": held.latest})
        if held.checksum != f"{zlib.crc32(last, zlib.crc32(memoryview(data)[:end], zlib.crc32(b'['))):08x}":
            return None
        tables = _article_table(data, end) if data.startswith(_ARTICLES) else _mark_tables(data, end)
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError):
        return None
    if any(getattr(record, "extra", None) for records in tables.values() for record in records.values()):
        return None  # a field of that name, which the general way keeps among those it does not know
    return Shelf(tables, held.journals, held.latest)


def _mark_tables(data: bytes, end: int) -> dict[str, Mapping[str, Stored]]:
    found = _marks_in(b"".join((memoryview(data)[:end], b"}")))
    return {name: {record.id: record for record in getattr(found, name).values()} for name in found.__struct_fields__}


def _article_table(data: bytes, end: int) -> dict[str, Mapping[str, Stored]]:
    """The table of the articles, made piece by piece: what all have alike stands in memory once from the start."""
    articles: dict[str, Stored] = {}
    alike = _Alike()
    start, last = len(_ARTICLES), end - 1
    if data[last:end] != b"}":
        raise msgspec.DecodeError("the table does not end")
    while start < last:
        following = _NEXT.search(data, start + PIECE, last)
        stop = following.start() if following else last
        for article in _articles_in(b"{%b}" % data[start:stop]).values():
            articles[article.id] = alike.shared(article)
        start = stop + 1
    return {"articles": articles}


class _Alike:
    """What articles mostly have alike, so that each value is held once and not by every article."""

    def __init__(self) -> None:
        self._media_type, self._split = "", Split()
        self._empty: dict[str, Any] = {}

    def shared(self, article: Article) -> Article:
        """The article, with values of the one before where they are equal; nobody else may know it yet."""
        if article.media_type == self._media_type:
            force_setattr(article, "media_type", self._media_type)
        else:
            self._media_type = article.media_type
        if article.split == self._split:
            force_setattr(article, "split", self._split)
        else:
            self._split = article.split
        if not article.meta:
            force_setattr(article, "meta", self._empty)
        if not article.roles:
            force_setattr(article, "roles", self._empty)
        if not article.extra:
            force_setattr(article, "extra", self._empty)
        return article


def _shelf_of(tables: dict[str, dict[str, Any]]) -> Shelf:
    try:
        held = dict(tables.pop(HELD)["1"])
        checksum = held.pop("checksum")
        if checksum != _checksum(tables, held):
            raise Damage("its checksum does not hold")
        found: dict[str, Mapping[str, Stored]] = {
            name: {record["id"]: decode(name, record) for record in documents.values()}
            for name, documents in tables.items()
        }
        return Shelf(found, dict(held["journals"]), tuple(held["latest"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Damage(f"it lacks what we write ({error})") from error


CHUNK = 128
"""Documents that are put together anew when one of them has changed."""


class Encoded:
    """The documents of one file as JSON, so that writing it again costs what has changed.

    A record keeps its document key, a number that means nothing, and its place for as long as this object lives.
    """

    def __init__(self) -> None:
        self._known: dict[str, _EncodedTable] = {}
        self._last = 0

    def tables(self, shelf: Shelf, names: tuple[str, ...]) -> list[bytes]:
        """The tables of a file as TinyDB has them, as the pieces of one JSON object; the last is its `}`."""
        pieces: list[bytes] = []
        for name in names:
            table = self._known.setdefault(name, _EncodedTable())
            self._last = table.follow(shelf.table(name), self._last)
            pieces += [b'%b"%b":{' % (b"," if pieces else b"{", name.encode()), *table.pieces(), b"}"]
        return [*pieces, b"}"]


class _EncodedTable:
    """The documents of one table, in chunks of which each is put together once."""

    def __init__(self) -> None:
        self._records: dict[str, Stored] = {}
        self._chunk_of: dict[str, int] = {}
        self._chunks: list[dict[str, bytes]] = []
        self._joined: list[bytes | None] = []

    def follow(self, records: Mapping[str, Stored], last: int) -> int:
        """Encode what has changed; `last` is the last document key given, before and after."""
        known = self._records
        changed = [(key, stored) for key, stored in records.items() if known.get(key) is not stored]
        if len(known) + sum(1 for key, _ in changed if key not in known) > len(records):
            for key in [key for key in known if key not in records]:
                del known[key]
                number = self._chunk_of.pop(key)
                del self._chunks[number][key]
                self._joined[number] = None
        for key, stored in changed:
            last += 1
            document = b'"%d":%b' % (last, _json_of(stored))  # before anything of it is known: it may raise
            number = self._chunk_of.setdefault(key, self._room())
            self._chunks[number][key] = document
            self._joined[number] = None
            known[key] = stored
        return last

    def _room(self) -> int:
        """The number of a chunk that has room for one more document."""
        if not self._chunks or len(self._chunks[-1]) >= CHUNK:
            self._chunks.append({})
            self._joined.append(b"")
        return len(self._chunks) - 1

    def pieces(self) -> list[bytes]:
        """All documents, a comma between."""
        pieces: list[bytes] = []
        for number, joined in enumerate(self._joined):
            if joined is None:
                joined = self._joined[number] = b",".join(self._chunks[number].values())  # noqa: PLW2901  it is the same
            if joined:
                pieces += [b",", joined] if pieces else [joined]
        return pieces


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
    pieces = (encoded or Encoded()).tables(shelf, names)
    held: Record = {"journals": shelf.held, "latest": list(shelf.latest)}
    checksum = zlib.crc32(b"[")
    for piece in (*pieces, b",%b]" % msgspec.json.encode(held)):
        checksum = zlib.crc32(piece, checksum)
    last = msgspec.json.encode({"1": {**held, "checksum": f"{checksum:08x}"}})
    fs.make_folder(path.parent, modes)
    whole = b"".join([*pieces[:-1], b',"%b":%b}' % (HELD.encode(), last)])
    DurableStorage(path, modes).write_encoded(whole)
