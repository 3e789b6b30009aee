"""Choosing one of a few rows."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from reader.safe import safe_line
from reader.tui.rows import Cell, Column, ListMoves, Rows
from reader.tui.screen import CommandModal
from reader.tui.tables import CHOOSE

MOST_ROWS = 14


class Choose(ListMoves, CommandModal["int | None"]):
    """Answers with the place of the row chosen, None where it is left. A row is a name and a remark."""

    TABLE = CHOOSE
    DEFAULT_CSS = """
    Choose { align: center middle; background: $background 50%; }
    Choose #box { width: 64; max-width: 96%; height: auto; padding: 1 2; background: $surface; border: round $accent; }
    Choose #heading { text-style: bold; color: $text-accent; margin-bottom: 1; height: 1; }
    Choose #keys { color: $text-muted; margin-top: 1; height: 1; }
    """

    def __init__(self, heading: str, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.heading = heading
        self.choices = list(rows)

    def compose(self) -> ComposeResult:
        """Heading, rows, keys."""
        with Vertical(id="box"):
            yield Static(Content(safe_line(self.heading)), id="heading", markup=False)
            rows = Rows((Column(), Column(width=14, right=True, style="dim")))
            rows.styles.height = min(MOST_ROWS, max(1, len(self.choices)))
            yield rows
            keys = self.keymap.hint_line()
            yield Static(Content(keys), id="keys", markup=False)

    def on_mount(self) -> None:
        """The first row."""
        rows = self.query_one(Rows)
        rows.show(len(self.choices), self._row)
        rows.focus()

    def _row(self, index: int) -> Sequence[Cell]:
        return self.choices[index]

    def on_rows_chosen(self) -> None:
        """A click on the current row takes it."""
        self.take()

    def take(self) -> None:
        """Answer with the current row."""
        self.dismiss(self.query_one(Rows).cursor)

    def leave(self) -> None:
        """Choose none."""
        self.dismiss(None)
