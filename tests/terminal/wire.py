"""What goes over the wire from a program to its terminal: taken apart, answered, judged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_PIECE = re.compile(
    rb"\x1b\[(?P<csi>[0-?]*[ -/]*[@-~])"
    rb"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    rb"|\x1b(?P<string>[PX^_][^\x1b]*)\x1b\\"
    rb"|\x1b(?P<short>[ -/]*[0-OQ-WYZ`-~\\])"
    rb"|(?P<text>[^\x1b]+)",
    re.DOTALL,
)
FRAME_BEGINS, FRAME_ENDS = b"\x1b[?2026h", b"\x1b[?2026l"
"""What stands around a frame where both sides know synchronised output."""
LONGEST_UNFINISHED = 1 << 16
"""Bytes behind an ESC after which nobody waits for the end of its sequence any more."""


class Piece(NamedTuple):
    """One control sequence or a run of text. `kind` is csi, osc, string, short, text or broken; `body` lacks the introducer."""

    kind: str
    body: bytes
    raw: bytes


def pieces(data: bytes) -> tuple[list[Piece], bytes]:
    """The finished pieces of a stream, and the unfinished sequence at its end."""
    found: list[Piece] = []
    at = 0
    while at < len(data):
        match = _PIECE.match(data, at)
        if match is None:
            if len(data) - at < LONGEST_UNFINISHED and _may_go_on(data[at:]):
                break
            found.append(Piece("broken", data[at : at + 1], data[at : at + 1]))
            at += 1
            continue
        kind = match.lastgroup or "broken"
        found.append(Piece(kind, match[kind], match[0]))
        at = match.end()
    return found, data[at:]


def _may_go_on(rest: bytes) -> bool:
    """Whether a sequence that is not finished may still become one."""
    return re.fullmatch(rb"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)", rest) is not None


# -- the terminal's side of the conversation ----------------------------------------------------------------

KNOWN_MODES = frozenset({b"1", b"7", b"25", b"1000", b"1003", b"1006", b"1049", b"2004", b"2026"})


def answer(piece: Piece, cursor: tuple[int, int]) -> bytes:
    """What a terminal replies to a query, empty for anything else. `cursor` is (row, column) from 1."""
    if piece.kind != "csi":
        return b""
    body = piece.body
    if body in (b"c", b"0c"):
        return b"\x1b[?62;22c"
    if body in (b">c", b">0c"):
        return b"\x1b[>1;10;0c"
    if body == b"5n":
        return b"\x1b[0n"
    if body in (b"6n", b"?6n"):
        return b"\x1b[%s%d;%dR" % (body[:-2], *cursor)
    if body == b"?u":
        return b"\x1b[?0u"
    if mode := re.fullmatch(rb"\?(\d+)\$p", body):
        return b"\x1b[?%s;%d$y" % (mode[1], 2 if mode[1] in KNOWN_MODES else 0)
    return b""


# -- what a program may say -----------------------------------------------------------------------------------

_OWN_MODES = frozenset({7, 25, 1000, 1003, 1004, 1006, 1015, 1049, 2004, 2026, 2048})
"""Modes that Textual sets: wrap, cursor, mouse, focus, alternate screen, paste, synchronised frames, resize reports."""
_OWN_CSI = re.compile(rb"[0-9;]*m|(?:[0-9]+;[0-9]+)?H|[0-2]?[JK]|\?(?:2026|2048)\$p|>[0-9]+u|<u")
_MODE = re.compile(rb"\?([0-9]+)[hl]")
POINTER = re.compile(rb"22;[a-z-]+")
"""The shape of the mouse pointer, which Textual sets by OSC 22."""
MARKS_A_CLUSTER = 8


def foreign(data: bytes, *, full_screen: bool = True) -> list[str]:
    """Everything in a program's output that is not its own: each one described, in order, at most 20.

    A command line program may send no control sequence at all but CR and "erase the line"; the terminal program
    its colours, places and modes.
    """
    found, rest = pieces(data)
    said = [f"unfinished {rest!r}"] if rest else []
    for piece in found:
        if piece.kind == "text":
            said += _odd_signs(piece.raw)
        elif not _own(piece, full_screen=full_screen):
            said.append(repr(piece.raw[:60]))
        if len(said) >= 20:
            break
    return said


def _own(piece: Piece, *, full_screen: bool) -> bool:
    if piece.kind == "osc":
        return full_screen and POINTER.fullmatch(piece.body) is not None
    if piece.kind != "csi":
        return False
    if not full_screen:
        return piece.body == b"K"
    mode = _MODE.fullmatch(piece.body)
    return int(mode[1]) in _OWN_MODES if mode else _OWN_CSI.fullmatch(piece.body) is not None


def _odd_signs(raw: bytes) -> Iterator[str]:
    """Signs that steer a terminal, turn the reading direction, or are seen by nobody."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        yield f"no UTF-8: {raw[error.start : error.start + 8]!r}"
        return
    if text.isascii() and text.isprintable():
        return
    marks = 0
    for sign in text:
        category = unicodedata.category(sign)
        marks = marks + 1 if category[0] == "M" or sign in "\u200c\u200d" else 0
        if sign in "\r\n\t" or sign in "\u200c\u200d":
            continue
        steers = category in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") or (category == "Cn" and _no_character(ord(sign)))
        if steers and sign not in _NUMBER_SIGNS:
            yield f"U+{ord(sign):04X}"
        if marks > MARKS_A_CLUSTER:
            yield f"{marks} combining marks"


def _no_character(number: int) -> bool:
    """Whether a code point is set aside for good, never to be a character."""
    return number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF


_NUMBER_SIGNS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Format characters that are seen: signs before digits, end of a verse."""
