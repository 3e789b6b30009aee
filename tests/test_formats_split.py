"""Paragraphs: the law of spans, the rules, speakers, long lines."""

from __future__ import annotations

import pickle
import re
from collections.abc import Sequence

import pytest
import regex  # type: ignore[import-untyped]  # it brings no types
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.errors import UsageError
from reader.formats.cut import LONGEST_LINE
from reader.formats.paragraphs import ParagraphTable
from reader.formats.split import Block, divide
from reader.model import Paragraph

RULES = ("auto", "blank", "line")

words = st.sampled_from(
    ["I: What then?", "R: Wait.", "R1:", "[Nurse] Yes.", "[00:01:12] I: so", "00:02 R: no", "Note: this", "Share", "", " ", "\t",
     "The end.", "spaces behind \t", "no stop", "雨が降った。", "مرحبا،", "e\u0301\u0301", "👨‍👩‍👧", "\x85", "\u2028x", "\u2029", "\x1c", "\u3000 indented", "#", "---", "x" * 70]
)  # fmt: skip
texts = st.lists(words, max_size=40).map("\n".join) | st.text(
    st.characters(exclude_characters="\r", exclude_categories=["Cs"])
)


def spans(text: str, rule: str = "auto") -> list[str]:
    return [text[p.start : p.end] for p in divide(text, rule).paragraphs]


def spoken(text: str, rule: str = "auto") -> list[tuple[str, str]]:
    return [(p.speaker, text[p.start : p.end]) for p in divide(text, rule).paragraphs]


def assert_law(text: str, paragraphs: Sequence[Paragraph]) -> None:
    """In order, no overlap, every sign once, no white space at the ends, numbered from 1."""
    position = 0
    for number, paragraph in enumerate(paragraphs, 1):
        assert paragraph.number == number
        assert position <= paragraph.start < paragraph.end <= len(text)
        assert text[position : paragraph.start].strip() == ""
        assert text[paragraph.start : paragraph.end] == text[paragraph.start : paragraph.end].strip()
        position = paragraph.end
    assert text[position:].strip() == ""


@given(texts, st.sampled_from(RULES))
@example("a \n \t\n\u3000b", "auto")
@example("\n\n", "blank")
@example("I: a\n\x1c\nR: b\nI: c\nmore", "auto")
def test_spans_hold_every_sign_once(text: str, rule: str) -> None:
    assert_law(text, divide(text, rule).paragraphs)


@given(texts, st.sampled_from(RULES))
def test_the_rule_that_is_told_makes_the_same_paragraphs_again(text: str, rule: str) -> None:
    divided = divide(text, rule)
    again = divide(text, divided.rule)
    assert [(p.start, p.end) for p in again.paragraphs] == [(p.start, p.end) for p in divided.paragraphs]


@given(st.lists(st.from_regex(r"[a-z.]{1,9}( [a-z.]{1,9}){0,4}", fullmatch=True), min_size=1, max_size=30), st.data())
def test_blocks_written_with_blank_lines_are_read_as_they_were(blocks: list[str], data: st.DataObject) -> None:
    blank = st.lists(st.sampled_from(["\n", " \n", "\t\n", "\u3000\n"]), min_size=1, max_size=3).map("".join)
    text = blocks[0] + "".join("\n" + data.draw(blank) + block for block in blocks[1:])
    assert spans(text, "blank") == blocks
    assert spans(text.replace("\n", "\n\n"), "auto") == blocks
    assert spans("\n".join(blocks), "line") == blocks


# -- rules -----------------------------------------------------------------------------------------


def test_a_line_of_white_space_is_blank() -> None:
    assert spans("one\ntwo\n \t \nthree \n\n\n\nfour  ", "blank") == ["one\ntwo", "three", "four"]


def test_a_line_a_paragraph() -> None:
    assert spans(" one\n\n two \nthree\n", "line") == ["one", "two", "three"]


def test_auto_takes_a_text_without_blank_lines_by_lines() -> None:
    divided = divide("\nA title\nFirst line.\nSecond line.\n\n")
    assert len(divided.paragraphs) == 3
    assert divided.rule == "line"


