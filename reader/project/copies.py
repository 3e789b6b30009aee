"""Backups, handing a project over, putting copies together, taking an article out for good."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reader import fs
from reader.edits import ERASE, Change, Edit, new_id, now
from reader.errors import ReaderError, UsageError
from reader.model import Article, Tag
from reader.store import archive, backups, merging
from reader.store.backups import Backup, Counted
from reader.store.merging import Report
from reader.store.records import decode
from reader.store.tiny import TinyStore

if TYPE_CHECKING:
    from reader.project import Project


def backup(project: Project, reason: str) -> Backup:
    """Make a backup of what is on the disk now; it has been read back and counted. ReaderError says why there is none."""
    project.flush()
    return backups.make_alone(project.path, reason, project.store.modes)


def all_backups(project: Project) -> list[Backup]:
    """The backups there are, the latest first."""
    return backups.all_of(project.path)


def damaged_backups(project: Project) -> list[str]:
    """What is damaged among the backups, a sentence each."""
    return backups.problems(project.path)


class Difference(msgspec.Struct, frozen=True):
    """What restoring a backup would change: the state now and then, and edits made since by coder."""

    backup: Backup
    now: Counted
    then: Counted
    lost: dict[str, int]


def difference(project: Project, name: str = "") -> Difference:
    """What restoring a backup (default: the latest) would change. UsageError names the backups there are."""
    found = backups.find(project.path, name)
    then = backups.check(found)
    state = archive.read_folder(project.path)
    kept = {edit.id for _, edit in then.edits()}
    lost: dict[str, int] = {}
    for _, edit in state.edits():
        if edit.id not in kept:
            lost[edit.coder] = lost.get(edit.coder, 0) + 1
    return Difference(found, backups.count(state), found.manifest.counted, lost)


def restore(path: Path, name: str, modes: fs.Modes) -> Backup:
    """Bring back the state of a backup, with no session open; returns the backup made of the state before. Locked if somebody writes."""
    from reader.store.locks import alone

    wanted = backups.find(path, name)
    backups.check(wanted)
    with alone(path / "locks", modes):
        before = backups.make(path, f"before restoring {wanted.name}", modes, keep=wanted.name)
        backups.restore(path, wanted, modes)
    return before


def pack(project: Project, target: Path, *, by: str = "") -> Counted:
    """Write the project, or one coder's journals, with all texts into one file. ReaderError: it is not written."""
    project.flush()
    state = archive.read_folder(project.path)
    files = {name: data for name, data in state.files.items() if not by or name.split(".", 1)[0] == by}
    texts = ((name, fs.read_bytes(project.path / "texts" / name[1:3] / name)) for name in _text_names(project))
    data = archive.write_zip(fs.read_bytes(project.path / "project.json"), files, texts)
    read_back = archive.read_zip(data, str(target))
    try:
        fs.replace_file(target, data)
    except OSError as error:
        raise ReaderError(f"{target} cannot be written: {error.strerror}.") from error
    return backups.count(read_back)


def _text_names(project: Project) -> list[str]:
    found = []
    for article in project.articles.values():
        folder = project.store.texts.path(article.id).parent
        found += [
            name for name in fs.names(folder) if name.startswith(article.id) and archive.TEXT_NAME.fullmatch(name)
        ]
    return sorted(found)


def merge(project: Project, path: Path, *, dry_run: bool = False) -> tuple[Report, Backup | None]:
    """Add what another copy has and this one has not; all or nothing. The backup made before takes it back."""
    project.flush()
    other = archive.read_any(path)
    ours = archive.read_folder(project.path)
    todo = merging.plan(ours, other, merging.texts_of(path, other), project.store.journal_name)
    if dry_run or not (todo.journals or todo.texts):
        return todo.report, None
    project.start()
    before = backups.make_alone(project.path, f"before merging {path.name}", project.store.modes)
    merging.carry_out(project.path, todo, project.store.modes)
    project.poll()
    project.all_articles()
    return todo.report, before


def twin_tags(project: Project) -> list[list[Tag]]:
    """Tags that stand at one path, as two copies make them: the first that was made before the others."""
    return merging.twins_of(project.codebook)


def share(project: Project, group: str) -> None:
    """Let the accounts of a group read and write the project. UsageError: there is no such group; ReaderError: it is not permitted."""
    import grp
    import os

    try:
        number = grp.getgrnam(group).gr_gid
    except KeyError:
        raise UsageError(f"There is no group {group!r} on this machine.") from None
    info = project.info
    project.apply("share", [(info, msgspec.structs.replace(info, mode="0770", group=group))])
    project.flush()
    try:
        for path in [project.path, *project.path.rglob("*")]:
            os.chown(path, -1, number)
            path.chmod(0o770 if path.is_dir() else 0o660)
    except OSError as error:
        raise ReaderError(f"The project could not be given to the group {group}: {error.strerror}.") from error


def ever(project: Project) -> dict[str, Article]:
    """All articles whose text the folder may hold, by id: first those of the library, then what was taken out, then undone imports."""
    found = dict(project.articles)
    found |= {key: article for key, article in project.all_articles().items() if key not in found}
    for edit in project.store.newest_first():
        for change in edit.changes:
            record = change.after or change.before
            if change.table == "articles" and record is not None and change.id not in found:
                article = decode(change.table, record)
                if isinstance(article, Article):
                    found[change.id] = article
    return found


def related(project: Project, article: Article) -> frozenset[str]:
    """The article and those whose text it replaces or was replaced by."""
    pairs = [(a.id, str((a.replaces or {}).get("article", ""))) for a in ever(project).values()]
    found = {article.id}
    while True:
        more = {x for pair in pairs if found & set(pair) for x in pair if x} - found
        if not more:
            return frozenset(found)
        found |= more


def erase(path: Path, coder: str, articles: frozenset[str], echoes: Mapping[str, str], modes: fs.Modes) -> None:
    """Erase articles, with no session open: nothing of their words stays in the folder. Locked if somebody writes."""
    from reader.store.erasing import erase as erase_in
    from reader.store.locks import alone

    at = now()
    with alone(path / "locks", modes):
        erase_in(path, articles, echoes, at, modes)
    store = TinyStore(path, coder)
    try:  # the history says that, when and by whom
        gone = tuple(Change("articles", article_id) for article_id in sorted(articles))
        store.apply(Edit(id=new_id("e"), at=at, coder=coder, command=ERASE, erased=at, changes=gone))
    finally:
        store.close()
