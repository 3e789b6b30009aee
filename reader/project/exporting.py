"""Writing what a project holds to files and streams: a file is whole or as it was."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from reader import fs
from reader.errors import ReaderError
from reader.formats import ExportOptions, exporter_for

if TYPE_CHECKING:
    from reader.formats.everything import Target, Written
    from reader.model import Corpus, Marks
    from reader.project import Project
    from reader.project.progress import Progress


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Records and rows make no cycles; the collector would look through all of them again and again, a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Watched:
    """A corpus that tells how many of its articles have been looked at."""

    def __init__(self, corpus: Corpus, progress: Progress) -> None:
        self._corpus = corpus
        self._progress = progress
        self._total = len(corpus.articles)
        self._seen: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._corpus, name)

    def marks(self, article_id: str) -> Marks:
        """The marks of an article, which every exporter asks for when it comes to it."""
        self._seen.add(article_id)
        self._progress(min(len(self._seen), self._total), self._total)
        return self._corpus.marks(article_id)


def export(
    project: Project,
    format_name: str,
    target: Path | BinaryIO,
    options: ExportOptions,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> int:
    """See `Project.export`."""
    exporter = exporter_for(format_name)
    corpus = project if progress is None else cast("Corpus", _Watched(project, progress))
    if not isinstance(target, Path):
        with _without_collector():
            return exporter.write(corpus, target, options)
    if not force and fs.exists(target):
        raise ReaderError(f"{target} exists already; --force overwrites it.")
    try:
        with fs.replacing(target) as write, _without_collector():
            return exporter.write(corpus, cast("BinaryIO", write), options)
    except OSError as error:
        raise ReaderError(f"{target} cannot be written: {error.strerror}.") from error


def losses(project: Project, format_name: str, options: ExportOptions) -> list[str]:
    """See `Project.losses`."""
    found = getattr(exporter_for(format_name), "losses", None)
    return list(found(project, options)) if found is not None else []


def export_all(
    project: Project,
    folder: Path,
    options: ExportOptions,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> list[Written]:
    """See `Project.export_all`."""
    from reader.formats.everything import DATA_PACKAGE, FILES
    from reader.formats.everything import export_all as write_all

    names = [*(file for _, file, _ in FILES), DATA_PACKAGE]
    there = [name for name in names if fs.exists(folder / name)]
    if there and not force:
        raise ReaderError(f"{folder / there[0]} exists already; --force overwrites it.")

    made = fs.missing_folders(folder)
    try:
        fs.make_folder(folder)
        with _without_collector(), contextlib.ExitStack() as unfinished:
            # All take their names once all are written, the first opened the last: a data package never speaks of more than is there.
            package = unfinished.enter_context(fs.replacing(folder / DATA_PACKAGE))

            @contextlib.contextmanager
            def opened(name: str) -> Iterator[Target]:
                yield package if name == DATA_PACKAGE else unfinished.enter_context(fs.replacing(folder / name))

            return write_all(project, opened, options, progress)
    except BaseException as error:
        fs.remove_empty(made)
        if isinstance(error, OSError):
            raise ReaderError(f"{folder} cannot be written: {error.strerror}.") from error
        raise
