"""From a JSON-LD file to articles with their marks. What is not as it should be is said in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, NoReturn, TypeVar, get_args

import msgspec

from reader.errors import Unreadable
from reader.formats import NewAnnotation, NewArticle, NewItem, NewMemo, NewProject, NewReview, NewTag
from reader.formats.foreign import Handles, clean_name, known_id, time_of
from reader.formats.jsonld import VERSION
from reader.model import CONTEXT, Anchor, AnchorState, Coder, Paragraph, Role, SavedSearch, Split, Tag, Unit

T = TypeVar("T", bound=msgspec.Struct)
Json = dict[str, Any]
Count = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
"""A number that every reader of JSON holds exactly, an index too (RFC 8259, 6)."""


class _Article(msgspec.Struct, frozen=True):
    id: str
    value: str
    paragraphs: list[list[Count | str]]
    label: str = ""
    number: Count = 0
    sources: tuple[str, ...] = ()
    media_type: str = "text/plain"
    meta: dict[str, str] = {}
    split: Split = Split()
    source_sha256: str = ""
    imported_at: str = ""
    roles: dict[str, Role] = {}
    replaces: dict[str, Any] | None = None
    reviews: list[NewReview] = []
    extra: dict[str, Any] = {}


class _Selector(msgspec.Struct, frozen=True):
    type: str
    exact: str = ""
    prefix: str = ""
    suffix: str = ""
    start: Count = -1
    end: Count = -1


class _Target(msgspec.Struct, frozen=True, rename={"state": "reader:anchor"}):
    source: str
    selector: list[_Selector] | _Selector | None = None
    state: Literal["exact", "moved", "fuzzy", "orphan"] = "exact"


class _Body(msgspec.Struct, frozen=True, rename={"tag": "reader:tag"}):
    type: str = "TextualBody"
    purpose: str = ""
    value: str = ""
    tag: str = ""


class _Person(msgspec.Struct, frozen=True):
    nickname: str = ""
    name: str = ""


class _Annotation(
    msgspec.Struct, frozen=True, rename={"unit": "reader:unit", "layer": "reader:layer", "extra": "reader:extra"}
):
    target: _Target | str
    id: str = ""
    body: list[_Body] | _Body = []
    creator: _Person | str = ""
    created: str = ""
    modified: str = ""
    unit: str = ""
    layer: str = ""
    extra: dict[str, Any] = {}


class _Page(msgspec.Struct, frozen=True):
    items: list[_Annotation] = []


class _Document(
    msgspec.Struct,
    frozen=True,
    rename={
        "version": "reader:version",
        "locked": "reader:locked",
        "tags": "reader:tags",
        "coders": "reader:coders",
        "searches": "reader:searches",
        "articles": "reader:articles",
    },
):
    label: str = ""
    version: int = VERSION
    locked: bool = False
    tags: list[Tag] = []
    coders: list[Coder] = []
    searches: list[SavedSearch] = []
    articles: list[_Article] = []
    first: _Page = _Page()


def read(data: bytes, name: str) -> Iterator[NewItem]:
    """What is in the file. Everything is looked at before the first item is given."""
    return iter(_Reader(_decoded(data, name), name).items())


def _decoded(data: bytes, name: str) -> _Document:
    try:
        document = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"{name} is not a project in JSON-LD: {_said(error)}.") from error
    if document.version > VERSION:
        raise Unreadable(
            f"{name} was written by a newer version (format {document.version}); this one knows {VERSION}."
        )
    if not document.articles and not document.tags:
        raise Unreadable(f"{name} holds neither texts nor a codebook; annotations alone cannot be placed.")
    return document


def _said(error: Exception) -> str:
    return str(error).split("\n")[0].rstrip(".") or "it is broken"


_BARE: tuple[int | str, ...] = (-1, -1, "body", "")
"""What a paragraph's row means where it ends early."""


