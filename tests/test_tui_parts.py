"""The parts of the reading screen that are plain state: window, search, slots, line being typed, pictures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.codebook import Codebook
from reader.config.values import LAYOUTS
from reader.model import Tag
from reader.project import Session
from reader.tui.find import ArticleFind
from reader.tui.keys import READING, Keymap, physical, unknown_names, written
from reader.tui.lineedit import LineEdit
from reader.tui.painting import Painter, Picture, Stripe, Tint, is_right_to_left, markdown_styles
from reader.tui.slots import in_slots, slot_of, used
from reader.tui.themes import THEMES, Look
from reader.tui.undoing import clock
from reader.tui.viewport import Viewport
from reader.tui.wrap import rows

HEIGHTS = st.lists(st.integers(2, 30), min_size=1, max_size=40)


def viewport(heights: list[int], height: int) -> Viewport:
    port = Viewport(lambda number: heights[number - 1])
    port.count, port.height = len(heights), height
    port.measure()
    return port


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("scroll"), st.integers(-60, 60)),
        st.tuples(st.just("show"), st.integers(1, 40)),
        st.tuples(st.just("page"), st.sampled_from([-1, 1])),
        st.tuples(st.just("end"), st.just(0)),
    ),
    max_size=12,
)


@given(HEIGHTS, st.integers(1, 40), MOVES)
def test_the_window_is_always_a_stretch_of_the_text_and_full_where_it_can_be(
    heights: list[int], height: int, moves: list[tuple[str, int]]
) -> None:
    every = [(n, r) for n, rows_of in enumerate(heights, 1) for r in range(rows_of)]
    port = viewport(heights, height)
    for what, value in moves:
        if what == "scroll":
            port.scroll(value)
        elif what == "page":
            port.page(value)
        elif what == "end":
            port.to_end()
        elif value <= len(heights):
            port.show(value)
            first = port.index(value, 0)
            assert first is not None, (value, port.lines)
            if heights[value - 1] - 1 <= height:
                assert port.index(value, heights[value - 1] - 2) is not None
        at = every.index(port.lines[0])
        assert port.lines == every[at : at + height]
        assert len(port.lines) == min(height, len(every))


@given(HEIGHTS, st.integers(1, 40))
def test_scrolling_to_and_fro_comes_back_where_no_end_is_met(heights: list[int], height: int) -> None:
    port = viewport(heights, height)
    before = port.lines
    if port.scroll(1):
        port.scroll(-1)
        assert port.lines == before


def test_the_window_measures_no_paragraph_out_of_sight() -> None:
    asked = []

    def height_of(number: int) -> int:
        asked.append(number)
        return 4

    port = Viewport(height_of)
    port.count, port.height = 1_000_000, 40
    port.show(500_000)
    port.page(1)
    port.to_end()
    assert len(set(asked)) < 100


class Plain:
    """Finds a letter sequence."""

    def __init__(self, query: str) -> None:
        self.query = query

    def spans(self, text: str) -> list[tuple[int, int]]:
        found, at = [], text.find(self.query)
        while at >= 0:
            found.append((at, at + len(self.query)))
            at = text.find(self.query, at + 1)
        return found

    def count(self, text: str) -> int:
        return len(self.spans(text))


def test_hits_are_walked_round_in_both_directions() -> None:
    texts = ["", "a b", "", "a a", "b"]
    found = ArticleFind("a", Plain("a"), lambda n: texts[n - 1], 5)
    found.scan_from(3, [3])
    assert found.done
    assert found.at_or_after(3)
    assert found.place() == "2/3"
    walked = []
    for _ in range(4):
        assert found.current is not None
        found.move(1, found.current[0])
        walked.append(found.place())
    assert walked == ["3/3", "1/3", "2/3", "3/3"]
    assert found.move(-1, 4)
    assert found.place() == "2/3"
    assert found.hits_in(4) == (((0, 1), (2, 3)), 0)


def test_a_search_goes_on_in_slices() -> None:
    found = ArticleFind("a", Plain("a"), lambda _: "a" * 50, 2_000)
    found.scan_from(1, [1, 2])
    while not found.done:
        assert found.place().endswith("+") or found.current is None
        found.go_on(0.0001)
    assert found.total == 100_000


def test_letters_typed_on_look_only_where_there_were_hits() -> None:
    texts = ["ab", "a", "x", "ab ab", "xb"]
    read: list[int] = []

    def text_of(number: int) -> str:
        read.append(number)
        return texts[number - 1]

    first = ArticleFind("a", Plain("a"), text_of, 5)
    first.scan_from(1, [])
    read.clear()
    found = ArticleFind("ab", Plain("ab"), text_of, 5)
    found.scan_from(1, [], first)
    assert found.done
    assert sorted(read) == [1, 2, 4]
    assert (found.total, list(found.numbers())) == (3, [1, 4])
    read.clear()
    accented = ArticleFind("a\u0301", Plain("a\u0301"), text_of, 5)
    accented.scan_from(1, [], first)
    assert sorted(read) == [1, 2, 3, 4, 5], "an accent makes another letter of it"


def test_a_hit_before_the_cursor_counts_only_when_all_is_scanned() -> None:
    found = ArticleFind("a", Plain("a"), lambda n: "a" if n == 1 else "", 3)
    assert not found.at_or_after(2)
    found.scan_from(2, [])
    assert found.at_or_after(2)
    assert found.current == (1, 0)


def codebook_of(ids: Iterable[str], **merged: str) -> Codebook:
    return Codebook({i: Tag(id=i, name=f"tag {i}", created="", merged_into=merged.get(i, "")) for i in ids})


def test_a_new_tag_takes_a_free_slot_then_the_longest_unused_and_never_a_pinned_one() -> None:
    state = Session()
    tags = [f"t{n}" for n in range(12)]
    codebook = codebook_of(tags)
    used(state, codebook, (codebook.tags[tag] for tag in tags[:9]))
    used(state, codebook, [codebook.tags["t0"]])
    state.pinned.append(2)
    assert state.slots == tags[:9]
    used(state, codebook, [codebook.tags["t9"]])
    lying = in_slots(state, codebook)
    assert slot_of(lying, "t9") == 3
    assert slot_of(lying, "t2") == 0
    assert slot_of(lying, "t0") == 1
    assert state.recents[:2] == ["t9", "t0"]


def test_a_slot_whose_tag_is_gone_is_free() -> None:
    state = Session()
    used(state, codebook_of("abc"), codebook_of("abc").tags.values())
    used(state, codebook_of("acd"), [codebook_of("acd").tags["d"]])
    assert state.slots[:4] == ["a", "d", "c", ""]


def test_after_a_merge_a_tag_lies_in_one_slot_and_the_other_is_free() -> None:
    """Its own slot, or where it has none the first of those merged into it; undone, all is as before."""
    state = Session()
    used(state, codebook_of("abcd"), codebook_of("abc").tags.values())
    merged = codebook_of("abcd", a="b")
    assert [tag and tag.id for tag in in_slots(state, merged)[:3]] == [None, "b", "c"]
    both = codebook_of("abcd", a="d", b="d")
    assert [tag and tag.id for tag in in_slots(state, both)[:3]] == ["d", None, "c"]
    used(state, merged, [merged.tags["d"]])
    assert state.slots[:4] == ["d", "b", "c", ""]
    before = Session()
    used(before, codebook_of("abcd"), codebook_of("abc").tags.values())
    assert [tag and tag.id for tag in in_slots(before, codebook_of("abcd"))[:3]] == ["a", "b", "c"]


def test_with_all_slots_pinned_a_new_tag_takes_none() -> None:
    state = Session()
    state.slots = list("abcdefghi")
    state.pinned = list(range(1, 10))
    codebook = codebook_of("abcdefghiz")
    used(state, codebook, [codebook.tags["z"]])
    assert state.slots == list("abcdefghi")


@pytest.mark.parametrize("family", ["e\u0301", "\U0001f469\u200d\U0001f467", "\U0001f1eb\U0001f1f7", "\u0634\u0652"])
def test_the_cursor_of_a_line_goes_by_whole_signs(family: str) -> None:
    line = LineEdit(f"a{family}b")
    for key, text, cursor in (
        ("left", f"a{family}b", 1 + len(family)),
        ("left", f"a{family}b", 1),
        ("right", f"a{family}b", 1 + len(family)),
        ("backspace", "ab", 1),
    ):
        assert line.press(key, None)
        assert (line.text, line.cursor) == (text, cursor)
    line = LineEdit(f"{family}b")
    line.press("home", None)
    line.press("delete", None)
    assert line.text == "b"


def test_a_line_is_edited_as_in_a_shell() -> None:
    line = LineEdit()
    for sign in "one two":
        line.press(sign, sign)
    line.press("ctrl+w", "\x17")
    assert line.text == "one "
    line.press("home", None)
    line.press("x", "x")
    line.press("delete", None)
    assert (line.text, line.cursor) == ("xne ", 1)
    line.press("end", None)
    line.press("backspace", "\x7f")
    line.press("ctrl+u", "\x15")
    assert line.text == ""
    assert not line.press("f5", None)


LOOK = Look.of(THEMES[0].to_color_system().generate())


@given(
    st.text("ab “é北ש\t👍\n", max_size=120),
    st.integers(20, 140),
    st.integers(0, 7),
    st.booleans(),
    st.sampled_from(["body", "heading", "caption", "furniture"]),
)
def test_every_row_fills_the_width_exactly(text: str, width: int, tags: int, current: bool, role: str) -> None:
    painter = Painter(LOOK, width, 72, 10_000)
    picture = Picture(
        number=9_999,
        text=text,
        role=role,
        stripes=tuple(Stripe("#ff0000", "x") for _ in range(tags)),
        tints=(Tint(1, 4, "#00ff00"),),
        hits=((0, 2), (3, 5)),
        hit_now=1,
        current=current,
        markdown=True,
        reviewed=True,
    )
    for strip in painter.paint(picture, rows(text, painter.text_width)):
        assert strip.cell_length == width
        assert sum(cell_len(segment.text) for segment in strip) == width
        assert "\t" not in strip.text
        assert "\n" not in strip.text
    assert painter.gap.cell_length == width


def test_more_than_four_tags_show_three_bars_and_the_rest_as_a_number() -> None:
    painter = Painter(LOOK, 80, 60, 10)
    stripes = tuple(Stripe("#ff0000", "x") for _ in range(6))
    strip = painter.paint(Picture(number=1, text="words", stripes=stripes), [(0, 5)])[0]
    assert "▌▌▌+3" in strip.text


def test_without_colours_a_stripe_is_its_sign() -> None:
    look = Look.of(THEMES[0].to_color_system().generate(), no_colour=True)
    strip = Painter(look, 80, 60, 10).paint(
        Picture(number=1, text="words", stripes=(Stripe("#ff0000", "k"),)), [(0, 5)]
    )[0]
    assert " k " in strip.text


def test_tints_and_hits_reach_the_words_they_stand_on() -> None:
    picture = Picture(number=1, text="one two three", tints=(Tint(4, 7, "#ff0000"),), hits=((8, 13),), hit_now=0)
    strip = Painter(LOOK, 80, 60, 10).paint(picture, [(0, 13)])[0]
    styled = {segment.text: segment.style for segment in strip if segment.style}
    assert styled["two"].underline
    assert styled["three"].bgcolor == LOOK.hit_now.bgcolor


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc ש", False), ("«شكرا» he said", True), ("123 שלום", True), ("", False), ("北京", False)],
)
def test_the_first_strong_letter_decides_the_direction(text: str, expected: bool) -> None:
    assert is_right_to_left(text) is expected


def test_markdown_marks_are_dimmed_and_their_words_styled() -> None:
    text = "a **bold** and *slanted* `code` [label](http://x.y) 2*3*4 snake_case_name"
    styles = {text[start:end]: style for start, end, style in markdown_styles(text)}
    assert styles["bold"].bold
    assert styles["slanted"].italic
    assert styles["(http://x.y)" if "(http://x.y)" in styles else "](http://x.y)"].dim
    assert not any("snake" in words or "3" in words for words in styles)
    heading = {"# Head **x**"[start:end]: style for start, end, style in markdown_styles("# Head **x**")}
    assert heading["# "].dim


def test_default_keys_mean_one_thing_each() -> None:
    assert Keymap.of(READING).problems == []
    assert "[" not in Keymap.of(READING).by_key
    assert not any(len(key) == 1 and not key.isascii() for key in Keymap.of(READING).by_key)


def test_changed_keys_replace_the_old_ones_and_are_taken_from_others() -> None:
    keymap = Keymap.of(READING, {"next-paragraph": ["x"]})
    found = keymap.get("x")
    assert found is not None
    assert found.name == "next-paragraph"
    assert keymap.get("j") is None
    assert keymap.keys["take-off"] == ()


def test_one_key_for_two_commands_and_unknown_names_are_said() -> None:
    keymap = Keymap.of(READING, {"note": ["x"], "tag": ["x"]})
    assert keymap.problems == ["The key x is given to tag and note; tag has it."]
    assert unknown_names({"nxt-paragraph": ["x"]}, [READING]) == [
        "There is no command 'nxt-paragraph'; the nearest is 'next-paragraph'."
    ]


def test_keys_are_written_as_the_sign_they_type() -> None:
    assert written("full_stop", ".") == "."
    assert written("space", " ") == "space"
    assert written("ctrl+r", "\x12") == "ctrl+r"
    assert written("J", "J") == "J"
    assert written("plus", "+") == "+"
    assert written("down", None) == "down"


def test_letters_of_other_scripts_stand_for_the_key_in_their_place() -> None:
    latin = physical(LAYOUTS)
    assert (latin["ф"], latin["Ф"], latin["ο"], latin["ש"], latin["ش"]) == ("a", "A", "o", "a", "a")
    assert not any(letter.isascii() for letter in latin)
    # dal is right of jeem on an Arabic keyboard and on the n of a Persian one: the layout named first counts
    assert [physical(order)["د"] for order in (("ar", "fa"), ("fa", "ar"))] == ["]", "n"]
    assert physical(()) == {}


def test_a_time_of_another_day_has_its_date() -> None:
    moment = datetime.fromisoformat("2026-01-05T10:00:00+00:00").astimezone()
    assert len(clock("2026-01-05T10:00:00.000000Z", moment)) == 5
    assert clock("2025-12-31T10:00:00.000000Z", moment).startswith("2025-12-31 ")
