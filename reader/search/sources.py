"""Streams of paragraph rows in ascending order that can be sent forward: what an indexed search is made of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Protocol

END = 1 << 62
"""Behind the last row."""
_NEAR = 32
"""How many rows are stepped over before the statement is run again from a later row."""


Place = tuple[int, ...]
"""A row, the first byte of its paragraph in the article's text, the number of bytes, and the code point there."""
_WITH_PLACE = 4


class Source(Protocol):
    """Rows, ascending."""

    def seek(self, row: int) -> int:
        """The first of its rows at or after a row that is not before any asked for until now; END if there is none."""

    def place(self, row: int) -> Place | None:
        """Where the paragraph of the row that was found last is; None if the source does not know."""


class Rows:
    """The rows of a statement that takes the first row wanted as its last parameter; it may give their places, too."""

    def __init__(self, connection: sqlite3.Connection, statement: str, parameters: Sequence[object]) -> None:
        self._connection = connection
        self._statement = statement
        self._parameters = tuple(parameters)
        self._rows: Iterator[Place] | None = None
        self._found: Place = (-1,)

    def seek(self, row: int) -> int:
        """The first row at or after `row`."""
        now = self._found[0]
        if now >= row:
            return now
        if self._rows is not None:
            left = _NEAR
            for found in self._rows:
                if found[0] >= row:
                    self._found = found
                    return found[0]
                left -= 1
                if not left:
                    break
            else:
                self._found = _AT_END
                return END
        self._rows = self._connection.execute(self._statement, (*self._parameters, row))
        self._found = next(self._rows, _AT_END)
        return self._found[0]

    def place(self, row: int) -> Place | None:
        """The place that the statement gave with the row."""
        found = self._found
        return found if found[0] == row and len(found) == _WITH_PLACE else None


_AT_END: Place = (END,)


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

    def place(self, row: int) -> Place | None:
        """What the first source that knows it says."""
        return _known_place(self._sources, row)


class Any:
    """The rows that one of some sources has."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def seek(self, row: int) -> int:
        """The first row at or after `row`."""
        return min(source.seek(row) for source in self._sources)

    def place(self, row: int) -> Place | None:
        """What the first source that knows it says."""
        return _known_place(self._sources, row)


def _known_place(sources: Sequence[Source], row: int) -> Place | None:
    return next((place for source in sources if (place := source.place(row)) is not None), None)
