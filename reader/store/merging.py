"""Two copies of a project become one: edits are added by their id, so that doing it twice changes nothing."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import msgspec

from reader import fs
from reader.codebook import Codebook, plain
from reader.edits import ERASE, Edit
from reader.errors import Damage, NotSaved, UsageError
from reader.model import Annotation, Article, Tag
from reader.store import archive
from reader.store.documents import Shelf
from reader.store.erasing import without
from reader.store.journal import SUFFIX, decode_line, encode_line, parse
from reader.store.records import Stored
from reader.store.replay import replay_edits
from reader.store.shelves import CODEBOOK, LIBRARY
from reader.store.textfiles import paragraphs_name

Texts = Callable[[str], bytes | None]
"""(file name) -> the bytes of a text or paragraph file of the other copy, None if it has none."""


class Both(msgspec.Struct, frozen=True):
    """A record that both copies changed: the later version keeps its id (None: it was taken off), the other has one of its own."""

    kept: Stored | None
    other: Stored


class Report(msgspec.Struct):
    """What a merge brings, for the user: edits and annotations by coder, and what needs a look.

    `both_changed` are records that both copies changed, `twins` paths of tags that stand twice, `elsewhere` coders who worked
    in several copies, `missing` texts that neither copy has, `erased_there` titles of articles erased in the other copy.
    """

    edits: dict[str, int] = {}
    annotations: dict[str, int] = {}
    both_changed: list[Both] = []
    twins: list[str] = []
    elsewhere: list[str] = []
    missing: list[str] = []
    erased_there: int = 0
    problems: list[str] = []


class Plan(msgspec.Struct):
    """The files a merge adds or makes longer, and what it brings."""

    journals: dict[str, bytes]
    texts: dict[str, bytes]
    report: Report


def texts_of(path: Path, other: archive.Journals) -> Texts:
    """Where the texts of another copy are read: in its folder, or in what was unpacked."""

    def read(name: str) -> bytes | None:
        if name in other.texts:
            return other.texts[name]
        for folder in (path, path / "data"):
            try:
                return fs.read_bytes(folder / "texts" / name[1:3] / name)
            except (FileNotFoundError, NotADirectoryError):
                continue
        return None

    return read


def plan(ours: archive.Journals, other: archive.Journals, texts: Texts, own: str) -> Plan:
    """What merging another copy would add; `own` is the journal that this session writes. UsageError: another project."""
    if other.info.id != ours.info.id:
        raise UsageError(
            "That is a copy of another project; merge takes copies of this one. Import its articles instead."
        )
    known: dict[str, Edit] = {}
    for _, edit in ours.edits():
        if edit.id not in known or edit.erased:
            known[edit.id] = edit
    added: dict[str, Edit] = {}
    files: dict[str, bytes] = {}
    gone = _erased(known.values())  # what a copy that does not know of it has done there since does not come
    for name, data in other.files.items():
        found = _missing(data, known, added)
        fresh = [without(edit, gone, {}, edit.at) for edit in found] if gone else found
        if fresh:
            files |= _file_for(name, data if fresh == found else b"", fresh, ours.files, own)
            added |= {edit.id: edit for edit in fresh}
    before = replay_edits(known.values())
    after = replay_edits({**known, **added}.values())
    report = _report(added.values(), before, after, ours, other)
    wanted, report.missing = _texts(after, texts, known)
    return Plan(files, wanted, report)


def _missing(data: bytes, known: dict[str, Edit], added: dict[str, Edit]) -> list[Edit]:
    """The edits of a journal that are not here yet, or are here whole though they were erased there."""
    found = []
    for entry in parse(data, "").entries:
        edit = entry.edit
        here = known.get(edit.id) or added.get(edit.id)
        if here is None or (edit.erased and not here.erased):
            found.append(edit)
    return found


def _erased(edits: Collection[Edit]) -> frozenset[str]:
    """Articles that were erased here and not imported anew."""
    erased = {change.id for edit in edits if edit.command == ERASE for change in edit.changes}
    return frozenset(erased - replay_edits(edits, {LIBRARY}).get(LIBRARY, Shelf()).table("articles").keys())


def _file_for(name: str, data: bytes, fresh: list[Edit], ours: dict[str, bytes], own: str) -> dict[str, bytes]:
    """The journal that takes the fresh edits: the other's own where it only continues ours, else one of its own."""
    here = ours.get(name, b"")
    continues = (
        bool(data)
        and data.startswith(here)
        and len(parse(data[len(here) :], "", 0, _last_seq(here)).entries) == len(fresh)
    )
    if continues and name != f"{own}{SUFFIX}":
        return {name: archive.whole_lines(data)}
    ids = "".join(edit.id for edit in fresh)
    lines = (encode_line(msgspec.structs.replace(edit, seq=n)) for n, edit in enumerate(fresh, 1))
    return {f"{name.split('.', maxsplit=1)[0]}.{zlib.crc32(ids.encode()):08x}{SUFFIX}": b"".join(lines)}


