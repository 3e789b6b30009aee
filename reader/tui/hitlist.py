"""Tagging from a list of hits: the current one, or all that are selected, as one step for undo."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader import commands
from reader.errors import ReaderError
from reader.tui import slots
from reader.tui.rows import ListMoves
from reader.tui.screen import CommandScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from reader.model import Tag
    from reader.project import Project

Place = tuple[str, int]
LOOKED_AT = 200
"""Paragraphs up to which the picker says which tags all of them have; more are tagged beside the keys."""
ASK_ABOVE = 20
"""Paragraphs from which on it is asked first."""


class HitTagging(ListMoves, CommandScreen[None]):
    """What selecting and the tag keys do in a list of hits. `place_of` and `row_count` are the list's."""

    def __init__(self, project: Project) -> None:
        super().__init__()
        self.project = project
        self.selected: set[Place] = set()
        self._tagging: asyncio.Task[None] | None = None

    def place_of(self, index: int) -> Place | None:
        """The paragraph of a hit, None where there is none."""
        raise NotImplementedError

    def _places(self) -> list[Place]:
        found = (self.place_of(index) for index in range(self.the_rows().count))
        return list(dict.fromkeys(place for place in found if place is not None))

    def select(self) -> None:
        """Select the paragraph of this hit or let it go, and go to the next."""
        rows = self.the_rows()
        place = self.place_of(rows.cursor) if 0 <= rows.cursor < rows.count else None
        if place is not None:
            self.selected ^= {place}
            rows.refresh()
            self._say_selected()
        rows.move(1)

    def select_all(self) -> None:
        """Select the paragraphs of all hits; none where all are selected."""
        places = set(self._places())
        self.selected = set() if self.selected == places else places
        self.the_rows().refresh()
        self._say_selected()

    def drop_selection(self) -> bool:
        """Let go of what is selected; whether something was."""
        had = bool(self.selected)
        self.selected = set()
        if had:
            self.the_rows().refresh()
        return had

    def _say_selected(self) -> None:
        count = len(self.selected)
        self.reader.say(f"{count:,} paragraph{'s' * (count != 1)} selected" if count else "nothing selected")

    # -- tags ----------------------------------------------------------------------------------------------

    def _targets(self) -> list[Place]:
        if self.selected:
            shown = [place for place in self._places() if place in self.selected]
            return shown if len(shown) == len(self.selected) else [*shown, *self.selected.difference(shown)]
        cursor = self.the_rows().cursor
        place = self.place_of(cursor) if cursor >= 0 else None
        return [place] if place is not None else []

    def _with_targets(self, act: Callable[[list[Place]], None]) -> None:
        """Act on the paragraphs that are meant."""
        places = self._targets()
        if places:
            act(places)
        else:
            self.reader.remark("no hit to tag")

    def _put_on(self, places: Sequence[Place], tags: Sequence[Tag | str], *, create: bool = False) -> None:
        """Put tags on paragraphs; on many after a question."""
        if len(places) <= ASK_ABOVE:
            self._put_on_now(places, tags, create=create)
            return
        self.ask_first(
            f"Tag {len(places):,} paragraphs?",
            lambda: self._put_on_now(places, tags, create=create),
            yes="tag them",
            no="leave",
        )

    def _put_on_now(self, places: Sequence[Place], tags: Sequence[Tag | str], *, create: bool) -> None:
        if len(places) <= LOOKED_AT:
            self._have_put_on(commands.tag_places(self.project, places, tags, create=create), tags)
            return
        self.reader.say(f"tagging {len(places):,} paragraphs …")
        self._tagging = asyncio.create_task(self._put_on_many(places, tags, create=create))

    async def _put_on_many(self, places: Sequence[Place], tags: Sequence[Tag | str], *, create: bool) -> None:
        """Beside the keys, which go on being heard."""
        try:
            outcome = await asyncio.to_thread(commands.tag_places, self.project, places, tags, create=create)
        except ReaderError as error:
            self.reader.failed(error)
        else:
            self._have_put_on(outcome, tags)

    def _have_put_on(self, outcome: commands.Outcome, tags: Sequence[Tag | str]) -> None:
        slots.used(self.project.state, self.project.codebook, tags)
        self.reader.done(outcome)

    def tag(self) -> None:
        """Choose a tag for the paragraphs that are meant."""
        self._with_targets(self._pick)

    def _pick(self, places: list[Place]) -> None:
        from reader.tui.picker import TagPicker

        def on() -> set[str]:
            if len(places) > LOOKED_AT:
                return set()
            return set.intersection(*(self._tags_on(place) for place in places))

        def chosen(tag: Tag | str) -> None:
            if len(places) == 1 and not isinstance(tag, str) and tag.id in on():
                article = self.project.articles[places[0][0]]
                self.reader.done(commands.untag(self.project, article, [places[0][1]], [tag]))
            else:
                self._put_on(places, [tag], create=True)

        heading = f"tag ¶ {places[0][1]}" if len(places) == 1 else f"tag {len(places):,} paragraphs"
        create = not self.project.info.locked
        self.app.push_screen(TagPicker(self.project, heading, on=on, chosen=chosen, create=create))

    def _tags_on(self, place: Place) -> set[str]:
        article_id, number = place
        marks = self.project.marks(article_id).of(number, self.project.coder)
        resolve = self.project.codebook.resolve
        return {tag.id for m in marks if m.unit == "paragraph" and m.tag and (tag := resolve(m.tag)) is not None}

    def slot(self, number: int) -> None:
        """Put on the tag in a slot."""
        tag = slots.in_slots(self.project.state, self.project.codebook)[number - 1]
        if tag is None:
            self.reader.remark(f"slot {number} is empty: t chooses a tag")
        else:
            self._with_targets(lambda places: self._put_on(places, [tag]))

    def tag_by_key(self) -> None:
        """Put on the tag that has the letter typed next as its key."""
        self.await_key(", and the key of a tag", self._tag_with_key)

    def _tag_with_key(self, key: str) -> None:
        tag = self.project.codebook.with_key(key)
        if tag is not None:
            self._with_targets(lambda places: self._put_on(places, [tag]))
        else:
            self.reader.remark(slots.no_such_key(key))

    def repeat_tag(self) -> None:
        """Put on the last tag again."""
        resolve = self.project.codebook.resolve
        tag = next((found for one in self.project.state.recents if (found := resolve(one)) is not None), None)
        if tag is None:
            self.reader.remark("no tag was put on yet: t chooses one")
        else:
            self._with_targets(lambda places: self._put_on(places, [tag]))
