"""Every disk call of ours goes through `Disk`, so that a test can fail, record or delay any of them.

The functions below it are the only recipes for writing: append (journal), replace (everything else).
An error leaves the old bytes in place. SQLite's own files are the one exception.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import stat
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from reader.errors import UsageError

if sys.platform == "darwin":  # plain fsync leaves data in the drive's cache there
    import fcntl


class Modes(NamedTuple):
    """Permissions of what is made: a folder's, a file's, and the group id (-1: leave it)."""

    folder: int = 0o700
    file: int = 0o600
    group: int = -1


PRIVATE = Modes()


class Disk:
    """The calls themselves, one method each; nothing else in the package calls `os` for them."""

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        return os.open(path, flags | os.O_CLOEXEC, mode)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        return os.write(fd, data)

    def read(self, fd: int, size: int) -> bytes:
        return os.read(fd, size)

    def pread(self, fd: int, size: int, offset: int) -> bytes:
        return os.pread(fd, size, offset)

    def fsync(self, fd: int) -> None:
        if sys.platform == "darwin":
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
        else:
            os.fsync(fd)

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def chmod(self, fd: int, mode: int) -> None:
        os.fchmod(fd, mode)

    def chgrp(self, fd: int, group: int) -> None:
        os.fchown(fd, -1, group)

    def end(self, fd: int) -> int:
        return os.lseek(fd, 0, os.SEEK_END)

    def fstat(self, fd: int) -> os.stat_result:
        return os.fstat(fd)

    def close(self, fd: int) -> None:
        os.close(fd)

    def replace(self, source: Path, target: Path) -> None:
        os.replace(source, target)  # noqa: PTH105  one spelling for all calls here

    def unlink(self, path: Path) -> None:
        os.unlink(path)  # noqa: PTH108  as above

    def mkdir(self, path: Path, mode: int) -> None:
        os.mkdir(path, mode)  # noqa: PTH102  as above

    def rmdir(self, path: Path) -> None:
        os.rmdir(path)  # noqa: PTH106  as above

    def access(self, path: Path, mode: int) -> bool:
        return os.access(path, mode)

    def stat(self, path: Path) -> os.stat_result:
        return os.stat(path)  # noqa: PTH116  as above

    def names(self, folder: Path) -> list[str]:
        return os.listdir(folder)  # noqa: PTH208  as above

    def map(self, fd: int, size: int) -> mmap.mmap:
        return mmap.mmap(fd, size, access=mmap.ACCESS_READ)


_disk = Disk()


@contextlib.contextmanager
def using(disk: Disk) -> Iterator[None]:
    """Let another `Disk` serve all calls inside the block."""
    global _disk  # noqa: PLW0603  one place, so that nothing has to be handed a disk
    before, _disk = _disk, disk
    try:
        yield
    finally:
        _disk = before


# -- reading ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[int]:
    disk = _disk
    fd = disk.open(path, os.O_RDONLY | os.O_NONBLOCK)  # NONBLOCK: a FIFO must not make us wait
    try:
        yield fd
    finally:
        disk.close(fd)


def read_bytes(path: Path, *, limit: int | None = None) -> bytes:
    """A regular file's bytes, as many as it had when it was opened and at most `limit`. OSError; EINVAL for what is no file."""
    with _reading(path) as fd:
        status = _disk.fstat(fd)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return _read(fd, status.st_size if limit is None else min(limit, status.st_size), 0)


def read_from(path: Path, offset: int) -> bytes:
    """The bytes of a file from `offset` to its present end."""
    with _reading(path) as fd:
        return _read(fd, _disk.fstat(fd).st_size - offset, offset)


def read_range(path: Path, start: int, end: int) -> bytes:
    """The bytes of a file from `start` to `end`, fewer at its end."""
    with _reading(path) as fd:
        return _read(fd, end - start, start)


def _read(fd: int, size: int, offset: int) -> bytes:
    parts: list[bytes] = []
    while size > 0:
        part = _disk.pread(fd, min(size, 1 << 26), offset)
        if not part:
            break
        parts.append(part)
        size -= len(part)
        offset += len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


class Pieces:
    """Reads parts of files that do not change and keeps the last files open; `path_of` says where one is. For any thread."""

    KEPT = 64

    def __init__(self, path_of: Callable[[str], Path]) -> None:
        self._path_of = path_of
        self._open: dict[str, int] = {}
        self._lock = threading.Lock()

    def read(self, name: str, start: int, size: int) -> bytes:
        """So many bytes of a file from `start` on, fewer at its end. OSError."""
        with self._lock:
            fd = self._open.get(name)
            if fd is None:
                fd = self._opened(name)
            found = _disk.pread(fd, size, start)
            return found if len(found) == size else _read(fd, size, start)

    def _opened(self, name: str) -> int:
        if len(self._open) >= self.KEPT:
            _disk.close(self._open.pop(next(iter(self._open))))
        fd = self._open[name] = _disk.open(self._path_of(name), os.O_RDONLY | os.O_NONBLOCK)
        return fd

    def close(self) -> None:
        """Let go of all files; they are opened again when they are asked for."""
        with self._lock:
            _close_all(self._open)


