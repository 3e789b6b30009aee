"""A coder's working state and the notes being typed: kept beside the journals, never in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reader.errors import NotSaved
from reader.fs import Modes
from reader.store.session import Drafts, Session, load_session, save_session


class Working:
    """What one coder keeps of where they are: positions, slots, recents, and drafts of notes."""

    def __init__(self, path: Path, coder: str, modes: Callable[[], Modes]) -> None:
        self._path = path / "state" / f"{coder}.json"
        self._drafts_in = path / "drafts" / coder
        self._modes = modes
        self._state: Session | None = None
        self._finished: list[str] = []

    @property
    def state(self) -> Session:
        """The working state: changed in place, kept by `save`."""
        if self._state is None:
            self._state = load_session(self._path)
        return self._state

    def save(self) -> None:
        """Keep the working state, if it was asked for. OSError."""
        if self._state is not None:
            save_session(self._path, self._state, self._modes())

    @property
    def _drafts(self) -> Drafts:
        return Drafts(self._drafts_in, self._modes())

    def save_draft(self, key: str, text: str) -> None:
        """Keep a note being typed, durably. NotSaved."""
        if key in self._finished:
            self._finished.remove(key)
        try:
            self._drafts.save(key, text)
        except OSError as error:
            raise NotSaved(f"The draft is not on the disk: {error.strerror}.") from error

    def done_with_draft(self, key: str) -> None:
        """A note that was being typed is finished: its draft goes with the next `drop_drafts`."""
        self._finished.append(key)

    def drop_drafts(self) -> None:
        """Forget the drafts of what is on the disk now. NotSaved."""
        finished, self._finished = self._finished, []
        try:
            for key in finished:
                self._drafts.drop(key)
        except OSError as error:
            raise NotSaved(f"The draft could not be removed: {error.strerror}.") from error

    def keep_drafts(self) -> None:
        """What was finished could not be stored after all: its drafts are all there is of it."""
        self._finished = []

    def drafts(self) -> dict[str, str]:
        """The notes that were being typed, by where they belong."""
        return self._drafts.all()
