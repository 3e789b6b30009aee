"""CSV: which rows there are, what stands in them, in which order; written and read back by Python's csv."""

from __future__ import annotations

import csv
import importlib.util
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import Buffer

from reader.errors import UsageError
from reader.formats import ExportOptions, exporter_for
from reader.formats.csv import COLUMNS, guard, unguard
from reader.formats.tables import AT_ONCE
from reader.model import Anchor, Annotation, Article, Tag
from tests.corpora import MemoryCorpus

HEADER = (
    "row,annotation_id,article_id,article_title,source,article_sha256,unit,paragraph,speaker,char_start,char_end,quote,"
    "context_before,context_after,tag_id,tag,tag_path,note,coder,created_at,updated_at,anchor,schema_version"
)
AT = "2025-03-01T10:00:00.000000Z"
PLAIN = ExportOptions()
LATER = "2025-03-02T10:00:00.000000Z"


def exported(corpus: MemoryCorpus, options: ExportOptions = PLAIN) -> bytes:
    out = io.BytesIO()
    rows = exporter_for("csv").write(corpus, out, options)
    data = out.getvalue()
    assert rows == len(read_back(data, options.delimiter if len(options.delimiter) == 1 else "\t")) - 1
    return data


def read_back(data: bytes, delimiter: str = ",") -> list[list[str]]:
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def cells(corpus: MemoryCorpus, *columns: str, coder: str = "") -> list[tuple[str, ...]]:
    _, *rows = read_back(exported(corpus, ExportOptions(coder=coder)))
    return [tuple(row[COLUMNS.index(column)] for column in columns) for row in rows]


def mark(ident: str, anchor: Anchor | None = None, **fields: str) -> Annotation:
    values = {"article": "a1", "coder": "ida", "created": AT, "modified": AT, **fields}
    unit = values.pop("unit", "paragraph" if anchor is not None else "article")
    return Annotation(id=ident, unit=unit, anchor=anchor, **values)  # type: ignore[arg-type]  # units as plain text here


def flood() -> MemoryCorpus:
    corpus = MemoryCorpus()
    text = corpus.add_article(
        Article(id="a1", number=1, title="Flood, “late”", sources=("in/flood.txt", "https://x.example"), sha256="5ha"),
        [("I: The barrier opened late.", "I"), ("Nobody rang us.", ""), ("R: Beds\nwent up.", "R")],
    )
    corpus.add_tags(Tag(id="t1", name="failure"), Tag(id="t2", name="warning", parent="t1"), Tag(id="t3", name="beds"))
    corpus.add(
        mark("n3", text.anchor(29, 44), tag="t2", note="why;\nand \"how\""),
        mark("n1", text.anchor(0, 27), tag="t2"),
        mark("n2", text.anchor(0, 27), note="=ask"),
        mark("n4", tag="t3"),
        mark("n5", text.anchor(33, 50), tag="t3", unit="span", coder="jon", modified=LATER),
    )  # fmt: skip
    return corpus


ROWS: list[list[str]] = [
    ["1", "n4", "a1", "Flood, “late”", "in/flood.txt", "5ha", "article", "", "", "", "", "", "", "", "t3", "beds", "beds", "", "ida", AT, AT, "", "1"],
    ["2", "n2", "a1", "Flood, “late”", "in/flood.txt", "5ha", "paragraph", "1", "I", "0", "27", "I: The barrier opened late.",
     "", "\n\nNobody rang us.\n\nR: Beds\nwent ", "", "", "", "=ask", "ida", AT, AT, "exact", "1"],
    ["3", "n1", "a1", "Flood, “late”", "in/flood.txt", "5ha", "paragraph", "1", "I", "0", "27", "I: The barrier opened late.",
     "", "\n\nNobody rang us.\n\nR: Beds\nwent ", "t2", "warning", "failure > warning", "", "ida", AT, AT, "exact", "1"],
    ["4", "n3", "a1", "Flood, “late”", "in/flood.txt", "5ha", "paragraph", "2", "", "29", "44", "Nobody rang us.",
     "I: The barrier opened late.\n\n", "\n\nR: Beds\nwent up.", "t2", "warning", "failure > warning", "why;\nand \"how\"", "ida", AT, AT, "exact", "1"],
    ["5", "n5", "a1", "Flood, “late”", "in/flood.txt", "5ha", "span", "2", "", "33", "50", "dy rang us.\n\nR: B",
     ": The barrier opened late.\n\nNobo"[-32:], "eds\nwent up.", "t3", "beds", "beds", "", "jon", AT, LATER, "exact", "1"],
]  # fmt: skip


