"""The command line in one process: what is typed, what stands on which stream, which exit code."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from reader import fs
from reader.cli import run
from reader.project import Project
from tests.projects import FLOOD, make_project

TEXT = "\n\n".join(FLOOD) + "\n"


class Ran(NamedTuple):
    """What a command line did."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> Any:
        return json.loads(self.out)


Reader = Callable[..., Ran]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Reader:
    """`reader("tag", "1", …)` in an empty folder, as the coder anna."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("READER_CONFIG", str(tmp_path / "settings.toml"))
    monkeypatch.setenv("READER_CODER", "anna")
    monkeypatch.delenv("READER_PROJECT", raising=False)

    def run_it(*arguments: str) -> Ran:
        capfdbinary.readouterr()
        code = run(arguments)
        out, err = capfdbinary.readouterr()
        return Ran(code, out.decode(), err.decode())

    return run_it


@pytest.fixture
def flood(reader: Reader, tmp_path: Path) -> Reader:
    """The same, with the article FLOOD in the project `data`."""
    make_project(tmp_path / "data", coder="anna").close()
    return reader


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file that holds records, by its path."""
    kept = ("journal", "texts", "annotations", "library.json", "codebook.json", "project.json")
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for name in kept
        for p in [folder / name, *(folder / name).rglob("*")]
        if p.is_file() and p.suffix != ".checkpoint"
    }


def one_sentence(said: str) -> bool:
    return said.endswith(".\n") and said.count("\n") == 1 and "Traceback" not in said


# -- the main job --------------------------------------------------------------------------------------


def test_from_a_text_to_a_csv(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "flood.txt").write_text(TEXT)
    made = reader("--project", "data", "import", "flood.txt")
    assert (made.code, made.out) == (0, "")
    assert "Made a project in data." in made.err
    assert reader("tag", "flood.txt", "2,4-5", "failure/warning", "--create").code == 0
    noted = reader("note", "1", "4", "beds: ask for photographs")
    assert (noted.code, noted.out) == (0, "")
    assert noted.err.endswith("Undo: reader undo\n")
    exported = reader("export", "csv")
    rows = list(csv.DictReader(io.StringIO(exported.out, newline="")))
    assert [(r["paragraph"], r["tag_path"], r["note"]) for r in rows] == [
        ("2", "failure > warning", ""),
        ("4", "", "beds: ask for photographs"),
        ("4", "failure > warning", ""),
        ("5", "failure > warning", ""),
    ]
    text = (next((tmp_path / "data" / "texts").rglob("*.txt"))).read_text(encoding="utf-8")
    assert all(text[int(r["char_start"]) : int(r["char_end"])] == r["quote"] for r in rows)
    written = reader("export", "csv", "-o", "a.csv")
    assert (written.out, written.err) == ("", "Wrote 4 rows to a.csv.\n")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfrow,")


def test_every_command_echoes_title_and_first_words(flood: Reader) -> None:
    said = flood("tag", "1", "4", "harm", "--create").err
    assert said == (
        "Tagged ¶ 4 “Residents of the lower town carried…” of Flood barrier opened two hours late: harm."
        " Undo: reader undo\n"
    )


@pytest.mark.parametrize("ref", ["1", "flood.txt", "a8ef"])
def test_an_article_is_meant_by_number_file_or_start_of_id(flood: Reader, ref: str) -> None:
    assert flood("show", ref).out.startswith("1 · Flood barrier")


def test_undo_and_redo_from_one_process_to_the_next(flood: Reader) -> None:
    flood("tag", "1", "4", "harm", "--create")
    assert flood("undo").err.startswith("Undone: put on harm on ¶ 4")
    assert flood("export", "csv").out.count("\n") == 1
    assert flood("redo").code == 0
    assert flood("redo").code == 2


