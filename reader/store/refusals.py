"""What is said when the disk refuses: no OSError leaves the store."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from reader.errors import NotSaved, ReaderError

P = ParamSpec("P")
R = TypeVar("R")

_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file may not grow any more",
    errno.EROFS: "the disk can only be read",
    errno.EACCES: "it is not permitted",
    errno.EPERM: "it is not permitted",
}
FOR_GOOD = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
"""Refusals that do not pass by themselves, as a full disk may."""


def refused(error: OSError) -> str:
    """Why, in a few words."""
    return _WORDS.get(error.errno or 0, f"the disk refused it ({error.strerror or error})")


def _where(error: OSError) -> str:
    name = error.filename
    return f" ({Path(str(name)).name})" if name else ""


def reading(call: Callable[P, R]) -> Callable[P, R]:
    """Let a method that only reads say in a ReaderError what the disk refused."""

    @wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except OSError as error:
            raise ReaderError(f"The project cannot be read{_where(error)}: {refused(error)}.") from error

    return wrapper


def writing(call: Callable[P, R]) -> Callable[P, R]:
    """Let a method that writes say in a NotSaved what the disk refused."""

    @wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except OSError as error:
            raise NotSaved(f"Not saved: {refused(error)}{_where(error)}.") from error

    return wrapper
