"""The words that a tag stands on, to compare one with the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reader.codebook import Codebook
from reader.search.counts import Mark

if TYPE_CHECKING:
    from reader.project import Project

__all__ = ["Mark", "Quote", "bearing", "latest_quotes", "noted"]

LATEST = 5
LONGEST_QUOTE = 600
"""Code points of a quote that are read; a paragraph can be a book."""


@dataclass(frozen=True)
class Quote:
    """The words of a text that an annotation stands on, and the note on it. `whole` is False where they go on."""

    annotation: str
    article: str
    number: int
    text: str
    note: str = ""
    coder: str = ""
    unit: str = "paragraph"
    whole: bool = True


def bearing(codebook: Codebook, tags: Iterable[str]) -> list[str]:
    """The ids under which marks of these tags are stored: their own, and those merged into them."""
    wanted = set(tags)
    return [
        tag_id
        for tag_id, tag in codebook.tags.items()
        if tag_id in wanted or (tag.merged_into and (meant := codebook.resolve(tag_id)) and meant.id in wanted)
    ]


def latest_quotes(project: Project, tags: Iterable[str], limit: int = LATEST) -> list[Quote]:
    """The words that carry one of these tags, those put on last first; what is not on the disk yet is left out."""
    found = project.counts().latest(bearing(project.codebook, tags), limit)
    quotes: list[Quote] = []
    for mark in found:
        if mark.article in project.articles:
            stop = min(mark.stop, mark.start + LONGEST_QUOTE)
            words = project.text(mark.article).slice(mark.start, stop)
            whole = stop == mark.stop
            quotes.append(
                Quote(mark.id, mark.article, mark.first, words.strip(), mark.note, mark.coder, mark.unit, whole)
            )
    return quotes


def noted(project: Project) -> list[Mark]:
    """All notes and memos that may be seen, from the index, in no order; what is not on the disk yet is left out."""
    return project.counts().noted()
