"""One page for a browser: the codebook with its quotes, the coded articles with their stripes. It asks for nothing outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise
from typing import BinaryIO

from reader.codebook import SEPARATOR
from reader.formats import ExportOptions
from reader.formats.gathered import ByTag, Quote, paragraphs_of, visible
from reader.formats.html_page import SCRIPT, STYLE
from reader.formats.seen import Meant, coders_at_work, wanted_reviews
from reader.model import Article, Corpus, Paragraph, Tag, role_of


def said(text: str) -> str:
    """Outside text as it reads: no sign of it is markup, no control character of it is at work."""
    return escape(visible(text))


def _apart(text: str) -> str:
    """The same inside a line of ours; `bdi` keeps its direction from reaching the words around it."""
    return f"<bdi>{said(text)}</bdi>"


class HtmlExporter:
    """Writes a self-contained page; its policy allows only the style and the script it brings, by their hashes."""

    suffix = ".html"
    media_type = "text/html"

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the page part by part; returns the number of marks on it."""
        by_tag = ByTag(corpus, options)
        page = _Page(by_tag, corpus.info.name)
        for part in page.parts():  # noqa: FURB122  a file that is being replaced has `write` alone
            out.write(part.encode())
        return sum(by_tag.counts.values())


class _Page:
    """The parts of the page, in order."""

    def __init__(self, by_tag: ByTag, name: str) -> None:
        self.by_tag = by_tag
        self.name = name or "Annotations"
        self.tags = by_tag.tags()
        self.classes = {tag.id: f"t{index}" for index, tag in enumerate(self.tags)}

    def parts(self) -> Iterator[str]:
        colour = self.by_tag.codebook.colour
        style = STYLE + "".join(f".{self.classes[tag.id]}{{--c:{colour(tag.id)}}}\n" for tag in self.tags)
        articles = self.by_tag.coded_articles()
        yield _head(self.name, style, self._figures(articles))
        yield from _contents(articles)
        yield from self._codebook()
        yield from self._articles(articles)
        yield f"</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"

    def _figures(self, articles: list[Article]) -> str:
        """How much is on the page and whose."""
        marks = sum(self.by_tag.counts.values())
        coders = _listed(coders_at_work(self.by_tag.corpus, self.by_tag.options))
        parts = [_counted(marks, "mark"), _counted(len(self.tags), "tag"), _counted(len(articles), "article"), coders]
        return " · ".join(filter(None, parts))

    def _codebook(self) -> Iterator[str]:
        if not (self.tags or self.by_tag.counts[""] or self.by_tag.memos):
            return
        yield '<section id="codebook">\n<h2>Codebook</h2>\n'
        yield "".join(_note(memo) for memo in self.by_tag.memos.get("", ()))
        for tag in self.tags:
            yield from self._tag(tag)
        if self.by_tag.counts[""]:
            yield f'<details class="tag"><summary>Notes without a tag <span class="n">{self.by_tag.counts[""]}</span></summary>\n'
            yield from (_quote(quote, "") for quote in self.by_tag.quotes(""))
            yield "</details>\n"
        yield "</section>\n"

    def _tag(self, tag: Tag) -> Iterator[str]:
        *above, name = self.by_tag.codebook.path(tag.id)
        before = f'<span class="above">{_apart(SEPARATOR.join(above))}{said(SEPARATOR)}</span>' if above else ""
        yield (
            f'<details class="tag {self.classes[tag.id]}"><summary><i class="swatch"></i>{before}'
            f'<span class="own">{_apart(name)}</span> <span class="n">{self.by_tag.counts[tag.id]}</span></summary>\n'
        )
        if tag.description:
            yield f'<p class="about" dir="auto">{said(tag.description)}</p>\n'
        yield "".join(_note(memo) for memo in self.by_tag.memos.get(tag.id, ()))
        yield from (_quote(quote, self.classes[tag.id]) for quote in self.by_tag.quotes(tag.id))
        yield "</details>\n"

    def _articles(self, articles: list[Article]) -> Iterator[str]:
        if not articles:
            return
        yield '<section id="articles">\n<h2>Articles</h2>\n'
        for article in articles:
            yield from self._article(article)
        yield "</section>\n"

    def _article(self, article: Article) -> Iterator[str]:
        text = self.by_tag.corpus.text(article.id)
        rows = self.by_tag.of_article(article)
        by_number: dict[int, list[Meant]] = {}
        for row in rows:
            for number in paragraphs_of(row, text) or (0,):
                by_number.setdefault(number, []).append(row)
        yield f'<article id="a{article.number}">\n<h3 dir="auto">{article.number} · {said(article.title)}</h3>\n'
        sources = ", ".join(_apart(source) for source in article.sources)
        yield f'<p class="source">{sources}</p>\n' if sources else ""
        if whole := by_number.get(0):
            yield f'<div class="p whole">{_beside(self._marks(whole))}</div>\n'
        readers = self._readers(article)
        for number in range(1, len(text) + 1):
            paragraph = text.paragraph(number)
            beside = _beside([*self._marks(by_number.get(number, [])), *_read_by(readers.get(number, []))])
            yield self._paragraph(article, paragraph, text.text_of(number), by_number.get(number, []), beside)
        yield "</article>\n"

    def _readers(self, article: Article) -> dict[int, list[str]]:
        """Who marked which paragraph as read, by name."""
        found: dict[int, set[str]] = {}
        marks = self.by_tag.corpus.marks(article.id)
        for review in wanted_reviews(marks, article.id, self.by_tag.options):
            found.setdefault(marks.paragraph_of(review), set()).add(review.coder)
        return {number: sorted(coders) for number, coders in found.items()}

    def _paragraph(self, article: Article, paragraph: Paragraph, words: str, rows: list[Meant], beside: str) -> str:
        classes = ["p", role_of(article, paragraph), *self._classes(rows)]
        named = paragraph.speaker and not words.startswith(paragraph.speaker)  # labels stay in the text
        speaker = f'<span class="speaker">{_apart(paragraph.speaker)}</span> ' if named else ""
        return (
            f'<div class="{" ".join(classes)}" id="a{article.number}p{paragraph.number}">'
            f'<span class="number">{paragraph.number}</span>'
            f'<div class="stripes">{"".join(f"""<i class="{name}"></i>""" for name in self._classes(rows))}</div>'
            f'<p dir="auto">{speaker}{self._words(paragraph, words, rows)}</p>{beside}</div>\n'
        )

    def _classes(self, rows: Iterable[Meant]) -> list[str]:
        return list(dict.fromkeys(self.classes[row.tag_id] for row in rows if row.tag_id))

    def _words(self, paragraph: Paragraph, words: str, rows: list[Meant]) -> str:
        """The paragraph's text, spans in it marked; where spans overlap, the pieces carry all their tags."""
        spans: list[tuple[int, int, Meant]] = []
        for row in rows:
            anchor = row.annotation.anchor
            if anchor is not None and row.annotation.unit == "span":
                start = max(0, anchor.start - paragraph.start)
                spans.append((start, min(len(words), anchor.end - paragraph.start), row))
        if not spans:
            return said(words)
        cuts = sorted(
            {0, len(words), *(cut for start, end, _ in spans for cut in (start, end) if 0 <= cut <= len(words))}
        )
        pieces: list[str] = []
        for start, end in pairwise(cuts):
            over = [row for first, last, row in spans if first <= start and end <= last]
            piece = said(words[start:end])
            for name in self._classes(over) or [""] * bool(over):
                piece = f'<mark class="{name}">{piece}</mark>'
            pieces.append(piece)
        return "".join(pieces)

    def _marks(self, rows: list[Meant]) -> list[str]:
        """The tags and notes beside a paragraph, in words: colour is never the only sign."""
        shown: dict[tuple[str, str], dict[str, None]] = {}
        for row in rows:
            shown.setdefault((row.tag_id, row.note), {})[row.annotation.coder] = None
        items = []
        for (tag_id, note), coders in shown.items():
            name = "note"
            if tag_id:
                path = _apart(self.by_tag.codebook.shown(tag_id))
                name = f'<i class="swatch {self.classes[tag_id]}"></i><button type="button">{path}</button>'
            said_note = f'<span class="note" dir="auto">{said(note)}</span>' if note else ""
            items.append(f'<li class="mark">{name} <span class="coder">{_listed(coders)}</span>{said_note}</li>')
        return items


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_apart(name) for name in names)


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'s' * (count != 1)}"


