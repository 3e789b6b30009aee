"""What all tests share: a project to work on, and which tests are sweeps that `make test` leaves to `make check`."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from reader.model import Article
from reader.project import Project
from tests.projects import make_project, the_article

# The clock on the wall says noon or soon after: no run of the tests comes through midnight, or a change of summer time.
os.environ["TZ"] = f"NOON{datetime.now(UTC).hour - 12:+d}"
time.tzset()

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None)
# A check of one state of the code comes to one result; `make torture` looks for examples that nobody has seen.
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

SWEEPS = (
    "tests/faults/",
    "tests/undoing/",
    "tests/terminal/test_kills",
    "tests/terminal/test_slow_line",
    "tests/terminal/test_hostile",
)

LONGEST = (
    "tests/faults/test_failing_calls",
    "tests/faults/test_kill",
    "tests/terminal/test_patterns",
    "tests/terminal/test_running",
    "tests/terminal/test_slow_line",
    "tests/test_frames",
    "tests/test_index",
    "tests/test_search_fold",
    "tests/test_way_back",
)
"""Files with tests of 8 s and more: begun last, one of them would be waited for by all workers."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project of anna's with one article."""
    opened = make_project(tmp_path / "data", coder="anna")
    yield opened
    opened.close()


@pytest.fixture
def article(project: Project) -> Article:
    """Its article."""
    return the_article(project)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Mark what stands in the files of sweeps; in a worker, once the selection is made, deal out the longest first."""
    for item in items:
        if item.nodeid.startswith(SWEEPS):
            item.add_marker(pytest.mark.sweep)
    yield
    if hasattr(config, "workerinput"):
        items[:] = dealt(items, config.workerinput["workercount"])


def dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests in the order in which each worker, given a run of equal length, begins with its share of the longest."""
    longest = [item for item in items if item.nodeid.startswith(LONGEST)]
    others = iter([item for item in items if not item.nodeid.startswith(LONGEST)])
    order: list[pytest.Item] = []
    for worker in range(workers):
        end = len(items) * (worker + 1) // workers
        order += longest[worker::workers]
        order += itertools.islice(others, max(0, end - len(order)))
    return order + list(others)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """More workers than cores: the tests of screens and terminals wait for a program more than they compute."""
    cores = os.cpu_count() or 1
    return cores + 1 if "sweep" in str(config.option.markexpr).split("not")[0] else 2 * cores
