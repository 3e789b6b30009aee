"""Lines out and lines in: what is said, what was typed, and the signals that end either."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import sys
import unicodedata
from collections.abc import Iterator
from types import FrameType

from reader.project.takeover import PLEASE_END
from reader.safe import REPLACEMENT, safe

PROMPT = "> "
LONGEST_TYPED = 4095
"""Bytes of a line that a terminal takes; it drops the rest without a word."""
GONE = frozenset({errno.EPIPE, errno.EIO})
"""What a write says when nobody is at the other end any more."""
CHUNK = 65_536


class Left(BaseException):
    """A signal asks to leave, or nobody listens any more."""


def spoken(text: str) -> str:
    """The text as it may be said: nothing that steers a terminal, no signs of ours that a voice stumbles over."""
    shown = safe(text)
    if REPLACEMENT not in shown:
        return shown
    return "".join("?" if now == REPLACEMENT != was else now for was, now in zip(text, shown, strict=True))


class Voice:
    """The two streams of a conversation. Signals reach it only while it waits, so that no change is cut in half."""

    def __init__(self) -> None:
        self.typed_at_terminal = sys.stdin.isatty()
        self._echoed = self.typed_at_terminal and sys.stdout.isatty()
        self._encoding = (sys.stdout.encoding or "utf-8") if sys.stdout.isatty() else "utf-8"
        self._waiting = False
        self._leaving = False
        self._interrupted = False
        self._stoppable = False
        self._unread = b""
        self._woken = -1
        self.taken_over = False
        """Whether it is another session of this user that asked to leave."""

    # -- out --------------------------------------------------------------------------------------------

    def say(self, *lines: str) -> None:
        """Say some lines. Left where nobody listens any more."""
        self._write("".join(f"{spoken(line)}\n" for line in lines))

    def heard(self) -> bool:
        """Whether something said now would not have to wait for the other end."""
        return bool(select.select([], [sys.stdout], [], 0)[1])

    def _write(self, text: str) -> None:
        data = memoryview(text.encode(self._encoding, "replace"))
        try:
            while data:
                data = data[os.write(sys.stdout.fileno(), data) :]
        except OSError as error:
            if error.errno in GONE:
                raise Left from error
            raise

    # -- in ---------------------------------------------------------------------------------------------

    def hear(self) -> str | None:
        """The next line without its end; None at the end of the input and after a second ctrl+c. Left after a signal."""
        while True:
            try:
                raw = self._read()
            except KeyboardInterrupt:
                self._write("\n")
                if self._interrupted:
                    return None
                self._interrupted = True
                self.say("Nothing was done. Ctrl+c again leaves.")
                continue
            if not self._echoed or not raw.endswith(b"\n"):
                self._write("\n")
            if not raw:
                return None
            self._interrupted = False
            line, problem = self._understood(raw)
            if not problem:
                return line
            self.say(problem)

    def _read(self) -> bytes:
        """The next line with its LF; without one at the end of the input, empty behind it."""
        with self._reached_by_signals():
            self._write(PROMPT)  # whoever sees it can be sure that ctrl+c is heard
            while b"\n" not in self._unread:
                if not (more := self._more()):
                    line, self._unread = self._unread, b""
                    return line
                self._unread += more
            line, _, self._unread = self._unread.partition(b"\n")
            return line + b"\n"

    def _more(self) -> bytes:
        """What comes next; empty at the end of the input. Left where the terminal is gone.

        A plain read would sleep through a signal that came just before it: the pipe wakes us then, too.
        """
        typed = sys.stdin.fileno()
        while True:
            ready, _, _ = select.select([typed, self._woken], [], [])
            if self._woken in ready:
                os.read(self._woken, CHUNK)
            if typed in ready:
                try:
                    return os.read(typed, CHUNK)
                except OSError as error:
                    if error.errno in GONE:
                        raise Left from error
                    raise

    def _understood(self, raw: bytes) -> tuple[str, str]:
        """(the line, empty) or (empty, what is wrong with it)."""
        if self.typed_at_terminal and len(raw) >= LONGEST_TYPED:
            return "", f"A terminal takes {LONGEST_TYPED} bytes in a line, so its end is lost. Nothing was done."
        try:
            line = raw.decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            return "", "That line is not UTF-8 text. Nothing was done."
        if any(unicodedata.category(sign) == "Cc" and sign != "\t" for sign in line):
            return "", "That line holds a key that is no text, such as an arrow. Nothing was done."
        return line, ""

    # -- signals ----------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Takes the signals that end a program; what they did before comes back at the end."""
        wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, PLEASE_END)
        self._woken, wake = os.pipe()
        os.set_blocking(wake, False)
        woken_before = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        before = {number: signal.signal(number, self._signalled) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(woken_before)
            os.close(wake)
            os.close(self._woken)

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            if self._waiting or self._stoppable:
                raise KeyboardInterrupt
            return
        self._leaving = True
        self.taken_over = number == PLEASE_END
        if self._waiting:
            raise Left

    @contextlib.contextmanager
    def _reached_by_signals(self) -> Iterator[None]:
        self._waiting = True
        try:
            if self._leaving:
                raise Left
            yield
        finally:
            self._waiting = False

    @contextlib.contextmanager
    def stoppable(self) -> Iterator[None]:
        """While something only looks and may take long: ctrl+c ends it, as KeyboardInterrupt."""
        self._stoppable = True
        try:
            yield
        finally:
            self._stoppable = False

    @contextlib.contextmanager
    def handed_over(self) -> Iterator[None]:
        """While another program has the terminal: ctrl+c is for that one, the other signals still end the wait."""
        # Not ignored: that a child would inherit, and could not be stopped by ctrl+c any more.
        interrupt = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            with self._reached_by_signals():
                yield
        finally:
            signal.signal(signal.SIGINT, interrupt)
