"""Tables that people bring: CSV in whatever encoding and with whatever delimiter a spreadsheet gave it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reader.errors import Unreadable
from reader.formats.decode import decode
from reader.formats.tables import unguard

DELIMITERS = ",;\t|"
BOM = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """A row: the number of its line in the file, its cells by column name."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class ReadTable:
    """The columns, in small letters without spaces around them, and the rows that hold anything."""

    name: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]

    def column(self, names: Sequence[str]) -> str:
        """The first of these columns that there is, or empty."""
        return next((name for name in names if name in self.columns), "")


def read_table(data: bytes, name: str) -> ReadTable:
    """The table in a file. Unreadable names the line where it is no table.

    With a byte order mark it is taken for one that a spreadsheet program or our profile for such wrote: the
    `'` that guards a cell against formulas is taken off.
    """
    text = decode(data, name).text
    plain = data.startswith(BOM)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        columns = tuple(cell.strip().casefold() for cell in next(reader, []))
        if not any(columns):
            raise Unreadable(f"{name} holds no table: its first line must name the columns.")
        lines = []
        for cells in reader:
            if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
                raise Unreadable(
                    f"{name}, line {reader.line_num}: there are {len(cells)} cells under {len(columns)} column names."
                )
            if any(cell.strip() for cell in cells):
                bare = [_bare(cell) if plain else cell for cell in cells]
                lines.append(Line(reader.line_num, dict(zip(columns, bare, strict=False))))
    except csv.Error as error:
        raise Unreadable(f"{name}, line {reader.line_num}: it is no CSV ({error}).") from error
    return ReadTable(name, columns, tuple(lines))


def _bare(cell: str) -> str:
    return unguard(cell) if cell[1:2] in tuple("=+-@\t\r\n'") else cell


def _delimiter(text: str) -> str:
    """The sign that stands oftenest in the first line, outside quotes."""
    first = text.lstrip("\n").split("\n", 1)[0]
    outside = "".join(part for index, part in enumerate(first.split('"')) if not index % 2)
    return max(DELIMITERS, key=outside.count)
