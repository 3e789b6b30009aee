"""Several paragraphs at once: selecting them, and what acts on all of them in one step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from reader import commands
from reader.commands import Outcome
from reader.tui.spantagging import SpanTagging

if TYPE_CHECKING:
    from reader.model import Tag
    from reader.tui.opened import Selection

ASKED_ABOVE = 20
"""Paragraphs that are changed at once without a question."""
PATIENCE = 10.0
"""Seconds that all hits may take to be found."""


class Selecting(SpanTagging):
    """Extending the selection (`J` `K`), selecting all hits (`*`), acting on all that is selected."""

    def __init__(self) -> None:
        super().__init__()
        self._extending = False

    @property
    def selection(self) -> Selection:
        """What is selected in the open article."""
        return self.wanted().selection

    # -- selecting -------------------------------------------------------------------------------------------

    def select_on(self) -> None:
        """Extend the selection to the next paragraph."""
        self._extend(1)

    def select_back(self) -> None:
        """Extend the selection to the paragraph before."""
        self._extend(-1)

    def _extend(self, direction: int) -> None:
        opened = self.wanted()
        selection = opened.selection
        begun = selection.begun or self.here
        before = selection.range
        there = opened.step(self.here, direction)
        self._extending = True
        try:
            self.go(there)
        finally:
            self._extending = False
        first, last = sorted((begun, self.here))
        selection.begun = begun
        selection.range = frozenset(n for n in range(first, last + 1) if opened.role(n) != "furniture" or n == begun)
        self.view.repaint(*(before ^ selection.range), begun, self.here)
        self.show_place()
        self._say_selected()

    def select_hits(self) -> None:
        """Select all paragraphs with a hit of the search in this article, or of the one in the library."""
        opened = self.wanted()
        if opened.find is not None:
            if not opened.find.done:
                opened.find.go_on(PATIENCE)
            numbers = frozenset(opened.find.numbers())
        else:
            numbers = frozenset(number for article_id, number in self.reader.hits if article_id == opened.id)
        if not numbers:
            self.reader.remark("no hits to select: / searches here")
            return
        opened.selection.hits = numbers
        self.view.repaint()
        self.show_place()
        self._say_selected()

    def _say_selected(self) -> None:
        count = len(self.selection.numbers())
        self.reader.say(f"{count} selected: tag keys, x, s and Enter act on all · Esc drops them")

    def drop_selection(self) -> bool:
        """Select nothing. False if nothing was selected."""
        if self.opened is None or not self.opened.selection:
            return False
        selection = self.opened.selection
        numbers = selection.numbers()
        selection.hits = selection.range = frozenset()
        selection.begun = 0
        self.view.repaint(*(numbers if len(numbers) < ASKED_ABOVE else ()))
        return True

    def _drop_range(self) -> None:
        """Moving on without J or K: only what was selected paragraph by paragraph goes."""
        if self.opened is not None and self.opened.selection.begun:
            selection = self.opened.selection
            numbers, selection.range, selection.begun = selection.range, frozenset(), 0
            self.view.repaint(*numbers)

    def go(self, number: int, **how: Any) -> None:
        """Moving away drops what J and K have selected."""
        if not self._extending and number != self.here:
            self._drop_range()
        super().go(number, **how)

    def _stand_on(self, number: int) -> None:
        self._drop_range()
        super()._stand_on(number)

    # -- acting on all ---------------------------------------------------------------------------------------

    def _many(self) -> list[int]:
        """The paragraphs to act on where they are selected and no span or entry goes before them; empty for none."""
        opened = self.opened
        if opened is None or opened.span is not None or self.pane_view.chosen is not None:
            return []
        return opened.selection.numbers()

    def _on_all(self, count: int, what: str, act: Callable[[], None]) -> None:
        """Act, above twenty after a question."""
        if count <= ASKED_ABOVE:
            act()
            return
        self.ask_first(f"{what} {count} paragraphs? It is one step: {self.takes_back()}.", act)

    def tags_whole_paragraph(self) -> bool:
        """Whether a tag key acts on the current paragraph alone."""
        return not self._many() and super().tags_whole_paragraph()

    def put_on(self, tags: Sequence[Tag | str], *, create: bool = False) -> Outcome:
        """Put tags on all that is selected, else on the current span or paragraph."""
        numbers = self._many()
        if not numbers:
            return super().put_on(tags, create=create)
        article = self.article

        def act() -> None:
            outcome = commands.tag(self.project, article, numbers, tags, create=create)
            self._given(outcome, tags)

        self._on_all(len(numbers), "Tag", act)
        return Outcome()

    def tag(self) -> None:
        """Choose tags for all that is selected, else for the current span or paragraph."""
        numbers = self._many()
        if not numbers:
            super().tag()
            return
        from reader.tui.picker import TagPicker

        opened = self.wanted()

        def on() -> set[str]:
            sets = [self._ids(opened.tags_on(number)) for number in numbers]
            return set.intersection(*sets)

        def chosen(tag: Tag | str) -> None:
            if not isinstance(tag, str) and tag.id in on():
                self._untag(numbers, tag)
            else:
                self.put_on([tag], create=True)

        heading = f"tag {len(numbers)} paragraphs"
        self.app.push_screen(
            TagPicker(self.project, heading, on=on, chosen=chosen, create=not self.project.info.locked)
        )

    def _untag(self, numbers: Sequence[int], tag: Tag) -> None:
        article = self.article
        with_it = [n for n in numbers if tag.id in self._ids(self.wanted().tags_on(n))]

        def act() -> None:
            self.edited(commands.untag(self.project, article, with_it, [tag]))

        self._on_all(len(with_it), f"Take {tag.name} off", act)

    def _choose_of_many(self, heading: str, nothing: str, act: Callable[[Tag], None]) -> None:
        """Act on the only tag that stands on the selected paragraphs, or on the one that is chosen."""
        opened, numbers = self.wanted(), self._many()
        ids = list(dict.fromkeys(self._meaning(mark) for number in numbers for mark in opened.tags_on(number)))
        tags = [tag for tag_id in ids if (tag := self.project.codebook.resolve(tag_id)) is not None]
        if not tags:
            self.reader.remark(nothing)
        elif len(tags) == 1:
            act(tags[0])
        else:
            from reader.tui.picker import TagPicker

            def chosen(tag: Tag | str) -> None:
                if not isinstance(tag, str):
                    act(tag)

            self.app.push_screen(
                TagPicker(self.project, heading, on=lambda: ids, chosen=chosen, only=ids, create=False)
            )

    def take_off(self) -> None:
        """Take a tag off all that is selected, else off the current span or paragraph."""
        numbers = self._many()
        if not numbers:
            super().take_off()
            return
        heading = f"take off {len(numbers)} paragraphs"
        self._choose_of_many(heading, "nothing to take off", lambda tag: self._untag(numbers, tag))

    def swap(self) -> None:
        """Change a tag on all that is selected, else on the current span or paragraph."""
        numbers = self._many()
        if not numbers:
            super().swap()
            return
        self._choose_of_many("swap which", "nothing to swap: no tag here", lambda tag: self._swap_all(numbers, tag))

    def _swap_all(self, numbers: Sequence[int], old: Tag) -> None:
        from reader.tui.picker import TagPicker

        article, opened = self.article, self.wanted()
        with_it = [n for n in numbers if old.id in self._ids(opened.tags_on(n))]

        def chosen(new: Tag | str) -> None:
            def act() -> None:
                self._given(commands.swap(self.project, article, with_it, old, new, create=True), [new])

            self._on_all(len(with_it), f"Swap {old.name} on", act)

        picker = TagPicker(
            self.project,
            f"instead of {old.name}",
            on=lambda: [old.id],
            chosen=chosen,
            create=not self.project.info.locked,
        )
        self.call_later(self.app.push_screen, picker)

    # -- reviewing all ---------------------------------------------------------------------------------------

    def review_and_on(self) -> None:
        """All that is selected reviewed, and on; else the current paragraph."""
        numbers = self._many()
        if not numbers:
            super().review_and_on()
            return
        opened = self.wanted()
        wanted = [n for n in numbers if opened.visits(n)]

        def act() -> None:
            if wanted:
                self.edited(commands.review(self.project, opened.article, wanted, again=True))
            said = self.key_line.status
            self.drop_selection()
            number = commands.next_unreviewed(self.project, opened.article, numbers[-1])
            if number is not None:
                self.go(number)
            self.reader.say(said, keep=True)

        self._on_all(len(wanted), "Mark reviewed", act)

    def review(self) -> None:
        """Reviewed on or off, for all that is selected or for the current paragraph."""
        numbers = self._many()
        if not numbers:
            super().review()
            return
        opened = self.wanted()
        off = all(opened.is_reviewed(n) for n in numbers)
        change = commands.unreview if off else commands.review
        what = "Take the reviewed mark off" if off else "Mark reviewed"
        self._on_all(len(numbers), what, lambda: self.edited(change(self.project, opened.article, numbers)))
