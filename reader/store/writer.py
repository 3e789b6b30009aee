"""The one thread of a project that commits edits, in order, and keeps the TinyDB files up to date behind them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

import msgspec

from reader.edits import Edit
from reader.errors import Conflict, Locked, NotSaved, ReaderError, ReadOnly
from reader.store import Store

SETTLE_AFTER = 0.4
"""Seconds without an edit after which the TinyDB files are written."""
SETTLE_AT_LAST = 1.0
"""Seconds after which they are written though edits keep coming."""
RETRY_AFTER = 1.0
"""Seconds between two tries of an edit that the disk refused."""


class Saved(msgspec.Struct, frozen=True):
    """An edit is on the disk, since `at` (local time)."""

    edit: Edit
    at: datetime


class Unsaved(msgspec.Struct, frozen=True):
    """The disk refused an edit; it is kept and tried again."""

    edit: Edit
    reason: str


class Conflicted(msgspec.Struct, frozen=True):
    """An edit cannot be made any more and was taken out again."""

    edit: Edit
    reason: str


class BecameReadOnly(msgspec.Struct, frozen=True):
    """Nothing can be written any more; the edits that wait are kept in memory only."""

    reason: str


Event = Saved | Unsaved | Conflicted | BecameReadOnly


class Writer:
    """Commits what is put into it. `report` is called in its thread, after `done` for an edit that left the queue."""

    def __init__(self, store: Store, done: Callable[[Edit, Event], None], report: Callable[[Event], None]) -> None:
        self._store = store
        self._done = done
        self._report = report
        self._queue: deque[Edit] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._reason = ""
        self._conflict = ""
        self._tries = 0
        self._unsettled_since = 0.0
        self._last_commit = 0.0

    def put(self, edit: Edit) -> None:
        """Queue an edit; returns at once."""
        with self._wake:
            self._queue.append(edit)
            self._begin()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
            self._thread.start()
        self._wake.notify_all()

    def settle_soon(self) -> None:
        """Have the TinyDB files written though no edit was made here: somebody else's came."""
        with self._wake:
            if not self._closing and not self._unsettled_since:
                self._unsettled_since = self._last_commit = time.monotonic()
                self._begin()

    @property
    def waiting(self) -> int:
        """Edits not yet on the disk."""
        return len(self._queue)

    def flush(self, timeout: float | None = None) -> None:
        """Wait until the queue is empty. NotSaved when the disk refuses or time is up, Conflict when an edit was taken out."""
        end = None if timeout is None else time.monotonic() + timeout
        with self._wake:
            tries = self._tries
            while self._queue:
                if self._reason and self._tries > tries:
                    raise NotSaved(f"Not saved: {self._reason}.")
                left = None if end is None else end - time.monotonic()
                if left is not None and left <= 0:
                    raise NotSaved(f"Not saved: {self._reason or 'the disk has not answered yet'}.")
                self._wake.wait(left)
            conflict, self._conflict = self._conflict, ""
        if conflict:
            raise Conflict(conflict)

    def close(self) -> list[Edit]:
        """Commit what waits, once, and end the thread; returns what the disk refused."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        return list(self._queue)

    # -- in the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._wake:
                pause = self._pause()
                if pause is None or pause > 0:
                    if self._closing:
                        return
                    self._wake.wait(pause)
                    continue
                edit = self._queue[0] if self._queue else None
            if edit is None:
                self._settle()
            elif not self._commit(edit) and self._closing:
                return

    def _pause(self) -> float | None:
        """Seconds until there is something to do; None: until an edit comes."""
        now = time.monotonic()
        if self._queue:
            return 0.0 if not self._reason or self._closing else self._last_commit + RETRY_AFTER - now
        if self._closing or not self._unsettled_since:
            return None
        return min(self._last_commit + SETTLE_AFTER, self._unsettled_since + SETTLE_AT_LAST) - now

    def _commit(self, edit: Edit) -> bool:
        event: Event
        self._last_commit = time.monotonic()
        try:
            written = self._store.apply(edit)
        except Conflict as error:
            event = Conflicted(edit, str(error))
        except (Locked, ReadOnly) as error:
            return self._keep(edit, BecameReadOnly(_reason(error)))
        except (ReaderError, OSError) as error:
            return self._keep(edit, Unsaved(edit, _reason(error)))
        except Exception as error:  # noqa: BLE001  a fault of ours must not end the thread: the edit is kept, and that is said
            _shout(error)
            return self._keep(edit, Unsaved(edit, f"the program failed ({type(error).__name__}: {error})"))
        else:
            event = Saved(written, datetime.now())
            self._unsettled_since = self._unsettled_since or self._last_commit
        self._tell(lambda: self._done(edit, event))
        with self._wake:
            self._queue.popleft()
            self._reason = ""
            if isinstance(event, Conflicted):
                self._conflict = event.reason
            self._wake.notify_all()
        self._tell(lambda: self._report(event))
        return True

    def _tell(self, call: Callable[[], None]) -> None:
        """Call back; what a listener raises must not end the thread that saves."""
        try:
            call()
        except Exception as error:  # noqa: BLE001  as above
            _shout(error)

    def _keep(self, edit: Edit, event: Unsaved | BecameReadOnly) -> bool:
        first = not self._reason
        with self._wake:
            self._reason = event.reason
            self._tries += 1
            self._wake.notify_all()
        if first:
            self._tell(lambda: self._report(event))
        return False

    def _settle(self) -> None:
        try:
            self._store.settle()
        except (OSError, ReaderError):
            self._unsettled_since = self._last_commit = time.monotonic()  # the edits are safe; later again
        except Exception as error:  # noqa: BLE001  as above
            _shout(error)
            self._unsettled_since = 0.0
        else:
            self._unsettled_since = 0.0


def _reason(error: Exception) -> str:
    """What the error says, as it stands behind «Not saved:»."""
    return str(error).removeprefix("Not saved: ").removesuffix(".")


def _shout(error: Exception) -> None:
    """Say an error of the program where uncaught ones are said."""
    hook = threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
    threading.excepthook(hook)
