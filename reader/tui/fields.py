"""What the dialogs share: a text field that never blinks, completion of paths, the place beside the text."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rich.text import Text
from textual.geometry import Size
from textual.reactive import Reactive
from textual.suggester import Suggester
from textual.widgets import Input

from reader.safe import safe, safe_line
from reader.tui.settling import Settling
from reader.tui.signs import AsWritten

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Region
    from textual.screen import Screen
    from textual.widget import Widget

    from reader.tui.screen import Keyed

SPOKEN = "-spoken"
"""The class of the app where a screen reader follows the terminal's cursor."""
LONGEST_PASTE = 20_000
"""Characters of a paste that a one-line field takes: more than a query may have, so that one that is too long is said to be."""
SIDE_FROM = 100
"""Columns from which a dialog stands beside the text where there is no pane to stand over."""


def alt_in_field(field: Widget, event: events.Key, words: Mapping[str, Callable[[], None]]) -> None:
    """Alt and a key in a text field: a motion or deletion by words, as terminals send them, else what the screen takes it for."""
    if not event.key.startswith("alt+"):
        return  # the field's own
    event.prevent_default()
    event.stop()
    if event.key in words:
        words[event.key]()
    else:
        cast("Keyed[Any]", field.screen).on_key(event)


class Field(AsWritten, Input):
    """A one-line text field: no blinking cursor, pastes cut to one safe line. `typed` is called when the value changes."""

    DEFAULT_CSS = """
    Field { height: 1; width: 1fr; border: none; padding: 0; background: transparent; }
    Field:focus { border: none; background-tint: $foreground 0%; }
    """

    virtual_size = Reactive(Size(0, 0), layout=False)
    """The field is as wide as it is: a letter typed lays nothing out anew, as Textual's own would."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        suggester: Suggester | None = None,
        typed: Callable[[], None] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        self._typed = typed
        super().__init__(
            value, placeholder=placeholder, suggester=suggester, select_on_focus=False, compact=True, id=id
        )
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        """What is drawn: sign for sign what may reach a terminal, as a name from another program may hold more."""
        return Text(safe_line(self.value), no_wrap=True, overflow="ignore", end="")

    def watch_value(self) -> None:
        """The value is another one: what follows from it is drawn together with the letter, not a frame later."""
        if self._typed is not None and self.is_mounted:
            self._typed()

    async def _on_key(self, event: events.Key) -> None:
        words = {
            "alt+f": self.action_cursor_right_word,
            "alt+b": self.action_cursor_left_word,
            "alt+backspace": self.action_delete_left_word,
        }
        alt_in_field(self, event, words)

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        lines = event.text[:LONGEST_PASTE].splitlines()
        if lines:
            start, end = sorted(self.selection)
            self.replace(safe(lines[0]), start, end)


def completions(typed: str, suffixes: tuple[str, ...] = ()) -> list[str]:
    """What a typed path may become: folders (with `/` at the end) and files of the suffixes (none: all), sorted.

    `~` is the home folder and stays as it was typed. Hidden names only where a dot was typed. A folder that
    cannot be read completes to nothing.
    """
    cut = typed.rfind("/") + 1
    folder, start = typed[:cut], typed[cut:]
    found: list[str] = []
    try:
        with os.scandir(Path(folder or ".").expanduser()) as entries:
            for entry in entries:
                name = entry.name
                if not name.startswith(start) or (name.startswith(".") and not start) or safe(name) != name:
                    continue
                if entry.is_dir():
                    found.append(f"{folder}{name}/")
                elif not suffixes or name.lower().endswith(suffixes):
                    found.append(folder + name)
    except (OSError, RuntimeError, ValueError):
        return []
    return sorted(found)


def completed(typed: str, suffixes: tuple[str, ...] = ()) -> str:
    """The typed path with what all its completions have in common added."""
    found = completions(typed, suffixes)
    if not found:
        return typed
    first, last = found[0], found[-1]
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:same]


class PathSuggester(Suggester):
    """Offers the first completion of a path behind the cursor."""

    def __init__(self, suffixes: tuple[str, ...] = ()) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.suffixes = suffixes

    async def get_suggestion(self, value: str) -> str | None:
        """The first path that the value can become, None without one."""
        if not value or value.endswith(("/", ".")):
            return None
        return next(iter(completions(value, self.suffixes)), None)


def pane_region(screen: Screen[Any]) -> Region | None:
    """Where the pane of the screen beneath stands, None if it shows none."""
    stack = screen.app.screen_stack
    beneath = stack[stack.index(screen) - 1] if screen in stack and stack.index(screen) else None
    pane = beneath.query("#pane").first() if beneath and beneath.query("#pane") else None
    if pane is None or not pane.display:
        return None
    if not pane.region.area and isinstance(beneath, Settling):  # shown by the key before this one
        beneath.lay_out()
    return pane.region if pane.region.area else None


def place_over_pane(screen: Screen[Any], box: Widget, *, rows: int = 7, again: bool = True) -> None:
    """Put a dialog's box where the pane is, else at the right or in the last rows: the paragraph stays in sight.

    `rows` is the least height that the box needs where it stands below the text. The box gets the class
    `-side` or `-foot`. Once more is done `again` a moment later: the key before this one may have shown the pane.
    """
    width, height = screen.size
    region = pane_region(screen)
    side = region.x > 0 if region is not None else width >= SIDE_FROM and not screen.app.has_class(SPOKEN)
    box.set_class(side, "-side")
    box.set_class(not side, "-foot")
    if side:
        wide = max(region.width, 30) if region is not None else max(34, width // 3)
        top = region.y if region is not None else 1
        tall = region.height if region is not None else height - 2
        left = width - wide
    else:
        tall = min(max(rows, height - region.y if region is not None else 0), height)
        wide, left, top = width, 0, height - tall
    box.styles.width, box.styles.height = wide, max(3, tall)
    box.styles.offset = (left, max(0, top))
    if again:
        screen.call_after_refresh(place_over_pane, screen, box, rows=rows, again=False)
