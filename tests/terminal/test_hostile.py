"""Outside text is never control and never markup: bytes read from a real terminal, in every screen and in the line mode."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reader.cli.front import tables
from tests.terminal.evil import ALL, PLACES, WORDS, assert_own, copy_of, evil_room
from tests.terminal.harness import READER, Room, Terminal, back_to_text
from tests.terminal.hostile import CORPUS, MARKUP, SEQUENCES
from tests.terminal.warm import Warm, WarmTerminal
from tests.terminal.wire import foreign

COUNT = len(ALL) + 1
HERE = ALL.index(SEQUENCES["title"]) + 2
"""A paragraph with a tag, a note on it and one beside it."""
PASTED = "paste"
"""Stands for all strings pasted at once."""

Steps = tuple[tuple[str, str], ...]
LIBRARY = ("l", "i import  ")
CODEBOOK = ("c", r"\A.*▸ codebook")
NOTES = ("m", r"\A.*▸ notes")
VISITS: dict[str, tuple[Steps, ...]] = {
    "reading": ((("j", f"¶ {HERE + 1} of"), ("tab", ""), ("tab", ""), ("o", ""), ("z", ""), ("z", ""), (f"/{WORDS}\r", r"\d+/\d+")),),
    "spans": ((("v", "words chosen"), (")", ""), ("w", ""), ("/", ""), (PASTED, ""), ("escape", "")),),
    "picker": ((("t", "tag ¶"), ("down " * COUNT, ""), (PASTED, "no tag matches|new tag")), (("T", "tag (?!¶)"),)),
    "note": ((("a", "note on ¶"), (PASTED, ""), ("ctrl+g", "── slots")), (("w", "why "), (PASTED, ""), ("ctrl+g", "── slots"))),
    "library": ((LIBRARY, ("down " * 12, ""), ("o", ""), ("/", ""), (PASTED, ""), ("escape", "")), (LIBRARY, ("w", "")), (LIBRARY, ("x", ""))),
    "search": ((("f", "search:"), (f"{WORDS}\r", r"hits"), ("down " * 30, ""), ("o", ""), ("/", ""), (PASTED, "")),),
    "export": ((("e", "Export"), ("down " * 6, ""), ("right", "")),),
    "help": ((("?", "(?i)keys"), ("down " * 12, ""), ("/", ""), (PASTED, "")), (("?", "(?i)keys"), ("?", "")),),
    "palette": (((":", "a command, or the number"), ("down " * 12, ""), (PASTED, "")),),
    "slots": ((("0", "Slots: the keys"), ("p", ""), ("x", "")),),
    "question": ((CODEBOOK, ("X", "delete +Esc keep")),),
    "path": ((LIBRARY, ("i", "Import"), (PASTED, ""), ("tab", "")),),
    "codebook": ((CODEBOOK, ("down " * COUNT, ""), ("/", ""), (PASTED, "")),),
    "quotes": ((("=", "⏎ go there +e example"), ("down", "")),),
    "splitting": ((CODEBOOK, ("s", r"\A.*▸ split")),),
    "notes": ((NOTES, ("down " * COUNT, ""), ("n", "memo on the project"), (PASTED, ""), ("ctrl+g", "")), (NOTES, ("/", ""), (PASTED, ""))),
    "history": (((":history\r", r"\A.*▸ history"), ("down " * COUNT, "")),),
    "details": ((LIBRARY, ("d", "taken in"), ("enter", "title of"), (PASTED, "")), (LIBRARY, ("d", "taken in"), ("n", "New detail"), (PASTED, ""))),
    "ask": ((CODEBOOK, ("r", "Rename"), (PASTED, "")),),
    "choose": ((NOTES, (f"/{PLACES}\r", "1 of"), ("f", "The note names these places"), ("down", "")),),
    "hues": ((CODEBOOK, ("h", "Hue of"), ("down", "")),),
    "settings": (((":settings\r", "Settings "), ("down " * 6, "")),),
    "lines": (((":stats\r", "╭"), ("down", "")),),
}  # fmt: skip
"""The ways to each screen from the text and what is done there: keys, and what they show where that is of interest."""


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A project where everything that can be hostile is."""
    return evil_room(tmp_path_factory.mktemp("evil"))


@pytest.fixture
def room(evil: Room, tmp_path: Path) -> Room:
    """A copy of it."""
    return copy_of(evil, tmp_path)


def test_what_is_judged_is_seen() -> None:
    """The judge itself: it finds every sequence, control and invisible sign of the corpus, and lets ours pass."""
    for name, text in CORPUS.items():
        found = foreign(text.encode("utf-8", "surrogatepass"))
        plain = name.startswith(("markup", "plain")) or name == "sequence: colours"
        assert bool(found) is not plain or name in ("sequence: erase", "sequence: modes"), (name, found)
    assert foreign("\x1b[1;1H\x1b[38;2;1;2;3mשלום ¶ e\u0301\x1b[0m\x1b[?25l".encode()) == []
    assert foreign(b"\x1b[31m", full_screen=False)
    assert foreign(b"half \x1b[3")


