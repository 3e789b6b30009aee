"""Pieces of the sentences that commands answer with: first words, lists of numbers, plurals."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reader.model import Article
    from reader.project import Project
    from reader.project.returning import Returned

LONGEST_TITLE = 60
LONGEST_OPENING = 36


def shortened(text: str, longest: int) -> str:
    """One line of at most `longest` characters, cut at a space where there is one in its second half."""
    line = " ".join(text[: longest * 4].split())
    if len(line) <= longest and len(text) <= longest * 4:
        return line
    cut = line.rfind(" ", longest // 2, longest)
    return line[: cut if cut > 0 else longest - 1].rstrip(" ,;:.") + "…"


def only_own(project: Project) -> str:
    """What has to be said beside figures, hits and files of a blind project: whose marks they hold."""
    return "The project is blind: your own marks only." if project.info.blind else ""


def titled(article: Article) -> str:
    """The article's title on one line."""
    return shortened(article.title, LONGEST_TITLE) or article.id


def opening(project: Project, article: Article, number: int) -> str:
    """The first words of a paragraph in quotes: “Residents of the lower town…”."""
    return f"“{shortened(project.text(article.id).text_of(number), LONGEST_OPENING)}”"


def where(project: Project, article: Article, numbers: Sequence[int]) -> str:
    """Where something was done: one paragraph with its first words, several by their numbers."""
    if not numbers:
        return titled(article)
    words = f" {opening(project, article, numbers[0])}" if len(numbers) == 1 else ""
    return f"¶ {listed(numbers)}{words} of {titled(article)}"


def listed(numbers: Iterable[int]) -> str:
    """Numbers in order with ranges drawn together: `3, 7–9`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


def many(count: int, thing: str, things: str = "") -> str:
    """A number with its noun: `1 tag`, `3 tags`."""
    return f"{count} {thing}" if count == 1 else f"{count} {things or thing + 's'}"


def memos_hold(count: int) -> str:
    """`2 memos or notes on tags hold`: what stands on no paragraph and is found all the same."""
    return many(count, "memo or note on a tag holds", "memos or notes on tags hold")


def renumbered(title: str, old: int, new: int) -> str:
    """That an article has another number, as two had one when copies came together."""
    return f"“{shortened(title, LONGEST_TITLE)}” is now article {new}, no longer {old}."


def changed_by_copies(project: Project) -> list[str]:
    """What became of articles since copies came together, a sentence each, each told once: other numbers, and what is back."""
    return [
        *(renumbered(*one) for one in project.renumbered()),
        *(_returned(one, blind=project.info.blind) for one in project.returned()),
    ]


def _returned(one: Returned, *, blind: bool) -> str:
    whose = "" if blind else f" by {' and '.join(one.coders)}"
    what = f"{many(one.marks, 'mark')}{whose}"
    return f"“{titled(one.article)}” is back: its import was undone in one copy, and it had got {what} in another."


def cells(text: str) -> int:
    """How many columns of a terminal a text takes: wide signs two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
