"""The query language: what a user types, as a tree, and where its parts stand in a text.

    bombard*          a word that begins so          aid convoy     both words in one paragraph
    "aid convoy"      these words side by side       北京           scripts without spaces: anywhere

Case, accents and the like never matter (see `fold`). A word of the query is a whole word of the text:
letters, digits and their marks; an apostrophe or hyphen parts words, so that `twenty-year` is a phrase.
`str()` of a tree, parsed again, is the same tree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from reader.errors import UsageError
from reader.search.fold import fold, inside_letter


class QueryError(UsageError):
    """A query that cannot be understood; `position` is the 0-based index of the character that is wrong."""

    def __init__(self, reason: str, query: str, position: int) -> None:
        super().__init__(f"{reason} (character {position + 1} of {_excerpt(query, position)}).")
        self.position = position


class Word(msgspec.Struct, frozen=True, tag=True):
    """A word, folded; with `prefix` any word that begins with it."""

    text: str
    prefix: bool = False

    def __str__(self) -> str:
        return f"{self.text}*" if self.prefix else self.text


class Phrase(msgspec.Struct, frozen=True, tag=True):
    """Two or more words, folded, with nothing but spaces and punctuation between; `prefix` is about the last one."""

    words: tuple[str, ...]
    prefix: bool = False

    def __str__(self) -> str:
        return f'"{" ".join(self.words)}"' + ("*" if self.prefix else "")


class And(msgspec.Struct, frozen=True, tag=True):
    """All of these hold in one paragraph; two parts at least."""

    parts: tuple[Word | Phrase, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.parts))


Leaf = Word | Phrase
"""What stands somewhere in a text."""
Query = Word | Phrase | And


def parse(query: str) -> Query:
    """The tree of a query. QueryError where it cannot be understood or holds nothing to look for."""
    parts = list(_parts(query))
    if not parts:
        reason = "Type a word to look for" if not query.strip() else "There is no letter or digit to look for in this"
        raise QueryError(reason, query, 0)
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def leaves(query: Query) -> tuple[Leaf, ...]:
    """The words and phrases of a query whose places in a text are its hits, in the order written."""
    return query.parts if isinstance(query, And) else (query,)


def required(query: Query) -> tuple[str, ...]:
    """Folded strings that a paragraph (with its notes and tag names) holds if the query holds in it."""
    found: dict[str, None] = {}
    for leaf in leaves(query):
        found.update(dict.fromkeys([leaf.text] if isinstance(leaf, Word) else leaf.words))
    return tuple(found)


def holds(query: Query, fields: Sequence[str]) -> bool:
    """Whether a query holds in a unit with these folded fields; a phrase has to stand in one of them."""
    if isinstance(query, And):
        return all(holds(part, fields) for part in query.parts)
    return any(True for field in fields for _ in places(query, field))


def places(leaf: Leaf, folded: str) -> Iterator[tuple[int, int]]:
    """The spans of a folded text where a word or phrase stands, in order; a prefix's span is the whole word."""
    words = (leaf.text,) if isinstance(leaf, Word) else leaf.words
    at = folded.find(words[0])
    while at >= 0:
        end = _end_of(words, folded, at, prefix=leaf.prefix)
        if end > 0:
            yield at, end
        at = folded.find(words[0], max(at + 1, end))


def words_of(folded: str) -> list[str]:
    """The words of a folded text. A run in a script without spaces is one, so is each symbol."""
    found: list[str] = []
    last = _NOTHING
    for char in folded:
        kind = _KIND[char]
        if kind != _NOTHING:
            if kind == last and kind != _SYMBOL:
                found[-1] += char
            else:
                found.append(char)
        last = kind
    return found


_NOTHING, _LETTER, _UNSPACED, _SYMBOL = range(4)

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
            return _SYMBOL if char == "$" or not char.isascii() else _NOTHING
        if category[0] not in "LNM":
            return _NOTHING
        number = ord(char)
        return _UNSPACED if any(first <= number <= last for first, last in _UNSPACED_SCRIPTS) else _LETTER


_KIND = _Kinds()


