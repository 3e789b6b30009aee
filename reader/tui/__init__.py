"""The terminal program. Textual is imported by `run`, not before."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reader.config import Settings
    from reader.project import Project

SLOW_ESCAPE = "500"
"""Milliseconds that a key sequence may take over SSH."""

QUICK_FRAMES = "240"
"""Repaints a second at most, so that «saved» need not wait for the frame after next; over SSH they are gathered."""


def over_ssh(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is at the other end of an SSH connection."""
    return bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))


def run(
    project: Project,
    *,
    article: str = "",
    number: int | None = None,
    notice: str = "",
    settings: Settings | None = None,
) -> int:
    """Run the program in this terminal until it is left; returns the exit code. The caller closes the project.

    `article` is the id of the one to open (empty: where one was), `notice` is said in the status line.
    `mouse` is off over SSH unless the settings say otherwise.
    """
    slow = over_ssh(os.environ)
    if slow:
        os.environ.setdefault("ESCDELAY", SLOW_ESCAPE)
    else:
        os.environ.setdefault("TEXTUAL_FPS", QUICK_FRAMES)
    mouse = settings.mouse if settings else None
    gc.disable()
    from reader.tui.app import ReaderApp

    app = ReaderApp(project, article=article, number=number, notice=notice, settings=settings)
    try:
        result = app.run(mouse=not slow if mouse is None else mouse)
    finally:
        gc.enable()
        project.save_state()
        _let_go(app.farewell)
    return app.return_code or 0 if result is None else result


def _let_go(farewell: str) -> None:
    """Say a last word. Python flushes its streams at exit; where the terminal is gone that must not become the exit status."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{farewell}\n" if farewell else "")
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
