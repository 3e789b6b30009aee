"""Searching by reading: no index needed, every paragraph of the library is looked at in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reader.model import Article, Corpus
from reader.search.bind import Bound, Scope
from reader.search.fold import fold
from reader.search.hits import Hit, Order, hits_of, ordered
from reader.search.places import may_hold
from reader.search.tree import Query
from reader.search.unit import Judge, Unit, Where

__all__ = ["Hit", "Order", "Where", "count", "matching", "scan"]

_BLOCK = 200_000
"""Characters of an article that are folded at once to see whether its paragraphs need a look."""
NOBODY = Scope()


def scan(
    corpus: Corpus,
    query: str | Query,
    *,
    scope: Scope = NOBODY,
    order: Order = "article",
    limit: int | None = None,
) -> Iterator[Hit]:
    """The hits by article number and place; in a paragraph its text first, then notes, then tags.

    UsageError (at once, not at the first hit) where the query cannot be understood.
    """
    bound = Bound(query, corpus, scope)
    hits = (hit for unit in units(Judge(bound, corpus), _meant(bound, corpus)) for hit in hits_of(unit, bound.leaves))
    return ordered(hits, order, corpus, limit)


def count(corpus: Corpus, query: str | Query, *, scope: Scope = NOBODY) -> int:
    """The number of paragraphs in which the query holds."""
    return sum(1 for _ in matching(corpus, query, scope=scope))


def matching(corpus: Corpus, query: str | Query, *, scope: Scope = NOBODY) -> Iterator[tuple[str, int]]:
    """The paragraphs in which the query holds: (article id, number), in order."""
    bound = Bound(query, corpus, scope)
    return ((unit.article.id, unit.number) for unit in units(Judge(bound, corpus), _meant(bound, corpus)))


def _meant(bound: Bound, corpus: Corpus) -> Iterable[Article]:
    ids = bound.articles
    return (a for a in corpus.articles.values() if ids is None or a.id in ids)


def units(judge: Judge, articles: Iterable[Article]) -> Iterator[Unit]:
    """The paragraphs of some articles in which the query holds."""
    for article in articles:
        for unit in _candidates(judge, article):
            if judge.holds(unit):
                yield unit


def _candidates(judge: Judge, article: Article) -> Iterator[Unit]:
    """The paragraphs of an article, block by block; blocks in which the query cannot hold are passed over."""
    labels = judge.labels(article)
    labelled = "\n".join(label.folded for group in labels.values() for label in group)
    text = judge.text(article)
    number, count = 1, len(text)
    while number <= count:
        start = text.paragraph(number).start
        last = max(number, min(count, text.number_at(start + _BLOCK))) if start + _BLOCK < text.length else count
        block = text.slice(start, text.paragraph(last).end)
        folded = fold(block)
        if may_hold(judge.bound.tree, lambda word: word in folded or word in labelled):  # noqa: B023  used at once
            for each in range(number, last + 1):
                paragraph = text.paragraph(each)
                words = block[paragraph.start - start : paragraph.end - start]
                yield Unit(judge, article, each, words, paragraph.start)
        number = last + 1
