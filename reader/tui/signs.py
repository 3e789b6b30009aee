"""Drawing with ASCII alone: every sign of ours has one of a cell in its place.

What is drawn goes through one filter behind all widgets. Three have none of it, for what they show is the user's:
the text, a line being typed, a note being written. Words out of them in a list have `WRITTEN` in their style. The text's margin has signs of its own (`painting`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.widget import Widget as Base
else:
    Base = object  # Textual follows a widget's first base alone for its style

_SIGNS = {
    "▶▸›": ">",
    "◀‹": "<",
    "▲↑": "^",
    "↓": "v",
    "→⇥": ">",
    "←": "<",
    "✓×": "x",
    "●•": "*",
    "¶": "#",
    "·–—−": "-",
    "…": "~",
    "“”„«»": '"',
    "‘’‚": "'",
    "⏎": "<",
    "▌▍▐▏▎▕": "|",
    "█▓▇▆▅": "#",
    "░▒": ".",
    "▁▂▃▄▔▀": "-",
}


def _frame(code: int) -> str:
    """A sign of Unicode's box drawing: a horizontal one, an upright one, a joint."""
    if chr(code) in "─━┄┅┈┉╌╍═╴╶╸╺╼╾":
        return "-"
    return "|" if chr(code) in "│┃┆┇┊┋╎╏║╵╷╹╻╽╿" else "+"


ASCII = str.maketrans(
    {code: _frame(code) for code in range(0x2500, 0x2580)}
    | {ord(sign): plain for signs, plain in _SIGNS.items() for sign in signs}
)


SPOKEN = ASCII | dict.fromkeys(map(ord, "▌▐█─"), " ")
"""For a screen reader stripes, scroll bars and rules are left out: beside them stands what they mean."""


WRITTEN = Style(meta={"written": True})
"""In the style of a segment: its words are the user's, and stay as they are in a line that has signs of ours beside them."""


def _is_written(style: Style | None) -> bool:
    return style is not None and bool(style.meta.get("written"))


class AsciiFilter(LineFilter):
    """Draws our signs with ASCII; letters of any script stay."""

    def __init__(self, signs: Mapping[int, str | int | None] = ASCII) -> None:
        super().__init__()
        self.signs = signs

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with every sign of ours in its place."""
        return [
            segment
            if segment.control or segment.text.isascii() or _is_written(segment.style)
            else Segment(segment.text.translate(self.signs), segment.style)
            for segment in segments
        ]


class AsWritten(Base):
    """A widget whose words are the user's: they are never redrawn in other signs."""

    def get_line_filters(self) -> list[LineFilter]:
        """All filters but that one."""
        return [one for one in super().get_line_filters() if not isinstance(one, AsciiFilter)]
