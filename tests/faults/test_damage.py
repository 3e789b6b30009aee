"""Damage is found, bounded and never silent: bytes flipped, files cut, blocks zeroed, files emptied and gone."""

from __future__ import annotations

import functools
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from reader.commands.coding import tag
from reader.commands.library import import_
from reader.commands.notes import note
from reader.commands.reviewing import review
from reader.commands.upkeep import doctor
from reader.errors import Damage, NotSaved, ReaderError, UsageError
from reader.project import Project
from reader.store.verify import repair
from tests.faults.scenario import TEXTS, World, scratch, seen
from tests.projects import new_article

CODERS = ("c1", "c2")
HELD = World(
    titles=("Flood barrier late", "The quay"),
    tags=frozenset({"harm", "actor"}),
    marks=frozenset({(1, 2, "harm"), (1, 3, "harm"), (1, 2, "actor"), (2, 2, "harm"), (2, 3, "actor")}),
    notes=frozenset({(1, 3, "who?"), (2, 2, "when?")}),
)
COUNTED = {("harm", "c1"): 2, ("harm", "c2"): 1, ("actor", "c2"): 2}
PROGRESS = {(1, "c1"): (2, 2), (1, "c2"): (1, 0), (2, "c1"): (0, 0), (2, "c2"): (2, 1)}
"""(paragraphs coded, reviewed) by article and coder."""


@functools.cache
def base() -> Path:
    """A small project of two articles and two coders, all of it settled."""
    folder = scratch()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    Project.create(folder / "p", name="test")
    one = Project.open(folder / "p", coder="c1")
    import_(one, [str(folder / name) for name in TEXTS])
    first, _ = one.articles.values()
    tag(one, first, [2, 3], ["harm"], create=True)
    note(one, first, 3, "who?")
    review(one, first, [2, 3])
    one.flush()
    two = Project.open(folder / "p", coder="c2")
    first, second = two.articles.values()
    tag(two, first, [2], ["actor"], create=True)
    tag(two, second, [2], ["harm"])
    tag(two, second, [3], ["actor"])
    note(two, second, 2, "when?")
    review(two, second, [2])
    two.flush()
    two.counts()
    two.close()
    one.close()
    with sqlite3.connect(folder / "p" / "index.sqlite") as index:
        index.execute("PRAGMA journal_mode = DELETE")
    index.close()
    return folder / "p"


@pytest.fixture
def folder() -> Iterator[Path]:
    path = base()
    shutil.copytree(path, path.with_name("pristine"))
    yield path  # where it was made: a journal belongs to its place
    shutil.rmtree(path)
    path.with_name("pristine").rename(path)


@dataclass(frozen=True)
class Kind:
    """Files of one kind, and what must still be so when one of them is damaged."""

    files: Callable[[Path], list[Path]]
    kept: Callable[[Project], list[str]]
    silent: bool = False  # damage without effect may go unnoticed


def _named(*patterns: str) -> Callable[[Path], list[Path]]:
    return lambda folder: sorted(path for pattern in patterns for path in folder.glob(pattern))


def _all(project: Project) -> list[str]:
    """What the project lacks of all it should hold, the words of the texts too."""
    if wrong := _marks(project):
        return wrong
    for article, text in zip(project.articles.values(), TEXTS.values(), strict=True):
        if project.text(article.id).slice(0, 10**6) != text:
            wrong.append(f"another text: {project.text(article.id).slice(0, 10**6)!r}")
    return wrong


def _marks(project: Project) -> list[str]:
    return [] if seen(project) == HELD else [f"it holds {seen(project)}"]


def _counts(project: Project) -> list[str]:
    """What is counted wrongly."""
    counts = project.counts()
    ids = {project.codebook.shown(t.id): t.id for t in project.tags.values()}
    found = {(name, coder): counts.tag(ids[name], coder) for name, coder in COUNTED}
    wrong = [] if found == COUNTED else [f"counted {found}"]
    for article in project.articles.values():
        for coder in CODERS:
            expected = PROGRESS[article.number, coder]
            if (done := tuple(counts.article(article.id, coder))) != expected:
                wrong.append(f"{coder} in article {article.number}: {done} rather than {expected}")
    return wrong


