"""A project of made-up articles of any size, the same at every run.

Words follow a Zipf law over made-up words; `zyxomma` stands once in 100 000 paragraphs, the phrase
`quillon vane` once in 4 000. Every tenth paragraph of every fifth article has a tag.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

from reader.edits import new_id, now
from reader.formats import NewArticle
from reader.model import Paragraph, Tag
from reader.project import Project

SYLLABLES = "an ber con dis e for gal hu in jo ka lem mo nor ost pra qui ren sta tu und vel wi xan yor ze"
RARE, PHRASE = "zyxomma", "quillon vane"


def vocabulary(rng: random.Random) -> list[str]:
    """Made-up words, the commonest first and short."""
    pieces = SYLLABLES.split()
    words = ("".join(rng.choices(pieces, k=1 + min(i // 40, rng.randint(1, 4)))) for i in range(90_000))
    return list(dict.fromkeys(words))


def paragraphs(megabytes: float, rng: random.Random) -> Iterator[str]:
    """Paragraphs of about 500 characters."""
    words = vocabulary(rng)
    weights = list(itertools.accumulate(1 / (rank + 3) ** 1.05 for rank in range(len(words))))
    pool = [" ".join(rng.choices(words, cum_weights=weights, k=rng.randint(5, 25))).capitalize() for _ in range(50_000)]
    size = number = 0
    while size < megabytes * 1e6:
        text = ". ".join(rng.choices(pool, k=rng.randint(3, 8))) + f", {words[rng.randrange(len(words))]} {number}."
        text += f" Then {RARE}." * (number % 100_000 == 99) + f" By the {PHRASE}." * (number % 4_000 == 50)
        size += len(text) + 2
        number += 1
        yield text


def articles(megabytes: float, each: int) -> Iterator[NewArticle]:
    """Articles of so many paragraphs each."""
    found = paragraphs(megabytes, random.Random(7))
    for number in itertools.count():
        parts = list(itertools.islice(found, each))
        if not parts:
            return
        ends = list(itertools.accumulate(len(part) + 2 for part in parts))
        places = [
            Paragraph(i, end - 2 - len(part), end - 2) for i, (part, end) in enumerate(zip(parts, ends, strict=True), 1)
        ]
        yield NewArticle(text="\n\n".join(parts), paragraphs=places, title=f"Article {number}", source=f"{number}.txt")


def made(folder: Path, megabytes: float, each: int) -> Project:
    """The project in the folder; made if there is none, with a tag on every tenth paragraph of every fifth article."""
    if (folder / "project.json").exists():
        return Project.open(folder, coder="bench")
    Project.create(folder, name="bench")
    project = Project.open(folder, coder="bench")
    project.import_articles(articles(megabytes, each))
    tag = Tag(id=new_id("t"), name="harm", created=now())
    project.apply("tag-add", [(None, tag)])
    marks = []
    for article in list(project.articles.values())[::5]:
        for number in range(1, len(project.text(article.id)) + 1, 10):
            anchor = project.paragraph_anchor(article, number)
            marks.append((None, project.annotation("paragraph", article=article, anchor=anchor, tag=tag.id)))
    project.apply("tag", marks)
    project.flush()
    return project