def _last_seq(data: bytes) -> int:
    lines = data.splitlines(keepends=True)
    if not lines:
        return 0
    try:
        return decode_line(lines[-1]).seq
    except Damage:
        return parse(data, "").seq


def _report(
    added: Iterable[Edit],
    before: dict[str, Shelf],
    after: dict[str, Shelf],
    ours: archive.Journals,
    other: archive.Journals,
) -> Report:
    report = Report(problems=other.problems())
    edits = list(added)
    report.edits = dict(Counter(edit.coder for edit in edits))
    report.erased_there = sum(1 for edit in edits if edit.erased)
    old, new = _annotations(before), _annotations(after)
    report.annotations = dict(Counter(a.coder for key, a in new.items() if key not in old and not _twin_of(a)))
    report.both_changed = list(_both_changed(before, after))
    report.twins = twin_paths(cast("dict[str, Tag]", after.get(CODEBOOK, Shelf()).table("tags")))
    here, there = set(ours.files), set(other.files)
    report.elsewhere = sorted({n.split(".")[0] for n in here} & {n.split(".")[0] for n in there - here})
    return report


def _annotations(shelves: dict[str, Shelf]) -> dict[str, Annotation]:
    return {key: record for shelf in shelves.values() for key, record in shelf.table("annotations").items()}


def _twin_of(record: Stored) -> str:
    return str(record.extra.get("conflict_of", ""))


def _both_changed(before: dict[str, Shelf], after: dict[str, Shelf]) -> Iterator[Both]:
    for key, shelf in sorted(after.items()):
        for name, records in shelf.tables.items():
            known = before[key].table(name) if key in before else {}
            for record in records.values():
                if record.id not in known and (meant := _twin_of(record)):
                    yield Both(records.get(meant), record)


def twin_paths(tags: Mapping[str, Tag]) -> list[str]:
    """Paths at which more than one tag stands."""
    book = Codebook(tags)
    return sorted({book.shown(group[0].id) for group in twins_of(book)})


def twins_of(book: Codebook) -> list[list[Tag]]:
    """Tags that stand at one path, the first that was made before the others; nearest to the root first."""
    groups: dict[tuple[str, ...], list[Tag]] = {}
    for tag in sorted(book.tags.values(), key=lambda tag: (tag.created, tag.id)):
        if not (tag.deleted or tag.merged_into):
            groups.setdefault(tuple(plain(name) for name in book.path(tag.id)), []).append(tag)
    return [groups[path] for path in sorted(groups, key=len) if len(groups[path]) > 1]


def _texts(after: dict[str, Shelf], texts: Texts, known: dict[str, Edit]) -> tuple[dict[str, bytes], list[str]]:
    """The texts of articles that come, checked against their hashes; names of those that are missing."""
    records = (
        c.after for edit in known.values() for c in edit.changes if c.table == "articles" and c.after is not None
    )
    here = {(record["id"], record["paragraphs_sha256"]) for record in records}
    found: dict[str, bytes] = {}
    missing: list[str] = []
    for article in cast("dict[str, Article]", after.get(LIBRARY, Shelf()).table("articles")).values():
        if (article.id, article.paragraphs_sha256) in here:
            continue
        text = texts(f"{article.id}.txt")
        if text is None or hashlib.sha256(text).hexdigest() != article.sha256:
            missing.append(article.title)
            continue
        found[f"{article.id}.txt"] = text
        data = texts(paragraphs_name(article, apart=True)) or texts(paragraphs_name(article))
        if data is not None:
            found[paragraphs_name(article, apart=article.id in {key for key, _ in here})] = data
    return found, missing


def carry_out(path: Path, todo: Plan, modes: fs.Modes) -> None:
    """Add the files of a merge, all or none. NotSaved: everything is as it was."""
    done: list[tuple[Path, bytes | None]] = []
    try:
        for name, data in todo.texts.items():
            target = path / "texts" / name[1:3] / name
            if not fs.exists(target):
                fs.make_folder(target.parent, modes)
                fs.replace_file(target, data, modes)
        for name, data in todo.journals.items():
            target = path / "journal" / name
            before = fs.read_bytes(target) if fs.exists(target) else None
            done.append((target, before))
            fs.replace_file(target, data, modes)
    except OSError as error:
        for target, before in done:
            if before is None:
                fs.remove(target)
            else:
                fs.replace_file(target, before, modes)
        raise NotSaved(f"Nothing was merged: {error.strerror}.") from error