def test_every_screen_is_visited() -> None:
    assert VISITS.keys() == tables().keys()


@pytest.mark.parametrize("screen", VISITS)
def test_every_screen_shows_it_and_is_not_steered(warm: Warm, room: Room, screen: str) -> None:
    with WarmTerminal(warm, cwd=room.folder, env=room.environment()) as terminal:
        terminal.wait_for(rf"¶ \d+ of {COUNT} ")
        for steps in VISITS[screen]:
            back_to_text(terminal)
            terminal.type(f":{HERE}\r")
            terminal.wait_for(f"¶ {HERE} of")
            for keys, shown in steps:
                press(terminal, keys)
                terminal.wait_for(shown)
            terminal.settle(0.1)
        back_to_text(terminal)
        assert terminal.quit() == 0
        assert_own(terminal)
        assert terminal.left_as_it_was() == []


def press(terminal: Terminal, keys: str) -> None:
    """Press keys by their names, paste all strings, or type what stands there."""
    if keys == PASTED:
        for text in (ALL[:20], ALL[20:]):  # each by half: the other holds what ends a paste
            terminal.paste("".join(text))
    elif keys[0] in ":/" or keys.endswith("\r"):
        terminal.type(keys)
    else:
        terminal.press(*keys.split())


def test_every_paragraph_shows_it(evil: Room) -> None:
    with evil.terminal() as terminal:
        terminal.wait_for(rf"¶ \d+ of {COUNT} ")
        terminal.press("g")
        for number in range(2, COUNT + 1):
            sent = len(terminal.received)
            terminal.press("j")
            terminal.wait_bytes(f"¶ {number} of {COUNT}", sent)
        assert terminal.quit() == 0
        assert_own(terminal)


def test_the_line_mode_shows_it(warm: Warm, room: Room) -> None:
    with WarmTerminal(warm, "read", "1", cwd=room.folder, env=room.environment(TERM="dumb")) as terminal:
        terminal.wait_for("^>$")
        for number in range(2, COUNT + 1):
            sent = len(terminal.received)
            terminal.type(f"{number}\r")
            terminal.wait_bytes(f"Paragraph {number} of {COUNT}(.|\n|\r)*\n>", sent)
        terminal.type("q\r")
        assert terminal.end() == 0
        assert_own(terminal, full_screen=False)


def test_markup_is_shown_as_it_stands_and_does_nothing(room: Room) -> None:
    first = ALL.index(MARKUP["closing"]) + 2
    with room.terminal() as terminal:
        terminal.wait_for(rf"¶ \d+ of {COUNT} ")
        terminal.type(f":{first}\r")
        terminal.wait_for(f"¶ {first} of {COUNT}")
        terminal.wait_for(r"needle \[/\] \[/b\] \[/red\] end")
        row, column = terminal.place("[@click=app.quit]press me[/]")
        on_it = column + len("[@click=app.quit]") + 1
        terminal.type(f"\x1b[<0;{on_it};{row}M\x1b[<0;{on_it};{row}m")
        terminal.wait_for(f"¶ {first + 1} of {COUNT}")  # the click selects, no more
        terminal.wait_for(r"▌\[@click=app.quit\]press")  # the tag in the pane, its last words on the next row
        terminal.type(f":{first + 3}\r")
        terminal.wait_for(r"\[link=https://example.invalid\]a link\[/link\]")
        assert terminal.quit() == 0
        assert_own(terminal)


def test_file_names_that_are_no_text(tmp_path: Path) -> None:
    room = Room(tmp_path)
    names = [
        b"caf\xe9.txt",
        b"\x1b]0;x\x07.txt",
        b"[@click=app.quit]x[b].txt",
        "\u202egpj.txt".encode(),
        b"\xff\xfe.txt",
    ]
    (room.folder / "in").mkdir()
    for number, name in enumerate(names):
        with open(os.fsencode(room.folder / "in") + b"/" + name, "w", encoding="utf-8") as file:  # noqa: PTH123  pathlib takes no bytes
            file.write(f"Title {number}\n\nSome words in number {number}.\n")
    with Terminal([*READER, "--project", "data", "import", "in"], cwd=room.folder, env=room.environment()) as terminal:
        assert terminal.end() in (0, 1)
        assert_own(terminal, full_screen=False)
    with room.terminal() as terminal:
        terminal.wait_for("¶ 2 of 2")
        terminal.press("l")
        terminal.wait_for("Title 1")
        terminal.press("i")
        terminal.wait_for("Import")
        terminal.type("in/")
        terminal.wait_for(r"in/\[@click=app\.quit\]x")
        terminal.press("tab")
        back_to_text(terminal)
        assert terminal.quit() == 0
        assert_own(terminal)
    with room.terminal("articles") as terminal:
        assert terminal.end() == 0
        assert_own(terminal, full_screen=False)
