"""Figures with honest zeros: what was not looked at is counted apart from what was looked at and is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reader.commands.passes import pass_rows
from reader.commands.phrases import only_own, titled
from reader.commands.reading import as_read
from reader.commands.registry import Outcome, command
from reader.commands.reviewing import since_of, visited
from reader.commands.wanted import check_coder
from reader.errors import UsageError
from reader.model import PASSED_OVER, Article, Marks, Tag, role_of

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Finding"
KINDS = ("articles", "tags", "coders", "passes")


@command(
    "stats",
    "Count annotations, paragraphs and articles, and what was reviewed.",
    group=GROUP,
    words={
        "kind": "articles, tags, coders or passes; without it the whole library in a few lines.",
        "by": "Whose; without it yours for articles and passes, everybody's for tags and coders.",
    },
    examples=("reader stats", "reader stats tags --by anna", "reader stats passes --json"),
    more="A tag is absent only from paragraphs that were reviewed since it was made; all other paragraphs without it were "
    "not looked at for it. Headings and page debris are left out of absent and not looked at.",
    writes=False,
    lists=True,
)
def stats(project: Project, kind: str = "", *, by: str = "") -> Outcome:
    """Figures by article, tag, coder or pass, or of all. UsageError for another word or an unknown coder."""
    check_coder(project, by)
    makers: dict[str, Callable[[Project, str], list[dict[str, Any]]]] = {
        "": total_rows,
        "articles": article_rows,
        "tags": tag_rows,
        "coders": coder_rows,
        "passes": pass_rows,
    }
    if kind not in makers:
        raise UsageError(f"There are figures by {', '.join(KINDS)}, not by {kind!r}.")
    rows = makers[kind](project, by)
    lines = [_said(row) for row in rows] if kind else [f"{key.replace('_', ' ')}  {n}" for key, n in rows[0].items()]
    return Outcome(only_own(project) if rows else f"There are no {kind} yet.", rows=rows, lines=lines)


def _said(row: dict[str, Any]) -> str:
    """A row in words: what it is of, then its figures with their names."""
    of = [str(row[key]) for key in ("number", "title", "path", "coder", "name") if row.get(key)]
    figures = [
        f"{value} {key.replace('_', ' ')}" for key, value in row.items() if type(value) is int and key != "number"
    ]
    return f"{'  '.join(' '.join(part.split()) for part in of)}  {', '.join(figures)}"


@dataclass
class _Figures:
    """What one coder has done somewhere."""

    annotations: int = 0
    notes: int = 0
    coded: set[tuple[str, int]] = field(default_factory=set)
    reviewed: set[tuple[str, int]] = field(default_factory=set)
    articles: set[str] = field(default_factory=set)


def total_rows(project: Project, by: str = "") -> list[dict[str, Any]]:
    """One row: the library, and what was done in it, by one coder or by all (a paragraph counts once)."""
    every = list(_figures(project, by).values())
    size = sum(len(project.text(article_id)) for article_id in project.articles)
    readable = sum(len(_readable(project, article)) for article in project.articles.values())
    return [
        {
            "articles": len(project.articles),
            "paragraphs": size,
            "to_read": readable,
            "reviewed": len(set().union(*(one.reviewed for one in every))),
            "coded": len(set().union(*(one.coded for one in every))),
            "annotations": sum(one.annotations for one in every),
            "notes": sum(one.notes for one in every),
            "tags": sum(1 for _ in project.codebook.live()),
            "coders": len(every),
        }
    ]


def article_rows(project: Project, by: str = "") -> list[dict[str, Any]]:
    """A row an article: how far a coder (default: one's own) has come in the current pass."""
    coder = by or project.coder
    since = since_of(project) if coder == project.coder else _since(project, coder)
    rows: list[dict[str, Any]] = []
    for article in project.articles.values():
        marks, numbers = project.marks(article.id), visited(project, article)
        own = [row for row in as_read(project, marks.annotations.values()) if row.annotation.coder == coder]
        rows.append(
            {
                "id": article.id,
                "number": article.number,
                "title": titled(article),
                "coder": coder,
                "annotations": sum(1 for row in own if row.tag_id),
                "notes": sum(1 for row in own if row.note),
                "coded": sum(1 for _ in marks.coded(coder)),
                "reviewed": sum(1 for n in numbers if marks.reviewed(n, coder, since)),
                "to_review": len(numbers),
            }
        )
    return rows


def _since(project: Project, coder: str) -> str:
    record = project.coders.get(coder)
    return max((one.started for one in record.passes), default="") if record else ""


def coder_rows(project: Project, by: str = "") -> list[dict[str, Any]]:
    """A row a coder who has done anything that may be seen: figures over the whole library."""
    readable = sum(len(_readable(project, article)) for article in project.articles.values())
    return [
        {
            "coder": coder,
            "annotations": one.annotations,
            "notes": one.notes,
            "coded": len(one.coded),
            "articles": len(one.articles),
            "reviewed": len(one.reviewed),
            "not_reviewed": readable - len(one.reviewed),
        }
        for coder, one in sorted(_figures(project, by).items())
    ]


def tag_rows(project: Project, by: str = "") -> list[dict[str, Any]]:
    """A row a tag and coder: where it stands, from where it is absent, where it was not looked for."""
    tags = [tag for tag, _ in project.codebook.tree()]
    coders = [by] if by else sorted(_figures(project, ""))
    counted = {(tag.id, coder): [0, 0, 0, 0, 0] for tag in tags for coder in coders}
    for article in project.articles.values():
        for coder in coders:
            _count_tags(project, article, coder, tags, counted)
    return [
        {
            "id": tag.id,
            "path": project.codebook.shown(tag.id),
            "coder": coder,
            **dict(zip(("annotations", "paragraphs", "articles", "absent", "not_looked_at"), figures, strict=True)),
        }
        for tag in tags
        for coder in coders
        for figures in [counted[tag.id, coder]]
    ]


def _count_tags(
    project: Project, article: Article, coder: str, tags: Iterable[Tag], counted: dict[tuple[str, str], list[int]]
) -> None:
    from reader.formats.seen import touched

    marks, text = project.marks(article.id), project.text(article.id)
    readable = _readable(project, article)
    looked = {number: marks.reviewed(number, coder) for number in readable}
    standing: dict[str, set[int]] = {}
    for row in as_read(project, marks.annotations.values()):
        if row.tag_id and row.annotation.coder == coder:
            counted[row.tag_id, coder][0] += 1
            standing.setdefault(row.tag_id, set()).update(touched(row.annotation, text))
    for tag in tags:
        there = standing.get(tag.id, set())
        figures = counted[tag.id, coder]
        figures[1] += len(there - {0})
        figures[2] += bool(there)
        without = [at for number, at in looked.items() if number not in there]
        absent = sum(1 for at in without if at and at >= tag.created)
        figures[3] += absent
        figures[4] += len(without) - absent


def _figures(project: Project, by: str) -> dict[str, _Figures]:
    """What each coder, or one of them, has done in the library."""
    found: dict[str, _Figures] = {by: _Figures()} if by else {}
    for article in project.articles.values():
        marks, readable = project.marks(article.id), set(_readable(project, article))
        for row in as_read(project, marks.annotations.values()):
            coder = row.annotation.coder
            if not by or coder == by:
                one = found.setdefault(coder, _Figures())
                one.annotations += bool(row.tag_id)
                one.notes += bool(row.note)
                one.articles.add(article.id)
        for review in marks.review_records.values():
            number = marks.paragraph_of(review)
            if (not by or review.coder == by) and number in readable:
                found.setdefault(review.coder, _Figures()).reviewed.add((article.id, number))
        for coder, one in found.items():
            one.coded.update((article.id, number) for number in _coded(project, marks, coder))
    return found


def _coded(project: Project, marks: Marks, coder: str) -> Iterator[int]:
    """Paragraphs with a tag of the coder's that is not deleted."""
    resolve = project.codebook.resolve
    for number, group in marks.by_paragraph.items():
        if number and any(a.coder == coder and a.tag and resolve(a.tag) is not None for a in group):
            yield number


def _readable(project: Project, article: Article) -> list[int]:
    """Paragraphs that are neither headings nor debris."""
    text = project.text(article.id)
    return [n for n in range(1, len(text) + 1) if role_of(article, text.paragraph(n)) not in PASSED_OVER]
