"""Help: the keys of the screen beneath, searchable, made from its table; asked twice, how one works with the program."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from reader.commands import Command
from reader.safe import safe_line
from reader.tui.fields import Field
from reader.tui.keys import Keymap
from reader.tui.palette import numbered
from reader.tui.picker_rank import Choice, Ranking, fold
from reader.tui.rows import Cell, Column, Rows
from reader.tui.screen import CommandModal
from reader.tui.tables import HELP

if TYPE_CHECKING:
    from textual.widgets import Input


KEYS = (Column(width=13, right=True, style="accent"), Column(share=1))
FEW_KEYS = (Column(width=7, right=True, style="accent"), Column(share=1))
"""The same in a narrow window: the first key of each command."""
NARROW = 60
PROSE = (Column(share=1),)

GUIDE = """\
# What one does here
Read, and mark what you find. j and k go from paragraph to paragraph. The mark ▶ shows where you are; \
the pane beside the text, or below it, shows what is on that paragraph.

# Tags
t opens the tags. Type a few letters: Enter puts the tag on, or takes it off. A name that is not there yet is made by Enter; \
parent/child makes both. Tab does the same and stays open for another.
The last tags stand in slots: 1 to 9 put them on without a dialog. 0 shows the slots and pins them. x takes a tag off, \
s changes it to another and keeps its note.

# Notes
a writes a note on the paragraph, w says why the tag just given stands there. Esc saves. What you type is kept on the disk \
while you type.

# Reviewed
Enter says: I have read this paragraph, and what is not tagged here is absent. It goes on to the next one. Tagging alone \
never says so. That is what makes counts honest later.
A tag made later is not absent there but not looked at: the pane says how many tags are newer, and Enter once more says that you have \
read the paragraph for them too. Dimmed paragraphs are page debris; Enter passes over them.

# Finding
/ searches in the article as you type, n and N go from hit to hit. f searches the whole library: texts, notes and tag \
names. "words in quotes" are a phrase, begin* finds all words that begin so. Backspace takes you back to where you were.

# Undo
u takes back the last change, also one of yesterday, and says what it was. U brings it back.

# Taking it out
e writes a CSV file: one row for each tag on each place, with the words themselves. Everything is also plain JSON in the \
project folder.

