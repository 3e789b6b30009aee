"""Counts that follow the journals: `index.sqlite`, derived, deleted and rebuilt on any doubt.

Journals of several writers arrive in any order, so every record keeps the place (time, edit id) of the
last change that it has had, and older ones are ignored: what the counts say depends on the changes alone,
never on the order or the portions in which they came. Summary tables are kept beside the records, so
that reading a count costs the same with a hundred annotations and with a million.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from reader.codebook import Codebook
from reader.edits import Change, Edit
from reader.errors import Damage

SCHEMA = 1
"""Raised with every change of the tables; an index with another number is deleted and built anew."""
_APPLICATION = 0x72656164
_MEMORY = ":memory:"
_BULK = 20_000
"""From this many records on, summaries are worked out anew rather than one record at a time."""

ParagraphOf = Callable[[str, int], int]
"""(article id, position in code points) -> number of the paragraph there, 0 if it is not known."""
Feed = Callable[[str], tuple[Iterable[Edit], str]]
"""(cursor) -> the edits committed after it, or all for an empty one, and the cursor after them."""

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, edit TEXT NOT NULL, removed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE tags (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, edit TEXT NOT NULL, gone INTEGER NOT NULL, merged_into TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE annotations (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, edit TEXT NOT NULL, live INTEGER NOT NULL,
    article TEXT NOT NULL, coder TEXT NOT NULL, tag TEXT NOT NULL, unit TEXT NOT NULL,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX annotations_by_tag ON annotations (tag) WHERE live;
CREATE INDEX annotations_by_article ON annotations (article) WHERE live;
CREATE TABLE reviews (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, edit TEXT NOT NULL, live INTEGER NOT NULL,
    article TEXT NOT NULL, coder TEXT NOT NULL, paragraph INTEGER NOT NULL, time TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX reviews_by_place ON reviews (article, coder, paragraph) WHERE live;

CREATE TABLE tag_counts (
    tag TEXT, coder TEXT, n INTEGER NOT NULL, PRIMARY KEY (tag, coder)
) WITHOUT ROWID;
CREATE TABLE coded (
    article TEXT, coder TEXT, paragraph INTEGER, n INTEGER NOT NULL, PRIMARY KEY (article, coder, paragraph)
) WITHOUT ROWID;
CREATE TABLE reviewed (
    article TEXT, coder TEXT, paragraph INTEGER, time TEXT NOT NULL, PRIMARY KEY (article, coder, paragraph)
) WITHOUT ROWID;
CREATE TABLE article_counts (
    article TEXT, coder TEXT, coded INTEGER NOT NULL DEFAULT 0, reviewed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (article, coder)
) WITHOUT ROWID;
"""

_RECORD_TABLES = ("articles", "tags", "annotations", "reviews")
_SUMMARIES = ("tag_counts", "coded", "reviewed", "article_counts")
_COLUMNS = {"articles": 4, "tags": 5, "annotations": 12, "reviews": 8}

_ADD_TAG = """
INSERT INTO tag_counts VALUES (?1, ?2, ?3) ON CONFLICT (tag, coder) DO UPDATE SET n = n + ?3
"""
_ADD_CODED = """
INSERT INTO article_counts (article, coder, coded) VALUES (?1, ?2, ?3)
ON CONFLICT (article, coder) DO UPDATE SET coded = coded + ?3
"""
_ADD_REVIEWED = """
INSERT INTO article_counts (article, coder, reviewed) VALUES (?1, ?2, ?3)
ON CONFLICT (article, coder) DO UPDATE SET reviewed = reviewed + ?3
"""
_SUMMARISE = """
INSERT INTO tag_counts SELECT tag, coder, count(*) FROM annotations
    WHERE live AND tag <> '' AND article NOT IN (SELECT id FROM articles WHERE removed) GROUP BY tag, coder;
INSERT INTO coded
    WITH RECURSIVE touched (article, coder, paragraph, last) AS (
        SELECT article, coder, first, last FROM annotations
            WHERE live AND tag <> '' AND first > 0 AND tag NOT IN (SELECT tag FROM hidden)
        UNION ALL
        SELECT article, coder, paragraph + 1, last FROM touched WHERE paragraph < last
    )
    SELECT article, coder, paragraph, count(*) FROM touched GROUP BY article, coder, paragraph;
INSERT INTO reviewed SELECT article, coder, paragraph, max(time) FROM reviews
    WHERE live GROUP BY article, coder, paragraph;
INSERT INTO article_counts (article, coder, coded) SELECT article, coder, count(*) FROM coded GROUP BY article, coder;
INSERT INTO article_counts (article, coder, reviewed)
    SELECT article, coder, count(*) FROM reviewed WHERE true GROUP BY article, coder
    ON CONFLICT (article, coder) DO UPDATE SET reviewed = excluded.reviewed;
"""


