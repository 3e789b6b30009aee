"""From what was typed to files: folders, links, standard input, and everything that is no text file."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from reader.errors import Unreadable, UsageError
from reader.formats import ImportOptions, NewArticle, NewItem, find_sources, read_sources, sources

WORDS = "The lamps went out.\n\nNobody knew why.\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def only_articles(items: Iterable[NewItem]) -> list[NewArticle]:
    """The articles among what was read."""
    return [item for item in items if isinstance(item, NewArticle)]


def put(path: str, text: str = WORDS) -> Path:
    found = Path(path)
    found.parent.mkdir(parents=True, exist_ok=True)
    found.write_text(text, encoding="utf-8")
    return found


def names(*paths: str) -> list[str]:
    return [source.name for source in find_sources(paths)]


def articles(*paths: str) -> list[NewArticle]:
    return only_articles(read_sources(find_sources(paths)))


# -- what is recorded ------------------------------------------------------------------------------


def test_files_as_they_were_named(here: Path) -> None:
    put("a.txt")
    put("sub/b.log")
    assert names("a.txt", "./sub/b.log") == ["a.txt", "sub/b.log"]
    assert names(f"../{here.name}/a.txt") == [f"../{here.name}/a.txt"]


def test_an_absolute_path_is_never_recorded(here: Path) -> None:
    put("texts of mine/a.txt")
    put("texts of mine/deep/b.md")
    folder = here / "texts of mine"
    assert names(str(folder / "a.txt")) == ["a.txt"]
    assert names(str(folder)) == ["texts of mine/a.txt", "texts of mine/deep/b.md"]


def test_a_folder_recursively_by_suffix_in_natural_order(here: Path) -> None:
    for name in (
        "night 10.txt",
        "night 2.TXT",
        "a.md",
        "b.markdown",
        "c.text",
        "d.pdf",
        "e",
        "deep/er/f.txt",
        ".hidden.txt",
        ".git/g.txt",
    ):
        put(f"in/{name}")
    assert names("in") == [
        "in/a.md",
        "in/b.markdown",
        "in/c.text",
        "in/deep/er/f.txt",
        "in/night 2.TXT",
        "in/night 10.txt",
    ]
    os.chdir("in")
    assert names(".")[0] == "in/a.md"
    os.chdir("deep")
    assert names("..")[0] == "in/a.md"


def test_a_file_that_is_named_twice_is_read_once(here: Path) -> None:
    put("in/a.txt")
    Path("link.txt").symlink_to("in/a.txt")
    assert names("in/a.txt", "in", "link.txt", "in/../in/a.txt") == ["in/a.txt"]


def test_links_that_lead_in_circles(here: Path) -> None:
    put("in/a.txt")
    for loop in ("here", "loop", "up"):  # three, so that going round would never end
        Path(f"in/{loop}").symlink_to(".." if loop == "up" else ".", target_is_directory=True)
    Path("in/nowhere.txt").symlink_to("missing.txt")
    put("beside/b.txt")
    Path("in/beside").symlink_to("../beside", target_is_directory=True)
    assert names("in") == ["in/a.txt", "in/beside/b.txt"]


def test_a_project_does_not_import_its_own_texts(here: Path) -> None:
    put("a.txt")
    put("project.json", "{}")
    put("texts/1f/a1f.txt")
    put("drafts/x.txt")
    put("data/project.json", "{}")
    put("data/texts/2e/a2e.txt")
    put("texts of mine/b.txt")
    assert [name.partition("/")[2] for name in names(".")] == ["a.txt", "texts of mine/b.txt"]


def test_names_that_are_not_utf8_are_shown_with_a_replacement(here: Path) -> None:
    raw = os.fsdecode(b"caf\xe9.txt")
    Path(raw).write_text(WORDS, encoding="utf-8")
    (article,) = articles(raw)
    assert article.source == "caf\ufffd.txt"
    article.title.encode()


# -- what cannot be read ---------------------------------------------------------------------------


def test_a_missing_file_names_the_nearest(here: Path) -> None:
    put("harbour.txt")
    with pytest.raises(UsageError, match=r"^There is no file harbor\.txt; the nearest is harbour\.txt\.$"):
        find_sources(["harbor.txt"])
    with pytest.raises(UsageError, match=r"^There is no file nowhere/x\.txt\.$"):
        find_sources(["nowhere/x.txt"])
    with pytest.raises(UsageError, match=r"There is no file harbour\.txt/x"):
        find_sources(["harbour.txt/x"])
    with pytest.raises(UsageError, match="An empty name"):
        find_sources([""])
    with pytest.raises(UsageError, match="There is no file"):
        find_sources(["a\0b"])


def test_a_folder_without_texts(here: Path) -> None:
    put("in/picture.png")
    with pytest.raises(
        Unreadable, match=r"no text in the folder in: no file there ends in \.txt, \.text, \.md, \.markdown"
    ):
        find_sources(["in"])


def test_a_pipe_a_device_and_a_socket_are_no_files(here: Path) -> None:
    os.mkfifo("pipe.txt")
    with pytest.raises(Unreadable, match=r"pipe\.txt is a pipe, not a file; - reads standard input"):
        find_sources(["pipe.txt"])
    with pytest.raises(Unreadable, match="/dev/zero is a device"):
        find_sources(["/dev/zero"])
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{short}/s.txt")  # a socket's path must be short
        with pytest.raises(Unreadable, match="is a socket"):
            find_sources([f"{short}/s.txt"])


def test_a_pipe_in_a_folder_is_passed_over(here: Path) -> None:
    put("in/a.txt")
    os.mkfifo("in/pipe.txt")
    assert names("in") == ["in/a.txt"]


def test_a_file_that_becomes_a_pipe_is_not_waited_for(here: Path) -> None:
    path = put("a.txt")
    found = find_sources(["a.txt"])
    path.unlink()
    os.mkfifo("a.txt")
    with pytest.raises(Unreadable, match=r"a\.txt is not a regular file"):
        list(read_sources(found))


def test_a_file_that_goes_away(here: Path) -> None:
    path = put("a.txt")
    found = find_sources(["a.txt"])
    path.unlink()
    with pytest.raises(Unreadable, match=r"a\.txt is gone"):
        list(read_sources(found))


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "is empty"), (b" \n\n", "is empty"), (b"a\0b", "binary"), (b"%PDF-1.4", "PDF")]
)
def test_what_is_no_text_is_refused(here: Path, content: bytes, reason: str) -> None:
    Path("x.txt").write_bytes(content)
    with pytest.raises(Unreadable, match=rf"^x\.txt .*{reason}"):
        articles("x.txt")


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, with a file and a folder that have no permissions."""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others than their owner
        Path(folder).chmod(0o711)
        monkeypatch.chdir(folder)
        put("secret.txt").chmod(0)
        put("closed/a.txt")
        Path("closed").chmod(0)
        yield Path(folder)
        Path("closed").chmod(0o700)
        monkeypatch.undo()