KINDS = {
    "journals": Kind(_named("journal/*.jsonl"), _all),
    "checkpoints": Kind(_named("journal/*.checkpoint"), _all),
    "TinyDB files": Kind(_named("library.json", "codebook.json", "annotations/**/*.json"), _all),
    "texts": Kind(_named("texts/**/*.txt"), _marks),
    "paragraph files": Kind(_named("texts/**/*.paragraphs"), _all),
}


def judged(folder: Path, kind: Kind) -> tuple[bool, list[str]]:
    """Whether the damage was found, and what is wrong otherwise. Whoever reads must find all that is kept."""
    try:
        project = Project.open(folder, coder="c1", write=False)
        wrong = kind.kept(project)
        found = [*project.problems, *project.verify()]
        project.close()
    except ReaderError as error:
        return True, [f"{type(error).__name__}: {error}"]
    return bool(found), wrong


def flips(data: bytes, stride: int, start: int, *, both: bool = False) -> Iterator[tuple[str, bytes]]:
    """The data with one byte changed, by one bit or by all, or once by `both`."""
    for at in range(start % stride, len(data), stride):
        for mask in (0x01, 0xFF) if both or stride == 1 else ((0x01,) if at % 2 else (0xFF,)):
            yield f"byte {at} of {len(data)} ^ {mask:02x}", data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def cuts(data: bytes, stride: int, start: int = 0) -> Iterator[tuple[str, bytes]]:
    """The data cut at lengths from `start` to one less than all."""
    for length in sorted({*range(start, len(data), stride), len(data) - 1}):
        yield f"cut to {length} of {len(data)}", data[:length]


