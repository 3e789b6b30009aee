"""From what importers found to records in the project, as one edit: the same text once, numbers given once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reader.codebook import plain
from reader.edits import Edit, now
from reader.errors import Conflict, ReaderError
from reader.model import Article, Coder, Role, SavedSearch
from reader.project.newmarks import IncomingMarks
from reader.project.newtags import IncomingTags, own_fields

if TYPE_CHECKING:
    from reader.formats import NewArticle, NewItem, NewProject
    from reader.project import Project
    from reader.project.changes import Pair

ATTEMPTS = 5
"""How often numbers are given anew when others import at the same time."""
HIGHEST_KEPT = 9_999_999
"""The highest number of an article that a file may bring."""
SPLITTING = frozenset({"text", "markdown"})
"""Importers that find the paragraphs of a text by themselves, the same in every copy of a project."""
ARTICLE_FIELDS = frozenset(Article.__struct_fields__)


@dataclass
class Imported:
    """What an import did: articles that are new, those that were there already (with the source), those split anew.

    `tags`, `marks` and `reviews` count what came with them, `doubles` what was there already.
    """

    edit: Edit | None = None
    new: list[Article] = field(default_factory=list)
    same: list[tuple[Article, str]] = field(default_factory=list)
    resplit: list[Article] = field(default_factory=list)
    refused: list[tuple[Article, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    tags: int = 0
    marks: int = 0
    reviews: int = 0
    doubles: int = 0
    other_notes: int = 0
    homeless: int = 0


class _Collected:
    """Records before and after, while an import goes on."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.before = project.all_articles()
        self.after: dict[str, Article] = {}
        self.done = Imported()
        self.first_number = self.next_number = project.next_number()
        self.tags = IncomingTags(project.codebook)
        self.marks = IncomingMarks(project, self.tags, frozenset(self.before))
        self.coders: dict[str, Coder] = {}
        self.searches: dict[str, SavedSearch] = {}
        self.name = ""
        self.locked = False
        self._numbers: set[int] = set()
        self._tags_ended = False

    def add(self, item: NewItem, *, resplit: bool) -> None:
        from reader.formats import NewArticle, NewMemo, NewTag

        if isinstance(item, NewTag):
            if self._tags_ended:
                self.tags.end_file()
            self._tags_ended = False
            self.tags.add(item)
        elif isinstance(item, NewArticle):
            self._tags_ended = True
            self._add_article(item, resplit=resplit)
        elif isinstance(item, NewMemo):
            self._tags_ended = True
            self.marks.add_memo(item.annotation)
        elif isinstance(item, Coder):
            self.coders.setdefault(item.id, item)
        elif isinstance(item, SavedSearch):
            self.searches.setdefault(item.id, item)
        else:
            self._add_project(item)

    def _add_project(self, found: NewProject) -> None:
        self.name = self.name or found.name
        self.locked = self.locked or found.locked
        self.done.remarks += found.remarks

    def settle(self) -> None:
        """All is found. ReaderError where the codebook is locked and there are new tags."""
        self.tags.settle()
        done = self.done
        done.tags, done.marks, done.reviews = len(self.tags.made), len(self.marks.marks), len(self.marks.reviews)
        done.doubles, done.other_notes, done.homeless = (
            self.marks.doubles,
            self.marks.other_notes,
            self.marks.homeless,
        )
        if done.tags and self.project.info.locked:
            tags = f"{done.tags} new tag{'s' * (done.tags != 1)}"
            raise ReaderError(
                f"The codebook of this project is locked, and the import has {tags}; `reader tags-unlock` first."
            )

    def pairs(self) -> Iterator[Pair]:
        """The changes, in an order in which each stands on those before it."""
        yield from self._project_pairs()
        coders, searches = self.project.coders, self.project.searches
        yield from ((None, coder) for coder in self.coders.values() if coder.id not in coders)
        names = {plain(search.name) for search in searches.values()}
        yield from (
            (None, search)
            for search in self.searches.values()
            if search.id not in searches and plain(search.name) not in names
        )
        yield from self.tags.pairs()
        yield from ((self.before.get(article.id), article) for article in self.after.values())
        yield from self.marks.pairs()

    def _project_pairs(self) -> Iterator[Pair]:
        """The name, where there is none but the folder's, and the lock, for a project that has nothing in it."""
        info = self.project.info
        if self.before or self.project.tags:
            return
        unnamed = info.name in ("", self.project.path.resolve().name)
        after = replace(info, name=self.name if self.name and unnamed else info.name, locked=info.locked or self.locked)
        if after != info:
            yield (info, after)

    # -- articles --------------------------------------------------------------------------------------

    def _add_article(self, found: NewArticle, *, resplit: bool) -> None:
        data = found.text.encode()
        sha256 = hashlib.sha256(data).hexdigest()
        article_id = f"a{sha256[:16]}"
        known = self.after.get(article_id) or self.before.get(article_id)
        self.done.remarks += (f"{found.source or found.title}: {remark}" for remark in found.remarks)
        if known is None:
            known = self._add_new(found, article_id, sha256, by_hand=resplit)
        elif known.removed:
            known = self.after[article_id] = replace(known, removed="", sources=_joined(known, found))
            self.done.new.append(known)
        else:
            self._add_known(known, found, resplit=resplit)
        self.marks.add(found, known)

    def _add_new(self, found: NewArticle, article_id: str, sha256: str, *, by_hand: bool) -> Article:
        article = Article(
            id=article_id,
            number=self._number(found.number),
            title=found.title,
            sources=found.sources,
            media_type=found.media_type,
            meta=found.meta,
            sha256=sha256,
            split=found.split,
            source_sha256=found.source_sha256,
            imported_at=found.imported_at or now(),
            roles=_roles(found),
            replaces=found.replaces,
            extra=own_fields(found.extra, ARTICLE_FIELDS),
        )
        by_itself = found.split.importer in SPLITTING and not (by_hand or found.imported_at)
        article = self.project.store.put_text(article, found.text, found.paragraphs, apart=not by_itself)
        self.marks.put(article_id, found.paragraphs)
        self.after[article_id] = article
        self.done.new.append(article)
        return article

    def _number(self, wanted: int) -> int:
        """The number that the file says, in a project that has given none yet; else the next one."""
        kept = self.first_number == 1 and 0 < wanted <= HIGHEST_KEPT and wanted not in self._numbers
        number = wanted if kept else self.next_number
        self._numbers.add(number)
        self.next_number = max(self.next_number, number + 1)
        return number

    def _add_known(self, known: Article, found: NewArticle, *, resplit: bool) -> None:
        changed = replace(known, sources=_joined(known, found))
        self.done.same.append((changed, found.source))
        if resplit and found.split != known.split and self._may_split(changed):
            split = replace(changed, split=found.split, roles={})
            split = self.project.store.put_text(split, found.text, found.paragraphs, apart=True)
            if split.paragraphs_sha256 != known.paragraphs_sha256:  # else the rule leads to the same paragraphs
                changed = split
                self.marks.put(known.id, found.paragraphs)
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
        stand = "annotations and reviews stand" if count != 1 else "annotation or review stands"
        reason = f"{count} {stand} in it, so its paragraphs stay as they are"
        self.done.refused.append((article, reason))
        return False


