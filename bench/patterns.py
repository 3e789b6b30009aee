"""From a key to its paint while a pattern without an end is at work on a megabyte, beside the same keys without a search.

python -m bench.patterns [ROUNDS]
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

from bench.measure import milliseconds, reader
from tests.terminal.harness import Room, Terminal

BAR = 0.1
"""Seconds in which a key is answered."""
PATTERN = "/(a|aa)+$/"
"""Found at once at the end of the first sixty paragraphs; in the megabyte behind them it goes through all ways to part a's."""
WORD = "panama"
AT_TEXT = r"¶ \d+ of "
"""What the reading screen shows in its title."""
PAUSE = 0.15
"""Seconds without a byte before the next key: longer than a query is waited for before it is asked."""
WINDOW = 8.0
"""Seconds of a search in which keys are measured; it is stopped after ten."""


def be_quiet(terminal: Terminal, silence: float = PAUSE) -> None:
    """Read until nothing comes for some seconds."""
    while terminal.read(silence):
        pass


def painted(terminal: Terminal, key: str) -> float:
    """Seconds from a key to the first byte that it brings; nothing else is drawn then, though a search goes on beside it."""
    be_quiet(terminal)
    sent = len(terminal.received)
    begun = time.perf_counter()
    terminal.type(key)
    while len(terminal.received) == sent:
        assert terminal.read(5), f"{key!r} brought nothing: {terminal.text}"
    return time.perf_counter() - begun


def press_until(terminal: Terminal, key: str, pattern: str) -> None:
    """Press a key again until the screen shows something."""
    be_quiet(terminal)
    while not re.search(pattern, terminal.text):
        terminal.press(key)
        be_quiet(terminal, 0.3)


def ask(terminal: Terminal, query: str) -> float:
    """Search for something and see the first hits; when it was asked."""
    terminal.press("escape")
    press_until(terminal, "escape", AT_TEXT)  # out of the query, out of the list, out of the screen
    terminal.press("f")
    terminal.wait_for("search:")
    begun = time.monotonic()
    terminal.type(query)
    terminal.wait_for("panama ")
    return begun


def in_the_query(terminal: Terminal) -> Sequence[str]:
    """A key is added and taken back: with each another search begins, and the one before is ended."""
    terminal.wait_for("search:")
    return "|", "\x7f"


def in_the_list(terminal: Terminal) -> Sequence[str]:
    """The rows of the hits."""
    press_until(terminal, "down", "/ query")
    return "j", "j", "k"


def in_the_text(terminal: Terminal) -> Sequence[str]:
    """Through the hits in the text, and from paragraph to paragraph."""
    press_until(terminal, "enter", AT_TEXT)
    return "n", "j", "N", "k"


def in_the_article(terminal: Terminal) -> Sequence[str]:
    """Looking for words in the megabyte that the pattern is at."""
    press_until(terminal, "enter", AT_TEXT)
    terminal.type("]")
    terminal.type("/")
    terminal.wait_for("Esc back")
    return "a", "b", "\x7f", "\x7f"


PLACES: dict[str, Callable[[Terminal], Sequence[str]]] = {
    "typing the query": in_the_query,
    "walking the list of hits": in_the_list,
    "walking the hits in the text": in_the_text,
    "finding in the article": in_the_article,
}


def keys(terminal: Terminal, place: str, query: str) -> list[float]:
    """The paints of the keys of a place while a query is asked."""
    begun = ask(terminal, query)
    found = []
    for key in cycle(PLACES[place](terminal)):
        if time.monotonic() - begun > WINDOW:
            break
        found.append(painted(terminal, key))
    return found


def main() -> None:
    """Print the figures."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder))
        room.write("1.txt", "A title\n\n" + "\n\n".join(f"{n} canals of panama" for n in range(60)) + "\n")
        room.write("2.txt", "Another\n\n" + ("a" * 9_999 + "b") * 100 + "\n")
        room.run("--project", "data", "import", "1.txt", "2.txt")
        with reader(room) as terminal:
            terminal.wait_for(r"¶ \d+ of ")
            for place in PLACES:
                alone: list[float] = []
                meanwhile: list[float] = []
                for _ in range(rounds):
                    alone += keys(terminal, place, WORD)
                    meanwhile += keys(terminal, place, PATTERN)
                verdict = "ok" if max(meanwhile) <= BAR else "MISSED"
                for name, found in (
                    ("without a search", alone),
                    (f"meanwhile, bar {BAR * 1e3:.0f} ms  {verdict}", meanwhile),
                ):
                    print(
                        f"{place:30} {len(found):4} keys {milliseconds(found)}, max {max(found) * 1e3:7.1f} ms  {name}"
                    )
            terminal.kill()


if __name__ == "__main__":
    main()
