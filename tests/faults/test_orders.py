"""Whatever order journals arrive in, every reader comes to what a fresh replay says."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reader.edits import new_id, now
from reader.errors import ReaderError
from reader.model import Annotation, Tag
from reader.project import Project
from reader.store.replay import replay
from reader.store.shelves import CODEBOOK
from reader.store.tiny import TinyStore
from tests.faults.scenario import scratch
from tests.projects import add_tag, make_project, put_on, the_article

CODERS = ("c1", "c2", "c3")


@pytest.fixture
def root() -> Iterator[Path]:
    folder = scratch()
    yield folder
    shutil.rmtree(folder)


def state_of(store: TinyStore) -> dict[str, Any]:
    """All records of a store by table and id."""
    (article,) = store.articles()
    return {
        "tags": dict(store.tags()),
        "annotations": {a.id: a for a in store.annotations(article)},
        "reviews": {r.id: r for r in store.reviews(article)},
    }


def replayed(folder: Path) -> dict[str, Any]:
    """The same, from nothing but the journals."""
    shelves = replay((folder / "journal").glob("*.jsonl")).shelves
    found: dict[str, Any] = {"tags": {}, "annotations": {}, "reviews": {}}
    for key, shelf in shelves.items():
        for table in found if key != CODEBOOK else ("tags",):
            found[table] |= shelf.table(table)
    return found


def _act(project: Project, chance: random.Random, *, undo: bool) -> None:
    article = the_article(project)
    tags = sorted(project.tags.values(), key=lambda t: t.id)
    mine = sorted((a for a in project.marks(article.id).annotations.values() if a.coder == project.coder), key=str)
    match chance.choice(["rename", "put", "note", "note", "off", "undo"]):
        case "rename":
            tag = chance.choice(tags)
            name = f"{project.coder} {chance.randrange(10**9)}"
            project.apply("tag-rename", [(tag, msgspec.structs.replace(tag, name=name))])
        case "put":
            put_on(project, article, chance.choice((2, 4, 5)), chance.choice(tags))
        case "note" if mine:
            mark = chance.choice(mine)
            project.apply("note", [(mark, msgspec.structs.replace(mark, note=f"{chance.randrange(10**9)}"))])
        case "off" if mine:
            project.apply("take-off", [(chance.choice(mine), None)])
        case "undo" if undo:
            project.undo()


def worked_on(root: Path, chance: random.Random, *, undo: bool = True, seen: float = 0.4) -> Path:
    """A folder of the journals of three coders in two copies, which saw each other's work as often as `seen` says."""
    first = make_project(root / "one")
    tags = [add_tag(first, f"tag {n}") for n in range(2)]
    put_on(first, the_article(first), 2, tags[0])
    first.close()
    shutil.copytree(root / "one", root / "two")
    for _ in range(8):
        here, there = chance.sample(["one", "two"], 2)
        project = Project.open(root / here, coder=chance.choice(CODERS))
        for _ in range(chance.randrange(1, 5)):
            try:
                _act(project, chance, undo=undo)
                project.flush()
            except ReaderError:
                continue  # it was refused: nothing to undo, or changed since
        project.close()
        if chance.random() < seen:
            for path in (root / here / "journal").glob("*.jsonl"):
                if (root / there / "journal" / path.name).exists() or chance.random() < 2 * seen:
                    _send(path, root / there / "journal" / path.name)
    shutil.copytree(root / "two" / "journal", root / "all")
    for path in (root / "one" / "journal").glob("*.jsonl"):
        _send(path, root / "all" / path.name)
    return root / "all"


def _send(source: Path, target: Path) -> None:
    """Copy a journal, unless the target is longer: each has one writer, so one is the beginning of the other."""
    if not target.exists() or target.stat().st_size < source.stat().st_size:
        shutil.copyfile(source, target)


def receiver(root: Path, name: str) -> Path:
    """A folder to which journals come: it has the texts and project.json, as a fresh clone."""
    folder = root / name
    shutil.copytree(root / "one" / "texts", folder / "texts")
    shutil.copyfile(root / "one" / "project.json", folder / "project.json")
    (folder / "journal").mkdir()
    return folder


def delivered(files: dict[str, bytes], folder: Path, chance: random.Random) -> Iterator[None]:
    """Let journals grow in a folder, in any order and by any pieces; first the one that has the article."""
    sent = dict.fromkeys(files, 0)
    start = next(name for name, data in files.items() if b'"command":"import"' in data)
    while any(sent[name] < len(data) for name, data in files.items()):
        name = start if not sent[start] else chance.choice([n for n in files if sent[n] < len(files[n])])
        first = files[start].index(b"\n") + 1
        sent[name] = max(min(len(files[name]), sent[name] + chance.randrange(50, 6000)), first if name == start else 0)
        temporary = folder / "journal" / ".part"
        temporary.write_bytes(files[name][: sent[name]])
        temporary.replace(folder / "journal" / name)
        yield


