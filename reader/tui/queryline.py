"""What helps in typing a query: the queries asked before, and completion of fields, tags and coders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from reader.project import Session

MOST = 50
"""Queries that are remembered."""
NAMED = 6
"""Completions that are named at once."""


class Completed(Protocol):
    """What a query becomes between two positions."""

    @property
    def start(self) -> int:
        """The first character that goes."""

    @property
    def end(self) -> int:
        """One past the last."""

    @property
    def text(self) -> str:
        """What stands there instead."""


class History:
    """The queries of a coder, the newest first; one walks back from what is typed and forth to it again."""

    def __init__(self, state: Session) -> None:
        self._state = state
        self._at = -1
        self._typed = ""

    def keep(self, query: str) -> bool:
        """Remember a query that was of use; whether it was not the newest already."""
        self._at = -1
        if not query or self._state.queries[:1] == [query]:
            return False
        self._state.queries = [query, *(other for other in self._state.queries if other != query)][:MOST]
        return True

    def older(self, typed: str) -> str | None:
        """The query before the one shown, None at the end."""
        if not self._walking(typed):
            self._at, self._typed = -1, typed
        queries = self._state.queries
        at = self._at + 1
        if self._at < 0 and queries[:1] == [typed.strip()]:
            at += 1  # what is shown already is none before it
        if at >= len(queries):
            return None
        self._at = at
        return queries[at]

    def newer(self, typed: str) -> str | None:
        """The query after the one shown, at last what was typed; None where one is not going through them."""
        if not self._walking(typed):
            return None
        self._at -= 1
        return self._state.queries[self._at] if self._at >= 0 else self._typed

    def _walking(self, typed: str) -> bool:
        return 0 <= self._at < len(self._state.queries) and self._state.queries[self._at] == typed


class Step(NamedTuple):
    """The query after a completion, where the cursor stands, and what else it could be."""

    value: str
    cursor: int
    said: str


class Completing:
    """Completes the term at the cursor; asked again at once, it gives the next that fits."""

    def __init__(self, complete: Callable[[str, int], Sequence[Completed]]) -> None:
        self._complete = complete
        self._found: Sequence[Completed] = ()
        self._base = ""
        self._at = 0
        self._given = ("", -1)

    def next(self, value: str, cursor: int) -> Step | None:
        """The query completed; None where nothing fits."""
        if (value, cursor) == self._given and len(self._found) > 1:
            self._at = (self._at + 1) % len(self._found)
        else:
            self._found, self._base, self._at = self._complete(value, cursor), value, 0
        if not self._found:
            return None
        one = self._found[self._at]
        start = self._base[: one.start] + one.text
        self._given = (start + self._base[one.end :], len(start))
        return Step(*self._given, self._said())

    def _said(self) -> str:
        if len(self._found) == 1:
            return ""
        names = [one.text for one in self._found[self._at : self._at + NAMED]]
        more = " …" if self._at + NAMED < len(self._found) else ""
        return f"{self._at + 1} of {len(self._found)}: {'  '.join(names)}{more}"