class ArticleCounts(NamedTuple):
    """What a coder has done in an article: paragraphs with a tag of theirs, paragraphs reviewed."""

    coded: int = 0
    reviewed: int = 0


class _Annotation(NamedTuple):
    """A row of `annotations`; `first` and `last` are the paragraphs touched, 0 where there are none."""

    id: str
    at: str
    edit: str
    live: int
    article: str
    coder: str
    tag: str
    unit: str
    start: int
    stop: int
    first: int
    last: int


class _Review(NamedTuple):
    """A row of `reviews`."""

    id: str
    at: str
    edit: str
    live: int
    article: str
    coder: str
    paragraph: int
    time: str


class Counts:
    """Reads counts, from any thread; what an `apply` has finished is seen by the next call.

    Annotations in articles that were removed from the library are not counted under their tags, nor are
    deleted tags in what counts as coded. Damage where the file cannot be read.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._reader: _Reader | None = None

    def tag(self, tag_id: str, coder: str | None = None) -> int:
        """Annotations with exactly this tag, of one coder or of all; tags merged into it stand apart."""
        if coder is not None:
            return self._number("SELECT n FROM tag_counts WHERE tag = ? AND coder = ?", tag_id, coder)
        return self._number("SELECT sum(n) FROM tag_counts WHERE tag = ?", tag_id)

    def tags(self, coder: str | None = None) -> dict[str, int]:
        """Annotations by the tag id they bear, those with any; of one coder or of all."""
        if coder is not None:
            return dict(self._rows("SELECT tag, n FROM tag_counts WHERE coder = ? AND n > 0", coder))
        return dict(self._rows("SELECT tag, sum(n) AS total FROM tag_counts GROUP BY tag HAVING total > 0"))

    def meant(self, codebook: Codebook, coder: str | None = None) -> dict[str, int]:
        """Annotations by the tag they mean now: merges followed, doubles that a merge made counted once."""
        groups: dict[str, list[str]] = {}
        counts = self.tags(coder)
        for tag_id in counts:
            tag = codebook.resolve(tag_id)
            if tag is not None:
                groups.setdefault(tag.id, []).append(tag_id)
        return {
            tag_id: counts[members[0]] if len(members) == 1 else self._distinct(members, coder)
            for tag_id, members in groups.items()
        }

    def article(self, article_id: str, coder: str) -> ArticleCounts:
        """What a coder has done in an article."""
        rows = self._rows(
            "SELECT coded, reviewed FROM article_counts WHERE article = ? AND coder = ?", article_id, coder
        )
        return ArticleCounts(*rows[0]) if rows else ArticleCounts()

    def articles(self, coder: str) -> dict[str, ArticleCounts]:
        """What a coder has done, by article, where there is anything."""
        rows = self._rows("SELECT article, coded, reviewed FROM article_counts WHERE coder = ?", coder)
        return {row[0]: ArticleCounts(row[1], row[2]) for row in rows if row[1] or row[2]}

    def reviewed(self, article_id: str, coder: str, since: str = "") -> frozenset[int]:
        """Numbers of the paragraphs that a coder reviewed at or after a time (the start of a pass)."""
        rows = self._rows(
            "SELECT paragraph FROM reviewed WHERE article = ? AND coder = ? AND time >= ?", article_id, coder, since
        )
        return frozenset(row[0] for row in rows)

    def close(self) -> None:
        """Let go of the file."""
        if self._reader is not None and self._reader.own:
            self._reader.connection.close()
        self._reader = None

    def _distinct(self, tags: list[str], coder: str | None) -> int:
        marks = ",".join("?" * len(tags))
        mine = "" if coder is None else " AND coder = ?"
        return self._number(
            "SELECT count(*) FROM (SELECT DISTINCT coder, unit, article, start, stop FROM annotations"  # noqa: S608  only marks
            f" WHERE live AND tag IN ({marks}){mine} AND article NOT IN (SELECT id FROM articles WHERE removed))",
            *tags,
            *(() if coder is None else (coder,)),
        )

    def _number(self, statement: str, *values: object) -> int:
        rows = self._rows(statement, *values)
        return int(rows[0][0] or 0) if rows else 0

    def _rows(self, statement: str, *values: object) -> list[Any]:
        try:
            reader = self._current()
            with reader.lock:
                return reader.connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise Damage(f"The index cannot be read ({error}); delete index.sqlite, it is built anew.") from error

    def _current(self) -> _Reader:
        """The connection to what the index now is: it may have been built anew meanwhile."""
        if self._reader is None or self._reader.generation != self._index.generation:
            self.close()
            self._reader = self._index.reader()
        return self._reader


class _Reader(NamedTuple):
    """A connection to read from, the lock that goes with it, and whether it is the reader's own."""

    connection: sqlite3.Connection
    lock: threading.RLock
    own: bool
    generation: int


