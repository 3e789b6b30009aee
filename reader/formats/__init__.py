"""What comes in and goes out: one file a format, each ends in IMPORTER, EXPORTER or both.

A plug-in names its module under the entry-point group `reader.formats`; ours are named there too.
Nothing heavy is imported here: a format's module is loaded when it is used.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Protocol, runtime_checkable

import msgspec

from reader.errors import UsageError
from reader.model import Anchor, Coder, Corpus, Paragraph, Role, SavedSearch, Split, Unit

if TYPE_CHECKING:
    from reader.formats.sources import Source

GROUP = "reader.formats"
"""The entry-point group of importers and exporters."""

BUILT_IN: dict[str, str] = {
    "text": "reader.formats.text",
    "markdown": "reader.formats.markdown",
    "csv": "reader.formats.csv",
    "joined": "reader.formats.joined",
    "paragraphs": "reader.formats.coded",
    "articles": "reader.formats.articles",
    "codebook": "reader.formats.codebook",
    "history": "reader.formats.history",
    "quotes": "reader.formats.quotes",
    "html": "reader.formats.html",
    "jsonld": "reader.formats.jsonld",
    "doccano": "reader.formats.doccano",
    "prodigy": "reader.formats.prodigy",
    "label-studio": "reader.formats.label_studio",
    "qdc": "reader.formats.qdc",
    "qdpx": "reader.formats.qdpx",
}
"""Our own formats, as pyproject.toml names them (a test compares the two).

Looking at entry points reads the metadata of every installed distribution, some 20 ms. So they are
asked only for a name or a suffix that is not ours; what is found then is used in the same way.
"""

SUFFIXES: dict[str, str] = {".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown"}
"""File-name endings of our importers, in small letters: what is looked for in folders."""

PROJECT_SUFFIXES: dict[str, str] = {".jsonld": "jsonld", ".qdc": "qdc", ".qdpx": "qdpx"}
"""Endings of files that bring marks or a codebook: read where such a file is named, never looked for in folders."""

LABELLING = ("doccano", "prodigy", "label-studio")
"""Formats of labelling tools, which all of them call JSON lines."""

Rule = Literal["auto", "blank", "line"]
RULES: tuple[Rule, ...] = ("auto", "blank", "line")
Profile = Literal["excel", "data"]
PROFILES: tuple[Profile, ...] = ("excel", "data")


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to read: `encoding` empty means found out, `split` is one of RULES."""

    encoding: str = ""
    split: str = "auto"


DEFAULTS = ImportOptions()
"""Everything found out from the file."""


class ExportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to write: `profile` is one of PROFILES, `delimiter` one sign, `coder` empty means all.

    `keep(article id, paragraph number)` says which paragraphs are wanted, None means all; a mark is
    written where it touches a wanted one, number 0 asks for the marks on the article as a whole.
    """

    profile: str = "data"
    delimiter: str = ","
    coder: str = ""
    keep: Callable[[str, int], bool] | None = None


class NewAnnotation(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that a file brings. `tag` is the `id` of a NewTag of the same file, or empty for a bare note.

    `anchor` is over the text of the NewArticle that holds it. Empty `coder`, `created`, `modified`
    mean the importing coder and now; `id` is kept where no other record has it.
    """

    unit: Unit
    anchor: Anchor | None = None
    tag: str = ""
    note: str = ""
    coder: str = ""
    layer: str = ""
    created: str = ""
    modified: str = ""
    id: str = ""
    extra: dict[str, Any] = {}


class NewReview(msgspec.Struct, frozen=True, kw_only=True):
    """«Read» of one paragraph that a file brings; see NewAnnotation for empty fields."""

    paragraph: int
    start: int
    end: int
    coder: str = ""
    at: str = ""
    id: str = ""
    extra: dict[str, Any] = {}


class NewArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article as an importer found it.

    `text` has LF line ends and no BOM; `paragraphs` are spans of it in code points. `source` is what
    the user named, never absolute. `remarks` are sentences for the user.

    The rest is for files that come out of a project: `known_sources` stand instead of `source` where
    there are any, `number` is kept where it is free (0: the next one), `roles` are those set by hand.
    """

    text: str
    paragraphs: Sequence[Paragraph]
    title: str
    source: str = ""
    media_type: str = "text/plain"
    meta: dict[str, str] = {}
    split: Split = Split()
    source_sha256: str = ""
    remarks: tuple[str, ...] = ()
    annotations: Sequence[NewAnnotation] = ()
    reviews: Sequence[NewReview] = ()
    number: int = 0
    known_sources: tuple[str, ...] = ()
    imported_at: str = ""
    roles: dict[str, Role] = {}
    replaces: dict[str, Any] | None = None
    extra: dict[str, Any] = {}

    @property
    def sources(self) -> tuple[str, ...]:
        """Where it is from: what was named, then the address that its front matter gives."""
        if self.known_sources:
            return self.known_sources
        both = (self.source, self.meta.get("url", ""))
        return tuple(dict.fromkeys(source for source in both if source))


class NewTag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag that a codebook file brings: its names from the root down.

    `id` is what the file's marks and the `parent` and `merged_into` of its other tags call it; it is
    kept where it looks like one of ours and no other record has it. All tags of a file come before its articles, a parent before
    its children. A live tag that the project has already at this path is that one.
    """

    path: tuple[str, ...]
    colour: str = ""
    description: str = ""
    id: str = ""
    parent: str = ""
    created: str = ""
    key: str = ""
    archived: bool = False
    merged_into: str = ""
    deleted: bool = False
    extra: dict[str, Any] = {}