SMALL = 1 << 20
"""Files up to this size are read rather than mapped: a mapped file that something else cuts ends the program (SIGBUS)."""


def map_file(path: Path) -> mmap.mmap | bytes:
    """A file's bytes, mapped if they are many."""
    with _reading(path) as fd:
        size = _disk.fstat(fd).st_size
        return _disk.map(fd, size) if size > SMALL else _read(fd, size, 0)


def status(path: Path) -> os.stat_result:
    """What `stat` says of a file."""
    return _disk.stat(path)


def size_of(path: Path) -> int:
    """The size of a file in bytes; -1 if there is none."""
    try:
        return _disk.stat(path).st_size
    except (FileNotFoundError, NotADirectoryError):
        return -1


def exists(path: Path) -> bool:
    """Whether there is something of this name."""
    return size_of(path) >= 0


def signature(path: Path) -> tuple[int, int, int]:
    """Something that changes when a file is replaced or written: (inode, size, time); zeros if there is none."""
    try:
        status = _disk.stat(path)
    except FileNotFoundError:
        return (0, 0, 0)
    return (status.st_ino, status.st_size, status.st_mtime_ns)


def names(folder: Path) -> list[str]:
    """The names in a folder, sorted; none if there is no such folder."""
    try:
        return sorted(_disk.names(folder))
    except FileNotFoundError:
        return []


class Listing:
    """The names in a folder, read anew only where its times say that they may have changed, and sizes. For any thread."""

    COARSEST = 2.5
    """Seconds: no file system counts its times in longer steps, so two changes this far apart have different times."""
    KEPT = 16
    """Files that are kept open to ask for their sizes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: tuple[tuple[int, int, int], float, bool, list[str]] = ((-1, -1, -1), 0.0, False, [])
        self._open: dict[str, int] = {}
        self._lock = threading.Lock()
        weakref.finalize(self, _close_all, self._open)

    def names(self) -> list[str]:
        """The names, sorted; none if there is no such folder. The same list as before where nothing has changed. OSError."""
        try:
            status = _disk.stat(self._folder)
            # What sets the one time back, as a tool that copies folders does, cannot set back the other.
            stamp = (status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        except FileNotFoundError:
            stamp = (0, 0, 0)
        known, since, sure, found = self._known
        if sure and stamp == known:
            return found
        self.close()
        now = time.monotonic()
        if stamp != known:
            since = now
        fresh = names(self._folder)
        if fresh != found:
            found = fresh
        # A name that comes within the step of the clock that the stamp is from leaves the stamp as it is.
        self._known = (stamp, since, now - since > self.COARSEST, found)
        return found

    def size_of(self, name: str) -> int:
        """The size of a file of the folder as it was when `names` was asked for last; -1 if there is none.

        As long as the folder's times are the same, no name has come to mean another file: the size of the one that is
        open is asked for then, in a fraction of the time.
        """
        with self._lock:  # a file that is closed meanwhile could be another one by then
            fd = self._open.get(name)
            if fd is None and self._known[2] and len(self._open) < self.KEPT:
                with contextlib.suppress(OSError):  # what cannot be opened has a size nevertheless
                    fd = self._open[name] = _disk.open(self._folder / name, os.O_RDONLY | os.O_NONBLOCK)
            if fd is not None:
                return _disk.end(fd)
        return size_of(self._folder / name)

    def close(self) -> None:
        """Let go of all files; they are opened again when they are asked for."""
        with self._lock:
            _close_all(self._open)


def _close_all(fds: dict[str, int]) -> None:
    while fds:
        _disk.close(fds.popitem()[1])


def writable(folder: Path) -> bool:
    """Whether files can be made in a folder, as far as can be told without making one."""
    return _disk.access(folder, os.W_OK | os.X_OK)


# -- writing ---------------------------------------------------------------------------------------


def missing_folders(path: Path) -> list[Path]:
    """A folder and those above it that are not there, the deepest first."""
    missing: list[Path] = []
    here = path
    while not exists(here):
        missing.append(here)
        here = here.parent
    return missing


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove those of the folders, in their order, that hold nothing; the others stay."""
    for folder in folders:
        with contextlib.suppress(OSError):
            _disk.rmdir(folder)


