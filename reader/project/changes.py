"""What edits do to what is in memory: pairs of records, as changes and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar, cast

from reader.edits import Change, Edit, Record
from reader.model import Article
from reader.store.records import Stored, decode, encode, table_of

T = TypeVar("T", bound=Stored)
Pair = tuple[Stored | None, Stored | None]
"""A record before and after; None where it is made or goes."""


def change_of(before: Stored | None, after: Stored | None) -> Change:
    """The change that makes one record of another; None where it is made or goes. ValueError for nothing at all."""
    known = after if after is not None else before
    if known is None:
        raise ValueError("a change needs a record before or after")
    records: list[Record | None] = [None if record is None else encode(record) for record in (before, after)]
    return Change(table_of(known), known.id, *records)


def laid_over(table: str, records: Mapping[str, T], edits: Sequence[Edit]) -> Mapping[str, T]:
    """The records of a table by id, with some edits laid over them; the same object where there is none."""
    if not edits:
        return records
    found = dict(records)
    for edit in edits:
        for change in edit.changes:
            if change.table != table:
                continue
            if change.after is None:
                found.pop(change.id, None)
            else:
                found[change.id] = cast("T", decode(table, change.after))
    return found


def with_new(articles: dict[str, Article], edit: Edit) -> dict[str, Article] | None:
    """The library with the articles that an edit adds at its end; None where it does anything else to it."""
    added = [c for c in edit.changes if c.table == "articles"]
    if not added or any(c.before is not None or c.after is None for c in added):
        return None
    new = sorted((cast("Article", decode(c.table, c.record)) for c in added), key=lambda a: a.number)
    last = next(reversed(articles.values())).number
    if new[0].number <= last or any(a.removed or a.id in articles for a in new):
        return None
    return {**articles, **{a.id: a for a in new}}


def articles_in(edit: Edit) -> set[str]:
    """Ids of the articles whose annotations and reviews an edit touches."""
    marks = (c.record.get("article", "") for c in edit.changes if c.table in ("annotations", "reviews"))
    return {article_id for article_id in marks if article_id}


def pairs_in(changes: Iterable[Change], article_id: str) -> list[Pair]:
    """The annotations and reviews of one article that some changes are about, before and after."""
    return [
        (
            None if c.before is None else decode(c.table, c.before),
            None if c.after is None else decode(c.table, c.after),
        )
        for c in changes
        if c.table in ("annotations", "reviews") and c.record.get("article") == article_id
    ]
