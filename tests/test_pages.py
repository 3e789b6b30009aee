"""Quotes in Markdown and the page for a browser: complete, and nothing from outside is markup or a request."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reader.codebook import Codebook
from reader.formats import ExportOptions
from reader.formats.gathered import ByTag, Quote, visible
from reader.formats.quotes import one_line
from reader.model import Annotation, Article, Paragraph, Tag
from reader.tui.themes import tag_colour
from tests.exported import AT, PLAIN, FullCorpus, corpora, exported, identified, mark
from tests.test_tables import interview

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=http://evil.example/x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "]]><!-- --> &lt;b&gt; &amp;",
    "\u202eright to left\u2066 isolate",
    "\x1b[31mred\x07\x00",
    "# head\n- item\n1. one\n> quote\n    code\n```\nfence\n***bold***",
    "[link](http://evil.example) ![pic](http://evil.example/p.png) <http://a.example>",
    "www.evil.example a@b.example http://evil.example | table | ~~x~~ $$x$$ ==m== ^s^",
    "{{template}} {% raw %} @import url(http://evil.example)",
)
MARKDOWN = MarkdownIt("gfm-like")


def hostile(words: str) -> FullCorpus:
    """A project whose every text is `words`."""
    corpus = FullCorpus(words)
    article = Article(id="a1", number=1, title=words, sources=(words,), meta={words: words})
    text = corpus.add_text(article, words, [Paragraph(1, 0, len(words), "body", words)])
    corpus.add_tags(
        Tag(id="t1", name=words, description=words, colour=words, created=AT),
        Tag(id="t2", name=words, parent="t1", created=AT),
    )
    corpus.add(
        mark(1, article, text, 0, len(words), unit="paragraph", tag="t1", note=words),
        mark(2, article, text, 1, max(2, len(words) - 1), tag="t2", coder=words),
        mark(3, article, text, note=words),
        Annotation(id=identified("n", 4), unit="tag", coder="ida", tag="t1", note=words, created=AT, modified=AT),
        Annotation(id=identified("n", 5), unit="project", coder=words, note=words, created=AT, modified=AT),
    )  # fmt: skip
    return corpus


# -- Markdown -------------------------------------------------------------------------------------------


def test_quotes_by_tag() -> None:
    assert (
        exported(interview(), "quotes").decode()
        == """# Interview

## harm

what hurts

memo

— ida

> — 3 · Talk, jon

> We left.
>
> Jon:
>
> — 3 · Talk, ¶ 1–2, ida

across

## harm > loss

> Ida: We left.
>
> — 3 · Talk, ¶ 1, ida

> Ida: We left.
>
> — 3 · Talk, ¶ 1, jon

## late

> gone
>
> — 3 · Talk, ida

## Notes without a tag

> Ida: We left.
>
> — 3 · Talk, ¶ 1, jon

