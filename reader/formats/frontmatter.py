"""The block of `key: value` lines between two `---` lines at the top of a text."""

from __future__ import annotations

import re
from typing import NamedTuple

_LONGEST = 20_000
_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_LINE = re.compile(r"(?P<key>[^\s:#\[\]{}\"'-][^:\n]{0,60}?)[ \t]*:(?:[ \t]+(?P<value>.*))?$")
_MORE = re.compile(r"[ \t]+(?:-[ \t]+)?(?P<value>\S.*)$|-[ \t]+(?P<item>\S.*)$")
_OURS = ("title", "url", "author", "published")


class FrontMatter(NamedTuple):
    """The values by key (title, url, author, published in small letters) and where the block ends, in code points."""

    values: dict[str, str]
    end: int


def front_matter(text: str) -> FrontMatter | None:
    """The front matter of a text; None where a line is neither `key: value` nor a continuation, blank or comment."""
    opening = _OPENING.match(text)
    closing = _CLOSING.search(text, opening.end(), _LONGEST) if opening else None
    if opening is None or closing is None:
        return None
    values: dict[str, str] = {}
    key = ""
    for line in text[opening.end() : closing.start()].split("\n"):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if (found := _LINE.match(line)) is not None:
            key = _known(found["key"])
            _put(values, key, found["value"] or "")
        elif key and (more := _MORE.match(line)) is not None:
            _put(values, key, more["value"] or more["item"], ", ")
        else:
            return None
    return FrontMatter({k: v for k, v in values.items() if v}, closing.end()) if values else None


def _known(key: str) -> str:
    return key.lower() if key.lower() in _OURS else key


def _put(values: dict[str, str], key: str, value: str, separator: str = "; ") -> None:
    value = _unquoted(value.strip())
    before = values.get(key, "")
    values[key] = f"{before}{separator}{value}" if before and value else before or value


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].replace('\\"', '"') if value[0] == '"' else value[1:-1].replace("''", "'")
    return "" if value in ("|", ">", "|-", ">-") else value
