"""One of several processes that work on a project at once; it says what it did, a JSON line at the end."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path

import msgspec

from reader.errors import Conflict
from reader.project import Project
from tests.projects import the_article

CRASH = 9


def work(path: Path, coder: str, edits: int) -> dict[str, object]:
    """Put marks on paragraphs and rename tags; the ids of the marks, and how many renames went through."""
    chance = random.Random(coder)
    project = Project.open(path, coder=coder)
    article = the_article(project)
    marks: list[str] = []
    renames: list[tuple[str, str]] = []
    refused = 0
    while len(marks) + len(renames) < edits:
        tag = chance.choice(sorted(project.tags.values(), key=lambda t: t.id))
        if chance.random() < 0.12:
            name = f"{coder} {len(renames)}.{refused}"
            edit = project.apply("tag-rename", [(tag, msgspec.structs.replace(tag, name=name))])
            try:
                project.flush()
                renames.append((edit.id, name))
            except Conflict:
                refused += 1
                project.poll()
        else:
            anchor = project.paragraph_anchor(article, chance.choice((2, 4, 5)))
            mark = project.annotation("paragraph", article=article, anchor=anchor, tag=tag.id)
            project.apply("tag", [(None, mark)])
            marks.append(mark.id)
            if chance.random() < 0.1:
                project.poll()
    project.close()
    return {"marks": marks, "renames": renames, "refused": refused}


def crash(path: Path, coder: str, name: str) -> None:
    """Rename the first tag and die between the journal line and the codebook."""
    project = Project.open(path, coder=coder)

    def die(_keys: object) -> None:
        os._exit(CRASH)

    project.store._write_shelves = die  # type: ignore[method-assign, assignment]
    tag = min(project.tags.values(), key=lambda t: t.id)
    project.apply("tag-rename", [(tag, msgspec.structs.replace(tag, name=name))])
    project.flush()


if __name__ == "__main__":
    if sys.argv[1] == "crash":
        crash(Path(sys.argv[2]), sys.argv[3], sys.argv[4])
    else:
        print(json.dumps(work(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))))
