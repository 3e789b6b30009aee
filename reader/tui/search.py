"""Search in the whole library: hits with their context, the hit in one column."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static
from textual.widgets.input import Selection

from reader import commands
from reader.commands.finding import whole_words
from reader.commands.phrases import many, memos_hold
from reader.errors import ReaderError
from reader.project.asking import MOST, Order, Row
from reader.safe import safe, safe_line
from reader.tui.asking import Results
from reader.tui.bars import KeyLine, TitleLine
from reader.tui.fields import Field
from reader.tui.hitlist import Place
from reader.tui.queryline import Completing, History
from reader.tui.rows import CUT, Bit, Cell, Column, Rows, fit
from reader.tui.savedlist import SAVED_COLUMNS, SavedList
from reader.tui.selectall import SelectingAll
from reader.tui.tables import SEARCH
from reader.tui.themes import tag_colour, tag_sign

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widgets import Input

    from reader.project import Project

COLUMNS = (
    Column(width=1),
    Column(width=22, needs=100, style="dim", written=True),
    Column(width=9, right=True, style="dim"),
    Column(width=3),
    Column(share=2, right=True, tail=True, written=True),
    Column(share=3, joined=True, written=True),
)
EMPTY = (
    "Type words that stand in a paragraph,",
    "in a note on it or in a tag's name.",
    "",
    "lower town     both of them",
    '"lower town"   side by side',
    "barrier*       words that begin so",
    "Case and accents do not matter.",
)
WAIT = 0.1
"""Seconds without a key before a query runs."""
ORDERS: dict[Order, str] = {
    "article": "",
    "left": "by the words before",
    "right": "by the words after",
    "date": "by date",
}
"""Orders of `reader search`, and how each is said."""
STRIPES = 3
TITLE_CELLS = 34
"""Cells of an article among those with the most hits."""
HERE = "search"
"""Stands for this screen among the places that Backspace goes back to."""


def flat(text: str | None) -> str:
    """A text of several lines as one."""
    return (text or "").replace("\n", " ")


@dataclass
class SearchMemory:
    """What the search screen shows when it comes again: the query with its hits, the row."""

    results: Results
    row: int


class SearchScreen(SelectingAll):
    """Type a query, walk through the hits, Enter opens one. Shown again it has the query, the hits and the row it had.

    `back` is set where one comes back from a hit.
    """

    TABLE = SEARCH
    DEFAULT_CSS = """
    SearchScreen { overflow: hidden; }
    SearchScreen #ask { height: 1; padding: 0 1; }
    SearchScreen #sign { width: 8; color: $text-accent; text-style: bold; }
    SearchScreen #state { width: auto; color: $text-muted; }
    SearchScreen #articles { height: auto; min-height: 1; max-height: 4; padding: 0 2; color: $text-muted; }
    SearchScreen #articles.-bad { color: $text-error; }
    """

    def __init__(self, project: Project, query: str = "", *, back: bool = False) -> None:
        super().__init__(project)
        self.first_query = query
        self.back = back
        self.results = Results()
        self._asked = ""
        self._wait: Timer | None = None
        self._coming: Results | None = None
        self._open_when_found = False
        self._check: asyncio.Task[None] | None = None
        self._check_later = False
        self._gone: set[Place] = set()
        self._saved = SavedList(project)
        self.order_now: Order = "article"
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
        field = self.query_line()
        self.set_focus(field)
        self.run_worker(self.reader.asking.warm(), group="warm")
        memory = self.reader.search_memory
        if self.first_query:
            self._begin()
        elif memory is not None:
            self._remember(memory)
        else:
            self._take(Results())

    def _remember(self, memory: SearchMemory) -> None:
        """Show the last search again: in its row where one comes back to it, else ready for another query."""
        field = self.query_line()
        results = memory.results
        self._asked = results.query
        self.order_now = results.order
        self._show_order()
        field.value = results.query
        self._take(results)
        results.listener = self._grown
        self.the_rows().go(memory.row)
        if self.back:
            self.set_focus(self.the_rows())
        else:
            field.selection = Selection(0, len(results.query))

    def on_unmount(self) -> None:
        """Nobody waits for the hits any more, unless one of them was opened."""
        opened = self.reader.search_memory
        if opened is not None and opened.results is self.results:
            self.results.listener = None
        else:
            self._end()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Run the query when nothing more is typed for a moment."""
        event.stop()
        if event.value.strip() == self._asked:
            return
        if self._wait is not None:
            self._wait.stop()
        self._wait = self.set_timer(WAIT, self._begin)

    @property
    def found(self) -> list[Row]:
        """The hits that are shown."""
        return self.results.found

    def _end(self) -> None:
        if self._wait is not None:
            self._wait.stop()
            self._wait = None
        if self._check is not None:
            self._check.cancel()
            self._check = None
        self.forget_selecting()
        for results in (self._coming, self.results):
            if results is not None and not results.done:
                results.end()
        self.reader.asking.forget()

    def _begin(self) -> None:
        """Run what is typed; what ran before is of no use any more."""
        self._end()
        self._asked = self.query_line().value.strip()
        if not self._asked:
            self._take(Results())
            return
        self._say("…")
        self._coming = results = Results(self._asked, self.order_now)
        results.listener = self._grown
        results.begin(self.reader.asking)

    def _grown(self, results: Results) -> None:
        """More hits of what was asked: the first page is shown in place of what was there, the others behind it."""
        if results.error:
            self._open_when_found = False
            self._say("")
            self._show_below(results.error, bad=True)
        elif results is self.results:
            self._show_articles()
            self._say(self._counted())
            if self.the_rows().count < len(results.found):
                self.the_rows().grow(len(results.found))
        elif results.found or results.done:
            self._take(results)
        if results.done and self._check_later:
            self.show_marks()

    def _take(self, results: Results) -> None:
        self.results, self._coming = results, None
        if not results.query and self.project.searches:
            self._show_saved()
            return
        self._striped.clear()
        self._gone.clear()
        self.selected &= set(results.places)
        self._show_articles()
        rows = self.the_rows()
        rows.set_columns(COLUMNS)
        rows.empty = ("Nothing found.", "", *self._said_of_memos()) if results.query else EMPTY
        rows.show(len(self.found), self._row)
        self._say(self._counted())
        if self._open_when_found:
            self._open_when_found = False
            if self.found:
                self._keep()
                self.set_focus(rows)

    def _show_saved(self) -> None:
        """Where nothing is asked: the saved searches and what each finds now."""
        saved = self._saved = SavedList(self.project)
        self._show_articles()
        rows = self.the_rows()
        rows.set_columns(SAVED_COLUMNS)
        rows.show(len(saved.searches), saved.row)
        self._say(f"{len(saved.searches)} saved")
        self._check = asyncio.create_task(self._count_saved(saved))

    async def _count_saved(self, saved: SavedList) -> None:
        async for _ in saved.count(self.reader.asking):
            if not self.is_open or self.results.query:
                return
            self.the_rows().refresh()

    def _counted(self) -> str:
        """How many hits there are, and whether more are coming."""
        results = self.results
        if not results.query:
            return ""
        key = self.keymap.first("memos" if results.count else "open")
        memos = f" · {many(len(results.memos), 'memo')}: {key}" if results.memos else ""
        if not results.count:
            return f"nothing found{memos}" if results.done else "…"
        shown = len(results.found)
        first = f"the first {shown:,} of " if results.done and results.count > shown else ""
        some = f"{results.count:,} hit{'s' * (results.count != 1)}"
        where = f" in {results.articles:,} article{'s' * (results.articles != 1)}"
        return f"{first}{some}{where}{memos if results.done else ' …'}"

    def _said_of_memos(self) -> tuple[str, ...]:
        """What is said below *Nothing found* where it stands in a memo or in a note on a tag."""
        count = len(self.results.memos)
        if not count:
            return ()
        return (f"{memos_hold(count)} it: {self.keymap.first('open')} shows {'it' if count == 1 else 'them'}.",)

    def memos(self) -> None:
        """The memos and notes on tags in which the query holds: they stand on no paragraph."""
        from reader.tui.notes import NotesScreen

        if not self.results.memos:
            self.reader.remark("no memo and no note on a tag holds it")
            return
        self._keep()
        self.app.push_screen(NotesScreen(self.project, only=self.results.memos, said=self.results.query))

    def _say(self, text: str) -> None:
        self.query_one("#state", Static).update(Content(safe_line(text)))

    def _show_below(self, text: str, *, bad: bool = False) -> None:
        """Under the query line: names that are not there, the articles with the most hits, or what cannot be understood."""
        below = self.query_one("#articles", Static)
        below.set_class(bad, "-bad")
        below.update(Content(safe(text)))

    def _show_order(self) -> None:
        self.query_one(TitleLine).show_of(self.project, "search", ORDERS[self.order_now])

    def _show_articles(self) -> None:
        """Which articles have the most hits, below what the query names and the library has not."""
        shown = [
            fit(safe_line(f"{count:,} in {self.project.articles[one].title}"), TITLE_CELLS)
            for one, count in self.results.top
            if one in self.project.articles
        ]
        across = max(1, (self.size.width - 4) // (TITLE_CELLS + 2))
        rows = [shown[at : at + across] for at in range(0, len(shown), across)] if len(shown) > 1 else []
        self._show_below("\n".join([*self.results.unknown, *("  ".join(row).rstrip() for row in rows)]))

    def place_of(self, index: int) -> Place | None:
        """The paragraph of a hit, None where its article is gone."""
        if index >= len(self.found):
            return None
        hit = self.found[index]
        return (hit.article, hit.number) if hit.article in self.project.articles and hit.number else None

    def _row(self, index: int) -> Sequence[Cell]:
        hit = self.found[index]
        article = self.project.articles.get(hit.article)
        title = article.title if article else ""
        place = f"{article.number} " if article else ""
        place += f"¶ {hit.number}" if hit.number else "–"
        gone = (hit.article, hit.number) in self._gone
        beside = whole_words(flat(hit.left), flat(hit.right))
        context: list[Bit] = [(flat(hit.hit), "dim" if gone else "match"), (beside.after, "dim" if gone else "")]
        if beside.more_after:
            context.append(CUT)
        if hit.where != "text":
            context.append((f"  ({hit.where})", "dim"))
        chosen = [("●", "accent")] if (hit.article, hit.number) in self.selected else ""
        return (
            chosen,
            title,
            place,
            self._stripes(hit),
            [*[CUT] * beside.more_before, (beside.before, "dim")],
            context,
        )

    def _stripes(self, hit: Row) -> list[Bit]:
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
        if not self.query_line().value.strip() and not self.results.query:
            self._end()
            self._take(Results())
            return
        self._check_later = bool(self.found) and not self.results.done
        if self.found and self.results.done and self._coming is None:
            if self._check is not None:
                self._check.cancel()
            self._check = asyncio.create_task(self._look_again(self.results))

    async def _look_again(self, results: Results) -> None:
        """Which of the hits still match: twice as many are asked for, as others may have come before them."""
        still: set[Place] = set()
        whole = False
        try:
            async for page in self.reader.asking.pages(results.query, results.order, most=2 * MOST):
                still |= {(row.article, row.number) for row in page.rows}
                whole = page.done
        except ReaderError:  # said when the query runs again
            return
        if whole and results is self.results and self.is_open:
            self._gone = {(row.article, row.number) for row in results.found} - still
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
            self.set_focus(rows)
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
        if (self.found or self.results.memos) and self._asked and self._history.keep(self._asked):
            self.project.save_state()

    def complete(self) -> None:
        """Complete the term at the cursor; from the hits: change the query."""
        field = self.query_line()
        if not field.has_focus:
            self.edit_query()
            return
        step = self._completing.next(field.value, field.cursor_position)
        if step is None:
            self.reader.remark("nothing to complete here: fields and the names of tags, coders, speakers … are")
            return
        field.value, field.cursor_position = step.value, step.cursor
        self.reader.say(step.said)

    def order(self) -> None:
        """The next order of the hits."""
        names: list[Order] = list(ORDERS)
        self.order_now = names[(names.index(self.order_now) + 1) % len(names)]
        self._show_order()
        self.reader.say(f"order: {ORDERS[self.order_now] or 'by article'}")
        self._begin()

    def save_search(self) -> None:
        """Save what is typed under a name, for all coders of the project."""
        query = self.query_line().value.strip()
        if not query:
            self.reader.remark("nothing to save: type a query first")
            return
        from reader.tui.ask import Ask

        def save(name: str) -> None:
            self.reader.done(commands.keep_search(self.project, name, query))

        self.app.push_screen(Ask("Save this search as", f"{query}\n\nsaved:name stands for it in queries.", save))

    def export(self) -> None:
        """Export what is marked on the paragraphs in which the query holds."""
        from reader.tui.export import ExportScreen

        self.app.push_screen(ExportScreen(self.project, self._asked))

    def edit_query(self) -> None:
        """Type another query."""
        field = self.query_line()
        self.set_focus(field)
        field.cursor_position = len(field.value)

    def leave(self) -> None:
        """From the query line to the hits; what is selected is let go; then back."""
        if self.query_line().has_focus and self.found:
            self._keep()
            self.set_focus(self.the_rows())
        elif not self.stop_selecting() and not self.drop_selection():
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
        if not self.results.query and rows.count:
            self._open_saved(rows)
            return
        if field.has_focus and self._coming is not None and not self._coming.error:
            self._open_when_found = True
            return
        if field.has_focus and self.found:  # whether the hits came before Enter or after makes no difference
            self._keep()
            self.set_focus(rows)
            return
        if not self.found and self.results.memos:
            self.memos()
            return
        if not 0 <= rows.cursor < len(self.found):
            return
        hit = self.found[rows.cursor]
        if hit.article not in self.project.articles:
            self.reader.say("This is the name of a tag; it stands in no article.")
            return
        app = self.reader
        app.hits = self.results.places
        app.hit_index = sum(1 for h in self.found[: rows.cursor] if h.article and h.number)
        app.hit_query = self._asked
        app.search_memory = SearchMemory(self.results, rows.cursor)
        self._keep()
        app.open_article(hit.article, hit.number or None)
        app.reading.jumps.append((HERE, 0))

    def _open_saved(self, rows: Rows) -> None:
        """From the query line to the saved searches; there: run one."""
        if self.query_line().has_focus:
            self.set_focus(rows)
            return
        self._type(self._saved.query(rows.cursor))
        self._open_when_found = True
        self._begin()