def _contents(articles: list[Article]) -> Iterator[str]:
    """Links to the articles, where there are several."""
    if len(articles) > 1:
        yield "<nav>\n"
        yield from (f'<a href="#a{a.number}">{a.number} · {_apart(a.title)}</a>\n' for a in articles)
        yield "</nav>\n"


def _read_by(coders: list[str]) -> list[str]:
    return [f'<li class="read">✓ read by {_listed(coders)}</li>'] if coders else []


def _beside(items: list[str]) -> str:
    return f'<ul class="marks">{"".join(items)}</ul>' if items else ""


def _quote(quote: Quote, name: str) -> str:
    annotation = quote.row.annotation
    words = (
        f'<blockquote dir="auto">{said(annotation.anchor.quote)}</blockquote>' if annotation.anchor is not None else ""
    )
    target = f"#a{quote.article.number}" + (f"p{quote.paragraphs[0]}" if quote.paragraphs else "")
    place = f", {quote.place}" if quote.place else ""
    note = f'<p class="note" dir="auto">{said(quote.row.note)}</p>' if quote.row.note else ""
    return (
        f'<div class="q {name}">{words}<p class="where"><a href="{target}">{_apart(quote.article.title)}{place}</a> '
        f'<span class="coder">{_apart(annotation.coder)}</span></p>{note}</div>\n'
    )


def _note(memo: Meant) -> str:
    return (
        f'<p class="note" dir="auto">{said(memo.note)} <span class="coder">{_apart(memo.annotation.coder)}</span></p>\n'
    )


def _hash(text: str) -> str:
    """What Content Security Policy 3 calls a hash source."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _head(name: str, style: str, figures: str) -> str:
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(SCRIPT)}; base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{said(' '.join(name.split()))}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<header><h1 dir="auto">{said(name)}</h1>\n<p class="figures">{figures}</p>\n'
        '<p class="filter" hidden><label>Filter <input type="search" autocomplete="off" spellcheck="false"></label>'
        '<label><input type="checkbox"> only marked paragraphs</label> <output></output></p></header>\n<main>\n'
    )


EXPORTER = HtmlExporter()