def _joined(known: Article, found: NewArticle) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known.sources, *found.sources)))


def _roles(found: NewArticle) -> dict[str, Role]:
    """The roles set by hand on paragraphs that there are."""
    numbers = {str(paragraph.number) for paragraph in found.paragraphs} if found.roles else set()
    return {number: role for number, role in found.roles.items() if number in numbers}


def import_articles(
    project: Project,
    found: Iterable[NewItem],
    *,
    resplit: bool = False,
    progress: Callable[[int, int], None] | None = None,
    total: int = 0,
) -> Imported:
    """Take in what importers found, as one edit. Anything raised by `found` or `progress` leaves the project as it was.

    ReaderError where the codebook is locked and the files bring new tags.
    """
    project.start()
    collected = _Collected(project)
    for count, item in enumerate(found, 1):
        collected.add(item, resplit=resplit)
        if progress is not None:
            progress(count, total)
    collected.settle()
    done = collected.done
    for attempt in range(ATTEMPTS):
        pairs = list(collected.pairs())
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
    """Others changed something in the meantime: what they took in too is theirs, the other new articles get numbers behind it."""
    project, done = collected.project, collected.done
    collected.before = project.all_articles()
    collected.tags.again(project.codebook)
    number = project.next_number()
    for article in done.new:
        known = collected.before.get(article.id)
        if known is not None:
            shared = replace(known, sources=tuple(dict.fromkeys((*known.sources, *article.sources))), removed="")
            collected.after[article.id] = shared
            done.same.append((shared, next(iter(article.sources), "")))
        else:
            collected.after[article.id] = replace(article, number=number)
            number += 1
    done.new = [collected.after[article.id] for article in done.new if article.id not in collected.before]
