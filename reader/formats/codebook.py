"""A row a tag: what it is called, what it means, how often it was used."""

from __future__ import annotations

from collections import Counter
from typing import BinaryIO

from reader.codebook import Codebook
from reader.formats import ExportOptions
from reader.formats.seen import TagReader, columns_of_tags, meant, wanted
from reader.formats.tables import Field, write_table
from reader.model import Corpus

FIELDS: tuple[Field, ...] = (
    Field("tag_id", "string", "the tag's id"),
    Field("path", "string", "the names from the root down, joined by ' > '"),
    Field("name", "string", "the tag's own name"),
    Field("description", "string", "what it stands for"),
    Field("colour", "string", "its colour as #rrggbb, empty where none was chosen"),
    Field("key", "string", "the key that puts it on"),
    Field("archived", "boolean", "true where it is no longer offered"),
    Field("created_at", "datetime", "when it was made, UTC; reviews before that say nothing of it"),
    Field("annotations", "integer", "how often it was put on itself"),
    Field("with_below", "integer", "the same, the tags under it counted too"),
    Field("articles", "integer", "articles in which it was put on itself"),
    Field("coders", "integer", "coders who put it on"),
)


class CodebookExporter:
    """Writes the codebook as a table; deleted and merged tags are left out."""

    suffix = ".csv"
    media_type = "text/csv"

    def fields(self, corpus: Corpus, options: ExportOptions) -> tuple[Field, ...]:
        """The columns."""
        return FIELDS

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the rows by path; returns their number. UsageError for an unknown profile or delimiter."""
        codebook = Codebook(corpus.tags)
        uses = _Uses(corpus, codebook, options)
        rows = [
            (
                tag.id,
                codebook.shown(tag.id),
                tag.name,
                tag.description,
                tag.colour,
                tag.key,
                "true" if tag.archived else "false",
                tag.created,
                uses.marks[tag.id],
                uses.with_below[tag.id],
                uses.articles[tag.id],
                len(uses.coders.get(tag.id, ())),
            )
            for tag in columns_of_tags(codebook)
        ]
        return write_table(out, options, [field.name for field in FIELDS], [rows])


class _Uses:
    """How often each tag was put on, notes on tags not counted."""

    def __init__(self, corpus: Corpus, codebook: Codebook, options: ExportOptions) -> None:
        self.marks: Counter[str] = Counter()
        self.articles: Counter[str] = Counter()
        self.coders: dict[str, set[str]] = {}
        reader = TagReader(codebook)
        for article_id in corpus.articles:
            rows = [row for row in meant(wanted(corpus, article_id, options), reader) if row.tag_id]
            self.marks.update(row.tag_id for row in rows)
            self.articles.update({row.tag_id for row in rows})
            for row in rows:
                self.coders.setdefault(row.tag_id, set()).add(row.annotation.coder)
        self.with_below: Counter[str] = Counter()
        for tag_id, count in self.marks.items():
            for above in _upwards(codebook, tag_id):
                self.with_below[above] += count


def _upwards(codebook: Codebook, tag_id: str) -> list[str]:
    """The tag and all above it; a loop made by a merge is cut."""
    found: list[str] = []
    tag = codebook.resolve(tag_id)
    while tag is not None and tag.id not in found:
        found.append(tag.id)
        tag = codebook.resolve(tag.parent) if tag.parent else None
    return found


EXPORTER = CodebookExporter()
