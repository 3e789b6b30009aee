"""Hits: the places that are shown for a paragraph in which a query holds, and the orders they can come in."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Literal

import msgspec

from reader.model import Corpus
from reader.search.fold import View, fold
from reader.search.places import ascii_finder, places
from reader.search.tree import Leaf, Note, Phrase, Regex, Word, Words
from reader.search.unit import Label, Span, Unit, Where
from reader.search.words import words_of

CONTEXT = 40
"""Characters shown on each side of a hit."""
OPENING = 80
"""Characters of a paragraph that are shown where no words were looked for."""

Order = Literal["article", "left", "right", "date"]


class Hit(msgspec.Struct, frozen=True, gc=False):
    """One place that was found.

    `left`, `hit` and `right` are exact text: of the paragraph, of the note, or of the tag's path. `start`
    and `end` are code points of the article: of the words found, or of what the note or tag stands on (-1
    where that is the whole article; such a hit is counted with the first paragraph). `annotation` is the
    id of the annotation whose note or tag it is. `where` is "paragraph" where the query looks for no words
    that stand there: `hit` is then how the paragraph begins.
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


def hits_of(unit: Unit, wanted: tuple[Leaf, ...]) -> list[Hit]:
    """The hits in a paragraph in which the query holds: its text first, then notes, then tags."""
    article_id, number, first, text = unit.article.id, unit.number, unit.start, unit.text
    spans = unit.spans(wanted[0]) if len(wanted) == 1 else [span for leaf in wanted for span in unit.spans(leaf)]
    if unit.plain is not None:
        hits = text_hits(article_id, number, first, text, spans if len(wanted) == 1 else _in_order(spans))
    else:
        hits = []
        for start, end in _in_order(spans):
            left, right = _context(unit.view, start, end)
            parts = text[left:start], text[start:end], text[end:right]
            hits.append(Hit(article_id, number, *parts, first + start, first + end))
    if unit.may_be_labelled(wanted):
        hits += _label_hits(unit, wanted)
    if not hits:
        end = unit.view.before(min(len(text), OPENING))
        right = unit.view.before(min(len(text), end + CONTEXT))
        hits.append(Hit(article_id, number, "", text[:end], text[end:right], first, first + end, "paragraph"))
    return hits


def text_hits(article_id: str, number: int, first: int, text: str, spans: Iterable[Span]) -> list[Hit]:
    """The hits at some spans, in order, of a paragraph whose folded text has every character where the text has it."""
    hits: list[Hit] = []
    for start, end in spans:
        left = start - CONTEXT if start > CONTEXT else 0
        parts = text[left:start], text[start:end], text[end : end + CONTEXT]
        hits.append(Hit(article_id, number, *parts, first + start, first + end))
    return hits


def finder(wanted: tuple[Leaf, ...]) -> Callable[[str], Iterable[Span]]:
    """What finds the spans of words and phrases, in order, in a folded text that has every character where the text has it."""
    finders = [ascii_finder(leaf) for leaf in wanted if isinstance(leaf, Word | Phrase)]
    if len(finders) == 1:
        return finders[0]
    return lambda plain: _in_order([span for find in finders for span in find(plain)])


def _label_hits(unit: Unit, wanted: tuple[Leaf, ...]) -> Iterator[Hit]:
    for label in unit.labels():
        anchor = label.mark.anchor
        start, end = (-1, -1) if anchor is None else (anchor.start, anchor.end)
        leaves = list(_in_label(label, wanted))
        view = View(label.text) if leaves else None
        if view is None:
            continue
        spans = [view.span(*place) for leaf in leaves for place in places(leaf, view.folded)]
        for first, last in _in_order(spans):
            left, right = _context(view, first, last)
            parts = label.text[left:first], label.text[first:last], label.text[last:right]
            yield Hit(unit.article.id, unit.number, *parts, start, end, label.where, label.mark.id)


def _in_label(label: Label, wanted: tuple[Leaf, ...]) -> Iterator[Words]:
    """What may stand in a label."""
    for leaf in wanted:
        if isinstance(leaf, Note):
            if label.where == "note":
                yield leaf.part
        elif not isinstance(leaf, Regex):
            yield leaf


def _in_order(spans: list[Span]) -> Iterator[Span]:
    """The spans from left to right; of overlapping ones the first, of those the longest."""
    last = 0
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if start >= last:
            last = end
            yield start, end


def _context(view: View, start: int, end: int) -> Span:
    """Where the context of a hit begins and ends."""
    return view.after(max(0, start - CONTEXT)), view.before(min(len(view.text), end + CONTEXT))


def ordered(hits: Iterable[Hit], order: Order, corpus: Corpus, limit: int | None) -> Iterator[Hit]:
    """The hits, given in the order of the library, in another: by the words left or right, nearest first, or by the articles' dates."""
    if order == "article":
        return islice(hits, limit)
    key = _KEYS[order](corpus)
    return iter(sorted(hits, key=key) if limit is None else heapq.nsmallest(limit, hits, key=key))


def _by_left(_: Corpus) -> Callable[[Hit], Any]:
    return lambda hit: (words_of(fold(hit.left))[::-1], words_of(fold(hit.hit)))


def _by_right(_: Corpus) -> Callable[[Hit], Any]:
    return lambda hit: (words_of(fold(hit.right)), words_of(fold(hit.hit)))


def _by_date(corpus: Corpus) -> Callable[[Hit], Any]:
    """The day an article was published, if its details say so, else when it was imported; the oldest first."""
    dates = {
        a.id: next((v for k in ("published", "date") for n, v in a.meta.items() if fold(n) == k and v), a.imported_at)
        for a in corpus.articles.values()
    }
    return lambda hit: dates.get(hit.article_id, "")


_KEYS: dict[str, Callable[[Corpus], Callable[[Hit], Any]]] = {"left": _by_left, "right": _by_right, "date": _by_date}
