"""Where words, phrases and the like stand in a folded text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from reader.search.fold import inside_letter
from reader.search.tree import And, Field, Inside, Near, Not, Note, Or, Phrase, Query, Regex, Word, Words
from reader.search.words import KIND, NOTHING, is_edge, token_starts

Span = tuple[int, int]


def places(leaf: Words, folded: str) -> Iterator[Span]:
    """The spans of a folded text where a leaf stands, in order; a prefix's span is the whole word, an Inside's the letters."""
    if isinstance(leaf, Near):
        return _near(leaf, folded)
    if folded.isascii():
        return iter(ascii_finder(leaf)(folded))
    if isinstance(leaf, Inside):
        return _standing(leaf.words, folded, _inside)
    return _standing(leaf.words, folded, _beginning if leaf.prefix else _whole)


def stands(leaf: Words, folded: str) -> bool:
    """Whether a leaf stands anywhere in a folded text."""
    return any(True for _ in places(leaf, folded))


def may_hold(query: Query, has: Callable[[str], bool]) -> bool:
    """Whether a query may hold in a stretch of text, going by the folded strings that `has` says are in it; never wrong when it says no."""
    if isinstance(query, And):
        return all(may_hold(part, has) for part in query.parts)
    if isinstance(query, Or):
        return any(may_hold(part, has) for part in query.parts)
    if isinstance(query, Not | Field | Regex):
        return True
    if isinstance(query, Near):
        return all(has(word) for part in query.parts for word in part.words)
    if isinstance(query, Note):
        return all(map(has, query.part.words))
    return all(map(has, query.words))


@lru_cache(maxsize=512)
def ascii_finder(leaf: Word | Phrase | Inside) -> Callable[[str], list[Span]]:
    """What finds a leaf, as `places` does, in texts of ASCII, the common case and many times faster.

    What stands before the first word is looked at behind it: a pattern that begins with plain letters is found
    several times faster than one that begins with a look back.
    """
    words = leaf.words
    if not all(map(str.isascii, words)):
        return lambda _: []
    parts = [re.escape(word) for word in words]
    starts = [r"(?<![0-9a-z])" if word != "$" else "" for word in words]
    ends = [r"(?![0-9a-z])" if word != "$" else "" for word in words]
    starts[0] = ""
    if isinstance(leaf, Inside):
        ends[-1] = ""
    else:
        if words[0] != "$":
            parts[0] += f"(?<![0-9a-z]{parts[0]})"
        if leaf.prefix and words[-1] != "$":
            ends[-1] = "[0-9a-z]*"
    pattern = "[^0-9a-z$]*".join(map("".join, zip(starts, parts, ends, strict=True)))
    finditer = re.compile(pattern).finditer
    return lambda folded: [match.span() for match in finditer(folded)]


def _standing(words: Sequence[str], folded: str, end_of: Callable[[Sequence[str], str, int], int]) -> Iterator[Span]:
    first = words[0]
    at = folded.find(first)
    while at >= 0:
        end = end_of(words, folded, at)
        if end > 0:
            yield at, end
        at = folded.find(first, max(at + 1, end))


def _whole(words: Sequence[str], folded: str, start: int) -> int:
    """Where the words end that begin at `start`, one after the other; 0 if they do not stand there."""
    end = _end(words, folded, start) if is_edge(folded, start) else 0
    return end if is_edge(folded, end) else 0


def _beginning(words: Sequence[str], folded: str, start: int) -> int:
    """As `_whole`, the last word may go on."""
    end = _end(words, folded, start) if is_edge(folded, start) else 0
    while not is_edge(folded, end):
        end += 1
    return end


def _inside(words: Sequence[str], folded: str, start: int) -> int:
    """As `_whole`, the first word may have begun before and the last may go on, but no letter is cut."""
    end = _end(words, folded, start)
    return 0 if inside_letter(folded, start) or inside_letter(folded, end) else end


def _end(words: Sequence[str], folded: str, start: int) -> int:
    position = start
    for index, word in enumerate(words):
        if index:
            if not is_edge(folded, position):
                return 0
            while position < len(folded) and KIND[folded[position]] == NOTHING:
                position += 1
            if not is_edge(folded, position):
                return 0
        if not folded.startswith(word, position):
            return 0
        position += len(word)
    return position


def _near(near: Near, folded: str) -> Iterator[Span]:
    """Spans from the first to the last of the parts, none overlapping the one before.

    From each place of a part, taken as the first, the nearest places of the others are looked at.
    """
    found = [list(places(part, folded)) for part in near.parts]
    if not all(found):
        return
    tokens = token_starts(folded)
    starts = [[start for start, _ in spans] for spans in found]
    done = 0
    for start, index, span in sorted((span[0], i, span) for i, spans in enumerate(found) for span in spans):
        if start < done:
            continue
        taken = _nearest(found, starts, index, span)
        if taken is None:
            continue
        end = max(last for _, last in taken)
        own = sum(_tokens(tokens, *each) for each in taken)
        if _tokens(tokens, start, end) - own <= near.distance:
            done = end
            yield start, end


def _nearest(found: list[list[Span]], starts: list[list[int]], index: int, first: Span) -> list[Span] | None:
    """A place for each part: the given one, and for the others the nearest after its start that overlaps none taken."""
    taken = [first]
    for other, spans in enumerate(found):
        if other == index:
            continue
        at = bisect_left(starts[other], first[0])
        while at < len(spans) and any(spans[at][0] < end and start < spans[at][1] for start, end in taken):
            at += 1
        if at == len(spans):
            return None
        taken.append(spans[at])
    return taken


def _tokens(tokens: list[int], start: int, end: int) -> int:
    """How many tokens begin in a span."""
    return bisect_right(tokens, end - 1) - bisect_left(tokens, start)
