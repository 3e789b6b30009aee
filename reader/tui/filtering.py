"""The filter line over a list, and what its keys do: the library, the notes and the codebook have it alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from reader.tui.fields import Field
from reader.tui.rows import ListMoves

if TYPE_CHECKING:
    from textual.app import ComposeResult


class FilterLine(Horizontal):
    """A sign, the words typed, and at the right how the list stands: its order, how many of all are shown."""

    DEFAULT_CSS = """
    FilterLine { height: 1; padding: 0 1; }
    FilterLine #sign { width: 2; color: $text-accent; text-style: bold; }
    FilterLine #state { width: 0; color: $text-muted; text-align: right; }
    """

    def __init__(self, value: str, typed: Callable[[], None]) -> None:
        super().__init__(id="ask")
        self.field = Field(value, placeholder="filter", typed=typed, id="filter")
        self._state = Static("", id="state", markup=False)
        self._room = 0

    def compose(self) -> ComposeResult:
        """Sign, field, state."""
        yield Static("/", id="sign", markup=False)
        yield self.field
        yield self._state

    def say(self, state: str) -> None:
        """Say how the list stands, a plain text. The room for it only grows: a letter typed lays nothing out anew."""
        if cell_len(state) > self._room:
            self._room = cell_len(state)
            self._state.styles.width = self._room
        self._state.update(Content(state), layout=False)


class FilteredList(ListMoves):
    """Mixed into a screen with one list under a `FilterLine`; the screen shows what fits in `fill`."""

    filtered_by = ""
    """What the list was filled for last."""

    def fill(self, at: str = "") -> None:
        """Show what holds the words typed, the cursor on the entry of an id, else where it helps most."""
        raise NotImplementedError

    def current_id(self) -> str:
        """The id of the entry under the cursor; empty without one."""
        raise NotImplementedError

    @property
    def filter_line(self) -> FilterLine:
        """The line over the list."""
        assert isinstance(self, Screen)  # noqa: S101 - mixed into screens only
        return self.query_one(FilterLine)

    def typed(self) -> str:
        """What is typed now; from here on the list is filled for it."""
        self.filtered_by = self.filter_line.field.value
        return self.filtered_by

    def write(self, words: str) -> None:
        """Have other words in the line; the list is to be filled after that."""
        self.filtered_by = self.filter_line.field.value = words

    def catch_up(self) -> None:
        """Fill the list for what is typed, at each letter; nothing to do where that has been done."""
        if self.filter_line.field.value != self.filtered_by:
            self.fill()

    def filter(self) -> None:
        """Type the words that an entry must hold."""
        self.filter_line.field.focus()

    def row_down(self) -> None:
        """The next row; out of the filter line."""
        self.the_rows().take_focus()
        super().row_down()

    def row_up(self) -> None:
        """The row before; out of the filter line."""
        self.the_rows().take_focus()
        super().row_up()

    def drop_filter(self) -> bool:
        """Out of the filter line, all is shown again, the cursor where it was. False where nothing was filtered."""
        field = self.filter_line.field
        if not (field.has_focus or field.value):
            return False
        at = self.current_id()
        self.write("")
        self.the_rows().focus()
        self.fill(at)
        return True

    def leave(self) -> None:
        """Drop the filter, else go back."""
        if not self.drop_filter():
            assert isinstance(self, Screen)  # noqa: S101 - mixed into screens only
            self.dismiss(None)
