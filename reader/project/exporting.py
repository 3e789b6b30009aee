"""Writing what a project holds to files and streams: a file is whole or as it was."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from reader import fs
from reader.errors import ReaderError
from reader.formats import ExportOptions, exporter_for

if TYPE_CHECKING:
    from reader.formats.everything import Target, Written
    from reader.project import Project


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


def export(
    project: Project, format_name: str, target: Path | BinaryIO, options: ExportOptions, *, force: bool = False
) -> int:
    """See `Project.export`."""
    exporter = exporter_for(format_name)
    if not isinstance(target, Path):
        with _without_collector():
            return exporter.write(project, target, options)
    if not force and fs.exists(target):
        raise ReaderError(f"{target} exists already; --force overwrites it.")
    try:
        with fs.replacing(target) as write, _without_collector():
            return exporter.write(project, cast("BinaryIO", write), options)
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
    progress: Callable[[int, int], None] | None = None,
) -> list[Written]:
    """See `Project.export_all`."""
    from reader.formats.everything import DATA_PACKAGE, FILES
    from reader.formats.everything import export_all as write_all

    names = [*(file for _, file, _ in FILES), DATA_PACKAGE]
    there = [name for name in names if fs.exists(folder / name)]
    if there and not force:
        raise ReaderError(f"{folder / there[0]} exists already; --force overwrites it.")

    @contextlib.contextmanager
    def opened(name: str) -> Iterator[Target]:
        with fs.replacing(folder / name) as write:
            yield write

    try:
        fs.make_folder(folder)
        with _without_collector():
            return write_all(project, opened, options, progress)
    except OSError as error:
        raise ReaderError(f"{folder} cannot be written: {error.strerror}.") from error
