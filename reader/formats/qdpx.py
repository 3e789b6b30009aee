"""REFI-QDA project (.qdpx): a zip with project.qde and the texts, for other programs of the field, out and in."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import IO, BinaryIO, cast

from reader.codebook import Codebook
from reader.formats import ExportOptions, ImportOptions, NewItem
from reader.formats.refi import (
    ORIGIN,
    PROJECT,
    CodeTree,
    Plain,
    attributes,
    codebook_losses,
    content,
    guid,
    in_xml,
    is_lossless,
    sentence,
    when,
)
from reader.formats.seen import (
    Meant,
    TagReader,
    coders_at_work,
    meant,
    pieces,
    saved_searches,
    wanted,
    wanted_memos,
    wanted_reviews,
)
from reader.model import Article, Corpus

SOURCES = "reader.sources"
"""The variable that keeps where an article is from, one address or path a line."""
LONGEST_NAME = 200
"""Characters of a quote that stand as the name of its selection."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of the files in the archive: the same bytes for the same project."""


class QdpxExporter:
    """Writes project and texts; what the format cannot hold is said by `losses`."""

    suffix = ".qdpx"
    media_type = "application/zip"

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the archive, article by article; returns the number of marks."""
        project = _Project(corpus, options)
        with zipfile.ZipFile(cast("IO[bytes]", Plain(out)), "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open(_member("project.qde"), "w", force_zip64=True) as file:
                for part in project.parts():
                    file.write(part.encode())
            for article in corpus.articles.values():
                with archive.open(_member(f"Sources/{guid(article.id)}.txt"), "w", force_zip64=True) as file:
                    for piece in pieces(corpus.text(article.id)):
                        file.write(piece.encode())
        return project.count

    def losses(self, corpus: Corpus, options: ExportOptions) -> list[str]:
        """What of the project does not go into the file, a sentence each."""
        return _losses(corpus, options)


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


class _Project:
    """The parts of project.qde, in the order of the schema. Notes come last and are found by reading the marks again."""

    def __init__(self, corpus: Corpus, options: ExportOptions) -> None:
        self.corpus = corpus
        self.options = options
        self.codes = CodeTree(Codebook(corpus.tags))
        self.tags = TagReader(self.codes.codebook)
        self.coders = (
            sorted({*corpus.coders, *coders_at_work(corpus, options)}) if not options.coder else [options.coder]
        )
        self.memos = meant(wanted_memos(corpus, options), self.tags)
        self.count = len(self.memos)
        for memo in self.memos:
            if memo.tag_id:
                self.codes.notes.setdefault(memo.tag_id, []).append(_note_guid(memo))

    def parts(self) -> Iterator[str]:
        name = self.corpus.info.name or "project"
        yield f'<?xml version="1.0" encoding="utf-8"?>\n<Project xmlns="{PROJECT}"{attributes(name=name, origin=ORIGIN)}>\n'
        yield from self._users()
        if len(self.codes):
            yield "<CodeBook>\n"
            yield from self.codes.parts()
            yield "</CodeBook>\n"
        yield from self._variables()
        yield from _wrapped("Sources", self._sources())
        yield from _wrapped("Notes", self._notes())
        for memo in self.memos:
            if not memo.tag_id:
                yield f'<NoteRef targetGUID="{_note_guid(memo)}"/>\n'
        yield "</Project>\n"

    def _users(self) -> Iterator[str]:
        if self.coders:
            yield "<Users>\n"
            for handle in self.coders:
                known = self.corpus.coders.get(handle)
                shown = (known.name if known is not None else "") or handle
                yield f"<User{attributes(guid=_user_guid(handle), name=shown, id=handle)}/>\n"
            yield "</Users>\n"

    def _variables(self) -> Iterator[str]:
        keys = {key for article in self.corpus.articles.values() for key in _details(article)}
        if keys:
            yield "<Variables>\n"
            for key in sorted(keys):
                yield f"<Variable{attributes(guid=_variable_guid(key), name=key, typeOfVariable='Text')}/>\n"
            yield "</Variables>\n"

    def _rows(self, article: Article) -> list[Meant]:
        """The marks that have a place in the text, by place; one whose words are gone has none."""
        rows = meant(wanted(self.corpus, article.id, self.options), self.tags)
        return [row for row in rows if row.annotation.anchor is None or row.annotation.anchor.state != "orphan"]

    def _sources(self) -> Iterator[str]:
        for article in self.corpus.articles.values():
            yield from self._source(article)

    def _source(self, article: Article) -> Iterator[str]:
        name = guid(article.id)
        path = f"internal://{name}.txt"
        said = attributes(guid=name, name=article.title, plainTextPath=path, creationDateTime=when(article.imported_at))
        yield f"<TextSource{said}>\n"
        rows = self._rows(article)
        self.count += len(rows)
        whole = [row for row in rows if row.annotation.anchor is None]
        placed = [row for row in rows if row.annotation.anchor is not None]
        for (start, end), group in groupby(placed, key=_place):
            yield from _selection(article, start, end, list(group))
        yield from (_coding(row) for row in whole if row.tag_id)
        yield from (f'<NoteRef targetGUID="{_note_guid(row)}"/>\n' for row in whole if not row.tag_id)
        for key, value in sorted(_details(article).items()):
            yield f'<VariableValue>\n<VariableRef targetGUID="{_variable_guid(key)}"/>\n<TextValue>{content(value)}</TextValue>\n'
            yield "</VariableValue>\n"
        yield "</TextSource>\n"

    def _notes(self) -> Iterator[str]:
        for article in self.corpus.articles.values():
            yield from (_note(row) for row in self._rows(article) if _has_note(row))
        yield from (_note(memo) for memo in self.memos)


def _wrapped(name: str, parts: Iterable[str]) -> Iterator[str]:
    """An element around parts, nothing where there are none: the schema wants at least one inside."""
    opened = False
    for part in parts:
        if not opened:
            opened = True
            yield f"<{name}>\n"
        yield part
    if opened:
        yield f"</{name}>\n"


def _details(article: Article) -> dict[str, str]:
    sources = "\n".join(article.sources)
    return {**article.meta, SOURCES: sources} if sources else dict(article.meta)


def _place(row: Meant) -> tuple[int, int]:
    anchor = row.annotation.anchor
    return (anchor.start, anchor.end) if anchor is not None else (-1, -1)


def _selection(article: Article, start: int, end: int, rows: list[Meant]) -> Iterator[str]:
    """What is marked on one stretch of text by anybody; its name is the words, so that readers can check the place."""
    first = min((row.annotation for row in rows), key=lambda a: (a.created, a.id))
    quote = rows[0].annotation.anchor.quote if rows[0].annotation.anchor is not None else ""
    said = attributes(
        guid=guid(f"{article.id}:{start}:{end}"),
        name=quote if len(quote) <= LONGEST_NAME else quote[: LONGEST_NAME - 1] + "…",
        startPosition=start,
        endPosition=end,
        creatingUser=_user_guid(first.coder),
        creationDateTime=when(first.created),
    )
    yield f"<PlainTextSelection{said}>\n"
    yield from (_coding(row) for row in rows if row.tag_id)
    yield from (f'<NoteRef targetGUID="{_note_guid(row)}"/>\n' for row in rows if not row.tag_id)
    yield "</PlainTextSelection>\n"


def _coding(row: Meant) -> str:
    annotation = row.annotation
    said = attributes(
        guid=guid(annotation.id), creatingUser=_user_guid(annotation.coder), creationDateTime=when(annotation.created)
    )
    note = f'<NoteRef targetGUID="{_note_guid(row)}"/>\n' if row.note else ""
    return f'<Coding{said}>\n<CodeRef targetGUID="{guid(row.tag_id)}"/>\n{note}</Coding>\n'


def _has_note(row: Meant) -> bool:
    return bool(row.note) or not row.tag_id


def _note(row: Meant) -> str:
    annotation = row.annotation
    name = " ".join(in_xml(row.note).split())
    said = attributes(
        guid=_note_guid(row),
        name=name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…",
        creatingUser=_user_guid(annotation.coder),
        creationDateTime=when(annotation.created),
        modifiedDateTime=when(row.modified),
    )
    return f"<Note{said}>\n<PlainTextContent>{content(row.note)}</PlainTextContent>\n</Note>\n"


def _note_guid(row: Meant) -> str:
    """A bare note is the mark itself; the note on a coding stands beside it."""
    return guid(f"{row.annotation.id}:note" if row.tag_id and row.annotation.article else row.annotation.id)


def _user_guid(handle: str) -> str:
    return guid(f"coder:{handle}")


def _variable_guid(key: str) -> str:
    return guid(f"variable:{key}")


_LOSSES = {
    "reviews": "review{s} (which paragraphs were read without a tag): left out",
    "passes": "pass{es} of coders: left out",
    "searches": "saved search{es}: left out",
    "layers": "mark{s} on a layer: written without it",
    "hidden": "mark{s} with a deleted tag: left out",
    "bared": "note{s} on a mark with a deleted tag: written without the tag",
    "orphans": "mark{s} whose words are no longer in the text: left out",
    "moved": "mark{s} moved with a corrected text: written as if always there",
    "corrected": "article{s} corrected by a later import: the way from the old text to the new is left out",
    "changed": "time{s} of the last change of a mark without a note: left out",
    "control": "title{s}, details or notes with control characters: shown as \ufffd",
    "roles": "paragraph role{s} set by hand: left out",
    "speakers": "article{s} with speakers: these stand in the text alone",
}
"""What the exchange format cannot hold of a project, in the order in which it is said."""


def _losses(corpus: Corpus, options: ExportOptions) -> list[str]:
    tags = TagReader(Codebook(corpus.tags))
    counts = dict.fromkeys(_LOSSES, 0)
    counts["passes"] = sum(len(coder.passes) for coder in corpus.coders.values())
    counts["searches"] = len(saved_searches(corpus))
    for article in corpus.articles.values():
        text, marks = corpus.text(article.id), corpus.marks(article.id)
        counts["reviews"] += len(wanted_reviews(marks, article.id, options))
        counts["roles"] += len(article.roles)
        counts["speakers"] += bool(text.speakers())
        counts["corrected"] += article.replaces is not None
        counts["control"] += not is_lossless(article.title + "".join(article.meta.values()))
        found = wanted(corpus, article.id, options, marks)
        for annotation in found:
            gone = bool(annotation.tag) and tags(annotation.tag) is None
            counts["hidden"] += gone and not annotation.note
            counts["bared"] += gone and bool(annotation.note)
        for row in meant(found, tags):
            annotation = row.annotation
            counts["layers"] += bool(annotation.layer)
            state = annotation.anchor.state if annotation.anchor is not None else "exact"
            counts["orphans"] += state == "orphan"
            counts["moved"] += state in ("moved", "fuzzy")
            counts["changed"] += row.modified != annotation.created and not row.note
            counts["control"] += not is_lossless(row.note)
    said = [sentence(counts[key], words) for key, words in _LOSSES.items() if counts[key]]
    if corpus.articles:
        said.append("The bounds of paragraphs are left out: an import splits the texts anew.")
        said.append("The numbers of articles, the kinds of their files and the hashes of these are left out.")
    return [*codebook_losses(tags.codebook, options), *said]


class QdpxImporter:
    """Reads a project, as other programs write it too."""

    suffixes = (".qdpx",)
    media_type = "application/zip"

    def read(self, file: BinaryIO, name: str, options: ImportOptions) -> Iterator[NewItem]:
        """The codebook, texts and marks in the file; Unreadable with one sentence if it is none or not safe."""
        from reader.formats.qdpx_read import read

        return iter(read(file, name, options))


EXPORTER = QdpxExporter()
IMPORTER = QdpxImporter()
