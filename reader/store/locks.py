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
from reader.errors import Locked, NotSaved, ReaderError
from reader.store.folder import owner_file

if TYPE_CHECKING:
    from filelock import FileLock

PATIENCE = 10.0
"""Seconds that an edit waits for another coder's edit of the shared files."""


class Owner(msgspec.Struct, frozen=True):
    """Who holds a session lock, where, and since when; `gives_way`: it saves and ends when it is asked to."""

    user: str
    host: str
    pid: int
    since: str
    gives_way: bool = False

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


def owner_in(path: Path) -> Owner | None:
    """Who a file says to hold a lock; None where it says nothing."""
    try:
        return msgspec.json.decode(fs.read_bytes(path), type=Owner)
    except (OSError, msgspec.DecodeError, ValueError):
        return None


class SessionLock:
    """The right to write as one coder in one copy of a project."""

    def __init__(self, folder: Path, name: str, modes: fs.Modes) -> None:
        self._lock = _lock(folder / f"{name}.lock", modes)
        self._owner_file = owner_file(folder, name)
        self._modes = modes
        self._me = Owner.me()
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise Locked(f"Another session is writing: {self._holder(folder, name)}. This one can only read.") from None
        except NotImplementedError as error:
            raise Locked("This file system has no locks, so nothing may be written in the project here.") from error
        try:
            self._sign()
        except BaseException:
            _release(self._lock)
            raise

    def _sign(self) -> None:
        fs.replace_file(self._owner_file, msgspec.json.encode(self._me), self._modes)

    def _holder(self, folder: Path, name: str) -> str:
        """Who holds the lock, in words, and how it is ended where it is a session of one's own."""
        from reader.store.takeover import left_behind

        owner = owner_in(self._owner_file)
        ends = "; it is yours, `reader --take-over` ends it" if left_behind(folder, name) else ""
        return f"{owner or 'it has not said who it is'}{ends}"

    def give_way(self) -> None:
        """Say that this session saves and ends when another one of the same user asks it to. OSError."""
        self._me = msgspec.structs.replace(self._me, gives_way=True)
        self._sign()

    def release(self) -> None:
        with contextlib.suppress(OSError):
            fs.remove(self._owner_file)
        _release(self._lock)


@contextlib.contextmanager
def _held(path: Path, modes: fs.Modes, error: ReaderError, poll: float) -> Iterator[None]:
    """Hold a lock that is nobody's for long; the error if it is not free in time."""
    from filelock import Timeout

    lock = _lock(path, modes)
    try:
        lock.acquire(timeout=PATIENCE, poll_interval=poll)
    except Timeout:
        raise error from None
    try:
        yield
    finally:
        _release(lock)


def project_lock(folder: Path, modes: fs.Modes) -> contextlib.AbstractContextManager[None]:
    """Hold the lock of the shared files. NotSaved if another edit holds it for too long."""
    slow = NotSaved(f"Another edit has held the project for {PATIENCE:.0f} seconds; it is tried again.")
    return _held(folder / "project.lock", modes, slow, 0.005)


def backup_lock(folder: Path, modes: fs.Modes) -> contextlib.AbstractContextManager[None]:
    """Hold the lock of the backups: while one is made nobody erases, restores or makes another. Locked if that takes too long."""
    slow = Locked(f"Another backup has been in the making for {PATIENCE:.0f} seconds; try again.")
    return _held(folder / "backups.lock", modes, slow, 0.02)


@contextlib.contextmanager
def alone(folder: Path, modes: fs.Modes) -> Iterator[None]:
    """Hold every lock of a project: nobody else writes. Locked if somebody does; no session of one's own may be open."""
    names = {name.removesuffix(".lock") for name in fs.names(folder) if name.endswith(".lock")} - {"project", "backups"}
    with contextlib.ExitStack() as held, backup_lock(folder, modes), project_lock(folder, modes):
        for name in sorted(names):
            session = SessionLock(folder, name, modes)
            held.callback(session.release)
        yield
