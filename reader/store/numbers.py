"""The numbers of articles: given at import; where copies came together and two have one, the later import gets the next free."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

import msgspec

from reader.edits import NUMBER, Change, Edit, new_id, now
from reader.model import Article
from reader.overlay import overlay
from reader.store.records import encode

Articles = Mapping[str, Article]
Renumbered = tuple[str, int, int]
"""(title, number it was known by here, number now)"""


class Numbers:
    """The articles with the numbers that are in force. `highest` gives the highest number ever given.

    Every copy that holds the same journals comes to the same numbers, whoever writes them down.
    """

    def __init__(self, highest: Callable[[], int]) -> None:
        self._highest = highest
        self._lock = threading.Lock()
        self._last: tuple[Articles | None, Articles] = (None, {})
        """The stored articles asked for last, and those with the numbers in force."""
        self._news: list[Renumbered] = []

    def known(self, articles: Articles) -> None:
        """These are the articles as this copy had them last."""
        with self._lock:
            self._last = (None, articles)

    def in_force(self, stored: Articles) -> Articles:
        """The stored articles, each with a number of its own; the same object where each has one already."""
        last = self._last
        if last[0] is stored:
            return last[1]
        with self._lock:
            numbered = self._numbered(stored)
            self._compare(stored, numbered)
            self._last = (stored, numbered)
            return numbered

    def _numbered(self, stored: Articles) -> Articles:
        if len({article.number for article in stored.values()}) == len(stored):
            return stored
        doubles = double_numbers(stored.values(), self._highest())
        return overlay(stored).changed((a.id, msgspec.structs.replace(a, number=number)) for a, number in doubles)

    def _compare(self, stored: Articles, numbered: Articles) -> None:
        known = self._last[1]
        if numbered is known:  # as they were read just now
            return
        for key, article in numbered.items():
            before = known.get(key) or stored[key]
            if article.number != before.number:
                self._news.append((article.title, before.number, article.number))

    def news(self) -> list[Renumbered]:
        """Articles that have another number than they had here, or where they were imported; each told once."""
        with self._lock:
            news, self._news = self._news, []
        return news


def double_numbers(articles: Iterable[Article], highest: int) -> list[tuple[Article, int]]:
    """Articles whose number another has too, with the next free number: the earlier import keeps its own."""
    taken: set[int] = set()
    found: list[tuple[Article, int]] = []
    for article in sorted(articles, key=lambda a: (a.imported_at, a.id)):
        if article.number in taken:
            highest += 1
            found.append((article, highest))
        else:
            taken.add(article.number)
    return found


def numbering(coder: str, stored: Articles, in_force: Articles) -> Edit:
    """The edit that writes the numbers in force down."""
    changes = tuple(
        Change("articles", key, encode(before), encode(in_force[key]))
        for key, before in stored.items()
        if in_force[key].number != before.number
    )
    return Edit(id=new_id("e"), at=now(), coder=coder, command=NUMBER, changes=changes)