def test_auto_leaves_short_blocks_between_blank_lines_whole() -> None:
    divided = divide("A rose is red.\nA violet is blue.\n\nThe next stanza.\nIt has two lines.")
    assert len(divided.paragraphs) == 2
    assert divided.rule == "blank"


def test_auto_takes_long_blocks_that_end_like_sentences_by_lines() -> None:
    block = "\n".join(f"Sentence number {n} ends here." for n in range(9))
    assert len(spans(f"Intro.\n\n{block}")) == 10
    eight = "\n".join(f"Sentence number {n} ends here." for n in range(8))
    assert len(spans(f"Intro.\n\n{eight}")) == 2
    no_stops = "\n".join(f"line {n} of a long list" for n in range(20))
    assert len(spans(f"Intro.\n\n{no_stops}")) == 2


@pytest.mark.parametrize("stop", ["।", "。", "؟", "۔", "!”", ".)", "?»", "…"])
def test_sentences_end_in_other_scripts_too(stop: str) -> None:
    block = "\n".join(f"word {n}{stop}" for n in range(9))
    assert len(spans(f"Intro.\n\n{block}")) == 10


def test_auto_mixed_says_auto() -> None:
    block = "\n".join(f"Sentence {n}." for n in range(9))
    assert divide(f"wrapped prose\nover two lines\n\n{block}").rule == "auto"


def test_one_paragraph_broken_at_a_width_stays_one() -> None:
    prose = (
        "The gate keeper counted the boats as they came in and wrote\n"
        "their names into a book that nobody but him had ever opened\n"
        "since the old harbour was built, and every evening he closed\n"
        "it with a strap and a small brass lock and hung the key over\n"
        "the stove, where it grew warm"
    )
    assert spans(prose) == [prose]
    assert len(spans(prose, "line")) == 5


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'words'.*auto, blank, line"):
        divide("text", "words")


# -- speakers --------------------------------------------------------------------------------------


def test_labelled_lines_are_turns() -> None:
    text = "I: What does it look like?\nR: Quiet.\nI: And then?\nR: Louder."
    assert [speaker for speaker, _ in spoken(text)] == ["I", "R", "I", "R"]
    assert divide(text).rule == "line"
    assert divide(text).paragraphs.speakers == ["I", "R"]


def test_labels_between_blank_lines() -> None:
    text = "I: What?\n\nR1: This.\n\nI: And?\n\nR1: That."
    assert [speaker for speaker, _ in spoken(text)] == ["I", "R1", "I", "R1"]
    assert divide(text).rule == "blank"


@pytest.mark.parametrize("rule", ["blank", "line"])
def test_speakers_are_found_whatever_the_rule(rule: str) -> None:
    assert [speaker for speaker, _ in spoken("A: one\n\nB: two\n\nA: three", rule)] == ["A", "B", "A"]


@pytest.mark.parametrize(
    ("line", "speaker"),
    [
        ("I: so", "I"),
        ("R1: so", "R1"),
        ("[Nurse] so", "Nurse"),
        ("[Nurse]: so", "Nurse"),
        ("00:01:12 I: so", "I"),
        ("[00:01:12] I: so", "I"),
        ("(00:01) I: so", "I"),
        ("00:01:12 [Nurse] so", "Nurse"),
        ("I [00:01:12]: so", "I"),
        ("I (00:01:12): so", "I"),
        ("I [00:01:12] so", "I"),
        ("I: [00:01:12] so", "I"),
        ("Speaker 1  00:12\nso", "Speaker 1"),
        ("Dr. Venn: so", "Dr. Venn"),
        ("Night sister Orla: so", "Night sister Orla"),
        ("R (laughing): so", "R"),
        ("**Maria:** so", "Maria"),
        ("**Maria**: so", "Maria"),
        ("साक्षी: so", "साक्षी"),
        ("医生：好", "医生"),
        ("الطبيب: نعم", "الطبيب"),
        ("I:so", "I"),
        ("  I: so", "I"),
    ],
)
def test_label_forms(line: str, speaker: str) -> None:
    text = f"{line}\n\nOther: words\n\n{line}"
    assert [speaker for speaker, _ in spoken(text)] == [speaker, "Other", speaker]


