"""The settings, changed while the program runs: each change is written to the user's file at once, its comments kept."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from reader.config.lines import typed
from reader.config.values import SETTINGS, Value, is_switch, parsed
from reader.errors import ReaderError
from reader.safe import safe, safe_line
from reader.tui.ask import Ask
from reader.tui.rows import Cell, Column, ListMoves, Rows
from reader.tui.screen import CommandModal
from reader.tui.tables import SETTINGS as KEYS

NAMES = tuple(name for name in SETTINGS if name != "keys")


class SettingsScreen(ListMoves, CommandModal[None]):
    """One row a setting: what it is now; below, what it does."""

    TABLE = KEYS
    DEFAULT_CSS = """
    SettingsScreen { align: center middle; background: $background 50%; }
    SettingsScreen #box { width: 84; max-width: 98%; height: 20; max-height: 100%; padding: 0 2; background: $surface;
                          border: round $accent; }
    SettingsScreen #heading { text-style: bold; color: $text-accent; height: 1; margin-bottom: 1; }
    SettingsScreen Rows { height: 1fr; }
    SettingsScreen #about { height: auto; max-height: 4; color: $text-muted; margin-top: 1; }
    SettingsScreen #about.-bad { color: $text-error; }
    SettingsScreen #keys { color: $text-muted; height: 1; }
    """

    def compose(self) -> ComposeResult:
        """Heading, rows, what the current one does, keys."""
        with Vertical(id="box"):
            yield Static("", id="heading", markup=False)
            yield Rows((Column(width=15), Column()), moved=self._about)
            yield Static("", id="about", markup=False)
            yield Static(Content(self.keymap.hint_line()), id="keys", markup=False)

    def on_mount(self) -> None:
        """The first setting."""
        where = self.reader.settings.path or "no file yet"
        self.query_one("#heading", Static).update(Content(f"Settings  {safe_line(where)}"))
        rows = self.the_rows()
        rows.show(len(NAMES), self._row)
        rows.focus()
        self._about()

    @property
    def setting(self) -> str:
        """The name of the current setting."""
        return NAMES[max(0, self.the_rows().cursor)]

    def _row(self, index: int) -> Sequence[Cell]:
        name = NAMES[index]
        value = self._value(name)
        shown = ", ".join(value) if isinstance(value, tuple) else value
        if isinstance(value, bool):
            shown = "on" if value else "off"
        if name == "layouts" and value == ():
            shown = "none"
        if shown in ("", 0, None):
            return (name, [(f"{SETTINGS[name].default} (not set)", "dim")])
        return (name, "tab" if shown == "\t" else str(shown))

    def _value(self, name: str) -> object:
        return getattr(self.reader.settings, name)

    def _about(self, error: str = "") -> None:
        about = self.query_one("#about", Static)
        about.set_class(bool(error), "-bad")
        setting = SETTINGS[self.setting]
        words = f"{setting.words} It may be {setting.may_be}.".replace("`", "")
        about.update(Content(safe(error or words)))

    def on_rows_chosen(self) -> None:
        """A click on the current row changes it."""
        self.change()

    def change(self) -> None:
        """Switch it, take its next choice, or ask for it."""
        name = self.setting
        value, choices = self._value(name), SETTINGS[name].choices
        if is_switch(name):
            self._keep(name, not value)
        elif choices:
            at = choices.index(str(value)) + 1 if value in choices else 1 if name == "theme" else 0
            self._keep(name, choices[at % len(choices)])
        else:
            shown = ", ".join(value) if isinstance(value, tuple) else str(value or "")

            def done(text: str) -> None:
                given = parsed(name, text) if text or name == "layouts" else None
                if given is not None:
                    SETTINGS[name].check(given, name, typed)
                self._keep(name, given)

            self.app.push_screen(
                Ask(name, f"{SETTINGS[name].may_be.replace('`', '')}; empty: not set", done, value=shown)
            )

    def unset(self) -> None:
        """As without the setting."""
        self._keep(self.setting, None)

    def _keep(self, name: str, value: Value | None) -> None:
        """Write it down, take it up, say so."""
        try:
            said = self.reader.change_setting(name, value)
        except ReaderError as error:
            self._about(str(error))
            return
        self.query_one("#keys", Static).update(Content(self.keymap.hint_line()))
        self._about()
        self.reader.say(f"{said} · x there takes it back out")
