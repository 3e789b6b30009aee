"""Taking an article out for good: the one exception to journals that only grow.

Every journal and backup is rewritten; a line about the article keeps its number, id, time, coder and
command and holds `erased` in place of what it changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from reader import fs
from reader.edits import Change, Edit
from reader.errors import Unreadable
from reader.store import archive, backups
from reader.store.journal import SUFFIX, encode_line, parse
from reader.store.shelves import CODEBOOK, LIBRARY, PROJECT

GONE = "(erased)"


def is_about(change: Change, articles: frozenset[str]) -> bool:
    """Whether a change is about one of the articles."""
    if change.table == "articles":
        return change.id in articles
    if change.table in ("annotations", "reviews"):
        return any((record or {}).get("article") in articles for record in (change.before, change.after))
    return False


def without(edit: Edit, articles: frozenset[str], echoes: Mapping[str, str], at: str) -> Edit:
    """The edit without what it did to the articles, and with other texts for those in which their words stand (`echoes`)."""
    kept = tuple(change for change in edit.changes if not is_about(change, articles))
    renamed = tuple(_without_echoes(change, echoes) for change in kept)
    if renamed == edit.changes:
        return edit
    return msgspec.structs.replace(edit, changes=renamed, erased=edit.erased or at)


FIELDS = {"tags": ("name", "description"), "annotations": ("note",), "searches": ("query",)}
"""Fields in which words of an article may stand elsewhere."""


def _without_echoes(change: Change, echoes: Mapping[str, str]) -> Change:
    """A change with other texts where words of the article stand, by their whole old text."""
    fields = FIELDS.get(change.table, ())
    both = []
    for record in (change.before, change.after):
        if record is not None and any(record.get(field) in echoes for field in fields):
            record = {**record, **{f: echoes[record[f]] for f in fields if record.get(f) in echoes}}  # noqa: PLW2901  a new record, the old one stays
        both.append(record)
    return Change(change.table, change.id, *both)


def rewritten(data: bytes, articles: frozenset[str], echoes: Mapping[str, str], at: str) -> bytes:
    """A journal without the articles; lines that are not about them stay byte for byte, damaged ones go."""
    lines: list[bytes] = []
    for line in data.splitlines(keepends=True):
        found = parse(line, "", 0, 0)
        if not found.entries:
            continue  # what cannot be read cannot be searched for the article either
        edit = found.entries[0].edit
        shorter = without(edit, articles, echoes, at)
        lines.append(line if shorter is edit else encode_line(shorter))
    return b"".join(lines)


def erase(path: Path, articles: frozenset[str], echoes: Mapping[str, str], at: str, modes: fs.Modes) -> None:
    """Erase articles from a project folder; the caller holds all locks. What is derived goes first, so that a crash leaves a state that opens."""
    backups.forget_derived(path, modes)
    for name in _journal_names(path):
        file = path / "journal" / name
        data = fs.read_bytes(file)
        shorter = rewritten(data, articles, echoes, at)
        if shorter != data:
            fs.replace_file(file, shorter, modes)
    for file in _texts(path, articles):
        fs.remove(file)
    for file in put_aside(path):
        fs.remove(file)
    _erase_in_backups(path, articles, echoes, at, modes)
    for folder in ("drafts", "state"):
        _forget_private(path / folder, articles, modes)


def _journal_names(path: Path) -> Iterator[str]:
    return (name for name in fs.names(path / "journal") if name.endswith(SUFFIX))


def _texts(path: Path, articles: Iterable[str]) -> Iterator[Path]:
    for article in articles:
        for folder in (path / "texts" / article[1:3], path / "backups" / "texts" / article[1:3]):
            yield from (folder / name for name in fs.names(folder) if name.startswith(article))


def put_aside(path: Path) -> Iterator[Path]:
    """Files that were put aside because they were torn or changed, and what a crash or an editor left half written."""
    for folder in (path, *(p for p in path.rglob("*") if p.is_dir())):
        for name in fs.names(folder):
            half = name.startswith(".") and (name.endswith(".new") or ".editor-" in name)
            if half or ".torn-" in name or ".changed-" in name:
                yield folder / name
    for name in fs.names(path):  # what a sync tool put beside a file that is made anew
        if name.startswith(("library", "codebook", "index")) and name not in (LIBRARY, CODEBOOK):
            yield path / name


def _erase_in_backups(
    path: Path, articles: frozenset[str], echoes: Mapping[str, str], at: str, modes: fs.Modes
) -> None:
    """Rewrite the backups; one that cannot be read is removed, nobody can say what is in it."""
    readable = {backup.path: backup for backup in backups.all_of(path)}
    for name in fs.names(path / "backups"):
        file = path / "backups" / name
        if ".zip" not in name:
            continue
        try:
            if file not in readable:
                raise Unreadable(f"{name} is no backup that can be read.")
            _rewrite_backup(readable[file], articles, echoes, at, modes)
        except Unreadable:
            fs.remove(file)


def _rewrite_backup(
    backup: backups.Backup, articles: frozenset[str], echoes: Mapping[str, str], at: str, modes: fs.Modes
) -> None:
    import hashlib

    found = archive.read_zip(fs.read_bytes(backup.path), backup.path.name)
    files = {name: rewritten(data, articles, echoes, at) for name, data in found.files.items()}
    if files == found.files:
        return
    shorter = archive.Journals(found.info, files)
    manifest = msgspec.structs.replace(
        backup.manifest,
        counted=backups.count(shorter),
        journals={name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    )
    info = msgspec.json.encode(_info_record(backup.path))
    fs.replace_file(backup.path, archive.write_zip(info, files, (), msgspec.json.encode(manifest)), modes)


def _info_record(path: Path) -> object:
    import zipfile

    with zipfile.ZipFile(path) as zipped:
        return msgspec.json.decode(zipped.read(PROJECT))


def _forget_private(folder: Path, articles: frozenset[str], modes: fs.Modes) -> None:
    """Remove drafts of the articles' notes, and their ids from what is kept of where a coder was."""
    for file in folder.rglob("*.json"):
        data = fs.read_bytes(file)
        about = any(article.encode() in data for article in articles)
        if folder.name == "drafts":
            if about:
                fs.remove(file)
            continue
        record = msgspec.json.decode(data)
        if not about and not record.get("queries") and not record.get("library_filter"):
            continue
        for name in ("positions", "opened"):
            record[name] = {key: value for key, value in record.get(name, {}).items() if key not in articles}
        record["queries"], record["library_filter"] = [], ""  # they may be words of the text
        if record.get("last_article") in articles:
            record["last_article"] = ""
        fs.replace_file(file, msgspec.json.encode(record), modes)
