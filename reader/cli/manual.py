"""The manual, made from the commands and the keymap: `python -m reader.cli.manual` writes docs/commands.md and docs/keys.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reader.cli.fields import Field, fields_of, usage_of
from reader.cli.front import OPENING, all_commands, tables
from reader.cli.program import INTRODUCTION, PROGRAM_OPTIONS
from reader.commands import Command

BEFORE = """
ARTICLE is its number, its id or the start of it, or its file name. PARAGRAPHS are numbers and ranges: `3,7-9`. TAG is a
path such as `harm/displacement`, or a name that only one tag has. Data goes to standard output, talk to standard error.

| exit code | means |
|---|---|
| 0 | done |
| 1 | it could not be done: unreadable, full, exists, changed by others; `search` and `next` found nothing |
| 2 | what was typed cannot be right: option, command, name, number, query, setting, missing path |
| 3 | somebody else is writing |
| 4 | damage was found |
| 130 | interrupted |
"""

KEYS = """\
The default keys of each screen. `:` opens the palette, where every command is found by its name; `?` shows the keys of the
screen one is on. A command gets other keys in the settings file that `reader config path` names:

```toml
[keys]
next-paragraph = ["j", "down"]
```"""
TITLES = {
    "reading": "Reading screen",
    "spans": "Span mode",
    "picker": "Tag picker",
    "note": "Note editor",
    "library": "Library",
    "search": "Search",
    "export": "Export",
    "help": "Help",
    "palette": "Palette",
    "slots": "Slots",
    "question": "A question",
    "path": "A path",
    "codebook": "Codebook",
    "quotes": "Quotes of a tag",
    "splitting": "Splitting a tag",
    "notes": "Notes",
    "details": "Details of an article",
    "ask": "One line",
    "choose": "A choice",
    "hues": "Hues",
    "lines": "Lines",
}


def pages() -> dict[str, str]:
    """The pages by their file names in `docs`, in Markdown."""
    return {"commands.md": "\n".join(_lines()) + "\n", "keys.md": "\n".join(_key_lines()) + "\n"}


def _lines() -> Iterator[str]:
    yield from ("# The command line", "", INTRODUCTION, BEFORE.rstrip(), "", "## Before the command", "")
    for switches, words in PROGRAM_OPTIONS:
        yield f"- `{switches}`: {words}"
    group = ""
    for command in (OPENING, *all_commands().values()):
        if command.group != group:
            group = command.group
            yield from ("", f"## {group}")
        yield from _command(command)


def _command(command: Command) -> Iterator[str]:
    usage = " ".join(part for part in ("reader", command.name, usage_of(command)) if part)
    yield from ("", f"### `{usage}`", "", command.help)
    if command.more:
        yield from ("", command.more)
    described = [f"- `{_switches(field)}`: {field.words}" for field in fields_of(command) if field.words]
    if command.lists:
        described.append("- `--json`: One JSON array of objects.")
    if described:
        yield from ("", *described)
    keys = ", ".join(f"`{key}`" for key in _keys(command))
    if keys:
        yield from ("", f"In the program: {keys}.")
    if command.examples:
        yield from ("", "```sh", *command.examples, "```")


def _switches(field: Field) -> str:
    if not field.option:
        return field.metavar + ("…" if field.several else "")
    value = "" if field.flag else " " + ("|".join(field.choices) or field.metavar)
    return ", ".join(field.switches) + value


def _keys(command: Command) -> tuple[str, ...]:
    """The keys of the reading screen's command of the same name."""
    return next((c.keys for c in tables()["reading"] if c.name == command.name), ())


def _key_lines() -> Iterator[str]:
    yield from ("# Keys", "", KEYS)
    for screen, table in tables().items():
        yield from (
            "",
            f"## {TITLES.get(screen, screen.capitalize())}",
            "",
            "| key | what it does | name |",
            "|---|---|---|",
        )
        for command in table:
            keys = " ".join(f"`{key}`" for key in command.keys) or f"`:` {command.name}"
            yield f"| {keys.replace('|', chr(92) + '|')} | {command.help} | `{command.name}` |"


def main(folder: Path) -> None:
    """Write the pages into a folder."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path("docs"))
