"""What the stored tags mean: the tree, paths, merges and deletions resolved on reading, names found again."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from reader.errors import BadName, UnknownTag
from reader.model import Tag

SEPARATOR = " > "
"""Between the names of a path as shown and exported; `/` when typed."""
LONGEST_NAME = 200
PALETTE = {
    "amber": "#e69f00",
    "sky": "#4aa8e0",
    "green": "#1fa67a",
    "vermilion": "#d55e00",
    "rose": "#cc79a7",
    "violet": "#8f7ee0",
    "olive": "#b8a900",
    "blue": "#2f86c9",
    "brick": "#c2555a",
    "leaf": "#5f9f3f",
    "clay": "#a9746e",
    "slate": "#7a8fa6",
}
"""Hues for tags by name, after Okabe and Ito (2008), with enough contrast on dark and on light."""
UNCHOSEN = (
    "#e69f00",
    "#4aa8e0",
    "#1fa67a",
    "#d55e00",
    "#cc79a7",
    "#8f7ee0",
    "#b8a900",
    "#a0694b",
    "#7fae3f",
    "#c2555a",
    "#7a8fa6",
    "#2aa3a8",
)
"""Hues of the same kind for tags without a colour of their own, by order of making."""
_MISSING = frozenset({"na", "n/a", "n-a", "nan", "null", "none", "nil", "true", "false", "-", "#n-a"})


def plain(text: str) -> str:
    """A name without case and accents: how names are compared."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def check_name(name: str) -> str:
    """The name itself, or BadName with the reason. Allowed: 1 to 200 characters, no `/`, ` > `, `;`, no control or line break."""
    if not name:
        raise BadName("A tag needs a name.")
    if name != name.strip():
        raise BadName(f"The tag name {name!r} has a space at an end; write it without.")
    if len(name) > LONGEST_NAME:
        raise BadName(f"A tag name has at most {LONGEST_NAME} characters; this one has {len(name)}.")
    for sign in ("/", SEPARATOR, ";"):
        if sign in name:
            raise BadName(f"A tag name cannot hold {sign.strip()!r}; choose another sign.")
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") for c in name):
        raise BadName("A tag name cannot hold control or line-break characters.")
    return name


def warning(name: str) -> str:
    """What will go wrong with a name that can be, as a sentence; empty for nearly all."""
    if plain(name) in _MISSING:
        return f"R, pandas and spreadsheets may read the name {name} as a missing or logical value."
    return ""


def colour_named(colour: str) -> str | None:
    """A colour as `#rrggbb`, from that or a name of PALETTE; None if it is neither. Empty stays empty."""
    written = colour.strip().casefold()
    if written in PALETTE or not written:
        return PALETTE.get(written, "")
    digits = written.removeprefix("#")
    return written if written != digits and len(digits) == 6 and set(digits) <= set("0123456789abcdef") else None


