"""The index built by a process of its own, and what a search does meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.errors import Cancelled
from reader.project import Project
from reader.project.building import Builder
from reader.search import index as module

from .projects import add_tag, make_project, new_article, put_on, the_article

MANY = [new_article([f"Title {n}", f"The barrier number {n}", "Strike"], source=f"{n}.txt") for n in range(1, 21)]


def test_a_search_does_not_wait_for_the_index(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", articles=MANY)
    assert project.index_is_behind()
    before = list(project.search("barrier"))
    assert len(before) == 20
    told: list[tuple[int, int]] = []
    assert Builder(project.path, "c1").watch(lambda done, total: told.append((done, total)))
    assert told[0] == (0, 20)
    assert told[-1] == (20, 20)
    assert not project.index_is_behind()
    assert list(project.search("barrier")) == before
    project.close()


def test_a_build_that_is_cancelled_keeps_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH", 1)
    project = make_project(tmp_path / "p", articles=MANY)

    def stop(done: int, total: int) -> None:
        if done == 7:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        project.build_index(stop)
    assert len(project.index().missing_texts()) == 13
    assert project.count("barrier") == 20
    assert project.build_index()
    assert project.index().missing_texts() == []
    project.close()


def test_new_texts_notes_and_tags_are_found_at_once(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    assert project.count("barrier tag:none") == 2
    tag = add_tag(project, "flood")
    put_on(project, the_article(project), 2, tag)
    assert project.count("flood") == 2
    assert project.count("tag:flood barrier") == 1
    project.undo()
    assert project.count("flood") == 1
    project.import_articles([new_article(["Another", "A barrier too"], source="b.txt")])
    assert project.count("barrier") == 3
    assert not project.index_is_behind()
    project.close()


def test_an_iterator_left_standing_does_not_hold_later_searches_back(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    begun = project.search("barrier")
    next(begun)
    put_on(project, the_article(project), 4, add_tag(project, "flood"))
    assert project.count("tag:flood") == 1
    assert len(list(begun)) == 1
    project.close()


def test_a_project_that_is_only_read_is_searched(tmp_path: Path) -> None:
    make_project(tmp_path / "p").close()
    (tmp_path / "p" / "index.sqlite").unlink(missing_ok=True)
    project = Project.open(tmp_path / "p", coder="c2", write=False)
    assert project.count("barrier") == 2
    project.close()
