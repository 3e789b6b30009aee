"""What was done: every edit, the newest first; one's own can be taken back from here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from reader import commands
from reader.tui.bars import KeyLine, TitleLine
from reader.tui.rows import Cell, Column, ListMoves, Rows
from reader.tui.screen import CommandScreen
from reader.tui.tables import HISTORY
from reader.tui.undoing import clock

if TYPE_CHECKING:
    from reader.project import Edit, Project

MOST = 1_000
"""Edits that are shown; `reader history` lists all."""
COLUMNS = (
    Column("when", width=16, right=True, style="dim"),
    Column("who", width=12, needs=70, style="dim"),
    Column("what"),
)


class HistoryScreen(ListMoves, CommandScreen[None]):
    """The latest edits of all coders; Enter takes back one of one's own."""

    TABLE = HISTORY
    TITLE_IN_HELP = "History"
    DEFAULT_CSS = """
    HistoryScreen { overflow: hidden; }
    HistoryScreen Rows { margin: 1 0 0 0; }
    """

    def __init__(self, project: Project) -> None:
        super().__init__()
        self.project = project
        self._edits: list[Edit] = []

    def compose(self) -> ComposeResult:
        """Title, the edits, keys."""
        yield TitleLine("history")
        yield Rows(COLUMNS, header=True, empty=("Nothing has been changed yet.",))
        yield KeyLine()

    def on_mount(self) -> None:
        """The newest edit first."""
        self._read(0)
        self.the_rows().focus()

    def show_marks(self) -> None:
        """There may be more of them."""
        self._read(self.the_rows().cursor)

    def _read(self, cursor: int) -> None:
        self._edits = list(islice(self.project.edits(), MOST))
        self.the_rows().show(len(self._edits), self._row, cursor=max(0, cursor))
        count = len(self._edits)
        shown = f"the latest {count:,} edits" if count == MOST else f"{count:,} edit{'s' * (count != 1)}"
        self.query_one(TitleLine).show_of(self.project, "history", shown)

    def _row(self, index: int) -> Sequence[Cell]:
        edit = self._edits[index]
        # An undo says what it took back, not its own changes once more.
        taken = next((e for e in self._edits[index:] if e.id == edit.undoes), None) if edit.undoes else None
        what = f"{edit.command}: {self.project.describe(taken)}" if taken else self.project.describe(edit)
        return (clock(edit.at), edit.coder, [(what, "dim" if edit.undoes else "")])

    def open(self) -> None:
        """Take back the edit under the cursor; what has changed since says why it cannot be."""
        cursor = self.the_rows().cursor
        if 0 <= cursor < len(self._edits):
            outcome = commands.undo(self.project, self._edits[cursor].id)
            outcome.brief = f"{outcome.brief} · {self.takes_back('brings it back', by='redo')}"
            self.reader.done(outcome, way_back="redo")

    def on_rows_chosen(self) -> None:
        """A click on the current edit takes it back."""
        self.run_named("open")
