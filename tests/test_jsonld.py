"""JSON-LD: out and in again is the same project; what is not as it should be is one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from reader.errors import Unreadable
from reader.formats import ExportOptions, NewAnnotation, NewArticle, NewProject, NewTag
from reader.model import Anchor, Annotation, Coder, Paragraph, Pass, SavedSearch, Split, Tag
from tests.exported import AT, LATER, FullCorpus, article_of, corpora, exported, found_in, identified, mark, taken_in

Json = dict[str, Any]


def rich() -> FullCorpus:
    """Everything a project can hold at once."""
    corpus = FullCorpus("Flood")
    whole = "Ida: Water came.\n\nJon: 北京 and 😀 stood.\n\nShare"
    article = article_of(
        whole, 7, title="Water", sources=("a.txt", "https://x.example"), meta={"site": "north"}, imported_at=AT,
        media_type="text/markdown", split=Split("markdown", "line", 2), source_sha256="9f", roles={"2": "caption"},
        replaces={"article": "a0"}, extra={"colour": "red"},
    )  # fmt: skip
    text = corpus.add_text(
        article, whole,
        [Paragraph(1, 0, 16, "body", "Ida"), Paragraph(2, 18, 38, "body", "Jon"), Paragraph(3, 40, 45, "furniture")],
    )  # fmt: skip
    one, two, three = (identified("t", n) for n in (1, 2, 3))
    corpus.add_tags(
        Tag(id=two, name="beds", created=AT, parent=one, colour="#0072b2", key="b", description="a\nb", archived=True),
        Tag(id=one, name="harm", created=AT, extra={"x": 1}),
        Tag(id=three, name="old", created=AT, merged_into=one),
        Tag(id=identified("t", 4), name="gone", created=AT, deleted=True),
    )
    corpus.add(
        mark(1, article, text, 0, 16, unit="paragraph", tag=one, note="why", modified=LATER),
        mark(2, article, text, 23, 31, tag=three, coder="jon", layer="second", extra={"y": [1]}),
        mark(3, article, text, 0, 16, unit="paragraph", note="bare"),
        mark(4, article, text, tag=two),
        Annotation(id=identified("n", 5), unit="tag", coder="ida", tag=one, note="memo", created=AT, modified=AT),
        Annotation(id=identified("n", 6), unit="project", coder="jon", note="aims", created=AT, modified=AT),
        Annotation(
            id=identified("n", 7), unit="span", coder="ida", article=article.id, note="lost", created=AT, modified=AT,
            anchor=Anchor(900, 905, "words", "be", "fo", "orphan"),
        ),
        Annotation(
            id=identified("n", 8), unit="span", coder="ida", article=article.id, note="near", created=AT, modified=AT,
            anchor=Anchor(5, 10, "Watr", "be", "fo", "fuzzy"),
        ),
    )  # fmt: skip
    corpus.review(identified("r", 1), article.id, 2)
    corpus.review(identified("r", 2), article.id, 2, "jon", LATER)
    corpus.known_coders = {"ida": Coder(id="ida", name="Ida B.", passes=(Pass("first", AT),)), "jon": Coder(id="jon")}
    corpus.searches = {"s1": SavedSearch(id="s1", name="water", query="water tag:none")}
    return corpus


def state(corpus: FullCorpus) -> list[object]:
    """All that a project holds, as plain values."""
    articles = corpus.articles
    return [
        articles,
        {key: (corpus.text(key).whole, corpus.text(key).paragraphs) for key in articles},
        {key: sorted(corpus.marks(key).annotations.items()) for key in articles},
        {key: sorted(corpus.marks(key).review_records.items()) for key in articles},
        corpus.memos(),
        dict(corpus.tags),
        corpus.coders,
        corpus.searches,
        corpus.name,
    ]


def test_everything_comes_back() -> None:
    corpus = rich()
    data = exported(corpus, "jsonld")
    back = taken_in(found_in(data, "p.jsonld"))
    assert state(back) == state(corpus)
    assert exported(back, "jsonld") == data


@settings(max_examples=60, deadline=None)
@given(corpora())
def test_out_and_in_is_the_same(corpus: FullCorpus) -> None:
    data = exported(corpus, "jsonld")
    if not corpus.articles and not corpus.tags:
        return
    back = taken_in(found_in(data, "p.jsonld"))
    assert state(back) == state(corpus)
    assert exported(back, "jsonld") == data


def test_it_is_what_the_standard_says() -> None:
    document = json.loads(exported(rich(), "jsonld"))
    assert document["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    items = document["first"]["items"]
    assert document["total"] == len(items) == 8
    one = next(item for item in items if item["id"].endswith("1"))
    assert (one["type"], one["motivation"], one["creator"]) == (
        "Annotation",
        "tagging",
        {"type": "Person", "nickname": "ida"},
    )
    quote, position = one["target"]["selector"]
    assert quote["type"] == "TextQuoteSelector"
    assert quote["exact"] == "Ida: Water came."
    assert position == {"type": "TextPositionSelector", "start": 0, "end": 16}
    assert [body["purpose"] for body in one["body"]] == ["tagging", "commenting"]


def test_one_coder_and_wanted_paragraphs() -> None:
    document = json.loads(exported(rich(), "jsonld", ExportOptions(coder="jon", keep=lambda _, number: number == 2)))
    assert [item["id"][-1] for item in document["first"]["items"]] == ["2"]
    assert [review["coder"] for review in document["reader:articles"][0]["reviews"]] == ["jon"]


# -- files of others, and broken ones --------------------------------------------------------------------


def changed(change: Callable[[Json], object]) -> bytes:
    document = json.loads(exported(rich(), "jsonld"))
    change(document)
    return json.dumps(document).encode()


def anno(document: Json, number: int = 0) -> Json:
    found: Json = document["first"]["items"][number]
    return found


def test_a_quote_that_moved_is_found_by_its_words() -> None:
    def move(document: Json) -> None:
        anno(document, 1)["target"]["selector"] = {"type": "TextQuoteSelector", "exact": "北京", "prefix": "Jon: "}

    (article,) = (item for item in found_in(changed(move), "p.jsonld") if isinstance(item, NewArticle))
    found = next(a for a in article.annotations if a.id == identified("n", 2))
    assert isinstance(found, NewAnnotation)
    assert found.anchor is not None
    assert (found.anchor.start, found.anchor.quote, found.anchor.suffix[:4]) == (23, "北京", " and")


def test_annotations_of_others_know_names_and_no_units() -> None:
    def strip(document: Json) -> None:
        for number in (0, 1):
            del anno(document, number)["reader:unit"]
            anno(document, number)["creator"] = "https://people.example/ida"
        anno(document)["body"] = {"type": "TextualBody", "purpose": "tagging", "value": "harm"}

    items = found_in(changed(strip), "p.jsonld")
    (article,) = (item for item in items if isinstance(item, NewArticle))
    assert Coder(id="https-people-example-ida", name="https://people.example/ida") in items
    found = {a.id: (a.unit, a.tag, a.coder) for a in article.annotations}
    assert found[identified("n", 1)] == ("paragraph", identified("t", 1), "https-people-example-ida")
    assert found[identified("n", 2)][0] == "span"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert isinstance(found_in(b"\xef\xbb\xbf" + exported(rich(), "jsonld"), "p.jsonld")[0], NewProject)


BROKEN: dict[str, tuple[Callable[[Json], object], str]] = {
    "quote": (lambda d: anno(d)["target"]["selector"][0].update(exact="nowhere"), "quotes “nowhere”, which is not in the text"),
    "position": (lambda d: anno(d)["target"]["selector"].__delitem__(0) or anno(d)["target"]["selector"][0].update(end=900), "quotes a place"),
    "tag": (lambda d: anno(d)["body"][0].update({"reader:tag": "t9"}), "a tag that is not in its codebook"),
    "text": (lambda d: anno(d)["target"].update(source="urn:other"), "a text that is not in the file"),
    "overlap": (lambda d: d["reader:articles"][0]["paragraphs"][1].__setitem__(0, 3), "¶ 2 of “Water” is not where its text is"),
    "hole": (lambda d: d["reader:articles"][0]["paragraphs"].pop(), "do not hold all of its text"),
    "role": (lambda d: d["reader:articles"][0]["paragraphs"][2].__setitem__(2, "king"), "¶ 3 of “Water”"),
    "review": (lambda d: d["reader:articles"][0]["reviews"][0].update(paragraph=9), "a review names ¶ 9"),
    "empty": (lambda d: d["reader:articles"][0].update(value=" "), "has no text"),
    "half": (lambda d: d["reader:articles"][0].update(value="\ud800"), "JSON-LD"),
    "twice": (lambda d: d["reader:articles"].append(d["reader:articles"][0]), "same id"),
    "newer": (lambda d: d.update({"reader:version": 2}), "newer version"),
    "type": (lambda d: d.update({"reader:articles": 5}), "is not a project in JSON-LD"),
    "far": (lambda d: anno(d)["target"]["selector"][1].update(end=10**25), "Expected `int` <= 9007199254740992"),
    "lines": (lambda d: d["reader:articles"][0].update(value=d["reader:articles"][0]["value"].replace("\n\n", "\r\n")), "line ends other than LF"),
    "nothing": (lambda d: d.update({"reader:articles": [], "reader:tags": []}), "neither texts nor a codebook"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_bad_input_is_one_sentence(case: str) -> None:
    change, said = BROKEN[case]
    with pytest.raises(Unreadable) as caught:
        found_in(changed(change), "p.jsonld")
    message = str(caught.value)
    assert said in message
    assert message.startswith("p.jsonld ")
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b"\xff\xfe\x00", b"[" * 100_000, b'{"a":' * 100_000, b"null"])
def test_what_is_no_json_ld(data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^p\.jsonld "):
        found_in(data, "p.jsonld")


def test_tags_come_before_marks_and_parents_before_children() -> None:
    kinds = [type(item).__name__ for item in found_in(exported(rich(), "jsonld"), "p.jsonld")]
    assert kinds.index("NewArticle") > max(i for i, kind in enumerate(kinds) if kind == "NewTag")
    tags = [item for item in found_in(exported(rich(), "jsonld"), "p.jsonld") if isinstance(item, NewTag)]
    assert [tag.path for tag in tags if tag.path[0] == "harm"] == [("harm",), ("harm", "beds")]