class _Reader:
    """The items of one document, each checked."""

    def __init__(self, document: _Document, name: str) -> None:
        self.document = document
        self.name = name
        self.tags = {tag.id: tag for tag in document.tags}
        self.texts = {article.id: article for article in document.articles}
        self.marks: dict[str, list[NewAnnotation]] = {}
        self.memos: list[NewMemo] = []
        self.handles = Handles(document.coders)
        self._ids = {tag.name: tag.id for tag in reversed(document.tags)}
        self._bounds: dict[str, set[tuple[int | str, ...]]] = {}

    def items(self) -> list[NewItem]:
        if len(self.texts) < len(self.document.articles):
            self._fail("two of its articles have the same id")
        for article in self.document.articles:
            self._check_text(article)
        for annotation in self.document.first.items:
            self._take(annotation)
        articles = [self._article(article) for article in self.document.articles]
        return [
            NewProject(name=self.document.label, locked=self.document.locked),
            *self.handles.coders.values(),
            *self.document.searches,
            *(_new_tag(tag, self.tags) for tag in _parents_first(self.tags)),
            *articles,
            *self.memos,
        ]

    def _fail(self, reason: str) -> NoReturn:
        raise Unreadable(f"{self.name} cannot be imported: {reason}.")

    def _check_text(self, found: _Article) -> None:
        if not found.value.strip():
            self._fail(f"the article “{_short(found.label)}” has no text")
        if "\r" in found.value:
            self._fail(f"the text of “{_short(found.label)}” has line ends other than LF")
        try:
            found.value.encode()
        except UnicodeEncodeError:
            self._fail(f"the article “{_short(found.label)}” holds half a character")

    def _article(self, found: _Article) -> NewArticle:
        return NewArticle(
            text=found.value,
            paragraphs=self._paragraphs(found),
            title=found.label,
            source=found.sources[0] if found.sources else self.name,
            media_type=found.media_type,
            meta=found.meta,
            split=found.split,
            source_sha256=found.source_sha256,
            annotations=self.marks.get(found.id, ()),
            reviews=self._reviews(found),
            number=max(0, found.number),
            known_sources=found.sources,
            imported_at=time_of(found.imported_at),
            roles=found.roles,
            replaces=found.replaces,
            extra=found.extra,
        )

    def _paragraphs(self, found: _Article) -> list[Paragraph]:
        paragraphs: list[Paragraph] = []
        position = 0
        for number, row in enumerate(found.paragraphs, 1):
            start, end, role, speaker = (*row, *_BARE[len(row) :])[:4]
            if (
                not (isinstance(start, int) and isinstance(end, int) and role in get_args(Role))
                or not position <= start < end <= len(found.value)
                or found.value[position:start].strip()
            ):
                self._fail(f"¶ {number} of “{_short(found.label)}” is not where its text is")
            paragraphs.append(Paragraph(number, start, end, role, str(speaker)))  # type: ignore[arg-type]  # checked
            position = end
        if found.value[position:].strip():
            self._fail(f"the paragraphs of “{_short(found.label)}” do not hold all of its text")
        return paragraphs

    def _reviews(self, found: _Article) -> list[NewReview]:
        for review in found.reviews:
            if not 1 <= review.paragraph <= len(found.paragraphs):
                self._fail(f"a review names ¶ {review.paragraph} of “{_short(found.label)}”, which has fewer")
        return [
            msgspec.structs.replace(
                review, coder=self.handles.of(review.coder), at=time_of(review.at), id=known_id(review.id)
            )
            for review in found.reviews
        ]

    def _take(self, found: _Annotation) -> None:
        tag, note = self._body(found)
        target = found.target
        person = found.creator
        coder = person if isinstance(person, str) else person.nickname or person.name
        values: Json = {
            "tag": tag,
            "note": note,
            "coder": self.handles.of(coder),
            "layer": found.layer,
            "created": time_of(found.created),
            "modified": time_of(found.modified or found.created),
            "id": known_id(found.id.removeprefix("urn:reader-tui:annotation:")),
            "extra": found.extra,
        }
        if isinstance(target, str) and target not in self.texts:
            unit: Unit = "tag" if target.startswith("urn:reader-tui:tag:") else "project"
            self.memos.append(NewMemo(annotation=NewAnnotation(unit=unit, **values)))
            return
        source = target if isinstance(target, str) else target.source
        article = self.texts.get(source)
        if article is None:
            self._fail(f"the annotation {found.id!r} stands on a text that is not in the file")
        anchor = None if isinstance(target, str) else self._anchor(target, article, found.id)
        unit = self._unit(found, anchor, article)
        self.marks.setdefault(source, []).append(NewAnnotation(unit=unit, anchor=anchor, **values))

    def _unit(self, found: _Annotation, anchor: Anchor | None, article: _Article) -> Unit:
        if anchor is None:
            return "article"
        if not found.unit:
            return "paragraph" if (anchor.start, anchor.end) in self._bounds_of(article) else "span"
        return "paragraph" if found.unit == "paragraph" else "span"

    def _bounds_of(self, article: _Article) -> set[tuple[int | str, ...]]:
        """Where its paragraphs begin and end."""
        if article.id not in self._bounds:
            self._bounds[article.id] = {tuple(row[:2]) for row in article.paragraphs}
        return self._bounds[article.id]

    def _body(self, found: _Annotation) -> tuple[str, str]:
        """The tag's id and the note. A tag of others, who know only names, is the one of that name."""
        bodies = found.body if isinstance(found.body, list) else [found.body]
        tag, notes = "", []
        for body in bodies:
            if body.purpose == "tagging":
                tag = body.tag or self._ids.get(body.value, "")
                if tag not in self.tags:
                    self._fail(f"the annotation {found.id!r} has a tag that is not in its codebook")
            else:
                notes.append(body.value)
        return tag, "\n\n".join(note for note in notes if note)

    def _anchor(self, target: _Target, article: _Article, ident: str) -> Anchor | None:
        if target.selector is None:
            return None
        selectors = target.selector if isinstance(target.selector, list) else [target.selector]
        quote = next((s for s in selectors if s.type == "TextQuoteSelector"), None)
        position = next((s for s in selectors if s.type == "TextPositionSelector"), None)
        text = article.value
        if position is not None and 0 <= position.start < position.end <= len(text):
            start, end = position.start, position.end
            if quote is None or text[start:end] == quote.exact or target.state in ("fuzzy", "orphan"):
                return _anchor_at(text, start, end, quote, target.state)
        elif position is not None and quote is not None and target.state == "orphan":
            return Anchor(
                max(0, position.start), max(0, position.end), quote.exact, quote.prefix, quote.suffix, "orphan"
            )
        found = _find(text, quote) if quote is not None else -1
        if quote is None or found < 0:
            words = f"“{_short(quote.exact)}”" if quote is not None else "a place"
            self._fail(
                f"the annotation {ident!r} quotes {words}, which is not in the text of “{_short(article.label)}”"
            )
        return _anchor_at(text, found, found + len(quote.exact), None, "exact")


