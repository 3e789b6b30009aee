"""Rooms for the tests at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.harness import Room
from tests.terminal.warm import Warm


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """An empty folder with a home of its own."""
    return Room(tmp_path)


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """The program, loaded once for all sessions of a worker."""
    warm = Warm(tmp_path_factory.mktemp("warm"))
    yield warm
    warm.close()


@pytest.fixture
def harbour(room: Room) -> Room:
    """A room with a project that holds the sample article of 29 paragraphs."""
    room.take_in("harbour-news.txt")
    return room
