"""Acknowledged is kept: the program is killed at random moments while one tags and notes.

The oracle is kept by hand: the keys sent, what each of them makes of the marks, and which "saved" was seen on the
screen. What is on the disk after the kill must be one of the states from the last that was said to be saved to the
last that was typed, with no edit left out in between.
"""

from __future__ import annotations

import random
import re
import signal
import time
from dataclasses import dataclass, field, replace

import pytest

from tests.terminal.harness import NARROW, Room, Terminal
from tests.terminal.typist import type_words
from tests.terminal.warm import Warm, WarmTerminal

BODY = (4, 5, 6, 8, 9, 11, 12, 13)
"""Paragraphs of the sample article that are neither furniture nor captions."""
LETTERS = "bcdfghjklmnpqrstvwxz"
SAVED = r"[^\x1b]* saved \d\d:\d\d:\d\d"
PARTS, KILLS_A_PART = 10, 15
HANG_UPS_A_PART = 6


@dataclass(frozen=True)
class State:
    """Tags by paragraph, notes by paragraph, paragraphs reviewed."""

    tags: frozenset[tuple[int, str]] = frozenset()
    notes: tuple[tuple[int, str], ...] = ()
    reviewed: frozenset[int] = frozenset()

    def noted(self, number: int, words: str) -> State:
        """With words added to the note on a paragraph."""
        notes = dict(self.notes)
        notes[number] = notes.get(number, "") + words
        return replace(self, notes=tuple(sorted(notes.items())))


@dataclass
class Typist:
    """Types at random, and knows what it should come to. `states[0]` is what the session began with."""

    random: random.Random
    states: list[State] = field(default_factory=lambda: [State()])
    saved: int = 0
    tag: str = ""
    said: set[str] = field(default_factory=set)
    """What the status line has said or will say in this session: an old word may be painted again at any time."""

    def begin(self, state: State) -> None:
        """A new session on what the last one left."""
        self.states, self.saved, self.tag, self.said = [state], 0, "", set()

    def next_keys(self) -> tuple[str, str]:
        """Keys of one edit, and what the status line says of it alone in this session, as a pattern."""
        while True:
            before = self.tag
            keys, said, state = self._one()
            if said not in self.said:
                self.said.add(said)
                self.states.append(state)
                return keys, said
            self.tag = before

    def _one(self) -> tuple[str, str, State]:
        """Keys, words and the state they lead to."""
        number = self.random.choice(BODY)
        state = self.states[-1]
        kind = self.random.choice(("tag", "note", "review", "again"))
        if kind == "again" and self.tag and (number, self.tag) not in state.tags:
            tagged = replace(state, tags=state.tags | {(number, self.tag)})
            return f":{number}\r.", f"¶ {number} tagged {self.tag}", tagged
        if kind == "note":
            words = "".join(self.random.choices(LETTERS, k=4)) + " "
            noted = state.noted(number, words)
            count = len(dict(noted.notes)[number].split())
            return f":{number}\ra{words}\x13", f"¶ {number} note, {count} word", noted
        if kind == "review":
            now = state.reviewed ^ {number}
            said = f"¶ {number} reviewed" if number in now else f"¶ {number} not reviewed"
            return f":{number}\rr", said, replace(state, reviewed=now)
        self.tag = "".join(self.random.choices(LETTERS, k=5))
        tagged = replace(state, tags=state.tags | {(number, self.tag)})
        return f":{number}\rt{self.tag}\r", f"¶ {number} tagged {self.tag}", tagged


def session(warm: Warm, room: Room) -> WarmTerminal:
    """The program with the article in sight and ready to write."""
    terminal = WarmTerminal(warm, cwd=room.folder, env=room.environment(), size=NARROW)
    try:
        terminal.wait_bytes(r"¶ \d+ of 29 ")
    except AssertionError:
        terminal.close()
        raise
    return terminal


def forget_drafts(room: Room) -> None:
    """A note that was being typed would be offered; it has a test of its own."""
    for draft in (room.data / "drafts").rglob("*.json"):
        draft.unlink()


def stored(room: Room) -> State:
    """What the project holds, as another program that opens it sees it."""
    project = room.project()
    try:
        assert project.problems == []
        article = next(iter(project.articles.values()))
        marks = project.marks(article.id)
        tags, notes, names = set(), {}, {tag.id: tag.name for tag in project.tags.values()}
        for number in BODY:
            for mark in marks.of(number):
                if mark.tag:
                    tags.add((number, names[mark.tag]))
                else:
                    notes[number] = mark.note
        return State(
            frozenset(tags),
            tuple(sorted(notes.items())),
            frozenset(number for number in BODY if marks.reviewed(number, "anna")),
        )
    finally:
        project.close()