class Codebook:
    """The tags of a project as a tree. `tags` maps ids to stored records and is not changed."""

    def __init__(self, tags: Mapping[str, Tag]) -> None:
        self.tags = tags
        self._paths: dict[str, tuple[str, ...]] = {}
        self._children: dict[str, list[Tag]] | None = None
        self._made: list[str] | None = None
        self._tree: list[tuple[Tag, int]] | None = None
        self._colours: dict[str, str] = {}

    def resolve(self, tag_id: str) -> Tag | None:
        """The tag an annotation means now: merges followed, None if it was deleted or is unknown."""
        seen: set[str] = set()
        tag = self.tags.get(tag_id)
        while tag is not None and tag.merged_into and tag.id not in seen:
            seen.add(tag.id)
            tag = self.tags.get(tag.merged_into)
        return None if tag is None or tag.deleted else tag

    def with_key(self, key: str) -> Tag | None:
        """The tag in use that has a key of its own."""
        return next((tag for tag in self.live() if key and tag.key == key), None)

    def path(self, tag_id: str) -> tuple[str, ...]:
        """Names from the root to the tag; empty if it is unknown. A loop made by a merge is cut."""
        known = self._paths.get(tag_id)
        if known is not None:
            return known
        names: list[str] = []
        seen: set[str] = set()
        tag = self.tags.get(tag_id)
        while tag is not None and tag.id not in seen:
            seen.add(tag.id)
            names.append(tag.name)
            tag = self.resolve(tag.parent) if tag.parent else None
        path = tuple(reversed(names))
        self._paths[tag_id] = path
        return path

    def shown(self, tag_id: str, separator: str = SEPARATOR) -> str:
        """The path as one text."""
        return separator.join(self.path(tag_id))

    def colour(self, tag_id: str) -> str:
        """The colour of a tag as `#rrggbb`: its own, else the nearest parent's, else its root's by order of making."""
        if tag_id not in self._colours:
            self._colours[tag_id] = self._find_colour(tag_id)
        return self._colours[tag_id]

    def _find_colour(self, tag_id: str) -> str:
        tag = root = self.resolve(tag_id)
        seen: set[str] = set()
        while tag is not None and tag.id not in seen:
            if own := colour_named(tag.colour):
                return own
            seen.add(tag.id)
            root = tag
            tag = self.resolve(tag.parent) if tag.parent else None
        if root is None:
            return "#808080"
        # Ids sort by the time of making, and no stored tag ever goes: the place among all roots is stable.
        earlier = sum(1 for other in self.tags.values() if not other.parent and other.id < root.id)
        return UNCHOSEN[earlier % len(UNCHOSEN)]

    def live(self) -> Iterator[Tag]:
        """Tags that can be put on: neither archived, deleted nor merged; in order of their paths."""
        alive = (t for t in self.tags.values() if not (t.archived or t.deleted or t.merged_into))
        return iter(sorted(alive, key=lambda t: [plain(n) for n in self.path(t.id)]))

    def children(self, parent: str) -> list[Tag]:
        """Tags right under a tag (empty id: at the root) that are neither deleted nor merged, by name."""
        if self._children is None:
            grouped: dict[str, list[Tag]] = {}
            for tag in self.tags.values():
                if tag.deleted or tag.merged_into:
                    continue
                above = self.resolve(tag.parent) if tag.parent else None
                grouped.setdefault(above.id if above else "", []).append(tag)
            for tags in grouped.values():
                tags.sort(key=lambda t: plain(t.name))
            self._children = grouped
        return self._children.get(parent, [])

    def made_since(self, at: str) -> int:
        """How many tags that can be put on were made after a time."""
        if self._made is None:
            self._made = sorted(t.created for t in self.tags.values() if not (t.archived or t.deleted or t.merged_into))
        return len(self._made) - bisect_right(self._made, at)

    def tree(self) -> Sequence[tuple[Tag, int]]:
        """All tags in use with their depth (0: at the root), children right behind their parents."""
        if self._tree is None:
            self._tree = [*self._below("", 0)]
        return self._tree

    def below(self, tag_id: str) -> list[Tag]:
        """The tags in use under a tag, at any depth."""
        return [tag for tag, _ in self._below(tag_id, 0)]

    def _below(self, parent: str, depth: int) -> Iterator[tuple[Tag, int]]:
        for tag in self.children(parent):
            yield tag, depth
            yield from self._below(tag.id, depth + 1)

    def child(self, parent: str, name: str) -> Tag | None:
        """The tag of this name right under a parent, case and accents ignored."""
        wanted = plain(name)
        return next((t for t in self.children(parent) if plain(t.name) == wanted), None)

    def at(self, path: str) -> Tag | None:
        """The tag at a typed path (`harm/displacement`, or as shown with ` > `)."""
        names = split_path(path)
        tag: Tag | None = None
        for name in names:
            tag = self.child(tag.id if tag else "", name)
            if tag is None:
                return None
        return tag

    def find(self, ref: str) -> Tag:
        """The tag a user means: an id, a path, or a name that is the only one. UnknownTag names the nearest."""
        if (by_id := self.tags.get(ref)) is not None and (tag := self.resolve(by_id.id)) is not None:
            return tag
        if (tag := self.at(ref)) is not None:
            return tag
        wanted = plain(ref.strip())
        named = [t for t in self.tags.values() if not t.deleted and not t.merged_into and plain(t.name) == wanted]
        if len(named) == 1:
            return named[0]
        if named:
            paths = ", ".join(self.shown(t.id, "/") for t in named[:5])
            raise UnknownTag(f"Several tags are called {ref!r}: {paths}. Write the path.")
        near = self.nearest(ref)
        hint = f"; the nearest is {self.shown(near.id, '/')!r}" if near else ""
        raise UnknownTag(f"There is no tag {ref!r}{hint}.")

    def nearest(self, ref: str) -> Tag | None:
        """The tag whose path or name looks most like what was typed."""
        import difflib

        names: dict[str, Tag] = {}
        for tag in self.live():
            names.setdefault(plain(tag.name), tag)
            names.setdefault(plain(self.shown(tag.id, "/")), tag)
        wanted = plain(ref.replace(SEPARATOR, "/"))
        close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)
        close = close or difflib.get_close_matches(wanted.rsplit("/", 1)[-1], names, n=1, cutoff=0.6)
        return names[close[0]] if close else None


def split_path(path: str) -> list[str]:
    """The names of a typed path: at ` > ` where there is one, else at `/`; spaces around names dropped."""
    parts = path.split(SEPARATOR) if SEPARATOR in path else path.split("/")
    return [part.strip() for part in parts]
