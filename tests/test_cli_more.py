"""Spans, codebook, notes, passes, figures, details, copies and repair through the real command line."""

from __future__ import annotations

import csv
import io
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.projects import FLOOD
from tests.test_cli_commands import Reader, flood, one_sentence, reader, snapshot

__all__ = ["flood", "reader"]


def journal(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((folder / "data" / "journal").glob("*.jsonl")))


# -- coding --------------------------------------------------------------------------------------------


def test_a_span_by_its_words(flood: Reader) -> None:
    ran = flood("span", "1", "4", "carried beds", "harm/loss", "--create")
    assert ran.err == (
        "Tagged “carried beds” in ¶ 4 of Flood barrier opened two hours late: harm > loss. Undo: reader undo\n"
    )
    rows = list(csv.DictReader(io.StringIO(flood("export", "csv").out, newline="")))
    assert [(r["unit"], r["quote"], r["tag_path"]) for r in rows] == [("span", "carried beds", "harm > loss")]
    assert "    tag: “carried beds” harm > loss" in flood("show", "1").out
    twice = flood("span", "1", "2", "the", "loss")
    assert (twice.code, twice.err.count("[the]")) == (2, 2)
    assert flood("span", "1", "2", "the", "loss", "--nth", "2").code == 0
    assert flood("span", "1", "2", "the", "loss", "--nth", "two").code == 2
    assert "Took off loss" in flood("span", "1", "4", "carried beds", "loss", "--off").err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("tag-move", "harm/loss"), "Moved harm > loss to loss."),
        (("tag-merge", "harm/loss", "blame"), "Merged harm > loss into blame: 1 annotation; no paragraph has both."),
        (("tag-describe", "blame", "who", "is", "--named"), "The tag blame: described."),
        (("tag-colour", "blame", "sky"), "The tag blame is now sky."),
        (("tag-key", "blame", "b"), "The tag blame has the key b."),
        (("tags-lock",), "The codebook is locked: no tag can be made until `reader tags-unlock`."),
        (("note-tag", "blame", "-or guilt?"), "Note on the tag blame, 2 words."),
        (("memo", "After two: guilt."), "Memo on the project, 3 words."),
        (("pass", "start", "settled"), "Began the pass settled: 0 of 3 paragraphs reviewed."),
        (("blind-start",), "Blind: all see their own marks only, until `reader blind-end`."),
        (("details", "1", "author=Haddad"), "Details of Flood barrier opened two hours late: author = Haddad."),
        (("remove", "1"), "Removed Flood barrier opened two hours late from the library; its marks are kept."),
    ],
)
def test_each_is_said_one_edit_and_undone(flood: Reader, tmp_path: Path, line: tuple[str, ...], said: str) -> None:
    flood("tag", "1", "4", "harm/loss", "--create")
    flood("tag-add", "blame")
    before = flood("show", "1").out + flood("tags").out + flood("details").out
    count = len(journal(tmp_path).splitlines())
    ran = flood(*line)
    assert (ran.code, ran.out, ran.err) == (0, "", f"{said} Undo: reader undo\n")
    assert len(journal(tmp_path).splitlines()) == count + 1
    assert flood("undo").code == 0
    assert flood("show", "1").out + flood("tags").out + flood("details").out == before


def test_lists_in_json_and_words(flood: Reader) -> None:
    flood("tag", "1", "4", "harm", "--create")
    flood("review", "1", "4")
    assert flood("stats", "tags", "--json").rows[0]["annotations"] == 1
    assert flood("stats").out.splitlines()[0] == "articles  1"
    assert flood("pass", "list", "--json").rows[0]["reviewed"] == 1
    assert flood("pass").out == "first reading  from the start  1 of 3 reviewed, current\n"
    assert flood("details", "--json").rows[0]["details"] == {}
    assert flood("history", "--tag", "harm", "--json").rows[0]["command"] == "tag"
    assert flood("notes", "--article", "1", "--json").rows == []
    assert flood("articles", "--filter", "-harm").out == ""
    assert flood("skip-speaker", "I").code == 2
    for line in (("stats", "words"), ("pass", "stop"), ("config", "shwo"), ("history", "--day", "today")):
        ran = flood(*line)
        assert (ran.code, one_sentence(ran.err)) == (2, True), line


def test_an_earlier_edit_is_undone_by_its_id(flood: Reader) -> None:
    flood("note", "1", "2", "one")
    flood("note", "1", "4", "two")
    edit = flood("history", "--json").rows[1]["id"]
    assert flood("undo", edit[:30]).err.startswith("Undone: wrote a note on ¶ 2")
    assert [row["note"] for row in flood("notes", "--json").rows] == ["two"]


