"""What a query names that is not in the library: such a part of it can find nothing, and a mistyped name is not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from reader.model import Corpus
from reader.search.bind import Bound, called
from reader.search.fold import fold
from reader.search.query import nearest
from reader.search.tree import Field

_LONGEST = 60
"""Characters of a name that are said again."""
_MOST = 5_000
"""Names among which the nearest is looked for: it takes a millisecond for every few hundred."""

Known = Mapping[str, Callable[[], Iterable[str]]]

_SENTENCES = {
    "speaker": "Nobody called {} speaks in the library",
    "coder": "No annotation is by a coder {}",
}


def unknown(bound: Bound, corpus: Corpus, known: Known) -> list[str]:
    """A sentence on each speaker, coder, article and detail that a query names and the library has not, in their order.

    `known` gives all the names that a field may have, for `speaker` and `coder`; it is asked only for a field
    that the query has, and nothing is said of one that it has not. Tags, saved searches and fields that
    are not there are errors of the query.
    """
    return list(dict.fromkeys(filter(None, (_unknown(field, bound, corpus, known) for field in bound.tests))))


def _unknown(field: Field, bound: Bound, corpus: Corpus, known: Known) -> str:
    if field.name in known:
        return _missing(field.value, known[field.name], _SENTENCES[field.name])
    if field.name == "article" and not bound.article_ids(field):
        return _no_article(field.value, corpus)
    if field.name == "meta" and not bound.article_ids(field):
        return _no_detail(field.value, corpus)
    return ""


def _missing(value: str, names: Callable[[], Iterable[str]], sentence: str) -> str:
    if any(called(name, value) for name in names()):
        return ""
    return _said(sentence, value, names())


def _no_article(value: str, corpus: Corpus) -> str:
    return _said(
        "No article is called or numbered {}" if value.isdecimal() else "No article is called {}",
        value,
        (article.title for article in corpus.articles.values()),
    )


def _no_detail(value: str, corpus: Corpus) -> str:
    key, sign, wanted = (part.strip() for part in value.partition("="))
    found = [item for article in corpus.articles.values() for item in article.meta.items()]
    if not sign or not any(fold(name) == fold(key) for name, _ in found):
        return _said("No article has a detail {}", key, (name for name, _ in found))
    return _said(
        f"No article has the detail {key} = {{}}", wanted, (text for name, text in found if fold(name) == fold(key))
    )


def _said(sentence: str, value: str, names: Iterable[str]) -> str:
    near = _nearest(value.removesuffix("*"), dict.fromkeys(names))
    hint = f"; the nearest is “{near}”" if near else ""
    shown = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    return f"{sentence.format(f'“{shown}”')}{hint}."


def _nearest(value: str, names: Iterable[str]) -> str:
    """The name most like a value, as it is written; empty where none is or there are very many."""
    folded: dict[str, str] = {}
    for name in _single_lines(names):
        if len(folded) == _MOST:
            return ""
        folded.setdefault(fold(name), name)
    return folded.get(nearest(fold(value), folded), "")


def _single_lines(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if 0 < len(name) <= _LONGEST and "\n" not in name)
