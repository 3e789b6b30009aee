"""Rooms for the tests at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.harness import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """An empty folder with a home of its own."""
    return Room(tmp_path)


@pytest.fixture
def harbour(room: Room) -> Room:
    """A room with a project that holds the sample article of 29 paragraphs."""
    room.seed("harbour-news.txt")
    room.run("--project", "data", "import", "harbour-news.txt")
    return room
