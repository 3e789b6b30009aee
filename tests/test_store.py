"""The store's laws: what was committed is there, for every reader, however the files behind the journals are."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from msgspec.structs import replace
from tinydb import TinyDB, where

from reader import fs
from reader.commands.library import read
from reader.edits import Change, Edit, new_id, now
from reader.errors import Conflict, Damage, Locked, NotSaved, ReadOnly, UsageError
from reader.model import Tag
from reader.project import Project
from reader.store import tiny
from reader.store.records import encode
from reader.store.replay import replay
from reader.store.tiny import TinyStore
from tests.projects import FLOOD, add_tag, make_project, new_article, put_on, the_article


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "p")


def reopened(project: Project, coder: str = "c1") -> Project:
    project.close()
    return Project.open(project.path, coder=coder)


def test_a_journal_line_is_its_checksum_and_one_json_object(project: Project) -> None:
    add_tag(project, "harm")
    project.flush()
    (path,) = (project.path / "journal").glob("*.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    assert [json.loads(line[9:])["seq"] for line in lines] == [1, 2]
    for line in lines:
        assert line[8:9] == b" "
        assert int(line[:8], 16) == zlib.crc32(line[9:-1])
    edit = json.loads(lines[1][9:])
    assert edit["coder"] == "c1"
    assert edit["changes"][0]["after"]["name"] == "harm"


def test_the_tinydb_files_read_with_tinydb_alone(project: Project) -> None:
    tag = add_tag(project, "harm")
    article = the_article(project)
    annotation, _ = put_on(project, article, 2, tag)
    project.close()
    assert TinyDB(project.path / "library.json").table("articles").all()[0]["title"] == FLOOD[0]
    tags = TinyDB(project.path / "codebook.json").table("tags")
    assert tags.search(where("name") == "harm")[0]["id"] == tag.id
    path = project.path / "annotations" / "c1" / article.id[1:3] / f"{article.id}.json"
    (found,) = TinyDB(path).table("annotations").search(where("tag") == tag.id)
    assert found["id"] == annotation.id
    assert found["anchor"]["quote"] == FLOOD[1]


def test_reopening_changes_nothing(project: Project) -> None:
    tag = add_tag(project, "harm")
    article = the_article(project)
    put_on(project, article, 2, tag)
    before = (dict(project.articles), dict(project.tags), project.marks(article.id).annotations)
    again = reopened(project)
    assert (dict(again.articles), dict(again.tags), again.marks(article.id).annotations) == before
    assert again.problems == []
    assert again.verify() == []


def test_a_crash_before_the_tinydb_files_are_written_loses_nothing(project: Project) -> None:
    tag = add_tag(project, "harm")
    article = the_article(project)
    annotation, _ = put_on(project, article, 2, tag)
    project.flush()
    copy = project.path.with_name("copy")  # as a crash leaves it: the files behind, no checkpoint of today
    shutil.copytree(project.path, copy)
    for path in (copy / "annotations").rglob("*.json"):
        path.unlink()
    other = Project.open(copy, coder="c2")
    assert list(other.marks(article.id).annotations) == [annotation.id]
    mended = Project.open(project.path, coder="c2")
    assert list(mended.marks(article.id).annotations) == [annotation.id]


def test_the_session_after_a_crash_writes_what_the_one_before_could_not(tmp_path: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from tests.projects import add_tag, make_project, put_on, the_article
project = make_project(Path(sys.argv[1]))
project.store.settle = lambda: True
put_on(project, the_article(project), 2, add_tag(project, "harm"))
project.flush()
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "p")], check=False, cwd=Path(__file__).parent.parent)
    first = Project.open(tmp_path / "p", coder="c1")
    article = the_article(first)
    add_tag(first, "other")
    first.close()
    # The checkpoint has moved beyond the lost session's edits; the files must hold them now.
    assert TinyDB(tmp_path / "p" / "annotations/c1" / article.id[1:3] / f"{article.id}.json").table("annotations").all()
    again = Project.open(tmp_path / "p", coder="c1")
    assert len(again.marks(article.id).annotations) == 1
    assert again.verify() == []


def test_replay_from_nothing_equals_the_tinydb_files(project: Project) -> None:
    article = the_article(project)
    tags = [add_tag(project, name) for name in ("harm", "actor", "talks")]
    for number in (2, 4, 5):
        for tag in tags[: number - 2] or tags:
            put_on(project, article, number, tag)
    project.undo()
    project.close()
    replayed = replay((project.path / "journal").glob("*.jsonl"))
    store = TinyStore(project.path, "c1")
    assert replayed.shelves["library.json"].table("articles") == store.articles()
    assert replayed.shelves["codebook.json"].table("tags") == store.tags()
    key = f"annotations/c1/{article.id[1:3]}/{article.id}.json"
    assert list(replayed.shelves[key].table("annotations").values()) == store.annotations(article.id)


@pytest.mark.parametrize("what", ["changed", "cut", "empty", "gone"])
def test_a_tinydb_file_that_is_not_ours_any_more_is_made_again(project: Project, what: str) -> None:
    article = the_article(project)
    annotation, _ = put_on(project, article, 2, add_tag(project, "harm"))
    project.close()
    path = project.path / "annotations" / "c1" / article.id[1:3] / f"{article.id}.json"
    data = path.read_bytes()
    match what:
        case "changed":
            path.write_bytes(data.replace(b'"paragraph"', b'"span"', 1))
        case "cut":
            path.write_bytes(data[: len(data) // 2])
        case "empty":
            path.write_bytes(b"")
        case _:
            path.unlink()
    again = Project.open(project.path, coder="c1")
    again.start()
    assert again.marks(article.id).annotations == {annotation.id: annotation}
    assert len(again.problems) == 1
    assert article.id in again.problems[0]
    again.close()
    aside = list(path.parent.glob("*.changed-*"))
    assert len(aside) == (0 if what == "gone" else 1)
    assert Project.open(project.path, coder="c1").verify() == []


def test_a_torn_last_line_is_set_aside_and_a_whole_one_is_kept(project: Project) -> None:
    add_tag(project, "harm")
    project.flush()
    (path,) = (project.path / "journal").glob("*.jsonl")
    size = path.stat().st_size
    project.close()
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines(keepends=True)[0][:50])
    torn = Project.open(project.path, coder="c1")
    assert [tag.name for tag in torn.tags.values()] == ["harm"]
    add_tag(torn, "actor")
    torn.close()
    assert torn.problems == []
    assert [p.name for p in path.parent.glob("*.torn-*")] == [f"{path.name}.torn-{size}"]
    again = Project.open(project.path, coder="c1")
    assert sorted(tag.name for tag in again.tags.values()) == ["actor", "harm"]


def test_a_damaged_line_costs_that_edit_alone_and_is_named(project: Project) -> None:
    for name in ("harm", "actor", "talks"):
        add_tag(project, name)
    project.close()
    (path,) = (project.path / "journal").glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"actor"', b'"actxr"'))
    (project.path / "codebook.json").unlink()
    again = Project.open(project.path, coder="c1")
    assert sorted(tag.name for tag in again.tags.values()) == ["harm", "talks"]
    assert any("edit 3" in problem for problem in again.problems)


def test_an_empty_journal_where_there_was_one_is_damage_not_new(project: Project) -> None:
    add_tag(project, "harm")
    project.close()
    (path,) = (project.path / "journal").glob("*.jsonl")
    path.write_bytes(b"")
    again = Project.open(project.path, coder="c1")
    assert [tag.name for tag in again.tags.values()] == ["harm"]  # the TinyDB files still hold it
    assert any("is empty" in problem for problem in again.problems)
    with pytest.raises(Damage):
        add_tag(again, "actor")


def test_one_writing_session_a_coder(project: Project) -> None:
    project.start()
    second = Project.open(project.path, coder="c1")
    with pytest.raises(Locked, match="since") as locked:
        add_tag(second, "harm")
    assert locked.value.exit_code == 3
    assert "Another session is writing" in second.read_only
    other = Project.open(project.path, coder="c2")
    add_tag(other, "harm")
    other.close()
    assert project.poll()
    assert [tag.name for tag in project.tags.values()] == ["harm"]


def test_two_writers_see_each_others_marks(project: Project) -> None:
    article = the_article(project)
    tag = add_tag(project, "harm")
    project.flush()
    other = Project.open(project.path, coder="c2")
    mine, _ = put_on(project, article, 2, tag)
    theirs, _ = put_on(other, article, 4, tag)
    project.flush()
    other.flush()
    project.poll()
    other.poll()
    expected = {mine.id: mine, theirs.id: theirs}
    assert project.marks(article.id).annotations == expected
    assert other.marks(article.id).annotations == expected
    other.close()
    project.close()
    assert Project.open(project.path, coder="c3").marks(article.id).annotations == expected


class _Counting(fs.Disk):
    """Counts how often a folder or file is asked about."""

    def __init__(self) -> None:
        self.asked = 0

    def stat(self, path: Path) -> os.stat_result:
        self.asked += 1
        return super().stat(path)


def test_news_of_ours_are_known_at_once_and_those_of_others_soon(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    article, tag = the_article(project), add_tag(project, "harm")
    project.flush()
    store, other = project.store, Project.open(project.path, coder="c2")
    _, cursor = store.edits()
    assert not store.has_news(cursor)
    put_on(project, article, 2, tag)
    project.flush()
    assert store.has_news(cursor)
    _, cursor = store.edits(cursor)
    put_on(other, article, 4, tag)
    other.flush()
    looked_until = time.monotonic() + 2  # the time in which others' changes have to be seen
    while not store.has_news(cursor):
        assert time.monotonic() < looked_until

    monkeypatch.setattr(tiny, "_QUIET", 60.0)
    store.poll()
    _, cursor = store.edits(cursor)
    with fs.using(disk := _Counting()):
        assert not store.has_news(cursor)
        asked = disk.asked
        assert asked
        for _ in range(100):
            assert not store.has_news(cursor)
        assert disk.asked == asked
    other.close()


def test_a_rename_of_what_another_renamed_is_refused(project: Project) -> None:
    tag = add_tag(project, "harm")
    project.flush()
    other = Project.open(project.path, coder="c2")
    assert other.tags[tag.id].name == "harm"
    theirs = Tag(id=tag.id, name="damage", created=tag.created)
    other.apply("tag-rename", [(tag, theirs)])
    other.flush()
    project.apply("tag-rename", [(tag, Tag(id=tag.id, name="injury", created=tag.created))])
    assert project.tags[tag.id].name == "injury"  # at once, in memory
    with pytest.raises(Conflict, match="changed by someone else"):
        project.flush()
    project.poll()
    assert project.tags[tag.id] == theirs


def test_two_tags_of_one_name_are_refused(project: Project) -> None:
    add_tag(project, "harm")
    project.flush()
    other = Project.open(project.path, coder="c2")
    assert len(other.tags) == 1
    other.apply("tag-add", [(None, Tag(id=new_id("t"), name="Härm", created=now()))])
    with pytest.raises(Conflict, match="already"):
        other.flush()
    assert len(other.tags) == 1


def test_two_imports_at_once_get_two_numbers(project: Project) -> None:
    other = Project.open(project.path, coder="c2")
    assert len(other.articles) == 1
    project.import_articles([new_article(("One", "Text one."), source="one.txt")])
    other.import_articles([new_article(("Two", "Text two."), source="two.txt")])
    project.poll()
    assert {a.title: a.number for a in project.articles.values()} == {FLOOD[0]: 1, "One": 2, "Two": 3}


def test_a_number_is_never_given_twice(project: Project) -> None:
    project.import_articles([new_article(("One", "Text one."))])
    project.undo()
    done = project.import_articles([new_article(("Two", "Text two."))])
    assert [a.number for a in done.new] == [3]


def test_what_this_version_does_not_know_is_kept(project: Project) -> None:
    tag = add_tag(project, "harm")
    strange = Tag(id=tag.id, name="harm", created=tag.created, extra={"weight": 3})
    project.apply("plug-in", [(tag, strange)])
    again = reopened(project)
    assert again.tags[tag.id].extra == {"weight": 3}
    again.apply("tag-rename", [(strange, Tag(id=tag.id, name="hurt", created=tag.created, extra=strange.extra))])
    again.undo()
    again.close()
    assert TinyDB(project.path / "codebook.json").table("tags").all()[0]["weight"] == 3


@pytest.mark.parametrize("harm", ["gone", "other words"])
@pytest.mark.parametrize("name", ["talk.txt", "talk.md"])
def test_paragraphs_are_made_again_from_the_text(tmp_path: Path, name: str, harm: str) -> None:
    file = tmp_path / name
    file.write_text("I: One?\nR: Two.\nI: Three?\nR: Four.\n" if name == "talk.txt" else "# One\n\nTwo.\n\nThree.\n")
    project = Project.open(Project.create(tmp_path / "p"), coder="c1")
    project.import_articles(list(read([str(file)])))
    (article,) = project.articles.values()
    before = list(map(project.text(article.id).paragraph, range(1, len(project.text(article.id)) + 1)))
    assert len(before) == (4 if name == "talk.txt" else 3)
    project.close()
    (table,) = (project.path / "texts").rglob("*.paragraphs")
    if harm == "gone":
        table.unlink()
    else:
        table.write_bytes(table.read_bytes()[:-8])
    again = Project.open(project.path, coder="c1")
    text = again.text(article.id)
    assert [text.paragraph(number) for number in range(1, len(text) + 1)] == before
    assert any("the paragraphs were made again from the text" in problem for problem in again.problems)


@pytest.mark.parametrize("extra", [{}, {"weight": 3}, {"extra": {"deep": 1}}, {"extra": "words", "held": {"1": 2}}])
@pytest.mark.parametrize("layout", ["ours", "theirs"])
def test_an_annotation_file_reads_the_same_however_it_is_laid_out(
    project: Project, layout: str, extra: dict[str, object]
) -> None:
    article = the_article(project)
    annotation, _ = put_on(project, article, 2, add_tag(project, "harm"))
    strange = replace(annotation, note='a,"held":{"1":{}} in a note', extra=extra)
    project.apply("plug-in", [(annotation, strange)])
    project.close()
    path = project.path / "annotations" / "c1" / article.id[1:3] / f"{article.id}.json"
    if layout == "theirs":
        path.write_text(json.dumps(json.loads(path.read_bytes()), indent=1))
    again = Project.open(project.path, coder="c1", write=False)
    assert again.marks(article.id).annotations == {strange.id: strange}
    assert again.problems == []


@pytest.mark.parametrize("extra", [{}, {"weight": 3}, {"extra": {"deep": 1}}])
@pytest.mark.parametrize("layout", ["ours", "theirs"])
def test_the_library_file_reads_the_same_however_it_is_laid_out(
    project: Project, layout: str, extra: dict[str, object]
) -> None:
    article = the_article(project)
    strange = replace(article, title='A title,"held":{"1":{}}', extra=extra)
    project.apply("plug-in", [(article, strange)])
    project.close()
    path = project.path / "library.json"
    if layout == "theirs":
        path.write_text(json.dumps(json.loads(path.read_bytes()), indent=1))
    again = Project.open(project.path, coder="c1", write=False)
    assert again.articles == {strange.id: strange}
    assert again.problems == []


def test_everything_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        project = make_project(tmp_path / "deep" / "p")
        put_on(project, the_article(project), 2, add_tag(project, "harm"))
        project.save_draft("x", "a note")
        project.state.last_article = "a"
        project.save_state()
        project.close()
    finally:
        os.umask(before)
    for path in [project.path, *project.path.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_project_of_a_newer_version_opens_for_reading(project: Project) -> None:
    project.close()
    path = project.path / "project.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "format": 99, "mode": "0700"}))
    newer = Project.open(project.path, coder="c1")
    assert "newer version" in newer.read_only
    assert len(newer.articles) == 1
    with pytest.raises(ReadOnly):
        add_tag(newer, "harm")


def test_no_project_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no project"):
        Project.open(tmp_path, coder="c1")
    Project.create(tmp_path)
    with pytest.raises(UsageError, match="already"):
        Project.create(tmp_path)


class FullDisk(fs.Disk):
    """A disk on which nothing more can be written to journals while `full`."""

    def __init__(self) -> None:
        self.full = False

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.full:
            raise OSError(28, "No space left on device")
        return super().write(fd, data)


def test_a_full_disk_keeps_the_edit_in_memory_and_saves_it_later(project: Project) -> None:
    disk = FullDisk()
    with fs.using(disk):
        tag = add_tag(project, "harm")
        project.flush()
        disk.full = True
        annotation, _ = put_on(project, the_article(project), 2, tag)
        with pytest.raises(NotSaved, match="the disk is full"):
            project.flush(5)
        assert project.pending == 1
        assert annotation.id in project.marks(annotation.article).annotations
        disk.full = False
        project.close()
    again = Project.open(project.path, coder="c1")
    assert again.marks(annotation.article).annotations == {annotation.id: annotation}
    assert again.verify() == []


def test_an_erased_line_wins_over_a_whole_one(project: Project) -> None:
    add_tag(project, "harm")
    project.close()
    (path,) = (project.path / "journal").glob("*.jsonl")
    from reader.store.journal import decode_line, encode_line

    lines = path.read_bytes().splitlines(keepends=True)
    edit = decode_line(lines[1])
    erased = Edit(id=edit.id, at=edit.at, coder=edit.coder, command=edit.command, seq=edit.seq, erased=now())
    other = path.with_name("c1.00000000.jsonl")
    other.write_bytes(lines[0] + encode_line(erased))
    shelf = replay([path, other]).shelves.get("codebook.json")
    assert shelf is None or not shelf.table("tags")


# -- journals whose lines are not as they were written ----------------------------------------------------


def three_tags(project: Project) -> Path:
    """The journal of a closed project with an article and the tags a, b and c."""
    for name in "abc":
        add_tag(project, name)
    project.close()
    (path,) = (project.path / "journal").glob("*.jsonl")
    return path


def without_derived(project: Project) -> None:
    """Leave the journals alone: nothing else says what was in them."""
    (project.path / "codebook.json").unlink()
    for checkpoint in (project.path / "journal").glob("*.checkpoint"):
        checkpoint.unlink()


def names_of(project: Project) -> list[str]:
    return sorted(tag.name for tag in project.tags.values())


@pytest.mark.parametrize("end", [b"", b"x"], ids=["without its LF", "with another byte for it"])
def test_a_whole_last_line_is_kept_though_its_end_is_damaged(project: Project, end: bytes) -> None:
    path = three_tags(project)
    without_derived(project)
    path.write_bytes(path.read_bytes()[:-1] + end)
    again = Project.open(project.path, coder="c1")
    add_tag(again, "d")
    again.close()
    lines = path.read_bytes().splitlines(keepends=True)
    assert [json.loads(line[9:])["seq"] for line in lines] == [1, 2, 3, 4, 5]
    assert all(int(line[:8], 16) == zlib.crc32(line[9:-1]) for line in lines)
    assert names_of(Project.open(project.path, coder="c2")) == ["a", "b", "c", "d"]


def test_two_lines_whose_lf_between_was_damaged_are_both_read_and_that_is_said(project: Project) -> None:
    path = three_tags(project)
    without_derived(project)
    first, second, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first[:-1] + b"\r" + second + b"".join(rest))
    again = Project.open(project.path, coder="c1")
    assert names_of(again) == ["a", "b", "c"]
    assert [edit.command for edit in again.edits(newest_first=False)] == ["import", "tag-add", "tag-add", "tag-add"]
    assert again.problems == [f"{path.stem}, edit 1: its checksum does not hold."]
    again.undo()
    again.close()
    assert names_of(Project.open(project.path, coder="c2")) == ["a", "b"]


def test_a_line_taken_out_is_said_and_the_others_are_read(project: Project) -> None:
    path = three_tags(project)
    without_derived(project)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))
    again = Project.open(project.path, coder="c1")
    assert names_of(again) == ["a", "c"]
    assert again.problems == [f"{path.stem}: after edit 2 comes edit 4."]


def test_a_line_that_is_no_edit_is_said(project: Project) -> None:
    path = three_tags(project)
    without_derived(project)
    other = b'{"id": 7}'
    path.write_bytes(path.read_bytes() + b"%08x %s\n" % (zlib.crc32(other), other))
    again = Project.open(project.path, coder="c1")
    assert names_of(again) == ["a", "b", "c"]
    assert again.problems[0].startswith(f"{path.stem}, edit 5: it is no edit (")


def test_an_edit_far_back_is_found_behind_lines_longer_than_a_block(project: Project) -> None:
    """The history is read from its end in blocks of 64 KiB."""
    first = add_tag(project, "first")
    article = the_article(project)
    for number in (2, 4):
        anchor = project.paragraph_anchor(article, number)
        project.apply(
            "note", [(None, project.annotation("paragraph", article=article, anchor=anchor, note="é" * 90_000))]
        )
    project.close()
    again = Project.open(project.path, coder="c1")
    assert [edit.command for edit in again.edits()] == ["note", "note", "tag-add", "import"]
    for _ in range(3):
        again.undo()
    again.flush()
    assert (names_of(again), again.marks(article.id).annotations) == ([], {})
    again.redo()
    assert dict(again.tags) == {first.id: first}


class Unfinished(FullDisk):
    """A full disk that does not even let what was half written be taken back."""

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.full:
            super(FullDisk, self).write(fd, data[:30])
        return super().write(fd, data)

    def truncate(self, fd: int, size: int) -> None:
        if self.full:
            raise OSError(5, "Input/output error")
        super().truncate(fd, size)


def test_half_a_line_that_could_not_be_taken_back_is_cut_off_before_the_next(project: Project) -> None:
    add_tag(project, "a")
    project.flush()
    (path,) = (project.path / "journal").glob("*.jsonl")
    size = path.stat().st_size
    disk = Unfinished()
    with fs.using(disk):
        disk.full = True
        add_tag(project, "b")
        with pytest.raises(NotSaved):
            project.flush(5)
        assert path.stat().st_size > size
        disk.full = False
        project.close()
    assert names_of(Project.open(project.path, coder="c2")) == ["a", "b"]
    assert Project.open(project.path, coder="c1").verify() == []
    assert [json.loads(line[9:])["seq"] for line in path.read_bytes().splitlines()] == [1, 2, 3]


def test_what_another_program_put_behind_ones_own_journal_is_read_and_gone_on_from(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a sync tool brings the longer journal of the same copy while a session is open."""
    from reader.store.journal import encode_line

    monkeypatch.setattr("reader.store.writer.RETRY_AFTER", 0.01)
    add_tag(project, "a")
    project.flush()
    (path,) = (project.path / "journal").glob("*.jsonl")
    tag = Tag(id=new_id("t"), name="b", created=now())
    change = Change("tags", tag.id, None, encode(tag))
    with path.open("ab") as file:
        file.write(encode_line(Edit(id=new_id("e"), at=now(), coder="c1", command="tag-add", changes=(change,), seq=3)))
    add_tag(project, "c")
    while project.pending:
        with contextlib.suppress(NotSaved):  # the first try finds out
            project.flush()
    project.poll()
    assert names_of(project) == ["a", "b", "c"]
    project.close()
    assert [json.loads(line[9:])["seq"] for line in path.read_bytes().splitlines()] == [1, 2, 3, 4]
    again = Project.open(project.path, coder="c2")
    assert names_of(again) == ["a", "b", "c"]
    assert again.verify() == []


