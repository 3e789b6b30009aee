"""How much tags are used, themselves and with the tags below them: what the codebook shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reader.commands.tags import tree

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


class _Places:
    """Where a tag stands: doubles that a merge made are one."""

    __slots__ = ("annotations", "articles", "paragraphs")

    def __init__(self) -> None:
        self.annotations: set[tuple[object, ...]] = set()
        self.paragraphs: set[tuple[str, int]] = set()
        self.articles: set[str] = set()

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
        if use.first:
            found.paragraphs.update((use.article, number) for number in range(use.first, use.last + 1))
    counted = {tag_id: found.counted() for tag_id, found in places.items()}
    above: dict[int, str] = {}
    order: list[tuple[str, str]] = []
    for tag, depth in tree(codebook):
        above[depth] = tag.id
        order.append((tag.id, above.get(depth - 1, "")))
    rolled: dict[str, Usage] = {}
    for tag_id, parent in reversed(order):  # children stand behind their parents, so each is full when its turn comes
        found = places.setdefault(tag_id, _Places())
        rolled[tag_id] = found.counted()
        if parent:
            into = places.setdefault(parent, _Places())
            into.annotations |= found.annotations
            into.paragraphs |= found.paragraphs
            into.articles |= found.articles
    return {tag_id: TagUsage(counted.get(tag_id, Usage()), rolled[tag_id]) for tag_id, _ in order}
