"""Text to paragraphs: at blank lines, one a line, or what the text looks like.

The law: spans are in order, do not overlap and hold every character that is not white space exactly
once. White space is what `str.isspace` and `\\s` take for it; lines end at LF alone.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from reader.errors import UsageError
from reader.formats import RULES, speakers
from reader.formats.cut import LONGEST_LINE, pieces
from reader.formats.paragraphs import ParagraphTable
from reader.model import Role

_BLANK = re.compile(r"\n[^\S\n]*+\n\s*+")
_LINE = re.compile(r"\S[^\n]*+")
_WORDS = re.compile(r"\S")
SENTENCE_END = r"[.!?…‽。！？｡؟۔।॥։።፧᙮។။⸮](?:[\"'”’»›)\]」』）]|\*\*|__)*"
"""A sign that ends a sentence, with the quotes and brackets that close behind it."""
_ENDS_SENTENCE = re.compile(rf"{SENTENCE_END}[^\S\n]*(?=\n|\Z)")
_FIRST_WORD = re.compile(r"\S+")
_LONG_BLOCK = 8
"""Blocks of more lines, if these end like sentences, hold a paragraph a line."""
_WRAPPED_LINES, _WRAPPED_WIDTH = 4, range(50, 101)


class Block(NamedTuple):
    """A stretch of the text that is one paragraph whatever the rule, as a heading or fenced code."""

    start: int
    end: int
    role: Role = "body"


class Divided(NamedTuple):
    """The paragraphs and the rule that made them: `blank`, `line`, or `auto` where both were at work."""

    paragraphs: ParagraphTable
    rule: str


def divide(text: str, rule: str = "auto", fixed: Sequence[Block] = ()) -> Divided:
    """The paragraphs of a text with LF line ends. `fixed` blocks are in order and begin and end with a sign.

    UsageError for a rule that is none of RULES.
    """
    if rule not in RULES:
        raise UsageError(f"There is no way to split called {rule!r}; there is: {', '.join(RULES)}.")
    begin = fixed[0].end if fixed and fixed[0].role == "furniture" else 0  # behind front matter
    starts, ends = _blocks(text, _gaps(text, fixed))
    turns = speakers.turns(text, begin, starts, text.count("\n", begin) + 1)
    if rule == "line":
        return Divided(_laid_out(text, fixed, _in_lines(text, starts, ends), turns), rule)
    if rule == "auto":
        refined = _Refined(text, turns, blankless=_is_blankless(text, begin))
        starts, ends = refined.blocks(starts, ends)
        rule = refined.rule
        return Divided(_laid_out(text, fixed, (starts, ends), turns, refined.carried), rule)
    return Divided(_laid_out(text, fixed, (starts, ends), turns), rule)


Spans = tuple["array[int]", "array[int]"]


def _is_blankless(text: str, begin: int) -> bool:
    """Whether there is no blank line between the first and the last sign from `begin` on."""
    first = _WORDS.search(text, begin)
    found = _BLANK.search(text, first.start()) if first else None
    return found is None or found.end() == len(text)


def _gaps(text: str, fixed: Sequence[Block]) -> Iterator[tuple[int, int]]:
    position = 0
    for block in fixed:
        yield position, block.start
        position = block.end
    yield position, len(text)


def _blocks(text: str, stretches: Iterable[tuple[int, int]]) -> Spans:
    """Where the blocks between blank lines begin and end, white space at both ends left out."""
    starts: array[int] = array("Q")
    ends: array[int] = array("Q")
    for begin, stop in stretches:
        first = _WORDS.search(text, begin, stop)
        if first is None:
            continue
        start = first.start()
        for match in _BLANK.finditer(text, start, stop):
            end, following = match.span()
            starts.append(start)
            ends.append(end if not text[end - 1].isspace() else start + len(text[start:end].rstrip()))
            start = following
        if start < stop:
            starts.append(start)
            ends.append(start + len(text[start:stop].rstrip()))
    return starts, ends


def _in_lines(text: str, starts: Iterable[int], ends: Iterable[int]) -> Spans:
    line_starts: array[int] = array("Q")
    line_ends: array[int] = array("Q")
    for start, end in zip(starts, ends, strict=True):
        for line_start, line_end in _lines(text, start, end):
            line_starts.append(line_start)
            line_ends.append(line_end)
    return line_starts, line_ends


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines with words in a stretch, white space at both ends left out."""
    for match in _LINE.finditer(text, start, end):
        first, last = match.span()
        yield first, last if not text[last - 1].isspace() else first + len(match[0].rstrip())