def test_an_older_project_gets_what_git_needs_when_it_is_opened_for_writing(project: Project) -> None:
    project.close()
    ignored, merged = (project.path / name for name in (".gitignore", ".gitattributes"))
    now_written = ignored.read_bytes(), merged.read_bytes()
    ignored.write_bytes(b"*\n!.gitignore\n!project.json\n!texts/\n!texts/**\n!journal/\n!journal/*.jsonl\n")
    merged.unlink()
    Project.open(project.path, coder="c1", write=False)
    assert not merged.exists()
    again = Project.open(project.path, coder="c1")
    again.start()
    again.close()
    assert (ignored.read_bytes(), merged.read_bytes()) == now_written
    assert b"\n!.gitattributes\n" in ignored.read_bytes()
    assert b"merge=union" in merged.read_bytes()


@pytest.mark.parametrize("content", [b"", b"*.jsonl filter=lfs\n", b"texts/** -text\njournal/** -text\n"])
def test_what_a_user_wrote_for_git_or_took_out_stays_so(project: Project, content: bytes) -> None:
    project.close()
    for name in (".gitignore", ".gitattributes"):
        (project.path / name).write_bytes(content)
    again = Project.open(project.path, coder="c1")
    again.start()
    again.close()
    assert {(project.path / name).read_bytes() for name in (".gitignore", ".gitattributes")} == {content}
