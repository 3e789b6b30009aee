"""A row an edit: who did what when, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol, runtime_checkable

from reader.edits import Edit
from reader.errors import UsageError
from reader.formats import ExportOptions
from reader.formats.tables import Field, Row, write_table
from reader.model import Corpus

FIELDS: tuple[Field, ...] = (
    Field("row", "integer", "counts from 1"),
    Field("edit_id", "string", "the edit's id"),
    Field("at", "datetime", "when it was made, UTC"),
    Field("coder", "string", "who made it"),
    Field("command", "string", "the command that made it"),
    Field("description", "string", "what it did, in words"),
    Field("article_id", "string", "the article it happened in; empty for the codebook and the project"),
    Field("article_title", "string", "that article's title; empty once it is removed"),
    Field("paragraph", "integer", "the first paragraph it happened on; empty for the article as a whole"),
    Field("changes", "integer", "how many records it changed"),
    Field("undoes", "string", "the id of the edit that it took back or restored"),
)
_ROWS_AT_ONCE = 1000


@runtime_checkable
class HasHistory(Protocol):
    """A corpus that knows its edits."""

    def history(self) -> Iterable[tuple[Edit, str, str, int]]:
        """Edits, oldest first: edit, what it did, article id (or empty), paragraph number (0: none)."""


class HistoryExporter:
    """Writes the audit trail."""

    suffix = ".csv"
    media_type = "text/csv"

    def fields(self, corpus: Corpus, options: ExportOptions) -> tuple[Field, ...]:
        """The columns."""
        return FIELDS

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write a row an edit; returns their number. UsageError where no history is kept, and for profile and delimiter."""
        if not isinstance(corpus, HasHistory):
            raise UsageError("There is no history to write: what is exported keeps no edits.")
        return write_table(out, options, [field.name for field in FIELDS], _parts(corpus, corpus.history(), options))


def _parts(corpus: Corpus, edits: Iterable[tuple[Edit, str, str, int]], options: ExportOptions) -> Iterator[list[Row]]:
    articles = corpus.articles
    rows: list[Row] = []
    count = 0
    for edit, description, article_id, paragraph in edits:
        if options.coder and edit.coder != options.coder:
            continue
        if options.keep is not None and not (article_id and options.keep(article_id, paragraph)):
            continue
        count += 1
        article = articles.get(article_id)
        rows.append(
            (
                count,
                edit.id,
                edit.at,
                edit.coder,
                edit.command,
                description,
                article_id,
                article.title if article is not None else "",
                paragraph or "",
                len(edit.changes),
                edit.undoes,
            )
        )
        if len(rows) == _ROWS_AT_ONCE:
            yield rows
            rows = []
    yield rows


EXPORTER = HistoryExporter()
