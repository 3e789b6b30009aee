"""Scanning a library: the same hits as a slow, obvious search finds, with their context and place."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.model import Anchor, Annotation, Article, Coder, Marks, Paragraph, ProjectInfo, Tag, Unit
from reader.search import scan as module
from reader.search.fold import fold
from reader.search.query import QueryError, parse
from reader.search.scan import Hit, count, matching, scan
from reader.search.tree import And, Phrase, Query, Word


class Text:
    """An article's text in memory, paragraphs at line feeds."""

    def __init__(self, paragraphs: list[str]) -> None:
        self.text = "\n".join(paragraphs)
        self.paragraphs: list[Paragraph] = []
        start = 0
        for number, text in enumerate(paragraphs, 1):
            self.paragraphs.append(Paragraph(number, start, start + len(text)))
            start += len(text) + 1

    @property
    def length(self) -> int:
        return len(self.text)

    def __len__(self) -> int:
        return len(self.paragraphs)

    def paragraph(self, number: int) -> Paragraph:
        if number < 1:
            raise IndexError(number)
        return self.paragraphs[number - 1]

    def text_of(self, number: int) -> str:
        paragraph = self.paragraph(number)
        return self.slice(paragraph.start, paragraph.end)

    def slice(self, start: int, end: int) -> str:
        return self.text[start:end]

    def number_at(self, position: int) -> int:
        return bisect.bisect_right([p.end for p in self.paragraphs], position) + 1

    def speakers(self) -> tuple[str, ...]:
        return ()


class Library:
    """A corpus in memory."""

    def __init__(self, texts: list[list[str]], tags: Mapping[str, Tag] | None = None) -> None:
        self.info = ProjectInfo(id="p")
        self.articles = {f"a{n}": Article(id=f"a{n}", number=n, title=f"Title {n}") for n in range(1, len(texts) + 1)}
        self.texts = {f"a{n}": Text(paragraphs) for n, paragraphs in enumerate(texts, 1)}
        self.tags: Mapping[str, Tag] = tags or {}
        self.coders: Mapping[str, Coder] = {}
        self.all: dict[str, list[tuple[int, Annotation]]] = {}

    def put(self, article: str, number: int, *, tag: str = "", note: str = "") -> Annotation:
        """An annotation on a paragraph, or on the whole article where its number is 0."""
        anchor, unit = None, "article"
        if number:
            paragraph = self.texts[article].paragraph(number)
            anchor, unit = Anchor(paragraph.start, paragraph.end, self.texts[article].text_of(number)), "paragraph"
        marks = self.all.setdefault(article, [])
        kind: Unit = "article" if unit == "article" else "paragraph"
        made = Annotation(
            id=f"n{article}{len(marks)}", unit=kind, coder="c1", article=article, anchor=anchor, tag=tag, note=note
        )
        marks.append((number, made))
        return made

    def text(self, article_id: str) -> Text:
        return self.texts[article_id]

    def marks(self, article_id: str) -> Marks:
        by_paragraph: dict[int, tuple[Annotation, ...]] = {}
        for number, mark in self.all.get(article_id, []):
            by_paragraph[number] = (*by_paragraph.get(number, ()), mark)
        return Marks({mark.id: mark for _, mark in self.all.get(article_id, [])}, by_paragraph)

    def memos(self) -> tuple[Annotation, ...]:
        return ()


def found(library: Library, query: str, **options: Any) -> list[tuple[str, int, str, str]]:
    return [(hit.article_id, hit.paragraph, hit.where, hit.hit) for hit in scan(library, query, **options)]


@pytest.fixture
def library() -> Library:
    tags = {
        "t1": Tag(id="t1", name="harm"),
        "t2": Tag(id="t2", name="Déplacement", parent="t1"),
        "t3": Tag(id="t3", name="flight", merged_into="t2"),
        "t4": Tag(id="t4", name="refuge", deleted=True),
    }
    library = Library([["The aid convoy left.", "No aid came; the convoys waited."], ["Aid, at last."]], tags)
    library.put("a1", 2, tag="t2")
    library.put("a1", 2, tag="t3")
    library.put("a1", 1, tag="t4", note="Compare with the relief of 2015.")
    library.put("a2", 0, tag="t1", note="whole article")
    return library


def test_words_in_order_with_context(library: Library) -> None:
    assert list(scan(library, "convoy*")) == [
        Hit("a1", 1, "The aid ", "convoy", " left.", 8, 14),
        Hit("a1", 2, "No aid came; the ", "convoys", " waited.", 38, 45),
    ]
    assert library.texts["a1"].text[38:45] == "convoys"
    assert found(library, "aid") == [("a1", 1, "text", "aid"), ("a1", 2, "text", "aid"), ("a2", 1, "text", "Aid")]
    assert found(library, '"aid convoy"') == [("a1", 1, "text", "aid convoy")]


