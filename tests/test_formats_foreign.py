"""What other programs write, made such that a project can hold it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.codebook import check_name
from reader.config.values import _CODER
from reader.formats.foreign import Handles, clean_name, handle, known_id, time_of
from reader.formats.positions import CountedText, Reading
from reader.model import Coder
from tests.exported import AT, identified


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (AT, AT),
        ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05.000000Z"),
        ("2020-01-02T03:04:05.5+02:00", "2020-01-02T01:04:05.500000Z"),
        (" 2020-01-02T03:04:05 ", "2020-01-02T03:04:05.000000Z"),
        ("2020-02-31T03:04:05.000000Z", ""),
        ("yesterday", ""),
        ("", ""),
        ("0001-01-01T00:00:00+14:00", ""),
    ],
)
def test_times(said: str, meant: str) -> None:
    assert time_of(said) == meant


@given(st.text(max_size=300))
def test_any_name_becomes_one_a_tag_can_have(name: str) -> None:
    made = clean_name(name)
    assert check_name(made) == made
    assert clean_name(made) == made


@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_names_become_different_handles(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        made = handle(name, taken)
        assert _CODER.fullmatch(made)
        assert made not in taken
        taken.add(made)


def test_the_same_person_keeps_a_handle() -> None:
    handles = Handles([Coder(id="ida"), Coder(id="Ida")])
    assert [handles.of(name) for name in ("ida", "Ida", "IDA", "Ida", "jon", "")] == [
        "ida",
        "ida-2",
        "ida-3",
        "ida-2",
        "jon",
        "",
    ]
    assert set(handles.coders) == {"ida", "ida-2", "ida-3"}
    assert handles.coders["ida-3"].name == "IDA"


def test_only_ids_like_ours_are_kept() -> None:
    assert known_id(identified("n", 3)) == identified("n", 3)
    assert known_id("../n3") == known_id("") == known_id("n3") == ""


@given(st.text(st.sampled_from("a😀\r\n é"), max_size=20), st.integers(0, 22), st.integers(0, 22))
def test_positions_of_others_against_a_slow_count(raw: str, start: int, end: int) -> None:
    """Cut the raw text where they say, then turn line ends to LF: the same words."""
    units = raw.encode("utf-16-le")
    text = CountedText(raw)
    for utf16 in (False, True):
        span = text.span(start, end, Reading(utf16=utf16))
        if span is None:
            continue
        try:
            words = units[2 * start : 2 * end].decode("utf-16-le") if utf16 else raw[start:end]
        except UnicodeDecodeError:
            continue
        cut_pair = raw[:start].endswith("\r") if not utf16 else units[: 2 * start].decode("utf-16-le").endswith("\r")
        if cut_pair or words.endswith("\r"):
            continue
        assert text.text[slice(*span)] == words.replace("\r\n", "\n").replace("\r", "\n")
