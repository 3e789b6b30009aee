"""A screen that comes up is painted twice: at once, and then what its parts have changed while they found their places.

Textual paints it for every size that is told to a part of it, and all of it once more: four times what stands there
already, which a slow line takes seconds for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

from rich.control import Control
from textual._compositor import LayoutUpdate
from textual.screen import Screen
from textual.widgets._toast import ToastRack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console, RenderableType
    from textual.css.types import PointerShape
    from textual.strip import Strip

Result = TypeVar("Result")

TURNS = 20
"""Turns of the loop in which what was laid out hears of it and answers."""

Row = list[tuple[int, str]]
"""What stands in a row, from left to right: the first cell and what is written there."""


class Ends(LayoutUpdate):
    """An update of the whole screen of which only the ends of some rows are written."""

    def __init__(self, update: LayoutUpdate, ends: Mapping[int, Row]) -> None:
        super().__init__(update.strips, update.region)
        self._ends = ends

    def render_segments(self, console: Console) -> str:
        """Each end behind its place."""
        return "".join(
            f"{Control.move_to(end[0][0], y).segment.text}{''.join(text for _, text in end)}"
            for y, end in self._ends.items()
        )


class Settling(Screen[Result], Generic[Result]):
    """A screen that holds back what it would paint between its first frame and the moment when all has its place."""

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  (Textual's name)
        super().__init__(name, id, classes)
        self._settled = False
        self._first: Sequence[Row] | None = None

    async def get_ready(self) -> None:
        """Be made, laid out and drawn before it is shown for the first time; nothing is written to the terminal."""
        app = self.app
        app._register(app, self)  # noqa: SLF001  what `push_screen` begins with
        mounted: asyncio.Event = self._mounted_event
        await mounted.wait()
        for rack in self.query(ToastRack):
            rack.show(app._notifications)  # noqa: SLF001  else it would be hidden, and all laid out once more, when this is shown
        self._layout_required = True
        for _ in range(TURNS):  # what has found its place may change the places of others
            if self.is_current or not self.is_attached:
                return  # it is painted as any other now
            if self._layout_required:
                self._layout_required = False
                self._refresh_layout(app.size)
            await asyncio.sleep(0)
        self._settled = True
        self._compositor.render_update(full=True)

    def _watch__pointer_shape(self, pointer_shape: PointerShape) -> None:
        if self.is_current:  # one that is made ready has nothing to say to the terminal
            super()._watch__pointer_shape(pointer_shape)

    def changed_only(self, update: RenderableType | None, console: Console) -> RenderableType | None:
        """What has to be written of an update: while the screen comes up only the ends of rows that are not there yet."""
        if update is None or (self._settled and self._first is None):
            return update
        first, self._first = self._first, None
        if not isinstance(update, LayoutUpdate):
            self._settled = True
            return update
        rows = [_written(strips, console) for strips in update.strips]
        if not self._settled:
            self._first = rows
        elif first is not None and len(first) == len(rows):
            ends = (_end(row, before) for row, before in zip(rows, first, strict=True))
            return Ends(update, {y: end for y, end in enumerate(ends) if end})
        return update

    @property
    def _holds_back(self) -> bool:
        return self._first is not None and not self._settled and self.is_current

    def _compositor_refresh(self) -> None:
        if self._holds_back:
            self.refresh()  # soon, with all else
        else:
            super()._compositor_refresh()

    def lay_out(self) -> None:
        """Give all parts their places now."""
        self._refresh_layout()
        self._layout_required = False

    def _on_timer_update(self) -> None:
        """All that was asked for while the screen came up has been done: lay it out, and paint what has come of it."""
        if self._holds_back:
            if self._layout_required:
                self.lay_out()
            self._settled = True
        super()._on_timer_update()


def _written(strips: Iterable[Strip], console: Console) -> Row:
    """What is written of the strips of a row."""
    row: Row = []
    x = 0
    for strip in strips:
        row.append((x, strip.render(console)))
        x += strip.cell_length
    return row


def _end(row: Row, before: Row) -> Row:
    """What of a row is another than before, and what follows it."""
    same = 0
    while same < min(len(row), len(before)) and row[same] == before[same]:
        same += 1
    return row[same:]
