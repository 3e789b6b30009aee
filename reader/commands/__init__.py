"""Every operation on a project that a user can name, as plain typed functions.

One file a subject. A function takes the objects themselves (an `Article`, paragraph numbers, a `Tag`
or its path as text), makes at most one edit and returns an `Outcome`. What cannot be right raises
`UsageError` with a sentence, and nothing is changed then.
"""

from __future__ import annotations

from reader.clusters import is_edge, whole
from reader.codebook import PALETTE
from reader.commands.blind import blind_end, blind_start
from reader.commands.codebook import Merging, by_id, marks_with, merging, split_tag, tag_merge, tag_move
from reader.commands.codebook_files import tags_export, tags_import
from reader.commands.coding import swap, swap_annotation, tag, tag_article, take_off, untag
from reader.commands.copies import backup, erase, merge, pack, remove, restore, share
from reader.commands.details import details, details_from, set_details
from reader.commands.exporting import export
from reader.commands.filters import matching_articles
from reader.commands.finding import search
from reader.commands.history import history, redo, undo
from reader.commands.library import articles, import_, init, show
from reader.commands.notes import all_notes, annotation_note, article_note, memo, note, notes, tag_note
from reader.commands.passes import pass_, pass_list, pass_rows, pass_start, skip_speaker, speakers
from reader.commands.places import tag_places, tag_search
from reader.commands.reading import as_read, marks_on
from reader.commands.registry import REGISTRY, Command, Outcome
from reader.commands.reviewing import next_, next_unreviewed, progress_of, review, role, unreview, visited
from reader.commands.searches import keep_search, saved_as_typed, search_delete, search_save, searches
from reader.commands.spans import (
    change_ends,
    find_words,
    in_vivo,
    in_vivo_name,
    span,
    span_note,
    span_words,
    spans_at,
    whole_span,
)
from reader.commands.stats import stats
from reader.commands.tagfields import example, tag_colour, tag_describe, tag_example, tag_key, tags_lock, tags_unlock
from reader.commands.tags import tag_add, tag_archive, tag_delete, tag_rename, tags
from reader.commands.upkeep import doctor
from reader.commands.usage import TagUsage, Usage, usage
from reader.edits import now
from reader.sentences import sentences

__all__ = [
    "PALETTE",
    "REGISTRY",
    "Command",
    "Merging",
    "Outcome",
    "TagUsage",
    "Usage",
    "all_notes",
    "annotation_note",
    "article_note",
    "articles",
    "as_read",
    "backup",
    "blind_end",
    "blind_start",
    "by_id",
    "change_ends",
    "details",
    "details_from",
    "doctor",
    "erase",
    "example",
    "export",
    "find_words",
    "history",
    "import_",
    "in_vivo",
    "in_vivo_name",
    "init",
    "is_edge",
    "keep_search",
    "marks_on",
    "marks_with",
    "matching_articles",
    "memo",
    "merge",
    "merging",
    "next_",
    "next_unreviewed",
    "note",
    "notes",
    "now",
    "pack",
    "pass_",
    "pass_list",
    "pass_rows",
    "pass_start",
    "progress_of",
    "redo",
    "remove",
    "restore",
    "review",
    "role",
    "saved_as_typed",
    "search",
    "search_delete",
    "search_save",
    "searches",
    "sentences",
    "set_details",
    "share",
    "show",
    "skip_speaker",
    "span",
    "span_note",
    "span_words",
    "spans_at",
    "speakers",
    "split_tag",
    "stats",
    "swap",
    "swap_annotation",
    "tag",
    "tag_add",
    "tag_archive",
    "tag_article",
    "tag_colour",
    "tag_delete",
    "tag_describe",
    "tag_example",
    "tag_key",
    "tag_merge",
    "tag_move",
    "tag_note",
    "tag_places",
    "tag_rename",
    "tag_search",
    "tags",
    "tags_export",
    "tags_import",
    "tags_lock",
    "tags_unlock",
    "take_off",
    "undo",
    "unreview",
    "untag",
    "usage",
    "visited",
    "whole",
    "whole_span",
]
