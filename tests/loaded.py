"""What a program loads, asked in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from tests.terminal.harness import DEADLINE, MEASURED


def loaded(
    code: str, names: Collection[str], *, cwd: Path | None = None, env: Mapping[str, str] = os.environ, stdin: str = ""
) -> set[str]:
    """The modules among `names` that some code loads; it must not fail, nor say anything on the standard error.

    It is not measured: coverage loads modules of its own, SQLite among them.
    """
    ask = f"import sys; _before = set(sys.modules)\n{code}\nprint(*set(sys.modules) - _before, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=cwd,
        env={name: value for name, value in env.items() if name != MEASURED},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    (line,) = done.stderr.splitlines()
    return set(names) & set(line.split())
