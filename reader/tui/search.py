"""Search in the whole library: hits with their context, the hit in one column."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static
from textual.widgets.input import Selection

from reader import commands
from reader.errors import ReaderError
from reader.safe import safe_line
from reader.tui.bars import KeyLine, TitleLine, cut
from reader.tui.fields import Field
from reader.tui.hitlist import HitTagging, Place
from reader.tui.queryline import Completing, History
from reader.tui.rows import Bit, Cell, Column, Rows
from reader.tui.tables import SEARCH
from reader.tui.themes import tag_colour, tag_sign

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widgets import Input

    from reader.project import Project

COLUMNS = (
    Column(width=1),
    Column(width=22, needs=100, style="dim"),
    Column(width=9, right=True, style="dim"),
    Column(width=3),
    Column(share=2, right=True, tail=True),
    Column(share=3, joined=True),
)
EMPTY = (
    "Type words: all of them must stand in a paragraph. Texts, notes and tag names are searched.",
    "",
    'lower town       both words                "lower town"    the words side by side',
    "barrier*         words that begin so       case and accents do not matter",
)
WAIT = 0.2
"""Seconds without a key before a query runs."""
ORDERS = {"article": "", "left": "by the words before", "right": "by the words after", "date": "by date"}
"""Orders of `reader search`, and how each is said."""
STRIPES = 3
SHOWN_ARTICLES = 8
HERE = "search"
"""Stands for this screen among the places that Backspace goes back to."""


@dataclass(frozen=True)
class Found:
    """One hit: the words before, the hit, the words after; `where` is "text", "note" or "tag"."""

    article: str
    number: int
    left: str
    hit: str
    right: str
    where: str = "text"

    @classmethod
    def of(cls, row: dict[str, Any]) -> Found:
        """From a row of `reader search --json`."""
        return cls(
            row.get("article_id") or "",
            row.get("paragraph") or 0,
            flat(row.get("left")),
            flat(row.get("hit")),
            flat(row.get("right")),
            row.get("where") or "text",
        )


def flat(text: str | None) -> str:
    """A text of several lines as one."""
    return (text or "").replace("\n", " ")


class Scan:
    """A search in a process of its own, so that no key waits for it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._process: asyncio.subprocess.Process | None = None

    async def run(self, query: str, order: str = "article") -> list[Found]:
        """The hits of a query; ReaderError with the sentence of the search where it cannot be understood."""
        await asyncio.to_thread(self.project.flush)
        line = ["-m", "reader", "--project", str(self.project.path), "--coder", self.project.coder]
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            *line,
            "search",
            "--json",
            "--order",
            order,
            "--",
            query,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, said = await process.communicate()
        finally:
            self.cancel(process)
        if not out.strip():
            sentences = said.decode("utf-8", "replace").strip().splitlines()
            raise ReaderError(sentences[-1] if sentences else "The search ended without an answer.")
        return [Found.of(row) for row in json.loads(out)]

    @staticmethod
    def cancel(process: asyncio.subprocess.Process) -> None:
        """End a search that nobody waits for any more."""
        if process.returncode is None:
            process.kill()


@dataclass
class SearchMemory:
    """What the search screen shows when it comes again: the query, its hits, the row."""

    query: str
    found: list[Found]
    row: int
    order: str = "article"


