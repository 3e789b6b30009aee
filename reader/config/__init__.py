"""The user's settings, from `config.toml` in the platform's configuration folder.

    theme = "light"              # see `values.SETTINGS`, and docs/settings.md made from it
    measure = 72

    [keys]                       # by command name: one key, several, or none
    tag = ["t", "f2"]

`READER_CONFIG` names another file. Without a file all settings are the defaults, and neither the TOML
parser nor platformdirs is imported.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec

from reader.config.lines import Failure, nearest
from reader.config.values import LAYOUTS, SETTINGS
from reader.errors import UsageError

NAME = "config.toml"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the user has set; an empty value means: not set, the program chooses.

    `keys` maps names of commands to keys (none: the command has no key). `mouse` is None where it is
    left to the program. `path` is the file, which may not exist.
    """

    coder: str = ""
    theme: str = ""
    measure: int = 0
    tag_and_go_on: bool = False
    ascii: bool = False
    screen_reader: bool = False
    mouse: bool | None = None
    layouts: tuple[str, ...] = LAYOUTS
    profile: str = ""
    delimiter: str = ""
    keys: dict[str, tuple[str, ...]] = {}
    path: str = ""


def config_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the settings are: `READER_CONFIG`, else `reader/config.toml` where the platform keeps settings."""
    named = environment.get("READER_CONFIG", "")
    if named:
        return at_home(named)
    platform: str = sys.platform
    if platform.startswith("linux"):  # as platformdirs says, without the time its import takes
        return at_home(environment.get("XDG_CONFIG_HOME", "").strip() or "~/.config") / "reader" / NAME
    import platformdirs

    return platformdirs.user_config_path("reader", appauthor=False) / NAME


def load(path: Path | None = None) -> Settings:
    """The settings of a file (of `config_path()` unless one is named), the defaults if there is none.

    UsageError with file and line for what is no TOML, an unknown setting (with the nearest) or an
    impossible value. Names of commands are not known here: see `check_names`.
    """
    path = path or config_path()
    text = _text(path)
    if not text:
        return Settings(path=str(path))
    table = _parsed(path, text)
    fail = Failure(path, text)
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in SETTINGS:
            raise fail((name,), f"there is no setting {name!r}{nearest(name, SETTINGS)}")
        values[name] = SETTINGS[name].check(value, name, fail)
    return Settings(path=str(path), **values)


def check_names(settings: Settings, *, commands: Collection[str]) -> None:
    """UsageError with file, line and the nearest right name if the settings name an unknown command."""
    unknown = next((name for name in settings.keys if name not in commands), None)
    if unknown is not None:
        raise wrong(settings, ("keys", unknown), f"there is no command {unknown!r}{nearest(unknown, commands)}")


def wrong(settings: Settings, names: tuple[str, ...], reason: str) -> UsageError:
    """The error for a setting that cannot be, with file and line; `names` is the way to it: its table, then its name."""
    path = Path(settings.path)
    return Failure(path, _text(path))(names, reason)


def at_home(path: str) -> Path:
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
