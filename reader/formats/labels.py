"""What the files for labelling tools share: whose marks, which paths, JSON a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from reader.codebook import Codebook
from reader.formats import ExportOptions
from reader.formats.seen import Meant, TagReader, meant, wanted
from reader.model import Article, Corpus

Task = dict[str, Any]


def by_coder(corpus: Corpus, article: Article, options: ExportOptions, tags: TagReader) -> dict[str, list[Meant]]:
    """The tags put on an article, by coder; those who only reviewed it have none. Marks that lost their place are left out."""
    marks = corpus.marks(article.id)
    keep = options.keep
    found: dict[str, list[Meant]] = {
        review.coder: []
        for review in marks.review_records.values()
        if options.coder in ("", review.coder) and (keep is None or keep(article.id, marks.paragraph_of(review)))
    }
    for row in meant(wanted(corpus, article.id, options, marks), tags):
        anchor = row.annotation.anchor
        if row.path and (anchor is None or anchor.state != "orphan"):
            found.setdefault(row.annotation.coder, []).append(row)
    return dict(sorted(found.items()))


def articles_by_coder(corpus: Corpus, options: ExportOptions) -> Iterator[tuple[Article, str, list[Meant]]]:
    """Every article with each coder who looked at it."""
    tags = TagReader(Codebook(corpus.tags))
    for article in corpus.articles.values():
        for coder, rows in by_coder(corpus, article, options, tags).items():
            yield article, coder, rows


def about(article: Article, coder: str) -> Task:
    """What says where a task is from."""
    source = article.sources[0] if article.sources else ""
    return {
        "article_id": article.id,
        "number": article.number,
        "title": article.title,
        "source": source,
        "coder": coder,
    }


def write_lines(out: BinaryIO, tasks: Iterator[Task]) -> int:
    """Write a JSON object a line; returns how many."""
    count = 0
    for task in tasks:
        out.write(msgspec.json.encode(task) + b"\n")
        count += 1
    return count
