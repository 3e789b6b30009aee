"""Bytes to text: which encoding, line ends, what is no text at all. The text is never Unicode-normalised."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from reader.errors import Unreadable, UsageError

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KNOWN_BINARIES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a zip file (as .docx, .odt and .epub are)"),
    (b"\x1f\x8b", "a compressed file"),
    (b"{\\rtf", "an RTF file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
)
_NOT_ENCODINGS = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"})
_SAMPLE = 1 << 16
_HIGH_LINE = re.compile(rb"[^\n]{0,400}[\x80-\xff][^\n]{0,400}\n?")
_WESTERN = frozenset("äöüßÄÖÜéèêëàâáãåæçîïíìñôóòõøûùúœŒÉÈÊÀÂÁÃÅÆÇÎÍÑÔÓÕØÛÚÿ¡¿ªº«»‹›“”„‘’‚–—…•·°§©®™€£±²³¼½¾×\xa0\xad")


class Decoded(NamedTuple):
    """A text with LF line ends and without a BOM, the encoding it was in, and what to tell the user."""

    text: str
    encoding: str
    remarks: tuple[str, ...] = ()


def check_encoding(name: str) -> str:
    """Python's name of a text encoding. UsageError for an unknown one, with the nearest."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        raise UsageError(f"There is no encoding {name!r}{_nearest(name)}.") from None
    # typeshed does not know the flag by which CPython tells hex, zip and rot13 from text encodings.
    if found.name.replace("-", "_") in _NOT_ENCODINGS or not getattr(found, "_is_text_encoding", True):
        raise UsageError(f"{name!r} is no encoding of a text; try utf-8 or cp1252.")
    return found.name


def _nearest(name: str) -> str:
    import difflib
    from encodings.aliases import aliases

    names = {alias.replace("_", "-") for alias in (*aliases, *aliases.values())}
    close = difflib.get_close_matches(name.lower().replace("_", "-"), sorted(names), n=1, cutoff=0.5)
    return f"; the nearest is {close[0]!r}" if close else "; try utf-8 or cp1252"


def decode(data: bytes, name: str, encoding: str = "") -> Decoded:
    """The text of a file's bytes. `name` is for messages; Unreadable if it is empty or no text."""
    found = _as_named(data, name, check_encoding(encoding)) if encoding else _found_out(data, name)
    if "\0" in found.text:
        raise _binary(data, name)
    text = found.text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in found.text else found.text
    if not text or text.isspace():
        raise Unreadable(f"{name} is empty; there is nothing to read in it.")
    return found._replace(text=text)


def _as_named(data: bytes, name: str, encoding: str) -> Decoded:
    try:
        text = data.decode(encoding)
        text.encode()  # utf-7 and a few others let lone surrogates pass
    except UnicodeDecodeError as error:
        where = f"byte {error.start} is {data[error.start]:#04x}" if error.start < len(data) else "it ends too early"
        raise Unreadable(f"{name} is not {encoding} ({where}); --encoding chooses another.") from error
    except UnicodeEncodeError as error:
        raise Unreadable(
            f"{name} is not {encoding} (it makes half a character); --encoding chooses another."
        ) from error
    return Decoded(text.removeprefix("\ufeff"), encoding)


def _found_out(data: bytes, name: str) -> Decoded:
    for mark, encoding in _BOMS:
        if data.startswith(mark) and (found := _with_mark(data, mark, encoding)) is not None:
            return found
    if b"\0" in data or data.startswith(tuple(mark for mark, _ in _KNOWN_BINARIES)):
        raise _binary(data, name)
    try:
        return Decoded(data.decode(), "utf-8")
    except UnicodeDecodeError:
        return _nearly_utf8(data) or _guessed(data, name)


def _with_mark(data: bytes, mark: bytes, encoding: str) -> Decoded | None:
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        return None
    # FF FE 00 00 is the mark of UTF-32; a UTF-16 text that begins with NUL is none we would read.
    return Decoded(text, encoding)


def _nearly_utf8(data: bytes) -> Decoded | None:
    """UTF-8 with a few broken bytes, as where a file was cut: each is shown as U+FFFD and said."""
    text = data.decode(errors="replace")
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if broken * 20 > beyond_ascii:
        return None
    places = "1 place is" if broken == 1 else f"{broken} places are"
    return Decoded(text, "utf-8", (f"read as utf-8, but {places} not: shown as \ufffd; --encoding chooses another",))


def _guessed(data: bytes, name: str) -> Decoded:
    sample = _sample(data)
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * 50 > len(sample):
        raise _binary(data, name)
    for encoding in _candidates(sample):
        try:
            text = data.decode(encoding)
            text.encode()
        except UnicodeError:
            continue
        return Decoded(text, encoding, (f"read as {encoding}, a guess; --encoding chooses another",))
    raise Unreadable(f"{name} is in no encoding that could be found out; --encoding names it.")


_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\r\f\x1a\x1b"))


def _sample(data: bytes) -> bytes:
    """The part that tells encodings apart: the beginning and the lines with bytes beyond ASCII."""
    if len(data) <= _SAMPLE:
        return data
    parts, size = [data[:1024]], 0
    for match in _HIGH_LINE.finditer(data):
        parts.append(match[0])
        size += len(match[0])
        if size > _SAMPLE:
            break
    return b"".join(parts)


def _candidates(sample: bytes) -> list[str]:
    """Encodings from the likeliest down; the last one reads any bytes."""
    from charset_normalizer import from_bytes

    guesses = [match.encoding for match in from_bytes(sample)]
    # Western text in cp1252 is often taken for a rarer code page that shares most letters with it.
    first = ["cp1252"] if _looks_western(sample) else []
    return list(dict.fromkeys((*first, *guesses, "cp1252", "latin_1")))


def _looks_western(sample: bytes) -> bool:
    """Whether it reads as cp1252 with no sign beyond the usual ones of western Europe, and these among ASCII letters."""
    text = sample.decode("cp1252", errors="replace")
    high = [sign for sign in text if sign >= "\x80"]
    letters = sum(sign.isalpha() for sign in text)
    return set(high) <= _WESTERN and sum(sign.isalpha() for sign in high) * 3 <= letters


def _binary(data: bytes, name: str) -> Unreadable:
    kind = next((kind for mark, kind in _KNOWN_BINARIES if data.startswith(mark)), "")
    if kind:
        return Unreadable(f"{name} is {kind}, not a text; save it as plain text first.")
    return Unreadable(f"{name} is not a text (it holds binary data); if it is, --encoding names what it is in.")