class _Refined:
    """`auto`: blocks between blank lines, some of them taken apart. Afterwards `rule` says what was done.

    `carried` maps the start of a paragraph that goes on in a turn begun before it to the speaker.
    """

    def __init__(self, text: str, turns: speakers.Turns, *, blankless: bool) -> None:
        self.text = text
        self.turns = turns
        self.blankless = blankless
        self.carried: dict[int, str] = {}
        self._kinds: set[str] = set()

    @property
    def rule(self) -> str:
        """`line` where every block of several lines was taken apart by lines, `blank` where none was."""
        return self._kinds.pop() if len(self._kinds) == 1 else "auto" if self._kinds else "blank"

    def blocks(self, starts: Sequence[int], ends: Sequence[int]) -> Spans:
        """The blocks, refined."""
        new_starts: array[int] = array("Q")
        new_ends: array[int] = array("Q")
        find = self.text.find
        for start, end in zip(starts, ends, strict=True):
            if find("\n", start, end) < 0:
                new_starts.append(start)
                new_ends.append(end)
                continue
            for first, last in self._taken_apart(start, end):
                new_starts.append(first)
                new_ends.append(last)
        return new_starts, new_ends

    def _taken_apart(self, start: int, end: int) -> Iterable[tuple[int, int]]:
        turns = list(self.turns.between(start, end))
        if turns and (len(turns) > 1 or turns[0][0] > start or self.blankless):
            return self._by_turn(start, end, turns)
        lines = list(_lines(self.text, start, end))
        if self._is_line_a_paragraph(lines):
            self._kinds.add("line")
            if turns:
                self.carried.update((first, turns[0][1]) for first, _ in lines[1:])
            return lines
        self._kinds.add("blank")
        return ((start, end),)

    def _by_turn(self, start: int, end: int, turns: list[tuple[int, str]]) -> Iterator[tuple[int, int]]:
        """A paragraph a turn: lines without a label go with the turn before them, those before all turns stand alone."""
        if turns[0][0] > start:
            yield from self._before_turns(list(_lines(self.text, start, turns[0][0])))
        edges = [turn_start for turn_start, _ in turns]
        for (first, speaker), following in zip(turns, [*edges[1:], end], strict=True):
            lines = list(_lines(self.text, first, following))
            if len(lines) > _LONG_BLOCK and self._end_like_sentences(lines):
                self.carried.update((line_start, speaker) for line_start, _ in lines[1:])
                self._kinds.add("line")
                yield from lines
            else:
                yield first, lines[-1][1]
                self._kinds.add("line" if len(lines) == 1 else "auto")

    def _before_turns(self, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
        wrapped = self._is_wrapped(lines)
        self._kinds.add("auto" if wrapped else "line")
        return [(lines[0][0], lines[-1][1])] if wrapped else lines

    def _is_line_a_paragraph(self, lines: list[tuple[int, int]]) -> bool:
        if self.blankless:
            return not self._is_wrapped(lines)
        return len(lines) > _LONG_BLOCK and self._end_like_sentences(lines)

    def _end_like_sentences(self, lines: list[tuple[int, int]]) -> bool:
        """Whether at least two lines of three do; in wrapped prose it is about one of six."""
        ended = sum(1 for _ in _ENDS_SENTENCE.finditer(self.text, lines[0][0], lines[-1][1]))
        return ended * 3 >= len(lines) * 2

    def _is_wrapped(self, lines: list[tuple[int, int]]) -> bool:
        """Whether one paragraph was broken at a width: no line could have taken the next one's first word."""
        width = max(end - start for start, end in lines)
        if len(lines) < _WRAPPED_LINES or width not in _WRAPPED_WIDTH or self._end_like_sentences(lines):
            return False
        for (start, end), (following, stop) in pairwise(lines):
            word = _FIRST_WORD.match(self.text, following, stop)
            if word is None or end - start + 1 + len(word[0]) <= width:
                return False
        return True


def _laid_out(
    text: str, fixed: Sequence[Block], spans: Spans, turns: speakers.Turns, carried: dict[int, str] | None = None
) -> ParagraphTable:
    """All paragraphs in order, with speakers, lines that are too long cut."""
    starts, ends = spans
    table = ParagraphTable()
    if (
        not fixed
        and not turns.starts
        and not any(end - start > LONGEST_LINE for start, end in zip(starts, ends, strict=True))
    ):
        table.extend(starts, ends)
        return table
    body = (Block(start, end) for start, end in zip(starts, ends, strict=True))
    told = dict(zip(turns.starts, turns.speakers, strict=True)) | (carried or {})
    for block in sorted((*fixed, *body)):
        speaker = told.get(block.start, "")
        for start, end in pieces(text, block.start, block.end):
            table.add(start, end, block.role, speaker)
    return table
