"""Queries as expressions of SQLite's full-text search: never narrower than what a leaf means."""

from __future__ import annotations

from reader.search.tree import And, Inside, Near, Not, Or, Phrase, Query, Word, Words
from reader.search.words import KIND, LETTER, spaced

_MOST_TOKENS = 16
"""Longer phrases are looked up by their first tokens."""
_LONGEST_TOKEN = 1_000
_FIRST_JOINED = "\u1100"
"""From here on characters may be parts of a letter (Hangul, kana with a voicing mark), which the index does not know."""


def expression(leaf: Words) -> str:
    """What finds all paragraphs in which a leaf stands, and perhaps others; empty if the index cannot tell."""
    if isinstance(leaf, Inside):
        return ""
    if isinstance(leaf, Near):
        tokens = sum(len(_tokens(part)) for part in leaf.parts)
        parts = " ".join(_phrase(part) for part in leaf.parts)
        return f"NEAR({parts}, {leaf.distance + tokens})"
    return _phrase(leaf)


def is_exact(query: Query) -> bool:
    """Whether the expression of words finds no paragraph in which they do not stand."""
    if isinstance(query, And | Or):
        return all(map(is_exact, query.parts))
    if not isinstance(query, Word | Phrase) or len(_tokens(query)) > _MOST_TOKENS:
        return False
    return all(
        len(word) < _LONGEST_TOKEN and all(char < _FIRST_JOINED and KIND[char] == LETTER for char in word)
        for word in query.words
    )


def _tokens(leaf: Word | Phrase) -> list[str]:
    if isinstance(leaf, Word) and leaf.text.isascii() and leaf.text.isalnum():
        return [leaf.text]  # most words, without the work
    return " ".join(spaced(word) for word in leaf.words).split()


def _phrase(leaf: Word | Phrase) -> str:
    tokens = _tokens(leaf)
    # A script without spaces has no beginnings of words: any run of characters is found anyway.
    goes_on = leaf.prefix and KIND[leaf.words[-1][-1]] == LETTER and len(tokens) <= _MOST_TOKENS
    shown = " ".join(token[:_LONGEST_TOKEN] for token in tokens[:_MOST_TOKENS])
    return f'"{shown}"*' if goes_on or len(shown) > _LONGEST_TOKEN else f'"{shown}"'


def said(query: Query, whole: And | None) -> str:
    """The expression of words alone; with the And they are from, without what that forbids as far as the index is sure."""
    if isinstance(query, And):
        found = " AND ".join(_bracketed(part) for part in query.parts)
    elif isinstance(query, Or):
        found = " OR ".join(_bracketed(part) for part in query.parts)
    elif isinstance(query, Word | Phrase | Near):
        found = expression(query)
    else:
        raise TypeError(query)
    forbidden = [
        expression(part.part)
        for part in (whole.parts if whole is not None else ())
        if isinstance(part, Not) and isinstance(part.part, Word | Phrase) and is_exact(part.part)
    ]
    return " NOT ".join([f"({found})", *forbidden]) if forbidden else found


def _bracketed(query: Query) -> str:
    found = said(query, None)
    return f"({found})" if isinstance(query, And | Or) else found
