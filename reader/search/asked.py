"""The streams of rows that a search needs: words, notes, tags and marks, as the index has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple, TypeGuard

from reader.search.bind import Bound, MarkTest, TagNames, Test
from reader.search.match import expression, is_exact, said
from reader.search.places import stands
from reader.search.sources import END, All, Any, Place, Rows, Source
from reader.search.tree import And, Field, Leaf, Near, Not, Note, Or, Phrase, Query, Regex, Word, Words, all_of

_FAR_APART = 30
"""More alternatives than this are looked for by scanning: so many streams cost more."""
_DEEPEST = 8
_LOOKED_UP = (Word, Phrase, Near)

WORDS = """
SELECT words.rowid, byte, size, start FROM words CROSS JOIN places ON places.row = words.rowid
WHERE words MATCH ? AND words.rowid >= ? ORDER BY words.rowid
"""
_WORDS_MARKED = """
SELECT words.rowid, byte, size, start FROM words CROSS JOIN places ON places.row = words.rowid
WHERE words MATCH ? AND words.rowid <= ? {marked} AND words.rowid >= ? ORDER BY words.rowid
"""
_MARKED = "AND EXISTS (SELECT 1 FROM marked WHERE row = words.rowid AND tag IN ({tags}) {coder})"
_ENDS = "SELECT (SELECT min(row) FROM marked WHERE tag = ?1), (SELECT max(row) FROM marked WHERE tag = ?1)"
_TAG_COUNT = "SELECT coalesce(sum(n), 0) FROM tag_counts WHERE tag = ?"
_COMMON = 64
"""A tag that stands on one in so many paragraphs, from its first to its last, is looked for behind the words."""
_NOTES = "SELECT rowid FROM notes WHERE notes MATCH ? AND rowid >= ? ORDER BY rowid"
_TAG = "SELECT DISTINCT row FROM marked WHERE tag = ? AND row >= ? ORDER BY row"
_OWN_TAG = "SELECT DISTINCT row FROM marked WHERE tag = ? AND coder = ? AND row >= ? ORDER BY row"
_PLACE = "SELECT row, byte, size, start FROM places WHERE row = ?"
_REVIEWED = "SELECT 1 FROM reviewed WHERE article = ? AND paragraph = ?"


class Statement(NamedTuple):
    """What finds the rows of a query, ascending, with their places; the first row wanted is the last parameter."""

    sql: str
    parameters: tuple[object, ...]
    first: int
    """No row before this one is of any use."""
    is_exact: bool
    """Whether the query holds in each paragraph that is found; else it has to be looked at."""


class Asked:
    """The streams of rows that one search needs.

    `unlabelled` are leaves that are known to stand in no note and no tag's path; what is found out is added.
    """

    def __init__(self, connection: sqlite3.Connection, bound: Bound, names: TagNames, unlabelled: set[Leaf]) -> None:
        self.connection = connection
        self.bound = bound
        self._names = names
        self.only_text = False
        """Whether it is known that nothing of what is looked for stands in a note or a tag's path."""
        self._unlabelled = unlabelled
        self._labels: dict[Leaf, Source | None] = {}
        self._marks: dict[MarkTest, Source] = {}
        self.granted: set[MarkTest] = set()
        """What each row that the query's driver gives passes."""

    def statement(self, query: Query) -> Statement | None:
        """What finds the rows of a query of words that stand in no note and no tag's path, and of common tags beside them."""
        words: list[Query] = []
        forbidden: list[Query] = []
        tags: list[MarkTest] = []
        for part in query.parts if isinstance(query, And) else (query,):
            if isinstance(part, Not):
                forbidden.append(part.part)
            elif isinstance(part, Field) and _is_about_few_tags(test := self.bound.tests[part]):
                tags.append(test)
            else:
                words.append(part)
        if not words or not all(map(self._text_only, (*words, *forbidden))):
            return None
        matching = said(all_of(words), query if isinstance(query, And) else None)
        exact = all(map(is_exact, (*words, *forbidden))) and not any(isinstance(part, And | Or) for part in forbidden)
        return self._among_tags(matching, tags, exact) if tags else Statement(WORDS, (matching,), 0, exact)

    def _among_tags(self, matching: str, tests: Sequence[MarkTest], exact: bool) -> Statement | None:
        """The same where all of some tags stand; None where one of these is too rare to be looked for last."""
        only = self.bound.scope.only
        first, last = 0, END
        marked: list[str] = []
        parameters: list[str] = []
        for test in tests:
            tags = sorted(test.values)
            ends = [self.connection.execute(_ENDS, (tag,)).fetchone() for tag in tags]
            first = max(first, min((low for low, _ in ends if low is not None), default=END))
            last = min(last, max((high for _, high in ends if high is not None), default=0))
            count = sum(self.connection.execute(_TAG_COUNT, (tag,)).fetchone()[0] for tag in tags)
            if count * _COMMON < last - first:
                return None
            marked.append(_MARKED.format(tags=",".join("?" * len(tags)), coder="AND coder = ?" if only else ""))
            parameters += [*tags, only] if only else tags
        return Statement(_WORDS_MARKED.format(marked=" ".join(marked)), (matching, last, *parameters), first, exact)

    def driver(self, query: Query) -> Source | None:
        """Rows among which are all that the query holds in; None where only looking at every paragraph tells."""
        if isinstance(query, _LOOKED_UP):  # the commonest first
            return self._anywhere(query)
        if isinstance(query, And):
            return self._all(query, whole=query is self.bound.tree)
        if isinstance(query, Or):
            return self._any(query)
        if isinstance(query, Field):
            test = self.bound.tests[query]
            return self._new_marks(test) if isinstance(test, MarkTest) else None
        if isinstance(query, Note):
            return self.labels_with(query, fresh=True) or _NONE
        return None

    def _all(self, query: And, *, whole: bool) -> Source | None:
        """What can be said in one expression is; a Not narrows it where the index is sure."""
        plain: list[Query] = []
        sources: list[Source] = []
        for part in query.parts:
            if self._text_only(part):
                plain.append(part)
            elif whole and isinstance(part, Field) and isinstance(test := self.bound.tests[part], MarkTest):
                self.granted.add(test)
                sources.append(self._new_marks(test))
            elif (source := self.driver(part)) is not None:
                sources.append(source)
        if plain:
            sources.insert(0, self._words(said(And(tuple(plain)) if len(plain) > 1 else plain[0], query)))  # type: ignore[arg-type]  # parts of an And
        return None if not sources else sources[0] if len(sources) == 1 else All(sources)

    def _any(self, query: Or) -> Source | None:
        plain = [part for part in query.parts if self._text_only(part)]
        others = [part for part in query.parts if part not in plain] if len(plain) < len(query.parts) else []
        if len(others) > _FAR_APART:
            return None
        sources: list[Source] = []
        if plain:
            sources.append(self._words(" OR ".join(said(part, None) for part in plain)))
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
        return isinstance(query, _LOOKED_UP) and self.labels_with(query) is None

    def _words(self, matching: str) -> Source:
        return Rows(self.connection, WORDS, (matching,))

    def _anywhere(self, leaf: Words) -> Source:
        text = self._words(expression(leaf))
        labels = self.labels_with(leaf, fresh=True)
        return text if labels is None else Any([text, labels])

    # notes, tags, fields

    def labels_with(self, leaf: Leaf, *, fresh: bool = False) -> Source | None:
        """Rows among which are all with a note or tag in which a leaf stands; None if there is none.

        A stream that others have moved forward already is of no use to those who begin: `fresh` makes one.
        """
        if leaf in self._unlabelled:
            return None
        if fresh or leaf not in self._labels:
            source = self._new_labels(leaf)
            if source is None:
                self._unlabelled.add(leaf)
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
        if _is_about_few_tags(test):
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

    def place(self, row: int) -> Place:
        """Where the paragraph of a row is, asked for by itself."""
        found: Place = self.connection.execute(_PLACE, (row,)).fetchone()
        return found

    def is_reviewed(self, article_id: str, number: int) -> bool:
        """Whether a paragraph was reviewed by whoever may be meant and seen."""
        scope = self.bound.scope
        statement, parameters = _REVIEWED, (article_id, number)
        for coder in (scope.coder, scope.only):
            if coder:
                statement, parameters = f"{statement} AND coder = ?", (*parameters, coder)  # type: ignore[assignment]  # it grows
        return self.connection.execute(statement, parameters).fetchone() is not None


def _is_about_few_tags(test: Test) -> TypeGuard[MarkTest]:
    return isinstance(test, MarkTest) and test.column == "tag" and 0 < len(test.values) <= _FAR_APART


class _Nothing:
    """No rows."""

    def seek(self, row: int) -> int:
        """There are none."""
        return END

    def place(self, row: int) -> Place | None:
        """There is none."""
        return None


_NONE = _Nothing()


def _condition(test: MarkTest) -> tuple[str, tuple[object, ...]]:
    if test.column == "noted":
        return "noted", ()
    if isinstance(test.values, tuple):
        return f"{test.column} >= ? AND {test.column} < ?", test.values
    marks = ",".join("?" * len(test.values))
    return f"{test.column} IN ({marks})", tuple(sorted(test.values))
