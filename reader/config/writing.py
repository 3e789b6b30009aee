"""Settings written back into their file: the user's comments, order and line ends stay. tomlkit is imported here alone."""

from __future__ import annotations

from pathlib import Path

from reader import fs
from reader.config import Settings, config_path, load
from reader.config.lines import nearest, typed
from reader.config.values import SETTINGS, Value
from reader.errors import ReaderError, UsageError

BOM = b"\xef\xbb\xbf"


def write(name: str, value: Value | None, path: Path | None = None) -> Settings:
    """Set a setting in a file (of `config_path()` unless one is named), None takes it out; returns what is in force then.

    UsageError for an unknown name, a value that cannot be and a file that is wrong already; ReaderError where
    it cannot be written. Nothing is changed then.
    """
    path = path or config_path()
    check(name, value)
    load(path)
    try:
        before = fs.read_bytes(path) if fs.exists(path) else b""
        after = _changed(before, name, value)
        if after != before:
            fs.make_folder(path.parent)
            fs.replace_file(path, after)
    except OSError as error:
        raise ReaderError(f"{path} cannot be written: {error.strerror}; the setting is not kept.") from error
    return load(path)


def check(name: str, value: Value | None) -> None:
    """UsageError for a name that no setting has, for the table of keys, and for a value that cannot be."""
    if name not in SETTINGS and not name.startswith("keys."):
        raise UsageError(f"There is no setting {name!r}{nearest(name, SETTINGS)}.")
    if name.partition(".")[0] == "keys":
        raise UsageError("Keys are changed in the file that `reader config path` names, under [keys].")
    if value is not None:
        SETTINGS[name].check(value, name, typed)


def _changed(before: bytes, name: str, value: Value | None) -> bytes:
    """The file's bytes with one setting changed."""
    import tomlkit

    text = before.decode("utf-8-sig")
    document = tomlkit.parse(text)
    if name not in document and text and not text.endswith("\n"):
        document = tomlkit.parse(text + "\n")
    if value is None:
        document.pop(name, None)
    else:
        document[name] = value  # a new one stands before the first table
    written = tomlkit.dumps(document)
    if "\r\n" in text:
        written = written.replace("\r\n", "\n").replace("\n", "\r\n")
    return (BOM if before.startswith(BOM) else b"") + written.encode()
