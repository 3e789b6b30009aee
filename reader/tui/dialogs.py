"""Small dialogs: a question, a path to type, the nine slots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from reader.safe import safe
from reader.tui.fields import Field, PathSuggester, completed, completions
from reader.tui.picker_rank import SHOWN
from reader.tui.rows import Bit, Cell, Column, ListMoves, Rows
from reader.tui.screen import CommandModal
from reader.tui.slots import in_slots
from reader.tui.tables import PATH, QUESTION, SLOTS
from reader.tui.themes import tag_colour

if TYPE_CHECKING:
    from textual.widgets import Input

    from reader.project import Project


class Question(CommandModal[bool]):
    """One sentence that wants yes or no; False where it is left. `yes` and `no` say what the keys do."""

    TABLE = QUESTION
    DEFAULT_CSS = """
    Question { align: center middle; background: $background 50%; }
    Question #box { width: 64; max-width: 90%; height: auto; padding: 1 2; background: $surface; border: round $accent; }
    Question #keys { color: $text-muted; margin-top: 1; }
    """

    def __init__(self, text: str, *, yes: str = "yes", no: str = "no") -> None:
        super().__init__()
        self.text = text
        self.yes, self.no = yes, no

    def compose(self) -> ComposeResult:
        """The sentence and what the keys do."""
        with Vertical(id="box"):
            yield Static(Content(safe(self.text)), id="said", markup=False)
            yield Static(
                Content(f"{self.keymap.first('accept')} {self.yes}   {self.keymap.first('refuse')} {self.no}"),
                id="keys",
                markup=False,
            )

    def accept(self) -> None:
        """Yes."""
        self.dismiss(True)

    def refuse(self) -> None:
        """No."""
        self.dismiss(False)


class PathDialog(ListMoves, CommandModal["str | None"]):
    """Asks for a path, with completion; `suffixes` limit the files that are offered. None where it is left."""

    TABLE = PATH
    TEXT_FIELD = True
    DEFAULT_CSS = """
    PathDialog { align: center middle; background: $background 50%; }
    PathDialog #box { width: 76; max-width: 96%; height: 16; max-height: 90%; padding: 1 2; background: $surface;
                      border: round $accent; }
    PathDialog #heading { text-style: bold; color: $text-accent; }
    PathDialog #about, PathDialog #keys { color: $text-muted; }
    PathDialog Rows { margin: 1 0; }
    """

    def __init__(self, heading: str, about: str, *, value: str = "", suffixes: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.heading, self.about, self.value, self.suffixes = heading, about, value, suffixes
        self._found: list[str] = []

    def compose(self) -> ComposeResult:
        """Heading, field, what it may become."""
        with Vertical(id="box"):
            yield Static(Content(safe(self.heading)), id="heading", markup=False)
            yield Static(Content(safe(self.about)), id="about", markup=False)
            yield Field(self.value, placeholder="path", suggester=PathSuggester(self.suffixes), id="path")
            yield Rows((Column(),), empty=("nothing of that name here",))
            keys = self.keymap.hint_line()
            yield Static(Content(keys), id="keys", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Rows).can_focus = False
        self.query_one(Field).focus()
        self._list(self.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what the path may become."""
        event.stop()
        self._list(event.value)

    def _list(self, value: str) -> None:
        self._found = completions(value, self.suffixes)
        self.query_one(Rows).show(len(self._found), self._row, cursor=-1)

    def _row(self, index: int) -> Sequence[Cell]:
        return (self._found[index],)

    def complete(self) -> None:
        """Add what all completions have in common."""
        self._fill(completed(self.query_one(Field).value, self.suffixes))

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """A click on the current name takes it into the field."""
        self._fill(self._found[event.index])

    def _fill(self, value: str) -> None:
        field = self.query_one(Field)
        field.value = value
        field.cursor_position = len(value)

    def accept(self) -> None:
        """A folder chosen in the list is opened, a file or a typed path is the answer."""
        rows = self.query_one(Rows)
        if 0 <= rows.cursor < len(self._found):
            self._fill(self._found[rows.cursor])
            if self._found[rows.cursor].endswith("/"):
                return
        value = self.query_one(Field).value.strip()
        if value:
            self.dismiss(value)


class SlotsDialog(ListMoves, CommandModal[None]):
    """The nine slots: what is in them, which are pinned."""

    TABLE = SLOTS
    DEFAULT_CSS = """
    SlotsDialog { align: center middle; background: transparent; }
    SlotsDialog #box { width: 56; max-width: 96%; height: 16; padding: 1 2; background: $surface; border: round $accent; }
    SlotsDialog #heading { text-style: bold; color: $text-accent; margin-bottom: 1; }
    SlotsDialog #keys { color: $text-muted; }
    """

    def __init__(self, project: Project) -> None:
        super().__init__()
        self.project = project

    def compose(self) -> ComposeResult:
        """Nine rows."""
        with Vertical(id="box"):
            yield Static("Slots: the keys 1 to 9 put these tags on", id="heading", markup=False)
            yield Rows(
                (Column(width=1, style="bold"), Column(width=1), Column(tail=True), Column(width=6, style="dim"))
            )
            keys = self.keymap.hint_line()
            yield Static(Content(keys), id="keys", markup=False)

    def on_mount(self) -> None:
        """Show them."""
        rows = self.query_one(Rows)
        rows.show(9, self._row)
        rows.focus()

    def _row(self, index: int) -> Sequence[Cell]:
        codebook = self.project.codebook
        tag = in_slots(self.project.state, codebook)[index]
        if tag is None:
            return (str(index + 1), "", [("–", "dim")], "")
        pinned = "pinned" if index + 1 in self.project.state.pinned else ""
        bar: list[Bit] = [("▌", tag_colour(codebook, tag.id))]
        return (str(index + 1), bar, SHOWN.join(codebook.path(tag.id)), pinned)

    def on_rows_chosen(self) -> None:
        """A click on the current slot pins it."""
        self.pin()

    def row(self, number: int) -> None:
        """Go to a slot by its number."""
        self.query_one(Rows).go(number - 1)

    def pin(self) -> None:
        """Pin the tag to its slot, or let the slot take another when it needs one."""
        state = self.project.state
        rows = self.query_one(Rows)
        number = rows.cursor + 1
        if not state.slots[rows.cursor]:
            return
        pinned = set(state.pinned) ^ {number}
        state.pinned = sorted(pinned)
        self._keep(rows.cursor)

    def clear(self) -> None:
        """Empty the slot and let it go."""
        state = self.project.state
        rows = self.query_one(Rows)
        state.slots[rows.cursor] = ""
        state.pinned = [number for number in state.pinned if number != rows.cursor + 1]
        self._keep(rows.cursor)

    def _keep(self, row: int) -> None:
        self.project.save_state()
        self.query_one(Rows).redraw(row)
        self.reader.refresh_marks()
