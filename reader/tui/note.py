"""The note editor: several lines, a draft on the disk while it is typed."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult, SuspendNotSupported
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from reader.commands.editor import Ended, edit_outside, ended_by
from reader.errors import ReaderError
from reader.project.takeover import PLEASE_END
from reader.safe import safe, safe_line
from reader.tui.fields import alt_in_field, place_over_pane
from reader.tui.screen import CommandModal
from reader.tui.signs import AsWritten
from reader.tui.tables import NOTE

if TYPE_CHECKING:
    from textual import events

LONGEST_PASTE = 200_000
"""Characters that may be pasted at once; a text area needs 3 s a megabyte."""
DRAFT_AFTER = 1.0
"""Seconds from a change to its draft on the disk; 2 are promised."""


class NoteArea(AsWritten, TextArea):
    """A text area that shows outside text safely, never blinks and refuses a paste that it could not bear."""

    class TooMuch(Message):
        """A paste of `length` characters was not taken."""

        def __init__(self, length: int) -> None:
            super().__init__()
            self.length = length

    def __init__(self, text: str) -> None:
        super().__init__(text, highlight_cursor_line=False, compact=True)
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        words = {
            "alt+f": self.action_cursor_word_right,
            "alt+b": self.action_cursor_word_left,
            "alt+backspace": self.action_delete_word_left,
        }
        alt_in_field(self, event, words)

    def get_line(self, line_index: int) -> Text:
        """A line as it may be shown; characters stand one for one."""
        return Text(safe(self.document.get_line(line_index)), end="", no_wrap=True)

    async def _on_paste(self, event: events.Paste) -> None:
        if len(event.text) > LONGEST_PASTE:
            event.prevent_default()
            event.stop()
            self.post_message(self.TooMuch(len(event.text)))


class NoteEditor(CommandModal[None]):
    """Write a note. `save` gets the text where it was changed; a ReaderError that it raises is shown and nothing is lost.

    `draft` is the key of the draft; one that an earlier session left under this key is taken up. `cursor` (row, column)
    is where one types on, else at the end.
    """

    TABLE = NOTE
    TEXT_FIELD = True
    DEFAULT_CSS = """
    NoteEditor { background: transparent; align: left top; }
    NoteEditor #box { background: $surface; padding: 0 1; }
    NoteEditor #box.-side { border-left: outer $accent; }
    NoteEditor #heading { height: 1; color: $text-accent; text-style: bold; }
    NoteEditor NoteArea { height: 1fr; background: transparent; border: none; padding: 0; }
    NoteEditor .-side NoteArea { margin: 1 0; }
    NoteEditor #about { height: auto; max-height: 9; color: $text-error; display: none; }
    NoteEditor #keys { height: auto; color: $text-muted; }
    """

    def __init__(
        self,
        heading: str,
        text: str,
        *,
        save: Callable[[str], object],
        draft: str,
        cursor: tuple[int, int] | None = None,
    ) -> None:
        super().__init__()
        self.heading = heading
        self.text = text
        self.draft = draft
        self.was = text
        self._save = save
        self._cursor = cursor
        self._drafting = False
        self._drafted = False

    def compose(self) -> ComposeResult:
        """The text and what leaves it."""
        with Vertical(id="box"):
            yield Static(Content(safe_line(self.heading)), id="heading", markup=False)
            yield NoteArea(self.text)
            yield Static("", id="about", markup=False)
            yield Static(Content(self._keys()), id="keys", markup=False)

    def _keys(self) -> str:
        return self.keymap.hint_line(gap=1).replace("ctrl+", "^")

    def on_mount(self) -> None:
        """Type on at the end."""
        self._place()
        area = self.query_one(NoteArea)
        area.focus()
        left = self.reader.project.drafts().get(self.draft, self.text)
        if left != self.text:
            self.text = area.text = left
            self._say("This is the draft you left; ctrl+g goes back to the note as it was.")
        area.move_cursor(self._cursor if self._cursor and area.text == self.was else area.document.end)

    def on_resize(self) -> None:
        """Keep beside the paragraph."""
        self._place()

    def _place(self) -> None:
        place_over_pane(self, self.query_one("#box"))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Have a draft on the disk within 2 seconds; no timer runs while nothing changes."""
        event.stop()
        if self._drafted or event.text_area.text != self.was:
            self._draft_soon()

    def _draft_soon(self) -> None:
        if not self._drafting:
            self._drafting = True
            self.set_timer(DRAFT_AFTER, self._write_draft)

    def _write_draft(self) -> None:
        self._drafting = False
        if not self.is_open:
            return
        self._drafted = True
        try:
            self.reader.project.save_draft(self.draft, self.query_one(NoteArea).text)
        except ReaderError as error:
            self._say(f"No draft could be kept: {error}")

    def keep(self) -> None:
        """The draft as it stands now."""
        if self.query_one(NoteArea).text != self.was:
            self._write_draft()

    def on_note_area_too_much(self, event: NoteArea.TooMuch) -> None:
        """Say why a paste was refused."""
        self._say(
            f"That is {event.length:,} characters, too much for a note (up to {LONGEST_PASTE:,} at once); "
            "save it as a file and import it as an article."
        )

    def _say(self, text: str) -> None:
        about = self.query_one("#about", Static)
        about.update(Content(safe_line(text)))
        about.display = bool(text)

    def save_and_leave(self) -> None:
        """Save where something was changed, and leave."""
        text = self.query_one(NoteArea).text
        text = text if text.strip() else ""
        if text != self.was:
            try:
                if self._save(text) is False:
                    return
            except ReaderError as error:
                self._say(f"{error} ctrl+g leaves without the change.")
                return
        self._leave()

    def leave_unchanged(self) -> None:
        """Leave the note as it was."""
        self._leave()

    def _leave(self) -> None:
        self._drafting = True  # a timer still running finds the editor gone and writes nothing
        self.reader.project.drop_draft(self.draft)
        self.dismiss(None)

    def insert_place(self) -> None:
        """Write the paragraph that is current in the open article, as a link."""
        reading = self.reader.reading
        if reading.opened is None:
            self._say("No article is open, so there is no place to write.")
            return
        self.query_one(NoteArea).insert(f"{reading.opened.article.number} ¶ {reading.here}")

    def edit_outside(self) -> None:
        """Hand the text to the user's own editor and take back what it leaves, also where a signal ends both."""
        area = self.query_one(NoteArea)
        folder = self.reader.project.path / "drafts" / self.reader.project.coder
        text = area.text

        def rescue(left: str) -> None:
            nonlocal text
            text = left.removesuffix("\n")

        try:
            with self.app.suspend(), ended_by(signal.SIGHUP, signal.SIGTERM, PLEASE_END):
                text = edit_outside(area.text, folder, rescue=rescue)
        except Ended:
            pass  # the loop has got the signal too: `keep` makes a draft of the text, and all ends as ever
        except SuspendNotSupported:
            self._say("This terminal cannot be handed to another program.")
            return
        except ReaderError as error:
            self._say(str(error))
            return
        finally:
            self.app.refresh()
        if text != area.text:
            area.text = text
            area.move_cursor(area.document.end)
        self._say("")
