"""CSV (RFC 4180): one row an annotation, by article number, then start, end, tag path, id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from reader.codebook import Codebook
from reader.formats import ExportOptions
from reader.formats.seen import Meant, TagReader, first_source, meant, wanted, wanted_memos
from reader.formats.tables import GUARDED, Cell, Field, Row, Table, guard, unguard
from reader.model import Article, ArticleText, Corpus

__all__ = ["COLUMNS", "EXPORTER", "FIELDS", "SCHEMA_VERSION", "CsvExporter", "guard", "unguard"]

SCHEMA_VERSION = 1
VERSION = str(SCHEMA_VERSION)
FIELDS: tuple[Field, ...] = (
    Field("row", "integer", "counts from 1"),
    Field("annotation_id", "string", "the mark's own id; stays the same in every export"),
    Field("article_id", "string", "the article's id, made from its text; empty for notes on a tag or the project"),
    Field("article_title", "string", "the article's title"),
    Field("source", "string", "where the article is from: the first address or path"),
    Field("article_sha256", "string", "SHA-256 of the article's text in UTF-8"),
    Field("unit", "string", "what was marked: paragraph, span, article, tag or project"),
    Field("paragraph", "integer", "number of the first paragraph touched, from 1; empty without a place"),
    Field("speaker", "string", "who speaks in that paragraph"),
    Field("char_start", "integer", "first character, in Unicode code points from 0 over the article's text"),
    Field("char_end", "integer", "one past the last character"),
    Field("quote", "string", "the words marked"),
    Field("context_before", "string", "up to 32 characters before them"),
    Field("context_after", "string", "up to 32 characters after them"),
    Field("tag_id", "string", "the tag's id, merges followed; empty for a bare note"),
    Field("tag", "string", "the tag's name"),
    Field("tag_path", "string", "the names from the root down, joined by ' > '"),
    Field("note", "string", "the note, every line break kept"),
    Field("coder", "string", "who made the mark"),
    Field("created_at", "datetime", "when it was made, UTC"),
    Field("updated_at", "datetime", "when it was last changed, UTC"),
    Field("anchor", "string", "exact, moved, fuzzy or orphan: how well its place is known"),
    Field("schema_version", "integer", "version of these columns: 1"),
)
COLUMNS: tuple[str, ...] = tuple(field.name for field in FIELDS)
Place = tuple[str, str]
"""Paragraph number (empty without a span) and speaker."""
NOWHERE: Place = ("", "")
Head = tuple[str, str, str, str]


def _as_it_is(cell: str) -> str:
    return cell


class CsvExporter:
    """Writes a corpus as CSV; profiles `excel` (BOM, CRLF, guarded cells) and `data` (LF, cells exact)."""

    suffix = ".csv"
    media_type = "text/csv"

    def fields(self, corpus: Corpus, options: ExportOptions) -> tuple[Field, ...]:
        """The columns."""
        return FIELDS

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the header and a row an annotation, article by article; returns the number of rows.

        UsageError for an unknown profile or a delimiter that cannot be one.
        """
        table = Table(out, options)
        table.header(COLUMNS)
        rows = _Rows(options, guard if table.excel else _as_it_is)
        for part in rows.parts(corpus):
            table.rows(part)
        return rows.count


class _Rows:
    """The rows of a corpus as tuples, numbered from 1.

    What stands in many rows is guarded once an article or tag; only cells that can begin with any
    sign are looked at in every row. Units, times, anchor states and our ids never begin with one.
    """

    def __init__(self, options: ExportOptions, protect: Callable[[str], str]) -> None:
        self.options = options
        self.protect = protect
        self.count = 0

    def parts(self, corpus: Corpus) -> Iterator[Iterator[Row]]:
        """The rows article by article, so that only one article's marks are in memory; memos last."""
        tags = TagReader(Codebook(corpus.tags), self.protect)
        for article in corpus.articles.values():
            found = meant(wanted(corpus, article.id, self.options), tags)
            if found:
                yield self._of_article(article, corpus.text(article.id), found)
        if memos := meant(wanted_memos(corpus, self.options), tags):
            yield self._rows(("", "", "", ""), memos, None)

    def _of_article(self, article: Article, text: ArticleText, found: list[Meant]) -> Iterator[Row]:
        protect = self.protect
        head = (article.id, protect(article.title), protect(first_source(article)), article.sha256)
        return self._rows(head, found, text if len(text) else None)

    def _place(self, text: ArticleText, start: int) -> Place:
        number = text.number_at(start)
        return (str(number), self.protect(text.paragraph(number).speaker))

    def _rows(self, head: Head, found: list[Meant], text: ArticleText | None) -> Iterator[Row]:
        quoted = GUARDED if self.protect is guard else frozenset()
        count = self.count
        self.count += len(found)
        position, here = -1, NOWHERE
        start: Cell
        end: Cell
        for row in found:
            count += 1
            annotation = row.annotation
            anchor = annotation.anchor
            if anchor is None:
                place, start, end, quote, prefix, suffix, state = NOWHERE, "", "", "", "", "", ""
            else:
                start, end, state = anchor.start, anchor.end, anchor.state
                quote, prefix, suffix = anchor.quote, anchor.prefix, anchor.suffix
                if start != position and text is not None:
                    position, here = start, self._place(text, start)
                place = here
            note, ident, coder = row.note, annotation.id, annotation.coder
            if quoted:
                note = "'" + note if note[:1] in quoted else note
                quote = "'" + quote if quote[:1] in quoted else quote
                prefix = "'" + prefix if prefix[:1] in quoted else prefix
                suffix = "'" + suffix if suffix[:1] in quoted else suffix
                ident = "'" + ident if ident[:1] in quoted else ident
                coder = "'" + coder if coder[:1] in quoted else coder
            yield (
                count, ident, *head, annotation.unit, *place, start, end, quote, prefix, suffix,
                row.tag_id, row.tag_name, row.path, note, coder, annotation.created, row.modified, state, VERSION,
            )  # fmt: skip


EXPORTER = CsvExporter()
