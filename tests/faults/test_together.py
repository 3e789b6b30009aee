"""Two copies of a project put together by git, by what sync tools leave, and by `merge`: nothing is lost, twice is once.

What must be there is kept by hand: every note is a text of its own, every tag too, and each says whose it is.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tinydb import TinyDB

from reader import commands
from reader.formats import NewArticle
from reader.model import Paragraph, Split
from reader.project import Project, copies
from tests.faults.scenario import scratch
from tests.projects import FLOOD, add_tag, make_project, new_article, put_on, the_article

GIT = shutil.which("git")
SAME = ("Both have it", "The same words, imported in both copies.")
PARTS = ((0, 4), (5, 12), (14, 54))
"""The same text in other paragraphs, from one position to another."""
STEPS = ("off", "rename", "add", "import", "import the same", "details", "review", "settings")


@pytest.fixture
def root() -> Iterator[Path]:
    folder = scratch()
    yield folder
    shutil.rmtree(folder)


@dataclass
class Expected:
    """Marks by id with the notes they may have, tags by id, titles, settings by the last who set them."""

    notes: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    titles: set[str] = field(default_factory=set)
    reviews: set[str] = field(default_factory=set)
    settings: dict[str, bool] = field(default_factory=dict)

    def both(self, other: Expected, before: Expected) -> Expected:
        """What must be there when two copies that began with `before` are one; the other one was worked on later."""
        merged = Expected(titles=self.titles | other.titles, settings=self.settings | other.settings)
        merged.reviews = _either(self.reviews, other.reviews, before.reviews)
        for part in ("notes", "names"):
            mine, theirs, old = (getattr(one, part) for one in (self, other, before))
            into = getattr(merged, part)
            for key in mine.keys() | theirs.keys():
                versions = [one.get(key) for one in (mine, theirs)]
                changed = [v for v in versions if v != old.get(key)]
                into[key] = set().union(*(v for v in (changed or versions[:1]) if v is not None))
                if None in changed:  # taken away here, changed or left there
                    into[key].add("")
        return merged


def _either(mine: set[str], theirs: set[str], before: set[str]) -> set[str]:
    return {key for key in mine | theirs if (key in mine and key in theirs) or key not in before}


def start(path: Path) -> Expected:
    """A project with a text, two tags and some marks of two coders."""
    project = make_project(path)
    tags = [add_tag(project, name) for name in ("harm", "actor")]
    expected = Expected(titles={FLOOD[0]}, names={tag.id: {tag.name} for tag in tags})
    for number, tag in ((2, tags[0]), (4, tags[1]), (5, tags[0])):
        mark, _ = put_on(project, the_article(project), number, tag)
        expected.notes[mark.id] = {""}
    project.close()
    return expected


def worked_on(path: Path, coder: str, chance: random.Random, expected: Expected, name: str) -> Expected:
    """The expectation after one coder's work in a copy that knows nothing of the other."""
    after = msgspec.convert(msgspec.to_builtins(expected), Expected)
    project = Project.open(path, coder=coder)
    for n in range(chance.randrange(1, 9)):
        _step(project, chance, after, f"{name} {n}")
    if chance.random() < 0.5:  # at last: from then on no tag can be made
        commands.tags_lock(project)
        after.settings["locked"] = True
    project.close()
    return after