def test_the_columns_are_the_contract() -> None:
    assert ",".join(COLUMNS) == HEADER


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_cell_of_a_small_corpus(delimiter: str) -> None:
    data = exported(flood(), ExportOptions(delimiter=delimiter))
    assert read_back(data, delimiter) == [HEADER.split(","), *ROWS]


def test_the_same_for_spreadsheets() -> None:
    data = exported(flood(), ExportOptions(profile="excel"))
    header, *rows = read_back(data)
    assert header == HEADER.split(",")
    assert rows[1][COLUMNS.index("note")] == "'=ask"
    assert [[unguard(cell) for cell in row] for row in rows] == ROWS


@pytest.mark.skipif(importlib.util.find_spec("pandas") is None, reason="pandas is not installed here")
@pytest.mark.parametrize("profile", ["data", "excel"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_pandas_reads_the_same_cells(profile: str, delimiter: str) -> None:
    pandas = importlib.import_module("pandas")
    data = exported(flood(), ExportOptions(profile=profile, delimiter=delimiter))
    table = pandas.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, sep=delimiter)
    assert list(table.columns) == HEADER.split(",")
    bare = unguard if profile == "excel" else str
    assert [[bare(cell) for cell in row] for row in table.to_numpy().tolist()] == ROWS


def test_offsets_are_the_quote() -> None:
    corpus = flood()
    whole = corpus.text("a1").whole
    for start, end, quote in cells(corpus, "char_start", "char_end", "quote"):
        assert not start or whole[int(start) : int(end)] == quote


def test_the_bytes_of_the_profiles() -> None:
    corpus = MemoryCorpus()
    corpus.add_article(Article(id="a1", number=1, title="T"))
    corpus.add(mark("n1", note="é"))
    row = f"1,n1,a1,T,,,article,,,,,,,,,,,é,ida,{AT},{AT},,1"
    assert exported(corpus) == f"{HEADER}\n{row}\n".encode()
    assert exported(corpus, ExportOptions(profile="excel")) == b"\xef\xbb\xbf" + f"{HEADER}\r\n{row}\r\n".encode()


@pytest.mark.parametrize("count", [AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE + 1])
def test_an_article_of_many_marks_is_written_in_pieces(count: int) -> None:
    corpus = MemoryCorpus()
    corpus.add_article(Article(id="a1", number=1, title="T"))
    corpus.add(*(mark(f"n{n:05}", note="same") for n in range(count)))
    pieces: list[bytes] = []

    class Pieces(io.BytesIO):
        def write(self, data: Buffer, /) -> int:
            pieces.append(bytes(data))
            return len(pieces[-1])

    assert exporter_for("csv").write(corpus, Pieces(), ExportOptions()) == count
    assert max(piece.count(b"\n") for piece in pieces) == min(count, AT_ONCE)
    rows = list(csv.reader(io.StringIO(b"".join(pieces).decode())))
    assert [row[:2] for row in rows[1:]] == [[str(n + 1), f"n{n:05}"] for n in range(count)]


def test_without_annotations_the_header_alone() -> None:
    corpus = MemoryCorpus()
    corpus.add_article(Article(id="a1", number=1, title="T"))
    assert exported(corpus) == HEADER.encode() + b"\n"
    assert exported(MemoryCorpus()) == HEADER.encode() + b"\n"


# -- order -----------------------------------------------------------------------------------------


def test_order_is_article_number_then_start_end_path_id() -> None:
    corpus = MemoryCorpus()
    corpus.add_article(Article(id="a1", number=10, title="later"), [("Words and words.", "")])
    text = corpus.add_article(Article(id="a2", number=2, title="earlier"), [("Words and words.", "")])
    corpus.add_tags(Tag(id="t1", name="b"), Tag(id="t2", name="a"), Tag(id="t3", name="z", parent="t2"))
    corpus.add(
        mark("n1", text.anchor(0, 5), tag="t1"),
        mark("n9", text.anchor(6, 9), article="a2", tag="t2"),
        mark("n8", text.anchor(0, 9), article="a2", tag="t2"),
        mark("n7", text.anchor(0, 5), article="a2", tag="t1"),
        mark("n6", text.anchor(0, 5), article="a2", tag="t3"),
        mark("n5", text.anchor(0, 5), article="a2", tag="t2"),
        mark("n4", text.anchor(0, 5), article="a2", tag="t2", coder="jon"),
        mark("n3", article="a2", tag="t1"),
        mark("m2", article="", unit="tag", tag="t1", note="on b"),
        mark("m1", article="", unit="project", note="on all"),
    )
    order = ["n3", "n4", "n5", "n6", "n7", "n8", "n9", "n1", "m1", "m2"]
    assert cells(corpus, "annotation_id", "row") == [(ident, str(row)) for row, ident in enumerate(order, 1)]


def test_memos_come_last_with_empty_article_cells() -> None:
    corpus = flood()
    corpus.add(
        mark("m1", article="", unit="tag", tag="t2", note="what counts"),
        mark("m2", article="", unit="project", note="aims"),
    )
    found = cells(
        corpus,
        "unit",
        "article_id",
        "article_title",
        "source",
        "article_sha256",
        "char_start",
        "anchor",
        "tag_path",
        "note",
    )
    assert found[-2:] == [
        ("project", "", "", "", "", "", "", "", "aims"),
        ("tag", "", "", "", "", "", "", "failure > warning", "what counts"),
    ]


def test_one_coder_or_all() -> None:
    assert cells(flood(), "annotation_id", "row", coder="jon") == [("n5", "1")]
    assert cells(flood(), "annotation_id", coder="nobody") == []


# -- tags as they are meant now --------------------------------------------------------------------


def merged() -> MemoryCorpus:
    corpus = MemoryCorpus()
    text = corpus.add_article(Article(id="a1", number=1, title="T"), [("Words.", ""), ("More words.", "")])
    corpus.add_tags(
        Tag(id="t1", name="guilt"),
        Tag(id="t2", name="shame", merged_into="t1"),
        Tag(id="t3", name="gone", deleted=True),
    )
    first, second = text.anchor(0, 6), text.anchor(8, 19)
    corpus.add(
        mark("n2", first, tag="t2", note="second", created=LATER, modified=LATER),
        mark("n1", first, tag="t1", note="first"),
        mark("n3", first, tag="t2", note="of jon", coder="jon"),
        mark("n4", second, tag="t2"),
        mark("n5", second, tag="t3"),
        mark("n6", second, tag="t3", note="kept"),
        mark("n7", second, tag="t-unknown", note="kept too"),
    )
    return corpus


def test_doubles_of_a_merge_are_one_row_with_both_notes() -> None:
    found = cells(merged(), "annotation_id", "tag_id", "tag", "coder", "note", "created_at", "updated_at")
    assert found[:2] == [
        ("n1", "t1", "guilt", "ida", "first\n\nsecond", AT, LATER),
        ("n3", "t1", "guilt", "jon", "of jon", AT, AT),
    ]


def test_a_merged_tag_is_read_as_the_one_it_went_into() -> None:
    assert ("n4", "t1", "guilt") in cells(merged(), "annotation_id", "tag_id", "tag_path")


def test_marks_with_a_deleted_tag_stay_only_for_their_note() -> None:
    found = cells(merged(), "annotation_id", "tag_id", "tag", "tag_path", "note")
    assert [row for row in found if row[0] in ("n5", "n6", "n7")] == [
        ("n6", "", "", "", "kept"),
        ("n7", "", "", "", "kept too"),
    ]


def test_a_note_that_two_doubles_share_stands_once() -> None:
    corpus = MemoryCorpus()
    text = corpus.add_article(Article(id="a1", number=1, title="T"))
    corpus.add_tags(Tag(id="t1", name="x"), Tag(id="t2", name="y", merged_into="t1"))
    corpus.add(
        mark("n1", text.anchor(0, 6), tag="t1", note="same"), mark("n2", text.anchor(0, 6), tag="t2", note="same")
    )
    assert cells(corpus, "note") == [("same",)]


def test_bare_notes_and_layers_are_never_put_together() -> None:
    corpus = MemoryCorpus()
    text = corpus.add_article(Article(id="a1", number=1, title="T"))
    corpus.add_tags(Tag(id="t1", name="x"))
    anchor = text.anchor(0, 6)
    corpus.add(mark("n1", anchor, note="one"), mark("n2", anchor, note="two"))
    corpus.add(mark("n3", anchor, tag="t1"), mark("n4", anchor, tag="t1", layer="second"))
    assert cells(corpus, "annotation_id") == [("n1",), ("n2",), ("n3",), ("n4",)]


def test_the_state_of_an_anchor() -> None:
    corpus = MemoryCorpus()
    corpus.add_article(Article(id="a1", number=1, title="T"))
    corpus.add(mark("n1", Anchor(400, 410, "words gone", state="orphan"), note="to place"))
    assert cells(corpus, "anchor", "paragraph", "quote") == [("orphan", "1", "words gone")]


# -- options ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "\r", "\0", "a", "7", "\x1b"])
def test_what_cannot_be_a_delimiter(delimiter: str) -> None:
    with pytest.raises(UsageError, match="cannot be the delimiter"):
        exporter_for("csv").write(flood(), io.BytesIO(), ExportOptions(delimiter=delimiter))


@pytest.mark.parametrize("name", ["tab", "\\t"])
def test_the_word_tab(name: str) -> None:
    assert read_back(exported(flood(), ExportOptions(delimiter=name)), "\t")[1] == ROWS[0]


def test_an_unknown_profile() -> None:
    with pytest.raises(UsageError, match="no profile 'word'; there is: excel, data"):
        exporter_for("csv").write(flood(), io.BytesIO(), ExportOptions(profile="word"))


# -- laws ------------------------------------------------------------------------------------------

anything = st.text(st.characters(exclude_categories=["Cs"])) | st.lists(
    st.sampled_from(
        ["=", "+", "-", "@", "\t", "\r", "\n", "\r\n", "'", '"', ",", ";", "\0", "\u2028", "x", " ", "\ufeff"]
    )
).map("".join)


@given(anything)
def test_the_guard_comes_off_exactly(cell: str) -> None:
    assert unguard(guard(cell)) == cell


@given(anything)
def test_a_guarded_cell_is_no_formula(cell: str) -> None:
    assert not guard(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert guard(cell) in (cell, "'" + cell)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "'x", "'=x"])
