"""A span being chosen: two ends over an article's text, and the motions that move them.

Positions are code points of the article, the end exclusive. After any motion the span holds at least one
grapheme cluster, and neither end stands inside one. A motion that would leave the text, or turn the ends
round, leaves them where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from reader.commands import is_edge, sentences, whole
from reader.tui import wrap

if TYPE_CHECKING:
    from reader.model import ArticleText

Ends = tuple[int, int]
NEAR = 300
"""Paragraphs beyond this one in which a typed word is looked for."""
LONGEST_LOOK = 20_000
"""Characters from which words are counted from the nearest blank on, not from the start of the paragraph."""


class Finder(Protocol):
    """What finds words in a text."""

    def spans(self, text: str) -> Sequence[Ends]:
        """(start, end) of every place, in order."""


def words(text: str) -> list[Ends]:
    """The words of a text by Unicode's boundaries (UAX 29), signs without a letter, figure or picture left out."""
    import regex  # type: ignore[import-untyped]  # it ships no types; slow to import, so only here

    found: list[Ends] = []
    start = 0
    for piece in regex.split(r"(?V1w)\b", text):
        end = start + len(piece)
        if piece and regex.search(r"[\p{L}\p{N}\p{S}]", piece):
            first, last = whole(text, start, end)
            if not found or first >= found[-1][1]:
                found.append((first, last))
        start = end
    return found


