"""`reader config`: what is set, where it stands, whether it can be; changing it. `reader keys` checks here too."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

import msgspec

from reader.commands import Command, Outcome
from reader.config import Settings, check_names, config_path, load, wrong
from reader.config.lines import nearest
from reader.config.values import SETTINGS, parsed
from reader.errors import UsageError

ACTIONS = ("show", "path", "check", "set", "unset")
FUNCTION_KEYS = range(1, 13)
SAME_ON_THE_WIRE = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+[": "escape"}
OTHER_NAMES = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgdn": "pagedown",
    "pgup": "pageup",
    " ": "space",
}
"""What people call keys that have another name here."""


def configured(action: str, name: str = "", value: str = "") -> Outcome:
    """What `reader config ACTION` answers. UsageError for another word, and for what is wrong in the file."""
    if action == "set":
        return _set(name, value)
    if action == "unset":
        return _unset(name)
    if action not in ACTIONS:
        raise UsageError(f"`reader config` takes {', '.join(ACTIONS)}, not {action!r}{nearest(action, ACTIONS)}.")
    if name:
        raise UsageError(
            f"`reader config {action}` takes nothing more; `reader config set NAME VALUE` changes a setting."
        )
    if action == "show":
        return _shown()
    if action == "path":
        path = str(config_path())
        return Outcome(rows=[{"path": path}], lines=[path])
    settings = checked()
    there = "" if Path(settings.path).is_file() else " There is no such file; these are the defaults."
    return Outcome(f"All is well in {settings.path}.{there}", rows=[{"path": settings.path}], lines=[])


def _shown() -> Outcome:
    """The settings in force, one a line: as they are written in the file, or what is so without them."""
    settings = checked()
    rows: list[dict[str, object]] = []
    lines: list[str] = []
    for name, setting in SETTINGS.items():
        value = getattr(settings, name)
        is_set = value != Settings.__struct_defaults__[Settings.__struct_fields__.index(name)]
        rows.append({"setting": name, "value": msgspec.to_builtins(value), "set": is_set, "default": setting.default})
        if name == "keys":
            lines += [f"keys.{command} = {_toml(list(keys))}" for command, keys in value.items()]
        elif is_set:
            lines.append(f"{name} = {_toml(value)}")
        else:
            lines.append(f"{name}: not set; {setting.default}")
    missing = "" if Path(settings.path).is_file() else " There is no such file yet; these are the defaults."
    return Outcome(f"Settings: {settings.path}.{missing}", rows=rows, lines=lines)


def _toml(value: object) -> str:
    """A value as it is written in the file: JSON's texts, numbers and lists are TOML's too."""
    return msgspec.json.encode(value).decode().replace(",", ", ") if value != "," else '","'


def _set(name: str, value: str) -> Outcome:
    """Change a setting in the file."""
    from reader.config.writing import check, write

    if not name or not value:
        raise UsageError("Write the setting and its value: reader config set theme light.")
    check(name, None)
    settings = write(name, parsed(name, value))
    return Outcome(f"{name} = {_toml(getattr(settings, name))} in {settings.path}. Back: reader config unset {name}")


def _unset(name: str) -> Outcome:
    """Take a setting out of the file."""
    from reader.config.writing import write

    if not name:
        raise UsageError("Write the setting: reader config unset theme.")
    settings = write(name, None)
    return Outcome(f"{name} is not set any more in {settings.path}: {SETTINGS[name].default}.")


# -- keys ----------------------------------------------------------------------------------------------


def checked() -> Settings:
    """The settings, names and keys compared with what there is. UsageError with file and line."""
    settings = load()
    if not settings.keys:
        return settings
    from reader.cli.front import tables
    from reader.tui.tables import LEAVING, TYPING

    screens = tables()
    check_names(settings, commands={command.name for table in screens.values() for command in table})
    for command, keys in settings.keys.items():
        for key in keys:
            if not is_key(key):
                raise wrong(settings, ("keys", command), f"{key!r} is no key a terminal can send{_nearest_key(key)}")
    for screen, table in screens.items():
        for key, first, second in clashes(table, settings.keys):
            at, other = (second, first) if second in settings.keys else (first, second)
            reason = f"the key {key!r} is given to {first} and {second}, both of the screen {screen}"
            if other not in settings.keys:
                reason += f"; give {other} another key too, or none: {other} = []"
            raise wrong(settings, ("keys", at), reason)
        for name in _shut_in(table, settings.keys, LEAVING, typing=screen in TYPING):
            typed = " that no text field takes, such as escape" if screen in TYPING else ""
            raise wrong(
                settings, ("keys", name), f"{name} needs a key{typed}: the screen {screen} has no other way out"
            )
    return settings


def is_key(key: str) -> bool:
    """Whether a terminal can send a key of this name: a sign, a named key, f1 to f12, ctrl+ with a letter.

    `[` is none: torn key sequences begin with it.
    """
    from reader.tui.keys import NAMED

    if key in SAME_ON_THE_WIRE or key == "[":
        return False
    name = key.removeprefix("shift+") if len(key) > len("shift+") else key
    if len(name) == 1:
        return name.isprintable() and name != " " and name == key
    if name in NAMED or name in {"insert", "delete"}:
        return True
    if name.startswith("ctrl+"):
        return name == key and len(name) == 6 and name[-1].isascii() and name[-1].islower()
    return name[:1] == "f" and name[1:].isdecimal() and int(name[1:]) in FUNCTION_KEYS


def _nearest_key(key: str) -> str:
    """A clause that names the nearest key that is one, else how keys are written."""
    from reader.tui.keys import NAMED

    lower = key.lower()
    same = SAME_ON_THE_WIRE.get(lower) or OTHER_NAMES.get(lower)
    if same is None and is_key(lower):
        same = lower
    known = [
        *NAMED,
        "insert",
        "delete",
        *(f"f{n}" for n in FUNCTION_KEYS),
        *(f"ctrl+{c}" for c in "abdefgknoprstuvwxy"),
    ]
    close = [same] if same else get_close_matches(lower.replace("-", "+"), known, 1, 0.6)
    return f"; the nearest is {close[0]!r}" if close else "; write j, f5 or ctrl+o"


def clashes(table: tuple[Command, ...], changes: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    """(key, command, command) where the settings leave one key to two commands of a screen."""
    given: dict[str, str] = {}
    for command in table:
        for key in changes.get(command.name, command.keys):
            first = given.setdefault(key, command.name)
            if first != command.name:
                yield key, first, command.name


def _shut_in(
    table: tuple[Command, ...], changes: Mapping[str, tuple[str, ...]], leaving: Collection[str], *, typing: bool
) -> Iterator[str]:
    """The commands that lead out of a screen and have lost every key that works there."""
    for command in table:
        if command.name in leaving and command.name in changes:
            keys = changes[command.name]
            if not any(len(key) > 1 or not typing for key in keys):
                yield command.name
