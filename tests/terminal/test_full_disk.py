"""A full disk at a real terminal: said within a second, what was done stays in sight and marked, saved when there is room."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.test_full_disk import filled, small_disk
from tests.terminal.harness import Room

pytestmark = pytest.mark.sweep


@pytest.fixture
def small(harbour: Room) -> Iterator[Path]:
    """A small disk with the project on it."""
    folder = harbour.folder.parent / "small"
    folder.mkdir()
    with small_disk(folder, 1 << 20):
        shutil.copytree(harbour.data, folder / "data")
        yield folder


def test_what_is_typed_on_a_full_disk_stays_marked_and_is_saved_when_there_is_room(harbour: Room, small: Path) -> None:
    project = small / "data"
    with harbour.terminal(READER_PROJECT=str(project)) as terminal:
        terminal.wait_for("¶ 4 of 29")
        terminal.type("tfirst\r")
        terminal.wait_for("¶ 4 tagged first · saved")
        filled(small / "filler")
        names = [f"{'x' * 24}-{number}" for number in range(1, 80)]  # a few edits may fit into the last page
        for number, name in enumerate(names, 1):
            terminal.type(f"t{name}\r")
            if terminal.wait_for(rf"-{number} · saved|NOT SAVED: the disk is full.*\Z")[0].startswith("NOT SAVED"):
                break
        else:
            pytest.fail("a full disk takes everything")
        terminal.press("j")
        terminal.wait_for("1 NOT SAVED · ¶ 5 of 29")
        terminal.press("a")
        terminal.wait_for("note on ¶ 5")
        terminal.type("typed on a full disk\x13")
        terminal.wait_for("NOT SAVED: the disk is full")
        terminal.wait_for("2 NOT SAVED · ¶ 5 of 29")
        terminal.wait_for("typed on a full disk")
        terminal.press("q")
        terminal.wait_for(r"2 changes are NOT SAVED: the disk is full\. Once more leaves without\.")
        (small / "filler").unlink()
        terminal.wait_for(r"all is saved now · saved \d\d:\d\d:\d\d")
        terminal.wait_gone("NOT SAVED")
        assert terminal.quit() == 0
    with harbour.terminal(READER_PROJECT=str(project)) as terminal:
        terminal.wait_for("typed on a full disk")
        terminal.press("k")
        terminal.wait_for("¶ 4 of 29")
        terminal.wait_for(r"first +1")
        assert terminal.quit() == 0
