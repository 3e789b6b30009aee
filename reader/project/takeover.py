"""A session of one's own that still writes, perhaps left behind by a dropped line: who it is, and ending it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from reader import fs
from reader.store.folder import owner_file

if TYPE_CHECKING:
    from reader.project import Project

PLEASE_END = signal.SIGUSR1
"""What asks a session to save and end. One that does not answer it must not say that it gives way."""


def other_session(project: Project) -> str:
    """The session of this user, on this host, that writes as this coder and can be asked to end, in words; empty if none does."""
    store = project.store
    folder = store.path / "locks"
    if store.read_only or not fs.exists(owner_file(folder, store.journal_name)):
        return ""
    from reader.store.takeover import left_behind

    return str(left_behind(folder, store.journal_name) or "")


def end_other(project: Project, *, force: bool = False) -> bool:
    """Ask that session to save and end, and wait for it; False if it does not. `force` ends it at once.

    What it has said to be saved is on the disk either way.
    """
    from reader.store.takeover import end

    return end(project.store.path / "locks", project.store.journal_name, signal.SIGKILL if force else PLEASE_END)


def give_way(project: Project) -> None:
    """Say that this session, which answers `PLEASE_END` by now, saves and ends for a later one of the same user."""
    project.store.give_way()
