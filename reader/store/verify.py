"""Reads everything in a project folder and says what is not as it was written."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reader import fs
from reader.errors import Damage
from reader.model import Article
from reader.store import journal as journals
from reader.store import texts
from reader.store.documents import Shelf, read_shelf
from reader.store.replay import replay
from reader.store.shelves import CODEBOOK, LIBRARY, PROJECT, owner_of

if TYPE_CHECKING:
    from reader.store.tiny import TinyStore


def verify(store: TinyStore) -> list[str]:
    """The damage found, a sentence each: journals line by line, TinyDB files, texts and paragraphs by their hashes."""
    replayed = replay(store.journal_paths().values())
    found = [*replayed.problems]
    for path in store.journal_paths().values():
        found += _end_problems(store, path)
    for key in _keys(store, replayed.shelves):
        found += _file_problems(store, key, replayed.shelves.get(key, Shelf()), damaged=bool(replayed.problems))
    found += _info_problems(store, replayed.shelves.get(PROJECT, Shelf()))
    for article in store.articles().values():
        found += _text_problems(store, article)
    return list(dict.fromkeys([*store.problems, *found]))


def _keys(store: TinyStore, replayed: Iterable[str]) -> list[str]:
    """The TinyDB files that there are or should be, the latter by the journals."""
    return sorted({LIBRARY, CODEBOOK, *replayed, *annotation_keys(store.path)} - {PROJECT})


def _own_keys(store: TinyStore, replayed: Iterable[str]) -> list[str]:
    """The files, the project's own record among them, that this coder may write."""
    return [key for key in (PROJECT, *_keys(store, replayed)) if owner_of(key) in ("", store.coder)]


def annotation_keys(folder: Path) -> list[str]:
    """The TinyDB files of annotations that there are."""
    found = []
    for coder in fs.names(folder / "annotations"):
        for name in _names(folder / "annotations" / coder):
            if name == "memos.json":
                found.append(f"annotations/{coder}/{name}")
            else:
                inner = _names(folder / "annotations" / coder / name)
                found += [f"annotations/{coder}/{name}/{file}" for file in inner if file.endswith(".json")]
    return [key for key in found if "/." not in key and _is_plain(key)]


def _is_plain(key: str) -> bool:
    """Whether a file has the name that we give: what a sync tool keeps beside it has another."""
    stem = Path(key).stem
    return stem == "memos" or (stem[:1] == "a" and stem[1:].isalnum())


def _names(folder: Path) -> list[str]:
    with contextlib.suppress(NotADirectoryError):
        return fs.names(folder)
    return []


def _end_problems(store: TinyStore, path: Path) -> list[str]:
    """The end of a journal: less than a file holds of it, or a last line whose LF is damaged."""
    data = fs.read_bytes(path)
    checkpoint = store.checkpoint_of(path.stem)
    if len(data) < checkpoint:
        return [str(journals.lacking(path, len(data), checkpoint))]
    rest = data[data.rfind(b"\n") + 1 :]
    if rest and (len(data) <= checkpoint or (journals.mended(rest) and not journals.mended(rest + b"\n"))):
        return [f"{path.stem}: its last line has no end."]
    return []


def _file_problems(store: TinyStore, key: str, replayed: Shelf, *, damaged: bool) -> list[str]:
    try:
        on_disk = read_shelf(store.path / key)
    except Damage as error:
        return [f"The file {key} was changed by something else ({error})."]
    needed = store.needed(key)
    if on_disk is None:
        return [f"The file {key} is missing."] if needed else []  # a fresh clone has none
    if any(on_disk.held.get(name, 0) < end for name, end in needed.items()):
        return [f"The file {key} is older than the journals say."]
    for name, end in on_disk.held.items():
        size = fs.size_of(store.path / "journal" / f"{name}{journals.SUFFIX}")
        if size < end:
            return [str(journals.lacking(Path(f"{name}{journals.SUFFIX}"), size, end))]
    behind = any(on_disk.held.get(name, 0) < end for name, end in replayed.held.items())
    if damaged or behind:
        return []  # named above; or as after a crash: the next session brings it up to date
    for name in replayed.tables.keys() | on_disk.tables.keys():
        if on_disk.table(name) != replayed.table(name):
            whose = f" of {owner_of(key)}" if owner_of(key) else ""
            return [f"The table {name}{whose} in {key} is not what the journals lead to."]
    return []


def _info_problems(store: TinyStore, replayed: Shelf) -> list[str]:
    known = replayed.table("project").get(store.info.id)
    if known is None or known == store.info:
        return []
    return [f"The file {PROJECT} is not what the journals lead to."]


def _text_problems(store: TinyStore, article: Article) -> list[str]:
    path = store.texts.path(article.id)
    where = f"of article {article.number}"
    found = []
    try:
        if hashlib.sha256(fs.read_bytes(path)).hexdigest() != article.sha256:
            found.append(f"The text {path.name} {where} is not what was imported; a backup may hold it.")
    except OSError as error:
        found.append(f"The text {path.name} {where} cannot be read: {error.strerror}; a backup may hold it.")
    paragraphs = store.texts.paragraphs_path(article)
    try:
        if texts.body_sha256(fs.read_bytes(paragraphs)) != article.paragraphs_sha256:
            found.append(f"The paragraphs {paragraphs.name} {where} are not what was imported; a backup may hold them.")
    except OSError as error:
        found.append(f"The paragraphs {paragraphs.name} {where} cannot be read: {error.strerror}.")
    except Damage as error:
        found.append(f"The paragraphs {paragraphs.name} {where} cannot be read: {error}.")
    return found


def repair(store: TinyStore) -> list[str]:
    """Make anew what is derived and damaged, as far as this coder may write it; what was done, a sentence each.

    Journals and texts are never touched. OSError where the disk refuses.
    """
    done = [f"The file {key} was made again from the journals." for key in store.renew(partial(_own_keys, store))]
    damaged = (a for a in store.articles().values() if any("paragraphs" in p for p in _text_problems(store, a)))
    done += [
        f"The paragraphs of article {article.number} were made again from its text."
        for article in damaged
        if store.repair_paragraphs(article)
    ]
    for path in sorted((store.path / "journal").glob(f"*{journals.CHECKPOINT_SUFFIX}")):
        if _unreadable(path):
            fs.remove(path)  # the owner's next session writes it; until then the whole journal is read
            done.append(f"The damaged {path.name} was removed: nothing is lost with it.")
    store.settle()
    return done


def _unreadable(path: Path) -> bool:
    try:
        journals.read_checkpoint(path)
    except Damage:
        return True
    return False