NOBODY = """
import os, sys
from reader.errors import Unreadable
from reader.formats import find_sources, read_sources, sources
if os.getuid() == 0:  # root may read everything
    os.setuid(65534)
try:
    list(read_sources(find_sources(sys.argv[1:])))
except Unreadable as error:
    print(error)
"""


@pytest.mark.parametrize("path", ["secret.txt", "closed", "closed/a.txt"])
def test_no_permission(forbidden: Path, path: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", NOBODY, path], cwd=forbidden, capture_output=True, text=True, check=False
    )
    assert found.stdout == f"{path} cannot be read: there is no permission.\n", found.stderr


# -- reading ---------------------------------------------------------------------------------------


def test_one_unreadable_file_in_a_folder_does_not_stop_the_others(here: Path) -> None:
    put("in/a.txt")
    put("in/b.txt", "")
    put("in/c.md", "# Lamps\n\nOut.\n")
    skipped: list[str] = []
    found = only_articles(read_sources(find_sources(["in"]), ImportOptions(), skipped))
    assert [article.source for article in found] == ["in/a.txt", "in/c.md"]
    assert [article.media_type for article in found] == ["text/plain", "text/markdown"]
    assert skipped == ["in/b.txt is empty; there is nothing to read in it."]
    with pytest.raises(Unreadable):
        articles("in")
    with pytest.raises(Unreadable):
        list(read_sources(find_sources(["in/b.txt"]), ImportOptions(), skipped))


def test_articles_come_one_at_a_time(here: Path) -> None:
    put("a.txt")
    put("b.txt", "")
    stream = (item for item in read_sources(find_sources(["a.txt", "b.txt"])) if isinstance(item, NewArticle))
    assert next(stream).source == "a.txt"
    with pytest.raises(Unreadable):
        next(stream)


class Typed:
    """What stands in for sys.stdin: an object with bytes behind it."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Typed(b"It was late.\r\n\r\nThey slept.\r\n"))
    (article,) = articles("-")
    assert (article.source, article.title, len(article.paragraphs)) == ("-", "standard input", 2)
    with pytest.raises(UsageError, match="only once"):
        find_sources(["-", "-"])


def test_standard_input_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Typed(b"x" * 2000))
    monkeypatch.setattr(sources, "MOST_STANDARD_INPUT", 1000)
    with pytest.raises(Unreadable, match="more than"):
        articles("-")
