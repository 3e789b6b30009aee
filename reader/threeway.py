"""Three-way merges of records that stand for one thing: an article is its text, there can be no second version of it.

Where two copies changed such a record without having seen each other, both changes are in force, field by
field. Records are plain JSON objects.
"""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]

ONE_OF_A_KIND = frozenset({"articles", "coders", "project"})
"""Tables whose records are merged; of all others the version that loses lives on as a record of its own."""
OTHER = " (other copy)"
"""What stands behind the name of a detail that both copies set: the value of the earlier edit."""


class History:
    """Follows the changes of such records in the order of time; knows which were erased."""

    def __init__(self) -> None:
        self._erased: set[str] = set()

    def changed(self, key: str, current: Record | None, before: Record | None, after: Record | None) -> Record | None:
        """What becomes of the record of an id by a change from `before` to `after`; None: it is not there.

        What was made or changed elsewhere in the meantime does not go with it. From None to None it is
        erased: what a copy that does not know of that does with it is void, until somebody makes it anew.
        """
        if before is None:
            (self._erased.add if after is None else self._erased.discard)(key)
            return after if current is None or after is None else merged(None, after, current)
        if key in self._erased:
            return None
        if current is None or current == before:
            return after
        return current if after is None else merged(before, after, current)


def merged(base: Record | None, later: Record, current: Record) -> Record:
    """`current` with all that leads from `base` to `later`.

    Of a field that both changed, lists are joined and objects merged; else the later value holds, and a
    title or detail of the earlier edit is kept among the details. Where both made the record (`base` is
    None) the earlier one's values stand.
    """
    if base is None:
        return _as_parted(_fields({}, later, current, made=True), later, current)
    found = _as_parted(_fields(base, later, current, made=False), later, current)
    lost = _lost(base, later, current)
    return {**found, "meta": {**lost, **found["meta"]}} if lost else found


def _fields(base: Record, later: Record, current: Record, *, made: bool) -> Record:
    found = {}
    for key in dict.fromkeys((*current, *later)):
        value = _value(*(record.get(key, _GONE) for record in (base, later, current)), made=made)
        if value is not _GONE:
            found[key] = value
    return found


PARTED = "paragraphs_sha256"


def _as_parted(found: Record, later: Record, current: Record) -> Record:
    """The article with the rule, and the roles set by hand, of those paragraphs that stand: they are about no others."""
    if later.get(PARTED) == current.get(PARTED):
        return found
    stands = later if found.get(PARTED) == later.get(PARTED) else current
    return {**found, **{name: stands[name] for name in ("split", "roles") if name in stands}}


_GONE = object()


def _value(base: Any, later: Any, current: Any, *, made: bool) -> Any:
    if later in (base, current):
        return current
    if current == base:
        return later
    if isinstance(later, dict) and isinstance(current, dict):
        return _fields(base if isinstance(base, dict) else {}, later, current, made=made)
    if isinstance(later, list) and isinstance(current, list):
        old = base if isinstance(base, list) else []
        stay = [one for one in current if one in later or one not in old]
        return stay + [one for one in later if one not in current and one not in old]
    return current if made else later


def _lost(base: Record, later: Record, current: Record) -> Record:
    """Title and details of the earlier edit that the later one wins over, by the names under which they are kept."""
    before, after, now = ({"title": record.get("title"), **record.get("meta", {})} for record in (base, later, current))
    return {
        f"{key}{OTHER}": value
        for key, value in now.items()
        if value and after.get(key) and value not in (before.get(key), after[key]) and after[key] != before.get(key)
    }
