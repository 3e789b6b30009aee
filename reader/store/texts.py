"""The immutable texts: `<id>.txt` in UTF-8, and `<id>.paragraphs` (by another rule `<id>.<hash>.paragraphs`) with offsets, so that any paragraph is read at once.

The latter is one line as in a journal (checksum, JSON: article and hashes, counts), padded with
spaces to a multiple of eight, then little-endian arrays over the n paragraphs: first and last byte (u64,
end exclusive), first and last code point (u64, end exclusive), speaker (u32; 0: none, else 1-based into
the list at the end), role (u8, index into `model.ROLES`), then the speakers as a JSON array. The
article's `paragraphs_sha256` is the hash of all behind the first line.
"""

from __future__ import annotations

import mmap
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import NamedTuple

import msgspec

from reader import fs
from reader.edits import Record
from reader.errors import Damage
from reader.model import ROLES, Paragraph
from reader.store.journal import checked, encode_line

_ROW = 4 * 8 + 4 + 1


class Head(msgspec.Struct, frozen=True):
    """The first line of a paragraph file: `length` is the text's, in code points."""

    article: Record
    count: int
    length: int
    version: int = 1


class Body(NamedTuple):
    """The part of a paragraph file that its hash covers, and that hash."""

    data: bytes
    sha256: str
    paragraphs: int
    length: int


def _little(values: array[int]) -> bytes:
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values.tobytes()


def encode_paragraphs(text: str, paragraphs: Sequence[Paragraph]) -> Body:
    """The body of a paragraph file for a text (code-point offsets in, byte offsets added)."""
    import hashlib

    starts = array("Q", (p.start for p in paragraphs))
    ends = array("Q", (p.end for p in paragraphs))
    speakers: dict[str, int] = {}
    spoken = array("I", (speakers.setdefault(p.speaker, len(speakers) + 1) if p.speaker else 0 for p in paragraphs))
    if text.isascii():
        byte_starts, byte_ends = starts, ends
    else:
        edges = list(chain.from_iterable(zip(starts, ends, strict=True)))
        pieces = (len(text[a:b].encode()) for a, b in zip(chain((0,), edges), edges, strict=False))
        places = list(accumulate(pieces))
        byte_starts, byte_ends = array("Q", places[0::2]), array("Q", places[1::2])
    data = b"".join(
        (
            *(_little(values) for values in (byte_starts, byte_ends, starts, ends, spoken)),
            bytes(ROLES.index(p.role) for p in paragraphs),
            msgspec.json.encode(list(speakers)),
        )
    )
    return Body(data, hashlib.sha256(data).hexdigest(), len(starts), len(text))


def head_line(record: Record, body: Body) -> bytes:
    """The first line of a paragraph file, padded so that the arrays behind it are aligned."""
    line = encode_line(Head(record, body.paragraphs, body.length))
    return line + b" " * (-len(line) % 8)


CHECKED = 1 << 18
"""Paragraph files up to this size (some 7 000 paragraphs, half a millisecond) are compared with their hash when they are opened."""


