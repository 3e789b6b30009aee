"""Every operation on a project that a user can name, as plain typed functions.

One file a subject. A function takes the objects themselves (an `Article`, paragraph numbers, a `Tag`
or its path as text), makes at most one edit and returns an `Outcome`. What cannot be right raises
`UsageError` with a sentence, and nothing is changed then.
"""

from __future__ import annotations

from reader.commands.coding import swap, swap_annotation, tag, tag_article, take_off, untag
from reader.commands.exporting import export
from reader.commands.finding import search
from reader.commands.history import history, redo, undo
from reader.commands.library import articles, import_, init, show
from reader.commands.notes import annotation_note, article_note, note, notes
from reader.commands.registry import REGISTRY, Command, Outcome
from reader.commands.reviewing import next_, next_unreviewed, progress_of, review, role, unreview
from reader.commands.tags import tag_add, tag_archive, tag_delete, tag_rename, tags
from reader.commands.upkeep import config, doctor
from reader.edits import now

__all__ = [
    "REGISTRY",
    "Command",
    "Outcome",
    "annotation_note",
    "article_note",
    "articles",
    "config",
    "doctor",
    "export",
    "history",
    "import_",
    "init",
    "next_",
    "next_unreviewed",
    "note",
    "notes",
    "now",
    "progress_of",
    "redo",
    "review",
    "role",
    "search",
    "show",
    "swap",
    "swap_annotation",
    "tag",
    "tag_add",
    "tag_archive",
    "tag_article",
    "tag_delete",
    "tag_rename",
    "tags",
    "take_off",
    "undo",
    "unreview",
    "untag",
]
