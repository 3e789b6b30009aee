"""No key sequence, torn at any byte by a pause, reaches the commands of a screen."""

from __future__ import annotations

import pytest
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser

from reader.tui.keys import READING, Keymap, written
from reader.tui.torn import WINDOW, TornKeys

FINAL_LETTERS = "ABCDEFGHPQRSZabcd"
SEQUENCES = sorted(
    {sequence for sequence in ANSI_SEQUENCES_KEYS if sequence.startswith(("\x1b[", "\x1bO")) and len(sequence) > 2}
    | {f"\x1b[<{button};10;10{end}" for button in (0, 2, 32, 35, 64, 65, 66, 67, 68, 80) for end in "Mm"}
    | {"\x1b[<64;110;3M", "\x1b[<65;9;99M", "\x1b[96;10;10M"}
    | {f"\x1b[1;{modifier}{letter}" for modifier in range(2, 9) for letter in "ABCDHFPQRS"}
    | {f"\x1b[{number};{modifier}~" for number in (2, 3, 5, 6, 15, 17, 24) for modifier in range(2, 9)}
    | {"\x1b[106;5u", "\x1b[49;3u", "\x1b[57399u", "\x1b[I", "\x1b[O"}
)


def keys_of(pieces: list[str]) -> list[events.Key]:
    """The keys Textual's parser makes of pieces with a pause longer than ESCDELAY between them."""
    parser, found = XTermParser(), []
    for piece in pieces:
        found += [event for event in parser.feed(piece) if isinstance(event, events.Key)]
        # What the driver does when nothing more has come for ESCDELAY.
        parser._timeout_time = -1.0 if parser._timeout_time is not None else None
        found += [event for event in parser.tick() if isinstance(event, events.Key)]
    return found


def acting(pieces: list[str], pause: float) -> list[str]:
    """Names of the commands that a torn sequence would run."""
    torn, keymap, at, names = TornKeys(), Keymap.of(READING), 0.0, []
    for event in keys_of(pieces):
        at += pause
        if torn.swallow(event.key, event.character, at):
            continue
        found = keymap.get(written(event.key, event.character))
        if found is not None:
            names.append(found.name)
    return names


HARMLESS = {
    "drop",
    *(c.name for c in READING if c.group == "Moving" and c.name not in ("next-article", "previous-article")),
}


@pytest.mark.parametrize("pause", [0.0, 0.9 * WINDOW])
def test_every_sequence_cut_at_every_byte_does_nothing_but_drop_and_move(pause: float) -> None:
    swept = 0
    for sequence in SEQUENCES:
        for cut in range(1, len(sequence)):
            found = set(acting([sequence[:cut], sequence[cut:]], pause))
            assert found <= HARMLESS, (sequence, cut, found)
            swept += 1
    assert swept > 1000


def test_a_sequence_cut_at_all_bytes_at_once_does_nothing() -> None:
    for sequence in SEQUENCES:
        assert set(acting(list(sequence), 0.5)) <= HARMLESS, sequence


def test_the_parser_really_tears_a_sequence_apart() -> None:
    assert [event.key for event in keys_of(["\x1b", "[<64;1", "0;10M"])][:3] == [
        "escape",
        "left_square_bracket",
        "less_than_sign",
    ]
    assert [event.key for event in keys_of(["\x1b[<64;10;10M"])] == []


def test_the_key_after_a_torn_arrow_acts_again() -> None:
    torn = TornKeys()
    assert torn.swallow("left_square_bracket", "[", 1.0)
    assert torn.swallow("A", "A", 1.1)
    assert not torn.swallow("j", "j", 1.2)


def test_a_bracket_alone_holds_keys_for_a_second_only() -> None:
    torn = TornKeys()
    assert torn.swallow("left_square_bracket", "[", 1.0)
    assert torn.swallow("1", "1", 1.9)
    assert torn.swallow("2", "2", 2.8)
    assert not torn.swallow("3", "3", 3.9)


def test_words_of_a_torn_paste_are_swallowed() -> None:
    torn = TornKeys()
    pasted = "[200~tx1"
    assert all(torn.swallow(sign, sign, 1.0 + n / 10) for n, sign in enumerate(pasted))
    assert not torn.swallow("t", "t", 5.0)


def test_escape_then_a_letter_is_that_letter() -> None:
    torn = TornKeys()
    assert not torn.swallow("escape", "\x1b", 1.0)
    assert not torn.swallow("t", "t", 1.1)


def test_x10_mouse_bytes_are_swallowed() -> None:
    torn = TornKeys()
    assert [torn.swallow(sign, sign, 1.0) for sign in "[M 1t"] == [True] * 5
    assert not torn.swallow("t", "t", 1.1)
