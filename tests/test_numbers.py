"""Two copies came together and each has an article 2: it is numbered anew, the same everywhere, and said once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tinydb import TinyDB

from reader import commands
from reader.commands.phrases import renumbered
from reader.project import Project
from tests.projects import make_project, new_article


def brought(source: Path, target: Path) -> None:
    """Bring journals and texts of one copy to another, as git does."""
    for pattern in ("journal/*.jsonl", "texts/*/*"):
        for path in source.glob(pattern):
            there = target / path.relative_to(source)
            there.parent.mkdir(exist_ok=True)
            if not there.exists() or there.stat().st_size < path.stat().st_size:  # each has one writer
                shutil.copyfile(path, there)


def takes_in(folder: Path, coder: str, title: str) -> None:
    """Import an article in a session of its own."""
    project = Project.open(folder, coder=coder)
    project.import_articles([new_article([title, f"What {title} says."], source=f"{title}.txt")])
    project.close()


@pytest.fixture
def copies(tmp_path: Path) -> tuple[Path, Path]:
    """Two copies: “Mine” is article 2 in one, “Theirs” in the other, imported later."""
    make_project(tmp_path / "one").close()
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    takes_in(tmp_path / "one", "c1", "Mine")
    takes_in(tmp_path / "two", "c2", "Theirs")
    return tmp_path / "one", tmp_path / "two"


def numbers(project: Project) -> dict[str, int]:
    return {article.title: article.number for article in project.articles.values()}


EXPECTED = {"Flood barrier opened two hours late": 1, "Mine": 2, "Theirs": 3}


def test_who_only_reads_finds_a_number_on_one_article_alone(copies: tuple[Path, Path]) -> None:
    for here, there in (copies, copies[::-1]):
        brought(there, here)
        project = Project.open(here, coder="c3", write=False)
        assert numbers(project) == EXPECTED
        assert project.article("2").title == "Mine"
        assert project.article("3").title == "Theirs"
        assert project.renumbered() == [("Theirs", 2, 3)]
        assert project.renumbered() == []


def test_the_next_session_that_writes_puts_it_down_and_nobody_hears_of_it_again(copies: tuple[Path, Path]) -> None:
    one, two = copies
    brought(two, one)
    project = Project.open(one, coder="c1")
    project.start()
    assert numbers(project) == EXPECTED
    project.close()
    with TinyDB(one / "library.json") as database:
        assert {a["title"]: a["number"] for a in database.table("articles")} == EXPECTED
    again = Project.open(one, coder="c1")
    assert numbers(again) == EXPECTED
    assert again.renumbered() == []
    assert again.verify() == []
    brought(one, two)  # whoever knew it as 2 is told once
    other = Project.open(two, coder="c2")
    assert numbers(other) == EXPECTED
    assert other.renumbered() == [("Theirs", 2, 3)]
    other.start()
    other.close()
    other = Project.open(two, coder="c2")
    assert numbers(other) == EXPECTED
    assert other.renumbered() == []


def test_both_put_it_down_and_come_together_again(copies: tuple[Path, Path]) -> None:
    for here, there in (copies, copies[::-1]):
        brought(there, here)
    for folder, coder in zip(copies, ("c1", "c2"), strict=True):
        project = Project.open(folder, coder=coder)
        commands.set_details(project, project.article("3"), {f"seen by {coder}": "yes"})
        project.close()
    for here, there in (copies, copies[::-1]):
        brought(there, here)
    for folder in copies:
        project = Project.open(folder, coder="c3")
        assert numbers(project) == EXPECTED
        assert project.article("3").meta == {"seen by c1": "yes", "seen by c2": "yes"}
        assert project.verify() == []


def test_a_session_that_goes_on_while_it_comes_is_told_and_does_not_take_the_number(copies: tuple[Path, Path]) -> None:
    one, two = copies
    project = Project.open(two, coder="c2")
    project.start()
    assert project.article("2").title == "Theirs"
    brought(one, two)
    assert project.poll()
    assert numbers(project) == EXPECTED
    assert project.renumbered() == [("Theirs", 2, 3)]
    project.import_articles([new_article(["More", "Still more."], source="more.txt")])
    assert numbers(project) == {**EXPECTED, "More": 4}
    project.close()
    assert numbers(Project.open(two, coder="c1")) == {**EXPECTED, "More": 4}


def test_nobody_undoes_it(copies: tuple[Path, Path]) -> None:
    one, two = copies
    brought(two, one)
    project = Project.open(one, coder="c1")
    commands.set_details(project, project.article("3"), {"wave": "2"})
    project.flush()
    assert [edit.command for edit in project.own_edits()][:2] == ["details", "number"]
    assert project.describe(list(project.own_edits())[1]) == "gave “Theirs” the number 3"
    project.undo()
    project.undo()
    assert "Mine" not in numbers(project)
    assert numbers(project)["Theirs"] == 3  # a number is never given back
    project.redo()
    assert numbers(project) == EXPECTED


def test_the_same_text_imported_in_both_copies_is_one_article(copies: tuple[Path, Path]) -> None:
    one, two = copies
    for folder, coder, source in ((one, "c1", "a.txt"), (two, "c2", "b.txt")):
        project = Project.open(folder, coder=coder)
        project.import_articles([new_article(["Same", "The same words."], source=source)])
        project.close()
    files = [{path.name: path.read_bytes() for path in folder.glob("texts/*/*")} for folder in copies]
    assert all(files[0][name] == files[1][name] for name in files[0].keys() & files[1].keys())
    brought(two, one)
    project = Project.open(one, coder="c1")
    assert numbers(project) == {**EXPECTED, "Same": 3, "Theirs": 4}
    (same,) = (article for article in project.articles.values() if article.title == "Same")
    assert same.sources == ("a.txt", "b.txt")
    assert project.verify() == []


def test_the_sentence() -> None:
    assert renumbered("Theirs", 2, 3) == "“Theirs” is now article 3, no longer 2."