class SpanWalk:
    """A span over an article's text that keys move.

    `rows` gives the rows in which a paragraph is shown, `passed` tells which paragraphs are passed over
    when the end goes from paragraph to paragraph.
    """

    def __init__(
        self,
        text: ArticleText,
        ends: Ends,
        *,
        rows: Callable[[int], Sequence[Ends]],
        passed: Callable[[int], bool] = lambda _: False,
    ) -> None:
        self.text = text
        self.start, self.end = ends
        self._rows = rows
        self._passed = passed
        self._words: dict[int, list[Ends]] = {}
        self._sentences: dict[int, list[Ends]] = {}
        self._column = -1

    @property
    def ends(self) -> Ends:
        """Start and end."""
        return self.start, self.end

    @property
    def first(self) -> int:
        """The paragraph of the first word."""
        return self.text.number_at(self.start)

    @property
    def last(self) -> int:
        """The paragraph of the last word."""
        return self.text.number_at(self.end - 1)

    def quote(self) -> str:
        """The words."""
        return self.text.slice(self.start, self.end)

    def become(self, ends: Ends) -> None:
        """Take other ends, drawn outward to whole clusters; a span of nothing is none."""
        first, last = ends
        if 0 <= first < last <= self.text.length:
            self.start, self.end = self._edge(first)[0], self._edge(last)[1]
        self._column = -1

    def _set_end(self, end: int) -> None:
        if self.start < end <= self.text.length:
            self.end = end
        self._column = -1

    def _set_start(self, start: int) -> None:
        if 0 <= start < self.end:
            self.start = start
        self._column = -1

    def _edge(self, position: int) -> Ends:
        """The cluster edges at or around a position."""
        number = self.text.number_at(min(position, self.text.length - 1))
        paragraph = self.text.paragraph(number)
        if not paragraph.start < position < paragraph.end:
            return position, position
        own = self.text.text_of(number)
        at = position - paragraph.start
        return paragraph.start + whole(own, at, at)[0], paragraph.start + whole(own, at, at)[1]

    # -- sentences ---------------------------------------------------------------------------------------

    def sentences_of(self, number: int) -> list[Ends]:
        """The sentences of a paragraph, in positions of the article."""
        found = self._sentences.get(number)
        if found is None:
            base = self.text.paragraph(number).start
            found = [(base + a, base + b) for a, b in sentences(self.text.text_of(number))]
            self._sentences[number] = found
        return found

    def sentence(self, direction: int) -> None:
        """The span becomes the next sentence (1) or the one before (-1); from within one, -1 is its whole."""
        for number in self._numbers(self.first, direction, here=True):
            found = self.sentences_of(number)
            fitting = [s for s in found if (s[0] > self.start if direction > 0 else s[0] < self.start)]
            if fitting:
                self.become(fitting[0] if direction > 0 else fitting[-1])
                return

    def _numbers(self, number: int, direction: int, *, here: bool = False) -> Iterator[int]:
        """Paragraphs in a direction, those passed over left out; with `here` this one first."""
        if here:
            yield number
        number += direction
        while 1 <= number <= len(self.text):
            if not self._passed(number):
                yield number
            number += direction

    # -- words -------------------------------------------------------------------------------------------

    def words_of(self, number: int) -> list[Ends]:
        """The words of a paragraph, in positions of the article."""
        found = self._words.get(number)
        if found is None:
            base = self.text.paragraph(number).start
            found = self._words[number] = [(base + a, base + b) for a, b in words(self.text.text_of(number))]
        return found

    def end_word(self, direction: int) -> None:
        """The end goes to the end of the next word (1), or of the one before (-1)."""
        for number in self._any(self.last, direction):
            ends = [b for _, b in self.words_of(number)]
            fitting = [b for b in ends if (b > self.end if direction > 0 else b < self.end)]
            if fitting:
                self._set_end(fitting[0] if direction > 0 else fitting[-1])
                return

    def start_word(self, direction: int) -> None:
        """The start goes to the next word (1), or to the one before (-1)."""
        for number in self._any(self.first, direction):
            starts = [a for a, _ in self.words_of(number)]
            fitting = [a for a in starts if (a > self.start if direction > 0 else a < self.start)]
            if fitting:
                self._set_start(fitting[0] if direction > 0 else fitting[-1])
                return

    def _any(self, number: int, direction: int) -> Iterator[int]:
        """This paragraph and those in a direction."""
        yield from range(number, len(self.text) + 1 if direction > 0 else 0, direction)

    # -- signs -------------------------------------------------------------------------------------------

    def end_sign(self, direction: int) -> None:
        """The end moves by one cluster."""
        number = self.last
        paragraph = self.text.paragraph(number)
        if direction > 0 and self.end >= paragraph.end:
            number += 1
            if number <= len(self.text):
                first = self.text.paragraph(number).start
                self._set_end(self._step(number, first, 1))
            return
        if direction < 0 and self._step(number, self.end, -1) <= paragraph.start:
            if number > 1:
                self._set_end(self.text.paragraph(number - 1).end)
            return
        self._set_end(self._step(number, self.end, direction))

    def start_sign(self, direction: int) -> None:
        """The start moves by one cluster."""
        number = self.first
        paragraph = self.text.paragraph(number)
        if direction < 0 and self.start <= paragraph.start:
            if number > 1:
                before = self.text.paragraph(number - 1)
                self._set_start(self._step(number - 1, before.end, -1))
            return
        there = self._step(number, self.start, direction)
        if direction > 0 and there >= paragraph.end:
            if number < len(self.text):
                self._set_start(self.text.paragraph(number + 1).start)
            return
        self._set_start(there)

    def _step(self, number: int, position: int, direction: int) -> int:
        """The next cluster edge in a paragraph, in a direction."""
        paragraph = self.text.paragraph(number)
        own = self.text.text_of(number)
        at = max(0, min(position, paragraph.end) - paragraph.start)
        at += direction
        while 0 < at < len(own) and not is_edge(own, at):
            at += direction
        return paragraph.start + max(0, min(at, len(own)))

    # -- rows and paragraphs -----------------------------------------------------------------------------

    def end_row(self, direction: int) -> None:
        """The end goes to the row below (1) or above (-1), as near to the column as the row allows."""
        number, index = self.place_of_end()
        column = self._column if self._column >= 0 else self._cells(number, index, self.end)
        index += direction
        if index < 0:
            number -= 1
            index = len(self._rows(number)) - 1 if number >= 1 else 0
        elif index >= len(self._rows(number)):
            number, index = number + 1, 0
        if 1 <= number <= len(self.text):
            self._set_end(self._at_column(number, index, column))
            self._column = column

    def place_of_end(self) -> Ends:
        """The paragraph and the row in it where the last sign stands."""
        number = self.last
        offset = self.end - 1 - self.text.paragraph(number).start
        rows = self._rows(number)
        return number, next((i for i, (_, end) in enumerate(rows) if offset < end), len(rows) - 1)

    def _cells(self, number: int, index: int, position: int) -> int:
        """How many cells of a row stand before a position."""
        start, end = self._rows(number)[index]
        offset = max(start, min(position - self.text.paragraph(number).start, end))
        return sum(cells for _, _, cells in wrap.graphemes(self.text.text_of(number)[start:offset]))

    def _at_column(self, number: int, index: int, column: int) -> int:
        """The position nearest to a column, behind at least one sign of the row."""
        base = self.text.paragraph(number).start
        own = self.text.text_of(number)
        start, end = self._rows(number)[index]
        used, at = 0, start
        for _, last, cells in wrap.graphemes(own[start:end]):
            if used and used + cells > column:
                break
            used += cells
            at = start + last
        return base + whole(own, at, at)[1]

    def end_paragraph(self, direction: int) -> None:
        """The end goes to the end of the next paragraph (1), or of the one before (-1)."""
        number = next(self._numbers(self.last, direction), 0)
        if number:
            self._set_end(self.text.paragraph(number).end)

    # -- words that are typed ----------------------------------------------------------------------------

    def typed(self, finder: Finder, number: int, *, after: int = -1) -> Iterator[Ends]:
        """Words that begin with what was typed, from a paragraph on, behind a position, then from the top.

        What was typed may hold several words; the last is taken to its end.
        """
        count = len(self.text)
        on = range(number, min(count, number + NEAR) + 1)
        around = range(max(1, number - NEAR), number) if after < 0 else range(0)
        for there in (*on, *around):
            yield from (place for place in self._beginning(finder, there) if place[0] > after)

    def _beginning(self, finder: Finder, number: int) -> Iterator[Ends]:
        """In a paragraph: from the start of a word to the end of the word where the find ends."""
        base = self.text.paragraph(number).start
        found = finder.spans(self.text.text_of(number))
        if not found:
            return
        known = self.words_of(number)
        starts = {a for a, _ in known}
        for first, last in found:
            if base + first in starts:
                end = next((b for a, b in known if a < base + last <= b), base + last)
                yield base + first, end

    def end_at(self, end: int) -> None:
        """The end goes to a place."""
        self._set_end(self._edge(end)[1])
