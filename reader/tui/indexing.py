"""The index of the search, brought up to date by a child process while one reads."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from reader.errors import Cancelled, ReaderError

if TYPE_CHECKING:
    from reader.project.building import Builder
    from reader.tui.app import ReaderApp

ALL = "all texts are indexed"
PATIENCE = 0.02
"""Seconds that a key waits at most for a child that writes the index."""


class Indexing:
    """Starts a build where texts are missing, says how far it is where nothing else is said, ends it with the program."""

    def __init__(self, app: ReaderApp) -> None:
        self._app = app
        self._said = ""
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._builder: Builder | None = None
        self._ended = False

    @property
    def at_work(self) -> bool:
        """Whether it is looking or building."""
        return self._task is not None and not self._task.done()

    def begin(self) -> None:
        """Look whether texts are missing; where one is looking already, once more after that."""
        self._app.project.wait_for_index(PATIENCE)
        if self.at_work:
            self._again = True
        elif not self._ended:
            self._task = asyncio.create_task(self._run())

    def end(self) -> None:
        """Nobody waits any more: the child ends after its portion, what it has written stays."""
        self._ended = True
        if self._builder is not None:
            self._builder.stop()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        self._again = True
        while self._again and not self._ended:
            self._again = False
            with suppress(ReaderError):  # damage is said where a text is opened; a search reads them all
                await self._look()

    async def _look(self) -> None:
        from reader.project.building import Builder

        project = self._app.project
        if not await asyncio.to_thread(project.index_is_behind) or self._ended:
            return
        loop = asyncio.get_running_loop()

        def progress(done: int, total: int) -> None:
            if self._ended:
                raise Cancelled("The program ends.")
            loop.call_soon_threadsafe(self._say, f"indexing {done:,} of {total:,}" if done < total else ALL)

        self._say("indexing")
        self._builder = Builder(project.path, project.coder)
        try:
            done = await asyncio.to_thread(self._builder.watch, progress)
        finally:
            self._builder.stop()
            self._builder = None
        self._say(ALL if done else "")

    def _say(self, text: str) -> None:
        """Say it where nothing else is said, and in place of what was said last."""
        if not self._ended and self._app.murmur(text, self._said):
            self._said = text
