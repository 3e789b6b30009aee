"""Several processes at once: no edit is lost, no rename is lost or undone, all readers see the same."""

from __future__ import annotations

import getpass
import json
import socket
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reader.errors import Conflict, Locked
from reader.project import Project
from reader.store.replay import replay
from reader.store.shelves import CODEBOOK
from tests.faults.coders import CRASH
from tests.projects import add_tag, make_project, put_on, the_article

ROOT = Path(__file__).parent.parent.parent


def started(*arguments: object) -> subprocess.Popen[str]:
    """A process of `coders`."""
    command = [sys.executable, "-m", "tests.faults.coders", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def eight_coders(path: Path, edits: int) -> None:
    project = make_project(path)
    tags = [add_tag(project, f"tag {n}") for n in range(3)]
    project.flush()
    watching = Project.open(path, coder="watching", write=False)
    coders = [f"k{n}" for n in range(8)]
    running = {coder: started("work", path, coder, edits) for coder in coders}
    told: dict[str, Any] = {}
    while running:  # a reader among them never sees half an edit, nor an error
        for coder in list(running):
            if running[coder].poll() is not None:
                out, error = running.pop(coder).communicate()
                assert error == ""
                told[coder] = json.loads(out)
        watching.poll()
        assert watching.problems == []
        assert len(watching.tags) == len(tags)
    marks = {mark for said in told.values() for mark in said["marks"]}
    renames = [rename for said in told.values() for rename in said["renames"]]
    assert len(marks) + len(renames) == 8 * edits
    assert len(renames) > 8
    journalled = {edit.id: edit for edit in Project.open(path, coder="c2").store.edits()[0]}
    assert {edit_id for edit_id, _ in renames} <= journalled.keys()
    for tag in tags:  # each rename was made of the name before it, and the last one holds
        chain = [c for e in journalled.values() for c in e.changes if c.id == tag.id]
        assert all(b.before == a.after for a, b in pairwise(chain))
        for reader in (project, watching, Project.open(path, coder="c3")):
            reader.poll()
            assert reader.tags[tag.id].name == (chain[-1].after or {})["name"]
    shelves = replay((path / "journal").glob("*.jsonl")).shelves
    assert {t.name for t in shelves[CODEBOOK].table("tags").values()} == {t.name for t in project.tags.values()}
    for reader in (project, watching, Project.open(path, coder="c3")):
        assert set(reader.marks(the_article(reader).id).annotations) == marks
    project.close()
    assert Project.open(path, coder="c3").verify() == []


def test_eight_coders_at_once_lose_nothing(tmp_path: Path) -> None:
    eight_coders(tmp_path / "p", 125)


@pytest.mark.torture
@pytest.mark.timeout(900)
def test_eight_coders_with_a_thousand_edits_each_lose_nothing(tmp_path: Path) -> None:
    eight_coders(tmp_path / "p", 1_000)


def test_the_second_process_of_one_coder_is_read_only_and_says_who(tmp_path: Path) -> None:
    first = make_project(tmp_path / "p")
    first.start()
    code = (
        "import sys\nfrom pathlib import Path\nfrom reader.project import Project\nfrom reader.errors import Locked\n"
        "project = Project.open(Path(sys.argv[1]), coder='c1')\n"
        "try:\n    project.start()\nexcept Locked as error:\n    print(error.exit_code, project.read_only, sep='\\n')\n"
        "print(len(project.articles))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "p")], cwd=ROOT, check=True, capture_output=True, text=True
    )
    code_line, reason, articles = done.stdout.splitlines()
    assert code_line == "3"
    assert getpass.getuser() in reason
    assert socket.gethostname() in reason
    assert "since 2" in reason
    assert articles == "1"  # it reads all the same
    first.close()
    second = Project.open(tmp_path / "p", coder="c1")
    second.start()  # nobody writes any more
    with pytest.raises(Locked):
        Project.open(tmp_path / "p", coder="c1").start()
    second.close()


@pytest.mark.parametrize("polled", [False, True], ids=["unaware", "aware"])
def test_a_crash_before_the_codebook_is_rewritten_loses_and_undoes_no_rename(tmp_path: Path, *, polled: bool) -> None:
    path = tmp_path / "p"
    project = make_project(path)
    tag = add_tag(project, "harm")
    mark, _ = put_on(project, the_article(project), 2, tag)
    project.close()
    other = Project.open(path, coder="c2")
    assert other.tags[tag.id].name == "harm"
    dead = started("crash", path, "c1", "damage")
    assert dead.wait() == CRASH
    dead.communicate()
    if polled:
        other.poll()
        assert other.tags[tag.id].name == "damage"
        other.apply("tag-rename", [(other.tags[tag.id], msgspec.structs.replace(tag, name="injury"))])
        other.flush()
    else:
        other.apply("tag-rename", [(tag, msgspec.structs.replace(tag, name="injury"))])
        with pytest.raises(Conflict):
            other.flush()  # it has not seen what the dead one renamed
        other.poll()
    expected = "injury" if polled else "damage"
    assert other.tags[tag.id].name == expected
    other.close()
    back = Project.open(path, coder="c1")
    assert back.tags[tag.id].name == expected
    put_on(back, the_article(back), 4, tag)
    back.close()
    for coder in ("c1", "c2", "c3"):
        reader = Project.open(path, coder=coder)
        assert reader.tags[tag.id].name == expected
        assert mark.id in reader.marks(the_article(reader).id).annotations
        assert reader.verify() == []
    names = [(c.after or {})["name"] for e in back.store.edits()[0] for c in e.changes if c.id == tag.id]
    assert names == (["harm", "damage", "injury"] if polled else ["harm", "damage"])