class Index:
    """The writing side; one thread at a time. `cursor` is empty where all edits have to come."""

    def __init__(self, path: Path | None, project: str, paragraph_of: ParagraphOf, mode: int) -> None:
        self._path = path
        self._project = project
        self._paragraph_of = paragraph_of
        self._mode = mode
        self._lock = threading.RLock()
        self.generation = 0
        """Counts how often the database was replaced by another one."""
        self._connection = self._opened()

    @classmethod
    def open(
        cls, path: Path, *, project: str, paragraph_of: ParagraphOf, memory: bool = False, mode: int = 0o600
    ) -> Index:
        """Open or make the index of a project.

        `project` is the project's id: an index of another project, of another version or damaged is
        deleted. Where the folder cannot be written, or with `memory`, it lives in memory.
        """
        return cls(None if memory else path, project, paragraph_of, mode)

    @property
    def in_memory(self) -> bool:
        """Whether it is forgotten at the end."""
        return self._path is None

    @property
    def cursor(self) -> str:
        """How far it has followed: what the last `apply`, `rebuild` or `catch_up` was given."""
        with self._lock:
            row = self._connection.execute("SELECT value FROM meta WHERE name = 'cursor'").fetchone()
        return str(row[0]) if row else ""

    def counts(self) -> Counts:
        """The reading side, with a connection of its own where the index is a file."""
        return Counts(self)

    def reader(self) -> _Reader:
        """A connection for `Counts`."""
        with self._lock:
            if self._path is None:
                return _Reader(self._connection, self._lock, own=False, generation=self.generation)
            connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, timeout=5)
            connection.execute("PRAGMA query_only = ON")
            return _Reader(connection, threading.RLock(), own=True, generation=self.generation)

    def catch_up(self, feed: Feed) -> bool:
        """Follow the journals. False where another process is writing: nothing is lost, call again.

        Damage that the feed raises for a cursor means: from the start; Damage from the start is passed on.
        A file that turns out to be damaged is built anew, one that cannot be written is left for memory.
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
        cursor = self.cursor
        if cursor:
            try:
                edits, reached = feed(cursor)
            except Damage:
                cursor = ""
        if cursor:
            self.apply(edits, reached)
        else:
            self.rebuild(*feed(""))

    def apply(self, edits: Iterable[Edit], cursor: str) -> None:
        """Take in edits, in any order and any number of times, and remember the cursor: all or nothing."""
        changes = self._rows_of(edits)
        with self._transaction():
            if sum(map(len, changes.values())) >= _BULK:
                self._write_newer(changes)
                self._summarise()
            else:
                self._follow(changes)
            self._remember("cursor", cursor)

    def rebuild(self, edits: Iterable[Edit], cursor: str) -> None:
        """Forget everything and take in all edits there are."""
        changes = self._rows_of(edits)
        with self._transaction():
            for table in _RECORD_TABLES:
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608  our own names
            for table, rows in changes.items():
                places = ",".join("?" * _COLUMNS[table])
                self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows.values())  # noqa: S608  as above
            self._summarise()
            self._remember("cursor", cursor)

    def wait(self, seconds: float) -> None:
        """How long a transaction waits for that of another process before it gives up; 5 seconds unless told."""
        with self._lock:
            self._connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

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
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, self._mode))
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            return self._prepared(connection)
        except sqlite3.DatabaseError:
            connection.close()
            raise

    def _prepared(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """The connection, its tables made where it has none. DatabaseError if they are not ours."""
        if not _has_tables(connection):
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                if not _has_tables(connection):  # another process may have made them meanwhile
                    self._make_tables(connection)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != SCHEMA:
            raise sqlite3.DatabaseError(f"made by version {version}")
        row = connection.execute("SELECT value FROM meta WHERE name = 'project'").fetchone()
        if row is None or row[0] != self._project:
            raise sqlite3.DatabaseError("of another project")
        return connection

    def _make_tables(self, connection: sqlite3.Connection) -> None:
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("INSERT INTO meta VALUES ('project', ?)", (self._project,))

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
            self.generation += 1

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:  # commits, or rolls back after an exception
                yield

    def _remember(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    # edits -> rows

    def _rows_of(self, edits: Iterable[Edit]) -> dict[str, dict[str, Any]]:
        """The last change of each record among these edits, as a row, by table and id."""
        latest: dict[str, dict[str, tuple[tuple[str, str], Change]]] = {table: {} for table in _RECORD_TABLES}
        for edit in edits:
            order = edit.order
            for change in edit.changes:
                records = latest.get(change.table)
                if records is None:
                    continue
                known = records.get(change.id)
                if known is None or known[0] <= order:
                    records[change.id] = (order, change)
        paragraphs = _Paragraphs(self._paragraph_of)
        make: Mapping[str, Callable[[tuple[str, str], Change], Any]] = {
            "articles": _article_row,
            "tags": _tag_row,
            "annotations": paragraphs.annotation_row,
            "reviews": _review_row,
        }
        return {
            table: {key: make[table](order, change) for key, (order, change) in records.items()}
            for table, records in latest.items()
        }

    # many records at once

    def _write_newer(self, changes: dict[str, dict[str, Any]]) -> None:
        for table, rows in changes.items():
            places = ",".join("?" * _COLUMNS[table])
            self._connection.executemany(
                f"INSERT OR REPLACE INTO {table} SELECT {places} WHERE NOT EXISTS"  # noqa: S608  our own names
                f" (SELECT 1 FROM {table} WHERE id = ? AND (at, edit) >= (?, ?))",
                ((*row, *row[:3]) for row in rows.values()),
            )

    def _summarise(self) -> None:
        """Work out all summaries from the records."""
        run = self._connection.execute
        for table in _SUMMARIES:
            run(f"DELETE FROM {table}")  # noqa: S608  our own names
        run("CREATE TEMP TABLE IF NOT EXISTS hidden (tag TEXT PRIMARY KEY)")
        run("DELETE FROM hidden")
        self._connection.executemany("INSERT INTO hidden VALUES (?)", ((tag,) for tag in self._hidden(self._tags())))
        for statement in _SUMMARISE.split(";"):
            run(statement)

    # one record at a time

    def _follow(self, changes: dict[str, dict[str, Any]]) -> None:
        """Write rows that are newer than what is known, and move the summaries by the difference."""
        for row in self._newer("articles", changes["articles"]):
            self._article(row)
        self._change_tags(list(self._newer("tags", changes["tags"])))
        hidden = self._hidden(self._tags())
        removed: dict[str, bool] = {}
        for row in self._newer("annotations", changes["annotations"]):
            old = self._row("annotations", row[0])
            for annotation, sign in ((old and _Annotation(*old), -1), (row, 1)):
                if annotation and annotation.live and annotation.tag:
                    self._count_tag(annotation, sign, removed)
                    if annotation.tag not in hidden:
                        self._count_coded(annotation, sign)
            self._write("annotations", row)
        for row in self._newer("reviews", changes["reviews"]):
            old = self._row("reviews", row[0])
            self._write("reviews", row)
            for review in {r[4:7]: r for r in (old, row) if r}.values():
                self._count_reviewed(*review[4:7])

    def _newer(self, table: str, rows: dict[str, Any]) -> Iterator[Any]:
        """The rows that are newer than what the table has."""
        statement = f"SELECT at, edit FROM {table} WHERE id = ?"  # noqa: S608  our own names
        for row in rows.values():
            known = self._connection.execute(statement, (row[0],)).fetchone()
            if known is None or known < (row[1], row[2]):
                yield row

    def _row(self, table: str, key: str) -> Any:
        return self._connection.execute(f"SELECT * FROM {table} WHERE id = ?", (key,)).fetchone()  # noqa: S608  our own names

    def _write(self, table: str, row: tuple[Any, ...]) -> None:
        places = ",".join("?" * len(row))
        self._connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({places})", row)  # noqa: S608  our own names

    def _article(self, row: tuple[Any, ...]) -> None:
        """A removed article's annotations no longer count under their tags; when it comes back they do."""
        old = self._row("articles", row[0])
        self._write("articles", row)
        if bool(old and old[3]) == bool(row[3]):
            return
        sign = -1 if row[3] else 1
        groups = self._connection.execute(
            "SELECT tag, coder, count(*) FROM annotations WHERE live AND tag <> '' AND article = ? GROUP BY tag, coder",
            (row[0],),
        ).fetchall()
        for tag, coder, number in groups:
            self._connection.execute(_ADD_TAG, (tag, coder, sign * number))

    def _change_tags(self, rows: list[tuple[Any, ...]]) -> None:
        """Tags that went or came back, also through merges, take what is coded with them."""
        if not rows:
            return
        before = self._hidden(self._tags())
        for row in rows:
            self._write("tags", row)
        after = self._hidden(self._tags())
        for tag in before ^ after:
            sign = -1 if tag in after else 1
            marked = self._connection.execute("SELECT * FROM annotations WHERE live AND tag = ?", (tag,)).fetchall()
            for annotation in marked:
                self._count_coded(_Annotation(*annotation), sign)

    def _tags(self) -> dict[str, tuple[int, str]]:
        """(gone, merged into) by tag."""
        rows = self._connection.execute("SELECT id, gone, merged_into FROM tags WHERE gone OR merged_into <> ''")
        return {row[0]: (row[1], row[2]) for row in rows}

    @staticmethod
    def _hidden(tags: Mapping[str, tuple[int, str]]) -> set[str]:
        """Tags that mean none any more: deleted, or merged into such a one."""
        found: set[str] = set()
        for tag in tags:
            seen: set[str] = set()
            now = tag
            while now in tags and now not in seen and tags[now][1]:
                seen.add(now)
                now = tags[now][1]
            if now in tags and tags[now][0]:
                found.add(tag)
        return found

    def _count_tag(self, annotation: _Annotation, sign: int, removed: dict[str, bool]) -> None:
        article = annotation.article
        if article not in removed:
            row = self._row("articles", article)
            removed[article] = bool(row and row[3])
        if not removed[article]:
            self._connection.execute(_ADD_TAG, (annotation.tag, annotation.coder, sign))

    def _count_coded(self, annotation: _Annotation, sign: int) -> None:
        if not annotation.first:
            return
        run = self._connection.execute
        article, coder = annotation.article, annotation.coder
        for paragraph in range(annotation.first, annotation.last + 1):
            place = (article, coder, paragraph)
            row = run("SELECT n FROM coded WHERE article = ? AND coder = ? AND paragraph = ?", place).fetchone()
            before = row[0] if row else 0
            if before + sign:
                run("INSERT OR REPLACE INTO coded VALUES (?, ?, ?, ?)", (*place, before + sign))
            else:
                run("DELETE FROM coded WHERE article = ? AND coder = ? AND paragraph = ?", place)
            if not before or not before + sign:
                run(_ADD_CODED, (article, coder, sign))

    def _count_reviewed(self, article: str, coder: str, paragraph: int) -> None:
        """The latest review of a paragraph, looked up anew."""
        run = self._connection.execute
        place = (article, coder, paragraph)
        where = "WHERE article = ? AND coder = ? AND paragraph = ?"
        before = run(f"SELECT time FROM reviewed {where}", place).fetchone()  # noqa: S608  our own words
        latest = run(f"SELECT max(time) FROM reviews {where} AND live", place).fetchone()[0]  # noqa: S608  as above
        if latest is None:
            run(f"DELETE FROM reviewed {where}", place)  # noqa: S608  as above
        else:
            run("INSERT OR REPLACE INTO reviewed VALUES (?, ?, ?, ?)", (*place, latest))
        if (before is None) != (latest is None):
            run(_ADD_REVIEWED, (article, coder, -1 if latest is None else 1))


