"""W3C Web Annotation (Recommendation of 23 February 2017) as one JSON-LD file that holds the whole project.

The annotations are as the standard has them; texts, paragraphs, reviews and the codebook stand beside
them under keys of our own vocabulary (`reader:…`), so that nothing is lost on the way out and in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from reader.formats import ExportOptions, ImportOptions, NewItem
from reader.formats.seen import pieces, saved_searches, wanted, wanted_memos, wanted_reviews
from reader.model import Annotation, Article, Coder, Corpus, Review, SavedSearch, Tag

VERSION = 1
CONTEXT: list[Any] = ["http://www.w3.org/ns/anno.jsonld", {"reader": "urn:reader-tui:"}]
"""The standard's own context, which is a name here and never fetched, and the prefix of our keys."""
Json = dict[str, Any]


class JsonLdExporter:
    """Writes one document, article by article. Deleted and merged tags are in it too, so that nothing is lost."""

    suffix = ".jsonld"
    media_type = "application/ld+json"

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the document; returns the number of annotations."""
        name = _project_name(corpus)
        head = {
            "@context": CONTEXT,
            "id": name,
            "type": "AnnotationCollection",
            "label": corpus.info.name,
            "reader:version": VERSION,
            **({"reader:locked": True} if corpus.info.locked else {}),
            "reader:tags": [_tag(tag) for tag in sorted(corpus.tags.values(), key=lambda tag: tag.id)],
            "reader:coders": [_coder(coder) for _, coder in sorted(corpus.coders.items())],
            "reader:searches": [_search(search) for search in saved_searches(corpus)],
        }
        out.write(msgspec.json.encode(head)[:-1] + b',\n"reader:articles":[\n')
        for index, article in enumerate(corpus.articles.values()):
            out.write(b",\n" if index else b"")
            _write_article(corpus, article, out, options)
        out.write(b'\n],\n"first":{"type":"AnnotationPage","items":[\n')
        count = 0
        for annotation in _annotations(corpus, options):
            out.write((b",\n" if count else b"") + msgspec.json.encode(_annotation(annotation, corpus, name)))
            count += 1
        out.write(b'\n]},\n"total":%d}\n' % count)
        return count


def _kept(record: Json) -> Json:
    """The record without what is empty: it comes back as empty."""
    return {key: value for key, value in record.items() if value or (value == 0 and value is not False)}


def _own(record: msgspec.Struct, *left_out: str) -> Json:
    return _kept({key: value for key, value in msgspec.to_builtins(record).items() if key not in left_out})


def _tag(tag: Tag) -> Json:
    return _own(tag)


def _coder(coder: Coder) -> Json:
    return _own(coder)


def _search(search: SavedSearch) -> Json:
    return _own(search)


def _write_article(corpus: Corpus, article: Article, out: BinaryIO, options: ExportOptions) -> None:
    text = corpus.text(article.id)
    paragraphs = []
    for number in range(1, len(text) + 1):
        paragraph = text.paragraph(number)
        role_and_speaker = [paragraph.role, paragraph.speaker] if paragraph.speaker else [paragraph.role]
        bare = paragraph.role == "body" and not paragraph.speaker
        paragraphs.append([paragraph.start, paragraph.end, *([] if bare else role_and_speaker)])
    record = {
        **_own(article, "id", "title", "paragraphs_sha256"),
        "id": _article_name(article.id),
        "type": "Text",
        "label": article.title,
        "paragraphs": paragraphs,
        "reviews": [_review(review) for review in wanted_reviews(corpus.marks(article.id), article.id, options)],
    }
    out.write(msgspec.json.encode(record)[:-1] + b',"value":"')
    for piece in pieces(text):  # noqa: FURB122  a file that is being replaced has `write` alone
        out.write(msgspec.json.encode(piece)[1:-1])
    out.write(b'"}')


def _project_name(corpus: Corpus) -> str:
    """The collection's IRI, made from what it collects: the project that a file was imported into writes the same."""
    held = "\n".join(sorted([*corpus.articles, *corpus.tags]))
    return f"urn:reader-tui:project:{hashlib.sha256(held.encode()).hexdigest()[:32]}"


def _article_name(article_id: str) -> str:
    return f"urn:reader-tui:article:{article_id}"


def _review(review: Review) -> Json:
    return _own(review, "article")


def _annotations(corpus: Corpus, options: ExportOptions) -> Iterator[Annotation]:
    """All that may be seen, article by article, by id; memos last."""
    for article_id in corpus.articles:
        yield from sorted(wanted(corpus, article_id, options), key=lambda a: a.id)
    yield from sorted(wanted_memos(corpus, options), key=lambda a: a.id)


def _annotation(annotation: Annotation, corpus: Corpus, project: str) -> Json:
    """One annotation as the standard writes it (Web Annotation Data Model, sections 3 and 4)."""
    bodies: list[Json] = []
    if annotation.tag:
        tag = corpus.tags.get(annotation.tag)
        value = tag.name if tag is not None else ""
        bodies.append({"type": "TextualBody", "purpose": "tagging", "value": value, "reader:tag": annotation.tag})
    if annotation.note or not annotation.tag:
        body = {"type": "TextualBody", "purpose": "commenting", "format": "text/plain", "value": annotation.note}
        bodies.append(body)
    record: Json = {
        "id": f"urn:reader-tui:annotation:{annotation.id}",
        "type": "Annotation",
        "motivation": "tagging" if annotation.tag else "commenting",
        "creator": {"type": "Person", "nickname": annotation.coder},
        "created": annotation.created,
        "modified": annotation.modified,
        "body": bodies,
        "target": _target(annotation, project),
        "reader:unit": annotation.unit,
        "reader:layer": annotation.layer,
        "reader:extra": annotation.extra,
    }
    return _kept(record)


def _target(annotation: Annotation, project: str) -> Json | str:
    if not annotation.article:
        return f"urn:reader-tui:tag:{annotation.tag}" if annotation.unit == "tag" else project
    anchor = annotation.anchor
    if anchor is None:
        return {"source": _article_name(annotation.article)}
    quote = {"type": "TextQuoteSelector", "exact": anchor.quote, "prefix": anchor.prefix, "suffix": anchor.suffix}
    position = {"type": "TextPositionSelector", "start": anchor.start, "end": anchor.end}
    state = {} if anchor.state == "exact" else {"reader:anchor": anchor.state}
    return {"source": _article_name(annotation.article), "selector": [quote, position], **state}


class JsonLdImporter:
    """Reads what the exporter wrote, and Web Annotations of others that bring the texts in the same way."""

    suffixes = (".jsonld",)
    media_type = "application/ld+json"

    def read(self, file: BinaryIO, name: str, options: ImportOptions) -> Iterator[NewItem]:
        """The project in the file; Unreadable with one sentence if anything in it cannot be."""
        from reader.formats.jsonld_read import read

        return read(file.read(), name)


EXPORTER = JsonLdExporter()
IMPORTER = JsonLdImporter()
