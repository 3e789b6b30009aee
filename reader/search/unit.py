"""A paragraph with its visible marks, and whether a query holds in it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from reader.errors import UsageError
from reader.model import Annotation, Article, ArticleText, Corpus, Marks, Paragraph, role_of
from reader.search.bind import ArticleTest, Bound, MarkTest, ParagraphTest, TagNames, said_by
from reader.search.fold import View, as_ascii, fold
from reader.search.places import ascii_finder, places, stands
from reader.search.tree import And, Field, Inside, Leaf, Near, Not, Note, Or, Phrase, Query, Regex, Word

Where = Literal["text", "note", "tag", "paragraph"]
Span = tuple[int, int]
PATTERN_SECONDS = 10.0
"""How long the patterns of one search may take in all."""


_LEAVES = (Word, Phrase, Inside, Near, Regex, Note)
_STANDING = (Word, Phrase, Inside)


class Label(NamedTuple):
    """A note or a tag's path that belongs to a paragraph."""

    text: str
    folded: str
    where: Where
    mark: Annotation


class Unit:
    """A paragraph of an article; what is costly is worked out when first asked for."""

    __slots__ = ("_found", "_view", "article", "judge", "number", "plain", "start", "text")

    def __init__(self, judge: Judge, article: Article, number: int, text: str, start: int) -> None:
        self.judge = judge
        self.article = article
        self.number = number
        self.text = text
        self.plain = text.lower() if text.isascii() else as_ascii(text)
        """The folded text where no position is another than in the text and no grapheme can be cut."""
        self.start = start
        self._view: View | None = None
        self._found: dict[Leaf, list[Span]] = {}

    @property
    def view(self) -> View:
        """The text with its folded form."""
        if self._view is None:
            self._view = View(self.text)
        return self._view

    def spans(self, leaf: Leaf) -> list[Span]:
        """Where a leaf stands in the text as written."""
        found = self._found.get(leaf)
        if found is None:
            found = self._found[leaf] = self._spans(leaf)
        return found

    def _spans(self, leaf: Leaf) -> list[Span]:
        if isinstance(leaf, _STANDING) and self.plain is not None:  # the common case without what it can do without
            return ascii_finder(leaf)(self.plain)
        if isinstance(leaf, Note):
            return []
        if isinstance(leaf, Regex):
            return self.judge.patterns.spans(leaf, self.text)
        view = self.view
        return [view.span(start, end) for start, end in places(leaf, view.folded)]

    @property
    def paragraph(self) -> Paragraph:
        """The paragraph as imported."""
        return self.judge.text(self.article).paragraph(self.number)

    def marks(self) -> Sequence[Annotation]:
        """The annotations that touch the paragraph; those on the whole article belong to the first."""
        marks = self.judge.marks(self.article)
        found = marks.of(self.number)
        return (*found, *marks.of(0)) if self.number == 1 else found

    def labels(self) -> tuple[Label, ...]:
        """Notes, then each tag once."""
        return self.judge.labels(self.article).get(self.number, ())

    # what an index may know better

    def has_mark(self, test: MarkTest) -> bool:
        """Whether an annotation on the paragraph is so."""
        return any(map(test.holds, self.marks()))

    def in_labels(self, leaf: Leaf) -> bool:
        """Whether a leaf stands in a note or a tag's path."""
        if isinstance(leaf, Note):
            return any(label.where == "note" and stands(leaf.part, label.folded) for label in self.labels())
        return not isinstance(leaf, Regex) and any(stands(leaf, label.folded) for label in self.labels())

    def may_be_labelled(self, leaves: tuple[Leaf, ...]) -> bool:
        """Whether one of some leaves may stand in a note or a tag's path here: they have to be looked at."""
        return True

    def is_reviewed(self) -> bool:
        """Whether the coder who asks, or anyone, has reviewed the paragraph."""
        coder = self.judge.bound.scope.coder
        reviews = self.judge.marks(self.article).reviews.get(self.number, {})
        return coder in reviews if coder else bool(reviews)


class Patterns:
    """Regular expressions, compiled once, with the time that is left for them."""

    def __init__(self) -> None:
        self._compiled: dict[Regex, Any] = {}
        self._left = PATTERN_SECONDS

    def spans(self, leaf: Regex, text: str) -> list[Span]:
        """The places of a pattern that are not empty. UsageError when the time is over."""
        compiled = self._compiled.get(leaf)
        if compiled is None:
            import regex  # type: ignore[import-untyped]  # it ships no types

            compiled = self._compiled[leaf] = regex.compile(leaf.pattern)
        began = time.perf_counter()
        try:
            if self._left <= 0:
                raise TimeoutError
            found = [match.span() for match in compiled.finditer(text, timeout=self._left) if match[0]]
        except TimeoutError:
            raise _too_much(leaf, f"took more than {PATTERN_SECONDS:.0f} seconds") from None
        except MemoryError:  # one that asks for itself without end
            raise _too_much(leaf, "needs more memory than a pattern may have") from None
        self._left -= time.perf_counter() - began
        return found


