"""From the arguments to an exit code: the settings before the command, the errors, the interrupts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from reader.cli import streams
from reader.cli.front import OPENING, all_commands
from reader.cli.perform import Setting, perform
from reader.cli.program import program, sentence
from reader.commands import Command
from reader.errors import ReaderError

INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """The exit code for the arguments. Errors are one sentence on standard error."""
    debug = "--debug" in _before_command(arguments)
    try:
        _check_utf8(arguments)
        return _dispatch(list(arguments))
    except ReaderError as error:
        _trace(debug)
        streams.say(str(error))
        return error.exit_code
    except click.ClickException as error:
        _trace(debug)
        streams.say(sentence(error, tuple(all_commands())))
        return 2
    except (click.Abort, KeyboardInterrupt):
        streams.say("Interrupted.")
        return INTERRUPTED
    except OSError as error:
        _trace(debug)
        about = f"{error.filename!s}: " if error.filename else ""
        streams.say(f"It could not be done: {about}{error.strerror or error}.")
        return 1
    except Exception as error:  # noqa: BLE001  the last net: a user sees a sentence, --debug the place
        _trace(debug)
        streams.say(f"Something is wrong in the program itself ({type(error).__name__}: {error}); --debug shows where.")
        return 1


def _dispatch(arguments: list[str]) -> int:
    commands = all_commands()
    context: dict[str, Any] = {}

    def run(command: Command, typed: dict[str, Any]) -> int:
        return perform(Setting(**context), command, typed)

    def before(project: str, coder: str, take_over: bool, debug: bool, version: bool) -> int:
        context.update(project=project, coder=coder, take_over=take_over)
        current = click.get_current_context()
        if version:
            from reader import __version__

            streams.out([f"reader {__version__}"])
            current.exit(0)
        if current.invoked_subcommand is None:
            return run(OPENING, {"paths": (), "encoding": None, "split": None})
        return 0

    group = program(commands, OPENING, run)
    group.callback = before
    result = group.main(arguments, prog_name="reader", standalone_mode=False)
    return result if isinstance(result, int) else 0


def _before_command(arguments: Sequence[str]) -> list[str]:
    """The options that stand before the command."""
    found: list[str] = []
    words = iter(arguments)
    for word in words:
        if not word.startswith("-"):
            break
        found.append(word)
        if word in {"--project", "--coder"}:
            next(words, None)
    return found


def _check_utf8(arguments: Sequence[str]) -> None:
    from reader.errors import UsageError

    for number, argument in enumerate(arguments, 1):
        if not argument.isascii() and any("\ud800" <= sign <= "\udfff" for sign in argument):
            shown = argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            raise UsageError(
                f"Argument {number}, {shown!r}, is not UTF-8; write it as UTF-8, or rename the file it names."
            )


def _trace(debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exc(file=sys.stderr)
