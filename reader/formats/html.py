"""One page for a browser: the codebook with its quotes, the coded articles with their stripes. It asks for nothing outside."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise
from typing import BinaryIO

from reader.formats import ExportOptions
from reader.formats.gathered import ByTag, Quote, paragraphs_of, visible
from reader.formats.html_page import PALETTE, SCRIPT, STYLE
from reader.formats.seen import Meant
from reader.model import Article, Corpus, Paragraph, Tag, role_of

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


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
        self.roots: dict[str, int] = {}
        self.classes = {tag.id: f"t{index}" for index, tag in enumerate(self.tags)}

    def parts(self) -> Iterator[str]:
        style = STYLE + "".join(f".{self.classes[tag.id]}{{--c:{self._colour(tag)}}}\n" for tag in self.tags)
        yield _head(self.name, style)
        yield from self._codebook()
        yield from self._articles()
        yield f"</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"

    def _colour(self, tag: Tag) -> str:
        """Its own colour, else that of the nearest tag above, else one of ours, the same for a whole branch."""
        seen: set[str] = set()
        above: Tag | None = tag
        root = tag
        while above is not None and above.id not in seen:
            if _COLOUR.fullmatch(above.colour):
                return above.colour.lower()
            seen.add(above.id)
            root = above
            above = self.by_tag.codebook.resolve(above.parent) if above.parent else None
        return PALETTE[self.roots.setdefault(root.id, len(self.roots)) % len(PALETTE)]

    def _codebook(self) -> Iterator[str]:
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
        path = self.by_tag.codebook.shown(tag.id)
        yield (
            f'<details class="tag {self.classes[tag.id]}" data-tag="{self.classes[tag.id]}">'
            f'<summary><i class="swatch"></i>{_apart(path)} <span class="n">{self.by_tag.counts[tag.id]}</span></summary>\n'
        )
        if tag.description:
            yield f'<p class="about" dir="auto">{said(tag.description)}</p>\n'
        yield "".join(_note(memo) for memo in self.by_tag.memos.get(tag.id, ()))
        yield from (_quote(quote, self.classes[tag.id]) for quote in self.by_tag.quotes(tag.id))
        yield "</details>\n"

    def _articles(self) -> Iterator[str]:
        yield '<section id="articles">\n<h2>Articles</h2>\n'
        for article in self.by_tag.coded_articles():
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
            yield f'<div class="p whole">{self._marks(whole)}</div>\n'
        for number in range(1, len(text) + 1):
            paragraph = text.paragraph(number)
            yield self._paragraph(article, paragraph, text.text_of(number), by_number.get(number, []))
        yield "</article>\n"

    def _paragraph(self, article: Article, paragraph: Paragraph, words: str, rows: list[Meant]) -> str:
        classes = ["p", role_of(article, paragraph), *self._classes(rows)]
        speaker = f'<span class="speaker">{_apart(paragraph.speaker)}</span> ' if paragraph.speaker else ""
        return (
            f'<div class="{" ".join(classes)}" id="a{article.number}p{paragraph.number}">'
            f'<div class="stripes">{"".join(f"""<i class="{name}"></i>""" for name in self._classes(rows))}</div>'
            f'<p dir="auto"><span class="number">{paragraph.number}</span>{speaker}'
            f"{self._words(paragraph, words, rows)}</p>{self._marks(rows)}</div>\n"
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
            names = self._classes(over)
            pieces.append(f'<mark class="{" ".join(names[:1])}">{piece}</mark>' if over else piece)
        return "".join(pieces)

    def _marks(self, rows: list[Meant]) -> str:
        """The tags and notes beside a paragraph, in words: colour is never the only sign."""
        shown: dict[tuple[str, str, str], None] = {}
        for row in rows:
            shown[(row.tag_id, row.annotation.coder, row.note)] = None
        items = []
        for tag_id, coder, note in shown:
            name = _apart(self.by_tag.codebook.shown(tag_id)) if tag_id else "note"
            swatch = f'<i class="swatch {self.classes[tag_id]}"></i>' if tag_id else ""
            said_note = f'<span class="note" dir="auto">{said(note)}</span>' if note else ""
            items.append(f'<li>{swatch}{name} <span class="coder">{_apart(coder)}</span>{said_note}</li>')
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


def _head(name: str, style: str) -> str:
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(SCRIPT)}; base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{said(' '.join(name.split()))}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<header><h1 dir="auto">{said(name)}</h1>\n'
        '<p class="filter" hidden><label>Filter <input type="search" autocomplete="off" spellcheck="false"></label> '
        '<label><input type="checkbox"> only marked paragraphs</label> <output></output></p></header>\n<main>\n'
    )


EXPORTER = HtmlExporter()
