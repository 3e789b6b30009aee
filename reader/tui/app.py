"""The terminal program: one app over one project, its screens, its status line, its end."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from textual.message import Message

from reader import commands
from reader.commands.goodbye import end_session
from reader.commands.phrases import changed_by_copies
from reader.config import Settings
from reader.errors import ReaderError
from reader.project import BecameReadOnly, Conflicted, Saved, Unsaved
from reader.project.takeover import PLEASE_END, give_way
from reader.tui import slots
from reader.tui.asking import Asking
from reader.tui.bars import KeyLine
from reader.tui.drafts import greet
from reader.tui.indexing import Indexing
from reader.tui.preparing import Preparing
from reader.tui.reading import ReadingScreen
from reader.tui.screen import Keyed
from reader.tui.seeing import Seeing
from reader.tui.settling import Settling
from reader.tui.undoing import UndoTalk

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen

    from reader.commands import Outcome
    from reader.project import Event, Project
    from reader.project.keeping import Keeper
    from reader.tui.codebook import CodebookScreen
    from reader.tui.search import SearchMemory
    from reader.tui.tour import Tour

POLL_SECONDS = 2.0
LOW = 20
"""Rows of the window under which dialogs have neither frame nor margins."""


class ReaderApp(Seeing):
    """Reads, tags and notes in one project."""

    CSS_PATH = "reader.tcss"
    ENABLE_COMMAND_PALETTE = False
    VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]
    COMMANDS = set()
    TITLE = "reader"

    class Happened(Message):
        """The writer thread reports."""

        def __init__(self, event: Event) -> None:
            super().__init__()
            self.event = event

    def __init__(
        self,
        project: Project,
        *,
        article: str = "",
        number: int | None = None,
        notice: str = "",
        settings: Settings | None = None,
    ) -> None:
        super().__init__(settings or Settings())
        self.project = project
        self.hits: list[tuple[str, int]] = []
        self.hit_index = -1
        self.hit_query = ""
        self.search_memory: SearchMemory | None = None
        self.came_from: dict[str, tuple[str, str]] = {}
        self.order: tuple[str, ...] = ()
        self.touring: Tour | None = None
        self.farewell = ""
        self.unsaved = ""
        """Why the disk refuses what was done last; empty where all is saved or on its way."""
        self._warned = False
        self._codebook: CodebookScreen | None = None
        self._wanted = (article, number)
        self._notice = notice
        self._edit_id = ""
        self._edit_text = ""
        self._way_back = ""
        self._said_once: set[str] = set()
        self._remark = ""
        self.indexing = Indexing(self)
        self._asking = Asking(project)
        self.preparing = Preparing(self)
        self.talk = UndoTalk(project)
        self._keeper: Keeper | None = None
        self.dress()

    # -- start and end -----------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[Any]:
        """The reading screen stands at the bottom."""
        return ReadingScreen()

    @property
    def reading(self) -> ReadingScreen:
        """The reading screen."""
        screen = self.screen_stack[0]
        assert isinstance(screen, ReadingScreen)  # noqa: S101  (it is never popped)
        return screen

    def on_mount(self) -> None:
        """Listen to signals and, before any key can edit, to the writer; whatever can wait is done after the first paint."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.leave)
        loop.add_signal_handler(PLEASE_END, self.leave_to_another)
        self.project.listen(self.from_writer)
        self.theme_changed_signal.subscribe(self, lambda _: self.redraw())

    def open_first(self) -> None:
        """Open the article that was asked for, else the last one, else the first."""
        slots.lay_out(self.project.state, self.project.codebook)
        article_id, number = self._wanted
        articles = self.project.articles
        candidates = (article_id, self.project.state.last_article, next(iter(articles), ""))
        found = next((candidate for candidate in candidates if candidate in articles), "")
        if found:
            self.reading.open(found, number if found == article_id else None)
        else:
            self.reading.opened = None
            self.reading.view.open(None, 1)
            self.reading.fit()
            self.reading.show_place()
        self._wanted = ("", None)

    def after_first_paint(self) -> None:
        """Take the right to write, look for others' changes, keep garbage collection away from keys."""
        try:
            self.project.start()
            give_way(self.project)
        except ReaderError:
            self.reading.show_title()
        if self.project.read_only:
            self.say(f"read-only: {self.project.read_only}", good=False)
        if self._notice:
            self.say(self._notice)
        greet(self)
        self._say_copies()
        self.set_interval(POLL_SECONDS, self._poll)
        self.indexing.begin()
        from reader.project.keeping import Keeper

        self._keeper = Keeper(self.project)
        gc.collect()
        gc.freeze()
        gc.enable()
        self.preparing.begin()

    def redraw(self) -> None:
        """Colours, signs or places of things changed: draw all anew."""
        super().redraw()
        kept = [self._codebook] if self._codebook is not None and self._codebook.is_made else []
        for screen in dict.fromkeys((*self.screen_stack, *kept)):
            if isinstance(screen, Keyed):
                screen.redraw()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Paint; of a screen that comes up, what is not there yet."""
        if isinstance(screen, Settling):
            renderable = screen.changed_only(renderable, self.console)
        super()._display(screen, renderable)

    def from_writer(self, event: Event) -> None:
        """Called in the writer thread."""
        self.post_message(self.Happened(event))

    def _poll(self) -> None:
        """Read what others have written, and see whether a backup is due."""
        try:
            if self.project.poll():
                self.refresh_marks()
                self._say_copies()
            if self._keeper is not None and (unkept := self._keeper.look()):
                self.say(unkept, good=False)
        except ReaderError as error:
            self.failed(error)

    def _say_copies(self) -> None:
        """Say which articles have another number since copies came together, and which are back."""
        if told := changed_by_copies(self.project):
            self.add(" ".join(told[:2]) + (" …" if len(told) > 2 else ""))

    def leave(self) -> None:
        """Keep the place and what is being typed, and leave; the project is closed by whoever opened it."""
        if self.touring is not None:
            self.touring.end()
        for screen in self.screen_stack:
            if isinstance(screen, Keyed):
                screen.keep()
        end_session(self.project)
        self.indexing.end()
        self.preparing.end()
        self.exit(0)

    def quit(self) -> None:
        """Leave at once; where something is not saved, only when it is asked for twice."""
        if self.unsaved and self.project.pending and not self._warned:
            self._warned = True
            count = self.project.pending
            which = f"{count:,} changes are" if count != 1 else "1 change is"
            self.say(f"{which} NOT SAVED: {self.unsaved}. Once more leaves without.", good=False)
            return
        self.leave()

    def leave_to_another(self) -> None:
        """Another session of this user takes over; whoever comes back to this terminal is told so."""
        self.farewell = f"Another session of yours took over at {datetime.now():%H:%M}."
        self.leave()

    async def on_unmount(self) -> None:
        """However the program ends, no child of it stays."""
        self.indexing.end()
        self.preparing.end()
        await self._asking.close()

    @property
    def asking(self) -> Asking:
        """The process that searches in the project that is open."""
        if self._asking.project is not self.project:
            self._asking.end()
            self._asking = Asking(self.project)
        return self._asking

    async def action_quit(self) -> None:
        """Textual's own ctrl+q ends as `q` does."""
        self.quit()

    # -- articles ----------------------------------------------------------------------------------------

    @property
    def article_id(self) -> str:
        """The open article, or empty."""
        opened = self.reading.opened
        return opened.id if opened else ""

    def open_article(self, article_id: str, number: int | None = None) -> None:
        """Show an article on the reading screen; the place left is kept for Backspace when one came by a jump."""
        reading = self.reading
        if len(self.screen_stack) > 1:
            reading.remember()
            while len(self.screen_stack) > 1:
                self.pop_screen()
        if article_id == self.article_id and number is not None:
            reading.go(number)
        else:
            reading.open(article_id, number)
        self.project.save_state()

    def open_codebook(self, at: str = "", query: str = "") -> None:
        """Show the codebook on a tag, filtered by some words; its screen is kept from one time to the next."""
        from reader.tui.codebook import CodebookScreen

        kept = self._codebook
        if kept is not None and (kept in self.screen_stack or not kept.is_made):
            kept = CodebookScreen(self.project, at=at, query=query)
        elif kept is not None and kept.project is self.project:
            kept.open_again(at, query)
        else:
            kept = self.make_codebook(at, query)
        self.push_screen(kept)

    @property
    def has_codebook(self) -> bool:
        """Whether the screen of the codebook was made."""
        return self._codebook is not None

    def make_codebook(self, at: str = "", query: str = "") -> CodebookScreen:
        """The screen of the codebook, which is kept from now on."""
        from reader.tui.codebook import CodebookScreen

        before = self._codebook
        if before is not None:  # it is of the tour's project, or of the one before the tour
            self.uninstall_screen(before)
            before.remove()
        made = self._codebook = CodebookScreen(self.project, at=at, query=query)
        self.install_screen(made, "codebook")
        return made

    def walk_hits(self, direction: int) -> None:
        """The next (1) or previous (-1) hit of the library search."""
        if not self.hits:
            self.remark("no hits: / searches here, f in the library")
            return
        self.hit_index = (self.hit_index + direction) % len(self.hits)
        article_id, number = self.hits[self.hit_index]
        if article_id not in self.project.articles:
            self.remark("the article of this hit is gone")
            return
        self.reading.remember()
        self.open_article(article_id, number)
        self.say(f"{self.hit_query}  {self.hit_index + 1}/{len(self.hits)}")

    # -- what is said --------------------------------------------------------------------------------------

    def _key_line(self) -> KeyLine:
        """The key line of the topmost screen that has one."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Keyed) and (line := screen.key_line_of()) is not None:
                return line
        return self.reading.key_line

    def say(self, text: str, *, good: bool = True, keep: bool = False) -> None:
        """Say a plain text in the status line; `keep` lets the news of the last edit follow it."""
        if not keep:
            self._edit_id = self._way_back = ""
        else:
            self._edit_text = text
        self._key_line().say(text, good=good, way_back=self._way_back)

    def remark(self, text: str) -> None:
        """Say why nothing was done, or what keys do now; it goes with the next command, as it would be false then."""
        self.say(text)
        self._remark = text

    def end_remark(self) -> None:
        """A command is to run: a remark that still stands there is old."""
        if self._remark:
            self.unsay(self._remark)
            self._remark = ""

    def unsay(self, text: str) -> None:
        """This is no longer true; where something else was said since, that stays."""
        line = self._key_line()
        if line.status == text:
            line.say("")

    def murmur(self, text: str, over: str = "") -> bool:
        """Say something of no weight, only where nothing is said or `over` is; whether it was said."""
        line = self._key_line()
        if line.status and line.status != over:
            return False
        line.say(text)
        return True

    def add(self, text: str) -> None:
        """Add a remark to what was said last."""
        before = self._key_line().status
        self.say(f"{before} · {text}" if before else text, keep=True)

    def say_once(self, text: str) -> None:
        """Say something that need not be said again in this session."""
        if text not in self._said_once:
            self._said_once.add(text)
            self.say(text)

    def told(self, outcome: Outcome, way_back: str = "undo") -> None:
        """Say what a command did, and by which key it is taken back; when it is on the disk the time follows."""
        text = outcome.brief or outcome.text
        if outcome.edit is None:
            self.say(text)
        else:
            self._say_edit(outcome.edit.id, text, way_back)

    def _say_edit(self, edit_id: str, text: str, way_back: str) -> None:
        self._edit_id, self._edit_text, self._way_back = edit_id, text, way_back
        said = f"NOT SAVED: {self.unsaved} · {text}" if self.unsaved else text
        self._key_line().say(said, good=not self.unsaved, way_back=way_back)
        self.talk.made(edit_id)

    def done(self, outcome: Outcome, way_back: str = "undo") -> None:
        """After an edit made in a dialog: draw all anew and say what it was."""
        self.refresh_marks()
        self.told(outcome, way_back)

    def failed(self, error: ReaderError) -> None:
        """Say what could not be done."""
        self.say(str(error), good=False)

    def attempt(self, function: Callable[..., Outcome], *args: object, **options: object) -> Outcome | None:
        """Run a command; its outcome, or None after an error was said."""
        try:
            outcome = function(*args, **options)
        except ReaderError as error:
            self.failed(error)
            return None
        self.done(outcome)
        return outcome

    def on_reader_app_happened(self, message: Happened) -> None:
        """An edit is on the disk, or is not."""
        if not self.screen_stack:  # the program is ending; whoever closes the project says what is lost
            return
        event = message.event
        if isinstance(event, Saved):
            if self.unsaved:
                self._saved_again(event)
            elif event.edit.id == self._edit_id:
                self._key_line().say(f"{self._edit_text} · saved {event.at:%H:%M:%S}", way_back=self._way_back)
        elif isinstance(event, Unsaved):
            self.say(f"NOT SAVED: {event.reason}", good=False)
            self.unsaved, self._warned = event.reason, False
            self.reading.show_title()
        elif isinstance(event, Conflicted):
            self.refresh_marks()
            self.say(f"taken out again: {event.reason}", good=False)
        elif isinstance(event, BecameReadOnly):
            self.reading.show_title()
            self.say(f"read-only now: {event.reason}", good=False)

    def _saved_again(self, event: Saved) -> None:
        """The disk takes what it refused before."""
        if not self.project.pending:
            self.unsaved = ""
            self.say(f"all is saved now · saved {event.at:%H:%M:%S}")
        self.reading.show_title()

    # -- marks ---------------------------------------------------------------------------------------------

    def refresh_marks(self) -> None:
        """Draw anew everything that shows marks or tags."""
        for screen in self.screen_stack:
            if isinstance(screen, Keyed):
                screen.show_marks()

    def run_command(self, name: str) -> bool:
        """Run a command of the topmost screen of ours by its name; False if it has none of that name."""
        screen = self.screen
        return isinstance(screen, Keyed) and screen.run_named(name)

    def forget_question(self) -> None:
        """Something other than undo was done: the next `u` is a first one."""
        self.talk.forget()

    def take_back(self) -> None:
        """Undo; what would surprise is named first."""
        edit = self.project.next_undo()
        if edit is None:
            self.remark("nothing to undo")
            return
        question = self.talk.question(edit, self._in_sight)
        if question:
            self.say(question)
            return
        self._undo_or_redo(commands.undo)

    def bring_back(self) -> None:
        """Redo."""
        if self.project.next_redo() is None:
            self.remark("nothing to redo")
            return
        self._undo_or_redo(commands.redo)

    def _undo_or_redo(self, change: Callable[[Project], Outcome]) -> None:
        """Undo or redo, go where it was, say it."""
        outcome = change(self.project)
        newest = next(iter(self.project.edits()), None)
        place = self.project.place(outcome.edit) if outcome.edit else None
        if outcome.edit is not None and len(self.screen_stack) == 1:
            self.reading.draw_edit(outcome.edit)
        else:
            self.refresh_marks()
        if place is not None and place[0] in self.project.articles:
            if place[0] != self.article_id or (len(self.screen_stack) > 1 and place[1]):
                self.open_article(place[0], place[1] or None)
            elif place[1]:
                self.reading.go(place[1], jump=not self.reading.view.in_sight(place[1]))
        way_back = "redo" if change is commands.undo else "undo"
        self._say_edit(newest.id if newest else "", outcome.brief or outcome.text, way_back)

    def _in_sight(self, place: tuple[str, int]) -> bool:
        article_id, number = place
        return article_id == self.article_id and (not number or self.reading.view.in_sight(number))
