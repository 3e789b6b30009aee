"""What other programs write, made such that a project can hold it: coders' handles, tag names, times, ids."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

from reader.codebook import LONGEST_NAME
from reader.model import Coder

_HANDLE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_OUR_TIME = re.compile(r"[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z")
_OUR_ID = re.compile(r"[a-z][0-9a-f]{32}")


def is_handle(name: str) -> bool:
    """Whether it can be a coder's handle as it is."""
    return _HANDLE.fullmatch(name) is not None


def handle(name: str, taken: set[str]) -> str:
    """A handle made from a name, unlike those taken."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9_-]+", "-", ascii_only).strip("-_")[:32].rstrip("-_") or "coder"
    found, count = base, 1
    while found in taken:
        count += 1
        found = f"{base[: 31 - len(str(count))]}-{count}"
    return found


class Handles:
    """The coders of one file: a handle stands for itself, any other name gets one, the same each time."""

    def __init__(self, known: list[Coder]) -> None:
        self._taken = {coder.id for coder in known if is_handle(coder.id)}
        self._by_name = {name: name for name in self._taken}
        self.coders = {coder.id: coder for coder in known if is_handle(coder.id)}
        for coder in known:
            made = self.of(coder.id)
            if made != coder.id:
                self.coders[made] = Coder(id=made, name=coder.name or coder.id, passes=coder.passes, extra=coder.extra)

    def of(self, name: str) -> str:
        """The handle of a name; empty for none."""
        if not name or name in self._by_name:
            return name and self._by_name[name]
        if is_handle(name):
            found = name if name not in self._taken else handle(name, self._taken)
        else:
            found = handle(name, self._taken)
            self.coders[found] = Coder(id=found, name=name)
        self._taken.add(found)
        return self._by_name.setdefault(name, found)


def clean_name(name: str) -> str:
    """The nearest name that a tag can have."""
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in name)
    tidy = visible.replace(" > ", " - ").replace("/", "-").replace(";", ",").strip()
    return tidy[:LONGEST_NAME].strip() or "without a name"


def time_of(text: str) -> str:
    """An xsd:dateTime as we write times; without a zone it is taken as UTC, empty if it is none."""
    if _OUR_TIME.fullmatch(text):
        return text
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return ""
    try:
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return ""
    return found.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if found.year >= 1000 else ""


def known_id(ident: str) -> str:
    """The id if it looks like one of ours, else empty: a new one is made then."""
    return ident if _OUR_ID.fullmatch(ident) else ""
