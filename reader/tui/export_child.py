"""Writing an export in a process of its own: a big one computes for seconds, and a busy thread would slow every key.

The child reads from standard input what is wanted and prints what came of it, a JSON object each.
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


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to write; without `output` only to count it."""

    format: str
    output: str = ""
    force: bool = False
    profile: str = "data"
    delimiter: str = ","
    by: str = ""
    where: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How many records there are, or what was written, in a sentence; or why it cannot be."""

    rows: int = -1
    said: str = ""
    error: str = ""


class _Order(msgspec.Struct, frozen=True):
    path: str
    coder: str
    wanted: Wanted


def carry_out(project: Project, wanted: Wanted) -> Answer:
    """Write or count here and now."""
    from reader.commands.exporting import export, rows_to_write

    try:
        if not wanted.output:
            return Answer(rows=rows_to_write(project, wanted.format, by=wanted.by, where=wanted.where))
        outcome = export(
            project,
            wanted.format,
            output=Path(wanted.output),
            force=wanted.force,
            profile=wanted.profile,
            delimiter=wanted.delimiter,
            by=wanted.by,
            where=wanted.where,
        )
    except (ReaderError, OSError) as error:
        return Answer(error=str(error))
    return Answer(said=outcome.brief or outcome.text)


async def carry_out_beside(project: Project, wanted: Wanted) -> Answer:
    """The same beside the screen: in a thread where it takes no time, else in a child process, which ends if the task does.

    What is not on the disk yet only this process knows: while that cannot be saved, it writes itself.
    """
    from reader.commands.exporting import takes_long

    if await asyncio.to_thread(takes_long, project):
        try:
            await asyncio.to_thread(project.flush)
        except (NotSaved, ReaderError):
            pass
        else:
            return await _by_child(_Order(str(project.path), project.coder, wanted))
    return await asyncio.to_thread(carry_out, project, wanted)


async def _by_child(order: _Order) -> Answer:
    async with child("reader.tui.export_child", asked=True) as process:
        said, _ = await process.communicate(msgspec.json.encode(order))
    try:
        return msgspec.json.decode(said, type=Answer)
    except msgspec.DecodeError:
        return Answer(error="The export ended before its time; nothing was written.")


def main() -> None:
    """Carry out what standard input asks for."""
    from reader.project import Project

    order = msgspec.json.decode(sys.stdin.buffer.read(), type=_Order)
    try:
        with contextlib.closing(Project.open(Path(order.path), coder=order.coder, write=False)) as project:
            answer = carry_out(project, order.wanted)
    except ReaderError as error:
        answer = Answer(error=str(error))
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
