"""Records (JSON objects, as on the disk) to and from the classes of `model`; unknown fields are kept."""

from __future__ import annotations

from typing import Any

import msgspec

from reader.edits import Record
from reader.errors import Damage
from reader.model import Annotation, Article, Coder, ProjectInfo, Review, SavedSearch, Tag

Stored = Article | Tag | Coder | SavedSearch | Annotation | Review | ProjectInfo

CLASSES: dict[str, type[Stored]] = {
    "articles": Article,
    "tags": Tag,
    "coders": Coder,
    "searches": SavedSearch,
    "annotations": Annotation,
    "reviews": Review,
    "project": ProjectInfo,
}
TABLES: dict[type[Stored], str] = {kind: table for table, kind in CLASSES.items()}
SHARED = frozenset({"articles", "tags", "coders", "searches", "project"})
"""Tables any coder may change: their edits hold the project lock."""

_KNOWN: dict[str, frozenset[str]] = {
    table: frozenset(kind.__struct_fields__) - {"extra"} for table, kind in CLASSES.items()
}


def decode(table: str, record: Record) -> Stored:
    """The record as a frozen object. Damage if a known field has a wrong type or is missing."""
    known = _KNOWN[table]
    try:
        if record.keys() <= known:
            return msgspec.convert(record, CLASSES[table])
        extra = {key: value for key, value in record.items() if key not in known}
        plain = {key: value for key, value in record.items() if key in known}
        return msgspec.convert({**plain, "extra": extra}, CLASSES[table])
    except msgspec.ValidationError as error:
        raise Damage(f"A record of {table} is not as it should be: {error}.") from error


def encode(stored: Stored) -> Record:
    """The object as a record that JSON can hold."""
    record: dict[str, Any] = msgspec.to_builtins(stored)
    extra = record.pop("extra")
    if extra:
        record.update(extra)
    return record


def table_of(stored: Stored) -> str:
    """The table an object belongs to."""
    return TABLES[type(stored)]
