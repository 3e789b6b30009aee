"""What coding costs: a large codebook on the screen, and moving in an article full of marks, beside bare yardsticks.

python -m bench.coding [KEYS]
"""

from __future__ import annotations

import sys
import tempfile
from itertools import count, cycle
from pathlib import Path

from bench.keys import SAVED, mark
from bench.measure import Costs, project, ratios, reader, repaint, until_said, yardstick
from reader.edits import new_id, now
from reader.model import Tag
from reader.project import Project
from tests.terminal.harness import Room, Terminal

CODEBOOK_BAR, MARKS_BAR = 2.0, 1.1
TURN = 10
"""Keys that go one way before they go the other."""
REST = 1.0
"""Seconds without output after which a program that was started is left to itself."""
LEVELS, FAN, TAGS = 5, 3, 500


def codebook(room: Room) -> None:
    """500 tags in five levels, the first annotations on some of them."""
    opened = Project.open(room.data, coder="anna")
    numbers = count(1)
    made: list[Tag] = []

    def grow(parent: str, depth: int) -> None:
        for _ in range(FAN if depth > 1 else 8):
            if len(made) >= TAGS:
                return
            number = next(numbers)
            tag = Tag(id=new_id("t"), name=f"harbour duty {number}", created=now(), parent=parent, description="When?")
            made.append(tag)
            if depth < LEVELS:
                grow(tag.id, depth + 1)

    grow("", 1)
    article = next(iter(opened.articles.values()))
    marks = [
        opened.annotation("paragraph", article=article, anchor=opened.paragraph_anchor(article, n), tag=tag.id)
        for n, tag in zip(range(2, 302), made, strict=False)
    ]
    opened.apply("tag", [*((None, tag) for tag in made), *((None, one) for one in marks)])
    opened.flush()
    opened.close()


class Beside:
    """Repaints by name, each with that of a row moved in the bare list right before it."""

    def __init__(self, bare: Terminal) -> None:
        self._bare = bare
        self._keys = cycle("jk")
        self.found: dict[str, tuple[Costs, Costs]] = {}

    def press(self, name: str, program: Terminal, keys: str) -> None:
        """A key in the bare list, then keys in the program."""
        ours, bare = self.found.setdefault(name, (Costs.none(), Costs.none()))
        bare.add(self._bare, next(self._keys))
        ours.add(program, keys)


def in_the_codebook(bare: Terminal, program: Terminal, times: int) -> dict[str, tuple[Costs, Costs]]:
    """To open it, as it was left and after a tag was put on, to filter by a letter, to move by a row."""
    program.type("tharbour duty 400\r")
    program.wait_for("tagged .*saved")
    beside = Beside(bare)
    for turn in range(times // 2 + 1):
        if turn == 1:
            beside = Beside(bare)  # the first turn makes the screen
        beside.press("open", program, "c")
        program.type("q")
        program.wait_for(" of 600 ")
        repaint(program, "j")
        until_said(program, "1", SAVED)
        beside.press("open after a tag", program, "c")
        for key in ("\x1b[B", "\x1b[B", "\x1b[A"):
            beside.press("move", program, key)
        program.type("/")
        for letter in "duty":
            beside.press("filter by a letter", program, letter)
        program.type("\x1b")
        program.wait_until(lambda: "/ duty" not in program.text, "the filter to go")
        program.type("q")
        program.wait_for(" of 600 ")
    return beside.found


def first_opened(bare: Terminal, room: Room, times: int) -> tuple[Costs, Costs]:
    """To open it for the first time in a session, once the program has come to rest behind its start."""
    beside = Beside(bare)
    for _ in range(max(7, times // 3)):
        with reader(room) as program:
            program.wait_for(" of 600 ")
            program.settle(REST)
            beside.press("first", program, "c")
            program.type("q")
            program.wait_for(" of 600 ")
            program.quit()
    return beside.found["first"]


def by_turns(few: Room, many: Room, times: int) -> tuple[Costs, Costs]:
    """Moving by a paragraph in two rooms, a key in the one, the same key in the other."""
    costs = (Costs.none(), Costs.none())
    with reader(few) as one, reader(many) as other:
        for terminal in (one, other):
            terminal.wait_for(" of 600 ")
            terminal.settle(REST)
        for step in range(-TURN, times * 4):  # the first turn fills what is kept of paragraphs in sight
            for terminal, found in zip((one, other), costs, strict=True):
                (Costs.none() if step < 0 else found).add(terminal, "jk"[step // TURN % 2])
        one.quit()
        other.quit()
    return costs


def main() -> None:
    """Print the figures."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as folder:
        rooms = {}
        for name in ("bare", "codebook", "none", "2000"):
            (Path(folder) / name).mkdir()
            rooms[name] = Room(Path(folder) / name)
        for name in ("codebook", "none", "2000"):
            project(rooms[name], 600)
        codebook(rooms["codebook"])
        mark(rooms["2000"], 2_000)
        with yardstick(rooms["bare"], "list", "1000000") as bare:
            bare.wait_for("READY")
            with reader(rooms["codebook"]) as program:
                program.wait_for(" of 600 ")
                found = in_the_codebook(bare, program, times)
                program.quit()
            found["open for the first time"] = first_opened(bare, rooms["codebook"], times)
            bare.quit()
        for name, (ours, its) in found.items():
            ratios(f"codebook of 500 tags: {name}", ours, its, CODEBOOK_BAR)
        none, many = by_turns(rooms["none"], rooms["2000"], times)
        ratios("moving, 2 000 annotations beside none", many, none, MARKS_BAR)


if __name__ == "__main__":
    main()
