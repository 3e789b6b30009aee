"""The user's own editor, $VISUAL or $EDITOR, on a private file of the project."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

from reader.errors import ReaderError

FALLBACK = "vi"
PATIENCE = 2.0
"""Seconds that an editor has to end when its reader must."""
SAVED_BESIDE = ".save"
"""Behind the file's name: where nano puts what it was asked to give up."""


class Ended(BaseException):
    """A signal asks the program to end while an editor has the terminal."""


@contextlib.contextmanager
def ended_by(*numbers: signal.Signals) -> Iterator[None]:
    """Have these signals end the wait for an editor, by Ended, whatever else they do."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise Ended

    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


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
    of our standard input. If something ends the wait for the editor, it is ended too, and `rescue` gets what it has
    written so far.
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
            code = _run([*line, name], keys=keys)
        except BaseException as reason:
            if rescue is not None and not isinstance(reason, Exception):
                with contextlib.suppress(OSError, UnicodeDecodeError):
                    rescue(_left_in(path))
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
        _beside(path).unlink(missing_ok=True)
    return edited.removesuffix("\n") if not text.endswith("\n") else edited


def _run(line: Sequence[str], *, keys: bool) -> int:
    """Run the editor; its exit status. What ends the wait ends it too: first so that it can save."""
    with subprocess.Popen(line, stdin=None if keys else subprocess.DEVNULL) as editor:
        try:
            return editor.wait()
        except BaseException:
            editor.send_signal(signal.SIGHUP)
            try:
                editor.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                editor.kill()
            raise


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}{SAVED_BESIDE}")


def _left_in(path: Path) -> str:
    """What an editor has written that was ended: its last word, if it put that beside the file."""
    beside = _beside(path)
    return (beside if beside.exists() else path).read_text(encoding="utf-8")
