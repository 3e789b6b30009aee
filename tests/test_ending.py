"""A session of one's own that is asked to end by the next one: another process, asked from here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.errors import Locked
from reader.project import Project, takeover
from tests.projects import add_tag, make_project
from tests.terminal.harness import DEADLINE, ROOT

SESSION = """
import os, signal, sys
from pathlib import Path
from reader.project import Project, takeover
from tests.projects import add_tag
project = Project.open(Path(sys.argv[1]), coder="c1")
project.start()
if sys.argv[2] == "deaf":
    signal.signal(takeover.PLEASE_END, signal.SIG_IGN)
else:
    signal.signal(takeover.PLEASE_END, lambda *_: sys.exit(project.close()))
add_tag(project, "theirs")
project.flush()
takeover.give_way(project)
heard, hears = os.pipe()
os.set_blocking(hears, False)
signal.set_wakeup_fd(hears)  # a signal may come to the thread that saves
print("ready", flush=True)
while True:
    os.read(heard, 1)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_project(tmp_path / "p").close()
    return tmp_path / "p"


@pytest.fixture(params=["heeds", "deaf"])
def other(folder: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    """A session in another process, which has saved a tag."""
    line = [sys.executable, "-c", SESSION, str(folder), request.param]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
        process.kill()


@pytest.mark.parametrize("handles", [True, False], ids=["with process handles", "without"])
@pytest.mark.parametrize("other", ["heeds"], indirect=True)
@pytest.mark.parametrize("stopped", [False, True])
def test_it_saves_and_ends_also_where_it_was_stopped(
    folder: Path, other: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch, *, handles: bool, stopped: bool
) -> None:
    """Without handles, as on macOS, a number is asked after until it is gone."""
    if not handles:
        monkeypatch.delattr(os, "pidfd_open", raising=False)
        waited = signal.signal(signal.SIGCHLD, lambda *_: other.poll())  # else its number stays until it is waited for
    if stopped:
        other.send_signal(signal.SIGSTOP)
    mine = Project.open(folder, coder="c1")
    with pytest.raises(Locked, match=f"process {other.pid}.*`reader --take-over` ends it"):
        Project.open(folder, coder="c1").start()
    assert f"process {other.pid}" in takeover.other_session(mine)
    assert takeover.end_other(mine)
    assert other.wait(DEADLINE) == 0
    if not handles:
        signal.signal(signal.SIGCHLD, waited)
    assert takeover.other_session(mine) == ""
    assert takeover.end_other(mine)  # nobody is left to end
    mine.poll()
    add_tag(mine, "mine")
    mine.close()
    assert sorted(t.name for t in Project.open(folder, coder="c2", write=False).tags.values()) == ["mine", "theirs"]


@pytest.mark.parametrize("other", ["deaf"], indirect=True)
def test_one_that_does_not_answer_is_left_unless_it_is_forced(folder: Path, other: subprocess.Popen[bytes]) -> None:
    from reader.store import takeover as store

    mine = Project.open(folder, coder="c1")
    assert not store.end(folder / "locks", mine.store.journal_name, takeover.PLEASE_END, patience=0.05)
    assert other.poll() is None
    assert takeover.end_other(mine, force=True)
    assert other.wait(DEADLINE) == -signal.SIGKILL
    add_tag(mine, "mine")
    mine.close()
    assert sorted(t.name for t in Project.open(folder, coder="c2", write=False).tags.values()) == ["mine", "theirs"]
