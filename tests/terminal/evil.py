"""A project where everything that can be hostile is, and the judge of what reaches a terminal from it."""

from __future__ import annotations

import shutil
from pathlib import Path

from reader.edits import new_id, now
from reader.model import Article, Tag
from reader.project import Project
from tests.projects import new_article
from tests.terminal.harness import Room, Terminal
from tests.terminal.hostile import CORPUS, DIRECTIONS, one_line
from tests.terminal.wire import foreign

ALL = list(CORPUS.values())
TITLE = one_line("A title " + " ".join(ALL))
WORDS = "needle"
PLACES = "Compare 1 ¶ 3 and 1 ¶ 4"
CODER = "ben"
"""Another coder, whose marks are as hostile as anna's."""


def evil_room(base: Path) -> Room:
    """Hostile texts, titles, sources, details, tags, descriptions, notes, memos, searches, a file name; `data` and a copy `other`."""
    room = Room(base)
    Project.create(room.data, name="p\x1b]0;x\x07 [/] \u202e")
    project = Project.open(room.data, coder="anna")
    parts = ["A quiet start", *(f"{WORDS} {one_line(text)} end" for text in ALL)]
    project.import_articles(
        [
            new_article(parts, source="/tmp/\x1b]0;file\x07[/]\u202e.txt", title=TITLE),
            *(new_article([name, f"{WORDS} {n}: {one_line(text)}"], source=text[:40] + ".txt", title=one_line(text)[:80])
              for n, (name, text) in enumerate(CORPUS.items())),
        ]
    )  # fmt: skip
    code(project)
    project.flush()
    project.close()
    shutil.copytree(room.data, room.folder / "other")
    theirs = Project.open(room.folder / "other", coder=CODER)
    code(theirs)
    theirs.close()
    return room


def code(project: Project) -> None:
    """A tag, a note on it and a bare note on each paragraph of the first article, a memo."""
    article = first(project)
    project.apply("memo", [(None, project.annotation("project", note=f"{PLACES} {DIRECTIONS['override']}"))])
    for number, text in enumerate(ALL, 2):
        # Names that our own commands refuse may still stand in a file that another program wrote.
        tag = Tag(id=new_id("t"), name=text[:60] or "x", created=now(), description=one_line(text))
        anchor = project.paragraph_anchor(article, number)
        marks = [
            project.annotation("paragraph", article=article, anchor=anchor, tag=tag.id, note=text),
            project.annotation("paragraph", article=article, anchor=anchor, note=f"note {text}"),
            project.annotation("project", note=text),
        ]
        project.apply("tag", [(None, tag), *((None, mark) for mark in marks)])


def first(project: Project) -> Article:
    """The article with all of the strings."""
    return next(iter(project.articles.values()))


def copy_of(room: Room, base: Path) -> Room:
    """The same in another place, to be changed."""
    copied = Room(base)
    for name in ("data", "other"):
        shutil.copytree(room.folder / name, copied.folder / name)
    return copied


def assert_own(terminal: Terminal, *, full_screen: bool = True) -> None:
    """All bytes that came are the program's own."""
    assert foreign(bytes(terminal.received), full_screen=full_screen) == []
