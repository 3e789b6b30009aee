"""What a project holds: articles, paragraphs, spans, annotations, tags, reviews. Frozen, no I/O.

Positions are Unicode code points over the article's text, 0-based, end exclusive. Paragraph numbers
are 1-based. Times are ISO 8601 UTC with microseconds and `Z`, so that they sort as text.
`extra` holds the fields of a stored record that this version does not know; they are written back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Protocol

import msgspec

Role = Literal["body", "heading", "caption", "furniture"]
Unit = Literal["paragraph", "span", "article", "tag", "project"]
AnchorState = Literal["exact", "moved", "fuzzy", "orphan"]

ROLES: tuple[Role, ...] = ("body", "heading", "caption", "furniture")
CONTEXT = 32
"""Code points of prefix and suffix kept in an anchor."""
PASSED_OVER: frozenset[str] = frozenset({"furniture", "heading"})
"""Roles that the reviewed flow (Enter) does not visit and progress does not count."""


class Span(msgspec.Struct, frozen=True, order=True, gc=False):
    """A stretch of an article's text: code points, 0-based, end exclusive."""

    start: int
    end: int


class Paragraph(msgspec.Struct, frozen=True, gc=False):
    """A span of the text with its 1-based number; boundaries never change after the import."""

    number: int
    start: int
    end: int
    role: Role = "body"
    speaker: str = ""


class Split(msgspec.Struct, frozen=True):
    """How the paragraphs of an article came about."""

    importer: str = "text"
    rule: str = "blank"
    version: int = 1


