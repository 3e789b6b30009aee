"""A row a paragraph and coder, a column a tag: 1 put on, 0 looked at and not put on, empty not looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import BinaryIO

from reader.codebook import Codebook
from reader.formats import ExportOptions
from reader.formats.seen import coders_at_work, columns_of_tags, touched
from reader.formats.tables import Cell, Field, Row, write_table
from reader.model import Article, Corpus, Marks, Tag, role_of

FIELDS: tuple[Field, ...] = (
    Field("article_id", "string", "the article's id"),
    Field("number", "integer", "the article's number in the library"),
    Field("title", "string", "the article's title"),
    Field("paragraph", "integer", "the paragraph's number, from 1"),
    Field("role", "string", "body, heading, caption or furniture (page debris)"),
    Field("speaker", "string", "who speaks"),
    Field("text", "string", "the paragraph's text"),
    Field("coder", "string", "whose marks the row tells of"),
    Field("reviewed_at", "datetime", "when that coder last marked the paragraph as read, UTC; empty if never"),
)
_MEANING = "1: the coder put the tag on; 0: read and not put on; empty: not looked at, or read before the tag was made"


class CodedParagraphsExporter:
    """Writes the table that agreement figures and models are computed from."""

    suffix = ".csv"
    media_type = "text/csv"

    def fields(self, corpus: Corpus, options: ExportOptions) -> tuple[Field, ...]:
        """The columns: what the row is of, then a column a tag."""
        codebook = Codebook(corpus.tags)
        names = headings([codebook.shown(tag.id) for tag in columns_of_tags(codebook)])
        return (*FIELDS, *(Field(name, "integer", _MEANING) for name in names))

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the rows article by article; returns their number. UsageError for an unknown profile or delimiter."""
        names = [field.name for field in self.fields(corpus, options)]
        return write_table(out, options, names, _parts(corpus, options))


def headings(paths: list[str]) -> list[str]:
    """Names of the tag columns: the paths; `tag:` before one that is the name of another column, ` (2)` behind a double."""
    fixed = {field.name for field in FIELDS}
    taken = set(fixed)
    found: list[str] = []
    for path in paths:
        name = f"tag:{path}" if path in fixed else path
        count = 1
        unique = name
        while unique in taken:
            count += 1
            unique = f"{name} ({count})"
        taken.add(unique)
        found.append(unique)
    return found


def _parts(corpus: Corpus, options: ExportOptions) -> Iterator[list[Row]]:
    codebook = Codebook(corpus.tags)
    columns = columns_of_tags(codebook)
    coders = coders_at_work(corpus, options)
    blank = _Blank(columns)
    for article in corpus.articles.values():
        yield _of_article(corpus, article, options, codebook, coders, blank)


class _Blank:
    """Rows of tag cells without a 1: zero for the tags that are as old as a review, else empty."""

    def __init__(self, columns: list[Tag]) -> None:
        self.place = {tag.id: index for index, tag in enumerate(columns)}
        self._by_age = sorted(range(len(columns)), key=lambda index: columns[index].created)
        self._created = [columns[index].created for index in self._by_age]
        self._known: dict[int, tuple[Cell, ...]] = {}

    def __call__(self, reviewed_at: str) -> tuple[Cell, ...]:
        """The cells of a paragraph reviewed at this time (empty: never)."""
        older = bisect_right(self._created, reviewed_at) if reviewed_at else 0
        if (known := self._known.get(older)) is not None:
            return known
        cells: list[Cell] = [""] * len(self._created)
        for index in self._by_age[:older]:
            cells[index] = 0
        return self._known.setdefault(older, tuple(cells))


def _put_on(corpus: Corpus, article: Article, marks: Marks, codebook: Codebook) -> dict[tuple[int, str], set[str]]:
    """Ids of the tags by paragraph and coder. What has no place in the text any more stands on no paragraph."""
    found: dict[tuple[int, str], set[str]] = {}
    text = corpus.text(article.id)
    for annotation in marks.annotations.values():
        anchor = annotation.anchor
        if not annotation.tag or anchor is None or anchor.state == "orphan":
            continue
        tag = codebook.resolve(annotation.tag)
        if tag is not None:
            for number in touched(annotation, text):
                found.setdefault((number, annotation.coder), set()).add(tag.id)
    return found


def _of_article(
    corpus: Corpus,
    article: Article,
    options: ExportOptions,
    codebook: Codebook,
    coders: list[str],
    blank: _Blank,
) -> list[Row]:
    text, marks = corpus.text(article.id), corpus.marks(article.id)
    put_on = _put_on(corpus, article, marks, codebook)
    rows: list[Row] = []
    for number in range(1, len(text) + 1):
        if options.keep is not None and not options.keep(article.id, number):
            continue
        paragraph, words = text.paragraph(number), text.text_of(number)
        head = (
            article.id,
            article.number,
            article.title,
            number,
            role_of(article, paragraph),
            paragraph.speaker,
            words,
        )
        for coder in coders:
            reviewed_at = marks.reviewed(number, coder)
            cells = blank(reviewed_at)
            if tags := put_on.get((number, coder)):
                changed = list(cells)
                for tag_id in tags:
                    changed[blank.place[tag_id]] = 1
                cells = tuple(changed)
            rows.append((*head, coder, reviewed_at, *cells))
    return rows


EXPORTER = CodedParagraphsExporter()
