"""The user's settings, from `config.toml` in the platform's configuration folder.

    coder = "c1"                 theme = "dark"            measure = 72         # characters of a line of text
    profile = "excel"            delimiter = ";"           # of CSV exports
    mouse = false                ascii = true

    [keys]                       # by command name: one key, several, or none
    tag-add = ["t", "f2"]

`READER_CONFIG` names another file. Without a file all settings are the defaults, and neither the TOML
parser nor platformdirs is imported.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from reader.errors import UsageError

NAME = "config.toml"
MEASURES = range(20, 241)
PROFILES = ("data", "excel")
_CODER = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the user has set; an empty value means: not set, the program chooses.

    `keys` maps names of commands to keys (none: the command has no key). `mouse` is None where it is
    left to the program. `path` is the file, which may not exist.
    """

    coder: str = ""
    theme: str = ""
    measure: int = 0
    profile: str = ""
    delimiter: str = ""
    mouse: bool | None = None
    ascii: bool = False
    keys: dict[str, tuple[str, ...]] = {}
    path: str = ""


def config_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the settings are: `READER_CONFIG`, else `reader/config.toml` where the platform keeps settings."""
    named = environment.get("READER_CONFIG", "")
    if named:
        return _at_home(named)
    platform: str = sys.platform
    if platform.startswith("linux"):  # as platformdirs says, without the time its import takes
        return _at_home(environment.get("XDG_CONFIG_HOME", "").strip() or "~/.config") / "reader" / NAME
    import platformdirs

    return platformdirs.user_config_path("reader", appauthor=False) / NAME


def load(path: Path | None = None) -> Settings:
    """The settings of a file (of `config_path()` unless one is named), the defaults if there is none.

    UsageError with file and line for what is no TOML, an unknown setting (with the nearest) or an
    impossible value. Names of commands and themes are not known here: see `check_names`.
    """
    path = path or config_path()
    text = _text(path)
    if not text:
        return Settings(path=str(path))
    table = _parsed(path, text)
    fail = _Failure(path, text)
    known = [name for name in Settings.__struct_fields__ if name != "path"]
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            raise fail((name,), f"there is no setting {name!r}{_nearest(name, known)}")
        values[name] = _CHECKS[name](value, name, fail)
    return Settings(path=str(path), **values)


def check_names(settings: Settings, *, commands: Collection[str], themes: Collection[str] = ()) -> None:
    """UsageError with file, line and the nearest right name if the settings name an unknown command or theme.

    Without `themes` the theme is not looked at.
    """
    unknown = next((name for name in settings.keys if name not in commands), None)
    strange = bool(themes and settings.theme and settings.theme not in themes)
    if unknown is None and not strange:
        return
    path = Path(settings.path)
    fail = _Failure(path, _text(path))
    if strange:
        raise fail(("theme",), f"there is no theme {settings.theme!r}{_nearest(settings.theme, themes)}")
    name = unknown or ""
    raise fail(("keys", name), f"there is no command {name!r}{_nearest(name, commands)}")


def wrong(settings: Settings, names: tuple[str, ...], reason: str) -> UsageError:
    """The error for a setting that cannot be, with file and line; `names` is the way to it: its table, then its name."""
    path = Path(settings.path)
    return _Failure(path, _text(path))(names, reason)


# Reading


def _at_home(path: str) -> Path:
    """A path with `~` replaced; as it is for a user without a home, as in some containers."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _text(path: Path) -> str:
    """The file's text, empty if there is none."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _parsed(path: Path, text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).partition(" (at ")
        line = re.search(r"line (\d+)", place)
        number = int(line[1]) if line else text.count("\n") + 1
        raise UsageError(f"{path}, line {number}: {reason[:1].lower()}{reason[1:]}.") from error


class _Failure:
    """Makes errors that name the file and the line of a setting."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    def __call__(self, names: tuple[str, ...], reason: str) -> UsageError:
        """`names` is the way to the setting: its table, then its name."""
        return UsageError(f"{self._path}, line {_line_of(self._text, names)}: {reason}.")


