"""A project shared with a group: two accounts work in it, and everything made there is the group's."""

from __future__ import annotations

import contextlib
import grp
import io
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from reader.cli import run
from reader.project import Project
from tests.projects import FLOOD

ROOT = os.getuid() == 0
ANNA, BEN = 54_321, 54_322
"""Numbers of accounts that need not exist; each has a group of its own, the project's is one more."""


class Team(NamedTuple):
    """A folder that all accounts may enter, and the group the project is shared with."""

    folder: Path
    group: str

    @property
    def number(self) -> int:
        return grp.getgrnam(self.group).gr_gid

    @property
    def data(self) -> Path:
        return self.folder / "data"


@pytest.fixture
def rehearsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All modules are there before another account runs them: the interpreter may lie where it cannot read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("READER_CONFIG", str(tmp_path / "settings.toml"))
    monkeypatch.setenv("READER_CODER", "anna")
    monkeypatch.delenv("READER_PROJECT", raising=False)
    (tmp_path / "flood.txt").write_text("\n\n".join(FLOOD), encoding="utf-8")
    for line in (
        "init data", "import flood.txt", "tag 1 4 harm --create", "search barrier", "note 1 2 late", "tag-rename harm loss",
        "undo", "backup", "show 1", "articles", "doctor --repair", f"share {grp.getgrgid(os.getgid()).gr_name}", "restore --yes",
    ):  # fmt: skip
        assert run(line.split()) == 0, line


@pytest.fixture
def team(rehearsed: None) -> Iterator[Team]:
    """A project of anna's, shared with a group that exists here and is nobody's first."""
    if ROOT:
        found = next((one for one in grp.getgrall() if one.gr_gid not in (0, os.getgid())), None)
    else:
        found = grp.getgrgid(os.getgid())
    if found is None:
        pytest.skip("there is no group but root's")
    folder = Path(tempfile.mkdtemp(prefix="reader-team-"))
    folder.chmod(0o777)
    one = Team(folder, found.gr_name)
    (folder / "flood.txt").write_text("\n\n".join(FLOOD), encoding="utf-8")
    (folder / "flood.txt").chmod(0o644)
    try:
        types(one, ANNA, "init", "data")
        types(one, ANNA, "import", "flood.txt")
        types(one, ANNA, "tag", "1", "4", "harm", "--create")
        types(one, ANNA, "search", "barrier")
        types(one, ANNA, "share", one.group)
        yield one
    finally:
        shutil.rmtree(folder)


def become(team: Team, account: int) -> None:
    """Be another account where that is possible: no right but those of its number and of the group."""
    if ROOT:
        os.setgroups([team.number])
        os.setgid(account)
        os.setuid(account)
    os.umask(0o077)
    os.chdir(team.folder)
    name = "anna" if account == ANNA else "ben"
    os.environ.update(HOME=str(team.folder / name), READER_CODER=name, READER_CONFIG=str(team.folder / f"{name}.toml"))
    os.environ.pop("READER_PROJECT", None)


@contextlib.contextmanager
def as_account(team: Team, account: int, work: Callable[[], int]) -> Iterator[int]:
    """Another process of an account does some work; it is waited for at the end and must come to zero."""
    said, saying = os.pipe()
    child = os.fork()
    if not child:
        code = 70
        try:
            os.close(said)
            os.dup2(saying, 1)
            os.dup2(saying, 2)
            sys.stdin = io.StringIO()
            sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
            become(team, account)
            code = work()
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException as error:  # noqa: BLE001  a child of the test run must not go on as the test run
            os.write(2, repr(error).encode())
        finally:
            os._exit(code)
    os.close(saying)
    try:
        yield said
    finally:
        with os.fdopen(said, "rb") as rest:
            heard = rest.read().decode()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, heard


def types(team: Team, account: int, *line: str) -> str:
    """What a command says to an account."""
    with as_account(team, account, lambda: run(line)) as said:
        heard = bytearray()
        while piece := os.read(said, 1 << 16):
            heard += piece
    return heard.decode()


def not_the_groups(team: Team) -> list[str]:
    """What in the project has other rights or another group than the project's record says."""
    found = []
    for path in [team.data, *team.data.rglob("*")]:
        status = path.lstat()
        mode = stat.S_IMODE(status.st_mode)
        if (mode, status.st_gid) != (0o770 if path.is_dir() else 0o660, team.number):
            found.append(f"{path.relative_to(team.folder)} {mode:o} {status.st_gid}")
    return found


def test_both_accounts_work_in_a_shared_project_and_see_both(team: Team) -> None:
    assert not_the_groups(team) == []
    types(team, BEN, "tag", "1", "2", "failure", "--create")
    types(team, BEN, "note", "1", "2", "two hours is long")
    types(team, BEN, "search", "carried")
    (team.folder / "more.txt").write_text("Another\n\nText of this kind.", encoding="utf-8")
    (team.folder / "more.txt").chmod(0o644)
    types(team, BEN, "import", "more.txt")
    assert not_the_groups(team) == []
    types(team, ANNA, "tag-rename", "failure", "lateness")
    types(team, ANNA, "note", "2", "2", "of which kind?")
    types(team, ANNA, "backup")
    types(team, ANNA, "undo")
    types(team, BEN, "backup")
    assert not_the_groups(team) == []
    for account in (ANNA, BEN):
        shown = types(team, account, "show", "1")
        assert "harm" in shown
        assert "lateness" in shown
        assert "two hours is long" in shown
    types(team, BEN, "doctor")


def test_what_is_made_anew_is_the_groups_too(team: Team) -> None:
    types(team, ANNA, "backup")
    types(team, BEN, "tag", "1", "3", "blame", "--create")
    (team.data / "index.sqlite").unlink()
    types(team, BEN, "search", "barrier")
    assert not_the_groups(team) == []
    (team.data / "library.json").unlink()
    types(team, BEN, "doctor", "--repair")
    types(team, BEN, "articles")
    assert not_the_groups(team) == []
    name = next((team.data / "backups").glob("*.zip")).stem
    types(team, BEN, "restore", name, "--yes")
    types(team, BEN, "search", "barrier")
    types(team, ANNA, "tag", "1", "3", "harm")
    assert not_the_groups(team) == []


def test_an_index_that_is_open_is_open_to_both(team: Team) -> None:
    """SQLite's own files beside the index are there only as long as somebody has it open."""
    waiting, release = os.pipe()

    def search_and_wait() -> int:
        project = Project.open(team.data, coder="ben")
        in_memory = project._searching.index().in_memory
        os.write(1, b"ready" if not in_memory else b"in memory")
        os.read(waiting, 1)
        project.close()
        return 0

    with as_account(team, BEN, search_and_wait) as said:
        try:
            assert os.read(said, 100) == b"ready"
            assert {"index.sqlite-wal", "index.sqlite-shm"} <= {path.name for path in team.data.iterdir()}
            assert not_the_groups(team) == []
            assert "barrier" in types(team, ANNA, "search", "barrier")
            with as_account(team, ANNA, lambda: in_the_file(team)):
                pass
            assert not_the_groups(team) == []
        finally:
            os.write(release, b"x")
    os.close(waiting)
    os.close(release)


def in_the_file(team: Team) -> int:
    """0 where anna's index is the project's file."""
    with contextlib.closing(Project.open(team.data, coder="anna")) as project:
        return int(project._searching.index().in_memory)
