"""The index while one reads: built by a child where texts are missing, never in the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.project import Project, building
from reader.tui.app import ReaderApp
from reader.tui.reading import ReadingScreen
from tests.projects import make_project, new_article
from tests.screens import line_with, until

MANY = [new_article([f"Title {n}", f"The barrier number {n}", "Strike"], source=f"{n}.txt") for n in range(1, 21)]


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Project]:
    found = make_project(tmp_path / "data", articles=MANY)
    yield found
    found.close()


async def test_missing_texts_are_indexed_while_one_reads(many: Project) -> None:
    app = ReaderApp(many)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: app.indexing._builder is not None, "the child")
        before = app.reading.here
        await pilot.press("j")
        assert app.reading.here == before + 1, "keys are obeyed meanwhile"
        await until(pilot, lambda: line_with(app, "all texts are indexed"), "the end")
        assert many.index().missing_texts() == []


async def test_what_was_said_before_stays(many: Project) -> None:
    app = ReaderApp(many, notice="the notice")
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: app.indexing._task is not None and not app.indexing.at_work, "the end")
        assert line_with(app, "the notice")
        assert many.index().missing_texts() == []


async def test_nothing_is_started_where_nothing_is_missing(
    many: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many.build_index()
    started: list[object] = []
    monkeypatch.setattr(building, "Builder", lambda *of: started.append(of))
    app = ReaderApp(many)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: app.indexing._task is not None and not app.indexing.at_work, "the look")
        assert started == []


async def test_the_child_ends_with_the_program(many: Project) -> None:
    app = ReaderApp(many)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: app.indexing._builder is not None, "the child")
        builder = app.indexing._builder
        assert isinstance(app.screen, ReadingScreen)
        await pilot.press("q")
    assert builder is not None
    assert not builder.running


def test_a_large_project_without_an_index_is_not_followed_in_the_program(
    many: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reader.project import searching

    monkeypatch.setattr(searching, "MUCH", 0)
    assert many.index_is_behind()
    assert not (many.path / "index.sqlite").exists()
