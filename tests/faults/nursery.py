"""Starts children that work on a project, kills each at a random moment, and looks at what is left.

The children are forked from this process, which has everything imported and runs no thread: a child
costs milliseconds. What a child was told is written to a pipe before and after each edit; that record,
kept here, is all that the project is compared with.
"""

from __future__ import annotations

import gc
import json
import os
import random
import select
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reader.model import Article, Tag
from reader.project import Project
from reader.store import writer
from tests.projects import add_tag, make_project

MOST_LINES = 6
"""Lines of a child that are waited for, at most, before it is killed; with none it may die before it has opened the project."""
LONGEST = 0.006
"""Seconds after those lines, at most."""
RENEWED = 30
"""Kills after which a new project is begun."""


@dataclass
class Record:
    """What children said: marks by edit (begun, and acknowledged), and the numbers of renames."""

    begun: dict[str, list[str]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    renames: list[int] = field(default_factory=lambda: [0])
    renamed: int = 0

    def take(self, said: bytes) -> None:
        """Take the whole lines a child wrote."""
        for line in said.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                continue
            what, name, *ids = line.decode().split()
            if what == "begin":
                self.begun[name] = ids
            elif what == "kept":
                self.kept.add(name)
            elif what == "rename":
                self.renames.append(int(name))
            elif what == "renamed":
                self.renamed = int(name)

    def wrong(self, project: Project) -> Iterator[str]:
        """What the project lacks, or holds by halves, or never should hold."""
        (article,) = project.articles.values()
        found = set(project.marks(article.id).annotations)
        for name, ids in self.begun.items():
            there = found.intersection(ids)
            if name in self.kept and len(there) < len(ids):
                yield f"acknowledged and lost: edit {name}"
            if there and len(there) < len(ids):
                yield f"half an edit: {name}"
        if found - {mark for ids in self.begun.values() for mark in ids}:
            yield "marks nobody made"
        names = {int(tag.name.removeprefix("tag ")) for tag in project.tags.values()}
        if len(names) != 1 or not names <= set(self.renames) or min(names) < self.renamed:
            yield f"the tag is {names}, its last acknowledged name {self.renamed}"
        yield from project.problems


def child(path: Path, out: int, seed: int) -> None:
    """Work until killed."""
    chance = random.Random(seed)
    writer.SETTLE_AFTER, writer.SETTLE_AT_LAST = 0.0005, 0.002
    project = Project.open(path, coder="c1")
    (article,) = project.articles.values()
    count = 0
    while True:
        count += 1
        (tag,) = project.tags.values()
        if chance.random() < 0.2:
            _rename(project, tag, out)
        else:
            _mark(project, article, tag, out, f"{seed}-{count}", chance)


def _rename(project: Project, tag: Tag, out: int) -> None:
    number = int(tag.name.removeprefix("tag ")) + 1
    os.write(out, b"rename %d\n" % number)
    project.apply("tag-rename", [(tag, Tag(id=tag.id, name=f"tag {number}", created=tag.created))])
    project.flush()
    os.write(out, b"renamed %d\n" % number)


def _mark(project: Project, article: Article, tag: Tag, out: int, name: str, chance: random.Random) -> None:
    numbers = [2] if chance.random() < 0.5 else [2, 4, 5]
    marks = [
        project.annotation("paragraph", article=article, anchor=project.paragraph_anchor(article, n), tag=tag.id)
        for n in numbers
    ]
    os.write(out, f"begin {name} {' '.join(mark.id for mark in marks)}\n".encode())
    project.apply("tag", [(None, mark) for mark in marks])
    if chance.random() < 0.7:
        project.flush()
        os.write(out, f"kept {name}\n".encode())


def killed(path: Path, seed: int, lines: int, seconds: float) -> bytes:
    """What a child wrote that was killed some time after it had written some lines."""
    inner, outer = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(inner)
        try:
            child(path, outer, seed)
        finally:
            os._exit(1)  # only an error ends it; it is seen in what it left on the standard error
    os.close(outer)
    said = b""
    while said.count(b"\n") < lines and (data := os.read(inner, 1 << 16)):
        said += data
    select.select([], [], [], seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while data := os.read(inner, 1 << 16):
        said += data
    os.close(inner)
    return said


def main(folder: Path, kills: int, seed: int) -> dict[str, object]:
    """Kill so many children; how many edits were acknowledged, and what is wrong."""
    chance = random.Random(seed)
    wrong: list[str] = []
    acknowledged = 0
    record, path = Record(), folder / "none"
    gc.freeze()  # a child that collected what it shares with this process would have to copy it
    for number in range(kills):
        if number % RENEWED == 0:
            acknowledged += len(record.kept)
            shutil.rmtree(path, ignore_errors=True)
            record, path = Record(), folder / f"p{number}"
            project = make_project(path)
            add_tag(project, "tag 0")
            project.close()
        lines = chance.randrange(MOST_LINES)
        record.take(killed(path, seed * 1_000_000 + number, lines, chance.uniform(0, LONGEST)))
        project = Project.open(path, coder="c2", write=False)
        found = list(record.wrong(project))
        if number % 20 == 19:
            found += project.verify()
        wrong += [f"after kill {number}: {line}" for line in found]
    acknowledged += len(record.kept)
    return {"kills": kills, "acknowledged": acknowledged, "wrong": wrong}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