class _Paragraphs:
    """Finds the paragraphs that annotations touch, each place asked for once."""

    def __init__(self, paragraph_of: ParagraphOf) -> None:
        self._paragraph_of = paragraph_of
        self._known: dict[tuple[str, int], int] = {}

    def annotation_row(self, order: tuple[str, str], change: Change) -> _Annotation:
        """An annotation as a row, the paragraphs it touches worked out."""
        record = change.record
        article, anchor = str(record.get("article", "")), record.get("anchor")
        start = stop = -1
        first = last = 0
        if anchor and change.after is not None:
            start, stop = int(anchor["start"]), int(anchor["end"])
            first = self._at(article, start)
            last = self._at(article, max(start, stop - 1)) if first else 0
        return _Annotation(
            change.id,
            *order,
            int(change.after is not None),
            article,
            str(record.get("coder", "")),
            str(record.get("tag", "")),
            str(record.get("unit", "")),
            start,
            stop,
            first,
            max(first, last),
        )

    def _at(self, article: str, position: int) -> int:
        key = (article, position)
        if key not in self._known:
            self._known[key] = self._paragraph_of(article, position)
        return self._known[key]


def _review_row(order: tuple[str, str], change: Change) -> _Review:
    record = change.record
    return _Review(
        change.id,
        *order,
        int(change.after is not None),
        str(record.get("article", "")),
        str(record.get("coder", "")),
        int(record.get("paragraph", 0)),
        str(record.get("at", "")),
    )


def _article_row(order: tuple[str, str], change: Change) -> tuple[Any, ...]:
    return (change.id, *order, int(change.after is None or bool(change.after.get("removed"))))


def _tag_row(order: tuple[str, str], change: Change) -> tuple[Any, ...]:
    after = change.after
    if after is None:
        return (change.id, *order, 1, "")
    return (change.id, *order, int(bool(after.get("deleted"))), str(after.get("merged_into", "")))


def _delete(path: Path) -> None:
    """Remove the file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _has_tables(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for errors that are not its own."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is broken (then a new one is made), rather than full, read-only, busy or out of reach."""
    return not isinstance(error, sqlite3.OperationalError) or _code(error) == sqlite3.SQLITE_ERROR
