"""Verified copies of a project in its own folder `backups/`: the journals in a zip each, the texts once for all.

A backup is opened and counted after it is written. Kept are the 10 latest and the last of 7 days, 4
weeks and 12 months.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from reader import fs
from reader.errors import Damage, ReaderError, UsageError
from reader.store import archive
from reader.store.journal import SUFFIX
from reader.store.replay import replay_edits
from reader.store.shelves import CODEBOOK, LIBRARY, PROJECT

KEPT_LATEST, KEPT_DAYS, KEPT_WEEKS, KEPT_MONTHS = 10, 7, 4, 12
Progress = Callable[[int, int], None]
"""Called with (done, total)."""
_STAMP = "%Y%m%dT%H%M%S.%fZ"


class Counted(msgspec.Struct, frozen=True):
    """What a state holds: edits in the journals, and live records."""

    edits: int
    articles: int
    tags: int
    annotations: int
    reviews: int


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself."""

    made: str
    reason: str
    counted: Counted
    journals: dict[str, str]


class Backup(msgspec.Struct, frozen=True):
    """A backup on the disk: its name is the time it was made (UTC)."""

    name: str
    path: Path
    manifest: Manifest

    @property
    def made(self) -> datetime:
        return _time_in(self.name) or datetime.min.replace(tzinfo=UTC)


def count(journals: archive.Journals) -> Counted:
    """What the journals lead to, counted."""
    edits = [edit for _, edit in journals.edits()]
    shelves = replay_edits(edits).values()
    tables: dict[str, int] = {}
    for shelf in shelves:
        for name, records in shelf.tables.items():
            tables[name] = tables.get(name, 0) + len(records)
    return Counted(
        len({edit.id for edit in edits}),
        *(tables.get(name, 0) for name in ("articles", "tags", "annotations", "reviews")),
    )


def make_alone(path: Path, reason: str, modes: fs.Modes, progress: Progress | None = None) -> Backup:
    """Make a backup while nobody else makes one, erases or restores. ReaderError says why it could not be made.

    `progress` is called with the bytes that are kept by now, and how many there are.
    """
    from reader.store.locks import backup_lock

    try:
        with backup_lock(path / "locks", modes):
            return make(path, reason, modes, progress=progress)
    except OSError as error:
        raise ReaderError(f"No backup could be made: {error.strerror}.") from error


def make(path: Path, reason: str, modes: fs.Modes, *, keep: str = "", progress: Progress | None = None) -> Backup:
    """Count what a project holds, write a backup of it and read that back; the caller holds the lock. ReaderError says why there is none.

    Older ones that need not be kept go, but never the one named `keep`.
    """
    folder = path / "backups"
    try:
        state = archive.read_folder(path)
        info = fs.read_bytes(path / PROJECT)
        now = datetime.now(UTC)
        manifest = Manifest(now.strftime("%Y-%m-%dT%H:%M:%SZ"), reason, count(state), _sums(state))
        _keep_texts(path, modes, progress)
        fs.make_folder(folder, modes)
        target = folder / f"{now.strftime(_STAMP)}.zip"
        fs.replace_file(target, archive.write_zip(info, state.files, (), msgspec.json.encode(manifest)), modes)
        backup = Backup(target.stem, target, manifest)
        if _sums(_unpacked(backup)) != manifest.journals:  # else it holds, byte for byte, what was counted
            raise Damage(f"The backup {backup.name} does not hold what was written to it.")
        prune(path, keep)
    except OSError as error:
        raise ReaderError(f"No backup could be made: {error.strerror}.") from error
    return backup


def _sums(journals: archive.Journals) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in journals.files.items()}


def newest(path: Path) -> datetime | None:
    """When the latest backup was made, by its name alone; one from the future (the clock was wrong) does not count."""
    now = datetime.now(UTC)
    try:
        names = fs.names(path / "backups")
    except OSError:  # making one says why
        return None
    found = (_time_in(name.removesuffix(".zip")) for name in names if name.endswith(".zip"))
    return max((made for made in found if made is not None and made <= now), default=None)


