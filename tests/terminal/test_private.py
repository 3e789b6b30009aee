"""Private by default: rights whatever the umask, and nothing of a project outside its folder."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import stat
import struct
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.projects import FLOOD
from tests.terminal.harness import READER, Room, Terminal

WORDS = ("xylophone", "quagmire", "zeppelin", "obelisk", "carried beds upstairs")
"""A note, a note half typed, a tag, a query, the text: nothing of ours holds these words."""
NOTE, DRAFT, TAG, QUERY, _ = WORDS
NO_UMASK = ("sh", "-c", 'umask 000; exec "$@"', "sh", *READER)
IN_CREATE, IN_MOVED_TO, IN_NONBLOCK = 0x100, 0x80, 0x800


class Watch:
    """The names made in a folder while one looks, those too that are gone again at once."""

    def __init__(self, folder: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(IN_NONBLOCK)
        assert libc.inotify_add_watch(self._fd, os.fsencode(folder), IN_CREATE | IN_MOVED_TO) >= 0

    def made(self) -> list[str]:
        """The names made since the last call."""
        names: list[str] = []
        try:
            data = os.read(self._fd, 1 << 16)
        except BlockingIOError:
            return names
        while data:
            size = struct.unpack_from("iIII", data)[3]
            names.append(data[16 : 16 + size].rstrip(b"\0").decode())
            data = data[16 + size :]
        return names

    def close(self) -> None:
        """Look no more."""
        os.close(self._fd)


@pytest.fixture
def temporary(room: Room) -> Path:
    """The folder for temporary files."""
    folder = room.home.parent / "tmp"
    folder.mkdir()
    return folder


def at_a_terminal(room: Room, temporary: Path, *arguments: str) -> Terminal:
    env = room.environment(TMPDIR=str(temporary))
    return Terminal([*NO_UMASK, *arguments], cwd=room.folder, env=env)


def too_open(folder: Path) -> list[str]:
    """What others may see in a folder, itself with it."""
    found = []
    for path in [folder, *folder.rglob("*")]:
        with contextlib.suppress(FileNotFoundError):  # a program at work has it in place of another by now
            status = path.lstat()
            mode = stat.S_IMODE(status.st_mode)
            if mode & ~(0o700 if stat.S_ISDIR(status.st_mode) else 0o600):
                found.append(f"{path.relative_to(folder.parent)} {mode:o}")
    return found


def holding(folder: Path, words: Sequence[str] = WORDS) -> list[str]:
    """The files in a folder that hold one of the words, in their names or their bytes."""
    found = []
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            data = path.read_bytes() if path.is_file() else b""
            found += [f"{path}: {word}" for word in words if word in path.name or word.encode() in data]
    return found


def work(terminal: Terminal) -> None:
    """Tag, note, search; a note is half typed at the end."""
    terminal.wait_for("Make one in data")
    terminal.press("enter")
    terminal.wait_for(r"¶ \d of 5")
    terminal.type(":2\r")
    terminal.wait_for("¶ 2 of 5")
    terminal.type(f"t{TAG}\r")
    terminal.wait_for(f"¶ 2 tagged {TAG} · saved")
    terminal.type(f"a{NOTE}")
    terminal.wait_for(NOTE)
    terminal.press("ctrl+s")
    terminal.wait_for("note, 1 word · saved")
    terminal.type("f")
    terminal.wait_for("(?i)search")
    terminal.type(f"barrier OR {QUERY}\r")
    terminal.wait_for("(?i)hits")
    terminal.press("escape", "escape")
    terminal.wait_for("¶ 2 of 5")
    terminal.type(f"ja{DRAFT}")
    terminal.wait_for(DRAFT)


@pytest.mark.sweep
@pytest.mark.parametrize("end", [signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_open_to_others_and_nothing_leaves_the_folder(room: Room, temporary: Path, end: int) -> None:
    room.write("flood.txt", "\n\n".join(FLOOD))
    before = {path.name for path in room.folder.iterdir()}
    watch = Watch(temporary)
    with at_a_terminal(room, temporary, "flood.txt") as terminal:
        work(terminal)
        terminal.wait_beside(lambda: bool(holding(room.data / "drafts", [DRAFT])), "a draft")
        assert too_open(room.data) == []  # SQLite's files and locks are there only now
        terminal.send_signal(end)
        terminal.end()
    assert holding(room.data, [DRAFT])  # as the words are to be found where they belong, they can be found
    for code, *line in (
        (0, "backup"),
        (0, "export", "all", "-o", "data/out"),
        (0, "export", "csv", "-o", "data/a.csv"),
        (0, "pack", "-o", "data/a.pack"),
        (1, "search", QUERY),
        (2, "tag", "1", "99", TAG),
    ):
        with at_a_terminal(room, temporary, *map(str, line)) as command:
            assert command.end() == code, command.text
    assert {path.name for path in room.folder.iterdir()} == before | {"data"}
    assert (room.data / "a.csv").exists()
    assert (room.data / "a.pack").exists()
    assert list((room.data / "backups").glob("*.zip"))
    assert too_open(room.data) == []
    assert watch.made() == []
    watch.close()
    assert holding(room.home) == []
    assert holding(room.data / "logs") == []


def test_the_watch_sees_what_is_gone_again(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    (tmp_path / "brief").touch()
    (tmp_path / "brief").unlink()
    assert watch.made() == ["brief"]
    watch.close()
