"""Searching in the article as one types, and walking the hits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from reader.tui.desk import Desk
from reader.tui.find import ArticleFind
from reader.tui.lineedit import LineEdit

if TYPE_CHECKING:
    from textual import events

LONGEST_QUERY = 200
OFTEN = 0.2
"""Seconds between two counts that are shown while an article is searched."""


class Finding(Desk):
    """`/` `n` `N`, and what is typed behind `/`."""

    def __init__(self) -> None:
        super().__init__()
        self._line: LineEdit | None = None
        self._origin = 1
        self._counted = 0.0

    def types_text(self) -> bool:
        """Keys are text while a query is typed."""
        return self._line is not None or super().types_text()

    def press(self, key: str, character: str | None = None) -> bool:
        """Keys go to the query while one is typed."""
        if self._line is None:
            return super().press(key, character)
        self._typed(self._line, key, character)
        return True

    def on_paste(self, event: events.Paste) -> None:
        """Pasted words are part of the query; elsewhere they are no keys."""
        if self._line is not None:
            self._line.insert(" ".join(event.text[:LONGEST_QUERY].split()))
            self._search(self._line.text)

    def find(self) -> None:
        """Begin to type a query."""
        self.wanted()
        self._line = LineEdit()
        self._origin = self.here
        self._show_prompt()

    def _typed(self, line: LineEdit, key: str, character: str | None) -> None:
        before = line.text
        if key == "enter":
            self._end_typing(keep=True)
        elif key == "escape" or (key == "backspace" and not line.text):
            self._end_typing(keep=False)
        elif key in ("down", "up"):
            self._walk(1 if key == "down" else -1)
        elif line.press(key, character) and line.text != before:
            self._search(line.text)
        self._show_prompt()

    def _end_typing(self, *, keep: bool) -> None:
        self._line = None
        self.key_line.end_prompt()
        found = self.wanted().find
        if not keep:
            self.drop_hits()
            self.go(self._origin)
        elif found is not None:
            if self.here != self._origin:
                self.jumps.append((self.wanted().id, self._origin))
            self.reader.say(f"/{found.query}  {found.place()}")

    def _show_prompt(self) -> None:
        if self._line is not None:
            found = self.wanted().find
            keys = f"{self.reader.key_name('enter')} keep  Esc back"
            tail = f"{found.place()}   {keys}" if found else keys
            self.key_line.prompt(self._line.text, self._line.cursor, tail)

    def _search(self, query: str) -> None:
        """Mark the hits of a query, those in sight first, and go to the first from where one began."""
        opened = self.wanted()
        before, opened.find = opened.find, None
        if query.strip():
            found = ArticleFind(query, self.project.finder(query), opened.text_of, opened.count)
            opened.find = found
            found.scan_from(self._origin, dict.fromkeys(number for number, _ in self.view.port.lines), before)
            self.view.repaint()
            self._settle(found)
        else:
            self.view.repaint()
            self.go(self._origin)

    def _settle(self, found: ArticleFind) -> None:
        """Go to the first hit as soon as one is known; scan on until all is."""
        if self.opened is None or self.opened.find is not found:
            return
        if found.current is None and found.at_or_after(self._origin):
            self._show_hit(found)
        elif found.current is None and found.done and self.here != self._origin:
            self.go(self._origin)
        if not found.done:
            self.set_timer(0.001, lambda: self._go_on(found))
        if found.done or time.monotonic() - self._counted > OFTEN:
            self._counted = time.monotonic()
            self._show_prompt()

    def _go_on(self, found: ArticleFind) -> None:
        found.go_on()
        self._settle(found)
        if self._line is None and found.done and self.opened is not None and self.opened.find is found:
            self.reader.say(f"/{found.query}  {found.place()}")

    def _show_hit(self, found: ArticleFind) -> None:
        """Go to the current hit, its row in sight."""
        span = found.span()
        if found.current is None or span is None:
            return
        number = found.current[0]
        self.view.repaint(*{self.here, number})
        first = self.view.row_of(number, span[0])
        self.go(number, first=max(0, first - 1), last=first + 1)

    def next_hit(self) -> None:
        """The next hit."""
        self._walk(1)

    def previous_hit(self) -> None:
        """The hit before."""
        self._walk(-1)

    def _walk(self, direction: int) -> None:
        found = self.opened.find if self.opened else None
        if found is None:
            self.reader.walk_hits(direction)
            return
        if not found.done:
            found.go_on(0.05)
        if found.move(direction, self.here):
            self._show_hit(found)
        if self._line is None:
            self.reader.say(f"/{found.query}  {found.place()}")

    def drop_hits(self) -> bool:
        """Unmark the hits. False if none were marked."""
        if self.opened is None or self.opened.find is None:
            return False
        self.opened.find = None
        self.view.repaint()
        return True
