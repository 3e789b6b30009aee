"""The tables beside csv: which rows, what stands in them, kept by hand; read back in both profiles."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.edits import Change, Edit
from reader.errors import UsageError
from reader.formats import ExportOptions, exporter_for
from reader.formats.coded import headings
from reader.formats.tables import TableExporter, guard, unguard
from reader.model import Anchor, Annotation, Article, Paragraph, Tag
from tests.exported import AT, LATER, PLAIN, FullCorpus, corpora, exported, identified, mark

LAST = "2025-03-03T10:00:00.000000Z"
TABLES = ("csv", "joined", "paragraphs", "articles", "codebook", "history")


def read_back(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter, strict=True))


def rows(corpus: FullCorpus, format_name: str, options: ExportOptions = PLAIN) -> list[dict[str, str]]:
    header, *found = read_back(exported(corpus, format_name, options))
    exporter = exporter_for(format_name)
    assert isinstance(exporter, TableExporter)
    assert header == [field.name for field in exporter.fields(corpus, options)]
    assert len(set(header)) == len(header)
    return [dict(zip(header, row, strict=True)) for row in found]


def columns(found: list[dict[str, str]], *names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in found]


class Edited(FullCorpus):
    """A corpus that knows its edits."""

    def history(self) -> Iterable[tuple[Edit, str, str, int]]:
        change = Change("tags", "t1", None, {"id": "t1"})
        yield Edit(id="e1", at=AT, coder="ida", command="tag-add", changes=(change,)), "made the tag =x", "", 0
        yield Edit(id="e2", at=LATER, coder="jon", command="tag", changes=(change, change)), "put on", "a1", 2
        yield Edit(id="e3", at=LAST, coder="jon", command="undo", changes=(change,), undoes="e2"), "put on", "a1", 2


def interview() -> Edited:
    """Two articles; ida reviewed ¶ 1 before the tag `late` was made and ¶ 2 after, jon only coded."""
    corpus = Edited("Interview")
    whole = "Ida: We left.\n\nJon: =When?\n\nShare"
    article = Article(
        id="a1",
        number=3,
        title="Talk",
        sources=("in/talk.txt", "https://x.example"),
        meta={"site": "north"},
        imported_at=AT,
        roles={"2": "caption"},
    )
    corpus.add_text(
        article,
        whole,
        [Paragraph(1, 0, 13, "body", "Ida"), Paragraph(2, 15, 26, "body", "Jon"), Paragraph(3, 28, 33, "furniture")],
    )
    text = corpus.text("a1")
    other = Article(id="a2", number=1, title="Empty", meta={"by": "x"})
    corpus.add_text(other, "Nothing.", [Paragraph(1, 0, 8)])
    corpus.add_tags(
        Tag(id="t1", name="harm", created=AT, description="what hurts", key="h"),
        Tag(id="t2", name="loss", created=AT, parent="t1"),
        Tag(id="t3", name="late", created=LATER),
        Tag(id="t4", name="merged", created=LAST, merged_into="t2"),
        Tag(id="t5", name="gone", created=AT, deleted=True),
        Tag(id="t6", name="text", created=AT, archived=True),
    )
    corpus.add(
        mark(1, article, text, 0, 13, unit="paragraph", tag="t2"),
        mark(2, article, text, 5, 20, tag="t1", note="across", modified=LATER),
        mark(3, article, text, 0, 13, unit="paragraph", tag="t4", coder="jon"),
        mark(4, article, text, 0, 13, unit="paragraph", tag="t5", coder="jon"),
        mark(5, article, text, tag="t1", coder="jon"),
        mark(6, article, text, 0, 13, unit="paragraph", note="bare", coder="jon", modified=LAST),
        Annotation(id=identified("n", 7), unit="span", coder="ida", article="a1", tag="t3", anchor=Anchor(0, 4, "gone", state="orphan"), created=AT, modified=AT),
        Annotation(id=identified("n", 8), unit="tag", coder="ida", tag="t1", note="memo", created=AT, modified=AT),
    )  # fmt: skip
    corpus.review(identified("r", 1), "a1", 1, "ida", AT)
    corpus.review(identified("r", 2), "a1", 2, "ida", AT)
    corpus.review(identified("r", 3), "a1", 2, "ida", LAST)
    return corpus


# -- paragraphs: the zero that means «looked at, not there» ----------------------------------------------


def test_one_zero_and_empty_kept_by_hand() -> None:
    found = rows(interview(), "paragraphs")
    cells = columns(found, "article_id", "paragraph", "coder", "reviewed_at", "harm", "harm > loss", "late", "tag:text")
    assert cells == [
        ("a2", "1", "ida", "", "", "", "", ""),
        ("a2", "1", "jon", "", "", "", "", ""),
        ("a1", "1", "ida", AT, "1", "1", "", "0"),
        ("a1", "1", "jon", "", "", "1", "", ""),
        ("a1", "2", "ida", LAST, "1", "0", "0", "0"),
        ("a1", "2", "jon", "", "", "", "", ""),
        ("a1", "3", "ida", "", "", "", "", ""),
        ("a1", "3", "jon", "", "", "", "", ""),
    ]


def test_what_the_row_is_of() -> None:
    found = columns(rows(interview(), "paragraphs"), "number", "title", "role", "speaker", "text")
    assert found[2::2] == [
        ("3", "Talk", "body", "Ida", "Ida: We left."),
        ("3", "Talk", "caption", "Jon", "Jon: =When?"),
        ("3", "Talk", "furniture", "", "Share"),
    ]


def test_one_coder_and_wanted_paragraphs() -> None:
    found = rows(interview(), "paragraphs", ExportOptions(coder="ida", keep=lambda a, n: (a, n) == ("a1", 2)))
    assert columns(found, "article_id", "paragraph", "coder", "late") == [("a1", "2", "ida", "0")]
    assert columns(rows(interview(), "paragraphs", ExportOptions(coder="nobody")), "coder", "harm")[0] == ("nobody", "")


def test_columns_that_would_have_the_same_name() -> None:
    assert headings(["text", "tag:text", "a", "a", "a (2)"]) == ["tag:text", "tag:text (2)", "a", "a (2)", "a (2) (2)"]


@settings(max_examples=40, deadline=None)
@given(corpora())
def test_paragraphs_equal_a_slow_reading_of_the_rules(corpus: FullCorpus) -> None:
    names = {tag.id: name for tag, name in zip(_tags_in_order(corpus), _tag_columns(corpus), strict=True)}
    everybody = sorted(
        {m.coder for a in corpus.articles for m in corpus.marks(a).annotations.values()}
        | {r.coder for r in corpus.reviews}
    )
    expected = []
    for article in corpus.articles.values():
        text, marks = corpus.text(article.id), corpus.marks(article.id)
        for paragraph in text.paragraphs:
            for coder in everybody:
                reviews = [
                    r.at
                    for r in corpus.reviews
                    if (r.article, r.paragraph, r.coder) == (article.id, paragraph.number, coder)
                ]
                row = {
                    "article_id": article.id,
                    "paragraph": str(paragraph.number),
                    "coder": coder,
                    "reviewed_at": max(reviews, default=""),
                }
                for tag in corpus.tags.values():
                    put_on = any(
                        m.tag == tag.id and m.coder == coder and m.anchor is not None and paragraph.number in _numbers(text.paragraphs, m.anchor)
                        for m in marks.annotations.values()
                    )  # fmt: skip
                    row[names[tag.id]] = "1" if put_on else "0" if any(at >= tag.created for at in reviews) else ""
                expected.append(row)
    found = [{key: row[key] for key in expected[0]} for row in rows(corpus, "paragraphs")] if expected else []
    assert found == expected


def _tags_in_order(corpus: FullCorpus) -> list[Tag]:
    from reader.codebook import Codebook, plain

    book = Codebook(corpus.tags)
    return sorted(corpus.tags.values(), key=lambda t: ([plain(n) for n in book.path(t.id)], book.path(t.id), t.id))


def _tag_columns(corpus: FullCorpus) -> list[str]:
    exporter = exporter_for("paragraphs")
    assert isinstance(exporter, TableExporter)
    return [field.name for field in exporter.fields(corpus, PLAIN)][9:]


def _numbers(paragraphs: list[Paragraph], anchor: Anchor) -> set[int]:
    """The paragraph of the first character marked (or the next one), to that of the last."""
    first = next((p.number for p in paragraphs if anchor.start < p.end), len(paragraphs))
    last = next((p.number for p in paragraphs if anchor.end - 1 < p.end), len(paragraphs))
    return set(range(first, max(first, last) + 1))


# -- the others ----------------------------------------------------------------------------------------


def test_joined() -> None:
    corpus = interview()
    article = corpus.articles["a1"]
    corpus.add(
        mark(
            9, article, corpus.text("a1"), 0, 13, unit="paragraph", tag="t3", note="n;1", created=LATER, modified=LATER
        )
    )
    found = rows(corpus, "joined")
    names = (
        "row",
        "unit",
        "paragraph",
        "last_paragraph",
        "char_start",
        "char_end",
        "coder",
        "tags",
        "tag_count",
        "notes",
    )
    assert columns(found, *names) == [
        ("1", "article", "", "", "", "", "jon", "harm", "1", ""),
        ("2", "span", "1", "1", "0", "4", "ida", "late", "1", ""),
        ("3", "paragraph", "1", "1", "0", "13", "jon", "harm > loss", "1", "bare"),
        ("4", "paragraph", "1", "1", "0", "13", "ida", "harm > loss; late", "2", "n;1"),
        ("5", "span", "1", "2", "5", "20", "ida", "harm", "1", "across"),
        ("6", "tag", "", "", "", "", "ida", "harm", "1", "memo"),
    ]
    assert columns(found, "created_at", "updated_at", "annotation_ids")[3] == (
        AT,
        LATER,
        f"{identified('n', 1)}; {identified('n', 9)}",
    )


def test_articles() -> None:
    found = rows(interview(), "articles")
    assert columns(found, "number", "id", "title", "source", "sources", "paragraphs", "to_read", "characters") == [
        ("1", "a2", "Empty", "", "", "1", "1", "8"),
        ("3", "a1", "Talk", "in/talk.txt", "in/talk.txt\nhttps://x.example", "3", "2", "33"),
    ]
    assert columns(
        found, "annotations", "coded", "reviewed", "coded:ida", "coded:jon", "reviewed:ida", "reviewed:jon"
    ) == [
        ("0", "0", "0", "0", "0", "0", "0"),
        ("6", "2", "2", "2", "1", "2", "0"),  # the one with a deleted tag and no note is no row of csv either
    ]
    assert columns(found, "meta:by", "meta:site") == [("x", ""), ("", "north")]


def test_codebook() -> None:
    found = rows(interview(), "codebook")
    names = ("tag_id", "path", "description", "key", "archived", "annotations", "with_below", "articles", "coders")
    assert columns(found, *names) == [
        ("t1", "harm", "what hurts", "h", "false", "2", "4", "1", "2"),
        ("t2", "harm > loss", "", "", "false", "2", "2", "1", "2"),
        ("t3", "late", "", "", "false", "1", "1", "1", "1"),
        ("t6", "text", "", "", "true", "0", "0", "0", "0"),
    ]
    only = rows(interview(), "codebook", ExportOptions(coder="jon"))
    assert columns(only, "annotations") == [("1",), ("1",), ("0",), ("0",)]


def test_history() -> None:
    found = rows(interview(), "history")
    names = ("row", "edit_id", "coder", "command", "description", "article_title", "paragraph", "changes", "undoes")
    assert columns(found, *names) == [
        ("1", "e1", "ida", "tag-add", "made the tag =x", "", "", "1", ""),
        ("2", "e2", "jon", "tag", "put on", "Talk", "2", "2", ""),
        ("3", "e3", "jon", "undo", "put on", "Talk", "2", "1", "e2"),
    ]
    assert columns(rows(interview(), "history", ExportOptions(coder="ida")), "edit_id") == [("e1",)]
    assert columns(rows(interview(), "history", ExportOptions(keep=lambda _, n: n == 2)), "row") == [("1",), ("2",)]
    with pytest.raises(UsageError, match="no history"):
        exported(FullCorpus(), "history")


# -- profiles -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_name", TABLES)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_both_profiles_hold_the_same_cells(format_name: str, delimiter: str) -> None:
    corpus = interview()
    corpus.add_tags(Tag(id="t7", name="=1+1", created=AT, description="-x\r\n@y"))
    data = exported(corpus, format_name, ExportOptions(delimiter=delimiter))
    excel = exported(corpus, format_name, ExportOptions(delimiter=delimiter, profile="excel"))
    assert excel.startswith(b"\xef\xbb\xbf")
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in excel
    guarded = read_back(excel, delimiter)
    assert all(cell[:1] not in tuple("=+-@\t\r\n") for row in guarded for cell in row if cell)
    assert [[unguard(cell) for cell in row] for row in guarded] == read_back(data, delimiter)


@pytest.mark.parametrize("format_name", TABLES)
def test_options_that_cannot_be(format_name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the delimiter"):
        exported(interview(), format_name, ExportOptions(delimiter="ab"))
    with pytest.raises(UsageError, match="no profile 'word'"):
        exported(interview(), format_name, ExportOptions(profile="word"))


@given(st.text(max_size=5))
def test_the_guard_can_be_taken_off(cell: str) -> None:
    assert unguard(guard(cell)) == cell


def test_marks_by_wanted_paragraph() -> None:
    found = rows(interview(), "csv", ExportOptions(keep=lambda _, number: number == 2))
    assert columns(found, "annotation_id", "row") == [(identified("n", 2), "1")]
    whole = rows(interview(), "csv", ExportOptions(keep=lambda _, number: number == 0))
    assert columns(whole, "annotation_id") == [(identified("n", 5),)]
