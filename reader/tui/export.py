"""The export dialog: what will be written, where, and whether it was."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from reader.commands.exporting import ALL, FORMATS, forget_unfinished, format_named, missing_folders, written_so_far
from reader.commands.wanted import known_coders
from reader.safe import safe, safe_line
from reader.tui.export_child import Wanted, carry_out_beside
from reader.tui.fields import Field, PathSuggester, completed
from reader.tui.screen import CommandModal
from reader.tui.tables import EXPORT

if TYPE_CHECKING:
    from textual.widgets import Input

    from reader.project import Project

PROFILES = {
    "excel": "for spreadsheets: formulas disarmed",
    "data": "for R, pandas and scripts: cells exact",
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
LINES = ("format", "profile", "delimiter", "by", "where", "file")
TYPED = {LINES.index("where"): "query", LINES.index("file"): "path"}
"""The lines with a text field, and the field's id."""
FILE = LINES.index("file")
EVERYBODY = "all"
WIDEST = max(map(len, FORMATS))
"""Columns of a choice, on every line the same."""
ONLY_TABLES = frozenset({"profile", "delimiter"})
LOOK = 0.5
"""Seconds after which it is looked again how much has been written."""
PAUSE = 0.25
"""Seconds without a key after which what would be written is counted."""


def target(typed: str, format_name: str = "csv") -> Path:
    """The file that a typed path means: `~` is the home folder, in a folder the usual name is taken. For all: the folder."""
    path = Path(typed.strip()).expanduser()
    return path / format_named(format_name).file if path.is_dir() and format_name != ALL else path


def is_there(path: Path, format_name: str) -> bool:
    """Whether something would be overwritten."""
    if format_name != ALL:
        return path.is_file()
    return any((path / one.file).is_file() for name, one in FORMATS.items() if name != ALL)


