"""A new user's first hour at a real terminal, as the story is told: a CSV by tonight."""

from __future__ import annotations

import csv

from tests.terminal.harness import Room, Terminal

FLOOD = """Flood barrier opened two hours late

The barrier opened two hours after the warning, the water office said.

Share

Residents of the lower town carried beds upstairs.

"Nobody rang us," a shopkeeper said.
"""


def test_a_csv_by_tonight(room: Room) -> None:
    room.write("flood.txt", FLOOD)
    with room.terminal("flood.txt") as terminal:
        one_question(terminal)
        text_in_sight(terminal)
        a_new_tag(terminal)
        reviewed_and_tagged_again(terminal)
        a_note_and_a_search(terminal)
        undone_and_redone(terminal)
        rows = exported_twice(terminal, room)
        assert terminal.quit() == 0
        assert terminal.left_as_it_was() == []
    assert [row["tag_path"] for row in rows].count("failure > warning") == 2
    assert [(row["tag_path"], row["note"]) for row in rows if row["note"]] == [("", "beds: ask for photographs")]
    assert_quotes(rows, FLOOD)
    with room.terminal() as terminal:
        terminal.wait_for("¶ 4 of 5")
        assert terminal.quit() == 0


def one_question(terminal: Terminal) -> None:
    terminal.wait_for(r"data\?")
    assert terminal.text.count("?") == 1
    terminal.press("enter")


def text_in_sight(terminal: Terminal) -> None:
    terminal.wait_for("Flood barrier opened two hours late .*¶ 2 of 5")
    terminal.wait_for("^ ▶.*  2 .*The barrier opened two hours after the warning")
    terminal.wait_for(r"project .*data")
    terminal.wait_for(r"\bt tag.*\Z")
    terminal.wait_for(r"Share +\(furniture\)")


def a_new_tag(terminal: Terminal) -> None:
    """Tag in the pane, slot 1 filled, saved with the time; not reviewed yet."""
    terminal.press("t")
    terminal.wait_for("tag ¶ 2")
    terminal.type("failure/warning")
    terminal.wait_for("new tag “failure/warning”")
    terminal.press("enter")
    terminal.wait_for(r"¶ 2 tagged .*warning.* · saved \d\d:\d\d:\d\d")
    terminal.wait_for("failure › warning +1")
    terminal.wait_for("1 warning")
    terminal.wait_for(r"\A.* 0 of 3 reviewed")


def reviewed_and_tagged_again(terminal: Terminal) -> None:
    terminal.press("enter")
    terminal.wait_for("¶ 4 of 5 .*1 of 3 reviewed")  # past the debris
    terminal.wait_for("✓ +2 ")
    terminal.press("1")
    terminal.wait_for("¶ 4 tagged .*warning.* · saved")
    terminal.press("1")
    terminal.wait_for("already there")
    terminal.wait_for(r"\A.* 2 coded")


def a_note_and_a_search(terminal: Terminal) -> None:
    terminal.press("a")
    terminal.wait_for("note on ¶ 4")
    terminal.type("beds: ask for photographs")
    terminal.wait_for("photographs")
    terminal.press("escape")
    terminal.wait_for("¶ 4 note.* · saved")
    terminal.wait_for("│ +beds: ask for photographs")
    terminal.press("/")
    terminal.type("rang")
    terminal.wait_for("1/1")
    terminal.press("enter")
    terminal.wait_for("¶ 5 of 5")
    terminal.wait_for("1/1")
    terminal.press("escape", "x")
    terminal.wait_for("nothing to take off")


def undone_and_redone(terminal: Terminal) -> None:
    terminal.press("u")
    terminal.wait_for("undone: wrote a note on ¶ 4.* · saved")
    terminal.wait_gone("beds: ask for")
    terminal.press("U")
    terminal.wait_for("redone: wrote a note on ¶ 4.* · saved")
    terminal.wait_for("│ +beds: ask for photographs")


def exported_twice(terminal: Terminal, room: Room) -> list[dict[str, str]]:
    """The rows of the first export; the second, with another delimiter, asks before it overwrites."""
    path = room.folder / "annotations.csv"
    terminal.press("e")
    terminal.wait_for("3 rows will be written to")
    terminal.press("enter", "enter")
    terminal.wait_for("3 rows written to .*annotations.csv")
    first = path.read_bytes()
    terminal.press("e")
    terminal.wait_for("3 rows will be written")
    terminal.press("down", "down", "right")
    terminal.wait_for("semicolon")
    terminal.press("enter", "enter")
    terminal.wait_for("(?i)overwrite|replace")
    assert path.read_bytes() == first
    terminal.press("enter")
    terminal.wait_gone("semicolon|(?i:overwrite|replace)")
    terminal.wait_for("3 rows written to .*annotations.csv")
    terminal.wait_beside(lambda: path.read_bytes().count(b";") > 3 * 20, "the second export")
    return list(csv.DictReader(first.decode("utf-8-sig").splitlines(keepends=True)))


def assert_quotes(rows: list[dict[str, str]], text: str) -> None:
    """Every quote is what stands in the text at its offsets."""
    assert rows
    for row in rows:
        assert text[int(row["char_start"]) : int(row["char_end"])] == row["quote"]


def test_the_same_on_a_longer_article_with_keys_typed_ahead(harbour: Room) -> None:
    text = (harbour.folder / "harbour-news.txt").read_text(encoding="utf-8")
    with harbour.terminal() as terminal:
        terminal.wait_for(r"¶ 4 of 29 .* 0 of \d+ reviewed")
        # As a slow line delivers it, all at once: what belongs to a dialog gets there.
        terminal.type("tharm/hunger\rjaseen: twice, at ¶ 6\x1b")
        terminal.wait_for("¶ 5 note, 5 words · saved")
        terminal.type("1j" * 12)
        terminal.press("G", "1")
        terminal.wait_for("¶ 29 tagged .*hunger.* · saved")
        terminal.press("T")
        terminal.type("port\r")
        terminal.wait_for("tagged .*port.* · saved")
        assert terminal.quit() == 0
    rows = list(csv.DictReader(harbour.run("export", "csv").splitlines(keepends=True)))
    spans = [row for row in rows if row["char_start"]]
    assert_quotes(spans, text)
    assert len([row for row in spans if row["tag"] == "hunger"]) == 1 + 12 + 1
    assert [row["note"] for row in rows if row["note"]] == ["seen: twice, at ¶ 6"]
    assert [(row["unit"], row["tag"]) for row in rows if not row["char_start"]] == [("article", "port")]
