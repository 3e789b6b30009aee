"""REFI-QDA: valid, the same bytes each time, the same again after an import; files of others and hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings

from reader.errors import Unreadable, UsageError
from reader.formats import ExportOptions, NewAnnotation, NewArticle, NewItem, NewMemo, NewProject, NewTag, exporter_for
from reader.formats.qdpx_read import LARGEST_ALL
from reader.model import Coder, Tag
from tests.exported import AT, FullCorpus, corpora, exported, found_in, identified, mark, taken_in
from tests.qda_schema import faults
from tests.test_jsonld import rich

TEXT = "One two three.\n\n北京 😀 four five.\n\nSix."
CODE, USER, SOURCE = (f"{n}{n}{n}{n}{n}{n}{n}{n}-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_valid_by_the_schema_and_complete() -> None:
    data = exported(rich(), "qdpx")
    files = members(data)
    assert faults(files["project.qde"]) == []
    texts = [content for name, content in files.items() if name.startswith("Sources/")]
    assert texts == ["Ida: Water came.\n\nJon: 北京 and 😀 stood.\n\nShare".encode()]
    project = files["project.qde"].decode()
    assert '<PlainTextSelection guid="' in project
    assert 'startPosition="23" endPosition="31"' in project, "the end is one past the last code point"
    assert '<Coding guid="006e0000-0000-0000-0000-000000000002"' in project


def test_the_checker_finds_faults() -> None:
    project = members(exported(rich(), "qdpx"))["project.qde"]
    for old, new, said in (
        (b"isCodable", b"codable", "isCodable is missing"),
        (b'startPosition="23"', b'startPosition="x"', "startPosition='x'"),
        (b"<Users>", b"<Users><Users/>", "Users holds"),
        (b"<CodeRef targetGUID=", b"<CodeRef targetGuid=", "targetGUID is missing"),
        (b"</Sources>", b"</Sources><Sources/>", "Project holds"),
        (b'guid="006e0000-0000-0000-0000-000000000002"', b'guid="nine"', "guid='nine'"),
    ):
        assert any(said in fault for fault in faults(project.replace(old, new, 1))), said


def test_the_same_bytes_each_time() -> None:
    assert exported(rich(), "qdpx") == exported(rich(), "qdpx")


@settings(max_examples=60, deadline=None)
@given(corpora())
def test_valid_and_the_same_after_an_import(corpus: FullCorpus) -> None:
    data = exported(corpus, "qdpx")
    assert faults(members(data)["project.qde"]) == []
    back = taken_in(found_in(data, "p.qdpx"))
    assert members(exported(back, "qdpx")) == members(data)


def test_everything_the_format_holds_comes_back() -> None:
    back = taken_in(found_in(exported(rich(), "qdpx"), "p.qdpx"))
    (article,) = back.articles.values()
    assert (article.title, article.meta, article.sources) == (
        "Water",
        {"site": "north"},
        ("a.txt", "https://x.example"),
    )
    assert {a.id: (a.unit, a.coder, a.note, a.tag) for a in back.marks(article.id).annotations.values()} == {
        identified("n", 1): ("paragraph", "ida", "why", identified("t", 1)),
        identified("n", 2): ("span", "jon", "", identified("t", 1)),
        identified("n", 3): ("paragraph", "ida", "bare", ""),
        identified("n", 4): ("article", "ida", "", identified("t", 2)),
        identified("n", 8): ("span", "ida", "near", ""),
    }
    assert [(m.unit, m.note, m.coder) for m in back.memos()] == [("tag", "memo", "ida"), ("project", "aims", "jon")]
    assert [(t.name, t.parent[-1:], t.description, t.archived, t.colour) for t in back.tags.values()] == [
        ("harm", "", "", False, ""),
        ("beds", "1", "a\nb", True, "#0072b2"),
    ]
    assert {coder.id: coder.name for coder in back.coders.values()} == {"ida": "Ida B.", "jon": ""}


def test_what_is_lost_is_said() -> None:
    exporter = exporter_for("qdpx")
    said = exporter.losses(rich(), ExportOptions())  # type: ignore[attr-defined]  # of this exporter
    assert [sentence.split(":")[0] for sentence in said] == [
        "1 deleted tag",
        "1 merged tag",
        "2 times at which tags were made",
        "1 key of tags",
        "1 archived tag",
        "2 reviews (which paragraphs were read without a tag)",
        "1 pass of coders",
        "1 saved search",
        "1 mark on a layer",
        "1 mark whose words are no longer in the text",
        "1 mark moved with a corrected text",
        "1 article corrected by a later import",
        "1 paragraph role set by hand",
        "1 article with speakers",
        "The bounds of paragraphs are left out",
        "The numbers of articles, the kinds of their files and the hashes of these are left out.",
    ]
    assert exporter.losses(FullCorpus(), ExportOptions()) == []  # type: ignore[attr-defined]  # as above


def test_marks_of_deleted_tags_are_said_to_be_lost() -> None:
    corpus = rich()
    (article,) = corpus.articles.values()
    text = corpus.text(article.id)
    gone = next(tag.id for tag in corpus.tags.values() if tag.deleted)
    corpus.add(
        mark(21, article, text, 0, 3, tag=gone),
        mark(22, article, text, 0, 3, tag=gone, note="kept"),
    )
    said = exporter_for("qdpx").losses(corpus, ExportOptions())  # type: ignore[attr-defined]  # as above
    assert "1 mark with a deleted tag: left out." in said
    assert "1 note on a mark with a deleted tag: written without the tag." in said
    back = taken_in(found_in(exported(corpus, "qdpx"), "p.qdpx")).marks(article.id).annotations
    assert identified("n", 21) not in back
    assert (back[identified("n", 22)].tag, back[identified("n", 22)].note) == ("", "kept")


def test_codes_however_deep_are_written() -> None:
    corpus = FullCorpus()
    corpus.add_tags(
        *(
            Tag(id=identified("t", n), name=f"c{n}", created=AT, parent=identified("t", n - 1) if n > 1 else "")
            for n in range(1, 1501)
        )
    )
    for format_name in ("qdc", "qdpx"):
        tags = [
            item for item in found_in(exported(corpus, format_name), f"p.{format_name}") if isinstance(item, NewTag)
        ]
        assert [len(tag.path) for tag in tags] == list(range(1, 1501))


def test_an_empty_project_is_valid_too() -> None:
    assert faults(members(exported(FullCorpus(), "qdpx"))["project.qde"]) == []


def test_what_xml_cannot_hold_is_shown() -> None:
    corpus = rich()
    (article,) = corpus.articles.values()
    corpus.add(mark(9, article, corpus.text(article.id), 0, 3, note="a\x0bb\x1b[31m\ufffe]]>&<\r\n\t\"'"))
    project = members(exported(corpus, "qdpx"))["project.qde"]
    assert faults(project) == []
    note = next(
        a.note
        for a in taken_in(found_in(exported(corpus, "qdpx"), "p.qdpx")).marks(article.id).annotations.values()
        if a.id == identified("n", 9)
    )
    assert note == "a\ufffdb\ufffd[31m\ufffd]]>&<\r\n\t\"'"


# -- the codebook ------------------------------------------------------------------------------------


def test_a_codebook_comes_back() -> None:
    data = exported(rich(), "qdc")
    assert faults(data) == []
    back = taken_in(found_in(data, "c.qdc"))
    assert exported(back, "qdc") == data
    tags = [item for item in found_in(data, "c.qdc") if isinstance(item, NewTag)]
    assert [tag.path for tag in tags] == [("harm",), ("harm", "beds")]


def test_a_codebook_needs_a_tag() -> None:
    with pytest.raises(UsageError, match="at least one"):
        exported(FullCorpus(), "qdc")


def test_a_codebook_of_others() -> None:
    xml = (
        '<?xml version="1.0" encoding="utf-8"?>\n<q:CodeBook xmlns:q="urn:QDA-XML:codebook:0:4"><q:Codes>'
        f'<q:Code guid="{{{CODE.upper()}}}" name="harm/loss; now" isCodable="false" color="#f00"><q:Description>x</q:Description>'
        '<q:Code name="A"/><q:Code name="a"/><q:Code name=" "/></q:Code></q:Codes><q:Sets><q:Set name="s"/></q:Sets></q:CodeBook>'
    )
    *tags, last = found_in(b"\xef\xbb\xbf\n" + xml.encode(), "c.qdc")
    assert [(t.path, t.colour, t.description, t.archived) for t in tags if isinstance(t, NewTag)] == [
        (("harm-loss, now",), "#ff0000", "x", False),
        (("harm-loss, now", "A"), "", "", False),
        (("harm-loss, now", "a 2"), "", "", False),
        (("harm-loss, now", "without a name"), "", "", False),
    ]
    assert isinstance(tags[0], NewTag)
    assert tags[0].id == "t" + CODE.replace("-", "")
    assert isinstance(last, NewProject)
    assert last.remarks == (
        "3 codes had a name that a tag cannot have or that was taken: changed.",
        "1 set of codes: not taken in.",
    )


# -- projects of others ------------------------------------------------------------------------------


def archive(xml: str | bytes, files: dict[str, bytes] | None = None, name: str = "project.qde") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, xml)
        for path, content in (files or {}).items():
            made.writestr(path, content)
    return out.getvalue()


def project(sources: str = "", *, notes: str = "", more: str = "", codes: str = "") -> str:
    codes = codes or f'<Code guid="{CODE}" name="harm" isCodable="true"/>'
    return (
        '<?xml version="1.0" encoding="utf-8"?><Project xmlns="urn:QDA-XML:project:1.0" name="Theirs" origin="Other 1.0">'
        f'<Users><User guid="{USER}" name="Ána B"/></Users><CodeBook><Codes>{codes}</Codes></CodeBook>{more}'
        f"<Sources>{sources}</Sources><Notes>{notes}</Notes></Project>"
    )


def source(*selections: tuple[int, int, str], path: str = "internal://A.txt", code: str = CODE) -> str:
    inside = "".join(
        f'<PlainTextSelection guid="{n}" startPosition="{start}" endPosition="{end}" name="{words}" creatingUser="{{{USER.upper()}}}">'
        f'<Coding><CodeRef targetGUID="{code}"/></Coding></PlainTextSelection>'
        for n, (start, end, words) in enumerate(selections)
    )
    return f'<TextSource guid="{SOURCE}" name="Talk" plainTextPath="{path}">{inside}</TextSource>'


def the_article(items: list[NewItem]) -> NewArticle:
    (article,) = (item for item in items if isinstance(item, NewArticle))
    return article


def quotes(items: list[NewItem]) -> list[str]:
    return [a.anchor.quote for a in the_article(items).annotations if a.anchor is not None]


def remarks(items: list[NewItem]) -> str:
    (found,) = (item for item in items if isinstance(item, NewProject))
    return " ".join(found.remarks)


def test_another_name_another_case_and_byte_order_marks() -> None:
    data = archive(
        b"\xef\xbb\xbf" + project(source((16, 18, ""), path="internal://a.TXT")).encode(),
        {"sources/A.txt": b"\xef\xbb\xbf" + TEXT.encode()},
        name="My Study.QDE",
    )
    items = found_in(data, "p.qdpx")
    article = the_article(items)
    assert article.text == TEXT
    assert (article.title, article.split.importer, len(article.paragraphs)) == ("Talk", "qdpx", 3)
    assert quotes(items) == ["北京"]
    (annotation,) = article.annotations
    assert (annotation.unit, annotation.coder, annotation.tag) == ("span", "ana-b", "t" + CODE.replace("-", ""))
    assert [item for item in items if isinstance(item, Coder)] == [Coder(id="ana-b", name="Ána B")]


@pytest.mark.parametrize("inclusive", [False, True])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("counted", ["as it is", "lf", "utf-16"])
def test_how_others_count_is_found_out_from_their_quotes(inclusive: bool, newline: str, counted: str) -> None:
    raw = TEXT.replace("\n", newline)
    counting = TEXT if counted == "lf" else raw
    wanted = ["One two", "😀 four", "Six."]
    selections = []
    for words in wanted:
        start = counting.index(words)
        before, inside = counting[:start], words
        if counted == "utf-16":
            first, length = len(before.encode("utf-16-le")) // 2, len(inside.encode("utf-16-le")) // 2
        else:
            first, length = len(before), len(inside)
        selections.append((first, first + length - inclusive, words))
    items = found_in(archive(project(source(*selections)), {"Sources/A.txt": raw.encode()}), "p.qdpx")
    assert quotes(items) == wanted
    assert ("last character" in remarks(items)) == inclusive
    assert the_article(items).annotations[2].unit == "paragraph"


def test_names_cut_by_an_ellipsis_and_names_that_are_no_quotes() -> None:
    items = found_in(
        archive(project(source((0, 14, "One two…"), (4, 7, "Quote 2"))), {"Sources/A.txt": TEXT.encode()}), "p.qdpx"
    )
    assert quotes(items) == ["One two three.", "two"]


@pytest.mark.parametrize(
    "path",
    ["internal://A.txt", "relative://a.txt", "relative:///Sources/A.TXT", "C:\\\\study\\\\A.txt", "/home/me/A.txt"],
)
def test_a_text_in_the_archive_is_found_whatever_its_path_says(path: str) -> None:
    items = found_in(archive(project(source((0, 3, "One"), path=path)), {"SOURCES/A.txt": TEXT.encode()}), "p.qdpx")
    assert quotes(items) == ["One"]


def test_the_paragraph_that_repeats_the_title_is_a_heading_but_not_all_of_a_text() -> None:
    for text, roles in (("Talk\n\nOne two.", ["heading", "body"]), ("Talk", ["body"])):
        items = found_in(archive(project(source()), {"Sources/A.txt": text.encode()}), "p.qdpx")
        assert [paragraph.role for paragraph in the_article(items).paragraphs] == roles


def test_missing_codes_get_a_tag() -> None:
    lost = "99999999-0000-4000-8000-000000000009"
    items = found_in(archive(project(source((0, 3, "One"), code=lost)), {"Sources/A.txt": TEXT.encode()}), "p.qdpx")
    tags = {item.id: item.path for item in items if isinstance(item, NewTag)}
    (annotation,) = the_article(items).annotations
    assert tags[annotation.tag] == ("missing code 00000009",)
    assert "not in the codebook" in remarks(items)


def test_notes_inline_texts_details_and_what_is_left_out() -> None:
    variables = f'<Variables><Variable guid="{SOURCE[:-1]}7" name="age" typeOfVariable="Integer"/></Variables><Cases><Case guid="{SOURCE[:-1]}8"/></Cases>'
    note = f'<Note guid="{SOURCE[:-1]}9" name="n" creatingUser="{USER}" creationDateTime="2020-01-02T03:04:05+02:00"><PlainTextContent>hm</PlainTextContent></Note>'
    text = (
        f'<TextSource guid="{SOURCE}" name="Talk"><PlainTextContent>One two.</PlainTextContent>'
        f'<PlainTextSelection guid="x" startPosition="4" endPosition="7"><NoteRef targetGUID="{SOURCE[:-1]}9"/></PlainTextSelection>'
        '<PlainTextSelection guid="y" startPosition="4" endPosition="700"/><PlainTextSelection guid="z" startPosition="0" endPosition="3"/>'
        f'<VariableValue><VariableRef targetGUID="{SOURCE[:-1]}7"/><IntegerValue>44</IntegerValue></VariableValue></TextSource>'
        f'<PictureSource guid="{CODE}" path="internal://x.png"/><TextSource guid="{USER}" name="gone" plainTextPath="relative:///etc/passwd"/>'
        f'<PDFSource guid="{CODE}"><Representation guid="{CODE}" name="pages"><PlainTextContent>Page.</PlainTextContent></Representation></PDFSource>'
    )  # fmt: skip
    items = found_in(archive(project(text, notes=note, more=variables)), "p.qdpx")
    articles = [item for item in items if isinstance(item, NewArticle)]
    assert [(a.title, a.text, a.meta) for a in articles] == [
        ("Talk", "One two.", {"age": "44"}),
        ("pages", "Page.", {}),
    ]
    (found,) = articles[0].annotations
    assert isinstance(found, NewAnnotation)
    assert (found.note, found.tag, found.coder, found.created) == ("hm", "", "ana-b", "2020-01-02T01:04:05.000000Z")
    said = remarks(items)
    for part in (
        "1 source without a text",
        "2 pictures",
        "1 selection without a place",
        "1 selection without a code",
        "1 case:",
    ):
        assert part in said, part


def test_marks_of_recordings_and_pages_stand_on_their_texts() -> None:
    coding = f'<Coding><CodeRef targetGUID="{CODE}"/></Coding>'
    more = f'<Variables><Variable guid="{SOURCE[:-1]}7" name="site" typeOfVariable="Text"/></Variables>'
    value = f'<VariableValue><VariableRef targetGUID="{SOURCE[:-1]}7"/><TextValue>north</TextValue></VariableValue>'
    sources = (
        f'<AudioSource guid="{SOURCE}" name="Tape"><Transcript guid="{USER}"><PlainTextContent>One two three.</PlainTextContent>'
        f'<SyncPoint guid="{USER[:-1]}a" timeStamp="10" position="4"/><SyncPoint guid="{USER[:-1]}b" timeStamp="20" position="7"/>'
        f'<TranscriptSelection guid="{USER[:-1]}c" name="two" fromSyncPoint="{USER[:-1]}A" toSyncPoint="{USER[:-1]}B">{coding}'
        f'</TranscriptSelection><TranscriptSelection guid="{USER[:-1]}d" fromSyncPoint="{USER[:-1]}a">{coding}</TranscriptSelection>'
        f'</Transcript><AudioSelection guid="{USER[:-1]}e" begin="0" end="9">{coding}</AudioSelection>{coding}{value}</AudioSource>'
        f'<PictureSource guid="{CODE}" name="Map"><TextDescription guid="{USER}"><PlainTextContent>A bay.</PlainTextContent>'
        f'<PlainTextSelection guid="{USER[:-1]}f" startPosition="2" endPosition="5">{coding}</PlainTextSelection></TextDescription>'
        "</PictureSource>"
    )  # fmt: skip
    items = found_in(archive(project(sources, more=more)), "p.qdpx")
    articles = [item for item in items if isinstance(item, NewArticle)]
    assert [(a.title, a.text, a.meta) for a in articles] == [
        ("Tape", "One two three.", {"site": "north"}),
        ("Map", "A bay.", {}),
    ]
    assert [[(m.unit, m.anchor.quote if m.anchor else "") for m in a.annotations] for a in articles] == [
        [("span", "two"), ("article", "")],
        [("span", "bay")],
    ]
    assert "1 selection without a place" in remarks(items)


def test_project_notes_become_memos() -> None:
    note = f'<Note guid="{SOURCE}"><PlainTextContent>hm</PlainTextContent></Note>'
    code = f'<Code guid="{CODE}" name="harm" isCodable="true"><NoteRef targetGUID="{SOURCE}"/></Code>'
    items = found_in(archive(project(notes=note, codes=code)), "p.qdpx")
    (memo,) = (item.annotation for item in items if isinstance(item, NewMemo))
    assert (memo.unit, memo.tag, memo.note) == ("tag", "t" + CODE.replace("-", ""), "hm")


# -- hostile files -----------------------------------------------------------------------------------

DTD = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Project>&b;</Project>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><Project/>'


def lying(size: int) -> bytes:
    """An archive whose directory says that its file has another size."""
    data = bytearray(archive("<Project/>"))
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(archive("<Project/>"))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "no zip": (b"hello", "no zip archive"),
    "empty": (b"", "no zip archive"),
    "cut": (archive(project())[:-30], "no zip archive"),
    "no project": (archive("x", name="readme.txt"), "no .qde file"),
    "up": (archive(project(), {"../evil.txt": b"x"}), "outside itself"),
    "up in the middle": (archive(project(), {"Sources/../../evil.txt": b"x"}), "outside itself"),
    "up with backslashes": (archive(project(), {"Sources\\..\\evil.txt": b"x"}), "outside itself"),
    "absolute": (archive(project(), {"/etc/passwd": b"x"}), "outside itself"),
    "drive": (archive(project(), {"C:\\x.txt": b"x"}), "outside itself"),
    "bomb": (archive(project(), {"Sources/a.txt": b"0" * (20 << 20)}), "far more than it takes up"),
    "bomb in xml": (archive(" " * (20 << 20) + "<Project/>"), "far more than it takes up"),
    "many": (archive(project(), {f"Sources/{n}": b"" for n in range(20_001)}), "20002 files"),
    "larger than it may be": (lying(LARGEST_ALL + 1), "MB"),
    "locked": (encrypted(), "password"),
    "dtd": (archive(DTD), "DTD or entities"),
    "entity outside": (archive(OUTSIDE), "DTD or entities"),
    "broken": (archive("<Project>"), "no readable XML"),
    "encoding": (archive('<?xml version="1.0" encoding="klingon"?><Project/>'), "no readable XML"),
    "another": (archive("<svg/>"), "its XML begins with 'svg'"),
    "no text": (archive(project(source((0, 1, ""))), {"Sources/A.txt": b"%PDF-1.7 x"}), "not a text"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_bad_input_is_one_sentence(case: str) -> None:
    data, said = HOSTILE[case]
    with pytest.raises(Unreadable) as caught:
        found_in(data, "p.qdpx")
    message = str(caught.value)
    assert said in message
    assert message.startswith("p.qdpx")
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("data", [b"", b"<CodeBook/>", DTD.encode(), b"<x", b"\0\0"])
def test_what_is_no_codebook(data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^c\.qdc [^\n]*\.$"):
        found_in(data, "c.qdc")


def test_more_elements_than_memory_has_room_for() -> None:
    with pytest.raises(Unreadable, match=r"^c\.qdc is not safe to import: its XML has more than 8,000,000 tags\.$"):
        found_in(b"<a>" + b"<a/>" * 8_000_000 + b"</a>", "c.qdc")


def test_codes_nested_without_end() -> None:
    deep = "".join(f'<Code guid="{CODE}" name="c">' for _ in range(3000)) + "</Code>" * 3000
    tags = [item for item in found_in(archive(project(codes=deep)), "p.qdpx") if isinstance(item, NewTag)]
    assert len(tags) == 3000
    deeper = f'<Code guid="{CODE}" name="c">{deep}</Code>'
    with pytest.raises(
        Unreadable, match=r"^p\.qdpx is not safe to import: its codes are nested more than 3,000 deep\.$"
    ):
        found_in(archive(project(codes=deeper)), "p.qdpx")
