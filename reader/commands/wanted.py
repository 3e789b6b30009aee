"""From what was typed to the tags that are meant, new ones made where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.codebook import Codebook, check_name, plain, split_path
from reader.edits import new_id, now
from reader.errors import ReaderError, UnknownTag, UsageError
from reader.model import Tag

if TYPE_CHECKING:
    from reader.project import Project

TagRef = Tag | str
"""A tag, or its path, name or id as typed."""


def existing(codebook: Codebook, ref: TagRef) -> Tag:
    """The tag itself, an archived one too. UnknownTag names the nearest."""
    if isinstance(ref, str):
        return codebook.find(ref)
    tag = codebook.resolve(ref.id)
    if tag is None:
        raise UnknownTag(f"The tag {ref.name!r} is deleted.")
    return tag


def to_put_on(project: Project, refs: Sequence[TagRef], *, create: bool) -> tuple[list[Tag], list[Tag]]:
    """The tags meant, each once, and those of them and of their parents that have to be made.

    UnknownTag where one is missing and `create` is off or several have the name; UsageError where one
    is archived; BadName where a new one cannot have its name.
    """
    if not refs:
        raise UsageError("Which tag? Write its path or name, such as harm/displacement.")
    codebook = project.codebook
    meant: dict[str, Tag] = {}
    made: list[Tag] = []
    for ref in refs:
        tag = _find_or_none(codebook, ref, create=create)
        if tag is None:
            new = new_tags(project, codebook, str(ref))
            made += new
            codebook = Codebook({**codebook.tags, **{t.id: t for t in new}})
            tag = new[-1]
        elif tag.archived:
            path = codebook.shown(tag.id, "/")
            raise UsageError(f"The tag {path!r} is archived; `reader tag-archive --back {path}` brings it back.")
        meant.setdefault(tag.id, tag)
    return list(meant.values()), made


def _find_or_none(codebook: Codebook, ref: TagRef, *, create: bool) -> Tag | None:
    try:
        return existing(codebook, ref)
    except UnknownTag as error:
        if not isinstance(ref, str) or _is_name_of_several(codebook, ref):
            raise
        if not create:
            raise UnknownTag(f"{error} With --create it is made.") from error
        return None


def _is_name_of_several(codebook: Codebook, ref: str) -> bool:
    wanted = plain(ref.strip())
    return any(plain(t.name) == wanted for t in codebook.tags.values() if not (t.deleted or t.merged_into))


def new_tags(project: Project, codebook: Codebook, path: str) -> list[Tag]:
    """The tags that a path still needs, from the root down; empty if it is there already.

    BadName where a name cannot be; ReaderError while the codebook is locked.
    """
    if path != path.strip():
        check_name(path)
    names = [check_name(name) for name in split_path(path)]
    parent: Tag | None = None
    made: list[Tag] = []
    for name in names:
        found = None if made else codebook.child(parent.id if parent else "", name)
        if found is None:
            found = Tag(id=new_id("t"), name=name, created=now(), parent=parent.id if parent else "")
            made.append(found)
        parent = found
    if made and project.info.locked:
        raise ReaderError("The codebook of this project is locked, so no tag can be made; choose one of its tags.")
    return made


def with_below(codebook: Codebook, tag: Tag) -> frozenset[str]:
    """Ids of a tag and of all tags under it."""
    found, waiting = {tag.id}, [tag.id]
    while waiting:
        new = {child.id for child in codebook.children(waiting.pop())} - found
        found |= new
        waiting += new
    return frozenset(found)


def known_coders(project: Project) -> list[str]:
    """Handles of all who have a record or a journal here, by name."""
    return sorted({*project.coders, *project.store.writers()})


def check_coder(project: Project, by: str) -> None:
    """UsageError for a coder of whom there is nothing; ReaderError for another one than oneself in a blind project.

    All marks are read only where the name is not seen at once.
    """
    if by in {"", project.coder}:
        return
    if project.info.blind:
        raise ReaderError("The project is blind: others' marks are not shown until `reader blind-end`.")
    known = set(known_coders(project))
    if by in known:
        return
    known |= {mark.coder for article in project.articles for mark in project.marks(article).annotations.values()}
    if by not in known:
        from difflib import get_close_matches

        near = get_close_matches(by, known, 1)
        hint = f"the nearest is {near[0]!r}" if near else f"there is {', '.join(sorted(known))}"
        raise UsageError(f"There is no coder {by!r} in this project; {hint}.")
