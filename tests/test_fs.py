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


class Coarse(fs.Disk):
    """A disk that counts time in steps of two seconds."""

    def stat(self, path: Path) -> os.stat_result:
        found = os.stat(path)  # noqa: PTH116  as in the class it is made of
        step = 2_000_000_000
        coarse = {"st_mtime_ns": found.st_mtime_ns // step * step, "st_ctime_ns": found.st_ctime_ns // step * step}
        return os.stat_result(tuple(found), coarse)


@pytest.mark.parametrize("disk", [fs.Disk(), Coarse()])
def test_a_listing_misses_no_name(tmp_path: Path, disk: fs.Disk) -> None:
    listing = fs.Listing(tmp_path / "folder")
    with fs.using(disk):
        assert listing.names() == []
        (tmp_path / "folder").mkdir()
        for number in range(500):
            (tmp_path / "folder" / f"{number:03}").touch()
            assert listing.names() == [f"{n:03}" for n in range(number + 1)]
        (tmp_path / "folder" / "007").unlink()
        assert "007" not in listing.names()


def test_a_folder_that_has_lain_still_is_not_listed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Counting(fs.Disk):
        listed = 0

        def names(self, folder: Path) -> list[str]:
            self.listed += 1
            return super().names(folder)

    monkeypatch.setattr(fs.Listing, "COARSEST", 0.0)
    (tmp_path / "a").touch()
    listing = fs.Listing(tmp_path)
    disk = Counting()
    with fs.using(disk):
        for _ in range(9):
            assert listing.names() == ["a"]
        assert disk.listed == 2, "once, and once more when it had lain still"
        before = tmp_path.stat()
        (tmp_path / "b").touch()
        os.utime(tmp_path, ns=(before.st_atime_ns, before.st_mtime_ns))  # as a tool that copies folders sets it back
        assert listing.names() == ["a", "b"]
