"""Searching with the index: candidates from SQLite, looked at with the same code as a scan.

An article whose words are not in the index yet is scanned, in its place.
"""

from __future__ import annotations

import contextlib
import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from reader.errors import Damage
from reader.model import Article, Corpus
from reader.search.bind import Bound, MarkTest, Scope, TagNames
from reader.search.hits import Hit, Order, hits_of, ordered
from reader.search.index import Index
from reader.search.match import expression, is_exact
from reader.search.places import stands
from reader.search.scan import NOBODY, units
from reader.search.sources import END, All, Any, Rows, Source
from reader.search.tree import And, Field, Inside, Leaf, Near, Not, Note, Or, Phrase, Query, Regex, Word, Words
from reader.search.unit import Judge, Unit

Raw = Callable[[str, int, int], bytes]
"""(article id, first byte, number of bytes) -> that part of the article's text as stored."""
_FAR_APART = 30
"""More alternatives than this are looked for by scanning: so many streams cost more."""
_DEEPEST = 8

_WORDS = "SELECT rowid FROM words WHERE words MATCH ? AND rowid >= ? ORDER BY rowid"
_NOTES = "SELECT rowid FROM notes WHERE notes MATCH ? AND rowid >= ? ORDER BY rowid"
_TAG = "SELECT DISTINCT row FROM marked WHERE tag = ? AND row >= ? ORDER BY row"
_OWN_TAG = "SELECT DISTINCT row FROM marked WHERE tag = ? AND coder = ? AND row >= ? ORDER BY row"
_PLACE = "SELECT byte, size, start FROM places WHERE row = ?"
_REVIEWED = "SELECT 1 FROM reviewed WHERE article = ? AND paragraph = ?"


class _Stretch(NamedTuple):
    """Articles next to each other in the library that are in the index in that order, or that have to be scanned."""

    articles: list[Article]
    bases: list[int]
    ends: list[int]

    @property
    def indexed(self) -> bool:
        """Whether they are in the index."""
        return bool(self.bases)


class Library:
    """The articles in order with their rows; worked out anew when articles or indexed texts change."""

    def __init__(self, connection: sqlite3.Connection, articles: Iterable[Article]) -> None:
        places = {row[0]: row[1:] for row in connection.execute("SELECT article, split, base, count FROM texts")}
        self.stretches: list[_Stretch] = []
        for article in articles:
            split, base, count = places.get(article.id, ("", -1, 0))
            self._add(article, base if base >= 0 and split == article.paragraphs_sha256 else None, count)

    def _add(self, article: Article, base: int | None, count: int) -> None:
        last = self.stretches[-1] if self.stretches else None
        if base is None:
            if last is None or last.indexed:
                last = _Stretch([], [], [])
                self.stretches.append(last)
            last.articles.append(article)
            return
        if last is None or not last.indexed or base < last.ends[-1]:
            last = _Stretch([], [], [])
            self.stretches.append(last)
        last.articles.append(article)
        last.bases.append(base)
        last.ends.append(base + count)


