"""Building the index in a process of its own: `python -m reader.project.building PROJECT CODER`.

The process writes one line `done total` for each portion it has written to standard output, then puts in order
what it has written, and ends with exit code 0 when all texts are in the index, 3 when another process is at it. When its standard output is
closed, because whoever started it has ended, it stops after the next portion; what is written stays.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from reader.errors import Cancelled, ReaderError

BUSY = 3


class Builder:
    """An index being built by a child process."""

    def __init__(self, path: Path, coder: str) -> None:
        line = [sys.executable, "-m", "reader.project.building", str(path), coder]
        self._process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def watch(self, progress: Callable[[int, int], None]) -> bool:
        """Wait for the end, calling `progress` with (done, total) articles; whether all texts are in the index.

        Waits only: fit for a thread beside a screen. Where `progress` raises, the child is ended.
        """
        out = self._process.stdout
        if out is None:  # a pipe was asked for
            return False
        with out:
            try:
                for line in out:
                    done, total = map(int, line.split())
                    progress(done, total)
            except BaseException:
                self.stop()
                raise
        return self._process.wait() == 0

    def stop(self) -> None:
        """End the child; what it has written stays."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()

    @property
    def running(self) -> bool:
        """Whether it is still at work."""
        return self._process.poll() is None


def main(arguments: Sequence[str]) -> int:
    """Build; the exit code."""
    from reader.project import Project

    path, coder = arguments
    try:
        project = Project.open(Path(path), coder=coder, write=False)
        with contextlib.closing(project):
            if not project.build_index(_say):
                return BUSY
            texts = len(project.articles)
            project.join_index(lambda: _say(texts, texts))
            return 0
    except ReaderError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code


def _say(done: int, total: int) -> None:
    try:
        sys.stdout.write(f"{done} {total}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise Cancelled("Nobody waits for the index any more.") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
