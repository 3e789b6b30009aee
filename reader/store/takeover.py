"""Taking the right to write over from a session of one's own that was left behind, by a dropped line for one.

A session that can be asked says so in its owner file (`gives_way`), once it listens for the signal. Nothing is
sent to a process that is not of this user, on this host, and has the lock's file open: a number in a file may by
now be another process's.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from reader import fs
from reader.store.folder import owner_file
from reader.store.locks import Owner, owner_in

PATIENCE = 10.0
"""Seconds that it may take for that."""
_LOOK_AGAIN = 0.05
_PROCESSES = Path("/proc")


def left_behind(folder: Path, name: str) -> Owner | None:
    """The session that holds the lock of a name, if it can be asked to end: of this user, on this host, alive; else None."""
    owner = owner_in(owner_file(folder, name))
    if owner is None or not owner.gives_way or owner.host != socket.gethostname() or owner.pid == os.getpid():
        return None
    return owner if _has_open(owner.pid, folder / f"{name}.lock") else None


def end(folder: Path, name: str, number: signal.Signals, *, patience: float = PATIENCE) -> bool:
    """Send that session a signal and wait for its end.

    False if it is still there after so many seconds; True also where there is none.
    """
    owner = left_behind(folder, name)
    if owner is None:
        return True
    try:
        with _held(owner.pid) as process:
            # Looked at again now that the number cannot become another process's.
            if left_behind(folder, name) != owner:
                return True
            process.send(number)
            if _is_stopped(owner.pid):  # by ctrl+z: it must run to end
                process.send(signal.SIGCONT)
            return process.ended(patience)
    except ProcessLookupError:
        return True


def _has_open(pid: int, path: Path) -> bool:
    """Whether a process of this user has a file open."""
    if not (_PROCESSES / "self" / "fd").exists():
        return _has_open_says_lsof(pid, path)
    try:
        wanted = fs.status(path)
        if fs.status(_PROCESSES / str(pid)).st_uid != os.geteuid():
            return False
        return any(os.path.samestat(fs.status(one), wanted) for one in _files_of(pid))
    except OSError:
        return False


def _files_of(pid: int) -> Iterator[Path]:
    for one in (_PROCESSES / str(pid) / "fd").iterdir():
        if one.exists():  # it may have been closed by now
            yield one


def _has_open_says_lsof(pid: int, path: Path) -> bool:
    """The same where there is no /proc, as on macOS."""
    lsof = shutil.which("lsof") or "/usr/sbin/lsof"
    line = [lsof, "-t", "-a", "-p", str(pid), "-u", str(os.geteuid()), "--", str(path)]
    try:
        said = subprocess.run(line, capture_output=True, check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.stdout.split() == [str(pid).encode()]


def _is_stopped(pid: int) -> bool:
    """Whether a process is stopped, so that it does not hear a signal before it goes on."""
    try:
        line = ["ps", "-o", "stat=", "-p", str(pid)]
        said = subprocess.run(line, capture_output=True, check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.stdout.lstrip().startswith(b"T")


class _Process:
    """A process by its number."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal. ProcessLookupError."""
        os.kill(self._pid, number)

    def ended(self, seconds: float) -> bool:
        """Wait for its end; whether it came."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                os.kill(self._pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(_LOOK_AGAIN)
        return False


class _HeldProcess(_Process):
    """A process by a handle that stays its own when it has ended."""

    def __init__(self, pid: int, handle: int) -> None:
        super().__init__(pid)
        self._handle = handle

    def send(self, number: signal.Signals) -> None:
        signal.pidfd_send_signal(self._handle, number)

    def ended(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return bool(poll.poll(seconds * 1000))


@contextlib.contextmanager
def _held(pid: int) -> Iterator[_Process]:
    """A process to be asked. ProcessLookupError if it has ended."""
    if not hasattr(os, "pidfd_open"):
        yield _Process(pid)
        return
    handle = os.pidfd_open(pid)
    try:
        yield _HeldProcess(pid, handle)
    finally:
        os.close(handle)
