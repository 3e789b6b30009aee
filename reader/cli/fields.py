"""The arguments and options of a command, read from its function's signature, and how typed words become values."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reader.commands import Command
from reader.errors import UsageError

if TYPE_CHECKING:
    from reader.model import Article
    from reader.project import Project

GIVEN = frozenset({"project", "progress", "out", "ask"})
"""Parameters that the front end fills, not the user."""
SHORT = {"output": "-o"}


@dataclass(frozen=True)
class Kind:
    """What an annotation means on the command line: its name in the help, whether it takes several words."""

    metavar: str = ""
    several: bool = False
    flag: bool = False


KINDS: Mapping[str, Kind] = {
    "Article": Kind("ARTICLE"),
    "Article | None": Kind("ARTICLE"),
    "Erasable": Kind("ARTICLE"),
    "Sequence[int]": Kind("PARAGRAPHS"),
    "int": Kind("PARAGRAPH"),
    "int | None": Kind("N"),
    "Sequence[TagRef]": Kind("TAG", several=True),
    "TagRef": Kind("TAG"),
    "TagRef | None": Kind(),
    "Sequence[str]": Kind("PATH", several=True),
    "Words": Kind(several=True),
    "Details": Kind("KEY=VALUE", several=True),
    "str": Kind(),
    "Path | None": Kind("FILE"),
    "bool": Kind(flag=True),
}
"""Annotations of command functions, as they are written there."""


@dataclass(frozen=True)
class Field:
    """One argument or option of a command."""

    name: str
    annotation: str
    metavar: str
    option: bool
    several: bool
    flag: bool
    required: bool
    words: str
    choices: tuple[str, ...]

    @property
    def switches(self) -> tuple[str, ...]:
        """How an option is written: `--output`, `-o`."""
        short = (SHORT[self.name],) if self.name in SHORT else ()
        return (*short, "--" + self.name.rstrip("_").replace("_", "-"))

    @property
    def usage(self) -> str:
        """How an argument stands in a usage line: `ARTICLE`, `TAG…`, `[NAME]`."""
        shown = self.metavar + ("…" if self.several else "")
        return shown if self.required else f"[{shown}]"


def fields_of(command: Command) -> list[Field]:
    """The arguments in their order, then the options."""
    found: list[Field] = []
    for parameter in inspect.signature(command.run).parameters.values():
        if parameter.name in GIVEN:
            continue
        kind = KINDS[str(parameter.annotation)]
        option = parameter.kind is inspect.Parameter.KEYWORD_ONLY
        found.append(
            Field(
                name=parameter.name,
                annotation=str(parameter.annotation),
                metavar=kind.metavar or parameter.name.upper().replace("_OR_", "|"),
                option=option,
                several=kind.several,
                flag=kind.flag,
                required=parameter.default is inspect.Parameter.empty,
                words=command.words.get(parameter.name, ""),
                choices=command.choices.get(parameter.name, ()),
            )
        )
    return found


def needs_project(command: Command) -> bool:
    """Whether the command is about a project."""
    return "project" in inspect.signature(command.run).parameters


def asks(command: Command) -> bool:
    """Whether the command asks its user before it goes on."""
    return "ask" in inspect.signature(command.run).parameters


def takes_words(command: Command) -> bool:
    """Whether free text stands at its end, which may begin with `-`: no short options then."""
    return any(field.annotation == "Words" for field in fields_of(command))


def usage_of(command: Command) -> str:
    """The arguments as they stand in a usage line."""
    return " ".join(field.usage for field in fields_of(command) if not field.option)


def values_of(command: Command, typed: Mapping[str, Any], project: Project | None) -> dict[str, Any]:
    """The function's parameters from what was typed. UsageError, UnknownArticle."""
    values: dict[str, Any] = {}
    for field in fields_of(command):
        word = typed[field.name]
        if field.annotation.startswith("Article"):
            values[field.name] = project.article(word) if project and word else None
        elif field.annotation == "Erasable":
            values[field.name] = project.article_to_erase(word) if project else None
        elif field.annotation == "Sequence[int]":
            values[field.name] = _numbers(word, project, values["article"])
        elif field.annotation == "int":
            values[field.name] = _number(word)
        elif field.annotation == "int | None":
            values[field.name] = None if word is None else _count(word)
        elif field.annotation == "Words":
            values[field.name] = " ".join(word)
        elif word is not None:
            values[field.name] = word
    return values


def _numbers(word: str, project: Project | None, article: Article) -> list[int]:
    runs = parse_ranges(word)
    if project is not None:
        for first, last in runs:
            project.paragraph(article, first)
            project.paragraph(article, last)
    return [number for first, last in runs for number in range(first, last + 1)]


def parse_ranges(word: str) -> list[tuple[int, int]]:
    """`3,7-9` as [(3, 3), (7, 9)]; not yet compared with any article. UsageError."""
    runs: list[tuple[int, int]] = []
    for part in word.replace("¶", "").split(","):
        first, dash, last = part.strip().replace("–", "-").partition("-")
        start = _number(first)
        end = _number(last) if dash else start
        if end < start:
            raise UsageError(f"The range {part.strip()!r} runs backwards; write {end}-{start}.")
        runs.append((start, end))
    return runs


def _count(word: str) -> int:
    if not re.fullmatch(r"0*[1-9][0-9]{0,11}", word):
        raise UsageError(f"A whole number from 1 on is expected, not {word[:40]!r}.")
    return int(word)


def _number(word: str) -> int:
    if not re.fullmatch(r"\s*[0-9]{1,12}\s*", word):
        raise UsageError(f"{word[:40]!r} is not a paragraph number; write numbers and ranges such as 3,7-9.")
    return int(word)
