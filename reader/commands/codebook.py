"""The tree of tags rearranged: moved, merged, split. Nobody's marks are rewritten but one's own, and only by a split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reader.codebook import Codebook, plain
from reader.commands.coding import meaning, mine
from reader.commands.phrases import listed, many, titled
from reader.commands.registry import Outcome, command
from reader.commands.retag import retagged
from reader.commands.tags import TAG
from reader.commands.wanted import TagRef, existing, to_put_on
from reader.errors import ReaderError, UsageError
from reader.model import Annotation, Article, Tag

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Codebook"
PLACES_NAMED = 5


@command(
    "tag-move",
    "Put a tag under another one; its marks and the tags below go with it.",
    group=GROUP,
    words={"tag": TAG, "parent": "The tag it comes under; without it the root."},
    examples=("reader tag-move strike harm", "reader tag-move harm/strike"),
)
def tag_move(project: Project, tag: TagRef, parent: TagRef | None = None) -> Outcome:
    """Move a tag under another, or to the root. UsageError for a cycle, and where a sibling there has the name."""
    codebook = project.codebook
    before = existing(codebook, tag)
    above = existing(codebook, parent) if parent else None
    shown = codebook.shown(before.id)
    if above is not None and above.id in {before.id, *(t.id for t in codebook.below(before.id))}:
        raise UsageError(f"{codebook.shown(above.id)} is {shown} itself or stands under it; choose another parent.")
    target = above.id if above else ""
    current = codebook.resolve(before.parent) if before.parent else None
    if target == (current.id if current else ""):
        return Outcome(f"The tag {shown} is there already.", "already there")
    twin = codebook.child(target, before.name)
    if twin is not None:
        path = codebook.shown(twin.id, "/")
        raise UsageError(f"There is a tag {path!r} already; rename one, or `reader tag-merge` the two.")
    edit = project.apply("tag-move", [(before, replace(before, parent=target))])
    new = project.codebook.shown(before.id)
    below = len(project.codebook.below(before.id))
    with_below = f", with {many(below, 'tag')} under it" if below else ""
    return Outcome(f"Moved {shown} to {new}{with_below}.", f"{shown} is now {new}", edit)


@dataclass
class Merging:
    """What a merge would do: annotations by coder, the paragraphs that have both tags, twins below that merge too."""

    tag: Tag
    into: Tag
    annotations: dict[str, int] = field(default_factory=dict)
    both: list[tuple[Article, int]] = field(default_factory=list)
    twins: list[tuple[Tag, Tag]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All annotations that would be read as the other tag."""
        return sum(self.annotations.values())

    def sentence(self) -> str:
        """`3 annotations (anna 2, bea 1); 2 paragraphs have both`."""
        by = ", ".join(f"{coder} {count}" for coder, count in sorted(self.annotations.items()))
        said = many(self.total, "annotation") + (f" ({by})" if len(self.annotations) > 1 else "")
        if not self.both:
            return f"{said}; no paragraph has both"
        if len({article.id for article, _ in self.both}) == 1:
            verb = "has" if len(self.both) == 1 else "have"
            return f"{said}; ¶ {listed(n for _, n in self.both)} {verb} both"
        return f"{said}; {len(self.both)} paragraphs have both"


def merging(project: Project, tag: TagRef, into: TagRef) -> Merging:
    """What merging a tag into another would do, of what may be seen. UsageError where it cannot be."""
    codebook = project.codebook
    found = Merging(existing(codebook, tag), existing(codebook, into))
    if found.tag.id == found.into.id:
        raise UsageError(f"{codebook.shown(found.tag.id)} cannot be merged into itself.")
    if found.into.id in {t.id for t in codebook.below(found.tag.id)}:
        raise UsageError(
            f"{codebook.shown(found.into.id)} stands under {codebook.shown(found.tag.id)}; "
            "`reader tag-move` it out first, or merge the other way round."
        )
    found.twins = list(_twins(codebook, found.tag, found.into))
    pairs = {found.tag.id: found.into.id, **{a.id: b.id for a, b in found.twins}}
    for article, marks in marks_with(project, {*pairs, *pairs.values()}):
        _count(project, article, marks, pairs, found)
    return found


def _twins(codebook: Codebook, tag: Tag, into: Tag) -> Iterator[tuple[Tag, Tag]]:
    """Children of the same name, which a merge would leave as two siblings of one name: they merge too."""
    there = {plain(child.name): child for child in codebook.children(into.id) if child.id != tag.id}
    for child in codebook.children(tag.id):
        twin = there.get(plain(child.name))
        if twin is not None:
            yield child, twin
            yield from _twins(codebook, child, twin)


