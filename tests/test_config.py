"""Settings: read, refused with file and line, and free of charge where there are none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs
import pytest

from reader.config import Settings, check_names, config_path, load
from reader.errors import UsageError
from tests.loaded import loaded

FULL = """\
# my settings
coder = "c1"
theme = "dark"
measure = 80
profile = "data"
delimiter = "tab"
mouse = false
ascii = true

[keys]
tag-add = ["t", "f2"]
undo = "u"
quit = []
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_everything_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    assert load(path) == Settings(
        coder="c1",
        theme="dark",
        measure=80,
        profile="data",
        delimiter="\t",
        mouse=False,
        ascii=True,
        keys={"tag-add": ("t", "f2"), "undo": ("u",), "quit": ()},
        path=str(path),
    )


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "\ufeff# nothing"])
def test_nothing_set_is_the_defaults(tmp_path: Path, text: str) -> None:
    assert load(written(tmp_path, text)) == Settings(path=str(tmp_path / "config.toml"))


def test_no_file_is_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "config.toml") == Settings(path=str(tmp_path / "config.toml"))


def test_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    assert load(written(tmp_path, b'\xef\xbb\xbfcoder = "c1"\r\nmeasure = 60\r\n')).measure == 60


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('coder = "c1"\nmesure = 72\n', 2, "no setting 'mesure'; the nearest is 'measure'"),
        ("\n\nxyzzy = 1\n", 3, "no setting 'xyzzy'; there are ascii, coder"),
        ("measure = 500", 1, "measure is a number from 20 to 240, not 500"),
        ("measure = true", 1, "measure is a number from 20 to 240, not true"),
        ('ascii = "yes"', 1, "ascii is true or false, not 'yes'"),
        ("# x\nmouse = 1", 2, "mouse is true or false, not 1"),
        ("theme = 3", 1, "theme is a text"),
        ('coder = "Anna B"', 1, "'Anna B' cannot be one"),
        ('profile = "excell"', 1, "profile is data or excel, not 'excell'; the nearest is 'excel'"),
        ('delimiter = ";;"', 1, "delimiter is one ASCII character"),
        ("keys = 3", 1, "keys is a table"),
        ('[keys]\nundo = "u"\nredo = 7', 3, "the keys of redo are a text or a list of texts, not 7"),
        ('keys.undo = "u"\nkeys."redo" = ["U", "U"]', 2, "'U' stands twice for redo"),
        ("keys = {undo = 4}", 1, "the keys of undo"),
        ('coder = "c1"\nmeasure = ', 2, "invalid value"),
        ('a = 1\na = "x', 2, ""),
        ("[keys\n", 1, "expected"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as error:
        load(path)
    assert str(error.value).startswith(f"{path}, line {line}: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", [b"coder = '\xff'", b"\xff\xfec\x00"])
def test_a_file_that_is_no_text(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(UsageError, match="not UTF-8"):
        load(written(tmp_path, text))


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)


def test_names_of_commands(tmp_path: Path) -> None:
    settings = load(written(tmp_path, FULL))
    check_names(settings, commands={"tag-add", "undo", "quit"})
    with pytest.raises(UsageError, match=r"line 11: there is no command 'tag-add'; the nearest is 'tag-ad'"):
        check_names(settings, commands={"tag-ad", "undo", "quit"})


def test_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert config_path({"READER_CONFIG": str(tmp_path / "mine.toml")}) == tmp_path / "mine.toml"
    for value in ("", str(tmp_path)):
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
        assert config_path() == platformdirs.user_config_path("reader", appauthor=False) / "config.toml"
    monkeypatch.setenv("READER_CONFIG", str(written(tmp_path, "measure = 30")))
    assert load().measure == 30


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere platformdirs says where it is")
def test_no_file_costs_no_imports(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "READER_CONFIG": ""}
    assert not loaded(
        "import reader.config; reader.config.load()", {"tomllib", "platformdirs", "difflib"}, env=environment
    )
