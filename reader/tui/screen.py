"""What all our screens share: keys are looked up in one table, torn sequences are swallowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual.screen import ModalScreen

from reader.errors import ReaderError
from reader.tui.bars import KeyLine
from reader.tui.drawn import Ground
from reader.tui.keys import ANYWHERE, SPELT, Keymap, Table, physical, with_words, written
from reader.tui.settling import Settling
from reader.tui.signs import AsWritten
from reader.tui.toosmall import TooSmall, notice
from reader.tui.torn import ESCAPE, SINGLE_SHIFT, TornKeys

if TYPE_CHECKING:
    from textual import events

    from reader.commands import Command, Outcome
    from reader.tui.app import ReaderApp

Result = TypeVar("Result")
ENDS_OF_LINE = frozenset({"home", "end"})
"""Keys that go to the ends of what is typed in a field, and of a list elsewhere."""


class Keyed(Settling[Result], Generic[Result]):
    """A screen whose commands are the table `TABLE`; a command's method has its name with `_` for `-`.

    `TEXT_FIELD` is set where a field has the focus all the time: what is torn is text there.
    """

    TABLE: ClassVar[Table] = ANYWHERE
    TEXT_FIELD: ClassVar[bool] = False
    AUTO_FOCUS = ""
    TITLE_IN_HELP: ClassVar[str] = "Keys"

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  (Textual's name)
        super().__init__(name, id, classes)
        self._keymap: Keymap | None = None
        self._torn = TornKeys()
        self._line_of: KeyLine | None = None
        self._next_key: Callable[[str], None] | None = None
        self._styled_for: tuple[str, bool] | None = None

    @property
    def reader(self) -> ReaderApp:
        """The app, as the class it is."""
        return cast("ReaderApp", self.app)

    @property
    def is_open(self) -> bool:
        """Whether the screen is shown or lies below another. One that is being closed loses its widgets while it is still attached."""
        return self in self.app.screen_stack

    def ask_first(self, question: str, act: Callable[[], None], *, yes: str = "yes", no: str = "no") -> None:
        """Act when a question is answered with yes. A picker that the act was chosen in closes before it is asked."""
        from reader.tui.dialogs import Question

        def answered(said_yes: bool | None) -> None:
            if said_yes:
                try:
                    act()
                except ReaderError as error:
                    self.reader.failed(error)

        self.call_later(self.app.push_screen, Question(question, yes=yes, no=no), answered)

    def key_line_of(self) -> KeyLine | None:
        """The bottom line of this screen, if it has one."""
        if self._line_of is None:
            self._line_of = next(iter(self.query(KeyLine)), None)
        return self._line_of

    @property
    def keymap(self) -> Keymap:
        """The commands of this screen by key, with the user's changes."""
        if self._keymap is None:
            self._keymap = self.reader.keymap_of(self.TABLE)
        return self._keymap

    def keymap_in_words(self) -> Keymap:
        """The same with every key spelt out, for those who do not know the signs yet."""
        return Keymap.of(self.TABLE, self.reader.settings.keys, SPELT)

    def types_text(self) -> bool:
        """Whether keys are text here and now."""
        return self.TEXT_FIELD or self._is_in_field()

    def _is_in_field(self) -> bool:
        return self.focused is not None and hasattr(self.focused, "cursor_blink")

    def on_mount(self) -> None:
        """What is mounted has its styles."""
        self._styled_for = self._dress()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Styles were matched when the screen was mounted; that is half the cost of showing it, so only other colours ask for it."""
        event.refresh_styles = self._styled_for != self._dress()
        self._styled_for = self._dress()

    def _dress(self) -> tuple[str, bool]:
        return (self.app.theme, self.reader.spoken)

    def on_resize(self) -> None:
        """A window too small for this screen is said; nothing here is lost."""
        if self.is_active and notice(*self.size):
            self.app.push_screen(TooSmall())

    def points_elsewhere(self) -> bool:
        """Whether the terminal's cursor belongs to something else than the text or list of this screen."""
        return self.types_text()

    def on_key(self, event: events.Key) -> None:
        """Every key that no field has taken, but those that it takes after this: they are no moves in a list then."""
        if event.key in ENDS_OF_LINE and self._is_in_field():
            return
        if event.key.startswith("alt+") and event.key != SINGLE_SHIFT:
            self._escape_and(event)
            return
        if self.types_text():
            self._torn_later(event)
        elif self._torn.swallow(event.key, event.character, event.time):
            event.stop()
            event.prevent_default()
            return
        if self.press(event.key, event.character):
            event.stop()
            event.prevent_default()

    def _escape_and(self, event: events.Key) -> None:
        """Alt and a key is what Escape and that key are on the wire; the Escape may close this screen."""
        from textual.events import Key

        event.stop()
        event.prevent_default()
        self.on_key(Key("escape", ESCAPE))
        top = self.app.screen
        rest = event.key.removeprefix("alt+").removeprefix("shift+")
        (top if isinstance(top, Keyed) else self).on_key(Key(rest, event.character))

    def _torn_later(self, event: events.Key) -> None:
        """A sequence torn behind its Escape closes a field with that Escape; its rest comes to the screen below."""
        if event.key == "escape":
            for screen in self.app.screen_stack:
                if isinstance(screen, Keyed):
                    screen.after_escape(event.time)

    def after_escape(self, at: float) -> None:
        """Escape was pressed on a screen above this one."""
        self._torn.swallow("escape", ESCAPE, at)

    def press(self, key: str, character: str | None = None) -> bool:
        """Do what a key means. False if it means nothing here."""
        wanted = written(key, character)
        if self._next_key is not None:
            taker, self._next_key = self._next_key, None
            taker(wanted)
            return True
        found = self.keymap.get(wanted)
        if found is None and (latin := physical(self.reader.settings.layouts).get(wanted)) is not None:
            found = self.keymap.get(latin)
            if found is not None:
                self.reader.say_once(f"{wanted} is read as {latin}, the key in its place")
        if found is None:
            return False
        self.run(found)
        return True

    def run(self, command: Command) -> None:
        """Run one of this screen's commands; what cannot be done is said in the status line."""
        self.reader.end_remark()
        if command.name != "undo":
            self.reader.forget_question()
        try:
            command.run(self)
        except ReaderError as error:
            self.reader.failed(error)

    def run_named(self, name: str, words: str = "") -> bool:
        """Run a command by its name, with what was typed behind it. False if this screen has none of that name."""
        found = self.keymap.commands.get(name)
        if found is not None:
            self.run(with_words(found, words))
        return found is not None

    def await_key(self, prompt: str, taker: Callable[[str], None]) -> None:
        """The next key goes to `taker` as it is written in a keymap."""
        self._next_key = taker
        self.reader.say(prompt)

    # -- commands that every screen has ---------------------------------------------------------------

    def palette(self) -> None:
        """Choose a command by its name."""
        from reader.tui.palette import Palette

        self.app.push_screen(Palette(self.keymap), self._chosen)

    def _chosen(self, chosen: str | None) -> None:
        name, _, words = (chosen or "").partition(" ")
        if name.startswith(":"):
            try:
                self.go_to_number(name[1:])
            except ReaderError as error:
                self.reader.failed(error)
        elif name and not self.run_named(name, words):
            from reader.tui.registered import run

            run(self.reader, name)

    def go_to_number(self, typed: str) -> None:
        """`:12` in the palette; a screen over the reading screen has no paragraphs to go to."""

    def help(self) -> None:
        """The keys of this screen."""
        from reader.tui.help import HelpScreen

        self.app.push_screen(HelpScreen(self.TITLE_IN_HELP, self.keymap), self._chosen)

    def settings(self) -> None:
        """Change the settings."""
        from reader.tui.settings import SettingsScreen

        self.app.push_screen(SettingsScreen())

    def undo(self) -> None:
        """Take back the last change."""
        self.reader.take_back()

    def history(self) -> None:
        """What was done, the newest first; one of it can be taken back."""
        from reader.tui.history import HistoryScreen

        self.app.push_screen(HistoryScreen(self.reader.project))

    def redo(self) -> None:
        """Bring back what was taken back last."""
        self.reader.bring_back()

    def told_with_undo(self, outcome: Outcome) -> None:
        """Say what was done and, in words, how to take it back; draw all anew."""
        if outcome.edit is not None:
            outcome.brief = f"{outcome.brief or outcome.text} · {self.takes_back()}"
        self.reader.done(outcome)

    def takes_back(self, what: str = "takes it back", *, by: str = "undo") -> str:
        """The key that undoes, or that of another command, and what it does."""
        return f"{self.keymap.first(by).removeprefix(':')} {what}"

    def leave(self) -> None:
        """Back to the screen below."""
        self.dismiss(None)

    def quit(self) -> None:
        """Leave the program."""
        self.reader.quit()

    def keep(self) -> None:
        """The program is about to end, perhaps because the line was dropped: what is being typed goes to the disk."""

    def fit(self) -> None:
        """Put things where there is room for them."""

    def redraw(self) -> None:
        """Colours, signs or places of things changed: draw all anew."""
        self._keymap = None
        self.fit()
        self.show_marks()
        for widget in self.query("*"):
            widget.refresh()

    def show_marks(self) -> None:
        """Draw anew what shows marks or tags; screens that show some override it."""


class CommandScreen(Ground, Keyed[Result]):
    """A full screen of ours."""


class CommandModal(AsWritten, Keyed[Result], ModalScreen[Result]):
    """A dialog of ours: the screen below stays in sight, as it was drawn there."""
