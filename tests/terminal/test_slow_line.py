"""Key sequences that a slow line tears apart never edit, and whole pastes are survived."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from reader.project import Project
from tests.projects import add_tag
from tests.terminal.harness import ESCAPE_MS, Room, Terminal, back_to_text, computed

CSI = "\x1b["
ARROWS = [f"{start}{final}" for start in (CSI, "\x1bO") for final in "ABCDHF"]
MODIFIED = [f"{CSI}1;{modifier}{final}" for modifier in (2, 5) for final in "AH"]
TILDES = [f"{CSI}{number}~" for number in (1, 2, 3, 4, 5, 6, 7, 8)]
FUNCTIONS = [f"\x1bO{final}" for final in "PQRS"] + [f"{CSI}{number}~" for number in (15, 17, 21, 24)]
CONSOLE = [f"{CSI}[A"]
MOUSE = [f"{CSI}<64;11;12M", f"{CSI}<65;31;22M", f"{CSI}<0;14;15M", f"{CSI}<0;14;15m"]
REPORTS = [f"{CSI}I", f"{CSI}O", f"{CSI}?1;2c", f"{CSI}12;14R", f"{CSI}97;5u"]
SEQUENCES = [*ARROWS, *MODIFIED, *TILDES, *FUNCTIONS, *CONSOLE, *MOUSE, *REPORTS]
PAUSE = 2.5 * ESCAPE_MS / 1000
"""Longer than the program waits for the rest of a sequence, and looks whether it has waited long enough."""
NAMES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LINES = 3
"""Terminals side by side, so that the pauses of one pass while the others type."""


def coded(room: Room) -> Terminal:
    """The program with a tag in every slot, so that any stray digit would edit."""
    room.take_in("harbour-news.txt")
    project = Project.open(room.data, coder="anna")
    for slot, name in enumerate(NAMES):
        project.state.slots[slot] = add_tag(project, name).id
    project.save_state()
    project.close()
    terminal = room.terminal()
    terminal.wait_for(r"\b9 nine\b")
    terminal.type("jj1j\r\r")
    terminal.wait_for("reviewed · saved")
    return terminal


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[list[tuple[Room, Terminal]]]:
    """Several rooms with the program running in each."""
    rooms = []
    for name in range(LINES):
        (tmp_path / str(name)).mkdir()
        rooms.append(Room(tmp_path / str(name)))
    running = [(room, coded(room)) for room in rooms]
    yield running
    for _, terminal in running:
        terminal.close()


def type_torn(lines: list[tuple[Room, Terminal]], torn: Sequence[Sequence[str]]) -> None:
    """Share the torn sequences among the terminals; behind every part there is a pause."""
    for first in range(0, len(torn), len(lines)):
        together = torn[first : first + len(lines)]
        for number in range(max(map(len, together))):
            for (_, terminal), parts in zip(lines, together, strict=False):
                if number < len(parts):
                    terminal.type(parts[number])
            pause(lines)


def pause(lines: list[tuple[Room, Terminal]]) -> None:
    """Let time pass, on all lines alike."""
    end = time.monotonic() + PAUSE
    for _, terminal in lines:
        terminal.bytes_in(max(0.0, end - time.monotonic()))


def test_no_torn_sequence_edits(lines: list[tuple[Room, Terminal]]) -> None:
    before = [room.edits() for room, _ in lines]
    type_torn(lines, [(one[:cut], one[cut:]) for one in SEQUENCES for cut in range(1, len(one))])
    assert [room.edits() for room, _ in lines] == before
    type_torn(lines, [tuple(one) for one in SEQUENCES if len(one) < 8])
    assert [room.edits() for room, _ in lines] == before
    for _, terminal in lines:
        terminal.settle(0.1)
    for _, terminal in lines:
        terminal.bytes_in(1.1 / len(lines))  # a torn sequence is given up after a second
        terminal.press("g", "5")
        terminal.wait_for("¶ 1 tagged five .*saved")
        assert terminal.quit() == 0
    assert [len(room.edits()) for room, _ in lines] == [len(edits) + 1 for edits in before]


DIALOGS = {
    "a": "note on ¶",
    "t": "tag ¶",
    "/": r"^ /.*\Z",
    "l": "i import  ",
    "f": "search:",
    ":": "a command, or the number",
}
"""The keys that open them, and what they show."""
IN_DIALOGS = (f"{CSI}5~", f"{CSI}1;5B", f"{CSI}<64;11;12M")


def test_no_torn_sequence_edits_behind_a_dialog(lines: list[tuple[Room, Terminal]]) -> None:
    before = [room.edits() for room, _ in lines]
    for opened, shown in DIALOGS.items():
        for cut in (1, 2):
            for (_, terminal), sequence in zip(lines, IN_DIALOGS, strict=True):
                if cut < len(sequence):
                    terminal.type(opened)
                    terminal.wait_for(shown)
                    terminal.type(sequence[:cut])
            pause(lines)
            for (_, terminal), sequence in zip(lines, IN_DIALOGS, strict=True):
                terminal.type(sequence[cut:] if cut < len(sequence) else "")
            pause(lines)
            for room, terminal in lines:
                terminal.press("ctrl+g")  # what came behind the Escape is text in a field, for all to see
                back_to_text(terminal)
                edits = room.edits()
                assert edits == before[[r for r, _ in lines].index(room)], f"behind {opened!r}: {edits[-1]}"


def test_pastes_that_are_too_much(harbour: Room) -> None:
    words = "some words, and a line end behind them\r"
    with harbour.terminal() as terminal:
        terminal.wait_for(r"¶ 4 of 29 .* 0 of \d+ reviewed")
        edits = harbour.edits()
        terminal.paste(words * (1_000_000 // len(words)))
        terminal.paste("a paste is no keys: \x1b]0;" + "r" * 80)
        alive(terminal, "?", "(?i)keys")
        assert harbour.edits() == edits
        terminal.press("escape", "t")  # at once: alt+t on the wire
        terminal.wait_for("tag ¶ 4")
        terminal.paste(words * (1_000_000 // len(words)))
        terminal.wait_for("some words")
        terminal.press("escape")
        terminal.wait_for("── slots")
        terminal.press("a")
        terminal.wait_for("note on ¶ 4")
        before = computed(terminal.pid)
        terminal.paste(words * (10_000_000 // len(words)))
        terminal.wait_for("too much")
        assert computed(terminal.pid) - before < 5  # on a quiet machine below 1; sign by sign it would be 10
        terminal.type("still here")
        terminal.wait_for("still here")
        assert harbour.edits() == edits
        terminal.press("ctrl+g")
        terminal.wait_for("── slots")
        assert terminal.quit() == 0
        assert harbour.edits() == edits


def alive(terminal: Terminal, key: str, answer: str) -> None:
    """A key is answered without much ado."""
    before = computed(terminal.pid)
    terminal.press(key)
    terminal.wait_for(answer)
    assert computed(terminal.pid) - before < 2
