"""What is seen of others' marks, and the overview of the whole article at the right edge."""

from __future__ import annotations

from reader.tui.find import ArticleFind
from reader.tui.opened import OpenArticle, Others
from reader.tui.overview import Overview
from reader.tui.selecting import Selecting

SAID: dict[Others, str] = {
    "reviewed": "others' marks: on paragraphs that you have reviewed",
    "all": "others' marks: all",
    "none": "others' marks: none",
}
OVERVIEW_FROM = 60
"""Columns of the window from which there is one for the overview."""
NEXT: dict[Others, Others] = {"reviewed": "all", "all": "none", "none": "reviewed"}


class Marking(Selecting):
    """Which marks are shown."""

    def __init__(self) -> None:
        super().__init__()
        self._others: Others = "reviewed"

    # -- the overview ----------------------------------------------------------------------------------------

    def fit(self) -> None:
        """The overview has its column where there is room for one."""
        there = (
            self.size.width >= OVERVIEW_FROM and not self.zen_on and self.opened is not None and not self.reader.spoken
        )
        self.overview.display = there
        self.view.tail = 0 if there else 1
        super().fit()

    def show_place(self) -> None:
        """The overview follows too."""
        super().show_place()
        self._follow()

    def _search(self, query: str) -> None:
        super()._search(query)
        self._follow()

    def _go_on(self, found: ArticleFind) -> None:
        super()._go_on(found)
        self._follow()

    def drop_hits(self) -> bool:
        """Unmark the hits, in the overview too."""
        dropped = super().drop_hits()
        self._follow()
        return dropped

    def _count(self, opened: OpenArticle) -> None:
        super()._count(opened)
        self._follow()

    def _stand_on(self, number: int) -> None:
        super()._stand_on(number)
        self._follow()

    def _follow(self) -> None:
        self.overview.follow(self.opened, self.here, self.view.whole())

    def on_overview_jumped(self, event: Overview.Jumped) -> None:
        """A click in the overview."""
        self.go(event.number, jump=True)

    # -- others' marks ---------------------------------------------------------------------------------------

    def others(self) -> None:
        """Others' marks on all paragraphs, on none, or where one has reviewed."""
        opened = self.wanted()
        if self.project.info.blind:
            self.reader.say("the project is blind: nobody sees others' marks until blind-end")
            return
        self._others = opened.others = NEXT[opened.others]
        self.view.repaint()
        self.show_place()
        self.reader.say(SAID[self._others])

    def open(self, article_id: str, number: int | None = None) -> None:
        """Another article shows others' marks as this one did."""
        super().open(article_id, number)
        opened = self.wanted()
        if opened.others != self._others:
            opened.others = self._others
            self.view.repaint()
            self.show_place()
