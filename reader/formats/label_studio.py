"""JSON as Label Studio reads it: a list with one task an article, in it one annotation a coder."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import BinaryIO

import msgspec

from reader.formats import ExportOptions
from reader.formats.labels import Task, about, articles_by_coder
from reader.formats.seen import Meant
from reader.model import Corpus


class LabelStudioExporter:
    """Writes tasks for a labelling set-up with `<Labels name="label" toName="text">` over `<Text name="text" value="$text">`.

    Tags on a whole article become choices named `article` over the same text. The annotations of a
    task stand in the order of `data.coders`. Positions are code points.
    """

    suffix = ".json"
    media_type = "application/json"

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write a task a line, article by article; returns their number."""
        count = 0
        for task in _tasks(corpus, options):
            out.write((b",\n" if count else b"[\n") + msgspec.json.encode(task))
            count += 1
        out.write(b"\n]\n" if count else b"[]\n")
        return count


def _tasks(corpus: Corpus, options: ExportOptions) -> Iterator[Task]:
    for article_id, group in groupby(articles_by_coder(corpus, options), key=lambda found: found[0].id):
        text = corpus.text(article_id)
        article = corpus.articles[article_id]
        found = [(coder, _results(rows)) for _, coder, rows in group]
        where = {key: value for key, value in about(article, "").items() if key != "coder"}
        yield {
            "id": article.number,
            "data": {"text": text.slice(0, text.length), **where, "coders": [coder for coder, _ in found]},
            "annotations": [{"result": results} for _, results in found],
        }


def _results(rows: list[Meant]) -> list[Task]:
    """One region or choice a mark; who made it stands in the notes of the region, for users are numbers over there."""
    results: list[Task] = []
    for row in rows:
        anchor = row.annotation.anchor
        if anchor is None:
            kind: Task = {"from_name": "article", "type": "choices", "value": {"choices": [row.path]}}
        else:
            value = {"start": anchor.start, "end": anchor.end, "text": anchor.quote, "labels": [row.path]}
            kind = {"from_name": "label", "type": "labels", "value": value}
        said = [row.annotation.coder, *([row.note] if row.note else ())]
        results.append({"id": row.annotation.id, "to_name": "text", **kind, "meta": {"text": said}})
    return results


EXPORTER = LabelStudioExporter()
