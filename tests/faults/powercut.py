"""A disk that remembers what was written, made durable and renamed, and what it may hold after a power cut.

Only what was synced is sure: the content of a file by fsync of the file, a name by fsync of its folder.
All else may be there or not.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

from reader import fs

LOST, ALL, CUT, ZEROED = "lost", "all there", "cut", "zeroed"
DATA = (LOST, ALL, CUT, ZEROED)
"""What has become of bytes written and not synced."""


class File:
    """A file's bytes as the program sees them, and as they are durable."""

    def __init__(self, data: bytes = b"", *, durable: bool = False) -> None:
        self.now = data
        self.sure = data if durable else b""

    def after(self, what: str) -> bytes:
        """The bytes found after a power cut."""
        if what == ALL or self.now == self.sure:
            return self.now
        if what == LOST:
            return self.sure
        kept = len(self.sure) if self.now.startswith(self.sure) else 0
        half = (len(self.now) - kept) // 2
        return self.now[: kept + half] if what == CUT else self.now[:kept] + bytes(len(self.now) - kept)


class Folder:
    """A folder's names as the program sees them, and as they are durable."""

    def __init__(self) -> None:
        self.now: dict[str, File | Folder] = {}
        self.sure: dict[str, File | Folder] = {}

    def files(self, became: dict[int, str]) -> Iterator[tuple[str, bytes | None]]:
        """Relative paths with their bytes after a power cut, None for a folder; `became` says it by the node's identity."""
        for name, node in (self.sure if became.get(id(self), ALL) == LOST else self.now).items():
            if isinstance(node, File):
                yield name, node.after(became.get(id(node), ALL))
            else:
                yield name, None
                yield from ((f"{name}/{below}", found) for below, found in node.files(became))

    def unsure(self) -> Iterator[File | Folder]:
        """All that is not on the disk as the program sees it."""
        if self.now != self.sure:
            yield self
        for node in {id(node): node for node in (*self.now.values(), *self.sure.values())}.values():
            if isinstance(node, Folder):
                yield from node.unsure()
            elif node.now != node.sure:
                yield node


def loaded(path: Path) -> Folder:
    """A folder as it is, all of it durable."""
    folder = Folder()
    for entry in path.iterdir():
        folder.now[entry.name] = loaded(entry) if entry.is_dir() else File(entry.read_bytes(), durable=True)
    folder.sure = dict(folder.now)
    return folder


class RecordingDisk(fs.Disk):
    """Does everything, and keeps the calls that change something under `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.trace: list[tuple[Any, ...]] = []
        self._lock = threading.Lock()

    def note(self, *event: Any) -> None:
        """Add an event to the trace."""
        with self._lock:
            self.trace.append(event)

    def _inner(self, path: Path) -> str:
        return str(path.relative_to(self.root))

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        fd = super().open(path, flags, mode)
        if path.is_relative_to(self.root):
            self.note("open", fd, self._inner(path), bool(flags & os.O_TRUNC))
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        written = super().write(fd, data)
        self.note("write", fd, bytes(data)[:written])
        return written

    def fsync(self, fd: int) -> None:
        super().fsync(fd)
        self.note("fsync", fd)

    def truncate(self, fd: int, size: int) -> None:
        super().truncate(fd, size)
        self.note("truncate", fd, size)

    def close(self, fd: int) -> None:
        self.note("close", fd)
        super().close(fd)

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        if target.is_relative_to(self.root):
            self.note("replace", self._inner(source), self._inner(target))

    def unlink(self, path: Path) -> None:
        super().unlink(path)
        if path.is_relative_to(self.root):
            self.note("unlink", self._inner(path))

    def mkdir(self, path: Path, mode: int) -> None:
        super().mkdir(path, mode)
        self.note("mkdir", self._inner(path))


class Replayer:
    """Follows a trace and knows the disk after each call."""

    def __init__(self, base: Folder) -> None:
        self.base = base
        self._open: dict[int, File | Folder] = {}

    def follow(self, event: tuple[Any, ...]) -> None:
        """Carry out one call."""
        name, *args = event
        call: Callable[..., None] | None = getattr(self, f"_{name}", None)
        if call is not None:
            call(*args)

    def _place(self, path: str) -> tuple[Folder, str]:
        *above, name = path.split("/")
        folder = self.base
        for part in above:
            inner = folder.now[part]
            assert isinstance(inner, Folder)
            folder = inner
        return folder, name

    def _open_(self, fd: int, path: str, cut: bool) -> None:
        if path == ".":
            self._open[fd] = self.base
            return
        folder, name = self._place(path)
        node = folder.now.setdefault(name, File())
        if cut and isinstance(node, File):
            node.now = b""
        self._open[fd] = node

    def _write(self, fd: int, data: bytes) -> None:
        if isinstance(file := self._open.get(fd), File):
            file.now += data  # all our writes go to the end

    def _fsync(self, fd: int) -> None:
        node = self._open.get(fd)
        if isinstance(node, File):
            node.sure = node.now
        elif node is not None:
            node.sure = dict(node.now)

    def _truncate(self, fd: int, size: int) -> None:
        if isinstance(file := self._open.get(fd), File):
            file.now = file.now[:size]

    def _close(self, fd: int) -> None:
        self._open.pop(fd, None)

    def _replace(self, source: str, target: str) -> None:
        folder, name = self._place(source)
        node = folder.now.pop(name)
        folder, name = self._place(target)
        folder.now[name] = node

    def _unlink(self, path: str) -> None:
        folder, name = self._place(path)
        del folder.now[name]

    def _mkdir(self, path: str) -> None:
        folder, name = self._place(path)
        folder.now[name] = Folder()


State = tuple[str, list[tuple[str, bytes | None]], Any]


def states(base: Folder, trace: list[tuple[Any, ...]]) -> Iterator[State]:
    """Every disk after a power cut that differs from those before: where, its files, and the last note `told`."""
    replayer = Replayer(base)
    told: Any = None
    known: set[tuple[bytes, int]] = set()
    for number, event in enumerate(trace):
        if event[0] == "told":
            told = event[1]
        else:
            replayer.follow(("open_", *event[1:]) if event[0] == "open" else event)
        if event[0] == "close":
            continue
        for became in _fates(list(base.unsure())):
            files = sorted(base.files(became), key=lambda f: f[0])
            digest = hashlib.sha256(repr(files).encode()).digest()
            if (digest, id(told)) not in known:
                known.add((digest, id(told)))
                yield f"cut after call {number} {event[0]}, {', '.join(became.values())}", files, told


def _fates(nodes: list[File | Folder]) -> Iterator[dict[int, str]]:
    """What may have become of what is not sure: each for itself; of more than three things the rest share one fate."""
    free, rest = nodes[:3], nodes[3:]
    choices = [DATA if isinstance(node, File) else (LOST, ALL) for node in free]
    for fates in product(*choices, (LOST, ALL) if rest else (ALL,)):
        yield {id(node): fate for node, fate in zip(free, fates, strict=False)} | {id(node): fates[-1] for node in rest}


def put(folder: Path, files: list[tuple[str, bytes | None]]) -> None:
    """Make a folder hold these files and no others."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in files:
        if data is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(data)
