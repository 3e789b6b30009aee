"""What is page debris or a caption: rules by language, from furniture.toml beside this file."""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import NamedTuple

from reader.model import Role

LONGEST = 200
"""A paragraph of more code points is prose, whatever it says."""
_RULE_LINE = re.compile(r"[-–—_*=~#•·+|<>\\/\s]{3,}")
_ENDS = re.compile(r"^[\W_]+|[\W_]+$")
_FULL_STOP = re.compile(r"(?<![.])[.。۔।](?![.])\W*\Z")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")


class Rules(NamedTuple):
    """All languages together. Labels are compared as `plain` makes them, patterns match the whole of it."""

    labels: frozenset[str]
    patterns: re.Pattern[str]
    teasers: re.Pattern[str]
    openings: re.Pattern[str]
    captions: re.Pattern[str]
    not_speakers: frozenset[str]


def plain(text: str) -> str:
    """Case folded, white space single, signs at the ends dropped."""
    return _ENDS.sub("", " ".join(text.casefold().split()))


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(patterns)})")


@functools.cache
def rules() -> Rules:
    """The rules, read once."""
    import tomllib

    data = tomllib.loads(resources.files("reader.formats").joinpath("furniture.toml").read_text("utf-8"))
    languages = list(data.values())

    def listed(kind: str) -> list[str]:
        return [entry for language in languages for entry in language.get(kind, ())]

    captions = [re.escape(word) for word in listed("captions")]
    marked = [re.escape(word) for word in listed("caption_labels")]
    openings = [re.escape(word.casefold()) for word in listed("openings")]
    return Rules(
        labels=frozenset(plain(label) for label in listed("labels")),
        patterns=_any_of(listed("patterns")),
        teasers=_any_of(listed("teasers")),
        openings=re.compile(rf"{_any_of(openings).pattern}(?:\s*[:：|»›>]|\s+[-–—]\s)\s*\S"),
        captions=re.compile(
            rf"[\[(*_]*(?:{_any_of(captions).pattern}\s*[:：]\s*\S|{_any_of(marked).pattern}(?=[\s:：,.]|\Z))",
            re.IGNORECASE,
        ),
        not_speakers=frozenset(plain(word) for word in (*listed("not_speakers"), *listed("captions"))),
    )


def role_of(text: str) -> Role:
    """The role that the words of a paragraph without a speaker tell: furniture, caption or body."""
    if len(text) > LONGEST:
        return "body"
    if _RULE_LINE.fullmatch(text):
        return "furniture"
    if rules().captions.match(text):
        return "caption"
    return "furniture" if all(_is_furniture(line) for line in text.split("\n") if line.strip()) else "body"


def _is_furniture(line: str) -> bool:
    if "](" in line:
        line = _LINK.sub(r"\1", line)
    words = plain(line)
    known = rules()
    if known.patterns.fullmatch(words) is not None or known.openings.match(words) is not None:
        return True
    if _FULL_STOP.search(line):
        return False
    return words in known.labels or known.teasers.fullmatch(words) is not None
