"""Where words of an article stand outside it: tag names, present and past, descriptions, notes elsewhere, searches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reader.edits import Edit, Record
from reader.errors import ReaderError
from reader.model import Article
from reader.project.copies import ever

if TYPE_CHECKING:
    from reader.project import Project

RUN = 5
"""Words one after the other that are taken for a quotation."""
_QUOTED = re.compile(r"[“\"]([^”\"]{4,})[”\"]")
_NO_NAME = re.compile("[/;>\\x00-\\x1f]")
"""What a tag's name cannot hold: it is a space there."""
FREE_TEXT = {"tags": "description", "annotations": "note", "searches": "query"}
"""Fields of records that people write into."""


def flat(text: str) -> str:
    """A text without what is no word of it: case, and how white space falls."""
    return " ".join(text.casefold().split())


def names_from(project: Project, articles: frozenset[str]) -> list[str]:
    """Tag names, present and past, that were made of words of the articles (in vivo), of two words or more stand in them, or quote them."""
    words = _words(project, articles)
    names: dict[str, bool] = {}
    for edit in _all_edits(project):
        quotes = [flat(_NO_NAME.sub(" ", quote)) for quote in _quotes(edit, articles)]
        for record in _records(edit, "tags"):
            name = str(record.get("name", ""))
            in_vivo = any(quote.startswith(flat(name)) for quote in quotes)
            made_of_it = in_vivo or (len(name.split()) > 1 and flat(name) in words) or _quotes_from(name, words)
            names[name] = names.get(name, False) or made_of_it
    return sorted(name for name, made_of_it in names.items() if made_of_it)


def quoting(project: Project, articles: frozenset[str]) -> dict[str, str]:
    """Descriptions, notes elsewhere and searches with lines that quote the articles: the text, and it without these lines."""
    words = _words(project, articles)
    found: dict[str, str] = {}
    for edit in _all_edits(project):
        for table, field in FREE_TEXT.items():
            for record in _records(edit, table):
                text = str(record.get(field, ""))
                if text and text not in found and record.get("article", "") not in articles:
                    lines = [line for line in text.split("\n") if not _quotes_from(line, words)]
                    if len(lines) <= text.count("\n"):
                        found[text] = "\n".join(lines)
    return found


def _all_edits(project: Project) -> Iterator[Edit]:
    """The edits of everybody, in a blind project too: what is erased is erased of all."""
    project.flush()
    return project.store.newest_first()


def _words(project: Project, articles: frozenset[str]) -> str:
    known = ever(project)
    return "\n".join(_flat_text(project, known[article_id]) for article_id in articles if article_id in known)


def _flat_text(project: Project, article: Article) -> str:
    """The words of an article; none where its text cannot be read, which is no reason to keep the rest of it."""
    try:
        text = project.store.text(article)
        return flat(text.slice(0, text.length))
    except ReaderError:
        return ""


def _quotes_from(line: str, words: str) -> bool:
    quoted = (flat(found[1].rstrip("… ")) for found in _QUOTED.finditer(line))
    if any(" " in part and part in words for part in quoted):
        return True
    parts = flat(line).split()
    return any(" ".join(parts[at : at + RUN]) in words for at in range(len(parts) - RUN + 1))


def _records(edit: Edit, table: str) -> Iterator[Record]:
    for change in edit.changes:
        if change.table == table:
            yield from (record for record in (change.before, change.after) if record is not None)


def _quotes(edit: Edit, articles: frozenset[str]) -> Iterator[str]:
    """The words on which an edit that makes a tag puts it."""
    made = {change.id for change in edit.changes if change.table == "tags" and change.before is None}
    for record in _records(edit, "annotations"):
        anchor = record.get("anchor")
        if anchor and record.get("article") in articles and record.get("tag") in made:
            yield str(anchor.get("quote", ""))
