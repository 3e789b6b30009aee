"""The title line above and the key line below, drawn row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len, set_cell_size, split_graphemes
from rich.segment import Segment

from reader.safe import safe_line
from reader.tui.drawn import Line

if TYPE_CHECKING:
    from rich.style import Style

    from reader.project import Project
    from reader.tui.app import ReaderApp
    from reader.tui.screen import Keyed


def cut(text: str, cells: int) -> str:
    """The start of a text in at most so many cells, with `…` where it was cut."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, cells - 1).rstrip() + "…" if cells > 0 else ""


def cut_before_last(text: str, cells: int) -> str:
    """As `cut`, but what stands behind the last ` · ` stays where it has room: whether it is saved matters most."""
    before, dot, last = text.rpartition(" · ")
    room = cells - cell_len(dot + last)
    return cut(before, room) + dot + last if dot and cell_len(text) > cells and room >= cells // 2 else cut(text, cells)


def _cluster(text: str) -> int:
    """Code points of the first grapheme cluster of a text."""
    spans = split_graphemes(text)[0]
    return spans[0][1] if spans else len(text)


BAR = 8
"""Cells of a bar."""


def bar(done: int, of: int) -> str:
    """A bar of eight cells, full only when all is done and empty only when nothing is."""
    filled = 0 if not of or not done else BAR if done >= of else min(BAR - 1, max(1, round(done * BAR / of)))
    return "▓" * filled + "░" * (BAR - filled)


def percent(done: int, of: int) -> str:
    """A share, 100 only when all is done."""
    return f"{100 * done // of} %" if of else "–"


class Ruled(Line):
    """A line with a rule on one side; `junction` is the column where the pane's edge meets the rule."""

    RULE_ROW = 0
    JOINT = "┬"

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  (Textual's name)
        super().__init__(id=id)
        self.junction = -1

    def join(self, column: int) -> None:
        """Where the pane's edge meets the rule; -1 for nowhere."""
        if column != self.junction:
            self.junction = column
            self.refresh()

    def rule(self) -> list[Segment]:
        """The rule over the whole width."""
        line = "─" * self.size.width
        if 0 <= self.junction < len(line):
            line = line[: self.junction] + self.JOINT + line[self.junction + 1 :]
        return [Segment(line, self.look.rule)]

    def ground(self, y: int) -> Style:
        """Rules stand on the text's ground, words on the bar's."""
        return self.look.text if y == self.RULE_ROW and self.size.height > 1 else self.look.bar


class TitleLine(Ruled):
    """What is open, on the left, and how far one is, on the right; below it a rule."""

    RULE_ROW = 1
    JOINT = "┬"

    def __init__(self, left: str = "") -> None:
        super().__init__(id="title")
        self._left = left
        self._rights: Sequence[str] = ("",)

    def show(self, left: str, right: str = "", *shorter: str) -> None:
        """Plain texts; `shorter` are ways to say the right side in less room, the longest first."""
        found = (left, (right, *shorter))
        if found != (self._left, self._rights):
            self._left, self._rights = found
            self.refresh()

    def show_of(self, project: Project, what: str, right: str) -> None:
        """A screen over a project; on the right also whether others' marks are hidden and nothing can be changed."""
        facts = ("blind" if project.info.blind else "", right, "read-only" if project.read_only else "")
        self.show(f"reader  {project.name} ▸ {what}", " · ".join(filter(None, facts)))

    def row(self, y: int) -> list[Segment]:
        """The title, or the rule."""
        if y == self.RULE_ROW:
            return self.rule()
        width, look = self.size.width, self.look
        left = safe_line(self._left)
        least = min(cell_len(left), max(20, width * 9 // 20))
        right = next((r for r in self._rights if cell_len(r) + least + 3 <= width), self._rights[-1])
        right = cut(safe_line(right), width - 2)
        room = width - cell_len(right) - 3
        name, _, rest = cut(left, room).partition(" ▸ ")
        segments = [Segment(f" {name}", look.bar_bold)]
        used = 1 + cell_len(name)
        if rest:
            segments += [Segment(" ▸ ", look.bar_dim), Segment(rest, look.bar)]
            used += 3 + cell_len(rest)
        gap = max(1, width - used - cell_len(right) - 1)
        return [*segments, Segment(" " * gap, look.bar), Segment(f"{right} ", look.bar_dim)]


class KeyLine(Ruled):
    """The keys of the screen, on the left, and what just happened, on the right; above it a rule."""

    RULE_ROW = 0
    JOINT = "┴"

    def __init__(self) -> None:
        super().__init__(id="keyline")
        self._status = ""
        self._good = True
        self._way_back = ""
        self._prompt: tuple[str, int, str] | None = None

    @property
    def status(self) -> str:
        """What is said now."""
        return self._status

    def say(self, text: str, *, good: bool = True, way_back: str = "") -> None:
        """Say what happened; the key of `way_back`, a command that takes it back, stands before all others then."""
        if (text, good, way_back) != (self._status, self._good, self._way_back):
            self._status, self._good, self._way_back = text, good, way_back
            self.refresh()

    def prompt(self, text: str, cursor: int = 0, tail: str = "") -> None:
        """Show a line being typed, its cursor and a remark."""
        self._prompt = (text, cursor, tail)
        self.refresh()

    def end_prompt(self) -> None:
        """Show the keys again."""
        self._prompt = None
        self.refresh()

    def row(self, y: int) -> list[Segment]:
        """The rule, or the keys and the status."""
        if y == self.RULE_ROW and self.size.height > 1:
            return self.rule()
        if self._prompt is not None:
            return self._prompt_row(*self._prompt)
        width, look = self.size.width, self.look
        hints = cast("Keyed[object]", self.screen).keymap.hints(self._way_back)
        kept = cell_len("  ".join(hints[0])) + 1 if self._way_back and hints else 0
        status = cut_before_last(safe_line(self._status), width - 2 - kept)
        room = width - cell_len(status) - 4
        segments = [Segment(" ", look.bar)]
        used = 1
        for key, word in hints:
            cells = cell_len(key) + cell_len(word) + 3
            if used + cells > max(room, kept + 1):
                break
            segments += [Segment(key, look.bar_bold), Segment(f" {word}  ", look.bar_dim)]
            used += cells
        segments.append(Segment(" " * max(0, width - used - cell_len(status) - 1), look.bar))
        segments.append(Segment(status, look.bar if self._good else look.bad))
        return segments

    def _prompt_row(self, text: str, cursor: int, tail: str) -> list[Segment]:
        look, width = self.look, self.size.width
        room = max(10, width - cell_len(tail) - 4)
        shown = safe_line(text)
        start = 0
        while cell_len(shown[start:cursor]) > room - 3:
            start += _cluster(shown[start:])
        visible = set_cell_size(shown[start:], min(room - 2, cell_len(shown[start:])))
        at = min(cursor - start, len(visible))
        end = at + _cluster(visible[at:])
        under = visible[at:end] or " "
        segments = [
            Segment(" /", look.bar_bold),
            Segment(visible[:at], look.bar),
            Segment(under, look.bar + look.chosen),
            Segment(visible[end:], look.bar),
        ]
        used = sum(cell_len(segment.text) for segment in segments)
        cast("ReaderApp", self.app).point(self, 2 + cell_len(visible[:at]), self.size.height - 1)
        return [
            *segments,
            Segment(" " * max(1, width - used - cell_len(tail) - 1), look.bar),
            Segment(tail, look.bar_dim),
        ]
