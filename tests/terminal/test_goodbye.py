"""A memo is being typed, the program is killed in mid-word, and the next start has it: story F at a real terminal."""

from __future__ import annotations

import random
import re
import signal
import time

import pytest

from tests.terminal.harness import Room, Terminal
from tests.terminal.typist import Typed, type_words

pytestmark = pytest.mark.sweep
INTERVIEW = """I: What does a night look like?
R: The first hour is quiet. Then three bells ring at once and you decide who waits.
I: And then?
R: You tell yourself you chose well. On the way home you count the ones who waited.
"""
WORDS = ("night", "bells", "wait", "corridor", "lamp", "home", "count", "choice", "hour", "quiet")
GOODBYE = (
    r"The last session ended without goodbye\. All 3 marks are here, the last from \d\d:\d\d:\d\d\. "
    r"A note on ¶ 2 was being typed \((\d+) words\): Enter opens it\."
)


def coded(room: Room) -> None:
    """The interview with three marks on it."""
    room.write("p07.txt", INTERVIEW)
    room.run("--project", "data", "import", "p07.txt")
    room.run("tag", "1", "2,4", "guilt", "--create")
    room.run("note", "1", "4", "counting = guilt?")


def memo_typed(terminal: Terminal, seconds: float) -> Typed:
    """A memo of some 200 words, most of them pasted, then typed as people do."""
    chance = random.Random(7)
    text = " ".join(chance.choices(WORDS, k=150)) + " stop "
    terminal.paste(text)
    terminal.wait_for("stop")
    return type_words(terminal, WORDS, chance, seconds=seconds, pause=0.07, text=text)


def test_a_memo_survives_a_kill_in_mid_word(room: Room) -> None:
    coded(room)
    with room.terminal("open", "1") as terminal:
        terminal.wait_for("¶ . of 4")
        terminal.type(":2\r")
        terminal.wait_for("¶ 2 of 4")
        terminal.press("a")
        terminal.wait_for("note on ¶ 2")
        typed = memo_typed(terminal, 3.5)
        terminal.type("unfini")
        killed = time.monotonic()
        terminal.kill()
    last, sure = typed.text, typed.kept(killed)
    with room.terminal() as terminal:
        terminal.wait_until(lambda: re.fullmatch(rf"{GOODBYE} .*", terminal.dialog) is not None, "the sentence")
        found = re.match(GOODBYE, terminal.dialog)
        assert found
        assert len(sure.split()) <= int(found[1]) <= len(last.split()) + 1
        terminal.press("enter")
        terminal.wait_for("note on ¶ 2")
        terminal.type("\x13")
        terminal.wait_for("¶ 2 note.* saved")
        terminal.press("m")
        terminal.wait_for("2 notes")
        terminal.type(f"/{last.split()[0]}")
        terminal.wait_for("1 (of 2|note)")
        terminal.press("enter")
        terminal.wait_for("¶ 2 of 4")
        terminal.press("f")
        terminal.type(f"{last.split()[0]} {last.split()[1]}")
        terminal.wait_for("hits? in 1 article")
        terminal.press("escape", "escape")
        terminal.wait_for("¶ 2 of 4")
        assert terminal.quit() == 0
    with room.terminal() as terminal:
        terminal.wait_for("¶ 2 of 4")
        terminal.settle()
        assert "goodbye" not in terminal.text
        assert terminal.quit() == 0


def test_without_a_note_it_is_one_line_and_takes_no_key(room: Room) -> None:
    coded(room)
    with room.terminal("open", "1") as terminal:
        terminal.wait_for("¶ . of 4")
        wait_until_begun(terminal, room)
        terminal.kill()
    with room.terminal() as terminal:
        terminal.wait_for(r"ended without goodbye\. All 3 marks are here, the last from \d\d:\d\d:\d\d\.$")
        assert terminal.dialog == ""
        terminal.press("j")
        terminal.wait_for("¶ 2 of 4")
        assert terminal.quit() == 0


def wait_until_begun(terminal: Terminal, room: Room) -> None:
    """Until the session has said that it is one."""
    state = room.data / "state" / "anna.json"
    terminal.wait_beside(lambda: state.exists() and b'"clean":false' in state.read_bytes(), "a session")


def test_the_line_mode_says_the_same(room: Room) -> None:
    coded(room)
    with room.terminal("read", "1") as terminal:
        terminal.wait_for("^>$")
        terminal.kill()
    with room.terminal("read") as terminal:
        terminal.wait_for(
            r"^The last session ended without goodbye\. All 3 marks are here, the last from \d\d:\d\d:\d\d\."
        )
        terminal.wait_for("^>$")
        terminal.send_signal(signal.SIGHUP)
        assert terminal.end() == 0
    with room.terminal("read") as terminal:
        terminal.wait_for("^>$")
        assert "goodbye" not in terminal.text
