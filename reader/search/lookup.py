"""Searching with the index: candidates from SQLite, looked at with the same code as a scan.

An article whose words are not in the index yet is scanned, in its place.
"""

from __future__ import annotations

import contextlib
import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol, TypeVar

from reader.errors import Damage
from reader.model import Article, Corpus
from reader.search.asked import Asked, Statement
from reader.search.bind import Bound, MarkTest, Scope, TagNames
from reader.search.fold import as_ascii
from reader.search.hits import Hit, Order, finder, hits_of, ordered, text_hits
from reader.search.index import Index
from reader.search.scan import NOBODY, units
from reader.search.tree import Leaf, Query
from reader.search.unit import Judge, Span, Unit

Raw = Callable[[str, int, int], bytes]
"""(article id, first byte, number of bytes) -> that part of the article's text as stored."""


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
        rows = connection.execute("SELECT article, split, base, count FROM texts WHERE base >= 0")
        places = {article_id: (split, base, base + count) for article_id, split, base, count in rows}
        self.stretches: list[_Stretch] = []
        now = _Stretch([], [], [])
        top = 0
        for article in articles:
            split, base, end = places.get(article.id, _NOWHERE)
            if split != article.paragraphs_sha256 or base < 0:
                if now.indexed or not self.stretches:
                    now = self._begun()
            else:
                if not now.indexed or base < top:
                    now = self._begun()
                now.bases.append(base)
                now.ends.append(end)
                top = end
            now.articles.append(article)

    def _begun(self) -> _Stretch:
        new = _Stretch([], [], [])
        self.stretches.append(new)
        return new


_NOWHERE = ("", -1, -1)


class _State:
    """What is known as long as neither index nor codebook nor library change."""

    def __init__(self, version: int, articles: Mapping[str, Article], names: TagNames, library: Library) -> None:
        self.version = version
        """SQLite's number of the state of the index; -1 where it cannot be told from another one."""
        self.articles = articles
        self.names = names
        self.library = library
        self.unlabelled: dict[str, set[Leaf]] = {}
        """Leaves that stand in no note and no tag's path, by the one coder whose marks are meant."""


class _Plan:
    """A query bound, and what finds its rows if one statement does: this holds for one state."""

    __slots__ = ("_library", "bound", "hits", "state", "statement")

    def __init__(self, query: str | Query, corpus: Corpus, scope: Scope) -> None:
        self.bound = Bound(query, corpus, scope)
        self._library = (corpus.tags, corpus.articles, scope.saved)
        self.state: _State | None = None
        self.statement: Statement | None = None
        self.hits = _Hits(self.bound)

    def holds(self, corpus: Corpus, scope: Scope) -> bool:
        """Whether the query still means what it meant: one without fields does in every library."""
        if self.bound.is_plain:
            return True
        tags, articles, saved = self._library
        return tags is corpus.tags and articles is corpus.articles and saved is scope.saved


T_co = TypeVar("T_co", covariant=True)
_Read = Callable[[Judge, Article, int, int, int], str]
"""(judge, article, number of the paragraph, first byte, number of bytes) -> the text of the paragraph."""


class _Taking(Protocol[T_co]):
    """What is made of the paragraphs that are found."""

    def of_unit(self, unit: Unit) -> Iterable[T_co]:
        """Of one in which the query holds."""

    def of_exact(
        self, judge: Judge, article: Article, number: int, place: tuple[int, int, int], read: _Read
    ) -> Iterable[T_co]:
        """Of one in which it holds as the index says: first byte, number of bytes and first code point are given."""


class _Places:
    """The article and the number of each; no text is read that the index is sure of."""

    def of_unit(self, unit: Unit) -> Iterable[tuple[str, int]]:
        """One for each."""
        return ((unit.article.id, unit.number),)

    def of_exact(
        self, judge: Judge, article: Article, number: int, place: tuple[int, int, int], read: _Read
    ) -> Iterable[tuple[str, int]]:
        """One for each."""
        return ((article.id, number),)


_PLACES = _Places()


