"""The program, loaded once and forked for each session, so that hundreds of kills fit into a minute.

Started with the number of a socket; each request is a JSON object (arguments, folder, environment) with two file
descriptors: the terminal, and a pipe that gets the child's process id and, at the end, its exit status, a `REPORT` each.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.projects import make_project
from tests.terminal.harness import ROOT, WIDE, Terminal, environment

LONGEST_REQUEST = 1 << 16
REPORT = struct.Struct("i")
"""A number to be told; two of them may be there before the first is read."""
EXERCISE = (("j", "t"), (*"harm", "enter"), ("j", "."), ("a",), (*"words", "ctrl+s"), ("r", "colon"), ("2", "enter"))


class Warm:
    """A loaded program that waits for sessions to start."""

    def __init__(self, home: Path) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.terminal.warm", str(theirs.fileno())],
            cwd=ROOT,
            env=environment(home),
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def start(self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], terminal: int) -> tuple[int, int]:
        """Start a session; returns its process id and the pipe that will bring its exit status."""
        ours, theirs = os.pipe()
        request = json.dumps({"arguments": list(arguments), "cwd": str(cwd), "env": dict(env)}).encode()
        socket.send_fds(self._socket, [request], [terminal, theirs])
        os.close(theirs)
        return REPORT.unpack(os.read(ours, REPORT.size))[0], ours

    def close(self) -> None:
        """No more sessions."""
        self._socket.close()
        self._process.wait(10)


class WarmTerminal(Terminal):
    """A session of the loaded program."""

    def __init__(
        self, warm: Warm, *arguments: str, cwd: Path, env: Mapping[str, str], size: tuple[int, int] = WIDE
    ) -> None:
        self._warm = warm
        super().__init__(arguments, cwd=cwd, env=env, size=size)

    def _start(self, command: Sequence[str | bytes], cwd: Path, env: Mapping[str, str], slave: int) -> int:
        pid, self._report = self._warm.start([str(one) for one in command], cwd, env, slave)
        return pid

    def _wait(self, seconds: float) -> int:
        if not select.select([self._report], [], [], seconds)[0]:
            raise subprocess.TimeoutExpired("reader", seconds)
        (told,) = REPORT.unpack(os.read(self._report, REPORT.size))
        os.close(self._report)
        return int(told)


def serve(control: int) -> None:
    """Fork a session for each request until there is nobody left to ask."""
    import reader.__main__  # noqa: F401  loaded for the children

    asyncio.run(_exercise())
    assert threading.active_count() == 1, "a process that runs threads must not be forked"
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    requests = socket.socket(fileno=control)
    while True:
        request, handles, _, _ = socket.recv_fds(requests, LONGEST_REQUEST, 2)
        if not request:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            requests.close()
            _mind(json.loads(request), *handles)
        for handle in handles:
            os.close(handle)


async def _exercise() -> None:
    """Use the program once without a terminal, so that what it loads and computes once is there for all sessions."""
    from reader.tui.app import ReaderApp

    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "p")
        async with ReaderApp(project).run_test(size=WIDE) as pilot:
            for keys in EXERCISE:
                await pilot.press(*keys)
            await pilot.pause()
        project.close()


def _mind(request: dict[str, object], terminal: int, report: int) -> None:
    """Run one session in a child of its own, and tell how it ended."""
    child = os.fork()
    if child == 0:
        os.close(report)
        _session(request, terminal)
    os.close(terminal)
    os.write(report, REPORT.pack(child))
    _, status = os.waitpid(child, 0)
    os.write(report, REPORT.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _session(request: dict[str, object], terminal: int) -> None:
    """What `reader` does, at a terminal of its own."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for stream in (0, 1, 2):
        os.dup2(terminal, stream)
    os.close(terminal)
    os.chdir(str(request["cwd"]))
    env, arguments = request["env"], request["arguments"]
    assert isinstance(env, dict)
    assert isinstance(arguments, list)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["reader", *arguments]
    from reader.__main__ import main

    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    for text in (sys.stdout, sys.stderr):
        text.flush()
    os._exit(code)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
