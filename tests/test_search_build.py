"""The index built by a process of its own, and what a search does meanwhile."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from reader.errors import Cancelled
from reader.formats import NewArticle
from reader.model import Paragraph
from reader.project import Project
from reader.project.building import BUSY, Builder
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


def test_what_another_coder_does_first_is_found_at_once(tmp_path: Path) -> None:
    with closing(make_project(tmp_path / "p")) as ours:
        assert ours.count("barrier") == 2
        with closing(Project.open(ours.path, coder="c2")) as theirs:
            put_on(theirs, the_article(theirs), 2, add_tag(theirs, "flood"))
            theirs.flush()
            ours.poll()
            assert ours.count("tag:flood") == 1
            assert ours.count("coder:c2") == 1


def test_an_index_that_cannot_follow_does_not_answer(tmp_path: Path) -> None:
    with closing(make_project(tmp_path / "p")) as project:
        tag = add_tag(project, "flood")
        assert project.count("tag:flood") == 0
        project.wait_for_index(0.01)
        with closing(sqlite3.connect(project.path / "index.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            put_on(project, the_article(project), 2, tag)
            assert project.count("tag:flood") == 1, "it is searched by reading"
            other.execute("COMMIT")
        assert project.count("tag:flood") == 1


def test_many_additions_are_joined_by_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH", 1)
    with closing(make_project(tmp_path / "p", articles=MANY)) as project:
        assert project.build_index()
        index = project.index()
        assert index.is_scattered(19), "each text was written by itself"
        before = list(project.search("barrier OR strike OR numb*"))
        assert len(before) == 60
        assert Builder(project.path, "c1").watch(lambda done, total: None)
        assert not index.is_scattered(1)
        assert list(project.search("barrier OR strike OR numb*")) == before
        project.import_articles([new_article(["Another", "A barrier too"], source="b.txt")])
        assert project.count("barrier") == 21
        assert index.is_scattered(1)


def test_a_scattered_index_is_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH", 1)
    with closing(make_project(tmp_path / "p", articles=MANY)) as project:
        assert project.build_index()
        assert not project.index_is_behind()
        project.import_articles([new_article(["More", f"The number {n}"], source=f"more{n}.txt") for n in range(5)])
        assert project.index_is_behind(), "texts that are few are taken in, into pieces that are too many"
        project.index().join(lambda: None)
        assert not project.index_is_behind()


def test_a_build_that_nobody_waits_for_any_more_is_ended(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", articles=MANY)
    builder = Builder(project.path, "c1")

    def stop(done: int, total: int) -> None:
        raise Cancelled(f"{done} of {total}")

    with pytest.raises(Cancelled, match="0 of 20"):
        builder.watch(stop)
    assert not builder.running
    builder.stop()  # once more does nothing
    assert project.build_index()
    assert project.count("barrier") == 20
    project.close()


def built_by_a_child(path: Path) -> tuple[int, str]:
    """The exit code of a process that is to build an index, and what it says on the standard error."""
    line = [sys.executable, "-m", "reader.project.building", str(path), "c1"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stderr


def test_a_build_says_what_is_in_its_way(tmp_path: Path) -> None:
    assert built_by_a_child(tmp_path / "p") == (2, f"There is no project in {tmp_path / 'p'}.\n")
    project = make_project(tmp_path / "p", articles=MANY)
    project.build_index()
    writing = sqlite3.connect(tmp_path / "p" / "index.sqlite", isolation_level=None)
    project.import_articles([new_article(["Another", "One more barrier"], source="b.txt")])
    writing.execute("BEGIN IMMEDIATE")
    assert built_by_a_child(project.path) == (BUSY, "")
    writing.execute("ROLLBACK")
    assert built_by_a_child(project.path) == (0, "")
    writing.close()
    project.close()


def test_a_child_whose_output_is_closed_stops_and_keeps_what_is_written(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", articles=MANY)
    reading, writing = os.pipe()
    os.close(reading)
    line = [sys.executable, "-m", "reader.project.building", str(project.path), "c1"]
    done = subprocess.run(line, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (130, "Nobody waits for the index any more.\n")
    assert project.build_index()
    assert project.count("barrier") == 20
    project.close()


def interview(*turns: str) -> NewArticle:
    """An article of turns, each `speaker: words`."""
    text = "\n\n".join(turns)
    starts = [text.index(turn) for turn in turns]
    paragraphs = [
        Paragraph(n, start, start + len(turn), "body", turn.partition(":")[0])
        for n, (start, turn) in enumerate(zip(starts, turns, strict=True), 1)
    ]
    return NewArticle(text=text, paragraphs=paragraphs, title=turns[0], source=f"{turns[0]}.txt")


def test_those_who_speak_in_the_library_are_offered(tmp_path: Path) -> None:
    def offered(typed: str) -> list[str]:
        return [each.text for each in project.completions(typed, len(typed))]

    with closing(
        make_project(tmp_path / "p", articles=[interview("Ida: Why?", "R1: Rain.", "Ida: Again?")])
    ) as project:
        assert offered("speaker:") == ["Ida", "R1"]
        project.import_articles([interview("Nurse Ada: No.", "R1: Yes.")])
        assert offered("speaker:") == ["Ida", '"Nurse Ada"', "R1"]
        assert offered("barrier -speaker:a") == ['"Nurse Ada"']
        project.undo()
        assert offered("speaker:") == ["Ida", "R1"], "who speaks in what is no longer there is not"
        assert project.count("speaker:R1") == 1
