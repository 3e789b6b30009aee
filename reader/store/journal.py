"""The journals: one line an edit, append only. They are the truth; all else can be made from them.

A line is eight lower-case hex digits of `zlib.crc32` of the JSON bytes, a space, one JSON object in
UTF-8, LF. A file is called `<coder>.<copy>.jsonl` and has one writer.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import msgspec

from reader import fs
from reader.edits import Edit
from reader.errors import Damage

SUFFIX = ".jsonl"
CHECKPOINT_SUFFIX = ".checkpoint"
_BLOCK = 1 << 16
_MOST_HEADS = 64

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Edit)
_head = re.compile(rb"[0-9a-f]{8} ")
_heads = re.compile(rb"[0-9a-f]{8} \{")
_head_with_time = re.compile(rb'[0-9a-f]{8} \{"id":"[^"\\]*","at":"([0-9TZ:.+-]*)"')


def encode_line(value: object) -> bytes:
    """A value as a line with its checksum."""
    data = _encoder.encode(value)
    return b"%08x %s\n" % (zlib.crc32(data), data)


def checked(line: bytes) -> bytes:
    """The JSON bytes of a line (with or without LF). Damage if the checksum does not hold."""
    if not _head.match(line):
        raise Damage("not a line of ours")
    data = line[9:-1] if line.endswith(b"\n") else line[9:]
    if zlib.crc32(data) != int(line[:8], 16):
        raise Damage("its checksum does not hold")
    return data


def decode_line(line: bytes) -> Edit:
    """The edit on a journal line. Damage if it cannot be read."""
    try:
        return _decoder.decode(checked(line))
    except msgspec.DecodeError as error:
        raise Damage(f"it is no edit ({error})") from error


def decode_places(line: str) -> dict[str, tuple[int, int]]:
    """The places (byte offset and `seq` by journal) on a line. Damage if it cannot be read."""
    try:
        return msgspec.json.decode(checked(line.encode()), type=dict[str, tuple[int, int]])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Damage(f"it holds no places ({error})") from error


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An edit with its place: the journal's name and the byte offset behind its line."""

    edit: Edit
    journal: str
    end: int


class Checkpoint(msgspec.Struct, frozen=True):
    """How far the TinyDB files hold a journal: bytes, and the `seq` of the last edit among them.

    `files` maps each TinyDB file to the end of the last line that is about it: a file that holds less
    is not the one that was written, one that is missing was there.
    """

    offset: int = 0
    seq: int = 0
    files: dict[str, int] = {}