def _too_much(leaf: Regex, what: str) -> UsageError:
    shown = leaf.pattern if len(leaf.pattern) <= 40 else f"{leaf.pattern[:40]}…"
    return UsageError(f"The pattern /{shown}/ {what}; make it simpler, or add a word to the query.")


class Judge:
    """Says whether a bound query holds in a paragraph."""

    _patterns: Patterns | None = None
    _kept = ""
    _text: ArticleText | None = None
    _marks: Marks | None = None
    _labels: dict[int, tuple[Label, ...]] | None = None

    def __init__(self, bound: Bound, corpus: Corpus, names: TagNames | None = None) -> None:
        self.bound = bound
        self.corpus = corpus
        self.names = names or TagNames(corpus)

    @property
    def patterns(self) -> Patterns:
        """The patterns of this search, made when the first is asked for."""
        if self._patterns is None:
            self._patterns = Patterns()
        return self._patterns

    def holds(self, unit: Unit, query: Query | None = None) -> bool:
        """Whether the query, or a part of it, holds in a paragraph."""
        query = self.bound.tree if query is None else query
        if isinstance(query, _LEAVES):  # asked of every candidate: the commonest first
            return bool(unit.spans(query)) or unit.in_labels(query)
        if isinstance(query, And):
            return self._all_hold(unit, query.parts)
        if isinstance(query, Or):
            return self._one_holds(unit, query.parts)
        if isinstance(query, Not):
            return not self.holds(unit, query.part)
        return self._passes(unit, query)

    # loops: asked of every candidate, generators take twice as long

    def _all_hold(self, unit: Unit, parts: tuple[Query, ...]) -> bool:
        for part in parts:  # noqa: SIM110
            if not self.holds(unit, part):
                return False
        return True

    def _one_holds(self, unit: Unit, parts: tuple[Query, ...]) -> bool:
        for part in parts:  # noqa: SIM110
            if self.holds(unit, part):
                return True
        return False

    def _passes(self, unit: Unit, field: Field) -> bool:
        test = self.bound.tests[field]
        if isinstance(test, ArticleTest):
            return unit.article.id in test.ids
        if isinstance(test, MarkTest):
            return unit.has_mark(test)
        if test.what == "reviewed":
            return unit.is_reviewed()
        return self._is_paragraph(unit, test)

    @staticmethod
    def _is_paragraph(unit: Unit, test: ParagraphTest) -> bool:
        if test.what == "role":
            return role_of(unit.article, unit.paragraph) == test.value
        return said_by(unit.paragraph.speaker, test)

    # what belongs to the article at hand, kept until the next one

    def text(self, article: Article) -> ArticleText:
        """The text of an article."""
        self._keep(article)
        if self._text is None:
            self._text = self.corpus.text(article.id)
        return self._text

    def marks(self, article: Article) -> Marks:
        """The visible marks of an article."""
        self._keep(article)
        if self._marks is None:
            self._marks = self.corpus.marks(article.id)
        return self._marks

    def labels(self, article: Article) -> dict[int, tuple[Label, ...]]:
        """Notes and tags by paragraph, tags as they mean now; those of the whole article stand under the first."""
        marks = self.marks(article)
        if self._labels is None:
            grouped: dict[int, list[Annotation]] = {}
            for number, group in marks.by_paragraph.items():
                grouped.setdefault(number or 1, []).extend(group)
            self._labels = {number: (*_notes(each), *self._paths(each)) for number, each in grouped.items()}
        return self._labels

    def _keep(self, article: Article) -> None:
        if article.id != self._kept:
            self._kept, self._text, self._marks, self._labels = article.id, None, None, None

    def _paths(self, marks: list[Annotation]) -> list[Label]:
        """Each tag once, whoever put it on and however often."""
        found: dict[str, Label] = {}
        for mark in marks:
            tag = self.names.of(mark.tag) if mark.tag else None
            if tag is not None and tag[0] not in found:
                found[tag[0]] = Label(tag[1], tag[2], "tag", mark)
        return list(found.values())


def _notes(marks: list[Annotation]) -> list[Label]:
    return [Label(mark.note, fold(mark.note), "note", mark) for mark in marks if mark.note]
