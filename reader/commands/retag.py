"""Marks given other tags, so that one coder, one target and one tag stay one annotation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reader.edits import now
from reader.model import Annotation, Tag

if TYPE_CHECKING:
    from reader.project import Project

Pair = tuple[Annotation | None, Annotation | None]


def retagged(project: Project, marks: Iterable[Annotation], tags: Mapping[str, Tag]) -> list[Pair]:
    """(before, after) of what changes where one's own marks get the tags given by their ids; notes, spans and dates stay.

    Where a target has the new tag already, or two marks on it get the same, they become one with all notes.
    """
    pairs: list[Pair] = []
    by_article: dict[str, list[Annotation]] = {}
    for mark in marks:
        if _meaning(project, mark) != tags[mark.id].id:
            by_article.setdefault(mark.article, []).append(mark)
    for article_id, going in by_article.items():
        leaving = {mark.id for mark in going}
        standing: dict[object, tuple[Annotation | None, Annotation]] = {
            (m.target, m.layer, _meaning(project, m)): (m, m)
            for m in project.marks(article_id).annotations.values()
            if m.coder == project.coder and m.tag and m.id not in leaving
        }
        touched: dict[object, None] = {}
        for mark in going:
            key = (mark.target, mark.layer, tags[mark.id].id)
            touched[key] = None
            there = standing.get(key)
            if there is None:
                standing[key] = (mark, replace(mark, tag=tags[mark.id].id, modified=now()))
                continue
            before, after = there
            pairs.append((mark, None))
            if mark.note:
                note = f"{after.note}\n{mark.note}" if after.note else mark.note
                standing[key] = (before, replace(after, note=note, modified=now()))
        pairs += [standing[key] for key in touched if standing[key][0] is not standing[key][1]]
    return pairs


def doubles(project: Project, mark: Annotation) -> list[Annotation]:
    """The mark, and those a merge made the same: one coder, one target, one meaning."""
    if not mark.tag or not mark.article:
        return [mark]
    meant = _meaning(project, mark)
    found = [
        other
        for other in project.marks(mark.article).annotations.values()
        if other.coder == mark.coder
        and other.layer == mark.layer
        and other.target == mark.target
        and other.tag
        and _meaning(project, other) == meant
    ]
    return found if meant else [mark]


def _meaning(project: Project, mark: Annotation) -> str:
    tag = project.codebook.resolve(mark.tag) if mark.tag else None
    return tag.id if tag else ""