_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_NAME = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def _line_of(text: str, names: tuple[str, ...]) -> int:
    """The 1-based line that sets a name; that of its table if it stands in an inline one, at last 1."""
    lines = list(_settings_by_line(text))
    for length in range(len(names), 0, -1):
        for number, here in lines:
            if here == names[:length]:
                return number
    return 1


def _settings_by_line(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if (header := _HEADER.match(line)) is not None:
            table = _names(header[1])
            yield number, table
        elif (key := _KEY.match(line)) is not None:
            yield number, (*table, *_names(key[1]))


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip("\"'") for name in _NAME.findall(dotted))


def _nearest(name: str, known: Collection[str]) -> str:
    """A clause that names the nearest right name, or all where they are few and none is near."""
    import difflib

    close = difflib.get_close_matches(name.lower().replace("_", "-"), known, n=1, cutoff=0.5)
    if close:
        return f"; the nearest is {close[0]!r}"
    return f"; there are {', '.join(sorted(known))}" if 0 < len(known) <= 10 else ""


# What each setting may be: a function takes the value, the setting's name and the maker of errors


def _is_text(value: object, name: str, fail: _Failure) -> str:
    if not isinstance(value, str):
        raise fail((name,), f"{name} is a text in quotation marks, not {_shown(value)}")
    return value


def _is_switch(value: object, name: str, fail: _Failure) -> bool:
    if not isinstance(value, bool):
        raise fail((name,), f"{name} is true or false, not {_shown(value)}")
    return value


def _is_measure(value: object, name: str, fail: _Failure) -> int:
    if not isinstance(value, int) or value not in MEASURES:
        raise fail((name,), f"{name} is a number from {MEASURES.start} to {MEASURES.stop - 1}, not {_shown(value)}")
    return value


def _is_coder(value: object, name: str, fail: _Failure) -> str:
    text = _is_text(value, name, fail)
    if not _CODER.fullmatch(text):
        rule = "up to 32 lower-case letters, digits, - and _, the first a letter or digit"
        raise fail((name,), f"a coder's name has {rule}, so {text!r} cannot be one")
    return text


def _is_profile(value: object, name: str, fail: _Failure) -> str:
    text = _is_text(value, name, fail)
    if text not in PROFILES:
        raise fail((name,), f"{name} is {' or '.join(PROFILES)}, not {text!r}{_nearest(text, PROFILES)}")
    return text


def _is_delimiter(value: object, name: str, fail: _Failure) -> str:
    text = _is_text(value, name, fail)
    text = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(text) != 1 or text in '"\r\n\0' or not text.isascii():
        raise fail((name,), f'{name} is one ASCII character like "," or ";", or "tab", not {_shown(value)}')
    return text


def _are_keys(value: object, name: str, fail: _Failure) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise fail((name,), f"{name} is a table of commands and their keys, not {_shown(value)}")
    found: dict[str, tuple[str, ...]] = {}
    for command, keys in value.items():
        listed = [keys] if isinstance(keys, str) and keys else keys or []
        if not isinstance(listed, list) or not all(isinstance(key, str) and key for key in listed):
            raise fail((name, command), f"the keys of {command} are a text or a list of texts, not {_shown(keys)}")
        twice = next((key for index, key in enumerate(listed) if key in listed[:index]), None)
        if twice is not None:
            raise fail((name, command), f"the key {twice!r} stands twice for {command}")
        found[command] = tuple(listed)
    return found


_CHECKS: Mapping[str, Callable[[object, str, _Failure], Any]] = {
    "coder": _is_coder,
    "theme": _is_text,
    "measure": _is_measure,
    "profile": _is_profile,
    "delimiter": _is_delimiter,
    "mouse": _is_switch,
    "ascii": _is_switch,
    "keys": _are_keys,
}


def _shown(value: object) -> str:
    """A value as in the file, shortened."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
