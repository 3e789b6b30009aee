"""A project folder as such: made, named, known from other copies of the same project, its own record."""

from __future__ import annotations

import contextlib
import os
import zlib
from pathlib import Path
from typing import Any, cast

import msgspec

from reader import fs
from reader.edits import new_id
from reader.errors import Damage, UsageError
from reader.model import ProjectInfo
from reader.store.documents import Shelf, write_shelf
from reader.store.journal import SUFFIX
from reader.store.records import decode, encode
from reader.store.shelves import CODEBOOK, LIBRARY, PROJECT, tables_of

FORMAT = 1
"""The version of what is on the disk; a project of a higher one is only read."""
FOLDERS = ("texts", "annotations", "journal", "drafts", "locks", "state", "logs", "backups")
IGNORED_BY_GIT = b"*\n!.gitignore\n!.gitattributes\n!project.json\n!texts/\n!texts/**\n!journal/\n!journal/*.jsonl\n"
MERGED_BY_GIT = b"project.json -text merge=union\ntexts/** -text\njournal/** -text\n"
"""Both copies' lines of `project.json` stay where both changed it: the journals say what holds. All else has one writer."""
FOR_GIT = {".gitignore": IGNORED_BY_GIT, ".gitattributes": MERGED_BY_GIT}
WRITTEN_EARLIER = frozenset({b"*\n!.gitignore\n!project.json\n!texts/\n!texts/**\n!journal/\n!journal/*.jsonl\n"})
"""What earlier versions wrote into these files."""


def create(path: Path, name: str, modes: fs.Modes = fs.PRIVATE) -> ProjectInfo:
    """Make the folder of a new, empty project. UsageError if there is one already, Damage if its remains are there. OSError."""
    if fs.exists(path / PROJECT):
        raise UsageError(f"There is a project in {path} already.")
    _refuse_remains(path)
    fs.make_folder(path, modes)
    for folder in FOLDERS:
        fs.make_folder(path / folder, modes)
    write_for_git(path, modes)
    for key in (LIBRARY, CODEBOOK):
        write_shelf(path / key, Shelf(), tables_of(key), modes)
    info = ProjectInfo(id=new_id("p"), name=name or path.resolve().name, format=FORMAT)
    write_info(path, info, modes)
    return info


def write_for_git(path: Path, modes: fs.Modes) -> None:
    """Write what git has to know where that is missing or as an earlier version wrote it; any other file is the user's. OSError."""
    for name, data in FOR_GIT.items():
        file = path / name
        if not fs.exists(file) or fs.read_bytes(file) in WRITTEN_EARLIER:
            fs.replace_file(file, data, modes)


def read_info(path: Path) -> ProjectInfo:
    """The project's own record. UsageError if there is no project, Damage if it cannot be read. OSError."""
    try:
        data = fs.read_bytes(path / PROJECT)
    except (FileNotFoundError, NotADirectoryError):
        _refuse_remains(path)
        raise UsageError(f"There is no project in {path}.") from None
    try:
        record = msgspec.json.decode(data, type=dict[str, Any])
        if record.get("format", 1) > FORMAT:  # other fields may have become others
            known = {"id", "format", "name", "mode"}
            record = {key: value for key, value in record.items() if key in known}
        return cast("ProjectInfo", decode("project", record))
    except (msgspec.DecodeError, UnicodeDecodeError, Damage, TypeError) as error:
        raise Damage(f"{path / PROJECT} cannot be read ({error}). Restore it from a backup.") from error


def write_info(path: Path, info: ProjectInfo, modes: fs.Modes) -> None:
    """Write the project's own record. OSError: the old one stands."""
    fs.replace_file(path / PROJECT, _encoded(info), modes)


def is_written(path: Path, info: ProjectInfo) -> bool:
    """Whether the file holds this record, and that once: git may have put both copies' lines into it. OSError."""
    return fs.read_bytes(path / PROJECT) == _encoded(info)


def _encoded(info: ProjectInfo) -> bytes:
    """A line a field. The id, which never changes, ends it: so it is JSON also with the lines of two copies."""
    record = encode(info)
    record["id"] = record.pop("id")
    lines = (b"  %b: %b" % (msgspec.json.encode(name), msgspec.json.encode(value)) for name, value in record.items())
    return b"{\n%b\n}\n" % b",\n".join(lines)


def _refuse_remains(path: Path) -> None:
    """Damage if there are journals in a folder that has lost its project.json: it is no place for a new project."""
    if any(name.endswith(SUFFIX) for name in fs.names(path / "journal")):
        raise Damage(f"{path / PROJECT} is missing, but the journals of a project are there. Restore it from a backup.")


def copy_id(project_id: str, path: Path) -> str:
    """Eight hex digits that tell one copy of a project from another: project, host and real path."""
    text = f"{project_id}\0{os.uname().nodename}\0{path.resolve()}"
    return f"{zlib.crc32(text.encode('utf-8', 'surrogateescape')):08x}"


def owner_file(locks: Path, name: str) -> Path:
    """Where the session that holds the lock of a name says who it is."""
    return locks / f"{name}.owner"


def modes_of(info: ProjectInfo) -> fs.Modes:
    """The permissions that the project's record asks for; a group this machine does not know is left out."""
    folder = int(info.mode, 8) & 0o777
    group = -1
    if info.group:
        import grp

        with contextlib.suppress(KeyError):
            group = grp.getgrnam(info.group).gr_gid
    return fs.Modes(folder, folder & 0o666, group)
