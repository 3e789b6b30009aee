"""How a paragraph looks: its rows as strips, with number, review mark and stripes in the margin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import msgspec
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from reader.tui.themes import Look, ink
from reader.tui.wrap import TAB, Row, drawn, graphemes

STRIPES = 5
"""Cells for the coding stripes: four bars, or three and how many more."""
MOST_BARS = 4
ASCII = str.maketrans("▶✓·▌▏", ">x.|:")
"""The signs of the margin where only ASCII is drawn."""

ITALIC = Style(italic=True)
BOLD = Style(bold=True)
DIM = Style(dim=True)
STRIKE = Style(strike=True)


class Stripe(msgspec.Struct, frozen=True, gc=False):
    """One tag in the margin: its colour, and the sign that stands for it where there is no colour."""

    colour: str
    sign: str
    own: bool = True
    """Put on by the coder oneself, not by others alone."""


class Tint(msgspec.Struct, frozen=True, gc=False):
    """A span annotation inside the paragraph, in code points of its text."""

    start: int
    end: int
    colour: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one paragraph that is seen."""

    number: int
    text: str
    role: str = "body"
    speaker: str = ""
    reviewed: bool = False
    counted: bool = True
    stripes: tuple[Stripe, ...] = ()
    tints: tuple[Tint, ...] = ()
    hits: tuple[Row, ...] = ()
    hit_now: int = -1
    current: bool = False
    markdown: bool = False
    span: Row | None = None
    """The words of the current span that stand here."""
    selected: bool = False


def is_right_to_left(text: str) -> bool:
    """Whether the first strong character reads right to left (UAX 9, P2 and P3)."""
    if text.isascii():
        return False
    for sign in text:
        direction = unicodedata.bidirectional(sign)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


_MARKDOWN = (
    r"^(?P<heading>#{1,6}[ \t]+).*$|^(?P<item>[ \t]*(?:[-*+]|\d+[.)])[ \t]+)|^(?P<quote>[ \t]*>+[ \t]?)"
    r"|(?P<strong>\*\*|__)(?=\S)(?P<bold>.+?)(?<=\S)(?P=strong)"
    r"|(?<![\w*])(?P<em>[*_])(?=[^\s*_])(?P<italic>[^*_\n]+?)(?<=\S)(?P=em)(?![\w*])"
    r"|(?P<tick>`+)(?P<code>[^`]+?)(?P=tick)"
    r"|!?\[(?P<label>[^\]\n]*)\](?P<target>\([^)\s]*(?:[ \t][^)]*)?\))"
)


def markdown_styles(text: str) -> list[tuple[int, int, Style]]:
    """Stretches of a Markdown source with their styles: marks dimmed, the words between them as they mean."""
    found: list[tuple[int, int, Style]] = []
    at = 0
    pattern = re.compile(_MARKDOWN, re.MULTILINE)
    while match := pattern.search(text, at):
        start, end = match.span()
        if match["heading"]:
            found += [(start, end, BOLD), (*match.span("heading"), DIM)]
            end = match.end("heading")
        elif match["item"] or match["quote"]:
            found.append((start, end, DIM))
        elif match["strong"]:
            found += [(start, start + 2, DIM), (*match.span("bold"), BOLD), (end - 2, end, DIM)]
        elif match["em"]:
            found += [(start, start + 1, DIM), (*match.span("italic"), ITALIC), (end - 1, end, DIM)]
        elif match["tick"]:
            ticks = len(match["tick"])
            found += [(start, start + ticks, DIM), (*match.span("code"), BOLD), (end - ticks, end, DIM)]
        else:
            found += [(start, match.start("label"), DIM), (match.end("label"), end, DIM)]
            found.append((*match.span("label"), Style(underline=True)))
        at = max(end, at + 1)
    return found


