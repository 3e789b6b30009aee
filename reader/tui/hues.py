"""Choosing the colour of a tag from hues that are told apart on light and dark and by colour-blind eyes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from reader.codebook import PALETTE
from reader.model import Tag
from reader.safe import safe_line
from reader.tui.rows import Cell, Column, ListMoves, Rows
from reader.tui.screen import CommandModal
from reader.tui.tables import HUES
from reader.tui.themes import tag_colour

if TYPE_CHECKING:
    from reader.project import Project


class HueDialog(ListMoves, CommandModal["str | None"]):
    """Answers with `#rrggbb`, with an empty text for the parent's hue, with None where it is left."""

    TABLE = HUES
    DEFAULT_CSS = """
    HueDialog { align: center middle; background: transparent; }
    HueDialog #box { width: 52; max-width: 96%; height: 19; max-height: 96%; padding: 1 2; background: $surface;
                     border: round $accent; }
    HueDialog #heading { text-style: bold; color: $text-accent; margin-bottom: 1; height: 1; }
    HueDialog #keys { color: $text-muted; height: 1; }
    """

    def __init__(self, project: Project, tag: Tag) -> None:
        super().__init__()
        self.project = project
        self.tag = tag
        self._hues = [("", ""), *PALETTE.items()]

    def compose(self) -> ComposeResult:
        """The hues, the parent's first."""
        with Vertical(id="box"):
            yield Static(Content(f"Hue of {safe_line(self.tag.name)}"), id="heading", markup=False)
            yield Rows((Column(width=6), Column(), Column(width=10, style="dim")))
            keys = self.keymap.hint_line()
            yield Static(Content(keys), id="keys", markup=False)

    def on_mount(self) -> None:
        """Stand on the hue that the tag has."""
        at = next((i for i, (_, code) in enumerate(self._hues) if code == self.tag.colour.lower()), 0)
        rows = self.query_one(Rows)
        rows.show(len(self._hues), self._row, cursor=at)
        rows.focus()

    def _row(self, index: int) -> Sequence[Cell]:
        name, code = self._hues[index]
        sample = "██████"
        if code:
            return ([(sample, code)], name, "now" if code == self.tag.colour.lower() else "")
        codebook = self.project.codebook
        parent = codebook.resolve(self.tag.parent) if self.tag.parent else None
        above = tag_colour(codebook, parent.id) if parent else ""
        inherited = f"as its parent {parent.name}" if parent else "chosen by itself"
        return ([(sample, above)] if above else "", inherited, "" if self.tag.colour else "now")

    def on_rows_chosen(self) -> None:
        """A click on the current hue takes it."""
        self.take()

    def take(self) -> None:
        """Answer with the current hue."""
        self.dismiss(self._hues[self.query_one(Rows).cursor][1])

    def leave(self) -> None:
        """Keep the hue that is there."""
        self.dismiss(None)
