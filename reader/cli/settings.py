"""`reader config`: what is set, where it stands, whether it can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from reader.commands import Command, Outcome, settings_shown
from reader.config import Settings, check_names, config_path, load, wrong
from reader.errors import UsageError

ACTIONS = ("show", "path", "check")
FUNCTION_KEYS = range(1, 13)


def configured(action: str) -> Outcome:
    """What `reader config ACTION` answers. UsageError for another word, and for what is wrong in the file."""
    if action == "show":
        return settings_shown()
    if action == "path":
        path = str(config_path())
        return Outcome(rows=[{"path": path}], lines=[path])
    if action == "check":
        settings = checked()
        there = "" if Path(settings.path).is_file() else " There is no such file; these are the defaults."
        return Outcome(f"All is well in {settings.path}.{there}", rows=[{"path": settings.path}], lines=[])
    raise UsageError(f"`reader config` shows, or takes {', '.join(ACTIONS[1:])}; not {action!r}.")


def checked() -> Settings:
    """The settings, names and keys compared with what there is. UsageError with file and line."""
    from reader.cli.front import tables

    settings = load()
    screens = tables()
    names = {command.name for table in screens.values() for command in table}
    check_names(settings, commands=names, themes=_themes() if settings.theme else ())
    for command, keys in settings.keys.items():
        for key in keys:
            if not is_key(key):
                raise wrong(
                    settings, ("keys", command), f"{key!r} is no key a terminal can send; write j, f5 or ctrl+o"
                )
    for screen, table in screens.items():
        for key, first, second in clashes(table, settings.keys):
            reason = f"the key {key!r} is given to {first} and {second}, both of the screen {screen}"
            raise wrong(settings, ("keys", second), reason)
    return settings


def _themes() -> tuple[str, ...]:
    """The themes by their names, with and without ours before them."""
    from reader.tui.themes import NAMES

    return (*NAMES, *(name.removeprefix("reader-") for name in NAMES))


def is_key(key: str) -> bool:
    """Whether a terminal can send a key of this name: a sign, a named key, f1 to f12, ctrl+ with a letter."""
    from reader.tui.keys import NAMED

    name = key.removeprefix("shift+") if len(key) > len("shift+") else key
    if len(name) == 1:
        return name.isprintable() and name != " " and name == key
    if name in NAMED or name in {"insert", "delete"}:
        return True
    if name.startswith("ctrl+"):
        return name == key and len(name) == 6 and name[-1].isascii() and name[-1].islower()
    return name[:1] == "f" and name[1:].isdecimal() and int(name[1:]) in FUNCTION_KEYS


def clashes(table: tuple[Command, ...], changes: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    """(key, command, command) where the settings give one key to two commands of a screen."""
    given: dict[str, str] = {}
    for command in table:
        for key in changes.get(command.name, ()):
            first = given.setdefault(key, command.name)
            if first != command.name:
                yield key, first, command.name
