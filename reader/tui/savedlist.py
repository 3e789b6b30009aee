"""The saved searches as rows: name, what each finds now, query."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from reader.codebook import plain
from reader.commands import saved_as_typed
from reader.tui.rows import Cell, Column

if TYPE_CHECKING:
    from reader.project import Project
    from reader.tui.asking import Asking

SAVED_COLUMNS = (Column(share=1), Column(width=16, right=True), Column(share=2, style="dim"))


class SavedList:
    """The saved searches of a project by name; the counts come when they are known."""

    def __init__(self, project: Project) -> None:
        self.searches = sorted(project.searches.values(), key=lambda search: plain(search.name))
        self._counts: dict[str, int] = {}

    async def count(self, asking: Asking) -> AsyncIterator[None]:
        """Ask what each finds; yields after every answer."""
        async for page in asking.pages(names=tuple(search.name for search in self.searches)):
            if page.name:
                self._counts[page.name] = page.count
                yield None

    def row(self, index: int) -> Sequence[Cell]:
        """The cells of a row."""
        search = self.searches[index]
        count = self._counts.get(search.name)
        known = "…" if count is None else "not understood" if count < 0 else f"{count:,} paragraph{'s' * (count != 1)}"
        return (search.name, known, search.query)

    def query(self, index: int) -> str:
        """What stands for a saved search in the query line."""
        return saved_as_typed(self.searches[index].name)