def _count(
    project: Project, article: Article, marks: Iterable[Annotation], pairs: Mapping[str, str], found: Merging
) -> None:
    text = project.text(article.id)
    old: set[tuple[int, str, str]] = set()
    new: set[tuple[int, str, str]] = set()
    for mark in marks:
        tag_id = meaning(project, mark)
        goes = tag_id in pairs
        if goes:
            found.annotations[mark.coder] = found.annotations.get(mark.coder, 0) + 1
        if mark.anchor is not None:
            last = text.number_at(mark.anchor.end - 1)
            for number in range(text.number_at(mark.anchor.start), last + 1):
                (old if goes else new).add((number, mark.coder, pairs.get(tag_id, tag_id)))
    found.both += [(article, number) for number in sorted({number for number, *_ in old & new})]


def marks_with(project: Project, tags: Iterable[str]) -> Iterator[tuple[Article, list[Annotation]]]:
    """The annotations that mean one of these tags and may be seen, by article in the order of the library."""
    wanted = set(tags)
    stored = {tag_id for tag_id in project.tags if (t := project.codebook.resolve(tag_id)) and t.id in wanted}
    project.flush()  # the index knows only what is on the disk
    holding = project.counts().articles_with(stored)
    for article in project.articles.values():
        if article.id in holding:
            marks = project.marks(article.id).annotations.values()
            found = [mark for mark in marks if mark.tag in stored]
            if found:
                yield article, found


@command(
    "tag-merge",
    "Let a tag be read as another one; says how many marks of whom.",
    group=GROUP,
    words={"tag": TAG, "into": "The tag that stays."},
    examples=("reader tag-merge guilt distress/moral",),
    more="No mark is rewritten, so undo brings all of it back. Where a paragraph has both, they are read as one, with both notes.",
)
def tag_merge(project: Project, tag: TagRef, into: TagRef) -> Outcome:
    """Merge a tag into another, twins below too; annotations follow on reading. UsageError where it cannot be."""
    planned = merging(project, tag, into)
    codebook = project.codebook
    old, new = codebook.shown(planned.tag.id), codebook.shown(planned.into.id)
    merged = [(planned.tag, planned.into), *planned.twins]
    edit = project.apply("tag-merge", [(a, replace(a, merged_into=b.id)) for a, b in merged])
    below = f" {many(len(planned.twins), 'tag')} of the same name below merged too." if planned.twins else ""
    places = _places(planned.both)
    return Outcome(
        f"Merged {old} into {new}: {planned.sentence()}.{places}{below}", f"{planned.sentence()}: now {new}", edit
    )


def _places(both: list[tuple[Article, int]]) -> str:
    """The articles in which both stand, where one is not enough to name."""
    if not both:
        return ""
    titles = list(dict.fromkeys(titled(article) for article, _ in both))
    more = f" and {len(titles) - PLACES_NAMED} more" if len(titles) > PLACES_NAMED else ""
    return f" Read as one there, with both notes: {', '.join(titles[:PLACES_NAMED])}{more}."


def split_tag(project: Project, assignments: Mapping[str, TagRef], *, create: bool = False) -> Outcome:
    """Give annotations other tags, by annotation id, new tags and all in one edit; notes, spans and dates stay.

    Where a target has the new tag already, the two become one with both notes. ReaderError for a mark of
    somebody else or one that is gone; nothing is changed then.
    """
    if not assignments:
        raise UsageError("Nothing was sent to another tag.")
    refs = list(assignments.values())
    targets, made = _targets(project, refs, create=create)
    marks = [mine(project, mark) for mark in by_id(project, assignments)]
    tags = {mark.id: targets[_named(assignments[mark.id])] for mark in marks}
    pairs = retagged(project, marks, tags)
    if not pairs:
        return Outcome("They have these tags already.", "nothing to change")
    edit = project.apply("tag-split", [*((None, tag) for tag in made), *pairs])
    counted: dict[str, int] = {}
    for ref in refs:
        tag = targets[_named(ref)]
        counted[tag.id] = counted.get(tag.id, 0) + 1
    said = ", ".join(f"{count} to {project.codebook.shown(tag_id)}" for tag_id, count in counted.items())
    return Outcome(f"Split {many(len(marks), 'annotation')}: {said}.", f"split: {said}", edit)


def _named(ref: TagRef) -> str:
    return ref if isinstance(ref, str) else ref.id


def _targets(project: Project, refs: Iterable[TagRef], *, create: bool) -> tuple[dict[str, Tag], list[Tag]]:
    """The tag of each reference, and the tags to make."""
    distinct = {_named(ref): ref for ref in refs}
    _, made = to_put_on(project, list(distinct.values()), create=create)
    codebook = Codebook({**project.tags, **{tag.id: tag for tag in made}})
    return {name: existing(codebook, ref) for name, ref in distinct.items()}, made


def by_id(project: Project, ids: Iterable[str]) -> list[Annotation]:
    """The annotations of these ids, in the order of the library. ReaderError where one is not there (any more)."""
    wanted = set(ids)
    project.flush()
    holding = project.counts().articles_of(wanted)
    found = [
        mark
        for article_id in project.articles
        if article_id in holding
        for mark in project.marks(article_id).annotations.values()
        if mark.id in wanted
    ]
    if len(found) < len(wanted):
        raise ReaderError(f"{many(len(wanted) - len(found), 'mark')} of these {len(wanted)} is not there any more.")
    return found
