"""Which marks an export shows, and where they stand: by coder, by wanted paragraph, merges and deletions resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from reader.codebook import Codebook
from reader.formats import ExportOptions
from reader.model import Annotation, Article, ArticleText, Corpus, Marks, Review, SavedSearch, Tag


def touched(annotation: Annotation, text: ArticleText) -> range:
    """Numbers of the paragraphs that a mark touches; 0 alone for one on the whole article."""
    anchor = annotation.anchor
    if anchor is None or not len(text):
        return range(1)
    first = text.number_at(anchor.start)
    if annotation.unit == "paragraph" or anchor.end <= anchor.start + 1:
        return range(first, first + 1)
    return range(first, max(first, text.number_at(anchor.end - 1)) + 1)


def wanted(corpus: Corpus, article_id: str, options: ExportOptions, marks: Marks | None = None) -> list[Annotation]:
    """The marks of an article that the options leave, in no order."""
    found: Iterable[Annotation] = (marks or corpus.marks(article_id)).annotations.values()
    if options.coder:
        found = (a for a in found if a.coder == options.coder)
    keep = options.keep
    if keep is None:
        return list(found)
    text = corpus.text(article_id)
    return [a for a in found if any(keep(article_id, number) for number in touched(a, text))]


def wanted_memos(corpus: Corpus, options: ExportOptions) -> list[Annotation]:
    """The notes on tags and the project; none where only some paragraphs are wanted."""
    if options.keep is not None:
        return []
    return [memo for memo in corpus.memos() if not options.coder or memo.coder == options.coder]


def wanted_reviews(marks: Marks, article_id: str, options: ExportOptions) -> list[Review]:
    """The reviews of an article that the options leave, in order of paragraph, time and id."""
    keep = options.keep
    found = [
        review
        for review in marks.review_records.values()
        if (not options.coder or review.coder == options.coder)
        and (keep is None or keep(article_id, marks.paragraph_of(review)))
    ]
    return sorted(found, key=lambda review: (marks.paragraph_of(review), review.at, review.id))


def coders_at_work(corpus: Corpus, options: ExportOptions) -> list[str]:
    """All who have a mark or a review in the project, or the one asked for; by name."""
    if options.coder:
        return [options.coder]
    found = {memo.coder for memo in corpus.memos()}
    for article_id in corpus.articles:
        marks = corpus.marks(article_id)
        found.update(annotation.coder for annotation in marks.annotations.values())
        found.update(review.coder for review in marks.review_records.values())
    return sorted(found)


class Meant:
    """An annotation as it is read now: its tag after merges, doubles of a merge put together."""

    __slots__ = ("annotation", "doubles", "modified", "note", "path", "tag_id", "tag_name")

    def __init__(self, annotation: Annotation, tag_id: str = "", tag_name: str = "", path: str = "") -> None:
        self.annotation = annotation
        self.tag_id = tag_id
        self.tag_name = tag_name
        self.path = path
        self.modified = annotation.modified
        self.note = annotation.note
        self.doubles: list[Annotation] | None = None

    def settle(self) -> None:
        """Put the doubles together: the oldest leads, notes in order with a blank line between, none twice."""
        if self.doubles is None:
            return
        inside = sorted((self.annotation, *self.doubles), key=lambda a: (a.created, a.id))
        self.annotation = inside[0]
        self.modified = max(a.modified for a in inside)
        self.note = "\n\n".join(dict.fromkeys(a.note for a in inside if a.note))
        self.doubles = None


class TagReader:
    """What tag ids mean, each looked up once. `protect` is applied to the names it gives."""

    def __init__(self, codebook: Codebook, protect: Callable[[str], str] | None = None) -> None:
        self.codebook = codebook
        self._protect = protect
        self._known: dict[str, tuple[str, str, str] | None] = {}

    def __call__(self, tag_id: str) -> tuple[str, str, str] | None:
        """Id, name and shown path of the tag that an annotation means now; None if it was deleted."""
        try:
            return self._known[tag_id]
        except KeyError:
            pass
        tag = self.codebook.resolve(tag_id)
        found: tuple[str, str, str] | None = None
        if tag is not None:
            found = (tag.id, tag.name, self.codebook.shown(tag.id))
            if self._protect is not None:
                found = (found[0], self._protect(found[1]), self._protect(found[2]))
        self._known[tag_id] = found
        return found


def _place(row: Meant) -> tuple[int, int, str, str]:
    """Place among the rows of one article: whole-article marks first."""
    anchor = row.annotation.anchor
    if anchor is None:
        return (-1, -1, row.path, row.annotation.id)
    return (anchor.start, anchor.end, row.path, row.annotation.id)


_NO_TAG = ("", "", "")


def meant(annotations: Iterable[Annotation], tags: TagReader) -> list[Meant]:
    """The annotations of one article, or memos, as rows, in order.

    Those with a deleted tag are there only if they have a note, and then without the tag.
    """
    found: list[_Placed] = []
    for annotation in annotations:
        tag = tags(annotation.tag) if annotation.tag else _NO_TAG
        if tag is None:
            if not annotation.note:
                continue
            tag = _NO_TAG
        anchor = annotation.anchor
        start, end = (anchor.start, anchor.end) if anchor is not None else (-1, -1)
        found.append((start, end, tag[2], annotation.id, len(found), annotation, tag))
    found.sort()
    return _without_doubles(found)


_Placed = tuple[int, int, str, str, int, Annotation, tuple[str, str, str]]
"""Start, end, path, id, a number that no other has (so that sorting looks no further), annotation, tag."""


def _without_doubles(found: list[_Placed]) -> list[Meant]:
    """The rows, doubles put together; these stand where start, end and path are the same."""
    rows: list[Meant] = []
    doubled: list[Meant] = []
    last_start, last_end, last_path = -2, -2, ""
    here: dict[object, Meant] = {}
    for start, end, path, _, _, annotation, tag in found:
        row = Meant(annotation, *tag)
        if start != last_start or end != last_end or path != last_path:
            last_start, last_end, last_path = start, end, path
            here = {}
        elif not here and rows:
            here = {_one_of(rows[-1]): rows[-1]}  # the first here; most places have no second
        if here and tag[0]:
            first = here.setdefault(_one_of(row), row)
            if first is not row:
                if first.doubles is None:
                    first.doubles = []
                    doubled.append(first)
                first.doubles.append(annotation)
                continue
        rows.append(row)
    for row in doubled:
        row.settle()
    if doubled:
        rows.sort(key=_place)  # the oldest leads, and with it its id
    return rows


def _one_of(row: Meant) -> tuple[str, str, str, str]:
    """What a coder can put on a place only once."""
    annotation = row.annotation
    return (row.tag_id, annotation.unit, annotation.coder, annotation.layer)


def columns_of_tags(codebook: Codebook) -> list[Tag]:
    """The tags that stand for themselves, archived ones too, in order of their paths; what marks can mean is among them."""
    from reader.codebook import plain

    alive = (tag for tag in codebook.tags.values() if codebook.resolve(tag.id) is tag)
    return sorted(
        alive, key=lambda tag: ([plain(name) for name in codebook.path(tag.id)], codebook.path(tag.id), tag.id)
    )


def first_source(article: Article) -> str:
    """Where it is from, or empty."""
    return article.sources[0] if article.sources else ""


def saved_searches(corpus: Corpus) -> list[SavedSearch]:
    """The saved searches by id, if the corpus is a project, which has some."""
    found: dict[str, SavedSearch] = getattr(corpus, "searches", {})
    return [found[key] for key in sorted(found)]


def pieces(text: ArticleText, size: int = 1 << 18) -> Iterator[str]:
    """The whole text in pieces of at most `size` code points."""
    for start in range(0, text.length, size):
        yield text.slice(start, min(start + size, text.length))
