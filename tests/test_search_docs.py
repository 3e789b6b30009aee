"""Every example of the manual of searching finds what the manual says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from reader.formats import NewArticle
from reader.model import Anchor, Annotation, Article, Paragraph, Review, Role
from reader.project import Project
from reader.search.query import FIELDS, parse

from .projects import add_tag

PAGE = (Path(__file__).parent.parent / "docs" / "search.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in PAGE.splitlines() if line.startswith("|")
]
PARAGRAPHS = [(row[1], row[2]) for row in ROWS if row[0].isdecimal()]
EXAMPLES = [
    (row[0].strip("`").replace(r"\|", "|"), [int(n) for n in row[2].split()])
    for row in ROWS
    if len(row) == 3 and row[0].startswith("`")
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The project of the manual."""
    folder = tmp_path_factory.mktemp("manual") / "project"
    Project.create(folder)
    project = Project.open(folder, coder="c1")
    places: list[Paragraph] = []
    start = 0
    for number, (speaker, text) in enumerate(PARAGRAPHS, 1):
        role: Role = "heading" if number == 1 else "furniture" if text == "Share" else "body"
        places.append(Paragraph(number, start, start + len(text), role, speaker))
        start += len(text) + 2
    whole = "\n\n".join(text for _, text in PARAGRAPHS)
    new = NewArticle(text=whole, paragraphs=places, title=PARAGRAPHS[0][1], source="a.txt", meta={"site": "north"})
    project.import_articles([new])
    article = next(iter(project.articles.values()))
    harm, date = add_tag(project, "harm"), add_tag(project, "date")
    strike = add_tag(project, "strike", parent=harm.id)
    marks = [
        mark(project, article, 2, strike.id, "c1", "2026-11-15", note="date unclear"),
        mark(project, article, 3, harm.id, "c2", "2026-12-15", length=6),
        mark(project, article, 5, date.id, "c1", "2026-12-15"),
    ]
    place = places[3]
    review = Review(id="r1", coder="c1", article=article.id, paragraph=4, start=place.start, end=place.end, at="2026")
    project.apply("tag", [(None, made) for made in marks])
    project.apply("review", [(None, review)])
    yield project
    project.close()


def mark(
    project: Project, article: Article, number: int, tag: str, coder: str, day: str, *, note: str = "", length: int = 0
) -> Annotation:
    anchor: Anchor = project.paragraph_anchor(article, number)
    if length:
        anchor = project.anchor(article, anchor.start, anchor.start + length)
    made = project.annotation("span" if length else "paragraph", article=article, anchor=anchor, tag=tag, note=note)
    return msgspec.structs.replace(made, coder=coder, created=f"{day}T12:00:00.000000Z")


def test_the_page_has_its_paragraphs_and_examples() -> None:
    assert len(PARAGRAPHS) == 7
    assert len(EXAMPLES) > 30


@pytest.mark.parametrize(("query", "numbers"), EXAMPLES, ids=[query for query, _ in EXAMPLES])
def test_each_example_finds_what_the_page_says(project: Project, query: str, numbers: list[int]) -> None:
    assert [number for _, number in project.matching(query)] == numbers
    assert project.count(query) == len(numbers)
    assert sorted({hit.paragraph for hit in project.search(query)}) == numbers
    assert parse(str(parse(query))) == parse(query)


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_every_field_is_on_the_page(field: str) -> None:
    assert f"`{field}:" in PAGE


@pytest.mark.parametrize("order", ["article", "left", "right", "date"])
def test_every_order_is_on_the_page_and_gives_the_same_hits(project: Project, order: str) -> None:
    assert f"`{order}`" in PAGE
    found = project.search("relief OR aid", order=order)  # type: ignore[arg-type]  # one of the four
    assert set(found) == set(project.search("relief OR aid"))
