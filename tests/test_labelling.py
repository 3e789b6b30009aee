"""Files for labelling tools: the shape each reads, positions in code points, kept by hand."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from reader.formats import ExportOptions
from tests.exported import AT, LATER, PLAIN, FullCorpus, corpora, exported, identified
from tests.test_tables import LAST, interview

TALK = "Ida: We left.\n\nJon: =When?\n\nShare"


def lines(corpus: FullCorpus, format_name: str, options: ExportOptions = PLAIN) -> list[dict[str, Any]]:
    return [json.loads(line) for line in exported(corpus, format_name, options).splitlines()]


def test_doccano() -> None:
    where = {"article_id": "a1", "number": 3, "title": "Talk", "source": "in/talk.txt"}
    assert lines(interview(), "doccano") == [
        {"text": TALK, "label": [[0, 13, "harm > loss"], [5, 20, "harm"]], "cats": [], **where, "coder": "ida"},
        {"text": TALK, "label": [[0, 13, "harm > loss"]], "cats": ["harm"], **where, "coder": "jon"},
    ]


def test_prodigy() -> None:
    found = lines(interview(), "prodigy")
    paths = ["harm", "harm > loss", "late", "text"]
    assert all(task["options"] == [{"id": path, "text": path} for path in paths] for task in found)
    assert [(t["text"], t["spans"], t["accept"], t["answer"]) for t in found] == [
        ("Ida: We left.", [{"start": 5, "end": 13, "label": "harm"}], ["harm > loss"], "accept"),
        ("Jon: =When?", [{"start": 0, "end": 5, "label": "harm"}], [], "accept"),
        ("Ida: We left.", [], ["harm > loss"], "accept"),
    ]
    assert [
        (t["meta"]["coder"], t["meta"]["paragraph"], t["meta"]["speaker"], t["meta"]["reviewed_at"]) for t in found
    ] == [
        ("ida", 1, "Ida", AT),
        ("ida", 2, "Jon", LAST),
        ("jon", 1, "Ida", ""),
    ]


def test_a_paragraph_read_and_left_without_a_tag_is_a_negative_example() -> None:
    corpus = interview()
    corpus.review(identified("r", 9), "a1", 3, "jon", LATER)
    (task,) = (t for t in lines(corpus, "prodigy") if t["text"] == "Share")
    assert (task["accept"], task["spans"], task["meta"]["coder"]) == ([], [], "jon")


def test_label_studio() -> None:
    (task,) = json.loads(exported(interview(), "label-studio"))
    assert task["id"] == 3
    assert task["data"] == {
        "text": TALK,
        "article_id": "a1",
        "number": 3,
        "title": "Talk",
        "source": "in/talk.txt",
        "coders": ["ida", "jon"],
    }
    ida, jon = task["annotations"]
    assert ida["result"][1] == {
        "id": identified("n", 2),
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 5, "end": 20, "text": "We left.\n\nJon: ", "labels": ["harm"]},
        "meta": {"text": ["ida", "across"]},
    }
    assert jon["result"][0] == {
        "id": identified("n", 5),
        "from_name": "article",
        "to_name": "text",
        "type": "choices",
        "value": {"choices": ["harm"]},
        "meta": {"text": ["jon"]},
    }
    assert json.loads(exported(FullCorpus(), "label-studio")) == []


@settings(max_examples=40, deadline=None)
@given(corpora())
def test_positions_are_the_words(corpus: FullCorpus) -> None:
    for task in json.loads(exported(corpus, "label-studio")):
        for annotation in task["annotations"]:
            for result in annotation["result"]:
                value = result["value"]
                assert "choices" in value or task["data"]["text"][value["start"] : value["end"]] == value["text"]
    for task in lines(corpus, "prodigy"):
        assert all(0 <= span["start"] < span["end"] <= len(task["text"]) for span in task["spans"])


def test_one_coder_and_wanted_paragraphs() -> None:
    options = ExportOptions(coder="ida", keep=lambda _, number: number == 2)
    (task,) = lines(interview(), "prodigy", options)
    assert task["text"] == "Jon: =When?"
    assert [task["coder"] for task in lines(interview(), "doccano", options)] == ["ida"]
