"""What the tag and note keys do while words are current: they act on them, not on the paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader import commands
from reader.commands.links import reference
from reader.tui.bars import cut
from reader.tui.spanning import SHOWN, Spanning

if TYPE_CHECKING:
    from reader.commands import Outcome
    from reader.model import Annotation, Tag
    from reader.tui.opened import OpenArticle


class SpanTagging(Spanning):
    """Tags and notes on the current span; without one on the paragraph, as the class above has it."""

    def _span_marks(self) -> list[Annotation]:
        """The coder's own annotations on exactly the current span."""
        opened = self.wanted()
        if opened.span is None:
            return []
        anchor = commands.whole_span(self.project, opened.article, *opened.span)
        return commands.spans_at(self.project, opened.article, anchor)

    def _words(self, room: int = SHOWN) -> str:
        """The current span's words, shortened."""
        opened = self.wanted()
        return cut(" ".join(opened.text.slice(*opened.span).split()), room) if opened.span else ""

    def tags_whole_paragraph(self) -> bool:
        """Whether a tag key acts on the current paragraph alone."""
        return (self.opened is None or self.opened.span is None) and super().tags_whole_paragraph()

    def put_on(self, tags: Sequence[Tag | str], *, create: bool = False) -> Outcome:
        """Put tags on the current span, else on the paragraph."""
        opened = self.wanted()
        if opened.span is None:
            return super().put_on(tags, create=create)
        outcome = commands.span(self.project, opened.article, *opened.span, tags, create=create)
        self._tagged(opened)
        self._given(outcome, tags)
        return outcome

    def _tagged(self, opened: OpenArticle) -> None:
        """After the words were tagged: out of the mode, the span stays current."""
        if opened.span is not None:
            ends = self._trimmed(opened.span)
            mark = opened.marks.annotations.get(opened.span_mark)
            same = mark is not None and mark.anchor is not None and (mark.anchor.start, mark.anchor.end) == ends
            self._end_mode()
            self._set_span(ends, opened.span_mark if same else "")

    def in_vivo(self) -> None:
        """The words become the tag."""
        opened = self.wanted()
        if opened.span is None:
            return
        outcome = commands.in_vivo(self.project, opened.article, *opened.span)
        self._tagged(opened)
        made = [c.record for c in outcome.edit.changes if c.table == "annotations"] if outcome.edit else []
        tags = [tag for record in made if (tag := self.project.codebook.resolve(record["tag"])) is not None]
        self._given(outcome, tags)

    def tag(self) -> None:
        """Choose tags for the current span, else for the paragraph."""
        opened = self.wanted()
        if opened.span is None:
            super().tag()
            return
        from reader.tui.picker import TagPicker

        def on() -> set[str]:
            return self._ids([mark for mark in self._span_marks() if mark.tag])

        def chosen(tag: Tag | str) -> None:
            if not isinstance(tag, str) and tag.id in on():
                mark = next(m for m in self._span_marks() if self._meaning(m) == tag.id)
                self.edited(commands.take_off(self.project, mark))
            else:
                self.put_on([tag], create=True)

        heading = f"tag “{self._words()}”"
        self.app.push_screen(
            TagPicker(self.project, heading, on=on, chosen=chosen, create=not self.project.info.locked)
        )

    def open_entry(self) -> None:
        """Edit what is chosen in the pane: the ends of one's own span, else the note."""
        chosen = self.pane_view.chosen
        if chosen is not None and chosen.unit == "span" and chosen.coder == self.project.coder:
            self.span()
        else:
            super().open_entry()

    def take_off(self) -> None:
        """Take the tag off the current span, else off the paragraph."""
        mark = self.current_mark()
        if self.wanted().span is None or self.pane_view.chosen is not None:
            super().take_off()
        elif mark is not None:
            self._take_off(mark)
        else:
            marks = [m for m in self._span_marks() if m.tag]
            self._one_of_the_tags("take off", marks, self._take_off, "no tag on these words to take off")

    def swap(self) -> None:
        """Change the tag of the current span, else of the paragraph."""
        mark = self.current_mark()
        if self.wanted().span is None or self.pane_view.chosen is not None:
            super().swap()
            return
        marks = [mark] if mark is not None and mark.tag else [m for m in self._span_marks() if m.tag]
        self._one_of_the_tags("swap which", marks, self._swap, "nothing to swap: no tag on these words")

    def marks_here(self) -> Sequence[Annotation]:
        """The tags on the current span, else on the paragraph."""
        return [m for m in self._span_marks() if m.tag] if self.wanted().span is not None else super().marks_here()

    def note(self) -> None:
        """Write a note on the current span, else on the paragraph."""
        opened = self.wanted()
        mark = self.current_mark()
        if opened.span is None or self.pane_view.chosen is not None:
            super().note()
        elif mark is not None and self.walk is None:
            self._note_on(mark)
        else:
            ends = self._trimmed(opened.span)
            bare = next((m for m in self._span_marks() if not m.tag), None)
            heading = f"note on “{self._words(24)}”"
            self._tagged(opened)
            self.edit_note(
                heading,
                bare.note if bare else "",
                lambda text: self.edited(commands.span_note(self.project, opened.article, *ends, text)),
                f"{opened.id}:{self.here}:{ends[0]}-{ends[1]}",
            )

    def why(self) -> None:
        """Write why the tag just given stands on the current span, else on the paragraph."""
        mark = self.current_mark()
        marks = [m for m in self._span_marks() if m.tag]
        if self.pane_view.chosen is None and mark is not None:
            self._note_on(mark)
        elif self.pane_view.chosen is None and marks:
            self._note_on(next((m for m in marks if m.id == self._last_given), marks[-1]))
        elif self.pane_view.chosen is None and self.wanted().span is not None:
            self.reader.remark("no tag on these words to write about: t puts one on")
        else:
            super().why()

    def copy(self) -> None:
        """Copy the words with their reference."""
        opened = self.wanted()
        if opened.span is None:
            return
        first, last = opened.text.number_at(opened.span[0]), opened.text.number_at(opened.span[1] - 1)
        words = opened.text.slice(*opened.span).strip()
        self.app.copy_to_clipboard(f"“{words}” {reference(opened.article.title, first, last)}")
        self.reader.say("the words are copied with their reference")
        self._tagged(opened)
