"""From the command to the first paragraph, beside a bare app of the toolkit with one text.

python -m bench.start [RUNS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench.measure import project, ratio, reader, seconds_until, yardstick
from bench.yardsticks import READY
from tests.terminal.harness import Room

BAR = 1.5


def main() -> None:
    """Print the figure."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder))
        project(room, 25)
        ours, bare = [], []
        for turn in range(runs + 1):
            begun = time.perf_counter()
            with yardstick(room, "words") as terminal:
                bare.append(seconds_until(terminal, READY.encode(), begun))
                terminal.quit()
            begun = time.perf_counter()
            with reader(room) as terminal:
                ours.append(seconds_until(terminal, b"The ferry lay at the quay", begun))
                terminal.settle()
                terminal.quit()
            if turn == 0:  # files come into the cache, bytecode is written
                ours.clear()
                bare.clear()
        ratio("start to the first of 25 paragraphs", ours, bare, BAR)


if __name__ == "__main__":
    main()
