"""What was acknowledged is there after a kill at any moment, and the project opens."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.scenario import scratch

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def folder() -> Iterator[Path]:
    root = scratch()
    yield root
    shutil.rmtree(root)


def kills(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Have children killed in a process of its own: one that runs threads must not fork."""
    command = [sys.executable, "-m", "tests.faults.nursery", str(folder), str(count), str(seed)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_kill_at_any_moment_loses_nothing_acknowledged(folder: Path, seed: int) -> None:
    found = kills(folder, 500, seed)
    assert found["wrong"] == []
    assert found["acknowledged"] > 100  # they were at work, however little of a busy machine they got


@pytest.mark.torture
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(10, 20))
def test_ten_thousand_kills_lose_nothing_acknowledged(folder: Path, seed: int) -> None:
    found = kills(folder, 1_000, seed)
    assert found["wrong"] == []
