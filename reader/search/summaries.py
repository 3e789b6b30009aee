"""Counts kept beside the records, so that reading one costs the same with a hundred annotations and with a million."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from reader.search.rows import AnnotationRow, ReviewRow
from reader.search.schema import SUMMARIES

_ADD_TAG = """
INSERT INTO tag_counts VALUES (?1, ?2, ?3) ON CONFLICT (tag, coder) DO UPDATE SET n = n + ?3
"""
_ADD_CODED = """
INSERT INTO article_counts (article, coder, coded) VALUES (?1, ?2, ?3)
ON CONFLICT (article, coder) DO UPDATE SET coded = coded + ?3
"""
_ADD_REVIEWED = """
INSERT INTO article_counts (article, coder, reviewed) VALUES (?1, ?2, ?3)
ON CONFLICT (article, coder) DO UPDATE SET reviewed = reviewed + ?3
"""
_SUMMARISE = """
INSERT INTO tag_counts SELECT tag, coder, count(*) FROM annotations
    WHERE live AND tag <> '' AND unit <> 'tag' AND article NOT IN (SELECT id FROM articles WHERE removed)
    GROUP BY tag, coder;
INSERT INTO coded
    WITH RECURSIVE touched (article, coder, paragraph, last) AS (
        SELECT article, coder, first, last FROM annotations
            WHERE live AND tag <> '' AND first > 0 AND tag NOT IN (SELECT tag FROM hidden)
        UNION ALL
        SELECT article, coder, paragraph + 1, last FROM touched WHERE paragraph < last
    )
    SELECT article, coder, paragraph, count(*) FROM touched GROUP BY article, coder, paragraph;
INSERT INTO reviewed SELECT article, coder, paragraph, max(time) FROM reviews
    WHERE live GROUP BY article, coder, paragraph;
INSERT INTO article_counts (article, coder, coded) SELECT article, coder, count(*) FROM coded GROUP BY article, coder;
INSERT INTO article_counts (article, coder, reviewed)
    SELECT article, coder, count(*) FROM reviewed WHERE true GROUP BY article, coder
    ON CONFLICT (article, coder) DO UPDATE SET reviewed = excluded.reviewed;
"""


def summarise(connection: sqlite3.Connection) -> None:
    """Work out all summaries from the records."""
    run = connection.execute
    for table in SUMMARIES:
        run(f"DELETE FROM {table}")  # noqa: S608  our own names
    run("CREATE TEMP TABLE IF NOT EXISTS hidden (tag TEXT PRIMARY KEY)")
    run("DELETE FROM hidden")
    connection.executemany("INSERT INTO hidden VALUES (?)", ((tag,) for tag in hidden_tags(connection)))
    for statement in _SUMMARISE.split(";"):
        run(statement)


def hidden_tags(connection: sqlite3.Connection) -> set[str]:
    """Tags that mean none any more: deleted, or merged into such a one."""
    rows = connection.execute("SELECT id, gone, merged_into FROM tags WHERE gone OR merged_into <> ''")
    return _hidden({row[0]: (row[1], row[2]) for row in rows})


def _hidden(tags: Mapping[str, tuple[int, str]]) -> set[str]:
    found: set[str] = set()
    for tag in tags:
        seen: set[str] = set()
        now = tag
        while now in tags and now not in seen and tags[now][1]:
            seen.add(now)
            now = tags[now][1]
        if now in tags and tags[now][0]:
            found.add(tag)
    return found


class Tally:
    """Moves the summaries by what single records change; made anew for each transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        self._connection = connection
        self._hidden: set[str] | None = None
        self._removed: dict[str, bool] = {}

    def article(self, article_id: str, *, was_removed: bool, removed: bool) -> None:
        """A removed article's annotations no longer count under their tags; when it comes back they do."""
        self._removed.pop(article_id, None)
        if was_removed == removed:
            return
        groups = self._run(
            "SELECT tag, coder, count(*) FROM annotations WHERE live AND tag <> '' AND article = ? GROUP BY tag, coder",
            (article_id,),
        ).fetchall()
        for tag, coder, number in groups:
            self._run(_ADD_TAG, (tag, coder, -number if removed else number))

    def tags(self, before: set[str]) -> None:
        """Tags that went or came back, also through merges, take what is coded with them; `before`: those hidden until now."""
        after = self._hidden = hidden_tags(self._connection)
        for tag in before ^ after:
            marked = self._run("SELECT * FROM annotations WHERE live AND tag = ?", (tag,)).fetchall()
            for annotation in marked:
                self._coded(AnnotationRow(*annotation), -1 if tag in after else 1)

    def annotation(self, row: AnnotationRow, sign: int) -> None:
        """An annotation comes (1) or goes (-1); a note on a tag is no use of it."""
        if not row.live or not row.tag or row.unit == "tag":
            return
        if self._hidden is None:
            self._hidden = hidden_tags(self._connection)
        if not self._is_removed(row.article):
            self._run(_ADD_TAG, (row.tag, row.coder, sign))
        if row.tag not in self._hidden:
            self._coded(row, sign)

    def review(self, row: ReviewRow) -> None:
        """A review was written or went: the latest one of its paragraph is looked up anew."""
        place = (row.article, row.coder, row.paragraph)
        where = "WHERE article = ? AND coder = ? AND paragraph = ?"
        before = self._run(f"SELECT time FROM reviewed {where}", place).fetchone()  # noqa: S608  our own words
        newest = self._run(f"SELECT max(time) FROM reviews {where} AND live", place).fetchone()[0]  # noqa: S608  as above
        if newest is None:
            self._run(f"DELETE FROM reviewed {where}", place)  # noqa: S608  as above
        else:
            self._run("INSERT OR REPLACE INTO reviewed VALUES (?, ?, ?, ?)", (*place, newest))
        if (before is None) != (newest is None):
            self._run(_ADD_REVIEWED, (row.article, row.coder, -1 if newest is None else 1))

    def _is_removed(self, article_id: str) -> bool:
        if article_id not in self._removed:
            row: Any = self._run("SELECT removed FROM articles WHERE id = ?", (article_id,)).fetchone()
            self._removed[article_id] = bool(row and row[0])
        return self._removed[article_id]

    def _coded(self, row: AnnotationRow, sign: int) -> None:
        if not row.first:
            return
        article, coder = row.article, row.coder
        for paragraph in range(row.first, row.last + 1):
            place = (article, coder, paragraph)
            found = self._run("SELECT n FROM coded WHERE article = ? AND coder = ? AND paragraph = ?", place).fetchone()
            before = found[0] if found else 0
            if before + sign:
                self._run("INSERT OR REPLACE INTO coded VALUES (?, ?, ?, ?)", (*place, before + sign))
            else:
                self._run("DELETE FROM coded WHERE article = ? AND coder = ? AND paragraph = ?", place)
            if not before or not before + sign:
                self._run(_ADD_CODED, (article, coder, sign))
