"""The index that follows the journals: `index.sqlite`, derived, deleted and rebuilt on any doubt.

It holds annotations, reviews and all counts of them, and the words of all texts and notes. Journals of
several writers arrive in any order, so every record keeps the place (time, edit id) of the last change
that it has had, and older ones are ignored: what the index says depends on the changes alone, never on
the order or the portions in which they came.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from reader import fs
from reader.edits import Edit
from reader.errors import Damage
from reader.model import ArticleText
from reader.search import texts
from reader.search.counts import ArticleCounts, Counts, Reader
from reader.search.rows import (
    MARKS,
    AnnotationRow,
    Known,
    ParagraphOf,
    ReviewRow,
    RowMaker,
    latest,
    replayed,
)
from reader.search.schema import RECORD_TABLES, check_tables, has_tables, make_tables
from reader.search.summaries import Tally, hidden_tags, summarise
from reader.search.touched import Touched

__all__ = ["ArticleCounts", "Counts", "Feed", "Index", "ParagraphOf"]

_MEMORY = ":memory:"
_BULK = 20_000
"""From this many records on, summaries are worked out anew rather than one record at a time."""
_BATCH = 32_000_000
"""Characters of text that are written in one transaction."""
_FEW, _AT_ONCE = 8, 60_000
"""Texts and their characters that are written without a process of its own: some milliseconds."""

_FEW_PIECES, _SCATTERED = 3, 24
"""Pieces of the words that may stay, and those that a process of its own is worth."""

Feed = Callable[[str], tuple[Iterable[Edit], str]]
"""(cursor) -> the edits committed after it, or all for an empty one, and the cursor after them."""
Progress = Callable[[int, int], None]
"""(articles done, articles to do); may raise Cancelled."""


class Index:
    """The writing side; one thread at a time. `cursor` is empty where all edits have to come."""

    def __init__(self, path: Path | None, project: str, paragraph_of: ParagraphOf, modes: fs.Modes) -> None:
        self._path = path
        self._project = project
        self._paragraph_of = paragraph_of
        self._modes = modes
        self._lock = threading.RLock()
        self.generation = 0
        """Counts how often the database was replaced by another one."""
        self.touched = Touched()
        """The annotations that were written here; also those that another process had written before."""
        self._followed = self._complete = ""
        self._file = (0, 0)
        self._connection = self._opened()

    @classmethod
    def open(
        cls, path: Path, *, project: str, paragraph_of: ParagraphOf, memory: bool = False, modes: fs.Modes = fs.PRIVATE
    ) -> Index:
        """Open or make the index of a project.

        `project` is the project's id: an index of another project, of another version or damaged is
        deleted. Where the folder cannot be written, or with `memory`, it lives in memory.
        """
        return cls(None if memory else path, project, paragraph_of, modes)

    @property
    def in_memory(self) -> bool:
        """Whether it is forgotten at the end."""
        return self._path is None

    def is_replaced(self) -> bool:
        """Whether the file that is open is no longer the one that is there: somebody deleted it, as an erasure or a restore does."""
        return self._path is not None and self._file != _identity(self._path)

    @property
    def cursor(self) -> str:
        """How far it has followed: what the last `apply`, `rebuild` or `catch_up` was given."""
        with self._lock:
            row = self._connection.execute("SELECT value FROM meta WHERE name = 'cursor'").fetchone()
        return str(row[0]) if row else ""

    @property
    def followed(self) -> str:
        """The cursor up to which this process knows that the index has followed; empty if it has not looked."""
        return self._followed

    @property
    def is_complete(self) -> bool:
        """Whether the words of all texts were in it when it had followed so far."""
        return bool(self._followed) and self._followed == self._complete

    def counts(self, only: str | None = None) -> Counts:
        """The reading side, with a connection of its own where the index is a file; see `Counts` for `only`."""
        return Counts(self, only)

    def reader(self) -> Reader:
        """A connection for `Counts`."""
        with self._lock:
            if self._path is None:
                return Reader(self._connection, self._lock, own=False, generation=self.generation)
            connection = _connect(self._path)
            connection.execute("PRAGMA query_only = ON")
            return Reader(connection, threading.RLock(), own=True, generation=self.generation)

    # following

    def catch_up(self, feed: Feed) -> bool:
        """Follow the journals. False where another process is writing: nothing is lost, call again.

        Damage that the feed raises for a cursor means: from the start, with a new file, so that nothing of
        what was erased stays; Damage from the start is passed on. A file that turns out to be damaged is
        built anew, one that cannot be written is left for memory.
        """
        for last_try in (False, False, True):
            try:
                self._follow_feed(feed)
            except sqlite3.DatabaseError as error:
                if _code(error) in _BUSY:
                    return False
                if last_try:
                    raise
                self._start_anew(damaged=_is_damage(error))
            else:
                return True
        raise AssertionError("the last try returns or raises")

    def _follow_feed(self, feed: Feed) -> None:
        """Take in what is new; all anew where the cursor no longer fits the journals, as after an erasure."""
        cursor = self._followed or self.cursor  # what another process has followed since may come twice
        if cursor:
            try:
                edits, reached = feed(cursor)
            except Damage:
                everything = feed("")
                self._start_anew(damaged=True)
                self.rebuild(*everything)
                return
            if edits or reached != cursor:
                self.apply(edits, reached, history=lambda: feed("")[0])
            self._followed = reached
        else:
            every_edit, reached = feed("")
            self.rebuild(every_edit, reached)
            self._followed = reached

    def apply(self, edits: Iterable[Edit], cursor: str, history: Callable[[], Iterable[Edit]] | None = None) -> None:
        """Take in edits, in any order and any number of times, and remember the cursor: all or nothing.

        `history` gives all edits there are, these among them; asked for where two edits may have changed
        one record without having seen each other.
        """
        edits = list(edits)
        if not edits and cursor == self.cursor:
            return
        with self._transaction():
            found = latest(edits, self._known)
            forced: set[str] = set()
            if found.doubtful and history is not None:
                forced = self._family(found.doubtful)
                for table, records in replayed(history(), forced).items():
                    forced |= records.keys()
                    found.tables[table].update(records)
            rows = RowMaker(self._paragraph_of).rows(found.tables)
            is_bulk = sum(map(len, rows.values())) >= _BULK
            if history is not None and any(map(self._parts_anew, rows["articles"].values())):
                self._write_all(list(history()))
            elif is_bulk:
                self._write_bulk(rows, forced)
            else:
                self._follow(rows, forced)
            self._remember("cursor", cursor)
        if is_bulk or rows["articles"]:
            self.touched.note_all()
        else:
            self.touched.note(rows["annotations"].keys() | forced)

    def rebuild(self, edits: Iterable[Edit], cursor: str) -> None:
        """Forget all records and take in all edits there are; texts stay, they do not change."""
        edits = list(edits)
        with self._transaction():
            self._write_all(edits)
            self._remember("cursor", cursor)
        self.touched.note_all()

    def _write_all(self, edits: list[Edit]) -> None:
        tables = {**latest(edits, lambda table, key: None).tables, **replayed(edits)}
        rows = RowMaker(self._paragraph_of).rows(tables)
        for table in RECORD_TABLES:
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608  our own names
        for table, found in rows.items():
            self._insert(table, found)
        self._connection.execute("DELETE FROM texts WHERE article NOT IN (SELECT id FROM articles)")
        self._remember("texts", os.urandom(8).hex())
        texts.wait_for_all(self._connection)
        self._work_out()

    def _parts_anew(self, row: tuple[Any, ...]) -> bool:
        """Whether an article with marks has other paragraphs now, those of a copy that split its text in another way."""
        old = self._row("articles", row[0])
        if old is None or old[4] == row[4]:
            return False
        statements = (f"SELECT 1 FROM {table} WHERE live AND article = ?" for table in MARKS)  # noqa: S608  our own names
        return any(self._connection.execute(statement, (row[0],)).fetchone() for statement in statements)

    def wait(self, seconds: float) -> None:
        """How long a transaction waits for that of another process before it gives up; 5 seconds unless told."""
        with self._lock:
            self._connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    # texts

    def missing_texts(self, limit: int = -1) -> list[str]:
        """The ids of articles whose words are not in the index, in the order of the library."""
        with self._lock:
            return [article.article for article in texts.pending(self._connection, limit)]

    def take_few_texts(self, text_of: texts.TextOf) -> bool:
        """Write the words of the missing texts if that is done at once; whether none is missing now."""
        if self.is_complete:
            return True
        cursor = self.cursor
        missing = self.missing_texts(_FEW + 1)
        if not missing:
            self._complete = cursor
            return True
        if self.in_memory or len(missing) > _FEW:
            return False
        found = (texts.read(text_of, article_id) for article_id in missing)
        if sum(text.length for text in found if text is not None) > _AT_ONCE:
            return False
        return self.take_texts(text_of)

    def take_texts(self, text_of: texts.TextOf, progress: Progress | None = None) -> bool:
        """Write the words of all texts that are missing. False where another process is writing: call again.

        `progress` may raise Cancelled; what is written by then stays.
        """
        total = len(self.missing_texts())
        left = total
        try:
            while left:
                if progress is not None:
                    progress(total - left, total)
                with self._transaction():
                    todo = texts.pending(self._connection)
                    total, left = max(total, len(todo)), len(todo)
                    left -= self._take_batch(todo, text_of)
        except sqlite3.OperationalError as error:
            if _code(error) in _BUSY:
                return False
            raise
        if progress is not None:
            progress(total, total)
        return True

    def speakers(self) -> tuple[str, ...]:
        """The names of those who speak in the texts that are in the index, in the order of the alphabet."""
        with self._lock:
            return texts.speakers(self._connection)

    def coders(self) -> tuple[str, ...]:
        """The handles of those who have coded or reviewed something, in the order of the alphabet."""
        with self._lock:
            return texts.coders(self._connection)

    def annotators(self) -> tuple[str, ...]:
        """The handles of those who have annotated something; it takes a quarter of a second for a million annotations."""
        with self._lock:
            return texts.annotators(self._connection)

    def is_scattered(self, pieces: int = _SCATTERED) -> bool:
        """Whether the words lie in more pieces than that."""
        with self._lock:
            return texts.pieces(self._connection) > pieces

    def join(self, proceed: Callable[[], None]) -> None:
        """Merge the pieces of the words into one where they are more than a few; `proceed` is called in between and may raise.

        It reads and writes all words: for a process that nobody waits for. Ends where another one is writing.
        """
        begin, more = True, self.is_scattered(_FEW_PIECES)
        try:
            while more:
                proceed()
                with self._transaction():
                    more = texts.join_some(self._connection, begin=begin)
                begin = False
        except sqlite3.OperationalError as error:
            if _code(error) not in _BUSY:
                raise

    def _take_batch(self, todo: list[texts.Pending], text_of: texts.TextOf) -> int:
        """Write as many texts as make a batch; how many."""
        batch: list[tuple[texts.Pending, ArticleText | None]] = []
        size = 0
        for article in todo:
            text = texts.read(text_of, article.article)
            batch.append((article, text))
            size += text.length if text is not None else 0
            if size >= _BATCH:
                break
        texts.put_texts(self._connection, batch)
        self._remember("texts", os.urandom(8).hex())
        return len(batch)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    # opening

    def _opened(self) -> sqlite3.Connection:
        """A connection to an index of this project and version; where there is none, an empty one is made."""
        if self._path is not None:
            with contextlib.suppress(sqlite3.DatabaseError, OSError):
                try:
                    return self._connected(self._path)
                except sqlite3.DatabaseError as error:
                    if not _is_damage(error):
                        raise
                _delete(self._path)
                return self._connected(self._path)
            self._path = None
        return self._prepared(sqlite3.connect(_MEMORY, check_same_thread=False, isolation_level=None))

    def _connected(self, path: Path) -> sqlite3.Connection:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, self._modes.file))
            path.chmod(self._modes.file)  # whatever the umask
        connection = _connect(path)
        self._file = _identity(path)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._prepared(connection)
            self._hand_over(path)
            return connection
        except UnicodeDecodeError as error:  # what SQLite says of a damaged schema need not be text
            connection.close()
            raise sqlite3.DatabaseError("its schema is damaged") from error
        except sqlite3.DatabaseError:
            connection.close()
            raise

    def _hand_over(self, path: Path) -> None:
        """Give the group of a shared project what SQLite has made; its files beside the index have the index's mode."""
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm") if self._modes.group >= 0 else ():
            with contextlib.suppress(OSError):  # another account's: it has done so
                os.chown(path.with_name(name), -1, self._modes.group)

    def _prepared(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """The connection, its tables made where it has none. DatabaseError if they are not ours."""
        if not has_tables(connection):
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                if not has_tables(connection):  # another process may have made them meanwhile
                    make_tables(connection, self._project)
        check_tables(connection, self._project)
        return connection

    def _start_anew(self, *, damaged: bool) -> None:
        """After an error: a new file where the old one is damaged, memory where it cannot be written."""
        with self._lock:
            self._connection.close()
            if self._path is not None:
                if damaged:
                    with contextlib.suppress(OSError):
                        _delete(self._path)
                else:
                    self._path = None
            self._connection = self._opened()
            self._followed = self._complete = ""
            self.generation += 1
            self.touched.note_all()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:  # commits, or rolls back after an exception
                yield

    def _remember(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    # rows

    def _known(self, table: str, key: str) -> Known | None:
        row = self._connection.execute(f"SELECT at, edit, state FROM {table} WHERE id = ?", (key,)).fetchone()  # noqa: S608  our own names
        return None if row is None else Known((row[0], row[1]), row[2])

    def _family(self, ids: set[str]) -> set[str]:
        """Some marks with those that conflicts made of them, and those they were made of."""
        found = set(ids)
        fresh = set(ids)
        while fresh:
            related: set[str] = set()
            for table in MARKS:
                for key in fresh:
                    rows = self._connection.execute(
                        f"SELECT id FROM {table} WHERE origin <> '' AND origin = ?1"  # noqa: S608  our own names
                        f" UNION SELECT origin FROM {table} WHERE id = ?1 AND origin <> ''",
                        (key,),
                    )
                    related.update(row[0] for row in rows)
            fresh = related - found
            found |= fresh
        return found

    def _insert(self, table: str, rows: Mapping[str, tuple[Any, ...]]) -> None:
        if rows:
            places = ",".join("?" * len(next(iter(rows.values()))))
            self._connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", rows.values())  # noqa: S608  our own names

    def _write_bulk(self, changes: Mapping[str, dict[str, Any]], forced: set[str]) -> None:
        for table, rows in changes.items():
            self._forget(table, forced - rows.keys())
            self._insert(table, {row[0]: row for row in self._newer(table, rows, forced)})
        texts.wait_for_all(self._connection)
        self._work_out()

    def _forget(self, table: str, ids: set[str]) -> None:
        """Delete marks that no edit leads to any more."""
        if table in MARKS:
            self._connection.executemany(f"DELETE FROM {table} WHERE id = ?", ((key,) for key in ids))  # noqa: S608  our own names

    def _work_out(self) -> None:
        summarise(self._connection)
        texts.put_all_marks(self._connection)

    def _follow(self, changes: Mapping[str, dict[str, Any]], forced: set[str]) -> None:
        """Write rows that are newer than what is known, and move the summaries by the difference."""
        tally = Tally(self._connection)
        for row in self._newer("articles", changes["articles"], forced):
            old = self._row("articles", row[0])
            self._insert("articles", {row[0]: row})
            texts.wait_for(self._connection, row[0])
            tally.article(row[0], was_removed=bool(old and old[3]), removed=bool(row[3]))
        if changes["tags"]:
            hidden = hidden_tags(self._connection)
            self._insert("tags", {row[0]: row for row in self._newer("tags", changes["tags"], forced)})
            tally.tags(hidden)
        for key in forced - changes["annotations"].keys():
            self._change_annotation(key, None, tally)
        for row in self._newer("annotations", changes["annotations"], forced):
            self._change_annotation(row.id, row, tally)
        for key in forced - changes["reviews"].keys():
            self._change_review(key, None, tally)
        for row in self._newer("reviews", changes["reviews"], forced):
            self._change_review(row.id, row, tally)

    def _newer(self, table: str, rows: dict[str, Any], forced: set[str]) -> Iterator[Any]:
        """The rows that are newer than what the table has, or forced."""
        statement = f"SELECT at, edit FROM {table} WHERE id = ?"  # noqa: S608  our own names
        for row in list(rows.values()):
            known = None if row[0] in forced else self._connection.execute(statement, (row[0],)).fetchone()
            if known is None or known < (row[1], row[2]):
                yield row

    def _row(self, table: str, key: str) -> Any:
        return self._connection.execute(f"SELECT * FROM {table} WHERE id = ?", (key,)).fetchone()  # noqa: S608  our own names

    def _change_annotation(self, key: str, row: AnnotationRow | None, tally: Tally) -> None:
        found = self._row("annotations", key)
        if found is not None:
            old = AnnotationRow(*found)
            tally.annotation(old, -1)
            self._connection.execute("DELETE FROM annotations WHERE id = ?", (key,))
            texts.drop_mark(self._connection, old)
        if row is not None:
            self._insert("annotations", {key: row})
            tally.annotation(row, 1)
            texts.put_mark(self._connection, row)

    def _change_review(self, key: str, row: ReviewRow | None, tally: Tally) -> None:
        found = self._row("reviews", key)
        self._connection.execute("DELETE FROM reviews WHERE id = ?", (key,))
        if row is not None:
            self._insert("reviews", {key: row})
        both = [ReviewRow(*found) if found else None, row]
        for review in {(r.article, r.coder, r.paragraph): r for r in both if r is not None}.values():
            tally.review(review)


def _identity(path: Path) -> tuple[int, int]:
    """What tells a file from another one of its name; zeros where there is none."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


def _connect(path: Path) -> sqlite3.Connection:
    """A connection that looks at each page it reads: a damaged one would else be read as one that holds less."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5)
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _delete(path: Path) -> None:
    """Remove the file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for errors that are not its own."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is broken (then a new one is made), rather than full, read-only, busy or out of reach."""
    return not isinstance(error, sqlite3.OperationalError) or _code(error) == sqlite3.SQLITE_ERROR
