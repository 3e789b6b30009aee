"""From what was typed to files and their articles: files, folders, `-` for standard input.

What is recorded as a source is what was named, never an absolute path; for a file in a folder the
folder's name and the path below it.
"""

from __future__ import annotations

import errno
import io
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from reader import fs
from reader.errors import Unreadable, UsageError
from reader.formats import DEFAULTS, SUFFIXES, ImportOptions, NewItem, importer_for

STANDARD_INPUT = "-"
MOST_STANDARD_INPUT = 1 << 30
"""Bytes read from standard input at most; a file is read up to the size it has when it is opened."""
_OWN_FOLDERS = frozenset({"texts", "annotations", "journal", "drafts", "locks", "state", "logs", "backups"})
"""What a project keeps beside its project.json: its copies of texts must not be imported again."""


class Source(NamedTuple):
    """A file to read: what to record, where it is (None: standard input), whether it was found in a folder."""

    name: str
    path: Path | None = None
    in_folder: bool = False


def shown(name: str) -> str:
    """A name from the command line or the disk without the half characters that stand for undecodable bytes."""
    return os.fsencode(name).decode("utf-8", "replace")


def find_sources(paths: Sequence[str]) -> list[Source]:
    """The files that are meant, each once: folders recursively by suffix, hidden ones skipped, in natural order.

    UsageError for what is not there; Unreadable for a folder without texts and for what is no file.
    """
    found: dict[str, Source] = {}
    for typed in paths:
        for source in _named(typed):
            key = os.path.realpath(source.path) if source.path is not None else STANDARD_INPUT
            if source.path is None and key in found:
                raise UsageError("- (standard input) can be named only once.")
            found.setdefault(key, source)
    return list(found.values())


def _named(typed: str) -> Iterable[Source]:
    if typed == STANDARD_INPUT:
        return (Source(STANDARD_INPUT),)
    if not typed:
        raise UsageError("An empty name is no file; name a file, a folder or - for standard input.")
    path = Path(typed)
    name = shown(typed)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise UsageError(f"There is no file {name}{_nearest(path)}.") from None
    except OSError as error:
        raise _unreadable(name, error) from error
    if stat.S_ISDIR(mode):
        return _in_folder(path, name)
    if not stat.S_ISREG(mode):
        raise Unreadable(f"{name} is {_kind(mode)}, not a file; - reads standard input.")
    return (Source(shown(path.name) if path.is_absolute() else shown(str(path)), path),)


def _nearest(path: Path) -> str:
    import difflib

    try:
        beside = fs.names(path.parent)
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, beside, n=1, cutoff=0.7)
    return f"; the nearest is {shown(str(path.with_name(close[0])))}" if close else ""


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _unreadable(name: str, error: OSError) -> Unreadable:
    if isinstance(error, PermissionError):
        return Unreadable(f"{name} cannot be read: there is no permission.")
    if error.errno == errno.EINVAL:
        return Unreadable(f"{name} is not a regular file; - reads standard input.")
    return Unreadable(f"{name} cannot be read: {error.strerror or error}.")


# -- folders ---------------------------------------------------------------------------------------


def _in_folder(folder: Path, name: str) -> list[Source]:
    top = shown(folder.name or folder.resolve().name)
    if folder.name == "..":
        top = shown(folder.resolve().name)
    files = sorted(_walk(folder, (), set()), key=lambda parts: [_natural(part) for part in parts])
    if not files:
        endings = ", ".join(SUFFIXES)
        raise Unreadable(f"There is no text in the folder {name}: no file there ends in {endings}.")
    return [
        Source("/".join((top, *map(shown, parts))).lstrip("/"), folder.joinpath(*parts), in_folder=True)
        for parts in files
    ]


def _walk(folder: Path, below: tuple[str, ...], seen: set[tuple[int, int]]) -> Iterator[tuple[str, ...]]:
    """The files under a folder as the parts of their paths below it; links are followed, a folder is entered once."""
    try:
        status = folder.stat()
        names = fs.names(folder)
    except OSError as error:
        raise _unreadable(shown(str(folder)), error) from error
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    passed_over = _OWN_FOLDERS if "project.json" in names else ()
    for name in names:
        path = folder / name
        if name.startswith(".") or name in passed_over:
            continue
        if path.is_dir():
            yield from _walk(path, (*below, name), seen)
        elif path.suffix.lower() in SUFFIXES and path.is_file():
            yield (*below, name)


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A key that puts `night 2` before `night 10`."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts if part] + [(-1, 0, name)]


# -- reading ---------------------------------------------------------------------------------------


def read_sources(
    found: Iterable[Source], options: ImportOptions = DEFAULTS, skipped: list[str] | None = None
) -> Iterator[NewItem]:
    """What is in the files, one item at a time: articles, and from files of projects tags, coders, searches, memos too.

    A file that was named must be readable. One that was found in a folder is passed over if it is not
    and a list `skipped` is given, which gets the sentence that says why.
    """
    for source in found:
        try:
            data = _bytes_of(source)
            importer = importer_for("text" if source.path is None else source.path.name)
            yield from importer.read(io.BytesIO(data), source.name, options)
        except Unreadable as error:
            if skipped is None or not source.in_folder:
                raise
            skipped.append(str(error))


def _bytes_of(source: Source) -> bytes:
    if source.path is None:
        return _standard_input()
    try:
        return fs.read_bytes(source.path)
    except FileNotFoundError:
        raise Unreadable(f"{source.name} is gone; it was there a moment ago.") from None
    except MemoryError:
        raise Unreadable(f"{source.name} is too large for this machine's memory.") from None
    except OSError as error:
        raise _unreadable(source.name, error) from error


def _standard_input() -> bytes:
    data = sys.stdin.buffer.read(MOST_STANDARD_INPUT + 1)
    if len(data) > MOST_STANDARD_INPUT:
        raise Unreadable(
            f"Standard input brings more than {MOST_STANDARD_INPUT >> 20} MB; save it to files and import these."
        )
    return data
