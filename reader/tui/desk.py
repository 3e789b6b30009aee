"""What the commands of the reading screen stand on: the open article, the place in it, and drawing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from reader import commands
from reader.errors import ReaderError
from reader.tui.annotations import AnnotationPane
from reader.tui.bars import KeyLine, TitleLine, bar, percent
from reader.tui.opened import OpenArticle
from reader.tui.overview import Overview
from reader.tui.paragraphs import ParagraphView
from reader.tui.screen import CommandScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from reader.commands import Outcome
    from reader.model import Article
    from reader.project import Edit, Project, Session

PANE_BESIDE_FROM = 100
"""Columns from which the pane stands beside the text."""
PANE_WIDTH, WIDEST_PANE = 32, 46
JUMPS = 100
HIT_LIST = "search"
"""Stands in the list of jumps for the list of hits that one came from."""

EMPTY = [
    "Nothing to read yet.",
    "",
    "l, then i takes in a text,",
    "a Markdown file or a folder of them.",
    "So does  reader PATH  on the command line.",
    "",
    ": tour shows the keys on a sample.",
]


class Desk(CommandScreen[None]):
    """An open article with a current paragraph (`here`), its pane and its two lines."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: OpenArticle | None = None
        self.here = 1
        self.jumps: list[tuple[str, int]] = []
        self.pane_wanted = True
        self.zen_on = False
        self._right_to_left = False

    def compose(self) -> ComposeResult:
        """Title line, text and pane, key line."""
        self.view = ParagraphView(self.reader.look, self.reader.measure)
        self.overview = Overview()
        self.pane_view = AnnotationPane()
        self.title_line = TitleLine()
        self.key_line = KeyLine()
        self.pane_wanted = self.state.pane
        yield self.title_line
        with Widget(id="body"):
            with Widget(id="page"):
                yield self.view
                yield self.overview
            yield self.pane_view
        yield self.key_line

    @property
    def project(self) -> Project:
        """The project that is open."""
        return self.reader.project

    @property
    def state(self) -> Session:
        """The coder's working state."""
        return self.reader.project.state

    @property
    def article(self) -> Article:
        """The open article. ReaderError if none is open."""
        return self.wanted().article

    def wanted(self) -> OpenArticle:
        """The open article. ReaderError if none is open."""
        if self.opened is None:
            raise ReaderError("No article is open; l shows the library.")
        return self.opened

    # -- opening and moving ------------------------------------------------------------------------------

    def open(self, article_id: str, number: int | None = None) -> None:
        """Open an article at a paragraph, where it was left, or on its first body paragraph."""
        opened = OpenArticle(self.project, article_id)
        if number is None:
            number = self.state.positions.get(article_id) or opened.first_body()
        self.opened = opened
        self.here = max(1, min(number, opened.count))
        self.state.last_article = article_id
        self.state.opened[article_id] = commands.now()
        self.state.positions[article_id] = self.here
        self._right_to_left = opened.mostly_right_to_left()
        self.pane_view.focused_entry = -1
        self.fit()
        self.view.open(opened, self.here)
        self.show_place()
        self.call_after_refresh(self._count, opened)

    def _count(self, opened: OpenArticle) -> None:
        """Count the whole article once its text is in sight."""
        if self.opened is opened and not opened.counted:
            opened.count_all()
            self.show_title()

    def go(self, number: int, *, jump: bool = False, first: int = 0, last: int | None = None) -> None:
        """Make a paragraph the current one; a jump can be gone back from."""
        opened = self.wanted()
        if jump and number != self.here:
            self.remember()
        self.here = max(1, min(number, opened.count))
        self.state.positions[opened.id] = self.here
        self.pane_view.focused_entry = -1
        self.view.move_to(self.here, first=first, last=last)
        self.show_place()

    def remember(self) -> None:
        """Keep the place for Backspace."""
        if self.opened is not None:
            self.jumps = [*self.jumps[-JUMPS:], (self.opened.id, self.here)]

    # -- drawing -----------------------------------------------------------------------------------------

    def show_place(self) -> None:
        """Title and pane follow the current paragraph."""
        self.show_title()
        self.show_pane()

    def show_pane(self) -> None:
        """Write the pane anew."""
        self.pane_view.write(self.opened, self.here, self.state)

    def show_title(self) -> None:
        """Write the title line anew."""
        opened, name = self.opened, f"reader  {self.project.name}"
        locked = "read-only · " if self.project.read_only else ""
        locked += f"{self.project.pending:,} NOT SAVED · " if self.reader.unsaved else ""
        locked += "blind · " if self.project.info.blind else ""
        if opened is None:
            self.title_line.show(name, f"{locked}{self.project.coder}")
            return
        place = f"{locked}¶ {self.here} of {opened.count}"
        coder = f"    {self.project.coder}"
        if not opened.counted:
            self.title_line.show(f"{name} ▸ {opened.article.title}", place + coder)
            return
        coded, done, total = len(opened.coded), len(opened.reviewed), opened.visited
        what, share = "in this pass" if opened.since else "reviewed", percent(done, total)
        self.title_line.show(
            f"{name} ▸ {opened.article.title}",
            f"{place} · {coded} coded · {done} of {total} {what} {bar(done, total)} {share}{coder}",
            f"{place} · {coded} coded · {done} of {total} {what} {share}{coder}",
            f"{place} · {coded} coded · {done}/{total} {what}  {self.project.coder}",
            f"{place} · {done}/{total} {what}",
        )

    def show_marks(self) -> None:
        """Anything may have changed: draw all anew."""
        if self.opened is None:
            return
        if self.opened.id not in self.project.articles:
            self.reader.open_first()
            return
        self.opened.refresh()
        self.view.repaint()
        self.show_place()

    def edited(self, outcome: Outcome) -> None:
        """An edit was made here: draw what it touched, and say what it was."""
        if outcome.edit is not None:
            self.draw_edit(outcome.edit)
        self.reader.told(outcome)

    def draw_edit(self, edit: Edit) -> None:
        """Draw what an edit touched."""
        if self.opened is None or self.opened.id not in self.project.articles:
            self.show_marks()
            return
        touched = self.opened.follow(edit)
        if touched is None:
            self.view.repaint()
        elif touched:
            self.view.repaint(*touched)
        self.show_place()

    def redraw(self) -> None:
        """Colours, signs or places of things changed: wrap and paint anew."""
        self.view.look, self.view.measure = self.reader.look, self.reader.measure
        self.view.lay_out()
        super().redraw()

    def fit(self) -> None:
        """Put text and pane where the window has room for them."""
        width, height = self.size
        below = width < PANE_BESIDE_FROM or self._right_to_left or self.reader.spoken
        self.set_class(below, "-below")
        self.set_class(not self.pane_wanted, "-no-pane")
        self.set_class(self.zen_on, "-bare")
        self.pane_view.is_below = below
        beside = min(WIDEST_PANE, PANE_WIDTH + max(0, width - 120) // 3)
        self.pane_view.styles.width = None if below else beside
        self.pane_view.styles.height = min(5, max(3, (height - 4) // 4)) + 1 if below else None
        column = width - beside if self.pane_wanted and not below else -1
        self.title_line.join(column)
        self.key_line.join(column)
        said = EMPTY if self.opened is None else []
        if said != self.view.notice:
            self.view.notice = said
            self.view.refresh()

    def on_resize(self) -> None:
        """The window has a new size."""
        self.fit()