class ExportScreen(CommandModal[None]):
    """Write the annotations to a file: choose how, choose where, Enter."""

    TABLE = EXPORT
    DEFAULT_CSS = """
    ExportScreen { align: center middle; background: $background 50%; }
    ExportScreen #box { width: 84; max-width: 96%; height: auto; padding: 1 2; background: $surface;
                        border: round $accent; }
    ExportScreen #heading { text-style: bold; color: $text-accent; margin-bottom: 1; }
    ExportScreen .line { height: 1; }
    ExportScreen .line.-current { background: $primary 30%; text-style: bold; }
    ExportScreen .typed { height: 1; }
    ExportScreen .label { width: 14; }
    ExportScreen .typed.-current .label { background: $primary 30%; text-style: bold; }
    ExportScreen #about { color: $text-muted; margin-top: 1; height: auto; min-height: 2; }
    ExportScreen #about.-bad { color: $text-error; }
    ExportScreen #keys { color: $text-muted; margin-top: 1; }
    """

    def __init__(self, project: Project, query: str = "") -> None:
        super().__init__()
        self._first_query = query
        self.project = project
        self.choices = {
            "format": list(FORMATS),
            "profile": list(PROFILES),
            "delimiter": list(DELIMITERS),
            "by": [EVERYBODY, *known_coders(project)],
        }
        self.chosen = dict.fromkeys(self.choices, 0)
        self.line = 0
        self.rows = -1
        self.bytes = 0
        """Bytes that will be written, where that was counted."""
        self._writing: Path | None = None
        """Where to an export is under way."""
        self._reached = (0, 0)
        """How far it is, and of how much, as far as that is known."""

    def compose(self) -> ComposeResult:
        """One line a choice, the path, what will be written."""
        with Vertical(id="box"):
            yield Static("Export", id="heading", markup=False)
            for name in self.choices:
                yield Static("", id=name, classes="line", markup=False)
            with Horizontal(id="where", classes="typed"):
                yield Static("", classes="label", markup=False)
                yield Field(self._first_query, placeholder="all; or a query such as tag:harm/* convoy", id="query")
            with Horizontal(id="file", classes="typed"):
                yield Static("", classes="label", markup=False)
                yield Field(FORMATS["csv"].file, suggester=PathSuggester((".csv",)), id="path")
            yield Static("", id="about", markup=False)
            yield Static("", id="keys", markup=False)

    def on_mount(self) -> None:
        """The first line; how many rows there are."""
        self._to(0)
        self._count_again()

    def _count_again(self) -> None:
        self.rows, self.bytes = -1, 0
        self.run_worker(self._count(self._wanted()), group="count", exclusive=True)

    async def _count(self, wanted: Wanted) -> None:
        """Count what would be written; in a large project that takes a moment."""
        await asyncio.sleep(PAUSE)
        answer = await carry_out_beside(self.project, wanted)
        self.rows, self.bytes = answer.rows, answer.size
        self._show(answer.error)

    def _wanted(self, path: Path | None = None, *, force: bool = False) -> Wanted:
        """What is chosen; without a path only to be counted."""
        by = self.value("by") if self.chosen["by"] else ""
        return Wanted(
            format=self.value("format"),
            output=str(path) if path is not None else "",
            force=force,
            profile=self.value("profile"),
            delimiter=self.value("delimiter"),
            by=by,
            where=self._query,
        )

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say where the path leads, what the query finds."""
        event.stop()
        self._show()
        if event.input.id == "query":
            self._count_again()

    @property
    def _query(self) -> str:
        return self.query_one("#query", Field).value.strip()

    @property
    def _path(self) -> Field:
        return self.query_one("#path", Field)

    @property
    def _field(self) -> Field | None:
        """The text field of this line."""
        return self.query_one(f"#{TYPED[self.line]}", Field) if self.line in TYPED else None

    def value(self, name: str) -> str:
        """What is chosen on a line."""
        return self.choices[name][self.chosen[name]]

    def _matters(self, name: str) -> bool:
        """Whether a line says anything about this format."""
        return name not in ONLY_TABLES or format_named(self.value("format")).is_table

    def _to(self, line: int) -> None:
        """Go to a line."""
        self.line = max(0, min(line, FILE))
        field = self._field
        if field is not None:
            field.focus()
            field.cursor_position = len(field.value)
        else:
            self.set_focus(None)
        self._show()

    def _show(self, error: str = "") -> None:
        if not self.is_open:  # what was counted comes when nobody wants it any more
            return
        known = format_named(self.value("format"))
        said = {
            "format": known.about,
            "profile": PROFILES[self.value("profile")],
            "delimiter": DELIMITERS[self.value("delimiter")],
            "by": "whose marks" if self.chosen["by"] else f"whose marks: {self._everybody()}",
        }
        for place, name in enumerate(LINES):
            if name not in self.choices:
                row = self.query_one(f"#{name}")
                row.set_class(place == self.line, "-current")
                row.query_one(".label", Static).update(
                    Content(f"{self._mark(place)}{self._called(name):<12}"), layout=False
                )
                continue
            line = self.query_one(f"#{name}", Static)
            line.display = self._matters(name)
            line.set_class(place == self.line, "-current")
            value = "⇥" if self.value(name) == "\t" else self.value(name)
            shown = f"{self._mark(place)}{name:<12}‹ {value:<{WIDEST}} ›  "
            line.update(Content.assemble(shown, (said[name], "dim")), layout=False)
        about = self.query_one("#about", Static)
        about.set_class(bool(error), "-bad")
        about.update(Content(safe(error) if error else self._plan()))
        self.query_one("#keys", Static).update(Content(self._keys()), layout=False)

    def _everybody(self) -> str:
        """Whose marks are written where nobody is chosen."""
        return "your own, it is coded blind" if self.project.info.blind else "everybody's"

    def _keys(self) -> str:
        """What the keys do on the current line."""
        name = self.reader.key_name
        keys = f"{name('enter')} {'write   Tab complete' if self.line == FILE else 'go on'}"
        if self.line not in (FILE, *TYPED):
            keys += f"   {name('left')} {name('right')} choose"
        return f"{keys}   {name('up')} {name('down')} line   Esc back"

    def _called(self, line: str) -> str:
        return "folder" if line == "file" and self.value("format") == ALL else line

    def _mark(self, line: int) -> str:
        return "▶ " if line == self.line else "  "

    def _plan(self) -> str:
        """What Enter on the last line would do."""
        if self._writing is not None:
            done, total = self._reached
            thing = "files" if self.value("format") == ALL else "articles"
            share = f"{done:,} of {total:,} {thing}, " if total else ""
            written = written_so_far(self._writing)
            percent = f", {min(99, 100 * written // self.bytes)} %" if self.bytes else ""
            return f"Writing … {share}{written / 1e6:.1f} MB{percent} so far. Esc stops it."
        typed = self._path.value.strip()
        thing = format_named(self.value("format")).thing
        rows = f"{self.rows:,} {thing}{'s' * (self.rows != 1)}" if self.rows >= 0 else f"All {thing}s"
        if not typed:
            return f"{rows} will be written. Name a file."
        try:
            path = target(typed, self.value("format"))
            there = " (exists; you will be asked)" if is_there(path, self.value("format")) else ""
        except (OSError, RuntimeError, ValueError):
            return f"{rows} will be written."  # Enter says what is wrong with the path
        return f"{rows} will be written to {safe_line(str(path.absolute()))}{there}"

    # keys

    def press(self, key: str, character: str | None = None) -> bool:
        """On the line of the delimiter the sign itself chooses it."""
        signs = self.choices["delimiter"]
        if LINES[self.line] == "delimiter" and character in signs and key != "tab":
            self.chosen["delimiter"] = signs.index(str(character))
            self._show()
            return True
        return super().press(key, character)

    def line_down(self) -> None:
        """The next line that says anything about the format."""
        self._to(next((n for n in range(self.line + 1, FILE) if self._matters(LINES[n])), FILE))

    def line_up(self) -> None:
        """The line before."""
        self._to(next((n for n in range(self.line - 1, 0, -1) if self._matters(LINES[n])), 0))

    def next_choice(self) -> None:
        """The next choice of the line."""
        self._choose(1)

    def choice_before(self) -> None:
        """The choice before."""
        self._choose(-1)

    def _choose(self, by: int) -> None:
        field = self._field
        if field is not None:
            field.action_cursor_right() if by > 0 else field.action_cursor_left()
            return
        name = LINES[self.line]
        before = self.value(name)
        self.chosen[name] = (self.chosen[name] + by) % len(self.choices[name])
        if name == "format":
            self._follow(before)
        elif name == "by":
            self._count_again()
        self._show()

    def _follow(self, before: str) -> None:
        """Another format: its usual file name, unless another was typed; its rows."""
        usual = format_named(self.value("format")).file
        old = format_named(before).file
        if self._path.value.endswith(old) and (self._path.value == old or self._path.value[: -len(old)].endswith("/")):
            self._path.value = self._path.value.removesuffix(old) + usual
        self._path.suggester = PathSuggester(self._suffixes())
        self._count_again()

    def _suffixes(self) -> tuple[str, ...]:
        """What a file of this format ends in; for all there are only folders."""
        return (Path(format_named(self.value("format")).file).suffix or "/",)

    def complete(self) -> None:
        """The next line; on the file's line the path is completed."""
        if self.line != FILE:
            self.line_down()
            return
        field = self._path
        field.value = completed(field.value, self._suffixes())
        field.cursor_position = len(field.value)

    def go_on(self) -> None:
        """To the file's line; there, write."""
        if self.line != FILE:
            self._to(FILE)
        elif self._writing is None:
            self.write()

    # writing

    def leave(self) -> None:
        """Back to the screen below; what is being written is given up."""
        stopped = self._writing is not None
        super().leave()
        if stopped:
            self.reader.say("the export was stopped")

    def write(self) -> None:
        """Write the file; where it exists ask first."""
        from reader.tui.dialogs import Question

        typed = self._path.value.strip()
        if not typed:
            self._show("Name a file.")
            return
        try:
            path = target(typed, self.value("format"))
            exists = is_there(path, self.value("format"))
        except (OSError, RuntimeError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else "") or str(error).rstrip(".")
            self._show(f"This path cannot be used: {reason}.")
            return
        if not exists:
            self._write(path, force=False)
            return

        def answered(overwrite: bool | None) -> None:
            if overwrite:
                self._write(path, force=True)

        said = f"{path.name} exists. Overwrite it?"
        self.app.push_screen(Question(said, yes="overwrite", no="keep it"), answered)

    def _write(self, path: Path, *, force: bool) -> None:
        self._writing, self._reached = path, (0, 0)
        self._show()
        self.run_worker(self._written(path, force=force), group="write")

    async def _written(self, path: Path, *, force: bool) -> None:
        """Export; what goes wrong is said here and nothing is lost."""

        def progress(done: int, total: int) -> None:
            self._reached = (done, total)

        made = missing_folders(path)
        looking = self.set_interval(LOOK, self._show)
        try:
            answer = await carry_out_beside(self.project, self._wanted(path, force=force), progress)
        except asyncio.CancelledError:
            with contextlib.suppress(OSError):
                forget_unfinished(path, made)
            raise
        finally:
            looking.stop()
            self._writing = None
        if answer.error:
            self._show(answer.error)
            return
        self.dismiss(None)
        self.reader.say(answer.said)