class Painter:
    """Paints pictures for one width, measure and theme."""

    def __init__(
        self,
        look: Look,
        width: int,
        measure: int,
        last_number: int,
        *,
        ascii_only: bool = False,
        spoken: bool = False,
        tail: int = 1,
    ) -> None:
        self.look = look
        self.spoken = spoken
        self.edge = "  " if spoken else ("| " if ascii_only else "│ ")
        self.signs = ASCII if ascii_only else {}
        self._dim = Style(color=look.dim.color, dim=look.dim.dim)
        self.pointer = "▶".translate(self.signs)
        self.width = max(1, width)
        self.digits = max(2, len(str(last_number)))
        roomy = width >= 60
        self.gutter = (8 if roomy else 7) + self.digits + STRIPES
        self.indent = 1 if roomy else 0
        self.text_width = max(4, min(measure, self.width - self.gutter - (tail if roomy else 0)))
        self.margin = max(0, (self.width - self.gutter - self.text_width) // 2)
        self._gap = self.blank_row()

    def blank_row(self) -> Strip:
        """The row between two paragraphs."""
        bar = self.margin + self.gutter - 2
        segments = [
            Segment(" " * bar, self.look.text),
            Segment(self.edge, self.look.rule),
            Segment(" " * max(0, self.width - bar - 2), self.look.text),
        ]
        return Strip(segments, self.width).crop(0, self.width)

    @property
    def gap(self) -> Strip:
        """The row between two paragraphs, made once."""
        return self._gap

    def paint(self, picture: Picture, rows: Sequence[Row]) -> list[Strip]:
        """The strips of a paragraph's rows; the blank row behind it is `gap`."""
        base = self._base(picture)
        edges, styles = self._runs(picture, base)
        right = is_right_to_left(picture.text)
        label = f"({picture.role})" if picture.role == "furniture" else ""
        strips = []
        for index, (start, end) in enumerate(rows):
            segments = self._gutter(picture, base, first=index == 0)
            pieces, cells = _pieces(picture.text, start, end, edges, styles)
            room = self.text_width - cells
            if right and room > 0:
                segments.append(Segment(" " * room, base))
                room = 0
            segments += pieces
            if index == 0 and label and room > len(label):
                segments += [Segment(" " * (room - len(label)), base), Segment(label, base + self.look.dim + ITALIC)]
                room = 0
            if room > 0:
                segments.append(Segment(" " * room, base))
            used = self.margin + self.gutter + max(cells, self.text_width)
            if used < self.width:
                tail = base if picture.current else self.look.text
                segments += [Segment(" ", tail), Segment(" " * (self.width - used - 1), self.look.text)]
            strip = Strip([segment for segment in segments if segment.text]).simplify()
            strips.append(strip if strip.cell_length == self.width else strip.adjust_cell_length(self.width, base))
        return strips

    def column_of(self, text: str, start: int, offset: int) -> int:
        """The column of the window in which a code point of a row stands, the row beginning at `start`."""
        first = self.margin + self.gutter
        return first if is_right_to_left(text) else first + cell_len(drawn(text[start:offset]))

    def sign_at(self, text: str, start: int, end: int, x: int) -> int:
        """The code point of a row of a text that stands in a column of the window; the nearest where none does."""
        first = self.margin + self.gutter
        if is_right_to_left(text):
            first += max(0, self.text_width - cell_len(drawn(text[start:end])))
        found, used = start, first
        for begin, _, cells in graphemes(text[start:end]):
            if used > x:
                break
            found = start + begin
            used += TAB - (used - first) % TAB if text[found] == "\t" else cells
        return found

    def _base(self, picture: Picture) -> Style:
        """The style of plain words of the paragraph."""
        style = self.look.text
        if picture.role == "furniture":
            style = self.look.dim
        elif picture.role == "heading":
            style = self.look.bold
        elif picture.role == "caption":
            style = self.look.text + ITALIC
        return style + self.look.current if picture.current or picture.selected else style

    def _gutter(self, picture: Picture, base: Style, *, first: bool) -> list[Segment]:
        look = self.look
        ground = look.current if picture.current or picture.selected else Style()
        segments = [Segment(" " * (self.margin + self.indent), look.text)]
        if first:
            mark, style = ("✓", look.good) if picture.reviewed else ("·" if picture.counted else " ", look.dim)
            segments += [
                Segment(
                    (self.pointer if picture.current else " ") + ("*" if picture.selected else " "),
                    look.accent + ground,
                ),
                Segment(f"{mark} ".translate(self.signs), style + ground),
                Segment(f"{picture.number:>{self.digits}} ", (look.bold if picture.current else look.dim) + ground),
            ]
        else:
            segments.append(Segment(" " * (self.digits + 5), look.text + ground))
        segments += self._stripes(picture.stripes, look.text + ground)
        segments.append(Segment(self.edge, look.rule + ground))
        missing = self.gutter - self.indent - (self.digits + 5) - STRIPES - 2
        if missing > 0:
            segments.insert(-1, Segment(" " * missing, look.text + ground))
        return segments

    def _stripes(self, stripes: tuple[Stripe, ...], ground: Style) -> list[Segment]:
        """One bar a tag; of more than four the first three (of more than twelve the first two) and how many more.

        None for a screen reader: the pane names the tags.
        """
        if self.spoken:
            return [Segment(" " * STRIPES, ground)]
        few = MOST_BARS - 1 if len(stripes) - MOST_BARS < 9 else MOST_BARS - 2
        bars = stripes if len(stripes) <= MOST_BARS else stripes[:few]
        if self.look.plain:
            segments = [Segment(s.sign, ground) for s in bars]
        else:
            segments = [Segment(("▌" if s.own else "▏").translate(self.signs), ground + ink(s.colour)) for s in bars]
        more = f"+{min(len(stripes) - len(bars), 99)}" if len(stripes) > len(bars) else ""
        cells = sum(cell_len(segment.text) for segment in segments) + len(more)
        return [*segments, Segment(more + " " * max(0, STRIPES - cells), ground)]

    def _runs(self, picture: Picture, base: Style) -> tuple[list[int], list[Style]]:
        """Where the style changes, and the style from each of these places on."""
        layers: list[tuple[int, int, Style]] = []
        if picture.markdown:
            # In the theme's own dim colour: what terminals make of the attribute differs.
            layers += [(a, b, self._dim if style is DIM else style) for a, b, style in markdown_styles(picture.text)]
        if picture.speaker:
            layers += _speaker_style(picture)
        for tint in picture.tints:
            layers.append((tint.start, tint.end, self._tint(tint.colour)))
        if picture.span is not None:
            layers.append((*picture.span, self.look.chosen))
        for index, (start, end) in enumerate(picture.hits if picture.span is None else ()):
            layers.append((start, end, self.look.hit_now if index == picture.hit_now else self.look.hit))
        if not layers:
            return [0], [base]
        starts: dict[int, list[int]] = {}
        ends: dict[int, list[int]] = {}
        for index, (start, end, _) in enumerate(layers):
            starts.setdefault(max(0, start), []).append(index)
            ends.setdefault(end, []).append(index)
        edges = sorted({0, *starts, *ends})
        styles = []
        active: set[int] = set()
        for edge in edges:
            active.difference_update(ends.get(edge, ()))
            active.update(index for index in starts.get(edge, ()) if layers[index][1] > edge)
            style = base
            for index in sorted(active):
                style += layers[index][2]
            styles.append(style)
        return edges, styles

    def _tint(self, colour: str) -> Style:
        if self.look.plain or self.look.background.ansi is not None:
            return Style(underline=True)
        from textual.color import Color

        return Style(underline=True, bgcolor=self.look.background.blend(Color.parse(colour), 0.28).rich_color)


def _speaker_style(picture: Picture) -> list[tuple[int, int, Style]]:
    """The speaker's label at the start of a turn, bold, with its colon or brackets."""
    head = picture.text[: len(picture.speaker) + 40]
    at = head.find(picture.speaker)
    if at < 0:
        return []
    end = at + len(picture.speaker)
    while end < len(picture.text) and picture.text[end] in ":]":
        end += 1
    return [(0, end, BOLD)]


def _pieces(text: str, start: int, end: int, edges: list[int], styles: list[Style]) -> tuple[list[Segment], int]:
    """The segments of one row and their cells."""
    if len(edges) == 1:
        shown = drawn(text[start:end])
        return [Segment(shown, styles[0])], cell_len(shown)
    segments: list[Segment] = []
    column = 0
    for index, edge in enumerate(edges):
        following = edges[index + 1] if index + 1 < len(edges) else len(text)
        if following <= start:
            continue
        if edge >= end:
            break
        shown = drawn(text[max(edge, start) : min(following, end)], column)
        if shown:
            segments.append(Segment(shown, styles[index]))
            column += cell_len(shown)
    return segments, column
