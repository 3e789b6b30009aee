"""Selecting all hits of a search, those too that are not shown or have not come yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from reader.errors import ReaderError
from reader.tui.hitlist import HitTagging, Place

if TYPE_CHECKING:
    from reader.project import Project
    from reader.tui.asking import Results


class SelectingAll(HitTagging):
    """What `*` does on the search screen; a tag key pressed meanwhile waits for it. `results` is the screen's."""

    results: Results

    def __init__(self, project: Project) -> None:
        super().__init__(project)
        self._choosing: asyncio.Task[None] | None = None
        self._when_chosen: Callable[[list[Place]], None] | None = None
        """What to do with the selection once it is there."""
        self._all: set[Place] = set()
        """The paragraphs of all hits, where they were asked for."""

    def select_all(self) -> None:
        """Select the paragraphs of all hits of the query, also of those that are not here yet; none where all are selected."""
        results = self.results
        if self._choosing is not None:
            return
        if self.selected and self.selected == self._all:
            self.selected, self._all = set(), set()
            self.the_rows().refresh()
            self._say_selected()
        elif not results.query or (results.done and results.count <= len(results.found)):
            super().select_all()
        else:
            self._when_chosen = None
            self._choosing = asyncio.create_task(self._select_the_rest(results))

    async def _select_the_rest(self, results: Results) -> None:
        """Wait for the hits, then ask for the paragraphs that are not among those shown; a key says that it is enough."""
        found: set[Place] = set()
        try:
            while not results.done:
                self.reader.say(f"selecting, {results.count:,} hits until now … Esc stops it")
                await results.grown()
            if results.count <= len(results.found):
                found = set(results.places)
            else:
                async for page in self.reader.asking.pages(results.query, bare=True):
                    found |= {(row.article, row.number) for row in page.rows}
                    self.reader.say(f"selecting, {len(found):,} paragraphs until now … Esc stops it")
                    if page.done:
                        break
                else:
                    self.reader.say("selecting was ended by another search; nothing was selected")
                    return
        except ReaderError as error:
            self.reader.failed(error)
            return
        finally:
            self._choosing = None
        if results is self.results and self.is_open:
            self.selected = {place for place in found if place[0] in self.project.articles}
            self._all = set(self.selected)
            self.the_rows().refresh()
            self._say_selected()
            if (act := self._when_chosen) is not None:
                self._when_chosen = None
                self._with_targets(act)

    def _with_targets(self, act: Callable[[list[Place]], None]) -> None:
        """Act on what is meant; where that is still being selected, then."""
        if self._choosing is not None:
            self._when_chosen = act
        else:
            super()._with_targets(act)

    def stop_selecting(self) -> bool:
        """Leave the selection as it was; whether more was being selected."""
        if self._choosing is None:
            return False
        self.forget_selecting()
        if self.results.done:  # else the hits go on coming
            self.reader.asking.forget()
        self.reader.say("selecting was stopped; nothing was selected")
        return True

    def forget_selecting(self) -> None:
        """Nobody waits for the selection any more."""
        if self._choosing is not None:
            self._choosing.cancel()
            self._choosing = self._when_chosen = None
