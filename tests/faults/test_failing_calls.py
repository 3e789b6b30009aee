"""No failing call can break it: every call through `fs`, each error, once, from then on and half done."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader import fs
from reader.store import writer
from tests.faults.disks import ALWAYS, ERRORS, HALF, ONCE, FailingDisk
from tests.faults.scenario import Told, check, fresh, quick, scratch, work


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    before = writer.RETRY_AFTER, writer.SETTLE_AFTER, writer.SETTLE_AT_LAST
    quick()
    yield
    writer.RETRY_AFTER, writer.SETTLE_AFTER, writer.SETTLE_AT_LAST = before


def run(root: Path, disk: FailingDisk, *, heal: bool = False) -> list[str]:
    """Do the work on a failing disk, which may become well before the end; what is wrong afterwards."""

    def well() -> bool:
        disk.well = heal
        return heal or disk.how != ALWAYS

    folder = fresh(root / "run")
    told = Told()
    try:
        with fs.using(disk):
            work(folder, told, well=well)
        return check(folder, told)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def root() -> Iterator[Path]:
    folder = scratch()
    yield folder
    shutil.rmtree(folder)


CASES = [(how, number) for how in (ONCE, ALWAYS, HALF) for number in ERRORS]
CASES += [("until closing", errno.ENOSPC), ("until closing", errno.EDQUOT)]  # room is made before the program ends


@pytest.mark.parametrize(("how", "number"), CASES, ids=[f"{how}-{errno.errorcode[number]}" for how, number in CASES])
def test_no_failing_call_breaks_it(root: Path, how: str, number: int) -> None:
    wrong: list[str] = []
    for k in range(1, 9999):
        disk = FailingDisk(k, number, ALWAYS if how == "until closing" else how)
        found = run(root, disk, heal=how == "until closing")
        called = disk.trace[k - 1] if len(disk.trace) >= k else "-"
        wrong += [f"{how}, call {k} ({called}): {line}" for line in found]
        if disk.count < k:
            assert k > 150
            break
    assert wrong == []