def test_notes_and_tags_are_found_and_said(library: Library) -> None:
    assert found(library, "relief") == [("a1", 1, "note", "relief")]
    assert found(library, "deplacement") == [("a1", 2, "tag", "Déplacement")]  # once, though two marks mean it
    assert found(library, "flight") == []  # merged: its name is gone
    assert found(library, "refuge") == []  # deleted
    assert found(library, "harm") == [("a1", 2, "tag", "harm"), ("a2", 1, "tag", "harm")]
    hit = next(scan(library, "relief"))
    assert (hit.left, hit.right, hit.start, hit.end, hit.annotation) == (
        "Compare with the ",
        " of 2015.",
        0,
        20,
        "na12",
    )


def test_marks_on_the_article_stand_under_its_first_paragraph(library: Library) -> None:
    assert [(h.paragraph, h.where, h.start, h.end) for h in scan(library, "whole")] == [(1, "note", -1, -1)]
    assert found(library, "whole last") == [("a2", 1, "text", "last"), ("a2", 1, "note", "whole")]


def test_all_words_hold_in_one_paragraph(library: Library) -> None:
    assert found(library, "left waited") == []
    assert found(library, "aid harm") == [
        ("a1", 2, "text", "aid"),
        ("a1", 2, "tag", "harm"),
        ("a2", 1, "text", "Aid"),
        ("a2", 1, "tag", "harm"),
    ]
    assert count(library, "aid") == 3
    assert list(matching(library, "aid harm")) == [("a1", 2), ("a2", 1)]


def test_limit_and_errors(library: Library) -> None:
    assert len(list(scan(library, "aid", limit=2))) == 2
    with pytest.raises(QueryError):
        scan(library, '"aid')


def test_context_is_forty_characters_and_cuts_no_grapheme() -> None:
    family = "👨\u200d👩\u200d👧"
    library = Library([[family * 20 + " needle " + "e\u0301" * 60]])
    hit = next(scan(library, "needle"))
    assert hit.left.startswith("👨")
    assert hit.left.rstrip().replace(family, "") == ""
    assert 30 < len(hit.left) <= 40
    assert hit.right.endswith("\u0301")
    assert 30 < len(hit.right) <= 40


def test_overlapping_places_are_one_hit() -> None:
    library = Library([["the aid convoy"]])
    assert found(library, '"aid convoy" aid convoy') == [("a1", 1, "text", "aid convoy")]
    assert found(library, "aid aid*") == [("a1", 1, "text", "aid")]


def test_the_words_are_those_of_the_text_as_written() -> None:
    library = Library([["x", "In der Straße, ﬁnally e\u0301mile"]])
    for query, words in (("strasse", "Straße"), ("finally", "ﬁnally"), ("emile", "e\u0301mile")):
        hit = next(scan(library, query))
        assert hit.hit == words == library.texts["a1"].text[hit.start : hit.end]


def holds_slowly(query: Query, fields: list[str]) -> bool:
    if isinstance(query, And):
        return all(holds_slowly(part, fields) for part in query.parts)
    assert isinstance(query, Word | Phrase)  # the plain form, which is all that this oracle knows
    words = [query.text] if isinstance(query, Word) else list(query.words)
    for field in fields:
        there = fold(field).replace("-", " ").split()
        for at in range(len(there) - len(words) + 1):
            here = there[at : at + len(words)]
            if here == words or (query.prefix and here[:-1] == words[:-1] and here[-1].startswith(words[-1])):
                return True
    return False


WORDS = st.sampled_from(["aid", "Aids", "convoy", "ÉTÉ", "été-aid", "relief"])
SENTENCES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@given(
    st.lists(st.lists(SENTENCES, min_size=1, max_size=5), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), SENTENCES), max_size=4),
    st.sampled_from(["aid", "aid*", '"aid convoy"', "ete relief", 'conv* "ete aid"*', "aid aids*"]),
    st.sampled_from([1, 12, 200_000]),
)
@settings(deadline=None)
def test_the_paragraphs_are_those_of_a_slow_search(
    texts: list[list[str]], notes: list[tuple[int, int, str]], query: str, block: int
) -> None:
    library = Library(texts)
    own: dict[tuple[str, int], list[str]] = {}
    for article, number, note in notes:
        if article < len(texts) and number <= len(texts[article]):
            library.put(f"a{article + 1}", number, note=note)
            own.setdefault((f"a{article + 1}", number or 1), []).append(note)
    tree = parse(query)
    expected = [
        (f"a{a}", n)
        for a, paragraphs in enumerate(texts, 1)
        for n, text in enumerate(paragraphs, 1)
        if holds_slowly(tree, [text, *own.get((f"a{a}", n), [])])
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        assert list(matching(library, query)) == expected
        assert list(dict.fromkeys((h.article_id, h.paragraph) for h in scan(library, query))) == expected
