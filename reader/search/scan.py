"""Searching by reading: no index needed, every paragraph of the library is looked at in order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Literal, NamedTuple

import msgspec

from reader.codebook import SEPARATOR, Codebook
from reader.model import Annotation, ArticleText, Corpus, Marks, Paragraph
from reader.search.fold import View, fold
from reader.search.query import Leaf, Query, holds, leaves, parse, places, required

CONTEXT = 40
"""Characters shown on each side of a hit."""
_BLOCK = 200_000
"""Characters of an article that are folded at once to see whether its paragraphs need a look."""

Where = Literal["text", "note", "tag"]


class Hit(msgspec.Struct, frozen=True, gc=False):
    """One place that was found.

    `left`, `hit` and `right` are exact text: of the paragraph, of the note, or of the tag's path. `start`
    and `end` are code points of the article: of the words found, or of what the note or tag stands on (-1
    where that is the whole article; such a hit is counted with the first paragraph). `annotation` is the
    id of the annotation whose note or tag it is.
    """

    article_id: str
    paragraph: int
    left: str
    hit: str
    right: str
    start: int
    end: int
    where: Where = "text"
    annotation: str = ""


def scan(corpus: Corpus, query: str | Query, *, limit: int | None = None) -> Iterator[Hit]:
    """The hits by article number and place; in a paragraph its text first, then notes, then tags.

    QueryError (at once, not at the first hit) where the query cannot be understood.
    """
    tree = parse(query) if isinstance(query, str) else query
    hits = (hit for unit in _units(corpus, tree) for hit in _hits(unit, leaves(tree)))
    return islice(hits, limit)


def count(corpus: Corpus, query: str | Query) -> int:
    """The number of paragraphs in which the query holds."""
    return sum(1 for _ in matching(corpus, query))


def matching(corpus: Corpus, query: str | Query) -> Iterator[tuple[str, int]]:
    """The paragraphs in which the query holds: (article id, number), in order."""
    tree = parse(query) if isinstance(query, str) else query
    return ((unit.article_id, unit.paragraph.number) for unit in _units(corpus, tree))


class _Label(NamedTuple):
    """A note or a tag's path that belongs to a paragraph."""

    text: str
    folded: str
    where: Where
    mark: Annotation


class _Unit(NamedTuple):
    """A paragraph in which the query holds."""

    article_id: str
    paragraph: Paragraph
    text: str
    labels: tuple[_Label, ...]


def _units(corpus: Corpus, query: Query) -> Iterator[_Unit]:
    labelling = _Labelling(Codebook(corpus.tags))
    needed = required(query)
    for article_id in corpus.articles:
        labels = labelling.of(corpus.marks(article_id))
        labelled = "\n".join(label.folded for group in labels.values() for label in group)
        only_in_text = [word for word in needed if word not in labelled]
        for paragraph, text in _candidates(corpus.text(article_id), only_in_text):
            own = labels.get(paragraph.number, ())
            if holds(query, (fold(text), *(label.folded for label in own))):
                yield _Unit(article_id, paragraph, text, own)


def _candidates(text: ArticleText, needed: list[str]) -> Iterator[tuple[Paragraph, str]]:
    """The paragraphs and their texts, block by block; blocks that lack a needed word are passed over."""
    number, count = 1, len(text)
    while number <= count:
        start = text.paragraph(number).start
        last = max(number, min(count, text.number_at(start + _BLOCK))) if start + _BLOCK < text.length else count
        block = text.slice(start, text.paragraph(last).end)
        folded = fold(block) if needed else ""
        if all(word in folded for word in needed):
            for each in range(number, last + 1):
                paragraph = text.paragraph(each)
                yield paragraph, block[paragraph.start - start : paragraph.end - start]
        number = last + 1


class _Labelling:
    """Notes and tag paths of articles, tags as they mean now; paths are folded once a scan."""

    def __init__(self, codebook: Codebook) -> None:
        self._codebook = codebook
        self._tags: dict[str, tuple[str, str, str] | None] = {}

    def of(self, marks: Marks) -> dict[int, tuple[_Label, ...]]:
        """Labels by paragraph, notes first; those of the whole article stand under the first paragraph."""
        if not marks.annotations:
            return {}
        found: dict[int, list[Annotation]] = {}
        for number, group in marks.by_paragraph.items():
            found.setdefault(number or 1, []).extend(group)
        return {number: (*self._notes(each), *self._paths(each)) for number, each in found.items()}

    @staticmethod
    def _notes(marks: list[Annotation]) -> Iterator[_Label]:
        return (_Label(mark.note, fold(mark.note), "note", mark) for mark in marks if mark.note)

    def _paths(self, marks: list[Annotation]) -> Iterator[_Label]:
        """Each tag once, whoever put it on and however often."""
        seen: set[str] = set()
        for mark in marks:
            tag = self._tag(mark.tag) if mark.tag else None
            if tag is not None and tag[0] not in seen:
                seen.add(tag[0])
                yield _Label(tag[1], tag[2], "tag", mark)

    def _tag(self, tag_id: str) -> tuple[str, str, str] | None:
        """The tag that an id means now, its path as shown and folded; None if it was deleted."""
        if tag_id not in self._tags:
            tag = self._codebook.resolve(tag_id)
            path = self._codebook.shown(tag.id, SEPARATOR) if tag is not None else ""
            self._tags[tag_id] = None if tag is None else (tag.id, path, fold(path))
        return self._tags[tag_id]


def _hits(unit: _Unit, wanted: tuple[Leaf, ...]) -> Iterator[Hit]:
    first = unit.paragraph.start
    for left, hit, right, at in _concordance(unit.text, wanted):
        yield Hit(unit.article_id, unit.paragraph.number, left, hit, right, first + at, first + at + len(hit))
    for label in unit.labels:
        anchor = label.mark.anchor
        start, end = (-1, -1) if anchor is None else (anchor.start, anchor.end)
        for left, hit, right, _ in _concordance(label.text, wanted):
            yield Hit(unit.article_id, unit.paragraph.number, left, hit, right, start, end, label.where, label.mark.id)


def _concordance(text: str, wanted: tuple[Leaf, ...]) -> Iterator[tuple[str, str, str, int]]:
    """Left context, hit, right context and the hit's start for each place; of overlapping ones the first, longest."""
    view = View(text)
    spans = sorted(
        {view.span(start, end) for leaf in wanted for start, end in places(leaf, view.folded)},
        key=lambda span: (span[0], -span[1]),
    )
    last = 0
    for start, end in spans:
        if start >= last:
            last = end
            left, right = view.after(max(0, start - CONTEXT)), view.before(min(len(text), end + CONTEXT))
            yield text[left:start], text[start:end], text[end:right], start
