"""What all tests share: a project to work on, and which tests are sweeps that `make test` leaves to `make check`."""

from __future__ import annotations

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in the files of sweeps."""
    for item in items:
        if item.nodeid.startswith(SWEEPS):
            item.add_marker(pytest.mark.sweep)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """More workers than cores: the tests of screens and terminals wait for a program more than they compute."""
    cores = os.cpu_count() or 1
    return cores + 1 if "sweep" in str(config.option.markexpr).split("not")[0] else 2 * cores
