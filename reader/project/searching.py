"""The index of a project and what is asked of it: hits, counts, completions."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from reader import fs
from reader.errors import ReaderError
from reader.model import Annotation, SavedSearch

if TYPE_CHECKING:
    from reader.project import Project
    from reader.search.bind import Scope
    from reader.search.complete import Completion
    from reader.search.hits import Hit, Order
    from reader.search.index import Counts, Index
    from reader.search.lookup import Lookup

INDEX = "index.sqlite"
SPEAKER, CODER = "speaker:", "coder:"
MUCH = 1_000_000
"""Bytes of journals from which on a missing index is made beside the program rather than in it."""


class Searching:
    """Opens the index when it is needed first, and brings it up to date with the journals before each answer."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._path = project.path / INDEX
        self._index: Index | None = None
        self._is_current = False
        """Whether the index had all edits when it was asked for last: another process may have been writing it."""
        self._counts: dict[str | None, Counts] = {}
        self._lookup: Lookup | None = None
        self._asking: Scope | None = None
        self._lock = threading.RLock()
        self._pieces = fs.Pieces(project.store.texts.path)
        self.patience: float | None = None
        """Seconds that the index is waited for while another process writes it; None leaves the usual ones."""

    # -- what is asked --------------------------------------------------------------------------------

    def search(self, query: str, order: Order, limit: int | None) -> Iterator[Hit]:
        """See `Project.search`."""
        return self._prepared().search(query, scope=self._scope(), order=order, limit=limit)

    def count(self, query: str) -> int:
        """See `Project.count`."""
        return self._prepared().count(query, scope=self._scope())

    def matching(self, query: str) -> Iterator[tuple[str, int]]:
        """See `Project.matching`."""
        return self._prepared().matching(query, scope=self._scope())

    def memos_with(self, query: str) -> list[Annotation]:
        """See `Project.memos_with`."""
        from reader.search.bind import Bound
        from reader.search.memos import holding

        return holding(Bound(query, self._project, self._scope()), self._project.memos())

    def check(self, search: SavedSearch) -> None:
        """See `Project.check_search`."""
        from reader.search.bind import Bound

        scope = self._scope()._replace(saved={**self._project.searches, search.id: search})
        Bound(search.query, self._project, scope)
        Bound(f'saved:"{search.name}"', self._project, scope)

    def completions(self, query: str, cursor: int) -> list[Completion]:
        """See `Project.completions`."""
        from reader.search.complete import Known, completions

        speakers = self._speakers() if SPEAKER in query.lower() else ()
        coders = self._coders() if CODER in query.lower() else ()
        return completions(query, cursor, Known.of(self._project, self._project.searches.values(), speakers, coders))

    def unknown_in(self, query: str) -> list[str]:
        """See `Project.unknown_in`."""
        from reader.search.bind import Bound
        from reader.search.unknown import unknown

        bound = Bound(query, self._project, self._scope())
        if bound.is_plain:
            return []
        self._prepared()
        known: dict[str, Callable[[], Iterable[str]]] = {}
        if self._is_current and self.index().is_complete:
            known["speaker"] = self._speakers
            if not bound.scope.only:
                known["coder"] = self._all_coders
        return unknown(bound, self._project, known)

    def _speakers(self) -> tuple[str, ...]:
        """Who speaks; of texts that are still to be taken into the index it is not known."""
        self._prepared()
        return self.index().speakers()

    def _all_coders(self) -> Iterator[str]:
        """Everyone who did anything; those who only wrote notes come last, when they are asked for."""
        yield from self._coders()
        yield from self.index().annotators()

    def _coders(self) -> tuple[str, ...]:
        """Who has coded or reviewed something that may be seen."""
        self._prepared()
        only = self._scope().only
        return tuple(coder for coder in self.index().coders() if not only or coder == only)

    def counts(self, *, everyone: bool = False) -> Counts:
        """See `Project.counts`."""
        index = self.index()
        only = self._project.coder if self._project.info.blind and not everyone else None
        if only not in self._counts:
            self._counts[only] = index.counts(only)
        return self._counts[only]

    def _scope(self) -> Scope:
        """Who asks; the one before as long as it is the same."""
        project = self._project
        blind, saved, known = project.info.blind, project.searches, self._asking
        if known is not None and known.saved is saved and bool(known.only) == blind:
            return known
        from reader.search.bind import Scope

        self._asking = Scope(project.coder, project.coder if blind else "", saved)
        return self._asking

    def _prepared(self) -> Lookup:
        """The search with the index, up to date with what is on the disk; where that fails it reads all there is."""
        project = self._project
        if project.pending:
            with contextlib.suppress(ReaderError):  # the reading screen says what could not be saved
                project.flush()
            if project.pending:
                return self._made(None)
        with self._lock:
            index = self._index
            if index is None or not index.is_complete or project.store.has_news(index.followed):
                index = self.index()
                if not self._is_current:
                    return self._made(None)
                index.take_few_texts(project.text)
            if self._lookup is None:
                self._lookup = self._made(index)
            return self._lookup

    def _made(self, index: Index | None) -> Lookup:
        from reader.search.lookup import Lookup

        return Lookup(index, self._project, self._pieces.read)

    def forget_texts(self) -> None:
        """Open the texts anew when they are asked for: one may have gone."""
        self._pieces.close()

    # -- the index ------------------------------------------------------------------------------------

    def index(self) -> Index:
        """The index, records as new as the journals; made if it is missing."""
        with self._lock:
            return self._followed()

    def _followed(self) -> Index:
        if self._index is not None and self._index.is_replaced():
            self.close()
        index, store = self._index, self._project.store
        if index is None:
            from reader.search.index import Index

            index = self._index = Index.open(
                self._path,
                project=store.info.id,
                paragraph_of=self._project.number_at,
                memory=store.foreign or not fs.writable(store.path),
                modes=store.modes,
            )
        if self.patience is not None:
            index.wait(self.patience)
        in_memory = index.in_memory
        self._is_current = index.catch_up(store.edits)
        if index.in_memory != in_memory:
            self._close_counts()
        return index

    def build(self, progress: Callable[[int, int], None] | None = None) -> bool:
        """See `Project.build_index`."""
        index = self.index()
        if index.in_memory or not self._is_current:  # where it has not followed, the texts that it lacks are not known
            return False
        return index.take_texts(self._project.text, progress)

    def join(self, proceed: Callable[[], None]) -> None:
        """See `Project.join_index`."""
        self.index().join(proceed)

    def is_behind(self) -> bool:
        """See `Project.index_is_behind`."""
        if not fs.exists(self._path) and self._much_to_follow():
            return fs.writable(self._project.path)
        with self._lock:
            index = self.index()
            if index.in_memory:
                return False
            return not index.take_few_texts(self._project.text) or index.is_scattered()

    def is_at_hand(self) -> bool:
        """See `Project.index_is_at_hand`."""
        return self._index is not None and bool(self._index.followed)

    def _much_to_follow(self) -> bool:
        """Whether following all journals takes longer than a moment."""
        return sum(fs.size_of(path) for path in self._project.store.journal_paths().values()) > MUCH

    def drop(self) -> bool:
        """Delete the index, it is made anew when it is needed; False if there is none."""
        there = fs.exists(self._path)
        self.close()
        for suffix in ("", "-wal", "-shm"):
            path = self._path.with_name(f"{INDEX}{suffix}")
            if fs.exists(path):
                fs.remove(path)
        return there

    def close(self) -> None:
        """Let go of all connections and texts."""
        self._close_counts()
        self._pieces.close()
        if self._lookup is not None:
            self._lookup.close()
            self._lookup = None
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None

    def _close_counts(self) -> None:
        for counts in self._counts.values():
            counts.close()
        self._counts.clear()
