"""A panel of plain styled rows beside or below a list: only rows that differ are drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from reader.safe import safe, safe_line
from reader.tui import wrap
from reader.tui.bars import Ruled, cut
from reader.tui.drawn import Row, Written

if TYPE_CHECKING:
    from reader.tui.screen import Keyed


def wrapped(text: str, width: int, style: Style, *, most: int = 0, lead: str = "") -> list[Row]:
    """A text of any length in rows of a width, each behind a lead; `most` rows (0: all), with `…` where more would follow."""
    text = safe(text).rstrip()
    room = max(4, width - len(lead))
    found = wrap.rows(text, room)
    rows = [[Segment(lead, style), Segment(wrap.drawn(text[start:end]), style)] for start, end in found]
    if most and len(rows) > most:
        start, end = found[most - 1]
        last = cut(wrap.drawn(text[start:end]), room - 1).rstrip("… ")
        rows = [*rows[: most - 1], [Segment(lead, style), Segment(f"{last}…", style)]]
    return rows


def beside(left: str, right: str, width: int, style: Style, dim: Style) -> Row:
    """Two texts in one row, the second at the right edge."""
    from rich.cells import cell_len

    left = safe_line(left)
    gap = max(1, width - cell_len(left) - cell_len(right))
    return [Segment(left, style), Segment(" " * gap, style), Segment(right, dim)]


class Panel(Written):
    """Rows that somebody else writes; `Sized` asks for them anew. It has a rule at its left, where it `is_below` above it.

    Without `ruled` it has none.
    """

    class Sized(Message):
        """The panel has another size."""

    def __init__(self, id: str = "pane", *, ruled: bool = True) -> None:  # noqa: A002  (Textual's name)
        super().__init__(id=id)
        self.ruled = ruled

    @property
    def room(self) -> tuple[int, int]:
        """Columns and rows for what is written."""
        width, height = self.size
        if not self.ruled:
            return (width, height)
        return (max(0, width - (2 if self.is_below else 3)), max(0, height - (1 if self.is_below else 0)))

    def write(self, rows: Sequence[Row]) -> None:
        """Show these rows, the first at the top; what does not fit is cut and said by an ellipsis."""
        if not all(self.size):
            return
        _, room = self.room
        shown = [*rows[:room]]
        if len(rows) > room and shown:
            shown[-1] = [Segment("…", self.look.dim)]
        self.put(shown, rule=self.is_below and self.ruled)

    def strip(self, row: Row) -> Strip:
        """A row as it is drawn, cut where the panel ends."""
        width, (inner, _) = self.size.width, self.room
        if not self.ruled:
            ground = self.look.text + self.rich_style.background_style
            return Strip(self._on(row, ground)).adjust_cell_length(inner, ground).simplify()
        ground = self.look.text
        body = Strip(row).adjust_cell_length(inner, ground)
        return Strip([self.lead(), *body]).adjust_cell_length(width, ground).simplify()

    def _on(self, row: Row, ground: Style) -> Row:
        """A row on the ground of the box that the panel stands in, where it is not on another on purpose."""
        usual = self.look.text.bgcolor
        return [
            Segment(s.text, s.style + ground.background_style if s.style and s.style.bgcolor == usual else s.style)
            for s in row
        ]

    def on_resize(self) -> None:
        """There is another room now."""
        self.post_message(self.Sized())

    def notify_style_update(self) -> None:
        """Other colours: write all again."""
        super().notify_style_update()
        if self.is_attached and self.is_outdated:
            self.post_message(self.Sized())


def stand(screen: Keyed[Any], *, beside_from: int, wide: int = 42, below: int = 8) -> None:
    """Put a screen's panel beside its list where there is room for that, else below it; its lines join the panel's edge.

    The screen gets the class `-below`.
    """
    width, height = screen.size
    is_below = width < beside_from or screen.reader.spoken
    screen.set_class(is_below, "-below")
    panel = screen.query_one(Panel)
    panel.is_below = is_below
    panel.styles.width = None if is_below else wide
    panel.styles.height = min(below, max(3, height // 3)) if is_below else None
    for line in screen.query(Ruled):
        line.join(-1 if is_below else width - wide)
