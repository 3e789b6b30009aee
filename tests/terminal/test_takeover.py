"""One's own session, left behind by a dropped line, saves and ends for the next one; nobody else's ever does."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from reader.project import Project, takeover
from reader.store import takeover as asked
from tests.terminal.harness import READER, Room, Terminal

OFFER = r"Another session of yours is open: (\w+) on (\S+), process (\d+), since \d{4}-\d\d-\d\d \d\d:\d\d\."
TAGGED = r"¶ \d+ tagged {} · saved"


def at_work(room: Room) -> Terminal:
    """A session that has saved a tag and is typing a note."""
    terminal = room.terminal()
    terminal.wait_for("¶ 4 of 29")
    terminal.type("tfirst\r")
    terminal.wait_for(TAGGED.format("first"))
    terminal.type("ahalf a thought")
    terminal.wait_for("half a thought")
    return terminal


def draft_kept(terminal: Terminal, room: Room) -> None:
    """Wait until the note being typed has its draft; all that was painted is taken by then."""
    terminal.wait_beside(lambda: bool(list((room.data / "drafts").rglob("*.json"))), "a draft")
    terminal.settle()


def tag_names(room: Room) -> set[str]:
    return {tag.name for tag in room.project().tags.values()}


def test_the_second_session_takes_over_and_nothing_is_lost(harbour: Room) -> None:
    with at_work(harbour) as first, harbour.terminal() as second:
        draft_kept(first, harbour)
        offered = second.wait_for(OFFER)
        assert (offered[2], int(offered[3])) == (socket.gethostname(), first.pid)
        second.press("enter")
        second.wait_until(lambda: "A note on ¶ 4 was being typed (3 words)" in second.dialog, "the note")
        assert first.end() == 0
        assert re.search(rb"Another session of yours took over at \d\d:\d\d\.", first.received)
        assert first.left_as_it_was() == []
        second.press("escape")
        second.type("tsecond\r")
        second.wait_for(TAGGED.format("second"))
        assert second.quit() == 0
    assert tag_names(harbour) == {"first", "second"}


def behind_a_dropped_line(terminal: Terminal, room: Room) -> None:
    """Go on working where nobody takes what is painted: more than the system and the program keep in their queues."""
    terminal.press("escape")
    terminal.wait_for("¶ 4 note.* saved")
    edits = len(room.edits())
    for number in range(1, 19):
        terminal.type("j1")
        terminal.wait_beside(partial(has_edits, room, edits + number), f"edit {number} of them", reading=False)


def has_edits(room: Room, count: int) -> bool:
    return len(room.edits()) >= count


EDITOR = """\
import pathlib, signal, sys
path = pathlib.Path(sys.argv[1])
path.write_text(path.read_text() + " and what the editor wrote")
def end(*_):
    path.with_name(path.name + ".save").write_text(path.read_text() + " and saved at its end")
    sys.exit(1)
