"""`python -m reader` and the command `reader`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.disable()  # until all is imported: what is made by then stays
    from reader.cli import run

    try:
        sys.exit(run(sys.argv[1:]))
    finally:
        gc.freeze()  # nothing is left to be found at the end


if __name__ == "__main__":
    main()
