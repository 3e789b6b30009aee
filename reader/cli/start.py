"""Starting the terminal program, after texts were taken in where some were named."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.cli import place, streams
from reader.cli.front import all_commands
from reader.commands.library import read
from reader.errors import UsageError

if TYPE_CHECKING:
    from reader.cli.perform import Setting
    from reader.project import Project


def start(setting: Setting, paths: list[str], typed: dict[str, Any]) -> int:
    """Open the terminal program, or the line mode where that is wanted; returns its exit code.

    UsageError without a terminal, for a missing path and a wrong command.
    """
    if paths:
        _check_first(paths[0])
        read(paths)  # names a path that is missing; nothing is read yet
    plainly = plain_wanted()
    if plainly:
        _check_input()
    else:
        _check_terminal()
    return _begun(setting, paths, typed, plainly=plainly)


def read_plainly(setting: Setting, typed: dict[str, Any]) -> int:
    """Open the line mode at an article, at a text that is taken in first, or where one left; returns its exit code."""
    word = typed.get("article_or_path") or ""
    _check_input()
    if word and (word == "-" or (os.path.lexists(word) and not word.isdecimal())):
        return _begun(setting, [word], {**typed, "paths": (word,)}, plainly=True)
    if word and not place.named_folder(setting.project) and place.around(Path.cwd()) is None:
        read([word])  # without a project a word can only be a path, and this one is missing
    return _begun(setting, [], {**typed, "article": word}, plainly=True)


def plain_wanted() -> bool:
    """Whether `reader` is to start the line mode: READER_PLAIN, a dumb terminal, or one of which nothing is known."""
    if os.environ.get("READER_PLAIN", "") not in {"", "0"}:
        return True
    term = os.environ.get("TERM", "")
    return term == "dumb" or (not term and _at_terminal())


def _begun(setting: Setting, paths: list[str], typed: dict[str, Any], *, plainly: bool) -> int:
    from reader.cli.perform import opened, project_for

    setting = replace(setting, offers=True)
    if paths:
        with project_for(setting, typed) as (project, outcome):
            article = outcome.rows[0]["id"] if outcome.rows else ""
            if plainly:
                streams.say(f"{outcome.text} The project is in {project.path}.")
                return _talk(project, article)
            return _run(project, article, f"{outcome.brief} · project {project.path}")
    with opened(setting, place.find(setting.project), write=True) as project:
        ref = typed.get("article") or ""
        article = project.article(ref).id if ref else ""
        return _talk(project, article) if plainly else _run(project, article, "")


def _talk(project: Project, article: str) -> int:
    from reader import plain
    from reader.cli.named import named

    return plain.run(project, article=article, named=named(project))


def _run(project: Project, article: str, notice: str) -> int:
    from reader import tui
    from reader.cli.settings import checked

    return tui.run(project, article=article, notice=notice, settings=checked())


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
    if not _at_terminal():
        raise UsageError(
            "The terminal program needs a terminal; without one there are reader read (line by line), "
            "reader import, show, tag, note, review, search, export and others: `reader --help`."
        )


def _at_terminal() -> bool:
    return streams.is_terminal(sys.stdin) and streams.is_terminal(sys.stdout)


def _check_input() -> None:
    if sys.stdin is None or sys.stdin.closed or sys.stdout is None:
        raise UsageError(
            "The line mode needs standard input and output; without them there are the commands of `reader --help`."
        )
