"""Where a setting stands in its file, and the errors that name the place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from reader.errors import UsageError

_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_NAME = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


class Failure:
    """Makes errors that name the file and the line of a setting."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    def __call__(self, names: tuple[str, ...], reason: str) -> UsageError:
        """`names` is the way to the setting: its table, then its name."""
        return UsageError(f"{self._path}, line {line_of(self._text, names)}: {reason}.")


def typed(_names: tuple[str, ...], reason: str) -> UsageError:
    """The error for a value that was typed, not read from a file."""
    return UsageError(f"{reason[:1].upper()}{reason[1:]}.")


def line_of(text: str, names: tuple[str, ...]) -> int:
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


def nearest(name: str, known: Collection[str]) -> str:
    """A clause that names the nearest right name, or all where they are few and none is near."""
    import difflib

    folded = {one.lower().replace("_", "-"): one for one in known}
    close = difflib.get_close_matches(name.lower().replace("_", "-"), folded, n=1, cutoff=0.5)
    if close:
        return f"; the nearest is {folded[close[0]]!r}"
    return f"; there are {', '.join(sorted(known))}" if 0 < len(known) <= 16 else ""