def test_listings_as_json_have_the_keys_scripts_rely_on(flood: Reader) -> None:
    flood("tag", "1", "2", "harm/loss", "--create")
    flood("note", "1", "4", "ask")
    flood("review", "1", "2")
    (article,) = flood("articles", "--json").rows
    assert list(article) == ["id", "number", "title", "paragraphs", "coded", "reviewed"]
    assert (article["paragraphs"], article["coded"], article["reviewed"]) == (5, 1, 1)
    tags = flood("tags", "--json").rows
    assert [list(t) for t in tags] == [["id", "path", "name", "count"]] * 2
    assert (tags[1]["path"], tags[1]["count"]) == ("harm > loss", 1)
    (hit,) = flood("search", "shopkeeper", "--json").rows
    assert list(hit)[:7] == ["article_id", "paragraph", "left", "hit", "right", "char_start", "char_end"]
    header = set(flood("export", "csv").out.partition("\n")[0].split(","))
    (note,) = flood("notes", "--json").rows
    assert set(note) <= header
    for command in ("history", "next", "config", "keys"):
        assert isinstance(flood(command, "--json").rows, list)
    assert len(flood("show", "1", "--json").rows) == 5


def test_an_empty_listing_is_an_empty_array(reader: Reader) -> None:
    reader("init")
    for command in ("articles", "tags", "notes", "history"):
        assert reader(command, "--json") == Ran(0, "[]\n", "")


def test_search_prints_hits_or_the_number_alone(flood: Reader) -> None:
    assert flood("search", "barrier").out == (
        "1 ¶ 1  Flood [barrier] opened two hours late\n1 ¶ 2  The [barrier] opened two hours after the warning,\n"
    )
    assert flood("search", "--count", "barrier") == Ran(0, "2\n", "")
    assert flood("search", "barrier", "--count") == Ran(0, "2\n", "")
    assert flood("search", "zebra", "--count") == Ran(1, "0\n", "")
    nothing = flood("search", "zebra")
    assert (nothing.code, nothing.out) == (1, "")


def test_text_may_begin_with_a_dash(flood: Reader) -> None:
    flood("note", "1", "2", "-o", "or not")
    flood("note", "1", "4", "--append", "-h")
    flood("note", "1", "5", "--", "--append")
    assert [n["note"] for n in flood("notes", "--json").rows] == ["-o or not", "-h", "--append"]
    flood("note", "1", "2", "-second", "--append")
    assert flood("notes", "--json").rows[0]["note"] == "-o or not\n-second"
    assert flood("search", "-second", "--count").out == "4\n", "to the language it is what must not be there"
    assert flood("search", '"-second"', "--count").out == "1\n"


def test_a_note_from_standard_input(flood: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("zwei\r\nZeilen ä\n".encode())))
    assert flood("note", "1", "2", "-").code == 0
    assert flood("notes", "--json").rows[0]["note"] == "zwei\r\nZeilen ä"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x00")))
    refused = flood("note", "1", "2", "-")
    assert refused.code == 2
    assert one_sentence(refused.err)


def test_an_empty_note_removes_it(flood: Reader) -> None:
    flood("note", "1", "2", "x")
    assert "Removed" in flood("note", "1", "2", "").err
    assert flood("notes", "--json").rows == []


# -- which project, which coder ------------------------------------------------------------------------


def test_the_project_is_here_or_in_data_or_above(
    flood: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "data", tmp_path / "data" / "texts", tmp_path / "deep" / "er"):
        monkeypatch.chdir(folder)
        assert len(flood("articles", "--json").rows) == 1


