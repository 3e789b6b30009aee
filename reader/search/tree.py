"""A query as a tree. `str()` of a tree, parsed again, is the same tree."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec


class Word(msgspec.Struct, frozen=True, tag=True):
    """A word, folded; with `prefix` any word that begins with it."""

    text: str
    prefix: bool = False

    def __str__(self) -> str:
        return f"{self.text}*" if self.prefix else self.text

    @property
    def words(self) -> tuple[str, ...]:
        """The word alone."""
        return (self.text,)


class Phrase(msgspec.Struct, frozen=True, tag=True):
    """Two or more words, folded, with nothing but spaces and punctuation between; `prefix` is about the last one."""

    words: tuple[str, ...]
    prefix: bool = False

    def __str__(self) -> str:
        return f'"{" ".join(self.words)}"' + ("*" if self.prefix else "")


class Inside(msgspec.Struct, frozen=True, tag=True):
    """Letters inside words, folded; with several parts these side by side, the first ending and the last beginning a word."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"*{self.words[0]}*" if len(self.words) == 1 else f'*"{" ".join(self.words)}"*'


class Near(msgspec.Struct, frozen=True, tag=True):
    """Words or phrases in any order with at most `distance` other words from the first to the last of them."""

    parts: tuple[Word | Phrase, ...]
    distance: int

    def __str__(self) -> str:
        return f"near({' '.join(map(str, self.parts))}, {self.distance})"


class Regex(msgspec.Struct, frozen=True, tag=True):
    """A regular expression over the text as written; as typed between the slashes."""

    pattern: str

    def __str__(self) -> str:
        return f"/{self.pattern}/"


class Note(msgspec.Struct, frozen=True, tag=True):
    """Words that stand in a note."""

    part: Word | Phrase | Inside

    def __str__(self) -> str:
        return f"note:{self.part}"


class Field(msgspec.Struct, frozen=True, tag=True):
    """A field other than `note` and its value, white space made single and quotation marks left out."""

    name: str
    value: str

    def __str__(self) -> str:
        plain = all(not c.isspace() and c not in "()" for c in self.value)
        return f"{self.name}:{self.value}" if plain else f'{self.name}:"{self.value}"'


class Not(msgspec.Struct, frozen=True, tag=True):
    """What must not hold in the paragraph."""

    part: Word | Phrase | Inside | Near | Regex | Note | Field | And | Or

    def __str__(self) -> str:
        return f"-({self.part})" if isinstance(self.part, And | Or) else f"-{self.part}"


class And(msgspec.Struct, frozen=True, tag=True):
    """All of these hold in one paragraph; two parts at least, none of them an And."""

    parts: tuple[Word | Phrase | Inside | Near | Regex | Note | Field | Not | Or, ...]

    def __str__(self) -> str:
        return " ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


class Or(msgspec.Struct, frozen=True, tag=True):
    """One of these holds; two parts at least, none of them an Or."""

    parts: tuple[Word | Phrase | Inside | Near | Regex | Note | Field | Not | And, ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.parts))


Words = Word | Phrase | Inside | Near
"""What stands somewhere in a folded text."""
Leaf = Word | Phrase | Inside | Near | Regex | Note
"""What has places that are shown as hits."""
Query = Word | Phrase | Inside | Near | Regex | Note | Field | Not | And | Or


def all_of(parts: list[Query]) -> Query:
    """The parts as one And, flat; a single one as it is."""
    return _joined(And, parts)


def any_of(parts: list[Query]) -> Query:
    """The parts as one Or, flat; a single one as it is."""
    return _joined(Or, parts)


def negated(part: Query) -> Query:
    """What holds where the part does not."""
    return part.part if isinstance(part, Not) else Not(part)


def _joined(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    flat: list[Query] = []
    for part in parts:
        if isinstance(part, kind):
            flat.extend(part.parts)
        else:
            flat.append(part)
    return flat[0] if len(flat) == 1 else kind(tuple(flat))  # type: ignore[arg-type]  # flat: none is of the kind itself


def leaves(query: Query) -> tuple[Leaf, ...]:
    """What is shown as hits: the words, phrases and patterns that are not under a Not, in the order written, each once."""
    return tuple(dict.fromkeys(_leaves(query)))


def _leaves(query: Query) -> Iterator[Leaf]:
    if isinstance(query, And | Or):
        for part in query.parts:
            yield from _leaves(part)
    elif not isinstance(query, Not | Field):
        yield query


def fields(query: Query) -> Iterator[Field]:
    """All fields in a query, also those under a Not."""
    if isinstance(query, And | Or):
        for part in query.parts:
            yield from fields(part)
    elif isinstance(query, Not):
        yield from fields(query.part)
    elif isinstance(query, Field):
        yield query
