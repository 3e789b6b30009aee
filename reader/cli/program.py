"""The click program, made from the commands' signatures: nothing about a single command is written here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from reader.cli.fields import Field, fields_of, takes_words, usage_of
from reader.commands import Command

INTRODUCTION = "Read texts closely: tag, note, find, undo, export. Everything stays in a folder of yours."
OPENING = (
    ("reader", "open the program where you left"),
    ("reader PATH…", "take texts in and open them (a file named like a command: ./tag)"),
    ("reader COMMAND …", "do one thing and return; reader COMMAND --help says how"),
)
EXAMPLES = (
    "reader flood.txt",
    "reader tag 1 2,4-5 failure/warning --create",
    "reader search barrier*",
    "reader export csv -o annotations.csv",
)
PROGRAM_OPTIONS = (
    ("--project FOLDER", "The project; else READER_PROJECT, else the nearest."),
    ("--coder NAME", "Who codes; else READER_CODER, the settings, the login name."),
    ("--take-over", "End the session of yours that still writes here; it saves first."),
    ("--debug", "Show where in the program an error arose."),
    ("--version", "Print the version."),
)
"""The options that stand before the command."""
NARROW, WIDE = 80, 100
"""Columns that the help has at least and at most."""
OPEN_PATHS = "PATH"
"""What the words after `reader` are when the first is no command; not a name anybody types."""

_ALIKE = 0.75
"""From which likeness (0 to 1) on a word beginning with `--` is a mistyped option."""

Perform = Callable[[Command, dict[str, Any]], int]


def program(commands: dict[str, Command], opening: Command, perform: Perform) -> click.Group:
    """The whole command line. `opening` takes the words where no command is named; `perform` runs one and returns the exit code."""
    group = Program(
        name="reader",
        params=list(_program_options()),
        invoke_without_command=True,
        context_settings={"help_option_names": ["--help", "-h"], "terminal_width": _width()},
    )
    group.table = commands
    group.opening = opening
    group.perform = perform
    return group


def _width() -> int:
    """The width of the help. click would ask through `shutil`, whose import takes as long as two of ours."""
    try:
        columns = os.get_terminal_size().columns
    except OSError:
        columns = NARROW
    return min(max(columns, NARROW), WIDE) - 2


def _program_options() -> Iterator[click.Option]:
    for switches, words in PROGRAM_OPTIONS:
        name, _, metavar = switches.partition(" ")
        yield click.Option(
            [name], metavar=metavar or None, is_flag=not metavar, default="" if metavar else False, help=words
        )


class Program(click.Group):
    """Makes a subcommand when it is asked for; what is no command is a path to open."""

    table: dict[str, Command]
    opening: Command
    perform: Perform

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = self.table.get(cmd_name)
        return made(command, self.perform) if command else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.table:
            return args[0], made(self._meant(*args), self.perform), args[1:]
        return OPEN_PATHS, made(self.opening, self.perform), args

    def _meant(self, name: str, *words: str) -> Command:
        """The command of a name; another one where an option says so."""
        command = self.table[name]
        typed = words[: words.index("--")] if "--" in words else words
        other = (command.instead[option] for word in typed if (option := word.partition("=")[0]) in command.instead)
        return self.table[next(other, name)]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_text(INTRODUCTION)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_dl(OPENING)
        for group, lines in grouped(self.table).items():
            with formatter.section(group):
                formatter.write_dl(lines, col_max=42)
        with formatter.section("Before the command"):
            formatter.write_dl([r for p in self.get_params(ctx) if (r := p.get_help_record(ctx)) is not None])
        with formatter.section("Examples"):
            formatter.write("".join(f"  {example}\n" for example in EXAMPLES))
        formatter.write_paragraph()
        formatter.write_text(
            "ARTICLE is its number, its id or the start of it, or its file name. PARAGRAPHS are numbers and ranges: "
            "3,7-9. TAG is a path such as harm/displacement, or a name that only one tag has."
        )


def grouped(table: dict[str, Command]) -> dict[str, list[tuple[str, str]]]:
    """(usage, line of help) of every command, under the headings of their groups."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for command in table.values():
        usage = f"{command.name} {usage_of(command)}".strip()
        groups.setdefault(command.group, []).append((usage, command.help))
    return groups


