"""Every format through the command line on a real project, and files of projects through `reader import`."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reader import fs
from reader.commands.exporting import ALL, FORMATS
from reader.formats.everything import DATA_PACKAGE, FILES
from tests.exported import exported
from tests.test_cli_commands import Reader, flood, one_sentence, reader, snapshot
from tests.test_jsonld import rich

__all__ = ["flood", "reader"]


@pytest.fixture
def coded(flood: Reader) -> Reader:
    """Two tags, a note and reviews; another coder's tag."""
    flood("tag", "1", "2,4", "harm/loss", "--create")
    flood("tag", "1", "5", "blame", "--create")
    flood("note", "1", "4", "which beds?")
    flood("review", "1", "2")
    flood("--coder", "ben", "tag", "1", "4", "blame")
    return flood


def test_formats_are_those_of_the_set() -> None:
    assert [(name, one.file) for name, one in FORMATS.items() if name != ALL] == [(n, f) for n, f, _ in FILES]


STARTS = {
    "csv": "row,annotation_id", "joined": "row,article_id", "paragraphs": "article_id,number", "articles": "number,id",
    "codebook": "tag_id,path", "history": "row,edit_id", "quotes": "# ", "html": "<!", "jsonld": '{"@context"',
    "doccano": '{"', "prodigy": '{"', "label-studio": "[", "qdc": "<?xml", "qdpx": "PK",
}  # fmt: skip
SAID = {
    "csv": "5 rows", "joined": "4 rows", "paragraphs": "10 rows", "articles": "1 row", "codebook": "3 rows",
    "quotes": "5 quotes", "jsonld": "5 annotations", "doccano": "2 lines", "label-studio": "1 task", "qdc": "3 codes",
    "qdpx": "5 marks",
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in FORMATS if name != ALL])
def test_to_standard_output_and_to_a_file(coded: Reader, tmp_path: Path, name: str) -> None:
    file = FORMATS[name].file
    written = coded("export", name, "-o", file)
    assert written.code == 0, written.err
    assert written.out == ""
    assert SAID.get(name, "Wrote ") in written.err
    assert f" to {file}." in written.err
    content = (tmp_path / file).read_bytes()
    assert content.removeprefix(b"\xef\xbb\xbf").startswith(STARTS[name].encode())
    assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o600
    assert "exists already; --force" in coded("export", name, "-o", file).err
    assert coded("export", name, "-o", file, "--force").code == 0
    if name != "qdpx":  # bytes that are no text
        piped = coded("export", name, "--profile", "data")
        assert (piped.code, piped.out[: len(STARTS[name])]) == (0, STARTS[name])


@pytest.mark.parametrize("name", ["qdc", "qdpx"])
def test_what_a_format_cannot_hold_is_said(coded: Reader, name: str) -> None:
    coded("tag-key", "blame", "b")
    assert "Not in the file: 1 key of tags" in coded("export", name, "-o", "out").err
    assert "Not in the file" not in coded("export", "csv", "-o", "a.csv").err


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_query_and_a_coder_choose(coded: Reader) -> None:
    found = rows_of(coded("export", "csv", "--where", "beds").out)
    assert [(row["paragraph"], row["tag_path"], row["coder"]) for row in found] == [
        ("4", "", "anna"), ("4", "blame", "ben"), ("4", "harm > loss", "anna"),
    ]  # fmt: skip
    assert len(rows_of(coded("export", "csv", "--where", "tag:harm/*", "--by", "ben").out)) == 1
    assert rows_of(coded("export", "csv", "--where", "nothing-like-it").out) == []
    wrong = coded("export", "csv", "--where", "beds (", "-o", "a.csv")
    assert wrong.code == 2
    assert not Path("a.csv").exists()


def test_a_mark_on_the_whole_article_counts_with_its_first_paragraph(flood: Reader) -> None:
    flood("tag-add", "topic")
    flood("note-article", "1", "an aim")
    assert len(rows_of(flood("export", "csv", "--where", "hours").out)) == 1
    assert rows_of(flood("export", "csv", "--where", "beds").out) == []


def test_the_delimiter_is_for_every_table(coded: Reader) -> None:
    for name in ("joined", "paragraphs", "codebook"):
        assert "\t" in coded("export", name, "--delimiter", "tab").out.partition("\n")[0]


def test_all_goes_into_a_folder_of_ones_own(coded: Reader, tmp_path: Path) -> None:
    written = coded("export", "all", "-o", "out/set")
    assert written.code == 0, written.err
    assert "Wrote 15 files to out/set." in written.err
    assert "Not in project.qdpx: " in written.err
    folder = tmp_path / "out" / "set"
    assert {path.name for path in folder.iterdir()} == {DATA_PACKAGE, *(file for _, file, _ in FILES)}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    package = json.loads((folder / DATA_PACKAGE).read_text())
    assert {r["path"]: r["bytes"] for r in package["resources"]} == {
        file: (folder / file).stat().st_size for _, file, _ in FILES
    }
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = coded("export", "all", "-o", "out/set")
    assert again.code == 1
    assert "exists already; --force overwrites it" in again.err
    assert coded("export", "all", "-o", "out/set", "--force").code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before, "the same project, the same bytes"


