"""Outside text is never control and never markup: bytes read from a real terminal, in every screen and every command."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from reader.edits import new_id, now
from reader.model import Tag
from reader.project import Project
from tests.projects import new_article
from tests.terminal.harness import READER, Room, Terminal
from tests.terminal.hostile import CORPUS, MARKUP, nameable, one_line
from tests.terminal.wire import foreign

TITLE = one_line("A title " + " ".join(CORPUS.values()))
ALL = list(CORPUS.values())
WORDS = "needle"


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A project where everything that can be hostile is: texts, titles, sources, tags, descriptions, notes, a file name."""
    room = Room(tmp_path_factory.mktemp("evil"))
    Project.create(room.data, name="p\x1b]0;x\x07 [/] \u202e")
    project = Project.open(room.data, coder="anna")
    parts = ["A quiet start", *(f"{WORDS} {one_line(text)} end" for text in ALL)]
    project.import_articles(
        [
            new_article(parts, source="/tmp/\x1b]0;file\x07[/]\u202e.txt", title=TITLE),
            *(new_article([name, f"{WORDS} {n}: {one_line(text)}"], source=text[:40] + ".txt", title=one_line(text)[:80])
              for n, (name, text) in enumerate(CORPUS.items())),
        ]
    )  # fmt: skip
    article = next(iter(project.articles.values()))
    for number, text in enumerate(ALL, 2):
        # Names that our own commands refuse may still stand in a file that another program wrote.
        tag = Tag(id=new_id("t"), name=text[:60] or "x", created=now(), description=one_line(text))
        anchor = project.paragraph_anchor(article, number)
        marks = [
            project.annotation("paragraph", article=article, anchor=anchor, tag=tag.id, note=text),
            project.annotation("paragraph", article=article, anchor=anchor, note=f"note {text}"),
        ]
        project.apply("tag", [(None, tag), *((None, mark) for mark in marks)])
    project.flush()
    project.close()
    return room


def assert_own(terminal: Terminal, *, full_screen: bool = True) -> None:
    assert foreign(bytes(terminal.received), full_screen=full_screen) == []


def test_what_is_judged_is_seen() -> None:
    """The judge itself: it finds every sequence, control and invisible sign of the corpus, and lets ours pass."""
    for name, text in CORPUS.items():
        found = foreign(text.encode("utf-8", "surrogatepass"))
        plain = name.startswith(("markup", "plain")) or name == "sequence: colours"
        assert bool(found) is not plain or name in ("sequence: erase", "sequence: modes"), (name, found)
    assert foreign("\x1b[1;1H\x1b[38;2;1;2;3mשלום ¶ e\u0301\x1b[0m\x1b[?25l".encode()) == []
    assert foreign(b"\x1b[31m", full_screen=False)
    assert foreign(b"half \x1b[3")


def test_every_screen_shows_it_and_is_not_steered(evil: Room) -> None:
    count = len(ALL) + 1
    with evil.terminal() as terminal:
        terminal.wait_for(rf"¶ \d+ of {count} ")
        terminal.press("g")
        for number in range(2, count + 1):
            sent = len(terminal.received)
            terminal.press("j")
            terminal.wait_bytes(f"¶ {number} of {count}", sent)
        in_the_dialogs(terminal)
        in_the_search_here(terminal)
        in_other_screens(terminal)
        in_the_library_search(terminal)
        assert terminal.quit() == 0
        assert_own(terminal)
        assert terminal.left_as_it_was() == []


def in_the_dialogs(terminal: Terminal) -> None:
    terminal.press("g", "j", "tab", "tab", "t")
    terminal.wait_for("tag ¶ 2")
    for _ in ALL:
        terminal.press("down")
    terminal.paste("".join(MARKUP.values()))
    terminal.wait_for("new tag")
    leave(terminal)
    terminal.press("T")
    terminal.wait_for("tag (?!¶)")
    leave(terminal)
    for text in ("".join(ALL[:20]), "".join(ALL[20:])):
        terminal.press("a")
        terminal.wait_for("note on ¶ 2")
        terminal.paste(text)
        terminal.settle(0.1)
        terminal.press("ctrl+g")
        terminal.wait_for("── slots")


def in_the_search_here(terminal: Terminal) -> None:
    terminal.press("/")
    terminal.paste("".join(ALL))
    terminal.settle(0.1)
    leave(terminal)
    terminal.press("/")
    terminal.type("end\r")
    terminal.wait_for(r"\d+/\d+")
    terminal.press("n", "n", "N")
    leave(terminal)


def in_other_screens(terminal: Terminal) -> None:
    for key, said in (
        ("l", "library"),
        ("f", "(?i)search"),
        ("?", "(?i)keys"),
        ("e", "Export"),
        (":", "(?i)palette|command|quit"),
    ):
        terminal.press(key)
        terminal.wait_for(said)
        for _ in range(12):
            terminal.press("down")
        terminal.settle(0.1)
        leave(terminal)


