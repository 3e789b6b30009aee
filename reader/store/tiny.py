"""The embedded store: journals as the truth, TinyDB files behind them that follow within a second."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import merge as merge_sorted
from pathlib import Path
from typing import Any, cast

import msgspec

from reader import fs
from reader.edits import Change, Edit, now
from reader.errors import Conflict, Damage, Locked, NotSaved, ReaderError, ReadOnly
from reader.model import Annotation, Article, Coder, Paragraph, ProjectInfo, Review, SavedSearch, Tag
from reader.store import journal as journals
from reader.store.documents import Encoded, Shelf, write_shelf
from reader.store.folder import FORMAT, is_written, write_for_git, write_info
from reader.store.following import Following
from reader.store.journal import Checkpoint, Entry, Journal
from reader.store.numbers import Renumbered, numbering
from reader.store.records import SHARED, decode
from reader.store.refusals import FOR_GOOD, reading, refused, writing
from reader.store.shelves import CODEBOOK, LIBRARY, PROJECT, annotations_key, memos_key, owner_of, tables_of
from reader.store.texts import StoredText
from reader.store.uniqueness import check_names, check_numbers

_QUIET = 0.01
"""Seconds for which a look at the journals is good enough for the next search: what others do may be seen two seconds late."""


class TinyStore(Following):
    """One project folder, read by anyone and written as one coder. See `store.Store`."""

    @reading
    def __init__(self, path: Path, coder: str, *, write: bool = True) -> None:
        super().__init__(path, coder)
        self.read_only = ""
        self._turn = 0
        """Raised by each edit of ours and each look for those of others."""
        self._quiet = (-1, 0.0)
        """The turn in which a look at the journals found no news, and until when that is good."""
        self._looked: tuple[str, Mapping[str, Path], list[int]] = ("", {}, [])
        self._session: Any = None
        self.foreign = self.info.format > FORMAT
        """Whether a newer version made the project: nothing at all is written then, not even what is derived."""
        if self.foreign:
            self.read_only = "made by a newer version of reader"
        elif not write:
            self.read_only = "opened for reading"
        elif not fs.writable(path):
            self.read_only = "the project folder cannot be written"
        self._folders = {name for name in fs.names(path / "annotations") if not name.startswith(".")}

    # -- opening -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Take the right to write as this coder. Locked if another session has it, ReadOnly."""
        if self._journal is not None:
            return
        if self.read_only:
            raise ReadOnly(f"Nothing can be changed: {self.read_only}.")
        from reader.store.locks import SessionLock

        try:
            fs.make_folder(self.path / "journal", self.modes)
            self._session = SessionLock(self.path / "locks", self.journal_name, self.modes)
        except Locked as error:
            self.read_only = str(error).removesuffix(".")
            raise
        except OSError as error:
            raise self._not_now("the project folder cannot be written", error) from error
        try:
            checkpoint = self._tails.checkpoint(self.journal_name)
            journal = Journal(self._tails.path(self.journal_name), checkpoint, self.modes)
            try:
                self._begin(journal)
                if self.info.format < FORMAT:
                    from reader.store.upgrade import upgrade

                    upgrade(self)
            except BaseException:
                self._journal = None
                journal.close()
                raise
        except OSError as error:
            self._session.release()
            raise self._not_now("the journal cannot be written", error) from error
        except BaseException:
            self._session.release()
            raise

    @property
    def writes(self) -> bool:
        """Whether this session has the right to write."""
        return self._journal is not None

    def give_way(self) -> None:
        """Say beside the lock that this session saves and ends when a later one of the same user asks for it."""
        if self._journal is not None:
            with contextlib.suppress(OSError):  # then it can only be waited for
                self._session.give_way()

    def _begin(self, journal: Journal) -> None:
        last = journals.newest_time(journal.path)
        with self._lock:
            self._read_tails()
            self._latest_at = max(self._latest_at, last)
            self._journal = journal
            # What a session before this one committed but did not live to write into the files, and what is damaged.
            self._dirty.update(self._behind())
            for key in self._damaged:
                if owner_of(key) in ("", self.coder):
                    self._move_aside(key)
                    self._dirty.add(key)
            if not is_written(self.path, self.info):
                self._dirty.add(PROJECT)
            self._damaged.clear()
            self.texts.may_write()
        with contextlib.suppress(OSError):  # nothing depends on it but how well git puts copies together
            write_for_git(self.path, self.modes)

    def _not_now(self, what: str, error: OSError) -> ReaderError:
        """What to raise where writing cannot begin: for good, or as long as the disk is full."""
        if error.errno not in FOR_GOOD:
            return NotSaved(f"Not saved: {refused(error)}.")
        self.read_only = f"{what} ({error.strerror})"
        return ReadOnly(f"Nothing can be changed: {self.read_only}.")

    # -- reading -------------------------------------------------------------------------------------

    @reading
    def articles(self) -> Mapping[str, Article]:
        """All articles by id, removed ones too, no two with one number."""
        return self._numbers.in_force(self._shelf(LIBRARY).table("articles"))

    def renumbered(self) -> list[Renumbered]:
        """Articles that got another number since they were last seen in this copy, each told once."""
        return self._numbers.news()

    @reading
    def tags(self) -> Mapping[str, Tag]:
        """All tags by id."""
        return self._shelf(CODEBOOK).table("tags")

    @reading
    def coders(self) -> Mapping[str, Coder]:
        """All coders by handle."""
        return self._shelf(CODEBOOK).table("coders")

    @reading
    def searches(self) -> Mapping[str, SavedSearch]:
        """All saved searches by id."""
        return self._shelf(CODEBOOK).table("searches")

    def writers(self) -> list[str]:
        """Handles of all who have a journal here, or annotations whose journal is lost; this coder among them."""
        return sorted({name.split(".")[0] for name in self._tails.names} | self._folders | {self.coder})

    @reading
    def marked(self) -> set[str]:
        """Ids of articles that have files of annotations, or edits on the way to them, whether the library has them or not."""
        from reader.store.verify import annotation_keys

        with self._lock:
            keys = {*annotation_keys(self.path), *(key for key, entries in self._late.items() if entries)}
        return {Path(key).stem for key in keys if key.startswith("annotations/")} - {"memos"}

    @reading
    def annotations(self, article_id: str) -> list[Annotation]:
        """The annotations in an article, of all coders."""
        shelves = (self._shelf(annotations_key(coder, article_id)) for coder in self.writers())
        return [record for shelf in shelves for record in shelf.table("annotations").values()]

    @reading
    def reviews(self, article_id: str) -> list[Review]:
        """The reviews in an article, of all coders."""
        shelves = (self._shelf(annotations_key(coder, article_id)) for coder in self.writers())
        return [record for shelf in shelves for record in shelf.table("reviews").values()]

    @reading
    def memos(self) -> list[Annotation]:
        """The annotations on tags and on the project, of all coders."""
        shelves = (self._shelf(memos_key(coder)) for coder in self.writers())
        return [record for shelf in shelves for record in shelf.table("annotations").values()]

    @reading
    def text(self, article: Article) -> StoredText:
        """The text of an article. Damage if its paragraphs cannot be read, or be made again from the text."""
        return self.texts.text(article)

    @writing
    def put_text(self, article: Article, text: str, paragraphs: Sequence[Paragraph], *, apart: bool = False) -> Article:
        """Write an article's text and paragraphs, durably, unless they are there; the article with `paragraphs_sha256`."""
        return self.texts.put(article, text, paragraphs, apart=apart)

    @writing
    def repair_paragraphs(self, article: Article) -> bool:
        """Write the paragraph file of an article anew; False where it cannot be made from the text."""
        return self.texts.repair_paragraphs(article)

    # -- writing -------------------------------------------------------------------------------------

    @writing
    def apply(self, edit: Edit) -> Edit:
        """Commit an edit; it is durable on return. Conflict and NotSaved leave everything as it was."""
        self.start()
        if any(change.table in SHARED for change in edit.changes):
            return self._apply_shared(edit)
        return self._commit(edit).edit

    def _commit(self, edit: Edit) -> Entry:
        journal = self._journal
        if journal is None:  # `start` has been called
            raise ReadOnly("Nothing can be changed: the project is closed.")
        if journal.broken:
            self._reopen(journal)
        keys = self._by_key(edit).keys()
        edit = msgspec.structs.replace(edit, at=self._time_for(edit, journal, keys))
        try:
            entry = journal.append(edit)
        except OSError as error:
            raise NotSaved(f"Not saved: {refused(error)}.") from error
        self._turn += 1
        with self._lock:  # the edit is committed: nothing below may raise
            self._tails.move_on(entry)
            self._dirty.update(keys)
            self._lay_over([entry])
            if PROJECT in keys:  # what it was has been compared, under the lock
                for change in entry.edit.changes:
                    if change.table == "project" and change.after is not None:
                        self._take_info(cast("ProjectInfo", decode("project", change.after)))
                self._info_in_doubt = False
        return entry

    def _time_for(self, edit: Edit, journal: Journal, keys: Iterable[str]) -> str:
        """A time later than all that this edit follows, whatever the clock says: time decides the order.

        Loads what the edit will be laid over, so that nothing has to be read once it is committed. Damage: see below.
        """
        with self._lock:
            latest = self._latest_at
            for key in keys:
                if key == PROJECT:
                    continue
                shelf = self._shelf(key)
                latest = max(latest, shelf.latest[0])
                if (held := shelf.held.get(journal.name, 0)) > journal.size:
                    raise journals.lacking(journal.path, journal.size, held)
        at = now(max(edit.at, latest))
        return at if at > latest else now(_after(latest))

    def _reopen(self, journal: Journal) -> None:
        """Go on with a journal that could not be written for a while, and with what another program put into it."""
        with self._lock:
            journal.reopen()
            if journal.size > self._tails.offset(self.journal_name):
                entries = self._tails.read_on(self.journal_name).entries
                self._news += (entry.edit for entry in entries)
                self._lay_over(entries)

    def _apply_shared(self, edit: Edit) -> Edit:
        from reader.store.locks import project_lock

        with project_lock(self.path / "locks", self.modes):
            self._read_tails()
            self._write_numbers()
            self._check(edit)
            entry = self._commit(edit)
            with contextlib.suppress(OSError):  # the edit is safe in the journal; `settle` tries again
                self._write_shelves({key for key in self._dirty if not owner_of(key)})
            return entry.edit

    def _write_numbers(self) -> None:
        """Write down the numbers of articles that copies gave twice; the project lock is held."""
        stored = self._shelf(LIBRARY).table("articles")
        in_force = self._numbers.in_force(stored)
        if in_force is not stored:
            self._commit(numbering(self.coder, stored, in_force))

    def _check(self, edit: Edit) -> None:
        """Conflict if a shared record is not what the edit saw, or a number or name would stand twice."""
        for change in edit.changes:
            if change.table not in SHARED:
                continue
            before = None if change.before is None else decode(change.table, change.before)
            if self._current(change) != before:
                raise Conflict(f"{_named(change)} was changed by someone else in the meantime; nothing was written.")
        check_numbers(edit, self.articles())
        check_names(edit, self.tags())

    def _current(self, change: Change) -> Any:
        if change.table == "project":
            return self.info
        return self._shelf(LIBRARY if change.table == "articles" else CODEBOOK).record(change)

    # -- the readable files --------------------------------------------------------------------------

    def _write_shelves(self, keys: set[str]) -> None:
        for key in sorted(keys):
            with self._lock:
                late = len(self._late.get(key, []))
                if key == PROJECT:
                    shelf, info = None, self.info
                else:
                    shelf = self._shelf(key)
                    if key not in self._dirty:
                        continue  # as was found while it was read: the file has it all
                self._dirty.discard(key)
            try:
                if shelf is None:
                    write_info(self.path, info, self.modes)
                else:
                    encoded = self._encoded.setdefault(key, Encoded())
                    write_shelf(self.path / key, shelf, tables_of(key), self.modes, encoded)
            except OSError:
                with self._lock:
                    self._dirty.add(key)
                raise
            with self._lock:
                del self._late.get(key, [])[:late]

    def renew(self, chosen: Callable[[Iterable[str]], Sequence[str]]) -> list[str]:
        """Make those readable files anew that are not what the journals lead to; which. `settle` writes them.

        `chosen` says which may be, given those that the journals lead to.
        """
        self.start()
        with self._lock:
            replayed = self._replayed(None)
            keys = chosen(replayed.shelves)
            on_disk = {key: self._read_or_moved(key) for key in keys if key != PROJECT}
            wanted = self._rebuild(set(on_disk), replayed)
            anew = [key for key in on_disk if not _same_tables(key, on_disk[key], wanted[key])]
            self._dirty.difference_update(on_disk)
            if PROJECT in keys:
                before = self.info
                self._settle_info()
                anew += [PROJECT] * (self.info != before)
            self._dirty.update(anew)
            return sorted(anew)

    def settle(self) -> bool:
        """Bring the TinyDB files and the checkpoint up to date. OSError: the rest waits for the next time."""
        journal = self._journal
        if journal is None:
            return True
        self._settle_numbers()
        with self._lock:
            files = {**self._tails.checkpoint(self.journal_name).files, **self._files}
            reached = Checkpoint(journal.size, journal.seq, files)
            dirty = set(self._dirty)
        if any(not owner_of(key) for key in dirty):
            from reader.store.locks import project_lock

            with project_lock(self.path / "locks", self.modes):
                self._read_tails()
                self._write_shelves({key for key in dirty if not owner_of(key)})
        self._write_shelves({key for key in dirty if owner_of(key)})
        if reached != self._tails.checkpoint(self.journal_name):
            path = self._tails.checkpoint_path(self.journal_name)
            fs.replace_file(path, journals.encode_line(reached), self.modes)
            self._tails.settled(self.journal_name, reached)
        return True

    def _settle_numbers(self) -> None:
        """Write the numbers in force down where somebody has asked for the articles. OSError, NotSaved: another time."""
        library = self._shelves.get(LIBRARY)
        stored = None if library is None else library.table("articles")
        if stored is None or self._numbers.in_force(stored) is stored:
            return
        from reader.store.locks import project_lock

        with project_lock(self.path / "locks", self.modes):
            self._read_tails()
            self._write_numbers()

    @property
    def unsettled(self) -> bool:
        """Whether some readable file is behind the journal."""
        return bool(self._dirty)

    # -- edits ---------------------------------------------------------------------------------------

    @reading
    def poll(self) -> list[Edit]:
        """Edits that others have committed since the last look."""
        self._turn += 1
        with self._lock:
            self._read_tails()
            news, self._news = self._news, []
        return news

    @reading
    def edits(self, since: str = "") -> tuple[list[Edit], str]:
        """The edits of all journals since a cursor (empty: from the first), in order, and the next cursor.

        Damage if a journal no longer reaches to the cursor, or the cursor is damaged: it may have been kept in a file.
        """
        paths = self.journal_paths()
        sizes = self._sizes(paths)
        if since and self._looked == (since, paths, sizes):
            return [], since
        places = journals.decode_places(since) if since else {}
        entries: list[Entry] = []
        for name, path in paths.items():
            offset, seq = places.get(name, (0, 0))
            found = journals.read(path, offset, seq)
            places[name] = (found.end, found.seq)
            entries += found.entries
        entries.sort(key=lambda entry: entry.edit.order)
        reached = journals.encode_line(places).decode()
        self._looked = (reached, paths, sizes)
        return [entry.edit for entry in entries], reached

    def has_news(self, since: str) -> bool:
        """Whether a journal has come, gone or changed since `edits` gave this cursor last; asked for by every search.

        Searches in quick succession look at the disk once: over a network that takes longer than the search.
        """
        turn, until = self._quiet
        if turn == self._turn and since == self._looked[0] and time.monotonic() < until:
            return False
        return self._look_for_news(since)

    @reading
    def _look_for_news(self, since: str) -> bool:
        turn = self._turn
        known, known_paths, sizes = self._looked
        paths = self._tails.paths()
        if since != known or (paths is not known_paths and paths != known_paths) or self._sizes(paths) != sizes:
            return True
        self._quiet = (turn, time.monotonic() + _QUIET)
        return False

    def _sizes(self, paths: Mapping[str, Path]) -> list[int]:
        """The sizes of journals; nobody else writes the one that is open."""
        own = self._journal
        size_of = self._tails.size_of
        return [own.size if own is not None and own.name == n else size_of(n) for n in paths]

    def newest_first(self, coder: str = "") -> Iterator[Edit]:
        """The edits of one coder, or of all, from the newest."""
        paths = (p for n, p in self._journals().items() if not coder or n.split(".")[0] == coder)
        return _said(merge_sorted(*(journals.newest_first(p) for p in paths), key=lambda e: e.order, reverse=True))

    @reading
    def last_edit(self, coder: str) -> str:
        """When the newest edit of a coder that can be read was made; empty if there is none."""
        paths = (path for name, path in self.journal_paths().items() if name.split(".")[0] == coder)
        return max(map(journals.newest_time, paths), default="")

    @reading
    def last_mark(self, coder: str) -> str:
        """When a coder last changed an annotation or a review, as far as the journals have been read; empty if never.

        The checkpoints say which lines to look at: a large import is not read again to find what lies before it.
        """
        with self._lock:
            times = [self._marked.get(coder, "")]
            for path, end in self._tails.lasts(coder, lambda key: owner_of(key) == coder):
                with contextlib.suppress(
                    Damage, FileNotFoundError
                ):  # what is wrong with the journal was said when it was opened
                    times.append(journals.time_of(path, end))
        return max(times)

    @reading
    def _journals(self) -> Mapping[str, Path]:
        return self.journal_paths()

    @reading
    def verify(self) -> list[str]:
        """Read every line and every file; the damage found, a sentence each."""
        from reader.store.verify import verify

        return verify(self)

    def close(self) -> None:
        """Settle and give up the right to write."""
        self._tails.close()
        journal, session = self._journal, self._session
        if journal is None:
            return
        try:
            self.settle()
        except (OSError, ReaderError) as error:
            self._report(f"The TinyDB files are behind the journal: {error}. The next start brings them up to date.")
        finally:
            self._journal = None
            with contextlib.suppress(OSError):  # all of it is on the disk
                journal.close()
            session.release()


def _same_tables(key: str, found: Shelf | None, wanted: Shelf) -> bool:
    """Whether what was found in a file is what should be in it; one without any table was not written here."""
    if found is None or not found.tables:
        return False
    return all(found.table(name) == wanted.table(name) for name in tables_of(key))


def _said(edits: Iterator[Edit]) -> Iterator[Edit]:
    """The edits, and a sentence where the disk stops giving them."""
    step = reading(lambda: next(edits, None))
    while (edit := step()) is not None:
        yield edit


def _after(at: str) -> str:
    """The time a microsecond later."""
    later = datetime.fromisoformat(at) + timedelta(microseconds=1)
    return later.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _named(change: Change) -> str:
    record = change.record
    what = {"articles": "The article", "tags": "The tag", "coders": "The coder", "searches": "The search"}
    name = record.get("title") or record.get("name") or change.id
    return f"{what.get(change.table, 'The project')} “{name}”"