class FullAfter(fs.Disk):
    """A disk with room for so many bytes."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, fd: int, data: bytes | memoryview) -> int:
        self.room -= len(data)
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(fd, data)


@pytest.mark.parametrize("room", [0, 500, 5_000, 20_000])
def test_a_disk_that_fills_up_leaves_no_half_of_all(coded: Reader, tmp_path: Path, room: int) -> None:
    with fs.using(FullAfter(room)):
        ran = coded("export", "all", "-o", "out/set")
    assert (ran.code, one_sentence(ran.err)) == (1, True)
    assert "No space left" in ran.err
    assert not (tmp_path / "out").exists()
    assert coded("export", "all", "-o", "set").code == 0
    before = snapshot(tmp_path / "set")
    coded("note", "1", "2", "another")
    with fs.using(FullAfter(room)):
        assert coded("export", "all", "-o", "set", "--force").code == 1
    assert snapshot(tmp_path / "set") == before, "the old set, not half of each"


def test_a_home_that_nobody_has_is_one_sentence(coded: Reader) -> None:
    for line in (("export", "csv"), ("export", "all"), ("tags-export",)):
        ran = coded(*line, "-o", "~nobody-is-called-so/x")
        assert (ran.code, one_sentence(ran.err)) == (2, True), ran.err
        assert "'~nobody-is-called-so'" in ran.err
    for command in ("articles", "import"):
        ran = coded("--project", "~nobody-is-called-so/x", command, *(("no-such.txt",) if command == "import" else ()))
        assert (ran.code, one_sentence(ran.err)) == (2, True), ran.err


def test_all_needs_a_folder(coded: Reader, tmp_path: Path) -> None:
    assert (coded("export", "all").code, coded("export", "all").out) == (2, "")
    (tmp_path / "file").write_text("mine")
    wrong = coded("export", "all", "-o", "file")
    assert (wrong.code, (tmp_path / "file").read_text()) == (2, "mine")
    assert one_sentence(wrong.err)


# -- and in again --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["jsonld", "qdpx"])
def test_out_of_one_project_into_another(coded: Reader, name: str) -> None:
    file = FORMATS[name].file
    coded("export", name, "-o", file)
    done = coded("--project", "other", "import", file)
    assert done.code == 0, done.err
    assert "Took in 3 tags, 5 marks" in done.err
    there = [{**row, "annotation_id": "", "updated_at": ""} for row in rows_of(coded("export", "csv").out)]
    here = rows_of(coded("--project", "other", "export", "csv").out)
    kept = ("article_id", "paragraph", "quote", "tag_path", "note", "coder", "created_at")
    assert [[row[key] for key in kept] for row in here] == [[row[key] for key in kept] for row in there]
    again = coded("--project", "other", "import", file)
    assert again.code == 0
    assert "Already here" in again.err
    assert "Took in" not in again.err
    assert coded("--project", "other", "undo").code == 0
    assert coded("--project", "other", "articles", "--json").rows == []
    assert coded("--project", "other", "tags", "--json").rows == []


def test_a_codebook_comes_in(coded: Reader) -> None:
    coded("export", "qdc", "-o", "codebook.qdc")
    done = coded("--project", "other", "import", "codebook.qdc")
    assert (done.code, done.err.splitlines()[1:]) == (0, ["Took in 3 tags. Undo: reader undo"])
    assert [row["path"] for row in coded("--project", "other", "tags", "--json").rows] == [
        "blame",
        "harm",
        "harm > loss",
    ]


def archive(**members: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def changed(change: Callable[[dict[str, object]], None]) -> bytes:
    document = json.loads(exported(rich(), "jsonld"))
    change(document)
    return json.dumps(document).encode()


def misquoted(document: dict[str, object]) -> None:
    page = document["first"]
    assert isinstance(page, dict)
    page["items"][0]["target"]["selector"] = {"type": "TextQuoteSelector", "exact": "words that are not there"}


def without_a_tag(document: dict[str, object]) -> None:
    document["reader:tags"] = []


BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Project name="&b;"/>'
BAD = {
    "empty.jsonld": b"",
    "half.jsonld": exported(rich(), "jsonld")[:900],
    "list.jsonld": b"[]",
    "nothing.jsonld": b"{}",
    "deep.jsonld": b"[" * 100_000,
    "quote.jsonld": changed(misquoted),
    "tag.jsonld": changed(without_a_tag),
    "number.jsonld": changed(lambda document: document.update({"reader:articles": 7})),
    "new.jsonld": changed(lambda document: document.update({"reader:version": 99})),
    "bytes.jsonld": b"\xff\xfe\x00",
    "empty.qdpx": b"",
    "text.qdpx": b"no archive",
    "half.qdpx": exported(rich(), "qdpx")[:-40],
    "none.qdpx": archive(readme_txt="x"),
    "xml.qdpx": archive(project_qde="<Project"),
    "other.qdpx": archive(project_qde="<html/>"),
    "dtd.qdpx": archive(project_qde=BOMB),
    "bomb.qdpx": archive(project_qde=b"<Project>" + b" " * 30_000_000 + b"</Project>"),
    "empty.qdc": b"",
    "dtd.qdc": BOMB.encode(),
    "nothing.qdc": b"<CodeBook/>",
}


def outside() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("project.qde", "<Project/>")
        file.writestr("../../outside.txt", "x")
    return out.getvalue()


@pytest.mark.parametrize("name", [*BAD, "outside.qdpx"])
def test_what_cannot_be_is_one_sentence_and_nothing_comes_in(flood: Reader, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(BAD[name] if name in BAD else outside())
    before = snapshot(tmp_path / "data")
    ran = flood("import", name)
    assert ran.code == 1, ran.err
    assert one_sentence(ran.err), ran.err
    assert name in ran.err
    assert snapshot(tmp_path / "data") == before
    assert flood("--project", "new", "import", name).code == 1
    assert not (tmp_path / "new").exists()