class NewMemo(msgspec.Struct, frozen=True, kw_only=True):
    """A note on a tag or on the project that a file brings; `annotation.unit` says on which."""

    annotation: NewAnnotation


class NewProject(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of the project as a whole: its name and whether its codebook is locked, for a project that has nothing in it yet, and remarks for the user."""

    name: str = ""
    locked: bool = False
    remarks: tuple[str, ...] = ()


NewItem = NewArticle | NewTag | NewMemo | NewProject | Coder | SavedSearch
"""What importers find. Coders and saved searches are taken in where the project has none of that id."""


@runtime_checkable
class Importer(Protocol):
    """Reads one kind of file."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """File-name endings with their dot, in small letters."""

    @property
    def media_type(self) -> str:
        """The media type of the articles it makes."""

    def read(self, file: BinaryIO, name: str, options: ImportOptions) -> Iterable[NewItem]:
        """What is in the file. `name` is what the user named; Unreadable if it is not of this kind."""


@runtime_checkable
class Exporter(Protocol):
    """Writes one kind of file."""

    @property
    def suffix(self) -> str:
        """The file-name ending with its dot."""

    @property
    def media_type(self) -> str:
        """The media type of what it writes."""

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write all that may be seen; returns the number of rows or records. UsageError for options it cannot obey."""


def _plug_ins() -> dict[str, str]:
    """Module names of the formats that installed distributions bring, ours left out."""
    from importlib.metadata import entry_points

    return {point.name: point.value for point in entry_points(group=GROUP) if point.name not in BUILT_IN}


def _importer(module: str) -> Importer | None:
    found = getattr(importlib.import_module(module), "IMPORTER", None)
    return found if isinstance(found, Importer) else None


def _exporter(module: str) -> Exporter | None:
    found = getattr(importlib.import_module(module), "EXPORTER", None)
    return found if isinstance(found, Exporter) else None


def importer_for(name: str) -> Importer:
    """The importer for a file of this name, or of this format name; plain text where nobody claims the suffix."""
    suffix = PurePath(name).suffix.lower()
    ours = (
        SUFFIXES.get(suffix) or PROJECT_SUFFIXES.get(suffix) or (name if name in BUILT_IN else "" if suffix else "text")
    )
    if ours and (found := _importer(BUILT_IN[ours])) is not None:
        return found
    for format_name, module in _plug_ins().items():
        other = _importer(module)
        if other is not None and (suffix in other.suffixes or format_name == name):
            return other
    found = _importer(BUILT_IN["text"])
    assert found is not None, "the text importer is part of this package"  # noqa: S101  tells mypy what a test checks
    return found


def exporter_for(format_name: str) -> Exporter:
    """The exporter of a format. UsageError names those there are."""
    module = BUILT_IN.get(format_name) or _plug_ins().get(format_name)
    if module is not None and (found := _exporter(module)) is not None:
        return found
    from difflib import get_close_matches

    formats = {**_plug_ins(), **BUILT_IN}
    known = [name for name in sorted(formats) if _exporter(formats[name]) is not None]
    near = get_close_matches(format_name.lower(), known, 1)
    hint = f"the nearest is {near[0]!r}; " if near else ""
    if format_name == "jsonl":
        hint = f"its shapes are {', '.join(LABELLING)}; "
    raise UsageError(f"There is no export format {format_name!r}; {hint}there is: {', '.join(known)}, all.")


def find_sources(paths: Sequence[str]) -> list[Source]:
    """The files that are meant by what was typed; see `sources.find_sources`."""
    from reader.formats import sources

    return sources.find_sources(paths)


def read_sources(
    found: Iterable[Source], options: ImportOptions = DEFAULTS, skipped: list[str] | None = None
) -> Iterator[NewItem]:
    """What is in the files, one after the other; see `sources.read_sources`."""
    from reader.formats import sources

    return sources.read_sources(found, options, skipped)


__all__ = [
    "BUILT_IN",
    "DEFAULTS",
    "GROUP",
    "PROFILES",
    "PROJECT_SUFFIXES",
    "RULES",
    "SUFFIXES",
    "ExportOptions",
    "Exporter",
    "ImportOptions",
    "Importer",
    "NewAnnotation",
    "NewArticle",
    "NewItem",
    "NewMemo",
    "NewProject",
    "NewReview",
    "NewTag",
    "Profile",
    "Rule",
    "exporter_for",
    "find_sources",
    "importer_for",
    "read_sources",
]
