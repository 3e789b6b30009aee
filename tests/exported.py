"""A corpus with everything in it, what importers find taken into an empty one, and projects drawn at random."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st

from reader.formats import (
    ExportOptions,
    ImportOptions,
    NewAnnotation,
    NewArticle,
    NewItem,
    NewMemo,
    NewProject,
    NewTag,
    exporter_for,
    importer_for,
)
from reader.model import ROLES, Annotation, Article, Coder, Marks, Paragraph, ProjectInfo, Review, SavedSearch, Tag
from tests.corpora import MemoryCorpus, MemoryText

AT = "2025-03-01T10:00:00.000000Z"
LATER = "2025-03-02T10:00:00.000000Z"
PLAIN = ExportOptions()


class GivenText(MemoryText):
    """A text whose paragraphs are given as they are."""

    def __init__(self, whole: str, paragraphs: Iterable[Paragraph]) -> None:
        self.whole = whole
        self.paragraphs = list(paragraphs)


class FullCorpus(MemoryCorpus):
    """A corpus with reviews, coders, searches and a name."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.name = name
        self.reviews: list[Review] = []
        self.known_coders: dict[str, Coder] = {}
        self.searches: dict[str, SavedSearch] = {}

    @property
    def info(self) -> ProjectInfo:
        return ProjectInfo(id="p1", name=self.name)

    @property
    def coders(self) -> Mapping[str, Coder]:
        return self.known_coders

    def add_text(self, article: Article, whole: str, paragraphs: Iterable[Paragraph]) -> GivenText:
        self._articles[article.id] = article
        text = self._texts[article.id] = GivenText(whole, paragraphs)
        return text

    def review(self, ident: str, article: str, number: int, coder: str = "ida", at: str = AT) -> None:
        paragraph = self.text(article).paragraph(number)
        self.reviews.append(
            Review(
                id=ident,
                coder=coder,
                article=article,
                paragraph=number,
                start=paragraph.start,
                end=paragraph.end,
                at=at,
            )
        )

    def marks(self, article_id: str) -> Marks:
        annotations = {a.id: a for a in self._annotations if a.article == article_id}
        reviews = {r.id: r for r in self.reviews if r.article == article_id}
        latest: dict[int, dict[str, str]] = {}
        for review in reviews.values():
            known = latest.setdefault(review.paragraph, {})
            known[review.coder] = max(known.get(review.coder, ""), review.at)
        return Marks(annotations, None, reviews, latest)


def identified(letter: str, number: int) -> str:
    """An id as the program makes them."""
    return f"{letter}{ord(letter):04x}{number:028x}"


def article_of(whole: str, number: int, **fields: Any) -> Article:
    """The record of a text, its id and hash as an import makes them."""
    sha256 = hashlib.sha256(whole.encode()).hexdigest()
    return Article(id=f"a{sha256[:16]}", number=number, sha256=sha256, **fields)


def mark(ident: int, article: Article, text: MemoryText, start: int = -1, end: int = -1, **fields: Any) -> Annotation:
    """An annotation; without a start one on the whole article."""
    anchor = text.anchor(start, end) if start >= 0 else None
    values = {"unit": "span" if anchor else "article", "coder": "ida", "created": AT, "modified": AT, **fields}
    return Annotation(id=identified("n", ident), article=article.id, anchor=anchor, **values)


def exported(corpus: MemoryCorpus, format_name: str, options: ExportOptions = PLAIN) -> bytes:
    """What an exporter writes, through a file that knows `write` alone."""

    class Narrow:
        def __init__(self) -> None:
            self.data = bytearray()

        def write(self, data: bytes) -> int:
            self.data += data
            return len(data)

    out = Narrow()
    exporter_for(format_name).write(corpus, out, options)  # type: ignore[arg-type]  # as a file being replaced
    return bytes(out.data)


def found_in(data: bytes, name: str) -> list[NewItem]:
    """What the importer for a name finds."""
    return list(importer_for(name).read(io.BytesIO(data), name, ImportOptions()))