def _step(project: Project, chance: random.Random, after: Expected, token: str) -> None:
    article = next(a for a in project.articles.values() if a.title == FLOOD[0])
    own = [a for a in project.marks(article.id).annotations.values() if a.coder == project.coder]
    tag = chance.choice(sorted(project.tags.values(), key=lambda t: t.id))
    match chance.choice(["put", "put", "note", "note", *STEPS]):
        case "put":
            mark, _ = put_on(project, article, chance.choice((2, 4, 5)), tag)
            after.notes[mark.id] = {""}
        case "note" if own:
            mark = chance.choice(own)
            commands.annotation_note(project, mark, token)
            after.notes[mark.id] = {token}
        case "off" if own:
            mark = chance.choice(own)
            project.apply("untag", [(mark, None)])
            after.notes.pop(mark.id)
        case "rename":
            commands.tag_rename(project, tag, token)
            after.names[tag.id] = {token}
        case "add":
            after.names[add_tag(project, token).id] = {token}
        case "import":
            project.import_articles([new_article((token, f"Words of {token}."), source=f"{token}.txt")])
            after.titles.add(token)
        case "import the same":
            parted = chance.random() < 0.5
            project.import_articles([same_text(parted, f"{token}.txt")], resplit=parted)
            after.titles.add(SAME[0])
            same = next(a for a in project.articles.values() if a.title == SAME[0])
            mark, _ = put_on(project, same, chance.randint(1, len(project.text(same.id))), tag)
            after.notes[mark.id] = {""}
        case "details":
            commands.set_details(project, article, {f"by {token}": token})
        case "review":
            edit = commands.review(project, article, [2]).edit
            after.reviews |= {change.id for change in edit.changes} if edit else set()
        case "settings":
            blind = chance.random() < 0.7
            outcome = (commands.blind_start if blind else commands.blind_end)(project)
            if outcome.edit is not None:
                after.settings["blind"] = blind


def same_text(parted: bool, source: str) -> NewArticle:
    """The text that both copies import, split by one rule or by another."""
    found = new_article(SAME, source=source)
    if not parted:
        return found
    parts = [Paragraph(n, *bounds, "body") for n, bounds in enumerate(PARTS, 1)]
    return msgspec.structs.replace(found, paragraphs=parts, split=Split(rule="line"))


def wrong(path: Path, expected: Expected, coder: str = "c1") -> list[str]:
    """What a copy that should hold all lacks, or holds and should not."""
    project = Project.open(path, coder=coder, write=False)
    found: list[str] = [*project.problems, *project.verify()]
    marks = [a for article in project.all_articles() for a in project.all_marks(article).annotations.values()]
    reviews = {r for article in project.all_articles() for r in project.all_marks(article).review_records}
    found += _lacking("note", expected.notes, marks, lambda mark: mark.note)
    found += _lacking("tag", expected.names, list(project.tags.values()), lambda tag: tag.name)
    if (titles := sorted(a.title for a in project.articles.values())) != sorted(expected.titles):
        found.append(f"articles {titles}, not {sorted(expected.titles)}")
    found += [f"a text that cannot be read: {a}" for a in project.articles if not project.text(a).slice(0, 5)]
    found += [
        f"not on its words: {mark}"
        for mark in marks
        if mark.anchor and project.text(mark.article).slice(mark.anchor.start, mark.anchor.end) != mark.anchor.quote
    ]
    if reviews != expected.reviews:
        found.append(f"reviews {reviews ^ expected.reviews}")
    settings = {name: bool(getattr(project.info, name)) for name in ("blind", "locked")}
    if settings != {"blind": False, "locked": False, **expected.settings}:
        found.append(f"set is {settings}, not {expected.settings}")
    return found


def numbers(path: Path) -> dict[str, int]:
    """The number of each article, as one sees it who only reads; none stands twice."""
    project = Project.open(path, coder="c1", write=False)
    found = {article.id: article.number for article in project.all_articles().values()}
    assert len(set(found.values())) == len(found), found
    assert all(project.article(str(number)).id == key for key, number in found.items())
    project.close()
    return found


def _lacking(what: str, expected: dict[str, set[str]], records: list[Any], text: Callable[[Any], str]) -> Iterator[str]:
    versions: dict[str, set[str]] = {}
    for record in records:
        versions.setdefault(str(record.extra.get("conflict_of", record.id)), set()).add(text(record))
    for key, wanted in expected.items():
        there = versions.pop(key, set())
        if not wanted - {""} <= there or (not there and "" not in wanted):
            yield f"{what} {key}: {there}, not {wanted}"
        if not there <= wanted | {""}:
            yield f"{what} {key}: {there} is more than {wanted}"
    if versions:
        yield f"{what}s nobody made: {versions}"


