"""Projects for tests, made through the public door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from reader.edits import Edit, new_id, now
from reader.formats import NewArticle
from reader.model import Annotation, Article, Paragraph, Role, Tag
from reader.project import Project
from reader.store.journal import decode_line, encode_line

FLOOD = (
    "Flood barrier opened two hours late",
    "The barrier opened two hours after the warning, the water office said.",
    "Share",
    "Residents of the lower town carried beds upstairs.",
    "“Nobody rang us,” a shopkeeper said.",
)


def new_article(parts: Sequence[str] = FLOOD, *, source: str = "flood.txt", title: str = "") -> NewArticle:
    """An article whose paragraphs are `parts`, a blank line between; "Share" is furniture, the first is a heading."""
    paragraphs = []
    start = 0
    for number, part in enumerate(parts, 1):
        role: Role = "heading" if number == 1 else "furniture" if part == "Share" else "body"
        paragraphs.append(Paragraph(number, start, start + len(part), role))
        start += len(part) + 2
    return NewArticle(text="\n\n".join(parts), paragraphs=paragraphs, title=title or parts[0], source=source)


def make_project(folder: Path, *, coder: str = "c1", articles: Sequence[NewArticle] | None = None) -> Project:
    """A new project with some articles (default: one), open for writing."""
    Project.create(folder, name="test")
    project = Project.open(folder, coder=coder)
    project.import_articles([new_article()] if articles is None else articles)
    return project


def add_tag(project: Project, name: str, parent: str = "") -> Tag:
    """Make a tag."""
    tag = Tag(id=new_id("t"), name=name, created=now(), parent=parent)
    project.apply("tag-add", [(None, tag)])
    return tag


def put_on(project: Project, article: Article, number: int, tag: Tag) -> tuple[Annotation, Edit]:
    """Put a tag on a paragraph."""
    anchor = project.paragraph_anchor(article, number)
    annotation = project.annotation("paragraph", article=article, anchor=anchor, tag=tag.id)
    return annotation, project.apply("tag", [(None, annotation)])


def the_article(project: Project) -> Article:
    """The first article of the library."""
    return next(iter(project.articles.values()))


def an_hour_ago(path: Path) -> None:
    """Make all edits of a closed project an hour older; each line of a journal stays as long as it was."""
    for journal in (path / "journal").glob("*.jsonl"):
        edits = [decode_line(line) for line in journal.read_bytes().splitlines(keepends=True)]
        journal.write_bytes(
            b"".join(
                encode_line(msgspec.structs.replace(edit, at=older.strftime("%Y-%m-%dT%H:%M:%S.%fZ")))
                for edit in edits
                for older in [datetime.fromisoformat(edit.at) - timedelta(hours=1)]
            )
        )
