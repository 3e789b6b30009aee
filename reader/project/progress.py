"""Saying how far a long piece of work is."""

from __future__ import annotations

import time
from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with (done, total); may raise Cancelled."""
OFTEN = 0.1
"""Seconds between two times that it is said."""


def now_and_then(say: Progress) -> Progress:
    """What says how far it is, but not each time it is called."""
    last = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= OFTEN:
            last = time.monotonic()
            say(done, total)

    return progress
