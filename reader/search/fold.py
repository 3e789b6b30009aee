"""Texts made comparable: case, accents, ligatures and the like folded away, hits mapped back to the text as written.

Folding is NFKD (Unicode Standard Annex 15) without the accents, then full case folding (Unicode Standard,
3.13). Beyond that: curly quotes, hyphens and line breaks are the plain ones; strokes (ł, ø) and ligatures
(æ) are resolved; characters that cannot be seen are left out; the Arabic forms of alef, ya, kaf and ha and
the Arabic digits are one. Signs that are letters of their script (vowels of Hindi, tones of Thai, the
voicing marks of kana) are no accents and stay.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

_DROPPED = (
    "\u0300-\u036f\u0483-\u0489"  # accents of Latin, Greek and Cyrillic
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # points of Hebrew
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"  # harakat, tatweel
    "\u0898-\u089f\u08ca-\u08e1\u08e3-\u08ff\u0711\u0730-\u074a"  # more of Arabic, points of Syriac
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"  # more accents
    "\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"  # not seen
    "\U000e0000-\U000e0fff"  # tags and variation selectors
)
_TWINS = {
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029": " " * 13,
    "‘’‚‛ʹʻʼʽˈ′‹›": "'" * 12,
    "“”„‟″«»": '"' * 7,
    "‐‒–—―−⁃": "-" * 7,
    "łŁøØđĐħĦŧŦı": "lLoOdDhHtTi",
    "ٱیىکةہۃ": "اييكههه",
    "٠١٢٣٤٥٦٧٨٩": "0123456789",
    "۰۱۲۳۴۵۶۷۸۹": "0123456789",
}
_MAPPED = {one: other for ones, others in _TWINS.items() for one, other in zip(ones, others, strict=True)}
_MAPPED.update({"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"})
_ODD = re.compile(r"[^\x00-\x7f]")
_FEW = 12
"""Up to so many different signs are replaced one by one."""
_SPECIAL = re.compile(f"[{_DROPPED}{re.escape(''.join(_MAPPED))}]")


def fold(text: str) -> str:
    """The text as it is compared. Folding twice changes nothing; a text and its normal forms fold to the same."""
    quick = as_ascii(text)
    if quick is None:
        return _in_full(text)
    return quick if quick.isprintable() else _SPECIAL.sub(_twin, quick)


def as_ascii(text: str) -> str | None:
    """The folded text, control characters left, where every character folds to one of ASCII in its place; else None.

    The common case, some times faster: few signs beyond ASCII, none of which joins its neighbours.
    """
    if text.isascii():
        return text.lower()
    odd = set(_ODD.findall(text))
    if len(odd) > _FEW:
        return None
    for char in odd:
        if not _FOLDED.plain[char]:
            return None
        text = text.replace(char, _FOLDED[char])
    return text.lower() if text.isascii() else None


def _in_full(text: str) -> str:
    return _decomposed(bare(text).casefold())


def bare(text: str) -> str:
    """The text as it is compared when case matters: all of `fold` but the case."""
    if text.isascii():
        return text if text.isprintable() else _SPECIAL.sub(_twin, text)
    return _decomposed(_SPECIAL.sub(_twin, _decomposed(text)))


def folded_with_map(text: str, *, case: bool = False) -> tuple[str, Sequence[int]]:
    """The folded text (`bare` if case matters) and for each of its characters the index of the one it comes from."""
    folded = bare(text) if case else fold(text)
    if text.isascii():
        return folded, range(len(text))
    pieces = _BARE if case else _FOLDED
    if all(map(pieces.simple.__getitem__, set(text))):
        return folded, range(len(text))
    chars: list[str] = []
    origins: list[int] = []
    for index, char in enumerate(text):
        piece = pieces[char]
        chars.extend(piece)
        origins.extend([index] * len(piece))
    if "".join(chars) != folded:
        origins = _in_canonical_order(chars, origins)
    return folded, origins


class Needle:
    """What is looked for as it stands. Lower-case letters find any case, an upper-case letter makes case matter.

    Accents never matter. `folded` is empty where there is nothing to look for.
    """

    __slots__ = ("case", "folded", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.case = any(c.isupper() or c.istitle() for c in text)
        self.folded = bare(text) if self.case else fold(text)

    def __bool__(self) -> bool:
        return bool(self.folded)


def find_spans(text: str, needle: Needle) -> list[tuple[int, int]]:
    """Where the needle stands: spans in code points, in order, not overlapping, no grapheme cut in two."""
    folded = bare(text) if needle.case else fold(text)
    wanted = needle.folded
    at = folded.find(wanted) if wanted else -1
    if at < 0:
        return []
    found: list[tuple[int, int]] = []
    length = len(wanted)
    if _is_plain(text, case=needle.case):
        while at >= 0:
            found.append((at, at + length))
            at = folded.find(wanted, at + length)
        return found
    view = View(text, case=needle.case)
    while at >= 0:
        end = at + length
        if inside_letter(folded, at) or inside_letter(folded, end):
            at = folded.find(wanted, at + 1)
            continue
        span = view.span(at, end)
        if not found or span[0] >= found[-1][1]:
            found.append(span)
        at = folded.find(wanted, end)
    return found


def count_spans(text: str, needle: Needle) -> int:
    """How many spans `find_spans` finds; several times faster where most texts hold none or many."""
    wanted = needle.folded
    folded = bare(text) if needle.case else fold(text)
    if not wanted or wanted not in folded:
        return 0
    return folded.count(wanted) if _is_plain(text, case=needle.case) else len(find_spans(text, needle))


def _is_plain(text: str, *, case: bool) -> bool:
    """Whether every character folds to one that stands in its place and joins no neighbour."""
    return text.isascii() or all(map((_BARE if case else _FOLDED).plain.__getitem__, set(text)))


def inside_letter(folded: str, position: int) -> bool:
    """Whether a position in a folded text parts what readers see as one letter: が is not か, 한 is not 하."""
    if not 0 < position < len(folded) or folded[position] < "\u1160":
        return False
    before, after = folded[position - 1], folded[position]
    return (
        after in ("\u3099", "\u309a")
        or ("\u1100" <= before <= "\u115f" and "\u1160" <= after <= "\u11a7")
        or ("\u1160" <= before <= "\u11a7" and "\u11a8" <= after <= "\u11ff")
    )


class View:
    """A text with its folded form: turns spans of the one into spans of the other."""

    __slots__ = ("_boundaries", "_origins", "folded", "text")

    def __init__(self, text: str, *, case: bool = False) -> None:
        self.text = text
        self.folded, self._origins = folded_with_map(text, case=case)
        self._boundaries: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text that a non-empty span of the folded text comes from, whole graphemes."""
        origins = self._origins
        if isinstance(origins, range):
            first, last = start, end
        else:
            sources = origins[start:end]
            first, last = min(sources), max(sources) + 1
        return self.before(first), self.after(last)

    def before(self, position: int) -> int:
        """The position, or the start of the grapheme that it is inside of."""
        if not _may_join(self.text, position):
            return position
        boundaries = self._graphemes()
        return boundaries[bisect_right(boundaries, position) - 1]

    def after(self, position: int) -> int:
        """The position, or the end of the grapheme that it is inside of."""
        if not _may_join(self.text, position):
            return position
        boundaries = self._graphemes()
        index = bisect_right(boundaries, position)
        if boundaries[index - 1] == position:
            return position
        return boundaries[index] if index < len(boundaries) else len(self.text)

    def _graphemes(self) -> list[int]:
        if self._boundaries is None:
            self._boundaries = [match.start() for match in _clusters().finditer(self.text)]
        return self._boundaries


