"""Span mode and the current span: how words are chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from reader import commands
from reader.tui.bars import cut
from reader.tui.find import ArticleFind
from reader.tui.flow import Flow
from reader.tui.keys import Keymap
from reader.tui.lineedit import LineEdit
from reader.tui.paragraphs import ParagraphView
from reader.tui.spans import Ends, SpanWalk

if TYPE_CHECKING:
    from textual import events

    from reader.model import Annotation
    from reader.project import Edit
    from reader.tui.opened import OpenArticle

LONGEST_TYPED = 200
MOST_FOUND = 200
"""Places of a typed word that one can walk through."""
SHOWN = 40
"""Characters of the words in a heading or the status line."""


class Spanning(Flow):
    """Choosing words (`v`) and walking the spans of a paragraph (`;`)."""

    def __init__(self) -> None:
        super().__init__()
        self.walk: SpanWalk | None = None
        self._before: tuple[Ends | None, str] = (None, "")
        self._word: LineEdit | None = None
        self._word_ends = False
        self._word_from: Ends = (0, 0)
        self._places: list[Ends] = []
        self._place = 0
        self._span_keys: Keymap | None = None

    # -- keys ------------------------------------------------------------------------------------------------

    @property
    def keymap(self) -> Keymap:
        """In span mode its keys, else those of the reading screen."""
        if self.walk is None:
            return super().keymap
        if self._span_keys is None:
            from reader.tui.tables import SPANS

            self._span_keys = self.reader.keymap_of(SPANS)
        return self._span_keys

    def redraw(self) -> None:
        """The keys of span mode are called otherwise too."""
        self._span_keys = None
        super().redraw()

    def types_text(self) -> bool:
        """Keys are text while a word is typed."""
        return self._word is not None or super().types_text()

    def press(self, key: str, character: str | None = None) -> bool:
        """Keys go to the word while one is typed."""
        if self._word is None:
            return super().press(key, character)
        self._typed_word(self._word, key, character)
        return True

    def on_paste(self, event: events.Paste) -> None:
        """Pasted words are the word typed."""
        if self._word is None:
            super().on_paste(event)
            return
        self._word.insert(" ".join(event.text[:LONGEST_TYPED].split()))
        self._find_word(self._word.text)

    # -- into the mode and out of it -------------------------------------------------------------------------

    def span(self) -> None:
        """Choose words: the current span, else the hit in this paragraph, else its first sentence."""
        opened = self.wanted()
        before = (opened.span, opened.span_mark)
        mark = self.current_mark()
        if mark is not None and mark.unit == "span" and mark.anchor is not None:
            ends, opened.span_mark = (mark.anchor.start, mark.anchor.end), mark.id
        else:
            found = opened.span or self._opening(opened)
            if found is None:
                self.reader.remark("no words here")
                return
            ends, opened.span_mark = found, ""
        self._before = before
        self.pane_view.focused_entry = -1
        self.walk = SpanWalk(
            opened.text, ends, rows=self.view.rows_of, passed=lambda number: opened.role(number) == "furniture"
        )
        self.show_span(reveal=(self.walk.start, self.walk.end - 1))
        self.key_line.refresh()

    def _opening(self, opened: OpenArticle) -> Ends | None:
        """The hit in this paragraph, of `/` or of the library search, else the first sentence."""
        base = opened.text.paragraph(self.here).start
        hits: Sequence[Ends] = ()
        now = 0
        if opened.find is not None:
            hits, now = opened.find.hits_in(self.here)
        elif (opened.id, self.here) in self.reader.hits and self.reader.hit_query:
            hits = self.project.finder(self.reader.hit_query).spans(opened.text_of(self.here))
        if not hits:
            hits, now = commands.sentences(opened.text.text_of(self.here)), 0
        if not hits:
            return None
        start, end = hits[max(0, now)]
        return base + start, base + end

    def leave_span(self) -> None:
        """Out of the mode, nothing changed."""
        before, mark = self._before
        self._end_mode()
        self._set_span(before, mark)
        self.reader.say("")

    def keep_ends(self) -> None:
        """Keep the ends: of a span that is there already they are changed, in one step; a new one stays current."""
        opened, walk = self.wanted(), self.walk
        if walk is None:
            return
        mark = self.current_mark()
        if mark is None:
            self._end_mode()
            self._set_span(self._trimmed(walk.ends), "")
            self.reader.say("these words are current: tag keys act on them, Esc drops them")
            return
        outcome = commands.change_ends(self.project, mark, *walk.ends)
        self._end_mode()
        now = opened.span
        self.edited(outcome)
        self._set_span(self._trimmed(now) if now else None, mark.id)

    def _end_mode(self) -> None:
        self.walk = None
        self._word = None
        self.key_line.end_prompt()

    def _trimmed(self, ends: Ends) -> Ends:
        """The ends as they are stored: in to the words, out to whole clusters."""
        anchor = commands.whole_span(self.project, self.article, *ends)
        return anchor.start, anchor.end

    # -- moving the ends -------------------------------------------------------------------------------------

    def move_span(self, motion: str, direction: int) -> None:
        """One of the motions of `SpanWalk`."""
        walk = self.walk
        if walk is None:
            return
        before = walk.ends
        getattr(walk, motion)(direction)
        if walk.ends == before:
            self.reader.remark("no further")
        elif walk.start == before[0]:
            self.show_span(reveal=(walk.end - 1,))
        else:
            self.show_span(reveal=(walk.end - 1, walk.start) if motion == "sentence" else (walk.start,))

    def show_span(self, *, reveal: Sequence[int] = ()) -> None:
        """Draw the span that is being chosen, bring these positions into sight, let the cursor follow its start."""
        opened, walk = self.wanted(), self.walk
        if walk is None:
            return
        before, opened.span = opened.span, walk.ends
        self._repaint_spans(before, walk.ends)
        if walk.first != self.here:
            self.here = walk.first
            self.state.positions[opened.id] = self.here
            row = self._row_at(walk.start)[1]
            self.view.move_to(self.here, first=row, last=row)
            self.show_title()
        for position in reveal:
            self.view.reveal(*self._row_at(position))
        self.show_pane()

    def _row_at(self, position: int) -> tuple[int, int]:
        text = self.wanted().text
        number = text.number_at(position)
        return number, self.view.row_of(number, position - text.paragraph(number).start)

    def _repaint_spans(self, *spans: Ends | None) -> None:
        """Paint anew the paragraphs of these spans that are in sight; others forget how they looked."""
        text = self.wanted().text
        numbers: set[int] = set()
        for ends in spans:
            if ends is not None:
                numbers.update(range(text.number_at(ends[0]), text.number_at(ends[1] - 1) + 1))
        if numbers:
            self.view.repaint(*(() if len(numbers) > SHOWN else numbers))

    def _set_span(self, ends: Ends | None, mark: str) -> None:
        """Make a span current, or none."""
        opened = self.wanted()
        before = opened.span
        opened.span, opened.span_mark = ends, mark if ends else ""
        if before != ends:
            self._repaint_spans(before, ends)
        self.show_pane()

    def drop_span(self) -> bool:
        """No span is current any more. False if none was."""
        if self.walk is not None:
            self._end_mode()
        if self.opened is None or self.opened.span is None:
            return False
        before, self.opened.span, self.opened.span_mark = self.opened.span, None, ""
        self._repaint_spans(before)
        return True

    # -- a word is typed -------------------------------------------------------------------------------------

    def span_to_word(self) -> None:
        """The span becomes the word typed."""
        self._begin_word(ends=False)

    def end_to_word(self) -> None:
        """The end goes to the word typed."""
        self._begin_word(ends=True)

    def _begin_word(self, *, ends: bool) -> None:
        if self.walk is not None:
            self._word, self._word_ends, self._word_from = LineEdit(), ends, self.walk.ends
            self._places, self._place = [], 0
            self._show_word()

    def _typed_word(self, line: LineEdit, key: str, character: str | None) -> None:
        before = line.text
        if key in ("enter", "escape") or (key == "backspace" and not line.text):
            if key != "enter":
                self._take_place(self._word_from)
            self._word = None
            self.key_line.end_prompt()
            self.reader.say(
                "" if key != "enter" or self._places or not line.text else f"no word begins with {line.text}"
            )
            return
        if key in ("down", "up") and self._places:
            self._place = (self._place + (1 if key == "down" else -1)) % len(self._places)
            self._take_place(self._places[self._place])
        elif line.press(key, character) and line.text != before:
            self._find_word(line.text)
        self._show_word()

    def _show_word(self) -> None:
        if self._word is not None:
            found = (
                f"{self._place + 1}/{len(self._places)}" if self._places else "no such word" if self._word.text else ""
            )
            what = "end at the word" if self._word_ends else "the word"
            self.key_line.prompt(
                self._word.text,
                self._word.cursor,
                f"{what} {found}   {self.reader.key_name('enter')} take  {self.reader.key_name('down')} next  Esc back",
            )

    def _find_word(self, typed: str) -> None:
        walk = self.walk
        if walk is None:
            return
        self._places, self._place = [], 0
        if typed.strip():
            finder = self.project.finder(typed)
            start = self._word_from[0]
            found: Iterator[Ends]
            if self._word_ends:
                number = walk.text.number_at(start)
                found = ((self._word_from[0], end) for _, end in walk.typed(finder, number, after=start))
            else:
                found = walk.typed(finder, self._word_paragraph())
            self._places = list(islice(found, MOST_FOUND))
        self._take_place(self._places[0] if self._places else self._word_from)

    def _word_paragraph(self) -> int:
        """Where a typed word is looked for first: the paragraph in which one began to type."""
        return self.wanted().text.number_at(self._word_from[0])

    def _take_place(self, ends: Ends) -> None:
        if self.walk is not None and ends != self.walk.ends:
            self.walk.become(ends)
            self.show_span(reveal=(self.walk.start, self.walk.end - 1))

    # -- spans that are there --------------------------------------------------------------------------------

    def next_span(self) -> None:
        """The next span in this paragraph becomes the current one."""
        opened = self.wanted()
        spans = opened.own_spans(self.here)
        if not spans:
            self.reader.remark("no span here: v chooses words")
            return
        ids = [mark.id for mark in spans]
        if opened.span_mark in ids:
            index = (ids.index(opened.span_mark) + 1) % len(ids)
        else:
            same = [i for i, m in enumerate(spans) if m.anchor and (m.anchor.start, m.anchor.end) == opened.span]
            index = same[0] if same else 0
        mark = spans[index]
        if mark.anchor is not None:
            self.pane_view.focused_entry = -1
            self._set_span((mark.anchor.start, mark.anchor.end), mark.id)
            if self.here == opened.text.number_at(mark.anchor.start):
                self.view.reveal(*self._row_at(mark.anchor.start))
            name = "".join(self.project.codebook.path(mark.tag)[-1:]) or "note"
            self.reader.say(f"span {index + 1} of {len(spans)}: {name} · “{cut(mark.anchor.quote, SHOWN)}”")

    def current_mark(self) -> Annotation | None:
        """The annotation that `v s x a w` act on: the entry chosen in the pane, else the current span's."""
        opened = self.wanted()
        chosen = self.pane_view.chosen
        return chosen or opened.marks.annotations.get(opened.span_mark)

    # -- when the span goes ----------------------------------------------------------------------------------

    def go(self, number: int, **how: Any) -> None:
        """Moving away drops the span."""
        if self.walk is not None or number != self.here:
            self.drop_span()
        super().go(number, **how)

    def _stand_on(self, number: int) -> None:
        if self.walk is None:
            self.drop_span()
            super()._stand_on(number)

    def _show_hit(self, found: ArticleFind) -> None:
        self.drop_span()
        super()._show_hit(found)

    def open(self, article_id: str, number: int | None = None) -> None:
        """Another article: span mode is over."""
        if self.walk is not None:
            self._end_mode()
        super().open(article_id, number)

    def draw_edit(self, edit: Edit) -> None:
        """The current span follows its annotation, and goes with it."""
        super().draw_edit(edit)
        self._follow_mark()

    def show_marks(self) -> None:
        """The current span follows its annotation, and goes with it."""
        super().show_marks()
        self._follow_mark()

    def _follow_mark(self) -> None:
        opened = self.opened
        if opened is None or not opened.span_mark or self.walk is not None:
            return
        mark = opened.marks.annotations.get(opened.span_mark)
        if mark is None or mark.anchor is None:
            self._set_span(None, "")
        elif (mark.anchor.start, mark.anchor.end) != opened.span:
            self._set_span((mark.anchor.start, mark.anchor.end), mark.id)

    # -- the mouse -------------------------------------------------------------------------------------------

    def on_paragraph_view_dragged(self, event: ParagraphView.Dragged) -> None:
        """Words are drawn over with the mouse: span mode on them."""
        if self.opened is None or self._word is not None:
            return
        text = self.opened.text
        first, last = sorted((event.begun, event.there))
        ends = (text.paragraph(first[0]).start + first[1], text.paragraph(last[0]).start + last[1] + 1)
        if self.walk is None:
            if self.opened.span is not None:
                self.drop_span()
            if self.here != first[0]:
                self.go(first[0])
            self.span()
        if self.walk is not None:
            self.walk.become(ends)
            self.show_span()