@pytest.mark.parametrize(
    "text",
    [
        "Note: one thing.\nNothing else here.",
        "Some prose.\n\nNote: one thing.\n\nMore prose.",
        "Note: one thing.\n\nNote: another thing.\n\nProse.",
        "https://one.example\nhttps://two.example\nhttps://three.example",
        "10:30 the bell\n11:30 the bell\n12:30 the bell",
        "At 10:30 the bell.\nAt 11:30 the bell.",
        "[door]: https://one.example\n[gate]: https://two.example",
        "[Laughter] yes\n[Laughter] no",
        "Photo: one\n\nPhoto: two\n\nPhoto: three",
        "Name: Ansel\nBorn: 1950\nTrade: baker\nHouse: red\nCat: none",
        "C:\\one\nC:\\two\nC:\\three",
    ],
)
def test_what_is_no_label(text: str) -> None:
    assert {speaker for speaker, _ in spoken(text)} == {""}


def test_two_labels_heard_once_are_labels() -> None:
    assert [speaker for speaker, _ in spoken("I: Are you well?\nR: I am.")] == ["I", "R"]


def test_rare_labels_in_prose_are_chance() -> None:
    prose = [f"This is paragraph {n} of an essay." for n in range(30)]
    prose[3::5] = ["Breakfast: eggs."] * 6
    assert {speaker for speaker, _ in spoken("\n\n".join(prose))} == {""}


def test_a_turn_over_several_lines_is_one_paragraph() -> None:
    text = "I: How was it, on the whole,\nand on that night?\nR: Long.\nI: And then?\nR: Short,\nvery short."
    assert spans(text) == [
        "I: How was it, on the whole,\nand on that night?",
        "R: Long.",
        "I: And then?",
        "R: Short,\nvery short.",
    ]
    assert divide(text).rule == "auto"


def test_a_label_on_a_line_of_its_own_goes_with_the_words_below() -> None:
    assert spoken("[Nurse]\nGood evening.\n[Guest]\nIs it?\n[Nurse]\nIt is.")[1] == ("Guest", "[Guest]\nIs it?")


def test_a_very_long_turn_is_taken_by_lines_and_keeps_its_speaker() -> None:
    long_turn = "\n".join(f"Then came part {n}." for n in range(12))
    found = spoken(f"I: Tell me.\nR: Well.\n{long_turn}\nI: Thank you.")
    assert [speaker for speaker, _ in found] == ["I", *["R"] * 13, "I"]


def test_the_header_before_the_talk_has_no_speaker() -> None:
    text = "Interview 7\nPerson: a baker\nI: Hello.\nR: Hello.\nI: So?\nR: So."
    assert [speaker for speaker, _ in spoken(text)] == ["", "", "I", "R", "I", "R"]


# -- long lines ------------------------------------------------------------------------------------


def test_a_line_of_the_longest_length_stays_whole() -> None:
    assert len(spans("x" * LONGEST_LINE)) == 1
    assert len(spans("x" * (LONGEST_LINE + 1))) == 2


def test_long_lines_are_cut_at_sentence_ends() -> None:
    sentence = "It was a very long night at the lock. "
    found = spans(sentence * 1500)
    assert len(found) == 3
    assert all(piece.endswith("lock.") and piece.startswith("It was") for piece in found)


def test_a_long_line_is_cut_at_its_last_sentence_end_or_space_however_far_back() -> None:
    assert spans("One. " + "x" * 30 + ". " + "y" * 15_000 + " " + "z" * 15_000) == [
        "One. " + "x" * 30 + ".",
        "y" * 15_000,
        "z" * 15_000,
    ]


def test_many_short_lines_are_not_cut() -> None:
    block = "\n".join(["ten signs "] * 5000)
    assert spans(block, "blank") == [block.strip()]


