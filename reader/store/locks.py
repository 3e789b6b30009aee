"""Who writes: a lock a coder and copy for as long as a session lasts, and one for the shared files of a project.

The locks are the kernel's (flock through filelock), so that a dead process holds none. Beside a
session's lock stands a small file that says who holds it.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reader import fs
from reader.errors import Locked, NotSaved

if TYPE_CHECKING:
    from filelock import FileLock

PATIENCE = 10.0
"""Seconds that an edit waits for another coder's edit of the shared files."""


class Owner(msgspec.Struct, frozen=True):
    """Who holds a session lock, where, and since when."""

    user: str
    host: str
    pid: int
    since: str

    @classmethod
    def me(cls) -> Owner:
        since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return cls(user_name(), socket.gethostname(), os.getpid(), since)

    def __str__(self) -> str:
        local = datetime.fromisoformat(self.since).astimezone()
        return f"{self.user} on {self.host}, process {self.pid}, since {local:%Y-%m-%d %H:%M}"


def user_name() -> str:
    """The login name, or the user's number where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _lock(path: Path, modes: fs.Modes) -> FileLock:
    from filelock import FileLock

    fs.make_folder(path.parent, modes)
    if not fs.exists(path):
        with contextlib.suppress(FileExistsError):
            fs.Appender(path, modes).close()  # filelock would make it with the umask's permissions
    return FileLock(path, mode=modes.file, thread_local=False)


def _release(lock: FileLock) -> None:
    """Let go of a lock. Where the kernel refuses to unlock it, closing the file does it; what was done under it is done."""
    fd = lock._context.lock_file_fd  # noqa: SLF001  filelock forgets it when unlocking fails, and the lock would stay
    try:
        lock.release()
    except OSError:
        with contextlib.suppress(OSError):
            if fd is not None and os.path.samestat(os.fstat(fd), fs.status(Path(lock.lock_file))):
                os.close(fd)


class SessionLock:
    """The right to write as one coder in one copy of a project."""

    def __init__(self, folder: Path, name: str, modes: fs.Modes) -> None:
        self._lock = _lock(folder / f"{name}.lock", modes)
        self._owner_file = folder / f"{name}.owner"
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise Locked(f"Another session is writing: {self.owner()}. This one can only read.") from None
        except NotImplementedError as error:
            raise Locked("This file system has no locks, so nothing may be written in the project here.") from error
        try:
            fs.replace_file(self._owner_file, msgspec.json.encode(Owner.me()), modes)
        except BaseException:
            _release(self._lock)
            raise

    def owner(self) -> str:
        """Who holds the lock, in words."""
        try:
            return str(msgspec.json.decode(fs.read_bytes(self._owner_file), type=Owner))
        except (OSError, msgspec.DecodeError, ValueError):
            return "it has not said who it is"

    def release(self) -> None:
        with contextlib.suppress(OSError):
            fs.remove(self._owner_file)
        _release(self._lock)


@contextlib.contextmanager
def project_lock(folder: Path, modes: fs.Modes) -> Iterator[None]:
    """Hold the lock of the shared files. NotSaved if another edit holds it for too long."""
    from filelock import Timeout

    try:
        lock = _lock(folder / "project.lock", modes)
        lock.acquire(timeout=PATIENCE, poll_interval=0.005)
    except Timeout:
        raise NotSaved(f"Another edit has held the project for {PATIENCE:.0f} seconds; it is tried again.") from None
    try:
        yield
    finally:
        _release(lock)


@contextlib.contextmanager
def alone(folder: Path, modes: fs.Modes) -> Iterator[None]:
    """Hold every lock of a project: nobody else writes. Locked if somebody does; no session of one's own may be open."""
    names = {name.removesuffix(".lock") for name in fs.names(folder) if name.endswith(".lock")} - {"project"}
    with contextlib.ExitStack() as held, project_lock(folder, modes):
        for name in sorted(names):
            session = SessionLock(folder, name, modes)
            held.callback(session.release)
        yield
