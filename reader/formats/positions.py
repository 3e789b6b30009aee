"""How another program counts characters, found out by comparing with the words it quotes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

_ENOUGH = 200
"""Quotes compared before the matter is settled: a program counts in one way."""
_HIGH = re.compile("[\U00010000-\U0010ffff]")
_ELLIPSES = ("…", "...")


class Reading(NamedTuple):
    """A way to count. As the standard has it: code points of the file as it is, the end one past the last."""

    inclusive: bool = False
    lf_only: bool = False
    utf16: bool = False


READINGS: tuple[Reading, ...] = tuple(Reading(*flags) for flags in sorted(product((False, True), repeat=3), key=sum))
"""All ways, those with the fewest departures from the standard first."""


class CountedText:
    """A text with LF line ends, and how positions of others become positions in it."""

    def __init__(self, raw: str) -> None:
        self.text = raw.replace("\r\n", "\n").replace("\r", "\n") if "\r" in raw else raw
        self._pairs = _places(raw, "\r\n")
        self._raw_length = len(raw)
        # Characters beyond the first plane, which UTF-16 counts twice: their places in the raw and in the LF text.
        self._high_raw = [match.start() for match in _HIGH.finditer(raw)] if not raw.isascii() else []
        self._high = [place - bisect_left(self._pairs, place) for place in self._high_raw]

    def span(self, start: int, end: int, reading: Reading) -> tuple[int, int] | None:
        """Start and end in code points of the text; None for what is empty or beyond its end."""
        first = self._at(start, reading)
        last = self._at(end + reading.inclusive, reading)
        if not 0 <= first < last <= len(self.text):
            return None
        return first, last

    def _at(self, position: int, reading: Reading) -> int:
        if reading.utf16:
            position = _less_doubles(position, self._high if reading.lf_only else self._high_raw)
        if not reading.lf_only:
            if position > self._raw_length:
                return -1
            position -= bisect_left(self._pairs, position)
        return position

    def fits(self, start: int, end: int, words: str, reading: Reading) -> bool:
        """Whether the words, or their beginning where an ellipsis cuts them, stand there; white space counts as one space."""
        span = self.span(start, end, reading)
        if span is None:
            return False
        said = " ".join(words.split())
        first, last = span
        longest = (
            8 * len(said) + 256
        )  # more than that is no matter of white space, and a long text is not copied for it
        there = " ".join(self.text[first : min(last, first + longest)].split())
        for ellipsis in _ELLIPSES:
            if said.endswith(ellipsis) and not there.endswith(ellipsis):
                return there.startswith(said.removesuffix(ellipsis).rstrip())
        return last - first <= longest and there == said


def _places(text: str, sought: str) -> list[int]:
    found: list[int] = []
    place = text.find(sought)
    while place >= 0:
        found.append(place)
        place = text.find(sought, place + 1)
    return found


def _less_doubles(position: int, high: list[int]) -> int:
    """A position in UTF-16 units as one in code points; `high` are the places of what takes two units."""
    low, top = 0, len(high)
    while low < top:
        middle = (low + top) // 2
        if high[middle] + middle < position:
            low = middle + 1
        else:
            top = middle
    return position - low


def best_reading(texts: Iterable[tuple[CountedText, Iterable[tuple[int, int, str]]]]) -> Reading:
    """The way of counting that puts most quotes on their words; as the standard has it where nothing tells."""
    scores = dict.fromkeys(READINGS, 0)
    compared = 0
    for text, claims in texts:
        for start, end, words in claims:
            if not words.strip():
                continue
            for reading in READINGS:
                scores[reading] += text.fits(start, end, words, reading)
            compared += 1
        if compared >= _ENOUGH:
            break
    return max(READINGS, key=lambda reading: scores[reading])
