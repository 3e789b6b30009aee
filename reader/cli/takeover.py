"""Another session of one's own is open: end it, read beside it, or leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.cli import streams
from reader.errors import Locked, ReaderError

if TYPE_CHECKING:
    from reader.project import Project

CHOICES = "[Enter: yes, it saves and ends; r: only read here; q: quit]"


def make_way(project: Project, *, wanted: bool, offered: bool) -> None:
    """End the other session if that is `wanted`, or was `offered` and taken. Locked if it does not end, ReaderError for `q`."""
    from reader.project.takeover import end_other, other_session

    other = other_session(project)
    if not other or not (wanted or (offered and streams.can_ask())):
        return
    if not wanted:
        reply = streams.ask(f"Another session of yours is open: {other}.\nTake over from it? {CHOICES}")
        if reply is None or reply.casefold() in {"q", "quit"}:
            raise ReaderError("Nothing was opened.")
        if reply.casefold() not in {"", "y", "yes"}:
            return
    streams.say("Waiting for it to save and end …")
    if not (end_other(project) or _ended_by_force(project)):
        raise Locked(
            f"That session does not end: {other}. `kill -9` ends it; what it has said to be saved is on the disk."
        )
    project.poll()  # what it saved at its end


def _ended_by_force(project: Project) -> bool:
    from reader.project.takeover import end_other

    if not streams.can_ask():
        return False
    reply = streams.ask("It does not answer. End it by force? What it has said to be saved is on the disk. [y/N]")
    return (reply or "").casefold() in {"y", "yes"} and end_other(project, force=True)
