"""A row an annotated target and coder: the tags side by side in one cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from reader.codebook import Codebook
from reader.formats import ExportOptions
from reader.formats.seen import Meant, TagReader, first_source, meant, touched, wanted, wanted_memos
from reader.formats.tables import Field, Row, write_table
from reader.model import Article, ArticleText, Corpus

BETWEEN = "; "
"""Between tags and between ids; a tag's name holds no `;`."""
FIELDS: tuple[Field, ...] = (
    Field("row", "integer", "counts from 1"),
    Field("article_id", "string", "the article's id"),
    Field("article_title", "string", "the article's title"),
    Field("source", "string", "where the article is from: the first address or path"),
    Field("unit", "string", "what was marked: paragraph, span, article, tag or project"),
    Field("paragraph", "integer", "number of the first paragraph touched"),
    Field("last_paragraph", "integer", "number of the last paragraph touched"),
    Field("speaker", "string", "who speaks in the first paragraph touched"),
    Field("char_start", "integer", "first character, in Unicode code points from 0 over the article's text"),
    Field("char_end", "integer", "one past the last character"),
    Field("quote", "string", "the words marked"),
    Field("coder", "string", "who made the marks"),
    Field("tags", "string", "the paths of all tags the coder put on it, joined by '; '"),
    Field("tag_count", "integer", "how many tags these are"),
    Field("notes", "string", "all notes on it, a blank line between"),
    Field("created_at", "datetime", "when the first of the marks was made, UTC"),
    Field("updated_at", "datetime", "when the last of them was changed, UTC"),
    Field("annotation_ids", "string", "the ids of the marks, joined by '; '"),
)


class JoinedExporter:
    """Writes one row for all that one coder put on one paragraph, span, article or tag."""

    suffix = ".csv"
    media_type = "text/csv"

    def fields(self, corpus: Corpus, options: ExportOptions) -> tuple[Field, ...]:
        """The columns."""
        return FIELDS

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the rows article by article; returns their number. UsageError for an unknown profile or delimiter."""
        return write_table(out, options, [field.name for field in FIELDS], _parts(corpus, options))


def _parts(corpus: Corpus, options: ExportOptions) -> Iterator[list[Row]]:
    tags = TagReader(Codebook(corpus.tags))
    count = 0
    for article in corpus.articles.values():
        found = meant(wanted(corpus, article.id, options), tags)
        if found:
            text = corpus.text(article.id)
            rows = [_row(count + n, article, text, group) for n, group in enumerate(_groups(found), 1)]
            count += len(rows)
            yield rows
    if memos := meant(wanted_memos(corpus, options), tags):
        yield [_row(count + n, None, None, group) for n, group in enumerate(_groups(memos), 1)]


def _groups(found: list[Meant]) -> list[list[Meant]]:
    """Marks on the same target by the same coder, in order of the first."""
    groups: dict[object, list[Meant]] = {}
    for row in found:
        memo_of = row.tag_id if row.annotation.unit == "tag" else ""
        groups.setdefault((row.annotation.target, row.annotation.coder, memo_of), []).append(row)
    return list(groups.values())


def _row(count: int, article: Article | None, text: ArticleText | None, group: list[Meant]) -> Row:
    first = group[0].annotation
    anchor = first.anchor
    numbers = touched(first, text) if text is not None and anchor is not None and len(text) else None
    tags = [row.path for row in group if row.path]
    return (
        count,
        article.id if article else "",
        article.title if article else "",
        first_source(article) if article else "",
        first.unit,
        numbers[0] if numbers else "",
        numbers[-1] if numbers else "",
        text.paragraph(numbers[0]).speaker if numbers and text is not None else "",
        anchor.start if anchor else "",
        anchor.end if anchor else "",
        anchor.quote if anchor else "",
        first.coder,
        BETWEEN.join(dict.fromkeys(tags)),
        len(set(tags)),
        "\n\n".join(dict.fromkeys(row.note for row in group if row.note)),
        min(row.annotation.created for row in group),
        max(row.modified for row in group),
        BETWEEN.join(row.annotation.id for row in group),
    )


EXPORTER = JoinedExporter()
