"""The program from its first byte to its last: start, keys, silence, signals, windows, other sessions."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from functools import partial

import pytest

from tests.terminal.harness import DEADLINE, NARROW, READER, WIDE, Room, Terminal

TAGGED = r"¶ \d+ tagged .*· saved \d\d:\d\d:\d\d"


@pytest.fixture
def terminal(harbour: Room) -> Iterator[Terminal]:
    """The program on the sample article, its text in sight."""
    with harbour.terminal() as terminal:
        terminal.wait_for(r"¶ 4 of 29 .* 0 of \d+ reviewed")
        yield terminal


def test_moving_and_pages_and_back_to_the_same_place(harbour: Room, terminal: Terminal) -> None:
    terminal.press("j", "down")
    terminal.wait_for("¶ 6 of 29")
    terminal.press("k", "up")
    terminal.wait_for("¶ 4 of 29")
    terminal.press("space")
    terminal.wait_for(r"¶ (?!4 )\d+ of 29")
    terminal.press("pageup", "end")
    terminal.wait_for("¶ 29 of 29")
    terminal.press("home")
    terminal.wait_for("¶ 1 of 29")
    terminal.press(":")
    terminal.type("12\r")
    terminal.wait_for("¶ 12 of 29")
    terminal.wait_for("^ ▶.* 12 ")
    assert terminal.quit() == 0
    assert terminal.left_as_it_was() == []
    with harbour.terminal(size=NARROW) as again:
        again.wait_for("¶ 12 of 29")
        assert again.quit() == 0
        assert again.left_as_it_was() == []


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_a_screen_that_comes_up_is_painted_at_once_and_then_what_it_lacks(harbour: Room, size: tuple[int, int]) -> None:
    with harbour.terminal(size=size) as terminal:
        terminal.wait_for(r"¶ 4 of 29")
        terminal.settle()
        row = next(row for row in terminal.rows if "▶" in row)
        words = max(row.replace("│", " ").split(), key=len).encode()
        assert 1 <= terminal.received.count(words) <= 2
        for key in ("", "?", "e", "f", "c", "l"):
            terminal.press(*key)
            terminal.settle()
            painted = terminal.rows
            terminal.resize(size[0] + 7, size[1] + 3)
            terminal.settle()
            terminal.resize(*size)
            terminal.settle()
            assert terminal.rows == painted, f"after {key!r}"
            if key:
                terminal.press("escape")
                terminal.settle()


def test_nothing_is_sent_without_a_key(harbour: Room, terminal: Terminal) -> None:
    terminal.settle(2.3)  # others' changes are looked for meanwhile
    harbour.run("--coder", "ben", "tag", "1", "4", "elsewhere", "--create")
    terminal.settle(3.6)
    terminal.press("t")
    terminal.wait_for("elsewhere")  # it was read
    terminal.settle(1.75)  # no blinking in a field either


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_restores_the_terminal(harbour: Room, terminal: Terminal, number: int) -> None:
    terminal.type("tharm\r")
    terminal.wait_for(TAGGED)
    terminal.type("jj1")
    terminal.wait_for("¶ 6 tagged")
    terminal.press("j")
    terminal.wait_for("¶ 7 of 29")
    assert terminal.attributes() != terminal.attributes_before
    terminal.send_signal(number)
    assert terminal.end() == 0
    assert terminal.left_as_it_was() == []
    assert sorted(row["paragraph"] for row in tagged(harbour)) == [4, 6]
    assert not list((harbour.data / "locks").glob("anna*")) or harbour.run("tag", "1", "9", "harm") is not None
    with harbour.terminal() as again:
        again.wait_for("¶ 7 of 29")
        again.press("1")
        again.wait_for("¶ 7 tagged harm · saved")


def test_a_signal_while_a_note_is_typed_keeps_all_of_it(harbour: Room, terminal: Terminal) -> None:
    terminal.press("a")
    terminal.type("all of these words are wanted")
    terminal.wait_for("wanted")
    terminal.send_signal(signal.SIGHUP)
    assert terminal.end() == 0
    assert terminal.left_as_it_was() == []
    with harbour.terminal() as again:
        again.wait_until(lambda: "A note on ¶ 4 was being typed (6 words)" in again.dialog, "the offer")
        again.press("enter")
        again.wait_for("all of these words are")
        again.press("escape")
        again.wait_for("note, 6 words · saved")


def test_a_terminal_that_is_closed_saves(harbour: Room, terminal: Terminal) -> None:
    terminal.type("tharm\r")
    terminal.wait_for(TAGGED)
    terminal.type("j1")
    terminal.wait_for("¶ 5 tagged")
    terminal.hang_up()
    assert terminal.end() == 0
    assert sorted(row["paragraph"] for row in tagged(harbour)) == [4, 5]


def tagged(room: Room) -> list[dict[str, int]]:
    """The annotations as the export has them."""
    header, *rows = (line.split(",") for line in room.run("export", "csv").splitlines())
    column = header.index("paragraph")
    # Quotes hold commas: only the cells before them are looked at.
    return [{"paragraph": int(row[column])} for row in rows if len(row) > column and row[column].isdigit()]


def test_a_window_that_is_too_small_says_so_and_comes_back(terminal: Terminal) -> None:
    for size in ((39, 40), (120, 11), (30, 6)):
        terminal.resize(*size)
        terminal.wait_for(f"{size[0]} × {size[1]}.*\n.*40 × 12")
    terminal.resize(*NARROW)
    terminal.wait_for("¶ 4 of 29")
    terminal.press("j")
    terminal.wait_for("^ ▶.*  5 ")
    terminal.resize(40, 12)
    terminal.wait_for("^▶.*  5 ")  # narrow windows have no column to spare before it
    terminal.resize(200, 60)
    terminal.wait_for("▶.*  5 ")
    terminal.wait_for("── slots ──")
    assert terminal.quit() == 0


def test_a_second_session_of_the_coder_reads_only_and_says_so(harbour: Room, terminal: Terminal) -> None:
    terminal.type("tharm\r")
    terminal.wait_for(TAGGED)
    with harbour.terminal() as second:
        second.wait_for("r: only read here")
        second.type("r\r")
        second.wait_until(lambda: "read-only" in second.title, "read-only in the title")
        second.type("j1")
        second.wait_for("¶ 5 of 29")
        second.press("r")
        second.wait_until(lambda: "read" in second.said.lower() or "session" in second.said.lower(), "a refusal")
        assert second.quit() == 0
        assert second.left_as_it_was() == []
    edits = len(harbour.edits())
    terminal.type("j1")
    terminal.wait_for("¶ 5 tagged harm · saved")
    assert len(harbour.edits()) == edits + 1


def test_a_project_of_a_newer_version_is_read_only(harbour: Room) -> None:
    marker = harbour.data / "project.json"
    record = json.loads(marker.read_text())
    key = next(key for key in ("format_version", "version", "format") if key in record)
    marker.write_text(json.dumps({**record, key: record[key] + 1}))
    opened_read_only(harbour, harbour.terminal())


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no users here")
def test_a_folder_that_cannot_be_written_is_read_only(harbour: Room) -> None:
    folders = [harbour.data, *(path for path in harbour.data.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    try:
        opened_read_only(harbour, harbour.terminal(powerless=True))
    finally:
        for folder in folders:
            folder.chmod(0o700)


def opened_read_only(room: Room, terminal: Terminal) -> None:
    before = {path: path.read_bytes() for path in room.data.rglob("*") if path.is_file()}
    with terminal:
        terminal.wait_for("¶ 4 of 29")
        terminal.wait_until(lambda: "read-only" in terminal.title, "read-only in the title")
        terminal.press("r", "j")
        terminal.wait_for("¶ 5 of 29")
        assert terminal.quit() == 0
        assert terminal.left_as_it_was() == []
    assert {path: path.read_bytes() for path in room.data.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_can_do_nothing_gets_the_line_mode(room: Room, term: str) -> None:
    room.write("flood.txt", "A title\n\nSome words.\n")
    with room.terminal("flood.txt", TERM=term) as terminal:
        terminal.wait_for(r"data\?")
        terminal.press("enter")
        terminal.wait_for("^Plain mode. A title. Paragraph 2 of 2")
        terminal.wait_for("^>$")
        terminal.type("q\r")
        assert terminal.end() == 0
        assert b"\x1b" not in terminal.received
        assert terminal.left_as_it_was() == []


def test_without_a_terminal_nothing_is_started(harbour: Room) -> None:
    done = subprocess.run(
        READER,
        cwd=harbour.folder,
        env=harbour.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    assert b"reader" in done.stderr


@pytest.mark.sweep
def test_a_screen_reader_finds_the_cursor_on_what_is_current(harbour: Room) -> None:
    harbour.run("config", "set", "screen_reader", "true")
    with harbour.terminal() as terminal:
        terminal.wait_for(r"# 4 of 29 .* 0 of \d+ reviewed")
        for key, words in (("j", "“Marrow Sound” came in"), ("t", "tag # 5:"), ("escape", "“Marrow Sound” came in")):
            terminal.press(key)
            terminal.wait_until(partial(stands_on, terminal, words), f"the cursor on {words}")
        assert not re.search("[\u2500-\u259f]", terminal.text)  # no frame, no bar, no block
        assert terminal.quit() == 0
        assert terminal.left_as_it_was() == []


def stands_on(terminal: Terminal, words: str) -> bool:
    return words in terminal.cursor_row() and terminal.shows_cursor()


@pytest.mark.sweep
def test_no_colour_means_none(harbour: Room) -> None:
    with harbour.terminal(NO_COLOR="1") as terminal:
        terminal.wait_for(r"¶ 4 of 29 .* 0 of \d+ reviewed")
        terminal.press("t")
        terminal.type("harbour\r")
        terminal.wait_for(" h    │ VELM")  # the first letter of the tag in place of its stripe
        terminal.press("c")
        terminal.wait_for("codebook")
        terminal.press("escape")
        terminal.wait_for("¶ 4 of 29")
        assert terminal.quit() == 0
    styles = {code for found in re.findall(rb"\x1b\[([\d;]*)m", terminal.received) for code in found.split(b";")}
    assert styles <= {b"", b"0", b"1", b"2", b"3", b"4", b"7", b"39", b"49"}
