"""Sentences: right on abbreviations and quotes of several languages; every character in exactly one; no cluster cut."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.clusters import is_edge, whole
from reader.sentences import language_of, sentences

TEXTS = {
    "en": [
        "Dr. Smith met Mr. Jones at 3 p.m. on Jan. 5.",
        'He said: "It is fine. Really."',
        "See Fig. 3, e.g. the U.S. case.",
        "J. K. Rowling wrote it!",
        "“Why?” she asked.",
        "It cost 3.5 million… or more.",
    ],
    "interview": ["R: The first hour is quiet.", "Then three bells ring at once and you decide who waits."],
    "small letters": ["hello there.", "how are you?", "fine."],
    "de": ["Der Versuch kostete ca. 3 Mio. Euro.", "Am 3. Oktober fiel z. B. der Strom aus.", "„Das geht nicht.“"],
    "fr": ["M. Dupont est là.", "« C'est vrai. » dit-il.", "Et les autres ?"],
    "ru": ["Г. Иванов пришёл в 5 ч. утра.", "Он сказал: «Да».", "И ушёл, т. е. исчез."],
    "ar": ["ذهب الولد إلى المدرسة.", "هل رأيته؟", "نعم، رأيته!", "قال د. أحمد: «لا أعرف.»", "ثم خرج."],
    "hi": ["यह एक वाक्य है।", "यह दूसरा है।"],
}
JOINED = {
    "zh": ["他说：“我不知道。”", "然后走了。", "你知道吗？", "是的！", "真的……好吧。"],
    "ja": ["「知らない。」と彼は言った。", "そして去った。"],
}


@pytest.mark.parametrize(
    ("parts", "between"),
    [*((parts, " ") for parts in TEXTS.values()), *((parts, "") for parts in JOINED.values())],
    ids=[*TEXTS, *JOINED],
)
def test_sentences_of_many_languages(parts: list[str], between: str) -> None:
    text = between.join(parts)
    assert [text[start:end] for start, end in sentences(text)] == parts


@pytest.mark.parametrize("code", ["en", "de", "fr", "ru", "ar", "hi", "zh", "ja"])
def test_the_language_is_guessed_from_script_and_common_words(code: str) -> None:
    assert language_of(" ".join({**TEXTS, **JOINED}[code])) == code


def test_without_the_segmenter_simpler_rules_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentencex", None)
    for name in ("interview", "small letters", "fr", "ru", "ar", "hi"):
        text = " ".join(TEXTS[name])
        assert [text[start:end] for start, end in sentences(text)] == TEXTS[name], name
    text = "".join(JOINED["ja"])
    assert [text[start:end] for start, end in sentences(text)] == JOINED["ja"]


SIGNS = st.sampled_from([*"aZé .!?…。？\"”»« \n\t\u0301\u200d👩🚀🇩🇪نع؟।한\r'", "Dr.", "e.g. "])


@pytest.mark.parametrize("installed", [True, False])
@given(st.lists(SIGNS, max_size=60).map("".join))
@settings(deadline=None, max_examples=150)
def test_every_character_stands_in_exactly_one_sentence(installed: bool, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if not installed:
            patch.setitem(sys.modules, "sentencex", None)
        found = sentences(text)
    covered = [position for start, end in found for position in range(start, end)]
    assert len(covered) == len(set(covered))
    assert covered == sorted(covered)
    assert {p for p, sign in enumerate(text) if not sign.isspace()} <= set(covered)
    for start, end in found:
        assert text[start:end] == text[start:end].strip()
        assert start < end
        assert is_edge(text, end)
        assert is_edge(text, start) or text[start - 1].isspace()


@pytest.mark.parametrize(
    ("text", "start", "end", "drawn"),
    [
        ("cafe\u0301 au", 0, 4, (0, 5)),
        ("cafe\u0301 au", 4, 8, (3, 8)),
        ("a👩\u200d🚀b", 2, 3, (1, 4)),
        ("🇩🇪🇫🇷", 1, 2, (0, 2)),
        ("a\r\nb", 2, 3, (1, 3)),
        ("abc", 1, 2, (1, 2)),
    ],
)
def test_a_span_is_drawn_out_to_whole_clusters(text: str, start: int, end: int, drawn: tuple[int, int]) -> None:
    assert whole(text, start, end) == drawn
    first, last = whole(text, start, end)
    assert is_edge(text, first)
    assert is_edge(text, last)
