"""Which article a user means by what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reader.errors import UnknownArticle
from reader.model import Article


def find_article(articles: Mapping[str, Article], ref: str) -> Article:
    """The article of a number, an id or a unique start of it, or a file name. UnknownArticle names the nearest."""
    if ref in articles:
        return articles[ref]
    if ref.isdecimal():
        for article in articles.values():
            if article.number == int(ref):
                return article
    named = [a for a in articles.values() if ref in a.sources or any(Path(s).name == ref for s in a.sources)]
    started = [a for a in articles.values() if len(ref) >= 3 and a.id.startswith(ref)]
    for found in (named, started):
        if len(found) == 1:
            return found[0]
        if found:
            numbers = ", ".join(str(a.number) for a in found[:9])
            raise UnknownArticle(f"Several articles are meant by {ref!r}: {numbers}. Give the number.")
    raise UnknownArticle(f"There is no article {ref!r}{_nearest(articles, ref)}.")


def _nearest(articles: Mapping[str, Article], ref: str) -> str:
    if not articles:
        return "; the library is empty, `reader import PATH` fills it"
    if ref.isdecimal():
        return f"; the last one has the number {max(a.number for a in articles.values())}"
    import difflib

    names = {Path(s).name: a for a in articles.values() for s in a.sources}
    names |= {a.title: a for a in articles.values()}
    close = difflib.get_close_matches(ref, names, n=1, cutoff=0.4)
    return f"; the nearest is {names[close[0]].number}, {close[0]!r}" if close else "; `reader articles` lists them"
