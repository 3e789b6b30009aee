"""What is known of an article: its title, any key with its value; changed here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from reader.commands.details import TITLE, set_details
from reader.errors import ReaderError, UsageError
from reader.model import Article
from reader.safe import safe_line
from reader.tui.ask import Ask
from reader.tui.rows import Cell, Column, ListMoves, Rows
from reader.tui.screen import CommandModal
from reader.tui.tables import DETAILS

if TYPE_CHECKING:
    from reader.project import Project


class DetailsScreen(ListMoves, CommandModal[None]):
    """The details of one article; each change is one step that `u` takes back."""

    TABLE = DETAILS
    DEFAULT_CSS = """
    DetailsScreen { align: center middle; background: $background 50%; }
    DetailsScreen #box { width: 84; max-width: 96%; height: 20; max-height: 90%; padding: 1 2; background: $surface;
                         border: round $accent; }
    DetailsScreen #heading { text-style: bold; color: $text-accent; height: 1; }
    DetailsScreen #facts { color: $text-muted; height: auto; max-height: 3; margin-bottom: 1; }
    DetailsScreen #keys { color: $text-muted; height: 1; margin-top: 1; }
    """

    def __init__(self, project: Project, article: Article) -> None:
        super().__init__()
        self.project = project
        self.article_id = article.id
        self._pairs: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        """The details and what the keys do."""
        with Vertical(id="box"):
            yield Static("", id="heading", markup=False)
            yield Static("", id="facts", markup=False)
            yield Rows((Column(width=18, style="accent"), Column()))
            keys = self.keymap.hint_line()
            yield Static(Content(keys), id="keys", markup=False)

    def on_mount(self) -> None:
        """Read them."""
        self._fill(0)
        self.query_one(Rows).focus()

    @property
    def article(self) -> Article:
        """The article as it is now. ReaderError where it is gone."""
        found = self.project.articles.get(self.article_id)
        if found is None:
            raise ReaderError("That article is not in the library any more.")
        return found

    def show_marks(self) -> None:
        """They may have changed."""
        if self.article_id in self.project.articles:
            self._fill(self.query_one(Rows).cursor)

    def _fill(self, cursor: int) -> None:
        article = self.article
        self._pairs = [(TITLE, article.title), *article.meta.items()]
        paragraphs = len(self.project.text(article.id))
        facts = [f"{paragraphs:,} paragraph{'s' * (paragraphs != 1)}", *article.sources[:2]]
        facts += [f"taken in {article.imported_at[:10]}"] if article.imported_at else []
        self.query_one("#heading", Static).update(Content(f"Details of article {article.number}"))
        self.query_one("#facts", Static).update(Content(" · ".join(safe_line(fact) for fact in facts)))
        self.query_one(Rows).show(len(self._pairs), self._row, cursor=max(0, cursor))

    def _row(self, index: int) -> Sequence[Cell]:
        return self._pairs[index]

    def _set(self, key: str, value: str) -> None:
        """Make the change. UsageError for what cannot be."""
        outcome = set_details(self.project, self.article, {key: value})
        self.told_with_undo(outcome)

    def on_rows_chosen(self) -> None:
        """A click on the current row changes it."""
        self.edit()

    def edit(self) -> None:
        """Change the value."""
        cursor = self.query_one(Rows).cursor
        if not 0 <= cursor < len(self._pairs):
            return
        key, value = self._pairs[cursor]
        about = "" if key == TITLE else "An empty value removes the detail."
        self.app.push_screen(
            Ask(f"{key} of article {self.article.number}", about, lambda new: self._set(key, new), value=value)
        )

    def add(self) -> None:
        """Add a detail."""

        def done(typed: str) -> None:
            key, sign, value = typed.partition("=")
            if not sign or not value.strip():
                raise UsageError("Write key=value, such as author=Haddad.")
            self._set(key.strip(), value.strip())
            self._fill(len(self._pairs) - 1)

        self.app.push_screen(Ask("New detail", "key=value, such as author=Haddad or wave=2", done))

    def take_out(self) -> None:
        """Remove the detail."""
        cursor = self.query_one(Rows).cursor
        if not 0 <= cursor < len(self._pairs):
            return
        key, _ = self._pairs[cursor]
        if key == TITLE:
            self.reader.say("an article needs its title; Enter changes it")
            return
        self._set(key, "")
