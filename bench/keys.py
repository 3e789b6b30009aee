"""From a key to the finished repaint, beside a bare list of a million lines; from a slot key to "saved".

python -m bench.keys [KEYS]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.measure import milliseconds, project, ratio, reader, repaint, until_said, yardstick
from reader.edits import new_id, now
from reader.model import Tag
from reader.project import Project
from tests.terminal.harness import Room, Terminal

MOVING_BAR, SLOT_BAR, GROWTH_BAR = 2.0, 3.0, 1.1
TURN = 5
"""Keys in one program before the other has its turn."""
SAVED = rb"tagged [^\x1b]*saved \d\d:\d\d:\d\d"


def mark(room: Room, annotations: int) -> None:
    """Put tags on paragraphs: twenty tags, one annotation after the other, as one edit."""
    opened = Project.open(room.data, coder="anna")
    article = next(iter(opened.articles.values()))
    tags = [Tag(id=new_id("t"), name=f"tag {n}", created=now()) for n in range(20)]
    numbers = range(2, len(opened.text(article.id)) + 1)
    wanted = [(tag, number) for tag in tags for number in numbers][:annotations]
    marks = [
        opened.annotation("paragraph", article=article, anchor=opened.paragraph_anchor(article, number), tag=tag.id)
        for tag, number in wanted
    ]
    opened.apply("tag", [*((None, tag) for tag in tags), *((None, one) for one in marks)])
    opened.flush()
    opened.close()


def pressed(terminal: Terminal, key: str, times: int) -> list[float]:
    """The repaints of a key, the first two left out."""
    return [repaint(terminal, key) for _ in range(times + 2)][2:]


@contextmanager
def tagging(room: Room) -> Iterator[Terminal]:
    """The program with a fresh tag in slot 1."""
    with reader(room) as terminal:
        terminal.wait_for(" of ")
        terminal.type("tfresh tag\r")
        terminal.wait_for("tagged .*saved")
        yield terminal
        terminal.quit()


def slot_keys(rooms: Sequence[Room], times: int) -> list[tuple[list[float], list[float]]]:
    """Seconds from `1` to the first paint and to "saved", for each room.

    By turns of a few keys, so that all meet the same machine, and at the pace of one who types on.
    """
    found: list[tuple[list[float], list[float]]] = [([], []) for _ in rooms]
    with ExitStack() as stack:
        terminals = [stack.enter_context(tagging(room)) for room in rooms]
        for _ in range(times // TURN):
            for terminal, (painted, saved) in zip(terminals, found, strict=True):
                for _ in range(TURN):
                    repaint(terminal, "j")
                    first, all_of_it = until_said(terminal, "1", SAVED)
                    painted.append(first)
                    saved.append(all_of_it)
    return found


def main() -> None:
    """Print the figures."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as folder:
        rooms = {}
        for name in ("bare", "25", "10000", "100", "10000 marks"):
            (Path(folder) / name).mkdir()
            rooms[name] = Room(Path(folder) / name)
        project(rooms["25"], 25)
        project(rooms["10000"], 10_000)
        for name, annotations in (("100", 100), ("10000 marks", 10_000)):
            project(rooms[name], 600)
            mark(rooms[name], annotations)
        with yardstick(rooms["bare"], "list", "1000000") as terminal:
            terminal.wait_for("READY")
            bare_move, bare_page = pressed(terminal, "j", times), pressed(terminal, " ", times)
            terminal.quit()
        for size in ("25", "10000"):
            with reader(rooms[size]) as terminal:
                terminal.wait_for(rf"of {size} ")
                moves = [one for _ in range(times // 10) for key in "jk" for one in pressed(terminal, key, 5)]
                pages = [one for _ in range(times // 10) for key in " b" for one in pressed(terminal, key, 5)]
                terminal.quit()
            ratio(f"moving, {size} paragraphs", moves, bare_move, MOVING_BAR)
            ratio(f"paging, {size} paragraphs", pages, bare_page, MOVING_BAR)
        few, many = slot_keys([rooms["100"], rooms["10000 marks"]], times)
        (painted, saved), (painted_more, saved_more) = few, many
        ratio("slot key to painted, 100 annotations", painted, bare_move, SLOT_BAR)
        ratio('slot key to "saved", 100 annotations', saved, bare_move, SLOT_BAR)
        ratio("painted, 10 000 beside 100 annotations", painted_more, painted, GROWTH_BAR)
        ratio('"saved", 10 000 beside 100 annotations', saved_more, saved, GROWTH_BAR)
        print(f"{'(the repaint of a bare list)':44} {milliseconds(bare_move)}")


if __name__ == "__main__":
    main()
