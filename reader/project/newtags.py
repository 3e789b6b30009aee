"""From the tags that a file brings to those of the project: known ones found again, the others made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from reader.codebook import Codebook, check_name, plain
from reader.edits import new_id, now
from reader.errors import ReaderError
from reader.model import Tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reader.formats import NewTag

FIELDS = frozenset(Tag.__struct_fields__)


def own_fields(extra: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """What a file says beyond the fields there are; it never stands in for one of them."""
    return {key: value for key, value in extra.items() if key not in known}


def is_id(ident: str, letter: str) -> bool:
    """Whether it looks like an id of ours."""
    return len(ident) == 33 and ident[0] == letter and set(ident[1:]) <= set("0123456789abcdef")


class IncomingTags:
    """The tags of an import. A file calls its tags what it likes; `meant` says which tag of the project that is."""

    def __init__(self, before: Codebook) -> None:
        self.before = before
        self.made: dict[str, Tag] = {}
        self._here: dict[str, str] = {}
        self._merged: dict[str, str] = {}
        self._children: dict[tuple[str, str], str] = {}
        self._taken_keys = {tag.key for tag in before.live() if tag.key}

    def add(self, found: NewTag) -> None:
        """Take in one tag of a file, which stands behind its parent. BadName."""
        if found.id and found.id in self._here:
            self.end_file()
        tag_id = self._known(found)
        if not tag_id:
            tag_id = self._make(found)
        if found.id:
            self._here[found.id] = tag_id

    def meant(self, called: str) -> str:
        """The id of the tag that a mark of the file names. ReaderError where the file has no such tag."""
        if not called:
            return ""
        if called not in self._here:
            raise ReaderError(f"The file puts on a tag that it does not have ({called[:40]!r}); nothing was imported.")
        return self._here[called]

    def resolved(self, tag_id: str) -> str:
        """The tag that is meant by an id of the project, merges followed; the id itself where it is new or gone."""
        tag = self.before.resolve(tag_id)
        return tag.id if tag is not None else tag_id

    def end_file(self) -> None:
        """The next file may call other tags by the same names."""
        self._end_merges()
        self._here.clear()

    def settle(self) -> None:
        """The last file ended. Of live tags that stand under one name after merges, the first is the one."""
        self._end_merges()
        book = Codebook({**self.before.tags, **self.made})
        for parent in {tag.parent for tag in self.made.values()} | {""}:
            first: dict[str, Tag] = {}
            for tag in sorted(book.children(parent), key=lambda t: (t.id in self.made, t.created, t.id)):
                leading = first.setdefault(plain(tag.name), tag)
                if leading is not tag and tag.id in self.made:
                    self.made[tag.id] = replace(tag, merged_into=leading.id)

    def _end_merges(self) -> None:
        """Merges, which may point ahead, get their ends; one into nothing is a deletion, one that leads back to itself none."""
        for tag_id, called in self._merged.items():
            target = self._here.get(called, "")
            made = self.made[tag_id]
            into = "" if self._leads_to(target, tag_id) else target
            self.made[tag_id] = replace(made, merged_into=into, deleted=made.deleted or not target)
        self._merged.clear()

    def _leads_to(self, tag_id: str, goal: str) -> bool:
        """Whether merges lead from one tag to another."""
        seen: set[str] = set()
        while tag_id and tag_id != goal and tag_id not in seen:
            seen.add(tag_id)
            tag = self.made.get(tag_id) or self.before.tags.get(tag_id)
            tag_id = tag.merged_into if tag is not None else ""
        return tag_id == goal

    def again(self, before: Codebook) -> None:
        """The codebook changed meanwhile: what others made there keeps its key."""
        self.before = before
        taken = {tag.key for tag in before.live() if tag.key}
        for tag in list(self.made.values()):
            if tag.key in taken:
                self.made[tag.id] = replace(tag, key="")

    def pairs(self) -> Iterator[tuple[None, Tag]]:
        """The new tags as changes."""
        return ((None, tag) for tag in self.made.values())

    # -- one tag -----------------------------------------------------------------------------------

    def _known(self, found: NewTag) -> str:
        """The tag of the project that is meant: the same record while it lives, else the one at the path."""
        is_dead = bool(found.deleted or found.merged_into)
        if is_id(found.id, "t"):
            is_here = found.id in self.before.tags and (is_dead or self.before.resolve(found.id) is not None)
            if is_here or found.id in self.made:
                return found.id
        return "" if is_dead else self._at(self._parent(found), found.path[-1])

    def _at(self, parent: str, name: str) -> str:
        """The live tag of a name under a parent: one of the project, else one that an earlier file brought."""
        if parent not in self.made:
            known = self.before.child(self.resolved(parent) if parent else "", name)
            if known is not None:
                return known.id
        return self._children.get((parent, plain(name)), "")

    def _parent(self, found: NewTag) -> str:
        """The id of its parent; where the file names none by reference the names before the last say it."""
        if found.parent or len(found.path) < 2:
            return self._here.get(found.parent, "")
        parent = ""
        for name in found.path[:-1]:
            parent = self._at(parent, name) or self._keep(Tag(id=new_id("t"), name=name, created=now(), parent=parent))
        return parent

    def _make(self, found: NewTag) -> str:
        free = is_id(found.id, "t") and found.id not in self.before.tags
        made = Tag(
            id=found.id if free else new_id("t"),
            name=found.path[-1],
            created=found.created or now(),
            parent=self._parent(found),
            colour=found.colour,
            key=found.key if found.key not in self._taken_keys else "",
            description=found.description,
            archived=found.archived,
            deleted=found.deleted,
            extra=own_fields(found.extra, FIELDS),
        )
        if found.merged_into:
            self._merged[made.id] = found.merged_into
        return self._keep(made)

    def _keep(self, tag: Tag) -> str:
        check_name(tag.name)
        self.made[tag.id] = tag
        if not tag.deleted and tag.id not in self._merged:
            self._children.setdefault((tag.parent, plain(tag.name)), tag.id)
        return tag.id
