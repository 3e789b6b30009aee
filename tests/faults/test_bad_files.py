"""Hostile files: each becomes what its manifest says, soon, in little memory, and nothing is taken in by half."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reader import commands
from reader.errors import ReaderError
from reader.project import Project
from tests.faults.badfiles import IN, MANIFEST
from tests.projects import make_project
from tests.terminal.harness import READER, ROOT, environment, without_power

LONGEST = 10.0
"""Seconds of computing; a file that nobody writes into any more would be waited for until the test is ended."""
MEGABYTE = 1 << 20
_CHILD = """
import json, resource, sys
from pathlib import Path
from reader import commands
from reader.errors import ReaderError
from reader.project import Project
project = Project.open(Path(sys.argv[1]), coder="c1")
try:
    said = commands.import_(project, [sys.argv[2]]).text
except ReaderError as error:
    said = str(error)
project.flush()
print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, len(project.articles), said]))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("bad") / "p", articles=[])


def test_there_are_enough() -> None:
    assert len(MANIFEST) >= 50


@pytest.mark.parametrize("name", MANIFEST)
def test_each_becomes_what_its_manifest_says(project: Project, tmp_path: Path, name: str) -> None:
    bad = MANIFEST[name]
    path = tmp_path / "named.txt"
    bad.make(path)
    before, edits = dict(project.articles), len(list(project.edits()))
    texts = {p.name for p in (project.path / "texts").rglob("*") if p.is_file()}
    begun = time.process_time()
    try:
        outcome = commands.import_(project, [str(path)])
    except ReaderError as error:
        taken, said = False, str(error)
    else:
        project.flush()
        taken, said = len(project.articles) > len(before) or bool(outcome.rows), outcome.text
    assert time.process_time() - begun < LONGEST
    assert said
    assert "Errno" not in said
    assert taken is (bad.becomes == IN), said
    if not taken:
        assert dict(project.articles) == before
        assert len(list(project.edits())) == edits
        assert {p.name for p in (project.path / "texts").rglob("*") if p.is_file()} == texts
    elif bad.text is not None:
        (article,) = [project.articles[row["id"]] for row in outcome.rows or []]
        assert project.text(article.id).slice(0, 1 << 20).rstrip("\n") == bad.text.rstrip("\n")
    assert project.verify() == []


def test_a_file_without_permission_is_said_and_nothing_is_taken_in(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", articles=[])
    project.close()
    (tmp_path / "open.txt").write_text("Words that may be read.\n")
    (tmp_path / "shut.txt").write_text("Words that may not.\n")
    (tmp_path / "shut.txt").chmod(0)
    done = subprocess.run(
        [*READER, "--project", "p", "import", "open.txt", "shut.txt"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=without_power,
    )
    assert done.returncode != 0
    assert "shut.txt" in done.stderr
    assert not Project.open(tmp_path / "p", coder="c1", write=False).articles


def test_a_file_that_grows_while_it_is_read_is_taken_as_it_was(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "growing.txt"
    path.write_text("The first words.\n")
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys\nwith open(sys.argv[1], 'a') as f:\n  while True: f.write('more\\n'); f.flush()",
            path,
        ],
    ) as writer:
        size = path.stat().st_size
        while path.stat().st_size == size:
            assert writer.poll() is None
        begun = time.process_time()
        commands.import_(project, [str(path)])
        assert time.process_time() - begun < LONGEST
        writer.kill()
    project.flush()
    assert project.verify() == []


_RESTLESS = """
import os, sys
whole = b"".join(b"line %06d\\n" % n for n in range(30_000))
while True:
    with open(sys.argv[1], "wb") as file:
        for at in range(0, len(whole), 100_000):
            file.write(whole[at:at + 100_000])
            file.flush()
    os.truncate(sys.argv[1], 50_000)
    os.remove(sys.argv[1])
"""


def test_a_file_that_shrinks_vanishes_and_comes_back_while_it_is_read_is_a_state_of_it_or_is_said(
    tmp_path: Path,
) -> None:
    path = tmp_path / "restless.txt"
    whole = "".join(f"line {n:06}\n" for n in range(30_000))
    project = make_project(tmp_path / "p", articles=[])
    taken, said = 0, ""
    with subprocess.Popen([sys.executable, "-c", _RESTLESS, path]) as writer:
        while taken < 3:
            assert writer.poll() is None
            before = project.articles.keys()
            try:
                outcome = commands.import_(project, [str(path)])
            except ReaderError as error:
                assert project.articles.keys() == before
                said = str(error)
            else:
                taken += 1
                for row in outcome.rows or []:
                    text = project.text(str(row["id"])).slice(0, len(whole))
                    assert text.replace("\0", "").strip("\n") in whole  # as it was read: cut, or with a hole
        writer.kill()
    assert "Errno" not in said
    project.flush()
    assert project.verify() == []


def measured(folder: Path, path: Path) -> tuple[int, int, str]:
    """The most memory a process took that imported a file, how many articles there are, and what was said."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(folder), str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    memory, articles, said = json.loads(done.stdout)
    return memory, articles, said


LARGE = {
    "one line": lambda size: b"word " * (size // 5),
    "one word": lambda size: b"w" * size,
    "two signs a byte apart": lambda size: "é ".encode() * (size // 3),
    "paragraphs": lambda size: (b"w" * 998 + b"\n\n") * (size // 1000),
    "blank lines": lambda size: b"\n" * (size - 5) + b"word\n",
}


@pytest.mark.torture
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", LARGE)
def test_a_hundred_megabytes_take_ten_seconds_and_six_times_their_size(tmp_path: Path, name: str) -> None:
    make_project(tmp_path / "p", articles=[]).close()
    path = tmp_path / "large.txt"
    path.write_bytes(LARGE[name](100 * MEGABYTE))
    begun = time.process_time() + os.times().children_user
    memory, _articles, said = measured(tmp_path / "p", path)
    used = time.process_time() + os.times().children_user - begun
    assert said
    assert used < LONGEST, f"{used:.1f} s"
    assert memory < 6 * path.stat().st_size + 100 * MEGABYTE, f"{memory / MEGABYTE:.0f} MB"
