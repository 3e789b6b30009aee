"""The article that is open: what is seen of each paragraph, what is coded and reviewed, where one moves to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from reader.commands.reviewing import since_of, tags_since
from reader.model import PASSED_OVER, Annotation, Paragraph, Role, role_of
from reader.safe import safe
from reader.tui.painting import Picture, Stripe, Tint, is_right_to_left
from reader.tui.themes import tag_colour, tag_sign

if TYPE_CHECKING:
    from reader.project import Edit, Project
    from reader.tui.find import ArticleFind

Others = Literal["reviewed", "all", "none"]


def rows_of(number: int, count: int, height: int) -> range:
    """The rows of a column of some height that a paragraph of so many takes; at least one."""
    first = (number - 1) * height // count
    return range(first, max(first + 1, number * height // count))


def by_row(numbers: Iterable[int], count: int, height: int) -> list[int]:
    """How many of these paragraphs stand in each row of such a column."""
    found = [0] * height
    if count >= height:  # a paragraph has one row: no ranges for the ten thousand of a long article
        for number in numbers:
            found[(number - 1) * height // count] += 1
    else:
        for number in numbers:
            for row in rows_of(number, count, height):
                found[row] += 1
    return found


LOOKED_AT = 40
"""Paragraphs that decide whether an article is mostly right-to-left."""


class Selection:
    """Paragraphs that are selected: the hits, and those from where one began to where one is, furniture left out."""

    def __init__(self) -> None:
        self.hits: frozenset[int] = frozenset()
        self.begun = 0
        self.range: frozenset[int] = frozenset()

    def holds(self, number: int) -> bool:
        """Whether a paragraph is selected."""
        return number in self.range or number in self.hits

    def numbers(self) -> list[int]:
        """The selected paragraphs in order."""
        return sorted(self.range | self.hits)

    def __bool__(self) -> bool:
        return bool(self.range or self.hits)


class OpenArticle:
    """One article of a project, as one coder sees it. Cheap to make; `count_all` reads every paragraph once."""

    def __init__(self, project: Project, article_id: str) -> None:
        self.project = project
        self.id = article_id
        self.article = project.articles[article_id]
        self.text = project.text(article_id)
        self.count = len(self.text)
        self.since = since_of(project)
        self.marks = project.marks(article_id)
        self.find: ArticleFind | None = None
        self.coded: set[int] = set()
        self.reviewed: set[int] = set()
        self.visited = 0
        self._visits: list[int] = []
        self._by_row: list[int] = []
        self._first_tags: dict[int, str] = {}
        self._first_tags_of: tuple[object, ...] = ()
        self.counted = False
        self.markdown = self.article.media_type == "text/markdown"
        self.span: tuple[int, int] | None = None
        self.span_mark = ""
        self.selection = Selection()
        self.others: Others = "reviewed"

    # -- paragraphs ------------------------------------------------------------------------------------

    def text_of(self, number: int) -> str:
        """A paragraph's text as it may be drawn."""
        return safe(self.text.text_of(number))

    def role(self, number: int) -> Role:
        """A paragraph's role in force."""
        return role_of(self.article, self.text.paragraph(number))

    def visits(self, number: int) -> bool:
        """Whether Enter visits the paragraph: no heading, no furniture, no turn of a speaker to skip."""
        paragraph = self.text.paragraph(number)
        return (
            role_of(self.article, paragraph) not in PASSED_OVER
            and paragraph.speaker not in self.project.state.skipped_speakers
        )

    def own_marks(self, number: int) -> tuple[Annotation, ...]:
        """The coder's own annotations that touch a paragraph (0: the article), those of deleted tags left out."""
        codebook = self.project.codebook
        return tuple(
            a for a in self.marks.of(number, self.project.coder) if not a.tag or codebook.resolve(a.tag) is not None
        )

    def seen_marks(self, number: int) -> tuple[Annotation, ...]:
        """The annotations that are shown on a paragraph (0: the article): one's own, and others' where one may see them."""
        if not self.shows_others(number):
            return self.own_marks(number)
        codebook, coder = self.project.codebook, self.project.coder
        found = [a for a in self.marks.of(number) if not a.tag or codebook.resolve(a.tag) is not None]
        return tuple(sorted(found, key=lambda a: a.coder != coder))

    def shows_others(self, number: int) -> bool:
        """Whether others' marks on a paragraph are shown: by default where one has reviewed it oneself."""
        if self.others == "reviewed":
            return bool(number) and self.is_reviewed(number)
        return self.others == "all"

    def own_spans(self, number: int) -> list[Annotation]:
        """The coder's own spans that touch a paragraph, in the order of the text."""
        spans = [a for a in self.own_marks(number) if a.unit == "span" and a.anchor is not None]
        return sorted(spans, key=lambda a: (a.anchor.start, a.anchor.end, a.id) if a.anchor else (0, 0, a.id))

    def tags_on(self, number: int) -> list[Annotation]:
        """The coder's own tags on the paragraph as a whole (0: on the article)."""
        unit = "paragraph" if number else "article"
        return [a for a in self.own_marks(number) if a.tag and a.unit == unit]

    def tags_since(self, number: int) -> int:
        """How many tags were made since the coder reviewed the paragraph: it was not looked at for them."""
        return tags_since(self.project, self.article, number)

    def is_reviewed(self, number: int) -> bool:
        """Whether the coder has reviewed the paragraph in this pass."""
        return bool(self.marks.reviewed(number, self.project.coder, self.since))

    def picture(self, number: int, *, current: bool) -> Picture:
        """Everything of a paragraph that is seen."""
        paragraph = self.text.paragraph(number)
        role = role_of(self.article, paragraph)
        hits, hit_now = self.find.hits_in(number) if self.find else ((), -1)
        own = self.seen_marks(number) if number in self.marks.by_paragraph else ()
        return Picture(
            number=number,
            text=self.text_of(number),
            role=role,
            speaker=safe(paragraph.speaker),
            reviewed=self.is_reviewed(number),
            counted=self.visits(number),
            stripes=self._stripes(own),
            tints=self._tints(own, paragraph),
            hits=tuple(hits),
            hit_now=hit_now,
            current=current,
            markdown=self.markdown,
            span=self._span_in(paragraph),
            selected=self.selection.holds(number),
        )

    def cursor(self, current: int) -> tuple[int, int]:
        """The paragraph and the code point in it that one is on: the end of the current span, else the paragraph's start."""
        if self.span is None:
            return current, 0
        number = self.text.number_at(self.span[1] - 1)
        return number, self.span[1] - 1 - self.text.paragraph(number).start

    def _stripes(self, own: Iterable[Annotation]) -> tuple[Stripe, ...]:
        codebook = self.project.codebook
        tags = dict.fromkeys(tag.id for a in own if a.tag and (tag := codebook.resolve(a.tag)) is not None)
        coder = self.project.coder
        mine = {tag.id for a in own if a.coder == coder and a.tag and (tag := codebook.resolve(a.tag)) is not None}
        return tuple(
            Stripe(
                tag_colour(codebook, tag_id),
                tag_sign(codebook, tag_id),
                own=tag_id in mine,
            )
            for tag_id in tags
        )

    def _span_in(self, paragraph: Paragraph) -> tuple[int, int] | None:
        """The part of the current span that stands in a paragraph, in its code points."""
        if self.span is None:
            return None
        start, end = max(self.span[0], paragraph.start), min(self.span[1], paragraph.end)
        return (start - paragraph.start, end - paragraph.start) if start < end else None

    def _tints(self, own: Iterable[Annotation], paragraph: Paragraph) -> tuple[Tint, ...]:
        found = []
        size = paragraph.end - paragraph.start
        for mark in own:
            if mark.unit == "span" and mark.anchor is not None:
                start = max(0, mark.anchor.start - paragraph.start)
                end = min(size, mark.anchor.end - paragraph.start)
                colour = tag_colour(self.project.codebook, mark.tag) if mark.tag else "#808080"
                found.append(Tint(start, end, colour))
        return tuple(found)

    def mostly_right_to_left(self) -> bool:
        """Whether most of the first paragraphs read right to left."""
        numbers = range(1, min(self.count, LOOKED_AT) + 1)
        return sum(1 for n in numbers if is_right_to_left(self.text.text_of(n)[:200])) * 2 > len(numbers)

    # -- where one goes --------------------------------------------------------------------------------

    def first_body(self) -> int:
        """The paragraph a new article opens on."""
        return next((n for n in range(1, self.count + 1) if self.role(n) == "body"), 1)

    def step(self, number: int, direction: int) -> int:
        """The next paragraph in a direction, furniture passed over; the same where there is none."""
        found = number + direction
        while 1 <= found <= self.count:
            if self.role(found) != "furniture":
                return found
            found += direction
        return number

    def next_coded(self, number: int, direction: int) -> int | None:
        """The nearest paragraph in a direction that carries a tag of the coder's."""
        if not self.counted:
            self.count_all()
        if direction > 0:
            return min((n for n in self.coded if n > number), default=None)
        return max((n for n in self.coded if n < number), default=None)

    # -- what changed ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Anything may have changed: read article, marks and counts anew. KeyError if the article is gone."""
        self.article = self.project.articles[self.id]
        self.since = since_of(self.project)
        self.marks = self.project.marks(self.id)
        self._first_tags_of = ()
        self.count_all()

    def follow(self, edit: Edit) -> set[int] | None:
        """Take in an edit made here: the paragraphs it touched, or None if it may be more than those."""
        tables = {change.table for change in edit.changes}
        self.marks = self.project.marks(self.id)
        if not tables <= {"annotations", "reviews", "tags"} or any(
            c.table == "tags" and c.before is not None for c in edit.changes
        ):
            self.refresh()
            return None
        touched: set[int] = set()
        for change in edit.changes:
            record = change.record
            if change.table == "tags" or record.get("article") != self.id:
                continue
            if change.table == "reviews":
                touched.add(record["paragraph"])
            elif anchor := record.get("anchor"):
                first = self.text.number_at(anchor["start"])
                touched.update(range(first, self.text.number_at(max(anchor["start"], anchor["end"] - 1)) + 1))
        for number in touched:
            self._count(number)
            if self._first_tags_of:
                self._take_first_tag(number)
        return touched

    def first_tags(self) -> Mapping[int, str]:
        """The first tag that is shown on each paragraph that has one; kept, and followed where an edit touches it."""
        made_of = (self.others, self.since, self.project.codebook)
        if self._first_tags_of != made_of:
            self._first_tags_of = made_of
            self._first_tags = {}
            for number in self.marks.by_paragraph:
                self._take_first_tag(number)
        return self._first_tags

    def _take_first_tag(self, number: int) -> None:
        if not number:
            return
        codebook = self.project.codebook
        shown = (codebook.resolve(a.tag) for a in self.seen_marks(number) if a.tag)
        first = next((tag for tag in shown if tag is not None), None)
        if first is not None:
            self._first_tags[number] = first.id
        else:
            self._first_tags.pop(number, None)

    def visited_by_row(self, height: int) -> list[int]:
        """How many paragraphs that Enter visits stand in each row of a column that shows the whole article."""
        if len(self._by_row) != height:
            self._by_row = by_row(self._visits, self.count, height)
        return self._by_row

    def count_all(self) -> None:
        """Count what is coded and reviewed in the whole article."""
        visited = [n for n in range(1, self.count + 1) if self.visits(n)]
        self.visited, self._visits, self._by_row = len(visited), visited, []
        coder, reviewed = self.project.coder, self.marks.reviewed
        self.reviewed = {n for n in visited if reviewed(n, coder, self.since)} if self.marks.reviews else set()
        self.coded = {n for n in self.marks.by_paragraph if n and any(a.tag for a in self.own_marks(n))}
        self.counted = True

    def _count(self, number: int) -> None:
        """Count one paragraph anew."""
        if self.is_reviewed(number) and self.visits(number):
            self.reviewed.add(number)
        else:
            self.reviewed.discard(number)
        if any(a.tag for a in self.own_marks(number)):
            self.coded.add(number)
        else:
            self.coded.discard(number)
