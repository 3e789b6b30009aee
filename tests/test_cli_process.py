"""The program as a process: modules loaded, streams that break, a terminal, signals, odd arguments."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.loaded import loaded
from tests.projects import FLOOD, make_project

TEXT = "\n\n".join(FLOOD) + "\n"
READER = (sys.executable, "-m", "reader")
DEADLINE = 30.0


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("READER_")}
    return {
        **kept,
        "READER_CONFIG": str(folder / "settings.toml"),
        "LOGNAME": "anna",
        "TERM": "xterm-256color",
        "PYTHONPATH": str(Path(__file__).parent.parent),
        **more,
    }


def ran(
    folder: Path, arguments: Sequence[str | bytes], *, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*READER, *arguments],
        cwd=folder,
        env=env or environment(folder),
        input=stdin,
        capture_output=True,
        timeout=DEADLINE,
        check=False,
    )


@pytest.fixture
def flood(tmp_path: Path) -> Path:
    make_project(tmp_path / "data", coder="anna").close()
    return tmp_path


HEAVY = ("textual", "rich", "markdown_it", "regex", "charset_normalizer", "platformdirs", "tomlkit", "asyncio")


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        (["--help"], ("tinydb", "sqlite3", "filelock", "csv", "reader.project", "reader.store")),
        (["export", "csv"], ("sqlite3", "filelock")),
        (["search", "barrier"], ("filelock", "csv", "reader.formats")),
    ],
)
def test_what_is_not_needed_is_not_loaded(flood: Path, arguments: list[str], more: tuple[str, ...]) -> None:
    """A search asks the index, so SQLite is part of it; Textual, parsers of files and patterns are not."""
    code = f"from reader.cli import run\nassert run({arguments!r}) == 0"
    assert not loaded(code, {*HEAVY, *more}, cwd=flood, env=environment(flood))


def test_an_argument_that_is_not_utf8_is_one_sentence(flood: Path) -> None:
    done = ran(flood, ["tag", "1", "2", b"caf\xe9", "--create"])
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1
    assert b"Argument 4" in done.stderr
    assert b"UTF-8" in done.stderr


def test_output_is_utf8_whatever_the_locale(flood: Path) -> None:
    env = environment(flood, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    done = ran(flood, ["show", "1"], env=env)
    assert done.returncode == 0
    assert "“Nobody rang us,”" in done.stdout.decode()
    done = ran(flood, ["note", "1", "5", "-"], stdin="käme".encode(), env=env)
    assert done.returncode == 0


def test_a_reader_that_goes_away_is_no_error_to_speak_of(flood: Path) -> None:
    with subprocess.Popen(
        [*READER, "history"], cwd=flood, env=environment(flood), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(DEADLINE) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_standard_output_that_is_full_is_one_sentence(flood: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*READER, "export", "csv"],
            cwd=flood,
            env=environment(flood),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=DEADLINE,
            check=False,
        )
    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_debug_shows_where_an_error_arose(flood: Path) -> None:
    assert b"Traceback" not in ran(flood, ["tag", "9", "1", "x"]).stderr
    assert b"Traceback" in ran(flood, ["--debug", "tag", "9", "1", "x"]).stderr
    assert b"Traceback" not in ran(flood, ["note", "1", "2", "--debug"]).stderr


def test_an_import_from_standard_input(tmp_path: Path) -> None:
    assert ran(tmp_path, ["--project", "p", "import", "-"], stdin=TEXT.encode()).returncode == 0
    done = ran(tmp_path, ["--project", "p", "show", "1"])
    assert b"carried beds upstairs" in done.stdout


def heeding_interrupts() -> None:
    """A shell has what it starts in the background ignore them, and that is inherited."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupt_before_all_is_read_takes_nothing_in(flood: Path) -> None:
    (flood / "first.txt").write_text("First text.\n\nWith two paragraphs.\n")
    with subprocess.Popen(
        [*READER, "import", "first.txt", "-"],
        cwd=flood,
        env=environment(flood),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heeding_interrupts,  # noqa: PLW1509  one system call, then exec
    ) as process:
        wait_until_reading(process.pid)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == 130, said
    assert b"Traceback" not in said
    assert ran(flood, ["articles", "--json"]).stdout.count(b'"id"') == 1


