"""All exports into one folder, with a data package (Frictionless, version 1) that says what they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, NamedTuple, Protocol, cast, runtime_checkable

import msgspec

from reader.codebook import Codebook, plain
from reader.formats import Exporter, ExportOptions, exporter_for
from reader.formats.history import HasHistory
from reader.formats.refi import CodeTree
from reader.formats.tables import Field, TableExporter, check_delimiter, guard, is_excel
from reader.model import Corpus

DATA_PACKAGE = "datapackage.json"
FILES: tuple[tuple[str, str, str], ...] = (
    ("csv", "annotations.csv", "All marks, a row each."),
    ("joined", "joined.csv", "A row a marked place and coder, its tags joined."),
    (
        "paragraphs",
        "paragraphs.csv",
        "A row a paragraph and coder, a column a tag: 1 put on, 0 absent, empty not looked at.",
    ),
    ("articles", "articles.csv", "The library."),
    ("codebook", "codebook.csv", "The tags, their meaning and how often they were used."),
    ("history", "history.csv", "The edits, oldest first."),
    ("quotes", "quotes.md", "Quotes by tag, to read."),
    ("html", "coded.html", "The same with the coded articles, for a browser."),
    ("jsonld", "project.jsonld", "The whole project as W3C Web Annotations; imports without loss."),
    ("doccano", "doccano.jsonl", "For doccano: a line an article and coder."),
    ("prodigy", "prodigy.jsonl", "For Prodigy: a line a paragraph and coder."),
    ("label-studio", "label-studio.json", "For Label Studio: a task an article."),
    ("qdc", "codebook.qdc", "The codebook for other programs of the field (REFI-QDA)."),
    ("qdpx", "project.qdpx", "The project for other programs of the field (REFI-QDA)."),
)
"""Format, file and what it is, in the order of writing."""

GUARD_SAID = " A ' at the beginning of a cell is a guard against formulas, to be taken off; the file begins with a byte order mark."


class Target(Protocol):
    """What a file is written into."""

    def write(self, data: bytes, /) -> object:
        """Write bytes."""


OpenTarget = Callable[[str], AbstractContextManager[Target]]
"""Opens the file of a name for writing; it is whole once the context ends without an exception."""


@runtime_checkable
class Lossy(Protocol):
    """An exporter whose format cannot hold everything."""

    def losses(self, corpus: Corpus, options: ExportOptions) -> list[str]:
        """What is left out, a sentence each."""


class Written(NamedTuple):
    """A file, how many rows or records are in it, what its format could not hold."""

    name: str
    rows: int
    losses: tuple[str, ...] = ()


class _Counted:
    """Hands bytes on and keeps their number and hash."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.size = 0
        self.hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._target.write(data)
        self.size += len(data)
        self.hash.update(data)
        return len(data)


def export_all(
    corpus: Corpus,
    open_target: OpenTarget,
    options: ExportOptions = ExportOptions(),  # noqa: B008  a frozen value
    progress: Callable[[int, int], None] | None = None,
) -> list[Written]:
    """Write the whole set and its data package, the package last; the same project gives the same bytes.

    UsageError for an unknown profile or delimiter, before anything is written.
    """
    is_excel(options.profile)
    check_delimiter(options.delimiter)
    wanted = [(name, file, about) for name, file, about in FILES if _is_there(corpus, name)]
    written: list[Written] = []
    resources: list[dict[str, Any]] = []
    for done, (format_name, file, about) in enumerate(wanted):
        if progress is not None:
            progress(done, len(wanted))
        exporter = exporter_for(format_name)
        with open_target(file) as target:
            counted = _Counted(target)
            rows = exporter.write(corpus, cast("BinaryIO", counted), options)
        losses = exporter.losses(corpus, options) if isinstance(exporter, Lossy) else []
        written.append(Written(file, rows, tuple(losses)))
        resource = _resource(format_name, file, about, exporter, counted, rows)
        if isinstance(exporter, TableExporter):
            resource |= _table(exporter.fields(corpus, options), options)
            resource["description"] = f"{about}{GUARD_SAID if is_excel(options.profile) else ''}"
        if losses:
            resource["losses"] = losses
        resources.append(resource)
    package = {"profile": "data-package", **_names(corpus), "resources": resources}
    with open_target(DATA_PACKAGE) as target:
        target.write(msgspec.json.format(msgspec.json.encode(package), indent=2) + b"\n")
    if progress is not None:
        progress(len(wanted), len(wanted))
    return [*written, Written(DATA_PACKAGE, len(resources))]


def _is_there(corpus: Corpus, format_name: str) -> bool:
    """Edits are known to projects alone, and a codebook file holds at least one tag."""
    if format_name == "history":
        return isinstance(corpus, HasHistory)
    return format_name != "qdc" or bool(len(CodeTree(Codebook(corpus.tags))))


def _names(corpus: Corpus) -> dict[str, str]:
    """The package's name as the specification wants it, and the project's own as its title."""
    name = re.sub(r"[^a-z0-9._-]+", "-", plain(corpus.info.name)).strip("-._")
    return {"name": name or "project", **({"title": corpus.info.name} if corpus.info.name else {})}


def _resource(
    format_name: str, file: str, about: str, exporter: Exporter, counted: _Counted, rows: int
) -> dict[str, Any]:
    return {
        "name": format_name,
        "path": file,
        "description": about,
        "format": exporter.suffix.removeprefix("."),
        "mediatype": exporter.media_type,
        "bytes": counted.size,
        "hash": f"sha256:{counted.hash.hexdigest()}",
        (
            "rows" if isinstance(exporter, TableExporter) else "records"
        ): rows,  # the specification's `rows` are a table's
    }


def _table(fields: tuple[Field, ...], options: ExportOptions) -> dict[str, Any]:
    excel = is_excel(options.profile)
    dialect = {"delimiter": check_delimiter(options.delimiter), "lineTerminator": "\r\n" if excel else "\n"}
    return {
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "dialect": {**dialect, "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {"fields": [_field(field, excel=excel) for field in fields], "missingValues": [""]},
    }


def _field(field: Field, *, excel: bool) -> dict[str, str]:
    """A column under the name that heads it in the file, guarded where the cells are."""
    any_time = {"format": "any"} if field.kind == "datetime" else {}
    return {
        "name": guard(field.name) if excel else field.name,
        "type": field.kind,
        **any_time,
        "description": field.meaning,
    }
