"""Marks as they are read now: merges followed, doubles that a merge made put together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from reader.model import Annotation, Article

if TYPE_CHECKING:
    from reader.formats.seen import Meant
    from reader.project import Project


def as_read(project: Project, annotations: Iterable[Annotation]) -> list[Meant]:
    """The marks in the order of their places: each with `.annotation` (the oldest), `.tag_id`, `.path`, and the notes of all its doubles as `.note`.

    Marks with a deleted tag stand only where they have a note, and then without the tag.
    """
    from reader.formats.seen import TagReader, meant

    return meant(annotations, TagReader(project.codebook))


def marks_on(project: Project, article: Article, number: int) -> list[Meant]:
    """What stands on a paragraph (0: on the whole article), in the order in which it was made."""
    found = as_read(project, project.marks(article.id).of(number))
    return sorted(found, key=lambda one: (one.annotation.created, one.annotation.id))
