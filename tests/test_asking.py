"""The process that answers the search screen: pages, staleness, what is wrong, what others have written."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from reader import commands
from reader.errors import ReaderError, UsageError
from reader.project import Project, copies
from reader.project.asking import FIRST, Answering, Order, Page, Question
from reader.search.hits import Hit
from reader.tui.asking import Asking, Results
from tests.projects import add_tag, make_project, new_article, put_on, the_article
from tests.terminal.harness import DEADLINE, computed

MANY = [
    new_article([f"Title {n}", *(f"The barrier {k} of {n}." for k in range(20))], source=f"{n}.txt") for n in range(6)
]
HITS = 120


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    found = make_project(tmp_path / "data", articles=MANY)
    yield found
    found.close()


def answered(project: Project, question: Question, pages_wanted: int = 1_000) -> list[Page]:
    """The pages of an answer that is let go on until so many have come."""
    pages: list[Page] = []
    Answering(project, pages.append, lambda: len(pages) >= pages_wanted).answer(question)
    return pages


def test_the_first_page_comes_first_and_all_are_the_hits(project: Project) -> None:
    pages = answered(project, Question(1, "barrier"))
    assert [len(page.rows) for page in pages] == [FIRST, HITS - FIRST]
    rows = [row for page in pages for row in page.rows]
    hits = list(project.search("barrier"))
    assert [(r.article, r.number, r.left, r.hit, r.right) for r in rows] == [
        (h.article_id, h.paragraph, h.left, h.hit, h.right) for h in hits
    ]
    assert [page.done for page in pages] == [False, True]
    assert (pages[-1].count, pages[-1].articles) == (HITS, 6)
    assert dict(pages[-1].top) == dict.fromkeys(project.articles, 20)


def test_hits_beyond_the_most_are_counted(project: Project) -> None:
    pages = answered(project, Question(1, "barrier", most=70))
    assert sum(len(page.rows) for page in pages) == 70
    assert pages[-1].count == HITS
    assert pages[-1].done


@pytest.mark.parametrize("order", ["left", "right", "date"])
def test_in_every_order_all_hits_are_sorted_and_counted(project: Project, order: Order) -> None:
    keys: dict[str, Callable[[Hit], object]] = {
        "left": lambda hit: hit.left.split()[::-1],
        "right": lambda hit: hit.right.replace(".", "").split(),
        "date": lambda hit: project.articles[hit.article_id].imported_at,
    }
    wanted = sorted(project.search("barrier"), key=keys[order])[:70]  # type: ignore[arg-type]  # they can be compared
    pages = answered(project, Question(1, "barrier", order=order, most=70))
    rows = [(row.article, row.number) for page in pages for row in page.rows]
    assert rows == [(hit.article_id, hit.paragraph) for hit in wanted]
    assert (pages[-1].count, pages[-1].articles) == (HITS, 6), "of all, not of those that are sent"
    assert {page.count for page in pages} == {HITS}


def test_a_sort_ends_where_another_question_waits(project: Project) -> None:
    pages: list[Page] = []
    Answering(project, pages.append, lambda: True).answer(Question(1, "barrier", order="left"))
    assert pages == []


def test_an_answer_ends_where_another_question_waits(project: Project) -> None:
    pages = answered(project, Question(1, "barrier"), pages_wanted=1)
    assert not any(page.done for page in pages)
    assert sum(len(page.rows) for page in pages) < HITS


def test_what_is_wrong_is_the_sentence_of_the_search(project: Project) -> None:
    with pytest.raises(UsageError) as wrong:
        project.search("barrier OR")
    (page,) = answered(project, Question(1, "barrier OR"))
    assert page.error == str(wrong.value)
    assert page.done


def test_saved_searches_are_counted(project: Project) -> None:
    commands.search_save(project, "gates", '"barrier 3"')
    commands.search_save(project, "of all", "saved:gates OR title")
    found = [(page.name, page.count) for page in answered(project, Question(1, names=("gates", "of all", "none")))]
    assert found == [("gates", 6), ("of all", 12), ("none", -1), ("", 0)]


async def all_of(asking: Asking, query: str) -> Results:
    """The results of a query when they are whole."""
    results = Results(query)
    async with asyncio.timeout(DEADLINE):
        async for page in asking.pages(query):
            results.found += page.rows
            results.count = page.count
    return results


async def test_the_process_sees_what_was_written_since(project: Project) -> None:
    asking = Asking(project)
    assert (await all_of(asking, "barrier")).count == HITS
    put_on(project, the_article(project), 2, add_tag(project, "gate"))
    assert (await all_of(asking, "tag:gate")).count == 1
    project.import_articles([new_article(["Another", "One more barrier"], source="b.txt")])
    assert (await all_of(asking, "barrier")).count == HITS + 1
    with pytest.raises(ReaderError, match="nearest is “gate”"):
        await all_of(asking, "tag:gat")
    await asking.close()


async def test_a_pattern_without_end_is_left_for_the_next_question(tmp_path: Path) -> None:
    project = make_project(tmp_path / "data", articles=[new_article(["Title", "a" * 5_000 + "b", "The barrier."])])
    asking = Asking(project)
    endless = asking.pages("/(a|a|aa)*(a|a)+$/")
    waiting = asyncio.ensure_future(anext(endless, None))
    async with asyncio.timeout(DEADLINE):
        while asking._process is None or not asking._ready.is_set():
            await asyncio.sleep(0.01)
        first, ready_after = asking._process, computed(asking._process.pid)
        while computed(first.pid) < ready_after + 0.3:  # until then it may not have turned to the pattern yet
            await asyncio.sleep(0.01)
    assert (await all_of(asking, "barrier")).count == 1
    assert asking._process is not first
    assert await waiting is None
    await asking.close()
    project.close()


class Asked:
    """The process as its own front end would use it: questions go in by the line, pages come out by the line."""

    def __init__(self, path: Path) -> None:
        line = [sys.executable, "-m", "reader.project.asking", str(path), "c1"]
        self._process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        assert self.page() == Page(0)

    def ask(self, *questions: Question) -> None:
        self._in.write(b"".join(msgspec.json.encode(question) + b"\n" for question in questions))
        self._in.flush()

    def page(self) -> Page:
        return msgspec.json.decode(self._out.readline(), type=Page)

    def answer(self, question: Question) -> list[Page]:
        """What it says to one question, to the last page."""
        self.ask(question)
        assert self.page() == Page(question.id)
        pages = [self.page()]
        while not pages[-1].done:
            pages.append(self.page())
        assert {page.id for page in pages} == {question.id}
        return pages

    def end(self) -> int:
        """Ask nothing more; the exit code."""
        self._in.close()
        code = self._process.wait(DEADLINE)
        assert self._out.read() == b""
        self._out.close()
        return code


def test_the_end_of_the_questions_ends_the_process(project: Project) -> None:
    asked = Asked(project.path)
    pages = asked.answer(Question(1, "barrier"))
    assert (sum(len(page.rows) for page in pages), pages[-1].count) == (HITS, HITS)
    assert asked.answer(Question(2)) == [Page(2, done=True)]
    assert asked.end() == 0


def test_only_the_last_of_several_questions_is_answered(project: Project) -> None:
    asked = Asked(project.path)
    asked.ask(*(Question(number, "barrier") for number in (1, 2)), Question(3, "title"))
    pages = [asked.page()]
    while not pages[-1].done:
        pages.append(asked.page())
    assert [page.id for page in pages if page.done] == [3]
    assert pages[-1].count == len(MANY)
    assert asked.end() == 0


def test_where_there_is_no_project_each_question_is_told_so(project: Project, tmp_path: Path) -> None:
    asked = Asked(tmp_path / "nowhere")
    (page,) = asked.answer(Question(1, "barrier"))
    assert page.error.startswith("There is no project")
    project.close()
    shutil.copytree(project.path, tmp_path / "nowhere")
    assert asked.answer(Question(2, "barrier"))[-1].count == HITS
    assert asked.end() == 0


def test_the_journals_are_read_anew_where_something_was_erased(project: Project) -> None:
    """What was known of them holds no more: they are shorter than they were."""
    asked = Asked(project.path)
    assert asked.answer(Question(1, "barrier"))[-1].count == HITS
    first = the_article(project)
    project.close()
    copies.erase(project.path, "c1", frozenset({first.id}), {}, project.store.modes)
    assert asked.answer(Question(2, "barrier"))[-1].count == HITS - 20
    assert asked.end() == 0
