"""One interview, two passes, a merge regretted: told at a real terminal, the rest on the command line."""

from __future__ import annotations

import csv
import json
import re

import pytest

from tests.terminal.harness import Room, Terminal

pytestmark = pytest.mark.sweep

TURNS = (
    "I: What does a night look like?",
    "R: The first hour is quiet. Then three bells ring at once and you decide who waits.",
    "I: And then?",
    "R: You tell yourself you chose well. On the way home you count the ones who waited.",
)
WORDS = "Then three bells ring at once and you decide who waits."
SAVED = r" · saved \d\d:\d\d:\d\d"


def test_one_interview_two_passes_a_merge_regretted(room: Room) -> None:
    room.write("p07.txt", "\n".join(TURNS) + "\n")
    with room.terminal("--project", "data", "import", "p07.txt") as terminal:
        terminal.wait_for("4 paragraphs, one a line; speakers I, R")
        assert terminal.end() == 0
    with room.terminal() as terminal:
        skip_the_interviewer(terminal)
        the_words_become_a_tag(terminal)
        guilt_twice_and_why(terminal)
        both_reviewed(terminal)
        a_later_tag_is_not_absent(terminal, room)
        a_second_pass_with_a_locked_codebook(terminal)
        swapped_and_added(terminal)
        merged(terminal)
        five_more_edits(terminal)
        assert terminal.quit() == 0
        assert terminal.left_as_it_was() == []
    the_merge_alone_is_taken_back(room)
    the_quotes(room)


def command(terminal: Terminal, words: str) -> None:
    """Run a command by its name."""
    terminal.press(":")
    terminal.type(words)
    terminal.wait_for(f": {re.escape(words)}")
    terminal.press("enter")


def skip_the_interviewer(terminal: Terminal) -> None:
    terminal.wait_for("¶ 1 of 4 .*0 of 4 reviewed")
    command(terminal, "skip speaker I")
    terminal.wait_for("0 of 2 reviewed")
    terminal.press("enter")
    terminal.wait_for("¶ 2 of 4 .*0 of 2 reviewed")


def the_words_become_a_tag(terminal: Terminal) -> None:
    terminal.type("v)i")
    terminal.wait_for(f"1 coded .*0 of 2 reviewed(.|\n)*{SAVED}")
    terminal.press("c")
    terminal.wait_for("▌Then three bells ring .* 1 +1 +1")
    terminal.press("r")
    terminal.wait_for("Rename Then three bells")
    terminal.type("\x15triage\r")
    terminal.wait_for(f"is now triage.*{SAVED}")
    terminal.press("escape")
    terminal.wait_for("▌triage +1$")


def guilt_twice_and_why(terminal: Terminal) -> None:
    terminal.press("escape")  # the words are not meant any more
    terminal.wait_gone("words chosen")
    terminal.type("tguilt\r")
    terminal.wait_for(f"¶ 2 tagged guilt{SAVED}")
    terminal.type(":4\r")
    terminal.wait_for("¶ 4 of 4")
    terminal.type("tguilt\r")
    terminal.wait_for(f"¶ 4 tagged guilt{SAVED}")
    terminal.press("w")
    terminal.wait_for("why guilt")
    terminal.type("counting = guilt?")
    terminal.press("escape")
    terminal.wait_for(r"▌guilt +2$\n.*│   counting = guilt\?")


def both_reviewed(terminal: Terminal) -> None:
    terminal.press("enter")
    terminal.wait_for("¶ 2 of 4 .*1 of 2 reviewed")
    terminal.press("enter")
    terminal.wait_for("2 of 2 reviewed")


def a_later_tag_is_not_absent(terminal: Terminal, room: Room) -> None:
    terminal.press("c")
    terminal.wait_for("2 tags")
    terminal.press("N")
    terminal.wait_for("New tag at the top")
    terminal.type("moral distress\r")
    terminal.wait_for(f"new tag moral distress.*{SAVED}")
    terminal.press("escape")
    terminal.wait_for("2 of 2 reviewed")
    rows = list(csv.DictReader(room.run("export", "paragraphs").splitlines()))
    cells = {row["paragraph"]: (row["guilt"], row["triage"], row["moral distress"]) for row in rows}
    assert cells["2"] == ("1", "1", "")
    assert cells["4"] == ("1", "0", "")


