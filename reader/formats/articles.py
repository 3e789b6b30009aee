"""A row an article: where it is from, how long it is, how much of it is coded and reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from reader.codebook import Codebook
from reader.formats import ExportOptions
from reader.formats.seen import TagReader, coders_at_work, first_source, meant, touched, wanted
from reader.formats.tables import Cell, Field, Row, write_table
from reader.model import PASSED_OVER, Article, Corpus, role_of

FIELDS: tuple[Field, ...] = (
    Field("number", "integer", "the article's number in the library"),
    Field("id", "string", "its id, made from its text"),
    Field("title", "string", "its title"),
    Field("source", "string", "where it is from: the first address or path"),
    Field("sources", "string", "all of them, one a line"),
    Field("media_type", "string", "what kind of file it came from"),
    Field("imported_at", "datetime", "when it came into the library, UTC"),
    Field("sha256", "string", "SHA-256 of its text in UTF-8"),
    Field("characters", "integer", "its length in Unicode code points"),
    Field("paragraphs", "integer", "how many paragraphs it has"),
    Field("to_read", "integer", "paragraphs without headings and furniture: what progress counts"),
    Field("annotations", "integer", "marks in it, bare notes too: its rows in `csv`"),
    Field("coded", "integer", "paragraphs with at least one tag by anybody"),
    Field("reviewed", "integer", "paragraphs that anybody marked as read"),
)


class ArticlesExporter:
    """Writes the library as a table; two columns a coder and a column a detail (author, published, …) follow."""

    suffix = ".csv"
    media_type = "text/csv"

    def fields(self, corpus: Corpus, options: ExportOptions) -> tuple[Field, ...]:
        """The columns."""
        return self._fields(coders_at_work(corpus, options), _keys(corpus))

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the rows; returns their number. UsageError for an unknown profile or delimiter."""
        coders, keys = coders_at_work(corpus, options), _keys(corpus)
        names = [field.name for field in self._fields(coders, keys)]
        return write_table(out, options, names, _parts(corpus, options, coders, keys))

    def _fields(self, coders: list[str], keys: list[str]) -> tuple[Field, ...]:
        return (
            *FIELDS,
            *(Field(f"coded:{coder}", "integer", f"paragraphs with a tag by {coder}") for coder in coders),
            *(Field(f"reviewed:{coder}", "integer", f"paragraphs {coder} marked as read") for coder in coders),
            *(Field(f"meta:{key}", "string", f"the detail {key} of the article") for key in keys),
        )


def _keys(corpus: Corpus) -> list[str]:
    return sorted({key for article in corpus.articles.values() for key in article.meta})


def _parts(corpus: Corpus, options: ExportOptions, coders: list[str], keys: list[str]) -> Iterator[list[Row]]:
    tags = TagReader(Codebook(corpus.tags))
    for article in corpus.articles.values():
        yield [_row(corpus, article, options, tags, coders, keys)]


def _row(
    corpus: Corpus, article: Article, options: ExportOptions, tags: TagReader, coders: list[str], keys: list[str]
) -> Row:
    text, marks = corpus.text(article.id), corpus.marks(article.id)
    annotations = wanted(corpus, article.id, options, marks)
    coded: dict[str, set[int]] = {coder: set() for coder in coders}
    for annotation in annotations:
        placed = annotation.anchor is not None and annotation.anchor.state != "orphan"
        if placed and annotation.tag and tags(annotation.tag) is not None:
            coded.setdefault(annotation.coder, set()).update(touched(annotation, text))
    reviewed: dict[str, set[int]] = {coder: set() for coder in coders}
    for review in marks.review_records.values():
        kept = options.keep is None or options.keep(article.id, marks.paragraph_of(review))
        if kept and review.coder in reviewed:
            reviewed[review.coder].add(marks.paragraph_of(review))
    to_read = sum(role_of(article, text.paragraph(n)) not in PASSED_OVER for n in range(1, len(text) + 1))
    cells: list[Cell] = [
        article.number,
        article.id,
        article.title,
        first_source(article),
        "\n".join(article.sources),
        article.media_type,
        article.imported_at,
        article.sha256,
        text.length,
        len(text),
        to_read,
        len(meant(annotations, tags)),
        len(set().union(*coded.values())),
        len(set().union(*reviewed.values())),
    ]
    cells += [len(coded[coder]) for coder in coders]
    cells += [len(reviewed[coder]) for coder in coders]
    cells += [article.meta.get(key, "") for key in keys]
    return tuple(cells)


EXPORTER = ArticlesExporter()
