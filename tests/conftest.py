"""Which tests are sweeps: kills, faults and hostile text by the hundred. `make test` leaves them to `make check`."""

from __future__ import annotations

import os

import pytest

SWEEPS = (
    "tests/faults/",
    "tests/undoing/",
    "tests/terminal/test_kills",
    "tests/terminal/test_slow_line",
    "tests/terminal/test_hostile",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in the files of sweeps."""
    for item in items:
        if item.nodeid.startswith(SWEEPS):
            item.add_marker(pytest.mark.sweep)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One worker more than there are cores for sweeps: half of them wait for a program at a terminal."""
    return (os.cpu_count() or 1) + 1 if "sweep" in str(config.option.markexpr).split("not")[0] else None