class Article(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One text as it was imported.

    `id` is `a` and the first 16 hex digits of `sha256`, the hash of the stored file (UTF-8, LF, no
    BOM). `roles` maps paragraph numbers (as text, JSON has no other keys) to roles set by hand.
    `removed` is the time it was taken out of the library, or empty.
    """

    id: str
    number: int
    title: str
    sources: tuple[str, ...] = ()
    media_type: str = "text/plain"
    meta: dict[str, str] = {}
    sha256: str = ""
    paragraphs_sha256: str = ""
    split: Split = Split()
    source_sha256: str = ""
    imported_at: str = ""
    roles: dict[str, Role] = {}
    replaces: dict[str, Any] | None = None
    removed: str = ""
    extra: dict[str, Any] = {}


class Anchor(msgspec.Struct, frozen=True, gc=False):
    """A span with the words it stands on and up to 32 code points on each side of them."""

    start: int
    end: int
    quote: str
    prefix: str = ""
    suffix: str = ""
    state: AnchorState = "exact"


class Annotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One mark by one coder on one target: one tag put on, or a bare note (`tag` empty).

    Reading a record with fields of a newer version straight into this fails, rather than losing them:
    whoever decodes puts these into `extra`.
    """

    id: str
    unit: Unit
    coder: str
    article: str = ""
    anchor: Anchor | None = None
    tag: str = ""
    note: str = ""
    layer: str = ""
    created: str = ""
    modified: str = ""
    extra: dict[str, Any] = {}

    @property
    def target(self) -> tuple[str, str, int, int]:
        """What it stands on: (unit, article, start, end); -1 where the unit has no span."""
        if self.anchor is None:
            return (self.unit, self.article, -1, -1)
        return (self.unit, self.article, self.anchor.start, self.anchor.end)


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag as stored; see `codebook.Codebook` for what it means after merges and deletions."""

    id: str
    name: str
    created: str = ""
    parent: str = ""
    colour: str = ""
    key: str = ""
    description: str = ""
    archived: bool = False
    merged_into: str = ""
    deleted: bool = False
    extra: dict[str, Any] = {}


class Pass(msgspec.Struct, frozen=True):
    """A reading of the material that starts at a time; progress counts reviews since then."""

    name: str
    started: str


class Coder(msgspec.Struct, frozen=True, kw_only=True):
    """A person who codes: handle, name to show, passes."""

    id: str
    name: str = ""
    passes: tuple[Pass, ...] = ()
    extra: dict[str, Any] = {}


class SavedSearch(msgspec.Struct, frozen=True, kw_only=True):
    """A query kept under a name, shared by all coders of the project."""

    id: str
    name: str
    query: str
    extra: dict[str, Any] = {}


class Review(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What says «I have read this paragraph; what is not tagged here is absent»: coder x paragraph x time."""

    id: str
    coder: str
    article: str
    paragraph: int
    start: int
    end: int
    at: str
    extra: dict[str, Any] = {}


class ProjectInfo(msgspec.Struct, frozen=True, kw_only=True):
    """`project.json`: format version, project id, name, permissions, blind coding, locked codebook."""

    id: str
    format: int = 1
    name: str = ""
    mode: str = "0700"
    group: str = ""
    blind: bool = False
    locked: bool = False
    extra: dict[str, Any] = {}


class ArticleText(Protocol):
    """An article's text by paragraph, without holding all of it in memory."""

    @property
    def length(self) -> int:
        """Length of the whole text in code points."""

    def __len__(self) -> int:
        """The number of paragraphs."""

    def paragraph(self, number: int) -> Paragraph:
        """The paragraph as imported (its role before any change by hand). IndexError out of range."""

    def text_of(self, number: int) -> str:
        """The text of a paragraph."""

    def slice(self, start: int, end: int) -> str:
        """The text between two positions in code points."""

    def number_at(self, position: int) -> int:
        """The number of the paragraph that holds a position, or of the first after it."""

    def speakers(self) -> tuple[str, ...]:
        """The names of all speakers, in the order of their first words."""


def role_of(article: Article, paragraph: Paragraph) -> Role:
    """The role in force: the one set by hand, else the one given at import."""
    return article.roles.get(str(paragraph.number), paragraph.role) if article.roles else paragraph.role


class Marks:
    """All annotations and reviews of one article, by paragraph; never changed: an edit makes new ones.

    `by_paragraph` lists an annotation under every paragraph it touches, in order of creation; marks on
    the whole article stand under 0. `reviews` maps a paragraph number to the latest time by coder; `moved`
    has the paragraphs of reviews that were made on others, in a copy that split the text in another way.
    """

    __slots__ = ("annotations", "by_paragraph", "moved", "review_records", "reviews")

    def __init__(
        self,
        annotations: Mapping[str, Annotation] | None = None,
        by_paragraph: Mapping[int, tuple[Annotation, ...]] | None = None,
        review_records: Mapping[str, Review] | None = None,
        reviews: Mapping[int, Mapping[str, str]] | None = None,
        moved: Mapping[str, int] | None = None,
    ) -> None:
        self.annotations = annotations if annotations is not None else {}
        self.by_paragraph = by_paragraph if by_paragraph is not None else {}
        self.review_records = review_records if review_records is not None else {}
        self.reviews = reviews if reviews is not None else {}
        self.moved = moved if moved is not None else {}

    def of(self, number: int, coder: str | None = None) -> tuple[Annotation, ...]:
        """The annotations that touch a paragraph (0: on the whole article), of one coder or of all."""
        found = self.by_paragraph.get(number, ())
        return found if coder is None else tuple(a for a in found if a.coder == coder)

    def reviewed(self, number: int, coder: str, since: str = "") -> str:
        """When the coder last reviewed the paragraph, at or after `since`; empty if not."""
        at = self.reviews.get(number, {}).get(coder, "")
        return at if at >= since else ""

    def coded(self, coder: str) -> Iterator[int]:
        """Numbers of the paragraphs on which the coder has put at least one tag, unordered."""
        return (
            number
            for number, marks in self.by_paragraph.items()
            if number and any(a.tag and a.coder == coder for a in marks)
        )

    def paragraph_of(self, review: Review) -> int:
        """The number of the paragraph that a review is about: the one that holds its beginning."""
        return self.moved.get(review.id, review.paragraph)

    def reviews_of(self, number: int, coder: str) -> list[Review]:
        """A coder's reviews of one paragraph, the earliest first."""
        found = (r for r in self.review_records.values() if self.paragraph_of(r) == number and r.coder == coder)
        return sorted(found, key=lambda r: (r.at, r.id))


class Corpus(Protocol):
    """What search, analysis and exporters may read of a project."""

    @property
    def info(self) -> ProjectInfo:
        """The project's own record."""

    @property
    def articles(self) -> Mapping[str, Article]:
        """Articles in the library by id, in order of their numbers; removed ones are left out."""

    @property
    def tags(self) -> Mapping[str, Tag]:
        """All tags as stored, by id."""

    @property
    def coders(self) -> Mapping[str, Coder]:
        """All coders by handle."""

    def text(self, article_id: str) -> ArticleText:
        """The text of an article."""

    def marks(self, article_id: str) -> Marks:
        """All annotations and reviews of an article that may be seen."""

    def memos(self) -> tuple[Annotation, ...]:
        """Annotations on tags and on the project."""
