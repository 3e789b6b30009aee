"""From a REFI-QDA archive to articles with their marks, safely and as other programs write it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple
from xml.etree.ElementTree import Element

from reader.errors import Unreadable
from reader.formats import ImportOptions, NewAnnotation, NewArticle, NewItem, NewMemo, NewProject, NewTag
from reader.formats.build import give_roles
from reader.formats.decode import decode
from reader.formats.foreign import handle, is_handle, time_of
from reader.formats.positions import CountedText, Reading, best_reading
from reader.formats.qdpx import SOURCES
from reader.formats.refi import sentence
from reader.formats.refi_read import (
    Codes,
    attribute,
    codes_in,
    first,
    ident,
    inside,
    is_ours,
    key,
    kind,
    left_out,
    parse,
    words_in,
)
from reader.formats.split import divide
from reader.formats.title import find_title
from reader.model import CONTEXT, Anchor, Coder, Paragraph, Split, Unit

MOST_FILES = 20_000
LARGEST_FILE = 256 << 20
LARGEST_ALL = 1 << 30
MOST_GIVEN = 4 * LARGEST_ALL
"""Bytes unpacked in all; each text is read twice, to find out how it is counted and to take it in."""
STEEPEST = 200
"""A file that unpacks to more than this many times its size is taken for a bomb; XML of codings comes to some 30."""
_SMALL = 1 << 20
_TEXTS_OF_OTHERS = ("representation", "transcript", "textdescription")
"""What holds the text of a page, a recording, a picture."""


class Archive:
    """The files of a zip, found by their last name in any case, read up to a limit. Unreadable for what is not safe."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable(f"{name} is not a REFI-QDA project: it is no zip archive or is damaged.") from error
        self._files: dict[str, zipfile.ZipInfo] = {}
        self._given = 0
        infos = self._zip.infolist()
        if len(infos) > MOST_FILES:
            raise Unreadable(f"{name} is not safe to import: it holds {len(infos)} files.")
        if sum(info.file_size for info in infos) > LARGEST_ALL:
            raise Unreadable(f"{name} is not imported: unpacked it has more than {LARGEST_ALL >> 20} MB.")
        for info in infos:
            self._look_at(info)

    def _look_at(self, info: zipfile.ZipInfo) -> None:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if ".." in path.parts or path.is_absolute() or (path.parts and path.parts[0].endswith(":")):
            raise Unreadable(f"{self.name} is not safe to import: it names a file outside itself ({info.filename!r}).")
        if info.file_size > _SMALL and info.file_size > STEEPEST * max(1, info.compress_size):
            raise Unreadable(f"{self.name} is not safe to import: {path.name!r} unpacks to far more than it takes up.")
        if not info.is_dir():
            self._files.setdefault(path.name.casefold(), info)

    def project(self) -> bytes:
        """The project's XML: project.qde, else the only .qde there is."""
        found = self._files.get("project.qde")
        if found is None:
            others = [info for name, info in self._files.items() if name.endswith(".qde")]
            if not others:
                raise Unreadable(f"{self.name} is not a REFI-QDA project: there is no .qde file in it.")
            found = others[0]
        return self._read(found)

    def text(self, path: str) -> bytes | None:
        """The file in the archive that a path ends in, `internal://`, `relative://` or whatever; None where there is none. Nothing outside is ever read."""
        info = self._files.get(path.replace("\\", "/").rsplit("/", 1)[-1].casefold())
        return self._read(info) if info is not None else None

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip.open(info) as file:
                data = file.read(LARGEST_FILE + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable(f"{self.name} is damaged: {info.filename!r} in it cannot be unpacked.") from error
        except RuntimeError as error:
            raise Unreadable(f"{self.name} is locked with a password; save it without one.") from error
        if len(data) > LARGEST_FILE:
            raise Unreadable(f"{self.name} is not imported: {info.filename!r} has more than {LARGEST_FILE >> 20} MB.")
        self._given += len(data)
        if self._given > MOST_GIVEN:
            raise Unreadable(f"{self.name} is not safe to import: it names the same large text again and again.")
        return data


def read(file: BinaryIO, name: str, options: ImportOptions) -> Iterator[NewItem]:
    """The tags, coders, texts with their marks, notes; what was left out comes last, as remarks of the project."""
    archive = Archive(file, name)
    root = parse(archive.project(), name)
    if kind(root) != "project":
        raise Unreadable(f"{name} is not a REFI-QDA project: its XML begins with {kind(root)[:40]!r}.")
    return _Reader(archive, root, name, options).items()


class _Note(NamedTuple):
    text: str
    coder: str
    created: str
    modified: str
    guid: str


class _Source(NamedTuple):
    """A text, the element that tells of its marks, and the page or recording that it stands for (else itself)."""

    element: Element
    owner: Element
    text: CountedText
    remarks: tuple[str, ...]


class _Reader:
    def __init__(self, archive: Archive, root: Element, name: str, options: ImportOptions) -> None:
        self.archive = archive
        self.root = root
        self.name = name
        self.options = options
        self.ours = is_ours(root)
        self.coders = self._coders()
        self.codes: Codes = codes_in(first(first(root, "codebook"), "codes"), name, ours=self.ours)
        self.notes = {note.guid: note for note in map(self._note, inside(first(root, "notes"), "note")) if note.text}
        self.details = {
            key(attribute(v, "guid")): attribute(v, "name") for v in inside(first(root, "variables"), "variable")
        }
        self.missing: dict[str, NewTag] = {}
        self.used: set[str] = set()
        self.counts = dict.fromkeys(("texts", "others", "places", "empty"), 0)

    def items(self) -> Iterator[NewItem]:
        """Everything, tags first; a code that is missing in the codebook is known before the texts are given."""
        yield from self.coders.values()
        yield from self.codes.tags
        yield from self._missing_codes()
        claims = ((source.text, self._claims(source.element)) for source in self._sources())
        reading = Reading() if self.ours else best_reading(claims)
        yield from (self._article(source, reading) for source in self._sources(count=True))
        yield from self._memos()
        yield NewProject(name=attribute(self.root, "name"), remarks=tuple(self._remarks(reading)))

    def _remarks(self, reading: Reading) -> Iterator[str]:
        yield from self.codes.remarks
        words = {
            "texts": "source{s} without a text in the file: not taken in",
            "others": "picture{s}, recordings or pages: only their texts are taken in",
            "places": "selection{s} without a place in the text: not taken in",
            "empty": "selection{s} without a code or note: not taken in",
        }
        yield from (sentence(self.counts[what], said) for what, said in words.items() if self.counts[what])
        if self.missing:
            yield sentence(
                len(self.missing), "code{s} used but not in the codebook: made under the name “missing code”"
            )
        if reading.inclusive:
            yield "Selections in the file name their last character; that was found out from their words."
        yield from left_out(self.root)

    # -- who -------------------------------------------------------------------------------------------

    def _coders(self) -> dict[str, Coder]:
        found: dict[str, Coder] = {}
        taken: set[str] = set()
        for user in inside(first(self.root, "users"), "user"):
            name, known = attribute(user, "name"), attribute(user, "id")
            wanted = known if self.ours and is_handle(known) and known not in taken else handle(name or known, taken)
            taken.add(wanted)
            found[key(attribute(user, "guid"))] = Coder(id=wanted, name=name if name != wanted else "")
        return found

    def _coder(self, *elements: Element | None) -> str:
        """Who made something: the first of the elements that says so."""
        for element in elements:
            user = self.coders.get(key(attribute(element, "creatingUser")))
            if user is not None:
                return user.id
        user = self.coders.get(key(attribute(self.root, "creatingUserGUID")))
        return user.id if user is not None else ""

    # -- codes and notes ---------------------------------------------------------------------------------

    def _missing_codes(self) -> list[NewTag]:
        for ref in self.root.iter():
            wanted = key(attribute(ref, "targetGUID")) if kind(ref) == "coderef" else ""
            if wanted and wanted not in self.codes.by_key and wanted not in self.missing:
                tag_id = ident("t", wanted)
                self.missing[wanted] = NewTag(path=(f"missing code {tag_id[-8:]}",), id=tag_id)
        return list(self.missing.values())

    def _tag(self, coding: Element) -> str:
        wanted = key(attribute(first(coding, "coderef"), "targetGUID"))
        if wanted in self.codes.by_key:
            return self.codes.by_key[wanted]
        return self.missing[wanted].id if wanted in self.missing else ""

    def _note(self, element: Element) -> _Note:
        created = time_of(attribute(element, "creationDateTime"))
        text = self._text_of(element)
        return _Note(
            text[0] if text is not None else words_in(element, "description"),
            self._coder(element),
            created,
            time_of(attribute(element, "modifiedDateTime")) or created,
            key(attribute(element, "guid")),
        )

    def _notes(self, element: Element) -> list[_Note]:
        refs = (key(attribute(ref, "targetGUID")) for ref in inside(element, "noteref"))
        return [self.notes[ref] for ref in refs if ref in self.notes]

    def _once(self, found: str) -> str:
        """The id, or empty where it was given already: the same note can be pointed at twice."""
        if found in self.used:
            return ""
        self.used.add(found)
        return found

    def _bare(self, note: _Note, unit: Unit, anchor: Anchor | None = None, tag: str = "") -> NewAnnotation:
        return NewAnnotation(
            unit=unit,
            anchor=anchor,
            tag=tag,
            note=note.text,
            coder=note.coder,
            created=note.created,
            modified=note.modified,
            id=self._once(ident("n", note.guid)),
        )

    def _described(self, element: Element) -> list[_Note]:
        """What stands as the element's description, as a note."""
        text = words_in(element, "description")
        created = time_of(attribute(element, "creationDateTime"))
        return [_Note(text, self._coder(element), created, created, "")] if text.strip() else []

    def _memos(self) -> Iterator[NewMemo]:
        for tag_id, wanted in self.codes.notes:
            if wanted in self.notes:
                yield NewMemo(annotation=self._bare(self.notes[wanted], "tag", tag=tag_id))
        for note in (*self._notes(self.root), *self._described(self.root)):
            yield NewMemo(annotation=self._bare(note, "project"))

    # -- texts -------------------------------------------------------------------------------------------

    def _text_of(self, element: Element) -> tuple[str, tuple[str, ...]] | None:
        """The plain text of a source or note, line ends as they are, and remarks on its encoding."""
        content = first(element, "plaintextcontent")
        if content is not None:
            return "".join(content.itertext()), ()
        path = attribute(element, "plainTextPath")
        data = self.archive.text(path) if path else None
        if data is None or not data.strip():
            return None
        name = f"{self.name}: {attribute(element, 'name') or path}"
        found = decode(data, name, self.options.encoding)
        return data.decode(found.encoding, "replace").removeprefix("\ufeff"), found.remarks

    def _sources(self, *, count: bool = False) -> Iterator[_Source]:
        """The texts, one at a time; of pages and recordings the text that stands for them."""
        sources = first(self.root, "sources")
        for element in sources if sources is not None else ():
            texts = [element] if kind(element) == "textsource" else []
            texts = texts or [text for name in _TEXTS_OF_OTHERS for text in inside(element, name)]
            self.counts["others"] += count and kind(element) != "textsource"
            owner: Element | None = element
            for holder in texts:
                found = self._text_of(holder)
                if found is None or not found[0].strip() or "\0" in found[0]:
                    self.counts["texts"] += count
                    continue
                yield _Source(holder, holder if owner is None else owner, CountedText(found[0]), found[1])
                owner = None  # its marks and details go with the first of its texts

    def _claims(self, element: Element) -> Iterator[tuple[int, int, str]]:
        """Selections with the words that they say they hold."""
        for selection, start, end in _selections(element):
            if start is not None and end is not None:
                yield start, end, attribute(selection, "name") or words_in(selection, "description")

    def _article(self, source: _Source, reading: Reading) -> NewArticle:
        element, text = source.owner, source.text.text
        paragraphs, rule = divide(text, self.options.split)
        give_roles(text, paragraphs)
        meta = {name: value for name, value in self._meta(element) if name and value}
        sources = tuple(line for line in meta.pop(SOURCES, "").split("\n") if line)
        said = attribute(source.element, "name") or attribute(element, "name")
        title = " ".join(said.split()) or "without a title"
        find_title(text, paragraphs, title, self.name)
        return NewArticle(
            text=text,
            paragraphs=paragraphs,
            title=attribute(element, "name") if self.ours else title,
            source=f"{self.name}/{title}",
            known_sources=sources,
            meta=meta,
            split=Split(importer="qdpx", rule=rule, version=1),
            imported_at=time_of(attribute(element, "creationDateTime")) if self.ours else "",
            annotations=self._marks(source, paragraphs, reading),
            remarks=source.remarks,
        )

    def _meta(self, element: Element) -> Iterator[tuple[str, str]]:
        for value in inside(element, "variablevalue"):
            name = self.details.get(key(attribute(first(value, "variableref"), "targetGUID")), "")
            said = [child for child in value if kind(child).endswith("value")]
            yield name, "".join(said[0].itertext()) if said else ""

    def _marks(self, source: _Source, paragraphs: Iterable[Paragraph], reading: Reading) -> list[NewAnnotation]:
        bounds = {(paragraph.start, paragraph.end) for paragraph in paragraphs}
        found: list[NewAnnotation] = []
        for selection, start, end in _selections(source.element):
            span = source.text.span(start, end, reading) if start is not None and end is not None else None
            if span is None:
                self.counts["places"] += 1
                continue
            if not self.ours and (trimmed := _trimmed(source.text.text, *span)) in bounds:
                span = trimmed
            marks = self._on(selection, "paragraph" if span in bounds else "span", _anchor(source.text.text, *span))
            self.counts["empty"] += not marks
            found += marks
        whole = [source.element] if source.owner is source.element else [source.owner, source.element]
        return [*found, *(mark for element in whole for mark in self._on(element, "article", None))]

    def _on(self, element: Element, unit: Unit, anchor: Anchor | None) -> list[NewAnnotation]:
        """The codings and notes of a selection or a whole source."""
        codings = [self._coding(coding, element, unit, anchor) for coding in inside(element, "coding")]
        notes = [*self._notes(element), *self._described(element)]
        return [*(c for c in codings if c is not None), *(self._bare(note, unit, anchor) for note in notes)]

    def _coding(self, coding: Element, holder: Element, unit: Unit, anchor: Anchor | None) -> NewAnnotation | None:
        tag = self._tag(coding)
        if not tag:
            return None
        notes = self._notes(coding)
        created = time_of(attribute(coding, "creationDateTime")) or time_of(attribute(holder, "creationDateTime"))
        return NewAnnotation(
            unit=unit,
            anchor=anchor,
            tag=tag,
            note="\n\n".join(note.text for note in notes),
            coder=self._coder(coding, holder),
            created=created,
            modified=max([created, *(note.modified for note in notes)]),
            id=self._once(ident("n", attribute(coding, "guid"))),
        )


def _selections(element: Element) -> Iterator[tuple[Element, int | None, int | None]]:
    """What is marked in a text, with start and end; in a transcript these stand at points of the recording."""
    for selection in inside(element, "plaintextselection"):
        yield selection, _position(selection, "startPosition"), _position(selection, "endPosition")
    points = {key(attribute(point, "guid")): _position(point, "position") for point in inside(element, "syncpoint")}
    for selection in inside(element, "transcriptselection"):
        start, end = (points.get(key(attribute(selection, name))) for name in ("fromSyncPoint", "toSyncPoint"))
        yield selection, start, end


def _position(selection: Element, name: str) -> int | None:
    said = attribute(selection, name).strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 12 else None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def _anchor(text: str, start: int, end: int) -> Anchor:
    return Anchor(start, end, text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT])