class _Hits:
    """The hits in each."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._find: Callable[[str], Iterable[Span]] | None = None

    def of_unit(self, unit: Unit) -> Iterable[Hit]:
        """In the text, in notes and tags, or how the paragraph begins."""
        return hits_of(unit, self._bound.leaves)

    def of_exact(
        self, judge: Judge, article: Article, number: int, place: tuple[int, int, int], read: _Read
    ) -> Iterable[Hit]:
        """In the text alone; in nearly all texts nothing but the words has to be looked for."""
        byte, size, start = place
        text = read(judge, article, number, byte, size)
        plain = as_ascii(text)
        if plain is not None:
            if self._find is None:
                self._find = finder(self._bound.leaves)
            hits = text_hits(article.id, number, start, text, self._find(plain))
            if hits:
                return hits
        unit = _InTextAlone(judge, article, number, text, start)
        return self.of_unit(unit) if judge.holds(unit) else ()


_KEPT = 64
"""Queries whose plans are kept."""


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
        self._state: _State | None = None
        self._plans: dict[tuple[str | Query, str, str], _Plan] = {}

    def search(
        self, query: str | Query, *, scope: Scope = NOBODY, order: Order = "article", limit: int | None = None
    ) -> Iterator[Hit]:
        """As `scan.scan`: the same hits."""
        plan = self._plan(query, scope)
        return ordered(self._found(plan, plan.hits), order, self._corpus, limit)

    def count(self, query: str | Query, *, scope: Scope = NOBODY) -> int:
        """As `scan.count`."""
        return sum(1 for _ in self.matching(query, scope=scope))

    def matching(self, query: str | Query, *, scope: Scope = NOBODY) -> Iterator[tuple[str, int]]:
        """As `scan.matching`."""
        return self._found(self._plan(query, scope), _PLACES)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None and self._own:
            self._connection.close()
        self._connection = None

    def _plan(self, query: str | Query, scope: Scope) -> _Plan:
        """The plan of a query, kept as long as it holds."""
        key = (query, scope.coder, scope.only)
        found = self._plans.get(key)
        if found is None or not found.holds(self._corpus, scope):
            found = _Plan(query, self._corpus, scope)
            if len(self._plans) >= _KEPT:
                self._plans.pop(next(iter(self._plans)))
            self._plans[key] = found
        return found

    def _found(self, plan: _Plan, take: _Taking[T_co]) -> Iterator[T_co]:
        bound = plan.bound
        meant = bound.articles
        if self._index is None:
            articles = self._corpus.articles.values()
            for unit in units(Judge(bound, self._corpus), (a for a in articles if meant is None or a.id in meant)):
                yield from take.of_unit(unit)
            return
        try:
            connection, own = self._begun(self._index)
            try:
                state = self._seen(connection)
                judge = Judge(bound, self._corpus, state.names)
                statement = self._statement(connection, plan, state)
                for stretch in state.library.stretches:
                    if stretch.indexed and statement is not None:
                        yield from self._with_words(stretch, connection, statement, judge, take)
                        continue
                    found = (
                        self._with_marks(stretch, self._asked(connection, plan, state), judge)
                        if stretch.indexed
                        else units(judge, (a for a in stretch.articles if meant is None or a.id in meant))
                    )
                    for unit in found:
                        yield from take.of_unit(unit)
            finally:
                if own:
                    self._ended(connection)
        except sqlite3.DatabaseError as error:
            raise Damage(f"The index cannot be read ({error}); delete index.sqlite, it is built anew.") from error

    @staticmethod
    def _asked(connection: sqlite3.Connection, plan: _Plan, state: _State) -> Asked:
        """Streams from the first row on; those of another stretch only go forward."""
        unlabelled = state.unlabelled.setdefault(plan.bound.scope.only, set())
        return Asked(connection, plan.bound, state.names, unlabelled)

    def _statement(self, connection: sqlite3.Connection, plan: _Plan, state: _State) -> Statement | None:
        """What finds the rows by itself, where one statement does."""
        if plan.state is not state:
            plan.statement = self._asked(connection, plan, state).statement(plan.bound.tree)
            plan.state = state
        return plan.statement

    def _begun(self, index: Index) -> tuple[sqlite3.Connection, bool]:
        """A connection that sees one state of the index, and whether it has to be let go of.

        It is one of its own for a search begun while another is not at its end.
        """
        connection = self._current(index)
        if self._own:
            if connection.in_transaction:
                connection = index.reader().connection
            connection.execute("BEGIN")
        return connection, self._own

    def _ended(self, connection: sqlite3.Connection) -> None:
        """Let go of the state that a connection saw."""
        with contextlib.suppress(sqlite3.Error):  # it may have been closed by then
            connection.execute("COMMIT")
        if connection is not self._connection:
            connection.close()

    def _with_words(
        self, stretch: _Stretch, connection: sqlite3.Connection, statement: Statement, judge: Judge, take: _Taking[T_co]
    ) -> Iterator[T_co]:
        """What is taken of the paragraphs that a statement finds."""
        articles, bases, ends = stretch.articles, stretch.bases, stretch.ends
        sql, parameters, first, is_exact = statement
        of_exact, of_unit, text_of = take.of_exact, take.of_unit, self._text
        at, last = 0, len(ends) - 1
        while at <= last:
            for row, byte, size, start in connection.execute(sql, (*parameters, max(bases[at] + 1, first))):
                if row > ends[at]:
                    at = bisect_right(bases, row - 1, at) - 1
                    if row > ends[at]:  # of an article that is not in the library: on from the next one
                        break
                article, number = articles[at], row - bases[at]
                if is_exact:
                    yield from of_exact(judge, article, number, (byte, size, start), text_of)
                    continue
                unit = _InTextAlone(judge, article, number, text_of(judge, article, number, byte, size), start)
                if judge.holds(unit):
                    yield from of_unit(unit)
            else:
                return
            at += 1

    def _with_marks(self, stretch: _Stretch, asked: Asked, judge: Judge) -> Iterator[Unit]:
        """The paragraphs of any query; what is marked on them may matter."""
        bound = judge.bound
        meant = bound.articles
        driver = asked.driver(bound.tree)
        if driver is None:
            yield from units(judge, (a for a in stretch.articles if meant is None or a.id in meant))
            return
        asked.only_text = all(asked.labels_with(leaf) is None for leaf in bound.leaves)
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
            _, byte, size, start = driver.place(row) or asked.place(row)
            number = row - bases[at]
            unit = _Indexed(judge, article, number, self._text(judge, article, number, byte, size), start)
            unit.row, unit.asked = row, asked
            if judge.holds(unit):
                yield unit
            row += 1

    def _text(self, judge: Judge, article: Article, number: int, byte: int, size: int) -> str:
        """A paragraph's text: the bytes that the index says, else as the article gives it, which says what is wrong with it."""
        try:
            if self._raw is not None:
                return self._raw(article.id, byte, size).decode()
        except (OSError, UnicodeDecodeError):
            pass
        return judge.text(article).text_of(number)

    def _current(self, index: Index) -> sqlite3.Connection:
        if self._connection is None or self._generation != index.generation:
            self.close()
            reader = index.reader()
            self._connection, self._generation, self._own = reader.connection, reader.generation, reader.own
            self._known, self._state = (None, ""), None
        return self._connection

    def _seen(self, connection: sqlite3.Connection) -> _State:
        """What is known of the state that the connection sees."""
        corpus, known = self._corpus, self._state
        tags, articles = corpus.tags, corpus.articles
        version = -1
        if self._own and connection is self._connection:
            version = connection.execute("PRAGMA data_version").fetchone()[0]
            if (
                known is not None
                and known.version == version
                and known.articles is articles
                and known.names.tags is tags
            ):
                return known
        names = known.names if known is not None and known.names.tags is tags else TagNames(corpus)
        self._state = _State(version, articles, names, self._articles(connection))
        return self._state

    def _articles(self, connection: sqlite3.Connection) -> Library:
        row = connection.execute("SELECT value FROM meta WHERE name = 'texts'").fetchone()
        articles = self._corpus.articles
        texts = row[0] if row else ""
        if self._library is None or self._known[0] is not articles or self._known[1] != texts:
            self._library = Library(connection, articles.values())
            self._known = (articles, texts)
        return self._library


