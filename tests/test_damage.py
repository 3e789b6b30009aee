"""What is said of each kind of damage, and what `doctor --repair` does about it; the sweeps try every byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from reader import fs
from reader.commands.blind import blind_start
from reader.commands.library import read
from reader.project import Project
from reader.store.documents import read_shelf, write_shelf
from tests.projects import FLOOD, add_tag, put_on, the_article

LINE = FLOOD[1].encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of c1's, closed: a plain text with one mark, a setting, a tag; all of it as it was written."""
    (tmp_path / "flood.txt").write_text("\n\n".join(FLOOD))
    project = Project.open(Project.create(tmp_path / "p", name="test"), coder="c1")
    project.import_articles(list(read([str(tmp_path / "flood.txt")])))
    blind_start(project)
    put_on(project, the_article(project), 2, add_tag(project, "harm"))
    project.close()
    assert Project.open(tmp_path / "p", coder="c1", write=False).verify() == []
    return tmp_path / "p"


def one(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def cut(folder: Path, pattern: str, size: int) -> None:
    path = one(folder, pattern)
    path.write_bytes(path.read_bytes()[:size])


def changed(folder: Path, pattern: str, old: bytes, new: bytes) -> None:
    path = one(folder, pattern)
    data = path.read_bytes()
    assert data.count(old)
    path.write_bytes(data.replace(old, new, 1))


def journal_without_checkpoint(folder: Path) -> None:
    """A copy that came without checkpoints, and the journal only in part: what a TinyDB file holds of it says so."""
    one(folder, "journal/*.checkpoint").unlink()
    path = one(folder, "journal/*.jsonl")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def other_record_of_ours(folder: Path) -> None:
    """A file that a version of ours with an error wrote: its checksum holds, what it says does not."""
    path = one(folder, "codebook.json")
    shelf = read_shelf(path)
    assert shelf is not None
    (tag,) = shelf.table("tags").values()
    shelf.tables["tags"] = {tag.id: replace(tag, name="hurt")}
    write_shelf(path, shelf, ("tags", "coders", "searches"), fs.PRIVATE)


def older_file(folder: Path) -> None:
    """A file put back from yesterday."""
    path = one(folder, "annotations/c1/*/*.json")
    yesterday = path.read_bytes()
    project = Project.open(folder, coder="c1")
    put_on(project, the_article(project), 4, next(iter(project.tags.values())))
    project.close()
    path.write_bytes(yesterday)


HARM: dict[str, tuple[Callable[[Path], object], str]] = {
    "last line without its end": (
        lambda folder: cut(folder, "journal/*.jsonl", -1),
        r"^The journal c1\.\w+\.jsonl has become shorter: \d+ bytes of it were on the disk\. Restore it from a backup\.",
    ),
    "LF of the last line": (
        lambda folder: one(folder, "journal/*.jsonl").write_bytes(one(folder, "journal/*.jsonl").read_bytes()[:-1] + b"x"),
        r"^c1\.\w+: its last line has no end\.",
    ),
    "letter in a line": (
        lambda folder: changed(folder, "journal/*.jsonl", b'"harm"', b'"hurt"'),
        r"^c1\.\w+, edit 3: its checksum does not hold\.",
    ),
    "checksum of a line": (
        lambda folder: changed(folder, "journal/*.jsonl", b" {", b"{{"),
        r"^c1\.\w+, edit 1: not a line of ours\.",
    ),
    "journal that lacks what a file holds": (
        journal_without_checkpoint,
        r"^The journal c1\.\w+\.jsonl has become shorter: \d+ bytes",
    ),
    "checkpoint without its end": (
        lambda folder: cut(folder, "journal/*.checkpoint", -1),
        r"^c1\.\w+\.checkpoint cannot be read: it has no end\.",
    ),
    "annotations gone": (
        lambda folder: one(folder, "annotations/c1/*/*.json").unlink(),
        r"^The file annotations/c1/\w\w/\w+\.json is missing\.",
    ),
    "annotations of yesterday": (older_file, r"^The file annotations/c1/\w\w/\w+\.json is older than the journals say\."),
    "annotations no JSON": (
        lambda folder: cut(folder, "annotations/c1/*/*.json", 40),
        r"^The file annotations/c1/\w\w/\w+\.json was changed by something else \(it is no TinyDB file",
    ),
    "annotations changed by hand": (
        lambda folder: changed(folder, "annotations/c1/*/*.json", b'"paragraph"', b'"span"'),
        r"^The file annotations/c1/\w\w/\w+\.json was changed by something else \(its checksum does not hold\)",
    ),
    "another record in a file of ours": (
        other_record_of_ours,
        r"^The table tags in codebook\.json is not what the journals lead to\.",
    ),
    "setting": (
        lambda folder: changed(folder, "project.json", b'"blind": true', b'"blind": false'),
        r"^The file project\.json is not what the journals lead to\.",
    ),
    "text": (
        lambda folder: changed(folder, "texts/*/*.txt", LINE[:3], b"Xxx"),
        r"^The text \w+\.txt of article 1 is not what was imported; a backup may hold it\.",
    ),
    "text gone": (
        lambda folder: one(folder, "texts/*/*.txt").unlink(),
        r"^The text \w+\.txt of article 1 cannot be read: No such file or directory; a backup may hold it\.",
    ),
    "paragraphs": (
        lambda folder: cut(folder, "texts/*/*.paragraphs", -4),
        r"^The paragraphs [\w.]+\.paragraphs of article 1 are not what was imported; a backup may hold them\.",
    ),
    "head of the paragraphs": (
        lambda folder: changed(folder, "texts/*/*.paragraphs", b"{", b"["),
        r"^The paragraphs [\w.]+\.paragraphs of article 1 cannot be read: ",
    ),
    "paragraphs gone": (
        lambda folder: one(folder, "texts/*/*.paragraphs").unlink(),
        r"^The paragraphs [\w.]+\.paragraphs of article 1 cannot be read: No such file",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HARM)
def test_each_kind_of_damage_has_its_sentence(folder: Path, what: str) -> None:
    harm, sentence = HARM[what]
    harm(folder)
    found = Project.open(folder, coder="c2", write=False).verify()
    assert any(re.search(sentence, said) for said in found), found


BEYOND_REPAIR = re.compile(".*line|journal|text")
DERIVED = [what for what in HARM if not BEYOND_REPAIR.match(what)]


@pytest.mark.parametrize("what", DERIVED)
def test_repair_makes_anew_what_is_derived(folder: Path, what: str) -> None:
    """A mark more is in the project where yesterday's file was put back."""
    truth = {path: path.read_bytes() for path in (*folder.glob("journal/*.jsonl"), *folder.glob("texts/*/*.txt"))}
    HARM[what][0](folder)
    project = Project.open(folder, coder="c1")
    project.repair()
    project.close()
    again = Project.open(folder, coder="c1")
    assert again.verify() == []
    assert again.info.blind
    article = the_article(again)
    assert again.text(article.id).text_of(2) == FLOOD[1]
    assert next(mark.anchor.quote for mark in again.marks(article.id).annotations.values() if mark.anchor) == FLOOD[1]
    assert all(path.read_bytes().startswith(data) for path, data in truth.items())


def test_repair_says_what_it_did(folder: Path) -> None:
    for pattern in ("codebook.json", "texts/*/*.paragraphs", "journal/*.checkpoint"):
        cut(folder, pattern, -3)
    name = one(folder, "journal/*.checkpoint").name
    moved = folder.rename(
        folder.with_name("moved")
    )  # there this journal is another copy's: nobody writes its checkpoint
    project = Project.open(moved, coder="c1")
    assert project.repair() == [
        "The file codebook.json was made again from the journals.",
        "The paragraphs of article 1 were made again from its text.",
        f"The damaged {name} was removed: nothing is lost with it.",
    ]
    assert project.repair() == []
    project.close()