def wait_until_reading(pid: int) -> None:
    """Until the process waits in a read of its standard input."""
    end = time.monotonic() + DEADLINE
    wchan, syscall = Path(f"/proc/{pid}/wchan"), Path(f"/proc/{pid}/syscall")
    while time.monotonic() < end:
        try:
            if "pipe" in wchan.read_text() or syscall.read_text().startswith("0 0x0 "):
                return
        except OSError:
            pytest.skip("the system does not say what a process waits for")
        select.select([], [], [], 0.01)
    pytest.fail("standard input was never read")


class Terminal:
    """A process at a terminal of its own."""

    def __init__(self, folder: Path, arguments: Sequence[str], **more: str) -> None:
        self.pid, self.fd = pty.fork()
        if not self.pid:  # pragma: no cover  (the child)
            os.chdir(folder)
            os.execve(sys.executable, [*READER, *arguments], environment(folder, **more))
        self.seen = ""

    def until(self, words: str) -> None:
        """Read until the words are on the screen."""
        end = time.monotonic() + DEADLINE
        while words not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{words!r} never came: {self.seen!r}"
            self.seen += self._read()

    def type(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def end(self) -> int:
        """Read to the end; the exit code."""
        while text := self._read():
            self.seen += text
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)

    def _read(self) -> str:
        try:
            return os.read(self.fd, 65536).decode("utf-8", "replace")
        except OSError:
            return ""


def test_at_a_terminal_the_project_is_asked_for_once(tmp_path: Path) -> None:
    (tmp_path / "flood.txt").write_text(TEXT)
    terminal = Terminal(tmp_path, ["import", "flood.txt"])
    terminal.until("Make one in data?")
    terminal.type("\r")
    assert terminal.end() == 0
    assert "Made a project in data." in terminal.seen
    again = Terminal(tmp_path, ["import", "flood.txt"])
    assert again.end() == 0
    assert "Already here" in again.seen


def test_the_question_can_be_left(tmp_path: Path) -> None:
    (tmp_path / "flood.txt").write_text(TEXT)
    terminal = Terminal(tmp_path, ["import", "flood.txt"])
    terminal.until("Make one in data?")
    terminal.type("q\r")
    assert terminal.end() == 1
    assert "Nothing was made." in terminal.seen
    assert [p.name for p in tmp_path.iterdir()] == ["flood.txt"]


def test_a_login_that_says_nothing_is_asked_about_once(tmp_path: Path) -> None:
    (tmp_path / "flood.txt").write_text(TEXT)
    terminal = Terminal(tmp_path, ["import", "flood.txt"], LOGNAME="root")
    terminal.until("Make one in data?")
    terminal.type("\r")
    terminal.until("Who is coding?")
    terminal.type("Anna\r")
    assert terminal.end() == 0
    assert (tmp_path / "settings.toml").read_text() == 'coder = "anna"\n'
    done = ran(tmp_path, ["history"], env=environment(tmp_path, LOGNAME="root"))
    assert b"anna  import" in done.stdout


def test_overwriting_is_asked_about(flood: Path) -> None:
    (flood / "a.csv").write_text("old")
    terminal = Terminal(flood, ["export", "csv", "-o", "a.csv"])
    terminal.until("Overwrite it?")
    terminal.type("\r")
    assert terminal.end() == 1
    assert (flood / "a.csv").read_text() == "old"
    terminal = Terminal(flood, ["export", "csv", "-o", "a.csv"])
    terminal.until("Overwrite it?")
    terminal.type("y\r")
    assert terminal.end() == 0
    assert (flood / "a.csv").read_text() != "old"


def test_what_reaches_a_terminal_cannot_steer_it(tmp_path: Path) -> None:
    (tmp_path / "evil.txt").write_text("A title\n\nText \x1b]52;c;b3duZWQ=\x07 and \x9b31m more.\n")
    assert ran(tmp_path, ["--project", "data", "import", "evil.txt"]).returncode == 0
    for arguments in (["show", "1"], ["show", "1", "--json"], ["search", "more"]):
        terminal = Terminal(tmp_path, arguments)
        assert terminal.end() == 0
        assert "more" in terminal.seen
        assert not {"\x1b", "\x07", "\x9b"} & set(terminal.seen)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_can_do_nothing_gets_the_line_mode(flood: Path, term: str) -> None:
    terminal = Terminal(flood, [], TERM=term)
    terminal.until("Plain mode. Flood barrier opened two hours late. Paragraph 2 of 5")
    terminal.type("q\r")
    assert terminal.end() == 0
    assert "\x1b" not in terminal.seen
