"""What may be typed next in a query: fields, tags, coders and the values that fields know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reader.codebook import Codebook
from reader.model import Corpus, SavedSearch
from reader.search.fold import fold
from reader.search.query import FIELDS, QUOTES, VALUES

_MOST = 20
_TERM = re.compile(r"-?(?:([A-Za-z]+):)?(.*)", re.DOTALL)
_QUOTE = re.compile(f"[{QUOTES}]")
_LAST_TERM = re.compile(rf"(?:[^\s{QUOTES}()]|[{QUOTES}][^{QUOTES}]*(?:[{QUOTES}]|$))*$")


class Completion(NamedTuple):
    """What the query becomes between two positions, and a few words on it."""

    start: int
    end: int
    text: str
    help: str = ""


class Known(NamedTuple):
    """The names that can be completed."""

    tags: tuple[str, ...] = ()
    coders: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        corpus: Corpus,
        saved: Iterable[SavedSearch] = (),
        speakers: Iterable[str] = (),
        coders: Iterable[str] = (),
    ) -> Known:
        """The names of a library, who speaks and who annotates there; `details` are those of its articles: `site`, `site=north`."""
        codebook = Codebook(corpus.tags)
        return cls(
            tuple(codebook.shown(tag.id, "/") for tag in codebook.live()),
            tuple(coders),
            tuple(sorted(search.name for search in saved)),
            tuple(speakers),
            _details(corpus),
        )


def _details(corpus: Corpus) -> tuple[str, ...]:
    """What details there are, then each with its values."""
    found = {item for article in corpus.articles.values() for item in article.meta.items()}
    return (*sorted({key for key, _ in found}), *sorted(f"{key}={value}" for key, value in found))


def completions(query: str, cursor: int, known: Known) -> list[Completion]:
    """What may stand in place of the term that ends at the cursor, the best first; none inside a phrase or pattern."""
    found = _LAST_TERM.search(query, 0, cursor)
    term = query[found.start() : cursor] if found else ""
    match = _TERM.fullmatch(term)
    if match is None or not term:
        return []
    name, typed = match[1], match[2]
    start = cursor - len(typed)
    if name is None:
        if not typed or _QUOTE.search(typed):
            return []
        return [Completion(start, cursor, f"{f}:", FIELDS[f]) for f in FIELDS if f.startswith(typed.lower())]
    values = _fitting(_values(name.lower(), known), _QUOTE.sub("", typed))
    return [Completion(start, cursor, _quoted(value)) for value in values][:_MOST]


def _values(name: str, known: Known) -> Iterator[str]:
    if name in VALUES:
        yield from VALUES[name]
    elif name == "tag":
        yield "none"
        yield from known.tags
        yield from sorted({f"{path.rpartition('/')[0]}/*" for path in known.tags if "/" in path})
    else:
        of_field = {"coder": known.coders, "saved": known.saved, "speaker": known.speakers, "meta": known.details}
        yield from of_field.get(name, ())


def _fitting(names: Iterable[str], typed: str) -> list[str]:
    """Names that begin so, then those a part of which does."""
    wanted = fold(typed)
    folded = [(name, fold(name)) for name in names]
    first = [name for name, plain in folded if plain.startswith(wanted)]
    part = re.compile(rf"[/ =]{re.escape(wanted)}")
    later = [name for name, plain in folded if not plain.startswith(wanted) and part.search(plain)]
    return [name for name in first + later if name != typed]


def _quoted(value: str) -> str:
    plain = "".join(char for char in value if char not in QUOTES)
    return f'"{plain}"' if re.search(r"[\s()]", plain) else plain
