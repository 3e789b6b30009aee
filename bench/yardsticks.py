"""What the toolkit itself costs: a bare app with one text, and a bare list that draws its own lines.

python -m bench.yardsticks words        one Static
python -m bench.yardsticks list 1000000 a scrolling list, drawn line by line
"""

from __future__ import annotations

import sys

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

READY = "READY"
WORDS = f"{READY} a ferry that nobody ordered waits in the harbour while the town decides who is to pay for her berth"


class Words(App[None]):
    """One text."""

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static(WORDS)

    def on_key(self, event: events.Key) -> None:
        """q leaves."""
        if event.key == "q":
            self.exit()


class Rows(ScrollView, can_focus=True):
    """`count` rows made when they are drawn; j and k scroll by one, space and b by a window: each draws the window anew."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count
        self._style = Style.parse("white on black")

    def on_mount(self) -> None:
        """As tall as all the rows."""
        self.virtual_size = Size(100, self._count)

    def render_line(self, y: int) -> Strip:
        """One row of the window."""
        text = f"{y + self.scroll_offset.y} {WORDS}"[: self.size.width].ljust(self.size.width)
        return Strip([Segment(text, self._style)], self.size.width)

    def on_key(self, event: events.Key) -> None:
        """Scroll, or leave."""
        step = {"j": 1, "k": -1, "space": self.size.height, "b": -self.size.height}.get(event.key)
        if event.key == "q":
            self.app.exit()
        elif step is not None:
            self.scroll_to(y=max(0, self.scroll_offset.y + step), animate=False, immediate=True)


class List(App[None]):
    """A list with the focus."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def compose(self) -> ComposeResult:
        """The list."""
        yield Rows(self._count)

    def on_mount(self) -> None:
        """Keys go to it."""
        self.query_one(Rows).focus()


def main() -> None:
    """Run the yardstick named on the command line."""
    if sys.argv[1] == "words":
        Words().run()
    else:
        List(int(sys.argv[2])).run()


if __name__ == "__main__":
    main()