def _is_edge(folded: str, position: int) -> bool:
    """Whether a word may begin or end at a position: not between two letters of a script with spaces."""
    if not 0 < position < len(folded):
        return True
    if _KIND[folded[position - 1]] == _LETTER == _KIND[folded[position]]:
        return False
    return not inside_letter(folded, position)


def _end_of(words: Sequence[str], folded: str, start: int, *, prefix: bool) -> int:
    """Where the words end that begin at `start`, one after the other; 0 if they do not stand there."""
    position = start
    last = len(words) - 1
    for index, word in enumerate(words):
        if index:
            while position < len(folded) and _KIND[folded[position]] == _NOTHING:
                position += 1
        if not folded.startswith(word, position) or not _is_edge(folded, position):
            return 0
        position += len(word)
        if index == last and prefix:
            while not _is_edge(folded, position):
                position += 1
        elif not _is_edge(folded, position):
            return 0
    return position


# Reading what was typed

_QUOTES = '"“”„‟'
_OPERATORS = {"OR", "AND", "NOT"}
_FIELDS = {"tag", "note", "coder", "article", "speaker", "meta", "has", "is", "unit", "created", "saved"}
_TERM = re.compile(rf"[^\s{_QUOTES}]+")
_FIELD = re.compile(r"-?([A-Za-z]+):(?!//)")
_CALL = re.compile(r"near\(")
_PATTERN = re.compile(r"/[^/]+/$")


class _Term(NamedTuple):
    """A piece of the query as typed and where it begins."""

    text: str
    start: int


def _parts(query: str) -> Iterator[Leaf]:
    position = 0
    while position < len(query):
        char = query[position]
        if char in _QUOTES:
            leaf, position = _quoted(query, position)
        elif (match := _TERM.match(query, position)) is not None:
            leaf, position = _bare_term(query, _Term(match[0], position)), match.end()
        else:
            leaf, position = None, position + 1
        if leaf is not None:
            yield leaf


def _quoted(query: str, start: int) -> tuple[Leaf | None, int]:
    end = start + 1
    while end < len(query) and query[end] not in _QUOTES:
        end += 1
    if end == len(query):
        raise QueryError("The quotation mark is not closed", query, start)
    leaf = _leaf(words_of(fold(query[start + 1 : end])))
    end += 1
    if leaf is not None and query.startswith("*", end):
        return msgspec.structs.replace(leaf, prefix=True), end + 1
    return leaf, end


def _bare_term(query: str, term: _Term) -> Leaf | None:
    _refuse_what_is_no_word(query, term)
    stem = term.text.rstrip("*")
    if "*" in stem or (not stem and term.text):
        raise QueryError("A * stands at the end of a word: bombard*", query, term.start + term.text.index("*"))
    return _leaf(words_of(fold(stem)), prefix=stem != term.text)


def _refuse_what_is_no_word(query: str, term: _Term) -> None:
    """Signs of a richer language are refused rather than searched for as words: that would find something else."""
    found = ""
    if term.text in _OPERATORS:
        found = f"{term.text} between words is not understood, all words have to be in the paragraph"
    elif len(term.text) > 1 and term.text[0] == "-" and _KIND[fold(term.text[1])[:1] or " "] != _NOTHING:
        found = "A - before a word is not understood"
    elif (match := _FIELD.match(term.text)) is not None and match[1].lower() in _FIELDS:
        found = f"{match[0]} is not understood"
    elif _CALL.match(term.text):
        found = "near( is not understood"
    elif _PATTERN.match(term.text):
        found = "A pattern between slashes is not understood"
    if found:
        raise QueryError(f"{found}; put quotation marks around it to look for it as words", query, term.start)


def _leaf(words: Iterable[str], *, prefix: bool = False) -> Leaf | None:
    found = tuple(words)
    if not found:
        return None
    return Word(found[0], prefix) if len(found) == 1 else Phrase(found, prefix)


def _excerpt(query: str, position: int) -> str:
    """The query in quotation marks, around the position where it is long."""
    start, end = max(0, position - 30), position + 30
    return f"“{'…' if start else ''}{query[start:end]}{'…' if end < len(query) else ''}”"
