"""Starting the terminal program, after texts were taken in where some were named."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from reader.cli import place, streams
from reader.cli.front import all_commands
from reader.commands.library import read
from reader.config import check_names, load
from reader.errors import UsageError

if TYPE_CHECKING:
    from reader.cli.perform import Setting
    from reader.project import Project


def start(setting: Setting, paths: list[str], typed: dict[str, Any]) -> int:
    """Open the terminal program; returns its exit code. UsageError without a terminal, for a missing path and a wrong command."""
    if paths:
        _check_first(paths[0])
        read(paths)  # names a path that is missing; nothing is read yet
    _check_terminal()
    from reader.cli.perform import opened, project_for

    if paths:
        with project_for(setting, typed) as (project, outcome):
            article = outcome.rows[0]["id"] if outcome.rows else ""
            return _run(project, article, f"{outcome.brief} · project {project.path}")
    with opened(setting, place.find(setting.project), write=True) as project:
        ref = typed.get("article") or ""
        return _run(project, project.article(ref).id if ref else "", "")


def _run(project: Project, article: str, notice: str) -> int:
    from reader import tui
    from reader.cli.front import tables

    settings = load()
    check_names(settings, commands={c.name for table in tables().values() for c in table})
    return tui.run(project, article=article, notice=notice, mouse=settings.mouse, key_changes=settings.keys)


def _check_first(word: str) -> None:
    """A first word that is neither a command nor a path is named with the nearest command."""
    if word == "-" or os.path.lexists(word):
        return
    from difflib import get_close_matches

    near = get_close_matches(word, all_commands(), 1)
    if not near and ("/" in word or "." in word):
        return  # the import says which file is missing
    hint = f"; the nearest command is {near[0]!r}" if near else "; `reader --help` lists the commands"
    raise UsageError(f"There is no command and no file {word!r}{hint}.")


def _check_terminal() -> None:
    if os.environ.get("TERM", "dumb") in {"", "dumb"} or not (
        streams.is_terminal(sys.stdin) and streams.is_terminal(sys.stdout)
    ):
        raise UsageError(
            "The terminal program needs a terminal (and TERM other than dumb); without one there are "
            "reader import, show, tag, note, review, search, export and others: `reader --help`."
        )
