"""Starting programs at a terminal and timing what they draw; `tests.terminal.harness` is the terminal."""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.terminal.harness import DEADLINE, READER, ROOT, Room, Terminal, environment

QUIET = 0.06
"""Seconds without a byte after which a repaint is over."""


def yardstick(room: Room, *words: str) -> Terminal:
    """A bare program of the toolkit."""
    env = environment(room.home, PYTHONPATH=str(ROOT))
    return Terminal([sys.executable, "-m", "bench.yardsticks", *words], cwd=room.folder, env=env)


def reader(room: Room) -> Terminal:
    """The program."""
    return Terminal(list(READER), cwd=room.folder, env=room.environment())


def seconds_until(terminal: Terminal, wanted: bytes, begun: float) -> float:
    """Seconds from `begun` to the byte that completes `wanted`; no screen is emulated meanwhile."""
    while wanted not in terminal.received:
        assert terminal.read(DEADLINE), f"{wanted!r} never came"
    return time.perf_counter() - begun


def repaint(terminal: Terminal, keys: str) -> float:
    """Seconds from a key to the last byte before silence, the silence not counted."""
    terminal.settle(QUIET)
    begun = last = time.perf_counter()
    terminal.type(keys)
    while terminal.read(QUIET if last > begun else 2.0):
        last = time.perf_counter()
    return last - begun


class Costs(NamedTuple):
    """What repaints cost, one entry each: seconds that passed, seconds of the processor. The second does not see other programs."""

    passed: list[float]
    used: list[float]

    @classmethod
    def none(cls) -> Costs:
        """No repaint yet."""
        return cls([], [])

    def add(self, terminal: Terminal, keys: str) -> None:
        """Press keys and wait until all is drawn."""
        terminal.settle(QUIET)
        before = processor(terminal)
        self.passed.append(repaint(terminal, keys))
        self.used.append(processor(terminal) - before)


def processor(terminal: Terminal) -> float:
    """Seconds of the processor that a program's threads have used so far."""
    tasks = Path(f"/proc/{terminal.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def until_said(terminal: Terminal, keys: str, pattern: bytes) -> tuple[float, float]:
    """Seconds from a key to the first byte of its repaint, and to the words in the output."""
    terminal.settle(QUIET)
    sent, found = len(terminal.received), re.compile(pattern)
    begun = time.perf_counter()
    terminal.type(keys)
    first = 0.0
    while not found.search(terminal.received, sent):
        assert terminal.read(DEADLINE), f"{pattern!r} never came"
        first = first or time.perf_counter() - begun
    return first, time.perf_counter() - begun


def milliseconds(seconds: Sequence[float]) -> str:
    """Median and 95th percentile."""
    ordered = sorted(seconds)
    return f"{statistics.median(ordered) * 1e3:7.1f} ms, p95 {ordered[int(len(ordered) * 0.95)] * 1e3:7.1f} ms"


def ratio(name: str, ours: Sequence[float], bare: Sequence[float], bar: float) -> None:
    """Print a figure as a ratio of medians beside the bar it is held to."""
    _print(name, ours, bare, statistics.median(ours) / statistics.median(bare), bar)


def _print(name: str, ours: Sequence[float], bare: Sequence[float], value: float, bar: float) -> None:
    verdict = "ok" if value <= bar else "MISSED"
    print(f"{name:44} {milliseconds(ours)}  bare {milliseconds(bare)}  x{value:.2f}  bar {bar:.3g}  {verdict}")


def ratios(name: str, ours: Costs, bare: Costs, bar: float) -> None:
    """Print the ratio of what passed and, below it, that of the processor's time.

    Each repaint is held to the bare one that was measured right before it, on the same machine in the same state; the
    ratio is the median of theirs.
    """
    _paired(name, ours.passed, bare.passed, bar)
    _paired("    time of the processor", ours.used, bare.used, bar)


def _paired(name: str, ours: Sequence[float], bare: Sequence[float], bar: float) -> None:
    _print(name, ours, bare, statistics.median(one / other for one, other in zip(ours, bare, strict=True)), bar)


def long_text(paragraphs: int) -> str:
    """An article of our own words."""
    line = "The ferry lay at the quay for another day, and nobody came to say whose she was or what was owed for her."
    return "\n\n".join(["A long article", *(f"{n}. {line} {line}" for n in range(2, paragraphs + 1))]) + "\n"


def project(room: Room, paragraphs: int) -> Path:
    """A project with one article."""
    room.write("long.txt", long_text(paragraphs))
    room.run("--project", "data", "import", "long.txt")
    return room.data
