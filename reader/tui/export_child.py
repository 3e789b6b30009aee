"""Writing an export in a process of its own: a big one computes for seconds, and a busy thread would slow every key.

The child reads from standard input what is wanted and prints how far it is and what came of it, a JSON object a line.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reader.errors import NotSaved, ReaderError
from reader.tui.child import child

if TYPE_CHECKING:
    from reader.project import Project
    from reader.project.progress import Progress


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to write; without `output` only to count it."""

    format: str
    output: str = ""
    force: bool = False
    profile: str = "data"
    delimiter: str = ","
    by: str = ""
    where: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How many records and bytes there are, or what was written, in a sentence; or why it cannot be."""

    rows: int = -1
    size: int = 0
    said: str = ""
    error: str = ""


class Reached(msgspec.Struct, frozen=True, tag=True):
    """How far it is: articles looked at, or files written where there are several, and how many there are."""

    done: int
    total: int


class _Order(msgspec.Struct, frozen=True):
    path: str
    coder: str
    wanted: Wanted


def carry_out(project: Project, wanted: Wanted, progress: Progress | None = None) -> Answer:
    """Write or count here and now."""
    from reader.commands.exporting import export, to_write

    try:
        if not wanted.output:
            found = to_write(project, wanted.format, profile=wanted.profile, by=wanted.by, where=wanted.where)
            return Answer(rows=found.rows, size=found.size)
        outcome = export(
            project,
            wanted.format,
            output=Path(wanted.output),
            force=wanted.force,
            profile=wanted.profile,
            delimiter=wanted.delimiter,
            by=wanted.by,
            where=wanted.where,
            progress=progress,
        )
    except (ReaderError, OSError) as error:
        return Answer(error=str(error))
    return Answer(said=outcome.brief or outcome.text)


async def carry_out_beside(project: Project, wanted: Wanted, progress: Progress | None = None) -> Answer:
    """The same beside the screen: in a thread where it takes no time, else in a child process, which ends if the task does.

    `progress` is called in the loop's own thread, where it takes a while.

    What is not on the disk yet only this process knows: while that cannot be saved, it writes itself.
    """
    from reader.commands.exporting import takes_long

    if await asyncio.to_thread(takes_long, project):
        try:
            await asyncio.to_thread(project.flush)
        except (NotSaved, ReaderError):
            pass
        else:
            return await _by_child(_Order(str(project.path), project.coder, wanted), progress)
    return await asyncio.to_thread(carry_out, project, wanted)


async def _by_child(order: _Order, progress: Progress | None) -> Answer:
    decode = msgspec.json.Decoder(Answer | Reached).decode
    async with child("reader.tui.export_child", asked=True) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError("pipes were asked for")
        process.stdin.write(msgspec.json.encode(order))
        process.stdin.write_eof()
        try:
            async for line in process.stdout:
                said = decode(line)
                if isinstance(said, Answer):
                    return said
                if progress is not None:
                    progress(said.done, said.total)
        except msgspec.DecodeError:
            pass
    return Answer(error="The export ended before its time; nothing was written.")


def _say(message: Answer | Reached) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


def _reached(done: int, total: int) -> None:
    _say(Reached(done, total))


def main() -> None:
    """Carry out what standard input asks for."""
    from reader.project import Project
    from reader.project.progress import now_and_then

    order = msgspec.json.decode(sys.stdin.buffer.read(), type=_Order)
    try:
        with contextlib.closing(Project.open(Path(order.path), coder=order.coder, write=False)) as project:
            answer = carry_out(project, order.wanted, now_and_then(_reached))
    except ReaderError as error:
        answer = Answer(error=str(error))
    _say(answer)


if __name__ == "__main__":
    main()
