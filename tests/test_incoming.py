"""Escape and a key that come in one piece, as a slow line brings them: both count, in their order."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events

from reader.project import Project
from reader.tui.dialogs import Question
from reader.tui.incoming import TerminalParser
from reader.tui.keys import written
from reader.tui.note import NoteArea, NoteEditor
from reader.tui.picker import TagPicker
from tests.projects import add_tag, make_project
from tests.test_tui_reading import reading

NAMED = {"\r": "enter", "\t": "tab", "\x7f": "backspace", " ": "space"}
SEQUENCES_BEGIN_SO = "[]OP^_\\"
"""CSI, OSC, SS3, DCS, PM, APC and ST of ECMA-48: a terminal says more behind them."""
TYPED = sorted({*string.printable[:95], *NAMED, *"éжш中"} - {*SEQUENCES_BEGIN_SO})


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    opened = make_project(tmp_path / "p")
    add_tag(opened, "harm")
    yield opened
    opened.close()


def keys_of(piece: str) -> list[tuple[str, str | None]]:
    """What the parser makes of a piece at once, without waiting for more."""
    return [(event.key, event.character) for event in TerminalParser().feed(piece) if isinstance(event, events.Key)]


@pytest.mark.parametrize("sign", TYPED)
def test_an_escape_before_any_key_is_kept_and_waits_for_nothing(sign: str) -> None:
    for key, character in keys_of(f"\x1b{sign}\x1bj"):
        assert key.startswith("alt+")
        alone = key.removeprefix("alt+").removeprefix("shift+")
        assert written(alone, character) in {NAMED.get(sign, sign), "j"}
    assert len(keys_of(f"\x1b{sign}\x1bj")) == 2


def test_sequences_of_the_terminal_are_still_one_key() -> None:
    wanted = {"\x1b[A": "up", "\x1bOA": "up", "\x1b[5~": "pageup", "\x1b[1;5C": "ctrl+right", "\x1bOP": "f1"}
    assert {piece: keys_of(piece)[0][0] for piece in wanted} == wanted


async def test_a_question_refused_and_enter_in_one_piece_is_not_granted(project: Project) -> None:
    answers: list[bool | None] = []
    async with reading(project) as user:
        user.app.push_screen(Question("Delete it?"), answers.append)
        await user.press("alt+enter")
        await user.until(lambda: bool(answers))
        assert answers == [False]
        assert "reviewed" in user.status  # Enter is the reading screen's


async def test_escape_and_a_key_in_one_piece_leave_a_field(project: Project) -> None:
    async with reading(project) as user:
        here = user.here
        await user.press("a")
        await user.type("hi")
        await user.press("alt+j")
        assert not isinstance(user.app.screen, NoteEditor)
        assert [a.note for a in project.marks(next(iter(project.articles))).annotations.values()] == ["hi"]
        assert user.here > here
        await user.press("t")
        await user.type("ha")
        await user.press("alt+k")
        assert not isinstance(user.app.screen, TagPicker)
        assert user.here == here
        await user.press("slash")
        await user.type("ba")
        await user.press("alt+j")
        assert user.here > here


async def test_alt_moves_by_words_in_a_note(project: Project) -> None:
    async with reading(project) as user:
        await user.press("a")
        await user.type("one two")
        await user.press("alt+b", "alt+backspace")
        area = user.app.screen.query_one(NoteArea)
        assert area.text == "two"
        await user.press("alt+f", "x")
        assert area.text == "twox"
