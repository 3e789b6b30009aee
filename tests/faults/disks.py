"""Disks that fail or remember."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Callable
from typing import Any

from reader import fs

CALLS = (
    "open", "write", "read", "pread", "fsync", "truncate", "chmod", "chgrp", "fstat", "close",
    "replace", "unlink", "mkdir", "rmdir", "stat", "names", "map",
)  # fmt: skip
CHANGING = frozenset(CALLS) - {"read", "pread", "fstat", "close", "stat", "names", "map"}
"""Those that leave something behind when they fail half done; any other fails the same way as `ONCE`."""
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EDQUOT, errno.EROFS)
ONCE, ALWAYS, HALF = "once", "from then on", "half done"


class FailingDisk(fs.Disk):
    """A disk whose k-th call fails: once, from then on, or once after doing it (a write: half of it).

    Half done is the k-th of those calls that can be: the others are not counted.

    A failed fsync loses what was not synced before, as a kernel does that gives the pages up.
    """

    def __init__(self, k: int, number: int, how: str) -> None:
        self.k, self.number, self.how = k, number, how
        self.count = 0
        self.well = False
        self.trace: list[str] = []
        self._lock = threading.Lock()
        self._synced: dict[int, int] = {}
        for name in CALLS:
            setattr(self, name, self._guarded(name, getattr(fs.Disk, name)))

    def _fails(self, name: str) -> bool:
        if self.how == HALF and name not in CHANGING:
            return False
        with self._lock:
            self.count += 1
            self.trace.append(name)
            if self.well:
                return False
            return self.count == self.k or (self.how == ALWAYS and self.count > self.k)

    def _guarded(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any) -> Any:
            if not self._fails(name):
                done = call(self, *args)
                if name in ("open", "fsync"):
                    fd = done if name == "open" else args[0]
                    self._synced[fd] = os.fstat(fd).st_size
                return done
            if name == "close":  # a descriptor is gone whatever close says
                os.close(args[0])
            elif self.how == HALF:
                self._half(name, call, args)
            elif name == "fsync":
                with contextlib.suppress(OSError):  # a folder
                    os.ftruncate(args[0], self._synced[args[0]])
            raise OSError(self.number, os.strerror(self.number), *(str(a) for a in args[:1] if not isinstance(a, int)))

        return guarded

    def _half(self, name: str, call: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if name == "write":
            data = bytes(args[1])
            call(self, args[0], data[: len(data) // 2])
        elif name == "open":
            os.close(call(self, *args))
        else:
            call(self, *args)
