"""Which rows of which paragraphs are on the screen. Plain state; only the paragraphs in sight are ever measured."""

from __future__ import annotations

from collections.abc import Callable

MARGIN = 3
"""Rows of context kept beyond the paragraph that is shown."""
NEAR = 2
"""Paragraphs beyond the window to which it moves just as far as needed; farther ones come to its upper third."""


class Viewport:
    """A window of `height` rows over `count` paragraphs, its place kept as (paragraph, row in it).

    `rows_of(number)` is a paragraph's height in rows, the blank row behind it included.
    """

    def __init__(self, rows_of: Callable[[int], int]) -> None:
        self.rows_of = rows_of
        self.count = 0
        self.height = 0
        self.top = 1
        self.row = 0
        self.lines: list[tuple[int, int]] = []

    def measure(self) -> None:
        """Find out anew which rows are in sight; the end of the text never leaves the lower edge empty."""
        self.top = max(1, min(self.top, self.count))
        if self.count:
            self.row = min(self.row, self.rows_of(self.top) - 1)
        self.lines = self._from(self.top, self.row)
        missing = self.height - len(self.lines)
        if missing > 0 and (self.top > 1 or self.row):
            self._back(missing)
            self.lines = self._from(self.top, self.row)

    def _from(self, number: int, row: int) -> list[tuple[int, int]]:
        lines: list[tuple[int, int]] = []
        while number <= self.count and len(lines) < self.height:
            height = self.rows_of(number)
            lines += [(number, r) for r in range(row, min(height, row + self.height - len(lines)))]
            number, row = number + 1, 0
        return lines

    def _back(self, rows: int) -> None:
        """Move the window up."""
        while rows > self.row and self.top > 1:
            rows -= self.row + 1
            self.top -= 1
            self.row = self.rows_of(self.top) - 1
        self.row = max(0, self.row - rows)

    def _on(self, rows: int) -> None:
        """Move the window down."""
        while self.top < self.count and self.row + rows >= (height := self.rows_of(self.top)):
            rows -= height - self.row
            self.top, self.row = self.top + 1, 0
        self.row = min(self.row + rows, max(0, self.rows_of(self.top) - 1)) if self.count else 0

    def scroll(self, rows: int) -> bool:
        """Move by rows, down if positive. True if the window moved."""
        before = (self.top, self.row)
        if rows < 0:
            self._back(-rows)
        else:
            self._on(rows)
        self.measure()
        return (self.top, self.row) != before

    def place(self, number: int, row: int, at: int) -> None:
        """Put a row of a paragraph on a row of the window, as far as the text reaches."""
        self.top, self.row = number, row
        self._back(max(0, at))
        self.measure()

    def show(self, number: int, first: int = 0, last: int | None = None) -> bool:
        """Bring rows of a paragraph (all by default, without the blank one) into sight. True if the window moved."""
        before = (self.top, self.row)
        if last is None:
            last = max(0, self.rows_of(number) - 2)
        last = min(last, first + max(0, self.height - 1))
        rows = last - first + 1
        margin = min(MARGIN, max(0, self.height - rows) // 2)
        above, below = self.index(number, first), self.index(number, last)
        low_enough = above is not None and (above >= margin or not self._hidden_above())
        high_enough = below is not None and (below < self.height - margin or not self._hidden_below())
        if low_enough and high_enough:
            return False
        if (self.lines and self.lines[-1][0] + NEAR < number) or number < self.top - NEAR:
            at = min(self.height // 3, self.height - rows)
        elif (above is None and (number, first) < (self.top, self.row)) or (not low_enough and above is not None):
            at = margin
        else:
            at = self.height - margin - rows
        self.place(number, first, at)
        return (self.top, self.row) != before

    def _hidden_above(self) -> bool:
        return self.top > 1 or self.row > 0

    def _hidden_below(self) -> bool:
        return bool(self.lines) and self.lines[-1] != (self.count, self.rows_of(self.count) - 1)

    def index(self, number: int, row: int) -> int | None:
        """The window's row on which a row of a paragraph stands, or None."""
        if not self.lines or not self.lines[0] <= (number, row) <= self.lines[-1]:
            return None
        try:
            return self.lines.index((number, row))
        except ValueError:
            return None

    def rows_in_sight(self, number: int) -> tuple[int, int] | None:
        """First and last row of the window that a paragraph takes, its blank row included."""
        found = [y for y, (n, _) in enumerate(self.lines) if n == number]
        return (found[0], found[-1]) if found else None

    def in_sight(self, number: int) -> bool:
        """Whether any row of a paragraph's text is in the window."""
        return any(n == number and row < self.rows_of(n) - 1 for n, row in self.lines)

    def whole(self) -> tuple[int, ...]:
        """The paragraph on each row, 0 on a blank one, where all of the text is in the window; else nothing."""
        if not self.lines or self._hidden_above() or self._hidden_below():
            return ()
        return tuple(number if row < self.rows_of(number) - 1 else 0 for number, row in self.lines)

    def starting(self) -> list[int]:
        """Paragraphs whose first row is in the window."""
        return [number for number, row in self.lines if row == 0]

    def page(self, direction: int) -> bool:
        """A window's height on (1) or back (-1), two rows kept. False at the end."""
        return self.scroll(direction * max(1, self.height - 2))

    def to_end(self) -> None:
        """The end of the text on the last row."""
        if self.count:
            self.place(self.count, self.rows_of(self.count) - 1, self.height - 1)
