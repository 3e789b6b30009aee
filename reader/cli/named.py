"""The commands of the command line by their names, in a project that is open already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from reader.cli.fields import needs_project, values_of
from reader.cli.front import OPENING
from reader.cli.program import program, sentence
from reader.commands import REGISTRY, Command, Outcome
from reader.errors import UsageError

if TYPE_CHECKING:
    from reader.project import Project

OUTSIDE = frozenset({"init", "restore", "pack", "merge", "share", "erase"})
"""Commands that make, replace or move a project: not while one is open."""


def named(project: Project) -> Callable[[Sequence[str]], Outcome]:
    """What runs the words of a command line (`show 3`) in the project. ReaderError, with `reader COMMAND --help` named."""
    answers: list[Outcome] = []

    def perform(command: Command, typed: dict[str, Any]) -> int:
        if command.name in OUTSIDE or not needs_project(command) or typed.pop("as_json", False):
            raise UsageError(f"That works only on the command line: type q, then reader {command.name}.")
        answers.append(command.run(project, **values_of(command, typed, project)))
        return 0

    def run(words: Sequence[str]) -> Outcome:
        answers.clear()
        try:
            program(dict(REGISTRY), OPENING, perform).main(list(words), prog_name="reader", standalone_mode=False)
        except click.ClickException as error:
            raise UsageError(sentence(error, tuple(REGISTRY))) from error
        except click.Abort as error:  # what click makes of ctrl+c
            raise KeyboardInterrupt from error
        return answers[0] if answers else Outcome()

    return run
