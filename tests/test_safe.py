"""What reaches a terminal: laws for any text, and one look at every code point there is."""

from __future__ import annotations

import io
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.safe import for_output, safe, safe_line

KEPT = (
    set("\t\n\u200c\u200d")
    | {chr(n) for n in range(0x600, 0x606)}
    | set("\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
)
"""Controls that stay: TAB, LF, the two joiners, and signs of Arabic and other scripts drawn before digits."""


def dangerous(char: str) -> bool:
    """Whether a terminal could take the character for more, or for less, than a sign to draw."""
    if char in KEPT:
        return False
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") or ord(char) & 0xFFFE == 0xFFFE


def any_text() -> st.SearchStrategy[str]:
    """Text with surrogates, controls and marks, many of the last."""
    hostile = st.sampled_from("\x1b\x07\x9b\u202e\u2066\u2069\u200b\u200d\u0301\u0489\u05b0\ufe0f\ud800\uffff😀aб\n\t")
    return st.text(st.one_of(st.characters(), hostile))


def longest_run_of_marks(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char)[0] == "M" or char in "\u200c\u200d" else 0
        longest = max(longest, run)
    return longest


@given(any_text())
def test_offsets_hold_and_nothing_dangerous_is_left(text: str) -> None:
    shown = safe(text)
    assert len(shown) == len(text)
    assert not [hex(ord(c)) for c in shown if dangerous(c)]
    assert longest_run_of_marks(shown) <= 8
    assert safe(shown) == shown


@given(any_text())
def test_harmless_characters_stay(text: str) -> None:
    for before, after in zip(text, safe(text), strict=True):
        capped = unicodedata.category(before)[0] == "M" or before in "\u200c\u200d"
        unassigned = unicodedata.category(before) == "Cn"
        assert before == after or dangerous(before) or capped or unassigned


@given(any_text())
def test_one_line_is_one_line(text: str) -> None:
    shown = safe_line(text)
    assert len(shown) == len(text)
    assert not any(dangerous(c) or c in "\n\t" for c in shown)
    assert len(shown.splitlines()) <= 1


def test_every_code_point() -> None:
    for number in range(sys.maxunicode + 1):
        char = chr(number)
        shown = safe(char)
        if dangerous(char):
            assert shown != char, hex(number)
            assert not dangerous(shown), hex(number)
            assert len(shown) == 1, hex(number)
        elif unicodedata.category(char) != "Cn":
            assert shown == char, hex(number)


def test_every_mark_is_capped() -> None:
    marks = [chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n))[0] == "M"]
    assert len(marks) > 2000
    for mark in marks:
        assert safe("x" + mark * 10) == "x" + mark * 8 + "\ufffd" * 2, hex(ord(mark))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x00\x08\x0b\x0c\r\x1f\x7f", "␀␈␋␌␍␟␡"),
        ("a\tb\nc", "a\tb\nc"),
        ("\x9b31m\x85", "\ufffd31m\ufffd"),
        ("abc\u202edcba\u202c \u2066x\u2069", "abc\ufffddcba\ufffd \ufffdx\ufffd"),
        ("one\u2028two\u2029three", "one↵two¶three"),
        ("ខ្ញុំ\u200bទៅ", "ខ្ញុំ ទៅ"),
        ("Donau\u00addampf", "Donau-dampf"),
        ("שלום\u200f!", "שלום\u200c!"),
        ("👨\u200d👩\u200d👧 ❤\ufe0f می\u200cخواهم", "👨\u200d👩\u200d👧 ❤\ufe0f می\u200cخواهم"),
        ("\ufeffx\u2060y\ue000z", "\ufffdx\ufffdy\ufffdz"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\ufffd\ufffd\ufffd"),
        ("\ud800\ufdd0\uffff", "\ufffd\ufffd\ufffd"),
        ("a" + "\u0301" * 10 + "b\u0301", "a" + "\u0301" * 8 + "\ufffd\ufffdb\u0301"),
        ("a" + "\u0301\u200d" * 6 + "b", "a" + "\u0301\u200d" * 4 + "\ufffd" * 4 + "b"),
        ("क्षत्रिय", "क्षत्रिय"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_a_line_shows_its_breaks() -> None:
    assert safe_line("a\tb\nc") == "a b↵c"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_output_is_exact_unless_it_is_a_terminal() -> None:
    assert for_output("\x1b[2J", io.StringIO()) == "\x1b[2J"
    assert for_output("\x1b[2J", Terminal()) == "␛[2J"
