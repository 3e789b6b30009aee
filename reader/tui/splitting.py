"""Splitting a tag: one walks its quotes, and a key sends each to another tag; all of it is one step at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Horizontal

from reader.commands.codebook import marks_with, split_tag
from reader.errors import ReaderError, UsageError
from reader.model import Annotation, Tag
from reader.safe import safe_line
from reader.tui.bars import KeyLine, TitleLine
from reader.tui.drawn import Row
from reader.tui.panel import Panel, stand, wrapped
from reader.tui.picker_rank import SHOWN, fold_path
from reader.tui.rows import Cell, Column, ListMoves, Rows
from reader.tui.screen import CommandScreen
from reader.tui.tables import SPLITTING
from reader.tui.themes import ink, tag_colour

if TYPE_CHECKING:
    from reader.commands import Outcome
    from reader.project import Project

Target = Tag | str
"""A tag, or the path of a new one."""
COLUMNS = (
    Column("place", width=9, right=True, style="dim"),
    Column("quote"),
    Column("goes to", width=26, tail=True),
)
TARGETS = 9
BESIDE_FROM = 100
AROUND = 300
"""Characters of the text before and behind the quote that are shown with it."""


class SplitScreen(ListMoves, CommandScreen["Outcome | None"]):
    """The coder's own quotes of a tag; answers with what was done, None where nothing was."""

    TABLE = SPLITTING
    TITLE_IN_HELP = "Splitting a tag"
    DEFAULT_CSS = """
    SplitScreen { overflow: hidden; }
    SplitScreen #both { layout: horizontal; height: 1fr; }
    SplitScreen Rows { height: 1fr; width: 1fr; }
    SplitScreen.-below #both { layout: vertical; }
    """

    def __init__(self, project: Project, tag: Tag) -> None:
        super().__init__()
        self.project = project
        self.tag = tag
        self.marks: list[Annotation] = []
        self.others = 0
        for _, found in marks_with(project, [tag.id]):
            own = [mark for mark in found if mark.coder == project.coder]
            self.others += len(found) - len(own)
            self.marks += sorted(own, key=lambda m: (m.target[2:], m.id))
        children: list[Target] = [child for child in project.codebook.children(tag.id) if not child.archived]
        self.targets = children[:TARGETS]
        self.sent: dict[str, Target] = {}

    def compose(self) -> ComposeResult:
        """Title, the quotes, targets with the current quote, keys."""
        yield TitleLine("split")
        with Horizontal(id="both"):
            yield Rows(COLUMNS, header=True, empty=("You have put this tag on nothing.",), moved=self._show)
            yield Panel()
        yield KeyLine()

    def on_mount(self) -> None:
        """The first quote."""
        self.on_resize()
        rows = self.the_rows()
        rows.show(len(self.marks), self._row)
        rows.focus()
        self._show()
        if self.others:
            stay = "stays where it is" if self.others == 1 else "stay where they are"
            self.reader.say(f"{self.others} of other coders {stay}")

    def on_resize(self) -> None:
        """The panel stands where there is room."""
        self.fit()

    def fit(self) -> None:
        """Put the panel where there is room for it."""
        stand(self, beside_from=BESIDE_FROM, wide=46, below=12)

    def on_panel_sized(self) -> None:
        """The panel has room now."""
        self._show()

    # -- what is shown ---------------------------------------------------------------------------------------

    def _number(self, mark: Annotation) -> int:
        return self.project.number_at(mark.article, mark.anchor.start) if mark.anchor else 0

    def _row(self, index: int) -> Sequence[Cell]:
        mark = self.marks[index]
        number = self.project.articles[mark.article].number
        place = f"{number} ¶ {self._number(mark)}" if mark.anchor else str(number)
        quote = mark.anchor.quote[:400] if mark.anchor else "the whole article"
        target = self.sent.get(mark.id)
        return (place, quote, [(f"→ {self._named(target)}", "accent")] if target is not None else [("stays", "dim")])

    def _named(self, target: Target) -> str:
        if isinstance(target, str):
            return SHOWN.join(part.strip() for part in target.split("/")) + " (new)"
        return SHOWN.join(self.project.codebook.path(target.id))

    def _show(self) -> None:
        """Title and panel."""
        count = len(self.marks)
        path = SHOWN.join(self.project.codebook.path(self.tag.id))
        right = f"{len(self.sent)} of {count} sent"
        self.query_one(TitleLine).show_of(self.project, f"split {path}", right)
        panel = self.query_one(Panel)
        width, height = panel.room
        if width:
            panel.write(self._about(width, height))

    def _about(self, width: int, height: int) -> list[Row]:
        look = self.reader.look
        rows: list[Row] = []
        for number, target in enumerate(self.targets, start=1):
            sent = sum(1 for other in self.sent.values() if other is target)
            colour = tag_colour(self.project.codebook, target.id) if isinstance(target, Tag) else "#808080"
            bar = Segment("▌", look.text + ink(colour))
            name = f"{self._named(target)}  {sent or ''}".rstrip()
            for at, row in enumerate(wrapped(name, width - 4, look.text, most=2)):
                rows.append([Segment(f"{number} " if not at else "  ", look.bold), bar, *row])
        rows += wrapped("t: another tag to send to, new ones too. space: it stays.", width, look.dim)
        rows.append([])
        cursor = self.the_rows().cursor
        if 0 <= cursor < len(self.marks) and len(rows) < height:
            rows += self._in_place(self.marks[cursor], width)
        return rows

    def _in_place(self, mark: Annotation, width: int) -> list[Row]:
        """The quote in its paragraph, and its note."""
        look = self.reader.look
        article = self.project.articles[mark.article]
        head = f"{safe_line(article.title)}, ¶ {self._number(mark)}" if mark.anchor else safe_line(article.title)
        rows = wrapped(head, width, look.dim, most=2)
        if mark.anchor is not None:
            text = self.project.text(mark.article)
            start, end = mark.anchor.start, mark.anchor.end
            if mark.unit == "span":
                paragraph = text.paragraph(self._number(mark))
                before = text.slice(max(paragraph.start, start - AROUND), start)
                behind = text.slice(end, max(end, min(paragraph.end, end + AROUND)))
                rows += wrapped(before, width, look.dim) if before.strip() else []
                rows += wrapped(text.slice(start, end), width, look.bold)
                rows += wrapped(behind, width, look.dim) if behind.strip() else []
            else:
                rows += wrapped(text.slice(start, end), width, look.text)
        if mark.note:
            rows += [[], *wrapped(mark.note, width, look.dim, lead="  ")]
        return rows

    # -- keys ------------------------------------------------------------------------------------------------

    def target(self, number: int) -> None:
        """Send the current quote to a target, and go on."""
        if number > len(self.targets):
            raise UsageError(f"There is no target {number} yet: t chooses a tag to send to.")
        self._send(self.targets[number - 1])

    def _send(self, target: Target | None) -> None:
        rows = self.the_rows()
        if not 0 <= rows.cursor < len(self.marks):
            return
        mark = self.marks[rows.cursor]
        if target is None:
            self.sent.pop(mark.id, None)
        else:
            self.sent[mark.id] = target
        rows.redraw(rows.cursor)
        rows.move(1)
        self._show()

    def stays(self) -> None:
        """The current quote stays where it is; on to the next."""
        self._send(None)

    def choose(self) -> None:
        """Choose a tag to send to; the current quote goes there."""
        from reader.tui.picker import TagPicker

        def chosen(tag: Target) -> object:
            if isinstance(tag, Tag) and tag.id == self.tag.id:
                raise UsageError("That is the tag itself: space leaves the quote there.")
            target = next((known for known in self.targets if self._same(known, tag)), None)
            if target is None:
                target = tag
                if len(self.targets) < TARGETS:
                    self.targets.append(target)
            self._send(target)
            return None

        picker = TagPicker(self.project, "goes to", on=lambda: (), chosen=chosen, create=not self.project.info.locked)
        self.app.push_screen(picker)

    @staticmethod
    def _same(one: Target, other: Target) -> bool:
        if isinstance(one, Tag) and isinstance(other, Tag):
            return one.id == other.id
        return isinstance(one, str) and isinstance(other, str) and fold_path(one) == fold_path(other)

    def finish(self) -> None:
        """Do it, in one step."""
        if not self.sent:
            self.dismiss(None)
            return
        try:
            outcome: Outcome = split_tag(self.project, self.sent, create=True)
        except ReaderError as error:
            self.reader.failed(error)
            return
        self.dismiss(outcome)

    def leave(self) -> None:
        """Leave; where quotes were sent it is asked whether that is meant."""
        if not self.sent:
            self.dismiss(None)
            return
        from reader.tui.dialogs import Question

        def answered(yes: bool | None) -> None:
            if yes:
                self.finish()
            else:
                self.dismiss(None)

        some = f"{len(self.sent)} quote{'s' * (len(self.sent) != 1)}"
        question = Question(f"{some} would go to other tags. Do it?", yes="split", no="leave all as it was")
        self.app.push_screen(question, answered)