def settled(path: Path) -> None:
    """All coders open it for writing, as after a merge, and close: each takes in what came, and mends their own files."""
    before = numbers(path)
    for coder in ("c1", "c2"):
        project = Project.open(path, coder=coder)
        project.start()
        assert project.tags
        for article_id in project.articles:
            assert project.marks(article_id) is not None
        project.close()
    assert numbers(path) == before
    with TinyDB(path / "library.json") as database:
        assert {a["id"]: a["number"] for a in database.table("articles")} == before


def content(path: Path) -> dict[str, bytes]:
    """All that is the truth of a copy."""
    files = [path / "project.json", *path.glob("journal/*.jsonl"), *path.glob("texts/*/*")]
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


# -- the ways -------------------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    """Run git without any settings of the user's."""
    names = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false"]
    environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        [str(GIT), *names, *arguments], cwd=folder, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def by_git(root: Path, work: Callable[[Path, str], None]) -> list[Path]:
    """The copies are clones; each commits, one pulls, the other pulls that."""
    git(root / "one", "init", "-q", "-b", "main")
    git(root / "one", "add", "-A")
    git(root / "one", "commit", "-qm", "start")
    git(root, "clone", "-q", "one", "two")
    for name in ("one", "two"):
        work(root / name, name)
        git(root / name, "add", "-A")
        git(root / name, "commit", "-q", "--allow-empty", "-m", name)
    git(root / "one", "pull", "-q", "--no-rebase", "--no-edit", "../two", "main")
    settled(root / "one")
    git(root / "one", "add", "-A")
    git(root / "one", "commit", "-q", "--allow-empty", "-m", "together")
    git(root / "two", "pull", "-q", "--no-rebase", "--no-edit", "../one", "main")
    before = content(root / "two")
    git(root / "two", "pull", "-q", "--no-rebase", "--no-edit", "../one", "main")
    assert content(root / "two") == before
    return [root / "one", root / "two"]


def by_sync(root: Path, work: Callable[[Path, str], None], renamed: Callable[[str], str]) -> list[Path]:
    """Every file that differs gets to the other side under the name that a sync tool gives it."""
    shutil.copytree(root / "one", root / "two")
    for name in ("one", "two"):
        work(root / name, name)
    for source in sorted((root / "two").rglob("*")):
        target = root / "one" / source.relative_to(root / "two")
        if source.is_dir() or "locks" in source.parts:
            continue
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        elif target.read_bytes() != source.read_bytes():
            shutil.copyfile(source, target.with_name(renamed(target.name)))
    settled(root / "one")
    before = content(root / "one")
    settled(root / "one")
    assert content(root / "one") == before
    return [root / "one"]


