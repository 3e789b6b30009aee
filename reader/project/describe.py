"""What an edit did, in words, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reader.codebook import SEPARATOR
from reader.edits import RETURN, Change, Edit, Record
from reader.model import CONTEXT

if TYPE_CHECKING:
    from reader.project import Project

LONGEST = 48


def shorten(text: str, limit: int = LONGEST) -> str:
    """The first characters of a text on one line, an ellipsis where it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def place(project: Project, edit: Edit) -> tuple[str, int] | None:
    """The article and paragraph number of the first change that has one; number 0: the article as a whole."""
    for change in edit.changes:
        record = change.record
        if change.table == "reviews":
            return (record["article"], record["paragraph"])
        if change.table == "annotations" and record.get("article"):
            anchor = record.get("anchor")
            if anchor is None:
                return (record["article"], 0)
            return (record["article"], project.number_at(record["article"], anchor["start"]))
        if change.table == "articles":
            return (change.id, 0)
    return None


def describe(project: Project, edit: Edit) -> str:
    """One sentence without a full stop: what was done to what, and where."""
    if edit.erased:
        return "erased"
    if said := _import(project, edit):
        return said
    parts = [
        said
        for table, say in _SAY.items()
        if (changes := [c for c in edit.changes if c.table == table]) and (said := say(project, changes, edit))
    ]
    text = ", ".join(parts) or edit.command
    where = _where(project, edit)
    return f"{text} {where}" if where else text


def _import(project: Project, edit: Edit) -> str:
    """An import that brought more than articles, and its undoing; empty for any other edit."""
    tables = Counter(change.table for change in edit.changes)
    if not tables["articles"] or not tables["annotations"] + tables["reviews"] + tables["tags"]:
        return ""
    articles = [change for change in edit.changes if change.table == "articles"]
    counts = ((tables["tags"], "tag"), (tables["annotations"], "mark"), (tables["reviews"], "review"))
    with_them = ", ".join(f"{count} {thing}{'s' * (count != 1)}" for count, thing in counts if count)
    return f"{_articles(project, articles, edit)} with {with_them}"


def _where(project: Project, edit: Edit) -> str:
    marks = [c for c in edit.changes if c.table in ("annotations", "reviews")]
    if not marks:
        return ""
    articles = {c.record.get("article", "") for c in marks} - {""}
    if not articles:
        first = marks[0].record
        return f"on the tag “{project.codebook.shown(first.get('tag', ''))}”" if first.get("tag") else "on the project"
    if len(articles) > 1:
        return f"in {len(articles)} articles"
    article_id = articles.pop()
    numbers = sorted({_number(project, c) for c in marks})
    article = project.any_article(article_id)
    title = f" of “{shorten(article.title)}”" if article else ""
    if numbers == [0]:
        return f"on the article{title.removeprefix(' of')}"
    if len(numbers) == 1:
        return f"on ¶ {numbers[0]}{title}"
    return f"on {len(numbers)} paragraphs{title}"


def _number(project: Project, change: Change) -> int:
    record = change.record
    if change.table == "reviews":
        return int(record["paragraph"])
    anchor = record.get("anchor")
    return 0 if anchor is None else project.number_at(record["article"], anchor["start"])


def _annotations(project: Project, changes: Sequence[Change], edit: Edit) -> str:
    tagged: dict[str, list[str]] = {}
    for change in changes:
        tagged.setdefault(_verb(change), []).append(_tag_name(project, change.record, edit))
    parts = []
    for verb, names in tagged.items():
        known = list(dict.fromkeys(name for name in names if name))
        if verb.endswith("note"):
            parts.append(verb)
        else:
            parts.append(f"{verb} {', '.join(known)}" if len(known) <= 3 else f"{verb} {len(known)} tags")
    return ", ".join(parts)


def _verb(change: Change) -> str:
    before, after = change.before or {}, change.after or {}
    if not before:
        return "put on" if _is_tagging(after) else "wrote a note"
    if not after:
        return "took off" if _is_tagging(before) else "removed a note"
    if before.get("tag") != after.get("tag"):
        return "changed to"
    if before.get("note") != after.get("note"):
        return (
            "changed a note"
            if before.get("note") and after.get("note")
            else ("wrote a note" if after.get("note") else "removed a note")
        )
    return "changed the ends of"


def _is_tagging(record: Record) -> bool:
    """Whether it says that a tag is on something; a note on a tag bears its id as well."""
    return bool(record.get("tag")) and record.get("unit") != "tag"


def _tag_name(project: Project, record: Record, edit: Edit) -> str:
    tag_id = record.get("tag", "")
    if not tag_id:
        return ""
    made = next((c.record for c in edit.changes if c.table == "tags" and c.id == tag_id), None)
    shown = project.codebook.shown(tag_id, SEPARATOR)
    return shown or (made or {}).get("name", "a tag that is gone")


def _reviews(_project: Project, changes: Sequence[Change], _edit: Edit) -> str:
    return "marked reviewed" if changes[0].after else "took back the review"


