"""Commands that put on, take off and change: tags, notes, reviews, roles. Each edit is made by `reader.commands`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reader import commands
from reader.errors import ReaderError
from reader.tui import slots
from reader.tui.desk import Desk

if TYPE_CHECKING:
    from reader.commands import Outcome
    from reader.model import Annotation, Tag


class Tagging(Desk):
    """What the coder does to the current paragraph."""

    def __init__(self) -> None:
        super().__init__()
        self._last_given = ""
        self._last_coded: tuple[str, int] | None = None

    # -- putting on --------------------------------------------------------------------------------------

    def put_on(self, tags: Sequence[Tag | str], *, create: bool = False) -> Outcome:
        """Put tags on the current paragraph; what is there already stays."""
        outcome = commands.tag(self.project, self.article, [self.here], tags, create=create)
        self._given(outcome, tags)
        return outcome

    def _given(self, outcome: Outcome, tags: Sequence[Tag | str]) -> None:
        """After tags were put on: slots and recents, what `w` and `d` mean, the screen."""
        slots.used(self.state, self.project.codebook, tags)
        if outcome.edit is not None:
            made = [c.id for c in outcome.edit.changes if c.table == "annotations" and c.before is None]
            self._last_given = made[-1] if made else ""
            self._last_coded = (self.article.id, self.here)
        else:
            self.show_pane()  # slots may have changed
        self.edited(outcome)

    def tag(self) -> None:
        """Choose tags for the current paragraph."""
        from reader.tui.picker import TagPicker

        opened, number = self.wanted(), self.here

        def on() -> set[str]:
            return self._ids(opened.tags_on(number))

        def chosen(tag: Tag | str) -> None:
            if not isinstance(tag, str) and tag.id in on():
                self.edited(commands.untag(self.project, opened.article, [number], [tag]))
            else:
                self.put_on([tag], create=True)

        self.app.push_screen(
            TagPicker(self.project, f"tag ¶ {number}", on=on, chosen=chosen, create=not self.project.info.locked)
        )

    def tag_article(self) -> None:
        """Choose tags for the whole article."""
        from reader.tui.picker import TagPicker

        opened = self.wanted()

        def on() -> set[str]:
            return self._ids(opened.tags_on(0))

        def chosen(tag: Tag | str) -> None:
            if not isinstance(tag, str) and tag.id in on():
                mark = next(a for a in opened.tags_on(0) if self._meaning(a) == tag.id)
                self.edited(commands.take_off(self.project, mark))
            else:
                self._given(commands.tag_article(self.project, opened.article, [tag], create=True), [tag])

        heading = "tag the whole article"
        self.app.push_screen(
            TagPicker(self.project, heading, on=on, chosen=chosen, create=not self.project.info.locked)
        )

    def _meaning(self, mark: Annotation) -> str:
        tag = self.project.codebook.resolve(mark.tag)
        return tag.id if tag else ""

    def _ids(self, marks: Sequence[Annotation]) -> set[str]:
        return {self._meaning(mark) for mark in marks}

    def slot(self, number: int) -> None:
        """Put on the tag in a slot."""
        self.wanted()
        tag = slots.in_slots(self.state, self.project.codebook)[number - 1]
        if tag is None:
            self.reader.remark(f"slot {number} is empty: t chooses a tag, 0 shows the slots")
        else:
            self.put_on([tag])

    def repeat_tag(self) -> None:
        """Put on the last tag again."""
        codebook = self.project.codebook
        tag = next((found for tag_id in self.state.recents if (found := codebook.resolve(tag_id)) is not None), None)
        if tag is None:
            self.reader.remark("no tag was put on yet: t chooses one")
        else:
            self.put_on([tag])

    def ditto(self) -> None:
        """Put on all tags of the paragraph that was coded last."""
        opened = self.wanted()
        source = 0
        if self._last_coded is not None and self._last_coded[0] == opened.id and self._last_coded[1] != self.here:
            source = self._last_coded[1]
        if not opened.tags_on(source) or not source:
            source = opened.next_coded(self.here, -1) or 0
        codebook = self.project.codebook
        tags = [tag for mark in opened.tags_on(source) if source and (tag := codebook.resolve(mark.tag)) is not None]
        if tags:
            self.put_on(tags)
        else:
            self.reader.remark("no other paragraph is coded yet")

    def tag_by_key(self) -> None:
        """Put on the tag that has the letter typed next as its key."""
        self.wanted()
        self.await_key(", and the key of a tag", self._tag_with_key)

    def _tag_with_key(self, key: str) -> None:
        tag = self.project.codebook.with_key(key)
        if tag is not None:
            try:
                self.put_on([tag])
            except ReaderError as error:
                self.reader.failed(error)
        else:
            self.reader.remark(slots.no_such_key(key))

    def slots(self) -> None:
        """Show and pin the slots."""
        from reader.tui.dialogs import SlotsDialog

        self.app.push_screen(SlotsDialog(self.project), lambda _: self.show_pane())

    # -- taking off and changing ---------------------------------------------------------------------------

    def take_off(self) -> None:
        """Take off the chosen entry of the pane, else the paragraph's tag, or one chosen of several."""
        opened = self.wanted()
        chosen = self.pane_view.chosen
        if chosen is not None:
            self._take_off(chosen)
            return
        self._one_of_the_tags("take off", opened.tags_on(self.here), self._take_off, "nothing to take off")

    def _take_off(self, mark: Annotation) -> None:
        outcome = commands.take_off(self.project, mark)
        both = "both" if mark.tag and mark.note else "it"
        outcome.brief = f"{outcome.brief} · {self.takes_back(f'brings {both} back')}"
        self.edited(outcome)

    def _one_of_the_tags(
        self, verb: str, marks: Sequence[Annotation], act: Callable[[Annotation], None], nothing: str
    ) -> None:
        """Act on the only one of these marks, or on the one that is chosen."""
        if not marks:
            self.reader.remark(nothing)
        elif len(marks) == 1:
            act(marks[0])
        else:
            from reader.tui.picker import TagPicker

            ids = [self._meaning(mark) for mark in marks]

            def chosen(tag: Tag | str) -> None:
                mark = next((m for m in marks if not isinstance(tag, str) and self._meaning(m) == tag.id), None)
                if mark is not None:
                    act(mark)

            picker = TagPicker(
                self.project, f"{verb} ¶ {self.here}", on=lambda: ids, chosen=chosen, only=ids, create=False
            )
            self.app.push_screen(picker)

    def swap(self) -> None:
        """Change a tag: its span, note and date stay."""
        chosen = self.pane_view.chosen
        marks = [chosen] if chosen is not None and chosen.tag else self.wanted().tags_on(self.here)
        self._one_of_the_tags("swap which", marks, self._swap, "nothing to swap: no tag here")

    def _swap(self, mark: Annotation) -> None:
        from reader.tui.picker import TagPicker

        name = self.project.codebook.path(self._meaning(mark))[-1]

        def chosen(tag: Tag | str) -> None:
            outcome = commands.swap_annotation(self.project, mark, tag, create=True)
            self._given(outcome, [tag])

        picker = TagPicker(
            self.project,
            f"instead of {name}",
            on=lambda: [self._meaning(mark)],
            chosen=chosen,
            create=not self.project.info.locked,
        )
        # The picker for which tag to swap closes first.
        self.call_later(self.app.push_screen, picker)

    def example(self) -> None:
        """Take the current words, else the paragraph, into the description of a tag on them, else of one that is chosen."""
        opened = self.wanted()
        chosen = self.pane_view.chosen
        marks = [chosen] if chosen is not None and chosen.tag else self.marks_here()
        start, end = opened.span or self.paragraph_ends()

        def take(tag: Tag) -> None:
            outcome = commands.example(self.project, tag, opened.article, start, end)
            self.told_with_undo(outcome)

        def meant(mark: Annotation) -> None:
            tag = self.project.codebook.resolve(mark.tag)
            if tag is not None:
                take(tag)

        if marks:
            self._one_of_the_tags("example of which", marks, meant, "")
            return
        from reader.tui.picker import TagPicker

        def picked(tag: Tag | str) -> None:
            if not isinstance(tag, str):
                take(tag)

        self.app.push_screen(TagPicker(self.project, "example of", on=lambda: (), chosen=picked, create=False))

    def marks_here(self) -> Sequence[Annotation]:
        """The coder's own tags on what a tag key acts on."""
        return self.wanted().tags_on(self.here)

    def paragraph_ends(self) -> tuple[int, int]:
        """Where the current paragraph begins and ends in the article."""
        paragraph = self.wanted().text.paragraph(self.here)
        return paragraph.start, paragraph.end

    # -- notes ---------------------------------------------------------------------------------------------

    def note(self) -> None:
        """Write the note on the paragraph, or on the entry chosen in the pane."""
        opened, number = self.wanted(), self.here
        chosen = self.pane_view.chosen
        if chosen is not None and not (chosen.unit == "paragraph" and not chosen.tag):
            self._note_on(chosen)
            return
        bare = next((a for a in opened.own_marks(number) if not a.tag and a.unit == "paragraph"), None)
        self.edit_note(
            f"note on ¶ {number}",
            bare.note if bare else "",
            lambda text: self.edited(commands.note(self.project, opened.article, number, text)),
            f"{opened.id}:{number}:",
        )

    def why(self) -> None:
        """Write why the tag just given is there."""
        opened = self.wanted()
        tags = opened.tags_on(self.here)
        given = [mark for mark in opened.own_marks(self.here) if mark.id == self._last_given]
        mark = self.pane_view.chosen or (given[0] if given else tags[-1] if tags else None)
        if mark is None:
            self.reader.remark("no tag here to write about: t puts one on")
        else:
            self._note_on(mark)

    def _note_on(self, mark: Annotation) -> None:
        name = "".join(self.project.codebook.path(self._meaning(mark))[-1:]) if mark.tag else "the span"
        opened = self.wanted()

        def save(text: str) -> None:
            now = opened.marks.annotations.get(mark.id)
            if now is None:
                raise ReaderError("The tag was taken off meanwhile; the note has nothing to stand on.")
            self.edited(commands.annotation_note(self.project, now, text))

        self.edit_note(f"why {name}", mark.note, save, f"{opened.id}:{self.here}:{mark.id}")

    def edit_note(self, heading: str, text: str, save: Callable[[str], None], draft: str) -> None:
        """Open the note editor."""
        from reader.tui.note import NoteEditor

        if self.project.read_only:
            raise ReaderError(f"Nothing can be written: {self.project.read_only}")
        self.app.push_screen(NoteEditor(heading, text, save=save, draft=draft))
