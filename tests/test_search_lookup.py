"""Searching with the index: the same hits as a scan, and both as a slow, obvious search finds them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.codebook import Codebook
from reader.edits import Change, Edit
from reader.model import Annotation, Article, Marks, Review, Tag
from reader.search import asked as asked_of_index
from reader.search.bind import Scope
from reader.search.fold import fold
from reader.search.index import Index
from reader.search.lookup import Lookup
from reader.search.query import parse
from reader.search.scan import matching, scan
from reader.search.tree import (
    And,
    Field,
    Inside,
    Near,
    Not,
    Note,
    Or,
    Phrase,
    Query,
    Regex,
    Word,
    all_of,
    any_of,
    negated,
)
from reader.search.words import words_of
from reader.store.records import Stored, encode, table_of

from .test_search_scan import Library

# The slow search


class Token(NamedTuple):
    """A word, a character of a script without spaces or a symbol, and whether nothing stands between it and the one before."""

    text: str
    joined: bool


def tokens(text: str) -> list[Token]:
    """What counts as a word each; a voicing mark stays with its kana."""
    found: list[Token] = []
    inside = joined = False
    for char in fold(text):
        kind = unicodedata.category(char)[0]
        alone = "\u3040" <= char <= "\u9fff" or (kind == "S" and (char == "$" or char > "\x7f"))
        if found and (char == "\u3099" or (kind in "LNM" and not alone and inside)):
            found[-1] = Token(found[-1].text + char, found[-1].joined)
            continue
        if alone or kind in "LNM":
            found.append(Token(char, joined))
        inside = kind in "LNM" and not alone
        joined = alone or inside
    return found


def stands_slowly(words: Iterable[str], prefix: bool, text: str) -> list[tuple[int, int]]:
    """First and last token of every place; the characters of one word have nothing between them."""
    there = tokens(text)
    wanted = [Token(token.text, at > 0) for word in words for at, token in enumerate(tokens(word))]
    found = []
    for at in range(len(there) - len(wanted) + 1):
        here = there[at : at + len(wanted)]
        if any(w.joined and not h.joined for w, h in zip(wanted, here, strict=True)):
            continue
        inner = all(w.text == h.text for w, h in zip(wanted[:-1], here[:-1], strict=True))
        last = here[-1].text
        if inner and (last.startswith(wanted[-1].text) if prefix else last == wanted[-1].text):
            found.append((at, at + len(wanted)))
    return found


def near_slowly(near: Near, text: str) -> bool:
    """Whether any choice of places that do not overlap has few enough tokens in its gaps."""

    def choices(left: list[list[tuple[int, int]]], taken: list[tuple[int, int]]) -> bool:
        if not left:
            all_in = max(end for _, end in taken) - min(start for start, _ in taken)
            return all_in - sum(end - start for start, end in taken) <= near.distance
        free = (p for p in left[0] if all(p[1] <= start or end <= p[0] for start, end in taken))
        return any(choices(left[1:], [*taken, place]) for place in free)

    return choices([stands_slowly(part.words, part.prefix, text) for part in near.parts], [])


def leaf_slowly(leaf: Query, text: str) -> bool:
    if isinstance(leaf, Near):
        return near_slowly(leaf, text)
    if isinstance(leaf, Inside):
        return re.sub(r"\W+", " ", fold(" ".join(leaf.words))) in re.sub(r"\W+", " ", fold(text))
    assert isinstance(leaf, Word | Phrase)
    return bool(stands_slowly(leaf.words, leaf.prefix, text))


class Seen(NamedTuple):
    """A paragraph with what belongs to it."""

    article: Article
    text: str
    marks: list[Annotation]
    reviewed: bool


def holds_slowly(query: Query, seen: Seen, codebook: Codebook) -> bool:
    if isinstance(query, And):
        return all(holds_slowly(part, seen, codebook) for part in query.parts)
    if isinstance(query, Or):
        return any(holds_slowly(part, seen, codebook) for part in query.parts)
    if isinstance(query, Not):
        return not holds_slowly(query.part, seen, codebook)
    if isinstance(query, Field):
        return field_slowly(query, seen, codebook)
    notes = [mark.note for mark in seen.marks if mark.note]
    if isinstance(query, Note):
        return any(leaf_slowly(query.part, note) for note in notes)
    if isinstance(query, Regex):
        return re.search(query.pattern, seen.text) is not None
    paths = [codebook.shown(tag.id) for mark in seen.marks if mark.tag and (tag := codebook.resolve(mark.tag))]
    return any(leaf_slowly(query, text) for text in [seen.text, *notes, *paths])


def field_slowly(field: Field, seen: Seen, codebook: Codebook) -> bool:
    paths = ["/".join(codebook.path(tag.id)) for m in seen.marks if m.tag and (tag := codebook.resolve(m.tag))]
    match field.name, field.value:
        case "tag", "none":
            return not paths
        case "tag", "harm/*":
            return any(path.startswith("harm/") for path in paths)
        case "tag", value:
            return any(fold(path) == value or fold(path).endswith("/" + value) for path in paths)
        case "has", what:
            return bool(paths) if what == "tag" else any(mark.note for mark in seen.marks)
        case "coder", coder:
            return any(mark.coder == coder for mark in seen.marks)
        case "unit", unit:
            return any(mark.unit == unit for mark in seen.marks)
        case "article", number:
            return str(seen.article.number) == number
        case "meta", _:
            return seen.article.meta == {"site": "North"}
        case "created", _:
            return any(mark.created.startswith("2026") for mark in seen.marks)
        case "is", _:
            return seen.reviewed
    raise AssertionError(field)


# Random libraries and queries

PIECES = st.sampled_from(
    ["aid", "Aids", "été", "Straße", "ﬁn", "北京", "北", "京都", "が", "か", "مدرسة", "المدرسه", "काम", "😀", "don't", "re-aid", "$5", "—", "x"]
)  # fmt: skip
SENTENCES = st.lists(PIECES, min_size=1, max_size=6).map(" ".join)
TAGS = {
    "t1": Tag(id="t1", name="harm"),
    "t2": Tag(id="t2", name="Aid", parent="t1"),
    "t3": Tag(id="t3", name="old", merged_into="t2"),
    "t4": Tag(id="t4", name="gone", deleted=True),
    "t5": Tag(id="t5", name="北京"),
}
CODERS = ["c1", "c2"]


def word_leaves() -> st.SearchStrategy[Word | Phrase]:
    typed = st.lists(PIECES.filter(lambda p: p != "—"), min_size=1, max_size=2).map(
        lambda ws: words_of(fold(" ".join(ws)))
    )
    return st.builds(
        lambda words, prefix: Word(words[0], prefix) if len(words) == 1 else Phrase(tuple(words), prefix),
        typed,
        st.booleans(),
    )


def plain_leaves() -> st.SearchStrategy[Query]:
    # Letters of one word each, so that places of the parts cannot compete for a token.
    apart = st.permutations(["aid", "x", "ete", "fin"]).map(lambda ws: tuple(map(Word, ws)))
    near = st.builds(lambda ws, n, d: Near(ws[:n], d), apart, st.integers(2, 3), st.integers(0, 4))
    inside = st.sampled_from(["ai", "t", "fi", "درس", "京", "ras"]).map(lambda w: Inside((w,)))
    fields = st.sampled_from(
        [
            "tag:harm",
            "tag:harm/*",
            "tag:aid",
            "tag:none",
            "has:note",
            "has:tag",
            "coder:c1",
            "coder:c2",
            "unit:span",
            "unit:article",
            "article:1",
            "article:3",
            "meta:site=north",
            "created:2026",
            "is:reviewed",
        ]
    ).map(parse)
    others = st.sampled_from(["/[Aa]id/", "/京/", "note:aid", "note:北*", "note:x"]).map(parse)
    return st.one_of(word_leaves(), word_leaves(), near, inside, fields, fields, others)


def queries() -> st.SearchStrategy[Query]:
    return st.recursive(
        plain_leaves(),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(all_of),
            st.lists(inner, min_size=2, max_size=3).map(any_of),
            inner.map(negated),
        ),
        max_leaves=5,
    )


class Marked(Library):
    """A library whose marks have all that marks have, seen by one coder or by all."""

    def __init__(self, texts: list[list[str]]) -> None:
        super().__init__(texts, TAGS)
        for article_id, article in self.articles.items():
            meta = {"site": "North"} if article.number % 2 else {}
            self.articles[article_id] = Article(id=article_id, number=article.number, title="Title", meta=meta)
        self.annotations: list[Annotation] = []
        self.review_list: list[Review] = []
        self.only = ""

    def paragraphs_of(self, mark: Annotation) -> range:
        if mark.anchor is None:
            return range(1)
        text = self.texts[mark.article]
        first = text.number_at(mark.anchor.start)
        return range(first, first + 1 if mark.unit == "paragraph" else text.number_at(mark.anchor.end - 1) + 1)

    def marks(self, article_id: str) -> Marks:
        grouped: dict[int, tuple[Annotation, ...]] = {}
        seen = [a for a in self.annotations if a.article == article_id and self.only in ("", a.coder)]
        for mark in seen:
            for number in self.paragraphs_of(mark):
                grouped[number] = (*grouped.get(number, ()), mark)
        reviews: dict[int, dict[str, str]] = {}
        for review in self.review_list:
            if review.article == article_id and self.only in ("", review.coder):
                reviews.setdefault(review.paragraph, {})[review.coder] = review.at
        return Marks({a.id: a for a in seen}, grouped, {}, reviews)


@st.composite
def libraries(draw: st.DrawFn) -> Marked:
    library = Marked(draw(st.lists(st.lists(SENTENCES, min_size=1, max_size=4), min_size=1, max_size=4)))
    for n in range(draw(st.integers(1, 6))):
        article = draw(st.sampled_from(sorted(library.articles)))
        text = library.texts[article]
        unit = draw(st.sampled_from(["paragraph", "span", "article"]))
        first = draw(st.integers(1, len(text)))
        last = draw(st.integers(first, len(text)))
        mark = library.put(
            article,
            0 if unit == "article" else first,
            tag=draw(st.sampled_from(["", *TAGS])),
            note=draw(st.one_of(st.just(""), SENTENCES)),
        )
        anchor = mark.anchor
        if unit == "span" and anchor is not None:
            anchor = type(anchor)(anchor.start, text.paragraph(last).end, "")
        library.annotations.append(
            Annotation(
                id=f"n{n}",
                unit=unit,  # type: ignore[arg-type]  # drawn from the three
                coder=draw(st.sampled_from(CODERS)),
                article=article,
                anchor=anchor,
                tag=mark.tag,
                note=mark.note,
                created=draw(st.sampled_from(["2025-06-01T10:00:00.000000Z", "2026-06-01T10:00:00.000000Z"])),
            )
        )
    for n in range(draw(st.integers(0, 3))):
        article = draw(st.sampled_from(sorted(library.articles)))
        number = draw(st.integers(1, len(library.texts[article])))
        coder = draw(st.sampled_from(CODERS))
        library.review_list.append(
            Review(id=f"r{n}", coder=coder, article=article, paragraph=number, start=0, end=0, at="2026")
        )
    return library


def edit_of(number: int, record: Stored) -> Edit:
    change = Change(table_of(record), record.id, None, encode(record))
    return Edit(id=f"e{number:04}", at=f"2026-{number:04}", coder="c1", command="x", changes=(change,))


@st.composite
def indexed(draw: st.DrawFn, library: Marked) -> Index:
    """An index that got articles and marks in any order and portions, and the words of some of the texts."""
    records: list[Stored] = [
        *library.articles.values(),
        *library.annotations,
        *library.review_list,
        *TAGS.values(),
    ]
    coming = draw(st.permutations(records))
    index = Index.open(
        Path(), project="p", paragraph_of=lambda a, at: library.texts[a].number_at(at) if a else 0, memory=True
    )
    stop = draw(st.integers(0, len(coming)))
    index.apply([edit_of(n, record) for n, record in enumerate(coming[:stop])], "1")
    index.take_texts(library.text)
    index.apply([edit_of(n, record) for n, record in enumerate(coming[stop:], stop)], "2")
    if draw(st.booleans()):
        index.take_texts(library.text)
    return index


def slowly(library: Marked, query: Query, scope: Scope) -> list[tuple[str, int]]:
    found = []
    for article in library.articles.values():
        marks = library.marks(article.id)
        for number in range(1, len(library.texts[article.id]) + 1):
            own = [*marks.of(number), *(marks.of(0) if number == 1 else ())]
            reviews = marks.reviews.get(number, {})
            seen = Seen(
                article,
                library.texts[article.id].text_of(number),
                own,
                scope.coder in reviews if scope.coder else bool(reviews),
            )
            if holds_slowly(query, seen, Codebook(TAGS)):
                found.append((article.id, number))
    return found


@given(st.data(), libraries(), st.lists(queries(), min_size=2, max_size=8), st.sampled_from(["", "c1"]), st.booleans())
@settings(deadline=None, max_examples=250)
def test_index_scan_and_slow_search_agree(
    data: st.DataObject, library: Marked, asked: list[Query], coder: str, blind: bool
) -> None:
    library.only = coder if blind else ""
    scope = Scope(coder, library.only)
    index = data.draw(indexed(library))
    raw = lambda article, start, size: library.texts[article].text.encode()[start : start + size]  # noqa: E731
    lookup = Lookup(index, library, raw if blind else None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asked_of_index, "_COMMON", data.draw(st.sampled_from([0, 1, 64])))  # tags rare and common
        for query in asked:
            expected = slowly(library, query, scope)
            assert list(matching(library, query, scope=scope)) == expected
            assert list(lookup.matching(query, scope=scope)) == expected
            assert list(lookup.search(query, scope=scope)) == list(scan(library, query, scope=scope))
            assert lookup.count(query, scope=scope) == len(expected)
    index.close()


@given(queries())
def test_a_tree_printed_and_parsed_is_the_same(query: Query) -> None:
    assert parse(str(query)) == query


# By hand


def index_of(library: Marked, order: list[str] | None = None) -> Index:
    """An index with all marks and, taken in this order, all texts."""
    index = Index.open(
        Path(), project="p", paragraph_of=lambda a, at: library.texts[a].number_at(at) if a else 0, memory=True
    )
    for number, article_id in enumerate(order or library.articles):
        index.apply([edit_of(number, library.articles[article_id])], str(number))
        index.take_texts(library.text)
    marks: list[Stored] = [*TAGS.values(), *library.annotations, *library.review_list]
    index.apply([edit_of(n, record) for n, record in enumerate(marks, 100)], "end")
    return index


def found(library: Marked, query: str, order: list[str] | None = None, scope: Scope = Scope()) -> list[tuple[str, int]]:  # noqa: B008  it cannot be changed
    lookup = Lookup(index_of(library, order), library)
    assert list(lookup.search(query, scope=scope)) == list(scan(library, query, scope=scope))
    return list(lookup.matching(query, scope=scope))


def tagged(library: Marked, article: str, number: int, tag: str = "t1", coder: str = "c1", note: str = "") -> None:
    mark = library.put(article, number, tag=tag, note=note)
    library.annotations.append(
        Annotation(
            id=f"n{len(library.annotations)}",
            unit=mark.unit,
            coder=coder,
            article=article,
            anchor=mark.anchor,
            tag=tag,
            note=note,
        )
    )


def test_articles_indexed_in_another_order_than_the_library_has() -> None:
    library = Marked([["aid", "aid x"], ["aid", "x"], ["aid", "aid"]])
    for article, number in (("a1", 2), ("a2", 1), ("a3", 2)):
        tagged(library, article, number)
    for order in (["a3", "a1", "a2"], ["a2", "a3", "a1"], ["a3", "a2", "a1"]):
        assert found(library, "aid -tag:harm", order) == [("a1", 1), ("a3", 1)]
        assert found(library, "aid tag:harm", order) == [("a1", 2), ("a2", 1), ("a3", 2)]
        assert found(library, "x OR tag:harm", order) == [("a1", 2), ("a2", 1), ("a2", 2), ("a3", 2)]


@pytest.mark.parametrize("common", [0, 64])
def test_words_beside_tags_rare_and_common_that_lie_in_some_articles(
    common: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked_of_index, "_COMMON", common)
    library = Marked([["ete"] * 9, ["x ete"] * 9, ["ete x", "x"], ["ete"] * 9])
    for article, number, tag, coder in (
        *(("a2", number, "t1", "c1") for number in range(2, 9)),
        ("a3", 1, "t1", "c2"),
        ("a2", 3, "t2", "c1"),
        ("a2", 8, "t3", "c1"),
        ("a3", 2, "t1", "c1"),
    ):
        tagged(library, article, number, tag, coder)
    everywhere = [("a2", number) for number in range(2, 9)] + [("a3", 1)]
    for order in (["a1", "a2", "a3", "a4"], ["a4", "a3", "a2", "a1"], ["a3", "a1"]):
        assert found(library, "ete tag:harm", order) == everywhere
        assert found(library, "ete tag:harm -x", order) == []
        assert found(library, "ete tag:harm/*", order) == [("a2", 3), ("a2", 8)]
        assert found(library, "ete tag:harm tag:harm/Aid", order) == [("a2", 3), ("a2", 8)]
        assert found(library, "(ete OR y) tag:harm near(x ete, 0)", order) == everywhere
    library.only = "c1"
    assert found(library, "ete tag:harm", scope=Scope("", "c1")) == everywhere[:-1]


def test_counting_words_that_the_index_is_sure_of_reads_no_text() -> None:
    library = Marked([["aid x", "aid y"], ["aid"]])
    read: list[str] = []

    def raw(article: str, start: int, size: int) -> bytes:
        read.append(article)
        return library.texts[article].text.encode()[start : start + size]

    lookup = Lookup(index_of(library), library, raw)
    assert lookup.count("aid -x") == 2
    assert not read
    assert [hit.article_id for hit in lookup.search("aid -x")] == ["a1", "a2"]
    assert read == ["a1", "a2"]


def test_near_counts_only_the_words_between() -> None:
    library = Marked([["aid x ete", "aid y x y ete", "ete aid x", "aid 北京 x"]])
    assert found(library, "near(aid x ete, 0)") == [("a1", 1), ("a1", 3)]
    assert found(library, "near(ete aid x, 2)") == [("a1", 1), ("a1", 2), ("a1", 3)]
    assert found(library, "near(aid x, 1)") == [("a1", 1), ("a1", 2), ("a1", 3)]
    assert found(library, "near(x aid, 2)") == [("a1", 1), ("a1", 2), ("a1", 3), ("a1", 4)]


def test_what_is_forbidden_is_meant_exactly() -> None:
    library = Marked([["x か", "x が", "x"]])
    assert found(library, "x -か") == [("a1", 2), ("a1", 3)]
    assert found(library, "x -が") == [("a1", 1), ("a1", 3)]


def test_a_blind_project_shows_ones_own_marks_only() -> None:
    library = Marked([["aid", "x", "y"]])
    tagged(library, "a1", 1, coder="c2", note="secret")
    tagged(library, "a1", 2, coder="c1")
    library.review_list.append(Review(id="r1", coder="c2", article="a1", paragraph=3, start=0, end=0, at="2026"))
    assert found(library, "tag:harm") == [("a1", 1), ("a1", 2)]
    library.only = "c1"
    blind = Scope("", "c1")
    assert found(library, "tag:harm", scope=blind) == [("a1", 2)]
    assert found(library, "harm OR secret", scope=blind) == [("a1", 2)]
    assert found(library, "has:note OR coder:c2 OR is:reviewed", scope=blind) == []
    assert found(library, "-has:tag", scope=blind) == [("a1", 1), ("a1", 3)]


def test_what_is_reviewed_is_what_the_one_who_asks_has_reviewed() -> None:
    library = Marked([["aid", "aid"]])
    for number, coder in ((1, "c1"), (2, "c2")):
        library.review_list.append(
            Review(id=f"r{number}", coder=coder, article="a1", paragraph=number, start=0, end=0, at="2026")
        )
    assert found(library, "is:reviewed") == [("a1", 1), ("a1", 2)]
    assert found(library, "is:reviewed", scope=Scope("c2")) == [("a1", 2)]


def test_a_text_that_was_split_anew_is_taken_in_again() -> None:
    library = Marked([["aid", "x"], ["aid"]])
    index = index_of(library)
    lookup = Lookup(index, library)
    assert lookup.count("aid") == 2
    library.texts["a1"] = type(library.texts["a1"])(["x", "y", "aid aid"])
    article = Article(id="a1", number=1, title="Title", paragraphs_sha256="other")
    library.articles = {**library.articles, "a1": article}
    assert list(lookup.matching("aid")) == [("a1", 3), ("a2", 1)]  # scanned: what the index has is of the old split
    index.apply([edit_of(900, article)], "later")
    assert index.missing_texts() == ["a1"]
    assert index.take_texts(library.text)
    assert list(lookup.matching("aid")) == [("a1", 3), ("a2", 1)]
    assert [hit.start for hit in lookup.search("aid")] == [4, 8, 0]


def test_many_alternatives_and_many_words() -> None:
    library = Marked([["aid " + " ".join(f"w{n}" for n in range(60)), "w7", "z"]])
    assert found(library, " OR ".join(f"w{n}" for n in range(1150))) == [("a1", 1), ("a1", 2)]
    assert found(library, " ".join(f"w{n}" for n in range(60))) == [("a1", 1)]
    assert found(library, '"' + " ".join(f"w{n}" for n in range(40)) + '"') == [("a1", 1)]
    assert found(library, '"' + " ".join(f"w{n}" for n in range(40)) + ' aid"') == []
    deep = "w7"
    for n in range(39):
        deep = f"({deep} OR q{n}) -v{n}" if n % 2 else f"({deep} w7)"
    assert found(library, deep) == [("a1", 1), ("a1", 2)]
    assert found(library, "tag:harm OR " + " OR ".join(["harm"] * 40)) == []


def test_limit_and_orders() -> None:
    library = Marked([["b aid z", "a aid y"], ["c aid x, aid"]])
    lookup = Lookup(index_of(library), library)
    assert [hit.left for hit in lookup.search("aid", limit=2)] == ["b ", "a "]
    assert [hit.left for hit in lookup.search("aid", order="left")] == ["a ", "b ", "c ", "c aid x, "]
    assert [hit.right for hit in lookup.search("aid", order="right")] == ["", " x, aid", " y", " z"]
    assert [hit.right for hit in lookup.search("aid", order="right", limit=2)] == ["", " x, aid"]
    dated = {"a1": {"published": "2026-02-01"}, "a2": {"Date": "2026-01-01"}}
    library.articles = {
        key: Article(id=key, number=a.number, title="", meta=dated[key]) for key, a in library.articles.items()
    }
    assert [hit.article_id for hit in lookup.search("aid", order="date")] == ["a2", "a2", "a1", "a1"]
    assert list(lookup.search("aid", order="date")) == list(scan(library, "aid", order="date"))


def test_searches_saved_under_a_name() -> None:
    from reader.errors import UsageError
    from reader.model import SavedSearch

    library = Marked([["aid x", "aid", "x"]])
    named = {"harm done": "aid OR saved:x", "x": "x -aid", "round": 'saved:"Round"', "broken": "aid OR"}
    saved = {f"s{n}": SavedSearch(id=f"s{n}", name=name, query=q) for n, (name, q) in enumerate(named.items())}
    scope = Scope("", "", saved)
    assert found(library, 'saved:"HARM done"', scope=scope) == [("a1", 1), ("a1", 2), ("a1", 3)]
    assert found(library, 'aid -saved:"harm done"', scope=scope) == []
    for query, said in (("saved:y", "no saved search"), ("saved:round", "asks for itself"), ("saved:broken", "OR")):
        with pytest.raises(UsageError, match=said):
            scan(library, query, scope=scope)


def test_patterns_that_go_back_for_ever_end_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from reader.errors import UsageError
    from reader.search import unit

    monkeypatch.setattr(unit, "PATTERN_SECONDS", 0.2)
    library = Marked([["a" * 5_000 + "b"]])
    with pytest.raises(UsageError, match="took more than"):
        list(scan(library, "/(a|a|aa)*(a|a)+$/"))


def test_the_nearest_tag_is_named() -> None:
    from reader.errors import UnknownTag

    library = Marked([["aid"]])
    for query, said in (("tag:hram", "harm"), ("tag:old/*", "below"), ("tag:gone", "no tag")):
        with pytest.raises(UnknownTag, match=said):
            scan(library, query)


def test_a_damaged_index_is_said(tmp_path: Path) -> None:
    import sqlite3

    from reader.errors import Damage

    library = Marked([["aid"]])
    path = tmp_path / "index.sqlite"
    index = Index.open(path, project="p", paragraph_of=lambda a, at: 1)
    index.apply([edit_of(1, library.articles["a1"])], "1")
    index.take_texts(library.text)
    lookup = Lookup(index, library)
    assert lookup.count("aid") == 1
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE marked")
    with pytest.raises(Damage, match="index"):
        lookup.count("tag:harm")
    assert index.catch_up(lambda cursor: ([edit_of(1, library.articles["a1"])], "2") if not cursor else ([], "3"))
    lookup.close()
    index.close()