@pytest.mark.parametrize("seed", range(12))
def test_journals_in_any_order_and_pieces_lead_to_what_a_replay_says(root: Path, seed: int) -> None:
    chance = random.Random(seed)
    files = {path.name: path.read_bytes() for path in worked_on(root, chance).glob("*.jsonl")}
    ends = []
    for order in range(2):
        folder = receiver(root, f"receiver{order}")
        reader: TinyStore | None = None
        for _ in delivered(files, folder, chance):
            if reader is None:
                reader = TinyStore(folder, "c9")
            reader.poll()
            expected = replayed(folder)
            assert state_of(reader) == expected
            assert state_of(TinyStore(folder, "c8")) == expected
        assert reader is not None
        assert reader.problems == []
        ends.append(state_of(reader))
    assert ends[0] == ends[1]


def test_a_writer_among_what_arrives_sees_the_same(root: Path) -> None:
    chance = random.Random(99)
    files = {path.name: path.read_bytes() for path in worked_on(root, chance).glob("*.jsonl")}
    folder = receiver(root, "receiver")
    writer: Project | None = None
    for number, _ in enumerate(delivered(files, folder, chance)):
        writer = writer or Project.open(folder, coder="c9")
        writer.poll()
        add_tag(writer, f"mine {number}")
        writer.flush()
        writer.store.settle()
        assert state_of(writer.store) == replayed(folder)
        assert state_of(TinyStore(folder, "c8")) == replayed(folder)
    assert writer is not None
    writer.close()
    assert TinyStore(folder, "c8").verify() == []


def twice_changed(root: Path) -> tuple[dict[str, bytes], Annotation, list[str]]:
    """One note changed in two copies that did not see each other: the journals, the mark, both notes."""
    first = make_project(root / "one")
    mark, _ = put_on(first, the_article(first), 2, add_tag(first, "harm"))
    first.close()
    shutil.copytree(root / "one", root / "two")
    for name in ("one", "two"):
        project = Project.open(root / name, coder="c1")
        project.apply("note", [(mark, msgspec.structs.replace(mark, note=name))])
        project.close()
    paths = [*(root / "one" / "journal").glob("*.jsonl"), *(root / "two" / "journal").glob("*.jsonl")]
    files: dict[str, bytes] = {}
    for path in paths:
        files[path.name] = max(files.get(path.name, b""), path.read_bytes(), key=len)
    return files, mark, ["one", "two"]


def test_edits_that_did_not_see_each_other_leave_both_versions_whatever_the_order(root: Path) -> None:
    files, mark, notes = twice_changed(root)
    ends = []
    for order in range(6):
        folder = receiver(root, f"r{order}")
        store: TinyStore | None = None
        for _ in delivered(files, folder, random.Random(order)):
            store = store or TinyStore(folder, "c9")
            store.poll()
        assert store is not None
        found = state_of(store)["annotations"]
        twins = [a for a in found.values() if a.extra.get("conflict_of") == mark.id]
        assert len(found) == 2
        assert sorted([found[mark.id].note, twins[0].note]) == notes
        assert found[mark.id].note == "two"  # the later one keeps the id
        ends.append(found)
    assert all(end == ends[0] for end in ends)


