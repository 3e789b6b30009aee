"""Searching in a process of its own: `python -m reader.project.asking PROJECT CODER`.

It reads questions from standard input, a line of JSON each, and answers with pages on standard output, a line
each: one at once that says it has begun, then the first hits, the rest, and how many there are in all. A new
question ends the answer to the one before; the end of the input ends the process.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from reader.errors import ReaderError

if TYPE_CHECKING:
    from reader.project import Project
    from reader.search.hits import Hit

MOST = 10_000
"""Hits that are sent; those beyond are counted."""
FIRST, NEXT = 50, 500
"""Hits of the first page, and of the others."""
PLACES = 2_000
"""Paragraphs of a page without words."""
OFTEN = 0.2
"""Seconds after which what there is so far is sent."""
LOOK = 64
"""Hits after which it is looked whether another question waits."""
TOP = 8
"""Articles with the most hits that are named."""

Order = Literal["article", "left", "right", "date"]


class Question(msgspec.Struct):
    """What is asked: a query, or else how many paragraphs some saved searches find. Neither: nothing any more.

    With `bare` the paragraphs in which the query holds are wanted, all of them, without any words.
    """

    id: int
    query: str = ""
    order: Order = "article"
    most: int = MOST
    names: tuple[str, ...] = ()
    bare: bool = False


class Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One hit: the words before, the hit, the words after; `where` is "text", "note", "tag" or "paragraph"."""

    article: str
    number: int
    left: str = ""
    hit: str = ""
    right: str = ""
    where: str = "text"


class Page(msgspec.Struct):
    """A part of the answer. `count` hits in `articles` articles are known so far, `top` has those with the most.

    The last page says in `memos` which memos and notes on tags, that stand on no paragraph, the query holds in too,
    and in `unknown` what the query names that is not in the library, a sentence each.
    To names: a saved search (in `name`) and its number of paragraphs in `count`, -1 where it is not understood.
    """

    id: int
    rows: list[Row] = []
    count: int = 0
    articles: int = 0
    top: list[tuple[str, int]] = []
    memos: list[str] = []
    unknown: list[str] = []
    name: str = ""
    done: bool = False
    error: str = ""


class Inbox:
    """The questions that come; only the last one counts."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._rest = b""
        self._last: bytes | None = None
        self.ended = False

    def next(self) -> Question | None:
        """The last question, waited for; None at the end."""
        while self._last is None and not self.ended:
            self._read(None)
        if self._last is None:
            return None
        line, self._last = self._last, None
        return msgspec.json.decode(line, type=Question)

    def waits(self) -> bool:
        """Whether another question has come, or the end."""
        self._read(0)
        return self.ended or self._last is not None

    def _read(self, timeout: float | None) -> None:
        while not self.ended and select.select([self._fd], [], [], timeout)[0]:
            found = os.read(self._fd, 1 << 16)
            self.ended = not found
            *lines, self._rest = (self._rest + found).split(b"\n")
            if lines:
                self._last = lines[-1]
                return


class _Stale(Exception):
    """Another question waits."""


class Answering:
    """Answers questions over one project, as long as no other one waits."""

    def __init__(self, project: Project, send: Callable[[Page], None], stale: Callable[[], bool]) -> None:
        self._project = project
        self._send = send
        self._stale = stale

    def answer(self, question: Question) -> None:
        """Send the pages. What is wrong with the query is the last one."""
        try:
            if question.names:
                self._count(question)
            elif question.bare:
                self._place(question)
            elif question.query:
                self._find(question)
            else:
                self._send(Page(question.id, done=True))
        except ReaderError as error:
            self._send(Page(question.id, done=True, error=str(error)))

    def _find(self, question: Question) -> None:
        """Send the hits in their order, and how many there are of all of them."""
        from reader.search.hits import ordered

        tally: Counter[str] = Counter()
        page = Page(question.id)
        size, sent, since = FIRST, 0, time.monotonic()
        limit = None if question.order == "article" else question.most
        try:
            hits = self._tallied(self._project.search(question.query), tally)
            for number, hit in enumerate(ordered(hits, question.order, self._project, limit), 1):
                if sent + len(page.rows) < question.most:
                    page.rows.append(Row(hit.article_id, hit.paragraph, hit.left, hit.hit, hit.right, hit.where))
                full = len(page.rows) >= size
                if full or (number % LOOK == 0 and time.monotonic() - since > OFTEN):
                    self._check()
                    sent += len(page.rows)
                    self._send_page(page, tally)
                    page, size, since = Page(question.id), NEXT, time.monotonic()
        except _Stale:
            return
        page.done = True
        page.memos = [memo.id for memo in self._project.memos_with(question.query)]
        page.unknown = self._project.unknown_in(question.query)
        self._send_page(page, tally)

    def _place(self, question: Question) -> None:
        """Send the paragraphs in which the query holds; `count` is how many there are until now."""
        page, count = Page(question.id), 0
        for place in self._project.matching(question.query):
            page.rows.append(Row(*place))
            count += 1
            if len(page.rows) >= PLACES:
                if self._stale():
                    return
                page.count = count
                self._send(page)
                page = Page(question.id)
        page.count, page.done = count, True
        self._send(page)

    def _tallied(self, hits: Iterable[Hit], tally: Counter[str]) -> Iterator[Hit]:
        """The hits, counted by article as they pass."""
        for number, hit in enumerate(hits, 1):
            tally[hit.article_id] += 1
            if number % LOOK == 0:
                self._check()
            yield hit

    def _check(self) -> None:
        if self._stale():
            raise _Stale

    def _send_page(self, page: Page, tally: Counter[str]) -> None:
        page.count, page.articles, page.top = tally.total(), len(tally), tally.most_common(TOP)
        self._send(page)

    def _count(self, question: Question) -> None:
        queries = {search.name: search.query for search in self._project.searches.values()}
        for name in question.names:
            if self._stale():
                return
            count = -1
            with contextlib.suppress(ReaderError):
                count = self._project.count(queries.get(name, ""))
            self._send(Page(question.id, name=name, count=count))
        self._send(Page(question.id, done=True))


def main(arguments: Sequence[str]) -> int:
    """Answer until the input ends; the exit code."""
    from reader.project import Project

    path, coder = arguments
    inbox = Inbox(sys.stdin.fileno())
    encode = msgspec.json.Encoder().encode_into
    line = bytearray()

    def send(page: Page) -> None:
        encode(page, line)
        line.extend(b"\n")
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()

    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        project: Project | None = None
        with contextlib.suppress(ReaderError):  # said to the first question
            project = Project.open(Path(path), coder=coder, write=False)
            import reader.search.lookup  # noqa: F401  what a question needs is there when it comes

            len(project.articles)
        send(Page(0))
        for question in iter(inbox.next, None):
            send(Page(question.id))
            try:
                project = _up_to_date(project) or Project.open(Path(path), coder=coder, write=False)
                Answering(project, send, inbox.waits).answer(question)
            except ReaderError as error:
                send(Page(question.id, done=True, error=str(error)))
    return 0


def _up_to_date(project: Project | None) -> Project | None:
    """The project with what others have written since; None where it has to be opened anew, as after an erasure."""
    if project is not None:
        try:
            project.poll()
        except ReaderError:
            project.close()
            return None
    return project


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
