"""Edits turned into rows of the index: the last change of each record, conflicts resolved as the store does."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from reader.edits import Change, Edit, Record
from reader.search.schema import RECORD_TABLES
from reader.threeway import ONE_OF_A_KIND, History

ParagraphOf = Callable[[str, int], int]
"""(article id, position in code points) -> number of the paragraph there, 0 if it is not known."""
Order = tuple[str, str]
MARKS = ("annotations", "reviews")
"""Tables whose records may stand in conflict: of two versions the earlier lives on as a record of its own."""
FOLLOWED = ("articles", *MARKS)
"""Tables of which one change is not enough where copies come together: the history of a record has to be looked at."""


class AnnotationRow(NamedTuple):
    """A row of `annotations`; `first` and `last` are the paragraphs touched, 0 where there are none."""

    id: str
    at: str
    edit: str
    live: int
    state: int
    origin: str
    article: str
    coder: str
    tag: str
    unit: str
    start: int
    stop: int
    first: int
    last: int
    created: str
    note: str


class ReviewRow(NamedTuple):
    """A row of `reviews`."""

    id: str
    at: str
    edit: str
    live: int
    state: int
    origin: str
    article: str
    coder: str
    paragraph: int
    time: str


class Known(NamedTuple):
    """What the index has of a record."""

    order: Order
    state: int


class Last(NamedTuple):
    """The last change of a record and where it stands among all edits."""

    order: Order
    change: Change


@dataclass
class Latest:
    """The last change of each record by table and id, and the articles and marks whose history has to be looked at whole."""

    tables: dict[str, dict[str, Last]] = field(default_factory=lambda: {table: {} for table in RECORD_TABLES})
    doubtful: set[str] = field(default_factory=set)


def state_of(record: Record | None) -> int:
    """A number that tells the contents of records apart; 0 for none."""
    return 0 if record is None else zlib.crc32(msgspec.json.encode(record, order="sorted")) | 1 << 32


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """The edits by time and id, each once; an erased one wins over a whole one."""
    found: dict[str, Edit] = {}
    for edit in edits:
        if edit.id not in found or edit.erased:
            found[edit.id] = edit
    return sorted(found.values(), key=lambda edit: edit.order)


def latest(edits: Iterable[Edit], known: Callable[[str, str], Known | None]) -> Latest:
    """The last changes among some edits, given what the index has of a record by table and id.

    A record is doubtful where an edit comes late, or was not made from what is there: somebody may have
    changed the same record without having seen it.
    """
    result = Latest()
    states: dict[str, Known | None] = {}
    for edit in in_order(edits):
        for change in edit.changes:
            records = result.tables.get(change.table)
            if records is None:
                continue
            records[change.id] = Last(edit.order, change)
            if change.table in FOLLOWED:
                if change.id not in states:
                    states[change.id] = known(change.table, change.id)
                if _is_doubtful(states[change.id], edit.order, change):
                    result.doubtful.add(change.id)
                states[change.id] = _after(states[change.id], edit.order, change)
    return result


def _is_doubtful(known: Known | None, order: Order, change: Change) -> bool:
    if known is None or order == known.order:
        return False
    if order < known.order:
        return True
    if not known.state and change.table in MARKS:
        return False
    return known.state not in (state_of(change.before), state_of(change.after))


def _after(known: Known | None, order: Order, change: Change) -> Known:
    return known if known is not None and known.order >= order else Known(order, state_of(change.after))


def replayed(edits: Iterable[Edit], ids: Collection[str] | None = None) -> dict[str, dict[str, Last]]:
    """The articles and marks that all edits there are lead to, by table and id, of some ids (and what comes of them) or of all.

    Where two edits changed one record without having seen each other, the later keeps the id; the earlier
    lives on as a record marked `conflict_of`; changes of an article are merged.
    """
    ordered = in_order(edits)
    wanted = None if ids is None else set(ids)
    while True:
        history = _History(wanted)
        for edit in ordered:
            history.follow(edit)
        if wanted is None or history.twins <= wanted:
            return history.tables
        wanted |= history.twins


class _History:
    """Articles and marks as they are after the edits so far."""

    def __init__(self, ids: Collection[str] | None) -> None:
        self.tables: dict[str, dict[str, Last]] = {table: {} for table in FOLLOWED}
        self.twins: set[str] = set()
        self._ids = ids
        self._past: dict[str, list[int]] = {}
        self._touched: dict[str, str] = {}
        self._one_of_a_kind = History()

    def follow(self, edit: Edit) -> None:
        for change in edit.changes:
            records = self.tables.get(change.table)
            if records is not None and (self._ids is None or change.id in self._ids):
                self._follow(records, change, edit)

    def _follow(self, records: dict[str, Last], change: Change, edit: Edit) -> None:
        before = records.get(change.id)
        current = before.change.after if before is not None else None
        if change.table in ONE_OF_A_KIND:
            after = self._one_of_a_kind.changed(change.id, current, change.before, change.after)
            records[change.id] = Last(edit.order, Change(change.table, change.id, current, after))
            return
        if current is not None and current not in (change.before, change.after):
            past = self._past.setdefault(change.id, [])
            if state_of(change.before) in (0, *past):
                twin = self._twin(current, change, edit)
                records[twin.id] = Last(edit.order, twin)
                self.twins.add(twin.id)
        if before is not None:
            self._past.setdefault(change.id, []).append(state_of(current))
        self._touched[change.id] = edit.id
        records[change.id] = Last(edit.order, change)

    def _twin(self, loser: Record, change: Change, edit: Edit) -> Change:
        """The record that the earlier edit made, under an id of the two edits."""
        import hashlib

        names = f"{self._touched.get(change.id, '')}\0{edit.id}\0{change.id}"
        twin_id = f"{change.id[0]}{hashlib.sha256(names.encode()).hexdigest()[:32]}"
        return Change(change.table, twin_id, None, {**loser, "id": twin_id, "conflict_of": change.id})


class RowMaker:
    """Makes rows; finds the paragraphs that annotations touch, each place asked for once."""

    def __init__(self, paragraph_of: ParagraphOf) -> None:
        self._paragraph_of = paragraph_of
        self._known: dict[tuple[str, int], int] = {}

    def rows(self, tables: dict[str, dict[str, Last]]) -> dict[str, dict[str, Any]]:
        """Rows by table and id."""
        make: dict[str, Callable[[Order, Change], Any]] = {
            "articles": _article_row,
            "tags": _tag_row,
            "annotations": self.annotation_row,
            "reviews": self.review_row,
        }
        return {table: {key: make[table](*last) for key, last in records.items()} for table, records in tables.items()}

    def annotation_row(self, order: Order, change: Change) -> AnnotationRow:
        """An annotation as a row, the paragraphs it touches worked out."""
        record = change.record
        article, anchor, unit = _text(record, "article"), record.get("anchor"), _text(record, "unit")
        start = stop = -1
        first = last = 0
        if anchor and change.after is not None:
            start, stop = int(anchor["start"]), int(anchor["end"])
            first = self._at(article, start)
            last = self._at(article, max(start, stop - 1)) if first and unit != "paragraph" else first
        return AnnotationRow(
            *_head(order, change),
            _text(record, "tag"),
            unit,
            start,
            stop,
            first,
            max(first, last),
            _text(record, "created"),
            _text(record, "note"),
        )

    def review_row(self, order: Order, change: Change) -> ReviewRow:
        """A review as a row, under the paragraph that holds its beginning."""
        record = change.record
        article, start = _text(record, "article"), record.get("start", -1)
        found = self._at(article, start) if start >= 0 and change.after is not None else 0
        return ReviewRow(
            *_head(order, change),
            found or int(record.get("paragraph", 0)),
            _text(record, "at"),
        )

    def _at(self, article: str, position: int) -> int:
        key = (article, position)
        if key not in self._known:
            self._known[key] = self._paragraph_of(article, position)
        return self._known[key]


def paragraphs_of(row: AnnotationRow) -> range:
    """Numbers of the paragraphs a live annotation belongs to; one on a whole article to the first."""
    if not row.live or not row.article:
        return range(0)
    if row.start < 0:
        return range(1, 2)
    return range(row.first, row.last + 1) if row.first else range(0)


def _head(order: Order, change: Change) -> tuple[str, str, str, int, int, str, str, str]:
    """What the rows of annotations and of reviews begin with: from the id to the coder."""
    record = change.record
    live, state, origin = int(change.after is not None), state_of(change.after), _text(record, "conflict_of")
    return (change.id, *order, live, state, origin, _text(record, "article"), _text(record, "coder"))


def _text(record: Record, name: str) -> str:
    return str(record.get(name, ""))


def _article_row(order: Order, change: Change) -> tuple[Any, ...]:
    after = change.after or {}
    gone = change.after is None or bool(after.get("removed"))
    split, number = _text(after, "paragraphs_sha256"), int(after.get("number", 0))
    return (change.id, *order, int(gone), split, number, state_of(change.after))


def _tag_row(order: Order, change: Change) -> tuple[Any, ...]:
    after = change.after
    if after is None:
        return (change.id, *order, 1, "")
    return (change.id, *order, int(bool(after.get("deleted"))), _text(after, "merged_into"))