def syncthing(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.sync-conflict-20261122-170211-ABCDEF7{dot}{suffix}"


def dropbox(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem} (conflicted copy 2026-11-22){dot}{suffix}"


def by_merge(root: Path, work: Callable[[Path, str], None]) -> list[Path]:
    """`reader merge`, both ways, and once more."""
    shutil.copytree(root / "one", root / "two")
    for name in ("one", "two"):
        work(root / name, name)
    shutil.copytree(root / "one", root / "three")
    for into, other in (("one", "two"), ("two", "three")):
        project = Project.open(root / into, coder="c1")
        copies.merge(project, root / other)
        project.flush()
        before = content(root / into)
        report, backup = copies.merge(project, root / other)
        assert (report.edits, backup, content(root / into)) == ({}, None, before)
        project.close()
    return [root / "one", root / "two"]


WAYS: dict[str, Callable[[Path, Callable[[Path, str], None]], list[Path]]] = {
    "git": by_git,
    "Syncthing": lambda root, work: by_sync(root, work, syncthing),
    "Dropbox": lambda root, work: by_sync(root, work, dropbox),
    "merge": by_merge,
}


def put_together(root: Path, way: str, seed: int) -> None:
    chance = random.Random(f"{way} {seed}")
    before = start(root / "one")
    coders = chance.choice([("c1", "c1"), ("c1", "c2")])
    after: dict[str, Expected] = {}

    def work(path: Path, name: str) -> None:
        after[name] = worked_on(path, coders[name == "two"], chance, before, name)

    whole = WAYS[way](root, work)
    expected = after["one"].both(after["two"], before)
    for path in whole:
        assert wrong(path, expected) == [], f"{way}, seed {seed}, {coders}, {path.name}"
        assert numbers(path) == numbers(whole[0]), f"{way}, seed {seed}, {coders}"


@pytest.mark.parametrize("way", WAYS)
def test_two_copies_come_together_and_nothing_is_lost(root: Path, way: str) -> None:
    if way == "git" and GIT is None:
        pytest.skip("git is not installed")
    for seed in range(4):
        (root / str(seed)).mkdir()
        put_together(root / str(seed), way, seed)


@pytest.mark.skipif(GIT is None, reason="git is not installed")
def test_settings_of_both_copies_meet_in_git_without_a_conflict_and_all_hold(root: Path) -> None:
    start(root / "one")

    def work(path: Path, name: str) -> None:
        project = Project.open(path, coder="c1" if name == "one" else "c2")
        if name == "one":
            commands.blind_start(project)
        else:
            commands.tags_lock(project)
        info = project.info
        project.apply("share", [(info, msgspec.structs.replace(info, name=f"named in {name}"))])
        project.close()

    for path in by_git(root, work):
        project = Project.open(path, coder="c1")
        info = project.info
        assert (info.blind, info.locked, info.name) == (True, True, "named in two")  # the later name
        assert project.verify() == []
        project.start()
        project.close()
        told = (path / "project.json").read_text()
        assert [line.split(":")[0].strip() for line in told.splitlines() if ":" in line] == [
            '"format"', '"name"', '"mode"', '"group"', '"blind"', '"locked"', '"id"'
        ]  # fmt: skip
        assert json.loads(told) == {"format": 1, "name": "named in two", "mode": "0700", "group": "", "blind": True, "locked": True, "id": info.id}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_one_text_split_in_two_ways_keeps_the_marks_of_both_copies_on_their_words(root: Path, way: str) -> None:
    if way == "git" and GIT is None:
        pytest.skip("git is not installed")
    start(root / "one")
    marked = []

    def work(path: Path, name: str) -> None:
        project = Project.open(path, coder="c1" if name == "one" else "c2")
        parted = name == "one"
        project.import_articles([same_text(parted, f"{name}.txt")], resplit=parted)
        same = next(a for a in project.articles.values() if a.title == SAME[0])
        last = len(project.text(same.id))
        mark, _ = put_on(project, same, last, next(iter(project.tags.values())))
        marked.append(mark)
        commands.review(project, same, [last])
        project.flush()
        assert project.counts().article(same.id, project.coder) == (1, 1)
        project.close()

    for path in WAYS[way](root, work):
        project = Project.open(path, coder="c1")
        same = next(a for a in project.articles.values() if a.title == SAME[0])
        text, marks = project.text(same.id), project.marks(same.id)
        assert len(text) == len(PARTS)  # the split of the earlier import
        assert text.text_of(3) == SAME[1]
        assert marks.annotations == {mark.id: mark for mark in marked}
        assert list(marks.of(3)) == marked
        assert {number: found.keys() for number, found in marks.reviews.items()} == {3: {"c1", "c2"}}
        assert [project.counts().article(same.id, coder) for coder in ("c1", "c2")] == [(1, 1), (1, 1)]
        for what in ("reviewed", "coded"):
            assert {n for key, n in project.matching(f"is:{what}") if key == same.id} == {3}
        assert [*project.problems, *project.verify()] == []
        project.close()


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("way", WAYS)
def test_two_hundred_pairs_come_together_and_nothing_is_lost(root: Path, way: str) -> None:
    if way == "git" and GIT is None:
        pytest.skip("git is not installed")
    for seed in range(1000, 1200):
        (root / str(seed)).mkdir()
        put_together(root / str(seed), way, seed)
        shutil.rmtree(root / str(seed))