def test_only_the_line_that_is_too_long_is_cut() -> None:
    long_line = "A short sentence. " * 2000
    found = spans(f"first line\n{long_line}\nlast line", "blank")
    assert len(found) == 2
    assert found[0].startswith("first line\nA short")
    assert found[1].endswith("last line")


units = st.sampled_from(
    ["👨‍👩‍👧‍👦", "👋🏿", "e\u0301\u0323", "क्षि", "각", "雨。", "word ", "x", " \u0301", "Stop. ", "\u200d", "ｶﾞ", "\u00a0", "\t", "Ends.”\u3000"]
)  # fmt: skip


@settings(deadline=None, max_examples=40)  # each example is several pages of text
@given(st.lists(st.tuples(units, st.integers(1, 12_000)), min_size=1, max_size=6))
@example([("雨。\u0301", 8_000)])
@example([("x", 1), ("\u00a0", 50_001), ("x", 30_000)])
@example([("x", 1), ("\u0301", 45_000), ("x", 30_000)])
def test_long_lines_are_cut_between_graphemes(parts: list[tuple[str, int]]) -> None:
    text = "".join(unit * times for unit, times in parts)
    paragraphs = divide(text, "blank").paragraphs
    assert_law(text, paragraphs)
    boundaries = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}
    for paragraph in paragraphs[1:]:
        # A mark that stands on a space begins a paragraph without it: no paragraph begins with white space.
        assert paragraph.start in boundaries or text[paragraph.start - 1].isspace()
    for paragraph in paragraphs:
        graphemes = regex.findall(r"\X", text[paragraph.start : paragraph.end])
        assert paragraph.end - paragraph.start <= LONGEST_LINE or len(graphemes) == 1


def test_flags_are_not_cut_in_two() -> None:
    found = spans("x" + "🇳🇴" * 25_000)
    assert len(found) == 3
    assert found[0] == "x" + "🇳🇴" * 9_999
    assert found[1] == "🇳🇴" * 10_000


# -- the table -------------------------------------------------------------------------------------


def table() -> ParagraphTable:
    found = ParagraphTable()
    found.add(0, 3, "heading")
    found.add(5, 9, "body", "R")
    found.add(9, 12, "body", "I")
    found.add(13, 14, "furniture", "R")
    return found


def test_the_table_is_a_sequence_of_paragraphs() -> None:
    paragraphs = table()
    assert len(paragraphs) == 4
    assert paragraphs[0] == Paragraph(1, 0, 3, "heading")
    assert paragraphs[-1] == Paragraph(4, 13, 14, "furniture", "R")
    assert paragraphs[1:3] == [Paragraph(2, 5, 9, "body", "R"), Paragraph(3, 9, 12, "body", "I")]
    assert list(paragraphs) == [paragraphs[i] for i in range(4)]
    with pytest.raises(IndexError):
        paragraphs[4]


def test_the_arrays_are_as_they_are_stored() -> None:
    paragraphs = table()
    assert list(paragraphs.starts) == [0, 5, 9, 13]
    assert list(paragraphs.ends) == [3, 9, 12, 14]
    assert list(paragraphs.roles) == [1, 0, 0, 3]
    assert list(paragraphs.speaker_indexes) == [0, 1, 2, 1]
    assert paragraphs.speakers == ["R", "I"]


def test_the_table_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(table())) == table()
    assert table() != ParagraphTable()


def test_fixed_blocks_stay_whole() -> None:
    text = "one\ntwo\n\ncode\n\nmore code\nthree\nfour"
    start = text.index("code")
    fixed = [Block(start, text.index("\nthree"), "heading")]
    divided = divide(text, "line", fixed)
    assert_law(text, divided.paragraphs)
    assert [(p.role, re.sub(r"\s+", " ", text[p.start : p.end])) for p in divided.paragraphs] == [
        ("body", "one"), ("body", "two"), ("heading", "code more code"), ("body", "three"), ("body", "four"),
    ]  # fmt: skip
