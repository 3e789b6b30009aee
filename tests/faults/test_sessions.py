"""Two sessions of two coders in one folder, in any interleaving: after a look at the disk both see the same, as a fresh one does."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reader import commands
from reader.edits import NUMBER, new_id
from reader.errors import ReaderError
from reader.model import Article, SavedSearch, Tag
from reader.project import Project, copies
from tests.faults.scenario import scratch
from tests.projects import add_tag, make_project, new_article, put_on

CODERS = ("c1", "c2")


@pytest.fixture
def root() -> Iterator[Path]:
    folder = scratch()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # the threads that write take turns often
    yield folder
    sys.setswitchinterval(interval)
    shutil.rmtree(folder)


def view(project: Project) -> dict[str, Any]:
    """All that a session shows."""
    counts = project.counts(everyone=True)
    found: dict[str, Any] = {
        "articles": list(project.articles.values()),
        "all articles": sorted(project.all_articles().values(), key=lambda a: a.id),
        "tags": sorted(project.tags.values(), key=lambda t: t.id),
        "paths": sorted(project.codebook.shown(tag.id) for tag in project.codebook.live()),
        "coders": sorted(project.coders.values(), key=lambda c: c.id),
        "searches": sorted(project.searches.values(), key=lambda s: s.id),
        "memos": sorted(project.all_memos(), key=lambda m: m.id),
        "info": project.info,
        # Numbers that were given twice are written down beside all this, in a thread's own time.
        "history": [(edit.id, project.describe(edit)) for edit in project.edits() if edit.command != NUMBER],
        "counts": {tag: counts.tag(tag) for tag in project.tags},
        "next": project.next_number(),
    }
    for article_id in project.all_articles():
        marks = project.all_marks(article_id)
        reviewed = {number: dict(times) for number, times in marks.reviews.items() if times}
        found[f"marks in {article_id}"] = (dict(marks.annotations), dict(marks.review_records), reviewed)
        found[f"counts in {article_id}"] = [counts.article(article_id, coder) for coder in CODERS]
    return found


class Sessions:
    """The sessions of two coders, a reader, and another copy whose journals come by themselves."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.chance = chance
        self.path, self.other = root / "one", root / "two"
        project = make_project(self.path, coder="c0")  # what is there at first, nobody undoes
        add_tag(project, "harm")
        project.close()
        shutil.copytree(self.path, self.other)
        self.open = {coder: Project.open(self.path, coder=coder) for coder in CODERS}
        self.reader = Project.open(self.path, coder="c3", write=False)
        self.count = 0

    def token(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def step(self) -> None:
        """One session does something, perhaps without looking at the disk before; now and then it waits for the disk."""
        coder = self.chance.choice(CODERS)
        project = self.open[coder]
        try:
            self.chance.choice(STEPS)(self, project)
            if self.chance.random() < 0.4:
                project.flush()
        except ReaderError:
            pass  # it was refused: somebody changed it in the meantime, or there is nothing to undo

    def look(self) -> None:
        """All wait for the disk and look at it; all see what a fresh session sees."""
        for project in self.open.values():
            try:
                project.flush()
            except ReaderError:
                project.flush()  # of what was taken out one is told once
        for project in (*self.open.values(), self.reader):
            project.poll()
        fresh = view(Project.open(self.path, coder="c4", write=False))
        for project in (*self.open.values(), self.reader):
            for name, there in view(project).items():
                assert there == fresh[name], (project.coder, name)

    def end(self) -> None:
        for project in (*self.open.values(), self.reader):
            project.close()

    # -- what a session does ------------------------------------------------------------------------------

    def _article(self, project: Project) -> Article:
        if not project.articles:  # undone or erased
            self.take_in(project)
        return self.chance.choice(list(project.articles.values()))

    def _tag(self, project: Project) -> Tag:
        return self.chance.choice(list(project.tags.values()))

    def mark(self, project: Project) -> None:
        put_on(project, self._article(project), 2, self._tag(project))

    def note(self, project: Project) -> None:
        commands.note(project, self._article(project), 2, self.token())

    def review(self, project: Project) -> None:
        commands.review(project, self._article(project), [2])

    def untag(self, project: Project) -> None:
        own = [a for a in project.marks(self._article(project).id).annotations.values() if a.coder == project.coder]
        if own:
            project.apply("untag", [(self.chance.choice(own), None)])

    def memo(self, project: Project) -> None:
        commands.memo(project, self.token())

    def tag(self, project: Project) -> None:
        commands.tag_add(project, self.token())

    def rename(self, project: Project) -> None:
        commands.tag_rename(project, self._tag(project), self.token())

    def take_in(self, project: Project) -> None:
        token = self.token()
        project.import_articles([new_article([token, f"Words of {token}."], source=f"{token}.txt")])

    def details(self, project: Project) -> None:
        commands.set_details(project, self._article(project), {self.token(): "1"})

    def remove(self, project: Project) -> None:
        if len(project.articles) > 1:
            project.remove(self._article(project))

    def search(self, project: Project) -> None:
        search = SavedSearch(id=new_id("s"), name=self.token(), query="harm")
        project.apply("save-search", [(None, search)])

    def settings(self, project: Project) -> None:
        info = project.info
        project.apply("share", [(info, msgspec.structs.replace(info, name=self.token()))])

    def undo(self, project: Project) -> None:
        project.undo()

    def redo(self, project: Project) -> None:
        project.redo()

    def poll(self, project: Project) -> None:
        self.chance.choice([project, self.reader]).poll()

    def see(self, project: Project) -> None:
        """What is shown is kept in memory."""
        view(self.chance.choice([project, self.reader]))

    def again(self, project: Project) -> None:
        """The session ends and another one begins."""
        try:
            project.close()
        finally:
            self.open[project.coder] = Project.open(self.path, coder=project.coder)

    def back(self, _project: Project) -> None:
        """All go; the project is brought back to what it was before they came, or an article is erased; all come again."""
        path, modes = self.path, self.reader.store.modes
        articles = sorted(self.reader.articles)
        try:
            for project in self.open.values():
                project.close()
            if self.chance.random() < 0.5 and len(articles) > 1:
                copies.erase(path, "c1", frozenset([self.chance.choice(articles)]), {}, modes)
            elif found := copies.all_backups(self.reader):
                copies.restore(path, self.chance.choice(found).name, modes)
        finally:
            self.open = {coder: Project.open(path, coder=coder) for coder in CODERS}
        copies.backup(self.open["c1"], "by hand")

    def elsewhere(self, _project: Project) -> None:
        """Somebody works in another copy, and its journals and texts come here."""
        project = Project.open(self.other, coder=self.chance.choice(CODERS))
        for _ in range(self.chance.randrange(1, 4)):
            try:
                self.chance.choice(ELSEWHERE)(self, project)
            except ReaderError:
                continue
        project.close()
        for pattern in ("texts/*/*", f"journal/*.{project.store.copy}.jsonl"):
            for path in sorted(self.other.glob(pattern)):
                there = self.path / path.relative_to(self.other)
                if not there.exists() or there.stat().st_size < path.stat().st_size:
                    there.parent.mkdir(exist_ok=True)
                    part = there.with_name(".part")
                    shutil.copyfile(path, part)
                    part.replace(there)


Act = Callable[[Sessions, Project], None]
ELSEWHERE: list[Act] = [
    Sessions.mark, Sessions.note, Sessions.tag, Sessions.take_in, Sessions.details, Sessions.remove, Sessions.settings,
]  # fmt: skip
STEPS: list[Act] = [
    *ELSEWHERE, Sessions.mark, Sessions.review, Sessions.untag, Sessions.memo, Sessions.rename, Sessions.search,
    Sessions.undo, Sessions.undo, Sessions.redo, Sessions.poll, Sessions.poll, Sessions.see, Sessions.again, Sessions.elsewhere,
    Sessions.back,
]  # fmt: skip


def walk(root: Path, seed: int, steps: int) -> None:
    chance = random.Random(seed)
    sessions = Sessions(root / str(seed), chance)
    for _ in range(steps):
        sessions.step()
        if chance.random() < 0.15:
            sessions.look()
    sessions.look()
    sessions.end()


@pytest.mark.parametrize("seed", range(6))
def test_two_sessions_see_the_same_whatever_the_order_of_their_steps(root: Path, seed: int) -> None:
    walk(root, seed, 60)


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(4))
def test_two_hundred_walks_of_two_sessions_see_the_same(root: Path, part: int) -> None:
    for seed in range(1000 + part * 50, 1050 + part * 50):
        walk(root, seed, 120)
        shutil.rmtree(root / str(seed))
