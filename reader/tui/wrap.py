"""Wrapping a paragraph into rows of code points: quick for one-cell text, by grapheme cluster for the rest.

A row is a span of the paragraph's text; only white space at which a row was broken lies between rows.
"""

from __future__ import annotations

import re
from itertools import pairwise

TAB = 8
"""Cells between tab stops, counted from the start of a row."""

_ONE_CELL = re.compile(
    r"[ -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u048a-\u04ff\u2010-\u2027\u2030-\u205e]*"
)
"""Text in which every code point is a grapheme of one cell, white space other than the blank left out."""
_NOT_AT_START = frozenset("、。，．・：；？！）］｝〉》」』】〕〗’”)]},.;:!?%‰")
"""Signs that no row may begin with (the commonest of UAX 14's classes CL, EX, NS)."""

_JOINS_NEXT = frozenset(
    "\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e"
)
_UNBREAKABLE = frozenset("\u00a0\u2007\u202f")

Row = tuple[int, int]
Grapheme = tuple[int, int, int]
"""Start, end, cells."""


def is_one_cell(text: str) -> bool:
    """Whether every code point of the text takes one cell and joins with none."""
    return _ONE_CELL.fullmatch(text) is not None


def graphemes(text: str) -> list[Grapheme]:
    """The grapheme clusters of a text with their cells; a tab counts 1 here, its width depends on the place.

    Rich's clusters, with flags, Indic conjuncts and prepended signs joined (UAX 29: GB12, GB9c, GB9b).
    """
    from rich.cells import split_graphemes

    found: list[Grapheme] = []
    half_a_flag = False
    # Rich gives tabs and line separators no width and hangs them on the sign before; blanks stand alone.
    measured = text if text.isprintable() else "".join(" " if c.isspace() and c != "\u3000" else c for c in text)
    for start, end, width in split_graphemes(measured)[0]:
        sign = text[start]
        flag = "\U0001f1e6" <= sign <= "\U0001f1ff"
        if found and ((flag and half_a_flag) or (text[start - 1] in _JOINS_NEXT and not sign.isspace())):
            first, _, before = found[-1]
            found[-1] = (first, end, before + width)
            flag = False
        else:
            found.append((start, end, width))
        half_a_flag = flag
    return found


def rows(text: str, width: int) -> list[Row]:
    """The rows of a paragraph, at least one. No row is wider than `width` unless one cluster is."""
    found: list[Row] = []
    if "\n" in text and was_hard_wrapped(text.split("\n")):
        text = text.replace("\n", " ")
    start = 0
    for line in text.split("\n"):
        if is_one_cell(line):
            _wrap_one_cell(text, start, start + len(line), width, found)
        else:
            _wrap_graphemes(line, start, width, found)
        start += len(line) + 1
    return found


def was_hard_wrapped(lines: list[str]) -> bool:
    """Whether line breaks stand only where the next word would have made the longest line longer."""
    longest = max(map(len, lines))
    if longest < 40:
        return False
    for line, following in pairwise(lines):
        words = following.split(None, 1)
        if not words or not line.strip() or len(line.rstrip()) + 1 + len(words[0]) <= longest:
            return False
    return True


def _wrap_one_cell(text: str, start: int, end: int, width: int, found: list[Row]) -> None:
    """Rows of text whose signs take one cell each; breaks at blanks, else at the width."""
    while end - start > width:
        cut = text.rfind(" ", start, start + width + 1)
        if cut < start:
            found.append((start, start + width))
            start += width
            continue
        _add_trimmed(text, start, cut, found)
        start = cut + 1
        while start < end and text[start] == " ":
            start += 1
    _add_trimmed(text, start, end, found, last=True)


def _wrap_graphemes(text: str, offset: int, width: int, found: list[Row]) -> None:
    """Rows of any text: breaks at white space and between wide signs, else where the row is full."""
    clusters = graphemes(text)
    begin = index = used = 0
    chance = -1  # the cluster that may begin the next row
    while index < len(clusters):
        start, _, cells = clusters[index]
        if text[start] == "\t":
            cells = TAB - used % TAB
        if index > begin and _may_begin(text, clusters, index):
            chance = index
        if used + cells > width and index > begin and not is_break(text[start]):
            at = chance if chance > begin else index
            _add_trimmed(text, clusters[begin][0], clusters[at][0], found, offset=offset)
            begin = index = at
            used, chance = 0, -1
            continue
        used += cells
        index += 1
    first = clusters[begin][0] if clusters else 0
    _add_trimmed(text, first, len(text), found, offset=offset, last=True)


def is_break(sign: str) -> bool:
    """Whether a row may end at this sign: white space that does not hold words together."""
    return sign.isspace() and sign not in _UNBREAKABLE


def _may_begin(text: str, clusters: list[Grapheme], index: int) -> bool:
    """Whether a row may begin with this cluster: behind white space, or beside a wide sign."""
    start = clusters[index][0]
    if is_break(text[start - 1]):
        return not is_break(text[start])
    wide = clusters[index][2] == 2 or clusters[index - 1][2] == 2
    return wide and text[start] not in _NOT_AT_START and not text[start].isspace()


def _add_trimmed(text: str, start: int, end: int, found: list[Row], *, offset: int = 0, last: bool = False) -> None:
    """Add a row without the white space it was broken at; an indent alone is no row, unless it is all there is."""
    stop = end
    while stop > start and is_break(text[stop - 1]):
        stop -= 1
    if stop > start or last:
        found.append((offset + start, offset + stop))


def drawn(piece: str, column: int = 0) -> str:
    """A piece of a row as it is drawn from a column on: tabs as blanks up to the next stop, other white space as one blank."""
    if piece.isprintable():
        return piece
    from rich.cells import cell_len

    shown: list[str] = []
    for part in re.split(r"([^\S \u3000])", piece):
        if part == "\t":
            part = " " * (TAB - column % TAB)  # noqa: PLW2901  (from here on it is what is drawn)
        elif part and part != " " and part.isspace() and "\u3000" not in part:
            part = " " * len(part)  # noqa: PLW2901
        shown.append(part)
        column += cell_len(part)
    return "".join(shown)
