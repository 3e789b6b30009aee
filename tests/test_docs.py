"""The manual says what the program does: every command, option and key, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reader.cli.fields import KINDS, fields_of
from reader.cli.front import OPENING, all_commands, tables
from reader.cli.manual import pages

DOCS = Path(__file__).parent.parent / "docs"
COMMANDS = (OPENING, *all_commands().values())


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_is_what_would_be_made_today(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "run `python -m reader.cli.manual`"


def section(command_name: str) -> str:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    (found,) = re.findall(
        rf"^### `reader {command_name}(?: [^`a-z]*)?`\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL
    )
    return str(found)


@pytest.mark.parametrize("name", sorted(all_commands()))
def test_every_command_and_option_is_in_the_manual(name: str) -> None:
    command = all_commands()[name]
    text = section(name)
    assert command.help in text
    for field in fields_of(command):
        assert not field.option or f"{field.switches[-1]}" in text
        assert field.words, f"{name}: what is {field.name}?"
        assert field.words in text
    assert ("--json" in text) == command.lists


@pytest.mark.parametrize("screen", sorted(tables()))
def test_every_key_is_in_the_manual(screen: str) -> None:
    text = (DOCS / "keys.md").read_text(encoding="utf-8")
    for command in tables()[screen]:
        rows = [line for line in text.splitlines() if line.endswith(f"`{command.name}` |") and command.help in line]
        assert rows, command.name
        for key in command.keys:
            assert any(f"`{key}`".replace("|", "\\|") in row for row in rows), (command.name, key)


def test_every_command_has_a_line_of_help_a_group_and_examples_that_are_of_it() -> None:
    for command in COMMANDS:
        assert re.fullmatch(r"[A-Z].*\.", command.help), command.name
        assert len(command.help) < 80, command.name
        for example in command.examples:
            assert f"reader {command.name}".strip() in example


def test_every_kind_of_parameter_is_used() -> None:
    used = {field.annotation for command in COMMANDS for field in fields_of(command)}
    assert used == set(KINDS)


def test_every_command_the_first_version_owes_is_there() -> None:
    due = [
        "open",
        "init",
        "import",
        "articles",
        "show",
        "tag",
        "untag",
        "note",
        "notes",
        "review",
        "unreview",
        "next",
        "tags",
        "tag-add",
        "tag-rename",
        "tag-archive",
        "tag-delete",
        "search",
        "export",
        "history",
        "undo",
        "redo",
        "doctor",
        "config",
        "keys",
        "swap",
    ]
    assert set(due) <= set(all_commands())
