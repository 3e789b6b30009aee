"""Taking edits back and bringing them back: refused, with the reason, where that would lose somebody's work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from reader.edits import ERASE, REDO, UNASKED, UNDO, Change, Edit, next_to_redo, next_to_undo
from reader.errors import Conflict, UsageError
from reader.model import Annotation, Review
from reader.project.describe import shorten
from reader.store.records import SHARED, Stored, decode

if TYPE_CHECKING:
    from reader.project import Project


def next_undo(project: Project) -> Edit | None:
    """The edit that undo would take back."""
    return next_to_undo(project.own_edits())


def next_redo(project: Project) -> Edit | None:
    """The undo that redo would take back."""
    return next_to_redo(project.own_edits())


def undo(project: Project, edit_id: str = "") -> Edit:
    """See `Project.undo`."""
    target = _standing(project, _own_edit(project, edit_id)) if edit_id else next_undo(project)
    if target is None:
        raise UsageError("There is nothing to undo.")
    _take_back(project, target, UNDO)
    return target


def redo(project: Project) -> Edit:
    """See `Project.redo`."""
    undone = next_redo(project)
    if undone is None:
        raise UsageError("There is nothing to redo.")
    _take_back(project, undone, REDO)
    return next((edit for edit in project.own_edits() if edit.id == undone.undoes), undone)


def _own_edit(project: Project, edit_id: str) -> Edit:
    for edit in project.own_edits():
        if edit.id == edit_id and edit.command in {ERASE, *UNASKED}:
            raise UsageError(f"“{project.describe(edit)}” cannot be undone.")
        if edit.id == edit_id:
            return edit
    raise UsageError(f"There is no edit {edit_id!r} of yours; `reader history` lists them.")


def _standing(project: Project, edit: Edit) -> Edit:
    """The edit, or the redo that brought it back last. UsageError if it is undone."""
    gone: set[str] = set()
    standing: dict[str, Edit] = {}
    by_id: dict[str, Edit] = {}
    for other in project.own_edits():
        by_id[other.id] = other
        if other.id not in gone and other.undoes:
            gone.add(other.undoes)
            standing[other.undoes] = other
        if other.id == edit.id:
            break
    if edit.id in gone:
        what = project.describe(edit)
        raise UsageError(f"“{what}” is undone already; `reader redo` brings back what was undone last.")
    brought_back = {by_id[undone].undoes: redone for undone, redone in standing.items() if undone in by_id}
    while edit.id in brought_back:
        edit = brought_back[edit.id]
    return edit


def _take_back(project: Project, target: Edit, command: str) -> None:
    for change in target.changes:
        after = None if change.after is None else decode(change.table, change.after)
        if _current(project, change) != after:
            raise Conflict(_who_changed(project, target, change))
    inverse = target.inverse()
    _check_there(project, target, inverse)
    _check_unused(project, inverse)
    project.submit(command, inverse, undoes=target.id)


def _current(project: Project, change: Change) -> Stored | None:
    """The record that a change speaks of, as it is now."""
    tables: dict[str, Callable[[], Mapping[str, Stored]]] = {
        "articles": project.all_articles,
        "tags": lambda: project.tags,
        "coders": lambda: project.coders,
        "searches": lambda: project.searches,
        "project": lambda: {project.info.id: project.info},
    }
    if change.table in tables:
        return tables[change.table]().get(change.id)
    article_id = change.record.get("article", "")
    if not article_id:
        return next((memo for memo in project.all_memos() if memo.id == change.id), None)
    if project.any_article(article_id) is None:
        return None  # it went with its marks
    marks = project.all_marks(article_id)
    if change.table == "reviews":
        return marks.review_records.get(change.id)
    return marks.annotations.get(change.id)


def _who_changed(project: Project, target: Edit, change: Change) -> str:
    what = project.describe(target)
    for edit in project.edits():
        if edit.id == target.id:
            break
        if any(c.table == change.table and c.id == change.id for c in edit.changes):
            who = "you" if edit.coder == project.coder else edit.coder
            return f"“{what}” is not undone: {who} changed it since ({project.describe(edit)})."
    return f"“{what}” is not undone: what it changed is no longer as it was then."


def _check_there(project: Project, target: Edit, inverse: tuple[Change, ...]) -> None:
    """Conflict if a record would come back whose article or tag is gone."""
    coming = {change.id for change in inverse if change.after is not None}
    for change in inverse:
        record = change.after or {}
        if change.table in ("annotations", "reviews"):
            article, tags = record.get("article", ""), [record.get("tag", "")]
        elif change.table == "tags":
            article, tags = "", [record.get("parent", ""), record.get("merged_into", "")]
        else:
            continue
        gone = ""
        if article and article not in coming and project.any_article(article) is None:
            gone = "article"
        elif any(tag and tag not in coming and tag not in project.tags for tag in tags):
            gone = "tag"
        if gone:
            raise Conflict(
                f"“{project.describe(target)}” is not taken back: the {gone} it needs is not there any more."
            )


def _check_unused(project: Project, inverse: tuple[Change, ...]) -> None:
    """Conflict if an article or tag would go that carries marks or other tags beyond those which go with it."""
    going = {change.id for change in inverse if change.after is None}
    if not any(change.after is None and change.table in SHARED for change in inverse):
        return
    _check_tree(project, inverse, going)
    project.flush()  # counts know only what is on the disk
    leaving = Counter(
        c.record.get("tag", "")
        for c in inverse
        if c.table == "annotations" and c.after is None and c.record.get("article", "") in project.articles
    )
    for change in inverse:
        if change.after is not None or change.table not in ("articles", "tags"):
            continue
        if change.table == "articles":
            marks = project.all_marks(change.id)
            both: list[Annotation | Review] = [*marks.annotations.values(), *marks.review_records.values()]
            left = [r for r in both if r.id not in going]
            what = f"the article “{shorten(change.record['title'])}”"
        else:
            swapped = {c.id for c in inverse if c.after is not None and c.after.get("tag", "") != change.id}
            carrying = _annotations_with(project, change.id, leaving[change.id])
            left = [a for a in carrying if a.id not in going | swapped]
            what = f"the tag “{change.record['name']}”"
        if left and project.info.blind and any(r.coder != project.coder for r in left):
            raise Conflict(f"Not undone: {what} carries marks, which would be lost.")
        if left:
            who = ", ".join(sorted({"you" if r.coder == project.coder else r.coder for r in left}))
            raise Conflict(
                f"Not undone: {what} carries {len(left)} mark{'s' * (len(left) != 1)} by {who}, which would be lost."
            )


def _check_tree(project: Project, inverse: tuple[Change, ...], going: set[str]) -> None:
    """Conflict if a tag would go under which others stand, or as which others are read."""
    after = {change.id: change.after for change in inverse if change.table == "tags" and change.after is not None}
    for change in inverse:
        if change.after is not None or change.table != "tags":
            continue
        what = f"the tag “{change.record['name']}”"
        for tag in project.tags.values():
            record = after.get(tag.id)
            parent = tag.parent if record is None else record.get("parent", "")
            merged_into = tag.merged_into if record is None else record.get("merged_into", "")
            if tag.id not in going and change.id == merged_into:
                raise Conflict(f"Not undone: the tag “{tag.name}” was merged into {what}; its marks would be lost.")
            if tag.id not in going and change.id == parent:
                raise Conflict(f"Not undone: the tag “{tag.name}” stands under {what} and would lose its place.")


def _annotations_with(project: Project, tag_id: str, leaving: int = 0) -> Iterator[Annotation]:
    """The annotations with a tag; memos alone where no more than those are left that leave with it."""
    yield from (memo for memo in project.all_memos() if memo.tag == tag_id)
    for article_id in project.all_articles().keys() - project.articles.keys():  # removed ones, which may come back
        yield from (a for a in project.all_marks(article_id).annotations.values() if a.tag == tag_id)
    if project.counts(everyone=True).tag(tag_id) <= leaving:
        return
    for article_id in project.articles:
        yield from (a for a in project.all_marks(article_id).annotations.values() if a.tag == tag_id)
