"""What the characters of a folded text are to a query: letters, signs, scripts without spaces."""

from __future__ import annotations

import unicodedata

from reader.search.fold import inside_letter

NOTHING, LETTER, UNSPACED, SYMBOL = range(4)

_UNSPACED_SCRIPTS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19FF),  # Tai Le, New Tai Lue, Khmer symbols
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x2E80, 0x2FDF),  # radicals of Han
    (0x3005, 0x3007),
    (0x3021, 0x303C),
    (0x3040, 0x312F),  # kana, Bopomofo
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0xA4CF),  # Han, Yi
    (0xA9E0, 0xA9FF),  # more of Myanmar
    (0xAA60, 0xAADF),  # more of Myanmar, Tai Viet
    (0xF900, 0xFAFF),  # Han, compatibility
    (0x16FE0, 0x18DFF),  # Tangut, Khitan
    (0x1AFF0, 0x1B2FF),  # historic kana, Nushu
    (0x20000, 0x3FFFF),  # Han, supplements
)


class _Kinds(dict[str, int]):
    """What a character is to a query, worked out once."""

    def __missing__(self, char: str) -> int:
        kind = self[char] = self._kind_of(char)
        return kind

    @staticmethod
    def _kind_of(char: str) -> int:
        category = unicodedata.category(char)
        if category[0] == "S":  # of ASCII only $ means something alone, the others are markup and operators
            return SYMBOL if char == "$" or not char.isascii() else NOTHING
        if category[0] not in "LNM":
            return NOTHING
        number = ord(char)
        return UNSPACED if any(first <= number <= last for first, last in _UNSPACED_SCRIPTS) else LETTER


KIND = _Kinds()


class _Spaced(dict[int, str]):
    """A table for `str.translate`: tokens of one character get spaces around them, what is nothing becomes a space."""

    def __missing__(self, number: int) -> str:
        char = chr(number)
        kind = KIND[char]
        if kind == LETTER:
            made = char
        elif kind == NOTHING:
            made = " "
        else:
            made = f" {char} "
        self[number] = made
        return made


_SPACED = _Spaced()
_FEW = 6
"""Up to so many different signs are replaced one by one, which is faster than to look at every character."""


def words_of(folded: str) -> list[str]:
    """The words of a folded text. A run in a script without spaces is one, so is each symbol."""
    found: list[str] = []
    last = NOTHING
    for char in folded:
        kind = KIND[char]
        if kind != NOTHING:
            if kind == last and kind != SYMBOL:
                found[-1] += char
            else:
                found.append(char)
        last = kind
    return found


def spaced(folded: str) -> str:
    """A folded text for a tokenizer that takes ASCII letters, digits, `$` and all beyond ASCII for parts of words.

    Each character of a script without spaces and each symbol stands alone, so that a word of such a
    script is the phrase of its characters.
    """
    if folded.isascii():
        return folded.replace("$", " $ ") if "$" in folded else folded
    odd = [char for char in set(folded) if KIND[char] != LETTER and (char == "$" or not char.isascii())]
    if len(odd) > _FEW:
        return folded.translate(_SPACED)
    for char in odd:
        folded = folded.replace(char, _SPACED[ord(char)])
    return folded


SOUND_MARKS = "\u3099\u309a"
"""What folding splits from a kana: が is か and a mark, and still one character to a reader."""


def token_starts(folded: str) -> list[int]:
    """Where what counts as a word begins: positions in the folded text, ascending. A kana and its sound mark are one."""
    found: list[int] = []
    last = NOTHING
    for index, char in enumerate(folded):
        if char in SOUND_MARKS:
            continue
        kind = KIND[char]
        if kind not in (NOTHING, last) or kind in (UNSPACED, SYMBOL):
            found.append(index)
        last = kind
    return found


def is_edge(folded: str, position: int) -> bool:
    """Whether a word may begin or end at a position: not between two letters of a script with spaces."""
    if not 0 < position < len(folded):
        return True
    if KIND[folded[position - 1]] == LETTER == KIND[folded[position]]:
        return False
    return not inside_letter(folded, position)
