"""The codebook: its tags with their counts, new ones, names, archiving, deleting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from reader.codebook import PALETTE, check_name, colour_named, plain, warning
from reader.commands.phrases import many
from reader.commands.registry import Outcome, command
from reader.commands.wanted import TagRef, existing, new_tags
from reader.errors import ReaderError, UsageError
from reader.model import Tag

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Codebook"
TAG = "Its path (harm/displacement), or its name where only one tag has it."


@command(
    "tags", "List the codebook with counts.", group=GROUP, examples=("reader tags --json",), writes=False, lists=True
)
def tags(project: Project) -> Outcome:
    """Every tag in use or archived with the number of its annotations; children under their parents."""
    codebook = project.codebook
    counted = counts(project)
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for tag, depth in codebook.tree():
        count = counted.get(tag.id, 0)
        rows.append({"id": tag.id, "path": codebook.shown(tag.id), "name": tag.name, "count": count})
        rest = "".join((", archived" if tag.archived else "", f"  {tag.description}" if tag.description else ""))
        lines.append(f"{'    ' * depth}{tag.name}  {count}{rest}")
    return Outcome("" if rows else "There are no tags yet; `reader tag-add PATH` makes one.", rows=rows, lines=lines)


def counts(project: Project) -> dict[str, int]:
    """The annotations of each tag as it is meant now, merged ones counted where they went."""
    return project.counts().meant(project.codebook, project.coder if project.info.blind else None)


@command(
    "tag-add",
    "Make a tag, and the parents it needs.",
    group=GROUP,
    words={
        "tag": "Its path: harm/displacement.",
        "description": "What it means and when it is used.",
        "colour": "#rrggbb or the name of a hue; without it the parent's, else one is given.",
        "key": "One letter; `,` and it put the tag on.",
    },
    examples=('reader tag-add harm/displacement --description "Forced from home"',),
)
def tag_add(project: Project, tag: str, *, description: str = "", colour: str = "", key: str = "") -> Outcome:
    """Make the tag at a path and whatever parents are missing, in one edit. ReaderError where it is there already."""
    made = new_tags(project, project.codebook, tag)
    if not made:
        old = existing(project.codebook, tag)
        state = "archived" if old.archived else "there already"
        raise ReaderError(f"The tag {project.codebook.shown(old.id, '/')!r} is {state}; nothing was made.")
    check_key(project, key)
    made[-1] = replace(made[-1], description=description, colour=checked_colour(colour), key=key)
    edit = project.apply("tag-add", [(None, new) for new in made])
    shown = project.codebook.shown(made[-1].id)
    parents = f", with {many(len(made) - 1, 'parent')}" if len(made) > 1 else ""
    return Outcome(f"Made the tag {shown}{parents}.{_warned(made)}", f"new tag {shown}", edit)


def _warned(made: Iterable[Tag]) -> str:
    """What is wrong with the names of tags, with a space before it."""
    return "".join(f" {said}" for tag in made if (said := warning(tag.name)))


def checked_colour(colour: str) -> str:
    """The colour as `#rrggbb`, also from a name of the palette; empty stays empty. UsageError for what is none."""
    found = colour_named(colour)
    if found is None:
        raise UsageError(
            f"A colour is written #rrggbb, such as #3a7bd5, or is one of {', '.join(PALETTE)}; not {colour!r}."
        )
    return found


def check_key(project: Project, key: str, of: str = "") -> None:
    """UsageError for what cannot be a tag's key, or is that of another tag than `of`, which is named."""
    if not key:
        return
    if len(key) != 1 or not key.isalnum():
        raise UsageError(f"A tag's key is one letter or digit, not {key!r}.")
    for tag in project.codebook.live():
        if tag.key == key and tag.id != of:
            raise UsageError(f"The key {key!r} is taken by {project.codebook.shown(tag.id)}.")


@command(
    "tag-rename",
    "Give a tag another name; its marks follow.",
    group=GROUP,
    words={"tag": TAG, "name": "The new name, without the parents' names."},
    examples=("reader tag-rename harm/displacement eviction",),
)
def tag_rename(project: Project, tag: TagRef, name: str) -> Outcome:
    """Rename a tag; its annotations follow on reading. BadName, or UsageError where a sibling has the name."""
    codebook = project.codebook
    before = existing(codebook, tag)
    check_name(name)
    above = codebook.resolve(before.parent) if before.parent else None
    for sibling in codebook.children(above.id if above else ""):
        if sibling.id != before.id and plain(sibling.name) == plain(name):
            raise UsageError(f"There is a tag {codebook.shown(sibling.id, '/')!r} already; choose another name.")
    old = codebook.shown(before.id)
    if before.name == name:
        return Outcome(f"The tag {old} has that name already.", "name unchanged")
    edit = project.apply("tag-rename", [(before, replace(before, name=name))])
    touched = many(counts(project).get(before.id, 0), "annotation")
    new = project.codebook.shown(before.id)
    return Outcome(
        f"Renamed {old} to {new}; {touched}.{_warned([replace(before, name=name)])}", f"{old} is now {new}", edit
    )


@command(
    "tag-archive",
    "Put a tag out of use; its marks stay.",
    group=GROUP,
    words={"tag": TAG, "back": "Bring it back into use."},
    examples=("reader tag-archive blame", "reader tag-archive --back blame"),
)
def tag_archive(project: Project, tag: TagRef, *, back: bool = False) -> Outcome:
    """Archive a tag (it is no longer offered, its annotations stay), or bring it back."""
    before = existing(project.codebook, tag)
    shown = project.codebook.shown(before.id)
    if before.archived is not back:
        said = "in use" if back else "archived"
        return Outcome(f"The tag {shown} is {said} already.", f"already {said}")
    edit = project.apply("tag-archive", [(before, replace(before, archived=not back))])
    if back:
        return Outcome(f"Brought back {shown}.", f"{shown} is in use again", edit)
    count = counts(project).get(before.id, 0)
    touched = f"; {many(count, 'annotation')} {'stays' if count == 1 else 'stay'}" if count else ""
    return Outcome(f"Archived {shown}{touched}.", f"archived {shown}", edit)


@command(
    "tag-delete",
    "Delete a tag; its marks are hidden until that is undone.",
    group=GROUP,
    words={"tag": TAG, "children": "Delete the tags under it too."},
    examples=("reader tag-delete blame", "reader tag-delete harm --children"),
)
def tag_delete(project: Project, tag: TagRef, *, children: bool = False) -> Outcome:
    """Delete a tag; annotations with it are hidden on reading. ReaderError while it has children and they may not go."""
    codebook = project.codebook
    root = existing(codebook, tag)
    shown = codebook.shown(root.id)
    below = codebook.below(root.id)
    if below and not children:
        raise ReaderError(
            f"{shown} has {many(len(below), 'tag')} under it; --children deletes them too, tag-archive keeps all."
        )
    counted = counts(project)
    hidden = many(sum(counted.get(t.id, 0) for t in (root, *below)), "annotation")
    edit = project.apply("tag-delete", [(t, replace(t, deleted=True)) for t in (root, *below)])
    and_below = f" and {many(len(below), 'tag')} under it" if below else ""
    return Outcome(f"Deleted {shown}{and_below}; {hidden} hidden.", f"deleted {shown}; {hidden} hidden", edit)
