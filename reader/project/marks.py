"""The marks of one article by paragraph, made from records and kept up with changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter

from reader.model import Annotation, ArticleText, Marks, Review
from reader.overlay import Overlay, overlay

Pair = tuple[object | None, object | None]


def paragraphs_of(annotation: Annotation, text: ArticleText) -> range:
    """Numbers of the paragraphs that an annotation touches; 0 for a mark on the whole article."""
    anchor = annotation.anchor
    if anchor is None:
        return range(1)
    first = text.number_at(anchor.start)
    if annotation.unit == "paragraph":
        return range(first, first + 1)
    return range(first, max(first, text.number_at(max(anchor.start, anchor.end - 1))) + 1)


_order = attrgetter("created", "id")


def gather(annotations: Iterable[Annotation], reviews: Iterable[Review], text: ArticleText) -> Marks:
    """The marks that some records make."""
    grouped: dict[int, list[Annotation]] = {}
    by_id: dict[str, Annotation] = {}
    places: dict[tuple[str, int, int], range] = {}  # many marks stand on the same words
    for annotation in sorted(annotations, key=_order):
        by_id[annotation.id] = annotation
        anchor = annotation.anchor
        place = (annotation.unit, anchor.start, anchor.end) if anchor is not None else ("", -1, -1)
        numbers = places.get(place)
        if numbers is None:
            numbers = places[place] = paragraphs_of(annotation, text)
        for number in numbers:
            grouped.setdefault(number, []).append(annotation)
    records = {review.id: review for review in reviews}
    latest: dict[int, dict[str, str]] = {}
    for review in records.values():
        known = latest.setdefault(review.paragraph, {})
        known[review.coder] = max(known.get(review.coder, ""), review.at)
    return Marks(by_id, {number: tuple(found) for number, found in grouped.items()}, records, latest)


def follow(marks: Marks, pairs: Iterable[Pair], text: ArticleText) -> Marks:
    """The marks after some records changed; following a change twice is following it once.

    Costs what the change touches, however many marks the article has.
    """
    changes = list(pairs)
    annotations = [(b, a) for b, a in changes if isinstance(b, Annotation) or isinstance(a, Annotation)]
    reviews = [(b, a) for b, a in changes if isinstance(b, Review) or isinstance(a, Review)]
    by_id, by_paragraph = (
        _annotations(marks, annotations, text) if annotations else (marks.annotations, marks.by_paragraph)
    )
    records, latest = _reviews(marks, reviews) if reviews else (marks.review_records, marks.reviews)
    return Marks(by_id, by_paragraph, records, latest)


def _annotations(
    marks: Marks, changes: Sequence[Pair], text: ArticleText
) -> tuple[Overlay[str, Annotation], Overlay[int, tuple[Annotation, ...]]]:
    by_id: dict[str, Annotation | None] = {}
    by_paragraph: dict[int, tuple[Annotation, ...]] = {}
    for before, after in changes:
        if isinstance(before, Annotation):
            by_id[before.id] = None
            for number in paragraphs_of(before, text):
                found = by_paragraph.get(number, marks.of(number))
                by_paragraph[number] = tuple(a for a in found if a.id != before.id)
        if isinstance(after, Annotation):
            by_id[after.id] = after
            for number in paragraphs_of(after, text):
                others = (a for a in by_paragraph.get(number, marks.of(number)) if a.id != after.id)
                by_paragraph[number] = tuple(sorted((*others, after), key=_order))
    return overlay(marks.annotations).changed(by_id.items()), overlay(marks.by_paragraph).changed(by_paragraph.items())


def _reviews(marks: Marks, changes: Sequence[Pair]) -> tuple[Overlay[str, Review], Overlay[int, Mapping[str, str]]]:
    changed: dict[str, Review | None] = {}
    for before, after in changes:
        if isinstance(before, Review):
            changed[before.id] = None
        if isinstance(after, Review):
            changed[after.id] = after
    records = overlay(marks.review_records).changed(changed.items())
    gone = {before.paragraph for before, _ in changes if isinstance(before, Review)}
    latest: dict[int, Mapping[str, str]] = dict(_latest(records.values(), gone)) if gone else {}
    for _, after in changes:
        if isinstance(after, Review):
            known = latest.get(after.paragraph, marks.reviews.get(after.paragraph, {}))
            latest[after.paragraph] = {**known, after.coder: max(known.get(after.coder, ""), after.at)}
    return records, overlay(marks.reviews).changed(latest.items())


def _latest(records: Iterable[Review], numbers: Collection[int]) -> dict[int, dict[str, str]]:
    """When each coder last reviewed these paragraphs."""
    found: dict[int, dict[str, str]] = {number: {} for number in numbers}
    for review in records:
        if review.paragraph in found:
            known = found[review.paragraph]
            known[review.coder] = max(known.get(review.coder, ""), review.at)
    return found
