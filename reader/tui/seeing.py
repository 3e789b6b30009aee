"""How the program looks and is heard: colours, signs, the length of lines, the terminal's cursor; settings changed while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.filter import LineFilter, Monochrome, NoColor
from textual.geometry import Offset

from reader.config import Settings
from reader.errors import ReaderError
from reader.tui.fields import SPOKEN
from reader.tui.keys import NAMED, SPELT, Keymap, Table, shown
from reader.tui.signs import SPOKEN as SPOKEN_SIGNS
from reader.tui.signs import AsciiFilter
from reader.tui.themes import TERMINAL, THEMES, Look, full_name, next_name
from reader.tui.typeahead import TypeAhead

if TYPE_CHECKING:
    from textual.widget import Widget

    from reader.config.values import Value
    from reader.project import Project, Session

USUAL_MEASURE = 72
"""Characters in a line of text where nothing else is set."""


class Seeing(TypeAhead):
    """An app that looks as its settings say."""

    project: Project

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self._look: Look | None = None
        self._signs = {False: AsciiFilter(), True: AsciiFilter(SPOKEN_SIGNS)}

    # -- colours -------------------------------------------------------------------------------------------

    def dress(self) -> None:
        """Take up theme and signs of the settings. With NO_COLOR the terminal's own two colours are all there is."""
        for theme in THEMES:
            self.register_theme(theme)
        self._filters = [NoColor() if isinstance(one, Monochrome) else one for one in self._filters]
        self.theme = TERMINAL if self.no_color else full_name(self.settings.theme)
        self.set_class(self.spoken, SPOKEN)

    @property
    def look(self) -> Look:
        """The styles of the theme."""
        if self._look is None:
            self._look = Look.of(self.theme_variables, no_colour=self.no_color)
        return self._look

    def redraw(self) -> None:
        """Colours, signs or places of things changed: draw all anew."""
        self._look = None

    # -- signs ---------------------------------------------------------------------------------------------

    @property
    def ascii_only(self) -> bool:
        """Whether frames, stripes and signs are drawn with ASCII; a screen reader has names for those."""
        return self.settings.ascii or self.spoken

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters, and ours where only ASCII is drawn."""
        found = super().get_line_filters()
        return [*found, self._signs[self.spoken]] if self.ascii_only else found

    def keymap_of(self, table: Table) -> Keymap:
        """The keymap of a screen, with the user's changes."""
        return Keymap.of(table, self.settings.keys, SPELT if self.ascii_only else NAMED)

    def key_name(self, key: str) -> str:
        """A key as it is written on the screen."""
        return shown(key, SPELT if self.ascii_only else NAMED)

    # -- a screen reader -----------------------------------------------------------------------------------

    @property
    def spoken(self) -> bool:
        """Whether a screen reader follows the terminal's cursor."""
        return self.settings.screen_reader

    def point(self, widget: Widget, x: int, y: int) -> None:
        """Put the terminal's cursor on a cell of a widget's content, where a screen reader follows it."""
        if self.spoken and widget.screen is self.screen:
            self.cursor_position = widget.content_region.offset + Offset(x, y)

    def notify(self, message: str, **options: Any) -> None:
        """A toast; a screen reader is not told of one, so it is said in the status line there."""
        if self.spoken:
            self.say(message)
        else:
            super().notify(message, **options)

    def action_help_quit(self) -> None:
        """Textual's own answer to ctrl+c names a key of its own."""
        self.say("q leaves; what is saved is on the disk")

    def say(self, text: str, *, good: bool = True, keep: bool = False) -> None:
        """Say a plain text in the status line."""
        raise NotImplementedError

    # -- lines of text -------------------------------------------------------------------------------------

    @property
    def state(self) -> Session:
        """The coder's working state in the project."""
        return self.project.state

    @property
    def measure(self) -> int:
        """Characters in a line of text: as `+` and `-` left it in this project, else as the settings say."""
        return self.state.measure or self.settings.measure or USUAL_MEASURE

    @property
    def tags_and_goes_on(self) -> bool:
        """Whether a slot key marks reviewed and goes on: as chosen in this project, else as the settings say."""
        chosen = self.state.tag_and_go_on
        return self.settings.tag_and_go_on if chosen is None else chosen

    # -- changing settings ---------------------------------------------------------------------------------

    def change_setting(self, name: str, value: Value | None) -> str:
        """Write a setting into its file (None: take it out) and take it up at once; the sentence that says so.

        UsageError where it cannot be so, ReaderError where the file cannot be written: nothing is changed then.
        """
        from pathlib import Path

        from reader.config.writing import write

        self.settings = write(name, value, Path(self.settings.path) if self.settings.path else None)
        if name == "measure":
            self.state.measure = 0
        if name == "tag_and_go_on":
            self.state.tag_and_go_on = None
        if name == "theme" and not self.no_color:
            self.theme = full_name(self.settings.theme)
        self.set_class(self.spoken, SPOKEN)
        self.show_cursor()
        self.redraw()
        kept = "taken out of" if value is None else "written to"
        later = " · from the next start" if name in ("mouse", "coder") else ""
        return f"{name.replace('_', ' ')} {kept} {self.settings.path}{later}"

    def next_theme(self) -> None:
        """The next of the themes, kept for the next time."""
        if self.no_color:
            self.say("NO_COLOR is set: there are no colours to change")
            return
        name = next_name(self.settings.theme)
        try:
            said = self.change_setting("theme", name)
        except ReaderError as error:
            self.theme = full_name(name)
            self.settings = _with_theme(self.settings, name)
            self.redraw()
            self.say(f"colours: {name}, until the end of this session: {error}", good=False)
        else:
            self.say(f"colours: {name} · {said}")

    def show_cursor(self) -> None:
        """Show the terminal's own cursor to a screen reader, hide it from everybody else."""
        if self._driver is not None and not self.is_headless:
            self._driver.write("\x1b[?25h" if self.spoken else "\x1b[?25l")
            self._driver.flush()


def _with_theme(settings: Settings, name: str) -> Settings:
    from msgspec.structs import replace

    return replace(settings, theme=name)
