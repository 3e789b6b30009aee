"""Lines to be read through: what a command lists."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from reader.safe import safe_line
from reader.tui import wrap
from reader.tui.rows import Cell, Column, ListMoves, Rows
from reader.tui.screen import CommandModal
from reader.tui.tables import LINES


class LinesScreen(ListMoves, CommandModal[None]):
    """Shows lines, long ones wrapped."""

    TABLE = LINES
    DEFAULT_CSS = """
    LinesScreen { align: center middle; background: $background 50%; }
    LinesScreen #box { width: 92; max-width: 98%; height: 80%; padding: 1 2; background: $surface; border: round $accent; }
    LinesScreen #heading { text-style: bold; color: $text-accent; margin-bottom: 1; height: 1; }
    LinesScreen #keys { color: $text-muted; height: 1; margin-top: 1; }
    """

    def __init__(self, heading: str, lines: Sequence[str]) -> None:
        super().__init__()
        self.heading = heading
        self.lines = [line.rstrip() for text in lines for line in text.split("\n")]
        self._wrapped: list[str] = []

    def compose(self) -> ComposeResult:
        """The lines and what leaves them."""
        with Vertical(id="box"):
            yield Static(Content(safe_line(self.heading)), id="heading", markup=False)
            yield Rows((Column(),), empty=("Nothing to list.",))
            keys = self.keymap.hint_line()
            yield Static(Content(keys), id="keys", markup=False)

    def on_mount(self) -> None:
        """The first line."""
        self.query_one(Rows).focus()

    def on_resize(self) -> None:
        """Wrap to the room there is."""
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        rows = self.query_one(Rows)
        width = max(20, rows.content_size.width - 3)
        self._wrapped = []
        for line in self.lines:
            text = safe_line(line)
            indent = " " * min(8, len(text) - len(text.lstrip()))
            for at, (start, end) in enumerate(wrap.rows(text, width - 2) or [(0, 0)]):
                self._wrapped.append((indent + "  " if at else "") + text[start:end])
        rows.show(len(self._wrapped), self._row, cursor=max(0, rows.cursor))

    def _row(self, index: int) -> Sequence[Cell]:
        return (self._wrapped[index],)
