"""The process that searches for the screens: kept while the program runs, so that no key waits for a search."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from reader.errors import ReaderError
from reader.project.asking import MOST, Order, Page, Question, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from reader.project import Project

STUCK = 1.0
"""Seconds after which a process that does not turn to another question is ended; a new one answers it."""
LONGEST = 1 << 26
"""Bytes of a line at most."""
NO_ANSWER = "The search ended without an answer."


_OVER = Page(0, done=True)
"""To whoever still waits for the answer to the question before."""


class Asking:
    """Asks one question at a time; another one ends the answer to it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._starting = asyncio.Lock()
        self._pages: asyncio.Queue[Page] = asyncio.Queue()
        self._id = 0

    async def warm(self) -> None:
        """Start the process if there is none: a question will come soon."""
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                await self._start()

    async def pages(
        self,
        query: str = "",
        order: Order = "article",
        *,
        most: int = MOST,
        names: tuple[str, ...] = (),
        bare: bool = False,
    ) -> AsyncIterator[Page]:
        """The answer, page by page; ReaderError with the sentence of the search. It ends early when another question is asked."""
        self._id += 1
        question = Question(self._id, query, order, most, names, bare)
        self._pages.put_nowait(_OVER)
        pages = self._pages = asyncio.Queue()
        await asyncio.to_thread(self.project.flush)
        if self._id != question.id:
            return
        await self._ask(question)
        if not await self._is_heard(question, pages):
            return
        while self._id == question.id:
            page = await pages.get()
            if page.error:
                raise ReaderError(page.error)
            if page.id == question.id:
                yield page
            if page.done:
                return

    async def _is_heard(self, question: Question, pages: asyncio.Queue[Page]) -> bool:
        """Wait until the process is at the question; where it is stuck in another one a new process is."""
        await self._ready.wait()
        try:
            await asyncio.wait_for(pages.get(), STUCK)
        except TimeoutError:
            if self._id != question.id:
                return False
            self.end()
            await self._ask(question)
            page = await pages.get()
            if page.error:
                raise ReaderError(page.error) from None
        return self._id == question.id

    def forget(self) -> None:
        """Nobody waits for the answer any more."""
        self._id += 1
        self._pages.put_nowait(_OVER)
        if self._process is not None and self._process.returncode is None:
            self._write(Question(self._id))

    def end(self) -> None:
        """End the process; the next question starts another one."""
        if self._listening is not None:
            self._listening.cancel()
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        self._process = self._listening = None

    async def close(self) -> None:
        """End the process and wait until it has: nothing of it outlives the program."""
        process, listening = self._process, self._listening
        self.end()
        if process is not None:
            if listening is not None:
                await asyncio.wait([listening])
            await process.communicate()

    async def _ask(self, question: Question) -> None:
        await self.warm()
        self._write(question)

    def _write(self, question: Question) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(msgspec.json.encode(question) + b"\n")

    async def _start(self) -> None:
        self._ready = asyncio.Event()
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "reader.project.asking", str(self.project.path), self.project.coder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=LONGEST,
        )
        if process.stdout is not None:
            self._listening = asyncio.create_task(self._listen(process.stdout, self._ready))

    async def _listen(self, out: asyncio.StreamReader, ready: asyncio.Event) -> None:
        """Hand on what the process says; its end is an error to whoever waits."""
        decode = msgspec.json.Decoder(Page).decode
        async for line in out:
            page = decode(line)
            if not page.id:
                ready.set()
            elif page.id == self._id:
                self._pages.put_nowait(page)
        ready.set()
        self._pages.put_nowait(Page(self._id, done=True, error=NO_ANSWER))


class Results:
    """The hits of a query as they come; they go on coming when nobody looks at them. `listener` is told of each page."""

    def __init__(self, query: str = "", order: Order = "article") -> None:
        self.query = query
        self.order: Order = order
        self.found: list[Row] = []
        self.places: list[tuple[str, int]] = []
        """The paragraph of each hit that stands in one."""
        self.count = 0
        self.articles = 0
        self.top: list[tuple[str, int]] = []
        self.memos: list[str] = []
        """The ids of memos and notes on tags in which it holds too; known when all is done."""
        self.unknown: list[str] = []
        """What the query names that is not in the library, a sentence each; known when all is done."""
        self.done = False
        self.error = ""
        self.listener: Callable[[Results], None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._page = asyncio.Event()

    async def grown(self) -> None:
        """Wait for the next page. ReaderError if the search ended with one."""
        self._page.clear()
        await self._page.wait()
        if self.error:
            raise ReaderError(self.error)

    def begin(self, asking: Asking) -> None:
        """Ask for the hits."""
        self._task = asyncio.create_task(self._follow(asking))

    def end(self) -> None:
        """No more hits are wanted."""
        self.listener = None
        if self._task is not None:
            self._task.cancel()

    async def _follow(self, asking: Asking) -> None:
        try:
            async for page in asking.pages(self.query, self.order):
                self.found += page.rows
                self.places += [(row.article, row.number) for row in page.rows if row.article and row.number]
                self.count, self.articles, self.top, self.done = page.count, page.articles, page.top, page.done
                self.memos, self.unknown = page.memos, page.unknown
                self._tell()
        except ReaderError as error:
            self.error = str(error)
            self._tell()

    def _tell(self) -> None:
        self._page.set()
        if self.listener is not None:
            self.listener(self)