class _InTextAlone(Unit):
    """A paragraph found by a statement: nothing of what is looked for stands in a note or a tag's path, and the tags are there."""

    __slots__ = ()

    def has_mark(self, test: MarkTest) -> bool:
        """The statement asked for it."""
        return True

    def in_labels(self, leaf: Leaf) -> bool:
        """It does not."""
        return False

    def may_be_labelled(self, leaves: tuple[Leaf, ...]) -> bool:
        """None of them does."""
        return False


class _Indexed(Unit):
    """A paragraph found through the index, which knows what is marked on it."""

    __slots__ = ("asked", "row")
    asked: Asked
    row: int

    def has_mark(self, test: MarkTest) -> bool:
        """Whether an annotation on the paragraph is so: the index knows."""
        return test in self.asked.granted or self.asked.marks_that(test).seek(self.row) == self.row

    def may_be_in_labels(self, leaf: Leaf) -> bool:
        """Whether a leaf may stand in a note or a tag's path."""
        labels = self.asked.labels_with(leaf)
        return labels is not None and labels.seek(self.row) == self.row

    def may_be_labelled(self, leaves: tuple[Leaf, ...]) -> bool:
        """Whether one of some leaves may stand in a note or a tag's path here."""
        return not self.asked.only_text and any(map(self.may_be_in_labels, leaves))

    def in_labels(self, leaf: Leaf) -> bool:
        """Whether a leaf stands in a note or a tag's path; they are read only where the index finds the words."""
        return self.may_be_in_labels(leaf) and super().in_labels(leaf)

    def is_reviewed(self) -> bool:
        """Whether the paragraph was reviewed: the index knows."""
        return self.asked.is_reviewed(self.article.id, self.number)
