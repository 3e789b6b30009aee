"""What the annotation pane shows of a paragraph, as rows and places to click; no widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from reader.commands.phrases import many
from reader.model import Annotation
from reader.safe import safe, safe_line
from reader.tui import wrap
from reader.tui.bars import cut
from reader.tui.slots import in_slots, slot_of
from reader.tui.themes import ink, tag_colour, tag_sign
from reader.tui.undoing import clock

if TYPE_CHECKING:
    from reader.project import Session
    from reader.tui.opened import OpenArticle
    from reader.tui.themes import Look

LONGEST_NOTE = 2_000
"""Characters of a note that the pane shows."""

MOST_ROWS = 8
"""Rows that the words of the current span may take."""
ROLE_WORDS = {"furniture": "furniture, passed over", "heading": "heading"}


class Page(msgspec.Struct):
    """The pane's rows, and which row and columns belong to which entry."""

    rows: list[list[Segment]] = []
    entries: list[Annotation] = []
    places: list[tuple[int, int, int, int]] = []
    """(row, first column, end column, entry)."""

    def at(self, row: int, column: int) -> int:
        """The entry that stands there; -1 without one."""
        places = (entry for there, start, end, entry in self.places if there == row and start <= column < end)
        return next(places, -1)

    def add(self, *segments: Segment, entry: int = -1) -> None:
        """A row of its own."""
        if entry >= 0:
            self.places.append((len(self.rows), 0, 10_000, entry))
        self.rows.append(list(segments))


