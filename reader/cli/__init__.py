"""The command line: click commands made from the registry. `run` is the whole program."""

from __future__ import annotations

import gc
from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit code, and says every error in one sentence."""
    from reader.cli.main import main

    gc.freeze()
    gc.enable()
    return main(list(arguments))
