"""What is said before something far away is undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reader.project import Edit, Project

MANY = 20
"""Annotations that an undo may touch without being named first."""


def clock(at: str, today: datetime | None = None) -> str:
    """A stored time as people say it here: `09:14`, on another day with the date."""
    moment = datetime.fromisoformat(at).astimezone()
    now = today or datetime.now().astimezone()
    return f"{moment:%H:%M}" if moment.date() == now.date() else f"{moment:%Y-%m-%d %H:%M}"


class UndoTalk:
    """Names an edit first where its undoing would surprise; the second `u` does it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._made_here: set[str] = set()
        self._named = ""

    def made(self, edit_id: str) -> None:
        """An edit was made in this session: told by its id, for clocks can jump."""
        self._made_here.add(edit_id)

    def forget(self) -> None:
        """Something else was done in between: the next `u` is a first one again."""
        self._named = ""

    def question(self, edit: Edit, in_sight: Callable[[tuple[str, int]], bool]) -> str:
        """What to say before the edit is undone, or empty if `u` may do it now."""
        if self._named == edit.id or not self._surprises(edit, in_sight):
            self._named = ""
            return ""
        self._named = edit.id
        return f"u again takes back: {self._project.describe(edit)}, {clock(edit.at)}"

    def _surprises(self, edit: Edit, in_sight: Callable[[tuple[str, int]], bool]) -> bool:
        marks = sum(1 for change in edit.changes if change.table in ("annotations", "reviews"))
        place = self._project.place(edit)
        off_screen = place is not None and not in_sight(place)
        return edit.id not in self._made_here or marks > MANY or off_screen
