"""The paragraph view: one widget over the Line API, whatever the length of the article.

Only paragraphs in sight are wrapped and painted; both are kept until the width, the theme or the
paragraph's own marks change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from rich.segment import Segment
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from reader.tui import wrap
from reader.tui.drawn import recoloured
from reader.tui.painting import Painter, Picture
from reader.tui.signs import AsWritten
from reader.tui.viewport import Viewport

if TYPE_CHECKING:
    from textual import events

    from reader.tui.app import ReaderApp
    from reader.tui.screen import Keyed
    from reader.tui.themes import Look

KEPT = 400
"""Paragraphs whose rows and strips are kept; the oldest go first."""
WHEEL = 3


class Source(Protocol):
    """Where the view gets its paragraphs from."""

    @property
    def count(self) -> int:
        """Number of paragraphs."""

    def text_of(self, number: int) -> str:
        """A paragraph's text as it may be drawn."""

    def picture(self, number: int, *, current: bool) -> Picture:
        """Everything of a paragraph that is seen."""

    def cursor(self, current: int) -> tuple[int, int]:
        """The paragraph, and the code point of its text, that one is on."""


class ParagraphView(AsWritten, Widget):
    """Paragraphs with a current one; moves by paragraph, page and row, and tells when a row is clicked."""

    class Clicked(Message):
        """A paragraph was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Scrolled(Message):
        """The wheel moved the text; `number` is the paragraph that is current now."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Dragged(Message):
        """The mouse was drawn over words: `begun` and `there` are (paragraph, code point in it), both inside.

        `done` is set when the button is let go.
        """

        def __init__(self, begun: tuple[int, int], there: tuple[int, int], *, done: bool) -> None:
            super().__init__()
            self.begun, self.there, self.done = begun, there, done

    ALLOW_SELECT = False

    def __init__(self, look: Look, measure: int) -> None:
        super().__init__(id="text")
        self.look = look
        self.measure = measure
        self.source: Source | None = None
        self.current = 1
        self.tail = 1
        self.notice: list[str] = []
        self.port = Viewport(self._height_of)
        self._painter = Painter(look, 80, measure, 1)
        self._laid_out = (0, 0)
        self._rows: dict[int, list[wrap.Row]] = {}
        self._strips: dict[tuple[int, bool], list[Strip]] = {}
        self._pressed: tuple[int, int] | None = None
        self._drawn_to: tuple[int, int] | None = None

    # -- what is shown -------------------------------------------------------------------------------

    def open(self, source: Source | None, current: int) -> None:
        """Show an article with a paragraph current."""
        self.source = source
        self.port.count = source.count if source else 0
        self.port.top, self.port.row = current, 0
        self.current = current
        self.lay_out()
        if source is not None and self.port.height:
            self.port.place(current, 0, self.port.height // 3)
            self.port.show(current)
        self.refresh()

    def _settle(self) -> None:
        """If the size is a new one, wrap anew; the current paragraph stays in sight. Also before the first paint."""
        size = (self.size.width, self.size.height)
        if size == self._laid_out:
            return
        first = self._laid_out == (0, 0)
        self._lay_out()
        if self.source is not None and self.port.height:
            if first:
                self.port.place(self.current, 0, self.port.height // 3)
            self.port.show(self.current)

    def lay_out(self) -> None:
        """Width, measure or theme changed: wrap and paint anew, the same paragraph on top."""
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        width, height = self.size
        last = self.source.count if self.source else 1
        self._painter = Painter(
            self.look,
            width,
            self.measure,
            last,
            ascii_only=getattr(self.app, "ascii_only", False),
            spoken=getattr(self.app, "spoken", False),
            tail=self.tail,
        )
        self._rows.clear()
        self._strips.clear()
        self.port.height = height
        self._laid_out = (width, height)
        if width and height:
            self.port.measure()

    def repaint(self, *numbers: int) -> None:
        """The marks on these paragraphs changed (none given: on all)."""
        if not numbers:
            self._strips.clear()
            self.refresh()
            return
        for number in numbers:
            self._strips.pop((number, False), None)
            self._strips.pop((number, True), None)
            self._refresh_paragraph(number)

    def _refresh_paragraph(self, number: int) -> None:
        found = self.port.rows_in_sight(number)
        if found is not None:
            self.refresh(Region(0, found[0], self.size.width, found[1] - found[0] + 1))

    # -- moving --------------------------------------------------------------------------------------

    def move_to(self, number: int, *, first: int = 0, last: int | None = None) -> None:
        """Make a paragraph current and bring it (or these rows of it) into sight."""
        before, self.current = self.current, number
        if not self.port.height:
            return
        if self.port.show(number, first, last):
            self.refresh()
        elif before != number:
            self._refresh_paragraph(before)
            self._refresh_paragraph(number)

    def reveal(self, number: int, row: int) -> None:
        """Bring a row of a paragraph into sight, whichever is current."""
        if self.port.height and self.port.show(number, row, row):
            self.refresh()

    def rows_of(self, number: int) -> list[wrap.Row]:
        """The rows of a paragraph as they are shown, in code points of its text."""
        return self._rows_of(number)

    def place_at(self, x: int, y: int) -> tuple[int, int] | None:
        """The paragraph and the code point under a cell of the window; None where there is no text."""
        if self.source is None or self.notice or not 0 <= y < len(self.port.lines):
            return None
        number, row = self.port.lines[y]
        rows = self._rows_of(number)
        text = self.source.text_of(number)
        start, end = rows[min(row, len(rows) - 1)]
        return number, self._painter.sign_at(text, start, end, x) if row < len(rows) else max(start, end - 1)

    def row_of(self, number: int, offset: int) -> int:
        """The row of a paragraph on which a code point stands."""
        rows = self._rows_of(number)
        return next((index for index, (_, end) in enumerate(rows) if offset < end), len(rows) - 1)

    def page(self, direction: int) -> int:
        """Move by a window; the paragraph that should be current then."""
        moved = self.port.page(direction)
        self.refresh()
        if not moved:
            return self.port.lines[-1][0] if direction > 0 and self.port.lines else 1
        return self._within(direction)

    def _within(self, direction: int) -> int:
        """The paragraph to stand on after the window moved: one that begins in sight."""
        starting = self.port.starting() or [self.port.top]
        return starting[0] if direction > 0 else starting[-1] if len(starting) < 2 else starting[0]

    def keep_place(self) -> tuple[int, int]:
        """What is on top, for `restore_place`."""
        return self.port.top, self.port.row

    def whole(self) -> tuple[int, ...]:
        """The paragraph on each row, 0 on a blank one, where the whole article is in sight; else nothing."""
        return self.port.whole()

    def in_sight(self, number: int) -> bool:
        """Whether some of a paragraph's text is in the window."""
        return self.port.in_sight(number)

    # -- rows and strips -----------------------------------------------------------------------------

    def _rows_of(self, number: int) -> list[wrap.Row]:
        rows = self._rows.get(number)
        if rows is None:
            if len(self._rows) > KEPT:
                self._rows.clear()
            text = self.source.text_of(number) if self.source else ""
            rows = self._rows[number] = wrap.rows(text, self._painter.text_width)
        return rows

    def _height_of(self, number: int) -> int:
        return len(self._rows_of(number)) + 1

    def _strips_of(self, number: int) -> list[Strip]:
        key = (number, number == self.current)
        strips = self._strips.get(key)
        if strips is None:
            if len(self._strips) > KEPT:
                self._strips.clear()
            assert self.source is not None  # noqa: S101  (lines are laid out from a source)
            picture = self.source.picture(number, current=key[1])
            strips = self._strips[key] = self._painter.paint(picture, self._rows_of(number))
        return strips

    def render_line(self, y: int) -> Strip:
        """One row of the window."""
        if self.notice or self.source is None:
            return self._notice_line(y)
        lines = self.port.lines
        if y >= len(lines):
            return self._painter.gap
        number, row = lines[y]
        strips = self._strips_of(number)
        return strips[row] if row < len(strips) else self._painter.gap

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a region, without the detour over boxes and borders that we do not have."""
        self._settle()
        self._point()
        if recoloured(self):
            return super().render_lines(crop)
        strips = [self.render_line(y) for y in range(crop.y, crop.bottom)]
        if crop.x or crop.width != self.size.width:
            return [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def _point(self) -> None:
        """A screen reader finds the terminal's cursor on the current paragraph, at the end of the words that are chosen."""
        app, screen = cast("ReaderApp", self.app), cast("Keyed[object]", self.screen)
        if not getattr(app, "spoken", False) or self.source is None or screen.points_elsewhere():
            return
        number, offset = self.source.cursor(self.current)
        row = self.row_of(number, offset)
        at = next((y for y, line in enumerate(self.port.lines) if line == (number, row)), None)
        if at is not None:
            start, _ = self._rows_of(number)[row]
            app.point(self, self._painter.column_of(self.source.text_of(number), start, offset), at)

    def _notice_line(self, y: int) -> Strip:
        """A text instead of paragraphs: nothing to read yet, or no room to read."""
        width, height = self.size
        index = y - max(0, (height - len(self.notice)) // 2)
        text = self.notice[index] if 0 <= index < len(self.notice) else ""
        line = Strip([Segment(text.center(width)[:width] if text else "", self.look.text)])
        return line.adjust_cell_length(width, self.look.text)

    # -- the terminal --------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """A new size."""
        self._settle()
        self.refresh()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A span may begin here."""
        self._pressed = self.place_at(event.x, event.y) if event.button == 1 else None
        self._drawn_to = None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """With the button down the span follows the mouse."""
        there = self.place_at(event.x, event.y) if self._pressed is not None and event.button == 1 else None
        if self._pressed is None or there is None or there == (self._drawn_to or self._pressed):
            return
        self._drawn_to = there
        self.post_message(self.Dragged(self._pressed, there, done=False))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The span ends here."""
        there = self.place_at(event.x, event.y)
        if self._pressed is not None and (there or self._pressed) != self._pressed:
            self._drawn_to = there
        if self._pressed is not None and self._drawn_to is not None:
            self.post_message(self.Dragged(self._pressed, self._drawn_to, done=True))
        self._pressed = None

    def on_click(self, event: events.Click) -> None:
        """A click makes the paragraph current; the end of a drag is none."""
        if self._drawn_to is not None:
            self._drawn_to = None
            return
        if self.source is not None and not self.notice and event.y < len(self.port.lines):
            self.post_message(self.Clicked(self.port.lines[event.y][0]))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the text; the current paragraph stays in sight."""
        event.stop()
        self._wheel(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the text; the current paragraph stays in sight."""
        event.stop()
        self._wheel(-WHEEL)

    def _wheel(self, rows: int) -> None:
        if self.source is None or not self.port.scroll(rows):
            return
        self.refresh()
        if not self.port.in_sight(self.current):
            self.post_message(self.Scrolled(self._within(1) if rows > 0 else self.port.lines[-1][0]))
