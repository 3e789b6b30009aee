"""The settings there are, one row each: what it does, what it may be. The manual, the checks and the settings screen read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from reader.config.lines import nearest
from reader.errors import UsageError

Fail = Callable[[tuple[str, ...], str], UsageError]
"""Makes the error for a setting that cannot be: the way to it, and why."""
Value = str | int | bool | list[str]
"""What a setting may be in the file, the table of keys apart."""

MEASURES = range(20, 241)
PROFILES = ("data", "excel")
THEMES = ("dark", "light", "contrast", "terminal")
LAYOUTS = ("ru", "uk", "el", "he", "fa", "ar")
_CODER = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class Setting(NamedTuple):
    """One setting: `check` takes the value, the name and the maker of errors and returns what the program works with."""

    check: Callable[[object, str, Fail], object]
    words: str
    """One sentence: what it does."""
    may_be: str
    default: str
    """What is so without it, as one reads it."""
    example: str
    """A line of the file."""
    choices: tuple[str, ...] = ()


def is_text(value: object, name: str, fail: Fail) -> str:
    """A text."""
    if not isinstance(value, str):
        raise fail((name,), f"{name} is a text in quotation marks, not {_shown(value)}")
    return value


def _is_switch(value: object, name: str, fail: Fail) -> bool:
    if not isinstance(value, bool):
        raise fail((name,), f"{name} is true or false, not {_shown(value)}")
    return value


def _is_measure(value: object, name: str, fail: Fail) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in MEASURES:
        raise fail((name,), f"{name} is a number from {MEASURES.start} to {MEASURES.stop - 1}, not {_shown(value)}")
    return value


def _is_coder(value: object, name: str, fail: Fail) -> str:
    text = is_text(value, name, fail)
    if not _CODER.fullmatch(text):
        rule = "up to 32 lower-case letters, digits, - and _, the first a letter or digit"
        raise fail((name,), f"a coder's name has {rule}, so {text!r} cannot be one")
    return text


def _is_one_of(choices: tuple[str, ...]) -> Callable[[object, str, Fail], str]:
    def check(value: object, name: str, fail: Fail) -> str:
        text = is_text(value, name, fail)
        if text not in choices:
            said = f"{', '.join(choices[:-1])} or {choices[-1]}"
            raise fail((name,), f"{name} is {said}, not {_shown(text)}{nearest(text, choices)}")
        return text

    return check


def _is_delimiter(value: object, name: str, fail: Fail) -> str:
    text = is_text(value, name, fail)
    text = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(text) != 1 or text in '"\r\n\0' or not text.isascii():
        raise fail((name,), f'{name} is one ASCII character like "," or ";", or "tab", not {_shown(value)}')
    return text


def _are_layouts(value: object, name: str, fail: Fail) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise fail((name,), f'{name} is a list such as ["ru"], not {_shown(value)}')
    for one in value:
        if one not in LAYOUTS:
            raise fail((name,), f"there is no layout {_shown(one)}{nearest(one, LAYOUTS)}")
    return tuple(value)


def _are_keys(value: object, name: str, fail: Fail) -> dict[str, tuple[str, ...]]:
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


def _shown(value: object) -> str:
    """A value as in the file, shortened."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


_SWITCH = "true or false"
SETTINGS: Mapping[str, Setting] = {
    "coder": Setting(
        _is_coder,
        "Who codes, where neither `--coder` nor READER_CODER says.",
        "up to 32 lower-case letters, digits, `-` and `_`",
        "the login name",
        'coder = "c1"',
    ),
    "theme": Setting(
        _is_one_of(THEMES),
        "The colours; `terminal` leaves them to the terminal, whatever they are there.",
        "`dark`, `light`, `contrast` or `terminal`",
        "dark",
        'theme = "light"',
        THEMES,
    ),
    "measure": Setting(
        _is_measure,
        "Characters in a line of text, in a project in which `+` and `-` have not set another.",
        f"{MEASURES.start} to {MEASURES.stop - 1}",
        "72",
        "measure = 80",
    ),
    "tag_and_go_on": Setting(
        _is_switch,
        "A slot key tags, marks reviewed and goes on, as one step; a project in which the command of the same name "
        "was used keeps what was chosen there.",
        _SWITCH,
        "false",
        "tag_and_go_on = true",
    ),
    "ascii": Setting(
        _is_switch,
        "Draw frames, stripes and signs with ASCII alone; words of texts, tags and notes being typed stay as they are.",
        _SWITCH,
        "false",
        "ascii = true",
    ),
    "screen_reader": Setting(
        _is_switch,
        "The terminal's own cursor stands on the paragraph or row where one is; no second column, no borders.",
        _SWITCH,
        "false",
        "screen_reader = true",
    ),
    "mouse": Setting(
        _is_switch,
        "Take clicks, wheel and drags; where it is false the terminal selects text itself. In force at the next start.",
        _SWITCH,
        "true, over SSH false",
        "mouse = false",
    ),
    "layouts": Setting(
        _are_layouts,
        "Keyboards whose letters are read as the Latin key in their place, the first first where two differ; `[]`: none.",
        "a list of `ru`, `uk`, `el`, `he`, `fa`, `ar`",
        "all of them, in this order",
        'layouts = ["uk", "ru"]',
    ),
    "profile": Setting(
        _is_one_of(PROFILES),
        "Who a CSV file is for: `excel` has a BOM, CRLF and a guard against formulas, `data` is exact.",
        "`data` or `excel`",
        "excel to a file, data to standard output",
        'profile = "data"',
        PROFILES,
    ),
    "delimiter": Setting(
        _is_delimiter,
        "What stands between the cells of a CSV file.",
        'one ASCII character, or `"tab"`',
        "the comma",
        'delimiter = ";"',
    ),
    "keys": Setting(
        _are_keys,
        "Keys by the name of the command: one, several, or none.",
        "a table; see below",
        "those of [keys.md](keys.md)",
        'keys.undo = ["u", "f2"]',
    ),
}


def parsed(name: str, text: str) -> Value:
    """What was typed as the value of a setting, as it stands in the file. Nothing is checked; the setting's `check` does that."""
    check = SETTINGS[name].check
    if check is _is_switch:
        word = text.strip().lower()
        return {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}.get(word, text)
    if check is _is_measure:
        return int(text) if text.strip().isdecimal() else text
    if check is _are_layouts:
        return [one for one in re.split(r"[\s,\[\]\"']+", text) if one]
    return text


def is_switch(name: str) -> bool:
    """Whether a setting is true or false."""
    return SETTINGS[name].check is _is_switch
