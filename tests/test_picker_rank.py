"""Which tags a few typed letters mean."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.tui.picker_rank import Choice, Ranking, fold_path, one_letter_apart

PATHS = ("actor/russia", "actor/saudi arabia", "blame", "diplomacy", "diplomacy/talks", "Übergabe", "failure/warning")


def ranking(*recent: str) -> Ranking:
    """The tags of PATHS, each with its path as id."""
    return Ranking([Choice(path, tuple(path.split("/"))) for path in PATHS], recent)


def found(query: str, *recent: str) -> list[str]:
    """The paths that a query finds, best first."""
    tags = ranking(*recent)
    return [tags.choices[place].id for place in tags.matches(query)]


def test_without_a_query_the_recent_ones_come_first_then_all_by_path() -> None:
    assert found("", "blame", "actor/russia")[:2] == ["blame", "actor/russia"]
    assert sorted(found("", "blame")) == sorted(PATHS)


def test_a_recent_tag_that_is_gone_is_passed_over() -> None:
    assert found("", "no longer there", "blame")[0] == "blame"


def test_exact_then_start_of_a_word_then_inside_then_scattered() -> None:
    tags = Ranking([Choice(p, (p,)) for p in ("w a r", "afterwar", "warning", "cold war", "war")])
    assert [tags.choices[place].id for place in tags.matches("war")] == [
        "war",
        "warning",
        "cold war",
        "afterwar",
        "w a r",
    ]


def test_case_and_accents_do_not_matter() -> None:
    assert found("uberg") == ["Übergabe"]
    assert found("ÜBERGABE") == ["Übergabe"]


@pytest.mark.parametrize(
    "typed", ["dip/tal", "diplomacy/talks", "diplomacy > talks", "diplomacy › talks", "talks", "dtalk"]
)
def test_a_child_is_found_by_its_path_however_it_is_written(typed: str) -> None:
    assert found(typed)[0] == "diplomacy/talks"


def test_the_parent_stands_before_its_children() -> None:
    assert found("dip") == ["diplomacy", "diplomacy/talks"]


def test_letters_of_two_words_find_a_path() -> None:
    assert found("act rus") == ["actor/russia"]


def test_a_recent_tag_stands_first_among_equals() -> None:
    assert found("actor", "actor/saudi arabia")[0] == "actor/saudi arabia"
    assert found("actor", "actor/russia")[0] == "actor/russia"


def test_nothing_matches_a_near_duplicate_but_it_is_named() -> None:
    tags = ranking()
    assert tags.matches("blamed") == []
    offer = tags.new("blamed")
    assert offer is not None
    assert offer.path == "blamed"
    assert tags.choices[offer.like].id == "blame"


def test_a_name_that_stands_elsewhere_in_the_tree_is_said() -> None:
    tags = ranking()
    offer = tags.new("Russia")
    assert offer is not None
    assert tags.choices[offer.like].id == "actor/russia"


@pytest.mark.parametrize("typed", ["blame", "BLAME", "ubergabe", "failure / warning", "", "  ", "/"])
def test_no_new_tag_where_there_is_one_or_nothing_was_typed(typed: str) -> None:
    assert ranking().new(typed) is None


def test_a_new_path_is_tidied() -> None:
    offer = ranking().new("harm /  loss of home")
    assert offer is not None
    assert offer.path == "harm/loss of home"
    assert offer.like == -1


def test_short_names_are_not_called_near() -> None:
    offer = Ranking([Choice("1", ("war",))]).new("car")
    assert offer is not None
    assert offer.like == -1


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_letter_apart_is_what_a_slow_search_says(one: str, other: str) -> None:
    near = {one}
    for at in range(len(one) + 1):
        near |= {one[:at] + letter + one[at:] for letter in "abc"}
        near |= {one[:at] + letter + one[at + 1 :] for letter in "abc"}
        near |= {one[:at] + one[at + 1 :], one[:at] + one[at : at + 2][::-1] + one[at + 2 :]}
    assert one_letter_apart(one, other) == (other in near)


@given(st.sampled_from(PATHS), st.data())
def test_any_part_of_a_path_finds_it(path: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(path) - 1))
    end = data.draw(st.integers(start + 1, len(path)))
    part = path[start:end]
    if fold_path(part).strip("/ "):
        assert path in found(part)


def test_five_thousand_tags_cost_less_than_a_key_press() -> None:
    """Counted in the time that this thread computes, whatever else the machine does."""
    tags = Ranking([Choice(f"t{n}", (f"theme {n % 50}", f"subject of study {n}")) for n in range(5000)])
    times = []
    for query in ("s", "study 4", "thsub", "subject of study 4999", "xyz"):
        before = time.thread_time()
        tags.matches(query)
        tags.new(query)
        times.append(time.thread_time() - before)
    assert sorted(times)[2] < 0.05
