"""A day's work in small, and what must be there afterwards: kept by hand, never read from the store.

A `World` is what a user would say the project holds. A step is carried out on the project and, by hand,
on the worlds; what was acknowledged (`flush` returned) must be in the project ever after, what was not
may be there whole or not at all.
"""

from __future__ import annotations

import atexit
import functools
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from reader.commands.coding import tag
from reader.commands.exporting import export
from reader.commands.library import import_
from reader.commands.notes import note
from reader.commands.tags import tag_rename
from reader.errors import ReaderError
from reader.project import Project
from reader.store import writer

TEXTS = {
    "flood.txt": "Flood barrier late\n\nThe barrier opened late.\n\nBeds were carried upstairs.\n\nNobody rang us.\n",
    "quay.txt": "The quay\n\nBoats left before noon.\n\nThe ferry stayed.\n",
}
MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class World:
    """Titles, tag names, tags by paragraph, notes by paragraph, as a user sees them."""

    titles: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    marks: frozenset[tuple[int, int, str]] = frozenset()
    notes: frozenset[tuple[int, int, str]] = frozenset()


def seen(project: Project) -> World:
    """What a project holds, as a user sees it."""
    marks, notes = set(), set()
    for article in project.articles.values():
        text = project.text(article.id)
        for mark in project.marks(article.id).annotations.values():
            paragraph = text.number_at(mark.anchor.start) if mark.anchor else 0
            if mark.tag:
                marks.add((article.number, paragraph, project.codebook.shown(mark.tag)))
            if mark.note:
                notes.add((article.number, paragraph, mark.note))
    return World(
        tuple(article.title for article in project.articles.values()),
        frozenset(project.codebook.shown(t.id) for t in project.codebook.live()),
        frozenset(marks),
        frozenset(notes),
    )


class Step(NamedTuple):
    """Something a user does, and the world after it given the worlds before (the last one is the present)."""

    name: str
    act: Callable[[Project, Path], object]
    after: Callable[[tuple[World, ...]], World | None]


def _tag(project: Project, _files: Path) -> object:
    return tag(project, project.article("1"), [2], ["harm"], create=True)


def _note(project: Project, _files: Path) -> object:
    return note(project, project.article("1"), 3, "who carried them?")


def _bulk(project: Project, _files: Path) -> object:
    return tag(project, project.article("1"), [2, 3, 4], ["actor"], create=True)


def _rename(project: Project, _files: Path) -> object:
    return tag_rename(project, "actor", "agent")


def _undo(project: Project, _files: Path) -> object:
    return project.undo()


def _import(project: Project, files: Path) -> object:
    return import_(project, [str(files / "quay.txt")])


def _export(project: Project, files: Path) -> object:
    return export(project, "csv", output=files / "out.csv", force=True)


def _with(world: World, tags: set[str], marks: set[tuple[int, int, str]]) -> World:
    return replace(world, tags=world.tags | tags, marks=world.marks | marks)


def _renamed(worlds: tuple[World, ...]) -> World | None:
    now = worlds[-1]
    if "actor" not in now.tags:
        return None
    tags = now.tags - {"actor"} | {"agent"}
    return replace(now, tags=tags, marks=frozenset((a, p, "agent" if t == "actor" else t) for a, p, t in now.marks))


STEPS = (
    Step("tag", _tag, lambda w: _with(w[-1], {"harm"}, {(1, 2, "harm")})),
    Step("note", _note, lambda w: replace(w[-1], notes=w[-1].notes | {(1, 3, "who carried them?")})),
    Step("bulk", _bulk, lambda w: _with(w[-1], {"actor"}, {(1, n, "actor") for n in (2, 3, 4)})),
    Step("rename", _rename, _renamed),
    Step("undo", _undo, lambda w: w[-2] if len(w) > 1 else None),
    Step("import", _import, lambda w: replace(w[-1], titles=(*w[-1].titles, "The quay"))),
    Step("export", _export, lambda w: w[-1]),
)
START = World(titles=("Flood barrier late",))


