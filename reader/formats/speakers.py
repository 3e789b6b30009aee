"""Who speaks: labels like `I:`, `R1:`, `[Nurse]` or `00:01:12 I:` at the beginning of lines."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Iterator
from itertools import chain
from typing import NamedTuple

from reader.formats import furniture

_TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_STAMP = rf"(?:\[{_TIME}\]|\({_TIME}\)|{_TIME})"
# Not \w: in Python's re that leaves out combining marks, and so most names in Devanagari.
_SIGN = r"[^\s:：\[\](){}<>\"“”«»,;!?/\\|=#@*_~`+^%$]"
_NAME = rf"(?=[^\W\d_]){_SIGN}{{1,30}}+(?:[ ]{_SIGN}{{1,20}}+){{0,3}}"
_ASIDE = r"(?:[ ]?\([^()\n]{1,40}\))?"
_LABEL = rf"""
    (?P<turn>
        (?:{_STAMP}[ \t]*(?:[-–—][ \t]*)?)?                           # a time before the name
        (?:\*\*|__)?                                                  # a name in bold, in Markdown
        (?:
            \[(?P<bracketed>{_NAME})\](?:\*\*|__)?(?::(?=\s|\Z)|(?=[ \t\n]|\Z))(?![ \t]*(?:https?:|www\.|/|<))
        |
            (?P<name>{_NAME}){_ASIDE}
            (?:
                (?:[ \t]+{_STAMP})?(?:\*\*|__)?(?::(?:\*\*|__)?(?=\s|\Z)|：)
            |
                [ \t]+(?:\[{_TIME}\]|\({_TIME}\))(?=\s|\Z)            # a time after the name, no colon
            |
                [ \t]+{_TIME}[ \t]*(?=\n|\Z)
            )
        |
            (?P<short>[A-Z][A-Za-z]?\d{{0,2}}):(?=[^\W\d_])           # I:What, written without the space
        )
    )
"""
_FIRST = re.compile(rf"\s*+{_LABEL}", re.VERBOSE)
# It begins with one sign, which the engine finds fast; and a blank line costs one look, not one at each kind of label.
_NEXT = re.compile(rf"\n[^\S\n]*+(?=\S){_LABEL}", re.VERBOSE)
_MOST_LINES_A_TURN = 12
_SMALLEST_SHARE = 0.3
_MOST_HEARD_ONCE = 4
"""More labels, each there once, are those of a form: «Name: …», «Born: …»."""


class Turns(NamedTuple):
    """Where turns begin (code points of their first sign, in order) and who speaks in each."""

    starts: array[int]
    speakers: list[str]

    def between(self, start: int, end: int) -> Iterator[tuple[int, str]]:
        """The turns that begin in a stretch of the text."""
        for i in range(bisect_left(self.starts, start), bisect_left(self.starts, end)):
            yield self.starts[i], self.speakers[i]

    def at(self, start: int) -> str:
        """The speaker of the turn that begins at a position, or empty."""
        i = bisect_left(self.starts, start)
        return self.speakers[i] if i < len(self.starts) and self.starts[i] == start else ""


NOBODY = Turns(array("Q"), [])


def turns(text: str, begin: int, block_starts: array[int], lines: int) -> Turns:
    """The turns of a text from `begin` on; none where the labels look like chance.

    `block_starts` are where blocks between blank lines begin, `lines` is the number of lines with
    words. A label must recur or there must be several; and labels must be usual in the text, so that
    the one «Breakfast:» of a diary is none.
    """
    found = _labels(text, begin)
    if not found.starts:
        return NOBODY
    first_lines = set(block_starts)
    units = len(block_starts) + sum(start not in first_lines for start in found.starts)
    count = Counter(found.speakers)
    recurring = {speaker: times for speaker, times in count.items() if times > 1}
    share = len(found.starts) / units
    if len(found.starts) * _MOST_LINES_A_TURN < lines:
        return NOBODY
    if recurring:
        usual = share >= _SMALLEST_SHARE and sum(recurring.values()) * 2 >= len(found.starts)
        return _without_header(found, recurring) if usual else NOBODY
    return found if 1 < len(count) <= _MOST_HEARD_ONCE and share > 0.5 else NOBODY


def _labels(text: str, begin: int) -> Turns:
    starts: array[int] = array("Q")
    speakers: list[str] = []
    nobody = furniture.rules().not_speakers
    first = _FIRST.match(text, begin)
    for match in chain((first,) if first else (), _NEXT.finditer(text, first.end() if first else begin)):
        start = match.start("turn")
        name = " ".join((match["bracketed"] or match["name"] or match["short"]).split())
        if furniture.plain(name) in nobody:
            continue
        starts.append(start)
        speakers.append(name)
    return Turns(starts, speakers)


def _without_header(found: Turns, recurring: Container[str]) -> Turns:
    """Drop what stands once before the talk begins: «Date: …», «Place: …»."""
    first = next(i for i, speaker in enumerate(found.speakers) if speaker in recurring)
    return Turns(found.starts[first:], found.speakers[first:])
