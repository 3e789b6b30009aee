"""Which tests are sweeps: kills, faults and hostile text by the hundred. `make test` leaves them to `make check`."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None)
# A check of one state of the code comes to one result; `make torture` looks for examples that nobody has seen.
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

SWEEPS = ("tests/faults/", "tests/terminal/test_kills", "tests/terminal/test_slow_line", "tests/terminal/test_hostile")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in the files of sweeps."""
    for item in items:
        if item.nodeid.startswith(SWEEPS):
            item.add_marker(pytest.mark.sweep)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """More workers than cores: the tests of screens and terminals wait for a program more than they compute."""
    cores = os.cpu_count() or 1
    return cores + 1 if "sweep" in str(config.option.markexpr).split("not")[0] else 2 * cores
