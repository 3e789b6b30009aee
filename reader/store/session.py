"""A coder's private working state (where one was, slots, recent tags) and the notes being typed. Never journalled."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from reader import fs

SLOTS = 9


class Session(msgspec.Struct, omit_defaults=True):
    """Where a coder was and what lies at hand; losing it loses no work.

    `positions` maps article ids to paragraph numbers, `recents` lists tag ids from the newest,
    `slots` has nine tag ids or empty texts, `pinned` the numbers of slots that keep theirs,
    `slot_used` counts up at each use of a slot, so that the longest unused one can be found. `measure` 0 and
    `tag_and_go_on` None mean: as the settings say.
    """

    last_article: str = ""
    positions: dict[str, int] = {}
    opened: dict[str, str] = {}
    recents: list[str] = []
    slots: list[str] = msgspec.field(default_factory=lambda: [""] * SLOTS)
    pinned: list[int] = []
    slot_used: list[int] = msgspec.field(default_factory=lambda: [0] * SLOTS)
    measure: int = 0
    pane: bool = True
    clean: bool = True
    skipped_speakers: list[str] = []
    library_filter: str = ""
    tag_and_go_on: bool | None = None
    queries: list[str] = []


def load_session(path: Path) -> Session:
    """The state in a file, or a new one: what cannot be read is not worth a word."""
    try:
        session = msgspec.json.decode(fs.read_bytes(path), type=Session)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Session()
    session.slots = (session.slots + [""] * SLOTS)[:SLOTS]
    session.slot_used = (session.slot_used + [0] * SLOTS)[:SLOTS]
    return session


def save_session(path: Path, session: Session, modes: fs.Modes) -> None:
    """Write the state. OSError: the old one stands."""
    fs.make_folder(path.parent, modes)
    fs.replace_file(path, msgspec.json.encode(session), modes)


class Draft(msgspec.Struct, frozen=True):
    """A note being typed: where it belongs, and its text so far."""

    key: str
    text: str


class Drafts:
    """The notes being typed by one coder, a file each."""

    def __init__(self, folder: Path, modes: fs.Modes) -> None:
        self.folder = folder
        self._modes = modes

    def _file(self, key: str) -> Path:
        import hashlib

        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"

    def save(self, key: str, text: str) -> None:
        """Keep a draft, durably. OSError: the one before stands."""
        fs.make_folder(self.folder, self._modes)
        fs.replace_file(self._file(key), msgspec.json.encode(Draft(key, text)), self._modes)

    def drop(self, key: str) -> None:
        """Forget a draft."""
        fs.remove(self._file(key))

    def all(self) -> dict[str, str]:
        """All drafts by where they belong, the latest first."""
        found: list[tuple[int, Draft]] = []
        for name in fs.names(self.folder):
            if name.endswith(".json") and not name.startswith("."):
                path = self.folder / name
                with contextlib.suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
                    draft = msgspec.json.decode(fs.read_bytes(path), type=Draft)
                    found.append((fs.status(path).st_mtime_ns, draft))
        return {draft.key: draft.text for _, draft in sorted(found, key=lambda one: one[0], reverse=True)}
