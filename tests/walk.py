"""A walk through every screen of the program, by keys, in a project that has something to show on each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

from textual import events

from reader import commands
from reader.commands.wanted import existing
from reader.config import Settings
from reader.model import Article
from reader.project import Project
from reader.tui.app import ReaderApp
from reader.tui.drafts import greet
from reader.tui.overview import Overview
from reader.tui.search import SearchScreen
from tests.screens import shown
from tests.terminal.harness import DEADLINE

SEEDS = Path(__file__).parent.parent / "seeds"
Size = tuple[int, int]
SIGNS = {
    "colon": ":",
    "slash": "/",
    "question_mark": "?",
    "equals_sign": "=",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "space": " ",
    "plus_sign": "+",
    "minus": "-",
    "full_stop": ".",
}
"""What keys type that have another name."""


class Stop(NamedTuple):
    """A screen: the keys that lead there from the screen before, and those that lead back."""

    name: str
    there: str = ""
    back: str = ""


STOPS = (
    Stop("reading"),
    Stop("span", "v", "escape"),
    Stop("pane", "tab j", "tab"),
    Stop("selection", "J J", "escape k k"),
    Stop("find", "slash t h e", "escape"),
    Stop("hits", "slash f e r r y enter", "escape g j j"),
    Stop("zen", "z", "z"),
    Stop("picker", "t", "escape"),
    Stop("picker-new", "t m o n e t", "escape"),
    Stop("note", "a", "ctrl+g"),
    Stop("slots", "0", "escape"),
    Stop("palette", "colon", "escape"),
    Stop("palette-found", "colon t h e m", "escape"),
    Stop("help", "question_mark", "escape"),
    Stop("guide", "question_mark question_mark", "escape"),
    Stop("settings", "colon s e t t i n g s enter", "escape"),
    Stop("quotes", "equals_sign", "escape"),
    Stop("stats", "colon s t a t s enter", "escape"),
    Stop("library", "l"),
    Stop("details", "d", "escape"),
    Stop("which", "w", "escape"),
    Stop("import", "i ~ slash t e x t s slash", "escape escape"),
    Stop("codebook", "c"),
    Stop("rename", "r", "escape"),
    Stop("hue", "h", "escape"),
    Stop("delete", "X", "escape"),
    Stop("split", "up s", "escape escape"),
    Stop("notes", "m", "escape"),
    Stop("search", "f", "escape"),
    Stop("search-hits", "f q u a y enter down", "escape"),
    Stop("export", "e", "escape"),
    Stop("speakers", "greater_than_sign colon s k i p enter", "escape less_than_sign"),
    Stop("tour", "colon t o u r enter", "q"),
)
EMPTY = (
    Stop("empty-reading"),
    Stop("empty-picker", "t", "escape"),
    Stop("empty-library", "l", "escape"),
    Stop("empty-codebook", "c", "escape"),
    Stop("empty-notes", "m", "escape"),
    Stop("empty-search", "f n o w h e r e", "escape escape"),
    Stop("empty-history", "colon h i s t o r y enter", "escape"),
    Stop("empty-find", "slash x", "escape"),
)
"""The screens of a project in which there is nothing yet."""


def project_to_walk(
    folder: Path, sources: Sequence[str] = ("harbour-news.txt", "interview-night-shift.txt")
) -> Project:
    """The samples of the repository, the first of them half coded."""
    Project.create(folder, name="ferry")
    project = Project.open(folder, coder="c1")
    commands.import_(project, [str(SEEDS / name) for name in sources])
    article = next(iter(project.articles.values()))
    for numbers, tags in (
        ([4, 5, 13], ["ferry/owner unknown"]),
        ([4, 16], ["money/who pays"]),
        ([5, 8, 11, 16], ["evidence/figures"]),
        ([4, 9, 14], ["voice/officials"]),
        ([6, 11, 12, 14], ["voice/townspeople"]),
        ([4], ["mood"]),
    ):
        commands.tag(project, article, numbers, tags, create=True)
    for number, words, path in (
        (4, "no owner who will say so aloud", "silence"),
        (6, "lost ferry", "mood"),
        (9, "sells wool", "mood"),
    ):
        start, end = commands.find_words(project, article, number, words)
        commands.span(project, article, start, end, [path], create=True)
    describe(project, "money/who pays", "Fees, fines, debts, and whose they are", "p")
    describe(project, "voice", "Who speaks in the text, in their own words")
    commands.note(project, article, 4, "Nobody is named until the fourth sentence. Compare with ¶ 9.")
    commands.note(project, article, 14, "A joke as an argument")
    commands.memo(project, "Read the council's minutes before the second pass.")
    commands.review(project, article, [4, 5, 6, 8])
    project.state.slots[:4] = [existing(project.codebook, path).id for path in SLOTS]
    project.flush()
    project.build_index()
    return project


SLOTS = ("ferry/owner unknown", "money/who pays", "evidence/figures", "voice/officials")


def describe(project: Project, path: str, words: str, key: str = "") -> None:
    """Give a tag a description and a key."""
    commands.tag_describe(project, path, words)
    if key:
        commands.tag_key(project, path, key)


def press(app: ReaderApp, names: str) -> None:
    """Send keys by their names; each is handed on when the one before has had its effect."""
    for name in names.split():
        app.post_message(events.Key(name, SIGNS.get(name, name if len(name) == 1 else None)))


async def still(app: ReaderApp) -> str:
    """The screen once nothing is on the way any more and two looks at it have been the same."""
    before, end = "", time.monotonic() + DEADLINE
    while time.monotonic() < end:
        quiet = 0
        while quiet < 3 and time.monotonic() < end:
            await asyncio.sleep(0 if quiet else 0.001)
            app.screen._on_timer_update()
            quiet = 0 if _busy(app) else quiet + 1
        now = shown(app)
        if now == before:
            return now
        before = now
    raise AssertionError(f"the screen never came to rest:\n{before}")


def _busy(app: ReaderApp) -> bool:
    """Whether a message is on its way, a key waits for its turn, or something is still counted or looked for."""
    screen = app.screen
    nodes = (app, *app.screen_stack, *screen.walk_children())
    for overview in app.screen_stack[0].query(Overview):
        if overview.waiting is not None:  # it waits for the keys to rest; they do
            overview.waiting.stop()
            overview._count()
    return (
        any(node.message_queue_size for node in nodes)
        or bool(app._typed or app._waiting_since is not None or screen._callbacks)
        or app.indexing.at_work
        or any(not worker.is_finished for worker in app.workers)
        or (app.reading.opened is not None and app.reading.opened.find is not None and not app.reading.opened.find.done)
        or (isinstance(screen, SearchScreen) and _searching(screen))
    )


def _searching(screen: SearchScreen) -> bool:
    results = screen.results
    more = bool(results.query and not results.done) or (screen._check is not None and not screen._check.done())
    return more or screen._wait is not None or screen._coming is not None


async def walk_empty(project: Project, size: Size, settings: Settings) -> AsyncIterator[tuple[str, ReaderApp]]:
    """Go through the screens of an empty project, each by its name."""
    app = ReaderApp(project, settings=settings)
    async with app.run_test(size=size):
        async for name in _stops(app, EMPTY):
            yield name, app


async def _stops(app: ReaderApp, stops: Sequence[Stop]) -> AsyncIterator[str]:
    await still(app)
    for stop in stops:
        press(app, stop.there)
        await still(app)
        yield stop.name
        press(app, stop.back)
        await still(app)  # a dialog stands where the pane is, which may have to find its place again


async def walk(project: Project, size: Size, settings: Settings) -> AsyncIterator[tuple[str, ReaderApp]]:
    """Go through all screens, each by its name."""
    app = ReaderApp(project, article=first(project).id, number=4, settings=settings)
    async with app.run_test(size=size):
        async for name in _stops(app, STOPS):
            yield name, app
        project.save_draft(f"{first(project).id}:5:", "The booking was for one night. Ask the")
        greet(app)  # as the next session would: this one has not said goodbye yet
        await still(app)
        yield "crash", app


def first(project: Project) -> Article:
    """The first article of the library."""
    return next(iter(project.articles.values()))
