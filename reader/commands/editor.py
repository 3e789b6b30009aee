"""The user's own editor, $VISUAL or $EDITOR, on a private file of the project."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from reader.errors import ReaderError

FALLBACK = "vi"


def command_line() -> list[str]:
    """The editor and its options as the user set them; ReaderError where the setting cannot be read."""
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR") or FALLBACK
    try:
        return shlex.split(chosen) or [FALLBACK]
    except ValueError as error:
        raise ReaderError(f"The setting EDITOR={chosen!r} cannot be read: {error}.") from error


def is_chosen() -> bool:
    """Whether the user has named an editor."""
    return bool(os.environ.get("VISUAL") or os.environ.get("EDITOR"))


def edit_outside(text: str, folder: Path, *, keys: bool = True, rescue: Callable[[str], None] | None = None) -> str:
    """The text as the editor leaves it; ReaderError where there is no editor or it failed, the text is unchanged then.

    The file is for this user alone (0600), lies in the folder given and goes when the editor has ended.
    One line break that editors add at the end is taken off again. Without `keys` the editor reads nothing
    of our standard input. If something ends the wait for the editor, `rescue` gets what it has written so far.
    """
    line = command_line()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".editor-", suffix=".md", dir=folder)
    except OSError as error:
        raise ReaderError(f"No file for the editor could be made in {folder}: {error.strerror}.") from error
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        try:
            code = subprocess.run([*line, name], check=False, stdin=None if keys else subprocess.DEVNULL).returncode
        except BaseException as reason:
            if rescue is not None and not isinstance(reason, Exception):
                with contextlib.suppress(OSError, UnicodeDecodeError):
                    rescue(path.read_text(encoding="utf-8"))
            raise
        if code:
            raise ReaderError(f"{line[0]} ended with code {code}; the note is as it was.")
        edited = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ReaderError(f"There is no editor {line[0]!r}; set EDITOR to one.") from error
    except UnicodeDecodeError as error:
        raise ReaderError(f"{line[0]} did not leave UTF-8; the note is as it was.") from error
    except OSError as error:
        raise ReaderError(f"{line[0]} could not be used: {error.strerror}.") from error
    finally:
        path.unlink(missing_ok=True)
    return edited.removesuffix("\n") if not text.endswith("\n") else edited
