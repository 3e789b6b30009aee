"""The list that all screens share: what fits into cells, where columns stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.tui.rows import Column, cut_start, fit, fit_bits, tail_bits, widths

TEXTS = st.lists(st.sampled_from(["a", "b", " ", "北", "é", "e\u0301", "👩‍🔬", "ا"]), max_size=20).map("".join)


@given(TEXTS, st.integers(0, 30), st.booleans())
def test_a_text_fills_its_cells_exactly(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width
    assert cell_len(cut_start(text, width)) == width


@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(1, 30), st.booleans())
def test_styled_texts_fill_their_cells_exactly(texts: list[str], width: int, right: bool) -> None:
    bits = [(text, "") for text in texts]
    for fitting in (fit_bits, tail_bits):
        assert sum(cell_len(text) for text, _ in fitting(bits, width, right=right)) == width


PARENTS_CUT = {
    27: "harm › displacement › camps",
    26: "… › displacement › camps  ",
    24: "… › displacement › camps",
    23: "…displacement › camps  ",
    20: "displaceme… › camps ",
    12: "dis… › camps",
    9: "… › camps",
    8: "…  camps",
    6: "…camps",
    5: "camps",
}
"""Parents and a tag in so many cells: whole parents go first, then the end of the nearest, never its start."""


def test_what_is_too_long_shows_that_it_was_cut() -> None:
    assert fit("diplomacy", 5) == "dipl…"
    assert cut_start("diplomacy", 5) == "…macy"
    assert fit("北京北京", 4) == "北… "
    assert "".join(text for text, _ in tail_bits([("diplomacy › ", "dim"), ("talks", "")], 9)) == "… › talks"
    for width, shown in PARENTS_CUT.items():
        assert "".join(t for t, _ in tail_bits([("harm › displacement › ", "dim"), ("camps", "")], width)) == shown
    long_name = [("harm › ", "dim"), ("a name of sixty", "")]
    assert "".join(text for text, _ in tail_bits(long_name, 9)) == "a name o…", "its own start says more than its end"


@pytest.mark.parametrize("total", [10, 40, 79, 120])
def test_columns_share_what_the_fixed_ones_leave(total: int) -> None:
    columns = (Column(width=4), Column(share=2), Column(share=1, needs=40), Column(width=3))
    found = widths(columns, total)
    shown = [width for width in found if width >= 0]
    assert (found[2] >= 0) == (total >= 40)
    assert sum(shown) + len(shown) - 1 == total