@dataclass
class Told:
    """What a run was told: the histories that are possible (each a tuple of worlds), and what went wrong."""

    histories: set[tuple[World, ...]] = field(default_factory=lambda: {(START,)})
    refusals: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def after(self, step: Step, *, surely: bool) -> None:
        """Carry a step out by hand: on all histories, or as something that may have happened."""
        moved = {h: step.after(h) for h in self.histories}
        done = {_moved(step, h, world) for h, world in moved.items() if world is not None}
        self.histories = done if surely else self.histories | done

    def refused(self, error: ReaderError) -> None:
        """Take a refusal; it must be one sentence."""
        text = str(error)
        self.refusals.append(text)
        if not text or "\n" in text or "Errno" in text or not text.endswith("."):
            self.wrong.append(f"no sentence: {text!r}")

    @property
    def possible(self) -> set[World]:
        """The worlds in which the project may be."""
        return {history[-1] for history in self.histories}


def _moved(step: Step, history: tuple[World, ...], world: World) -> tuple[World, ...]:
    if step.name == "undo":
        return history[:-1]
    return history if step.name == "export" else (*history, world)


def work(folder: Path, told: Told, *, well: Callable[[], bool] = lambda: False) -> None:
    """Open a project, do all steps and close it, whatever the disk does; ReaderErrors are taken as told.

    `well` is asked before closing: if the disk has become well, all that is in view must be saved.
    """
    try:
        project = Project.open(folder / "p", coder="c1")
    except ReaderError as error:
        told.refused(error)
        return
    try:
        for step in STEPS:
            _do(project, step, folder, told)
        if well():
            _saved(project, told)
    finally:
        try:
            project.close()
        except ReaderError as error:
            told.refused(error)


def _do(project: Project, step: Step, folder: Path, told: Told) -> None:
    try:
        step.act(project, folder)
        project.flush()
    except ReaderError as error:
        told.refused(error)
        told.after(step, surely=False)
    else:
        told.after(step, surely=True)


def _saved(project: Project, told: Told) -> None:
    """What waits is saved now that it can be, and from here on is acknowledged."""
    for _ in range(20):
        try:
            project.flush(5)
            world = seen(project)
        except ReaderError as error:  # the try that was under way, or the one call that fails
            told.refused(error)
        else:
            told.histories = {history for history in told.histories if history[-1] == world}
            if not told.histories:
                told.wrong.append(f"in view was {world}")
            return
    told.wrong.append("the disk is well, and nothing is saved")


def check(folder: Path, told: Told) -> list[str]:
    """What is wrong with the project that a run left, seen by a healthy disk."""
    wrong = list(told.wrong)
    project = Project.open(folder / "p", coder="c1")
    try:
        wrong += project.verify()
        world = seen(project)
        if world not in told.possible:
            wrong.append(f"{world} is none of {told.possible}")
        step = Step("tag", _tag, lambda w: w[-1])
        step.act(project, folder)  # work goes on
        project.flush(10)
        wrong += project.problems
    finally:
        project.close()
    return wrong


def quick() -> None:
    """Let the writer thread try again at once, and settle only at the end, so that every run makes the same calls."""
    writer.RETRY_AFTER = 0.001
    writer.SETTLE_AFTER = writer.SETTLE_AT_LAST = 3600.0


def scratch() -> Path:
    """A new folder, in memory where there is one; it goes with this process at the latest."""
    folder = Path(tempfile.mkdtemp(prefix="reader-faults-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def base() -> Mapping[str, bytes | None]:
    """A project with one article and its index: relative paths with their bytes, None for a folder."""
    folder = scratch()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    Project.create(folder / "p", name="test")
    project = Project.open(folder / "p", coder="c1")
    import_(project, [str(folder / "flood.txt")])
    project.counts()
    project.close()
    gc.freeze()  # what is loaded stays: thousands of runs must not look through it again and again
    paths = sorted(folder.rglob("*"))
    return {str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes() for path in paths}


def fresh(folder: Path) -> Path:
    """A copy of the project with one article."""
    folder.mkdir(mode=0o700)
    for name, data in base().items():
        path = folder / name
        if data is None:
            path.mkdir(mode=0o700)
        else:
            path.write_bytes(data)
            path.chmod(0o600)
    return folder
