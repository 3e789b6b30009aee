"""What tests of screens share: the screen as text, waiting for a state."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from reader.tui.rows import Rows
from tests.terminal.harness import DEADLINE


def shown(app: App[Any]) -> str:
    """The whole screen as plain text, a line a row."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def line_with(app: App[Any], words: str) -> str:
    """The first line of the screen that holds the words; empty without one."""
    return next((line for line in shown(app).splitlines() if words in line), "")


def current_row(app: App[Any]) -> str:
    """The row under the cursor of the list on the topmost screen, as shown."""
    rows = app.screen.query_one(Rows)
    if rows.cursor < 0:
        return ""
    return "".join(s.text for s in rows.render_line(rows.cursor - rows.top + rows.header)).strip()


async def until(pilot: Pilot[Any], holds: Callable[[], object], what: str = "the state") -> None:
    """Let the program run until something holds; fails at the deadline."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if holds():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"{what} did not come about:\n{shown(pilot.app)}")


async def typed(pilot: Pilot[Any], text: str) -> None:
    """Type a text, key by key."""
    names = {
        " ": "space",
        "/": "slash",
        ";": "semicolon",
        ".": "full_stop",
        "-": "minus",
        ":": "colon",
        "*": "asterisk",
    }
    for letter in text:
        await pilot.press(names.get(letter, letter))
