"""A codebook as a table: `path|tag|name|code`, `description|memo`, `colour|color`, `key`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from reader.codebook import SEPARATOR, check_name
from reader.errors import BadName, UsageError
from reader.formats.readtable import Line, ReadTable

PATH = "path"
NAMES = ("tag", "name", "code")
DESCRIPTIONS = ("description", "memo")
COLOURS = ("colour", "color")
KEYS = ("key",)


class TagLine(NamedTuple):
    """A tag as a table has it: its line, the names from the root down, the rest as written."""

    number: int
    path: tuple[str, ...]
    description: str = ""
    colour: str = ""
    key: str = ""


@dataclass
class TagTable:
    """The tags of a table; `changed` counts the names in which a sign became `-`, `nameless` the rows without one."""

    tags: list[TagLine] = field(default_factory=list)
    changed: int = 0
    nameless: int = 0


def tags_of(table: ReadTable) -> TagTable:
    """The tags in a table. UsageError where no column names them, BadName with the line for an impossible name.

    Only `path` is split into names: at ` > ` if any cell of it has one, else at `/`.
    """
    column = table.column((PATH, *NAMES))
    if not column:
        there = ", ".join(name for name in table.columns if name)
        raise UsageError(f"{table.name} has no column path, tag, name or code; it has {there}.")
    separator = ""
    if column == PATH:
        separator = SEPARATOR if any(SEPARATOR in line.cells.get(PATH, "") for line in table.lines) else "/"
    found = TagTable()
    for line in table.lines:
        cell = line.cells.get(column, "").strip()
        if not cell:
            found.nameless += 1
            continue
        names = [name.strip() for name in cell.split(separator)] if separator else [cell]
        found.tags.append(_tag(table, line, [_allowed(name, found) for name in names]))
    return found


def _allowed(name: str, found: TagTable) -> str:
    bare = name.replace(SEPARATOR, "-").replace("/", "-").replace(";", "-")
    found.changed += bare != name
    return bare.strip()


def _tag(table: ReadTable, line: Line, names: list[str]) -> TagLine:
    try:
        path = tuple(check_name(name) for name in names)
    except BadName as error:
        raise BadName(f"{table.name}, line {line.number}: {error}") from error

    def cell(columns: tuple[str, ...]) -> str:
        return line.cells.get(table.column(columns), "").strip()

    return TagLine(line.number, path, cell(DESCRIPTIONS), cell(COLOURS), cell(KEYS))
