"""Every error a user can meet, as one tree.

    ReaderError                 exit 1   it could not be done
    ├── UsageError              exit 2   what was typed cannot be right
    │   ├── UnknownArticle
    │   ├── UnknownTag
    │   └── BadName
    ├── Locked                  exit 3   somebody else is writing
    ├── Damage                  exit 4   a file is not what was written
    ├── NotSaved                exit 1   the disk refused an edit
    ├── Conflict                exit 1   a record is no longer what the edit saw
    ├── ReadOnly                exit 1   this project cannot be written here
    ├── Unreadable              exit 1   a source that cannot be imported
    ├── MissingExtra            exit 1   an optional package is not installed
    └── Cancelled               exit 130 the user stopped it

The message is one sentence for the user: what, why, what to do.
"""

from __future__ import annotations


class ReaderError(Exception):
    """It could not be done."""

    exit_code = 1


class UsageError(ReaderError):
    """What was typed cannot be right."""

    exit_code = 2


class UnknownArticle(UsageError):
    """No article has this number, id or file name, or several have."""


class UnknownTag(UsageError):
    """No tag has this path or name, or several have the name."""


class BadName(UsageError):
    """A tag, coder or project cannot have this name."""


class Locked(ReaderError):
    """Another session writes; the message says who, where and since when."""

    exit_code = 3


class Damage(ReaderError):
    """A file on the disk is not what was written to it."""

    exit_code = 4


class NotSaved(ReaderError):
    """The disk refused an edit; it is kept in memory."""


class Conflict(ReaderError):
    """A record is no longer what the edit was made from; nothing was written."""


class ReadOnly(ReaderError):
    """The project can be read but not written here."""


class Unreadable(ReaderError):
    """A source cannot be imported."""


class MissingExtra(ReaderError):
    """An optional package is needed; the message names the command that installs it."""


class Cancelled(ReaderError):
    """The user stopped a long command at a safe point."""

    exit_code = 130
