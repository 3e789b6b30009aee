"""Lines that are too long to lay out are cut: at sentence ends, else at words, else between graphemes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST_LINE = 20_000
"""Code points of a line that stays whole."""
_SENTENCE = re.compile(
    r"[.!?…‽؟۔।॥։።፧᙮។။⸮][\"'”’»›)\]]*(?=\s)|[。！？｡][\"'”’」』）]*"  # Chinese and Japanese put no space behind
)
_SPACE = re.compile(r"\s+")
_SIGN = re.compile(r"\S")
_SAFE_PAIR = re.compile(r"[!-~\u4e00-\u9fff](?=[!-~\u4e00-\u9fff])")
_STEP = 1000
_NEAR = 200
_WINDOW = 500


def pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a paragraph, in order, without white space at their ends; the paragraph itself if no line is too long."""
    if end - start <= LONGEST_LINE:
        yield start, end
        return
    for cut in _cuts(text, start, end):
        if cut > start:  # else it lies in white space that was passed over already
            yield start, _without_space(text, start, cut)
            start = _first_sign(text, cut, end)
    yield start, end


def _first_sign(text: str, start: int, end: int) -> int:
    found = _SIGN.search(text, start, end)
    return found.start() if found else end


def _without_space(text: str, start: int, end: int) -> int:
    return end if not text[end - 1].isspace() else start + len(text[start:end].rstrip())


def _cuts(text: str, start: int, end: int) -> Iterator[int]:
    """Where the lines of a paragraph that are too long are cut, in order, never at the ends."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        while stop - start > LONGEST_LINE:
            start = _cut_in(text, start, stop)
            if start >= stop:
                break
            yield start
        start = stop + 1


def _cut_in(text: str, start: int, stop: int) -> int:
    """The last good place at most LONGEST_LINE behind `start`, which is one; `stop` if there is none."""
    limit = start + LONGEST_LINE
    for pattern in (_SENTENCE, _SPACE):
        found = next((place for place in _ends(pattern, text, start + 1, limit) if _is_clean(text, place, stop)), 0)
        if found:
            return found
    return _between_graphemes(text, start, limit, stop)


def _ends(pattern: re.Pattern[str], text: str, first: int, limit: int) -> Iterator[int]:
    """Where matches end, the last first. A small window behind is looked at before the rest, where nearly always one is."""
    near = max(first, limit - _NEAR)
    yield from reversed([m.end() for m in pattern.finditer(text, near, limit)])
    yield from reversed([m.end() for m in pattern.finditer(text, first, limit) if m.start() < near])


def _is_clean(text: str, place: int, stop: int) -> bool:
    """Whether the next sign does not combine with what is before it (UAX 29, GB9 and GB9a, generously)."""
    following = _first_sign(text, place, stop)
    if following == stop:
        return place < stop
    sign = text[following]
    return (
        unicodedata.category(sign)[0] not in "MC"
        and sign not in "\uff9e\uff9f"
        and not "\U0001f3fb" <= sign <= "\U0001f3ff"
    )


def _between_graphemes(text: str, start: int, limit: int, stop: int) -> int:
    """The last boundary between graphemes up to `limit`, or the first behind it: one grapheme is never cut."""
    pair = next(_ends(_SAFE_PAIR, text, limit - _STEP, limit), 0)
    if pair:  # two plain signs side by side never belong to one grapheme
        return pair
    found = start
    for end in _grapheme_ends(text, start, stop):
        if end > limit and found > start:
            break
        found = end
        if found > limit:
            break
    return found


def _grapheme_ends(text: str, start: int, stop: int) -> Iterator[int]:
    """Where the graphemes of a line end, in order; looked at in small windows, for `regex` counts flags from the first one."""
    import regex  # type: ignore[import-untyped]  # it brings no types

    size = _WINDOW
    while start < stop:
        window = text[start : min(start + size, stop)]
        ends = [match.end() for match in regex.finditer(r"\X", window)]
        if start + len(window) < stop:
            ends.pop()  # the last one may go on behind the window
        yield from (start + end for end in ends)
        start += ends[-1] if ends else 0
        size = _WINDOW if ends else size * 2
