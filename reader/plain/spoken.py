"""What is said about a paragraph, a place, the codebook: plain sentences, one fact a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from reader import commands
from reader.commands.coding import meaning
from reader.commands.phrases import listed, many, shortened, titled
from reader.commands.reviewing import since_of
from reader.model import Annotation, Article, Marks, role_of

if TYPE_CHECKING:
    from reader.project import Project

LONGEST_QUOTE = 80
_NUMBERED = re.compile(r"¶ (?=\d)")


def said(text: str) -> str:
    """A sentence of a command in words: `¶ 4` is read by no voice."""
    return _NUMBERED.sub("paragraph ", text)


def ended(text: str) -> str:
    """The text as a sentence: with a full stop unless it ends in a sign of its own."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def numbers(found: Sequence[int]) -> str:
    """`paragraph 5`, `paragraphs 2, 4–6`."""
    return f"paragraph{'s' * (len(found) > 1)} {listed(found)}"


def clock(at: str, today: datetime) -> str:
    """A stored time as people say it here: `at 09:14`, on another day with the date."""
    moment = datetime.fromisoformat(at).astimezone()
    return f"at {moment:%H:%M}" if moment.date() == today.date() else f"on {moment:%Y-%m-%d at %H:%M}"


# -- a paragraph ----------------------------------------------------------------------------------------


def paragraph(project: Project, article: Article, number: int) -> list[str]:
    """The paragraph as it is read out: where it is, its text, what is marked in it."""
    text = project.text(article.id).text_of(number)
    return [heading(project, article, number), *text.split("\n"), *_details(project, article, number)]


def heading(project: Project, article: Article, number: int) -> str:
    """`Paragraph 2 of 5, not reviewed. Tags: none.`"""
    text = project.text(article.id)
    paragraph = text.paragraph(number)
    role = role_of(article, paragraph)
    facts = [f"Paragraph {number} of {len(text)}"]
    facts += [] if role == "body" else [role]
    facts += [f"speaker {paragraph.speaker}"] if paragraph.speaker else []
    facts.append("reviewed" if is_reviewed(project, article, number) else "not reviewed")
    marks = project.marks(article.id).of(number, project.coder)
    return f"{', '.join(facts)}. Tags: {_tags(project, marks) or 'none'}."


def is_reviewed(project: Project, article: Article, number: int) -> bool:
    """Whether this coder has reviewed the paragraph in the current pass."""
    return bool(project.marks(article.id).reviewed(number, project.coder, since_of(project)))


def _tags(project: Project, marks: Sequence[Annotation]) -> str:
    return ", ".join(name_of(project, m) for m in marks if m.unit != "span" and m.tag and meaning(project, m))


def name_of(project: Project, mark: Annotation) -> str:
    """The path of the tag that a mark means now."""
    return project.codebook.shown(meaning(project, mark))


def _details(project: Project, article: Article, number: int) -> Iterator[str]:
    """Spans and notes of one's own; what others marked, once one has reviewed the paragraph oneself."""
    marks = project.marks(article.id)
    for mark in marks.of(number, project.coder):
        yield from _detail(project, mark)
    if is_reviewed(project, article, number):
        yield from _of_others(project, marks, number)


def _detail(project: Project, mark: Annotation) -> Iterator[str]:
    if mark.tag and not meaning(project, mark):
        return
    name = name_of(project, mark) if mark.tag else ""
    if mark.unit == "span":
        yield f"Span {quoted(mark)}: {name or 'a note'}."
    if mark.note:
        about = f"Note on {name}" if name else "Note"
        yield from f"{about}: {mark.note}".split("\n")


def _of_others(project: Project, marks: Marks, number: int) -> Iterator[str]:
    for coder in sorted({mark.coder for mark in marks.of(number)} - {project.coder}):
        theirs = marks.of(number, coder)
        tags = _tags(project, theirs)
        if tags:
            yield f"Tags of {coder}: {tags}."
        for mark in theirs:
            yield from (f"{coder}: {line}" for line in _detail(project, mark))


def quoted(mark: Annotation) -> str:
    """The words a mark stands on, in quotes, shortened."""
    return f"“{shortened(mark.anchor.quote, LONGEST_QUOTE)}”" if mark.anchor else ""


# -- where one is ---------------------------------------------------------------------------------------


def whereabouts(project: Project, article: Article, number: int) -> Iterator[str]:
    """Project, coder, article, paragraph, how far one has come, whether all is saved."""
    yield f"Project {project.name}, in {project.path.resolve()}."
    yield f"Coder {project.coder}."
    yield ended(f"Article {article.number} of the library, {titled(article)}")
    yield heading(project, article, number)
    yield from _details(project, article, number)
    reviewed, visited = commands.progress_of(project, article)
    yield f"{reviewed} of {visited} reviewed."
    coded = sum(1 for _ in project.marks(article.id).coded(project.coder))
    yield f"{many(coded, 'paragraph')} coded."
    for line in "".join(m.note for m in project.marks(article.id).of(0, project.coder) if not m.tag).splitlines():
        yield f"Note on the article: {line}"
    if project.read_only:
        yield ended(f"Nothing can be changed: {project.read_only}")
    elif project.pending:
        yield f"{many(project.pending, 'change')} not saved yet."
    else:
        yield "Everything is saved."


def codebook(project: Project) -> list[str]:
    """Every tag with its count."""
    rows = commands.tags(project).rows or []
    archived = {tag.id for tag in project.codebook.tags.values() if tag.archived}
    lines = [
        f"{row['path']}, {many(row['count'], 'annotation')}{', archived' * (row['id'] in archived)}." for row in rows
    ]
    return lines or ["There are no tags yet. Type t and a name, such as t harm/strike."]


def all_notes(project: Project) -> list[str]:
    """Every note of the project with its place."""
    found: list[str] = []
    for row in commands.notes(project).rows or []:
        facts = [row["article_title"]] if row["article_title"] else [f"The {row['unit']}"]
        facts += [f"paragraph {row['paragraph']}"] if row["paragraph"] else []
        facts += [row["tag_path"]] if row["tag_path"] else []
        facts += [row["coder"]] if row["coder"] != project.coder else []
        found.append(f"{', '.join(facts)}: {' '.join(row['note'].split())}")
    return found or ["There are no notes yet. Type a and the text."]
