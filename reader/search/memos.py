"""Notes that stand on no paragraph: whether a query of words holds in them."""

from __future__ import annotations

from collections.abc import Iterable

from reader.model import Annotation
from reader.search.bind import Bound
from reader.search.fold import fold
from reader.search.places import stands
from reader.search.tree import And, Field, Not, Note, Or, Query, Regex
from reader.search.unit import Patterns


def holding(bound: Bound, memos: Iterable[Annotation]) -> list[Annotation]:
    """The memos and notes on tags in which a query holds, in their order.

    None where it asks for a field, which only paragraphs have, or for nothing but what is not there. UsageError
    when the time for a pattern is over.
    """
    if bound.tests or not bound.leaves:
        return []
    patterns = Patterns()
    return [memo for memo in memos if memo.note and _holds(bound.tree, memo.note, fold(memo.note), patterns)]


def _holds(query: Query, note: str, folded: str, patterns: Patterns) -> bool:
    if isinstance(query, And):
        return all(_holds(part, note, folded, patterns) for part in query.parts)
    if isinstance(query, Or):
        return any(_holds(part, note, folded, patterns) for part in query.parts)
    if isinstance(query, Not):
        return not _holds(query.part, note, folded, patterns)
    if isinstance(query, Regex):
        return bool(patterns.spans(query, note))
    if isinstance(query, Field):
        return False
    return stands(query.part if isinstance(query, Note) else query, folded)
