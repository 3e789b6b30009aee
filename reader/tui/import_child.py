"""Reading files for an import in a process of its own: parsing computes, and a busy thread would slow every key.

The child prints messages, each a length in eight bytes and a pickle: ("progress", done, total),
("item", NewArticle, NewTag, …), ("skipped", sentences), ("error", sentence).
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from reader.errors import Cancelled, ReaderError
from reader.tui.child import child

LENGTH = 8


def send(out: BinaryIO, *message: object) -> None:
    """Write one message."""
    data = pickle.dumps(message)
    out.write(len(data).to_bytes(LENGTH, "big") + data)
    out.flush()


def main(paths: Sequence[str], out: BinaryIO) -> None:
    """Read what stands at the paths, sending each item as it is found."""
    from reader.commands.library import read

    skipped: list[str] = []
    try:
        for new in read(paths, progress=lambda done, total: send(out, "progress", done, total), skipped=skipped):
            send(out, "item", new)
        send(out, "skipped", skipped)
    except ReaderError as error:
        send(out, "error", str(error))


async def read_outside(paths: Sequence[str], progress: Callable[[int, int], None]) -> tuple[list[Any], list[str]]:
    """What stands at the paths, read by a child process: the items of the importers, and sentences about files passed over.

    `progress` is called with (done, total) in the loop's own thread. ReaderError with the child's sentence;
    a task that is cancelled ends the child.
    """
    try:
        async with child("reader.tui.import_child", "--", *paths) as process:
            return await _received(process, progress)
    except asyncio.IncompleteReadError as error:
        raise ReaderError("Reading the files ended before its time; nothing was imported.") from error
    except asyncio.CancelledError as error:
        raise Cancelled("The import was stopped; nothing was imported.") from error


async def _received(
    process: asyncio.subprocess.Process, progress: Callable[[int, int], None]
) -> tuple[list[Any], list[str]]:
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    items: list[Any] = []
    while True:
        length = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
        message: tuple[Any, ...] = pickle.loads(await process.stdout.readexactly(length))  # noqa: S301 - from our own child
        match message:
            case ("progress", int(done), int(total)):
                progress(done, total)
            case ("item", item):
                items.append(item)
            case ("error", str(sentence)):
                raise ReaderError(sentence)
            case ("skipped", list(skipped)):
                return items, skipped


if __name__ == "__main__":
    main(sys.argv[2:], sys.stdout.buffer)
