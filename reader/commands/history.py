"""The audit trail, undo and redo."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reader.codebook import plain, split_path
from reader.commands.registry import Outcome, command
from reader.commands.wanted import check_coder
from reader.errors import ReaderError, UnknownTag, UsageError
from reader.model import Article, Tag

if TYPE_CHECKING:
    from reader.edits import Change, Edit
    from reader.project import Project

GROUP = "History"
Test = Callable[["Edit"], bool]


@command(
    "history",
    "List all edits, the newest first.",
    group=GROUP,
    words={
        "article": "Only those in this article: number, id or its start, or file name.",
        "tag": "Only those of this tag and its marks; also by a name it once had, and one that is merged or deleted.",
        "by": "Only those of this coder.",
        "day": "Only those of a day, 2026-11-22, or of a month, 2026-11; days are those of UTC.",
    },
    examples=(
        "reader history | head",
        "reader history --tag guilt --by anna",
        "reader history --day 2026-11-22 --json",
    ),
    writes=False,
    lists=True,
)
def history(project: Project, *, article: Article | None = None, tag: str = "", by: str = "", day: str = "") -> Outcome:
    """Every edit that may be seen: when, who, what; the newest first. UnknownTag for a name no tag ever had."""
    check_coder(project, by)
    tests = _tests(project, article, tag, by, day)
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for edit in project.edits():
        if not all(test(edit) for test in tests):
            continue
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
    nothing = "No edit is like that." if tests else "Nothing has been changed yet."
    return Outcome("" if rows else nothing, rows=rows, lines=lines)


def _to_seconds(edit: Edit) -> str:
    return edit.at[:19].replace("T", " ") + "Z"


def _tests(project: Project, article: Article | None, tag: str, by: str, day: str) -> list[Test]:
    tests: list[Test] = []
    if article is not None:
        tests.append(lambda edit: any(_is_in(change, article.id) for change in edit.changes))
    if tag:
        ids = tags_ever_called(project, tag)
        tests.append(lambda edit: any(_is_of(change, ids) for change in edit.changes))
    if by:
        tests.append(lambda edit: edit.coder == by)
    if day:
        if not re.fullmatch(r"\d{4}(-\d\d){0,2}", day):
            raise UsageError(f"A day is written 2026-11-22, a month 2026-11; not {day!r}.")
        tests.append(lambda edit: edit.at.startswith(day))
    return tests


def _is_in(change: Change, article_id: str) -> bool:
    return change.id == article_id if change.table == "articles" else change.record.get("article") == article_id


def _is_of(change: Change, ids: frozenset[str]) -> bool:
    if change.table == "tags":
        return change.id in ids
    return any(record is not None and record.get("tag") in ids for record in (change.before, change.after))


def tags_ever_called(project: Project, ref: str) -> frozenset[str]:
    """Ids of the tags that have a path or name, or had it at some time, merged and deleted ones too. UnknownTag."""
    codebook = project.codebook
    if ref in codebook.tags:
        return frozenset([ref])
    wanted = [plain(name) for name in split_path(ref)]
    found = {tag.id for tag in codebook.tags.values() if _is_called(project, tag, wanted)}
    if not found and len(wanted) == 1:
        found = {
            change.id
            for edit in project.edits()
            for change in edit.changes
            if change.table == "tags"
            for record in (change.before, change.after)
            if record is not None and plain(record.get("name", "")) == wanted[0]
        }
    if not found:
        codebook.find(ref)  # says which is the nearest
        raise UnknownTag(f"There is no tag {ref!r}.")
    return frozenset(found)


def _is_called(project: Project, tag: Tag, wanted: list[str]) -> bool:
    path = [plain(name) for name in project.codebook.path(tag.id)]
    return path[-len(wanted) :] == wanted if len(wanted) == 1 else path == wanted


@command(
    "undo",
    "Take back your last change, or an earlier one.",
    group=GROUP,
    words={"edit": "Its id or a unique start of it, as `reader history` prints it; without it the last."},
    examples=("reader undo", "reader undo e019ab34"),
    more="Refused, with the reason, where what it changed was changed again since.",
)
def undo(project: Project, edit: str = "") -> Outcome:
    """Take back the coder's last edit, or one of an id, whatever session made it. Conflict where it was changed since."""
    taken = project.undo(own_edit(project, edit).id) if edit else project.undo()
    said = project.describe(taken)
    return Outcome(f"Undone: {said} ({_to_seconds(taken)}). `reader redo` brings it back.", f"undone: {said}", taken)


def own_edit(project: Project, ref: str) -> Edit:
    """The coder's own edit of an id or a unique start of it. UsageError where there is none or several, or of others only."""
    found = [edit for edit in project.edits() if edit.id.startswith(ref)]
    own = [edit for edit in found if edit.coder == project.coder]
    if len(own) == 1 or (own and own[0].id == ref):
        if own[0].erased:
            raise ReaderError("That edit was erased; there is nothing to bring back.")
        return own[0]
    if own:
        raise UsageError(f"{len(own)} edits of yours begin with {ref!r}; write more of the id.")
    if found:
        raise ReaderError(f"That is an edit of {found[0].coder}; only {found[0].coder} can undo it.")
    raise UsageError(f"There is no edit {ref!r}; `reader history` lists them.")


@command("redo", "Bring back what was undone last.", group=GROUP, examples=("reader redo",))
def redo(project: Project) -> Outcome:
    """Bring back what undo took back last."""
    restored = project.redo()
    said = project.describe(restored)
    return Outcome(f"Redone: {said}. `reader undo` takes it back.", f"redone: {said}", restored)
