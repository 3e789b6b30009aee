"""The query language: trees, their printing, errors that point, and where words stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.errors import UsageError
from reader.search.fold import fold
from reader.search.query import And, Phrase, Query, QueryError, Word, holds, parse, places, required, words_of


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("Bombard*", Word("bombard", prefix=True)),
        ('"Aid convoy"', Phrase(("aid", "convoy"))),
        ("“aid convoy”", Phrase(("aid", "convoy"))),
        ("aid  convoy", And((Word("aid"), Word("convoy")))),
        ('bombard* "aid convoy" Straße', And((Word("bombard", True), Phrase(("aid", "convoy")), Word("strasse")))),
        ("twenty-year*", Phrase(("twenty", "year"), prefix=True)),
        ('"aid conv"*', Phrase(("aid", "conv"), prefix=True)),
        ("don’t", Phrase(("don", "t"))),
        ('"aid"', Word("aid")),
        ('relief"aid convoy"', And((Word("relief"), Phrase(("aid", "convoy"))))),
        ("war – peace", And((Word("war"), Word("peace")))),
        ("(Reuters)", Word("reuters")),
        ("北京2008", Phrase(("北京", "2008"))),
        ("😀", Word("😀")),
        ("12:30", Phrase(("12", "30"))),
        ("or", Word("or")),
        ('"OR"', Word("or")),
        ('"tag:harm"', Phrase(("tag", "harm"))),
        ("https://a.example/b", Phrase(("https", "a", "example", "b"))),
    ],
)
def test_what_is_typed_is_understood(typed: str, tree: Query) -> None:
    assert parse(typed) == tree
    assert parse(str(tree)) == tree


@pytest.mark.parametrize(
    ("typed", "position", "said"),
    [
        ("", 0, "Type a word"),
        ("   ", 0, "Type a word"),
        ('""', 0, "no letter or digit"),
        ("… –", 0, "no letter or digit"),
        ('aid "convoy', 4, "not closed"),
        ('"', 0, "not closed"),
        ("*", 0, "end of a word"),
        ("aid *", 4, "end of a word"),
        ("bom*bard", 3, "end of a word"),
        ("aid OR relief", 4, "OR between words"),
        ("NOT aid", 0, "NOT between words"),
        ("aid -relief", 4, "A - before a word"),
        ("x tag:harm", 2, "tag: is not understood"),
        ("near(aid convoy, 5)", 0, "near("),
        ("/detain(ed)?/", 0, "between slashes"),
        ("x" * 10_000 + '"', 10_000, "not closed"),
    ],
)
def test_errors_point_at_the_character(typed: str, position: int, said: str) -> None:
    with pytest.raises(QueryError, match=f"character {position + 1} of") as error:
        parse(typed)
    assert said in str(error.value)
    assert error.value.position == position
    assert isinstance(error.value, UsageError)
    assert len(str(error.value)) < 250


@given(st.text(st.one_of(st.sampled_from('aé"* -–(北ก้한😀$ORT:/“”'), st.characters())))
def test_printing_and_parsing_again_gives_the_same_tree(typed: str) -> None:
    try:
        tree = parse(typed)
    except QueryError as error:
        assert 0 <= error.position <= len(typed)  # noqa: PT017  the other branch is the law
        return
    assert parse(str(tree)) == tree


def spans(typed: str, text: str) -> list[str]:
    tree, folded = parse(typed), fold(text)
    assert isinstance(tree, Word | Phrase)
    return [folded[start:end] for start, end in places(tree, folded)]


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("aid", "Aid, said the aid-worker; paid AID.", ["aid", "aid", "aid"]),
        ("aid", "laid afraid aids aid2", []),
        ("bombard*", "bombed, Bombarded! bombardments re-bombard", ["bombarded", "bombardments", "bombard"]),
        ('"aid convoy"', "aid convoy, aid, convoy; aid\nconvoys aid the convoy", ["aid convoy", "aid, convoy"]),
        ("twenty-ye*", "a twenty–year plan, twenty years", ["twenty-year", "twenty years"]),
        ("C++", "a c program", ["c"]),
        ("京", "北京大学", ["京"]),
        ("北京2008", "在北京2008年", ["北京2008"]),
        ("2008", "在北京2008年", ["2008"]),
        ("काम", "काम करना कामना", ["काम"]),
        ("क", "काम", []),
        ("か", "かが", ["か"]),
        ("สวัสดี", "บอกสวัสดีครับ", ["สวัสดี"]),
        ("$5", "for $5 or 5", ["$5"]),
        ("aa", "aa aa aaa", ["aa", "aa"]),
        ('"a a"', "a a a a", ["a a", "a a"]),
        ("مدرسه", "في المدرسة مدرسة", ["مدرسه"]),
        ("don't", "I don’t", ["don't"]),
    ],
)
def test_where_words_stand(typed: str, text: str, found: list[str]) -> None:
    assert spans(typed, text) == found


@given(st.text("ab -x", max_size=30), st.text("ab", min_size=1, max_size=2), st.booleans())
def test_words_as_a_slow_search_finds_them(text: str, word: str, prefix: bool) -> None:
    expected = [w for w in text.replace("-", " ").split() if w == word or (prefix and w.startswith(word))]
    assert [text[start:end] for start, end in places(Word(word, prefix), text)] == expected


@given(st.text("ab ,", max_size=30), st.lists(st.sampled_from(["a", "b", "ab"]), min_size=2, max_size=3))
def test_phrases_as_a_slow_search_finds_them(text: str, words: list[str]) -> None:
    there = words_of(text)
    expected = any(there[i : i + len(words)] == words for i in range(len(there)))
    assert holds(Phrase(tuple(words)), [text]) == expected


@given(st.text("abc ", max_size=20), st.text("abc ", max_size=20), st.sampled_from(["a b", 'ab "a b"', "a* c"]))
def test_what_is_required_is_there_where_the_query_holds(one: str, two: str, typed: str) -> None:
    tree = parse(typed)
    if holds(tree, [one, two]):
        assert all(word in one + "\n" + two for word in required(tree))


def test_all_parts_hold_but_in_any_field() -> None:
    tree = parse('aid "two words"')
    assert holds(tree, ["some aid", "in two words"])
    assert not holds(tree, ["some aid in two", "words"])
    assert not holds(tree, ["two words"])
