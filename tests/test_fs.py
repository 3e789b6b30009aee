"""The two ways to write: after an error the old bytes stand, whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reader import fs


class Failing(fs.Disk):
    """A disk whose k-th writing call fails, once or from then on, after doing half of a write."""

    CALLS = ("open", "write", "fsync", "truncate", "chmod", "replace", "unlink", "mkdir", "close")

    def __init__(self, k: int, *, always: bool) -> None:
        self.k, self.always, self.count = k, always, 0
        self.reached = False
        for name in self.CALLS:
            setattr(self, name, self._guard(name, getattr(fs.Disk, name)))

    def _guard(self, name: str, call: Callable[..., object]) -> Callable[..., object]:
        def guarded(*args: object) -> object:
            self.count += 1
            if self.count == self.k or (self.always and self.count > self.k):
                self.reached = True
                if name == "write":
                    fd, data = args
                    os.write(fd, bytes(data)[: len(data) // 2])  # type: ignore[arg-type, call-overload]
                if name == "close":
                    os.close(args[0])  # type: ignore[arg-type]
                raise OSError(errno.ENOSPC, "No space left on device")
            return call(self, *args)

        return guarded


@pytest.mark.parametrize("always", [False, True])
def test_a_replaced_file_is_the_old_or_the_new_one(tmp_path: Path, *, always: bool) -> None:
    path = tmp_path / "file"
    for k in range(1, 99):
        path.write_bytes(b"old")
        disk = Failing(k, always=always)
        with fs.using(disk):
            try:
                fs.replace_file(path, b"new content")
                done = True
            except OSError:
                done = False
        assert path.read_bytes() == b"new content" if done else path.read_bytes() in (b"old", b"new content")
        if not disk.reached:
            assert done
            return
    pytest.fail("more calls than expected")


@pytest.mark.parametrize("always", [False, True])
def test_an_appended_piece_is_there_whole_or_not_at_all(tmp_path: Path, *, always: bool) -> None:
    for k in range(1, 99):
        path = tmp_path / f"file{k}"
        path.write_bytes(b"first\n")
        appender = fs.Appender(path)
        disk = Failing(k, always=always)
        with fs.using(disk):
            try:
                appender.append(b"second\n")
                done = True
            except OSError:
                done = False
            appender_broken = appender.broken
        if done:
            assert path.read_bytes() == b"first\nsecond\n"
        elif not appender_broken:
            assert path.read_bytes() == b"first\n"
            assert appender.append(b"third\n") == 12
            assert path.read_bytes() == b"first\nthird\n"
        else:
            with pytest.raises(OSError, match="taken back"):
                appender.append(b"third\n")
        if not disk.reached:
            return
    pytest.fail("more calls than expected")


def test_a_file_changed_from_outside_takes_no_more(tmp_path: Path) -> None:
    path = tmp_path / "file"
    appender = fs.Appender(path)
    appender.append(b"mine\n")
    with path.open("ab") as other:
        other.write(b"not mine\n")
    with pytest.raises(OSError, match="something else"):
        appender.append(b"mine\n")
    assert path.read_bytes() == b"mine\nnot mine\n"


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (tmp_path, fifo, Path("/dev/zero")):
        with pytest.raises(OSError, match=r"directory|regular file") as refused:
            fs.read_bytes(path)
        assert refused.value.errno in (errno.EISDIR, errno.EINVAL)


def test_a_temporary_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    path = tmp_path / "file"
    fs.temporary_name(path).symlink_to(victim)
    fs.replace_file(path, b"new")
    assert victim.read_bytes() == b"precious"
    assert path.read_bytes() == b"new"
