"""The screen of the codebook, made while nobody types: to make it takes ten times as long as to show it."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reader.tui.app import ReaderApp

IDLE = 0.5
"""Seconds without a key after which something may be made; a key that comes then waits for one step of it at most."""


class Preparing:
    """Makes the screen once in a session, part by part, where the user has not asked for it before."""

    def __init__(self, app: ReaderApp) -> None:
        self._app = app
        self._task: asyncio.Task[None] | None = None

    @property
    def is_done(self) -> bool:
        """Whether the screen stands ready."""
        return self._task is not None and self._task.done()

    def begin(self) -> None:
        """Wait for a moment without keys."""
        self._app.set_timer(IDLE, self._look)

    def end(self) -> None:
        """Nobody will look at it."""
        if self._task is not None:
            self._task.cancel()

    def _look(self) -> None:
        app = self._app
        if time.monotonic() - app.typed_at < IDLE or app.indexing.at_work or len(app.screen_stack) > 1:
            self.begin()
        elif not app.has_codebook:
            self._task = asyncio.create_task(self._make())

    async def _make(self) -> None:
        app = self._app
        import reader.tui.codebook  # noqa: F401  a step of its own

        await asyncio.sleep(0)
        if app.has_codebook:
            return
        await app.make_codebook().get_ready()
        gc.collect()
        gc.freeze()
