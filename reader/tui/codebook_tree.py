"""The codebook as rows of a tree, filtered. Pure: no widgets, no project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reader.codebook import Codebook
from reader.commands import TagUsage, Usage
from reader.tui.picker_rank import fold


class TreeRow(NamedTuple):
    """A tag at its depth; `meant` is False where it stands only above one that was looked for."""

    id: str
    depth: int
    meant: bool = True


class Tree:
    """The tags of one codebook in the order of the tree, ready to be filtered."""

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        self._rows = [TreeRow(tag.id, depth) for tag, depth in codebook.tree()]
        self._folded: list[str] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, query: str = "") -> list[TreeRow]:
        """The tags whose path or description holds all words, and those above them."""
        words = fold(query.replace(" > ", "/").replace("›", "/")).split()
        if not words:
            return list(self._rows)
        if self._folded is None:
            self._folded = [self._text(row.id) for row in self._rows]
        found: list[TreeRow] = []
        above = -1  # parents are wanted up to this depth, exclusive; walked backwards, they come later
        for row, text in zip(reversed(self._rows), reversed(self._folded), strict=True):
            meant = all(word in text for word in words)
            if meant or row.depth < above:
                found.append(row._replace(meant=meant))
                above = row.depth
        return found[::-1]

    def _text(self, tag_id: str) -> str:
        path = "/".join(self.codebook.path(tag_id))
        return fold(f"{path}\n{self.codebook.tags[tag_id].description}")


def rolled_up(codebook: Codebook, counts: Mapping[str, int]) -> dict[str, TagUsage]:
    """Annotations of each tag and of those below it; places are not counted yet, which -1 says."""
    found: dict[str, TagUsage] = {}

    def count(parent: str) -> int:
        total = 0
        for tag in codebook.children(parent):
            own = counts.get(tag.id, 0)
            with_below = own + count(tag.id)
            found[tag.id] = TagUsage(own, Usage(with_below, -1, -1))
            total += with_below
        return total

    count("")
    return found
