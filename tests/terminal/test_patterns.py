"""A pattern that never comes to an end stops by itself with a sentence, and no key waits for it meanwhile."""

from __future__ import annotations

import re
import subprocess
import time
from statistics import median

import pytest

from tests.terminal.harness import DEADLINE, READER, Room, Terminal, computed

pytestmark = pytest.mark.sweep
PATTERN = "/(a|aa)+$/"
STOPPED = r"The pattern /\(a\|aa\)\+\$/ took more than 10 seconds"
PROMISED = 0.1
"""Seconds in which a key is answered."""
MOST = 6
"""How much longer it may take where a busy machine takes longer without any search; in its way a key takes a hundred times longer."""
TIMES = 15
"""How often two keys are pressed and answered, at most; a search in their way would let none through before its end."""


@pytest.fixture
def long_text(room: Room) -> Room:
    """A project with an article of one megabyte that no blank line parts."""
    room.write("long.txt", "A title\n\n" + ("a" * 9_999 + "b") * 100 + "\n")
    room.run("--project", "data", "import", "long.txt")
    return room


def test_in_the_library_search_keys_are_answered_until_it_stops_by_itself(long_text: Room) -> None:
    with long_text.terminal() as terminal:
        terminal.wait_for(r"¶ 2 of \d+")
        terminal.press("f")
        terminal.wait_for("search:")
        alone = [seconds_for_two_keys(terminal) for _ in range(TIMES // 3)]
        terminal.type(PATTERN)
        terminal.wait_for(f"search: +{re.escape(PATTERN)}.*…")
        meanwhile: list[float] = []
        while len(meanwhile) < TIMES and not re.search(STOPPED, terminal.text):
            meanwhile.append(seconds_for_two_keys(terminal))
        assert len(meanwhile) > 1
        assert median(meanwhile) < max(2 * PROMISED, MOST * median(alone)), (alone, meanwhile)
        terminal.wait_for(STOPPED)
        terminal.press("escape", "escape")
        terminal.wait_for(r"¶ 2 of \d+")
        assert terminal.quit() == 0


def seconds_for_two_keys(terminal: Terminal) -> float:
    """Open the help and close it again: two keys, and how long it takes until each has shown what it does."""
    begun = time.monotonic()
    terminal.press("f1")
    terminal.wait_for("╭─+╮")
    terminal.press("escape")
    terminal.wait_gone("╭─+╮")
    return time.monotonic() - begun


@pytest.mark.torture
def test_on_the_command_line_it_stops_with_a_sentence(long_text: Room) -> None:
    done = searched(long_text, "search", PATTERN)
    assert re.match(STOPPED, done.stderr), done.stderr
    assert (done.returncode, done.stdout) == (2, "")


def searched(room: Room, *words: str) -> subprocess.CompletedProcess[str]:
    line = [*READER, *words]
    return subprocess.run(
        line, cwd=room.folder, env=room.environment(), capture_output=True, text=True, timeout=DEADLINE, check=False
    )


def test_in_the_line_mode_ctrl_c_stops_it_at_once(long_text: Room) -> None:
    with long_text.terminal("read") as terminal:
        terminal.wait_for("^>$")
        terminal.type(f"search {PATTERN}\r")
        terminal.wait_for(re.escape(f"> search {PATTERN}"))
        wait_until_at_work(terminal)
        terminal.type("\x03")
        terminal.wait_for("Stopped\\.")
        assert not re.search(STOPPED, terminal.text)
        terminal.type("where\r")
        terminal.wait_for("Paragraph 2 of")
        terminal.type("q\r")
        assert terminal.end() == 0


def wait_until_at_work(terminal: Terminal) -> None:
    """Until the program has computed for half a second more."""
    first = computed(terminal.pid)
    terminal.wait_beside(lambda: computed(terminal.pid) > first + 0.5, "half a second of work")
