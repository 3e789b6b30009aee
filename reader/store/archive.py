"""Journals of a project as a set of files: in its folder, in a backup, in a pack."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from reader import fs
from reader.edits import Edit
from reader.errors import Damage, Unreadable
from reader.model import ProjectInfo
from reader.store import journal as journals
from reader.store.journal import SUFFIX
from reader.store.records import decode
from reader.store.shelves import PROJECT

JOURNAL_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\.[^/\\]{1,200}\.jsonl")
TEXT_NAME = re.compile(r"(a[0-9a-f]{16})(\.[0-9a-f]{16})?\.(txt|paragraphs)")
LARGEST = 4 << 30
"""Bytes that an archive may unpack to: more is no project of ours."""


class Journals(msgspec.Struct, frozen=True):
    """A project's own record and its journals, as bytes by file name; texts by file name where they came along."""

    info: ProjectInfo
    files: dict[str, bytes]
    texts: dict[str, bytes] = {}

    def edits(self) -> Iterator[tuple[str, Edit]]:
        """All edits that can be read, with the journal's file name."""
        for name, data in self.files.items():
            for entry in journals.parse(data, name).entries:
                yield name, entry.edit

    def problems(self) -> list[str]:
        """Damage in the journals, a sentence each."""
        return [problem for name, data in self.files.items() for problem in journals.parse(data, name).problems]


def _info(data: bytes, where: str) -> ProjectInfo:
    try:
        found = decode("project", msgspec.json.decode(data, type=dict[str, Any]))
    except (msgspec.DecodeError, Damage, TypeError) as error:
        raise Unreadable(f"{where} holds no project of reader ({error}).") from error
    assert isinstance(found, ProjectInfo)  # noqa: S101  the table `project` has no other class
    return found


def whole_lines(data: bytes) -> bytes:
    """A journal without what may stand unfinished at its end."""
    return data[: data.rfind(b"\n") + 1]


def read_folder(path: Path) -> Journals:
    """The journals of a project folder, read so that no edit is there without those it builds on."""
    folder = path / "journal"
    names = [name for name in fs.names(folder) if name.endswith(SUFFIX) and not name.startswith(".")]
    for _ in range(20):
        files = {name: whole_lines(fs.read_bytes(folder / name)) for name in names}
        if all(fs.size_of(folder / name) == len(data) for name, data in files.items()):
            break
    try:
        info = fs.read_bytes(path / PROJECT)
    except OSError as error:
        raise Unreadable(f"There is no project in {path} ({error.strerror}).") from error
    return Journals(_info(info, str(path)), files)


def read_zip(data: bytes, where: str) -> Journals:
    """The journals and texts in a pack or backup; members of other names are passed over. Unreadable: it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {member.filename: member for member in archive.infolist()}
            if sum(member.file_size for member in members.values()) > LARGEST:
                raise Unreadable(f"{where} unpacks to more than {LARGEST >> 30} GiB; it is not read.")
            if PROJECT not in members:
                raise Unreadable(f"{where} holds no project of reader.")
            info = _info(archive.read(PROJECT), where)
            files, found = {}, {}
            for name in members:
                folder, _, base = name.rpartition("/")
                if folder == "journal" and JOURNAL_NAME.fullmatch(base):
                    files[base] = archive.read(name)
                elif folder.startswith("texts/") and TEXT_NAME.fullmatch(base):
                    found[base] = archive.read(name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Unreadable(f"{where} cannot be read as a pack ({error}).") from error
    except zlib.error as error:
        raise Unreadable(f"{where} is damaged ({error}).") from error
    return Journals(info, files, found)


def write_zip(info: bytes, files: Mapping[str, bytes], texts: Iterable[tuple[str, bytes]], notes: bytes = b"") -> bytes:
    """A pack: project.json, journals, texts; the same content gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, data: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)

        add(PROJECT, info)
        if notes:
            add("manifest.json", notes)
        for name, data in sorted(files.items()):
            add(f"journal/{name}", data)
        for name, data in texts:
            add(f"texts/{name[1:3]}/{name}", data)
    return out.getvalue()


def read_any(path: Path) -> Journals:
    """The journals in a project folder, in the folder that holds its `data`, or in a pack."""
    if fs.exists(path / PROJECT):
        return read_folder(path)
    if fs.exists(path / "data" / PROJECT):
        return read_folder(path / "data")
    try:
        return read_zip(fs.read_bytes(path), str(path))
    except IsADirectoryError:
        raise Unreadable(f"There is no project in {path}.") from None
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from error