class Lookup:
    """Searches one library with its index, or without one by scanning; results are read as they are wanted."""

    def __init__(self, index: Index | None, corpus: Corpus, raw: Raw | None = None) -> None:
        self._index = index
        self._corpus = corpus
        self._raw = raw
        self._connection: sqlite3.Connection | None = None
        self._generation = -1
        self._own = False
        self._library: Library | None = None
        self._known: tuple[object, str] = (None, "")
        self._names: TagNames | None = None

    def search(
        self, query: str | Query, *, scope: Scope = NOBODY, order: Order = "article", limit: int | None = None
    ) -> Iterator[Hit]:
        """As `scan.scan`: the same hits."""
        bound = Bound(query, self._corpus, scope)
        return ordered(self._hits(bound), order, self._corpus, limit)

    def count(self, query: str | Query, *, scope: Scope = NOBODY) -> int:
        """As `scan.count`."""
        return sum(1 for _ in self.matching(query, scope=scope))

    def matching(self, query: str | Query, *, scope: Scope = NOBODY) -> Iterator[tuple[str, int]]:
        """As `scan.matching`."""
        bound = Bound(query, self._corpus, scope)
        return ((unit.article.id, unit.number) for unit in self._units(bound))

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None and self._own:
            self._connection.close()
        self._connection = None

    def _hits(self, bound: Bound) -> Iterator[Hit]:
        leaves = bound.leaves
        for unit in self._units(bound):
            labelled = not isinstance(unit, _Indexed) or any(map(unit.may_be_in_labels, leaves))
            yield from hits_of(unit, leaves, labelled=labelled)

    def _units(self, bound: Bound) -> Iterator[Unit]:
        try:
            yield from self._looked_up(bound)
        except sqlite3.DatabaseError as error:
            raise Damage(f"The index cannot be read ({error}); delete index.sqlite, it is built anew.") from error

    def _looked_up(self, bound: Bound) -> Iterator[Unit]:
        meant = bound.articles()
        if self._index is None:
            articles = self._corpus.articles.values()
            yield from units(Judge(bound, self._corpus), (a for a in articles if meant is None or a.id in meant))
            return
        with self._reading(self._index) as connection:
            yield from self._from_index(bound, connection)

    @contextlib.contextmanager
    def _reading(self, index: Index) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the index; one of its own for a search begun while another is not at its end."""
        connection = self._current(index)
        if not self._own:
            yield connection
        elif connection.in_transaction:
            reader = index.reader()
            try:
                yield reader.connection
            finally:
                reader.connection.close()
        else:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                with contextlib.suppress(sqlite3.Error):  # it may have been closed by then
                    connection.execute("COMMIT")

    def _from_index(self, bound: Bound, connection: sqlite3.Connection) -> Iterator[Unit]:
        meant = bound.articles()
        names = self._names
        if names is None or names.tags is not self._corpus.tags:
            names = self._names = TagNames(self._corpus)
        judge = Judge(bound, self._corpus, names)
        for stretch in self._articles(connection).stretches:
            asked = _Asked(connection, bound, names, self._raw)  # streams only go forward, rows begin anew here
            driver = asked.driver(bound.tree) if stretch.indexed else None
            if driver is None:
                yield from units(judge, (a for a in stretch.articles if meant is None or a.id in meant))
            else:
                yield from self._stretch(stretch, driver, judge, asked)

    @staticmethod
    def _stretch(stretch: _Stretch, driver: Source, judge: Judge, asked: _Asked) -> Iterator[Unit]:
        meant = judge.bound.articles()
        articles, bases, ends = stretch.articles, stretch.bases, stretch.ends
        at = 0
        row = bases[0] + 1
        last = ends[-1]
        while (row := driver.seek(row)) <= last:
            if row > ends[at]:
                at = bisect_right(bases, row - 1) - 1
            article = articles[at]
            if row > ends[at] or (meant is not None and article.id not in meant):
                at += 1
                while meant is not None and at < len(articles) and articles[at].id not in meant:
                    at += 1
                if at == len(articles):
                    return
                row = max(row, bases[at] + 1)
                continue
            unit = _Indexed(judge, article, row - bases[at], row, asked)
            if judge.holds(unit):
                yield unit
            row += 1

    def _current(self, index: Index) -> sqlite3.Connection:
        if self._connection is None or self._generation != index.generation:
            self.close()
            reader = index.reader()
            self._connection, self._generation, self._own = reader.connection, reader.generation, reader.own
            self._known = (None, "")
        return self._connection

    def _articles(self, connection: sqlite3.Connection) -> Library:
        row = connection.execute("SELECT value FROM meta WHERE name = 'texts'").fetchone()
        articles = self._corpus.articles
        known = (articles, row[0] if row else "")
        if self._library is None or self._known[0] is not articles or self._known[1] != known[1]:
            self._library = Library(connection, articles.values())
            self._known = known
        return self._library


class _Asked:
    """The streams of rows that one search needs."""

    def __init__(self, connection: sqlite3.Connection, bound: Bound, names: TagNames, raw: Raw | None) -> None:
        self.connection = connection
        self.bound = bound
        self.raw = raw
        self._names = names
        self._labels: dict[Leaf, Source | None] = {}
        self._marks: dict[MarkTest, Source] = {}

    def driver(self, query: Query) -> Source | None:
        """Rows among which are all that the query holds in; None where only looking at every paragraph tells."""
        if isinstance(query, And):
            return self._all(query)
        if isinstance(query, Or):
            return self._any(query)
        if isinstance(query, Field):
            test = self.bound.tests[query]
            return self._new_marks(test) if isinstance(test, MarkTest) else None
        if isinstance(query, Note):
            return self.labels_with(query, fresh=True) or _NONE
        if isinstance(query, Not | Regex | Inside):
            return None
        return self._anywhere(query)

    def _all(self, query: And) -> Source | None:
        """What can be said in one expression is; a Not narrows it where the index is sure."""
        plain: list[Query] = []
        sources: list[Source] = []
        for part in query.parts:
            if self._text_only(part):
                plain.append(part)
            elif (source := self.driver(part)) is not None:
                sources.append(source)
        if plain:
            sources.insert(0, self._words(_expression(And(tuple(plain)) if len(plain) > 1 else plain[0], query)))  # type: ignore[arg-type]  # parts of an And
        return None if not sources else sources[0] if len(sources) == 1 else All(sources)

    def _any(self, query: Or) -> Source | None:
        plain = [part for part in query.parts if self._text_only(part)]
        others = [part for part in query.parts if part not in plain] if len(plain) < len(query.parts) else []
        if len(others) > _FAR_APART:
            return None
        sources: list[Source] = []
        if plain:
            sources.append(self._words(" OR ".join(_expression(part, None) for part in plain)))
        for part in others:
            source = self.driver(part)
            if source is None:
                return None
            sources.append(source)
        return sources[0] if len(sources) == 1 else Any(sources)

    def _text_only(self, query: Query, depth: int = 0) -> bool:
        """Whether a part is about words that stand in no note and no tag's name."""
        if isinstance(query, And | Or):
            return depth < _DEEPEST and all(self._text_only(part, depth + 1) for part in query.parts)
        return isinstance(query, Word | Phrase | Near) and self.labels_with(query) is None

    def _words(self, matching: str) -> Source:
        return Rows(self.connection, _WORDS, (matching,))

    def _anywhere(self, leaf: Words) -> Source:
        text = self._words(expression(leaf))
        labels = self.labels_with(leaf, fresh=True)
        return text if labels is None else Any([text, labels])

    # notes, tags, fields

    def labels_with(self, leaf: Leaf, *, fresh: bool = False) -> Source | None:
        """Rows among which are all with a note or tag in which a leaf stands; None if there is none.

        A stream that others have moved forward already is of no use to those who begin: `fresh` makes one.
        """
        if fresh or leaf not in self._labels:
            source = self._new_labels(leaf)
            if fresh:
                return source
            self._labels[leaf] = source
        return self._labels[leaf]

    def _new_labels(self, leaf: Leaf) -> Source | None:
        if isinstance(leaf, Regex):
            return None
        words = leaf.part if isinstance(leaf, Note) else leaf
        matching = expression(words)
        notes: Source = (
            Rows(self.connection, _NOTES, (matching,))
            if matching
            else Rows(self.connection, "SELECT DISTINCT row FROM marked WHERE noted AND row >= ? ORDER BY row", ())
        )
        sources = [notes]
        if not isinstance(leaf, Note):
            tags = [tag_id for tag_id, path in self._names.all().items() if stands(words, path)]
            sources += [self._tagged(tag_id) for tag_id in tags]
        sources = [source for source in sources if source.seek(0) != END]
        return None if not sources else sources[0] if len(sources) == 1 else Any(sources)

    def _tagged(self, tag_id: str) -> Source:
        only = self.bound.scope.only
        return Rows(self.connection, _OWN_TAG, (tag_id, only)) if only else Rows(self.connection, _TAG, (tag_id,))

    def marks_that(self, test: MarkTest) -> Source:
        """Exactly the rows with an annotation that passes a test; asked for in ascending order."""
        if test not in self._marks:
            self._marks[test] = self._new_marks(test)
        return self._marks[test]

    def _new_marks(self, test: MarkTest) -> Source:
        if test.column == "tag" and len(test.values) <= _FAR_APART:
            sources = [source for tag_id in sorted(test.values) if (source := self._tagged(tag_id)).seek(0) != END]
            return Any(sources) if len(sources) > 1 else sources[0] if sources else _NONE
        where, parameters = _condition(test)
        if self.bound.scope.only:
            where, parameters = f"{where} AND coder = ?", (*parameters, self.bound.scope.only)
        return Rows(
            self.connection,
            f"SELECT DISTINCT row FROM marked WHERE {where} AND row >= ? ORDER BY row",  # noqa: S608  our own names
            parameters,
        )

    def is_reviewed(self, article_id: str, number: int) -> bool:
        """Whether a paragraph was reviewed by whoever may be meant and seen."""
        scope = self.bound.scope
        statement, parameters = _REVIEWED, (article_id, number)
        for coder in (scope.coder, scope.only):
            if coder:
                statement, parameters = f"{statement} AND coder = ?", (*parameters, coder)  # type: ignore[assignment]  # it grows
        return self.connection.execute(statement, parameters).fetchone() is not None