def test_what_is_guarded(cell: str) -> None:
    assert guard(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "x", " =1", "1-1", "“", "–"])
def test_what_is_not_guarded(cell: str) -> None:
    assert guard(cell) == cell


class Kept:
    """A corpus and, beside it, the rows that a person would write by hand for it."""

    def __init__(self, drawn: Sequence[tuple[str, str, str, str, str]]) -> None:
        self.corpus = MemoryCorpus()
        self.rows: list[list[str]] = []
        for number, (title, words, speaker, tag, note) in enumerate(drawn, 1):
            article, mark_id, tag_id = f"a{number}", f"n{number}", f"t{number}"
            text = self.corpus.add_article(
                Article(id=article, number=number, title=title, sources=(title,), sha256="5ha"),
                [("Before.", ""), ("x" + words, speaker)],
            )
            self.corpus.add_tags(Tag(id=tag_id, name=tag))
            start, end = 9, 10 + len(words)
            self.corpus.add(mark(mark_id, text.anchor(start, end), article=article, tag=tag_id, note=note))
            row = [
                str(number),
                mark_id,
                article,
                title,
                title,
                "5ha",
                "paragraph",
                "2",
                speaker,
                str(start),
                str(end),
                "x" + words,
            ]
            row += ["Before.\n\n", "", tag_id, tag, tag, note, "ida", AT, AT, "exact", "1"]
            self.rows.append(row)


@given(
    st.lists(st.tuples(anything, anything, anything, anything, anything), max_size=4),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_rows_read_back_are_the_rows_kept_by_hand(drawn: list[tuple[str, str, str, str, str]], delimiter: str) -> None:
    kept = Kept(drawn)
    data = exported(kept.corpus, ExportOptions(delimiter=delimiter))
    assert read_back(data, delimiter) == [HEADER.split(","), *kept.rows]
    data = exported(kept.corpus, ExportOptions(delimiter=delimiter, profile="excel"))
    assert [[unguard(cell) for cell in row] for row in read_back(data, delimiter)] == [HEADER.split(","), *kept.rows]
    assert data.startswith(b"\xef\xbb\xbfrow")
