"""Articles whose import was undone in one copy while somebody marked them in another: they come back.

In one copy such an undo is refused, for the marks would be out of sight. Where two copies come together the
next session that writes brings the article back, as it was, and says whose marks are in it. What was erased stays away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

import msgspec

from reader import fs
from reader.edits import ERASE, RETURN, Edit
from reader.errors import Conflict
from reader.model import Annotation, Article, Review
from reader.store.records import decode

if TYPE_CHECKING:
    from reader.project import Project


class Returned(NamedTuple):
    """An article that is not in the project though it has marks, how many, and by whom."""

    article: Article
    marks: int
    coders: tuple[str, ...]


class Returning:
    """Looks for such articles once, and again when edits arrive that may make one; brings them back in a session that writes."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._is_due = True
        self._news: list[Returned] = []

    def follow(self, edits: Iterable[Edit]) -> bool:
        """Take in what others have committed; whether something came back."""
        self._is_due = self._is_due or any(self._may_part(edit) for edit in edits)
        project = self._project
        if not self._is_due or project.pending or not project.store.writes:
            return False
        self._is_due = False
        return self.bring_back()

    def _may_part(self, edit: Edit) -> bool:
        """Whether an edit takes an article away, or marks one that is not there."""
        articles = self._project.all_articles()
        return any(
            (change.table == "articles" and change.after is None)
            or (change.table in ("annotations", "reviews") and change.record.get("article", "") not in ("", *articles))
            for change in edit.changes
        )

    def bring_back(self) -> bool:
        """Put the articles back into the library, under their old numbers where these are free. NotSaved."""
        project, found = self._project, []
        for one in away(project):
            taken = {article.number for article in project.all_articles().values()}
            number = project.next_number() if one.article.number in taken else one.article.number
            article = msgspec.structs.replace(one.article, number=number)
            try:
                project.apply(RETURN, [(None, article)])
                project.flush()
            except Conflict:  # another session was faster
                project.poll()
            else:
                found.append(one._replace(article=article))
        self._news += found
        return bool(found)

    def news(self) -> list[Returned]:
        """What came back, each told once."""
        news, self._news = self._news, []
        return news


def away(project: Project) -> Iterator[Returned]:
    """The articles that have marks and text and are not in the project, though nobody erased them."""
    store = project.store
    for article_id in sorted(store.marked() - project.all_articles().keys()):
        records: list[Annotation | Review] = [*store.annotations(article_id), *store.reviews(article_id)]
        article = _last(project, article_id) if records else None
        if article is not None and fs.exists(store.texts.path(article_id)):
            yield Returned(article, len(records), tuple(sorted({record.coder for record in records})))


def _last(project: Project, article_id: str) -> Article | None:
    """The article as it was before it went; None where it was erased."""
    for edit in project.store.newest_first():
        for change in edit.changes:
            if change.table == "articles" and change.id == article_id:
                record = change.before if change.after is None else change.after
                if edit.command == ERASE or record is None:
                    return None
                return cast("Article", decode("articles", record))
    return None
