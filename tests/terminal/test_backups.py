"""The programs make backups while one works, without a word and without a key waiting for it."""

from __future__ import annotations

import pytest

from reader.store import backups
from tests.projects import an_hour_ago
from tests.terminal.harness import Room, Terminal

pytestmark = pytest.mark.sweep


def reasons(room: Room) -> list[str]:
    return [backup.manifest.reason for backup in backups.all_of(room.data)]


def bytes_until_kept(terminal: Terminal, room: Room) -> int:
    """How much is painted until there is a backup."""
    before = len(terminal.received)
    terminal.wait_beside(lambda: bool(reasons(room)), "a backup")
    return len(terminal.received) - before


def test_the_terminal_program_backs_up_work_that_is_in_no_backup(harbour: Room) -> None:
    an_hour_ago(harbour.data)
    with harbour.terminal() as terminal:
        terminal.wait_for("¶ 4 of 29")
        terminal.settle()
        assert bytes_until_kept(terminal, harbour) == 0
        terminal.type("tfirst\r")
        terminal.wait_for(r"¶ 4 tagged first · saved")
        assert terminal.quit() == 0
    assert reasons(harbour) == ["after 30 minutes of work"]
    assert all(backups.check(backup) for backup in backups.all_of(harbour.data))


def test_so_does_the_line_mode(harbour: Room) -> None:
    an_hour_ago(harbour.data)
    with harbour.terminal("read") as terminal:
        terminal.wait_for("^>$")
        terminal.type("t first\r")
        terminal.wait_for("Saved")
        bytes_until_kept(terminal, harbour)
        terminal.type("q\r")
        assert terminal.end() == 0
    assert reasons(harbour) == ["after 30 minutes of work"]


def test_an_import_from_the_library_is_preceded_by_a_backup(harbour: Room) -> None:
    harbour.write("two.txt", "Two\n\nText two.\n")
    with harbour.terminal() as terminal:
        terminal.wait_for("¶ 4 of 29")
        terminal.press("l")
        terminal.wait_for("i import")
        terminal.press("i")
        terminal.wait_for("Tab complete|tab complete")
        terminal.type("two.txt\r")
        terminal.wait_for("1 article imported")
        terminal.press("q")
        terminal.wait_for("¶ 4 of 29")
        assert terminal.quit() == 0
    assert reasons(harbour) == ["before an import"]
