"""JSON lines as doccano reads them for sequence labelling: a line an article and coder, labels as [start, end, path]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from reader.formats import ExportOptions
from reader.formats.labels import Task, about, articles_by_coder, write_lines
from reader.model import Corpus


class DoccanoExporter:
    """Writes `text`, `label` and where it is from; tags on a whole article stand in `cats`. Positions are code points."""

    suffix = ".jsonl"
    media_type = "application/jsonl"

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the lines article by article; returns their number."""
        return write_lines(out, _tasks(corpus, options))


def _tasks(corpus: Corpus, options: ExportOptions) -> Iterator[Task]:
    for article, coder, rows in articles_by_coder(corpus, options):
        text = corpus.text(article.id)
        placed = [(row.annotation.anchor, row.path) for row in rows]
        labels = dict.fromkeys((anchor.start, anchor.end, path) for anchor, path in placed if anchor is not None)
        cats = dict.fromkeys(path for anchor, path in placed if anchor is None)
        yield {"text": text.slice(0, text.length), "label": list(labels), "cats": list(cats), **about(article, coder)}


EXPORTER = DoccanoExporter()