def in_the_library_search(terminal: Terminal) -> None:
    terminal.press("f")
    terminal.type(f"{WORDS}\r")
    terminal.wait_for("(?i)hits")
    for _ in range(30):
        terminal.press("down")
    terminal.press("enter")
    terminal.wait_for(r"¶ \d+ of \d+ ")
    terminal.press("f", "/")
    terminal.paste("".join(MARKUP.values()))
    terminal.press("enter")
    terminal.settle(0.2)
    leave(terminal)


def leave(terminal: Terminal) -> None:
    """Back to the text."""
    for _ in range(5):
        terminal.settle(0.05)
        shown = terminal.text
        if " of " in terminal.title and "── slots" in shown and "╭" not in shown and not terminal.said.startswith(" /"):
            return
        terminal.press("escape")
        terminal.settle(0.2)
    raise AssertionError(f"there is no way back:\n{terminal.text}")


def test_markup_is_shown_as_it_stands_and_does_nothing(evil: Room) -> None:
    count = len(ALL) + 1
    first = ALL.index(MARKUP["closing"]) + 2
    with evil.terminal() as terminal:
        terminal.wait_for(rf"¶ \d+ of {count} ")
        terminal.type(f":{first}\r")
        terminal.wait_for(f"¶ {first} of {count}")
        terminal.wait_for(r"needle \[/\] \[/b\] \[/red\] end")
        row, column = terminal.place("[@click=app.quit]press me[/]")
        on_it = column + len("[@click=app.quit]") + 1
        terminal.type(f"\x1b[<0;{on_it};{row}M\x1b[<0;{on_it};{row}m")
        terminal.wait_for(f"¶ {first + 1} of {count}")  # the click selects, no more
        terminal.wait_for(r"▌\[@click=app.quit\]press")  # the tag in the pane, its last words on the next row
        terminal.type(f":{first + 3}\r")
        terminal.wait_for(r"\[link=https://example.invalid\]a link\[/link\]")
        assert terminal.quit() == 0
        assert_own(terminal)


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("articles",),
    ("articles", "--json"),
    ("show", "1"),
    ("show", "1", "--json"),
    ("tags",),
    ("tags", "--json"),
    ("notes",),
    ("notes", "--json"),
    ("search", WORDS),
    ("search", WORDS, "--json"),
    ("search", "nothing\x1b]0;x\x07 like this \u202e"),
    ("history",),
    ("history", "--json"),
    ("export", "csv", "-o", "out\x1b[2J.csv"),
    ("doctor",),
    ("next", "1"),
    ("review", "1", "3"),
    ("tag", "1", "4", nameable(MARKUP["action"]), "--create"),
    ("note", "1", "5", "".join(ALL).replace("\x00", "")[:2000]),
    ("undo",),
    ("redo",),
    ("tag", "1", "2", "no such\x1b]0;x\x07\u202etag"),
    ("tag", "1", "2", "bad\x1b[31m/na;me", "--create"),
    ("show", "no such \x1b]52;c;eA==\x07 article"),
    ("show", "1\u202e"),
    ("\x1b]0;title\x07",),
    ("import", "missing\x1b]0;x\x07\u202e.txt"),
    ("--project", "no\x1b[2J\u202ewhere", "articles"),
    ("--coder", "An\x1b[31mna", "articles"),
    ("export", "no\x1b[31msuch"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: re.sub(r"[^a-z0-9 -]", "_", " ".join(words))[:40])
def test_every_command_at_a_terminal(evil: Room, words: tuple[str, ...]) -> None:
    with evil.terminal(*words) as terminal:
        terminal.end()
        assert_own(terminal, full_screen=False)
        assert b"Traceback" not in terminal.received
        assert b"in the program itself" not in terminal.received


def test_file_names_that_are_no_text(tmp_path: Path) -> None:
    room = Room(tmp_path)
    names = [
        b"caf\xe9.txt",
        b"\x1b]0;x\x07.txt",
        b"[@click=app.quit]x[b].txt",
        "\u202egpj.txt".encode(),
        b"\xff\xfe.txt",
    ]
    for number, name in enumerate(names):
        path = os.fsencode(room.folder / "in") + b"/" + name
        (room.folder / "in").mkdir(exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123  pathlib takes no bytes
            file.write(f"Title {number}\n\nSome words in number {number}.\n")
    with Terminal([*READER, "--project", "data", "import", "in"], cwd=room.folder, env=room.environment()) as terminal:
        assert terminal.end() in (0, 1)
        assert_own(terminal, full_screen=False)
    with room.terminal() as terminal:
        terminal.wait_for("¶ 2 of 2")
        terminal.press("l")
        terminal.wait_for("Title 1")
        terminal.press("i")
        terminal.type("in/")
        terminal.settle(0.2)
        terminal.press("tab")
        terminal.settle(0.2)
        terminal.press("escape")
        terminal.settle(0.2)
        terminal.press("escape")
        terminal.wait_for("── slots")
        assert terminal.quit() == 0
        assert_own(terminal)
    with room.terminal("articles") as terminal:
        assert terminal.end() == 0
        assert_own(terminal, full_screen=False)