class SearchScreen(HitTagging):
    """Type a query, walk through the hits, Enter opens one. Shown again it has the query, the hits and the row it had.

    `back` is set where one comes back from a hit.
    """

    TABLE = SEARCH
    DEFAULT_CSS = """
    SearchScreen { overflow: hidden; }
    SearchScreen #ask { height: 1; padding: 0 1; }
    SearchScreen #sign { width: 8; color: $text-accent; text-style: bold; }
    SearchScreen #state { width: auto; color: $text-muted; }
    SearchScreen #state.-bad { color: $text-error; }
    SearchScreen #articles { height: 1; padding: 0 2; color: $text-muted; }
    """

    def __init__(self, project: Project, query: str = "", *, back: bool = False) -> None:
        super().__init__(project)
        self.first_query = query
        self.back = back
        self.found: list[Found] = []
        self._asked = ""
        self._wait: Timer | None = None
        self._scan: asyncio.Task[None] | None = None
        self._open_when_found = False
        self._check: asyncio.Task[None] | None = None
        self._gone: set[Place] = set()
        self.order_now = "article"
        self._history = History(project.state)
        self._completing = Completing(project.completions)
        self._striped: dict[tuple[str, int], list[Bit]] = {}

    def compose(self) -> ComposeResult:
        """Title, query line, the hits, keys."""
        yield TitleLine("search")
        with Horizontal(id="ask"):
            yield Static("search:", id="sign", markup=False)
            yield Field(self.first_query, id="query")
            yield Static("", id="state", markup=False)
        yield Static("", id="articles", markup=False)
        yield Rows(COLUMNS, empty=EMPTY)
        yield KeyLine()

    def on_mount(self) -> None:
        """Type at once."""
        self._show_order()
        field = self.query_one(Field)
        field.focus()
        memory = self.reader.search_memory
        if self.first_query:
            self._begin()
        elif memory is not None:
            self._remember(memory)

    def _remember(self, memory: SearchMemory) -> None:
        """Show the last search again: in its row where one comes back to it, else ready for another query."""
        field = self.query_line()
        self._asked = memory.query
        self.order_now = memory.order
        self._show_order()
        field.value = memory.query
        self._take(memory.found, memory.query)
        self.the_rows().go(memory.row)
        if self.back:
            self.the_rows().focus()
        else:
            field.selection = Selection(0, len(memory.query))

    def on_unmount(self) -> None:
        """Nobody waits for the hits any more."""
        self._end()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Run the query when nothing more is typed for a moment."""
        event.stop()
        if event.value.strip() == self._asked:
            return
        if self._wait is not None:
            self._wait.stop()
        self._wait = self.set_timer(WAIT, self._begin)

    def _end(self) -> None:
        if self._wait is not None:
            self._wait.stop()
            self._wait = None
        for task in (self._scan, self._check):
            if task is not None:
                task.cancel()
        self._scan = self._check = None

    def _begin(self) -> None:
        """Run what is typed; what ran before is of no use any more."""
        self._end()
        self._asked = self.query_one(Field).value.strip()
        if not self._asked:
            self._take([], "")
            return
        self._say("…")
        self._scan = asyncio.create_task(self._run(self._asked))

    async def _run(self, query: str) -> None:
        try:
            found = await Scan(self.project).run(query, self.order_now)
        except ReaderError as error:
            self._open_when_found = False
            self._say(str(error), bad=True)
            return
        if query == self._asked and self.is_attached:
            self._take(found, query)

    def _take(self, found: list[Found], query: str) -> None:
        self.found = found
        self._striped.clear()
        self._gone.clear()
        self.selected &= {(hit.article, hit.number) for hit in found}
        self._show_articles()
        rows = self.the_rows()
        rows.empty = ("Nothing found.",) if query else EMPTY
        rows.show(len(found), self._row)
        articles = len({hit.article for hit in found})
        some = f"{len(found):,} hit{'s' * (len(found) != 1)} in {articles:,} article{'s' * (articles != 1)}"
        self._say(some if found else ("nothing found" if query else ""))
        if self._open_when_found:
            self._open_when_found = False
            if found:
                self._keep()
                rows.focus()

    def _say(self, text: str, *, bad: bool = False) -> None:
        state = self.query_one("#state", Static)
        state.set_class(bad, "-bad")
        state.update(Content(safe_line(text)))

    def _show_order(self) -> None:
        self.query_one(TitleLine).show("search the library", ORDERS[self.order_now])

    def _show_articles(self) -> None:
        """Which articles have the most hits."""
        counts = Counter(hit.article for hit in self.found if hit.article in self.project.articles)
        shown = (
            f"{count:,} in {self.project.articles[one].title}" for one, count in counts.most_common(SHOWN_ARTICLES)
        )
        text = "   ".join(cut(safe_line(one), 32) for one in shown) if len(counts) > 1 else ""
        self.query_one("#articles", Static).update(Content(text))

    def place_of(self, index: int) -> Place | None:
        """The paragraph of a hit, None where its article is gone."""
        hit = self.found[index]
        return (hit.article, hit.number) if hit.article in self.project.articles and hit.number else None

    def _row(self, index: int) -> Sequence[Cell]:
        hit = self.found[index]
        article = self.project.articles.get(hit.article)
        title = article.title if article else ""
        place = f"{article.number} " if article else ""
        place += f"¶ {hit.number}" if hit.number else "–"
        gone = (hit.article, hit.number) in self._gone
        context: list[Bit] = [(hit.hit, "dim" if gone else "match"), (hit.right, "dim" if gone else "")]
        if hit.where != "text":
            context.append((f"  ({hit.where})", "dim"))
        chosen = [("●", "accent")] if (hit.article, hit.number) in self.selected else ""
        return (chosen, title, place, self._stripes(hit), [(hit.left, "dim")], context)

    def _stripes(self, hit: Found) -> list[Bit]:
        """One bar a tag of one's own on the hit's paragraph; found once, an article's marks may have to be read for it."""
        if hit.article not in self.project.articles or not hit.number:
            return []
        known = self._striped.get((hit.article, hit.number))
        if known is not None:
            return known
        codebook = self.project.codebook
        marks = self.project.marks(hit.article).of(hit.number, self.project.coder)
        tags = [tag for a in marks if a.tag and (tag := codebook.resolve(a.tag))]
        plain = self.reader.look.plain
        found = [(tag_sign(codebook, tag.id) if plain else "▌", tag_colour(codebook, tag.id)) for tag in tags[:STRIPES]]
        self._striped[hit.article, hit.number] = found
        return found

    def show_marks(self) -> None:
        """Stripes may have changed; hits that no longer match stay, dimmed, until the query runs again."""
        self._striped.clear()
        self.the_rows().refresh()
        if self.found and (self._scan is None or self._scan.done()):
            if self._check is not None:
                self._check.cancel()
            self._check = asyncio.create_task(self._look_again(self._asked))

    async def _look_again(self, query: str) -> None:
        try:
            found = await Scan(self.project).run(query, self.order_now)
        except ReaderError:  # said when the query runs again
            return
        if query == self._asked and self.is_attached:
            still = {(hit.article, hit.number) for hit in found}
            self._gone = {(hit.article, hit.number) for hit in self.found} - still
            self.the_rows().refresh()

    def query_line(self) -> Field:
        """The field of the query."""
        return self.query_one(Field)

    def row_down(self) -> None:
        """The next hit; out of the query line."""
        rows = self.the_rows()
        field = self.query_line()
        if field.has_focus:
            newer = self._history.newer(field.value)
            if newer is not None:
                self._type(newer)
                return
            self._keep()
            rows.focus()
            if rows.cursor == 0 and rows.count:
                return
        super().row_down()

    def row_up(self) -> None:
        """The hit before; in the query line the query before."""
        field = self.query_line()
        if not field.has_focus:
            super().row_up()
        elif (older := self._history.older(field.value)) is not None:
            self._type(older)

    def _type(self, query: str) -> None:
        field = self.query_line()
        field.value = query
        field.cursor_position = len(query)

    def _keep(self) -> None:
        """Remember a query that found something."""
        if self.found and self._asked and self._history.keep(self._asked):
            self.project.save_state()

    def complete(self) -> None:
        """Complete the term at the cursor; from the hits: change the query."""
        field = self.query_line()
        if not field.has_focus:
            self.edit_query()
            return
        step = self._completing.next(field.value, field.cursor_position)
        if step is None:
            self.reader.say("nothing to complete here: fields, tags, coders and saved searches are")
            return
        field.value, field.cursor_position = step.value, step.cursor
        self.reader.say(step.said)

    def order(self) -> None:
        """The next order of the hits."""
        names = list(ORDERS)
        self.order_now = names[(names.index(self.order_now) + 1) % len(names)]
        self._show_order()
        self.reader.say(f"order: {ORDERS[self.order_now] or 'by article'}")
        self._begin()

    def save_search(self) -> None:
        """Save what is typed under a name, for all coders of the project."""
        query = self.query_line().value.strip()
        if not query:
            self.reader.say("nothing to save: type a query first")
            return
        from reader.tui.ask import Ask

        def save(name: str) -> None:
            self.reader.done(commands.keep_search(self.project, name, query))

        self.app.push_screen(Ask("Save this search as", f"{query}\n\nsaved:name stands for it in queries.", save))

    def edit_query(self) -> None:
        """Type another query."""
        field = self.query_line()
        field.focus()
        field.cursor_position = len(field.value)

    def leave(self) -> None:
        """From the query line to the hits; what is selected is let go; then back."""
        if self.query_line().has_focus and self.found:
            self._keep()
            self.the_rows().focus()
        elif not self.drop_selection():
            self.dismiss(None)

    def on_rows_chosen(self) -> None:
        """A click on the current row opens it."""
        self.open()

    def open(self) -> None:
        """In the query line: run it and go to the hits; on a hit: open it, n and N go through all of them."""
        field = self.query_line()
        if field.value.strip() != self._asked:
            self._open_when_found = True
            self._begin()
            return
        rows = self.the_rows()
        if field.has_focus and self._scan is not None and not self._scan.done():
            self._open_when_found = True
            return
        if not 0 <= rows.cursor < len(self.found):
            return
        hit = self.found[rows.cursor]
        if hit.article not in self.project.articles:
            self.reader.say("This is the name of a tag; it stands in no article.")
            return
        app = self.reader
        app.hits = [(h.article, h.number) for h in self.found if h.article and h.number]
        app.hit_index = sum(1 for h in self.found[: rows.cursor] if h.article and h.number)
        app.hit_query = self._asked
        app.search_memory = SearchMemory(self._asked, self.found, rows.cursor, self.order_now)
        self._keep()
        app.open_article(hit.article, hit.number or None)
        app.reading.jumps.append((HERE, 0))
