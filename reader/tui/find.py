"""Searching in the open article as one types: the window first, then the rest in short slices."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

Span = tuple[int, int]
SLICE = 0.005
"""Seconds that a slice of the search may take."""
_FIRST_JOINING = "\u0300"
"""From here on there are characters that are one letter with the one before."""


class Finder(Protocol):
    """What finds a query in a text."""

    def spans(self, text: str) -> Sequence[Span]:
        """(start, end) of every hit, in order."""

    def count(self, text: str) -> int:
        """How many hits there are."""


class ArticleFind:
    """The hits of one query in one article; `go_on` scans until its time is over.

    `current` is (paragraph, index of the hit in it), or None.
    """

    def __init__(self, query: str, finder: Finder, text_of: Callable[[int], str], count: int) -> None:
        self.query = query
        self.current: tuple[int, int] | None = None
        self._finder = finder
        self._text_of = text_of
        self._count = count
        self._counts: dict[int, int] = {}
        self._spans: dict[int, tuple[Span, ...]] = {}
        self._numbers: list[int] = []
        self._scanned: set[int] = set()
        self._order = iter(())  # type: Iterable[int]
        self.done = False
        self.total = 0

    def scan_from(self, number: int, window: Iterable[int], before: ArticleFind | None = None) -> None:
        """Scan the paragraphs in sight now, and plan the rest: from a paragraph on, then from the start.

        Where the query is one that was looked for `before`, typed on, what had no hit then has none now.
        """
        if before is not None and self._goes_on(before.query):
            self._scanned = before.empty()
        for shown in window:
            self._scan(shown)
        self._order = iter([*range(number, self._count + 1), *range(1, number)])
        self.go_on()

    def empty(self) -> set[int]:
        """The paragraphs that are known to hold no hit."""
        return self._scanned.difference(self._numbers)

    def _goes_on(self, query: str) -> bool:
        """Whether a query was typed on by letters of their own; what joins the one before makes another letter of it."""
        return self.query.startswith(query) and self.query[len(query) :][:1] < _FIRST_JOINING

    def _scan(self, number: int) -> None:
        if number in self._scanned:
            return
        self._scanned.add(number)
        count = self._finder.count(self._text_of(number))
        if count:
            self._counts[number] = count
            insort(self._numbers, number)
            self.total += count

    def _spans_in(self, number: int) -> tuple[Span, ...]:
        spans = self._spans.get(number, ())
        if not spans and number in self._counts:
            spans = self._spans[number] = tuple(self._finder.spans(self._text_of(number)))
        return spans

    def go_on(self, seconds: float = SLICE) -> bool:
        """Scan on for so long; True once all is scanned."""
        until = time.perf_counter() + seconds
        for number in self._order:
            self._scan(number)
            if time.perf_counter() > until:
                return False
        self.done = True
        return True

    def hits_in(self, number: int) -> tuple[tuple[Span, ...], int]:
        """The hits in a paragraph, and which of them is the current one (-1: none)."""
        spans = self._spans_in(number)
        now = self.current[1] if self.current is not None and self.current[0] == number else -1
        return spans, now

    def span(self) -> Span | None:
        """The current hit's place in its paragraph."""
        return None if self.current is None else self._spans_in(self.current[0])[self.current[1]]

    def numbers(self) -> Sequence[int]:
        """The paragraphs with hits that are known, in order."""
        return self._numbers

    def at_or_after(self, number: int) -> bool:
        """Make the first hit from a paragraph on the current one, going round; False if none is known yet.

        A hit before the paragraph is taken only when all is scanned.
        """
        index = bisect_left(self._numbers, number)
        if index < len(self._numbers):
            self.current = (self._numbers[index], 0)
        elif self.done and self._numbers:
            self.current = (self._numbers[0], 0)
        else:
            return False
        return True

    def move(self, direction: int, number: int) -> bool:
        """Make the next (1) or previous (-1) hit current, counted from the current one or from a paragraph; goes round."""
        if not self._numbers:
            return False
        if self.current is None or self.current[0] != number:
            return self._enter(direction, number)
        here, index = self.current
        index += direction
        if 0 <= index < self._counts[here]:
            self.current = (here, index)
            return True
        return self._enter(direction, here)

    def _enter(self, direction: int, number: int) -> bool:
        """The nearest hit in another paragraph."""
        if direction > 0:
            at = bisect_right(self._numbers, number) % len(self._numbers)
            self.current = (self._numbers[at], 0)
        else:
            found = self._numbers[bisect_left(self._numbers, number) - 1]
            self.current = (found, self._counts[found] - 1)
        return True

    def place(self) -> str:
        """`3/17`, with `+` as long as more may be found."""
        total = f"{self.total}" if self.done else f"{self.total}+"
        if not self.total:
            return "no hit" if self.done else "…"
        if self.current is None:
            return total
        number, index = self.current
        before = sum(self._counts[n] for n in self._numbers[: bisect_left(self._numbers, number)])
        return f"{before + index + 1}/{total}"
