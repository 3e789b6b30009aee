"""Which articles are wanted: the filter of the library, in which `<`, `>` and Enter go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reader.commands.coding import meaning
from reader.commands.reviewing import progress_of
from reader.commands.wanted import existing, with_below
from reader.model import Article

if TYPE_CHECKING:
    from reader.project import Project

Test = Callable[[Article], bool]
SEPARATOR = ";"
"""Between the conditions of a filter; no tag's name can hold it."""
WORDS = ("not-reviewed", "reviewed", "coded", "with-note")
"""Conditions that are no tags; with `-` in front the opposite."""


def matching_articles(project: Project, filter: str) -> list[Article]:  # noqa: A002  what it is called everywhere
    """The articles for which all conditions hold, in the order of the library; all for an empty filter.

    A condition is `not-reviewed`, `reviewed`, `coded`, `with-note` (of this coder), or a tag that anybody who
    may be seen has put on, those below it too; `-` in front: not. Several stand with `;` between.
    UnknownTag names the nearest.
    """
    tests = [_test(project, part.strip()) for part in filter.split(SEPARATOR) if part.strip()]
    return [article for article in project.articles.values() if all(test(article) for test in tests)]


def _test(project: Project, condition: str) -> Test:
    wanted = condition.removeprefix("-").strip()
    holds = _words(project).get(wanted.casefold()) or _has_tag(project, wanted)
    if wanted == condition:
        return holds
    return lambda article: not holds(article)


def _words(project: Project) -> dict[str, Test]:
    def is_reviewed(article: Article) -> bool:
        reviewed, of = progress_of(project, article)
        return reviewed == of

    def is_coded(article: Article) -> bool:
        marks = project.marks(article.id).annotations.values()
        return any(m.coder == project.coder and meaning(project, m) for m in marks)

    def has_note(article: Article) -> bool:
        return any(m.note and m.coder == project.coder for m in project.marks(article.id).annotations.values())

    return {
        "not-reviewed": lambda article: not is_reviewed(article),
        "reviewed": is_reviewed,
        "coded": is_coded,
        "with-note": has_note,
    }


def _has_tag(project: Project, ref: str) -> Test:
    ids = with_below(project.codebook, existing(project.codebook, ref))
    return lambda article: any(meaning(project, mark) in ids for mark in project.marks(article.id).annotations.values())