def test_a_codebook_goes_from_one_project_to_another(flood: Reader, tmp_path: Path) -> None:
    flood("tag-add", "harm/loss", "--key", "l")
    assert flood("tags-export", "-o", "codes.csv").code == 0
    assert flood("tags-export").out.startswith("tag_id,path,name,")
    refused = flood("tags-export", "-o", "codes.csv")
    assert (refused.code, one_sentence(refused.err)) == (1, True)
    flood("init", "other")
    ran = flood("--project", "other", "tags-import", "codes.csv")
    assert ran.err == "2 new tags, 0 tags updated, 0 as before. Undo: reader undo\n"
    assert flood("--project", "other", "tags").out == "harm  0\n    loss  0\n"
    missing = flood("tags-import", "nothing.csv")
    assert (missing.code, one_sentence(missing.err)) == (1, True)


# -- settings ------------------------------------------------------------------------------------------


def test_the_keys_in_force_and_the_settings_checked(flood: Reader, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    assert flood("config", "check").code == 0
    settings.write_text('coder = "anna"\n[keys]\nnext-paragraph = ["w", "ctrl+n"]\nwhy = []\n')
    assert flood("config", "check").err == f"All is well in {settings}.\n"
    keys = {row["command"]: row["keys"] for row in flood("keys", "--json").rows if row["screen"] == "reading"}
    assert keys["next-paragraph"] == "w ctrl+n"
    assert keys["why"] == ""
    assert keys["review-and-on"] == "Enter", "a word where the screen has a sign"
    for text, said in (
        (
            '[keys]\nnext-paragrap = "w"\n',
            "line 2: there is no command 'next-paragrap'; the nearest is 'next-paragraph'.",
        ),
        ('\n[keys]\nundo = "hyper+x"\n', "line 3: 'hyper+x' is no key a terminal can send; write j, f5 or ctrl+o."),
        ('[keys]\nundo = "Z"\nredo = "Z"\n', "the key 'Z' is given to undo and redo, both of the screen reading."),
        (
            '[keys]\nnext-paragraph = "w"\n',
            (
                "the key 'w' is given to next-paragraph and why, both of the screen reading; "
                "give why another key too, or none: why = []."
            ),
        ),
        ('[keys]\nundo = "ctrl+i"\n', "line 2: 'ctrl+i' is no key a terminal can send; the nearest is 'tab'."),
        ('[keys]\nundo = "F9"\n', "line 2: 'F9' is no key a terminal can send; the nearest is 'f9'."),
        ('[keys]\nundo = "pgdn"\n', "line 2: 'pgdn' is no key a terminal can send; the nearest is 'pagedown'."),
        ('[keys]\nundo = "["\n', "line 2: '[' is no key a terminal can send; write j, f5 or ctrl+o."),
        ("[keys]\nrefuse = []\n", "line 2: refuse needs a key: the screen question has no other way out."),
        (
            '[keys]\nsave-and-leave = "Q"\n',
            (
                "line 2: save-and-leave needs a key that no text field takes, such as escape: "
                "the screen note has no other way out."
            ),
        ),
        ('theme = "drak"\n', "line 1: theme is dark, light, contrast or terminal, not 'drak'; the nearest is 'dark'."),
        ('layouts = ["rus"]\n', "line 1: there is no layout 'rus'; the nearest is 'ru'."),
        ("measur = 3\n", "line 1: there is no setting 'measur'; the nearest is 'measure'."),
    ):
        settings.write_text(text)
        ran = flood("config", "check")
        assert ran.code == 2, text
        assert ran.err.startswith(f"{settings}, line ")
        assert ran.err.endswith(f"{said}\n")


# -- copies --------------------------------------------------------------------------------------------


def test_a_backup_is_listed_and_restored(flood: Reader, tmp_path: Path) -> None:
    flood("tag", "1", "4", "harm", "--create")
    assert "read back and counted" in flood("backup").err
    (made,) = flood("backup", "--list", "--json").rows
    flood("note", "1", "4", "later")
    unasked = flood("restore")
    assert (unasked.code, "--yes says yes" in unasked.err) == (2, True)
    assert flood("notes").out != ""
    ran = flood("restore", made["name"], "--yes")
    assert ran.code == 0
    assert "taken out: 1 edit by anna" in ran.err
    assert flood("notes").out == ""
    assert flood("tags").out == "harm  1\n"
    assert flood("doctor").code == 0
    before = next(row["name"] for row in flood("backup", "--list", "--json").rows if "before" in row["reason"])
    assert flood("restore", before, "--yes").code == 0
    assert "later" in flood("notes").out


def test_a_pack_is_merged_into_a_copy(flood: Reader, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    flood("--project", "copy", "--coder", "bea", "tag", "1", "4", "harm", "--create")
    assert flood("--project", "copy", "pack", "-o", "bea.pack").code == 0
    assert flood("--project", "copy", "pack", "-o", "bea.pack").code == 1
    tried = flood("merge", "bea.pack", "--dry-run")
    assert "1 new edit: 1 by bea." in tried.err
    assert flood("tags").out == ""
    assert "takes it back." in flood("merge", "bea.pack").err
    assert flood("tags").out == "harm  1\n"
    assert flood("merge", "bea.pack").err == "Nothing new: all of it is here already.\n"
    assert flood("merge", "nothing.pack").code in (1, 2)


def test_sharing_with_a_group_there_is_not(flood: Reader) -> None:
    ran = flood("share", "no-such-group")
    assert (ran.code, one_sentence(ran.err)) == (2, True)


def test_sharing_with_the_users_own_group(flood: Reader, tmp_path: Path) -> None:
    import grp

    group = grp.getgrgid(os.getgid()).gr_name
    assert flood("share", group).code == 0
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o770
    assert flood("doctor").code == 0


def test_an_article_is_erased_after_its_title_was_given(flood: Reader, tmp_path: Path) -> None:
    flood("note", "1", "4", "xylophone")
    before = snapshot(tmp_path / "data")
    refused = flood("erase", "1", "--title", "Another")
    assert (refused.code, "not the title" in refused.err) == (2, True)
    assert flood("erase", "1").code == 2
    assert snapshot(tmp_path / "data") == before
    ran = flood("erase", "1", "--title", FLOOD[0])
    assert ran.code == 0
    assert ran.err.startswith("Erased article 1.")
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert b"xylophone" not in path.read_bytes(), path
            assert b"carried beds" not in path.read_bytes(), path
    assert flood("articles").out == ""
    assert "erased" in flood("history").out
    assert flood("doctor").code == 0


def test_at_a_terminal_it_asks_and_a_no_changes_nothing(flood: Reader, tmp_path: Path) -> None:
    flood("tag", "1", "4", "harm", "--create")
    flood("backup")
    flood("note", "1", "4", "later")
    assert asked(tmp_path, ("restore",), "n") == 1
    assert "later" in flood("notes").out
    assert asked(tmp_path, ("erase", "1"), "Another title") == 2
    assert flood("articles").out != ""
    assert asked(tmp_path, ("restore",), "y") == 0
    assert flood("notes").out == ""
    assert asked(tmp_path, ("erase", "1"), FLOOD[0]) == 0
    assert flood("articles").out == ""


def asked(folder: Path, arguments: tuple[str, ...], answer: str) -> int:
    """The exit code of a command that asks at a terminal and is answered."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "reader", *arguments],
            cwd=folder,
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
        )
        os.close(theirs)
        shown = b""
        deadline = time.monotonic() + 60
        while not shown.rstrip().endswith((b"[y/N]", b":")) and time.monotonic() < deadline:
            shown += os.read(ours, 4096)
        os.write(ours, f"{answer}\n".encode())
        while process.poll() is None:
            try:
                os.read(ours, 4096)
            except OSError:  # the other end has closed
                break
        return process.wait(60)
    finally:
        os.close(ours)


# -- doctor --------------------------------------------------------------------------------------------


def test_doctor_repairs_what_is_derived_and_no_journal(flood: Reader, tmp_path: Path) -> None:
    flood("tag", "1", "4", "harm", "--create")
    flood("tags")
    data = tmp_path / "data"
    codebook = data / "codebook.json"
    codebook.write_text(codebook.read_text().replace("harm", "hurt"))
    (data / "index.sqlite").write_bytes(b"no database")
    before = journal(tmp_path)
    found = flood("doctor")
    assert found.code == 4
    assert re.search("^records +1 annotation, 1 tag +1 damaged$", found.out, re.MULTILINE)
    ran = flood("doctor", "--repair")
    assert (ran.code, ran.err) == (0, "All is well.\n")
    assert re.search("^index +counts compared with the records +whole$", ran.out, re.MULTILINE)
    assert journal(tmp_path) == before
    assert flood("doctor", "--json").rows[0] == {"part": "journals", "held": "2 edits", "damage": 0}
    assert flood("tags").out == "harm  1\n"


def test_what_cannot_be_made_anew_stays_damage(flood: Reader, tmp_path: Path) -> None:
    (text,) = (tmp_path / "data" / "texts").rglob("*.txt")
    text.write_text(text.read_text().replace("beds", "reds"))
    ran = flood("doctor", "--repair")
    assert ran.code == 4
    assert re.search(r"^texts +1 article +1 damaged$", ran.out, re.MULTILINE)
