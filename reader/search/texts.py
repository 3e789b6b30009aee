"""Texts in the index: the words of each paragraph, where its bytes are, and the marks and notes on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from reader.errors import ReaderError
from reader.model import ArticleText
from reader.search.fold import fold
from reader.search.rows import AnnotationRow, paragraphs_of
from reader.search.words import spaced

TextOf = Callable[[str], ArticleText]
"""(article id) -> its text."""
UNREADABLE = -1
"""Stands for the place of an article whose text could not be read."""
_WAIT = """
INSERT INTO waiting SELECT a.id, a.split, a.number FROM articles a LEFT JOIN texts t ON t.article = a.id
WHERE NOT a.removed AND (t.split IS NULL OR t.split <> a.split)
"""
_PUT_MARK = "INSERT OR REPLACE INTO marked VALUES (?, ?, ?, ?, ?, ?, ?)"
_NOTES = """
SELECT n.note FROM marked m JOIN annotations n ON n.id = m.id WHERE m.row = ? AND m.noted ORDER BY m.id
"""
_ALL_NOTES = "SELECT m.row, n.note FROM marked m JOIN annotations n ON n.id = m.id WHERE m.noted ORDER BY m.row, m.id"


class Pending(NamedTuple):
    """An article whose text is not in the index as it is now."""

    article: str
    split: str


def pending(connection: sqlite3.Connection, limit: int = -1) -> list[Pending]:
    """The articles whose texts are missing, in the order of the library: rows in that order make one stretch."""
    rows = connection.execute("SELECT article, split FROM waiting ORDER BY number LIMIT ?", (limit,))
    return [Pending(*row) for row in rows]


def wait_for(connection: sqlite3.Connection, article_id: str) -> None:
    """Note whether the text of an article is missing now."""
    connection.execute("DELETE FROM waiting WHERE article = ?", (article_id,))
    connection.execute(f"{_WAIT} AND a.id = ?", (article_id,))


def wait_for_all(connection: sqlite3.Connection) -> None:
    """Note all articles whose text is missing."""
    connection.execute("DELETE FROM waiting")
    connection.execute(_WAIT)


def put_texts(connection: sqlite3.Connection, articles: Iterable[tuple[Pending, ArticleText | None]]) -> int:
    """Write the words of some texts, in the caller's transaction; the number of characters."""
    top = connection.execute("SELECT coalesce(max(row), 0) FROM places").fetchone()[0]
    words: list[tuple[int, str]] = []
    places: list[tuple[int, int, int, int]] = []
    done: list[tuple[Pending, int, int]] = []
    characters = 0
    for article, text in articles:
        if text is None:
            done.append((article, UNREADABLE, 0))
            continue
        done.append((article, top, len(text)))
        for row, (byte, size, start, words_there) in enumerate(_paragraphs(text), top + 1):
            places.append((row, byte, size, start))
            words.append((row, words_there))
        connection.execute("DELETE FROM speakers WHERE article = ?", (article.article,))
        connection.executemany(
            "INSERT INTO speakers VALUES (?, ?)", ((name, article.article) for name in set(text.speakers()))
        )
        top += len(text)
        characters += text.length
    connection.executemany("INSERT INTO words (rowid, body) VALUES (?, ?)", words)
    connection.executemany("INSERT INTO places VALUES (?, ?, ?, ?)", places)
    for article, base, count in done:
        connection.execute(
            "INSERT OR REPLACE INTO texts VALUES (?, ?, ?, ?)", (article.article, article.split, base, count)
        )
        connection.execute("DELETE FROM waiting WHERE article = ?", (article.article,))
        _place_marks(connection, article.article)
    return characters


_SPEAKERS = """
SELECT DISTINCT name FROM speakers WHERE article IN (SELECT id FROM articles WHERE NOT removed) ORDER BY name
"""


