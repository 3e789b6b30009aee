"""The marks of one article by paragraph, made from records and kept up with changes."""

from __future__ import annotations

from collections.abc import Iterable

from reader.model import Annotation, ArticleText, Marks, Review

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


def _order(annotation: Annotation) -> tuple[str, str]:
    return (annotation.created, annotation.id)


def gather(annotations: Iterable[Annotation], reviews: Iterable[Review], text: ArticleText) -> Marks:
    """The marks that some records make."""
    grouped: dict[int, list[Annotation]] = {}
    by_id: dict[str, Annotation] = {}
    for annotation in sorted(annotations, key=_order):
        by_id[annotation.id] = annotation
        for number in paragraphs_of(annotation, text):
            grouped.setdefault(number, []).append(annotation)
    records = {review.id: review for review in reviews}
    latest: dict[int, dict[str, str]] = {}
    for review in records.values():
        known = latest.setdefault(review.paragraph, {})
        known[review.coder] = max(known.get(review.coder, ""), review.at)
    return Marks(by_id, {number: tuple(found) for number, found in grouped.items()}, records, latest)


def follow(marks: Marks, pairs: Iterable[Pair], text: ArticleText) -> Marks:
    """The marks after some records changed; following a change twice is following it once."""
    changes = list(pairs)
    both = [record for pair in changes for record in pair]
    by_id, by_paragraph = marks.annotations, marks.by_paragraph
    records, latest = marks.review_records, marks.reviews
    if any(isinstance(record, Annotation) for record in both):
        by_id, by_paragraph = dict(by_id), dict(by_paragraph)
    if any(isinstance(record, Review) for record in both):
        records, latest = dict(records), dict(latest)
    for before, after in changes:
        if isinstance(before, Annotation):
            by_id.pop(before.id, None)
            for number in paragraphs_of(before, text):
                by_paragraph[number] = tuple(a for a in by_paragraph.get(number, ()) if a.id != before.id)
        if isinstance(after, Annotation):
            by_id[after.id] = after
            for number in paragraphs_of(after, text):
                others = (a for a in by_paragraph.get(number, ()) if a.id != after.id)
                by_paragraph[number] = tuple(sorted((*others, after), key=_order))
        if isinstance(before, Review):
            records.pop(before.id, None)
            latest[before.paragraph] = _latest(records, before.paragraph)
        if isinstance(after, Review):
            records[after.id] = after
            known = latest.get(after.paragraph, {})
            latest[after.paragraph] = {**known, after.coder: max(known.get(after.coder, ""), after.at)}
    return Marks(by_id, by_paragraph, records, latest)


def _latest(records: dict[str, Review], number: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for review in records.values():
        if review.paragraph == number:
            found[review.coder] = max(found.get(review.coder, ""), review.at)
    return found
