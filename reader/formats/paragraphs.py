"""The paragraphs of a text as arrays, so that a million of them are not a million objects."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

from reader.model import ROLES, Paragraph, Role

ROLE_INDEX: dict[str, int] = {role: index for index, role in enumerate(ROLES)}
BODY = ROLE_INDEX["body"]


class ParagraphTable(Sequence[Paragraph]):
    """Paragraphs in order, each built when it is asked for.

    `starts` and `ends` are code points, `roles` indexes into `model.ROLES`, `speaker_indexes` is 0 for
    none, else a 1-based index into `speakers`. Items count from 0, paragraph numbers from 1.
    """

    __slots__ = ("_known", "ends", "roles", "speaker_indexes", "speakers", "starts")

    def __init__(self) -> None:
        self.starts: array[int] = array("Q")
        self.ends: array[int] = array("Q")
        self.roles = bytearray()
        self.speaker_indexes: array[int] = array("I")
        self.speakers: list[str] = []
        self._known: dict[str, int] = {}

    def add(self, start: int, end: int, role: Role = "body", speaker: str = "") -> None:
        """Put a paragraph at the end."""
        self.starts.append(start)
        self.ends.append(end)
        self.roles.append(ROLE_INDEX[role])
        self.speaker_indexes.append(self._index_of(speaker) if speaker else 0)

    def _index_of(self, speaker: str) -> int:
        known = self._known.get(speaker)
        if known is None:
            self.speakers.append(speaker)
            known = self._known[speaker] = len(self.speakers)
        return known

    def extend(self, starts: array[int], ends: array[int]) -> None:
        """Put many body paragraphs without a speaker at the end."""
        self.starts.extend(starts)
        self.ends.extend(ends)
        self.roles.extend(bytes(len(starts)))
        self.speaker_indexes.extend(array("I", bytes(self.speaker_indexes.itemsize * len(starts))))

    def set_role(self, index: int, role: Role) -> None:
        """Change the role of the paragraph at a 0-based index."""
        self.roles[index] = ROLE_INDEX[role]

    def speaker_at(self, index: int) -> str:
        """The speaker of the paragraph at a 0-based index, or empty."""
        spoken = self.speaker_indexes[index]
        return self.speakers[spoken - 1] if spoken else ""

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, index: int) -> Paragraph: ...
    @overload
    def __getitem__(self, index: slice) -> list[Paragraph]: ...
    def __getitem__(self, index: int | slice) -> Paragraph | list[Paragraph]:
        if isinstance(index, slice):
            return [self._paragraph(i) for i in range(*index.indices(len(self)))]
        return self._paragraph(range(len(self))[index])

    def _paragraph(self, index: int) -> Paragraph:
        return Paragraph(
            index + 1, self.starts[index], self.ends[index], ROLES[self.roles[index]], self.speaker_at(index)
        )

    def __iter__(self) -> Iterator[Paragraph]:
        return map(self._paragraph, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ParagraphTable):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]  # it can be added to, so it has no hash

    def __repr__(self) -> str:
        return f"<{len(self)} paragraphs>"
