"""Blind coding: nothing of others' marks, notes and figures is seen anywhere until it is ended."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from reader import commands
from reader.errors import Conflict, ReaderError
from reader.formats import BUILT_IN, exporter_for
from reader.project import Project, copies
from reader.store.archive import read_zip
from tests.projects import make_project, the_article

SECRET = "zanzibar"
"""Stands in every note of zoe's and nowhere else."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Anna's view of a project in which zoe has tagged ¶ 4 and 5, reviewed and noted."""
    anna = make_project(tmp_path / "data", coder="anna")
    article = the_article(anna)
    commands.tag(anna, article, [2], ["harm"], create=True)
    commands.note(anna, article, 2, "own")
    anna.flush()
    zoe = Project.open(tmp_path / "data", coder="zoe")
    commands.tag(zoe, article, [4, 5], ["harm"])
    commands.span_words(zoe, article, 2, "barrier", ["harm"])
    commands.note(zoe, article, 5, SECRET)
    commands.tag_note(zoe, "harm", f"on the tag: {SECRET}")
    commands.memo(zoe, f"memo {SECRET}")
    commands.review(zoe, article, [2, 4, 5])
    zoe.close()
    anna.poll()
    yield anna
    anna.close()


def exported(project: Project, name: str) -> str:
    out = io.BytesIO()
    commands.export(project, name, out=out)
    return out.getvalue().decode("utf-8", "replace")


def said(outcome: commands.Outcome) -> str:
    rows = None if outcome.rows is None else list(outcome.rows)
    return outcome.text + "\n".join(outcome.lines) + msgspec.json.encode(rows).decode()


def exporters() -> list[str]:
    found = []
    for name in BUILT_IN:
        try:
            exporter_for(name)
        except ReaderError:
            continue
        found.append(name)
    return found


def figures(kind: str, project: Project) -> str:
    return said(commands.stats(project, kind))


def export_as(name: str, project: Project) -> str:
    return exported(project, name)


VIEWS: dict[str, Callable[[Project], str]] = {
    "show": lambda p: said(commands.show(p, the_article(p))),
    "notes": lambda p: said(commands.notes(p)),
    "search": lambda p: said(commands.search(p, "harm")),
    "history": lambda p: said(commands.history(p)),
    **{f"stats {kind}": partial(figures, kind) for kind in ("", "articles", "tags", "coders", "passes")},
    "tags": lambda p: said(commands.tags(p)),
    "articles": lambda p: said(commands.articles(p)),
    "backup": lambda p: said(commands.backup(p)),
    "doctor": lambda p: said(commands.doctor(p)),
    **{f"export {name}": partial(export_as, name) for name in exporters()},
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_blind_project_shows_what_it_would_without_others(project: Project, view: str, tmp_path: Path) -> None:
    """The same view of a copy in which zoe never did anything is the expected value."""
    commands.blind_start(project)
    project.flush()
    alone = copy_without_zoe(project, tmp_path / "alone")
    blind_view, alone_view = VIEWS[view](project), VIEWS[view](alone)
    alone.close()
    assert SECRET not in blind_view
    assert "zoe" not in blind_view
    if view == "backup":  # it has a time in its name
        assert "annotation" not in blind_view
    else:
        assert blind_view == alone_view


def copy_without_zoe(project: Project, folder: Path) -> Project:
    """The project as anna alone made it."""
    pack = folder.with_suffix(".pack")
    copies.pack(project, pack, by="anna")
    archive = read_zip(pack.read_bytes(), str(pack))
    Project.create(folder, name="test")
    (folder / "project.json").write_bytes((project.path / "project.json").read_bytes())
    (folder / "journal").mkdir(exist_ok=True)
    for name, data in archive.files.items():
        (folder / "journal" / name).write_bytes(data)
    with zipfile.ZipFile(pack) as opened:
        for name in opened.namelist():
            if "/" in name and name.startswith("texts"):
                target = folder / "texts" / Path(name).name[1:3] / Path(name).name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(opened.read(name))
    return Project.open(folder, coder="anna")


def test_nothing_of_others_is_found_by_asking_for_it(project: Project) -> None:
    commands.blind_start(project)
    assert commands.search(project, SECRET).rows == []


ASKED_BY_NAME: dict[str, Callable[[Project], object]] = {
    "notes": lambda p: commands.notes(p, by="zoe"),
    "history": lambda p: commands.history(p, by="zoe"),
    "stats": lambda p: commands.stats(p, by="zoe"),
    "stats tags": lambda p: commands.stats(p, "tags", by="zoe"),
    "export": lambda p: commands.export(p, "csv", by="zoe", out=io.BytesIO()),
}


@pytest.mark.parametrize("view", ASKED_BY_NAME)
def test_zeros_are_never_said_of_a_coder_whose_marks_are_hidden(project: Project, view: str) -> None:
    ASKED_BY_NAME[view](project)
    commands.blind_start(project)
    with pytest.raises(ReaderError, match="blind-end") as caught:
        ASKED_BY_NAME[view](project)
    assert caught.value.exit_code == 1
    commands.stats(project, by="anna")


def test_figures_files_and_empty_searches_say_whose_marks_they_hold(project: Project, tmp_path: Path) -> None:
    def sentences() -> list[str]:
        out = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        found = commands.search(project, "coder:zoe zanzibar nowhere"), commands.export(project, "csv", output=out)
        return [outcome.text for outcome in (*found, commands.stats(project), commands.stats(project, "tags"))]

    assert not any("blind" in sentence for sentence in sentences())
    commands.blind_start(project)
    assert all("blind: your own marks only" in sentence for sentence in sentences())


def test_counts_are_ones_own_and_all_comes_back_at_the_end(project: Project) -> None:
    tag = project.codebook.find("harm")
    assert project.counts().tag(tag.id) == 4
    commands.blind_start(project)
    project.flush()
    counts = project.counts()
    assert (counts.tag(tag.id), counts.tag(tag.id, "zoe"), counts.tags("zoe")) == (1, 0, {})
    article = the_article(project)
    assert counts.article(article.id, "zoe") == (0, 0)
    assert counts.articles("zoe") == {}
    assert counts.reviewed(article.id, "zoe") == frozenset()
    assert len(counts.uses()) == len(counts.uses("anna")) == 1
    assert counts.meant(project.codebook) == {tag.id: 1}
    assert {a.coder for a in project.marks(article.id).annotations.values()} == {"anna"}
    commands.tag_add(project, "other")
    assert commands.merging(project, "harm", "other").annotations == {"anna": 1}
    commands.blind_end(project)
    project.flush()
    assert project.counts().tag(tag.id) == 4
    assert {a.coder for a in project.marks(article.id).annotations.values()} == {"anna", "zoe"}
    assert SECRET in said(commands.notes(project))


def test_start_and_end_are_journalled_and_undone(project: Project) -> None:
    assert commands.blind_end(project).edit is None
    commands.blind_start(project)
    assert commands.blind_start(project).edit is None
    commands.blind_end(project)
    seen = []
    for _ in range(2):
        commands.undo(project)
        seen.append(project.info.blind)
    assert seen == [True, False]
    project.flush()
    said_of = [row["what"] for row in commands.history(project, by="anna").rows or [] if not row["undoes"]]
    assert said_of[:2] == ["ended blind coding", "made the project blind"]


def test_a_refusal_does_not_tell_whose_marks_are_in_the_way(project: Project) -> None:
    commands.blind_start(project)
    made = next(e for e in project.edits(newest_first=False) if e.command == "tag")
    with pytest.raises(Conflict) as caught:
        commands.undo(project, made.id)
    assert "zoe" not in str(caught.value)
    assert "3" not in str(caught.value)


def test_nothing_is_repaired_away_and_the_doctor_is_content(project: Project) -> None:
    commands.blind_start(project)
    project.flush()
    outcome = commands.doctor(project)
    assert outcome.exit_code == 0
    assert ["records", "2 annotations, 1 tag", "whole"] in [re.split(" {2,}", line) for line in outcome.lines]
