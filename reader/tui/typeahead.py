"""Keys typed ahead: what is typed before a dialog has opened goes into the dialog.

Textual sends each key to the widget that has the focus when the key is read. A line that brings several at once
(a slow connection, a fast typist, a paste into the terminal) would have the keys behind `a` act as commands of the
screen that `a` is about to cover. So a key is handed on when the one before has had its effect.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.message_pump import MessagePump

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen

GIVE_UP = 1.0
"""Seconds after which a key is no longer waited for: its widget may be gone."""
TURNS = 50
"""How often a new screen's field is waited for."""


class TypeAhead(App[int]):
    """Hands on one key or paste after the other."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()
        self._turn = 0
        self._waiting_since: float | None = None
        self.typed_at = 0.0
        """When the last key or paste came, by `time.monotonic`."""

    def get_driver_class(self) -> type[Driver]:
        """Ours where Textual would take the one it is made from."""
        usual = super().get_driver_class()
        if usual.__name__ != "LinuxDriver":
            return usual
        from reader.tui.incoming import TerminalDriver

        return TerminalDriver

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Paint, but no more once the program ends: nobody sees it, and a line that was dropped takes only so much."""
        if not self._exit:
            super()._display(screen, renderable)

    async def on_event(self, event: events.Event) -> None:
        """Put keys and pastes in line; everything else as ever."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self._typed.append(event)
        self.typed_at = time.monotonic()
        since = self._waiting_since
        if since is None or time.monotonic() - since > GIVE_UP:
            # A dialog may be opening that no key was waited for: a callback of the one before has opened it.
            self._turn += 1
            self._waiting_since = time.monotonic()
            await self._arrived(self._turn, TURNS)

    async def _hand_on(self) -> None:
        """Give the next one to whom it belongs, and follow it up to its screen."""
        if not self._typed:
            self._waiting_since = None
            return
        self._turn += 1
        self._waiting_since = time.monotonic()
        event = self._typed.popleft()
        path: list[MessagePump] = [*(self.focused or self.screen).ancestors_with_self]
        await super().on_event(event)
        self._follow(self._turn, path)

    def _follow(self, turn: int, path: list[MessagePump]) -> None:
        """Called where the key has been: go on behind it, through the queues that it goes through."""
        while path:
            if path.pop(0).call_later(self._follow, turn, path):
                return
        self.call_later(self._arrived, turn, TURNS)

    async def _arrived(self, turn: int, turns: int) -> None:
        """The key has had its effect. A dialog that it opened takes the next one when its field has the focus."""
        if turn != self._turn:
            return
        screen = self.screen
        opening = turns > 0 and getattr(screen, "TEXT_FIELD", False) and screen.focused is None
        if not (opening and screen.call_later(lambda: self.call_later(self._arrived, turn, turns - 1))):
            await self._hand_on()
