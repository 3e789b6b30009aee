"""Commands that move: by paragraph, page, coded paragraph, article, and back."""

from __future__ import annotations

from reader.errors import UsageError
from reader.tui.desk import HIT_LIST, Desk
from reader.tui.paragraphs import ParagraphView


class Moving(Desk):
    """Moving in the article and between articles."""

    def next_paragraph(self) -> None:
        """The next paragraph that is no furniture."""
        self.go(self.wanted().step(self.here, 1))

    def previous_paragraph(self) -> None:
        """The paragraph before that is no furniture."""
        self.go(self.wanted().step(self.here, -1))

    def page_down(self) -> None:
        """A window on."""
        self._page(1)

    def page_up(self) -> None:
        """A window back."""
        self._page(-1)

    def _page(self, direction: int) -> None:
        opened = self.wanted()
        number = self.view.page(direction)
        if opened.role(number) == "furniture":
            near = opened.step(number, direction)
            number = near if self.view.in_sight(near) else number
        self._stand_on(number)

    def _stand_on(self, number: int) -> None:
        """Make a paragraph in sight the current one without moving the window."""
        self.here = self.view.current = number
        self.state.positions[self.wanted().id] = number
        self.pane_view.focused_entry = -1
        self.view.refresh()
        self.show_place()

    def first(self) -> None:
        """The first paragraph."""
        self.go(1, jump=True)

    def last(self) -> None:
        """The last paragraph."""
        self.go(self.wanted().count, jump=True)

    def next_coded(self) -> None:
        """The next paragraph with a tag."""
        self._to_coded(1)

    def previous_coded(self) -> None:
        """The paragraph before with a tag."""
        self._to_coded(-1)

    def _to_coded(self, direction: int) -> None:
        number = self.wanted().next_coded(self.here, direction)
        if number is None:
            self.reader.remark("no coded paragraph " + ("after this one" if direction > 0 else "before this one"))
        else:
            self.go(number, jump=True)

    def next_article(self) -> None:
        """The next article of the library."""
        self._to_article(1)

    def previous_article(self) -> None:
        """The article before."""
        self._to_article(-1)

    def _to_article(self, direction: int) -> None:
        order = list(self.project.articles)
        index = order.index(self.wanted().id) + direction
        if 0 <= index < len(order):
            self.remember()
            self.reader.open_article(order[index])
        else:
            self.reader.remark("this is the last article" if direction > 0 else "this is the first article")

    def back(self) -> None:
        """Where one was before the last jump."""
        if not self.jumps:
            self.reader.remark("nothing to go back to")
            return
        article_id, number = self.jumps.pop()
        if article_id == "search":
            self.hit_list()
            return
        if article_id == HIT_LIST:
            from reader.tui.search import SearchScreen

            self.app.push_screen(SearchScreen(self.project, back=True))
        elif article_id == self.wanted().id:
            self.go(number)
        elif article_id in self.project.articles:
            self.open(article_id, number)
        else:
            self.reader.remark("the article one came from is gone")

    def hit_list(self) -> None:
        """The hits of the library search again, in the row they were left at."""
        from reader.tui.search import SearchScreen

        self.app.push_screen(SearchScreen(self.project, back=True))

    def go_to_number(self, typed: str) -> None:
        """Go to a paragraph by its number. UsageError for what is no number or out of range."""
        if not typed.strip().isdecimal():
            raise UsageError(f"{typed.strip()!r} is no paragraph number.")
        number = int(typed)
        self.project.paragraph(self.article, number)
        self.go(number, jump=True)

    def on_paragraph_view_clicked(self, event: ParagraphView.Clicked) -> None:
        """A click selects."""
        self.go(event.number)

    def on_paragraph_view_scrolled(self, event: ParagraphView.Scrolled) -> None:
        """The wheel moved the current paragraph out of sight: another one is current."""
        self._stand_on(event.number)
