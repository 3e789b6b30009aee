"""Undo undoes: all commands that edit, two coders, restarts and crashes, against a book kept by hand."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from reader.commands import REGISTRY
from reader.store import writer
from tests.faults.scenario import scratch
from tests.undoing.work import ACTIONS, CODERS, Names, Work

NOT_HERE = {
    "init": "makes a project",
    "undo": "a rule of its own",
    "redo": "a rule of its own",
    "merge": "edits of other copies; tests of copies",
    "share": "modes of files; tests of privacy",
    "erase": "cannot be undone, by design",
    "restore": "cannot be undone but by restoring",
    "skip-speaker": "a setting of one's own, no edit",
}


@pytest.fixture(autouse=True)
def _late(monkeypatch: pytest.MonkeyPatch) -> None:
    """The readable files follow only at the end, so that a crash leaves nothing but journals."""
    monkeypatch.setattr(writer, "SETTLE_AFTER", 3600.0)
    monkeypatch.setattr(writer, "SETTLE_AT_LAST", 3600.0)


def test_every_command_that_edits_is_tried() -> None:
    editing = {name for name, command in REGISTRY.items() if command.writes}
    assert editing - NOT_HERE.keys() <= {name.replace("_", "-") for name in ACTIONS}


three = st.tuples(*[st.integers(0, 11)] * 3)
one = st.sampled_from(CODERS)


class Coders(RuleBasedStateMachine):
    """Two coders do anything in any order; what each of them sees is always what the book says."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = scratch()
        self.work = Work(self.folder)

    @rule(name=st.sampled_from(sorted(ACTIONS)), coder=one, numbers=three)
    def act(self, name: str, coder: str, numbers: Names) -> None:
        self.work.act(name, coder, numbers)

    @rule(coder=one)
    def undo(self, coder: str) -> None:
        self.work.undo(coder)

    @rule(coder=one, number=st.integers(0, 11))
    def undo_one(self, coder: str, number: int) -> None:
        self.work.undo_one(coder, number)

    @rule(coder=one, number=st.integers(0, 11))
    def undo_again(self, coder: str, number: int) -> None:
        self.work.undo_again(coder, number)

    @rule(coder=one)
    def redo(self, coder: str) -> None:
        self.work.redo(coder)

    @rule(coder=one)
    def reopen(self, coder: str) -> None:
        self.work.reopen(coder)

    @rule(coder=one)
    def crash(self, coder: str) -> None:
        self.work.crash(coder)

    @invariant()
    def as_in_the_book(self) -> None:
        self.work.compare()

    def teardown(self) -> None:
        self.work.close()
        shutil.rmtree(self.folder)


def machine(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Coders,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_two_coders_may_do_anything_in_any_order() -> None:
    machine(12, 40)


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_two_coders_may_do_anything_in_any_order_for_long() -> None:
    machine(400, 120)


@pytest.fixture
def folder() -> Iterator[Path]:
    root = scratch()
    yield root
    shutil.rmtree(root)


MEANWHILE = ("tag", "note", "note_article", "review", "unreview", "take_off", "untag")
"""What the other does: marks of their own, with tags and on articles that were there before, so that nothing stands in the way."""


def all_undone_and_redone(folder: Path, seed: int, actions: int) -> None:
    chance = random.Random(seed)
    work = Work(folder)
    first = len(work.book.undoable["c1"])
    articles, tags = set(work.book.of("article")), set(work.book.usable())
    start = of_one("c1", work)
    while len(work.book.undoable["c1"]) - first < actions:
        work.act(
            chance.choice(sorted(ACTIONS)), "c1", (chance.randrange(12), chance.randrange(12), chance.randrange(12))
        )
        old = [
            len([a for a in articles if not work.book.records[a].removed]),
            len(tags.intersection(work.book.usable())),
        ]
        if chance.random() < 0.2 and all(old):  # those made first come first among those to choose from
            numbers = (chance.randrange(old[0]), chance.randrange(12), chance.randrange(old[1]))
            work.act(chance.choice(MEANWHILE), "c2", numbers)
        if chance.random() < 0.05:
            assert work.undo("c1")
            assert work.redo("c1")
        if chance.random() < 0.02:
            chance.choice((work.reopen, work.crash))("c1")
    work.compare()
    end = of_one("c1", work)
    assert end != start
    while len(work.book.undoable["c1"]) > first:
        assert work.undo("c1")
        if chance.random() < 0.05:
            work.compare()
    work.compare()
    assert of_one("c1", work) == start
    while work.book.redoable["c1"]:
        assert work.redo("c1")
    work.compare()
    assert of_one("c1", work) == end
    work.close()


def of_one(coder: str, work: Work) -> Any:
    """All that a project shows but the other's marks and reviews."""
    shown = work.book.seen()
    return {**shown, **{part: [r for r in shown[part] if r[0] == coder] for part in ("marks", "reviews")}}


@pytest.mark.parametrize("seed", range(3))
def test_any_200_actions_undone_are_the_start_and_redone_the_end(folder: Path, seed: int) -> None:
    all_undone_and_redone(folder, seed, 200)


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(100, 200))
def test_any_200_actions_undone_are_the_start_and_redone_the_end_100(folder: Path, seed: int) -> None:
    all_undone_and_redone(folder, seed, 200)