def _time_in(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def is_kept(path: Path) -> bool:
    """Whether the latest backup holds all that is in the journals now."""
    there = all_of(path)
    return bool(there) and there[0].manifest.journals == _sums(archive.read_folder(path))


def _keep_texts(path: Path, modes: fs.Modes, progress: Progress | None) -> None:
    """Copy the texts that are not among the kept ones yet; they never change. A damaged one is no copy of anything."""
    sizes = {name: fs.size_of(path / "texts" / name[1:3] / name) for name in _new_names(path)}
    done, total = 0, sum(sizes.values())
    for name, size in sizes.items():
        if progress is not None:
            progress(done, total)
        if _is_whole(name, data := fs.read_bytes(path / "texts" / name[1:3] / name)):
            kept = path / "backups" / "texts" / name[1:3] / name
            fs.make_folder(kept.parent, modes)
            fs.replace_file(kept, data, modes)
        done += size
    if progress is not None:
        progress(done, total)


def _new_names(path: Path) -> Iterator[str]:
    """The texts that are not among the kept ones yet."""
    kept = path / "backups" / "texts"
    return (name for name in _text_names(path / "texts") if not fs.exists(kept / name[1:3] / name))


def new_bytes(path: Path) -> int:
    """How much of the texts is in no backup."""
    return sum(fs.size_of(path / "texts" / name[1:3] / name) for name in _new_names(path))


def _is_whole(name: str, data: bytes) -> bool:
    """Whether a text is the one that its name speaks of; a paragraph file is named after its text."""
    return not name.endswith(".txt") or name.startswith(f"a{hashlib.sha256(data).hexdigest()[:16]}")


def _text_names(folder: Path) -> Iterator[str]:
    for part in fs.names(folder):
        if not part.startswith("."):
            yield from (name for name in fs.names(folder / part) if archive.TEXT_NAME.fullmatch(name))


def check(backup: Backup) -> archive.Journals:
    """Read a backup and count it; its journals. Damage if it does not hold what it says."""
    found = _unpacked(backup)
    if _sums(found) != backup.manifest.journals or count(found) != backup.manifest.counted:
        raise Damage(f"The backup {backup.name} does not hold what was written to it.")
    return found


def _unpacked(backup: Backup) -> archive.Journals:
    return archive.read_zip(fs.read_bytes(backup.path), backup.path.name)


def problems(path: Path) -> list[str]:
    """What is damaged among the backups and the texts they share, a sentence each."""
    found = []
    for name in (name for name in fs.names(path / "backups") if name.endswith(".zip") and not name.startswith(".")):
        backup = _read(path / "backups" / name)
        try:
            whole = backup is not None and _sums(_unpacked(backup)) == backup.manifest.journals
        except (OSError, ReaderError):
            whole = False
        if not whole:
            found.append(f"The backup {name.removesuffix('.zip')} is damaged; it cannot be restored.")
    kept = path / "backups" / "texts"
    texts = (name for name in _text_names(kept) if not _is_whole(name, fs.read_bytes(kept / name[1:3] / name)))
    return found + [
        f"The backup of the text {name} is damaged; without it the next backup copies it anew." for name in texts
    ]


def all_of(path: Path) -> list[Backup]:
    """The backups of a project that can be read, the latest first."""
    names = (name for name in fs.names(path / "backups") if name.endswith(".zip") and not name.startswith("."))
    found = (_read(path / "backups" / name) for name in names)
    return sorted((backup for backup in found if backup is not None), key=lambda backup: backup.name, reverse=True)


def _read(file: Path) -> Backup | None:
    """The backup in a file; None where it cannot be read."""
    import zipfile

    try:
        with zipfile.ZipFile(file) as zipped:
            manifest = msgspec.json.decode(zipped.read("manifest.json"), type=Manifest)
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error, msgspec.DecodeError):
        return None
    return Backup(file.stem, file, manifest)


