"""Which tags a few typed letters mean, best first. Pure: no widgets, no project.

Order: the exact name, the start of a word, inside a word, letters scattered over the path. Names are
folded (case and accents ignored) once, when a `Ranking` is made; a query only compares strings.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

SHOWN = " › "
"""Between the names of a path on the screen."""


class Rank(IntEnum):
    """How well a tag fits what was typed; the lower the better."""

    EXACT = 0
    WORD = 1
    INSIDE = 2
    SCATTERED = 3


class Choice(NamedTuple):
    """A tag that can be picked: its id and the names from the root to it."""

    id: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class New:
    """What *+ new tag* would make of the query: the path as typed, and why it may be a mistake.

    `like` is the place (in the ranking's choices) of a tag that is nearly the same, or -1.
    """

    path: str
    like: int = -1


def fold(text: str) -> str:
    """A text without case and accents, as names are compared."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def fold_path(text: str) -> str:
    """A typed path folded, with one `/` between names however it was written and no space around it."""
    for separator in (" > ", "›"):
        text = text.replace(separator, "/")
    return "/".join(fold(part.strip()) for part in text.split("/"))


def tidy(text: str) -> str:
    """A typed path as a new tag's path: `/` between names, no space around names."""
    for separator in (" > ", "›"):
        text = text.replace(separator, "/")
    return "/".join(part.strip() for part in text.split("/"))


def one_letter_apart(one: str, other: str) -> bool:
    """True where a letter more, less, other or two neighbours swapped make one text the other."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        start += 1
    rest, other_rest = one[start:], other[start:]
    if len(one) == len(other):
        swapped = rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:]
        return rest[1:] == other_rest[1:] or swapped
    return rest[1:] == other_rest if len(one) > len(other) else rest == other_rest[1:]


def scattered(letters: str, text: str) -> bool:
    """True where the letters stand in the text in this order, with anything between them."""
    at = -1
    for letter in letters:
        at = text.find(letter, at + 1)
        if at < 0:
            return False
    return True


def starts_word(query: str, text: str) -> int:
    """The position at which a word of the text starts with the query, or -1."""
    at = text.find(query)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(query, at + 1)
    return at


NEAR_LENGTH = 4
"""Names shorter than this are not called near duplicates for one letter: «war» and «car» are just two words."""


class Ranking:
    """Tags ready to be searched.

    `choices` stand in the order to show without a better reason (that of their paths); `recent` are ids,
    the latest first, shown first while nothing is typed.
    """

    def __init__(self, choices: Iterable[Choice], recent: Sequence[str] = ()) -> None:
        self.choices: tuple[Choice, ...] = tuple(choices)
        self._names = [fold(choice.path[-1]) if choice.path else "" for choice in self.choices]
        self._paths = ["/".join(fold(name) for name in choice.path) for choice in self.choices]
        self._places = {choice.id: place for place, choice in enumerate(self.choices)}
        self.use_recent(recent)

    def use_recent(self, recent: Sequence[str]) -> None:
        """Which tags are recent now, the latest first; ids that are no choices are passed over."""
        first = [self._places[tag] for tag in dict.fromkeys(recent) if tag in self._places]
        self._recency = {place: age for age, place in enumerate(first)}
        taken = set(first)
        self._unasked = first + [place for place in range(len(self.choices)) if place not in taken]

    def matches(self, query: str) -> list[int]:
        """Places in `choices` that fit the query, best first; all of them, recent first, without one."""
        wanted = fold_path(query)
        if not wanted:
            return list(self._unasked)
        letters = wanted.replace(" ", "")
        never = len(self.choices)
        found: list[tuple[int, int, int, int]] = []
        for place, (name, path) in enumerate(zip(self._names, self._paths, strict=True)):
            rank = self._rank(wanted, letters, name, path)
            if rank is not None:
                how, depth = rank
                found.append((how, depth, self._recency.get(place, never), place))
        found.sort()
        return [row[-1] for row in found]

    @staticmethod
    def _rank(wanted: str, letters: str, name: str, path: str) -> tuple[int, int] | None:
        """(rank, 0 where the name itself fits and 1 where only the path does) or None."""
        if wanted in (name, path):
            return (Rank.EXACT, int(wanted == name and wanted != path))
        if wanted in name:
            at = starts_word(wanted, name)
            return (Rank.INSIDE, 0) if at < 0 else (Rank.WORD, int(at > 0))
        if wanted in path:
            return (Rank.INSIDE if starts_word(wanted, path) < 0 else Rank.WORD, 2)
        if letters and scattered(letters, path):
            return (Rank.SCATTERED, 0 if scattered(letters, name) else 1)
        return None

    def new(self, query: str) -> New | None:
        """What *+ new tag* offers for the query; None where it is empty or names a tag that is there."""
        typed = tidy(query)
        wanted = fold_path(query)
        if not wanted.strip("/") or wanted in self._paths:
            return None
        return New(typed, self.near(wanted))

    def near(self, wanted: str) -> int:
        """The place of the tag that a folded new path is nearly the same as, or -1."""
        last = wanted.rsplit("/", 1)[-1]
        for texts, text in ((self._paths, wanted), (self._names, last)):
            for place, known in enumerate(texts):
                if known == text or (len(text) >= NEAR_LENGTH and one_letter_apart(known, text)):
                    return place
        return -1