@pytest.mark.parametrize(
    "name",
    [
        "{}.sync-conflict-20261101-101010-AAAAAAA.jsonl",
        "{} (conflicted copy 2026-11-01).jsonl",
        "{} (anna's conflicted copy 2026-11-01).jsonl",
        "{} 2.jsonl",
    ],
)
def test_what_a_sync_tool_renamed_is_one_more_journal(root: Path, name: str) -> None:
    """Two sessions that thought they were one: their journals begin alike and end apart."""
    project = make_project(root / "p")
    mark, _ = put_on(project, the_article(project), 2, add_tag(project, "harm"))
    project.close()
    shutil.copytree(root / "p", root / "before")
    kept, _ = put_on(project := Project.open(root / "p", coder="c1"), the_article(project), 4, add_tag(project, "a"))
    project.close()
    (path,) = (root / "p" / "journal").glob("*.jsonl")
    branch = path.read_bytes()
    shutil.move(root / "p", root / "there")
    shutil.move(root / "before", root / "p")
    other, _ = put_on(project := Project.open(root / "p", coder="c1"), the_article(project), 5, add_tag(project, "b"))
    project.close()
    (root / "p" / "journal" / name.format(path.stem)).write_bytes(branch)
    again = Project.open(root / "p", coder="c1")
    assert set(again.marks(the_article(again).id).annotations) == {mark.id, kept.id, other.id}
    assert {tag.name for tag in again.tags.values()} == {"harm", "a", "b"}
    assert again.problems == []
    put_on(again, the_article(again), 4, next(iter(again.tags.values())))
    again.close()
    assert Project.open(root / "p", coder="c1").verify() == []
    assert (root / "p" / "journal" / name.format(path.stem)).read_bytes() == branch


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_line_makes_no_conflict(root: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder = worked_on(root, chance, undo=False, seen=1)
    assert _conflicts(folder) == set()
    for path in sorted(folder.glob("*.jsonl")):
        whole = path.read_bytes()
        lines = whole.splitlines(keepends=True)
        for number in range(1, len(lines)):
            path.write_bytes(b"".join([*lines[:number], lines[number].replace(b"{", b"(", 1), *lines[number + 1 :]]))
            assert _conflicts(folder) == set()
        path.write_bytes(whole)


def _conflicts(folder: Path) -> set[str]:
    shelves = replay(folder.glob("*.jsonl")).shelves.values()
    records = [r for shelf in shelves for table in ("tags", "annotations") for r in shelf.table(table).values()]
    return {r.extra["conflict_of"] for r in records if isinstance(r, Tag | Annotation) and "conflict_of" in r.extra}


def test_a_project_record_is_the_newest_whatever_tail_it_stands_in(root: Path) -> None:
    """One coder's old change of it lies in a tail still; another's newer one is in project.json already."""
    first = make_project(root / "p")
    info = first.info
    first.apply("describe", [(info, msgspec.structs.replace(info, name="old"))])
    first.flush()
    other = Project.open(root / "p", coder="c2")
    seen = other.info
    other.apply("describe", [(seen, msgspec.structs.replace(seen, name="new"))])
    other.close()
    assert Project.open(root / "p", coder="c3").name == "new"
    first.poll()
    assert first.name == "new"
    first.close()
    assert Project.open(root / "p", coder="c3").name == "new"


def test_a_clock_that_goes_back_changes_no_order(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reader import edits

    first = make_project(root / "p")
    tag = add_tag(first, "harm")
    first.flush()
    monkeypatch.setattr(edits, "_clock", edits._Clock())
    monkeypatch.setattr(edits._Clock, "stamp", lambda _clock, after: max("2001-01-01T00:00:00.000000Z", after))
    first.close()
    second = Project.open(root / "p", coder="c1")
    for name in ("hurt", "damage", "injury"):
        before = second.tags[tag.id]
        second.apply("tag-rename", [(before, msgspec.structs.replace(before, name=name))])
    second.close()
    assert [edit.command for edit in second.store.newest_first()][:4] == ["tag-rename"] * 3 + ["tag-add"]
    (shelf,) = [s for k, s in replay((root / "p" / "journal").glob("*.jsonl")).shelves.items() if k == CODEBOOK]
    assert [t.name for t in shelf.table("tags").values()] == ["injury"]
    assert Project.open(root / "p", coder="c2").tags[tag.id].name == "injury"


def test_a_lost_undo_makes_no_conflict_in_one_copy(root: Path) -> None:
    """A name goes away and comes back; where the line that brought it back is lost, what follows was made from it all the same."""
    first = make_project(root / "p")
    tag = add_tag(first, "harm")
    first.apply("tag-rename", [(tag, msgspec.structs.replace(tag, name="hurt"))])
    first.undo()
    first.close()
    other = Project.open(root / "p", coder="c2")
    other.apply("tag-rename", [(tag, msgspec.structs.replace(tag, name="damage"))])
    other.close()
    (path,) = (root / "p" / "journal").glob("c1.*.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-1], lines[-1].replace(b"{", b"(", 1)]))
    assert _conflicts(root / "p" / "journal") == set()
    shelf = replay((root / "p" / "journal").glob("*.jsonl")).shelves[CODEBOOK]
    assert [t.name for t in shelf.table("tags").values()] == ["damage"]


def test_an_edit_is_not_seen_by_halves(root: Path) -> None:
    """A reader has read the codebook; a new tag is put on in the same edit; the reader comes to the marks."""
    first = make_project(root / "p")
    add_tag(first, "harm")
    first.flush()
    reader = TinyStore(root / "p", "c9", write=False)
    assert len(reader.tags()) == 1
    article = the_article(first)
    tag = Tag(id=new_id("t"), name="new", created=now())
    anchor = first.paragraph_anchor(article, 2)
    mark = first.annotation("paragraph", article=article, anchor=anchor, tag=tag.id)
    first.apply("tag", [(None, tag), (None, mark)])
    first.close()
    assert [a.id for a in reader.annotations(article.id)] == [mark.id]
    assert tag.id in reader.tags()