def test_what_is_typed_wins_over_the_environment(
    flood: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood("init", "other")
    monkeypatch.setenv("READER_PROJECT", "other")
    assert flood("articles", "--json").rows == []
    assert len(flood("--project", "data", "articles", "--json").rows) == 1
    assert len(flood("--project", str(tmp_path / "data" / "project.json"), "articles", "--json").rows) == 1


def test_without_a_project_the_way_to_one_is_named(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "flood.txt").write_text(TEXT)
    for arguments in (("articles",), ("import", "flood.txt"), ("undo",), ("export", "csv")):
        ran = reader(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert "reader init" in ran.err
        assert one_sentence(ran.err)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["flood.txt"]


def test_a_missing_project_is_named_with_the_nearest(flood: Reader) -> None:
    for name in ("dta", "nowhere/at/all"):
        ran = flood("--project", name, "articles")
        assert ran.code == 2
        assert "the nearest is 'data'" in ran.err


@pytest.mark.parametrize("folder", ["new", "there"])
def test_init_makes_a_project_and_says_where(reader: Reader, tmp_path: Path, folder: str) -> None:
    (tmp_path / "there").mkdir()
    ran = reader("init", folder)
    assert (ran.code, ran.out) == (0, "")
    assert f"Made a project in {folder}." in ran.err
    assert (tmp_path / folder / "project.json").is_file()
    again = reader("init", folder)
    assert again.code == 2
    assert one_sentence(again.err)


def test_init_in_the_folder_named_before_or_in_data(reader: Reader, tmp_path: Path) -> None:
    reader("--project", "one", "init")
    reader("init")
    assert {p.parent.name for p in tmp_path.glob("*/project.json")} == {"one", "data"}


def test_the_coder_is_typed_or_from_the_environment_or_set_or_the_login(
    flood: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def coder() -> str:
        return str(flood("history", "--json").rows[0]["coder"])

    flood("--coder", "zoe", "note", "1", "2", "a")
    assert coder() == "zoe"
    flood("note", "1", "2", "b")
    assert coder() == "anna"
    monkeypatch.delenv("READER_CODER")
    monkeypatch.setenv("LOGNAME", "Dr. Émile O'Hara")
    flood("note", "1", "2", "c")
    assert coder() == "dr-emile-o-hara"
    (tmp_path / "settings.toml").write_text('coder = "ben"\n')
    flood("note", "1", "2", "d")
    assert coder() == "ben"


@pytest.mark.parametrize("name", ["Anna", "a b", "-x", "ä", "x" * 33])
def test_a_coder_that_cannot_be_is_refused(flood: Reader, name: str) -> None:
    ran = flood("--coder", name, "articles")
    assert ran.code == 2
    assert one_sentence(ran.err)
    assert "the nearest is" in ran.err


# -- what cannot be right ------------------------------------------------------------------------------

WRONG = {
    "unknown article": (("tag", "9", "1", "a"), 2, "There is no article '9'; the last one has the number 1"),
    "unknown file": (("show", "flod.txt"), 2, "flood.txt"),
    "unknown tag": (("tag", "1", "2", "harmm"), 2, "the nearest is 'harm'"),
    "unknown tag to take off": (("untag", "1", "2", "harmm"), 2, "the nearest is 'harm'"),
    "number out of range": (("tag", "1", "99", "harm"), 2, "has 5 paragraphs"),
    "number zero": (("review", "1", "0"), 2, "no ¶ 0"),
    "a range that leaves the text": (("tag", "1", "2-999999999999", "harm"), 2, "has 5 paragraphs"),
    "a range backwards": (("tag", "1", "4-2", "harm"), 2, "write 2-4"),
    "no number": (("tag", "1", "two", "harm"), 2, "'two' is not a paragraph number"),
    "an empty number": (("review", "1", ""), 2, "is not a paragraph number"),
    "a number too long": (("note", "1", "9" * 5000, "x"), 2, "is not a paragraph number"),
    "a name with ;": (("tag", "1", "2", "a;b", "--create"), 2, "cannot hold"),
    "a name with a space": (("tag-add", " a"), 2, "space"),
    "a name with a line break": (("tag-rename", "harm", "a\nb"), 2, "control"),
    "a note too long": (("note", "1", "2", "x" * 100_000), 2, "at most"),
    "no such option": (("articles", "--jsn"), 2, "nearest is --json"),
    "an option in the wrong place": (("articles", "--project", "x"), 2, "stands before the command"),
    "no such command": (("serach", "x"), 2, "nearest command is 'search'"),
    "nothing like a command": (("xyzzy",), 2, "no command and no file"),
    "a missing argument": (("tag", "1"), 2, "PARAGRAPHS is missing"),
    "one argument too many": (("tag-archive", "a", "b"), 2, "reader tag-archive --help"),
    "an impossible choice": (("role", "1", "2", "--role", "debris"), 2, "furniture"),
    "a missing file": (("import", "nowhere.txt"), 2, "nowhere.txt"),
    "a folder without texts": (("import", "empty"), None, "empty"),
    "a binary file": (("import", "binary.txt"), 1, "binary.txt"),
    "an empty file": (("import", "nothing.txt"), 1, "nothing.txt"),
    "an unknown format": (("export", "cvs"), 2, "csv"),
    "an unknown coder": (("export", "csv", "--by", "ana"), 2, "nearest is 'anna'"),
    "a delimiter of two signs": (("export", "csv", "--delimiter", "ab"), 2, "delimiter"),
    "no folder for the export": (("export", "csv", "-o", "no/where.csv"), 2, "no folder"),
    "a folder as export": (("export", "csv", "-o", "empty"), 2, "is a folder"),
    "an export that exists": (("export", "csv", "-o", "nothing.txt"), 1, "exists"),
    "a query without words": (("search", ""), 2, ""),
    "nothing to redo": (("redo",), 2, "nothing to redo"),
    "a delete with children": (("tag-delete", "parent"), 1, "--children"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_right_is_one_sentence_and_changes_nothing(flood: Reader, tmp_path: Path, case: str) -> None:
    flood("tag-add", "harm")
    flood("tag-add", "parent/child")
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "nothing.txt").write_bytes(b"")
    before = snapshot(tmp_path / "data")
    arguments, code, words = WRONG[case]
    ran = flood(*arguments)
    assert ran.out == ""
    assert one_sentence(ran.err), ran.err
    assert ran.code == code if code is not None else ran.code in {1, 2}
    assert words in ran.err
    assert snapshot(tmp_path / "data") == before
    assert (tmp_path / "nothing.txt").read_bytes() == b""


def test_a_source_that_cannot_be_read_makes_no_project(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(TEXT)
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    assert reader("--project", "new", "import", "good.txt", "binary.txt").code == 1
    assert reader("--project", "new", "import", "missing.txt").code == 2
    assert not (tmp_path / "new").exists()


def test_one_bad_file_keeps_all_out(flood: Reader, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Another text.\n\nOf two paragraphs.\n")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    assert flood("import", "good.txt", "binary.txt").code == 1
    assert len(flood("articles", "--json").rows) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_what_may_not_be_read_or_written(flood: Reader, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(TEXT)
    secret.chmod(0)
    (tmp_path / "closed").mkdir(mode=0o500)
    for arguments in (("import", "secret.txt"), ("export", "csv", "-o", "closed/a.csv")):
        ran = flood(*arguments)
        assert ran.code == 1
        assert one_sentence(ran.err)
    (tmp_path / "data").chmod(0o500)
    assert len(flood("articles", "--json").rows) == 1
    assert flood("note", "1", "2", "x").code == 1
    (tmp_path / "data").chmod(0o700)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_device_is_said(flood: Reader) -> None:
    flood("note", "1", "2", "x")
    ran = flood("export", "csv", "-o", "/dev/full", "--force")
    assert ran.code == 1
    assert "No space left" in ran.err
    assert one_sentence(ran.err)


def test_a_project_of_a_newer_version_is_read_and_not_written(flood: Reader, tmp_path: Path) -> None:
    path = tmp_path / "data" / "project.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    assert len(flood("articles", "--json").rows) == 1
    before = snapshot(tmp_path / "data")
    refused = flood("note", "1", "2", "x")
    assert refused.code == 1
    assert "newer version" in refused.err
    assert one_sentence(refused.err)
    assert snapshot(tmp_path / "data") == before


def test_a_session_that_writes_locks_its_coder_out_and_nobody_else(flood: Reader, tmp_path: Path) -> None:
    other = Project.open(tmp_path / "data", coder="anna")
    other.start()
    locked = flood("note", "1", "2", "x")
    assert locked.code == 3
    assert one_sentence(locked.err)
    assert len(flood("articles", "--json").rows) == 1
    assert flood("--coder", "ben", "note", "1", "2", "x").code == 0
    other.close()


def test_damage_is_named_with_exit_code_4(flood: Reader, tmp_path: Path) -> None:
    flood("note", "1", "2", "beds")
    (journal,) = (tmp_path / "data" / "journal").glob("*.jsonl")
    journal.write_bytes(journal.read_bytes().replace(b"beds", b"reds"))
    ran = flood("doctor")
    assert ran.code == 4
    assert journal.name.split(".")[0] in ran.out


def test_damage_met_on_the_way_is_said_and_what_is_whole_is_given(flood: Reader, tmp_path: Path) -> None:
    (journal,) = (tmp_path / "data" / "journal").glob("*.jsonl")
    with journal.open("ab") as file:
        file.write(b"00000000 {}\n")
    ran = flood("articles", "--json")
    assert (ran.code, len(ran.rows)) == (4, 1)
    assert ran.err.startswith("Damage: ")


class Full(fs.Disk):
    """A disk on which no byte finds room."""

    def write(self, fd: int, data: bytes | memoryview) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_is_not_on_the_disk_is_not_said_to_be_done(flood: Reader, tmp_path: Path) -> None:
    before = snapshot(tmp_path / "data")
    with fs.using(Full()):
        ran = flood("note", "1", "2", "x")
    assert ran.code == 1
    assert "the disk is full" in ran.err
    assert "Noted" not in ran.err
    assert one_sentence(ran.err)
    assert snapshot(tmp_path / "data") == before


def test_a_setting_that_is_not_there_is_named_with_the_nearest(flood: Reader, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("coderr = 1\n")
    ran = flood("config")
    assert ran.code == 2
    assert "'coder'" in ran.err
    assert one_sentence(ran.err)


def test_settings_of_the_export_are_for_files(flood: Reader, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('delimiter = ";"\nprofile = "data"\n')
    flood("export", "csv", "-o", "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"row;annotation_id")
    assert flood("export", "csv").out.startswith("row,annotation_id")
    flood("export", "csv", "-o", "a.csv", "--force", "--delimiter", "tab", "--profile", "excel")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfrow\tannotation_id")


def test_the_path_of_the_settings(reader: Reader, tmp_path: Path) -> None:
    assert reader("config", "path") == Ran(0, f"{tmp_path / 'settings.toml'}\n", "")


# -- the terminal program from here ----------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("flood.txt",), ("open",), ("open", "1")])
def test_without_a_terminal_the_other_commands_are_named(flood: Reader, tmp_path: Path, arguments: tuple[str]) -> None:
    (tmp_path / "flood.txt").write_text("Another text.\n\nNot to be imported.\n")
    ran = flood(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "reader import" in ran.err
    assert one_sentence(ran.err)
    assert len(flood("articles", "--json").rows) == 1


def test_a_missing_path_is_named_before_anything_else(flood: Reader) -> None:
    ran = flood("flod.txt")
    assert ran.code == 2
    assert "flod.txt" in ran.err
    assert one_sentence(ran.err)


def test_help_lists_every_command_with_its_line(reader: Reader) -> None:
    from reader.cli.front import all_commands

    ran = reader("--help")
    assert (ran.code, ran.err) == (0, "")
    words = " ".join(ran.out.split())
    for command in all_commands().values():
        assert command.name in words
        assert command.help in words


def test_help_of_a_command_names_arguments_options_and_an_example(reader: Reader) -> None:
    ran = reader("tag", "--help")
    assert ran.code == 0
    assert ran.out.startswith("Usage: reader tag ARTICLE PARAGRAPHS TAG…")
    assert "--create" in ran.out
    assert "reader tag 3 3,7-9 harm/displacement" in ran.out
    for name in ("note", "search"):
        assert reader(name, "--help").code == 0
        assert "-h," not in reader(name, "--help").out


def test_a_hostile_title_steers_no_terminal(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "evil.txt").write_text("\x1b]0;owned\x07 Title\n\nText of it, and more.\n")
    said = reader("--project", "data", "import", "evil.txt").err
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "\x1b" in reader("show", "1").out, "data to a pipe stays exact"
