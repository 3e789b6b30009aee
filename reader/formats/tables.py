"""What all tables share: profiles, delimiter, the guard against formulas, columns with their meaning."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import BinaryIO, Literal, NamedTuple, Protocol, runtime_checkable

from reader.errors import UsageError
from reader.formats import PROFILES, Exporter, ExportOptions
from reader.model import Corpus

Cell = str | int
Row = tuple[Cell, ...]
Kind = Literal["string", "integer", "datetime", "boolean"]
GUARDED = frozenset("=+-@\t\r\n'")
"""First signs of a cell that a spreadsheet may take for a formula, and the sign that guards them."""


class Field(NamedTuple):
    """A column: its name, what is in it, what it means in a few words."""

    name: str
    kind: Kind
    meaning: str


@runtime_checkable
class TableExporter(Exporter, Protocol):
    """An exporter that writes rows of columns."""

    def fields(self, corpus: Corpus, options: ExportOptions) -> tuple[Field, ...]:
        """The columns it would write, in order."""


def guard(cell: str) -> str:
    """A text cell that no spreadsheet takes for a formula: `'` before one that starts with = + - @ tab CR LF or '."""
    return "'" + cell if cell[:1] in GUARDED else cell


def unguard(cell: str) -> str:
    """What `guard` was given."""
    return cell[1:] if cell[:1] == "'" else cell


def guarded(row: Row) -> Row:
    """The row with its text cells guarded."""
    return tuple(["'" + cell if isinstance(cell, str) and cell[:1] in GUARDED else cell for cell in row])


def is_excel(profile: str) -> bool:
    """Whether it is the profile for spreadsheets. UsageError for one that there is not."""
    if profile not in PROFILES:
        raise UsageError(f"There is no profile {profile!r}; there is: {', '.join(PROFILES)}.")
    return profile == "excel"


def check_delimiter(typed: str) -> str:
    """The sign that was meant. UsageError for what cannot stand between cells."""
    delimiter = "\t" if typed in ("\\t", "tab") else typed
    if (
        len(delimiter) != 1
        or not (delimiter == "\t" or delimiter.isprintable())
        or delimiter == '"'
        or delimiter.isalnum()
    ):
        raise UsageError(f"{typed!r} cannot be the delimiter: it is one sign like , or ; or the word tab.")
    return delimiter


AT_ONCE = 4096
"""Rows that are held as text at most, some 2 MB."""


class Table:
    """Rows to bytes. `excel` says whether cells must be guarded: the caller does it, it knows which can begin with such a sign."""

    def __init__(self, out: BinaryIO, options: ExportOptions) -> None:
        self.excel = is_excel(options.profile)
        self._out = out
        self._lines: list[str] = []
        self.write: Callable[[str], object] = self._lines.append
        # csv.writer gives one whole row a call, with CRLF for both profiles: only so it quotes CR as well as LF.
        self._writer = csv.writer(self, delimiter=check_delimiter(options.delimiter), lineterminator="\r\n")

    def header(self, names: Sequence[str]) -> None:
        """Write the first row, after the byte order mark that spreadsheets want."""
        self._writer.writerow(guarded(tuple(names)) if self.excel else names)
        self._flush(codecs.BOM_UTF8 if self.excel else b"")

    def rows(self, rows: Iterable[Row]) -> None:
        """Write rows, many at once, not all: an article may have a million. Give those of one article a call."""
        waiting = iter(rows)
        more = True
        while more:
            self._writer.writerows(islice(waiting, AT_ONCE))
            more = len(self._lines) == AT_ONCE
            self._flush()

    def _flush(self, first: bytes = b"") -> None:
        lines = self._lines if self.excel else [line[:-2] + "\n" for line in self._lines]
        self._out.write(first + "".join(lines).encode())
        self._lines.clear()


def write_table(out: BinaryIO, options: ExportOptions, names: Sequence[str], parts: Iterable[Iterable[Row]]) -> int:
    """Write a header and rows that come part by part; returns the number of rows."""
    table = Table(out, options)
    table.header(names)
    count = 0
    for part in parts:
        rows = [guarded(row) for row in part] if table.excel else list(part)
        table.rows(rows)
        count += len(rows)
    return count


def table_text(names: Sequence[str], rows: Iterable[Row]) -> str:
    """A whole small table with exact cells, without the line end behind its last row."""
    out = io.BytesIO()
    write_table(out, ExportOptions(), names, [rows])
    return out.getvalue().decode("utf-8").removesuffix("\n")
