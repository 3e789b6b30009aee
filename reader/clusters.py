"""Grapheme clusters: what a reader takes for one character, and where a text may be cut (UAX 29)."""

from __future__ import annotations


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The span drawn outward to whole clusters: code points of `text`, which must begin and end between two of them."""
    return _edge(text, start)[0], _edge(text, end)[1]


def is_edge(text: str, position: int) -> bool:
    """Whether a cut at this code point parts no cluster."""
    before, after = _edge(text, position)
    return before == after


def _edge(text: str, position: int) -> tuple[int, int]:
    """The cluster edges next to a position, on both sides; twice the position itself where it is one."""
    if position <= 0 or position >= len(text) or _surely(text[position - 1 : position + 1]):
        return position, position
    import regex  # type: ignore[import-untyped]  # it ships no types; slow to import, so only here

    first = position
    while first > 0 and not _surely(text[first - 1 : first + 1]):
        first -= 1  # a place that is an edge for sure: from there on the clusters are counted
    for found in regex.finditer(r"\X", text[first:]):
        start, end = first + found.start(), first + found.end()
        if start == position:
            return position, position
        if start < position < end:
            return start, end
    return position, position


def _surely(pair: str) -> bool:
    """Whether two neighbours are an edge without a doubt: ASCII both, and not a line end."""
    return pair.isascii() and pair != "\r\n"