def find(path: Path, name: str) -> Backup:
    """The backup of a name or a unique start of it; the latest for an empty one. UsageError names those there are."""
    there = all_of(path)
    found = [b for b in there if b.name == name] or [b for b in there if b.name.startswith(name)]
    if not found or (name and len(found) > 1):
        names = ", ".join(backup.name for backup in (found or there)[:5])
        what = "no backup" if not found else "more than one backup"
        raise UsageError(f"There is {what} {name!r}; there is: {names or 'none yet'}.")
    return found[0]


def kept(names: Iterable[tuple[str, datetime]]) -> set[str]:
    """Which backups stay: the latest ones, and the last one of each of the latest days, weeks and months."""
    ordered = sorted(names, key=lambda item: item[1], reverse=True)
    stay = {name for name, _ in ordered[:KEPT_LATEST]}
    for many, form in ((KEPT_DAYS, "%Y-%m-%d"), (KEPT_WEEKS, "%G-%V"), (KEPT_MONTHS, "%Y-%m")):
        periods: dict[str, str] = {}
        for name, made in ordered:
            periods.setdefault(made.strftime(form), name)
        stay |= set(list(periods.values())[:many])
    return stay


def prune(path: Path, keep: str = "") -> None:
    """Remove the backups that need not be kept, but `keep`; one that was given another name is its owner's business."""
    there = [backup for backup in all_of(path) if _time_in(backup.name) is not None]
    stay = kept((backup.name, backup.made) for backup in there)
    for backup in there:
        if backup.name not in stay and backup.name != keep:
            fs.remove(backup.path)


def restore(path: Path, backup: Backup, modes: fs.Modes) -> None:
    """Bring the state of a backup back. The caller has made a backup of the state before and holds all locks.

    The journals change places as a whole folder; what is derived goes first, so that a crash at any moment
    leaves a state that opens.
    """
    found = check(backup)
    staged = path / "journal.restored"
    _remove_tree(staged)
    fs.make_folder(staged, modes)
    for name, data in found.files.items():
        fs.replace_file(staged / name, data, modes)
    forget_derived(path, modes)
    aside = path / "journal.before"
    _remove_tree(aside)
    if fs.exists(path / "journal"):
        fs.move(path / "journal", aside)
    fs.move(staged, path / "journal")
    _remove_tree(aside)
    restore_texts(path, modes)
    import zipfile

    with zipfile.ZipFile(backup.path) as zipped:
        fs.replace_file(path / PROJECT, zipped.read(PROJECT), modes)


def finish_restore(path: Path) -> None:
    """Bring a restore to its end that was cut off between taking the old journals away and putting the new ones there."""
    if not fs.exists(path / "journal") and fs.exists(path / "journal.restored"):
        fs.move(path / "journal.restored", path / "journal")


def restore_texts(path: Path, modes: fs.Modes) -> list[str]:
    """Put back texts and paragraph files that are missing or are not the ones kept; their names."""
    put_back = []
    for name in _text_names(path / "backups" / "texts"):
        kept_file = path / "backups" / "texts" / name[1:3] / name
        target = path / "texts" / name[1:3] / name
        data = fs.read_bytes(kept_file)
        if not _is_whole(name, data):
            continue  # the kept one is the damaged one
        if not fs.exists(target) or fs.read_bytes(target) != data:
            fs.make_folder(target.parent, modes)
            fs.replace_file(target, data, modes)
            put_back.append(name)
    return put_back


def forget_derived(path: Path, modes: fs.Modes) -> None:
    """Remove what is made from the journals: TinyDB files, checkpoints, the index. The next opening makes them again."""
    for name in fs.names(path / "journal"):
        if not name.endswith(SUFFIX):
            fs.remove(path / "journal" / name)
    for name in (LIBRARY, CODEBOOK, "index.sqlite", "index.sqlite-wal", "index.sqlite-shm"):
        fs.remove(path / name)
    _remove_tree(path / "annotations")
    fs.make_folder(path / "annotations", modes)


def _remove_tree(folder: Path) -> None:
    import shutil

    if fs.exists(folder):
        shutil.rmtree(folder)
        fs.sync_folder(folder.parent)
