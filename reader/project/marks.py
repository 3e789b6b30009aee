"""The marks of one article by paragraph, made from records and kept up with changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
    moved = dict(_moved(records.values(), text))
    latest: dict[int, dict[str, str]] = {}
    for review in records.values():
        known = latest.setdefault(moved.get(review.id, review.paragraph), {})
        known[review.coder] = max(known.get(review.coder, ""), review.at)
    return Marks(by_id, {number: tuple(found) for number, found in grouped.items()}, records, latest, moved)


def _moved(reviews: Iterable[Review], text: ArticleText) -> Iterator[tuple[str, int]]:
    """The reviews whose words begin in another paragraph than the one they name, and its number."""
    for review in reviews:
        number = text.number_at(review.start)
        if number != review.paragraph:
            yield review.id, number


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
    if not reviews:
        return Marks(by_id, by_paragraph, marks.review_records, marks.reviews, marks.moved)
    return Marks(by_id, by_paragraph, *_reviews(marks, reviews, text))


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


def _reviews(
    marks: Marks, changes: Sequence[Pair], text: ArticleText
) -> tuple[Overlay[str, Review], Overlay[int, Mapping[str, str]], Mapping[str, int]]:
    changed: dict[str, Review | None] = {}
    for before, after in changes:
        if isinstance(before, Review):
            changed[before.id] = None
        if isinstance(after, Review):
            changed[after.id] = after
    records = overlay(marks.review_records).changed(changed.items())
    moved = {**marks.moved, **dict(_moved((r for r in changed.values() if r is not None), text))}
    gone = {moved.get(before.id, before.paragraph) for before, _ in changes if isinstance(before, Review)}
    latest: dict[int, Mapping[str, str]] = dict(_latest(records.values(), gone, moved)) if gone else {}
    for _, after in changes:
        if isinstance(after, Review):
            number = moved.get(after.id, after.paragraph)
            known = latest.get(number, marks.reviews.get(number, {}))
            latest[number] = {**known, after.coder: max(known.get(after.coder, ""), after.at)}
    return records, overlay(marks.reviews).changed(latest.items()), moved


def _latest(records: Iterable[Review], numbers: Collection[int], moved: Mapping[str, int]) -> dict[int, dict[str, str]]:
    """When each coder last reviewed these paragraphs."""
    found: dict[int, dict[str, str]] = {number: {} for number in numbers}
    for review in records:
        known = found.get(moved.get(review.id, review.paragraph))
        if known is not None:
            known[review.coder] = max(known.get(review.coder, ""), review.at)
    return found