def _tags(project: Project, changes: Sequence[Change], edit: Edit) -> str:
    if any(c.table == "annotations" for c in edit.changes) and all(
        c.before is None or c.after is None for c in changes
    ):
        return ""  # the tag was made while it was put on: one thing to the user
    first = changes[0]
    name = f"“{first.record.get('name', '')}”"
    if len(changes) > 1:
        name += f" and {len(changes) - 1} more"
    if first.before is None:
        return f"made the tag {name}"
    if first.after is None:
        return f"took back the tag {name}"
    changed = {key for key in first.after if first.after[key] != first.before.get(key)}
    for field, said in _TAG_FIELDS.items():
        if field in changed:
            return said(project, first.before, first.after)
    return f"changed the tag {name}"


def _named(project: Project, tag_id: str) -> str:
    """A tag by its own name, also one that is deleted."""
    tag = project.tags.get(tag_id)
    return f"“{tag.name}”" if tag is not None else "a tag that is gone"


def _merged(project: Project, before: Record, after: Record) -> str:
    into = _named(project, after["merged_into"] or before["merged_into"])
    said = "merged the tag" if after["merged_into"] else "took back the merge of"
    return f"{said} “{after['name']}” into {into}"


def _moved(project: Project, _before: Record, after: Record) -> str:
    where = f"under {_named(project, after['parent'])}" if after["parent"] else "to the top"
    return f"moved the tag “{after['name']}” {where}"


_TAG_FIELDS: dict[str, Callable[[Project, Record, Record], str]] = {
    "name": lambda _, a, b: f"renamed the tag “{a['name']}” to “{b['name']}”",
    "deleted": lambda _, a, b: f"{'deleted' if b['deleted'] else 'brought back'} the tag “{b['name']}”",
    "archived": lambda _, a, b: f"{'archived' if b['archived'] else 'brought back'} the tag “{b['name']}”",
    "merged_into": _merged,
    "parent": _moved,
    "description": lambda _, a, b: (
        f"{'described' if b['description'] else 'took the description of'} the tag “{b['name']}”"
    ),
    "colour": lambda _, a, b: (
        f"gave the tag “{b['name']}” a colour" if b["colour"] else f"took the colour of the tag “{b['name']}”"
    ),
    "key": lambda _, a, b: (
        f"gave the tag “{b['name']}” the key {b['key']}" if b["key"] else f"took the key of the tag “{b['name']}”"
    ),
}


def _articles(_project: Project, changes: Sequence[Change], edit: Edit) -> str:
    first = changes[0]
    title = f"“{shorten(first.record.get('title', ''), CONTEXT)}”"
    if len(changes) > 1:
        title = f"{len(changes)} articles"
    if first.before is None:
        return f"{'brought back' if edit.command == RETURN else 'imported'} {title}"
    if first.after is None:
        return f"took back the import of {title}"
    if first.before.get("roles") != first.after.get("roles"):
        return f"changed the role of a paragraph in {title}"
    if first.before.get("removed") != first.after.get("removed"):
        return f"removed {title}" if first.after.get("removed") else f"brought back {title}"
    if first.before.get("number") != first.after.get("number"):
        return f"gave {title} the number {first.after.get('number')}" if len(changes) == 1 else f"numbered {title} anew"
    if first.before.get("meta") != first.after.get("meta"):
        return f"changed the details of {title}"
    return f"changed {title} ({edit.command})"


def _coders(_project: Project, changes: Sequence[Change], _edit: Edit) -> str:
    before = {p["name"] for p in (changes[0].before or {}).get("passes", ())}
    after = {p["name"] for p in (changes[0].after or {}).get("passes", ())}
    if started := sorted(after - before):
        return f"began the pass “{shorten(started[0])}”"
    if gone := sorted(before - after):
        return f"took back the pass “{shorten(gone[0])}”"
    return f"changed the coder {changes[0].id}"


def _project(_project: Project, _changes: Sequence[Change], edit: Edit) -> str:
    return _PROJECT.get(edit.command, f"changed the project ({edit.command})")


_PROJECT = {
    "tags-lock": "locked the codebook",
    "tags-unlock": "unlocked the codebook",
    "blind-start": "made the project blind",
    "blind-end": "ended blind coding",
    "upgrade": "brought the project to the format of this version",
    "share": "shared the project with a group",
}


def _searches(project: Project, changes: Sequence[Change], edit: Edit) -> str:
    change = changes[0]
    verb = "saved" if change.before is None else "deleted" if change.after is None else "changed"
    return f"{verb} the search “{shorten(str(change.record.get('name', '')))}”"


_SAY: dict[str, Callable[[Project, Sequence[Change], Edit], str]] = {
    "annotations": _annotations,
    "reviews": _reviews,
    "tags": _tags,
    "articles": _articles,
    "coders": _coders,
    "searches": _searches,
    "project": _project,
}
