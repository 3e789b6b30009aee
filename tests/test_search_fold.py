"""Folding and finding in one text: laws over all of Unicode, and what readers type."""

from __future__ import annotations

import sys
import unicodedata
from typing import Literal

import pytest
import regex  # type: ignore[import-untyped]  # it ships no types
from hypothesis import example, given
from hypothesis import strategies as st

from reader.search.fold import Needle, View, bare, count_spans, find_spans, fold, folded_with_map

TRICKY = "aAéÅßﬁﬃłæ\u0301\u0327\u0345İıΣςǅ“’…\u00ad\u200d\u200b\ufe0f\t\r\n 한ㅎ각が\u3099ﾊﾞकष्ि़ำก้👨👩🏽🇫🇷أةىـًلاېदश١北京"


def any_text() -> st.SearchStrategy[str]:
    return st.text(st.one_of(st.sampled_from(TRICKY), st.characters()), max_size=40)


def grapheme_edges(text: str) -> set[int]:
    return {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}


@given(any_text())
def test_folding_is_done_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert bare(bare(text)) == bare(text)
    assert fold(bare(text)) == fold(text)


@given(any_text(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_normal_forms_fold_alike(text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]) -> None:
    assert fold(unicodedata.normalize(form, text)) == fold(text)


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_case_never_matters(text: str) -> None:
    assert fold(text.upper()) == fold(text.lower()) == fold(text)


def test_every_code_point() -> None:
    for number in range(sys.maxunicode + 1):
        char = chr(number)
        folded, plain = fold(char), bare(char)
        if folded != char:  # else it has just been folded
            assert fold(folded) == folded, hex(number)
        if plain != char:
            assert fold(plain) == folded, hex(number)


@given(any_text(), st.booleans())
@example("x क\u094d\u093c\u0301\u094d y", False)  # marks that normalisation puts in another order
@example("か\u093c\u3099\u200d\u093cK", True)
def test_the_map_leads_back(text: str, case: bool) -> None:
    folded, origins = folded_with_map(text, case=case)
    folding = bare if case else fold
    assert folded == folding(text)
    assert len(origins) == len(folded)
    for index, char in enumerate(folded):
        assert char in folding(text[origins[index]])


@given(st.lists(any_text(), min_size=3, max_size=3), st.booleans())
def test_spans_are_whole_ordered_and_hold_the_needle(parts: list[str], upper: bool) -> None:
    before, middle, after = parts
    text = before + middle + after
    needle = Needle(middle.upper() if upper else middle)
    folding = bare if needle.case else fold
    spans = find_spans(text, needle)
    assert count_spans(text, needle) == len(spans)
    if not any("\u1100" <= c <= "\u11ff" or c in "\u3099\u309a" for c in folding(text)):
        assert bool(spans) == bool(needle and needle.folded in folding(text))
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert {start, end} <= grapheme_edges(text)
        assert needle.folded in folding(text[start:end])
        last = end


@given(st.text("abcAB \n", max_size=60), st.text("abAB ", min_size=1, max_size=3))
def test_plain_text_as_a_slow_search_finds_it(text: str, wanted: str) -> None:
    lines_as_spaces = text.replace("\n", " ")
    case = wanted != wanted.lower()
    expected = []
    at = 0
    while at <= len(text) - len(wanted):
        here = lines_as_spaces[at : at + len(wanted)]
        if here == wanted or (not case and here.lower() == wanted):
            expected.append((at, at + len(wanted)))
            at += len(wanted)
        else:
            at += 1
    assert find_spans(text, Needle(wanted)) == expected


@given(any_text())
def test_no_cut_inside_a_grapheme(text: str) -> None:
    view, edges = View(text), grapheme_edges(text)
    for position in range(len(text) + 1):
        assert view.before(position) == max(edge for edge in edges | {0} if edge <= position)
        assert view.after(position) == min(edge for edge in edges | {0} if edge >= position)


@pytest.mark.parametrize(
    ("text", "needle", "hits"),
    [
        ("Łódź and Lodz", "lodz", ["Łódź", "Lodz"]),
        ("Straße, STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("an oﬃce, of late", "off", ["oﬃ"]),
        ("A us b US", "US", ["US"]),
        ("A us b US", "us", ["us", "US"]),
        ("Émile émile", "Emile", ["Émile"]),
        ("cafe\u0301s", "cafe", ["cafe\u0301"]),
        ("it’s “over”", 'it\'s "over"', ["it’s “over”"]),
        ("aid\nconvoy", "aid convoy", ["aid\nconvoy"]),
        ("twenty\u2011year", "twenty-year", ["twenty\u2011year"]),
        ("Donau\u00addampf", "donaudampf", ["Donau\u00addampf"]),
        ("أحمد احمد", "احمد", ["أحمد", "احمد"]),
        ("مدرسة الى مدرسه", "مدرسه", ["مدرسة", "مدرسه"]),
        ("كَتَبَ", "كتب", ["كَتَبَ"]),
        ("كـتـاب", "كتاب", ["كـتـاب"]),
        ("שָׁלוֹם", "שלום", ["שָׁלוֹם"]),
        ("in ٢٠١٥", "2015", ["٢٠١٥"]),
        ("我住在北京。", "北京", ["北京"]),
        ("family 👨\u200d👩\u200d👧 here", "👩", ["👨\u200d👩\u200d👧"]),
        ("🇫🇷🇩🇪", "🇩🇪", ["🇩🇪"]),
        ("か が", "か", ["か"]),
        ("か\u3099か", "か", ["か"]),
        ("가 각 갈", "가", ["가"]),
        ("한국어", "한국", ["한국"]),
        ("ㅠㅠ", "ㅠ", ["ㅠ", "ㅠ"]),
        ("x क\u094d\u093c y", "क\u093c\u094d", ["क\u094d\u093c"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("nothing", "", []),
        ("", "x", []),
        ("abc", "é\u0301\u0301x", []),
    ],
)
def test_what_is_found(text: str, needle: str, hits: list[str]) -> None:
    assert [text[start:end] for start, end in find_spans(text, Needle(needle))] == hits
