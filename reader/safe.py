"""Text from outside -> what may reach a terminal, character for character, so that offsets hold.

An article, a tag name or a file name can hold escape sequences that set the clipboard or the window
title, controls that turn the reading direction of the rest of the screen, and invisible characters.
What is shown is never what is stored: only the copy on its way to the screen is changed.

    C0 without TAB and LF        U+2400 + n (its control picture)      U+2028   ↵
    DEL                          U+2421                                U+2029   ¶
    zero-width space             a space: it parts words, as in Khmer  soft hyphen   -
    LRM, RLM, ALM                ZWNJ: as invisible, without their force
    kept                         ZWJ, ZWNJ, variation selectors, number signs that stand before digits
    all other controls           U+FFFD: C1, bidi embeddings, overrides and isolates, joiners, byte order
                                 marks, tags, lone surrogates, noncharacters, private use

A cluster keeps its first 8 combining marks; each one more becomes U+FFFD.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import IO

REPLACEMENT = "\ufffd"
MARKS_A_CLUSTER = 8
_ZWNJ, _ZWJ = "\u200c", "\u200d"


@functools.cache
def _unsafe() -> re.Pattern[str]:
    """Every character that may have a replacement; none of them is printable in the sense of `str.isprintable`.

    Compiled when first needed: it takes a millisecond or two that a start with clean text can do without.
    Beyond the basic plane the class takes all, a list of ranges there would slow down every other character.
    """
    return re.compile(
        "["
        "\x00-\x08\x0b-\x1f\x7f-\x9f"
        "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
        "\ud800-\uf8ff\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff"
        "\U00010000-\U0010ffff]"
    )


_UNSAFE_BEYOND = (
    (0x13430, 0x1343F),  # joins of hieroglyphs
    (0x1BCA0, 0x1BCA3),  # shorthand
    (0x1D173, 0x1D17A),  # musical notation
    (0xE0000, 0xE00FF),  # tags
    (0xE01F0, 0xE0FFF),
    (0xF0000, 0x10FFFF),  # private use
)


@functools.cache
def _maybe_marks() -> re.Pattern[str]:
    """What may be a run of too many marks, found cheaply; emoji are found too, `_cap` looks at each character.

    Marks are neither letters nor spaces for `re`, whose tables have no category «mark».
    """
    return re.compile(
        "[^\\w\\s\x00-\u02ff\u2000-\u200b\u200e-\u20cf\u2100-\u2bff\u3000-\u3029\u3030-\u303f\ufffd]"
        f"{{{MARKS_A_CLUSTER + 1},}}"
    )


_SHOWN = {
    "\x7f": "\u2421",
    "\u00ad": "-",
    "\u061c": _ZWNJ,
    "\u200b": " ",
    "\u200e": _ZWNJ,
    "\u200f": _ZWNJ,
    "\u2028": "↵",
    "\u2029": "¶",
}
_SHOWN.update((chr(n), chr(0x2400 + n)) for n in range(0x20))


def safe(text: str) -> str:
    """The text as it may be drawn: as many code points, TAB and LF kept."""
    if text.isprintable():
        return text if text.isascii() else _capped(text)
    text = _unsafe().sub(_shown, text)
    return text if text.isascii() else _capped(text)


def safe_line(text: str) -> str:
    """The text for a place of one line: as `safe`, a line feed as ↵ and a TAB as a space."""
    text = safe(text)
    return text if text.isprintable() else text.replace("\n", "↵").replace("\t", " ")


def for_output(text: str, stream: IO[str]) -> str:
    """The text exactly, unless the stream is a terminal: then as `safe`."""
    return safe(text) if stream.isatty() else text


def _shown(match: re.Match[str]) -> str:
    char = match[0]
    if char < "\U00010000":
        return _SHOWN.get(char, REPLACEMENT)
    number = ord(char)
    if number & 0xFFFE == 0xFFFE or any(first <= number <= last for first, last in _UNSAFE_BEYOND):
        return REPLACEMENT
    return char


def _capped(text: str) -> str:
    return _maybe_marks().sub(_cap, text)


def _cap(match: re.Match[str]) -> str:
    """A run with every mark after the eighth of a cluster replaced; joiners count, they prolong a cluster too."""
    kept: list[str] = []
    marks = 0
    for char in match[0]:
        marks = marks + 1 if char in (_ZWJ, _ZWNJ) or unicodedata.category(char)[0] == "M" else 0
        kept.append(REPLACEMENT if marks > MARKS_A_CLUSTER else char)
    return "".join(kept)
