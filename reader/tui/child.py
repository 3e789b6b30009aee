"""A module of ours run as a process beside the screen, which ends with the task that asked for it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def child(module: str, *arguments: str, asked: bool = False) -> AsyncIterator[Process]:
    """A process of this Python that runs a module; with `asked` it is written to, else its input is empty. It is killed at the end of the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdin=PIPE if asked else DEVNULL, stdout=PIPE, stderr=DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
