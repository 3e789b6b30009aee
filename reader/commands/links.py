"""The places that a note names, so that one can go there: `3 ¶ 8`, and the reference that goes with copied words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from reader.project import Project

LONGEST = 32_000
"""Code points of a text in which places are looked for."""

_NUMBERED = re.compile(r"(?<![\w¶#.])(?:(\d{1,7})[ \u00a0]?)?[¶#][ \u00a0]?(\d{1,7})(?!\w)")
_COPIED = re.compile(r"(?=\(([^\n]{1,300}?), ¶ (\d{1,7})(?:–\d{1,7})?\))")


class Link(NamedTuple):
    """A place: where it is named in the text, in code points, and the article's id with the paragraph's number."""

    start: int
    end: int
    article: str
    number: int


def reference(title: str, first: int, last: int = 0) -> str:
    """How copied words name their place: `(Night shift, ¶ 8)`, `(Night shift, ¶ 8–9)`."""
    return f"({title}, ¶ {first}–{last})" if last > first else f"({title}, ¶ {first})"


def links(project: Project, text: str, here: str = "") -> list[Link]:
    """The places that a text names and that there are, in its order.

    `3 ¶ 8` and `3#8` are ¶ 8 of article 3, `¶ 8` and `#8` of the article `here`; `(Night shift, ¶ 8)` is what copied
    words bring along.
    """
    text = text[:LONGEST]
    by_number = {article.number: article.id for article in project.articles.values()}
    by_title = {article.title: article.id for article in project.articles.values()} if "¶" in text else {}
    found: list[Link] = []
    taken: list[tuple[int, int]] = []
    for match in _COPIED.finditer(text):
        # A title may hold brackets itself. One that no article has is none of the article here.
        span = (match.start(1), match.end(2))
        if match[1] in by_title and not _within(span[0], taken):
            found.append(Link(*span, by_title[match[1]], int(match[2])))
            taken.append(span)
        else:
            taken.append(match.span(2))
    for match in _NUMBERED.finditer(text):
        article_id = by_number.get(int(match[1]), "") if match[1] else here
        if article_id and not _within(match.start(2), taken):
            found.append(Link(*match.span(), article_id, int(match[2])))
    return sorted(link for link in found if 1 <= link.number <= len(project.text(link.article)))


def _within(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)
