"""What comes from the terminal: a paste is one event, whatever stands in it, and no Escape gets lost before a key.

Textual's parser takes a paste apart sign by sign, a second a megabyte, and hands on as keys what looks like a long
unknown escape sequence inside it. Here nothing between the marks of a paste is looked at but its end.

Escape and a key that come in one piece, as over a slow line, are to Textual a letter of another keyboard (`ESC 1` is
`¡`), the key alone (`ESC Enter` is Enter: a question refused would be granted), or wait for what follows. Here they are
`alt+` and the key at once.
"""

from __future__ import annotations

import os
import queue
import selectors
import signal
import threading
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from textual import constants, events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._xterm_parser import BRACKETED_PASTE_END as END
from textual._xterm_parser import BRACKETED_PASTE_START as START
from textual._xterm_parser import XTermParser
from textual.drivers._writer_thread import MAX_QUEUED_WRITES
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from reader.tui.torn import ESCAPE

if TYPE_CHECKING:
    from reader.tui.app import ReaderApp

CHUNK = 1 << 16
LOOK_AGAIN = 0.1
"""Seconds after which the input thread looks whether the program has ended."""
LAST_OUTPUT = 2.0
"""Seconds that a terminal may take for the last output."""
STUCK = 1.0
"""Seconds without any output taken after which a terminal is not slow, but takes nothing."""


BEGIN_SEQUENCES = "[]OP^_\\" + ESCAPE
"""What a terminal puts behind ESC where more follows, or where it ends an answer (ECMA-48, 5.3 and 5.6)."""


class TerminalParser(XTermParser):
    """Textual's parser with pastes taken out of the stream before it, and Escape and a key told from sequences."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pasted: list[str] | None = None
        self._tail = ""

    def feed(self, data: str) -> Iterable[Message]:
        """The events of what has come."""
        if self._pasted is None and START not in data:
            return super().feed(data)
        return self._events(data)

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """The keys of a sequence; one behind a lone ESC is called `alt+` and its name, whatever it is."""
        if len(sequence) == 2 and sequence[0] == ESCAPE and sequence[1] not in BEGIN_SEQUENCES:
            sequence, alt = sequence[1], True
        named = alt and sequence not in BEGIN_SEQUENCES
        for event in super()._sequence_to_key_events(sequence, alt):
            whole = event.key if event.key.startswith("alt+") or not named else f"alt+{event.key}"
            yield events.Key(whole, event.character)

    def _events(self, data: str) -> Iterator[Message]:
        while data:
            if self._pasted is None:
                before, mark, data = data.partition(START)
                if before:
                    yield from super().feed(before)
                if mark:
                    self._pasted, self._tail = [], ""
                continue
            words, mark, rest = (self._tail + data).partition(END)
            if not mark:
                # The mark of the end may be torn: its start is kept back.
                self._pasted.append(words[: 1 - len(END)])
                self._tail = words[1 - len(END) :]
                return
            text, self._pasted, data = "".join((*self._pasted, words)), None, rest
            yield events.Paste(text.replace("\x00", ""))


class TerminalDriver(LinuxDriver):
    """Textual's driver, reading larger pieces and with that parser; a lone Escape is known after ESCDELAY.

    Keys and signals are answered, and it ends, also where nobody reads the terminal any more, as behind a dropped line.
    """

    _frame: list[str] | None = None

    def write(self, data: str) -> None:
        """Hand on to the output thread, a frame in one piece: it is woken once for it, not for its beginning and end too."""
        if data == SYNC_START:
            self._frame = []
        if self._frame is not None:
            self._frame.append(data)
            if data != SYNC_END:
                return
            data, self._frame = "".join(self._frame), None
        self._hand_on(data)

    def _hand_on(self, data: str) -> None:
        """A slow terminal is waited for, one that takes nothing is not: what comes is kept."""
        output = self._writer_thread
        assert output is not None, "the terminal is taken"  # noqa: S101  (nothing is written before)
        waiting = output._queue  # noqa: SLF001  its limit would keep the program from hearing any signal
        if not waiting.maxsize and waiting.empty():
            waiting.maxsize = MAX_QUEUED_WRITES
        try:
            waiting.put(data, timeout=STUCK if output.is_alive() else 0)
        except queue.Full:
            waiting.maxsize = 0
            waiting.put(data)

    def close(self) -> None:
        """Let the output thread write what is left; what the terminal does not take is thrown away in the end."""
        if self._writer_thread is None:
            return
        output = self._writer_thread
        ending = threading.Thread(target=output.stop, daemon=True)
        ending.start()
        ending.join(LAST_OUTPUT)
        if ending.is_alive() and output.ident is not None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, output.fileno())
            os.close(nowhere)
            # It hangs in a write, which a signal with a handler interrupts; Python then writes again, into nowhere.
            signal.signal(signal.SIGURG, lambda *_: None)
            signal.pthread_kill(output.ident, signal.SIGURG)
            ending.join(LAST_OUTPUT)

    def start_application_mode(self) -> None:
        """Take the terminal, at the start and after an editor had it; a screen reader wants the cursor that this hides."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        cast("ReaderApp", self._app).show_cursor()

    def run_input_thread(self) -> None:
        """Read until the program ends."""
        parser = TerminalParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        patience = min(LOOK_AGAIN, constants.ESCAPE_DELAY)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            ended = False
            while not ended:
                ended = self.exit_event.is_set()  # what came before that is still read
                found: list[Message] = []
                if selector.select(0 if ended else patience):
                    try:
                        data = os.read(self.fileno, CHUNK)
                    except OSError:
                        data = b""
                    if not data:  # the line is gone; the signal that says so ends the program
                        return
                    if text := decode(data):
                        found += parser.feed(text)
                for message in (*found, *parser.tick()):
                    self.process_message(message)
