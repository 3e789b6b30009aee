"""The ends of a span as keys move them: laws, and the stories' examples. No screen."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.clusters import is_edge
from reader.model import Paragraph
from reader.tui import wrap
from reader.tui.spans import SpanWalk, words

INTERVIEW = (
    "I: What does a night look like?",
    "R: The first hour is quiet. Then three bells ring at once and you decide who waits.",
    "I: And then?",
    "R: You tell yourself you chose well. On the way home you count the ones who waited.",
)


class Text:
    """Paragraphs with a blank line between."""

    def __init__(self, parts: Sequence[str]) -> None:
        self.parts = parts
        self.whole = "\n\n".join(parts)
        self.paragraphs = []
        start = 0
        for number, part in enumerate(parts, 1):
            self.paragraphs.append(Paragraph(number, start, start + len(part)))
            start += len(part) + 2

    @property
    def length(self) -> int:
        return len(self.whole)

    def __len__(self) -> int:
        return len(self.parts)

    def paragraph(self, number: int) -> Paragraph:
        if number < 1:
            raise IndexError(number)
        return self.paragraphs[number - 1]

    def text_of(self, number: int) -> str:
        return self.parts[number - 1]

    def slice(self, start: int, end: int) -> str:
        return self.whole[start:end]

    def number_at(self, position: int) -> int:
        return next((p.number for p in self.paragraphs if position < p.end), len(self.parts))

    def speakers(self) -> tuple[str, ...]:
        return ()


class Beginning:
    """Finds words by plain search."""

    def __init__(self, typed: str) -> None:
        self.typed = typed

    def spans(self, text: str) -> list[tuple[int, int]]:
        found, at = [], text.find(self.typed)
        while at >= 0:
            found.append((at, at + len(self.typed)))
            at = text.find(self.typed, at + 1)
        return found


def walk_over(parts: Sequence[str] = INTERVIEW, number: int = 2, passed: Sequence[int] = ()) -> SpanWalk:
    text = Text(parts)
    base = text.paragraph(number)
    walk = SpanWalk(
        text,
        (base.start, base.end),
        rows=lambda n: wrap.rows(text.text_of(n), 20),
        passed=lambda n: n in passed,
    )
    if walk.sentences_of(number):
        walk.become(walk.sentences_of(number)[0])
    return walk


def first_typed(walk: SpanWalk, typed: str, number: int) -> tuple[int, int]:
    return next(iter(walk.typed(Beginning(typed), number)))


def test_it_opens_on_the_first_sentence_and_the_next_one_follows() -> None:
    walk = walk_over()
    assert walk.quote() == "R: The first hour is quiet."
    walk.sentence(1)
    assert walk.quote() == "Then three bells ring at once and you decide who waits."
    walk.sentence(-1)
    assert walk.quote() == "R: The first hour is quiet."


def test_the_end_goes_to_the_end_of_the_next_turn() -> None:
    walk = walk_over()
    walk.sentence(1)
    walk.end_paragraph(1)
    assert walk.quote() == "Then three bells ring at once and you decide who waits.\n\nI: And then?"
    assert (walk.first, walk.last) == (2, 3)
    walk.end_paragraph(-1)
    assert walk.quote() == "Then three bells ring at once and you decide who waits."
    walk.end_paragraph(-1)
    assert walk.quote() == "Then three bells ring at once and you decide who waits."


def test_a_word_typed_and_two_more() -> None:
    walk = walk_over()
    walk.become(first_typed(walk, "thr", 2))
    assert walk.quote() == "three"
    walk.end_word(1)
    walk.end_word(1)
    assert walk.quote() == "three bells ring"
    walk.end_word(-1)
    assert walk.quote() == "three bells"
    walk.start_word(-1)
    assert walk.quote() == "Then three bells"


def test_letters_in_the_middle_of_a_word_are_no_beginning() -> None:
    walk = walk_over()
    assert [walk.text.slice(*p) for p in walk.typed(Beginning("ells"), 2)] == []


def test_several_words_are_taken_to_the_end_of_the_last() -> None:
    walk = walk_over()
    assert walk.text.slice(*first_typed(walk, "you dec", 1)) == "you decide"


def test_the_end_goes_to_the_word_typed_behind_the_start() -> None:
    walk = walk_over()
    place = next(iter(walk.typed(Beginning("hour"), 2, after=walk.start)))
    walk.end_at(place[1])
    assert walk.quote() == "R: The first hour"


def test_sentences_and_words_go_on_in_the_next_paragraph_and_stop_at_the_ends() -> None:
    walk = walk_over(number=3)
    walk.sentence(-1)
    assert walk.quote().startswith("Then three bells")
    for _ in range(9):
        walk.sentence(1)
    assert walk.quote() == "On the way home you count the ones who waited."
    for _ in range(9):
        walk.sentence(-1)
    assert walk.quote() == "I: What does a night look like?"


def test_from_within_a_sentence_the_one_before_is_the_whole_of_it() -> None:
    walk = walk_over()
    walk.become(first_typed(walk, "bells", 2))
    walk.sentence(-1)
    assert walk.quote() == "Then three bells ring at once and you decide who waits."


def test_furniture_is_passed_over_by_paragraph_motions() -> None:
    walk = walk_over(number=2, passed=[3])
    walk.end_paragraph(1)
    assert walk.last == 4


def test_rows_keep_the_column() -> None:
    walk = walk_over(["One two three four five six seven eight nine ten eleven twelve"], 1)
    walk.become((0, 7))
    walk.end_row(1)
    assert walk.quote() == "One two three four five si"
    walk.end_row(-1)
    assert walk.quote() == "One two"
    walk.end_row(-1)
    assert walk.quote() == "One two"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("عاد الماء إلى البيوت", 4),
        ("e\u0301te\u0301 a\u0300 Paris", 3),
        ("👩‍👩‍👧 at home 🇩🇪", 4),
        ("Don't stop", 2),
        ("日本語", 3),
    ],
)
def test_words_are_unicode_words(text: str, count: int) -> None:
    assert len(words(text)) == count
    walk = walk_over([text], 1)
    walk.become((0, words(text)[0][1]))
    for _ in range(count - 1):
        walk.end_word(1)
    assert walk.quote() == text


MOTIONS = st.tuples(
    st.sampled_from(["sentence", "end_word", "start_word", "end_sign", "start_sign", "end_row", "end_paragraph"]),
    st.sampled_from([1, -1]),
)
PARTS = st.lists(
    st.text(st.sampled_from([*"ab é.!,\u0301\u200d中日🇩🇪👩ش\u0652 ?\t"]), min_size=1, max_size=30).filter(
        lambda s: bool(s.strip()) and not s[0].isspace() and not s[-1].isspace()
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=120, deadline=None)
@given(PARTS, st.lists(MOTIONS, max_size=25), st.data())
def test_after_any_keys_a_span_holds_a_whole_cluster_within_the_text(
    parts: list[str], motions: list[tuple[str, int]], data: st.DataObject
) -> None:
    walk = walk_over(parts, data.draw(st.integers(1, len(parts))))
    text = walk.text
    for name, direction in motions:
        before = walk.ends
        getattr(walk, name)(direction)
        assert 0 <= walk.start < walk.end <= text.length
        for position in walk.ends:
            number = text.number_at(min(position, text.length - 1))
            paragraph = text.paragraph(number)
            if paragraph.start < position < paragraph.end:
                assert is_edge(text.text_of(number), position - paragraph.start)
        if name.startswith("end_"):
            assert walk.start == before[0]
        if name.startswith("start_"):
            assert walk.end == before[1]


@settings(max_examples=60, deadline=None)
@given(PARTS, st.sampled_from(["end_word", "end_sign", "start_word", "start_sign", "sentence"]))
def test_a_motion_in_one_direction_ends(parts: list[str], name: str) -> None:
    walk = walk_over(parts, 1)
    for direction in (1, -1):
        for _ in range(walk.text.length + 3):
            before = walk.ends
            getattr(walk, name)(direction)
            if walk.ends == before:
                break
        else:
            raise AssertionError("it never came to rest")


@settings(max_examples=60, deadline=None)
@given(PARTS)
def test_every_sign_is_reached_one_by_one(parts: list[str]) -> None:
    walk = walk_over(parts, 1)
    first = walk.text.paragraph(1).start
    walk.become((first, first + 1))
    for _ in range(walk.text.length + 3):
        walk.end_sign(1)
    assert walk.end == walk.text.length
    for _ in range(walk.text.length + 3):
        walk.end_sign(-1)
    assert walk.start == first
    assert walk.last == 1
