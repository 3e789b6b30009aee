"""Backups that nobody has to ask for: after every half hour of work, and before much is changed at once.

What takes long is done by a child process: `python -m reader.project.keeping PROJECT REASON`. It prints how many bytes
of how many it has kept, a line each, and ends with exit code 0, or with what went wrong in one sentence on standard error.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from reader import fs
from reader.errors import Cancelled, ReaderError
from reader.project import Event, Saved
from reader.project.progress import Progress, now_and_then
from reader.store.folder import modes_of, read_info

if TYPE_CHECKING:
    from reader.project import Project

EVERY = timedelta(minutes=30)
"""How long saved work may be in no backup."""
AGAIN_AFTER = timedelta(minutes=5)
"""Until the next try after one that failed."""
MUCH = 1_000_000
"""Bytes of journals from which on a backup takes longer than a moment."""
REASON = f"after {EVERY.seconds // 60} minutes of work"
FAILED = "No backup could be made: "
_KINDNESS = 10
"""Added to the child's niceness: keys come first."""


class Keeper:
    """Sees to it that no saved work is in no backup for more than `every`: `look` is called now and then, and never waits."""

    def __init__(self, project: Project, every: timedelta = EVERY) -> None:
        self._project = project
        self._every = every
        self._first: datetime | None = None
        self._last = self._since = datetime.min.replace(tzinfo=UTC)
        self._not_before = self._last
        self._child: subprocess.Popen[bytes] | None = None
        self._follow()
        project.listen(self._heard)

    def _follow(self) -> None:
        """Take up what an earlier session has left without a backup."""
        at = ""
        with contextlib.suppress(ReaderError):  # damage is said elsewhere
            at = self._project.store.last_edit(self._project.coder)
        if at:
            self._first = self._last = datetime.fromisoformat(at)

    def _heard(self, event: Event) -> None:
        """An edit is on the disk (called by the writer thread)."""
        if isinstance(event, Saved):
            self._last = datetime.fromisoformat(event.edit.at)
            self._first = self._first or self._last

    @property
    def busy(self) -> bool:
        """Whether a backup is being made."""
        return self._child is not None

    def look(self) -> str:
        """Begin a backup if one is due, and see how the one before ended; a sentence where that could not be made, else empty."""
        if self._child is not None:
            return self._ended(self._child)
        now = datetime.now(UTC)
        if self._first is None or now < max(self._first + self._every, self._not_before) or self._project.read_only:
            return ""
        from reader.store import backups

        newest = backups.newest(self._project.path)
        if newest is not None and newest >= self._last:
            self._first = None
        elif newest is not None and newest + self._every > now:
            self._first = max(self._first, newest)
        else:
            self._since, self._first = self._first, None
            self._child = _begun(self._project.path, REASON)
        return ""

    def _ended(self, child: subprocess.Popen[bytes]) -> str:
        if child.poll() is None:
            return ""
        self._child = None
        if not (said := _said(child)):
            return ""
        self._first, self._not_before = self._since, datetime.now(UTC) + AGAIN_AFTER
        return said


def before(project: Project, what: str, progress: Progress | None = None) -> str:
    """Make a backup before something, if there is work that is in none; a sentence where it could not be made, else empty.

    Waits, and computes for no more than a moment: fit for a thread beside a screen. Where it takes longer `progress` is
    called with bytes done and in all; if that raises, the backup is given up, and what is raised is passed on.
    """
    try:
        project.start()
    except ReaderError:  # then nothing will be changed either
        return ""
    try:
        project.flush()
        return _made(project, f"before {what}", progress)
    except Cancelled:
        raise
    except ReaderError as error:
        said = str(error)
    except OSError as error:
        said = f"{error.strerror}."
    return said if said.startswith(FAILED) else f"{FAILED}{said[:1].lower()}{said[1:]}"


def _made(project: Project, reason: str, progress: Progress | None) -> str:
    """A sentence where a backup that is needed could not be made, else empty. ReaderError and OSError say why, too."""
    size = sum(fs.size_of(path) for path in project.store.journal_paths().values())
    if not size:
        return ""
    from reader.store import backups

    if backups.is_kept(project.path):
        return ""
    if size + backups.new_bytes(project.path) < MUCH:
        backups.make_alone(project.path, reason, project.store.modes)
        return ""
    child = _begun(project.path, reason, watched=True)
    try:
        for line in child.stdout or ():
            if progress is not None:
                done, total = line.split()
                progress(int(done), int(total))
        child.wait()
    except BaseException:  # ctrl+c as well: the child would go on
        child.kill()
        with child:
            raise
    return _said(child)


def _begun(path: Path, reason: str, *, watched: bool = False) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "reader.project.keeping", str(path), reason]
    out = subprocess.PIPE if watched else subprocess.DEVNULL
    return subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, start_new_session=True)


def _said(child: subprocess.Popen[bytes]) -> str:
    """What a child that has ended has to say: nothing where all went well."""
    with child:
        said = child.stderr.read().decode("utf-8", "replace").strip() if child.stderr else ""
    return (said.splitlines() or ["No backup could be made."])[-1] if child.returncode else ""


def _tell(done: int, total: int) -> None:
    print(done, total, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Make a backup; the exit code."""
    from reader.store import backups

    path, reason = Path(arguments[0]), arguments[1]
    with contextlib.suppress(OSError):
        os.nice(_KINDNESS)
    try:
        backups.make_alone(path, reason, modes_of(read_info(path)), now_and_then(_tell))
    except ReaderError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