def a_second_pass_with_a_locked_codebook(terminal: Terminal) -> None:
    command(terminal, "new pass")
    terminal.wait_for("Name of the new pass")
    terminal.type("settled\r")
    terminal.wait_for("0 of 2 in this pass")
    terminal.press("c")
    terminal.wait_for("3 tags")
    command(terminal, "lock-tags")
    terminal.wait_for("3 tags · locked")
    terminal.wait_for(SAVED)
    terminal.press("escape")
    terminal.wait_for("0 of 2 in this pass")
    terminal.type("txyz")
    terminal.wait_for("tag ¶ 2: xyz(.|\n)*no tag matches")
    assert "new tag" not in terminal.text
    terminal.press("enter")
    terminal.wait_for("no tag matches(.|\n){0,400}and the.*\n.*codebook is locked")
    terminal.press("escape")
    terminal.wait_gone("xyz")


def swapped_and_added(terminal: Terminal) -> None:
    terminal.type(":4\r")
    terminal.wait_for("¶ 4 of 4")
    terminal.press("s")
    terminal.wait_for("instead of guilt")
    terminal.type("moral\r")
    terminal.wait_for(f"moral distress instead of guilt{SAVED}")
    terminal.wait_for(r"▌moral distress +3$\n.*│   counting = guilt\?")
    terminal.type(":2\r")
    terminal.wait_for("¶ 2 of 4")
    terminal.type("tmoral\r")
    terminal.wait_for(f"¶ 2 tagged moral distress{SAVED}")
    terminal.wait_for(r"▌guilt +2$\n.*▌moral distress +3$")


def merged(terminal: Terminal) -> None:
    terminal.press("c")
    terminal.wait_for("3 tags · locked")
    terminal.type("/guilt")
    terminal.wait_for("1 of 3")
    terminal.press("enter")
    terminal.press("g")
    terminal.wait_for("merge guilt into")
    terminal.type("moral\r")
    terminal.wait_for(f"1 annotation; ¶ 2 has both.*{SAVED}")
    terminal.press("escape")  # no filter is left to drop
    terminal.wait_for("¶ 2 of 4")


def five_more_edits(terminal: Terminal) -> None:
    for keys, said in (
        ("r", "¶ 2 reviewed"),
        ("r", "¶ 2 not reviewed"),
        (":3\r1", "¶ 3 tagged"),
        ("r", "¶ 3 reviewed"),
    ):
        terminal.type(keys)
        terminal.wait_for(f"{said}.*{SAVED}")
    terminal.type("aask again\x1b")
    terminal.wait_for(f"¶ 3 note, 2 words{SAVED}")


def the_merge_alone_is_taken_back(room: Room) -> None:
    before = room.run("tags")
    assert "guilt" not in before
    found = json.loads(room.run("history", "--tag", "guilt", "--json"))
    (merge,) = [row for row in found if row["command"] == "tag-merge"]
    room.run("undo", merge["id"])
    rows = list(csv.DictReader(room.run("export", "csv").splitlines()))
    tagged = sorted((row["paragraph"], row["tag"], row["note"]) for row in rows)
    assert tagged == [
        ("2", "guilt", ""),
        ("2", "moral distress", ""),
        ("2", "triage", ""),
        ("3", "", "ask again"),
        ("3", "triage", ""),
        ("4", "moral distress", "counting = guilt?"),
    ]
    assert [row["quote"] for row in rows if row["unit"] == "span"] == [WORDS]


def the_quotes(room: Room) -> None:
    text = room.run("export", "quotes")
    under = text.split("## moral distress")[1].split("\n## ")[0]
    assert "You tell yourself you chose well" in under
    assert "p07, ¶ 4" in under
    assert "counting" in under
