"""An export beside the screen: what it says on the way, and what comes of it."""

from __future__ import annotations

import csv
from pathlib import Path

from reader.commands.exporting import MANY_ARTICLES, takes_long
from reader.tui.export_child import Wanted, carry_out_beside
from tests.projects import add_tag, make_project, new_article, put_on


async def test_an_export_of_many_articles_says_how_many_it_is_through_with(tmp_path: Path) -> None:
    number = MANY_ARTICLES + 20
    texts = [new_article((f"Text {n}", f"Words of text {n}."), source=f"{n}.txt") for n in range(number)]
    project = make_project(tmp_path / "p", articles=texts)
    gate = add_tag(project, "gate")
    for article in project.articles.values():
        put_on(project, article, 2, gate)
    assert takes_long(project)
    told: list[tuple[int, int]] = []
    wanted = Wanted(format="csv", output=str(tmp_path / "out.csv"))
    answer = await carry_out_beside(project, wanted, lambda done, total: told.append((done, total)))
    assert answer.said.startswith(f"{number} rows written")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == number + 1
    assert told
    assert all(0 < done <= total == number for done, total in told)
    assert told == sorted(told)


async def test_how_far_an_export_of_all_is_counts_files(tmp_path: Path) -> None:
    texts = [new_article((f"Text {n}", "Words."), source=f"{n}.txt") for n in range(MANY_ARTICLES + 1)]
    project = make_project(tmp_path / "p", articles=texts)
    (tmp_path / "all").mkdir()
    told: list[tuple[int, int]] = []
    answer = await carry_out_beside(
        project, Wanted(format="all", output=str(tmp_path / "all")), lambda *reached: told.append(reached)
    )
    files = len(list((tmp_path / "all").iterdir()))
    assert answer.said.startswith(f"{files} files written")
    assert told[0][0] == 0
    assert told[0][1] <= files < MANY_ARTICLES