def _anchor_at(text: str, start: int, end: int, quote: _Selector | None, state: AnchorState) -> Anchor:
    if quote is not None:
        return Anchor(start, end, quote.exact, quote.prefix, quote.suffix, state)
    return Anchor(start, end, text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT], state)


def _find(text: str, quote: _Selector) -> int:
    """Where the words stand: with what is before and after them, else where they stand only once; -1 if nowhere for sure."""
    if not quote.exact:
        return -1
    whole = quote.prefix + quote.exact + quote.suffix
    if text.count(whole) == 1:
        return text.index(whole) + len(quote.prefix)
    return text.index(quote.exact) if text.count(quote.exact) == 1 else -1


def _parents_first(tags: Mapping[str, Tag]) -> list[Tag]:
    """The tags, each behind its parent; a loop is cut at any place."""
    done: dict[str, Tag] = {}
    for tag in tags.values():
        waiting: list[Tag] = []
        above: Tag | None = tag
        while above is not None and above.id not in done and above not in waiting:
            waiting.append(above)
            above = tags.get(above.parent)
        done.update((t.id, t) for t in reversed(waiting))
    return list(done.values())


def _new_tag(tag: Tag, tags: Mapping[str, Tag]) -> NewTag:
    names = [clean_name(tag.name)]
    seen = {tag.id}
    above = tags.get(tag.parent)
    while above is not None and above.id not in seen:
        seen.add(above.id)
        names.append(clean_name(above.name))
        above = tags.get(above.parent)
    values: Json = {key: getattr(tag, key) for key in tag.__struct_fields__ if key not in ("name", "created")}
    return NewTag(path=tuple(reversed(names)), created=time_of(tag.created), **values)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
