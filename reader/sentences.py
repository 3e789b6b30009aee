"""Where sentences begin and end in a paragraph.

The cutting is done by `sentencex`, which knows abbreviations and quotes of many languages; where it is not
installed, simpler rules stand in. In both cases what is surely no end is joined again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from reader.clusters import is_edge

STOPS = frozenset(".!?…。！？．｡؟۔।॥։።‼⁇⁈⁉")
"""Signs that can end a sentence."""
AT_ONCE = frozenset("。！？．｡")
"""Those behind which no space is needed."""
CLOSERS = frozenset("\"'”’»›)]}」』）】〉》›‹«“")
"""What may stand between the stop and the space."""
_CLOSED = "".join(CLOSERS - set("«“‹"))
_TITLE_WORDS = (
    "dr mr mrs ms prof st jr sr vs etc fig no vol pp approx dept gen col capt rev hon gov sen rep inc ltd co corp al cf"
    " eg ie bzw ca usw vgl nr mio mrd str abb bd hr fr m mm mme mlle sra srta dra ud uds art av ing arch avv sig dott"
    " т.д т.п т.е ул г гг стр рис см напр тыс млн млрд руб им"
)
_TITLES = frozenset(_TITLE_WORDS.split())
"""Abbreviations, in small letters and without the last stop, for the simpler rules."""
_SCRIPTS = {
    "CJK": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "ARABIC": "ar",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "TELUGU": "te",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "ETHIOPIC": "am",
    "BURMESE": "my",
    "THAI": "th",
}
_COMMON = {
    "en": "the of and to in is was that he she they it with for on not this",
    "de": "der die das und ist nicht ein eine mit von den dem zu sie ich wir auf war",
    "fr": "le la les et est des une un dans que qui pas pour sur il elle je nous vous",
    "es": "el los las y es una un que en del con por para no se su está",
    "it": "il gli e è una un che di non per con della sono del nel si ha",
    "pt": "o os as e é uma um que não em do da com para por se na no",
    "nl": "het een en van de is niet dat op te zijn met voor er ik we",
    "pl": "w nie na się z jest do że to jak po był",
    "sv": "och det att en som är på inte av för med den har",
}
"""Words that show a language written in Latin letters."""
_SAMPLE = 2000
"""Characters that are looked at to guess a language."""


def sentences(text: str, language: str = "") -> list[tuple[int, int]]:
    """The sentences of a paragraph as (start, end) in code points, in order, without the spaces around them.

    Every character that is no white space stands in exactly one; no grapheme cluster is cut. `language`
    is a code like `en`; without it, it is guessed from script and common words.
    """
    found: list[tuple[int, int]] = []
    for start, end in _trimmed(text, _cuts(text, language or language_of(text))):
        if found and _belongs(text, found[-1], start):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def knows_languages() -> bool:
    """Whether `sentencex` is installed; `pip install sentencex` brings it."""
    try:
        import sentencex  # noqa: F401  only whether it is there
    except ImportError:
        return False
    return True


def language_of(text: str) -> str:
    """A guess at the language, as a code of two letters; `en` where nothing speaks for another."""
    counted: dict[str, int] = {}
    sample = text[:_SAMPLE]
    for sign in sample:
        if not sign.isascii() and sign.isalpha():
            script = _SCRIPTS.get(unicodedata.name(sign, "").split(" ")[0], "")
            if script:
                counted[script] = counted.get(script, 0) + 1
    if counted.get("ja") and counted.get("zh"):
        return "ja"
    if counted:
        script, number = max(counted.items(), key=lambda item: item[1])
        if number * 2 >= sum(1 for sign in sample if sign.isalpha()):
            return "fa" if script == "ar" and any(sign in "پچژگ" for sign in sample) else script
    words = [word.strip(".,;:!?\"'()«»„“”").casefold() for word in sample.split()]
    scores = {code: sum(1 for word in words if word in common) for code, common in _common().items()}
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] > max(1, scores["en"]) else "en"


def _common() -> dict[str, frozenset[str]]:
    return {code: frozenset(words.split()) for code, words in _COMMON.items()}


def _cuts(text: str, language: str) -> Iterator[int]:
    """The ends of sentences in the text, in order, as the segmenter gives them; the last may be missing."""
    try:
        from sentencex import segment
    except ImportError:
        yield from _simple_cuts(text)
        return
    position = 0
    for piece in segment(language, text):
        bare = piece.strip()
        at = text.find(bare, position)
        if bare and at >= 0:
            position = at + len(bare)
            yield position


def _simple_cuts(text: str) -> Iterator[int]:
    """Ends by simple rules: a stop, what closes a quote, then a space; not behind an abbreviation."""
    index, last = 0, len(text)
    while index < last:
        if text[index] not in STOPS:
            index += 1
            continue
        first = index
        while index < last and text[index] in STOPS:
            index += 1
        at_once = text[index - 1] in AT_ONCE
        while index < last and text[index] in CLOSERS:
            index += 1
        if index == last or at_once or (text[index].isspace() and not _is_abbreviation(text, first)):
            yield index


def _is_abbreviation(text: str, stop: int) -> bool:
    """Whether the word that ends in this stop is a title, an initial or a number."""
    if text[stop] != ".":
        return False
    first = stop
    while first > 0 and not text[first - 1].isspace():
        first -= 1
    word = text[first:stop].lstrip("\"'“„«(‘[").casefold()
    initial = len(word) == 1 and word.isalpha() and word != "i"
    dotted = "." in word and all(len(part) <= 2 for part in word.split("."))
    return word in _TITLES or initial or dotted


def _trimmed(text: str, cuts: Iterator[int]) -> Iterator[tuple[int, int]]:
    """The stretches between cuts without the spaces around them; cuts within a cluster are passed over."""
    start = 0
    for cut in (*cuts, len(text)):
        if cut <= start or not is_edge(text, cut):
            continue
        piece = text[start:cut]
        bare = piece.strip()
        if bare:
            first = start + len(piece) - len(piece.lstrip())
            yield first, first + len(bare)
        start = cut


def _belongs(text: str, before: tuple[int, int], start: int) -> bool:
    """Whether what begins here continues the sentence before it, whatever the segmenter says."""
    head, opening = text[before[0] : before[1]], text[start]
    tail = head.rstrip(_CLOSED)
    word = tail.rstrip(".").rsplit(maxsplit=1)[-1:]
    short = tail.endswith(".") and len(word) == 1 and len(word[0].lstrip("«“„(")) <= 2
    if opening.islower():
        return short or tail.endswith(("…", "...")) or (tail != head and tail[-1:] in STOPS)
    if opening in _CLOSED:
        return text[start + 1 : start + 2].isspace()
    if short and tail == head:  # the segmenter takes Monsieur and Arabic initials for an end
        return word[0] in {"M", "MM"} or (len(word[0]) == 1 and "ARABIC" in unicodedata.name(word[0], ""))
    # 「知らない。」と彼は言った: a closed quote is part of the sentence that tells who said it
    return head[-1:] in set("」』") and opening in set("とっ")
