"""The library: all articles, what is coded and reviewed in them, import."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from reader import commands
from reader.config import at_home
from reader.errors import Cancelled, ReaderError
from reader.model import Annotation, Article, Tag
from reader.safe import safe_line
from reader.tui.bars import KeyLine, TitleLine, bar, percent
from reader.tui.filtering import FilteredList, FilterLine
from reader.tui.picker_rank import fold
from reader.tui.rows import Cell, Column, Rows
from reader.tui.screen import CommandScreen
from reader.tui.tables import LIBRARY

if TYPE_CHECKING:
    from textual import events

    from reader.project import Project

COLUMNS = (
    Column("no.", width=5, right=True, style="dim"),
    Column("title"),
    Column("¶", width=6, right=True, style="dim"),
    Column("coded", width=6, right=True),
    Column("reviewed", width=15, right=True, needs=92),
    Column("done", width=5, right=True),
    Column("last read", width=10, right=True, needs=70, style="dim"),
)
EMPTY = (
    "No article yet.",
    "",
    "i imports text and Markdown files, or a whole folder of them.",
    "The texts are copied into the project; your files stay as they are.",
)
MEGABYTE = 1_000_000
ORDERS = ("number", "title", "last read", "most coded", "least reviewed")


def when(stamp: str, now: datetime) -> str:
    """A time in UTC (ISO 8601) as a short local one: the hour if it was today, else the day; "" without one."""
    try:
        at = datetime.fromisoformat(stamp).astimezone()
    except ValueError:
        return ""
    return at.strftime("%H:%M") if at.date() == now.date() else at.strftime("%Y-%m-%d")


def natural(title: str) -> list[tuple[int, str]]:
    """A title as it is put in order: numbers in it by their value, case and accents ignored."""
    parts = re.split(r"(\d{1,12})", fold(title))
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


class LibraryScreen(FilteredList, CommandScreen[None]):
    """All articles of the project; Enter opens one."""

    TABLE = LIBRARY
    DEFAULT_CSS = """
    LibraryScreen { overflow: hidden; }
    LibraryScreen Rows { margin: 1 0 0 0; }
    """

    def __init__(self, project: Project) -> None:
        super().__init__()
        self.project = project
        self.order_by = ORDERS[0]
        self._shown: list[Article] = []
        self._folded: dict[str, str] = {}
        self._figures: dict[str, tuple[int, int, int, int]] = {}
        self._which = ""
        self._wanted: set[str] | None = None
        self._importing: asyncio.Task[None] | None = None
        self._reading = False
        self._stopped = threading.Event()

    def compose(self) -> ComposeResult:
        """Title, filter line, the articles, keys."""
        yield TitleLine("library")
        yield FilterLine("", self.catch_up)
        yield Rows(COLUMNS, header=True, empty=EMPTY)
        yield KeyLine()

    def on_mount(self) -> None:
        """The cursor on the article that is open."""
        self.the_rows().focus()
        self._count()
        self.fill(self.reader.article_id)

    def _count(self) -> None:
        """Ask the index once for all articles."""
        self._counts = self.project.counts().articles(self.project.coder)
        self._figures.clear()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Marks may have changed while another screen was on top."""
        self.show_marks()

    def show_marks(self) -> None:
        """Count again what is in sight; articles may have come or gone."""
        self._count()
        shown = {article.id for article in self._shown}
        if any(self.project.articles.get(a.id) is not a for a in self._shown) or (
            not self.filtered_by and self._wanted is None and shown != set(self.project.articles)
        ):
            self._folded.clear()
            self.fill(self.current_id())
        self.the_rows().refresh()
        self._show_title()

    # what is shown

    def fill(self, at: str = "") -> None:
        """Filter and order the articles; the cursor on the one given, else where it was."""
        at = at or self.current_id()
        words = fold(self.typed()).split()
        articles = [a for a in self.project.articles.values() if all(word in self._searched(a) for word in words)]
        if self._wanted is not None:
            articles = [article for article in articles if article.id in self._wanted]
        self._shown = self._ordered(articles)
        place = next((i for i, article in enumerate(self._shown) if article.id == at), 0)
        rows = self.the_rows()
        rows.empty = EMPTY if not self.project.articles else ("No article is like that; Esc shows all.",)
        rows.show(len(self._shown), self._row, cursor=place)
        which = f"{safe_line(self._which)} · " if self._which else ""
        self.filter_line.say(f"{which}by {self.order_by}")
        self._show_title()

    def _searched(self, article: Article) -> str:
        """What the filter looks at: number, title, sources, meta."""
        known = self._folded.get(article.id)
        if known is None:
            parts = (str(article.number), article.title, *article.sources, *article.meta.values())
            known = self._folded[article.id] = fold("\n".join(parts))
        return known

    def _ordered(self, articles: list[Article]) -> list[Article]:
        if self.order_by == "title":
            return sorted(articles, key=lambda a: (natural(a.title), a.number))
        if self.order_by == "last read":
            opened = self.project.state.opened
            return sorted(articles, key=lambda a: (opened.get(a.id, ""), -a.number), reverse=True)
        counts = self._counts
        if self.order_by == "most coded":
            return sorted(articles, key=lambda a: (-counts[a.id].coded if a.id in counts else 0, a.number))
        if self.order_by == "least reviewed":
            return sorted(articles, key=lambda a: (counts[a.id].reviewed if a.id in counts else 0, a.number))
        return articles

    def _show_title(self) -> None:
        total, shown = len(self.project.articles), len(self._shown)
        some = f"{shown:,} of {total:,} articles" if shown != total else f"{total:,} article{'s' * (total != 1)}"
        self.query_one(TitleLine).show_of(self.project, "library", some)

    def _row(self, index: int) -> Sequence[Cell]:
        article = self._shown[index]
        paragraphs, coded, reviewed, of = self._figures_of(article)
        done = [(bar(reviewed, of), "good"), (f" {reviewed}/{of}".rjust(7), "")]
        opened = when(self.project.state.opened.get(article.id, ""), datetime.now().astimezone())
        title = [(article.title, "accent" if article.id == self.reader.article_id else "")]
        return (str(article.number), title, str(paragraphs), str(coded or ""), done, percent(reviewed, of), opened)

    def _figures_of(self, article: Article) -> tuple[int, int, int, int]:
        """(paragraphs, coded, reviewed, to be reviewed) of an article; asked for the rows in sight only."""
        known = self._figures.get(article.id)
        if known is None:
            reviewed, of = commands.progress_of(self.project, article)
            coded = self._counts[article.id].coded if article.id in self._counts else 0
            known = self._figures[article.id] = (len(self.project.text(article.id)), coded, reviewed, of)
        return known

    def _current(self) -> Article | None:
        cursor = self.the_rows().cursor
        return self._shown[cursor] if 0 <= cursor < len(self._shown) else None

    # moving and finding

    def current_id(self) -> str:
        """The id of the article under the cursor."""
        article = self._current()
        return article.id if article else ""

    def drop_filter(self) -> bool:
        """Drop the filter, after it the choice of articles."""
        if super().drop_filter():
            return True
        if not self._which:
            return False
        self._which, self._wanted = "", None
        self.fill()
        return True

    def order(self) -> None:
        """The next order."""
        self.order_by = ORDERS[(ORDERS.index(self.order_by) + 1) % len(ORDERS)]
        self.fill()

    def open(self) -> None:
        """Open the article under the cursor."""
        self.catch_up()
        article = self._current()
        if article is not None:
            all_in_order = len(self._shown) == len(self.project.articles) and self.order_by == ORDERS[0]
            self.reader.order = () if all_in_order else tuple(shown.id for shown in self._shown)
            self.reader.open_article(article.id)

    def on_rows_chosen(self) -> None:
        """A click on the current row opens it."""
        self.open()

    # which articles

    def which(self) -> None:
        """Show only articles that are as one says; `<`, `>` and Enter at the end of an article follow it."""
        from reader.commands.filters import SEPARATOR, WORDS, matching_articles
        from reader.tui.ask import Ask

        def done(typed: str) -> None:
            found = {article.id for article in matching_articles(self.project, typed)} if typed else None
            self._which, self._wanted = typed, found
            self.fill()

        about = (
            f"{', '.join(WORDS)}, or a tag; - in front means not; several with {SEPARATOR} between. Empty shows all.\n"
            "While you read, < and > and the last Enter of an article go in this order."
        )
        self.app.push_screen(Ask("Show which articles?", about, done, value=self._which))

    # the article itself

    def details(self) -> None:
        """Author, date and other details of the article."""
        from reader.tui.details import DetailsScreen

        article = self._current()
        if article is not None:
            self.app.push_screen(DetailsScreen(self.project, article))

    def take_out(self) -> None:
        """Take the article out of the library; undo brings it back."""
        from reader.commands.copies import remove
        from reader.tui.dialogs import Question

        article = self._current()
        if article is None:
            return
        if self.project.read_only:
            raise ReaderError(self.project.read_only)
        count = sum(1 for mark in self.project.marks(article.id).annotations.values())
        stay = "annotation stays" if count == 1 else "annotations stay"
        marks = f"Its {count:,} {stay} with it" if count else "Nothing is marked in it"

        def answered(yes: bool | None) -> None:
            if not yes:
                return
            outcome = self.reader.attempt(remove, self.project, article)
            if outcome is not None:
                self.fill()
                outcome.brief = f"removed {article.title} · {self.takes_back('brings it back')}"
                self.reader.told(outcome)

        text = f"Take {article.title} out of the library? {marks}; undo brings it back."
        self.app.push_screen(Question(text, yes="take it out", no="keep it"), answered)

    # marks on the whole article

    def _own_marks(self, article: Article) -> list[Annotation]:
        return [a for a in self.project.marks(article.id).of(0, self.project.coder) if a.unit == "article"]

    def tag(self) -> None:
        """Put tags on the whole article, or take them off."""
        from reader.tui.picker import TagPicker

        article = self._current()
        if article is None:
            return
        codebook = self.project.codebook

        def on() -> Collection[str]:
            meant = (self.project.codebook.resolve(a.tag) for a in self._own_marks(article) if a.tag)
            return {tag.id for tag in meant if tag is not None}

        def chosen(tag: Tag | str) -> None:
            put = [
                a
                for a in self._own_marks(article)
                if isinstance(tag, Tag) and a.tag and (meant := codebook.resolve(a.tag)) and meant.id == tag.id
            ]
            if put:
                self.reader.done(commands.take_off(self.project, put[0]))
            else:
                self.reader.done(commands.tag_article(self.project, article, [tag], create=isinstance(tag, str)))

        self.app.push_screen(TagPicker(self.project, f"tag article {article.number}", on=on, chosen=chosen))

    def note(self) -> None:
        """Write a note on the whole article."""
        from reader.tui.note import NoteEditor

        article = self._current()
        if article is None:
            return
        bare = next((a for a in self._own_marks(article) if not a.tag), None)

        def save(text: str) -> None:
            self.reader.done(commands.article_note(self.project, article, text))

        key = f"{article.id}:0:{bare.id if bare else ''}"
        heading = f"note on article {article.number}"
        self.app.push_screen(NoteEditor(heading, bare.note if bare else "", save=save, draft=key))

    # import

    def import_here(self) -> None:
        """Ask what to import, and import it."""
        from reader.tui.dialogs import PathDialog, Question

        if self.project.read_only:
            self.reader.say(self.project.read_only, good=False)
            return
        if self._importing is not None and not self._importing.done():
            question = Question("An import is still running. Stop it?", yes="stop it", no="go on")
            self.app.push_screen(question, self._stop_import)
            return
        about = "A file, or a folder with all text and Markdown files in it. A .jsonld, .qdpx or .qdc file brings its marks."
        self.app.push_screen(PathDialog("Import", about), self._import)

    def _import(self, path: str | None) -> None:
        if path is not None:
            self._stopped.clear()
            self._importing = asyncio.create_task(self._run_import(path))

    def _stop_import(self, stop: bool | None) -> None:
        """Give an import up; what is being written by then is written."""
        if stop and self._importing is not None:
            self._stopped.set()
            if self._reading:
                self._importing.cancel()

    async def _run_import(self, path: str) -> None:
        """Read in a child process, take in within a thread (it waits for the disk), say what came of it."""
        from reader.commands import library as library_commands
        from reader.tui.import_child import read_outside

        stops = f"{self.keymap.first('import-here')} stops it"
        loop = asyncio.get_running_loop()

        def reading(done: int, total: int) -> None:
            self.reader.say(f"reading {done:,} of {total:,} · {stops}")

        def backing_up(done: int, total: int) -> None:
            if self._stopped.is_set():
                raise Cancelled("The import was stopped; nothing was imported.")
            said = f"backing up before the import, {done // MEGABYTE:,} of {total // MEGABYTE:,} MB · {stops}"
            loop.call_soon_threadsafe(self.reader.say, said)

        self.reader.say("reading …")
        self._reading = True
        try:
            items, skipped = await read_outside([str(at_home(path))], reading)
            self._reading = False
            self.reader.say("taking in …")
            outcome = await asyncio.to_thread(
                library_commands.add, self.project, items, skipped=skipped, backing_up=backing_up
            )
        except ReaderError as error:
            self.reader.failed(error)
            return
        finally:
            self._reading = False
        self.reader.done(outcome)
        self.reader.indexing.begin()
        if self.is_open:
            self.fill(self._newest(outcome))

    @staticmethod
    def _newest(outcome: commands.Outcome) -> str:
        """The id of the first article that an import made."""
        changes = outcome.edit.changes if outcome.edit else ()
        return next((change.id for change in changes if change.table == "articles" and change.before is None), "")
