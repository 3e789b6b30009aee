"""A program at a terminal of its own: keys go in, an emulated screen and all bytes come out.

Nothing here sleeps: whoever waits, waits for a state of the screen, for rest or for the end, with a deadline. A screen
is looked at only where a frame is complete, as a terminal shows it that knows synchronised output.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte

from reader.commands import import_
from reader.project import Project
from tests.terminal.wire import FRAME_BEGINS, FRAME_ENDS, Piece, answer, pieces

ROOT = Path(__file__).parents[2]
READER = (sys.executable, "-m", "reader")
DEADLINE = 60.0
"""Seconds after which a state that has not come will not come, on a slow and busy machine too."""
LOOK_AGAIN = 0.02
"""Seconds between two looks at what is not on the screen."""
CHUNK = 1 << 16
WIDE, NARROW = (120, 40), (80, 24)
ESCAPE_MS = 30
"""How long the program waits for the rest of a key sequence, in the tests."""

MEASURED = "COVERAGE_PROCESS_CONFIG"
"""The variable that has a child measured by coverage."""

_LIBC = ctypes.CDLL(None)
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "ctrl+g": "\x07",
    "ctrl+p": "\x10",
    "ctrl+r": "\x12",
    "ctrl+s": "\x13",
    "ctrl+t": "\x14",
    "ctrl+u": "\x15",
    "f1": "\x1bOP",
}
_UNFIT = re.compile(rb"[<=>]|.*[$: ]|[0-?]*[utn]$|[0-?]*c$|[0-?]*m$", re.DOTALL)
"""Control sequences that pyte would print or stumble over, and colours, at which nobody looks here; none of them moves or draws anything."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """What the program gets to know of its surroundings: a home of its own, nothing of the user's."""
    kept = {name: os.environ[name] for name in ("PATH", "TZ", MEASURED) if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_STATE_HOME": str(home / ".state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "LOGNAME": "anna",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "ESCDELAY": str(ESCAPE_MS),
        "PYTHONPATH": str(ROOT),
        **more,
    }