def speakers(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Who speaks in the texts that are in the index, of articles in the library."""
    return tuple(name for (name,) in connection.execute(_SPEAKERS))


def coders(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Who has coded or reviewed something: known at once."""
    return tuple(name for (name,) in connection.execute("SELECT DISTINCT coder FROM article_counts ORDER BY coder"))


def annotators(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Who has annotated something in the texts that are in the index, be it a note alone: all marks are gone through."""
    return tuple(name for (name,) in connection.execute("SELECT DISTINCT coder FROM marked ORDER BY coder"))


_PIECES = """
WITH RECURSIVE piece (id) AS (
    SELECT min(segid) FROM words_idx
    UNION ALL SELECT (SELECT min(segid) FROM words_idx WHERE segid > id) FROM piece WHERE id IS NOT NULL
) SELECT count(id) FROM piece
"""
_AT_ONCE = 250
"""Pages that are merged in one transaction: some tens of milliseconds."""


def pieces(connection: sqlite3.Connection) -> int:
    """How many pieces the words lie in: each transaction makes one, a search asks each of them."""
    return int(connection.execute(_PIECES).fetchone()[0])


def join_some(connection: sqlite3.Connection, *, begin: bool) -> bool:
    """Go on merging all pieces into one, in the caller's transaction; False where that is done. `begin` with those there are now."""
    before = connection.total_changes
    pages = -_AT_ONCE if begin else _AT_ONCE
    connection.execute("INSERT INTO words (words, rank) VALUES ('merge', ?)", (pages,))
    return connection.total_changes - before >= 2  # less is the command alone


def read(text_of: TextOf, article_id: str) -> ArticleText | None:
    """A text; None if it cannot be read: the search says so when it comes to it."""
    try:
        return text_of(article_id)
    except ReaderError:
        return None


def _paragraphs(text: ArticleText) -> Iterator[tuple[int, int, int, str]]:
    """First byte, number of bytes, first code point and words of each paragraph."""
    whole = text.slice(0, text.length)
    ascii_only = whole.isascii()
    byte = at = 0
    for number in range(1, len(text) + 1):
        paragraph = text.paragraph(number)
        start, end = paragraph.start, paragraph.end
        words = whole[start:end]
        if ascii_only:
            # The tokenizer folds the case of ASCII by itself.
            yield start, end - start, start, words.replace("$", " $ ") if "$" in words else words
            continue
        byte += len(whole[at:start].encode())
        size = len(words.encode())
        yield byte, size, start, spaced(fold(words))
        byte, at = byte + size, end


# marks and notes by paragraph


def _place_marks(connection: sqlite3.Connection, article_id: str) -> None:
    """Put the marks of an article, which came before its text, where they belong."""
    rows = connection.execute("SELECT * FROM annotations WHERE live AND article = ?", (article_id,)).fetchall()
    for row in rows:
        put_mark(connection, AnnotationRow(*row))


def put_mark(connection: sqlite3.Connection, annotation: AnnotationRow) -> None:
    """Write an annotation under its paragraphs."""
    marks = _marks_of(connection, annotation)
    connection.executemany(_PUT_MARK, marks)
    if annotation.note:
        for mark in marks:
            _write_notes(connection, mark[0])


def drop_mark(connection: sqlite3.Connection, annotation: AnnotationRow) -> None:
    """Take an annotation off its paragraphs."""
    marks = _marks_of(connection, annotation)
    connection.executemany("DELETE FROM marked WHERE row = ? AND id = ?", ((mark[0], annotation.id) for mark in marks))
    if annotation.note:
        for mark in marks:
            _write_notes(connection, mark[0])


Mark = tuple[int, str, str, str, str, str, int]


def _marks_of(connection: sqlite3.Connection, annotation: AnnotationRow) -> list[Mark]:
    numbers = paragraphs_of(annotation)
    if not numbers:
        return []
    place = connection.execute("SELECT base, count FROM texts WHERE article = ?", (annotation.article,)).fetchone()
    if place is None:
        return []
    return list(_under(annotation, *place))


def _under(annotation: AnnotationRow, base: int, count: int) -> Iterator[Mark]:
    a = annotation
    for number in paragraphs_of(a):
        if number <= count:
            yield (base + number, a.id, a.tag, a.coder, a.unit, a.created, int(bool(a.note)))


def _write_notes(connection: sqlite3.Connection, row: int) -> None:
    """Write the words of all notes on a paragraph anew."""
    notes = [note for (note,) in connection.execute(_NOTES, (row,))]
    connection.execute("DELETE FROM notes WHERE rowid = ?", (row,))
    if notes:
        connection.execute("INSERT INTO notes (rowid, body) VALUES (?, ?)", (row, _words_of(notes)))


def _words_of(notes: Iterable[str]) -> str:
    return "\n".join(spaced(fold(note)) for note in notes)


def put_all_marks(connection: sqlite3.Connection) -> None:
    """Write all marks and notes anew."""
    connection.execute("DELETE FROM marked")
    connection.execute("DELETE FROM notes")
    places = {row[0]: row[1:] for row in connection.execute("SELECT article, base, count FROM texts")}
    live = connection.cursor().execute("SELECT * FROM annotations WHERE live")
    rows = (AnnotationRow(*row) for row in live)
    connection.executemany(
        _PUT_MARK, (m for row in rows if row.article in places for m in _under(row, *places[row.article]))
    )
    found = connection.cursor().execute(_ALL_NOTES)
    bodies = ((row, _words_of(note for _, note in group)) for row, group in groupby(found, key=lambda each: each[0]))
    connection.executemany("INSERT INTO notes (rowid, body) VALUES (?, ?)", bodies)
