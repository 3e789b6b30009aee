"""From the marks, reviews and memos that a file brings to records: doubles left out, ids kept where they are free."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reader.edits import new_id, now
from reader.model import Annotation, Article, Paragraph, Review, Unit
from reader.project.newtags import IncomingTags, is_id, own_fields

if TYPE_CHECKING:
    from reader.formats import NewAnnotation, NewArticle, NewReview
    from reader.project import Project

MARK_FIELDS = frozenset(Annotation.__struct_fields__)
REVIEW_FIELDS = frozenset(Review.__struct_fields__)
Bounds = dict[tuple[int, int], int]
"""Paragraph numbers by start and end."""
Key = tuple[object, ...]


def bounds_of(paragraphs: Sequence[Paragraph]) -> Bounds:
    """Where the paragraphs begin and end."""
    return {(paragraph.start, paragraph.end): paragraph.number for paragraph in paragraphs}


@dataclass
class _Known:
    """What stands on one article, or on tags and the project."""

    ids: set[str] = field(default_factory=set)
    marks: dict[Key, str] = field(default_factory=dict)
    """The notes of marks by what makes two of them the same."""
    reviews: set[Key] = field(default_factory=set)


class IncomingMarks:
    """The marks of an import. Each is known by its id, or by coder, target, layer and tag, a bare note also by its words."""

    def __init__(self, project: Project, tags: IncomingTags, articles: frozenset[str]) -> None:
        self.project = project
        self.tags = tags
        self.marks: list[Annotation] = []
        self.reviews: list[Review] = []
        self.doubles = 0
        self.other_notes = 0
        self.homeless = 0
        self._articles = articles
        self._known: dict[str, _Known] = {}
        self._ids: set[str] | None = None
        self._bounds: dict[str, Bounds] = {}

    def put(self, article_id: str, paragraphs: Sequence[Paragraph]) -> None:
        """An article gets these paragraphs with the same import."""
        self._bounds[article_id] = bounds_of(paragraphs)

    def add(self, found: NewArticle, article: Article) -> None:
        """Take in what stands on an article."""
        if not found.annotations and not found.reviews:
            return
        known, bounds = self._standing(article.id), self._bounds_of(article.id)
        marks = [m for one in found.annotations if (m := self._mark(one, known, article.id, bounds))]
        reviews = [r for one in found.reviews if (r := self._review(one, found, known, article.id, bounds))]
        for mark in marks:
            known.marks.setdefault(self._key(mark), mark.note)
        known.reviews |= _said(reviews)
        known.ids |= {mark.id for mark in found.annotations} | {review.id for review in found.reviews}
        self.marks += marks
        self.reviews += reviews

    def add_memo(self, found: NewAnnotation) -> None:
        """Take in a note on a tag or on the project."""
        known = self._standing("")
        memo = self._mark(found, known, "", {})
        if memo is not None:
            self.marks.append(memo)
            known.ids.add(found.id)

    def pairs(self) -> Iterator[tuple[None, Annotation | Review]]:
        """The new records as changes."""
        yield from ((None, mark) for mark in self.marks)
        yield from ((None, review) for review in self.reviews)

    # -- what is there ---------------------------------------------------------------------------------

    def _standing(self, article_id: str) -> _Known:
        known = self._known.get(article_id)
        if known is None:
            known = self._known[article_id] = _Known()
            if article_id in self._articles:
                marks = self.project.all_marks(article_id)
                self._note(known, list(marks.annotations.values()), list(marks.review_records.values()))
            elif not article_id:
                self._note(known, self.project.all_memos(), [])
        return known

    def _note(self, known: _Known, marks: Sequence[Annotation], reviews: Sequence[Review]) -> None:
        known.ids |= {mark.id for mark in marks} | {review.id for review in reviews}
        known.reviews |= _said(reviews)
        for mark in marks:
            known.marks.setdefault(self._key(mark), mark.note)

    def _key(self, mark: Annotation) -> Key:
        tag = self.tags.resolved(mark.tag)
        bare = not tag or mark.unit in ("tag", "project")
        return (mark.coder, mark.target, mark.layer, tag, mark.note if bare else "")

    def _bounds_of(self, article_id: str) -> Bounds:
        if article_id not in self._bounds:
            text = self.project.text(article_id)
            self._bounds[article_id] = bounds_of([text.paragraph(number) for number in range(1, len(text) + 1)])
        return self._bounds[article_id]

    def _free(self, ident: str, letter: str) -> str:
        """The id where no record has it, else a new one."""
        if self._ids is None:
            self.project.flush()
            store = self.project.store
            self._ids = {memo.id for memo in self.project.all_memos()}
            for article_id in self._articles:
                self._ids |= {mark.id for mark in store.annotations(article_id)}
                self._ids |= {review.id for review in store.reviews(article_id)}
        if not is_id(ident, letter) or ident in self._ids:
            ident = new_id(letter)
        self._ids.add(ident)
        return ident

    # -- one record --------------------------------------------------------------------------------------

    def _mark(self, found: NewAnnotation, known: _Known, article_id: str, bounds: Bounds) -> Annotation | None:
        """The record, None where it is there already."""
        if found.id and found.id in known.ids:
            self.doubles += 1
            return None
        created = found.created or found.modified or now()
        mark = Annotation(
            id="",
            unit=_unit(found, bounds),
            coder=found.coder or self.project.coder,
            article=article_id,
            anchor=found.anchor,
            tag=self.tags.meant(found.tag),
            note=found.note,
            layer=found.layer,
            created=created,
            modified=found.modified or created,
            extra=own_fields(found.extra, MARK_FIELDS),
        )
        standing = known.marks.get(self._key(mark))
        if standing is not None:
            self.doubles += 1
            self.other_notes += bool(mark.note) and mark.note != standing
            return None
        return replace(mark, id=self._free(found.id, "n"))

    def _review(
        self, found: NewReview, article: NewArticle, known: _Known, article_id: str, bounds: Bounds
    ) -> Review | None:
        """The record; None where it is there already, or where the article has no such paragraph."""
        theirs = article.paragraphs[found.paragraph - 1] if 1 <= found.paragraph <= len(article.paragraphs) else None
        number = bounds.get((theirs.start, theirs.end), 0) if theirs is not None else 0
        if theirs is None or not number:
            self.homeless += 1
            return None
        coder = found.coder or self.project.coder
        if (found.id and found.id in known.ids) or (coder, number, found.at) in known.reviews:
            self.doubles += 1
            return None
        return Review(
            id=self._free(found.id, "r"),
            coder=coder,
            article=article_id,
            paragraph=number,
            start=theirs.start,
            end=theirs.end,
            at=found.at or now(),
            extra=own_fields(found.extra, REVIEW_FIELDS),
        )


def _unit(found: NewAnnotation, bounds: Bounds) -> Unit:
    """What it stands on here, where the paragraphs may be others than in the file."""
    anchor = found.anchor
    if found.unit == "paragraph" and (
        anchor is None or (anchor.state == "exact" and (anchor.start, anchor.end) not in bounds)
    ):
        return "span" if anchor is not None else "article"
    return found.unit


def _said(reviews: Sequence[Review]) -> set[Key]:
    """What two reviews have in common that say the same; one without a time says no more than any other."""
    return {(review.coder, review.paragraph, at) for review in reviews for at in (review.at, "")}
