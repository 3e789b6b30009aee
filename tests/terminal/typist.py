"""Somebody who types word after word, and what of it must be on the disk whenever the program is killed."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.terminal.harness import Terminal

LOST_AT_MOST = 2.0
"""Seconds of typing that a kill may cost."""
SLOWNESS = 10
"""How many times the longest wait for a word to be shown a machine may be late with what it does in the background."""


@dataclass
class Typed:
    """A text being typed: its beginnings, and when each of them was on the screen."""

    shown: list[tuple[float, str]]
    longest: float = 0.0
    """Seconds that the program took at most to show a word: next to nothing but on a busy machine."""

    @property
    def text(self) -> str:
        """All of it."""
        return self.shown[-1][1]

    def kept(self, killed: float) -> str:
        """What a kill at that moment must have left: all that was shown long enough before."""
        sure = killed - LOST_AT_MOST - SLOWNESS * self.longest
        return next((text for at, text in reversed(self.shown) if at < sure), "")


def type_words(
    terminal: Terminal, words: Sequence[str], chance: random.Random, *, seconds: float, pause: float, text: str = ""
) -> Typed:
    """Type for some seconds behind a text that is shown; between two words there is a pause of so many seconds at most."""
    began = time.monotonic()
    typed = Typed([(began, text)])
    while (at := time.monotonic()) < began + seconds:
        word = chance.choice(words)
        sent = len(terminal.received)
        terminal.type(word + " ")
        terminal.wait_bytes(word, sent)
        text += word + " "
        typed.shown.append((time.monotonic(), text))
        typed.longest = max(typed.longest, time.monotonic() - at)
        terminal.bytes_in(chance.uniform(pause / 4, pause))
    return typed
