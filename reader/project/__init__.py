"""`Project`: open, read, apply, undo, search, import, export. The one object all front ends use.

A change is made in memory at once and queued; one writer thread commits in order and reports. Values
handed out are immutable: a change makes new ones.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from reader.codebook import Codebook
from reader.edits import Change, Edit, merged, new_id, now
from reader.errors import NotSaved, ReaderError, ReadOnly, UsageError
from reader.model import (
    CONTEXT,
    Anchor,
    Annotation,
    Article,
    ArticleText,
    Coder,
    Marks,
    Paragraph,
    ProjectInfo,
    Review,
    SavedSearch,
    Tag,
    Unit,
    role_of,
)
from reader.project import describe as _describe
from reader.project import undoing as _undoing
from reader.project.changes import Pair, change_of
from reader.project.naming import find_article
from reader.project.returning import Returned, Returning
from reader.project.searching import Searching
from reader.project.seen import Seen
from reader.project.working import Working
from reader.store.folder import create as make_folder
from reader.store.session import Session
from reader.store.tiny import TinyStore
from reader.store.writer import BecameReadOnly, Conflicted, Event, Saved, Unsaved, Writer

if TYPE_CHECKING:
    from reader.formats import ExportOptions, NewItem
    from reader.formats.everything import Written
    from reader.project.finding import Finder
    from reader.project.importing import Imported
    from reader.search.complete import Completion
    from reader.search.hits import Hit, Order
    from reader.search.index import Counts, Index

__all__ = ["BecameReadOnly", "Conflicted", "Edit", "Event", "Project", "Saved", "Session", "Unsaved"]


class Project:
    """One project folder, opened by one coder. Satisfies `model.Corpus`."""

    def __init__(self, store: TinyStore) -> None:
        self.store = store
        self.path = store.path
        self.coder = store.coder
        self._seen = Seen(store)
        self._listeners: list[Callable[[Event], None]] = []
        self._writer = Writer(store, self._left_queue, self._report)
        self._working = Working(store.path, store.coder, lambda: store.modes)
        self._searching = Searching(self)
        self._returning = Returning(self)

    # -- opening and closing ------------------------------------------------------------------------

    @staticmethod
    def create(path: Path, *, name: str = "") -> Path:
        """Make a new project in a folder (made if missing) and return the folder. UsageError if one is there."""
        try:
            make_folder(path, name)
        except OSError as error:
            raise ReaderError(f"No project could be made in {path}: {error.strerror}.") from error
        return path

    @classmethod
    def open(cls, path: Path, *, coder: str, write: bool = True) -> Project:
        """Open a project. UsageError if there is none, Damage if it cannot be read."""
        store = TinyStore(path, coder, write=write)
        store.texts.split_again = _split_again
        return cls(store)

    def start(self) -> None:
        """Take the right to write now rather than at the first edit. Locked, ReadOnly."""
        self.store.start()

    def close(self) -> None:
        """Save what waits, bring the TinyDB files up to date, give up the right to write. NotSaved names what is lost."""
        lost = self._writer.close()
        self._searching.close()
        self.store.close()
        if lost:
            raise NotSaved(f"{len(lost)} of the last changes could not be saved.")

    @property
    def info(self) -> ProjectInfo:
        """The project's own record."""
        return self._seen.info

    @property
    def name(self) -> str:
        """The project's name, else its folder's."""
        return self.info.name or self.path.resolve().name

    @property
    def read_only(self) -> str:
        """Why nothing can be changed, or empty."""
        return self.store.read_only

    @property
    def problems(self) -> list[str]:
        """Damage found so far, a sentence each."""
        return self.store.problems

    # -- reading --------------------------------------------------------------------------------------

    def all_articles(self) -> Mapping[str, Article]:
        """All articles by id, removed ones too."""
        return self._seen.all_articles()

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles in the library by id, in order of their numbers; removed ones are left out."""
        return self._seen.articles

    def any_article(self, article_id: str) -> Article | None:
        """The article of an id, also a removed one."""
        return self._seen.any_article(article_id)

    @property
    def tags(self) -> Mapping[str, Tag]:
        """All tags as stored, by id."""
        return self._seen.codebook.tags

    @property
    def codebook(self) -> Codebook:
        """What the tags mean; a new object after each change."""
        return self._seen.codebook

    @property
    def coders(self) -> Mapping[str, Coder]:
        """The records of coders, by handle."""
        return self._seen.coders

    @property
    def searches(self) -> Mapping[str, SavedSearch]:
        """The saved searches, by id."""
        return self._seen.searches

    def article(self, ref: str) -> Article:
        """The article a user means: its number, its id or a unique start of it, or a file name. UnknownArticle names the nearest."""
        return find_article(self.articles, ref)

    def article_to_erase(self, ref: str) -> Article:
        """The same for one that may be out of the library too: taken out, or its import undone. UnknownArticle."""
        from reader.project.copies import ever

        return find_article(ever(self), ref)

    def text(self, article_id: str) -> ArticleText:
        """The text of an article. Damage if its files are missing or cannot be read."""
        return self._seen.text(article_id)

    def number_at(self, article_id: str, position: int) -> int:
        """The number of the paragraph at a position of an article; 0 if its text cannot be read."""
        try:
            return self.text(article_id).number_at(position)
        except ReaderError:
            return 0

    def paragraph(self, article: Article, number: int) -> Paragraph:
        """A paragraph with its role in force. UsageError if the article has no such number."""
        text = self.text(article.id)
        if not 1 <= number <= len(text):
            raise UsageError(
                f"There is no ¶ {number}; “{article.title}” has {len(text)} paragraph{'s' * (len(text) != 1)}."
            )
        paragraph = text.paragraph(number)
        role = role_of(article, paragraph)
        return paragraph if role == paragraph.role else msgspec.structs.replace(paragraph, role=role)

    def marks(self, article_id: str) -> Marks:
        """The annotations and reviews of an article that may be seen; a new object after each change."""
        return self._seen.marks(article_id)

    def all_marks(self, article_id: str) -> Marks:
        """The annotations and reviews of an article, also those a blind project hides."""
        return self._seen.all_marks(article_id)

    def memos(self) -> tuple[Annotation, ...]:
        """Annotations on tags and on the project that may be seen."""
        seen = (a for a in self.all_memos() if a.coder == self.coder or not self.info.blind)
        return tuple(sorted(seen, key=lambda a: (a.created, a.id)))

    def all_memos(self) -> list[Annotation]:
        """Annotations on tags and on the project, also those a blind project hides."""
        return self._seen.all_memos()

    # -- building records -------------------------------------------------------------------------------

    def anchor(self, article: Article, start: int, end: int) -> Anchor:
        """An anchor on the text between two positions, with its quote and context."""
        text = self.text(article.id)
        around = text.slice(max(0, start - CONTEXT), end + CONTEXT)
        first = start - max(0, start - CONTEXT)
        last = first + end - start
        return Anchor(start, end, around[first:last], around[:first], around[last:])

    def paragraph_anchor(self, article: Article, number: int) -> Anchor:
        """An anchor on a whole paragraph. UsageError if there is no such paragraph."""
        paragraph = self.paragraph(article, number)
        return self.anchor(article, paragraph.start, paragraph.end)

    def annotation(
        self, unit: Unit, *, article: Article | None = None, anchor: Anchor | None = None, tag: str = "", note: str = ""
    ) -> Annotation:
        """A new annotation by this coder, now."""
        at = now()
        return Annotation(
            id=new_id("n"),
            unit=unit,
            coder=self.coder,
            article=article.id if article else "",
            anchor=anchor,
            tag=tag,
            note=note,
            created=at,
            modified=at,
        )

    def review(self, article: Article, number: int) -> Review:
        """A new review of a paragraph by this coder, now. UsageError if there is no such paragraph."""
        paragraph = self.paragraph(article, number)
        return Review(
            id=new_id("r"),
            coder=self.coder,
            article=article.id,
            paragraph=number,
            start=paragraph.start,
            end=paragraph.end,
            at=now(),
        )

    # -- edits --------------------------------------------------------------------------------------------

    def apply(self, command: str, pairs: Iterable[Pair], *, undoes: str = "") -> Edit:
        """Change records, all or none: (before, after), None where one is made or goes. At once in memory, queued for the disk.

        Raises Locked or ReadOnly, and UsageError for text that cannot be stored.
        """
        return self.submit(command, [change_of(before, after) for before, after in pairs], undoes)

    def submit(self, command: str, changes: Iterable[Change], undoes: str = "") -> Edit:
        """The same for changes of records as they are stored, as an undo makes them."""
        self.store.start()
        edit = Edit(id=new_id("e"), at=now(), coder=self.coder, command=command, changes=merged(changes), undoes=undoes)
        try:
            msgspec.json.encode(edit)
        except UnicodeEncodeError:
            raise UsageError("The text holds characters that are no Unicode text (half a surrogate pair).") from None
        if not edit.changes:
            return edit
        self._seen.add(edit)
        self._texts_may_go([edit])
        self._writer.put(edit)
        return edit

    def _texts_may_go(self, edits: Iterable[Edit]) -> None:
        """Texts are opened anew for searching after an edit of the library."""
        if any(change.table == "articles" for edit in edits for change in edit.changes):
            self._searching.forget_texts()

    def _forget_all(self) -> None:
        """Let everything be read anew."""
        self._seen.forget_all()
        self._searching.close()

    def _left_queue(self, edit: Edit, event: Event) -> None:
        """An edit was committed or given up (called by the writer thread)."""
        if isinstance(event, Conflicted):
            self._seen.take_out(edit)
            self._texts_may_go([edit])
            self._working.keep_drafts()
        else:
            self._seen.arrived(edit)
        with contextlib.suppress(NotSaved):  # a draft of what is stored is not offered
            self._drop_drafts()

    def _report(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)

    def listen(self, callback: Callable[[Event], None]) -> None:
        """Have `callback` called with each Event, in the writer thread: post a message, touch no widget."""
        self._listeners.append(callback)

    @property
    def pending(self) -> int:
        """How many edits are not yet on the disk."""
        return self._writer.waiting

    def flush(self, timeout: float | None = None) -> None:
        """Wait until all is on the disk. NotSaved, Conflict."""
        self._writer.flush(timeout)

    def poll(self) -> bool:
        """Read what others have committed; True if anything changed."""
        with self._seen.lock:
            info, rewinds = self.store.info, self.store.rewinds
            edits = self.store.poll()
            anew = self.store.rewinds != rewinds
            if anew:
                self._forget_all()
            self._seen.forget(edits)
            self._texts_may_go(edits)
            changed = anew or bool(edits) or self.store.info != info
            if self.store.writes and self.store.unsettled:
                self._writer.settle_soon()
        return self._returning.follow(edits) or changed

    def returned(self) -> list[Returned]:
        """Articles that came back, as an import was undone in one copy while somebody marked them in another, each told once."""
        return self._returning.news()

    def renumbered(self) -> list[tuple[str, int, int]]:
        """Articles that have another number since copies came together: title, old and new number, each told once.

        Found out when the library is read.
        """
        return self.store.renumbered()

    def remove(self, article: Article) -> Edit:
        """Take an article out of the library; its marks stay, and undo brings it back."""
        return self.apply("remove", [(article, msgspec.structs.replace(article, removed=now()))])

    def _newest_first(self, coder: str) -> Iterator[Edit]:
        """The edits of one coder, or of all, those on their way to the disk too."""
        waiting = self._seen.waiting
        yield from waiting
        ids = {edit.id for edit in waiting}
        yield from (edit for edit in self.store.newest_first(coder) if edit.id not in ids)

    def own_edits(self) -> Iterator[Edit]:
        """The coder's own edits from the newest, those on their way to the disk too."""
        return self._newest_first(self.coder)

    def edits(self, *, newest_first: bool = True) -> Iterator[Edit]:
        """The edits of all coders (in a blind project: one's own), those on their way to the disk too."""
        found = self._newest_first(self.coder if self.info.blind else "")
        return found if newest_first else reversed(list(found))

    def last_mark(self) -> str:
        """When the coder last changed an annotation or a review that is on the disk; empty if never. No other edit is read for it."""
        return self.store.last_mark(self.coder)

    def history(self) -> Iterator[tuple[Edit, str, str, int]]:
        """All edits that may be seen, the earliest first: edit, what it did, article id and paragraph (empty and 0: none)."""
        for edit in self.edits(newest_first=False):
            yield (edit, self.describe(edit), *(self.place(edit) or ("", 0)))

    def next_undo(self) -> Edit | None:
        """The edit that undo would take back."""
        return _undoing.next_undo(self)

    def next_redo(self) -> Edit | None:
        """The undo that redo would take back."""
        return _undoing.next_redo(self)

    def undo(self, edit_id: str = "") -> Edit:
        """Take back the coder's last edit, or the one of an id; returns it. UsageError if there is none, Conflict with the reason."""
        return _undoing.undo(self, edit_id)

    def redo(self) -> Edit:
        """Restore what the last undo took back; returns the edit restored. UsageError if there is none, Conflict with the reason."""
        return _undoing.redo(self)

    def describe(self, edit: Edit) -> str:
        """What an edit did, in a few words."""
        return _describe.describe(self, edit)

    def place(self, edit: Edit) -> tuple[str, int] | None:
        """The article id and paragraph number where an edit happened; number 0: the article as a whole."""
        return _describe.place(self, edit)

    # -- working state and drafts: never journalled ---------------------------------------------------

    @property
    def state(self) -> Session:
        """The coder's working state: changed in place, kept by `save_state`."""
        return self._working.state

    def save_state(self) -> None:
        """Keep the working state; a disk that refuses costs no more than the place one was at."""
        if not self.read_only:
            try:
                self._working.save()
            except OSError as error:
                self.store.problems.append(f"Your place and slots could not be kept: {error.strerror}.")

    def save_draft(self, key: str, text: str) -> None:
        """Keep a note being typed, durably. NotSaved, ReadOnly."""
        if self.read_only:
            raise ReadOnly(f"Nothing can be kept: {self.read_only}.")
        self._working.save_draft(key, text)

    def drop_draft(self, key: str) -> None:
        """Forget a note that was being typed, once all that was done with it is on the disk. NotSaved."""
        if not self.read_only:
            self._working.done_with_draft(key)
            self._drop_drafts()

    def _drop_drafts(self) -> None:
        if not self._seen.waiting:
            self._working.drop_drafts()

    def drafts(self) -> dict[str, str]:
        """The notes that were being typed, by where they belong."""
        return self._working.drafts()

    # -- import, export, search, counts ---------------------------------------------------------------

    def next_number(self) -> int:
        """The number of the next article: none is given twice, also not after an import was undone."""
        known = (article.number for article in self.all_articles().values())
        return max(max(known, default=0), self.store.highest_number()) + 1

    def import_articles(
        self,
        found: Iterable[NewItem],
        *,
        resplit: bool = False,
        progress: Callable[[int, int], None] | None = None,
        total: int = 0,
    ) -> Imported:
        """Take in what an importer found, as one edit; `resplit` splits known texts anew where nothing is marked in them."""
        from reader.project.importing import import_articles

        return import_articles(self, found, resplit=resplit, progress=progress, total=total)

    def export(
        self,
        format_name: str,
        target: Path | BinaryIO,
        options: ExportOptions,
        *,
        force: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Write annotations in a format to a file (made beside it and renamed) or a stream; returns the number of rows.

        `progress` is called with how many articles have been looked at, and of how many. ReaderError: the file exists and `force` is not set, or cannot be written; an old file then stands.
        """
        from reader.project.exporting import export

        return export(self, format_name, target, options, force=force, progress=progress)

    def losses(self, format_name: str, options: ExportOptions) -> list[str]:
        """What a format cannot hold of this project, a sentence each."""
        from reader.project.exporting import losses

        return losses(self, format_name, options)

    def export_all(
        self,
        folder: Path,
        options: ExportOptions,
        *,
        force: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Written]:
        """Write every format and a data package into a folder, made if it is missing; each file is whole or as it was.

        ReaderError: one of the files exists and `force` is not set, or one cannot be written.
        """
        from reader.project.exporting import export_all

        return export_all(self, folder, options, force=force, progress=progress)

    def finder(self, query: str) -> Finder:
        """What finds a text in paragraphs: smart case, accents ignored. `.spans(text)` gives (start, end) pairs."""
        from reader.project.finding import Finder

        return Finder(query)

    def search(self, query: str, *, order: Order = "article", limit: int | None = None) -> Iterator[Hit]:
        """Hits of a query in texts, notes and tag names. UsageError points at what is wrong in it."""
        return self._searching.search(query, order, limit)

    def count(self, query: str) -> int:
        """The number of paragraphs in which a query holds. UsageError points at what is wrong in it."""
        return self._searching.count(query)

    def matching(self, query: str) -> Iterator[tuple[str, int]]:
        """The paragraphs in which a query holds, as (article id, number), in order. UsageError points at what is wrong in it."""
        return self._searching.matching(query)

    def check_search(self, search: SavedSearch) -> None:
        """UsageError where a search that is to be saved cannot be understood, or asks for itself."""
        self._searching.check(search)

    def memos_with(self, query: str) -> list[Annotation]:
        """The memos and notes on tags, which stand on no paragraph, in which a query of words holds. UsageError: it cannot be understood."""
        return self._searching.memos_with(query)

    def unknown_in(self, query: str) -> list[str]:
        """What a query names that is not in the library, a sentence each with the nearest name: coders, speakers, articles, details. UsageError: it cannot be understood."""
        return self._searching.unknown_in(query)

    def completions(self, query: str, cursor: int) -> list[Completion]:
        """What the term of a query that ends at the cursor may become, the best first: `start`, `end`, `text`, `help`."""
        return self._searching.completions(query, cursor)

    def counts(self, *, everyone: bool = False) -> Counts:
        """How often tags are used, and how much of each article is coded and reviewed; of a blind project only what may be seen.

        `everyone` counts all marks there are, also in a blind project: for what must not be lost, never to be shown.
        """
        return self._searching.counts(everyone=everyone)

    def index(self) -> Index:
        """The index, records as new as the journals; made if it is missing."""
        return self._searching.index()

    def wait_for_index(self, seconds: float) -> None:
        """Wait no longer than this from now on while another process writes the index."""
        self._searching.patience = seconds

    def build_index(self, progress: Callable[[int, int], None] | None = None) -> bool:
        """Bring the index up to date with journals and texts; False where another process is at it. `progress` may raise Cancelled."""
        return self._searching.build(progress)

    def join_index(self, proceed: Callable[[], None]) -> None:
        """Put in order what many additions have scattered over the index, which takes a while; `proceed` may raise Cancelled."""
        self._searching.join(proceed)

    def index_is_behind(self) -> bool:
        """Whether the index lacks more texts than a search takes in by itself, or is scattered: `reader.project.building` does it.

        May be asked in a thread beside the screen. What is few is taken in here.
        """
        return self._searching.is_behind()

    def index_is_at_hand(self) -> bool:
        """Whether the index is open and has followed the journals before: to ask it takes no longer than the news."""
        return self._searching.is_at_hand()

    def verify(self) -> list[str]:
        """Read everything there is and compare checksums; the damage found, a sentence each."""
        return self.store.verify()

    def repair(self) -> list[str]:
        """Make anew what is derived: TinyDB files, paragraphs, the index; what was done, a sentence each. Journals are left.

        Locked, ReadOnly, NotSaved.
        """
        from reader.store.verify import repair

        self.start()
        self.flush()
        try:
            done = repair(self.store)
            if self._searching.drop():
                done.append("The index was deleted and is made anew.")
        except OSError as error:
            raise NotSaved(f"Not repaired: {error.strerror}.") from error
        self._forget_all()
        return done


def _split_again(article: Article, text: str) -> Iterator[Sequence[Paragraph]]:
    from reader.formats.again import split_again

    return split_again(article, text)
