"""What a project holds, kept by hand: records as plain values, the rules of the codebook written out once more.

Nothing here reads the project. A record is a value under a key; an edit is what it changed, so that undoing
it and what stands in the way of that can be said without asking the program.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Key = tuple[str, int | str]
PARAGRAPHS = 5
BODY = (2, 4, 5)
ROLES = {1: "heading", 3: "furniture"}
Place = tuple[Any, ...]
"""("paragraph", n), ("article",), ("span", start, end), ("tag",) or ("project",)."""


class Refused(Exception):
    """What the program must refuse."""


@dataclass(frozen=True)
class Tag:
    """A tag; `parent` and `merged` are keys of others."""

    name: str
    parent: Key | None = None
    colour: str = ""
    key: str = ""
    description: str = ""
    archived: bool = False
    merged: Key | None = None
    deleted: bool = False


@dataclass(frozen=True)
class Mark:
    """A tag put on, or a bare note. `version` tells apart states that were written at different times."""

    coder: str
    article: Key | None
    place: Place
    tag: Key | None = None
    note: str = ""
    version: int = 0


@dataclass(frozen=True)
class Review:
    """One paragraph read, at a time."""

    coder: str
    article: Key
    paragraph: int
    at: int


@dataclass(frozen=True)
class Article:
    """A text of the library."""

    number: int
    title: str
    meta: tuple[tuple[str, str], ...] = ()
    roles: tuple[tuple[int, str], ...] = ()
    removed: int = 0


@dataclass(frozen=True)
class Settings:
    """What holds for the project as a whole."""

    locked: bool = False
    blind: bool = False


Passes = tuple[tuple[str, int], ...]
Delta = dict[Key, tuple[Any, Any]]
"""Records before and after; None where there is none."""
PROJECT: Key = ("project", 0)


@dataclass
class Done:
    """An edit that can be undone: the id under which the program knows it, and what it changed."""

    id: str
    delta: Delta


@dataclass
class Book:
    """All records, and what each coder could undo and redo."""

    records: dict[Key, Any] = field(default_factory=lambda: {PROJECT: Settings()})
    undoable: dict[str, list[Done]] = field(default_factory=dict)
    redoable: dict[str, list[Done]] = field(default_factory=dict)
    count: int = 0
    highest: int = 0

    def tick(self) -> int:
        """A number that was not there before; later ones are greater."""
        self.count += 1
        return self.count

    def of(self, kind: str) -> dict[Key, Any]:
        """All records of a kind, in the order in which they were first made."""
        return dict(sorted((key, value) for key, value in self.records.items() if key[0] == kind))

    # -- what tags mean -----------------------------------------------------------------------------------

    def resolved(self, key: Key | None) -> Key | None:
        """The tag that is meant, merges followed; None for a deleted one."""
        seen: set[Key] = set()
        while key is not None and key not in seen and (tag := self.records.get(key)) is not None:
            if tag.merged is None:
                return None if tag.deleted else key
            seen.add(key)
            key = tag.merged
        return None

    def usable(self) -> list[Key]:
        """Tags neither deleted nor merged, archived ones too."""
        return [key for key, tag in self.of("tag").items() if not tag.deleted and tag.merged is None]

    def children(self, parent: Key) -> Iterator[Key]:
        """All tags under a tag, at any depth."""
        for key in self.usable():
            if self.resolved(self.records[key].parent) == parent:
                yield key
                yield from self.children(key)

    def path(self, key: Key) -> tuple[str, ...]:
        """Names from the root down."""
        tag = self.records[key]
        above = self.resolved(tag.parent)
        return (*(self.path(above) if above is not None else ()), tag.name)

    # -- marks -----------------------------------------------------------------------------------------------

    def own(self, coder: str, article: Key | None, place: Place) -> dict[Key, Mark]:
        """A coder's marks on exactly one place."""
        marks = self.of("mark").items()
        return {k: m for k, m in marks if (m.coder, m.article, m.place) == (coder, article, place)}

    def meaning(self, coder: str, article: Key, place: Place, tag: Key) -> dict[Key, Mark]:
        """Those of them that mean a tag; several after a merge."""
        return {k: m for k, m in self.own(coder, article, place).items() if m.tag and self.resolved(m.tag) == tag}

    def bare(self, coder: str, article: Key | None, place: Place) -> tuple[Key, Mark | None]:
        """The coder's note on a place, or a key for one that is to be made."""
        found = ((k, m) for k, m in self.own(coder, article, place).items() if m.tag is None)
        return next(found, (("mark", self.tick()), None))

    def since(self, coder: str) -> int:
        """When the coder's pass began."""
        passes: Passes = self.records.get(("coder", coder), ())
        return max((at for _, at in passes), default=0)

    # -- edits ----------------------------------------------------------------------------------------------

    def delta(self, after: Mapping[Key, Any]) -> Delta:
        """What is changed where these records become so."""
        pairs = {key: (self.records.get(key), value) for key, value in after.items()}
        return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}

    def do(self, coder: str, edit_id: str, delta: Delta) -> None:
        """Carry out an edit."""
        self._carry_out(delta)
        self.undoable.setdefault(coder, []).append(Done(edit_id, delta))
        self.redoable[coder] = []

    def _carry_out(self, delta: Delta, *, back: bool = False) -> None:
        for key, pair in delta.items():
            after = pair[0 if back else 1]
            if after is None:
                self.records.pop(key, None)
            else:
                self.records[key] = after

    def undo(self, coder: str, done: Done) -> None:
        """Take an edit back that stands. Refused where its records were changed since, or others would be lost."""
        self._check(done.delta, back=True)
        self._carry_out(done.delta, back=True)
        self.undoable[coder].remove(done)
        self.redoable[coder].append(done)

    def redo(self, coder: str) -> None:
        """Bring back what was undone last. Refused as above."""
        done = self.redoable[coder][-1]
        self._check(done.delta, back=False)
        self._carry_out(done.delta)
        self.redoable[coder].pop()
        self.undoable[coder].append(done)

    def _check(self, delta: Delta, *, back: bool) -> None:
        """Refused where the records are not as the edit left them, or one that goes is held by another that stays."""
        for key, (before, after) in delta.items():
            if self.records.get(key) != (after if back else before):
                raise Refused(f"{key} was changed since")
        left = dict(self.records)
        for key, pair in delta.items():
            left[key] = pair[0 if back else 1]
        going = {key for key, value in left.items() if value is None}
        for key, value in left.items():
            names = ("tag", "article", "parent", "merged")
            needed = {getattr(value, name, None) for name in names} - {None}
            if key in delta and not needed <= left.keys() - going:
                raise Refused(f"{key} needs what is not there any more")
        for key, value in left.items():
            if isinstance(value, Mark) and {value.tag, value.article} & going:
                raise Refused(f"{key} stands on what would go")
            if isinstance(value, Review) and value.article in going:
                raise Refused(f"{key} stands on what would go")
            if isinstance(value, Tag) and {value.parent, value.merged} & going:
                raise Refused(f"{key} hangs on what would go")

    # -- how it looks -----------------------------------------------------------------------------------------

    def seen(self) -> dict[str, Any]:
        """All of it by names, as it can be read from a project."""
        articles = self.of("article")
        return {
            "articles": {a.number: (a.title, dict(a.meta), dict(a.roles), bool(a.removed)) for a in articles.values()},
            "library": sorted(a.number for a in articles.values() if not a.removed),
            "tags": sorted(
                ("/".join(self.path(k)), t.colour, t.key, t.description, t.archived)
                for k, t in self.of("tag").items()
                if k in self.usable()
            ),
            "marks": sorted(self._mark(mark) for mark in self.of("mark").values()),
            "reviews": sorted(
                (r.coder, self.records[r.article].number, r.paragraph) for r in self.of("review").values()
            ),
            "searches": sorted(self.of("search").values()),
            "passes": {str(key[1]): [name for name, _ in passes] for key, passes in self.of("coder").items()},
            "project": (self.records[PROJECT].locked, self.records[PROJECT].blind),
        }

    def _mark(self, mark: Mark) -> tuple[Any, ...]:
        meant = self.resolved(mark.tag)
        name = "/".join(self.path(meant)) if meant else "hidden" if mark.tag else ""
        number = self.records[mark.article].number if mark.article else 0
        return mark.coder, number, mark.place, name, mark.note


def with_note(mark: Mark, more: str, version: int) -> Mark:
    """The mark with another's note behind its own."""
    return replace(mark, note=f"{mark.note}\n{more}" if mark.note else more, version=version) if more else mark
