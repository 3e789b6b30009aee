"""Reads everything in a project folder and says what is not as it was written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from reader import fs
from reader.errors import Damage
from reader.model import Article
from reader.store import journal as journals
from reader.store.documents import Shelf, read_shelf
from reader.store.replay import replay
from reader.store.shelves import owner_of

if TYPE_CHECKING:
    from reader.store.tiny import TinyStore


def verify(store: TinyStore) -> list[str]:
    """The damage found, a sentence each: journals line by line, TinyDB files, texts and paragraphs by their hashes."""
    found = [*store.problems]
    replayed = replay(store.journal_paths().values())
    found += [problem for problem in replayed.problems if problem not in found]
    for key, shelf in replayed.shelves.items():
        if key != "project.json":
            found += _file_problems(store, key, shelf)
    for article in store.articles().values():
        found += _text_problems(store, article)
    return found


def _file_problems(store: TinyStore, key: str, replayed: Shelf) -> list[str]:
    try:
        on_disk = read_shelf(store.path / key)
    except Damage as error:
        return [f"The file {key} was changed by something else ({error})."]
    if on_disk is None or on_disk.latest != replayed.latest:
        return []  # behind the journals, as after a crash; the next session brings it up to date
    for name, records in replayed.tables.items():
        if on_disk.table(name) != records:
            whose = f" of {owner_of(key)}" if owner_of(key) else ""
            return [f"The table {name}{whose} in {key} is not what the journals lead to."]
    return []


def _text_problems(store: TinyStore, article: Article) -> list[str]:
    path = store.text_path(article.id)
    try:
        if hashlib.sha256(fs.read_bytes(path)).hexdigest() != article.sha256:
            return [f"The text {path.name} of article {article.number} is not what was imported."]
        paragraphs = store.paragraphs_path(article)
        data = fs.read_bytes(paragraphs)
    except OSError as error:
        return [f"A file of article {article.number} cannot be read: {error.strerror} ({error.filename})."]
    end = data.find(b"\n") + 1
    try:
        journals.checked(data[:end])
    except Damage as error:
        return [f"{paragraphs.name} of article {article.number}: {error}."]
    body = data[end + -end % 8 :]
    if hashlib.sha256(body).hexdigest() != article.paragraphs_sha256:
        return [f"The paragraphs {paragraphs.name} of article {article.number} are not what was imported."]
    return []
