"""Quotes by tag: what was marked with it, article by article, without holding all marks at once."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Set
from typing import NamedTuple

from reader.codebook import Codebook
from reader.formats import ExportOptions
from reader.formats.seen import Meant, TagReader, columns_of_tags, meant, touched, wanted, wanted_memos
from reader.model import Article, ArticleText, Corpus, Tag

KEPT = 50_000
"""Marks that are held in memory at once, some 50 MB; beyond that they are read again for as many tags as have room."""
CONTROL_PICTURES = {code: 0x2400 + code for code in range(32) if code not in (9, 10)} | {127: 0x2421}
"""Control characters to the signs that show them; tab and line feed stay."""


class Quote(NamedTuple):
    """A mark, the article it stands in, the paragraphs it touches (none for one on the whole article)."""

    article: Article
    row: Meant
    paragraphs: range

    @property
    def place(self) -> str:
        """The paragraphs in signs, as ¶ 3 or ¶ 3–5; empty for the article as a whole."""
        if not self.paragraphs:
            return ""
        first, last = self.paragraphs[0], self.paragraphs[-1]
        return f"¶ {first}" if first == last else f"¶ {first}–{last}"


class ByTag:
    """The marks of a corpus by tag. In a large one only which articles hold which tag is kept, and marks are read again."""

    def __init__(self, corpus: Corpus, options: ExportOptions, *, kept: int = KEPT) -> None:
        self.corpus = corpus
        self.options = options
        self.codebook = Codebook(corpus.tags)
        self.counts: Counter[str] = Counter()
        self.articles = list(corpus.articles.values())
        self.holding: dict[str, array[int]] = {}
        self._reader = TagReader(self.codebook)
        self._room = kept
        self._kept: dict[str, list[Quote]] | None = {}
        self._batch: dict[str, list[Quote]] = {}
        count = 0
        for index, article in enumerate(self.articles):
            rows = self._rows(article)
            count += len(rows)
            self._keep(article, rows, room=count <= kept)
            self.counts.update(row.tag_id for row in rows)
            for tag_id in dict.fromkeys(row.tag_id for row in rows):
                self.holding.setdefault(tag_id, array("L")).append(index)
        self.memos: dict[str, list[Meant]] = {}
        for memo in meant(wanted_memos(corpus, options), self._reader):
            self.memos.setdefault(memo.tag_id, []).append(memo)

    def _keep(self, article: Article, rows: list[Meant], *, room: bool) -> None:
        if self._kept is None or not room:
            self._kept = None
            return
        text = self.corpus.text(article.id)
        for row in rows:
            self._kept.setdefault(row.tag_id, []).append(Quote(article, row, paragraphs_of(row, text)))

    def _rows(self, article: Article) -> list[Meant]:
        return meant(wanted(self.corpus, article.id, self.options), self._reader)

    def tags(self) -> list[Tag]:
        """The tags that stand for themselves, by path; archived ones only where they were used."""
        return [tag for tag in columns_of_tags(self.codebook) if not tag.archived or self.counts[tag.id]]

    def quotes(self, tag_id: str) -> Iterator[Quote]:
        """What was marked with a tag (empty id: the bare notes), in order of the articles and of their text."""
        if self._kept is not None:
            yield from self._kept.get(tag_id, ())
        elif self.counts[tag_id] > self._room:
            yield from self._read_again({tag_id})
        else:
            if tag_id not in self._batch:
                self._batch = {wanted_id: [] for wanted_id in self._together_with(tag_id)}
                for quote in self._read_again(self._batch.keys()):
                    self._batch[quote.row.tag_id].append(quote)
            yield from self._batch.pop(tag_id)

    def _together_with(self, tag_id: str) -> list[str]:
        """The tag and those that are asked for after it, as many as there is room for."""
        order = [*(tag.id for tag in self.tags()), ""]
        found, count = [tag_id], self.counts[tag_id]
        for following in order[order.index(tag_id) + 1 :] if tag_id in order else ():
            count += self.counts[following]
            if count > self._room:
                break
            found.append(following)
        return found

    def _read_again(self, tag_ids: Set[str]) -> Iterator[Quote]:
        for index in sorted(set().union(*(self.holding.get(tag_id, ()) for tag_id in tag_ids))):
            article = self.articles[index]
            text = self.corpus.text(article.id)
            for row in self._rows(article):
                if row.tag_id in tag_ids:
                    yield Quote(article, row, paragraphs_of(row, text))

    def of_article(self, article: Article) -> list[Meant]:
        """All marks of an article, in order."""
        return self._rows(article)

    def coded_articles(self) -> list[Article]:
        """The articles with at least one mark."""
        indexes = sorted(set().union(*self.holding.values()))
        return [self.articles[index] for index in indexes]


def paragraphs_of(row: Meant, text: ArticleText) -> range:
    """Numbers of the paragraphs touched; empty for a mark on the whole article or one that lost its place."""
    anchor = row.annotation.anchor
    if anchor is None or anchor.state == "orphan" or not len(text):
        return range(0)
    return touched(row.annotation, text)


def visible(text: str) -> str:
    """The text with LF line ends and its control characters as the signs that show them."""
    if text.isprintable():
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(CONTROL_PICTURES)
