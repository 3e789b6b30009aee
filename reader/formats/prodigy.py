"""JSON lines as Prodigy reads them: a line a paragraph and coder who looked at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from reader.codebook import Codebook
from reader.formats import ExportOptions
from reader.formats.labels import Task, about, articles_by_coder, write_lines
from reader.formats.seen import Meant, columns_of_tags, touched
from reader.model import ArticleText, Corpus, Paragraph


class ProdigyExporter:
    """Writes `text`, `spans` for the spans, `options` and `accept` for the tags on the whole paragraph, `meta`, `answer`.

    A paragraph that was reviewed and carries no tag stands there with an empty `accept`; one that
    nobody looked at does not. Positions are code points within the paragraph.
    """

    suffix = ".jsonl"
    media_type = "application/jsonl"

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the lines article by article; returns their number."""
        return write_lines(out, _tasks(corpus, options))


def _tasks(corpus: Corpus, options: ExportOptions) -> Iterator[Task]:
    codebook = Codebook(corpus.tags)
    paths = [codebook.shown(tag.id) for tag in columns_of_tags(codebook)]
    choices = [{"id": path, "text": path} for path in paths]
    for article, coder, rows in articles_by_coder(corpus, options):
        text, marks = corpus.text(article.id), corpus.marks(article.id)
        by_number = _by_number(rows, text)
        reviewed = {number for number in range(1, len(text) + 1) if marks.reviewed(number, coder)}
        for number in sorted(reviewed | by_number.keys()):
            if options.keep is not None and not options.keep(article.id, number):
                continue
            yield {
                "text": text.text_of(number),
                "spans": _spans(text.paragraph(number), by_number.get(number, [])),
                "options": choices,
                "accept": _accepted(by_number.get(number, [])),
                "answer": "accept",
                "meta": {
                    **about(article, coder),
                    "paragraph": number,
                    "speaker": text.paragraph(number).speaker,
                    "reviewed_at": marks.reviewed(number, coder),
                },
            }


def _by_number(rows: list[Meant], text: ArticleText) -> dict[int, list[Meant]]:
    found: dict[int, list[Meant]] = {}
    for row in rows:
        if row.annotation.anchor is not None:
            for number in touched(row.annotation, text):
                found.setdefault(number, []).append(row)
    return found


def _accepted(rows: list[Meant]) -> list[str]:
    return list(dict.fromkeys(row.path for row in rows if row.annotation.unit == "paragraph"))


def _spans(paragraph: Paragraph, rows: list[Meant]) -> list[Task]:
    """Spans within the paragraph; one that goes beyond it is cut at its ends."""
    found: dict[tuple[int, int, str], None] = {}
    for row in rows:
        anchor = row.annotation.anchor
        if anchor is not None and row.annotation.unit == "span":
            start, end = max(anchor.start, paragraph.start), min(anchor.end, paragraph.end)
            if start < end:
                found[(start - paragraph.start, end - paragraph.start, row.path)] = None
    return [{"start": start, "end": end, "label": path} for start, end, path in found]


EXPORTER = ProdigyExporter()
