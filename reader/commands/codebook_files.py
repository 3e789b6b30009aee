"""Codebooks in and out as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from reader import fs
from reader.codebook import Codebook, colour_named, plain, warning
from reader.commands.exporting import export
from reader.commands.notes import LONGEST_NOTE
from reader.commands.phrases import many
from reader.commands.registry import Outcome, command
from reader.edits import new_id, now
from reader.errors import ReaderError, Unreadable
from reader.model import Tag

if TYPE_CHECKING:
    from reader.formats.tagtable import TagLine, TagTable
    from reader.project import Project

GROUP = "Codebook"
NAMED_ONE_BY_ONE = 5


@command(
    "tags-import",
    "Take in a codebook from a CSV file.",
    group=GROUP,
    words={"file": "The file; its first line names the columns."},
    examples=("reader tags-import codebook.csv",),
    more="Columns: path (or tag, name, code), description (or memo), colour, key. Only path is split into parents, at ' > ' "
    "if the file has one, else at '/'. Tags that are there already get what the file says. An empty cell changes nothing.",
)
def tags_import(project: Project, file: str) -> Outcome:
    """Make and update tags from a table, all or none, in one edit. Unreadable, UsageError and BadName name the line."""
    from reader.formats.readtable import read_table
    from reader.formats.tagtable import tags_of
    from reader.project.keeping import before

    table = tags_of(read_table(read_file(file), Path(file).name))
    plan = _Plan(project.codebook)
    for line in table.tags:
        plan.take(line)
    if plan.made and project.info.locked:
        raise ReaderError(
            f"The codebook of this project is locked, and the file has {many(len(plan.made), 'new tag')}; "
            "`reader tags-unlock` first."
        )
    pairs = plan.pairs()
    unkept = before(project, "an import") if pairs else ""
    edit = project.apply("tags-import", pairs) if pairs else None
    said = " ".join((*_report(plan, table, changed=len(pairs)), *([unkept] if unkept else [])))
    return Outcome(said, f"{len(plan.made)} new, {len(pairs) - len(plan.made)} changed", edit)


def read_file(file: str) -> bytes:
    """What a file holds, or standard input for `-`. Unreadable."""
    import sys

    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return fs.expanded(file).read_bytes()
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}.") from error


@dataclass
class _Plan:
    """The codebook as it will be, tag by tag."""

    before: Codebook
    made: dict[str, None] = field(default_factory=dict)
    after: dict[str, Tag] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    _children: dict[tuple[str, str], Tag] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys = {tag.key: tag.id for tag in self.before.live() if tag.key}

    def take(self, line: TagLine) -> None:
        """A line of the table: its tag and parents made where they are missing, what it says written down."""
        parent = ""
        for name in line.path:
            tag = self._child(parent, name)
            parent = tag.id
        if len(line.description) > LONGEST_NOTE:
            self.remarks.append(
                f"Line {line.number}: the description is longer than {LONGEST_NOTE} characters, left out."
            )
        elif line.description:
            tag = replace(tag, description=line.description)
        tag = self._coloured(tag, line)
        self.after[tag.id] = self._keyed(tag, line)

    def _child(self, parent: str, name: str) -> Tag:
        known = None if parent in self.made else self.before.child(parent, name)
        place = (parent, plain(name))
        if known is None:
            known = self._children.get(place)
        if known is None:
            known = self._children[place] = Tag(id=new_id("t"), name=name, created=now(), parent=parent)
            self.made[known.id] = None
            if said := warning(name):
                self.remarks.append(said)
        return self.after.setdefault(known.id, known)

    def _coloured(self, tag: Tag, line: TagLine) -> Tag:
        found = colour_named(line.colour)
        if found is None:
            self.remarks.append(f"Line {line.number}: {line.colour!r} is no colour, left out.")
        return replace(tag, colour=found) if found else tag

    def _keyed(self, tag: Tag, line: TagLine) -> Tag:
        if not line.key or line.key == tag.key:
            return tag
        if len(line.key) != 1 or not line.key.isalnum():
            self.remarks.append(f"Line {line.number}: {line.key!r} is no key, left out.")
            return tag
        holder = self.keys.setdefault(line.key, tag.id)
        if holder != tag.id:
            name = (self.after.get(holder) or self.before.tags[holder]).name
            self.remarks.append(f"Line {line.number}: the key {line.key!r} is taken by {name}, left out.")
            return tag
        return replace(tag, key=line.key)

    def pairs(self) -> list[tuple[Tag | None, Tag | None]]:
        """(before, after) of every tag that is new or differs."""
        return [
            (self.before.tags.get(tag_id), tag)
            for tag_id, tag in self.after.items()
            if self.before.tags.get(tag_id) != tag
        ]


def _report(plan: _Plan, table: TagTable, *, changed: int) -> Iterator[str]:
    updated = [tag for tag_id, tag in plan.after.items() if tag_id not in plan.made and plan.before.tags[tag_id] != tag]
    same = len(plan.after) - len(plan.made) - len(updated)
    yield f"{many(len(plan.made), 'new tag')}, {many(len(updated), 'tag')} updated{_names(plan, updated)}, {same} as before."
    if table.changed:
        yield f"In {many(table.changed, 'name')} a sign that cannot be there became '-'."
    if table.nameless:
        yield f"{many(table.nameless, 'row')} without a name passed over."
    yield from dict.fromkeys(plan.remarks)


def _names(plan: _Plan, updated: list[Tag]) -> str:
    if not updated:
        return ""
    names = [plan.before.shown(tag.id) for tag in updated[:NAMED_ONE_BY_ONE]]
    more = ", …" if len(updated) > NAMED_ONE_BY_ONE else ""
    return f" ({', '.join(names)}{more})"


@command(
    "tags-export",
    "Write the codebook as CSV, to standard output or a file.",
    group=GROUP,
    words={
        "output": "The file to write; without it standard output.",
        "force": "Overwrite the file if it exists.",
        "profile": "excel: BOM, CRLF, cells guarded against formulas (default for a file); data: cells exact.",
        "delimiter": "The sign between cells, or tab.",
    },
    choices={"profile": ("excel", "data")},
    examples=("reader tags-export -o codebook.csv",),
    more="`reader tags-import` takes it in, in this project or another.",
    writes=False,
)
def tags_export(
    project: Project,
    *,
    output: Path | None = None,
    force: bool = False,
    profile: str = "",
    delimiter: str = ",",
    out: BinaryIO | None = None,
) -> Outcome:
    """Write the codebook with counts to the file `output`, else to the stream `out`."""
    return export(project, "codebook", output=output, force=force, profile=profile, delimiter=delimiter, out=out)