class Terminal:
    """A running program, its terminal and what it has shown there."""

    def __init__(
        self,
        command: Sequence[str | bytes],
        *,
        cwd: Path,
        env: Mapping[str, str],
        size: tuple[int, int] = WIDE,
        powerless: bool = False,
    ) -> None:
        self._before_start = _take_terminal_without_power if powerless else _take_terminal
        self.received = bytearray()
        """Every byte the program has sent."""
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._fed = 0
        self._rows: list[str] = []
        self._answered = 0
        self.eof = False
        self.status: int | None = None
        self.fd, slave = pty.openpty()
        self.size = size
        self._set_size(size)
        self.attributes_before = self.attributes()
        self.pid = self._start(command, cwd, env, slave)
        os.close(slave)
        os.set_blocking(self.fd, False)

    def _start(self, command: Sequence[str | bytes], cwd: Path, env: Mapping[str, str], slave: int) -> int:
        """Start the program with the terminal as its own; returns its process id."""
        self._process = subprocess.Popen(  # the child leads a session whose terminal this is
            command,
            cwd=cwd,
            env=dict(env),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=self._before_start,  # noqa: PLW1509  a few system calls, then exec
        )
        return self._process.pid

    def _wait(self, seconds: float) -> int:
        """The exit status; negative: the signal."""
        return self._process.wait(seconds)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the program if it still runs, and let the terminal go."""
        if self.status is None:
            self._kill_quietly()
            self.status = self._wait(DEADLINE)
        self.hang_up()

    def _kill_quietly(self) -> None:
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    # -- out of the program ------------------------------------------------------------------------------

    def read(self, seconds: float) -> bool:
        """Take what the program sends within some seconds; False if there was nothing."""
        if self.eof:
            return False
        if not select.select([self.fd], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self.fd, CHUNK)
        except BlockingIOError:
            return False
        except OSError:  # Linux says EIO where the other side is closed
            data = b""
        if not data:
            self.eof = True
            return False
        self.received += data
        self._answer()
        return True

    def _answer(self) -> None:
        """Reply to what a program asks of its terminal."""
        found, rest = pieces(bytes(self.received[self._answered :]))
        self._answered = len(self.received) - len(rest)
        for piece in found:
            if piece.kind == "csi" and piece.body[-1:] in b"cnup":
                if piece.body[-1:] == b"n":
                    self.catch_up()
                reply = answer(piece, (self._screen.cursor.y + 1, self._screen.cursor.x + 1))
                if reply:
                    self._write(reply)

    def catch_up(self) -> None:
        """Put on the screen what has been received, but for a frame whose end is still to come."""
        found, _ = pieces(bytes(self.received[self._fed :]))
        if not self.eof:
            found = found[: _complete(found)]
        self._fed += sum(len(piece.raw) for piece in found)
        fit = (p.raw for p in found if p.kind in ("text", "short") or (p.kind == "csi" and not _UNFIT.match(p.body)))
        self._stream.feed(b"".join(fit))
        if found:
            self._rows = []

    def cursor_row(self) -> str:
        """The row on which the terminal's own cursor stands."""
        rows = self.rows
        return rows[self._screen.cursor.y]

    def place(self, words: str) -> tuple[int, int]:
        """Wait until the words stand in a row of the screen; returns their first row and column, from 1."""
        self.wait_for(re.escape(words))
        return next((row, line.index(words) + 1) for row, line in enumerate(self.rows, 1) if words in line)

    def shows_cursor(self) -> bool:
        """Whether the terminal's own cursor is to be seen."""
        self.catch_up()
        return not self._screen.cursor.hidden

    @property
    def rows(self) -> list[str]:
        """The rows of the screen."""
        self.catch_up()
        if not self._rows:
            self._rows = list(self._screen.display)
        return self._rows

    @property
    def text(self) -> str:
        """The screen, rows parted by line feeds, without blanks at their ends."""
        return "\n".join(row.rstrip() for row in self.rows)

    @property
    def title(self) -> str:
        """The first row."""
        return self.rows[0]

    @property
    def said(self) -> str:
        """The last row."""
        return self.rows[-1]

    @property
    def dialog(self) -> str:
        """What stands in the box over the screen, in one line; empty without one."""
        rows = self.rows
        for top, row in enumerate(rows):
            if "╭" in row and "╮" in row:  # else a box half drawn
                left, right = row.index("╭"), row.rindex("╮")
                inside = (line[left + 1 : right].strip() for line in rows[top + 1 :] if line[left] == "│")
                return " ".join(line for line in inside if line)
        return ""

    def wait_until(self, holds: Callable[[], bool], what: str = "a state", seconds: float = DEADLINE) -> None:
        """Wait until something holds; it is looked at after everything that comes."""
        end = time.monotonic() + seconds
        while not holds():
            left = end - time.monotonic()
            if left <= 0 or self.eof:
                why = "the program has ended" if self.eof else f"not within {seconds:.0f} s"
                raise AssertionError(f"{what} never came, {why}; the screen:\n{self.text}")
            self.read(left)

    def wait_for(self, pattern: str, seconds: float = DEADLINE) -> re.Match[str]:
        """Wait until the screen matches (rows parted by line feeds; `^` and `$` stand at each of them)."""
        wanted = re.compile(pattern, re.MULTILINE)
        self.wait_until(lambda: wanted.search(self.text) is not None, repr(pattern), seconds)
        found = wanted.search(self.text)
        assert found
        return found

    def wait_beside(self, holds: Callable[[], bool], what: str = "a state", *, reading: bool = True) -> None:
        """Wait until something holds that no screen shows, as a file; what is painted meanwhile is taken, or left there."""
        end = time.monotonic() + DEADLINE
        while not holds():
            assert time.monotonic() < end, f"{what} never came, not within {DEADLINE:.0f} s; the screen:\n{self.text}"
            select.select([self.fd] if reading else [], [], [], LOOK_AGAIN)
            if reading:
                self.read(0)

    def wait_bytes(self, pattern: str, since: int = 0, seconds: float = DEADLINE) -> None:
        """Wait until the bytes sent from a place on match; no screen is emulated, so this costs next to nothing."""
        wanted = re.compile(pattern.encode())
        self.wait_until(lambda: wanted.search(self.received, since) is not None, repr(pattern), seconds)

    def wait_gone(self, pattern: str, seconds: float = DEADLINE) -> None:
        """Wait until the screen does not match any more."""
        wanted = re.compile(pattern, re.MULTILINE)
        self.wait_until(lambda: wanted.search(self.text) is None, f"an end of {pattern!r}", seconds)

    def settle(self, silence: float = 0.25, seconds: float = DEADLINE) -> None:
        """Wait until nothing has come for a while and the program rests; that it waits for a core is no rest."""
        end = time.monotonic() + seconds
        while self.read(silence) or not at_rest(self.pid):
            assert time.monotonic() < end, "the program is never silent"

    def bytes_in(self, seconds: float) -> int:
        """How many bytes come within some seconds."""
        before, end = len(self.received), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.eof:
            self.read(left)
        return len(self.received) - before

    # -- into the program ----------------------------------------------------------------------------------

    def type(self, text: str | bytes) -> None:
        """Type what stands there, all at once."""
        self._write(text.encode() if isinstance(text, str) else text)

    def press(self, *keys: str) -> None:
        """Press keys by their names (`enter`, `ctrl+r`) or signs, one write each."""
        for key in keys:
            self.type(KEYS.get(key, key))

    def paste(self, text: str) -> None:
        """Paste as a terminal does that was asked to mark pastes."""
        self.type(f"\x1b[200~{text}\x1b[201~")

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        end = time.monotonic() + DEADLINE
        while view:
            readable, writable, _ = select.select([self.fd], [self.fd], [], max(0.0, end - time.monotonic()))
            assert readable or writable, "the program takes no keys"
            if writable:
                try:
                    view = view[os.write(self.fd, view[:CHUNK]) :]
                except BlockingIOError:
                    continue
            elif readable and not self.read(0) and self.eof:
                return

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size; the system tells the program."""
        self.catch_up()
        self.size = (columns, rows)
        self._screen.resize(rows, columns)
        self._screen.reset()
        self._rows = []
        self._set_size(self.size)

    def _set_size(self, size: tuple[int, int]) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def send_signal(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a power cut would, and take what it had still sent."""
        os.kill(self.pid, signal.SIGKILL)
        self.end()

    def hang_up(self) -> None:
        """Close the terminal, as a window that is closed or a line that is dropped."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
            self.eof = True

    # -- the end ---------------------------------------------------------------------------------------------

    def end(self, seconds: float = DEADLINE) -> int:
        """Read to the end; returns the exit status, negative for a signal."""
        end = time.monotonic() + seconds
        while not self.eof and time.monotonic() < end:
            self.read(end - time.monotonic())
        if self.status is not None:
            return self.status
        self.status = self._wait(seconds)
        return self.status

    def quit(self) -> int:
        """Press q and wait for the end; returns the exit status."""
        self.type("q")
        return self.end()

    def attributes(self) -> list[Any]:
        """The settings of the terminal line (echo, signs that are signals, …), as `termios` has them."""
        return termios.tcgetattr(self.fd)

    def left_as_it_was(self) -> list[str]:
        """What the program has left behind in its terminal: modes still on, settings still changed; empty if nothing."""
        found, rest = pieces(bytes(self.received))
        modes: dict[bytes, bool] = {}
        pushed = 0
        for piece in found:
            if piece.kind != "csi":
                continue
            if mode := re.fullmatch(rb"\?([0-9]+)([hl])", piece.body):
                modes[mode[1]] = mode[2] == b"h"
            pushed += (piece.body.endswith(b"u") and piece.body[:1] == b">") - (piece.body == b"<u")
        usual = {b"25": True, b"7": True}
        said = [f"mode {mode.decode()} is {state}" for mode, state in modes.items() if state != usual.get(mode, False)]
        said += ["the keyboard protocol is still on"] if pushed > 0 else []
        said += [f"unfinished {rest!r}"] if rest else []
        if self.attributes() != self.attributes_before:
            said.append(f"line settings {self.attributes()}, before {self.attributes_before}")
        return said


def back_to_text(terminal: Terminal) -> None:
    """Out of any dialog and screen of the program, to the text: an Escape at a time."""
    for _ in range(8):
        terminal.settle(0.1)
        if _at_text(terminal):
            return
        terminal.press("escape")
    raise AssertionError(f"there is no way back:\n{terminal.text}")


def _at_text(terminal: Terminal) -> bool:
    shown, said = terminal.text, terminal.said
    in_sight = " ¶ " in terminal.title and " of " in terminal.title and "── slots" in shown
    return in_sight and "╭" not in shown and re.match(r" ([uU] (un|re)do  )?t tag ", said) is not None


def _complete(found: Sequence[Piece]) -> int:
    """How many of the pieces belong to frames that are complete, or to none."""
    for number in reversed(range(len(found))):
        if found[number].raw == FRAME_ENDS:
            break
        if found[number].raw == FRAME_BEGINS:
            return number
    return len(found)


def threads(pid: int) -> Iterator[Path]:
    """The folders of the threads of a process and of its descendants; none where the system shows none."""
    for thread in sorted(Path(f"/proc/{pid}/task").glob("*")):
        yield thread
        with contextlib.suppress(OSError):  # it has ended meanwhile
            for child in (thread / "children").read_text().split():
                yield from threads(int(child))


def at_rest(pid: int) -> bool:
    """Whether nothing in a process or its descendants computes or wants to; True where the system does not say."""
    return all(_state(thread) not in "RD" for thread in threads(pid))


def _state(thread: Path) -> str:
    """The letter of its state: R runs or wants to, D is at the disk, S waits; Z where it has ended."""
    try:
        return (thread / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def computed(pid: int) -> float:
    """Seconds that a process has computed; those it waited for a core do not count. Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _take_terminal_without_power() -> None:
    _take_terminal()
    without_power()


