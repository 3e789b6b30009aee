"""Laws of wrapping: nothing is lost, no row is too wide, no cluster is cut."""

from __future__ import annotations

import regex  # type: ignore[import-untyped]  # it brings no types
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.tui.wrap import TAB, drawn, graphemes, is_one_cell, rows, was_hard_wrapped

SIGNS = st.sampled_from(
    [
        *"aZ9é.,—“”  \t\n",
        "fo o",
        "é",
        "\xa0",
        "ж",
        "ش",
        "الكتاب ",
        "שלום",
        "北",
        "京。",
        "ท้",
        "क्षि",
        "ß",
        "\u200b",
        "👩\u200d👩\u200d👧\u200d👦",
        "👍🏽",
        "🇩🇪",
        "🇫🇷",
        "❤️",
        "\u3000",
        "\u2028",
        "각",
        "longwordwithoutanyblank",
    ]
)
TEXTS = st.lists(SIGNS, max_size=60).map("".join)
ANY = TEXTS | st.text(max_size=80)


@given(ANY, st.integers(1, 40))
def test_only_white_space_lies_between_rows(text: str, width: int) -> None:
    end = 0
    for start, stop in rows(text, width):
        assert start >= end
        assert text[end:start].strip() == ""
        assert stop >= start
        end = stop
    assert text[end:].strip() == ""


@given(TEXTS, st.integers(12, 40))
def test_no_row_is_wider_than_the_width(text: str, width: int) -> None:
    for start, stop in rows(text, width):
        assert cell_len(drawn(text[start:stop])) <= width, text[start:stop]


@given(TEXTS, st.integers(1, 30))
def test_no_row_begins_inside_a_cluster(text: str, width: int) -> None:
    edges = {0, *(match.end() for match in regex.finditer(r"\X", text))}
    for start, stop in rows(text, width):
        assert start in edges, (text, start)
        assert stop in edges, (text, stop)


@given(TEXTS)
def test_clusters_cover_the_text(text: str) -> None:
    found = graphemes(text)
    assert "".join(text[start:end] for start, end, _ in found) == text


@given(st.text("ab c\u00e9\u201c", max_size=200), st.integers(1, 30))
def test_the_quick_way_and_the_careful_way_agree(text: str, width: int) -> None:
    careful = rows(text + "\u0301", width)
    if is_one_cell(text) and text.strip() and not text[-1].isspace():
        assert careful[:-1] == rows(text, width)[: len(careful) - 1]


def test_words_stay_whole_where_they_fit() -> None:
    text = "the barrier opened two hours late"
    assert [text[a:b] for a, b in rows(text, 12)] == ["the barrier", "opened two", "hours late"]


def test_a_word_longer_than_the_row_is_cut_at_the_width() -> None:
    assert rows("abcdefghij", 4) == [(0, 4), (4, 8), (8, 10)]


def test_lines_of_a_list_are_kept_and_hard_wrapped_prose_flows() -> None:
    listing = "- milk\n- bread and butter for the whole week\n- tea"
    assert [listing[a:b] for a, b in rows(listing, 60)] == listing.split("\n")
    prose = "The barrier opened two hours after the warning, the water\noffice said. Residents of the lower town carried their\nbeds upstairs."
    assert was_hard_wrapped(prose.split("\n"))
    assert len(rows(prose, 200)) == 1


def test_tabs_reach_the_next_stop_from_where_the_piece_begins() -> None:
    assert drawn("a\tb") == "a" + " " * (TAB - 1) + "b"
    assert drawn("\tb", 3) == " " * (TAB - 3) + "b"


def test_chinese_breaks_between_signs_but_not_before_a_full_stop() -> None:
    text = "北京市民今天。好"
    assert [text[a:b] for a, b in rows(text, 16)] == ["北京市民今天。好"]
    assert all(not text[a:b].startswith("。") for a, b in rows(text, 12))