def _twin(match: re.Match[str]) -> str:
    return _MAPPED.get(match[0], "")


def _decomposed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKD", text)


class _Simple(dict[str, bool]):
    """Whether a character folds to exactly one character that never changes places with its neighbours."""

    def __init__(self, pieces: _Pieces) -> None:
        super().__init__()
        self._pieces = pieces

    def __missing__(self, char: str) -> bool:
        piece = self._pieces[char]
        simple = self[char] = len(piece) == 1 and not unicodedata.combining(piece)
        return simple


class _Plain(dict[str, bool]):
    """Whether a character is simple and never one grapheme with its neighbours."""

    def __init__(self, simple: _Simple) -> None:
        super().__init__()
        self._is_simple = simple.__getitem__

    def __missing__(self, char: str) -> bool:
        plain = self[char] = self._is_simple(char) and not _joins(char) and char not in _BEFORE_DIGITS
        return plain


class _Pieces(dict[str, str]):
    """What each character folds to, worked out once."""

    def __init__(self, *, case: bool) -> None:
        super().__init__()
        self._fold = bare if case else _in_full
        self.simple = _Simple(self)
        self.plain = _Plain(self.simple)

    def __missing__(self, char: str) -> str:
        piece = self[char] = self._fold(char)
        return piece


_FOLDED, _BARE = _Pieces(case=False), _Pieces(case=True)


def _in_canonical_order(chars: list[str], origins: list[int]) -> list[int]:
    """The origins in the order in which normalisation puts the characters: runs of marks sorted by class."""
    order = list(range(len(chars)))
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and unicodedata.combining(chars[end]):
            end += 1
        if end > start + 1:
            order[start:end] = sorted(order[start:end], key=lambda i: unicodedata.combining(chars[i]))
        start = end + 1
    return [origins[i] for i in order]


def _may_join(text: str, position: int) -> bool:
    """Whether the characters on both sides of a position might be one grapheme: never wrong when it says no."""
    if not 0 < position < len(text):
        return False
    before, after = text[position - 1], text[position]
    if after < "\u0300" and before < "\u0300":
        return before == "\r" and after == "\n"
    return _joins(after) or (before >= "\u0900" and _joins(before)) or before in _BEFORE_DIGITS


_BEFORE_DIGITS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
_JOINING_LETTERS = frozenset(
    "\u0e33\u0eb3\u0d4e\uff9e\uff9f\U000111c2\U000111c3\U0001193f\U00011941\U00011a3a"
    "\U00011a84\U00011a85\U00011a86\U00011a87\U00011a88\U00011a89\U00011d46"
)
"""Letters that are one grapheme with the letter before or after them: Thai and Lao am, half-width voicing, prefixed r."""


@functools.lru_cache(maxsize=4096)
def _joins(char: str) -> bool:
    """Whether a character may be one grapheme with a neighbour: marks, joiners, Hangul, flags, skin tones."""
    if unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf", "Sk", "Cn") or char in _JOINING_LETTERS:
        return True
    return (
        "\u1100" <= char <= "\u11ff"
        or "\ua960" <= char <= "\ua97f"
        or "\uac00" <= char <= "\ud7ff"
        or "\U0001f1e6" <= char <= "\U0001f1ff"
    )


@functools.cache
def _clusters() -> Any:
    """The pattern of extended grapheme clusters (Unicode Standard Annex 29)."""
    import regex  # type: ignore[import-untyped]  # it ships no types

    return regex.compile(r"\X")
