"""What draws its own lines, without the detour over boxes and borders that we do not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, cast

from rich.segment import Segment
from textual.containers import Horizontal, Vertical
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

    from reader.tui.app import ReaderApp
    from reader.tui.themes import Look

    Base = Widget
else:
    Base = object  # Textual follows a widget's first base alone for its style

Row = list[Segment]
"""The words of a row with their styles; none for a blank one."""


def recoloured(widget: Widget) -> bool:
    """Whether Textual must change colours on the way to the terminal: the terminal's own sixteen to true ones it need not,
    our themes are true colours all through."""
    return any(not isinstance(found, ANSIToTruecolor) for found in widget.get_line_filters())


class Drawn(Widget):
    """A widget that makes its own lines over its whole width; a line is made again where it was refreshed.

    What is drawn beside it, in the same frame, asks for its lines too.
    """

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  (Textual's name)
        self._lines: dict[int, Strip] = {}
        self._lines_size = (0, 0)
        super().__init__(id=id, classes=classes)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Draw anew: all lines, or those of some regions; the others are kept as they were drawn."""
        if not regions or self.gutter.top:
            self._lines.clear()
        for region in regions:
            for y in region.line_range:
                self._lines.pop(y, None)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        """Other colours."""
        self._lines.clear()
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a region."""
        if recoloured(self):
            return super().render_lines(crop)
        if self._lines_size != (size := self.size) or getattr(self.app, "spoken", False):
            self._lines_size = size  # and who draws a line for a screen reader says where the cursor stands
            self._lines.clear()
        lines, strips = self._lines, []
        for y in range(crop.y, crop.bottom):
            strip = lines.get(y)
            if strip is None:
                strip = lines[y] = self.render_line(y)
            strips.append(strip)
        return [s.crop(crop.x, crop.right) for s in strips] if crop.x or crop.width != size.width else strips


class Ground(Base):
    """Mixed into what only holds others: where they leave room it is blank.

    All its rows are one strip, which Textual cuts and colours once for every frame.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a region, all alike."""
        if recoloured(self):
            return super().render_lines(crop)
        return [Strip.blank(crop.width, self.rich_style.background_style)] * crop.height


class Beside(Ground, Horizontal):
    """Widgets side by side."""


class Below(Ground, Vertical):
    """Widgets below one another."""


class Line(Drawn):
    """A widget of a few rows that are made by `row(y)`."""

    @property
    def look(self) -> Look:
        """The styles of the theme."""
        return cast("ReaderApp", self.app).look

    @property
    def spoken(self) -> bool:
        """Whether a screen reader reads the rows: no rules then."""
        return cast("ReaderApp", self.app).spoken

    def row(self, y: int) -> list[Segment]:
        """The segments of one row; what is missing on the right is filled up."""
        raise NotImplementedError

    def ground(self, y: int) -> Style:
        """The style a row is filled up with."""
        return self.look.bar

    def render_line(self, y: int) -> Strip:
        """One row."""
        segments = [segment for segment in self.row(y) if segment.text]
        return Strip(segments).adjust_cell_length(self.size.width, self.ground(y))


class Written(Line):
    """A widget that is written as a whole and keeps its rows, beside the text or, under a rule, below it."""

    is_below = False

    def __init__(self, *, id: str) -> None:  # noqa: A002  (Textual's name)
        super().__init__(id=id)
        self._rows: list[Row] = []
        self._strips: list[Strip] = []
        self._written_for: tuple[object, ...] = ()

    def rule(self) -> Segment:
        """The row above it where it stands below; blank for a screen reader."""
        return Segment((" " if self.spoken else "─") * self.size.width, self.look.rule)

    def lead(self) -> Segment:
        """What each row begins with."""
        return Segment(" ", self.look.text) if self.is_below else Segment("│ ", self.look.rule)

    def ways(self) -> tuple[object, ...]:
        """What a row looks like depends on these; where one is another, what is written here is of no use."""
        return (self.size, self.is_below, self.look, self.rich_style)

    @property
    def is_outdated(self) -> bool:
        """Whether what is written here was written for another size or look."""
        return self._written_for != self.ways()

    def strip(self, row: Row) -> Strip:
        """A row as it is drawn, over the whole width."""
        raise NotImplementedError

    def put(self, rows: Sequence[Row], *, rule: bool) -> None:
        """Have these rows, under a rule or not, and blank ones to the end; only those that differ are drawn again."""
        width, height = self.size
        anew = self.is_outdated
        if anew:
            self._written_for, self._rows, self._strips = self.ways(), [], []
        wanted = [[self.rule()], *rows] if rule else [*rows]
        wanted = [*wanted[:height], *([[]] * (height - len(wanted)))]
        blank: Strip | None = None  # one for all rows without words: it is cut and coloured once
        for y, row in enumerate(wanted):
            if y < len(self._rows) and self._rows[y] == row:
                continue
            if rule and not y:
                made = Strip(row, width)
            elif row:
                made = self.strip(row)
            else:
                made = blank = blank or self.strip(row)
            self._strips[y : y + 1] = [made]
            if not anew:
                self.refresh(Region(0, y, width, 1))
        self._rows = wanted
        if anew:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row as it was written."""
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.look.text)