class _Nothing:
    """No rows."""

    def seek(self, row: int) -> int:
        """There are none."""
        return END


_NONE = _Nothing()


def _condition(test: MarkTest) -> tuple[str, tuple[object, ...]]:
    if test.column == "noted":
        return "noted", ()
    if isinstance(test.values, tuple):
        return f"{test.column} >= ? AND {test.column} < ?", test.values
    marks = ",".join("?" * len(test.values))
    return f"{test.column} IN ({marks})", tuple(sorted(test.values))


def _expression(query: Query, whole: And | None) -> str:
    """The expression of words alone; with the And they are from, without what that forbids as far as the index is sure."""
    if isinstance(query, And):
        found = " AND ".join(_bracketed(part) for part in query.parts)
    elif isinstance(query, Or):
        found = " OR ".join(_bracketed(part) for part in query.parts)
    elif isinstance(query, Word | Phrase | Near):
        found = expression(query)
    else:
        raise TypeError(query)
    forbidden = [
        expression(part.part)
        for part in (whole.parts if whole is not None else ())
        if isinstance(part, Not) and isinstance(part.part, Word | Phrase) and is_exact(part.part)
    ]
    return " NOT ".join([f"({found})", *forbidden]) if forbidden else found


def _bracketed(query: Query) -> str:
    found = _expression(query, None)
    return f"({found})" if isinstance(query, And | Or) else found


