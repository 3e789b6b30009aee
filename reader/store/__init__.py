"""Where a project's records live. `Store` is all that `project` knows of it; TinyDB files are the embedded default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from reader.edits import Edit
from reader.model import Annotation, Article, ArticleText, Coder, Paragraph, ProjectInfo, Review, SavedSearch, Tag


class Store(Protocol):
    """Committed records, and the edits that made them. Reads may come from any thread, `apply` from one."""

    @property
    def info(self) -> ProjectInfo:
        """The project's own record."""

    @property
    def read_only(self) -> str:
        """Why nothing can be written, or empty."""

    @property
    def problems(self) -> list[str]:
        """Damage found so far, a sentence each."""

    def start(self) -> None:
        """Take the right to write as this coder. Locked, ReadOnly."""

    def articles(self) -> Mapping[str, Article]:
        """All articles by id, removed ones too."""

    def tags(self) -> Mapping[str, Tag]:
        """All tags by id."""

    def coders(self) -> Mapping[str, Coder]:
        """All coders by handle."""

    def searches(self) -> Mapping[str, SavedSearch]:
        """All saved searches by id."""

    def annotations(self, article_id: str) -> list[Annotation]:
        """The annotations in an article, of all coders."""

    def reviews(self, article_id: str) -> list[Review]:
        """The reviews in an article, of all coders."""

    def memos(self) -> list[Annotation]:
        """The annotations on tags and on the project, of all coders."""

    def text(self, article: Article) -> ArticleText:
        """The text of an article. Damage if its files are missing or cannot be read."""

    def put_text(self, article: Article, text: str, paragraphs: Sequence[Paragraph], *, apart: bool = False) -> Article:
        """Write an article's text and paragraphs, durably; returns the article with `paragraphs_sha256`.

        `apart` are paragraphs that an import of the text does not come to by itself: another copy may have those.
        """

    def apply(self, edit: Edit) -> Edit:
        """Commit an edit; it is durable on return. Conflict, NotSaved, ReadOnly, Locked."""

    def edits(self, since: str = "") -> tuple[list[Edit], str]:
        """The edits of all coders since a cursor (empty: from the first), in order, and the next cursor."""

    def newest_first(self, coder: str = "") -> Iterator[Edit]:
        """The edits of one coder, or of all, from the newest."""

    def poll(self) -> list[Edit]:
        """Edits that others have committed since the last look."""

    def highest_number(self) -> int:
        """The highest article number ever given, also to articles whose import was undone."""

    def settle(self) -> bool:
        """Bring the readable files up to date; False if some had to wait."""

    def close(self) -> None:
        """Settle and give up the right to write."""
