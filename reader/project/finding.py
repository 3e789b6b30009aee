"""Finding a typed text in paragraphs, as the reading screen does with every key."""

from __future__ import annotations

from reader.search.fold import Needle, count_spans, find_spans


class Finder:
    """What finds a text: case counts once the query has a capital letter, accents never do."""

    def __init__(self, query: str) -> None:
        self.query = query
        self._needle = Needle(query)

    def __bool__(self) -> bool:
        return bool(self._needle)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it stands in a text: (start, end) in code points, in order, without overlaps."""
        return find_spans(text, self._needle)

    def count(self, text: str) -> int:
        """How many spans there are in a text."""
        return count_spans(text, self._needle)
