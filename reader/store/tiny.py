"""The embedded store: journals as the truth, TinyDB files behind them that follow within a second.

A record is read from its TinyDB file with the tails of the journals laid over it: the edits beyond what
the file says it holds. Where that is in doubt (a file missing or changed, an edit that comes late, a
record that is not what an edit saw) the file's content is made anew from all journals.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from heapq import merge as merge_sorted
from pathlib import Path
from typing import Any, cast

import msgspec

from reader import fs
from reader.edits import Change, Edit, Record, now
from reader.errors import Conflict, Damage, Locked, NotSaved, ReaderError, ReadOnly, UsageError
from reader.model import Annotation, Article, Coder, Paragraph, ProjectInfo, Review, SavedSearch, Tag
from reader.store import journal as journals
from reader.store import texts
from reader.store.documents import Shelf, read_shelf, write_shelf
from reader.store.journal import CHECKPOINT_SUFFIX, SUFFIX, Checkpoint, Entry, Journal
from reader.store.records import SHARED, decode, encode
from reader.store.replay import replay
from reader.store.shelves import CODEBOOK, LIBRARY, PROJECT, annotations_key, key_of, memos_key, owner_of, tables_of

FORMAT = 1
KEPT_SHELVES = 256
"""Annotation files kept in memory beyond those that still have to be written."""


class _Tail:
    """A journal as far as this process has read it."""

    __slots__ = ("offset", "seq")

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.offset = checkpoint.offset
        self.seq = checkpoint.seq


class TinyStore:
    """One project folder, read by anyone and written as one coder. See `store.Store`."""

    def __init__(self, path: Path, coder: str, *, write: bool = True) -> None:
        self.path = path
        self.coder = coder
        self.problems: list[str] = []
        self.read_only = ""
        self._lock = threading.RLock()
        self._shelves: dict[str, Shelf] = {}
        self._dirty: set[str] = set()
        self._late: dict[str, list[Entry]] = {}
        self._tails: dict[str, _Tail] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self._news: list[Edit] = []
        self._opened = False
        self._latest_at = ""
        self._journal: Journal | None = None
        self._session: Any = None
        self.info = self._read_info()
        self.modes = _modes_of(self.info)
        self.copy = copy_id(self.info.id, path)
        self.journal_name = f"{coder}.{self.copy}"
        if self.info.format > FORMAT:
            self.read_only = "made by a newer version of reader"
        elif not write:
            self.read_only = "opened for reading"
        elif not fs.writable(path):
            self.read_only = "the project folder cannot be written"
        self._read_tails()
        self._news.clear()  # they are what is read first, no news
        self._opened = True

    # -- opening -----------------------------------------------------------------------------------

    @staticmethod
    def create(path: Path, name: str, modes: fs.Modes = fs.PRIVATE) -> ProjectInfo:
        """Make the folder of a new, empty project. UsageError if there is one already."""
        from reader.edits import new_id

        if fs.exists(path / PROJECT):
            raise UsageError(f"There is a project in {path} already.")
        fs.make_folder(path, modes)
        for folder in ("texts", "annotations", "journal", "drafts", "locks", "state", "logs", "backups"):
            fs.make_folder(path / folder, modes)
        fs.replace_file(
            path / ".gitignore",
            b"*\n!.gitignore\n!project.json\n!texts/\n!texts/**\n!journal/\n!journal/*.jsonl\n",
            modes,
        )
        for key in (LIBRARY, CODEBOOK):
            write_shelf(path / key, Shelf(), tables_of(key), modes)
        info = ProjectInfo(id=new_id("p"), name=name or path.resolve().name, format=FORMAT)
        fs.replace_file(path / PROJECT, msgspec.json.format(msgspec.json.encode(encode(info)), indent=2) + b"\n", modes)
        return info

    def _read_info(self) -> ProjectInfo:
        try:
            data = fs.read_bytes(self.path / PROJECT)
        except (FileNotFoundError, NotADirectoryError):
            raise UsageError(f"There is no project in {self.path}.") from None
        try:
            record = msgspec.json.decode(data, type=dict[str, Any])
            if record.get("format", 1) > FORMAT:  # other fields may have become others
                known = {"id", "format", "name", "mode"}
                record = {key: value for key, value in record.items() if key in known}
            return cast("ProjectInfo", decode("project", record))
        except (msgspec.DecodeError, Damage, TypeError) as error:
            raise Damage(f"{self.path / PROJECT} cannot be read ({error}). Restore it from a backup.") from error

    def start(self) -> None:
        """Take the right to write as this coder. Locked if another session has it, ReadOnly."""
        if self._journal is not None:
            return
        if self.read_only:
            raise ReadOnly(f"Nothing can be changed: {self.read_only}.")
        from reader.store.locks import SessionLock

        try:
            fs.make_folder(self.path / "journal", self.modes)
            self._session = SessionLock(self.path / "locks", self.journal_name, self.modes)
        except Locked as error:
            self.read_only = str(error).removesuffix(".")
            raise
        except OSError as error:
            self.read_only = f"the project folder cannot be written ({error.strerror})"
            raise ReadOnly(f"Nothing can be changed: {self.read_only}.") from error
        try:
            checkpoint = self._checkpoints.get(self.journal_name, Checkpoint())
            journal = Journal(self._journal_path(self.journal_name), checkpoint, self.modes)
        except OSError as error:
            self._session.release()
            self.read_only = f"the journal cannot be written ({error.strerror})"
            raise ReadOnly(f"Nothing can be changed: {self.read_only}.") from error
        except BaseException:
            self._session.release()
            raise
        with self._lock:
            self._read_tails()
            self._journal = journal
            # What a session before this one committed but did not live to write into the files.
            own = (key for key, entries in self._late.items() if any(e.journal == self.journal_name for e in entries))
            self._dirty.update(own)

    def _journal_path(self, name: str) -> Path:
        return self.path / "journal" / f"{name}{SUFFIX}"

    def journal_paths(self) -> dict[str, Path]:
        folder = self.path / "journal"
        return {
            name.removesuffix(SUFFIX): folder / name
            for name in fs.names(folder)
            if name.endswith(SUFFIX) and not name.startswith(".")
        }

    # -- following the journals ----------------------------------------------------------------------

    def _read_tails(self) -> None:
        """Read what the journals hold beyond the last look and lay it over what is in memory."""
        fresh: list[Entry] = []
        with self._lock:
            paths = self.journal_paths()
            for name, path in paths.items():
                if name not in self._tails:
                    checkpoint = self._checkpoint(name)
                    # Files read before this journal came hold nothing of it, whatever its checkpoint says.
                    self._tails[name] = _Tail(Checkpoint() if self._opened else checkpoint)
                if self._journal is not None and name == self.journal_name:
                    continue  # nobody else writes it
                fresh += self._read_tail(name, path)
            for name in self._checkpoint_names() - paths.keys() - self._tails.keys():
                self._tails[name] = _Tail(self._checkpoint(name))
                self._report(f"The journal {name}{SUFFIX} is missing. Restore it from a backup.")
            fresh.sort(key=lambda entry: entry.edit.order)
            self._lay_over(fresh)
            self._news += (entry.edit for entry in fresh)

    def _checkpoint_names(self) -> set[str]:
        names = fs.names(self.path / "journal")
        return {name.removesuffix(CHECKPOINT_SUFFIX) for name in names if name.endswith(CHECKPOINT_SUFFIX)}

    def _checkpoint(self, name: str) -> Checkpoint:
        try:
            found = journals.read_checkpoint(self.path / "journal" / f"{name}{CHECKPOINT_SUFFIX}")
        except Damage as error:
            self._report(str(error))
            found = None
        checkpoint = found or Checkpoint()
        self._checkpoints[name] = checkpoint
        return checkpoint

    def _read_tail(self, name: str, path: Path) -> list[Entry]:
        tail = self._tails[name]
        try:
            found = journals.read(path, tail.offset, tail.seq)
        except Damage as error:
            self._report(str(error))
            return []
        tail.offset, tail.seq = found.end, found.seq
        for problem in found.problems:
            self._report(problem)
        return found.entries

    def _report(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def _lay_over(self, entries: Iterable[Entry]) -> None:
        doubtful: set[str] = set()
        for entry in entries:
            edit = entry.edit
            self._latest_at = max(self._latest_at, edit.at)
            for key, changes in _by_key(edit).items():
                self._late.setdefault(key, []).append(entry)
                if key == PROJECT:
                    self._follow_info(changes)
                    continue
                shelf = self._shelves.get(key)
                if shelf is not None and key not in doubtful and not self._applied(key, shelf, entry, changes):
                    doubtful.add(key)
        if doubtful:
            self._rebuild(doubtful)

    def _applied(self, key: str, shelf: Shelf, entry: Entry, changes: list[Change]) -> bool:
        """Carry out an edit on a shelf in memory; False if that is in doubt."""
        if entry.end <= shelf.held.get(entry.journal, 0):
            return True
        if entry.edit.order < shelf.latest or entry.edit.erased:
            return False
        for change in changes:
            before = None if change.before is None else decode(change.table, change.before)
            if shelf.record(change) != before:
                return False
        self._shelves[key] = shelf.with_changes(changes, entry.edit.order)
        return True

    def _follow_info(self, changes: list[Change]) -> None:
        for change in changes:
            if change.after is not None:
                self.info = cast("ProjectInfo", decode("project", change.after))

    # -- shelves -------------------------------------------------------------------------------------

    def _shelf(self, key: str) -> Shelf:
        shelf = self._shelves.get(key)
        if shelf is not None:
            return shelf
        with self._lock:
            return self._shelves.get(key) or self._load(key)

    def _load(self, key: str) -> Shelf:
        try:
            shelf = read_shelf(self.path / key)
        except Damage as error:
            self._put_aside(key, error)
            return self._rebuild({key})[key]
        if shelf is None:
            if self._was_held(key):
                self._report(f"The file {key} is missing; it was made again from the journals.")
                return self._rebuild({key})[key]
            shelf = Shelf()
        self._make_room()
        if any(end > self._tails[name].offset for name, end in shelf.held.items() if name in self._tails):
            self._read_tails()  # the file is ahead of what was read: an edit must not be seen by halves
        self._shelves[key] = shelf
        for entry in self._late.get(key, []):
            changes = _by_key(entry.edit)[key]
            if not self._applied(key, self._shelves[key], entry, changes):
                return self._rebuild({key})[key]
        return self._shelves[key]

    def _make_room(self) -> None:
        if len(self._shelves) < KEPT_SHELVES:
            return
        for key in list(self._shelves):
            if key not in self._dirty and key not in (LIBRARY, CODEBOOK):
                del self._shelves[key]
                if len(self._shelves) < KEPT_SHELVES // 2:
                    return

    def _put_aside(self, key: str, error: Damage) -> None:
        text = f"The file {key} was changed by something else ({error}); it was made again from the journals"
        if self._journal is not None:
            aside = self.path / f"{key}.changed-{time.strftime('%Y%m%dT%H%M%S')}"
            try:
                fs.move(self.path / key, aside)
                text += f", the changed one is {aside.name}"
            except OSError as problem:
                text += f" and could not be put aside ({problem.strerror})"
        self._report(text + ".")

    def _was_held(self, key: str) -> bool:
        """Whether a missing file should be there: whether the part of a journal that the files held speaks of it."""
        owner = owner_of(key)
        for name, checkpoint in self._checkpoints.items():
            if not checkpoint.offset or (owner and name.split(".")[0] != owner):
                continue
            if not owner:
                return True
            with contextlib.suppress(FileNotFoundError):
                data = fs.map_file(self._journal_path(name))
                article = b'"article":"%s"' % Path(key).stem.encode()
                needles = (b'"unit":"tag"', b'"unit":"project"') if key == memos_key(owner) else (article,)
                if any(data.find(needle, 0, checkpoint.offset) >= 0 for needle in needles):
                    return True
        return False

    def _rebuild(self, keys: set[str]) -> dict[str, Shelf]:
        """Make shelves anew from all journals."""
        found = replay(self.journal_paths().values(), keys)
        for problem in found.problems:
            self._report(problem)
        for key in keys:
            self._shelves[key] = found.shelves.get(key, Shelf())
            if self._journal is not None and owner_of(key) in ("", self.coder):
                self._dirty.add(key)
        return {key: self._shelves[key] for key in keys}

    # -- reading -------------------------------------------------------------------------------------

    def articles(self) -> Mapping[str, Article]:
        """All articles by id, removed ones too."""
        return self._shelf(LIBRARY).table("articles")

    def tags(self) -> Mapping[str, Tag]:
        """All tags by id."""
        return self._shelf(CODEBOOK).table("tags")

    def coders(self) -> Mapping[str, Coder]:
        """All coders by handle."""
        return self._shelf(CODEBOOK).table("coders")

    def searches(self) -> Mapping[str, SavedSearch]:
        """All saved searches by id."""
        return self._shelf(CODEBOOK).table("searches")

    def writers(self) -> list[str]:
        """Handles of all who have a journal here, this coder among them."""
        return sorted({name.split(".")[0] for name in self._tails} | {self.coder})

    def annotations(self, article_id: str) -> list[Annotation]:
        """The annotations in an article, of all coders."""
        shelves = (self._shelf(annotations_key(coder, article_id)) for coder in self.writers())
        return [record for shelf in shelves for record in shelf.table("annotations").values()]

    def reviews(self, article_id: str) -> list[Review]:
        """The reviews in an article, of all coders."""
        shelves = (self._shelf(annotations_key(coder, article_id)) for coder in self.writers())
        return [record for shelf in shelves for record in shelf.table("reviews").values()]

    def memos(self) -> list[Annotation]:
        """The annotations on tags and on the project, of all coders."""
        shelves = (self._shelf(memos_key(coder)) for coder in self.writers())
        return [record for shelf in shelves for record in shelf.table("annotations").values()]

    # -- texts ---------------------------------------------------------------------------------------

    def text_path(self, article_id: str) -> Path:
        """Where the immutable text of an article is."""
        return self.path / "texts" / article_id[1:3] / f"{article_id}.txt"

    def paragraphs_path(self, article: Article) -> Path:
        """Where the paragraphs of an article are: those of a later split carry their hash in the name."""
        first = self.text_path(article.id).with_suffix(".paragraphs")
        later = first.with_name(f"{article.id}.{article.paragraphs_sha256[:16]}.paragraphs")
        return later if fs.exists(later) else first

    def text(self, article: Article) -> texts.StoredText:
        """The text of an article. Damage if its files are missing or cannot be read."""
        return _stored_text(self.text_path(article.id), self.paragraphs_path(article))

    def put_text(self, article: Article, text: str, paragraphs: Sequence[Paragraph]) -> Article:
        """Write an article's text and paragraphs, durably, unless they are there; the article with `paragraphs_sha256`."""
        import hashlib

        body = texts.encode_paragraphs(text, paragraphs)
        article = msgspec.structs.replace(article, paragraphs_sha256=body.sha256)
        path = self.text_path(article.id)
        fs.make_folder(path.parent, self.modes)
        data = text.encode()
        if not fs.exists(path) or hashlib.sha256(fs.read_bytes(path)).hexdigest() != article.sha256:
            fs.replace_file(path, data, self.modes)
        first = path.with_suffix(".paragraphs")
        if fs.exists(first):
            known = _body_sha256(first)
            if known == body.sha256:
                return article
            if known:  # a split of another rule stays as it is, for those who undo
                first = path.with_name(f"{article.id}.{body.sha256[:16]}.paragraphs")
        fs.replace_file(first, texts.head_line(encode(article), body) + body.data, self.modes)
        return article

    # -- writing -------------------------------------------------------------------------------------

    def apply(self, edit: Edit) -> Edit:
        """Commit an edit; it is durable on return. Conflict and NotSaved leave everything as it was."""
        self.start()
        if any(change.table in SHARED for change in edit.changes):
            return self._apply_shared(edit)
        return self._commit(edit).edit

    def _commit(self, edit: Edit) -> Entry:
        journal = self._journal
        if journal is None:  # `start` has been called
            raise ReadOnly("Nothing can be changed: the project is closed.")
        edit = msgspec.structs.replace(edit, at=now(max(edit.at, self._latest_at)))
        try:
            entry = journal.append(edit)
        except OSError as error:
            raise NotSaved(_refused(error)) from error
        with self._lock:
            tail = self._tails.setdefault(self.journal_name, _Tail(Checkpoint()))
            tail.offset, tail.seq = entry.end, entry.edit.seq
            for key in _by_key(edit):
                if key != PROJECT:
                    self._shelf(key)  # laid over below: it must be in memory to become dirty
            self._lay_over([entry])
            self._dirty.update(_by_key(edit))
        return entry

    def _apply_shared(self, edit: Edit) -> Edit:
        from reader.store.locks import project_lock

        try:
            with project_lock(self.path / "locks", self.modes):
                self._read_tails()
                self._check(edit)
                entry = self._commit(edit)
                with contextlib.suppress(OSError):  # the edit is safe in the journal; `settle` tries again
                    self._write_shelves({key for key in self._dirty if not owner_of(key)})
                return entry.edit
        except OSError as error:
            raise NotSaved(_refused(error)) from error

    def _check(self, edit: Edit) -> None:
        """Conflict if a shared record is not what the edit saw, or a number or name would stand twice."""
        for change in edit.changes:
            if change.table not in SHARED:
                continue
            before = None if change.before is None else decode(change.table, change.before)
            if self._current(change) != before:
                raise Conflict(f"{_named(change)} was changed by someone else in the meantime; nothing was written.")
        self._check_numbers([c for c in edit.changes if c.table == "articles" and c.before is None])
        self._check_names([c for c in edit.changes if c.table == "tags" and c.after is not None])

    def _current(self, change: Change) -> Any:
        if change.table == "project":
            return self.info
        return self._shelf(LIBRARY if change.table == "articles" else CODEBOOK).record(change)

    def _check_numbers(self, made: list[Change]) -> None:
        if not made:
            return
        taken = {article.number for article in self.articles().values()}
        for change in made:
            if (number := change.record["number"]) in taken:
                raise Conflict(f"Another article has got the number {number} in the meantime; nothing was written.")

    def _check_names(self, changed: list[Change]) -> None:
        if not changed:
            return
        from reader.codebook import Codebook, plain

        tags = {change.id: cast("Tag", decode("tags", change.record)) for change in changed}
        book = Codebook({**self.tags(), **tags})
        for tag in tags.values():
            if tag.deleted or tag.merged_into:
                continue
            twins = [t for t in book.children(tag.parent) if plain(t.name) == plain(tag.name)]
            if len(twins) > 1:
                raise Conflict(f"There is a tag “{tag.name}” there already; nothing was written.")

    # -- the readable files --------------------------------------------------------------------------

    def _write_shelves(self, keys: set[str]) -> None:
        for key in sorted(keys):
            with self._lock:
                self._dirty.discard(key)
                if key == PROJECT:
                    shelf = None
                    record: Record = encode(self.info)
                    self._late.pop(key, None)
                else:
                    shelf = self._with_held(key)
            try:
                if shelf is None:
                    data = msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"
                    fs.replace_file(self.path / PROJECT, data, self.modes)
                else:
                    write_shelf(self.path / key, shelf, tables_of(key), self.modes)
            except OSError:
                with self._lock:
                    self._dirty.add(key)
                raise

    def _with_held(self, key: str) -> Shelf:
        """The shelf with the positions it holds; what lay over it is then in the file."""
        owner = owner_of(key)
        held = {n: t.offset for n, t in self._tails.items() if not owner or n.split(".")[0] == owner}
        old = self._shelf(key)
        shelf = Shelf(old.tables, held, old.latest)
        self._shelves[key] = shelf
        self._late.pop(key, None)
        return shelf

    def settle(self) -> bool:
        """Bring the TinyDB files and the checkpoint up to date. OSError: the rest waits for the next time."""
        journal = self._journal
        if journal is None:
            return True
        with self._lock:
            reached = Checkpoint(journal.size, journal.seq)
            dirty = set(self._dirty)
        if any(not owner_of(key) for key in dirty):
            from reader.store.locks import project_lock

            with project_lock(self.path / "locks", self.modes):
                self._read_tails()
                self._write_shelves({key for key in dirty if not owner_of(key)})
        self._write_shelves({key for key in dirty if owner_of(key)})
        if reached != self._checkpoints.get(self.journal_name):
            path = self.path / "journal" / f"{self.journal_name}{CHECKPOINT_SUFFIX}"
            fs.replace_file(path, journals.encode_line(reached), self.modes)
            self._checkpoints[self.journal_name] = reached
        return True

    @property
    def unsettled(self) -> bool:
        """Whether some readable file is behind the journal."""
        return bool(self._dirty)

    # -- edits ---------------------------------------------------------------------------------------

    def poll(self) -> list[Edit]:
        """Edits that others have committed since the last look."""
        with self._lock:
            self._read_tails()
            news, self._news = self._news, []
        return news

    def edits(self, since: str = "") -> tuple[list[Edit], str]:
        """The edits of all journals since a cursor (empty: from the first), in order, and the next cursor.

        Damage if a journal no longer reaches to the cursor.
        """
        places: dict[str, tuple[int, int]] = msgspec.json.decode(since) if since else {}
        entries: list[Entry] = []
        for name, path in self.journal_paths().items():
            offset, seq = places.get(name, (0, 0))
            found = journals.read(path, offset, seq)
            places[name] = (found.end, found.seq)
            entries += found.entries
        entries.sort(key=lambda entry: entry.edit.order)
        return [entry.edit for entry in entries], msgspec.json.encode(places).decode()

    def newest_first(self, coder: str = "") -> Iterator[Edit]:
        """The edits of one coder, or of all, from the newest."""
        paths = (p for n, p in self.journal_paths().items() if not coder or n.split(".")[0] == coder)
        return merge_sorted(*(journals.newest_first(p) for p in paths), key=lambda e: e.order, reverse=True)

    def highest_number(self) -> int:
        """The highest article number in any journal, also of articles whose import was undone; 0 if there is none."""
        highest = 0
        for path in self.journal_paths().values():
            with contextlib.suppress(FileNotFoundError):
                numbers = re.finditer(rb'"number":(\d+)', fs.map_file(path))
                highest = max(highest, max((int(found[1]) for found in numbers), default=0))
        return highest

    def verify(self) -> list[str]:
        """Read every line and every file; the damage found, a sentence each."""
        from reader.store.verify import verify

        return verify(self)

    def close(self) -> None:
        """Settle and give up the right to write."""
        journal, session = self._journal, self._session
        if journal is None:
            return
        try:
            self.settle()
        except (OSError, ReaderError) as error:
            self._report(f"The TinyDB files are behind the journal: {error}. The next start brings them up to date.")
        finally:
            self._journal = None
            journal.close()
            session.release()


