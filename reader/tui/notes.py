"""All notes and memos in one list: on paragraphs, spans, articles, tags put on, tags themselves, the project."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.app import ComposeResult

from reader import commands
from reader.commands.comparing import noted
from reader.commands.goodbye import draft_of_memo
from reader.commands.links import Link, links
from reader.commands.notes import memo
from reader.commands.phrases import shortened
from reader.errors import ReaderError
from reader.model import Annotation
from reader.safe import safe_line
from reader.tui.bars import KeyLine, TitleLine, cut
from reader.tui.drawn import Below, Row
from reader.tui.filtering import FilteredList, FilterLine
from reader.tui.library import when
from reader.tui.panel import Panel, beside, stand, wrapped
from reader.tui.picker_rank import SHOWN, fold
from reader.tui.quotes import on_disk
from reader.tui.rows import Cell, Column, Rows
from reader.tui.screen import CommandScreen
from reader.tui.tables import NOTES
from reader.tui.themes import ink, tag_colour
from reader.tui.undoing import clock

if TYPE_CHECKING:
    from reader.commands.comparing import Mark
    from reader.project import Project

COLUMNS = (
    Column("place", width=10, right=True, style="dim"),
    Column(width=1, needs=60),
    Column("on", width=21, needs=60, tail=True, joined=True),
    Column("note"),
    Column("written", width=10, right=True, needs=84, style="dim"),
)
EMPTY = (
    "No note yet.",
    "",
    "a on a paragraph writes one there,",
    "w says why a tag stands there.",
    "n writes a memo on the whole project.",
    "All of them gather in this list;",
    "Enter goes to their place.",
)
HERE = "notes"
"""Stands for this screen among the places that Backspace goes back to."""
BESIDE_FROM = 110
"""Columns from which the whole note stands beside the list."""
LAST = 1 << 40
MOST_LINKS = 9
"""Places named in a note that are written under it; all can be gone to."""
LONGEST_WORDS = 120
SHOWN_OF_A_QUERY = 40


class Entry(NamedTuple):
    """A note with what is shown of it; `searched` is what the filter looks at."""

    mark: Mark
    place: str
    on: str
    searched: str


class NotesScreen(FilteredList, CommandScreen[None]):
    """All notes that may be seen; `at` is the annotation to stand on, `query` a filter."""

    TABLE = NOTES
    TITLE_IN_HELP = "Notes"
    DEFAULT_CSS = """
    NotesScreen { overflow: hidden; }
    NotesScreen #both { layout: horizontal; height: 1fr; }
    NotesScreen #list { height: 1fr; width: 1fr; }
    NotesScreen Rows { margin: 1 0 0 0; }
    NotesScreen.-below #both { layout: vertical; }
    NotesScreen.-below Rows { margin: 0; }
    """

    def __init__(
        self, project: Project, *, at: str = "", query: str = "", only: Collection[str] = (), said: str = ""
    ) -> None:
        super().__init__()
        self.project = project
        self._only = frozenset(only)
        """The annotations that alone are shown, those in which the search `said` holds; empty: all."""
        self._said = said
        self._at_first = at
        self.filtered_by = query
        self._newest_first = False
        self._all: list[Entry] = []
        self._entries: list[Entry] = []

    def compose(self) -> ComposeResult:
        """Title, filter, the notes, the whole of the current one, keys."""
        yield TitleLine("notes")
        with Below(id="both"):
            with Below(id="list"):
                yield FilterLine(self.filtered_by, self.catch_up)
                yield Rows(COLUMNS, header=True, empty=EMPTY, moved=self._show_panel)
            yield Panel()
        yield KeyLine()

    def on_mount(self) -> None:
        """Read them all."""
        self.on_resize()
        self._read()
        self.fill(self._at_first)
        self.the_rows().focus()

    def on_resize(self) -> None:
        """The panel stands where there is room."""
        self.fit()

    def fit(self) -> None:
        """Put the panel where there is room for it."""
        stand(self, beside_from=BESIDE_FROM, below=10)

    # -- what is shown ---------------------------------------------------------------------------------------

    def _read(self) -> None:
        on_disk(self.project)
        self._all = sorted((self._entry(mark) for mark in noted(self.project)), key=self._order)

    def _entry(self, mark: Mark) -> Entry:
        codebook = self.project.codebook
        article = self.project.articles.get(mark.article)
        tag = codebook.resolve(mark.tag) if mark.tag else None
        path = SHOWN.join(codebook.path(tag.id)) if tag else ""
        if article is None:
            place = "tag" if mark.unit == "tag" else "project"
        else:
            place = f"{article.number} ¶ {mark.first}" if mark.first else str(article.number)
        on = path or {"project": "memo", "article": "the article", "span": "span"}.get(mark.unit, "")
        parts = (mark.note, path, article.title if article else "", mark.coder)
        return Entry(mark, place, on, fold("\n".join(parts)))

    def _order(self, entry: Entry) -> tuple[int, int, str]:
        article = self.project.articles.get(entry.mark.article)
        number = article.number if article else LAST + (entry.mark.unit == "project")
        return (number, entry.mark.start, entry.mark.created)

    def show_marks(self) -> None:
        """Notes may have changed."""
        at = self.current_id()
        self._read()
        self.fill(at)

    def fill(self, at: str = "") -> None:
        """Show what passes the filter, the cursor on the annotation given."""
        words = fold(self.typed()).split()
        found = [
            entry
            for entry in self._all
            if (not self._only or entry.mark.id in self._only) and all(word in entry.searched for word in words)
        ]
        self._entries = (
            sorted(found, key=lambda e: (e.mark.created, e.mark.id), reverse=True) if self._newest_first else found
        )
        rows = self.the_rows()
        rows.empty = EMPTY if not self._all else ("No note holds these words; Esc shows all.",)
        place = next((i for i, entry in enumerate(self._entries) if entry.mark.id == at), 0)
        rows.show(len(self._entries), self._row, cursor=place)
        total, shown = len(self._all), len(self._entries)
        some = f"{shown:,} of {total:,} notes" if shown != total else f"{total:,} note{'s' * (total != 1)}"
        self.query_one(TitleLine).show_of(self.project, "notes", some)
        which = f"{safe_line(cut(self._said, SHOWN_OF_A_QUERY))} · " if self._only else ""
        self.filter_line.say(f"{which}{'newest first' if self._newest_first else 'by place'}")
        self._show_panel()

    def _row(self, index: int) -> Sequence[Cell]:
        entry = self._entries[index]
        mark = entry.mark
        stripe = [("▌", tag_colour(self.project.codebook, mark.tag))] if mark.tag else ""
        above, between, name = entry.on.rpartition(SHOWN)
        on = [(above + between, "dim"), (name, "" if mark.tag else "dim")]
        who = f"{mark.coder}: " if mark.coder != self.project.coder else ""
        note = " ".join(mark.note[:400].split())
        return (entry.place, stripe, on, [(who, "accent"), (note, "")], when(mark.created, datetime.now().astimezone()))

    # -- the whole note ----------------------------------------------------------------------------------------

    def on_panel_sized(self) -> None:
        """The panel has room now."""
        self._show_panel()

    def _show_panel(self) -> None:
        panel = self.query_one(Panel)
        width, _ = panel.room
        entry = self.current()
        if width:
            panel.write(self._about(entry, width) if entry is not None else [])

    def _about(self, entry: Entry, width: int) -> list[Row]:
        look, mark = self.reader.look, entry.mark
        article = self.project.articles.get(mark.article)
        rows: list[Row] = []
        if article is not None:
            place = f", ¶ {mark.first}" if mark.first else ", the whole article"
            rows += wrapped(f"{article.title}{place}", width, look.bold, most=2)
        else:
            rows += wrapped("The tag itself" if mark.unit == "tag" else "Memo on the project", width, look.bold)
        if mark.tag:
            bar = Segment("▌", look.text + ink(tag_colour(self.project.codebook, mark.tag)))
            rows += [[bar, *row] for row in wrapped(entry.on, width - 1, look.text, most=2)]
        rows.append(beside(mark.coder, clock(mark.created), width, look.dim, look.dim))
        below = self.query_one(Panel).is_below
        rows += [[]] if not below else []
        rows += wrapped(mark.note, width, look.text)
        if article is not None and mark.first and not below:
            text = self.project.text(mark.article)
            words = text.slice(mark.start, min(mark.stop, mark.start + 600))
            line = "── it stands on " + "─" * max(0, width - 16)
            rows += [[], [Segment(safe_line(line)[:width], look.rule)], *wrapped(words, width, look.dim)]
        return rows + self._named(entry, width)

    def _named(self, entry: Entry, width: int) -> list[Row]:
        """The places that a note names, a row each."""
        found = self._links(entry)
        if not found:
            return []
        look = self.reader.look
        line = "── it names, f goes there " + "─" * max(0, width - 26)
        rows: list[Row] = [[], [Segment(line[:width], look.rule)]]
        for link in found[:MOST_LINKS]:
            rows += wrapped(" ".join(self._place_of(link)), width, look.dim, most=1)
        return rows

    def _links(self, entry: Entry) -> list[Link]:
        """The places that a note names, each once."""
        found = {(link.article, link.number): link for link in links(self.project, entry.mark.note, entry.mark.article)}
        return list(found.values())

    def _place_of(self, link: Link) -> tuple[str, str]:
        """A place as it is written in a note, and the words that stand there."""
        number = self.project.articles[link.article].number
        return f"{number} ¶ {link.number}", shortened(
            self.project.text(link.article).text_of(link.number), LONGEST_WORDS
        )

    # -- keys --------------------------------------------------------------------------------------------------

    def current(self) -> Entry | None:
        """The note under the cursor."""
        cursor = self.the_rows().cursor
        return self._entries[cursor] if 0 <= cursor < len(self._entries) else None

    def current_id(self) -> str:
        """The id of the annotation under the cursor."""
        entry = self.current()
        return entry.mark.id if entry else ""

    def order(self) -> None:
        """By place, or the newest first."""
        self._newest_first = not self._newest_first
        self.fill(self.current_id())

    def on_rows_chosen(self) -> None:
        """A click on the current note goes to its place."""
        self.open()

    def open(self) -> None:
        """Go to the place of the note; a memo that has none is edited."""
        self.catch_up()
        entry = self.current()
        if entry is None:
            return
        mark = entry.mark
        if mark.article in self.project.articles:
            self._go(mark.article, mark.first)
        elif self._links(entry):
            self.follow()
        elif mark.unit == "tag":
            tag = self.project.codebook.resolve(mark.tag)
            self.reader.open_codebook(tag.id if tag else "")
        else:
            self.edit()

    def _go(self, article_id: str, number: int) -> None:
        """Go to a place; Backspace there comes back to this note."""
        self.reader.came_from[HERE] = (self.current_id(), self.filtered_by)
        self.reader.open_article(article_id, number or None)
        self.reader.reading.jumps.append((HERE, 0))

    def follow(self) -> None:
        """Go to the place that the note names, or to one of them."""
        entry = self.current()
        found = self._links(entry) if entry is not None else []
        if not found:
            self.reader.remark("this note names no place: one is written 3 ¶ 8 or 3#8; ctrl+l in the note writes it")
        elif len(found) == 1:
            self._go(found[0].article, found[0].number)
        else:
            from reader.tui.choose import Choose

            def chosen(index: int | None) -> None:
                if index is not None:
                    self._go(found[index].article, found[index].number)

            rows = [(words, place) for place, words in map(self._place_of, found)]
            self.app.push_screen(Choose("The note names these places", rows), chosen)

    def _stored(self, mark: Mark) -> Annotation:
        """The annotation as it is now. ReaderError where it is gone."""
        if mark.article:
            found = self.project.marks(mark.article).annotations.get(mark.id)
        else:
            found = next((memo for memo in self.project.memos() if memo.id == mark.id), None)
        if found is None:
            raise ReaderError("That note is not there any more.")
        return found

    def edit(self) -> None:
        """Edit the note."""
        from reader.tui.note import NoteEditor

        entry = self.current()
        if entry is None:
            return
        mark = entry.mark
        self._writable()
        stored = self._stored(mark)
        if stored.coder != self.project.coder:
            raise ReaderError(f"That is a note of {stored.coder}; only {stored.coder} can change it.")

        def save(text: str) -> None:
            self.told_with_undo(commands.annotation_note(self.project, self._stored(mark), text))

        what = f"{entry.place} {entry.on}".strip() if mark.article else entry.on or entry.place
        key = f"{mark.article}:{mark.first}:{mark.id}" if mark.article else draft_of_memo(mark.id)
        self.app.push_screen(NoteEditor(f"note on {what}" if mark.article else what, stored.note, save=save, draft=key))

    def new_memo(self) -> None:
        """Write a memo on the project."""
        from reader.tui.note import NoteEditor

        self._writable()

        def save(text: str) -> None:
            if text:
                outcome = memo(self.project, text)
                self.told_with_undo(outcome)
                self.fill(outcome.edit.changes[0].id if outcome.edit else "")

        self.app.push_screen(NoteEditor("memo on the project", "", save=save, draft=draft_of_memo()))

    def _writable(self) -> None:
        if self.project.read_only:
            raise ReaderError(f"Nothing can be written: {self.project.read_only}")