bare
"""
    )


def inline(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in (token.children or ())]


def allowed(data: str) -> set[str]:
    """What kinds of markup are in a document."""
    tokens = MARKDOWN.parse(data)
    return {token.type.removesuffix("_open").removesuffix("_close") for token in tokens} | {
        t.type for t in inline(tokens)
    }


PLAIN_MARKUP = {"heading", "paragraph", "blockquote", "inline", "text", "softbreak", "hardbreak", "text_special"}


@pytest.mark.parametrize("words", HOSTILE)
def test_markdown_from_outside_is_text(words: str) -> None:
    data = exported(hostile(words), "quotes").decode()
    assert allowed(data) <= PLAIN_MARKUP
    assert data.count("\n# ") + data.startswith("# ") == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", data)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40) | st.text("#*_`<>[]()!\\&;:.+-=|~^$@{}'\"123 \n\twwwhtp/", max_size=40))
def test_a_line_reads_as_it_was(text: str) -> None:
    shown = " ".join(visible(text).split())
    tokens = MARKDOWN.parse(f"> {one_line(text)}\n")
    if not shown:
        return
    read = "".join(token.content for token in inline(tokens) if token.type in ("text", "text_special"))
    assert {t.type.removesuffix("_open").removesuffix("_close") for t in tokens} <= PLAIN_MARKUP
    assert read == shown


# -- the page -------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The elements of a page, its text, its style and script."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.raw: dict[str, str] = {}
        self.nearest: list[tuple[str, dict[str, str], str]] = []
        self._inside = ""
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(data.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("meta", "input"):
            self._open.append(self.elements[-1])
        if tag in ("style", "script"):
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        name, _ = self._open.pop()
        assert name == tag, "elements are closed in order"
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.raw[self._inside] = self.raw.get(self._inside, "") + data
        else:
            self.words.append(data)
            self.nearest.append((*(self._open[-1] if self._open else ("", {})), data))

    @property
    def policy(self) -> str:
        return next(a["content"] for _, a in self.elements if a.get("http-equiv") == "Content-Security-Policy")


def sha256(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


KNOWN = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "label", "input", "output", "main",
    "section", "details", "summary", "i", "bdi", "span", "div", "blockquote", "a", "article", "mark", "ul", "li", "script",
    "nav", "button",
}  # fmt: skip
SAFE_ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "dir", "hidden", "type", "autocomplete", "spellcheck",
    "href",
}  # fmt: skip


@pytest.mark.parametrize("words", [*HOSTILE, "plain"])
def test_nothing_from_outside_is_markup_and_nothing_is_requested(words: str) -> None:
    data = exported(hostile(words), "html")
    page = Page(data)
    assert {name for name, _ in page.elements} <= KNOWN
    for name, attributes in page.elements:
        assert set(attributes) <= SAFE_ATTRIBUTES, name
        assert re.fullmatch(r"#a\d+(p\d+)?", attributes.get("href", "#a1"))
        assert re.fullmatch(r"[a-z0-9 ]*", attributes.get("class", ""))
    assert [name for name, _ in page.elements].count("script") == 1
    assert [name for name, _ in page.elements].count("style") == 1
    assert "default-src 'none'" in page.policy
    assert f"style-src '{sha256(page.raw['style'])}'" in page.policy
    assert f"script-src '{sha256(page.raw['script'])}'" in page.policy
    assert "unsafe" not in page.policy
    for code in page.raw.values():
        assert not re.search(r"https?:|//[a-z]|url\(|@import|fetch|XMLHttp|import\(|innerHTML|eval", code)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", data.decode())
    assert "".join(page.words).count(visible(words)) >= 9, "it stands there as it reads"


def test_bidi_controls_stay_inside_their_element() -> None:
    sign = "\u202e"
    page = Page(exported(hostile(f"{sign}abc"), "html"))
    holders = [attributes | {"name": name} for name, attributes, words in page.nearest if sign in words]
    assert len(holders) >= 9
    assert [h for h in holders if h["name"] not in ("bdi", "title", "mark") and h.get("dir") != "auto"] == []


def test_the_page_tells_all() -> None:
    page = Page(exported(interview(), "html"))
    words = " ".join(" ".join(page.words).split())
    for part in (
        "Interview",
        "harm > loss",
        "what hurts",
        "memo",
        "Ida: We left.",
        "across",
        "bare",
        "Talk",
        "¶ 1–2",
        "in/talk.txt",
    ):
        assert part in words, part
    assert "Nothing." not in words, "an article without marks is not there"
    stripes = [a["class"] for name, a in page.elements if name == "div" and a.get("id") == "a3p1"]
    assert stripes == ["p body t1 t0"]
    assert [a["class"] for name, a in page.elements if name == "mark"] == ["t0", "t0"]


def test_a_style_for_dark_and_for_paper() -> None:
    style = Page(exported(interview(), "html")).raw["style"]
    assert "@media (prefers-color-scheme:dark)" in style
    assert "@media print" in style


def test_colours_are_those_of_the_screens() -> None:
    corpus = interview()
    corpus.add_tags(Tag(id="t7", name="own", created=AT, parent="t1", colour="#123456"))
    style = Page(exported(corpus, "html")).raw["style"]
    colours = dict(re.findall(r"^[.](t\d){--c:(#[0-9a-f]{6})}$", style, re.MULTILINE))
    assert colours == {"t0": "#e69f00", "t1": "#e69f00", "t2": "#123456", "t3": "#4aa8e0"}
    codebook = Codebook(corpus.tags)
    assert [tag_colour(codebook, ident) for ident in ("t1", "t2", "t7", "t3")] == list(colours.values())


def test_overlapping_spans_carry_all_their_tags() -> None:
    corpus = FullCorpus()
    article = Article(id="a1", number=1, title="T")
    text = corpus.add_text(article, "one two three", [Paragraph(1, 0, 13)])
    corpus.add_tags(Tag(id="t1", name="a"), Tag(id="t2", name="b"))
    corpus.add(mark(1, article, text, 0, 7, tag="t1"), mark(2, article, text, 4, 13, tag="t2", coder="jon"))
    assert (
        '<p dir="auto"><mark class="t0">one </mark><mark class="t1"><mark class="t0">two</mark></mark>'
        '<mark class="t1"> three</mark></p>'
    ) in exported(corpus, "html").decode()


def test_who_read_and_who_marked_stands_beside_the_paragraph() -> None:
    corpus = interview()
    corpus.review(identified("r", 9), "a1", 2, "jon", AT)
    words = " ".join(Page(exported(corpus, "html")).words)
    assert "1 · Empty" not in words
    assert re.sub(r"\s+", " ", words).count("✓ read by ida , jon") == 1
    assert re.sub(r"\s+", " ", words).count("harm > loss ida , jon") == 1
    alone = " ".join(Page(exported(corpus, "html", ExportOptions(coder="jon"))).words)
    assert alone.count("✓ read by") == 1


def test_one_coder_alone() -> None:
    page = "".join(Page(exported(interview(), "html", ExportOptions(coder="jon"))).words)
    assert "across" not in page
    assert "bare" in page


@settings(max_examples=20, deadline=None)
@given(corpora())
def test_a_large_project_reads_marks_again_and_finds_the_same(corpus: FullCorpus) -> None:
    def all_quotes(kept: int) -> list[tuple[str, str, range]]:
        by_tag = ByTag(corpus, PLAIN, kept=kept)
        quotes: list[Quote] = [quote for tag_id in ("", *corpus.tags) for quote in by_tag.quotes(tag_id)]
        return [(quote.article.id, quote.row.annotation.id, quote.paragraphs) for quote in quotes]

    assert all_quotes(0) == all_quotes(1) == all_quotes(3) == all_quotes(1000)
