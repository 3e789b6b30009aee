"""From what an importer found to articles in the project: the same text once, numbers given once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from reader.edits import Edit, now
from reader.errors import Conflict
from reader.model import Article

if TYPE_CHECKING:
    from reader.formats import NewArticle
    from reader.project import Project

ATTEMPTS = 5
"""How often numbers are given anew when others import at the same time."""


@dataclass
class Imported:
    """What an import did: articles that are new, those that were there already (with the source), those split anew."""

    edit: Edit | None = None
    new: list[Article] = field(default_factory=list)
    same: list[tuple[Article, str]] = field(default_factory=list)
    resplit: list[Article] = field(default_factory=list)
    refused: list[tuple[Article, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class _Collected:
    """Articles before and after, while an import goes on."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.before = project.all_articles()
        self.after: dict[str, Article] = {}
        self.done = Imported()
        self.next_number = project.next_number()

    def add(self, found: NewArticle, *, resplit: bool) -> None:
        data = found.text.encode()
        sha256 = hashlib.sha256(data).hexdigest()
        article_id = f"a{sha256[:16]}"
        known = self.after.get(article_id) or self.before.get(article_id)
        self.done.remarks += found.remarks
        if known is None:
            self._add_new(found, article_id, sha256)
        elif known.removed:
            self.after[article_id] = msgspec.structs.replace(known, removed="", sources=_joined(known, found))
            self.done.new.append(self.after[article_id])
        else:
            self._add_known(known, found, resplit=resplit)

    def _add_new(self, found: NewArticle, article_id: str, sha256: str) -> None:
        article = Article(
            id=article_id,
            number=self.next_number,
            title=found.title,
            sources=found.sources,
            media_type=found.media_type,
            meta=found.meta,
            sha256=sha256,
            split=found.split,
            source_sha256=found.source_sha256,
            imported_at=now(),
        )
        article = self.project.store.put_text(article, found.text, found.paragraphs)
        self.next_number += 1
        self.after[article_id] = article
        self.done.new.append(article)

    def _add_known(self, known: Article, found: NewArticle, *, resplit: bool) -> None:
        changed = msgspec.structs.replace(known, sources=_joined(known, found))
        self.done.same.append((changed, found.source))
        if resplit and found.split != known.split and self._may_split(changed):
            changed = msgspec.structs.replace(changed, split=found.split, roles={})
            changed = self.project.store.put_text(changed, found.text, found.paragraphs)
            if changed.paragraphs_sha256 != known.paragraphs_sha256:
                self.done.same.pop()
                self.done.resplit.append(changed)
        if changed != known:
            self.after[known.id] = changed

    def _may_split(self, article: Article) -> bool:
        if article.id not in self.before:
            return False
        marks = self.project.all_marks(article.id)
        if not marks.annotations and not marks.review_records:
            return True
        count = len(marks.annotations) + len(marks.review_records)
        reason = f"{count} annotations and reviews stand in it, so its paragraphs stay as they are"
        self.done.refused.append((article, reason))
        return False


def _joined(known: Article, found: NewArticle) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known.sources, *found.sources)))


def import_articles(
    project: Project,
    found: Iterable[NewArticle],
    *,
    resplit: bool = False,
    progress: Callable[[int, int], None] | None = None,
    total: int = 0,
) -> Imported:
    """Take articles in as one edit. Anything raised by `found` or `progress` leaves the project as it was."""
    project.start()
    collected = _Collected(project)
    for count, article in enumerate(found, 1):
        collected.add(article, resplit=resplit)
        if progress is not None:
            progress(count, total)
    done = collected.done
    for attempt in range(ATTEMPTS):
        pairs = [(collected.before.get(a.id), a) for a in collected.after.values()]
        if not pairs:
            return done
        try:
            done.edit = project.apply("import", pairs)
            project.flush()
            return done
        except Conflict:
            if attempt == ATTEMPTS - 1:
                raise
            project.poll()
            _number_anew(collected)
    return done


def _number_anew(collected: _Collected) -> None:
    """Others imported in the meantime: the new articles get numbers behind theirs."""
    project, done = collected.project, collected.done
    collected.before = project.all_articles()
    number = project.next_number()
    for article in done.new:
        if article.id in collected.before:
            collected.after.pop(article.id, None)
            continue
        collected.after[article.id] = msgspec.structs.replace(article, number=number)
        number += 1
    done.new = [collected.after[a.id] for a in done.new if a.id in collected.after]