class PaneWriter:
    """Writes pages about one article in one look."""

    def __init__(self, opened: OpenArticle, state: Session, look: Look, chosen: int) -> None:
        self.opened = opened
        self.state = state
        self.lying = in_slots(state, opened.project.codebook)
        self.look = look
        self.chosen = chosen
        self.codebook = opened.project.codebook
        self.coder = opened.project.coder

    def _style(self, index: int, style: Style) -> Style:
        return style + self.look.chosen if index == self.chosen else style

    def review_words(self, number: int) -> tuple[str, Style]:
        """The review state in words."""
        if self.opened.is_reviewed(number):
            newer = self.opened.tags_since(number)
            return f"{many(newer, 'tag')} newer · reviewed ✓" if newer else "reviewed ✓", self.look.good
        role = self.opened.role(number)
        return ROLE_WORDS.get(role, "not reviewed"), self.look.dim

    def _tag(self, mark: Annotation) -> tuple[Segment, str, str]:
        """The stripe, path and slot of a tag; without colours the stripe is the letter that stands in the margin."""
        tag = self.codebook.resolve(mark.tag)
        tag_id = tag.id if tag else mark.tag
        stripe = Segment("▌", self.look.text + ink(tag_colour(self.codebook, tag_id)))
        if self.look.plain:
            stripe = Segment(f"{tag_sign(self.codebook, tag_id)} ", self.look.text)
        slot = slot_of(self.lying, tag_id)
        return stripe, safe_line(self.codebook.shown(tag_id, " › ")), str(slot) if slot else ""

    def _stripe_on(self, stripe: Segment, row: int) -> Segment:
        """The stripe on a row of a long name: a bar goes on, a letter would be read as one of the name's."""
        return Segment(" " * cell_len(stripe.text), stripe.style) if self.look.plain and row else stripe

    # -- beside the text -------------------------------------------------------------------------------

    def beside(self, number: int, width: int) -> Page:
        """Everything, one thing below the other."""
        page = Page()
        words, style = self.review_words(number)
        head = f"¶ {number}"
        page.add(Segment(head, self.look.bold), _gap(width, head, words, self.look.text), Segment(words, style))
        self._beside_current(page, number, width)
        own = self.opened.seen_marks(number)
        current = next((a for a in own if a.id == self.opened.span_mark), None)
        if current is not None:  # right under its words: thirty others may follow
            self._beside_tag(page, current, width)
        tags = [a for a in own if a.tag and a.unit != "span"]
        if tags:
            page.add()
        for mark in tags:
            self._beside_tag(page, mark, width)
        for mark in (a for a in own if not a.tag and a.unit != "span"):
            page.add()
            who = "" if mark.coder == self.coder else f" by {safe_line(mark.coder)}"
            self._heading(page, f"note{who}", clock(mark.modified), width)
            self._beside_note(page, mark, len(page.entries), width)
            page.entries.append(mark)
        for mark in (a for a in own if a.unit == "span" and a is not current):
            page.add()
            quote = safe_line(mark.anchor.quote[:LONGEST_NOTE]) if mark.anchor else ""
            page.add(Segment(cut(f"span “{quote}”", width), self.look.dim))
            self._beside_tag(page, mark, width)
        article = [a for a in self.opened.seen_marks(0) if a.tag or a.note]
        if article:
            page.add()
            page.add(Segment("the whole article", self.look.dim))
        for mark in article:
            self._beside_tag(page, mark, width)
        return page

    def _beside_current(self, page: Page, number: int, width: int) -> None:
        """The words of the current span, and which of those here it is; what else is selected."""
        selected = len(self.opened.selection.numbers()) if self.opened.selection else 0
        if selected:
            page.add(Segment(cut(f"{selected} paragraphs selected", width), self.look.accent))
        if self.opened.span is None:
            return
        page.add()
        self._heading(page, "words chosen", self.which(number), width)
        quote = safe_line(self.quote()[:LONGEST_NOTE])
        rows = wrap.rows(quote, max(4, width - 2))
        for start, end in rows[:MOST_ROWS]:
            page.add(Segment("  ", self.look.text), Segment(wrap.drawn(quote[start:end]), self.look.bold))
        if len(rows) > MOST_ROWS:
            page.add(Segment("  …", self.look.dim))

    def quote(self) -> str:
        """The words of the current span."""
        return self.opened.text.slice(*self.opened.span) if self.opened.span else ""

    def which(self, number: int) -> str:
        """Which of the spans here is the current one: `2 of 3`; empty for new words."""
        ids = [mark.id for mark in self.opened.own_spans(number)]
        return f"{ids.index(self.opened.span_mark) + 1} of {len(ids)}" if self.opened.span_mark in ids else ""

    def _heading(self, page: Page, left: str, right: str, width: int) -> None:
        page.add(Segment(left, self.look.dim), _gap(width, left, right, self.look.text), Segment(right, self.look.dim))

    def _beside_tag(self, page: Page, mark: Annotation, width: int) -> None:
        index = len(page.entries)
        page.entries.append(mark)
        if mark.tag:
            stripe, path, slot = self._tag(mark)
            if mark.coder != self.coder:
                slot = safe_line(mark.coder)
            style = self._style(index, self.look.text)
            room = max(4, width - cell_len(stripe.text) - 1 - cell_len(slot))
            rows = [(0, len(path))] if cell_len(path) <= room else wrap.rows(path, room)
            for row, (start, end) in enumerate(rows):
                shown = wrap.drawn(path[start:end])
                last = slot if not row else ""
                page.add(
                    self._stripe_on(stripe, row),
                    Segment(shown, style),
                    _gap(width, f"{stripe.text}{shown}", last, style),
                    Segment(last, self.look.dim),
                    entry=index,
                )
        self._beside_note(page, mark, index, width)

    def _beside_note(self, page: Page, mark: Annotation, index: int, width: int) -> None:
        if not mark.note:
            return
        text = safe(mark.note[:LONGEST_NOTE]).rstrip()
        style = self._style(index, self.look.text if not mark.tag else self.look.dim)
        for start, end in wrap.rows(text, max(4, width - 2)):
            page.add(Segment("  ", self.look.text), Segment(wrap.drawn(text[start:end]), style), entry=index)

    def slots(self, width: int) -> Page:
        """The nine slots, as many rows as they need; the entry of a place is the slot's number."""
        page = Page(rows=[[]])
        used = 0
        for number, tag in enumerate(self.lying, start=1):
            name = cut(safe_line(tag.name), 14) if tag else "–"
            pin = "•" if number in self.state.pinned else ""
            cells = cell_len(name) + 2 + len(pin)
            if used and used + cells > width:
                page.rows.append([])
                used = 0
            page.places.append((len(page.rows) - 1, used, used + cells, number))
            key = ink(tag_colour(self.codebook, tag.id)) if tag and not self.look.plain else Style()
            page.rows[-1] += [
                Segment(f"{number}{pin}", (self.look.bold if tag else self.look.dim) + key),
                Segment(f" {name} ", self.look.text if tag else self.look.dim),
            ]
            used += cells + 1
        return page

    # -- below the text --------------------------------------------------------------------------------

    def below(self, number: int, width: int) -> Page:
        """The same in few rows: tags side by side, a row for each note."""
        page = Page()
        words, style = self.review_words(number)
        row = [Segment(f"¶ {number} ", self.look.bold), Segment(words, style)]
        used = sum(cell_len(s.text) for s in row)
        if self.opened.selection:
            chosen = f" · {len(self.opened.selection.numbers())} selected"
            row.append(Segment(chosen, self.look.accent))
            used += cell_len(chosen)
        if self.opened.span is not None:
            page.rows.append(row)
            which = self.which(number)
            words = cut(f"words {which}{': ' if which else ''}“{safe_line(self.quote()[:LONGEST_NOTE])}”", width)
            row, used = [Segment(words, self.look.bold)], cell_len(words)
        own = [*self.opened.seen_marks(number), *self.opened.seen_marks(0)]
        own.sort(key=lambda mark: mark.id != self.opened.span_mark)  # the current one is in sight
        for mark in (a for a in own if a.tag):
            index = len(page.entries)
            page.entries.append(mark)
            stripe, path, slot = self._tag(mark)
            what = "article: " if mark.unit == "article" else "span: " if mark.unit == "span" else ""
            what = f"> {what}" if mark.id == self.opened.span_mark else what
            after = slot if mark.coder == self.coder else safe_line(mark.coder)
            label = f"{what}{path}{' ' + after if after else ''}"
            cells = cell_len(stripe.text) + cell_len(label)
            if cells > width - 3:
                page.rows.append(row)
                row, used = [], 0
                for n, (start, end) in enumerate(wrap.rows(label, max(4, width - 3 - cell_len(stripe.text)))):
                    shown = Segment(wrap.drawn(label[start:end]), self._style(index, self.look.text))
                    page.add(self._stripe_on(stripe, n), shown, entry=index)
                continue
            if used + cells + 2 > width and used:
                page.rows.append(row)
                row, used = [], 0
            else:
                row.append(Segment("  ", self.look.text))
                used += 2
            page.places.append((len(page.rows), used, used + cells, index))
            row += [stripe, Segment(label, self._style(index, self.look.text))]
            used += cells
        page.rows.append(row)
        for mark in (a for a in own if a.note):
            index = page.entries.index(mark) if mark.tag else len(page.entries)
            if not mark.tag:
                page.entries.append(mark)
            label = f"{safe_line(self.codebook.path(mark.tag)[-1])}: " if mark.tag else "note "
            note = cut(safe_line(mark.note[:LONGEST_NOTE]), max(4, width - cell_len(label)))
            page.add(Segment(label, self.look.dim), Segment(note, self._style(index, self.look.text)), entry=index)
        return page


def _gap(width: int, left: str, right: str, style: Style) -> Segment:
    """The blanks that put a text at the right edge."""
    return Segment(" " * max(1, width - cell_len(left) - cell_len(right)), style)