def zeroed(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The data with a sector or page of zeros."""
    for size in (512, 4096):
        for at in range(0, len(data), size):
            part = data[at : at + size]
            yield f"zeros from {at}, {size}", data[:at] + bytes(len(part)) + data[at + size :]


def damaged(folder: Path, kind: Kind, stride: int) -> Iterator[tuple[str, Path, bytes]]:
    """The ways in which the files of a kind can be damaged: where, the file, its whole content."""
    for number, path in enumerate(kind.files(folder)):
        data = path.read_bytes()
        for each in (flips(data, stride, number * 3), cuts(data, stride), zeroed(data)):
            for where, broken in each:
                path.write_bytes(broken)
                yield f"{path.relative_to(folder)}, {where}", path, data
        path.write_bytes(data)


def sweep(folder: Path, name: str, stride: int) -> None:
    """Damage every file of a kind in all ways; each must be found, or be no damage."""
    kind = KINDS[name]
    count = 0
    for where, _, _ in damaged(folder, kind, stride):
        found, wrong = judged(folder, kind)
        assert wrong == [], where
        assert found, where
        count += 1
    assert count > 10
    assert judged(folder, KINDS["journals"]) == (False, [])


@pytest.mark.parametrize("name", KINDS)
def test_damage_is_found_and_bounded(folder: Path, name: str) -> None:
    sweep(folder, name, {"journals": 37, "TinyDB files": 23, "paragraph files": 7}.get(name, 3))


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", KINDS)
def test_damage_anywhere_is_found_and_bounded(folder: Path, name: str) -> None:
    sweep(folder, name, 1)


MAY_BE_GONE = "journal/*.checkpoint"
"""What a fresh clone has not, and whose loss changes no answer."""


@pytest.mark.parametrize("what", ["gone", "empty"])
def test_a_file_gone_or_empty_is_never_a_new_project(folder: Path, what: str) -> None:
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in (".json", ".jsonl", ".checkpoint")):
        data = path.read_bytes()
        path.unlink()
        if what == "empty":
            path.write_bytes(b"")
        found, wrong = judged(folder, KINDS["journals"])
        where = path.relative_to(folder)
        if path.name == "project.json":
            assert len(wrong) == 1
            assert wrong[0].startswith("Damage")
            assert "backup" in wrong[0]
            with pytest.raises((Damage, UsageError)):
                Project.create(folder)
        else:
            assert wrong == [], where
            assert found or (what == "gone" and path.match(MAY_BE_GONE)), where
        path.write_bytes(data)
    assert judged(folder, KINDS["journals"]) == (False, [])


def test_all_checkpoints_and_a_journal_gone_is_said(folder: Path) -> None:
    for path in [*folder.glob("journal/*.checkpoint"), next(folder.glob("journal/c1.*.jsonl"))]:
        path.unlink()
    found, wrong = judged(folder, KINDS["journals"])
    assert (found, wrong) == (True, [])
    project = Project.open(folder, coder="c1")
    tag(project, next(iter(project.articles.values())), [4], ["harm"])
    with pytest.raises(NotSaved, match="Restore it from a backup"):
        project.flush()  # it would stand where lines were that the files hold
    with pytest.raises(NotSaved):
        project.close()


@pytest.mark.parametrize("coder", CODERS)
def test_a_damaged_line_costs_that_edit_alone(folder: Path, coder: str) -> None:
    """The journals are all there is: TinyDB files and checkpoints are gone."""
    for path in KINDS["TinyDB files"].files(folder) + KINDS["checkpoints"].files(folder):
        path.unlink()
    (path,) = folder.glob(f"journal/{coder}.*.jsonl")
    data = path.read_bytes()
    known = _edits(folder)
    ends = ((f"LF at {n}", data[:n] + b"x" + data[n + 1 :]) for n in range(len(data)) if data[n] == 10)
    for where, broken in (*flips(data, 11, 0), *ends):
        path.write_bytes(broken)
        left = _edits(folder)
        assert known - left <= {e for e in known if e[0] == coder}, where
        assert len(known - left) <= 1, where
        found, _ = judged(folder, KINDS["journals"])
        assert found or len(left) == len(known), where
    for where, broken in zeroed(data):
        path.write_bytes(broken)
        first = next(n for n in range(len(data)) if data[n] != broken[n])
        last = next(n for n in reversed(range(len(data))) if data[n] != broken[n])
        assert len(known - _edits(folder)) <= 1 + data.count(b"\n", first, last), where


def _edits(folder: Path) -> set[tuple[str, str]]:
    project = Project.open(folder, coder="c3", write=False)
    return {(edit.coder, edit.id) for edit in project.store.edits()[0]}


@pytest.mark.parametrize("name", ["checkpoints", "TinyDB files", "paragraph files"])
def test_the_next_session_makes_what_is_derived_again(folder: Path, name: str) -> None:
    kind = KINDS[name]
    known = folder.with_name("known")
    for number, (where, _path, _) in enumerate(damaged(folder, kind, 97)):
        shutil.copytree(folder, known)
        for coder in CODERS:  # each mends what is theirs
            project = Project.open(folder, coder=coder)
            assert seen(project) == HELD, where
            first = next(iter(project.articles.values()))
            note(project, first, 2, "more")
            project.flush()
            note(project, first, 2, "")
            project.close()
        again = Project.open(folder, coder="c1", write=False)
        assert again.verify() == [], where
        assert _all(again) == [], where
        shutil.rmtree(folder)
        known.rename(folder)
        assert number < 500


def test_repair_makes_what_is_derived_again_and_touches_no_journal(folder: Path) -> None:
    moved = folder.with_name("moved")
    shutil.copytree(folder, moved)  # the sessions that wrote these journals will not come back
    wanted = {path: path.read_bytes() for path in (*moved.glob("journal/*.jsonl"), *moved.glob("texts/**/*.txt"))}
    for name in ("codebook.json", "annotations/c1/*/*.json", "texts/**/*.paragraphs", "journal/c2.*.checkpoint"):
        path = next(moved.glob(name))
        path.write_bytes(path.read_bytes()[:-20])
    project = Project.open(moved, coder="c1")
    assert len(project.verify()) >= 4
    done = repair(project.store)
    project.close()
    assert len(done) == 4
    assert {path: path.read_bytes() for path in wanted} == wanted
    again = Project.open(moved, coder="c1")
    assert again.verify() == []
    assert _all(again) == []
    shutil.rmtree(moved)


def test_a_tinydb_file_changed_by_script_is_found_and_kept_aside(folder: Path) -> None:
    from tinydb import TinyDB

    with TinyDB(folder / "codebook.json") as database:
        database.table("tags").update({"name": "mine now"})
    found, wrong = judged(folder, KINDS["TinyDB files"])
    assert (found, wrong) == (True, [])
    project = Project.open(folder, coder="c1")
    assert seen(project) == HELD
    project.start()
    project.close()
    (aside,) = folder.glob("codebook.json.changed-*")
    assert b"mine now" in aside.read_bytes()
    assert Project.open(folder, coder="c1").verify() == []


def test_a_file_put_back_from_yesterday_is_found(folder: Path) -> None:
    (path,) = folder.glob("annotations/c1/*/*.json")
    yesterday = path.read_bytes()
    project = Project.open(folder, coder="c1")
    note(project, next(iter(project.articles.values())), 4, "new")
    project.close()
    path.write_bytes(yesterday)
    again = Project.open(folder, coder="c1")
    assert seen(again) == replace(HELD, notes=HELD.notes | {(1, 4, "new")})
    assert any("older" in problem for problem in again.problems)


def test_a_damaged_text_is_named_and_its_marks_are_kept(folder: Path) -> None:
    path = next(folder.glob("texts/**/*.txt"))
    for data in (None, b"", b"short", b"\xff" * 200):
        path.unlink(missing_ok=True)
        if data is not None:
            path.write_bytes(data)
        project = Project.open(folder, coder="c1")
        assert seen(project) == HELD
        article = next(a for a in project.articles.values() if a.id == path.stem)
        assert any(path.name in problem and "backup" in problem for problem in project.verify())
        with pytest.raises(Damage):
            project.text(article.id).text_of(2)
        project.close()


def test_a_paragraph_file_that_cannot_be_made_again_is_named(folder: Path) -> None:
    """Nothing in the text says how these paragraphs came about: the importer is not ours."""
    parts = ["One two", "three four"]  # whose first is a heading, which plain text cannot say
    project = Project.open(folder, coder="c1")
    project.import_articles([new_article(parts, source="odd.txt")])
    (article,) = (a for a in project.articles.values() if a.title == "One two")
    project.close()
    (path,) = folder.glob(f"texts/**/{article.id}.*paragraphs")
    path.write_bytes(path.read_bytes()[:-9])
    again = Project.open(folder, coder="c1")
    assert any(path.name in problem for problem in again.verify())
    assert len(again.articles) == 3


def test_the_index_is_without_effect_or_said(folder: Path) -> None:
    data = (folder / "index.sqlite").read_bytes()
    _index_sweep(folder, flips(data, 401, 0), cuts(data, 1203), zeroed(data))


PARTS = 8


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_the_index_is_without_effect_or_said_wherever_it_is_damaged(folder: Path, part: int) -> None:
    """Each byte in two ways, each length: a part of them."""
    data = (folder / "index.sqlite").read_bytes()
    _index_sweep(folder, flips(data, PARTS, part, both=True), cuts(data, PARTS, part))


def _index_sweep(folder: Path, *ways: Iterator[tuple[str, bytes]]) -> None:
    path = folder / "index.sqlite"
    for each in ways:
        for where, broken in each:
            for name in folder.glob("index.sqlite*"):
                name.unlink()
            path.write_bytes(broken)
            project = Project.open(folder, coder="c1", write=False)
            try:
                wrong = _counts(project)
                said = bool(wrong) and doctor(project).exit_code == Damage.exit_code
                assert wrong == [] or said, where
            except Damage:
                pass  # it is said
            finally:
                project.close()