def type_until_killed(terminal: Terminal, typist: Typist) -> None:
    """Some edits whose "saved" is waited for, some that are not, then the end at any moment."""
    for _ in range(typist.random.randint(0, 2)):
        keys, said = typist.next_keys()
        sent = len(terminal.received)
        terminal.type(keys)
        terminal.wait_bytes(said + SAVED, sent)
        typist.saved = len(typist.states) - 1
    burst = typist.random.randint(1, 3)
    waits: list[tuple[int, int, re.Pattern[bytes]]] = []
    for _ in range(burst):
        keys, said = typist.next_keys()
        pattern = re.compile((said + SAVED).encode())
        waits.append((len(typist.states) - 1, len(terminal.received), pattern))
        terminal.type(keys)
    terminal.bytes_in(typist.random.random() * 0.15)
    terminal.kill()
    for number, sent, pattern in waits:
        if pattern.search(terminal.received, sent):
            typist.saved = number


def kill_again_and_again(warm: Warm, room: Room, seed: int, kills: int) -> int:
    """The number of acknowledged edits that were looked for."""
    typist = Typist(random.Random(seed))
    looked_for = 0
    for turn in range(kills):
        forget_drafts(room)
        typist.begin(stored(room))
        with session(warm, room) as terminal:
            type_until_killed(terminal, typist)
        found = stored(room)
        allowed = typist.states[typist.saved :]
        assert found in allowed, f"seed {seed}, kill {turn}: {found}\nnone of {allowed}"
        looked_for += typist.saved
    assert "damage" not in room.run("doctor").lower().replace("no damage", "")
    return looked_for


@pytest.mark.parametrize("part", range(PARTS))
def test_acknowledged_is_kept(warm: Warm, harbour: Room, part: int) -> None:
    assert kill_again_and_again(warm, harbour, part, KILLS_A_PART) > KILLS_A_PART // 2


@pytest.mark.torture
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(10))
def test_acknowledged_is_kept_1000(warm: Warm, harbour: Room, part: int) -> None:
    assert kill_again_and_again(warm, harbour, 100 + part, 100) > 50


# -- hang-ups ------------------------------------------------------------------------------------------------


def hang_up_again_and_again(warm: Warm, room: Room, seed: int, times: int) -> None:
    """All that was typed is there, said to be saved or not; the terminal is as it was; the exit status is 0."""
    typist = Typist(random.Random(seed))
    for turn in range(times):
        typist.begin(stored(room))
        with session(warm, room) as terminal:
            for _ in range(typist.random.randint(1, 3)):
                keys, said = typist.next_keys()
                sent = len(terminal.received)
                terminal.type(keys)
                terminal.wait_bytes(said, sent)
            how = ("hang up", "term", "close")[turn % 3]
            if how == "close":
                terminal.hang_up()
                assert terminal.end() == 0, f"seed {seed}, turn {turn}"
            else:
                terminal.send_signal(signal.SIGHUP if how == "hang up" else signal.SIGTERM)
                assert terminal.end() == 0, f"seed {seed}, turn {turn}"
                assert terminal.left_as_it_was() == []
        assert stored(room) == typist.states[-1], f"seed {seed}, turn {turn}, {how}"


@pytest.mark.parametrize("part", range(5))
def test_a_hang_up_saves(warm: Warm, harbour: Room, part: int) -> None:
    hang_up_again_and_again(warm, harbour, part, HANG_UPS_A_PART)


@pytest.mark.torture
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(4))
def test_a_hang_up_saves_200(warm: Warm, harbour: Room, part: int) -> None:
    hang_up_again_and_again(warm, harbour, 100 + part, 50)


# -- a note being typed --------------------------------------------------------------------------------------

WORDS = ("evening", "bell", "has", "rung", "before", "lamps", "were", "lit", "on", "both", "sides", "of", "harbour")


@pytest.mark.parametrize("seconds", [1.6, 2.4, 3.1])
def test_a_note_being_typed_survives_a_kill(warm: Warm, harbour: Room, seconds: float) -> None:
    """What was typed more than 2 s before the kill is offered at the next start, all but the last 50 characters at most."""
    chance = random.Random(int(seconds * 10))
    with session(warm, harbour) as terminal:
        terminal.type("a")
        terminal.wait_for("note on ¶ 4")
        typed = type_words(terminal, WORDS, chance, seconds=seconds, pause=0.08)
        killed = time.monotonic()
        terminal.kill()
    text = typed.text
    least = min(len(typed.kept(killed)), max(0, len(text) - 50))
    drafts = list((harbour.data / "drafts").rglob("*.json"))
    if least:
        assert drafts
    with session(warm, harbour) as terminal:
        if not drafts:
            return
        terminal.wait_until(lambda: "open it" in terminal.dialog, "the offer")
        found = re.search(r"ended without goodbye\. .* A note on ¶ 4 was being typed \((\d+) words?\)", terminal.dialog)
        assert found, terminal.dialog
        terminal.press("enter")
        terminal.wait_for("note on ¶ 4")
        terminal.wait_for(text.split()[0])
        terminal.type("\x13")
        terminal.wait_for("¶ 4 note.* saved")
        assert terminal.quit() == 0
    note = dict(stored(harbour).notes)[4]
    assert text.startswith(note.rstrip())
    assert len(note) >= least
    assert int(found[1]) == len(note.split())
