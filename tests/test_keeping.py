"""Backups that nobody asks for: after half an hour of work, before an import, before a newer format; which are kept."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from reader.commands import library
from reader.commands.upkeep import doctor
from reader.errors import Cancelled
from reader.project import Project
from reader.project.keeping import EVERY, MUCH, Keeper, before
from reader.store import backups
from reader.store.locks import alone, backup_lock
from tests.projects import add_tag, an_hour_ago, make_project, new_article, put_on, the_article
from tests.terminal.harness import DEADLINE

SOON = timedelta(0)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = make_project(tmp_path / "p")
    project.flush()
    return project


def reasons(project: Project) -> list[str]:
    return [backup.manifest.reason for backup in backups.all_of(project.path)]


def looked_until_kept(keeper: Keeper, project: Project, wanted: int) -> None:
    """Look, as the programs do now and then, until there are so many backups."""
    end = time.monotonic() + DEADLINE
    while len(reasons(project)) < wanted:
        assert keeper.look() == ""
        assert time.monotonic() < end, "no backup"
        time.sleep(0.01)
    while keeper.busy:
        assert keeper.look() == ""


def test_half_an_hour_is_what_was_promised() -> None:
    assert timedelta(minutes=30) == EVERY


def test_work_is_backed_up_by_a_child_once_it_is_old_enough_and_not_again_without_work(project: Project) -> None:
    keeper = Keeper(project, SOON)
    looked_until_kept(keeper, project, 1)
    assert reasons(project) == ["after 30 minutes of work"]
    (made,) = backups.all_of(project.path)
    assert backups.check(made).files == {p.name: p.read_bytes() for p in (project.path / "journal").glob("*.jsonl")}
    for _ in range(20):
        assert keeper.look() == ""
        assert not keeper.busy
    add_tag(project, "harm")
    project.flush()
    looked_until_kept(keeper, project, 2)
    assert backups.all_of(project.path)[0].manifest.counted.tags == 1


def test_work_that_is_younger_waits_and_what_the_last_session_left_is_taken_up(project: Project) -> None:
    keeper = Keeper(project)
    assert keeper.look() == ""
    assert not keeper.busy
    project.close()
    an_hour_ago(project.path)
    again = Project.open(project.path, coder="c1")
    again.start()
    assert again.verify() == []
    looked_until_kept(Keeper(again), again, 1)


def test_a_backup_that_another_session_made_counts(project: Project) -> None:
    backups.make_alone(project.path, "by hand", project.store.modes)
    keeper = Keeper(project, SOON)
    keeper.look()
    assert not keeper.busy


def test_a_backup_that_cannot_be_made_is_said_and_tried_again_later(project: Project) -> None:
    (project.path / "backups").rmdir()
    (project.path / "backups").write_text("a file where the folder should be")
    keeper = Keeper(project, SOON)
    said, end = "", time.monotonic() + DEADLINE
    while not said:
        assert time.monotonic() < end
        said = keeper.look()
    assert said.startswith("No backup could be made: ")
    keeper.look()
    assert not keeper.busy


def test_nothing_is_written_where_one_may_only_read(project: Project) -> None:
    reading = Project.open(project.path, coder="c1", write=False)
    keeper = Keeper(reading, SOON)
    keeper.look()
    assert not keeper.busy


# -- before an import ------------------------------------------------------------------------------------------


def test_an_import_is_preceded_by_a_backup_of_what_was_there(project: Project) -> None:
    library.add(project, [new_article(("Two", "Text two."), source="two.txt")])
    assert reasons(project) == ["before an import"]
    assert backups.all_of(project.path)[0].manifest.counted.articles == 1
    library.add(project, [new_article(("Two", "Text two."), source="two.txt")])  # known already: nothing changes
    library.add(project, [new_article(("Two", "Text two."), source="two.txt")])
    assert [backup.manifest.counted.articles for backup in backups.all_of(project.path)] == [2, 1]


def test_the_first_import_has_nothing_to_keep(tmp_path: Path) -> None:
    project = Project.open(Project.create(tmp_path / "p"), coder="c1")
    library.add(project, [new_article()])
    assert reasons(project) == []


def test_a_large_project_is_backed_up_by_a_child(project: Project) -> None:
    mark, _ = put_on(project, the_article(project), 2, add_tag(project, "harm"))
    project.apply("note", [(mark, msgspec.structs.replace(mark, note="x" * MUCH))])
    assert before(project, "an import") == ""
    assert reasons(project) == ["before an import"]
    assert backups.check(backups.all_of(project.path)[0])


def test_a_backup_of_much_text_says_how_far_it_is_and_can_be_stopped(project: Project) -> None:
    texts = [("Large", *(f"{n} {'x' * 1_000}" for n in range(at, at + 600))) for at in range(3)]
    library.add(project, [new_article(text, source=f"{at}.txt") for at, text in enumerate(texts)])
    project.flush()
    kept = reasons(project)
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        raise Cancelled("Stopped.")

    found = [new_article(("Two", "Text two."), source="two.txt")]
    with pytest.raises(Cancelled):
        library.add(project, found, backing_up=stop)
    assert len(project.articles) == 1 + len(texts)
    assert reasons(project) == kept
    library.add(project, found, backing_up=lambda done, total: told.append((done, total)))
    assert len(project.articles) == 2 + len(texts)
    assert len(reasons(project)) == len(kept) + 1
    written = sum(len(path.read_bytes()) for path in (project.path / "texts").rglob("a*"))
    assert 1_800_000 < told[-1][1] <= written
    assert backups.check(backups.all_of(project.path)[0])


def test_an_import_goes_on_where_no_backup_can_be_made_and_says_so(project: Project) -> None:
    (project.path / "backups").rmdir()
    (project.path / "backups").write_text("a file where the folder should be")
    outcome = library.add(project, [new_article(("Two", "Text two."), source="two.txt")])
    assert "No backup could be made: " in outcome.text
    assert len(project.articles) == 2


# -- before a newer format -------------------------------------------------------------------------------------


def test_a_project_of_an_older_format_is_kept_before_it_becomes_one_of_this(project: Project) -> None:
    add_tag(project, "harm")
    project.close()
    file = project.path / "project.json"
    older = file.read_bytes().replace(b'"format": 1', b'"format": 0')
    file.write_bytes(older)
    again = Project.open(project.path, coder="c1")
    add_tag(again, "actor")
    again.close()
    assert reasons(again) == ["before the upgrade from format 0"]
    assert msgspec.json.decode(file.read_bytes())["format"] == 1
    assert {tag.name for tag in Project.open(project.path, coder="c2").tags.values()} == {"harm", "actor"}
    assert Project.open(project.path, coder="c2").verify() == []
    once_more = Project.open(project.path, coder="c1")
    once_more.start()
    assert len(reasons(once_more)) == 1


# -- which are kept --------------------------------------------------------------------------------------------


def test_a_year_of_backups_come_down_to_those_that_are_kept(project: Project) -> None:
    made = backups.make_alone(project.path, "by hand", project.store.modes)
    folder = project.path / "backups"
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1)
    for hours in (*range(0, 240, 24), *range(240, 24 * 400, 72)):
        at = (now - timedelta(hours=hours)).strftime("%Y%m%dT%H%M%S.%fZ")
        (folder / f"{at}.zip").write_bytes(made.path.read_bytes())
    (folder / "the one before the trial.zip").write_bytes(made.path.read_bytes())
    backups.make_alone(project.path, "by hand", project.store.modes)
    left = sorted((backup.made for backup in backups.all_of(project.path) if backup.name[0] == "2"), reverse=True)
    assert (folder / "the one before the trial.zip").exists()
    assert [now - at < timedelta(days=10) for at in left[:10]] == [True] * 10
    assert {(now - timedelta(days=n)).date() for n in range(1, 7)} <= {at.date() for at in left}
    assert len({at.strftime("%Y-%m") for at in left}) == 12
    assert len(left) <= 10 + 7 + 4 + 12
    for backup in backups.all_of(project.path):
        assert backups.check(backup)


def test_a_damaged_text_is_no_copy_of_anything(project: Project) -> None:
    path = project.store.texts.path(the_article(project).id)
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"X" + whole[1:])
    backups.make_alone(project.path, "by hand", project.store.modes)
    kept = project.path / "backups" / "texts" / path.parent.name / path.name
    assert not kept.exists()
    path.write_bytes(whole)
    backups.make_alone(project.path, "by hand", project.store.modes)
    assert kept.read_bytes() == whole


def test_nobody_erases_or_restores_while_a_backup_is_made(project: Project) -> None:
    project.close()
    done: list[str] = []

    def erase() -> None:
        with alone(project.path / "locks", project.store.modes):
            done.append("alone")

    with backup_lock(project.path / "locks", project.store.modes):
        eraser = threading.Thread(target=erase)
        eraser.start()
        child = subprocess.Popen(
            [sys.executable, "-m", "reader.project.keeping", str(project.path), "meanwhile"], stderr=subprocess.PIPE
        )
        eraser.join(0.3)
        assert (done, reasons(project)) == ([], [])
    eraser.join(DEADLINE)
    assert child.wait(DEADLINE) == 0
    assert (done, reasons(project)) == (["alone"], ["meanwhile"])
    if child.stderr:
        child.stderr.close()


def test_a_damaged_backup_is_named_and_another_can_be_restored(project: Project) -> None:
    first = backups.make_alone(project.path, "by hand", project.store.modes)
    second = backups.make_alone(project.path, "by hand", project.store.modes)
    assert doctor(project).exit_code == 0
    data = bytearray(second.path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    second.path.write_bytes(data)
    outcome = doctor(project)
    assert outcome.exit_code == 4
    assert f"The backup {second.name} is damaged; it cannot be restored." in outcome.lines
    assert [(row["part"], row["damage"]) for row in outcome.rows or [] if row["damage"]] == [("backups", 1)]
    assert backups.check(first)
