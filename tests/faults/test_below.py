"""Nothing goes around `fs`: the same work with system calls failed from below, by strace."""

from __future__ import annotations

import pickle
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.scenario import Told, check, fresh, scratch

ROOT = Path(__file__).parent.parent.parent
STRACE = shutil.which("strace")
CALLS = ("write", "fsync", "rename", "openat", "mkdir", "unlink", "pread64", "fchmod", "close", "flock")
LAST = 400
_CHILD = """
import pickle, socket, sys, traceback
from pathlib import Path
from tests.faults.scenario import Told, quick, work

wire = socket.socket(fileno=0)  # neither sendto nor recvfrom is ever failed: what is said here arrives
quick()
work(Path(sys.argv[1]), Told())  # everything is imported now
wire.sendall(b"ready\\n")
wire.recv(1)
told = Told()
try:
    work(Path(sys.argv[2]), told)
except BaseException:
    told.wrong.append(traceback.format_exc())
wire.sendall(b"done\\n")
wire.recv(1)
Path(sys.argv[3]).write_bytes(pickle.dumps(told))
"""


@pytest.fixture
def root() -> Iterator[Path]:
    folder = scratch()
    yield folder
    shutil.rmtree(folder)


def failed(root: Path, call: str, error: str, when: str) -> tuple[Told, int]:
    """What a process was told in which a call failed, and how often the call was failed."""
    fresh(root / "warm")
    fresh(root / "run")
    command = [sys.executable, "-c", _CHILD, str(root / "warm"), str(root / "run"), str(root / "told")]
    wire, theirs = socket.socketpair()
    with theirs:
        child = subprocess.Popen(command, cwd=ROOT, stdin=theirs.fileno())
    heard = wire.makefile("rb")
    assert heard.readline() == b"ready\n"
    log = root / "strace.log"
    inject = f"inject={call}:error={error}:when={when}"
    tracer = subprocess.Popen(
        [str(STRACE), "-f", "-qq", "-e", f"trace={call}", "-e", inject, "-o", str(log), "-p", str(child.pid)],
        stderr=subprocess.DEVNULL,
    )
    while f"TracerPid:\t{tracer.pid}\n" not in Path(f"/proc/{child.pid}/status").read_text():
        assert tracer.poll() is None, "strace cannot attach here"
    wire.sendall(b"g")
    assert heard.readline() == b"done\n"
    tracer.send_signal(signal.SIGINT)
    tracer.wait()
    wire.sendall(b"g")
    assert child.wait() == 0
    heard.close()
    wire.close()
    told: Told = pickle.loads((root / "told").read_bytes())
    return told, log.read_text().count("(INJECTED)")


@pytest.mark.torture
@pytest.mark.timeout(600)
@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
@pytest.mark.parametrize("onwards", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("call", CALLS)
def test_no_failing_system_call_breaks_it(root: Path, call: str, *, onwards: bool) -> None:
    wrong: list[str] = []
    k = 1
    failures = 0
    while k < LAST:
        error = ("ENOSPC", "EIO")[k % 2]
        told, hits = failed(root, call, error, f"{k}+" if onwards else str(k))
        wrong += [f"{call} {k} {error}: {line}" for line in check(root / "run", told)]
        for name in ("warm", "run", "told", "strace.log"):
            path = root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not hits:
            break
        failures += 1
        k += 1 if k < 10 else 3
    print(f"{call}: {failures} runs with a failure")  # with -rP pytest shows it
    assert failures
    assert wrong == []
