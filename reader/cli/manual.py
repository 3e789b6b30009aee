"""The manual, made from the commands, the keymap and the settings: `python -m reader.cli.manual` writes its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reader.cli.fields import Field, fields_of, usage_of
from reader.cli.front import OPENING, all_commands, tables
from reader.cli.program import INTRODUCTION, PROGRAM_OPTIONS
from reader.commands import Command
from reader.config.values import SETTINGS

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
SETTINGS_BEFORE = """\
Settings are lines of a file, `config.toml`, where the platform keeps settings; `reader config path` says where, and
READER_CONFIG names another. Nothing has to be there: without the file everything is as said below under *Without it*.

- `reader config` shows what is set, `reader config check` says whether all of it can be.
- `reader config set theme light` changes a setting, `reader config unset theme` takes it out.
- In the program: `:` settings. A change is written at once and, where nothing else is said, is in force at once.
- An editor. Comments, order and line ends are the user's: the program changes the one line that is meant.

What cannot be (an unknown name, an impossible value or key, one key for two commands of a screen) is refused when the
program starts, with file, line and the nearest right one. Slots and the keys of tags belong to the project, not here."""
KEYS_IN_SETTINGS = """\
### The table of keys

The names are those in [keys.md](keys.md). A command that is named has the keys named and no others, on every screen that
has the command.

```toml
[keys]
next-paragraph = ["j", "down", "ctrl+n"]
why = "W"                # one key may stand without brackets
tour = []                # no key; the palette still has it
```

A key is the sign it types (`j`, `<`, `,`), or one of `space enter tab escape backspace up down left right home end pageup
pagedown insert delete f1` to `f12`, `shift+tab`, or `ctrl+` and a letter. `[` is none: key sequences torn by a slow line
begin with it. A key that is another command's on the same screen is refused until that one has been given another, or
none. What leads out of a screen keeps a key. `reader keys` prints what is in force."""
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
    "history": "History",
    "details": "Details of an article",
    "ask": "One line",
    "choose": "A choice",
    "hues": "Hues",
    "settings": "Settings",
    "lines": "Lines",
}


def pages() -> dict[str, str]:
    """The pages by their file names in `docs`, in Markdown."""
    return {
        "commands.md": "\n".join(_lines()) + "\n",
        "keys.md": "\n".join(_key_lines()) + "\n",
        "settings.md": "\n".join(_setting_lines()) + "\n",
    }


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


def _setting_lines() -> Iterator[str]:
    yield from ("# Settings", "", SETTINGS_BEFORE, "")
    for name, setting in SETTINGS.items():
        yield from (
            f"## `{name}`",
            "",
            setting.words,
            "",
            f"It may be {setting.may_be}. Without it: {setting.default}.",
            "",
        )
        yield from ("```toml", setting.example, "```", "")
    yield KEYS_IN_SETTINGS


def main(folder: Path) -> None:
    """Write the pages into a folder."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path("docs"))
