"""The reading screen: an article's paragraphs beside what one has marked in them."""

from __future__ import annotations

from reader.commands.links import reference
from reader.tui.annotations import AnnotationPane
from reader.tui.keys import READING
from reader.tui.marking import Marking

NARROWEST, WIDEST, STEP = 32, 120, 4
"""Characters of a line of text, and by how many `+` and `-` change them."""


class ReadingScreen(Marking):
    """Everything one does while reading; this part is about what is seen, and about other screens."""

    TABLE = READING
    TITLE_IN_HELP = "Reading"

    def on_mount(self) -> None:
        """Open what was asked for."""
        self.reader.open_first()
        self.reader.call_after_refresh(self.reader.after_first_paint)

    # -- the pane --------------------------------------------------------------------------------------------

    def points_elsewhere(self) -> bool:
        """The pane has the cursor while an entry of it is chosen."""
        return self.pane_view.focused_entry >= 0 or super().points_elsewhere()

    def switch_focus(self) -> None:
        """From the text to the pane and back."""
        if self.pane_view.focused_entry >= 0:
            self._leave_pane()
        elif not self.pane_view.display:
            self.reader.remark("the pane is hidden: p shows it")
        elif self.pane_view.choose(1):
            self.show_pane()
            self.reader.say(self._pane_keys())
        else:
            self.reader.remark("nothing to choose in the pane")

    def _pane_keys(self) -> str:
        name = self.reader.key_name
        return f"{name('down')} {name('up')} choose, Enter edits it, x s a w act on it, Tab back"

    def _leave_pane(self) -> None:
        self.pane_view.focused_entry = -1
        self.reader.unsay(self._pane_keys())
        self.show_pane()

    def next_paragraph(self) -> None:
        """The next paragraph, in the pane the next entry."""
        if not self._choose(1):
            super().next_paragraph()

    def previous_paragraph(self) -> None:
        """The paragraph before, in the pane the entry before."""
        if not self._choose(-1):
            super().previous_paragraph()

    def _choose(self, step: int) -> bool:
        if self.pane_view.focused_entry < 0:
            return False
        self.pane_view.choose(step)
        self.show_pane()
        return True

    def on_annotation_pane_chosen(self, event: AnnotationPane.Chosen) -> None:
        """A click chooses an entry; one on the entry that is chosen opens it."""
        again = self.pane_view.focused_entry == event.index
        self.pane_view.focused_entry = event.index
        self.show_pane()
        if again:
            self.open_entry()

    def on_annotation_pane_slot_clicked(self, event: AnnotationPane.SlotClicked) -> None:
        """A click on a slot puts its tag on, as its key does."""
        self.run_named(f"slot-{event.number}")

    def on_annotation_pane_sized(self) -> None:
        """The pane has room now."""
        self.show_pane()

    def drop(self) -> None:
        """Leave the pane, else drop the span, the selection, the hit marks."""
        if self.pane_view.focused_entry >= 0:
            self._leave_pane()
        elif self.drop_span() or self.drop_selection():
            self.show_place()
            self.reader.say("")
        elif self.drop_hits():
            self.reader.say("")
        elif self.zen_on:
            self.zen()

    def pane(self) -> None:
        """Show or hide the pane."""
        self.pane_wanted = self.state.pane = not self.pane_wanted
        self._leave_pane()
        self.fit()

    def zen(self) -> None:
        """Only the text, or everything."""
        self.zen_on = not self.zen_on
        self.fit()

    def wider(self) -> None:
        """Longer lines."""
        self._measure(STEP)

    def narrower(self) -> None:
        """Shorter lines."""
        self._measure(-STEP)

    def _measure(self, step: int) -> None:
        self.state.measure = max(NARROWEST, min(WIDEST, self.reader.measure + step))
        self.view.measure = self.reader.measure
        self.view.lay_out()
        self.view.move_to(self.here)
        self.show_place()
        self.reader.say(f"lines of {self.state.measure} characters, as far as there is room; kept for this project")

    def copy(self) -> None:
        """Copy the words or the paragraph with the reference."""
        opened = self.wanted()
        if opened.span is not None:
            super().copy()
            return
        quote = opened.text.text_of(self.here).strip()
        self.app.copy_to_clipboard(f"“{quote}” {reference(opened.article.title, self.here)}")
        self.reader.say(f"¶ {self.here} copied with its reference")

    # -- other screens ---------------------------------------------------------------------------------------

    def library(self) -> None:
        """The library."""
        from reader.tui.library import LibraryScreen

        self.app.push_screen(LibraryScreen(self.project))

    def search_library(self) -> None:
        """Search the library."""
        from reader.tui.search import SearchScreen

        self.app.push_screen(SearchScreen(self.project))

    def export(self) -> None:
        """Export as CSV."""
        from reader.tui.export import ExportScreen

        self.app.push_screen(ExportScreen(self.project))

    def next_theme(self) -> None:
        """Change the colours."""
        self.reader.next_theme()
