"""The audit trail, undo and redo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reader.commands.registry import Outcome, command

if TYPE_CHECKING:
    from reader.edits import Edit
    from reader.project import Project

GROUP = "History"


@command(
    "history",
    "List all edits, the newest first.",
    group=GROUP,
    examples=("reader history | head",),
    writes=False,
    lists=True,
)
def history(project: Project) -> Outcome:
    """Every edit of every coder: when, who, what; the newest first."""
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for edit in project.edits():
        said = project.describe(edit)
        rows.append(
            {
                "id": edit.id,
                "at": edit.at,
                "coder": edit.coder,
                "command": edit.command,
                "what": said,
                "undoes": edit.undoes,
            }
        )
        lines.append(f"{_to_seconds(edit)}  {edit.coder}  {edit.command}: {said}  ({edit.id})")
    return Outcome("" if rows else "Nothing has been changed yet.", rows=rows, lines=lines)


def _to_seconds(edit: Edit) -> str:
    return edit.at[:19].replace("T", " ") + "Z"


@command("undo", "Take back your last change.", group=GROUP, examples=("reader undo",))
def undo(project: Project) -> Outcome:
    """Take back the coder's last edit, whatever session made it. Conflict where others changed the same since."""
    taken = project.undo()
    said = project.describe(taken)
    return Outcome(f"Undone: {said} ({_to_seconds(taken)}). `reader redo` brings it back.", f"undone: {said}", taken)


@command("redo", "Bring back what was undone last.", group=GROUP, examples=("reader redo",))
def redo(project: Project) -> Outcome:
    """Bring back what undo took back last."""
    restored = project.redo()
    said = project.describe(restored)
    return Outcome(f"Redone: {said}. `reader undo` takes it back.", f"redone: {said}", restored)
