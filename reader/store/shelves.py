"""Which TinyDB file holds which record."""

from __future__ import annotations

from reader.edits import Change

LIBRARY = "library.json"
CODEBOOK = "codebook.json"
PROJECT = "project.json"


def annotations_key(coder: str, article_id: str) -> str:
    """The file of a coder's annotations and reviews in one article; its folder is the id's 2nd and 3rd character."""
    return f"annotations/{coder}/{article_id[1:3]}/{article_id}.json"


def memos_key(coder: str) -> str:
    """The file of a coder's annotations on tags and on the project."""
    return f"annotations/{coder}/memos.json"


def key_of(writer: str, change: Change) -> str:
    """The file that a change by a writer belongs to, relative to the project folder."""
    if change.table == "articles":
        return LIBRARY
    if change.table == "project":
        return PROJECT
    if change.table in ("annotations", "reviews"):
        article = change.record.get("article")
        return annotations_key(writer, article) if article else memos_key(writer)
    return CODEBOOK


def owner_of(key: str) -> str:
    """The coder who alone writes a file; empty for those that all share."""
    return key.split("/")[1] if key.startswith("annotations/") else ""


def tables_of(key: str) -> tuple[str, ...]:
    """The tables of a file."""
    if key == LIBRARY:
        return ("articles",)
    if key == CODEBOOK:
        return ("tags", "coders", "searches")
    if key.endswith("/memos.json"):
        return ("annotations",)
    return ("annotations", "reviews")
