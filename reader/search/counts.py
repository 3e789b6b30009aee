"""Counts: how often tags are used, what is coded and reviewed; read from the summaries of the index."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterable, Sequence, Set
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.codebook import Codebook
from reader.errors import Damage

if TYPE_CHECKING:
    from reader.search.index import Index


class ArticleCounts(NamedTuple):
    """What a coder has done in an article: paragraphs with a tag of theirs, paragraphs reviewed."""

    coded: int = 0
    reviewed: int = 0


class Use(NamedTuple):
    """An annotation with a tag; `first` and `last` are the paragraphs it touches, 0 where it stands on no span."""

    id: str
    tag: str
    coder: str
    unit: str
    article: str
    start: int
    stop: int
    first: int
    last: int


class Mark(NamedTuple):
    """An annotation as the index knows it; `first` is the paragraph it begins in, 0 where it stands on no span."""

    id: str
    coder: str
    unit: str
    article: str
    tag: str
    start: int
    stop: int
    first: int
    created: str
    note: str


_MARK = "SELECT id, coder, unit, article, tag, start, stop, first, created, note FROM annotations"
_IN_LIBRARY = "article NOT IN (SELECT id FROM articles WHERE removed)"
_USE = (
    "SELECT id, tag, coder, unit, article, start, stop, first, last FROM annotations"  # noqa: S608  our own words
    f" WHERE live AND tag <> '' AND unit <> 'tag' AND {_IN_LIBRARY}"
)


class Counts:
    """Reads counts, from any thread; what an `apply` has finished is seen by the next call.

    Annotations in articles that were removed from the library are not counted under their tags, nor are
    deleted tags in what counts as coded, nor notes on tags. With `only`, nothing of other coders is counted,
    whoever is asked for. Damage where the file cannot be read.
    """

    def __init__(self, index: Index, only: str | None = None) -> None:
        self._index = index
        self._only = only
        self._reader: Reader | None = None

    def tag(self, tag_id: str, coder: str | None = None) -> int:
        """Annotations with exactly this tag, of one coder or of all; tags merged into it stand apart."""
        coder = self._whose(coder)
        if coder is not None:
            return self._number("SELECT n FROM tag_counts WHERE tag = ? AND coder = ?", tag_id, coder)
        return self._number("SELECT sum(n) FROM tag_counts WHERE tag = ?", tag_id)

    def tags(self, coder: str | None = None) -> dict[str, int]:
        """Annotations by the tag id they bear, those with any; of one coder or of all."""
        coder = self._whose(coder)
        if coder is not None:
            return dict(self._rows("SELECT tag, n FROM tag_counts WHERE coder = ? AND n > 0", coder))
        return dict(self._rows("SELECT tag, sum(n) AS total FROM tag_counts GROUP BY tag HAVING total > 0"))

    def annotations(self, coder: str) -> int:
        """All annotations of a coder, tags and notes, those on tags and the project too."""
        return self._number("SELECT count(*) FROM annotations WHERE live AND coder = ?", self._whose(coder))

    def meant(self, codebook: Codebook, coder: str | None = None) -> dict[str, int]:
        """Annotations by the tag they mean now: merges followed, doubles that a merge made counted once."""
        coder = self._whose(coder)
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
            "SELECT coded, reviewed FROM article_counts WHERE article = ? AND coder = ?", article_id, self._whose(coder)
        )
        return ArticleCounts(*rows[0]) if rows else ArticleCounts()

    def articles(self, coder: str) -> dict[str, ArticleCounts]:
        """What a coder has done, by article, where there is anything."""
        rows = self._rows("SELECT article, coded, reviewed FROM article_counts WHERE coder = ?", self._whose(coder))
        return {row[0]: ArticleCounts(row[1], row[2]) for row in rows if row[1] or row[2]}

    def reviewed(self, article_id: str, coder: str, since: str = "") -> frozenset[int]:
        """Numbers of the paragraphs that a coder reviewed at or after a time (the start of a pass)."""
        rows = self._rows(
            "SELECT paragraph FROM reviewed WHERE article = ? AND coder = ? AND time >= ?",
            article_id,
            self._whose(coder),
            since,
        )
        return frozenset(row[0] for row in rows)

    @property
    def turn(self) -> int:
        """Stands for what the index was told of so far, for `touched`."""
        return self._index.touched.turn

    def touched(self, turn: int) -> Set[str] | None:
        """The ids of the annotations that were written or went since a turn; None where it may be any."""
        return self._index.touched.since(turn)

    def uses(self, coder: str | None = None) -> list[Use]:
        """Every annotation with a tag, notes on tags and articles out of the library left aside; of one coder or of all."""
        coder = self._whose(coder)
        mine, values = ("", ()) if coder is None else (" AND coder = ?", (coder,))
        return _uses(self._rows(f"{_USE}{mine}", *values))

    def uses_of(self, annotations: Iterable[str]) -> list[Use]:
        """Those of some ids that `uses` has."""
        mine, values = self._mine()
        found = (self._rows(f"{_USE} AND id = ?{mine}", annotation, *values) for annotation in annotations)
        return _uses(row for rows in found for row in rows)

    def articles_with(self, tags: Iterable[str]) -> frozenset[str]:
        """Ids of the articles in which annotations bear one of these tags, whoever made them."""
        statement = "SELECT DISTINCT article FROM annotations WHERE live AND tag = ? AND article <> ''"
        return frozenset(row[0] for tag in tags for row in self._rows(statement, tag))

    def articles_of(self, annotations: Iterable[str]) -> frozenset[str]:
        """Ids of the articles in which annotations of these ids stand, whoever made them."""
        statement = "SELECT article FROM annotations WHERE live AND id = ? AND article <> ''"
        return frozenset(row[0] for annotation in annotations for row in self._rows(statement, annotation))

    def latest(self, tags: Iterable[str], limit: int) -> list[Mark]:
        """The annotations on texts that bear one of these tags, the newest first, at most `limit`."""
        ids = list(tags)
        marks = ",".join("?" * len(ids))
        mine, values = self._mine()
        rows = self._rows(
            f"{_MARK} WHERE live AND tag IN ({marks}) AND first > 0{mine} AND {_IN_LIBRARY}"  # our own words
            " ORDER BY created DESC, id DESC LIMIT ?",
            *ids,
            *values,
            limit,
        )
        return [Mark(*row) for row in rows]

    def noted(self) -> list[Mark]:
        """The annotations with a note, memos too, articles out of the library left aside; in no order."""
        mine, values = self._mine()
        rows = self._rows(f"{_MARK} WHERE live AND note <> ''{mine} AND {_IN_LIBRARY}", *values)
        return [Mark(*row) for row in rows]

    def _mine(self) -> tuple[str, tuple[str, ...]]:
        """What limits a query to those of whom anything may be seen."""
        return ("", ()) if self._only is None else (" AND coder = ?", (self._only,))

    def close(self) -> None:
        """Let go of the file."""
        if self._reader is not None and self._reader.own:
            self._reader.connection.close()
        self._reader = None

    def _whose(self, coder: str | None) -> str | None:
        """Whose marks are counted: the one coder's of whom anything may be seen, nobody's for another, else as asked."""
        if self._only is None or coder in (None, self._only):
            return coder if self._only is None else self._only
        return ""

    def _distinct(self, tags: list[str], coder: str | None) -> int:
        marks = ",".join("?" * len(tags))
        mine = "" if coder is None else " AND coder = ?"
        return self._number(
            "SELECT count(*) FROM (SELECT DISTINCT coder, unit, article, start, stop FROM annotations"  # noqa: S608  only marks
            f" WHERE live AND unit <> 'tag' AND tag IN ({marks}){mine} AND article NOT IN (SELECT id FROM articles WHERE removed))",
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

    def _current(self) -> Reader:
        """The connection to what the index now is: it may have been built anew meanwhile."""
        if self._reader is None or self._reader.generation != self._index.generation:
            self.close()
            self._reader = self._index.reader()
        return self._reader


def _uses(rows: Iterable[Sequence[Any]]) -> list[Use]:
    """Rows as uses; of the names that thousands of them have in common there is one each."""
    one = sys.intern
    return [
        Use(key, one(tag), one(coder), one(unit), one(article), start, stop, first, last)
        for key, tag, coder, unit, article, start, stop, first, last in rows
    ]


class Reader(NamedTuple):
    """A connection to read from, the lock that goes with it, and whether it is the reader's own."""

    connection: sqlite3.Connection
    lock: threading.RLock
    own: bool
    generation: int