class StoredText:
    """An article's text on the disk, mapped: what is asked for is decoded, nothing else is read.

    The paragraphs are enough to open one; where the text itself is missing or damaged, asking for it
    raises Damage. `sha256` is the hash that the paragraphs should have, empty if it is not known; `made`
    is the content of the paragraph file where it had to be made again.
    """

    def __init__(self, text_path: Path, paragraphs_path: Path, sha256: str = "", made: bytes | None = None) -> None:
        self._name = text_path.name
        self._bytes = _mapped(text_path)
        data = _mapped(paragraphs_path) if made is None else made
        if data is None:
            raise Damage(f"The file {paragraphs_path.name} of an article is missing; a backup may hold it.")
        try:
            self._read(data)
        except (Damage, msgspec.DecodeError, ValueError, TypeError) as error:
            raise Damage(f"{paragraphs_path.name} cannot be read: {str(error).removesuffix('.')}.") from error
        if sha256 and len(data) <= CHECKED and body_sha256(bytes(data)) != sha256:
            raise Damage(f"The paragraphs {paragraphs_path.name} are not what was imported.")

    def _read(self, data: mmap.mmap | bytes) -> None:
        end = data.find(b"\n") + 1
        self.head = msgspec.json.decode(checked(bytes(data[:end])), type=Head)
        n = self.head.count
        start = end + -end % 8
        if n < 0 or len(data) < start + n * _ROW:
            raise Damage(f"it is too short for its {n} paragraphs")
        view = memoryview(data)
        columns = [self._column(view, start + i * 8 * n, 8 * n, "Q") for i in range(4)]
        self._byte_starts, self._byte_ends, self._starts, self._ends = columns
        self._spoken = self._column(view, start + 32 * n, 4 * n, "I")
        self._roles = view[start + 36 * n : start + 37 * n]
        self._speakers = msgspec.json.decode(view[start + 37 * n :], type=tuple[str, ...])

    @staticmethod
    def _column(view: memoryview, start: int, size: int, kind: str) -> Sequence[int]:
        part = view[start : start + size]
        if sys.byteorder == "little":
            return part.cast(kind)  # type: ignore[call-overload, no-any-return]  # typeshed wants a literal
        values = array(kind, part.tobytes())
        values.byteswap()
        return values

    @property
    def length(self) -> int:
        """Length of the text in code points."""
        return self.head.length

    def __len__(self) -> int:
        return self.head.count

    def paragraph(self, number: int) -> Paragraph:
        """The paragraph of a 1-based number as imported. IndexError if there is none."""
        i = number - 1
        if not 0 <= i < self.head.count:
            raise IndexError(number)
        spoken, role = self._spoken[i], self._roles[i]
        if spoken > len(self._speakers) or role >= len(ROLES):
            raise Damage(f"The paragraphs of {self._name} are damaged at ¶ {number}; a backup may hold them.")
        speaker = self._speakers[spoken - 1] if spoken else ""
        return Paragraph(number, self._starts[i], self._ends[i], ROLES[role], speaker)

    def _decode(self, start: int, end: int) -> str:
        if self._bytes is None:
            raise Damage(f"The text {self._name} is missing; a backup may hold it.")
        if not start <= end <= len(self._bytes):
            raise Damage(
                f"The text {self._name} or its paragraphs are damaged: it ends too early; a backup may hold it."
            )
        try:
            return str(self._bytes[start:end], "utf-8")
        except UnicodeDecodeError as error:
            raise Damage(
                f"The text {self._name} is damaged at byte {start + error.start}; a backup may hold it."
            ) from error

    def text_of(self, number: int) -> str:
        """The text of the paragraph of a 1-based number. IndexError if there is none."""
        i = number - 1
        if not 0 <= i < self.head.count:
            raise IndexError(number)
        return self._decode(self._byte_starts[i], self._byte_ends[i])

    def slice(self, start: int, end: int) -> str:
        """The text between two positions in code points."""
        start, end = max(0, start), min(end, self.head.length)
        if start >= end:
            return ""
        first = bisect_right(self._starts, start) - 1
        base, base_byte = (self._starts[first], self._byte_starts[first]) if first >= 0 else (0, 0)
        last = bisect_left(self._ends, end)
        stop = self._byte_ends[last] if last < self.head.count else len(self._bytes or b"")
        return self._decode(base_byte, stop)[start - base : end - base]

    def number_at(self, position: int) -> int:
        """The number of the paragraph that holds a position, else of the first after it, else of the last."""
        return min(bisect_right(self._ends, position) + 1, self.head.count)

    def speakers(self) -> tuple[str, ...]:
        """All speakers, in the order of their first words."""
        return self._speakers

    def whole(self) -> str:
        """The whole text at once."""
        return self._decode(0, len(self._bytes or b""))


def _mapped(path: Path) -> mmap.mmap | bytes | None:
    try:
        return fs.map_file(path)
    except FileNotFoundError:
        return None


def body_sha256(data: bytes) -> str:
    """The hash of a paragraph file's body. Damage if its first line, or the padding behind it, is not ours."""
    import hashlib

    end = data.find(b"\n") + 1
    checked(data[:end])
    start = end + -end % 8
    if data[end:start] != b" " * (start - end):
        raise Damage("what stands behind its first line is not ours")
    return hashlib.sha256(data[start:]).hexdigest()
