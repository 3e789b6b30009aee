"""The palette: every command of the screen by its name; a number goes to that paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from reader.tui.fields import Field
from reader.tui.keys import Keymap
from reader.tui.picker_rank import Choice, Ranking
from reader.tui.registered import offers
from reader.tui.rows import Cell, Column, ListMoves, Rows
from reader.tui.screen import CommandModal
from reader.tui.tables import PALETTE

if TYPE_CHECKING:
    from textual.widgets import Input


LEFT_OUT = ("palette",)


def numbered(name: str) -> bool:
    """Whether a command is one of a row of nine, like slot-3; these stand last."""
    return name[-2:-1] == "-" and name[-1:].isdecimal()


def spaced(text: str) -> str:
    """A name as one says it: `lock-tags` is found by itself and by «lock tags»."""
    return text.replace("-", " ")


class Palette(ListMoves, CommandModal["str | None"]):
    """Answers with the name of the command chosen, `:12` for a paragraph number, None where it is left.

    Behind the name of a command that takes something stands, after a space, what was typed: `skip-speaker I`.
    """

    TABLE = PALETTE
    TEXT_FIELD = True
    DEFAULT_CSS = """
    Palette { align: center top; background: $background 40%; }
    Palette #box { width: 94; max-width: 96%; height: 22; max-height: 90%; margin-top: 2; padding: 0 1;
                   background: $surface; border: round $accent; }
    Palette #ask { height: 1; margin-bottom: 1; }
    Palette #sign { width: 2; text-style: bold; color: $text-accent; }
    """

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self.offered = keymap
        names = [name for name in keymap.commands if name not in LEFT_OUT]
        more = {name: offer.help for name, offer in offers().items() if name not in keymap.commands}
        self._help = {name: keymap.commands[name].help for name in names} | more
        self._names = [*sorted(names, key=numbered), *more]
        self._ranking = Ranking(Choice(name, (spaced(name), spaced(self._help[name]))) for name in self._names)
        self._found: list[int] = []
        self._searched = self._words = ""

    def compose(self) -> ComposeResult:
        """A query line and the commands."""
        with Vertical(id="box"):
            with Horizontal(id="ask"):
                yield Static(Content(":"), id="sign", markup=False)
                yield Field(placeholder="a command, or the number of a paragraph", id="query")
            yield Rows(
                (
                    Column(share=1),
                    Column(width=14, needs=50, right=True, style="accent"),
                    Column(width=18, needs=80, style="dim"),
                ),
                empty=("no command matches",),
            )

    def on_mount(self) -> None:
        """All commands, in the order of their table."""
        self.query_one(Rows).can_focus = False
        self.query_one(Field).focus()
        self._search("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search as it is typed."""
        event.stop()
        if event.value != self._searched:
            self._search(event.value)

    def _search(self, query: str) -> None:
        self._searched = query
        taking, self._words = self._taking()
        self._found = [taking] if taking >= 0 else [] if self._number() else self._ranking.matches(spaced(query))
        self.query_one(Rows).show(1 if self._number() else len(self._found), self._row)

    def _number(self) -> str:
        """The paragraph number that is typed, or nothing."""
        typed = self._searched.strip().lstrip(":").strip()
        return typed if typed.isdecimal() and len(typed) < 10 else ""

    def _taking(self) -> tuple[int, str]:
        """The command whose name is typed with something behind it, and that; -1 without one."""
        typed = self._searched.strip()
        for index, name in enumerate(self._names):
            one = self.offered.commands.get(name)
            words = typed[len(name) + 1 :].strip()
            if one is not None and one.takes and words and spaced(typed).casefold().startswith(f"{spaced(name)} "):
                return index, words
        return -1, ""

    def _row(self, index: int) -> Sequence[Cell]:
        if number := self._number():
            return (f"Go to ¶ {int(number)}", self.keymap.first("run-chosen"), "")
        name = self._names[self._found[index]]
        help_ = f"{spaced(name).capitalize()}: {self._words}" if self._words else self._help[name]
        return (help_, self.offered.shown(name), name)

    def on_rows_chosen(self) -> None:
        """A click on the current row runs it."""
        self.run_chosen()

    def run_chosen(self) -> None:
        """Answer with what is current."""
        value = self.query_one(Field).value
        if value != self._searched:
            self._search(value)
        cursor = self.query_one(Rows).cursor
        if number := self._number():
            self.dismiss(f":{int(number)}")
        elif 0 <= cursor < len(self._found):
            self.dismiss(f"{self._names[self._found[cursor]]} {self._words}".strip())
