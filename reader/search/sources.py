"""Streams of paragraph rows in ascending order that can be sent forward: what an indexed search is made of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Protocol

END = 1 << 62
"""Behind the last row."""
_NEAR = 32
"""How many rows are stepped over before the statement is run again from a later row."""


class Source(Protocol):
    """Rows, ascending."""

    def seek(self, row: int) -> int:
        """The first of its rows at or after a row that is not before any asked for until now; END if there is none."""


class Rows:
    """The rows of a statement that takes the first row wanted as its last parameter."""

    def __init__(self, connection: sqlite3.Connection, statement: str, parameters: Sequence[object]) -> None:
        self._connection = connection
        self._statement = statement
        self._parameters = tuple(parameters)
        self._rows: Iterator[tuple[int]] | None = None
        self._now = -1

    def seek(self, row: int) -> int:
        """The first row at or after `row`."""
        if self._now >= row:
            return self._now
        if self._rows is not None:
            for _, found in zip(range(_NEAR), self._rows, strict=False):
                if found[0] >= row:
                    self._now = found[0]
                    return self._now
        self._rows = self._connection.execute(self._statement, (*self._parameters, row))
        self._now = next(self._rows, (END,))[0]
        return self._now


class All:
    """The rows that all of some sources have."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def seek(self, row: int) -> int:
        """The first row at or after `row`."""
        while True:
            wanted = row
            for source in self._sources:
                wanted = source.seek(wanted)
                if wanted == END:
                    return END
            if wanted == row or all(source.seek(wanted) == wanted for source in self._sources[:-1]):
                return wanted
            row = wanted


class Any:
    """The rows that one of some sources has."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def seek(self, row: int) -> int:
        """The first row at or after `row`."""
        return min(source.seek(row) for source in self._sources)
