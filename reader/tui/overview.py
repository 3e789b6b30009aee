"""The whole article in one column: tags, hits, what is reviewed, where one is. A click goes there.

A long article is drawn to scale; where all of it is in sight, each row stands beside its paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import msgspec
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.message import Message

from reader.tui.drawn import Line
from reader.tui.opened import by_row, rows_of
from reader.tui.themes import ink, tag_colour, tag_sign

if TYPE_CHECKING:
    from textual import events
    from textual.timer import Timer

    from reader.tui.app import ReaderApp
    from reader.tui.opened import OpenArticle
    from reader.tui.themes import Look

WAIT = 0.3
"""Seconds of rest after a change before the column is counted anew: it must not stand between two keys."""
FIRST = 0.02
"""The same for an article just opened."""
ASCII = str.maketrans("◀•▐│", "<*#.")


class Cell(msgspec.Struct, frozen=True):
    """What stands in the paragraphs of one row; `colour` and `sign` are those of their first tag."""

    hit: bool = False
    colour: str = ""
    sign: str = ""
    reviewed: bool = False


EMPTY = Cell()


def number_of(row: int, count: int, height: int) -> int:
    """The first paragraph of a row."""
    return min(count, row * count // height + 1 if count <= height else -(-row * count // height) + 1)


def beside(opened: OpenArticle, rows: Sequence[int], height: int) -> list[Cell]:
    """The column of an article that is in sight, from the paragraph on each row (0: none)."""
    codebook, tags = opened.project.codebook, opened.first_tags()
    hits = set(opened.find.numbers() if opened.find else ())
    cells = {0: EMPTY}
    for number in set(rows) - {0}:
        tag = tags.get(number, "")
        cells[number] = Cell(
            number in hits,
            tag_colour(codebook, tag) if tag else "",
            tag_sign(codebook, tag) if tag else "",
            opened.visits(number) and number in opened.reviewed,
        )
    return [cells[rows[y]] if y < len(rows) else EMPTY for y in range(height)]


def cells_of(opened: OpenArticle, height: int) -> list[Cell]:
    """The column of an article to scale. Costs what there is of marks and hits, not the length of the text."""
    count, codebook = opened.count, opened.project.codebook
    tags: dict[int, str] = {}
    for number, tag_id in opened.first_tags().items():
        for row in rows_of(number, count, height) if count < height else ((number - 1) * height // count,):
            tags.setdefault(row, tag_id)
    hits = by_row(opened.find.numbers() if opened.find else (), count, height)
    done, wanted = by_row(opened.reviewed, count, height), opened.visited_by_row(height)
    return [
        Cell(
            hits[row] > 0,
            tag_colour(codebook, tags[row]) if row in tags else "",
            tag_sign(codebook, tags[row]) if row in tags else "",
            0 < wanted[row] <= done[row],
        )
        for row in range(height)
    ]


class Overview(Line):
    """One column beside the text."""

    class Jumped(Message):
        """A row was clicked: go to this paragraph."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self) -> None:
        super().__init__(id="overview")
        self.cells: list[Cell] = []
        self._opened: OpenArticle | None = None
        self._here = 1
        self._rows: tuple[int, ...] = ()
        self._counted: tuple[object, ...] = ()
        self.waiting: Timer | None = None
        self._drawn_in: Look | None = None

    def follow(self, opened: OpenArticle | None, here: int, rows: tuple[int, ...] = ()) -> None:
        """The cursor or the marks may have changed; marks are counted a little later, and only if they did.

        `rows` are the paragraphs in the rows beside, where all are in sight.
        """
        if rows != self._rows:
            self._rows, self._counted, self.cells = rows, (), []
            self.refresh()
        other, before = opened is not self._opened or self.look is not self._drawn_in, self._here
        self._drawn_in = self.look
        self._opened, self._here = opened, here
        if not self.display or not self.size.height:
            return
        if other:
            self.cells, self._counted = [], ()
            self.refresh()
        elif before != here:
            self._refresh_row(before)
            self._refresh_row(here)
        if self._state() != self._counted:
            if self.waiting is not None:
                self.waiting.stop()
            self.waiting = self.set_timer(WAIT if self.cells else FIRST, self._count)

    def _state(self) -> tuple[object, ...]:
        """What the column is counted from."""
        opened = self._opened
        if opened is None:
            return ()
        found = opened.find.total if opened.find else -1
        return opened.marks, found, opened.others, opened.visited, self.size.height, opened.project.codebook

    def _count(self) -> None:
        self.waiting = None
        opened, height = self._opened, self.size.height
        if opened is None or not opened.counted or not opened.count or not height:
            return
        self._counted = self._state()
        cells = beside(opened, self._rows, height) if self._rows else cells_of(opened, height)
        if cells != self.cells:
            before, self.cells = self.cells, cells
            for row, cell in enumerate(cells):
                if row >= len(before) or before[row] != cell:
                    self.refresh(Region(0, row, 1, 1))

    def _pointer(self, here: int) -> int:
        opened, height = self._opened, self.size.height
        if self._rows:
            return self._rows.index(here) if here in self._rows else -1
        return rows_of(here, opened.count, height)[0] if opened is not None and opened.count and height else -1

    def _refresh_row(self, here: int) -> None:
        self.refresh(Region(0, self._pointer(here), 1, 1))

    def row(self, y: int) -> list[Segment]:
        """The cursor, else a hit, else a tag, else that all is reviewed."""
        look = self.look
        cell = self.cells[y] if y < len(self.cells) else EMPTY
        sign, style = " ", look.text
        if y == self._pointer(self._here):
            sign, style = "◀", look.accent
        elif cell.hit:
            sign, style = "•", look.accent
        elif cell.colour:
            plain = look.plain and cell.sign.isascii() and cell.sign.isprintable()
            sign, style = (cell.sign if plain else "▐"), look.text + ink(cell.colour)
        elif cell.reviewed:
            sign, style = "│", look.good
        return [Segment(sign.translate(ASCII) if cast("ReaderApp", self.app).ascii_only else sign, style)]

    def ground(self, y: int) -> Style:
        """It stands on the text's ground."""
        return self.look.text

    def on_resize(self) -> None:
        """Another height."""
        self.refresh()
        self.follow(self._opened, self._here, self._rows)

    def on_click(self, event: events.Click) -> None:
        """Go there."""
        opened = self._opened
        if self._rows:
            number = next((n for n in reversed(self._rows[: event.y + 1]) if n), 1)
            self.post_message(self.Jumped(number))
        elif opened is not None and opened.count:
            self.post_message(self.Jumped(number_of(event.y, opened.count, self.size.height)))
