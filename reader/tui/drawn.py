"""What draws its own lines, without the detour over boxes and borders that we do not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual.containers import Horizontal, Vertical
from textual.filter import ANSIToTruecolor
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from rich.style import Style
    from textual.geometry import Region

    from reader.tui.app import ReaderApp
    from reader.tui.themes import Look

    Base = Widget
else:
    Base = object  # Textual follows a widget's first base alone for its style


def recoloured(widget: Widget) -> bool:
    """Whether Textual must change colours on the way to the terminal: the terminal's own sixteen to true ones it need not,
    our themes are true colours all through."""
    return any(not isinstance(found, ANSIToTruecolor) for found in widget.get_line_filters())


class Drawn(Widget):
    """A widget that makes its own lines over its whole width."""

    ALLOW_SELECT = False

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a region."""
        if recoloured(self):
            return super().render_lines(crop)
        strips = [self.render_line(y) for y in range(crop.y, crop.bottom)]
        return [s.crop(crop.x, crop.right) for s in strips] if crop.x or crop.width != self.size.width else strips


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
        self._strips: list[Strip] = []

    def rule(self) -> Segment:
        """The row above it where it stands below; blank for a screen reader."""
        return Segment((" " if self.spoken else "─") * self.size.width, self.look.rule)

    def lead(self) -> Segment:
        """What each row begins with."""
        return Segment(" ", self.look.text) if self.is_below else Segment("│ ", self.look.rule)

    def render_line(self, y: int) -> Strip:
        """One row as it was written."""
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.look.text)
