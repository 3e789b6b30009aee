"""The tables of `index.sqlite`."""

from __future__ import annotations

import sqlite3

SCHEMA = 5
"""Raised with every change of the tables; an index with another number is deleted and built anew."""
_APPLICATION = 0x72656164
HASH = 32 << 20
"""Bytes of words that are gathered in memory before they are written: fewer, larger pieces need less merging."""
_CRISIS = 64
"""From this many pieces on SQLite merges them itself, whoever waits for it; `texts.join_some` does so long before."""
_TOKENS = "tokenize = 'ascii tokenchars ''$'''"
"""What comes to the tokenizer was folded and spaced by `words.spaced`: all beyond ASCII is part of a word."""

RECORD_TABLES = ("articles", "tags", "annotations", "reviews")
SUMMARIES = ("tag_counts", "coded", "reviewed", "article_counts")
TABLES = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, edit TEXT NOT NULL, removed INTEGER NOT NULL, split TEXT NOT NULL,
    number INTEGER NOT NULL, state INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE tags (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, edit TEXT NOT NULL, gone INTEGER NOT NULL, merged_into TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE annotations (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, edit TEXT NOT NULL, live INTEGER NOT NULL,
    state INTEGER NOT NULL, origin TEXT NOT NULL,
    article TEXT NOT NULL, coder TEXT NOT NULL, tag TEXT NOT NULL, unit TEXT NOT NULL,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    created TEXT NOT NULL, note TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX annotations_by_tag ON annotations (tag) WHERE live;
CREATE INDEX annotations_by_article ON annotations (article) WHERE live;
CREATE INDEX annotations_by_origin ON annotations (origin) WHERE origin <> '';
CREATE TABLE reviews (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, edit TEXT NOT NULL, live INTEGER NOT NULL,
    state INTEGER NOT NULL, origin TEXT NOT NULL,
    article TEXT NOT NULL, coder TEXT NOT NULL, paragraph INTEGER NOT NULL, time TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX reviews_by_place ON reviews (article, coder, paragraph) WHERE live;
CREATE INDEX reviews_by_origin ON reviews (origin) WHERE origin <> '';

CREATE TABLE tag_counts (
    tag TEXT, coder TEXT, n INTEGER NOT NULL, PRIMARY KEY (tag, coder)
) WITHOUT ROWID;
CREATE TABLE coded (
    article TEXT, coder TEXT, paragraph INTEGER, n INTEGER NOT NULL, PRIMARY KEY (article, coder, paragraph)
) WITHOUT ROWID;
CREATE TABLE reviewed (
    article TEXT, coder TEXT, paragraph INTEGER, time TEXT NOT NULL, PRIMARY KEY (article, coder, paragraph)
) WITHOUT ROWID;
CREATE TABLE article_counts (
    article TEXT, coder TEXT, coded INTEGER NOT NULL DEFAULT 0, reviewed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (article, coder)
) WITHOUT ROWID;

CREATE TABLE texts (
    article TEXT PRIMARY KEY, split TEXT NOT NULL, base INTEGER NOT NULL, count INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE waiting (
    article TEXT PRIMARY KEY, split TEXT NOT NULL, number INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE speakers (
    name TEXT, article TEXT, PRIMARY KEY (name, article)
) WITHOUT ROWID;
CREATE TABLE places (
    row INTEGER PRIMARY KEY, byte INTEGER NOT NULL, size INTEGER NOT NULL, start INTEGER NOT NULL
);
CREATE TABLE marked (
    row INTEGER, id TEXT, tag TEXT NOT NULL, coder TEXT NOT NULL, unit TEXT NOT NULL,
    created TEXT NOT NULL, noted INTEGER NOT NULL, PRIMARY KEY (row, id)
) WITHOUT ROWID;
CREATE INDEX marked_by_tag ON marked (tag, row, coder);
CREATE VIRTUAL TABLE words USING fts5 (body, content = '', columnsize = 0, prefix = '1 2', {_TOKENS});
CREATE VIRTUAL TABLE notes USING fts5 (body, columnsize = 0, prefix = '1 2', {_TOKENS});
"""
"""Records with the place of their last change; summaries of them; then texts, and in `waiting` the articles whose
text is not in yet as it is now: `row` is `texts.base` plus the
number of a paragraph, `places` says where its bytes are and at which code point it begins, `words` holds its
words, `notes` those of the notes on it, `marked` its annotations; `speakers` are who speaks in an article."""


def configure(connection: sqlite3.Connection) -> None:
    """Have words written in few large pieces, and these merged only when there are many: half the time, the same answers."""
    connection.execute("INSERT INTO words (words, rank) VALUES ('hashsize', ?)", (HASH,))
    connection.execute("INSERT INTO words (words, rank) VALUES ('automerge', 0)")
    connection.execute("INSERT INTO words (words, rank) VALUES ('crisismerge', ?)", (_CRISIS,))


def make_tables(connection: sqlite3.Connection, project: str) -> None:
    """Make all tables of a new index, in the caller's transaction."""
    for statement in TABLES.split(";"):
        connection.execute(statement)
    configure(connection)
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")
    connection.execute("INSERT INTO meta VALUES ('project', ?)", (project,))


def has_tables(connection: sqlite3.Connection) -> bool:
    """Whether any tables are there."""
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def check_tables(connection: sqlite3.Connection, project: str) -> None:
    """DatabaseError if the tables are of another version or project."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA:
        raise sqlite3.DatabaseError(f"made by version {version}")
    row = connection.execute("SELECT value FROM meta WHERE name = 'project'").fetchone()
    if row is None or row[0] != project:
        raise sqlite3.DatabaseError("of another project")