def expanded(path: Path | str) -> Path:
    """The path with `~` or `~name` at its beginning as that home folder. UsageError where nobody is called so."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise UsageError(f"There is no home folder that {Path(path).parts[0]!r} could mean.") from error


def make_folder(path: Path, modes: Modes = PRIVATE) -> None:
    """Make a folder and those above it that are missing, each durable in the one above."""
    for folder in reversed(missing_folders(path)):
        try:
            _disk.mkdir(folder, modes.folder)
        except FileExistsError:
            continue
        try:
            _finish_folder(folder, modes)
        except BaseException:
            with contextlib.suppress(OSError):  # the next try makes it anew, and durable
                _disk.rmdir(folder)
            raise


def _finish_folder(folder: Path, modes: Modes) -> None:
    fd = _disk.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _own(fd, modes.folder, modes)
    finally:
        _disk.close(fd)
    sync_folder(folder.parent)


def _own(fd: int, mode: int, modes: Modes) -> None:
    """Give a new file or folder its mode, whatever the umask, and its group."""
    if modes.group >= 0:
        _disk.chgrp(fd, modes.group)
    _disk.chmod(fd, mode)


def sync_folder(folder: Path) -> None:
    """Make names made, replaced or removed in a folder durable."""
    fd = _disk.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _disk.fsync(fd)
    finally:
        _disk.close(fd)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[_disk.write(fd, view) :]


def temporary_name(path: Path) -> Path:
    """The name under which `replace_file` prepares a file; what a crash leaves there is garbage."""
    return path.with_name(f".{path.name}.new")


def replace_file(path: Path, data: bytes, modes: Modes = PRIVATE) -> None:
    """Give a file new content: the old one or the new one is there at any moment, and the new one is durable on return.

    Raises OSError; the old content stands then.
    """
    with replacing(path, modes) as write:
        write(data)


class _Writer:
    def __init__(self, fd: int) -> None:
        self.fd = fd

    def __call__(self, data: bytes) -> int:
        _write_all(self.fd, data)
        return len(data)

    write = __call__


@contextlib.contextmanager
def replacing(path: Path, modes: Modes = PRIVATE) -> Iterator[_Writer]:
    """As `replace_file`, for content written in pieces; an exception inside the block leaves the old content."""
    temporary = temporary_name(path)
    with contextlib.suppress(FileNotFoundError):
        _disk.unlink(temporary)
    fd = _disk.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, modes.file)
    try:
        try:
            _own(fd, modes.file, modes)
            yield _Writer(fd)
            _disk.fsync(fd)
        finally:
            _disk.close(fd)
        _disk.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            _disk.unlink(temporary)
        raise
    sync_folder(path.parent)


def move(source: Path, target: Path) -> None:
    """Rename a file within one folder, durably."""
    _disk.replace(source, target)
    sync_folder(target.parent)


def remove(path: Path) -> None:
    """Remove a file, durably; nothing happens if there is none."""
    try:
        _disk.unlink(path)
    except FileNotFoundError:
        return
    sync_folder(path.parent)


class Appender:
    """A file that only grows, by whole pieces: after an error it is cut back to the last good length.

    Where even that fails, or the file was changed from outside, it refuses further writes until it is
    opened anew. A failed fsync is never repeated: the kernel may have dropped the pages.
    """

    def __init__(self, path: Path, modes: Modes = PRIVATE) -> None:
        self.path = path
        flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW
        try:
            self._fd = _disk.open(path, flags)
        except FileNotFoundError:
            self._fd = _disk.open(path, flags | os.O_CREAT | os.O_EXCL, modes.file)
        try:
            self.size = _disk.fstat(self._fd).st_size
            if not self.size:  # made now, or by one who did not live to make its name durable
                _own(self._fd, modes.file, modes)
                sync_folder(path.parent)
        except BaseException:
            _disk.close(self._fd)
            raise
        self.broken = ""
        self.ours = False  # whether it is an unfinished write of ours that broke it

    def append(self, data: bytes) -> int:
        """Write a piece and make it durable; returns the new size. OSError: nothing of it is in the file."""
        if self.broken:
            raise OSError(errno.EIO, self.broken, str(self.path))
        status = _disk.fstat(self._fd)
        if status.st_size != self.size or not status.st_nlink:  # no link: it was removed or another put in its place
            self.broken = "the file was changed by something else"
            raise OSError(errno.ESTALE, self.broken, str(self.path))
        try:
            _write_all(self._fd, data)
            _disk.fsync(self._fd)
        except BaseException:
            self._cut_back()
            raise
        self.size += len(data)
        return self.size

    def _cut_back(self) -> None:
        try:
            _disk.truncate(self._fd, self.size)
            _disk.fsync(self._fd)
        except OSError as error:
            self.broken = f"an unfinished write could not be taken back ({error.strerror})"
            self.ours = True

    def cut(self, size: int) -> None:
        """Drop what stands beyond `size`, durably."""
        _disk.truncate(self._fd, size)
        _disk.fsync(self._fd)
        self.size = size

    def close(self) -> None:
        _disk.close(self._fd)