def without_power() -> None:
    """As an ordinary user where the tests run as root: the rights to files are those of their modes."""
    if os.getuid() == 0:
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            _LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


class Room:
    """A folder to work in, with a home of its own beside it."""

    def __init__(self, base: Path) -> None:
        self.folder, self.home = base / "work", base / "home"
        self.folder.mkdir()
        self.home.mkdir()

    @property
    def data(self) -> Path:
        """The project folder that the program makes or finds."""
        return self.folder / "data"

    def write(self, name: str, text: str) -> Path:
        """Write a file into the folder."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    def seed(self, name: str) -> Path:
        """Copy one of the sample articles into the folder."""
        return Path(shutil.copy(ROOT / "seeds" / name, self.folder / name))

    def take_in(self, name: str, coder: str = "anna") -> None:
        """Make the project with one of the sample articles, as `reader import` does; it takes no process of its own."""
        path = self.seed(name)
        project = Project.open(Project.create(self.data), coder=coder)
        import_(project, [str(path)])
        project.flush()
        project.close()

    def environment(self, **more: str) -> dict[str, str]:
        """The surroundings of a program in this room."""
        return environment(self.home, **more)

    def terminal(
        self, *arguments: str | bytes, size: tuple[int, int] = WIDE, powerless: bool = False, **more: str
    ) -> Terminal:
        """Start `reader` at a terminal; `more` are variables of its environment."""
        env = self.environment(**more)
        return Terminal([*READER, *arguments], cwd=self.folder, env=env, size=size, powerless=powerless)

    def run(self, *arguments: str | bytes, code: int = 0) -> str:
        """Run `reader` without a terminal; returns standard output. The exit code is checked."""
        done = subprocess.run(
            [*READER, *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == code, done.stderr.decode()
        return done.stdout.decode()

    def project(self, coder: str = "anna") -> Project:
        """The project, for reading."""
        return Project.open(self.data, coder=coder, write=False)

    def edits(self, coder: str = "anna") -> list[dict[str, Any]]:
        """The edits in a coder's journal, read by hand; a torn last line is left out, any other damage fails."""
        found: list[dict[str, Any]] = []
        for journal in sorted((self.data / "journal").glob(f"{coder}.*.jsonl")):
            for line in journal.read_bytes().split(b"\n")[:-1]:
                check, _, record = line.partition(b" ")
                assert int(check, 16) == zlib.crc32(record), f"a damaged line in {journal.name}: {line[:80]!r}"
                found.append(json.loads(record))
        return found