def made(command: Command, perform: Perform) -> click.Command:
    """One command for click: its parameters from the signature, and --json where it lists."""
    words = takes_words(command)
    params: list[click.Parameter] = [_parameter(field) for field in fields_of(command)]
    if command.lists:
        params.append(click.Option(["--json", "as_json"], is_flag=True, help="One JSON array of objects."))
    settings: dict[str, Any] = {"help_option_names": ["--help"] if words else ["--help", "-h"]}
    if words:
        settings["ignore_unknown_options"] = True
    return One(
        command.name,
        params=params,
        callback=lambda **typed: perform(command, typed),
        context_settings=settings,
        help="\n\n".join(part for part in (command.help, _as_written(command.more)) if part),
        epilog="\b\n" + "\n".join(("Examples:", *(f"  {e}" for e in command.examples))) if command.examples else None,
    )


class One(click.Command):
    """A command whose usage line shows its arguments first, as people type them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Also where text may begin with `-` an option that was mistyped is none of it; behind `--` anything is."""
        if ctx.ignore_unknown_options:
            known = [switch for param in self.get_params(ctx) for switch in param.opts if switch.startswith("--")]
            for word in args[: args.index("--")] if "--" in args else args:
                name = word.partition("=")[0]
                if name not in known and (near := _mistyped(name, known)):
                    raise click.NoSuchOption(name, possibilities=[near], ctx=ctx)
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        arguments = [p.make_metavar(ctx) for p in self.params if isinstance(p, click.Argument)]
        return [*arguments, "[OPTIONS]"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        arguments = [(p.make_metavar(ctx), p.words) for p in self.params if isinstance(p, Argument) and p.words]
        if arguments:
            with formatter.section("Arguments"):
                formatter.write_dl(arguments)
        super().format_options(ctx, formatter)


def _mistyped(word: str, known: Sequence[str]) -> str:
    """The option that a word looks like; empty if it looks like none."""
    from difflib import get_close_matches

    if not (word.startswith("--") and word[2:].replace("-", "").isalpha()):
        return ""
    return next(iter(get_close_matches(word, known, n=1, cutoff=_ALIKE)), "")


class Argument(click.Argument):
    """An argument with a sentence about it."""

    words = ""


def _parameter(field: Field) -> click.Parameter:
    if not field.option:
        argument = Argument(
            [field.name], required=field.required, nargs=-1 if field.several else 1, metavar=field.usage
        )
        argument.words = field.words
        return argument
    declared = [*field.switches, field.name]
    if field.flag:
        return click.Option(declared, is_flag=True, help=field.words)
    kind: Any = click.Choice(field.choices) if field.choices else Path if field.annotation.startswith("Path") else str
    metavar = "|".join(field.choices) or field.metavar
    return click.Option(declared, type=kind, default=None, required=field.required, help=field.words, metavar=metavar)


def sentence(error: click.ClickException, table: Sequence[str]) -> str:
    """An error of click's as one sentence of ours that names what to do."""
    ctx = getattr(error, "ctx", None)
    name = ctx.info_name if ctx is not None and ctx.parent is not None else ""
    how = f"`reader {name} --help` shows how" if name in table else "`reader --help` shows all"
    if isinstance(error, click.NoSuchOption):
        if error.option_name in {"--project", "--coder", "--debug", "--take-over"} and name:
            return f"{error.option_name} stands before the command: reader {error.option_name} … {name}."
        near = f"; the nearest is {error.possibilities[0]}" if error.possibilities else ""
        return f"There is no option {error.option_name}{near}; {how}."
    if isinstance(error, click.MissingParameter) and error.param is not None:
        what = (error.param.metavar or error.param.name or "").rstrip("…")
        return f"{what} is missing; {how}."
    message = error.format_message().rstrip(".")
    return f"{message[:1].upper()}{message[1:]}; {how}."


def _as_written(more: str) -> str:
    """A list stays a list: its lines are not run together."""
    return f"\b\n{more}" if more.startswith("- ") else more