signal.signal(signal.SIGHUP, end)
print("editing", flush=True)
sys.stdin.readline()
"""


@pytest.mark.sweep
@pytest.mark.parametrize("how", ["take over", "term", "hang up"])
def test_a_session_whose_editor_is_open_saves_what_is_in_it_and_ends_with_it(harbour: Room, how: str) -> None:
    editor = f"{sys.executable} {harbour.write('editor.py', EDITOR)}"
    with harbour.terminal(EDITOR=editor, VISUAL=editor) as first:
        first.wait_for("¶ 4 of 29")
        first.type("ahalf a thought")
        first.wait_for("half a thought")
        first.type("\x0f")
        first.wait_for("editing")
        if how != "take over":
            first.send_signal(signal.SIGTERM if how == "term" else signal.SIGHUP)
            assert first.end() == 0
        with harbour.terminal("--take-over") as second:
            second.wait_until(lambda: "A note on ¶ 4 was being typed (13 words)" in second.dialog, "the note")
            assert first.end() == 0
            second.press("escape")
            assert second.quit() == 0
    assert list((harbour.data / "drafts").rglob(".editor-*")) == []


@pytest.mark.sweep
def test_a_session_whose_terminal_nobody_reads_any_more_ends_too(harbour: Room) -> None:
    with at_work(harbour) as first:
        behind_a_dropped_line(first, harbour)
        with harbour.terminal("--take-over") as second:
            second.wait_for("¶ 26 of 29")
            second.type("tsecond\r")
            second.wait_for(TAGGED.format("second"))
            assert second.quit() == 0
        assert first.end() == 0
    assert tag_names(harbour) == {"first", "second"}


@pytest.mark.sweep
@pytest.mark.parametrize("how", ["term", "close"])
def test_a_signal_ends_it_there_too(harbour: Room, how: str) -> None:
    with at_work(harbour) as terminal:
        behind_a_dropped_line(terminal, harbour)
        if how == "close":
            terminal.hang_up()
        else:
            terminal.send_signal(signal.SIGTERM)
        assert terminal.end() == 0


@pytest.mark.sweep
def test_who_comes_back_to_a_terminal_that_was_stopped_sees_all_of_it(harbour: Room) -> None:
    with at_work(harbour) as terminal:
        behind_a_dropped_line(terminal, harbour)
        terminal.wait_for("¶ 26 of 29")
        terminal.wait_for("¶ 26 tagged first · saved")
        terminal.press("j")
        terminal.wait_for("¶ 27 of 29")
        assert terminal.quit() == 0
        assert terminal.left_as_it_was() == []


@pytest.mark.sweep
def test_who_only_wants_to_read_leaves_the_other_session_alone(harbour: Room) -> None:
    with at_work(harbour) as first:
        with harbour.terminal() as second:
            second.wait_for(OFFER)
            second.type("r\r")
            second.wait_for(r"read-only: Another session is writing: \w+ on \S+, process \d+, since")
            assert second.quit() == 0
        assert (
            "--take-over"
            in subprocess.run(
                [*READER, "tag", "1", "5", "x", "--create"],
                cwd=harbour.folder,
                env=harbour.environment(),
                capture_output=True,
                text=True,
                check=False,
            ).stderr
        )
        first.press("escape")
        first.wait_for("¶ 4 note.* saved")
        assert first.quit() == 0
    assert tag_names(harbour) == {"first"}


def test_the_line_mode_gives_way_even_where_it_was_stopped(harbour: Room) -> None:
    with harbour.terminal("read") as first:
        first.wait_for("^>$")
        first.type("t first\r")
        first.wait_for("Saved")
        first.send_signal(signal.SIGSTOP)  # as ctrl+z does
        with harbour.terminal("--take-over", "read") as second:
            second.wait_for("Plain mode")
            second.type("t second\r")
            second.wait_for("Saved")
            assert first.end() == 0
            assert "Another session of yours took over" in first.text
            second.type("q\r")
            assert second.end() == 0
    assert tag_names(harbour) == {"first", "second"}


# -- whom nothing is sent to -----------------------------------------------------------------------------------


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process of this user that has nothing to do with a project."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def session_by(path: Path, owner: dict[str, object]) -> Project:
    """A project whose lock says to be held by somebody."""
    project = Project.open(path, coder="anna")
    file = path / "locks" / f"{project.store.journal_name}.owner"
    file.write_text(json.dumps({"user": "anna", "since": "2026-11-22T08:00:00Z", **owner}))
    return project


def test_a_number_that_became_another_processs_is_not_asked(harbour: Room, sleeper: subprocess.Popen[bytes]) -> None:
    host = socket.gethostname()
    project = session_by(harbour.data, {"host": host, "pid": sleeper.pid, "gives_way": True})
    assert takeover.other_session(project) == ""
    assert takeover.end_other(project, force=True)
    assert sleeper.poll() is None


@pytest.mark.parametrize("changed", [{"host": "elsewhere"}, {"gives_way": False}, {}])
def test_only_a_session_here_that_gives_way_is_asked(harbour: Room, changed: dict[str, object]) -> None:
    """The lock's file is held open by another process of this user, as the session's own would."""
    name = Project.open(harbour.data, coder="anna", write=False).store.journal_name
    lock = harbour.data / "locks" / f"{name}.lock"
    holder = subprocess.Popen(["sleep", "60"], stdin=lock.open("a+"))
    try:
        owner = {"host": socket.gethostname(), "pid": holder.pid, "gives_way": True, **changed}
        found = takeover.other_session(session_by(harbour.data, owner))
        assert found.startswith(f"anna on {socket.gethostname()}, process {holder.pid}, since") == (not changed)
    finally:
        holder.kill()
        holder.wait()


@pytest.mark.skipif(shutil.which("lsof") is None, reason="lsof is not installed")
def test_where_there_is_no_proc_lsof_says_who_holds_the_lock(
    harbour: Room, sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "_PROCESSES", harbour.folder / "no such folder")
    name = Project.open(harbour.data, coder="anna", write=False).store.journal_name
    lock = harbour.data / "locks" / f"{name}.lock"
    with lock.open("a+") as file:
        holder = subprocess.Popen(["sleep", "60"], stdin=file)
    owner = {"host": socket.gethostname(), "gives_way": True}
    try:
        assert takeover.other_session(session_by(harbour.data, {**owner, "pid": sleeper.pid})) == ""
        project = session_by(harbour.data, {**owner, "pid": holder.pid})
        assert f"process {holder.pid}" in takeover.other_session(project)
        assert takeover.end_other(project, force=True)
        assert holder.wait() == -signal.SIGKILL
        assert sleeper.poll() is None
    finally:
        holder.kill()
        holder.wait()
