"""The line mode: one paragraph spoken, then a prompt. For screen readers, dumb terminals, the worst lines, and pipes.

Nothing is drawn: no boxes, no colours, no redraw, one fact a line. What is typed goes through the same
commands as everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reader.commands import Outcome
    from reader.project import Project

Named = Callable[[Sequence[str]], "Outcome"]
"""Runs a command of the command line by its name and words, in the project that is open. ReaderError."""


def run(project: Project, *, article: str = "", named: Named) -> int:
    """Talk until the user leaves; returns the exit code. The caller closes the project.

    `article` is the id of the one to open (empty: where one was). UsageError for an empty library.
    """
    from reader.plain.lines import converse

    return converse(project, article, named)
