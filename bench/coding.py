"""What coding costs: a large codebook on the screen, and moving in an article full of marks, beside bare yardsticks.

python -m bench.coding [KEYS]
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from bench.keys import SAVED, mark, pressed
from bench.measure import Costs, project, ratio, ratios, reader, repaint, until_said, yardstick
from reader.edits import new_id, now
from reader.model import Tag
from reader.project import Project
from tests.terminal.harness import Room, Terminal

CODEBOOK_BAR, MARKS_BAR = 2.0, 1.1
TURN = 10
"""Keys in one program before the other has its turn."""
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


def in_the_codebook(bare: Terminal, program: Terminal, times: int) -> dict[str, Costs]:
    """To open it, as it was left and after a tag was put on, to filter by a letter, to move by a row; by turns with the bare list."""
    program.type("tharbour duty 400\r")
    program.wait_for("tagged .*saved")
    found = {name: Costs.none() for name in ("bare", "open", "open after a tag", "filter by a letter", "move")}
    for turn in range(times // TURN + 1):
        costs = found if turn else {name: Costs.none() for name in found}  # the first turn makes the screen
        for key in "jk" * (TURN // 2):
            costs["bare"].add(bare, key)
        for _ in range(TURN // 2):
            costs["open"].add(program, "c")
            program.type("q")
            program.wait_for(" of 600 ")
            repaint(program, "j")
            until_said(program, "1", SAVED)
            costs["open after a tag"].add(program, "c")
            for key in ("\x1b[B", "\x1b[B", "\x1b[A"):
                costs["move"].add(program, key)
            program.type("/")
            for letter in "duty":
                costs["filter by a letter"].add(program, letter)
            program.type("\x1b")
            program.wait_until(lambda: "/ duty" not in program.text, "the filter to go")
            program.type("q")
    return found


def by_turns(rooms: list[Room], times: int) -> list[list[float]]:
    """Seconds of moving by a paragraph in each room; by turns, so that all meet the same machine."""
    found: list[list[float]] = [[] for _ in rooms]
    with ExitStack() as stack:
        terminals = [stack.enter_context(reader(room)) for room in rooms]
        for terminal in terminals:
            terminal.wait_for(" of 600 ")
        for turn in range(times // TURN):
            for terminal, moves in zip(terminals, found, strict=True):
                moves.extend(pressed(terminal, "j" if turn % 2 == 0 else "k", TURN))
        for terminal in terminals:
            terminal.quit()
    return found


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
        with yardstick(rooms["bare"], "list", "1000000") as bare, reader(rooms["codebook"]) as program:
            bare.wait_for("READY")
            program.wait_for(" of 600 ")
            found = in_the_codebook(bare, program, times)
            bare.quit()
            program.quit()
        for name in ("open", "open after a tag", "filter by a letter", "move"):
            ratios(f"codebook of 500 tags: {name}", found[name], found["bare"], CODEBOOK_BAR)
        none, many = by_turns([rooms["none"], rooms["2000"]], times)
        ratio("moving, 2 000 annotations beside none", many, none, MARKS_BAR)


if __name__ == "__main__":
    main()
