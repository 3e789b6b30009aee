"""The query language: trees, their printing, errors that point, and where words stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.errors import UsageError
from reader.search.fold import fold
from reader.search.places import may_hold, places, stands
from reader.search.query import DEEPEST, LONGEST, QueryError, parse
from reader.search.tree import And, Field, Inside, Near, Not, Note, Or, Phrase, Query, Regex, Word
from reader.search.words import words_of


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
    ("typed", "tree"),
    [
        ("aid OR relief", Or((Word("aid"), Word("relief")))),
        ("a b OR c d", Or((And((Word("a"), Word("b"))), And((Word("c"), Word("d")))))),
        ("(a OR b) AND c", And((Or((Word("a"), Word("b"))), Word("c")))),
        ("((a OR b) OR c)", Or((Word("a"), Word("b"), Word("c")))),
        ("aid -relief", And((Word("aid"), Not(Word("relief"))))),
        ("NOT (a b)", Not(And((Word("a"), Word("b"))))),
        ("NOT -aid", Word("aid")),
        ("war - peace", And((Word("war"), Word("peace")))),
        ("near(aid convoy, 7)", Near((Word("aid"), Word("convoy")), 7)),
        ('near("a b" c*)', Near((Phrase(("a", "b")), Word("c", True)), 5)),
        ("near aid", And((Word("near"), Word("aid")))),
        ("*ombard*", Inside(("ombard",))),
        ('*"a b"*', Inside(("a", "b"))),
        ("/detain(ed|ees)?/", Regex("detain(ed|ees)?")),
        (r"/a b\/c/ x", And((Regex(r"a b\/c"), Word("x")))),
        ("tag:harm/*", Field("tag", "harm/*")),
        ('TAG:"human  rights"/*', Field("tag", "human rights/*")),
        ("-tag:none", Not(Field("tag", "none"))),
        ('note:"call back"', Note(Phrase(("call", "back")))),
        ("is:Reviewed", Field("is", "reviewed")),
        ("created:>=2026-11-01", Field("created", ">=2026-11-01")),
        ('meta:"place of work"=north', Field("meta", "place of work=north")),
        ("https://a.example", Phrase(("https", "a", "example"))),
        ("he said: yes", And((Word("he"), Word("said"), Word("yes")))),
        ("a\0b", Phrase(("a", "b"))),
    ],
)
def test_the_whole_language(typed: str, tree: Query) -> None:
    assert parse(typed) == tree
    assert parse(str(tree)) == tree


@pytest.mark.parametrize("typed", ["", "   ", "\n"])
def test_an_empty_query_has_no_character_to_point_at(typed: str) -> None:
    with pytest.raises(QueryError, match=r"^Type a word to look for\.$"):
        parse(typed)


@pytest.mark.parametrize(
    ("typed", "position", "said"),
    [
        ('""', 0, "no letter or digit"),
        ("… –", 0, "no letter or digit"),
        ("\0", 0, "no letter or digit"),
        ('aid "convoy', 4, "not closed"),
        ('"', 0, "not closed"),
        ("*", 0, "end of a word"),
        ("aid *", 4, "end of a word"),
        ("bom*bard", 3, "end of a word"),
        ("*bard", 0, "end of a word"),
        ("aid OR", 6, "expected after OR"),
        ("aid OR OR b", 7, "expected after OR"),
        ("OR aid", 0, "expected before OR"),
        ("AND aid", 0, "expected before AND"),
        ("aid AND", 7, "expected after AND"),
        ("aid NOT", 7, "expected after NOT"),
        ("aid (b", 4, "a ) is expected"),
        ("aid) b", 3, "no ( before"),
        ("a ()", 2, "between ( and )"),
        ("x tga:harm", 2, "nearest is “tag:”"),
        ("x tag: y", 6, "value is expected"),
        ("note:", 5, "word or phrase is expected"),
        ("is:reviwed", 3, "nearest is is:reviewed"),
        ("unit:x", 5, "there are paragraph"),
        ("created:2026-13", 8, "no day"),
        ("created:soon", 8, "A day, month or year"),
        ("meta:=x", 5, "detail is expected"),
        ("near(aid)", 0, "Two words"),
        ("near(aid convoy", 0, "a ) is expected"),
        ("near(aid convoy, x)", 15, "number and ) are expected"),
        ("near(a (b))", 7, "no brackets"),
        ("near(a b, 5000)", 10, "At most 1,000"),
        ("/detain(/", 8, "cannot be understood"),
        ("/etc", 0, "A / is expected"),
        ("/etc/passwd", 5, "space is expected"),
        ("x" * 10_000 + '"', 10_000, "at most 10,000"),
        ("(" * 300 + "a" + ")" * 300, DEEPEST, "at most"),
        (" OR ".join(["a"] * 10_000), LONGEST, "at most 10,000"),
        ("/" + "(" * 4_000 + ")" * 4_000 + "/", 1, "too deep"),
    ],
)
def test_errors_point_at_the_character(typed: str, position: int, said: str) -> None:
    with pytest.raises(QueryError, match=f"character {position + 1} of") as error:
        parse(typed)
    assert said in str(error.value)
    assert error.value.position == position
    assert isinstance(error.value, UsageError)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    "typed",
    [
        "a" * 10_000,
        " OR ".join("ab"[n % 2] for n in range(1_999)),
        "(" * DEEPEST + "a" + ")" * DEEPEST,
        "NOT " * 2_499 + "a",
    ],
)
def test_what_is_long_or_deep_is_understood(typed: str) -> None:
    assert parse(str(parse(typed))) == parse(typed)


PIECES = ["aid", "OR", "AND", "NOT", "-", "(", ")", "near(", ",", " 5)", '"', "*", "/", "tag:", "note:", "is:reviewed"]


@given(
    st.one_of(
        st.text(st.one_of(st.sampled_from('aé"* -–(北ก้한😀$ORT:/“”)'), st.characters())),
        st.lists(st.one_of(st.sampled_from([*PIECES, " "]), st.text(max_size=3)), max_size=12).map(" ".join),
        st.lists(st.sampled_from([*PIECES, " "]), max_size=14).map("".join),
    )
)
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
        ('"aba aba"', "baba aba aba", ["aba aba"]),
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
    assert stands(Phrase(tuple(words)), text) == expected


@given(
    st.text("ab $-北か\u3099ก", max_size=25),
    st.sampled_from(["a", "ab", "a b", "$", "a $", "aba", "aba aba"]),
    st.sampled_from(["", "*", "**"]),
)
def test_texts_of_ascii_are_searched_as_all_others(text: str, words: str, stars: str) -> None:
    """A letter beyond ASCII, parted from the rest, leads to the slower search: it finds the same."""
    typed = f'*"{words}"*' if stars == "**" else f'"{words}"{stars}'
    tree = parse(typed)
    plain = text.encode("ascii", "replace").decode().replace("?", " ")
    assert isinstance(tree, Word | Phrase | Inside)
    assert list(places(tree, plain)) == list(places(tree, plain + " é"))


@given(
    st.text("abc ", max_size=20), st.sampled_from(["a b", 'ab "a b"', "a* c", "a OR -b", "near(a b, 1)", "*b* OR c"])
)
def test_no_stretch_is_passed_over_in_which_a_query_holds(text: str, typed: str) -> None:
    tree = parse(typed)
    parts = tree.parts if isinstance(tree, And | Or) else (tree,)
    plain = [part for part in parts if isinstance(part, Word | Phrase | Near | Inside)]
    holds = (any if isinstance(tree, Or) else all)(stands(part, text) for part in plain)
    if holds:
        assert may_hold(tree, lambda word: word in text)
