"""An import undone in one copy while somebody marked the article in another: it comes back, and that is said."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reader import commands
from reader.commands.phrases import changed_by_copies
from reader.project import Project, copies
from tests.projects import FLOOD, add_tag, make_project, new_article, put_on, the_article
from tests.test_numbers import brought

BACK = f"“{FLOOD[0]}” is back: its import was undone in one copy, and it had got 2 marks by c2 in another."


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """In copy one c1 has undone the import; in copy two c2 has put on a tag and reviewed the paragraph."""
    project = make_project(tmp_path / "one")
    project.close()
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    project = Project.open(tmp_path / "one", coder="c1")
    project.undo()
    assert project.articles == {}
    project.close()
    project = Project.open(tmp_path / "two", coder="c2")
    put_on(project, the_article(project), 2, add_tag(project, "harm"))
    commands.review(project, the_article(project), [2])
    project.close()
    return tmp_path / "one", tmp_path / "two"


def merge(there: Path, here: Path) -> list[str]:
    """Merge what is there; what is said of it."""
    project = Project.open(here, coder="c1")
    said = commands.merge(project, str(there)).text.splitlines()
    project.close()
    return said


def pull(there: Path, here: Path) -> list[str]:
    """Let the journals arrive, as by git; what the next session that writes says."""
    brought(there, here)
    project = Project.open(here, coder="c1")
    project.start()
    project.poll()
    said = changed_by_copies(project)
    project.close()
    return said


def arrive(there: Path, here: Path) -> list[str]:
    """Let the journals arrive while the project is open; what that session says."""
    project = Project.open(here, coder="c1")
    project.start()
    project.poll()
    assert changed_by_copies(project) == []
    brought(there, here)
    assert project.poll()
    said = changed_by_copies(project)
    project.close()
    return said


def marked(path: Path) -> list[tuple[int, str, int, int]]:
    """Number, title, marks and reviews of each article, as one sees it who only reads."""
    project = Project.open(path, coder="c3", write=False)
    found = []
    for article in project.articles.values():
        marks = project.marks(article.id)
        found.append((article.number, article.title, len(marks.of(2)), len(marks.reviews)))
    assert project.verify() == []
    return found


@pytest.mark.parametrize("come", [merge, pull, arrive])
@pytest.mark.parametrize("turned", [False, True])
def test_the_article_comes_back_with_the_marks_and_that_is_said_once(
    two: tuple[Path, Path], come: Callable[[Path, Path], list[str]], *, turned: bool
) -> None:
    here, there = two[::-1] if turned else two
    assert BACK in come(there, here)
    assert marked(here) == [(1, FLOOD[0], 1, 1)]
    assert BACK not in pull(there, here)
    assert BACK not in pull(here, there)
    assert marked(there) == [(1, FLOOD[0], 1, 1)]


def test_it_has_its_old_number_among_others_that_came(two: tuple[Path, Path]) -> None:
    here, there = two
    other = Project.open(there, coder="c2")
    other.import_articles([new_article(("Other", "Words."), source="other.txt")])
    other.close()
    pull(there, here)
    assert [row[:2] for row in marked(here)] == [(1, FLOOD[0]), (2, "Other")]


def test_it_is_no_edit_that_undo_takes_back(two: tuple[Path, Path]) -> None:
    here, there = two
    pull(there, here)
    project = Project.open(here, coder="c1")
    last = next(project.own_edits())
    assert (last.command, project.describe(last)[:34]) == ("return", f"brought back “{FLOOD[0]}”"[:34])
    assert project.next_undo() is None
    project.close()


def test_what_was_erased_stays_away(two: tuple[Path, Path]) -> None:
    here, there = two
    pull(there, here)
    project = Project.open(here, coder="c1")
    article, info = the_article(project), project.store.modes
    project.close()
    copies.erase(here, "c1", frozenset({article.id}), {}, info)
    assert pull(there, here) == []
    assert marked(here) == []


def test_without_marks_of_others_it_stays_away(two: tuple[Path, Path]) -> None:
    here, there = two
    other = Project.open(there, coder="c2")
    other.undo()
    other.undo()
    other.close()
    assert pull(there, here) == []
    assert marked(here) == []


def test_in_a_blind_project_nobody_is_named(two: tuple[Path, Path]) -> None:
    here, there = two
    other = Project.open(there, coder="c2")
    commands.blind_start(other)
    other.close()
    assert BACK.replace(" by c2", "") in pull(there, here)
