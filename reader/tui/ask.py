"""A dialog for one line: a name, a key. What cannot be is said, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual.widgets.input import Selection

from reader.errors import ReaderError
from reader.safe import safe, safe_line
from reader.tui.fields import Field
from reader.tui.screen import CommandModal
from reader.tui.tables import ASK


class Ask(CommandModal[None]):
    """Asks for one line and gives it to `done`; where that raises a ReaderError its sentence is shown and one types on."""

    TABLE = ASK
    TEXT_FIELD = True
    DEFAULT_CSS = """
    Ask { align: center middle; background: $background 50%; }
    Ask #box { width: 70; max-width: 96%; height: auto; padding: 1 2; background: $surface; border: round $accent; }
    Ask #heading { text-style: bold; color: $text-accent; }
    Ask #about { color: $text-muted; height: auto; }
    Ask Field { margin: 1 0; background: $panel; padding: 0 1; }
    Ask #wrong { color: $text-error; height: auto; display: none; margin-bottom: 1; }
    Ask #keys { color: $text-muted; }
    """

    def __init__(self, heading: str, about: str, done: Callable[[str], object], *, value: str = "") -> None:
        super().__init__()
        self.heading, self.about, self.value = heading, about, value
        self._done = done

    def compose(self) -> ComposeResult:
        """What is asked, the line, what the keys do."""
        with Vertical(id="box"):
            yield Static(Content(safe_line(self.heading)), id="heading", markup=False)
            about = Static(Content(safe(self.about)), id="about", markup=False)
            about.display = bool(self.about)
            yield about
            yield Field(self.value, id="line")
            yield Static("", id="wrong", markup=False)
            yield Static(Content(self.keymap.hint_line()), id="keys", markup=False)

    def on_mount(self) -> None:
        """Type at once: the first letter takes the place of what is there, an arrow key keeps it."""
        field = self.query_one(Field)
        field.focus()
        field.selection = Selection(0, len(self.value))

    def accept(self) -> None:
        """Hand the line over."""
        value = self.query_one(Field).value.strip()
        try:
            self._done(value)
        except ReaderError as error:
            wrong = self.query_one("#wrong", Static)
            wrong.update(Content(safe(str(error))))
            wrong.display = True
            return
        self.dismiss(None)
