"""Markdown, kept as the source it is: headings and fenced code are found, marks are not taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from reader.formats import ImportOptions, NewArticle
from reader.formats.build import article
from reader.formats.split import Block
from reader.model import Role

_MARK = re.compile(
    r"""
    \n[ ]{0,3}(?:
        (?P<fence>`{3,}(?=[^`\n]*(?:\n|\Z))|~{3,})
      | (?P<heading>\#{1,6}(?=[ \t\n]|\Z))
      | (?P<underline>(?:=+|-+)[ \t]*(?=\n|\Z))
    )
    """,
    re.VERBOSE,
)
_NO_HEADING = re.compile(r"[ ]{0,3}(?:[-*+>|]|\d+[.)]|#{1,6}(?:\s|$)|`{3}|~{3})|[ ]{4}|\t")
_LONGEST_HEADING = 300


class MarkdownImporter:
    """Reads one Markdown text as one article (CommonMark's headings and fences; inline marks are left alone)."""

    suffixes = (".md", ".markdown")
    media_type = "text/markdown"

    def read(self, file: BinaryIO, name: str, options: ImportOptions) -> Iterator[NewArticle]:
        """The article in the file; Unreadable if it is empty or no text."""
        yield article(file.read(), name, options, importer="markdown", media_type=self.media_type, blocks=blocks)


def blocks(text: str, begin: int) -> Iterator[Block]:
    """The headings and fenced code blocks from `begin` on, in order."""
    position = begin
    # A line break before the first line, so that every mark stands behind one: offsets are one too many then.
    shift = 1 if begin == 0 else 0
    padded = "\n" + text if shift else text
    while (match := _MARK.search(padded, position)) is not None:
        line = match.start() + 1 - shift
        found: Block | None
        if match["fence"]:
            found = _fenced(text, line, match["fence"])
        elif match["heading"]:
            found = _line_block(text, line)
        else:
            found = _underlined(text, line, max(0, position - shift))
        if found is not None:
            yield found
        # The line break at the end of a block is the one before the next line.
        position = (found.end if found is not None else line) + shift


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _block(text: str, start: int, end: int, role: Role) -> Block:
    words = text[start:end]
    first = start + len(words) - len(words.lstrip())
    return Block(first, first + len(words.strip()), role)


def _line_block(text: str, line: int) -> Block:
    return _block(text, line, _line_end(text, line), "heading")


def _fenced(text: str, line: int, fence: str) -> Block | None:
    """From the fence to the one that closes it; None where none does, for half a text must not become one paragraph."""
    closing = re.compile(rf"\n[ ]{{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*(?=\n|\Z)").search(text, line)
    return _block(text, line, closing.end(), "body") if closing else None


def _underlined(text: str, line: int, after: int) -> Block | None:
    """The heading above an underline (setext); None where nothing or no plain paragraph stands above it."""
    start = line
    while start > after and line - start <= _LONGEST_HEADING:
        above = text.rfind("\n", 0, start - 1) + 1
        words = text[above : start - 1]
        if above < after or not words.strip() or _NO_HEADING.match(words):
            break
        start = above
    if start == line or line - start > _LONGEST_HEADING:
        return None
    return _block(text, start, _line_end(text, line), "heading")


IMPORTER = MarkdownImporter()
