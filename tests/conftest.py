"""Which tests are sweeps: kills, faults and hostile text by the hundred. `make test` leaves them to `make check`."""

from __future__ import annotations

import pytest

SWEEPS = ("tests/faults/", "tests/terminal/test_kills", "tests/terminal/test_slow_line", "tests/terminal/test_hostile")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in the files of sweeps."""
    for item in items:
        if item.nodeid.startswith(SWEEPS):
            item.add_marker(pytest.mark.sweep)