class _Indexed(Unit):
    """A paragraph found through the index, which knows what is marked on it."""

    __slots__ = ("_asked", "row")

    def __init__(self, judge: Judge, article: Article, number: int, row: int, asked: _Asked) -> None:
        byte, size, start = asked.connection.execute(_PLACE, (row,)).fetchone()
        text = None
        if asked.raw is not None:
            with contextlib.suppress(OSError, UnicodeDecodeError):  # the text itself says what is wrong with it
                text = str(asked.raw(article.id, byte, size), "utf-8")
        super().__init__(judge, article, number, judge.text(article).text_of(number) if text is None else text, start)
        self.row = row
        self._asked = asked

    def has_mark(self, test: MarkTest) -> bool:
        """Whether an annotation on the paragraph is so: the index knows."""
        return self._asked.marks_that(test).seek(self.row) == self.row

    def may_be_in_labels(self, leaf: Leaf) -> bool:
        """Whether a leaf may stand in a note or a tag's path."""
        labels = self._asked.labels_with(leaf)
        return labels is not None and labels.seek(self.row) == self.row

    def in_labels(self, leaf: Leaf) -> bool:
        """Whether a leaf stands in a note or a tag's path; they are read only where the index finds the words."""
        return self.may_be_in_labels(leaf) and super().in_labels(leaf)

    def is_reviewed(self) -> bool:
        """Whether the paragraph was reviewed: the index knows."""
        return self._asked.is_reviewed(self.article.id, self.number)
