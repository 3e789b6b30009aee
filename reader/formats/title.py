"""What an article is called: its front matter, a heading, a first short line, or the name of its file."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from reader.formats.paragraphs import BODY, ROLE_INDEX, ParagraphTable

LONGEST = 120
"""Code points of a paragraph that may be a title."""
_LONGEST_STORED = 300
_LOOKED_AT = 5
"""Body paragraphs that are tried: a short line further down is no title."""
_NOT_AT_END = re.compile(r"(?:(?<!\.)[.。．｡۔।॥։።᙮⸼꓿︒]|[,;:،؛，；：、])[\"'”’»›)\]」』）*_]*\Z")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_HEADING = ROLE_INDEX["heading"]


def find_title(text: str, paragraphs: ParagraphTable, given: str, name: str) -> str:
    """The title; the paragraph that it was taken from gets the role heading.

    `given` is the front matter's title or empty, `name` the file's name.
    """
    if given:
        _mark(text, paragraphs, _tidy(given))
        return _tidy(given)
    heading = paragraphs.roles.find(_HEADING)
    if heading >= 0:
        return _tidy(_without_marks(text[paragraphs.starts[heading] : paragraphs.ends[heading]]))
    for index in _bodies(paragraphs):
        words = text[paragraphs.starts[index] : min(paragraphs.ends[index], paragraphs.starts[index] + LONGEST + 1)]
        if not paragraphs.speaker_indexes[index] and is_title_like(words):
            if paragraphs.roles.count(BODY) > 1:  # the only words of a text are the text
                paragraphs.set_role(index, "heading")
            return _tidy(_without_marks(words))
    return name_without_suffix(name)


def is_title_like(words: str) -> bool:
    """Short, at most two lines, with a letter or digit, without a full stop, comma or colon of any script at the end."""
    short = len(words) <= LONGEST and words.count("\n") <= 1
    return short and any(sign.isalnum() for sign in words) and _NOT_AT_END.search(words) is None


def name_without_suffix(name: str) -> str:
    """A file's name for people: without folders and the last suffix."""
    if name == "-":
        return "standard input"
    return PurePosixPath(name).stem or name


def _bodies(paragraphs: ParagraphTable) -> list[int]:
    found: list[int] = []
    index = paragraphs.roles.find(BODY)
    while index >= 0 and len(found) < _LOOKED_AT:
        found.append(index)
        index = paragraphs.roles.find(BODY, index + 1)
    return found


def _mark(text: str, paragraphs: ParagraphTable, title: str) -> None:
    """Make the paragraph that repeats the given title a heading, if it is among the first and not all there is."""
    if paragraphs.roles.count(BODY) < 2:
        return
    for index in _bodies(paragraphs):
        start, end = paragraphs.starts[index], paragraphs.ends[index]
        if end - start <= _LONGEST_STORED and _tidy(text[start:end]).casefold() == title.casefold():
            paragraphs.set_role(index, "heading")
            return


def _tidy(title: str) -> str:
    title = " ".join(title.split())
    return title if len(title) <= _LONGEST_STORED else title[: _LONGEST_STORED - 1] + "…"


def _without_marks(heading: str) -> str:
    """A heading without Markdown's signs: `#`, underline, emphasis, links."""
    lines = heading.split("\n")
    if len(lines) > 1 and re.fullmatch(r" {0,3}(?:=+|-+)\s*", lines[-1]):
        lines.pop()
    words = re.sub(r"^ {0,3}#{1,6}(?:\s+|\Z)|\s+#+\s*\Z", "", "\n".join(lines))
    words = _LINK.sub(r"\1", words)
    return re.sub(r"(?<!\w)(\*\*|__|\*|_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2", words)