# Any command
: finds every command by its name, also those without a key. :12 goes to paragraph 12."""


class HelpScreen(CommandModal["str | None"]):
    """Answers with the name of the command that the user wants done, None where it is left."""

    TABLE = HELP
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 50%; }
    HelpScreen #box { width: 80; max-width: 98%; height: 90%; padding: 0 1; background: $surface; border: round $accent; }
    HelpScreen #ask { height: 1; margin-bottom: 1; }
    HelpScreen #heading { width: auto; text-style: bold; color: $text-accent; margin-right: 2; }
    HelpScreen #keys { color: $text-muted; height: 1; margin-top: 1; }
    """

    def __init__(self, title: str, keymap: Keymap) -> None:
        super().__init__()
        self.shown_title = title
        self.described = keymap
        self.guide = False
        self._lines: list[tuple[str, str]] = []
        self._entries: list[Command | str] = []
        self._ranking = Ranking(
            Choice(name, (one.name.replace("-", " ") + " " + one.help,)) for name, one in keymap.commands.items()
        )

    def compose(self) -> ComposeResult:
        """A heading with the search line, the rows."""
        with Vertical(id="box"):
            with Horizontal(id="ask"):
                yield Static("", id="heading", markup=False)
                yield Field(placeholder="/ search", id="query")
            yield Rows(KEYS, empty=("nothing found",))
            yield Static("", id="keys", markup=False)

    def on_mount(self) -> None:
        """The keys first."""
        self.query_one(Rows).focus()
        self._fill()

    def on_resize(self) -> None:
        """What is shown follows the width there is."""
        if self.guide:
            self._fill()
        else:
            self._fit_columns()

    def _fit_columns(self) -> None:
        keys = FEW_KEYS if self.size.width < NARROW else KEYS
        self.query_one(Rows).set_columns(PROSE if self.guide else keys)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search as it is typed."""
        event.stop()
        self._fill()

    def _fill(self) -> None:
        """Show keys or guide, as far as they fit what is searched for."""
        rows = self.query_one(Rows)
        query = self.query_one(Field).value
        heading = "How it works" if self.guide else f"Keys: {safe_line(self.shown_title)}"
        self.query_one("#heading", Static).update(Content(heading))
        other = "the keys" if self.guide else "the guide"
        said = (
            f"? {other}   / search   "
            + ("" if self.guide else f"{self.keymap.first('run-chosen')} do it   ")
            + "Esc back"
        )
        self.query_one("#keys", Static).update(Content(said), layout=False)
        self._fit_columns()
        if self.guide:
            self._lines = self._guide_lines(fold(query.strip()))
            rows.show(len(self._lines), self._guide_row, cursor=-1)
        else:
            self._entries = self._grouped(query)
            rows.show(len(self._entries), self._key_row, cursor=self._next_command(-1, 1))

    def _grouped(self, query: str) -> list[Command | str]:
        """The commands that fit, under the headings of their groups; without headings, best first, where one searches."""
        if query.strip():
            names = [self._ranking.choices[place].id for place in self._ranking.matches(query)]
            keyed = [c for c in self.described.commands.values() if query.strip() in self.described.keys[c.name]]
            found = [c for c in (self.described.commands[name] for name in names) if c not in keyed]
            return [*keyed, *found]
        groups: dict[str, list[Command]] = {}
        for one in self.described.commands.values():
            if not numbered(one.name) or one.name.endswith("-1"):
                groups.setdefault(one.group or "This screen", []).append(one)
        entries: list[Command | str] = []
        for group, commands in groups.items():
            entries += ["", group] if entries else [group]
            entries += commands
        return entries

    def _guide_lines(self, wanted: str) -> list[tuple[str, str]]:
        width = max(20, self.query_one(Rows).size.width - 4)
        lines: list[tuple[str, str]] = []
        for part in GUIDE.split("\n"):
            if wanted and wanted not in fold(part):
                continue
            if part.startswith("# "):
                lines.append((part[2:], "accent"))
            else:
                lines.extend((line, "") for line in wrap(part, width) or [""])
        return lines

    def _guide_row(self, index: int) -> Sequence[Cell]:
        return ([self._lines[index]],)

    def _key_row(self, index: int) -> Sequence[Cell]:
        entry = self._entries[index]
        if isinstance(entry, str):
            return ("", [(entry, "header")])
        keys = self.described.shown(entry.name) or "–"
        if self.size.width < NARROW:
            keys = keys.split(" ")[0]
        if numbered(entry.name) and keys == "1":
            return ("1 … 9", entry.help.replace("1", "1 to 9"))
        return (keys, entry.help)

    def _next_command(self, start: int, step: int) -> int:
        """The place of the next row in a direction that is a command, not a heading; `start` where there is none."""
        at = start + step
        while 0 <= at < len(self._entries):
            if not isinstance(self._entries[at], str):
                return at
            at += step
        return start

    def _step(self, step: int) -> None:
        rows = self.query_one(Rows)
        if self.guide:
            rows.roll(step)
            return
        before = rows.cursor
        rows.go(self._next_command(before, step))
        if rows.cursor == before and step < 0:
            rows.to_top()

    def row_down(self) -> None:
        """The next row."""
        self._step(1)

    def row_up(self) -> None:
        """The row before."""
        self._step(-1)

    def rows_down(self) -> None:
        """A page on."""
        self._jump(self.query_one(Rows).page)

    def rows_up(self) -> None:
        """A page back."""
        self._jump(-self.query_one(Rows).page)

    def _jump(self, by: int) -> None:
        rows = self.query_one(Rows)
        if self.guide:
            rows.roll(by)
            return
        rows.move(by)
        if rows.cursor >= 0 and isinstance(self._entries[rows.cursor], str):
            at = self._next_command(rows.cursor, 1)
            rows.go(at if at != rows.cursor else self._next_command(rows.cursor, -1))

    def first(self) -> None:
        """The first row."""
        self._jump(-self.query_one(Rows).count)

    def last(self) -> None:
        """The last row."""
        self._jump(self.query_one(Rows).count)

    def filter(self) -> None:
        """Type what to search for."""
        self.query_one(Field).focus()

    def switch(self) -> None:
        """From the keys to the guide and back."""
        self.guide = not self.guide
        self.query_one(Field).value = ""
        self.query_one(Rows).focus()
        self._fill()

    def leave_filter(self) -> None:
        """Drop the search, else leave."""
        field = self.query_one(Field)
        if field.has_focus or field.value:
            field.value = ""
            self.query_one(Rows).focus()
        else:
            self.dismiss(None)

    def on_rows_chosen(self) -> None:
        """A click on the current row does it."""
        self.run_chosen()

    def run_chosen(self) -> None:
        """Do the command of the current row on the screen beneath."""
        if self.guide:
            return
        query = self.query_one(Field)
        cursor = self.query_one(Rows).cursor
        if query.has_focus:
            self._fill()
            cursor = self.query_one(Rows).cursor
        entry = self._entries[cursor] if 0 <= cursor < len(self._entries) else ""
        if not isinstance(entry, str):
            self.dismiss(entry.name)
