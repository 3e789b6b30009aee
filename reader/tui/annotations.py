"""The annotation pane: tags, notes, spans and review state of the current paragraph, the slots at its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from reader.model import Annotation
from reader.tui.drawn import Row, Written
from reader.tui.panewriter import Page, PaneWriter

if TYPE_CHECKING:
    from textual import events

    from reader.project import Session
    from reader.tui.app import ReaderApp
    from reader.tui.opened import OpenArticle


class AnnotationPane(Written):
    """Shows the paragraph that is current; with the focus, an entry is chosen in it."""

    class Chosen(Message):
        """An entry was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    class SlotClicked(Message):
        """A slot was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Sized(Message):
        """The pane has a new size and wants to be written."""

    def __init__(self) -> None:
        super().__init__(id="pane")
        self.page = Page()
        self.focused_entry = -1
        self._first = 0
        self._top = 0
        self._slots = Page()
        self._slots_top = 0

    @property
    def chosen(self) -> Annotation | None:
        """The entry that is chosen, if the pane has the focus."""
        return self.page.entries[self.focused_entry] if 0 <= self.focused_entry < len(self.page.entries) else None

    def write(self, opened: OpenArticle | None, number: int, state: Session) -> None:
        """Write about a paragraph; only rows that differ are drawn again."""
        width, height = self.size
        if not width or not height:
            return
        if opened is None:
            self.page = Page()
            self.put([], rule=self.is_below)
            return
        inner = width - (2 if self.is_below else 3)
        writer = PaneWriter(opened, state, self.look, self.focused_entry)
        self.page = writer.below(number, inner) if self.is_below else writer.beside(number, inner)
        if self.focused_entry >= len(self.page.entries):
            self.focused_entry = len(self.page.entries) - 1
        self._slots = writer.slots(inner)
        foot = list(self._slots.rows)
        if not self.is_below:
            line = "── slots " + "─" * max(0, inner - 9)
            foot.insert(0, [Segment(line, self.look.rule)])
        self._top = 1 if self.is_below else 0
        room = max(0, height - self._top - len(foot))
        if self.is_below and room < len(self.page.rows):
            foot = foot[: max(0, height - self._top - len(self.page.rows))]
            room = height - self._top - len(foot)
        self._slots_top = self._top + room + (0 if self.is_below else 1)
        self._first = self._scrolled(room)
        body = self.page.rows[self._first : self._first + room]
        last = self._first + room - 1
        is_chosen = self.focused_entry in {entry for row, _, _, entry in self.page.places if row == last}
        if len(self.page.rows) > last + 1 and body and not (is_chosen and self.focused_entry >= 0):
            more = len(self.page.rows) - self._first - room + 1
            body[-1] = [Segment(f"… {more} more row{'s' * (more > 1)}: Tab, then ↓", self.look.dim)]
        self.put([*body, *([[]] * (room - len(body))), *foot], rule=self.is_below)
        self._point()

    def _scrolled(self, room: int) -> int:
        """The first row shown, so that the chosen entry is in sight."""
        rows = [row for row, _, _, entry in self.page.places if entry == self.focused_entry]
        if self.focused_entry < 0 or not rows:
            return 0
        return max(0, min(rows[0], rows[-1] - room + 2))

    def _point(self) -> None:
        """A screen reader finds the terminal's cursor on the entry that is chosen."""
        place = next((p for p in self.page.places if p[3] == self.focused_entry), None)
        if self.focused_entry >= 0 and place is not None:
            lead = 1 if self.is_below else 2
            cast("ReaderApp", self.app).point(self, lead + place[1], self._top + place[0] - self._first)

    def strip(self, row: Row) -> Strip:
        """A row as it is drawn."""
        return Strip([s for s in (self.lead(), *row) if s.text]).adjust_cell_length(self.size.width, self.look.text)

    def choose(self, step: int) -> bool:
        """Choose the next (1) or previous (-1) entry. False if there is none."""
        count = len(self.page.entries)
        if count:
            self.focused_entry = max(0, min(count - 1, self.focused_entry + step))
        return bool(count)

    def on_resize(self) -> None:
        """There is room now, or another room."""
        self.post_message(self.Sized())

    def on_click(self, event: events.Click) -> None:
        """A click on an entry chooses it; one on a slot is its key."""
        column = event.x - (1 if self.is_below else 2)
        if event.y >= self._slots_top - (not self.is_below):  # their rule is theirs
            if (number := self._slots.at(event.y - self._slots_top, column)) > 0:
                self.post_message(self.SlotClicked(number))
        elif (entry := self.page.at(event.y - self._top + self._first, column)) >= 0:
            self.post_message(self.Chosen(entry))
