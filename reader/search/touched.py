"""Which annotations were written to the index lately: who has counted them reads no others again."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Set
from itertools import count

MOST = 5_000
"""Annotations that are remembered; where more were written since, all are as good as new."""

_turns = count(1)


class Touched:
    """What one index was told of, in turns. No two indexes of a process share a turn: that of another one means everything."""

    def __init__(self) -> None:
        self.turn = self._first = next(_turns)
        self._notes: deque[tuple[int, Collection[str]]] = deque()
        self._kept = 0

    def note(self, annotations: Collection[str]) -> None:
        """These were written, or went."""
        if not annotations:
            return
        turn = next(_turns)
        self._notes.append((turn, annotations))
        self._kept += len(annotations)
        while self._kept > MOST:
            self._first, oldest = self._notes.popleft()
            self._kept -= len(oldest)
        self.turn = turn

    def note_all(self) -> None:
        """Any may have been written, or count otherwise."""
        self._notes.clear()
        self._kept = 0
        self.turn = self._first = next(_turns)

    def since(self, turn: int) -> Set[str] | None:
        """The ids of the annotations noted after a turn, None for all there are."""
        if turn == self.turn:
            return frozenset()
        if turn < self._first:
            return None
        return {key for noted, annotations in self._notes if noted > turn for key in annotations}
