"""A list of rows that draws only what is in sight: the one list of picker, library, search, help and palette.

It holds no widget and no text for a row: it asks a function for the cells of the rows that it draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, split_graphemes
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip

from reader.safe import safe_line
from reader.tui.drawn import Drawn
from reader.tui.picker_rank import SHOWN
from reader.tui.signs import WRITTEN

if TYPE_CHECKING:
    from reader.tui.themes import Look

Bit = tuple[str, str]
"""A text and its style: "", a name of `Rows.STYLES`, or a colour as `#rrggbb`."""
CUT: Bit = ("…", "cut")
"""Stands where words are left out."""
Cell = str | Sequence[Bit]
RowSource = Callable[[int], Sequence[Cell]]


@dataclass(frozen=True)
class Column:
    """A column: `width` in cells (0 shares what is left, by `share`); left out where the list is narrower than `needs`.

    `tail` keeps the end of a text that is too long, not its start; `joined` leaves no gap before the column;
    `written` are words out of a text or note: they stay as they are where all else is drawn with ASCII.
    """

    title: str = ""
    width: int = 0
    share: int = 1
    right: bool = False
    needs: int = 0
    style: str = ""
    tail: bool = False
    joined: bool = False
    written: bool = False


def fit(text: str, width: int, *, right: bool = False) -> str:
    """A text in exactly `width` cells: filled with spaces, or cut between graphemes with an ellipsis."""
    length = len(text) if text.isascii() else cell_len(text)
    if length <= width:
        fill = " " * (width - length)
        return fill + text if right else text + fill
    if width <= 0:
        return ""
    if text.isascii():
        return text[: width - 1] + "…"
    kept, end = 0, 0
    for _start, stop, cells in split_graphemes(text)[0]:
        if kept + cells > width - 1:
            break
        kept, end = kept + cells, stop
    return text[:end] + "…" + " " * (width - 1 - kept)


def cut_start(text: str, width: int) -> str:
    """The last `width` cells of a text, right-aligned, with an ellipsis where its start was cut off."""
    length = cell_len(text)
    if length <= width:
        return " " * (width - length) + text
    kept, start = 0, len(text)
    for begin, _stop, cells in reversed(split_graphemes(text)[0]):
        if kept + cells > width - 1:
            break
        kept, start = kept + cells, begin
    return " " * (width - 1 - kept) + "…" + text[start:] if width > 0 else ""


def cut_parents(path: str, width: int) -> str:
    """The parents of a tag, `SHOWN` behind each, in at most `width` cells: the nearest, or how the nearest one begins."""
    parents = path.removesuffix(SHOWN).split(SHOWN)
    fewer = [SHOWN.join(("…", *parents[n:], "")) for n in range(1, len(parents))]
    fewer += [f"…{parents[-1]}{SHOWN}"] if fewer else []
    room = min(width - cell_len(SHOWN), max(1, cell_len(parents[-1]) - 1))  # never whole: it would look like the path
    cut = fit(parents[-1], room).rstrip() + SHOWN if room > 0 else fit("…", width)
    return next((one for one in (path, *fewer) if cell_len(one) <= width), cut)


def fit_bits(bits: Sequence[Bit], width: int, *, right: bool = False) -> list[Bit]:
    """Styled texts in exactly `width` cells, as `fit`."""
    lengths = [cell_len(text) for text, _ in bits]
    total = sum(lengths)
    if total <= width:
        fill = (" " * (width - total), "")
        return [fill, *bits] if right else [*bits, fill]
    fitted: list[Bit] = []
    left = width
    for place, ((text, style), length) in enumerate(zip(bits, lengths, strict=True)):
        if length < left or (length == left and place == len(bits) - 1):
            fitted.append((text, style))
            left -= length
            continue
        fitted.append((fit(text, left) if length > left else fit(text + " ", left), style))
        break
    return fitted


def tail_bits(bits: Sequence[Bit], width: int, *, right: bool = False) -> list[Bit]:
    """Styled texts in exactly `width` cells, as `fit_bits`; where they are too long their start goes.

    Dimmed texts go first: what stands behind them, the name behind its path, keeps its own start.
    """
    fitted: list[Bit] = []
    left = width
    if sum(cell_len(text) for text, _ in bits) <= width:
        return fit_bits(bits, width, right=right)
    name = [*takewhile(lambda bit: bit[1] != "dim", reversed(bits))][::-1]
    if len(name) < len(bits) and sum(cell_len(text) for text, _ in name) >= width:
        return fit_bits(name, width)
    for text, style in reversed(bits):
        length = cell_len(text)
        if length < left:
            shown = text
        elif style == "dim" and text.endswith(SHOWN):
            shown = cut_parents(text, left)
        else:
            shown = cut_start("…" + text if length == left else text, left)
        fitted.append((shown, style))
        left -= min(length, left)
        if not left:
            break
    return fit_bits(fitted[::-1], width, right=right)


def ellipsis_apart(bits: Sequence[Bit], *, at_start: bool) -> Iterator[tuple[str, str, bool]]:
    """Texts that were cut, in pieces: text, style, and whether it is the ellipsis of the cut, the outermost there is."""
    holding = [at for at, (text, _) in enumerate(bits) if "…" in text]
    outermost = -1 if not holding else holding[0] if at_start else holding[-1]
    for at, (text, style) in enumerate(bits):
        if at != outermost:
            yield text, style, False
            continue
        before, sign, after = text.partition("…") if at_start else text.rpartition("…")
        yield before, style, False
        yield sign, style, True
        yield after, style, False


def widths(columns: Sequence[Column], total: int) -> list[int]:
    """The width of each column in `total` cells, one cell between them; -1 for one that is left out."""
    shown = [column.needs <= total for column in columns]
    gaps = sum(not column.joined for column, here in zip(columns, shown, strict=True) if here) - 1
    fixed = sum(column.width for column, here in zip(columns, shown, strict=True) if here)
    shares = sum(column.share for column, here in zip(columns, shown, strict=True) if here and not column.width)
    rest = max(0, total - fixed - gaps)
    found: list[int] = []
    used, counted = 0, 0
    for column, here in zip(columns, shown, strict=True):
        if not here:
            found.append(-1)
        elif column.width:
            found.append(column.width)
        else:
            counted += column.share
            upto = rest * counted // shares
            found.append(upto - used)
            used = upto
    return found


class Rows(Drawn, can_focus=True):
    """A list with a cursor; `show` fills it, `Chosen` tells that a row is meant.

    `moved` is called when the cursor stands on another row: at once, so that what follows it is in the same
    frame. The row under the cursor has a mark and a background. `cursor` is -1 where no row is current.
    """

    STYLES: ClassVar[tuple[str, ...]] = ("dim", "bold", "accent", "match", "good", "header", "cursor")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"rows--{name}" for name in STYLES}
    DEFAULT_CSS = """
    Rows {
        height: 1fr;
        width: 1fr;
        & > .rows--dim { color: $text-muted; }
        & > .rows--bold { text-style: bold; }
        & > .rows--accent { color: $text-accent; }
        & > .rows--match { text-style: bold underline; }
        & > .rows--good { color: $text-success; }
        & > .rows--header { color: $text-muted; text-style: bold; }
        & > .rows--cursor { background: $primary 30%; text-style: bold; }
    }
    """

    @dataclass
    class Chosen(Message):
        """A row was clicked while it was current, or chosen by the screen's key."""

        rows: Rows
        index: int

        @property
        def control(self) -> Rows:
            """The list."""
            return self.rows

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        header: bool = False,
        empty: Sequence[str] = (),
        moved: Callable[[], None] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self.header = header
        self.empty = tuple(empty)
        self._moved = moved
        self.count = 0
        self.cursor = -1
        self.top = 0
        self._source: RowSource = lambda _index: ()
        self._styles_known: dict[tuple[str, bool], Style] = {}
        self._widths: tuple[int, list[int]] = (-1, [])
        self._sized = False
        self._drawn_before: dict[int, tuple[object, Strip]] = {}
        self._walked = False

    def show(self, count: int, source: RowSource, *, cursor: int = 0) -> None:
        """Show `count` rows whose cells `source(index)` gives when they are drawn; put the cursor on one of them."""
        self.count, self._source = count, source
        self._walked = False
        self.cursor = min(cursor, count - 1)
        self._place()
        self.refresh()

    def grow(self, count: int) -> None:
        """Show more rows behind those that are there; nothing moves."""
        self.count = count
        if self.cursor < 0:
            self.cursor = min(0, count - 1)
        self.refresh()

    def _place(self) -> None:
        """The first rows, or where the current one is not among them, that one in the middle."""
        self.top = 0 if self.cursor < self.page else self.cursor - self.page // 2
        self._follow()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns from now on."""
        self.columns = tuple(columns)
        self._widths = (-1, [])
        self._drawn_before.clear()
        self.refresh()

    @property
    def page(self) -> int:
        """How many rows are in sight."""
        return max(1, self.content_size.height - self.header)

    def go(self, index: int) -> None:
        """Put the cursor on a row (the nearest there is)."""
        index = max(0, min(index, self.count - 1)) if self.count else -1
        self._walked = True
        if index == self.cursor:
            return
        before, top = self.cursor, self.top
        self.cursor = index
        self._follow()
        if self.top == top:
            self._refresh_row(before)
            self._refresh_row(index)
        else:
            self.refresh()
        if self._moved is not None:
            self._moved()

    def move(self, by: int) -> None:
        """Move the cursor by rows, stopping at the ends."""
        self.go(self.cursor + by)

    def to_top(self) -> None:
        """Show the first rows as far as the cursor stays in sight."""
        self.top = 0
        self._follow()
        self.refresh()

    def leave(self) -> None:
        """No row is current (something outside the list is)."""
        before, self.cursor = self.cursor, -1
        self._refresh_row(before)

    def take_focus(self) -> None:
        """Have the focus; where it is here already nothing is drawn, as Textual would."""
        if not self.has_focus:
            self.focus()

    def choose(self) -> None:
        """Say that the current row was chosen."""
        if 0 <= self.cursor < self.count:
            self.post_message(self.Chosen(self, self.cursor))

    def redraw(self, index: int) -> None:
        """Draw one row again."""
        self._refresh_row(index)

    def _refresh_row(self, index: int) -> None:
        y = index - self.top + self.header
        if 0 <= y < self.content_size.height:
            gutter = self.gutter
            self.refresh(Region(gutter.left, y + gutter.top, self.content_size.width, 1))

    def _follow(self) -> None:
        """Keep the current row in sight and no empty rows at the end."""
        page = self.page
        if self.cursor >= 0:
            self.top = min(max(self.top, self.cursor - page + 1), self.cursor)
        self.top = max(0, min(self.top, self.count - page))

    def on_resize(self) -> None:
        """The window of rows follows the size; with the first size the rows find their place."""
        if self._sized:
            self._follow()
        else:
            self._sized = True
            self._place()
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget styles of the theme before."""
        self._styles_known.clear()
        self._drawn_before.clear()
        super().notify_style_update()

    def on_click(self, event: events.Click) -> None:
        """Select a row; a click on the current row chooses it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = self.top + offset.y - self.header
        if offset.y < self.header or index >= self.count:
            return
        event.stop()
        if index == self.cursor:
            self.choose()
        else:
            self.go(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by three rows; the cursor stays in sight."""
        event.stop()
        self.roll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by three rows; the cursor stays in sight."""
        event.stop()
        self.roll(-3)

    def roll(self, by: int) -> None:
        """Scroll by rows; the cursor, where there is one, stays in sight."""
        top = max(0, min(self.top + by, self.count - self.page))
        if top == self.top:
            return
        self.top = top
        self.refresh()
        if self.cursor >= 0:
            self.go(max(top, min(self.cursor, top + self.page - 1)))

    def render_line(self, y: int) -> Strip:
        """One line of the list: the header, a row, or nothing."""
        if self.cursor >= 0 and y == self.cursor - self.top + self.header and (self.has_focus or self._walked):
            self._point(y)
        width = self.content_size.width
        if self.header and y == 0:
            return self._line([column.title for column in self.columns], width, current=False, style="header")
        index = self.top + y - self.header
        if index < self.count:
            return self._row(y, self._source(index), width, current=index == self.cursor, bar=self._thumb(y))
        if not self.count and index < len(self.empty):
            return Strip([Segment(fit("  " + self.empty[index], width), self._style("dim"))], width)
        return Strip([Segment(" " * width, self._style(""))], width)

    def _row(self, y: int, cells: Sequence[Cell], width: int, *, current: bool, bar: str) -> Strip:
        """A row; where it says what it said before, the strip of before, which the terminal's codes are known of."""
        what = (cells, width, current, bar)
        known = self._drawn_before.get(y)
        if known is None or known[0] != what:
            known = self._drawn_before[y] = (what, self._line(cells, width, current=current, bar=bar))
        return known[1]

    def _point(self, y: int) -> None:
        """A screen reader finds the terminal's cursor on the current row; a field above has it while one types there."""
        point: Callable[[Rows, int, int], None] | None = getattr(self.app, "point", None)
        if point is not None:
            point(self, 2, y)

    def _thumb(self, y: int) -> str:
        """The cell of the scroll bar beside a row: only where not all rows fit."""
        page = self.page
        if self.count <= page:
            return " "
        size = max(1, page * page // self.count)
        start = (page - size) * self.top // max(1, self.count - page)
        return "▐" if start <= y - self.header < start + size else " "

    def _line(self, cells: Sequence[Cell], width: int, *, current: bool, style: str = "", bar: str = " ") -> Strip:
        known, found = self._widths
        if known != width:
            found = widths(self.columns, max(0, width - 3))
            self._widths = (width, found)
        mark = "▶" if current else " "
        segments = [Segment(mark + " ", self._style(style, current=current))]
        first = True
        for column, cells_wide, cell in zip(self.columns, found, cells, strict=False):
            if cells_wide < 0:
                continue
            if not first and not column.joined:
                segments.append(Segment(" ", self._style("", current=current)))
            first = False
            segments.extend(self._cell(cell, column, cells_wide, style or column.style, current=current))
        segments.append(Segment(bar, self._style("dim")))
        return Strip(segments).adjust_cell_length(width, self._style("", current=current)).simplify()

    def _cell(self, cell: Cell, column: Column, width: int, style: str, *, current: bool) -> list[Segment]:
        if column.written and getattr(self.app, "ascii_only", False):
            return self._written(cell, column, width, style, current=current)
        if isinstance(cell, str):
            text = safe_line(cell)
            text = (
                cut_start(text, width)
                if column.tail and cell_len(text) > width
                else fit(text, width, right=column.right)
            )
            # A blank looks alike in every ink: in that of the gaps it is one piece with them on the way to the terminal.
            return [Segment(text, self._style("" if text.isspace() else style, current=current))]
        safe_bits = [(safe_line(text), name or style) for text, name in cell]
        bits = (tail_bits if column.tail else fit_bits)(safe_bits, width, right=column.right)
        return [Segment(text, self._style(name, current=current)) for text, name in bits if text]

    def _written(self, cell: Cell, column: Column, width: int, style: str, *, current: bool) -> list[Segment]:
        """The same words exact; an ellipsis where they are cut is ours."""
        bits = [(safe_line(text), name or style) for text, name in ([(cell, style)] if isinstance(cell, str) else cell)]
        fitted = (tail_bits if column.tail else fit_bits)(bits, width, right=column.right)
        is_cut = sum(cell_len(text) for text, _ in bits) > width
        segments = []
        for text, name, is_ours in (
            ellipsis_apart(fitted, at_start=column.tail) if is_cut else ((*b, False) for b in fitted)
        ):
            ink = self._style(name, current=current)
            segments.append(Segment(text, ink if is_ours or name == CUT[1] else ink + WRITTEN))
        return segments

    def _style(self, name: str, *, current: bool = False) -> Style:
        """The style of a name or colour, with the cursor's over it; computed once a theme."""
        known = self._styles_known.get((name, current))
        if known is None:
            known = self.rich_style
            if current:
                known += self._named("cursor")
            if name.startswith("#"):
                known += Style.from_color(Color.parse(name))
            elif name:
                known += self._named(name)
            self._styles_known[name, current] = known
        return known

    def _named(self, name: str) -> Style:
        """A style by its name, from the program's look: what Textual makes of half-transparent colours is not legible."""
        look: Look | None = getattr(self.app, "look", None)
        if look is None or name in ("bold", "match"):
            return self.get_component_rich_style(f"rows--{name}", partial=True)
        if name == "cursor":
            return look.current + Style(bold=True)
        inks = {"accent": look.accent, "good": look.good}
        ink = inks.get(name, look.dim)
        return Style(color=ink.color, dim=ink.dim, bold=name == "header" or None)


class ListMoves:
    """What the moving keys of a screen with one list do (`tables.LIST`)."""

    def the_rows(self) -> Rows:
        """The list of the screen."""
        assert isinstance(self, Screen)  # noqa: S101 - mixed into screens only
        return self.query_one(Rows)

    def row_down(self) -> None:
        """The next row."""
        self.the_rows().move(1)

    def row_up(self) -> None:
        """The row before."""
        self.the_rows().move(-1)

    def rows_down(self) -> None:
        """A page on."""
        self.the_rows().move(self.the_rows().page)

    def rows_up(self) -> None:
        """A page back."""
        self.the_rows().move(-self.the_rows().page)

    def first(self) -> None:
        """The first row."""
        self.the_rows().go(0)

    def last(self) -> None:
        """The last row."""
        self.the_rows().go(self.the_rows().count - 1)
