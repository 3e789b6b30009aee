"""What is seen of a project: its records as the store has them, under the edits that are still on their way to the disk.

Kept in memory until an edit touches it. Values handed out are immutable: a change makes new ones.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import TypeVar

from reader.codebook import Codebook
from reader.edits import Edit
from reader.errors import UnknownArticle
from reader.model import Annotation, Article, ArticleText, Coder, Marks, ProjectInfo, SavedSearch
from reader.project import marks as _marks
from reader.project.changes import T, articles_in, laid_over, pairs_in, with_new
from reader.store.tiny import TinyStore

V = TypeVar("V")
KEPT_MARKS = 32
"""Articles whose marks stay in memory."""


class Seen:
    """The records that one coder sees, of others as far as they may be seen."""

    def __init__(self, store: TinyStore) -> None:
        self.lock = threading.RLock()
        self._store = store
        self._waiting: list[Edit] = []
        self._articles: dict[str, Article] | None = None
        self._codebook: Codebook | None = None
        self._searches: Mapping[str, SavedSearch] | None = None
        self._marks: dict[str, Marks] = {}
        self._own_marks: dict[str, tuple[Marks, Marks]] = {}

    # -- records ---------------------------------------------------------------------------------------

    def _overlaid(self, table: str, committed: Mapping[str, T]) -> Mapping[str, T]:
        return laid_over(table, committed, self._waiting)

    @property
    def info(self) -> ProjectInfo:
        """The project's own record."""
        committed = self._store.info
        if not self._waiting:
            return committed
        return self._overlaid("project", {committed.id: committed}).get(committed.id, committed)

    def all_articles(self) -> Mapping[str, Article]:
        """All articles by id, removed ones too."""
        with self.lock:
            return self._overlaid("articles", self._store.articles())

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles in the library by id, in order of their numbers; removed ones are left out."""
        found = self._articles
        if found is None:
            with self.lock:
                live = (a for a in self.all_articles().values() if not a.removed)
                found = self._articles = {a.id: a for a in sorted(live, key=lambda a: a.number)}
        return found

    def any_article(self, article_id: str) -> Article | None:
        """The article of an id, also a removed one."""
        return self.articles.get(article_id) or self.all_articles().get(article_id)

    def text(self, article_id: str) -> ArticleText:
        """The text of an article. UnknownArticle; Damage if its files are missing or cannot be read."""
        article = self.any_article(article_id)
        if article is None:
            raise UnknownArticle(f"There is no article {article_id!r}.")
        return self._store.text(article)

    @property
    def codebook(self) -> Codebook:
        """What the tags mean; a new object after each change."""
        found = self._codebook
        if found is None:
            with self.lock:
                found = self._codebook = Codebook(dict(self._overlaid("tags", self._store.tags())))
        return found

    @property
    def coders(self) -> Mapping[str, Coder]:
        """The records of coders, by handle."""
        with self.lock:
            return self._overlaid("coders", self._store.coders())

    @property
    def searches(self) -> Mapping[str, SavedSearch]:
        """The saved searches, by id."""
        found = self._searches
        if found is None:
            with self.lock:
                found = self._searches = self._overlaid("searches", self._store.searches())
        return found

    def marks(self, article_id: str) -> Marks:
        """The annotations and reviews of an article that may be seen; a new object after each change."""
        marks = self.all_marks(article_id)
        if not self.info.blind:
            return marks
        known = self._own_marks.get(article_id)
        if known is None or known[0] is not marks:
            coder = self._store.coder
            mine = (a for a in marks.annotations.values() if a.coder == coder)
            reviews = (r for r in marks.review_records.values() if r.coder == coder)
            known = (marks, _marks.gather(mine, reviews, self.text(article_id)))
            _keep(self._own_marks, article_id, known)
        return known[1]

    def all_marks(self, article_id: str) -> Marks:
        """The annotations and reviews of an article, also those a blind project hides."""
        found = self._marks.get(article_id)
        if found is None:
            with self.lock:
                text = self.text(article_id)
                found = _marks.gather(self._store.annotations(article_id), self._store.reviews(article_id), text)
                for edit in self._waiting:
                    found = _marks.follow(found, pairs_in(edit.changes, article_id), text)
                _keep(self._marks, article_id, found)
        return found

    def all_memos(self) -> list[Annotation]:
        """Annotations on tags and on the project, also those a blind project hides."""
        with self.lock:
            found = self._overlaid("annotations", {a.id: a for a in self._store.memos()})
        return [a for a in found.values() if not a.article]

    # -- edits that change them --------------------------------------------------------------------------

    @property
    def waiting(self) -> list[Edit]:
        """The edits that are on their way to the disk, the newest first."""
        with self.lock:
            return self._waiting[::-1]

    def add(self, edit: Edit) -> None:
        """Lay an edit made here over what is there, at once."""
        with self.lock:
            self._waiting.append(edit)
            articles = with_new(self._articles, edit) if self._articles else None
            self._forget_shared(edit)
            if articles is not None:
                self._articles = articles
            for article_id in articles_in(edit):
                known = self._marks.get(article_id)
                if known is not None and self.any_article(article_id) is None:  # it went with its marks
                    self._marks.pop(article_id, None)
                elif known is not None:
                    pairs = pairs_in(edit.changes, article_id)
                    self._marks[article_id] = _marks.follow(known, pairs, self.text(article_id))

    def arrived(self, edit: Edit) -> None:
        """An edit made here is on the disk."""
        with self.lock:
            self._waiting = [other for other in self._waiting if other.id != edit.id]

    def take_out(self, edit: Edit) -> None:
        """An edit made here was given up."""
        with self.lock:
            self.arrived(edit)
            self.forget([edit])

    def forget(self, edits: Iterable[Edit]) -> None:
        """Let what some edits touched be read anew."""
        for edit in edits:
            self._forget_shared(edit)
            for article_id in articles_in(edit):
                self._marks.pop(article_id, None)

    def forget_all(self) -> None:
        """Let everything be read anew."""
        self._articles = self._codebook = self._searches = None
        self._marks.clear()

    def _forget_shared(self, edit: Edit) -> None:
        """Let the library and the codebook be made anew if an edit touched them."""
        tables = {change.table for change in edit.changes}
        if "articles" in tables:
            self._articles = None
        if "tags" in tables:
            self._codebook = None
        if "searches" in tables:
            self._searches = None


def _keep(kept: dict[str, V], article_id: str, value: V) -> None:
    """Keep what belongs to an article; where that is too much the one kept longest goes."""
    if len(kept) >= KEPT_MARKS:
        kept.pop(next(iter(kept)))
    kept[article_id] = value