def read_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint in a file; None if there is none. Damage if it cannot be read."""
    try:
        data = fs.read_bytes(path)
    except FileNotFoundError:
        return None
    try:
        if not data.endswith(b"\n"):
            raise Damage("it has no end")
        found = msgspec.json.decode(checked(data), type=Checkpoint)
    except (Damage, msgspec.DecodeError) as error:
        raise Damage(f"{path.name} cannot be read: {error}.") from error
    return found if found.files else None  # one that does not say which files it is about promises nothing


@dataclass
class Found:
    """What reading a stretch of a journal gave: entries, damage in words, and where the next stretch begins.

    `crc` goes over all bytes up to there from where `parse` or `read` was given 0.
    """

    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    end: int = 0
    seq: int = 0
    crc: int = 0


def mended(line: bytes) -> list[Edit]:
    """The edits on a line that is none: where the LF between two lines was damaged, both are still there."""
    starts = [match.start() for match in islice(_heads.finditer(line), _MOST_HEADS)]
    edits: list[Edit] = []
    done = 0
    for start in starts:
        if start < done:
            continue
        for end in (*(other for other in starts if other > start), len(line)):
            try:
                edits.append(decode_line(line[start : end - 1]))  # the byte before the next line stands for the LF
            except Damage:
                continue
            done = end
            break
    return edits


def parse(data: bytes, journal: str, offset: int = 0, seq: int = 0, crc: int = 0) -> Found:
    """The entries in `data`, which begins at byte `offset` behind edit `seq`; an unfinished last line is left for later."""
    found = Found(end=offset, seq=seq)
    position = 0
    while (newline := data.find(b"\n", position)) >= 0:
        line = data[position : newline + 1]
        position = newline + 1
        found.end = offset + position
        try:
            edits = [decode_line(line)]
        except Damage as error:
            found.problems.append(f"{journal}, edit {found.seq + 1}: {error}.")
            edits = mended(line)
            if not edits:
                found.seq += 1
        for edit in edits:
            if edit.seq != found.seq + 1:
                found.problems.append(f"{journal}: after edit {found.seq} comes edit {edit.seq}.")
            found.seq = edit.seq
            found.entries.append(Entry(edit, journal, found.end))
    found.crc = zlib.crc32(memoryview(data)[:position], crc)
    return found


def lacking(path: Path, size: int, known: int) -> Damage:
    """What is said of a journal of `size` bytes (-1: none) that once had `known`."""
    what = "is missing" if size < 0 else "is empty" if size == 0 else "has become shorter"
    return Damage(f"The journal {path.name} {what}: {known} bytes of it were on the disk. Restore it from a backup.")


def read(path: Path, offset: int = 0, seq: int = 0, crc: int = 0) -> Found:
    """The entries of a journal from a place on. Damage if the file is missing or shorter than that place, or no line ends there."""
    size = fs.size_of(path)
    if size < offset:
        raise lacking(path, size, offset)
    if size == offset:
        return Found(end=offset, seq=seq, crc=crc)
    before = min(offset, 1)
    data = fs.read_from(path, offset - before)
    if data[:before] not in (b"", b"\n"):
        raise Damage(f"The journal {path.name} is not the one that was read: no line ends at byte {offset}.")
    return parse(data[before:], path.stem, offset, seq, crc)


def newest_first(path: Path) -> Iterator[Edit]:
    """The edits of a journal from its end to its start, read in blocks; lines that cannot be read are passed over."""
    for line in _lines_back(path, fs.size_of(path)):
        try:
            yield decode_line(line)
        except Damage:
            yield from reversed(mended(line + b"\n"))


class _Time(msgspec.Struct):
    """What is read of an edit where only its time is wanted: its changes are not made."""

    at: str


def time_of(path: Path, end: int) -> str:
    """When the edit was made whose line ends at a byte; only that line is read. Damage if no such edit is there."""
    return _time_in(path, *_last_line(path, end))


def newest_time(path: Path) -> str:
    """When the newest edit of a journal was made that can be read; empty if there is none. Its changes are not made."""
    start, stop = _last_line(path, fs.size_of(path))
    while stop > 0:
        try:
            return _time_in(path, start, stop)
        except Damage:
            if edits := mended(fs.read_range(path, start, stop + 1)):
                return edits[-1].at
        start, stop = _last_line(path, start)
    return ""


def _last_line(path: Path, end: int) -> tuple[int, int]:
    """Where the last line starts that ends at a byte or before, and where its LF is; (0, -1) if there is none."""
    stop = _newline_before(path, end)
    return (_newline_before(path, stop) + 1, stop)


def _newline_before(path: Path, end: int) -> int:
    while end > 0:
        start = max(0, end - _BLOCK)
        found = fs.read_range(path, start, end).rfind(b"\n")
        if found >= 0:
            return start + found
        end = start
    return -1


def _time_in(path: Path, start: int, stop: int) -> str:
    """When the edit was made whose line is between two bytes, without LF. Damage if there is none.

    The time stands at the start of a line: one of 40 MB, as a large import leaves it, is never in memory whole.
    """
    head = fs.read_range(path, start, min(stop, start + _BLOCK))
    found = _head_with_time.match(head)
    if found is not None and stop - start > _BLOCK:
        crc = zlib.crc32(memoryview(head)[9:])
        for place in range(start + _BLOCK, stop, _BLOCK):
            crc = zlib.crc32(fs.read_range(path, place, min(stop, place + _BLOCK)), crc)
        if crc != int(head[:8], 16):
            raise Damage("its checksum does not hold")
        return found[1].decode()
    try:
        return msgspec.json.decode(checked(fs.read_range(path, start, stop)), type=_Time).at
    except msgspec.DecodeError as error:
        raise Damage(f"it is no edit ({error})") from error


def _lines_back(path: Path, end: int) -> Iterator[bytes]:
    """The lines of a file that end at a byte or before, without LF, from the last; what stands behind the last LF is not finished."""
    rest: list[bytes] = []  # what was read of a line whose start was not found yet, its end first
    while end > 0:
        start = max(0, end - _BLOCK)
        block = fs.read_range(path, start, end)
        end = start
        newline = block.find(b"\n") if start > 0 else -1
        if start > 0 and newline < 0:
            rest.append(block)
            continue
        rest.append(block[newline + 1 :])
        yield from reversed(b"".join(reversed(rest)).split(b"\n")[:-1])
        rest = [block[: newline + 1]]


class Journal:
    """A journal opened for writing by its one writer.

    Opening it mends the end of the file: a whole last line that only lacks its LF gets it, a torn one
    (never acknowledged) is moved to a file of its own beside the journal.
    """

    def __init__(self, path: Path, checkpoint: Checkpoint, modes: fs.Modes = fs.PRIVATE) -> None:
        self.path = path
        self.name = path.stem
        self._modes = modes
        self._open(checkpoint.offset, checkpoint.seq)

    @property
    def size(self) -> int:
        """The journal's length in bytes, all of it durable."""
        return self._file.size

    @property
    def broken(self) -> str:
        """Why nothing can be appended before `reopen`, or empty."""
        return self._file.broken

    def _open(self, offset: int, seq: int) -> None:
        """Open the file, of which `offset` bytes are known to be good. Damage if it has less."""
        size = fs.size_of(self.path)
        if offset and size < offset:
            raise lacking(self.path, size, offset)
        self._file = fs.Appender(self.path, self._modes)
        try:
            self.seq = self._last_seq(offset, seq)
        except BaseException:
            self._file.close()
            raise

    def _last_seq(self, offset: int, seq: int) -> int:
        data = fs.read_from(self.path, offset) if self._file.size > offset else b""
        found = parse(data, self.name, offset, seq)
        torn = data[found.end - offset :]
        if not torn:
            return found.seq
        whole = mended(torn + b"\n")
        if not whole and (whole := mended(torn)):  # its LF is there, but damaged
            self._file.cut(self._file.size - 1)
        if whole:
            self._file.append(b"\n")
            return whole[-1].seq
        aside = self.path.with_name(f"{self.path.name}.torn-{found.end}")
        fs.replace_file(aside, torn, self._modes)
        self._file.cut(found.end)
        return found.seq

    def append(self, edit: Edit) -> Entry:
        """Commit an edit: durable on return, with its `seq`. OSError: it is not in the file."""
        numbered = msgspec.structs.replace(edit, seq=self.seq + 1)
        end = self._file.append(encode_line(numbered))
        self.seq += 1
        return Entry(numbered, self.name, end)

    def reopen(self) -> None:
        """Open the file anew after `broken`. OSError, Damage: it stays broken.

        What an unfinished write of ours left behind the last good length was never acknowledged and is
        cut off; what another program put there is read like anything else.
        """
        good, seq, ours = self._file.size, self.seq, self._file.ours
        if ours:
            size = fs.size_of(self.path)
            if size < good:
                raise lacking(self.path, size, good)
            fresh = fs.Appender(self.path, self._modes)
            try:
                fresh.cut(good)
            except BaseException:
                fresh.close()
                raise
            old, self._file = self._file, fresh
        else:
            old = self._file
            self._open(good, seq)
        old.close()

    def close(self) -> None:
        self._file.close()