def _by_key(edit: Edit) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in edit.changes:
        found.setdefault(key_of(edit.coder, change), []).append(change)
    return found


@lru_cache(maxsize=64)
def _stored_text(text: Path, paragraphs: Path) -> texts.StoredText:
    return texts.StoredText(text, paragraphs)


def _body_sha256(path: Path) -> str:
    """The hash of a paragraph file's body; empty if the file cannot be read."""
    data = fs.read_bytes(path)
    try:
        head = msgspec.json.decode(journals.checked(data[: data.find(b"\n") + 1]), type=texts.Head)
    except (Damage, msgspec.DecodeError):
        return ""
    return str(head.article.get("paragraphs_sha256", ""))


def copy_id(project_id: str, path: Path) -> str:
    """Eight hex digits that tell one copy of a project from another: project, host and real path."""
    text = f"{project_id}\0{os.uname().nodename}\0{path.resolve()}"
    return f"{zlib.crc32(text.encode('utf-8', 'surrogateescape')):08x}"


def _modes_of(info: ProjectInfo) -> fs.Modes:
    folder = int(info.mode, 8) & 0o777
    group = -1
    if info.group:
        import grp

        with contextlib.suppress(KeyError):
            group = grp.getgrnam(info.group).gr_gid
    return fs.Modes(folder, folder & 0o666, group)


def _refused(error: OSError) -> str:
    import errno

    words = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EROFS: "the disk can only be read",
        errno.EACCES: "writing is not permitted",
    }
    return words.get(error.errno or 0, f"the disk refused it ({error.strerror})")


def _named(change: Change) -> str:
    record = change.record
    what = {"articles": "The article", "tags": "The tag", "coders": "The coder", "searches": "The search"}
    name = record.get("title") or record.get("name") or change.id
    return f"{what.get(change.table, 'The project')} “{name}”"
