"""What goes to standard output and standard error: data exact to pipes, nothing that steers a terminal."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO, cast

from reader.safe import safe

if TYPE_CHECKING:
    from typing_extensions import Buffer


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal; a closed or missing one is not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def out(lines: Iterable[str]) -> None:
    """Lines of data to standard output: as they are to a pipe or file, made safe for a terminal."""
    if is_terminal(sys.stdout):
        with _quiet_when_closed():
            for line in lines:
                sys.stdout.write(safe(line) + "\n")
            sys.stdout.flush()
        return
    with data_out() as stream:
        for line in lines:
            stream.write(f"{line}\n".encode("utf-8", "replace"))


def json_out(rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON array, one object a line."""
    out(_array(rows))


def _array(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    import json

    before = ""
    for row in rows:
        yield f"{before}," if before else "["
        before = json.dumps(row, ensure_ascii=False)
    yield from (before, "]") if before else ("[]",)


@contextlib.contextmanager
def data_out() -> Iterator[BinaryIO]:
    """Standard output for bytes, made safe for a terminal; a reader that has gone away ends the program quietly."""
    with _quiet_when_closed():
        sys.stdout.flush()
        if is_terminal(sys.stdout):
            with _ToTerminal() as shown:
                yield cast("BinaryIO", shown)
        else:
            yield sys.stdout.buffer
        sys.stdout.buffer.flush()


class _ToTerminal(io.RawIOBase):
    """Takes UTF-8 in any pieces and shows it line by line, without what would steer the terminal."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._begun = ""

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:
        """Show the lines that are whole now; returns how many bytes were taken: all."""
        taken = bytes(data)
        *lines, self._begun = (self._begun + self._decode(taken)).split("\n")
        for line in lines:
            sys.stdout.write(safe(line) + "\n")
        return len(taken)

    def close(self) -> None:
        """Show the last line, which nothing ends."""
        if not self.closed:
            sys.stdout.write(safe(self._begun + self._decode(b"", final=True)))
            sys.stdout.flush()
        super().close()


@contextlib.contextmanager
def _quiet_when_closed() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        # Python flushes standard output once more at exit; that must not fail again.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, sys.stdout.fileno())
        raise SystemExit(1) from None


def say(text: str) -> None:
    """Talk to the user, on standard error."""
    if not text or sys.stderr is None:
        return
    line = "\n".join(safe(part) for part in text.split("\n"))
    encoding = sys.stderr.encoding or "utf-8"
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(line.encode(encoding, "replace").decode(encoding) + "\n")
        sys.stderr.flush()


def ask(question: str) -> str | None:
    """An answer from the terminal, without the line end; None where the input has ended."""
    sys.stderr.write("\n".join(safe(line) for line in question.split("\n")) + " ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    return answer.strip() if answer else None


def can_ask() -> bool:
    """Whether somebody is there to answer: standard input and standard error are terminals."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)
