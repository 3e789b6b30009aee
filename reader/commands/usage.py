"""How much tags are used, themselves and with the tags below them: what the codebook shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from reader.project import Project


class Usage(NamedTuple):
    """Annotations, and the paragraphs and articles in which they stand."""

    annotations: int = 0
    paragraphs: int = 0
    articles: int = 0


class TagUsage(NamedTuple):
    """Of a tag itself, and rolled up: with all tags below it, nothing counted twice but annotations."""

    itself: Usage = Usage()
    with_below: Usage = Usage()


NONE = Usage()
UNUSED = TagUsage()


class _Places:
    """Where a tag stands: doubles that a merge made are one."""

    __slots__ = ("annotations", "articles", "paragraphs")

    def __init__(self) -> None:
        self.annotations: set[tuple[object, ...]] = set()
        self.paragraphs: set[tuple[str, int]] = set()
        self.articles: set[str] = set()

    def take(self, other: _Places) -> None:
        self.annotations |= other.annotations
        self.paragraphs |= other.paragraphs
        self.articles |= other.articles

    def counted(self) -> Usage:
        return Usage(len(self.annotations), len(self.paragraphs), len(self.articles))


def usage(project: Project) -> dict[str, TagUsage]:
    """The use of every tag that is neither deleted nor merged, by id; in a blind project one's own marks only.

    It knows what is on the disk: an edit just made is counted within moments. Cost grows with the annotations.
    """
    codebook = project.codebook
    places: dict[str, _Places] = {}
    for use in project.counts().uses():
        tag = codebook.resolve(use.tag)
        if tag is None:
            continue
        found = places.setdefault(tag.id, _Places())
        found.annotations.add((tag.id, use.coder, use.unit, use.article, use.start, use.stop))
        found.articles.add(use.article)
        if use.first and use.first == use.last:
            found.paragraphs.add((use.article, use.first))
        elif use.first:
            found.paragraphs.update((use.article, number) for number in range(use.first, use.last + 1))
    counted = {tag_id: found.counted() for tag_id, found in places.items()}
    rolled: dict[str, Usage] = {}
    for tag, _ in reversed(codebook.tree()):  # children stand behind their parents, so each is full when its turn comes
        here = places.get(tag.id)
        if here is not None:
            rolled[tag.id] = here.counted()
            parent = codebook.resolve(tag.parent) if tag.parent else None
            if parent is not None:
                places.setdefault(parent.id, _Places()).take(here)
    return {
        tag.id: TagUsage(counted.get(tag.id, NONE), rolled[tag.id]) if tag.id in rolled else UNUSED
        for tag, _ in codebook.tree()
    }