def taken_in(items: Sequence[NewItem]) -> FullCorpus:
    """The items in an empty project: ids and times kept, what is empty filled in by hand."""
    corpus = FullCorpus()
    number = 0
    for item in items:
        if isinstance(item, NewProject):
            corpus.name = item.name
        elif isinstance(item, Coder):
            corpus.known_coders[item.id] = item
        elif isinstance(item, SavedSearch):
            corpus.searches[item.id] = item
        elif isinstance(item, NewTag):
            values = {key: getattr(item, key) for key in item.__struct_fields__ if key != "path"}
            corpus.add_tags(Tag(name=item.path[-1], **values))
        elif isinstance(item, NewMemo):
            corpus.add(_annotation(item.annotation, ""))
        else:
            number += 1
            _take_article(corpus, item, number)
    return corpus


def _take_article(corpus: FullCorpus, item: NewArticle, number: int) -> None:
    article = article_of(
        item.text,
        item.number or number,
        title=item.title,
        sources=item.sources,
        media_type=item.media_type,
        meta=item.meta,
        split=item.split,
        source_sha256=item.source_sha256,
        imported_at=item.imported_at,
        roles=item.roles,
        replaces=item.replaces,
        extra=item.extra,
    )
    corpus.add_text(article, item.text, item.paragraphs)
    corpus.add(*(_annotation(annotation, article.id) for annotation in item.annotations))
    for review in item.reviews:
        values = msgspec.structs.asdict(review)
        corpus.reviews.append(Review(article=article.id, **values))


def _annotation(found: NewAnnotation, article_id: str) -> Annotation:
    values = msgspec.structs.asdict(found)
    if not values["id"]:
        values["id"] = "n" + hashlib.md5(repr(values).encode()).hexdigest()
    return Annotation(article=article_id, **values)


# -- projects drawn at random -------------------------------------------------------------------------

SIGNS = st.characters(codec="utf-8", exclude_characters="\r\0")
WORDS = st.text(SIGNS, max_size=12)
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"), exclude_characters="/;>"),
    min_size=1,
    max_size=8,
)
ROLE = st.sampled_from(ROLES)
CODERS = st.sampled_from(["ida", "jon", "m-1"])


@st.composite
def corpora(draw: st.DrawFn) -> FullCorpus:
    """A project with some tags in a tree, articles, marks of all kinds, reviews, memos."""
    corpus = FullCorpus(draw(NAMES))
    names = draw(st.lists(NAMES, max_size=5, unique_by=lambda name: name.casefold()))
    tag_ids = [identified("t", index + 1) for index in range(len(names))]
    for index, name in enumerate(names):
        parent = draw(st.sampled_from(["", *tag_ids[:index]]))
        corpus.add_tags(
            Tag(
                id=tag_ids[index],
                name=f"{name}{index}",
                created=AT,
                parent=parent,
                description=draw(WORDS),
                archived=draw(st.booleans()),
            )
        )
    taken: set[str] = set()
    counter = 0
    for number in range(1, draw(st.integers(0, 3)) + 1):
        whole = f"{number}" + draw(st.text(SIGNS, max_size=40)) + "."
        if whole in taken:
            continue
        taken.add(whole)
        article = article_of(
            whole,
            number,
            title=draw(NAMES),
            sources=(f"in/{number}.txt",),
            meta=draw(st.dictionaries(NAMES, NAMES, max_size=2)),
            imported_at=AT,
        )
        cut = next((i for i in range(1, len(whole)) if whole[i - 1] == "\n"), len(whole))
        spans = [
            (s, e)
            for s, e in (
                (0, len(whole[:cut].rstrip())),
                (cut + len(whole[cut:]) - len(whole[cut:].lstrip()), len(whole)),
            )
            if s < e
        ]
        text = corpus.add_text(
            article,
            whole,
            [Paragraph(n, s, e, draw(ROLE), draw(st.sampled_from(["", "Ana"]))) for n, (s, e) in enumerate(spans, 1)],
        )
        for _ in range(draw(st.integers(0, 4))):
            counter += 1
            start = draw(st.integers(-1, len(whole) - 1))
            end = draw(st.integers(start + 1, len(whole))) if start >= 0 else -1
            tag = draw(st.sampled_from(["", *tag_ids]))
            note = draw(WORDS) if tag else draw(st.text(SIGNS, min_size=1, max_size=9))
            corpus.add(mark(counter, article, text, start, end, tag=tag, note=note, coder=draw(CODERS)))
        if draw(st.booleans()):
            corpus.review(identified("r", number), article.id, 1, draw(CODERS))
    return corpus
