"""`Project`: open, read, apply, undo, search, import, export. The one object all front ends use.

A change is made in memory at once and queued; one writer thread commits in order and reports. Values
handed out are immutable: a change makes new ones.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar, cast

import msgspec

from reader import fs
from reader.codebook import Codebook
from reader.edits import REDO, UNDO, Change, Edit, Record, merged, new_id, next_to_redo, next_to_undo, now
from reader.errors import Conflict, NotSaved, ReaderError, ReadOnly, UnknownArticle, UsageError
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
from reader.project import marks as _marks
from reader.store.folder import create as make_folder
from reader.store.records import SHARED, Stored, decode, encode, table_of
from reader.store.session import Drafts, Session, load_session, save_session
from reader.store.tiny import TinyStore
from reader.store.writer import BecameReadOnly, Conflicted, Event, Saved, Unsaved, Writer

if TYPE_CHECKING:
    from reader.formats import ExportOptions, NewItem
    from reader.formats.everything import Target, Written
    from reader.project.finding import Finder
    from reader.project.importing import Imported
    from reader.search.bind import Scope
    from reader.search.complete import Completion
    from reader.search.hits import Hit, Order
    from reader.search.index import Counts, Index
    from reader.search.lookup import Lookup

T = TypeVar("T", bound=Stored)
Pair = tuple[Stored | None, Stored | None]

INDEX = "index.sqlite"
MUCH = 1_000_000
"""Bytes of journals from which on a missing index is made beside the program rather than in it."""
KEPT_MARKS = 32
"""Articles whose marks stay in memory."""

__all__ = ["BecameReadOnly", "Conflicted", "Edit", "Event", "Project", "Saved", "Session", "Unsaved"]


class Project:
    """One project folder, opened by one coder. Satisfies `model.Corpus`."""

    def __init__(self, store: TinyStore) -> None:
        self.store = store
        self.path = store.path
        self.coder = store.coder
        self._view = threading.RLock()
        self._pending: list[Edit] = []
        self._articles: dict[str, Article] | None = None
        self._codebook: Codebook | None = None
        self._cached_marks: dict[str, Marks] = {}
        self._listeners: list[Callable[[Event], None]] = []
        self._writer = Writer(store, self._left_queue, self._report)
        self._state: Session | None = None
        self._index: Index | None = None
        self._counts: dict[str | None, Counts] = {}
        self._lookup: Lookup | None = None
        self._indexing = threading.RLock()
        self.index_patience: float | None = None
        """Seconds that the index is waited for while another process writes it; None leaves the usual ones."""
        self._text_paths: dict[str, Path] = {}
        self._own_marks: dict[str, tuple[Marks, Marks]] = {}

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
        self._close_counts()
        if self._lookup is not None:
            self._lookup.close()
            self._lookup = None
        with self._indexing:
            if self._index is not None:
                self._index.close()
                self._index = None
        self.store.close()
        if lost:
            raise NotSaved(f"{len(lost)} of the last changes could not be saved.")

    @property
    def info(self) -> ProjectInfo:
        """The project's own record."""
        found = self._overlaid("project", {self.store.info.id: self.store.info})
        return found.get(self.store.info.id, self.store.info)

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

    def _overlaid(self, table: str, committed: Mapping[str, T]) -> dict[str, T]:
        """Committed records with the edits laid over them that are still on their way to the disk."""
        found = dict(committed)
        for edit in self._pending:
            for change in edit.changes:
                if change.table != table:
                    continue
                if change.after is None:
                    found.pop(change.id, None)
                else:
                    found[change.id] = cast("T", decode(table, change.after))
        return found

    def all_articles(self) -> Mapping[str, Article]:
        """All articles by id, removed ones too."""
        with self._view:
            return self._overlaid("articles", self.store.articles())

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles in the library by id, in order of their numbers; removed ones are left out."""
        found = self._articles
        if found is None:
            with self._view:
                live = (a for a in self.all_articles().values() if not a.removed)
                found = self._articles = {a.id: a for a in sorted(live, key=lambda a: a.number)}
        return found

    def any_article(self, article_id: str) -> Article | None:
        """The article of an id, also a removed one."""
        return self.articles.get(article_id) or self.all_articles().get(article_id)

    @property
    def tags(self) -> Mapping[str, Tag]:
        """All tags as stored, by id."""
        return self.codebook.tags

    @property
    def codebook(self) -> Codebook:
        """What the tags mean; a new object after each change."""
        found = self._codebook
        if found is None:
            with self._view:
                found = self._codebook = Codebook(self._overlaid("tags", self.store.tags()))
        return found

    @property
    def coders(self) -> Mapping[str, Coder]:
        """The records of coders, by handle."""
        with self._view:
            return self._overlaid("coders", self.store.coders())

    @property
    def searches(self) -> Mapping[str, SavedSearch]:
        """The saved searches, by id."""
        with self._view:
            return self._overlaid("searches", self.store.searches())

    def article(self, ref: str) -> Article:
        """The article a user means: its number, its id or a unique start of it, or a file name. UnknownArticle names the nearest."""
        articles = self.articles
        if ref in articles:
            return articles[ref]
        if ref.isdecimal():
            for article in articles.values():
                if article.number == int(ref):
                    return article
        named = [a for a in articles.values() if ref in a.sources or any(Path(s).name == ref for s in a.sources)]
        started = [a for a in articles.values() if len(ref) >= 3 and a.id.startswith(ref)]
        for found in (named, started):
            if len(found) == 1:
                return found[0]
            if found:
                numbers = ", ".join(str(a.number) for a in found[:9])
                raise UnknownArticle(f"Several articles are meant by {ref!r}: {numbers}. Give the number.")
        raise UnknownArticle(f"There is no article {ref!r}{self._nearest_article(ref)}.")

    def _nearest_article(self, ref: str) -> str:
        if not self.articles:
            return "; the library is empty, `reader import PATH` fills it"
        if ref.isdecimal():
            return f"; the last one has the number {max(a.number for a in self.articles.values())}"
        import difflib

        names = {Path(s).name: a for a in self.articles.values() for s in a.sources}
        names |= {a.title: a for a in self.articles.values()}
        close = difflib.get_close_matches(ref, names, n=1, cutoff=0.4)
        return f"; the nearest is {names[close[0]].number}, {close[0]!r}" if close else "; `reader articles` lists them"

    def text(self, article_id: str) -> ArticleText:
        """The text of an article. Damage if its files are missing or cannot be read."""
        article = self.any_article(article_id)
        if article is None:
            raise UnknownArticle(f"There is no article {article_id!r}.")
        return self.store.text(article)

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
            raise UsageError(f"There is no ¶ {number}; “{article.title}” has {len(text)} paragraphs.")
        paragraph = text.paragraph(number)
        role = role_of(article, paragraph)
        return paragraph if role == paragraph.role else msgspec.structs.replace(paragraph, role=role)

    def marks(self, article_id: str) -> Marks:
        """The annotations and reviews of an article that may be seen; a new object after each change."""
        marks = self.all_marks(article_id)
        if not self.info.blind:
            return marks
        known = self._own_marks.get(article_id)
        if known is None or known[0] is not marks:
            if len(self._own_marks) >= KEPT_MARKS:
                self._own_marks.pop(next(iter(self._own_marks)))
            mine = (a for a in marks.annotations.values() if a.coder == self.coder)
            reviews = (r for r in marks.review_records.values() if r.coder == self.coder)
            known = self._own_marks[article_id] = (marks, _marks.gather(mine, reviews, self.text(article_id)))
        return known[1]

    def all_marks(self, article_id: str) -> Marks:
        """The annotations and reviews of an article, also those a blind project hides."""
        found = self._cached_marks.get(article_id)
        if found is None:
            with self._view:
                text = self.text(article_id)
                found = _marks.gather(self.store.annotations(article_id), self.store.reviews(article_id), text)
                for edit in self._pending:
                    found = _marks.follow(found, _pairs_in(edit.changes, article_id), text)
                if len(self._cached_marks) >= KEPT_MARKS:
                    self._cached_marks.pop(next(iter(self._cached_marks)))
                self._cached_marks[article_id] = found
        return found

    def memos(self) -> tuple[Annotation, ...]:
        """Annotations on tags and on the project that may be seen."""
        seen = (a for a in self.all_memos() if a.coder == self.coder or not self.info.blind)
        return tuple(sorted(seen, key=lambda a: (a.created, a.id)))

    def all_memos(self) -> list[Annotation]:
        """Annotations on tags and on the project, also those a blind project hides."""
        with self._view:
            found = self._overlaid("annotations", {a.id: a for a in self.store.memos()})
        return [a for a in found.values() if not a.article]

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

    # -- edits --------------------------------------------------------------------------------------------

    def apply(self, command: str, pairs: Iterable[Pair], *, undoes: str = "") -> Edit:
        """Change records, all or none: (before, after), None where one is made or goes. At once in memory, queued for the disk.

        Raises Locked or ReadOnly, and UsageError for text that cannot be stored.
        """
        return self._submit(command, [_change(before, after) for before, after in pairs], undoes)

    def _submit(self, command: str, changes: Iterable[Change], undoes: str = "") -> Edit:
        self.store.start()
        edit = Edit(id=new_id("e"), at=now(), coder=self.coder, command=command, changes=merged(changes), undoes=undoes)
        try:
            msgspec.json.encode(edit)
        except UnicodeEncodeError:
            raise UsageError("The text holds characters that are no Unicode text (half a surrogate pair).") from None
        if not edit.changes:
            return edit
        with self._view:
            self._pending.append(edit)
            self._follow(edit)
        self._writer.put(edit)
        return edit

    def _follow(self, edit: Edit) -> None:
        """Bring what is in memory up to date with an edit made here."""
        self._forget_shared(edit)
        for article_id in _articles_in(edit):
            known = self._cached_marks.get(article_id)
            if known is not None and self.any_article(article_id) is None:  # it went with its marks
                self._cached_marks.pop(article_id, None)
            elif known is not None:
                pairs = _pairs_in(edit.changes, article_id)
                self._cached_marks[article_id] = _marks.follow(known, pairs, self.text(article_id))

    def _forget(self, edit: Edit) -> None:
        """Let what an edit touched be read anew."""
        self._forget_shared(edit)
        for article_id in _articles_in(edit):
            self._cached_marks.pop(article_id, None)

    def _forget_shared(self, edit: Edit) -> None:
        """Let the library and the codebook be made anew if an edit touched them."""
        tables = {change.table for change in edit.changes}
        if "articles" in tables:
            self._articles = None
        if "tags" in tables:
            self._codebook = None

    def _left_queue(self, edit: Edit, event: Event) -> None:
        """An edit was committed or given up (called by the writer thread)."""
        with self._view:
            self._pending = [other for other in self._pending if other.id != edit.id]
            if isinstance(event, Conflicted):
                self._forget(edit)

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
        with self._view:
            info = self.store.info
            edits = self.store.poll()
            for edit in edits:
                self._forget(edit)
            return bool(edits) or self.store.info != info

    def remove(self, article: Article) -> Edit:
        """Take an article out of the library; its marks stay, and undo brings it back."""
        return self.apply("remove", [(article, msgspec.structs.replace(article, removed=now()))])

    def _own_edits(self) -> Iterator[Edit]:
        with self._view:
            waiting = list(reversed(self._pending))
        yield from waiting
        ids = {edit.id for edit in waiting}
        yield from (edit for edit in self.store.newest_first(self.coder) if edit.id not in ids)

    def edits(self, *, newest_first: bool = True) -> Iterator[Edit]:
        """The edits of all coders (in a blind project: one's own), those on their way to the disk too."""
        with self._view:
            waiting = list(reversed(self._pending))
        ids = {edit.id for edit in waiting}
        coder = self.coder if self.info.blind else ""
        written = (edit for edit in self.store.newest_first(coder) if edit.id not in ids)
        found = (edit for edits in (waiting, written) for edit in edits)
        return found if newest_first else reversed(list(found))

    def history(self) -> Iterator[tuple[Edit, str, str, int]]:
        """All edits that may be seen, the earliest first: edit, what it did, article id and paragraph (empty and 0: none)."""
        for edit in self.edits(newest_first=False):
            yield (edit, self.describe(edit), *(self.place(edit) or ("", 0)))

    def next_undo(self) -> Edit | None:
        """The edit that undo would take back."""
        return next_to_undo(self._own_edits())

    def next_redo(self) -> Edit | None:
        """The undo that redo would take back."""
        return next_to_redo(self._own_edits())

    def undo(self, edit_id: str = "") -> Edit:
        """Take back the coder's last edit, or the one of an id; returns it. UsageError if there is none, Conflict with the reason."""
        target = self._own_edit(edit_id) if edit_id else self.next_undo()
        if target is None:
            raise UsageError("There is nothing to undo.")
        self._take_back(target, UNDO)
        return target

    def redo(self) -> Edit:
        """Restore what the last undo took back; returns the edit restored. UsageError if there is none, Conflict with the reason."""
        undone = self.next_redo()
        if undone is None:
            raise UsageError("There is nothing to redo.")
        self._take_back(undone, REDO)
        return next((edit for edit in self._own_edits() if edit.id == undone.undoes), undone)

    def _own_edit(self, edit_id: str) -> Edit:
        for edit in self._own_edits():
            if edit.id == edit_id:
                return edit
        raise UsageError(f"There is no edit {edit_id!r} of yours; `reader history` lists them.")

    def _take_back(self, target: Edit, command: str) -> Edit:
        for change in target.changes:
            after = None if change.after is None else decode(change.table, change.after)
            if self._current(change) != after:
                raise Conflict(self._who_changed(target, change))
        inverse = target.inverse()
        self._check_unused(inverse)
        return self._submit(command, inverse, undoes=target.id)

    def _current(self, change: Change) -> Stored | None:
        tables: dict[str, Callable[[], Mapping[str, Stored]]] = {
            "articles": self.all_articles,
            "tags": lambda: self.tags,
            "coders": lambda: self.coders,
            "searches": lambda: self.searches,
            "project": lambda: {self.info.id: self.info},
        }
        if change.table in tables:
            return tables[change.table]().get(change.id)
        article_id = change.record.get("article", "")
        if not article_id:
            return next((memo for memo in self.all_memos() if memo.id == change.id), None)
        if self.any_article(article_id) is None:
            return None  # it went with its marks
        marks = self.all_marks(article_id)
        if change.table == "reviews":
            return marks.review_records.get(change.id)
        return marks.annotations.get(change.id)

    def _who_changed(self, target: Edit, change: Change) -> str:
        what = self.describe(target)
        for edit in self.edits():
            if edit.id == target.id:
                break
            if any(c.table == change.table and c.id == change.id for c in edit.changes):
                who = "you" if edit.coder == self.coder else edit.coder
                return f"“{what}” is not undone: {who} changed it since ({self.describe(edit)})."
        return f"“{what}” is not undone: what it changed is no longer as it was then."

    def _check_unused(self, inverse: tuple[Change, ...]) -> None:
        """Conflict if an article or tag would go that carries marks beyond those which go with it."""
        going = {change.id for change in inverse if change.after is None}
        if not any(change.after is None and change.table in SHARED for change in inverse):
            return
        self.flush()  # counts know only what is on the disk
        leaving = Counter(
            c.record.get("tag", "")
            for c in inverse
            if c.table == "annotations" and c.after is None and c.record.get("article", "") in self.articles
        )
        for change in inverse:
            if change.after is not None or change.table not in ("articles", "tags"):
                continue
            if change.table == "articles":
                marks = self.all_marks(change.id)
                both: list[Annotation | Review] = [*marks.annotations.values(), *marks.review_records.values()]
                left = [r for r in both if r.id not in going]
                what = f"the article “{_describe.shorten(change.record['title'])}”"
            else:
                swapped = {c.id for c in inverse if c.after is not None and c.after.get("tag", "") != change.id}
                left = [a for a in self._annotations_with(change.id, leaving[change.id]) if a.id not in going | swapped]
                what = f"the tag “{change.record['name']}”"
            if left and self.info.blind and any(r.coder != self.coder for r in left):
                raise Conflict(f"Not undone: {what} carries marks, which would be lost.")
            if left:
                who = ", ".join(sorted({"you" if r.coder == self.coder else r.coder for r in left}))
                raise Conflict(f"Not undone: {what} carries {len(left)} marks by {who}, which would be lost.")

    def _annotations_with(self, tag_id: str, leaving: int = 0) -> Iterator[Annotation]:
        """The annotations with a tag; memos alone where no more than those are left that leave with it."""
        yield from (memo for memo in self.all_memos() if memo.tag == tag_id)
        if self.counts(everyone=True).tag(tag_id) <= leaving:
            return
        for article_id in self.articles:
            yield from (a for a in self.all_marks(article_id).annotations.values() if a.tag == tag_id)

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
        if self._state is None:
            self._state = load_session(self._state_path)
        return self._state

    @property
    def _state_path(self) -> Path:
        return self.path / "state" / f"{self.coder}.json"

    def save_state(self) -> None:
        """Keep the working state; a disk that refuses costs no more than the place one was at."""
        if self._state is not None and not self.read_only:
            try:
                save_session(self._state_path, self._state, self.store.modes)
            except OSError as error:
                self.store.problems.append(f"Your place and slots could not be kept: {error.strerror}.")

    @property
    def _drafts(self) -> Drafts:
        return Drafts(self.path / "drafts" / self.coder, self.store.modes)

    def save_draft(self, key: str, text: str) -> None:
        """Keep a note being typed, durably. NotSaved, ReadOnly."""
        if self.read_only:
            raise ReadOnly(f"Nothing can be kept: {self.read_only}.")
        try:
            self._drafts.save(key, text)
        except OSError as error:
            raise NotSaved(f"The draft is not on the disk: {error.strerror}.") from error

    def drop_draft(self, key: str) -> None:
        """Forget a note that was being typed."""
        if not self.read_only:
            try:
                self._drafts.drop(key)
            except OSError as error:
                raise NotSaved(f"The draft could not be removed: {error.strerror}.") from error

    def drafts(self) -> dict[str, str]:
        """The notes that were being typed, by where they belong."""
        return self._drafts.all()

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

    def export(self, format_name: str, target: Path | BinaryIO, options: ExportOptions, *, force: bool = False) -> int:
        """Write annotations in a format to a file (made beside it and renamed) or a stream; returns the number of rows.

        ReaderError: the file exists and `force` is not set, or cannot be written; an old file then stands.
        """
        from reader.formats import exporter_for

        exporter = exporter_for(format_name)
        if not isinstance(target, Path):
            return exporter.write(self, target, options)
        if not force and fs.exists(target):
            raise ReaderError(f"{target} exists already; --force overwrites it.")
        try:
            with fs.replacing(target) as write:
                return exporter.write(self, cast("BinaryIO", write), options)
        except OSError as error:
            raise ReaderError(f"{target} cannot be written: {error.strerror}.") from error

    def losses(self, format_name: str, options: ExportOptions) -> list[str]:
        """What a format cannot hold of this project, a sentence each."""
        from reader.formats import exporter_for

        losses = getattr(exporter_for(format_name), "losses", None)
        return list(losses(self, options)) if losses is not None else []

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
        from reader.formats.everything import DATA_PACKAGE, FILES, export_all

        names = [*(file for _, file, _ in FILES), DATA_PACKAGE]
        there = [name for name in names if fs.exists(folder / name)]
        if there and not force:
            raise ReaderError(f"{folder / there[0]} exists already; --force overwrites it.")

        @contextlib.contextmanager
        def opened(name: str) -> Iterator[Target]:
            with fs.replacing(folder / name) as write:
                yield write

        try:
            fs.make_folder(folder)
            return export_all(self, opened, options, progress)
        except OSError as error:
            raise ReaderError(f"{folder} cannot be written: {error.strerror}.") from error

    def finder(self, query: str) -> Finder:
        """What finds a text in paragraphs: smart case, accents ignored. `.spans(text)` gives (start, end) pairs."""
        from reader.project.finding import Finder

        return Finder(query)

    def search(self, query: str, *, order: Order = "article", limit: int | None = None) -> Iterator[Hit]:
        """Hits of a query in texts, notes and tag names. UsageError points at what is wrong in it."""
        return self._searching().search(query, scope=self._scope(), order=order, limit=limit)

    def count(self, query: str) -> int:
        """The number of paragraphs in which a query holds. UsageError points at what is wrong in it."""
        return self._searching().count(query, scope=self._scope())

    def matching(self, query: str) -> Iterator[tuple[str, int]]:
        """The paragraphs in which a query holds, as (article id, number), in order. UsageError points at what is wrong in it."""
        return self._searching().matching(query, scope=self._scope())

    def check_search(self, search: SavedSearch) -> None:
        """UsageError where a search that is to be saved cannot be understood, or asks for itself."""
        from reader.search.bind import Bound

        scope = self._scope({**self.searches, search.id: search})
        Bound(search.query, self, scope)
        Bound(f'saved:"{search.name}"', self, scope)

    def completions(self, query: str, cursor: int) -> list[Completion]:
        """What the term of a query that ends at the cursor may become, the best first: `start`, `end`, `text`, `help`."""
        from reader.search.complete import Known, completions

        return completions(query, cursor, Known.of(self, self.searches.values()))

    def _scope(self, saved: Mapping[str, SavedSearch] | None = None) -> Scope:
        from reader.search.bind import Scope

        return Scope(self.coder, self.coder if self.info.blind else "", self.searches if saved is None else saved)

    def _searching(self) -> Lookup:
        """The search with the index, up to date with what is on the disk; where that fails it reads all there is."""
        from reader.search.lookup import Lookup

        if self.pending:
            with contextlib.suppress(ReaderError):  # the reading screen says what could not be saved
                self.flush()
        if self.pending:
            return Lookup(None, self)
        with self._indexing:
            index = self.index()
            index.take_few_texts(self.text)
        if self._lookup is None:
            self._lookup = Lookup(index, self, self._raw_text)
        return self._lookup

    def _raw_text(self, article_id: str, start: int, size: int) -> bytes:
        path = self._text_paths.get(article_id)
        if path is None:
            path = self._text_paths[article_id] = self.store.texts.path(article_id)
        return fs.read_range(path, start, start + size)

    def counts(self, *, everyone: bool = False) -> Counts:
        """How often tags are used, and how much of each article is coded and reviewed; of a blind project only what may be seen.

        `everyone` counts all marks there are, also in a blind project: for what must not be lost, never to be shown.
        """
        index = self.index()
        only = self.coder if self.info.blind and not everyone else None
        if only not in self._counts:
            self._counts[only] = index.counts(only)
        return self._counts[only]

    def _close_counts(self) -> None:
        for counts in self._counts.values():
            counts.close()
        self._counts.clear()

    def index(self) -> Index:
        """The index, records as new as the journals; made if it is missing."""
        with self._indexing:
            return self._followed()

    def _followed(self) -> Index:
        from reader.search.index import Index

        index = self._index
        if index is None:
            index = self._index = Index.open(
                self.path / INDEX,
                project=self.store.info.id,
                paragraph_of=self.number_at,
                memory=self.store.foreign or not fs.writable(self.path),
                mode=self.store.modes.file,
            )
        if self.index_patience is not None:
            index.wait(self.index_patience)
        in_memory = index.in_memory
        index.catch_up(self.store.edits)
        if index.in_memory != in_memory:
            self._close_counts()
        return index

    def build_index(self, progress: Callable[[int, int], None] | None = None) -> bool:
        """Bring the index up to date with journals and texts; False where another process is at it. `progress` may raise Cancelled."""
        index = self.index()
        return not index.in_memory and index.take_texts(self.text, progress)

    def index_is_behind(self) -> bool:
        """Whether texts are not in the index yet and are more than a search takes in by itself: `reader.project.building` does it.

        May be asked in a thread beside the screen. What is few is taken in here.
        """
        if not fs.exists(self.path / INDEX) and self._much_to_follow():
            return fs.writable(self.path)
        with self._indexing:
            index = self.index()
            return not index.in_memory and not index.take_few_texts(self.text)

    def _much_to_follow(self) -> bool:
        """Whether following all journals takes longer than a moment."""
        return sum(fs.size_of(path) for path in self.store.journal_paths().values()) > MUCH

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
            if fs.exists(self.path / INDEX):
                self._drop_index()
                done.append("The index was deleted and is made anew.")
        except OSError as error:
            raise NotSaved(f"Not repaired: {error.strerror}.") from error
        self._articles = self._codebook = None
        self._cached_marks.clear()
        return done

    def _drop_index(self) -> None:
        self._close_counts()
        if self._index is not None:
            self._index.close()
            self._index = None
        for suffix in ("", "-wal", "-shm"):
            path = self.path / f"{INDEX}{suffix}"
            if fs.exists(path):
                fs.remove(path)


def _split_again(article: Article, text: str) -> Iterator[Sequence[Paragraph]]:
    from reader.formats.again import split_again

    return split_again(article, text)


def _change(before: Stored | None, after: Stored | None) -> Change:
    known = after if after is not None else before
    if known is None:
        raise ValueError("a change needs a record before or after")
    records: list[Record | None] = [None if record is None else encode(record) for record in (before, after)]
    return Change(table_of(known), known.id, *records)


def _articles_in(edit: Edit) -> set[str]:
    marks = (c.record.get("article", "") for c in edit.changes if c.table in ("annotations", "reviews"))
    return {article_id for article_id in marks if article_id}


def _pairs_in(changes: Iterable[Change], article_id: str) -> list[tuple[Stored | None, Stored | None]]:
    return [
        (
            None if c.before is None else decode(c.table, c.before),
            None if c.after is None else decode(c.table, c.after),
        )
        for c in changes
        if c.table in ("annotations", "reviews") and c.record.get("article") == article_id
    ]
