"""What was stored is exact: every kind of sign goes in through a file, comes out in exports and is read back."""

from __future__ import annotations

import contextlib
import csv
import io
import sys
import unicodedata
from pathlib import Path

import msgspec

from reader.codebook import check_name
from reader.edits import new_id, now
from reader.model import Tag
from reader.project import Project
from tests.projects import the_article
from tests.terminal.hostile import CORPUS, nameable
from tests.test_cli_commands import Reader, reader

__all__ = ["reader"]

PER_CATEGORY = 40
NAUGHTY = (
    "=1+1", "+1", "-1", "@SUM(A1)", "'quoted", "''", '"', '""', 'a"b,c;d\te', "\ttab", "\\", "\\n", "null", "NaN", "TRUE",
    "1e5", "007", "1/2", "<b>&amp;</b>", "]]>", "{{7*7}}", "%s%n", "'; DROP TABLE x; --", "=cmd|' /C calc'!A0", "#REF!",
)  # fmt: skip


def of_every_category() -> dict[str, str]:
    """Signs of each general category, drawn evenly from all planes; those a text file cannot hold are left out."""
    all_of: dict[str, list[str]] = {}
    for number in range(1, sys.maxunicode + 1):
        all_of.setdefault(unicodedata.category(chr(number)), []).append(chr(number))
    del all_of["Cs"]  # half a sign: no encoding has it
    return {
        name: "".join(signs[:: max(1, len(signs) // PER_CATEGORY)] + signs[-2:]).replace("\r", "").replace("\n", "")
        for name, signs in all_of.items()
    }


CONTROLS = "".join(chr(n) for n in (*range(1, 10), 11, 12, *range(14, 32), 127, *range(128, 160)))
STRINGS = [
    *CORPUS.values(),
    *NAUGHTY,
    *of_every_category().values(),
    CONTROLS,
    "".join(chr(0xFDD0 + n) for n in range(32)) + "".join(chr((plane << 16) + 0xFFFE) for plane in range(17)),
    "a\u0301\u0323 a\u0323\u0301 \u1ea1\u0301 \ufb01 \u212b \u00c5 A\u030a \uac00 \u1100\u1161",  # not to be composed
]
LINES = [text.replace("\0", "").replace("\n", "") for text in STRINGS]
TEXT = "A beginning\n" + "\n".join(f"x{line}x" for line in LINES) + "\n"
TITLE = "=" + "".join(LINES)[:3000]
NAMES = [f"={nameable(text)}{number}" for number, text in enumerate(STRINGS)]
NOTES = [f"{text}\n{text}" for text in (text.replace("\0", "") for text in STRINGS)]


def filled(folder: Path) -> None:
    """Put each string on its paragraph as a note, and as a tag where names may hold its signs; all of it is the title."""
    project = Project.open(folder / "data", coder="anna")
    article = the_article(project)
    project.apply("details", [(article, msgspec.structs.replace(article, title=TITLE))])
    for number, text in enumerate(NOTES, 2):
        tag = Tag(id=new_id("t"), name=check_name(NAMES[number - 2]), created=now())
        anchor = project.paragraph_anchor(article, number)
        mark = project.annotation("paragraph", article=article, anchor=anchor, tag=tag.id, note=text)
        project.apply("tag", [(None, tag), (None, mark)])
    project.close()


def rows_of(reader: Reader, profile: str) -> list[dict[str, str]]:
    """The export as Python's csv reads it, cells of the profile for spreadsheets without their guard."""
    data = reader("export", "csv", "--profile", profile).out
    rows = list(csv.DictReader(io.StringIO(data.removeprefix("\ufeff"), newline=""), strict=True))
    if profile == "data":
        return rows
    for row in rows:
        assert not any(cell.startswith(tuple("=+-@\t\r\n")) for cell in row.values())
    return [{name: cell.removeprefix("'") for name, cell in row.items()} for row in rows]


def test_every_kind_of_sign_comes_back_as_it_was(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "all.txt").write_bytes(TEXT.encode())
    assert reader("--project", "data", "import", "all.txt", "--encoding", "utf-8", "--split", "line").code == 0
    filled(tmp_path)
    expected = [(f"x{line}x", name, note, TITLE) for line, name, note in zip(LINES, NAMES, NOTES, strict=True)]
    for profile in ("data", "excel"):
        rows = rows_of(reader, profile)
        assert [(r["quote"], r["tag"], r["note"], r["article_title"]) for r in rows] == expected
    exported = reader("export", "jsonld", "-o", "all.jsonld")
    assert exported.code == 0, exported.err
    taken = reader("--project", "second", "import", "all.jsonld")
    assert taken.code == 0, taken.err
    with contextlib.closing(Project.open(tmp_path / "second", coder="anna", write=False)) as second:
        article = the_article(second)
        assert second.text(article.id).slice(0, len(TEXT)) == TEXT
        assert article.title == TITLE
        marks = sorted(
            second.marks(article.id).annotations.values(), key=lambda mark: mark.anchor.start if mark.anchor else -1
        )
        assert [(second.codebook.tags[mark.tag].name, mark.note) for mark in marks] == [
            (name, note) for name, note in zip(NAMES, NOTES, strict=True)
        ]
