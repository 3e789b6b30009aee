"""The words that carry a tag, the newest first: beside the paragraph to compare, beside the codebook to look through."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Static

from reader.commands.comparing import Quote, latest_quotes
from reader.commands.tagfields import example
from reader.errors import ReaderError
from reader.safe import safe_line
from reader.tui.drawn import Row
from reader.tui.fields import place_over_pane
from reader.tui.panel import Panel, beside, wrapped
from reader.tui.picker_rank import SHOWN
from reader.tui.screen import CommandModal
from reader.tui.tables import QUOTES
from reader.tui.themes import tag_colour

if TYPE_CHECKING:
    from reader.project import Project
    from reader.tui.themes import Look

MOST = 200
"""Quotes that are looked through; more are found by a search."""
ROWS_EACH = 5
"""Rows of a quote that is not the current one."""


def on_disk(project: Project) -> None:
    """Let what was just tagged be counted; where the disk refuses, the status line says so anyway."""
    with suppress(ReaderError):
        project.flush(timeout=1.0)


def quote_rows(project: Project, quote: Quote, width: int, look: Look, *, most: int = 0) -> list[Row]:
    """A quote as rows: where it stands, the words, the note on it."""
    article = project.articles.get(quote.article)
    who = f" · {quote.coder}" if quote.coder != project.coder else ""
    place = f"¶ {quote.number}{who}"
    title = safe_line(article.title) if article else ""
    rows = [beside(place, _short(title, width - len(place) - 2), width, look.dim, look.dim)]
    text = quote.text if quote.whole else f"{quote.text}…"
    rows += wrapped(f"“{text}”" if quote.unit == "span" else text, width, look.text, most=most)
    if quote.note:
        rows += wrapped(quote.note, width, look.dim, most=2 if most else 0, lead="  ")
    return rows


def _short(text: str, width: int) -> str:
    from reader.tui.bars import cut

    return cut(text, max(0, width))


class QuotesScreen(CommandModal[None]):
    """The latest quotes of a tag. `tags` are those that Tab goes through, the first shown first.

    `came_from` names the list that Backspace comes back to after a jump.
    """

    TABLE = QUOTES
    DEFAULT_CSS = """
    QuotesScreen { background: transparent; align: left top; }
    QuotesScreen #box { background: $background; padding: 0 1; }
    QuotesScreen #box.-side { border-left: outer $accent; }
    QuotesScreen #box.-foot { border-top: solid $accent; }
    QuotesScreen #heading { height: auto; max-height: 2; text-style: bold; }
    QuotesScreen #quotes { height: 1fr; margin: 1 0; }
    QuotesScreen .-foot #quotes { margin: 0; }
    QuotesScreen #keys { height: auto; max-height: 2; color: $text-muted; }
    """

    def __init__(
        self,
        project: Project,
        tags: Sequence[str],
        *,
        came_from: str = "",
        here: tuple[str, int] = ("", 0),
    ) -> None:
        super().__init__()
        self.project = project
        self.tags = tuple(tags)
        self.came_from = came_from
        self.here = here
        self._at = 0
        self._current = 0
        self._quotes: list[Quote] = []

    def compose(self) -> ComposeResult:
        """Whose quotes, the quotes, keys."""
        with Vertical(id="box"):
            yield Static("", id="heading", markup=False)
            yield Panel("quotes", ruled=False)
            yield Static("", id="keys", markup=False)

    def on_mount(self) -> None:
        """Read the quotes of the first tag."""
        on_disk(self.project)
        self._place()
        self._read()

    def on_resize(self) -> None:
        """Keep beside the paragraph."""
        self._place()

    def _place(self) -> None:
        place_over_pane(self, self.query_one("#box"), rows=10)

    def on_panel_sized(self) -> None:
        """There is room now."""
        useless = {"other tag"} if len(self.tags) < 2 else set()
        width, _ = self.query_one(Panel).room
        self.query_one("#keys", Static).update(Content(self.keymap.hint_line(gap=2, without=useless, width=width)))
        self._write()

    def show_marks(self) -> None:
        """Quotes may have come or gone."""
        self._read()

    def _read(self) -> None:
        tag_id = self.tags[self._at]
        self._quotes = latest_quotes(self.project, [tag_id], MOST)
        self._current = min(self._current, max(0, len(self._quotes) - 1))
        codebook = self.project.codebook
        path = SHOWN.join(codebook.path(tag_id))
        count = f"  {len(self._quotes)}{'+' if len(self._quotes) == MOST else ''}"
        bar = Content.styled("▌", tag_colour(codebook, tag_id))
        self.query_one("#heading", Static).update(Content.assemble(bar, safe_line(path), Content.styled(count, "dim")))
        self._write()

    def _write(self) -> None:
        panel = self.query_one(Panel)
        width, height = panel.room
        if not width:
            return
        look = self.reader.look
        if not self._quotes:
            panel.write(wrapped("No words carry this tag yet.", width, look.dim))
            return
        rows, first, last = self._laid_out(width, look)
        top = max(0, min(first, max(last - height, 0))) if last > height else 0
        if last - first > height:
            top = first
        panel.write(rows[top : top + height])

    def _laid_out(self, width: int, look: Look) -> tuple[list[Row], int, int]:
        """All rows up to a window below the current quote, and where that begins and ends among them."""
        rows: list[Row] = []
        begin = end = 0
        for index, quote in enumerate(self._quotes[: self._current + 20]):
            current = index == self._current
            if current:
                begin = len(rows)
            mark = "▶ " if current else "  "
            here = (quote.article, quote.number) == self.here
            found = quote_rows(self.project, quote, width - 2, look, most=0 if current else ROWS_EACH)
            if here:
                found[0] = beside(f"¶ {quote.number} (here)", "", width - 2, look.dim, look.dim)
            style = look.text + (look.current if current else Style())
            for at, row in enumerate(found):
                lead = mark if at == 0 else "  "
                if current:
                    filled = Strip(row).adjust_cell_length(width - 2, look.text)
                    row = [Segment(s.text, (s.style or look.text) + look.current) for s in filled]  # noqa: PLW2901
                rows.append([Segment(lead, style), *row])
            if current:
                end = len(rows)
            rows.append([])
        return rows, begin, end

    # -- keys ------------------------------------------------------------------------------------------------

    def row_down(self) -> None:
        """The next quote, an older one."""
        self._go(self._current + 1)

    def row_up(self) -> None:
        """The quote before."""
        self._go(self._current - 1)

    def first(self) -> None:
        """The newest quote."""
        self._go(0)

    def last(self) -> None:
        """The oldest quote."""
        self._go(len(self._quotes) - 1)

    def _go(self, index: int) -> None:
        self._current = max(0, min(index, len(self._quotes) - 1))
        self._write()

    def other_tag(self) -> None:
        """The quotes of the next tag here."""
        self._at = (self._at + 1) % len(self.tags)
        self._current = 0
        self._read()

    def open(self) -> None:
        """Go to the place of the quote."""
        if not self._quotes:
            return
        quote = self._quotes[self._current]
        app = self.reader
        app.open_article(quote.article, quote.number)
        if self.came_from:
            app.reading.jumps.append((self.came_from, 0))

    def example(self) -> None:
        """Take the quote into the tag's description."""
        if not self._quotes:
            return
        quote = self._quotes[self._current]
        mark = self.project.marks(quote.article).annotations.get(quote.annotation)
        if mark is None or mark.anchor is None:
            raise ReaderError("That mark is not there any more.")
        article = self.project.articles[quote.article]
        outcome = example(self.project, self.tags[self._at], article, mark.anchor.start, mark.anchor.end)
        self.told_with_undo(outcome)
