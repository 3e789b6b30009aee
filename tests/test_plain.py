"""The line mode: story E through a pipe and at a terminal, what each line does, signals, errors, a full disk."""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader import commands, fs
from reader.cli.named import named
from reader.commands.near import near_tags
from reader.commands.spans import span
from reader.errors import ReaderError
from reader.plain.lines import TABLE, obey
from reader.plain.talk import Talk
from reader.plain.voice import Voice, spoken
from reader.project import Project
from tests.loaded import loaded
from tests.projects import add_tag, make_project, new_article, the_article
from tests.terminal.harness import DEADLINE, READER, Room, Terminal

FLOOD = """Flood barrier opened two hours late

The barrier opened two hours after the warning, the water office said.

Share

Residents of the lower town carried beds upstairs.

"Nobody rang us," a shopkeeper said.
"""
SAVED = re.compile(r"Saved \d\d:\d\d:\d\d\.")
HIGHEST = "\u2500"
"""No sign of ours stands here or above: boxes, blocks, arrowheads, ticks."""


def piped(room: Room, typed: str | bytes, *arguments: str, code: int = 0, **more: str) -> tuple[str, str]:
    """What `reader` says on standard output and standard error when lines come through a pipe."""
    done = subprocess.run(
        [*READER, *arguments],
        cwd=room.folder,
        env=room.environment(**more),
        input=typed.encode() if isinstance(typed, str) else typed,
        capture_output=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def assert_plain(text: str, *, known: str = "") -> None:
    """No escape sequence, no control, and no sign from U+2500 on that is not in the text."""
    assert not {sign for sign in text if sign < " " and sign not in "\n\t\r"}
    assert not {sign for sign in text if sign >= HIGHEST} - set(known)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """An empty folder with a home of its own."""
    return Room(tmp_path)


@pytest.fixture
def flood(room: Room) -> Room:
    """A room with an empty project and the story's text beside it."""
    room.write("flood.txt", FLOOD)
    room.run("init")
    return room


# -- story E --------------------------------------------------------------------------------------------

LINES = """
t failure/warning
t warnin
1
span "carried beds upstairs" failure/warning
a beds: ask for photographs
/rang
u
where
tags
q
"""
ANSWERS = """\
Plain mode. Flood barrier opened two hours late. Paragraph 2 of 5, not reviewed. Tags: none.
The barrier opened two hours after the warning, the water office said.
>
Reviewed paragraph 2. Saved 21:40:02.
Type u to undo.
Paragraph 4 of 5, not reviewed. Tags: none.
Residents of the lower town carried beds upstairs.
>
Tagged paragraph 4: failure > warning. Saved 21:40:02.
New in the codebook: failure > warning.
>
No tag warnin. Nearest: 1 failure > warning. Type 1, or `new warnin`.
>
Already there: failure > warning on paragraph 4.
>
Tagged “carried beds upstairs” in paragraph 4: failure > warning. Saved 21:40:02.
>
Noted on paragraph 4, 4 words. Saved 21:40:02.
>
1 hit, paragraph 5.
Paragraph 5 of 5, not reviewed. Tags: none.
"Nobody rang us," a shopkeeper said.
>
Undone: wrote a note on paragraph 4 of “Flood barrier opened two hours late”. Saved 21:40:02.
Paragraph 4 of 5, not reviewed. Tags: failure > warning.
>
Project data, in FOLDER/data.
Coder anna.
Article 1 of the library, Flood barrier opened two hours late.
Paragraph 4 of 5, not reviewed. Tags: failure > warning.
Span “carried beds upstairs”: failure > warning.
1 of 3 reviewed.
1 paragraph coded.
Everything is saved.
>
failure, 0 annotations.
failure > warning, 2 annotations.
>
"""


def test_story_e_through_a_pipe(flood: Room) -> None:
    out, talk = piped(flood, LINES, "read", "flood.txt", TERM="dumb")
    assert_plain(out + talk)
    said = SAVED.sub("Saved 21:40:02.", out).replace(str(flood.folder.resolve()), "FOLDER")
    assert [line.rstrip() for line in said.splitlines()] == ANSWERS.splitlines()
    assert "article 1" in talk
    assert "project is in data" in talk
    shown = flood.run("show", "1").splitlines()
    assert "¶ 2 (reviewed)  The barrier opened two hours after the warning, the water office said." in shown
    assert shown.count("    tag: failure > warning") == 1
    assert shown.count("    tag: “carried beds upstairs” failure > warning") == 1
    rows = list(csv.DictReader(flood.run("export", "csv").splitlines(keepends=True)))
    assert [(row["unit"], row["tag_path"]) for row in rows] == [
        ("paragraph", "failure > warning"),
        ("span", "failure > warning"),
    ]
    assert rows[1]["quote"] == "carried beds upstairs" == FLOOD[int(rows[1]["char_start"]) : int(rows[1]["char_end"])]
    # The same place the next time, and without a word of what is typed above the text.
    again, _ = piped(flood, "", READER_PLAIN="1")
    assert again.startswith("Plain mode. Flood barrier opened two hours late. Paragraph 4 of 5")


class Listener:
    """A terminal where one listens: what was said since the last line typed."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._from = 0

    def type(self, line: str) -> None:
        self._from = len(self.terminal.received)
        self.terminal.type(f"{line}\r")

    @property
    def heard(self) -> str:
        return self.terminal.received[self._from :].decode().replace("\r\n", "\n")

    def until(self, words: str) -> None:
        self.terminal.wait_until(lambda: words in self.heard, repr(words))

    def answers(self, line: str, *words: str) -> str:
        """Type a line and wait for the prompt behind some words."""
        self.type(line)
        for each in words:
            self.until(each)
        self.terminal.wait_until(lambda: self.heard.endswith("\n> "), "a prompt")
        return self.heard


def test_story_e_at_a_terminal(room: Room) -> None:
    room.write("flood.txt", FLOOD)
    editor = room.write(
        "editor.py", "import pathlib, sys\npathlib.Path(sys.argv[1]).write_text('beds\\nphotographs\\n')\n"
    )
    with room.terminal("read", "flood.txt", TERM="dumb", EDITOR=f"{sys.executable} {editor}") as terminal:
        ear = Listener(terminal)
        ear.until("data? [Enter: yes, q: quit]")
        heard = ear.answers(
            "", "Plain mode. Flood barrier opened two hours late. Paragraph 2 of 5, not reviewed. Tags: none."
        )
        assert heard.count("?") == 0
        assert "The barrier opened two hours after the warning" in heard
        ear.answers("", "Reviewed paragraph 2. Saved", "Paragraph 4 of 5, not reviewed.")
        for number, line in enumerate(("t failure/warning", 'span "carried beds upstairs" failure/warning')):
            assert SAVED.search(ear.answers(line, "Saved"))
            # What is said to be saved is on the disk: the import, the review, and each of these.
            assert len(room.edits()) == 3 + number
        assert "No tag warnin. Nearest: 1 failure > warning. Type 1, or `new warnin`." in ear.answers(
            "t warnin", "Type 1"
        )
        assert "failure > warning" in ear.answers("1", "Already there")
        assert "Noted on paragraph 4, 2 words. Saved" in ear.answers("a", "Saved")
        assert "Added to the note on paragraph 4, now 4 words." in ear.answers("a two more", "Saved")
        assert "Note: beds\nphotographs\ntwo more\n" in ear.answers(".", "Paragraph 4")
        assert "1 hit, paragraph 5.\n" in ear.answers("/rang", "shopkeeper")
        assert "Undone: changed a note on paragraph 4" in ear.answers("u", "Paragraph 4 of 5")
        for line in ("where", "keys", "tags", "notes"):
            facts = ear.answers(line, "\n")
            assert len(facts.splitlines()) > 1
        assert list((room.data / "drafts" / "anna").iterdir()) == []
        ear.type("q")
        assert terminal.end() == 0
        assert terminal.left_as_it_was() == []
        assert_plain(terminal.received.decode())
    assert "    note: photographs" in room.run("show", "1").splitlines()


# -- how it starts --------------------------------------------------------------------------------------


def test_without_a_project_and_nobody_to_ask_it_names_init(room: Room) -> None:
    room.write("flood.txt", FLOOD)
    for arguments in (["read", "flood.txt"], ["read"], ["flood.txt"], []):
        out, said = piped(room, "q\n", *arguments, code=2, TERM="dumb")
        assert (out, "reader init" in said) == ("", True)
    out, said = piped(room, "q\n", "read", "flod.txt", code=2)
    assert "flod.txt" in said
    assert [path.name for path in room.folder.iterdir()] == ["flood.txt"]
    out, said = piped(room, "q\n", "--project", "p", "read", "flood.txt")
    assert "Made a project in p." in said
    assert "Paragraph 2 of 5" in out


def test_it_is_chosen_where_nothing_can_be_drawn(flood: Room) -> None:
    for out, _ in (
        piped(flood, "q\n", "flood.txt", TERM="dumb"),
        piped(flood, "q\n", READER_PLAIN="1"),
        piped(flood, "q\n", "open", "1", TERM="dumb"),
    ):
        assert out.startswith("Plain mode. Flood barrier")
    piped(flood, "q\n", code=2)
    piped(flood, "q\n", code=2, READER_PLAIN="0")
    piped(flood, "q\n", code=2, TERM="")
    for ref in ("1", "flood.txt"):
        (flood.folder / "flood.txt").unlink(missing_ok=True)
        assert "Paragraph 2 of 5" in piped(flood, "q\n", "read", ref)[0]
    assert "nearest is 1" in piped(flood, "", "read", "flod.txt", code=2)[1]


def test_an_empty_library_is_said(flood: Room) -> None:
    assert "The library is empty" in piped(flood, "", "read", code=2)[1]


def test_what_it_does_not_need_is_not_loaded(flood: Room) -> None:
    flood.run("import", "flood.txt")
    code = "from reader.cli import run\nassert run(['read']) == 0"
    heavy = {"textual", "rich", "tomlkit", "platformdirs"}
    assert not loaded(code, heavy, cwd=flood.folder, env=flood.environment(), stdin="t harm\n")


# -- how it ends ----------------------------------------------------------------------------------------


def test_a_signal_saves_and_leaves(flood: Room) -> None:
    flood.run("import", "flood.txt")
    for number, name in enumerate(("SIGTERM", "SIGHUP"), 1):
        with flood.terminal("read", TERM="dumb") as terminal:
            ear = Listener(terminal)
            ear.until("\n> ")
            ear.answers(f"t {name}", "Saved")
            terminal.send_signal(getattr(signal, name))
            assert terminal.end() == 0
            assert len(flood.edits()) == 1 + number


def test_a_terminal_that_goes_away_ends_it(flood: Room) -> None:
    flood.run("import", "flood.txt")
    with flood.terminal("read", TERM="dumb") as terminal:
        ear = Listener(terminal)
        ear.until("\n> ")
        ear.answers("4", "Residents")
        terminal.hang_up()
        assert terminal.end() == 0
    assert "Paragraph 4 of 5" in piped(flood, "", "read")[0]


def test_ctrl_c_leaves_the_line_and_twice_the_program(flood: Room) -> None:
    flood.run("import", "flood.txt")
    with flood.terminal("read", TERM="dumb") as terminal:
        ear = Listener(terminal)
        ear.until("\n> ")
        terminal.type("t half a wor\x03")
        ear.until("Nothing was done. Ctrl+c again leaves.\n> ")
        ear.answers("where", "Tags: none.")
        terminal.type("\x03")
        ear.until("Ctrl+c again leaves.\n> ")
        terminal.type("\x03")
        assert terminal.end() == 0
        assert terminal.left_as_it_was() == []
    assert len(flood.edits()) == 1


ANOTHER_THREAD = """
import os, signal, sys, threading
from reader.plain.voice import Voice

def interrupt():
    os.read(int(sys.argv[1]), 1)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)

threading.Thread(target=interrupt, daemon=True).start()
voice = Voice()
with voice.listening():
    print(voice.hear(), flush=True)
"""


def test_ctrl_c_is_heard_whichever_thread_it_reaches() -> None:
    """A read of the main thread sleeps on then, as it does where the signal came just before it."""
    go, ready = os.pipe()
    command = [sys.executable, "-c", ANOTHER_THREAD, str(go)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[go]) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            assert child.stdout.read(2) == b"> "
            os.write(ready, b"!")
            assert child.stdout.readline() == b"\n"
            assert child.stdout.readline() == b"Nothing was done. Ctrl+c again leaves.\n"
            child.stdin.write(b"where\n")
            child.stdin.close()
            assert child.stdout.read() == b"> \nwhere\n"
            assert child.wait() == 0
        finally:
            child.kill()
            os.close(go)
            os.close(ready)


def test_a_note_in_the_editor_outlives_the_end(flood: Room) -> None:
    flood.run("import", "flood.txt")
    script = flood.write(
        "editor.py",
        "import os, pathlib, sys, time\npath = pathlib.Path(sys.argv[1])\nprint('was', path.read_text())\n"
        "print(oct(path.stat().st_mode & 0o777), path.parent.parent.name)\npath.write_text('half a thought')\n"
        "print('typing', flush=True)\nsys.stdin.readline()\n",
    )
    editor = f"{sys.executable} {script}"
    with flood.terminal("read", TERM="dumb", EDITOR=editor) as terminal:
        ear = Listener(terminal)
        ear.until("\n> ")
        ear.type("a")
        ear.until("typing")
        assert "0o600 drafts" in ear.heard
        terminal.send_signal(signal.SIGTERM)
        assert terminal.end() == 0
    assert len(flood.edits()) == 1
    with flood.terminal("read", TERM="dumb", EDITOR=editor) as terminal:
        ear = Listener(terminal)
        ear.until("was being typed, 3 words. There, type a to go on with it.")
        ear.until("\n> ")
        ear.type("a")
        ear.until("was half a thought")
        ear.answers("", "Noted on paragraph 2, 3 words. Saved")
        ear.type("q")
        assert terminal.end() == 0
    assert list((flood.data / "drafts" / "anna").iterdir()) == []


# -- what cannot be right -------------------------------------------------------------------------------


def test_what_is_no_text_changes_nothing(flood: Room) -> None:
    flood.run("import", "flood.txt")
    out, _ = piped(flood, b"\x1b[A\nt caf\xe9\n\x1b\n", "read")
    assert out.count("Nothing was done.") == 3
    assert_plain(out)
    assert len(flood.edits()) == 1


def test_text_that_would_steer_a_terminal_is_said_harmlessly(room: Room) -> None:
    room.write("evil.txt", "A title\n\nText \x1b]52;c;b3duZWQ=\x07 and \x9b31m more \u202e turned.\n")
    out, _ = piped(room, 't x/y\nspan "more" y\n', "--project", "p", "read", "evil.txt")
    assert "more ? turned" in out
    assert_plain(out)
    assert spoken("a\u202eb\ufffd") == "a?b\ufffd"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = make_project(tmp_path / "data", coder="anna")
    yield made
    made.close()


@pytest.fixture
def talk(project: Project) -> Talk:
    return Talk(project, Voice(), named(project), the_article(project).id)


def heard(talk: Talk, capfd: pytest.CaptureFixture[str], *lines: str) -> list[str]:
    """What is said to the last of some lines."""
    for line in lines:
        capfd.readouterr()
        obey(talk, line)
    return SAVED.sub("Saved.", capfd.readouterr().out).splitlines()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("t", "Which tag? Type its name or path, such as t harm/strike."),
        ("t a//b", "A tag needs a name."),
        ("span beds harm", 'Type span, the words in quotes, a tag: span "carried beds upstairs" harm/loss.'),
        ('span "planes" harm', "“planes” does not stand in paragraph 2 of Flood barrier opened two hours late."),
        ("x", "Nothing to take off paragraph 2."),
        ("x harm", "There is no tag 'harm'."),
        ("s harm", "Type s, the tag that is there, the new one: s blame harm/strike; with blanks in a name: s a b; c."),
        ("6", "There is no paragraph 6; this article has 5."),
        ("0", "There is no paragraph 0; this article has 5."),
        ("9" * 30, f"There is no paragraph {'9' * 30}; this article has 5."),
        ("/", "Which word? Type it after the stroke, such as /rang."),
        ("/planes", "No hit for planes in this article. `search planes` looks in the whole library."),
        ("n", "Nothing was searched yet. Type /word."),
        ("b", "There is nowhere to go back to."),
        (">", "This is the last article."),
        ("U", "There is nothing to redo."),
        ("u", "What is left to undo is the import of this text. Type q; then `reader undo` takes it back."),
        ("export csv", "Type the format and a file, such as export csv annotations.csv."),
        ("export csv /no/such/folder/a.csv", "There is no folder '/no/such/folder' to write 'a.csv' into."),
        ("serach rang", "There is no command serach. The nearest is search. Type keys for all."),
        ("show", "ARTICLE is missing; `reader show --help` shows how."),
        ("show 9", "There is no article '9'; the last one has the number 1."),
        ("restore", "That works only on the command line: type q, then reader restore."),
        ("a", "There is no terminal for an editor here. Type a and the text."),
    ],
)
def test_an_error_is_one_sentence(
    talk: Talk, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    before = len(list(talk.project.edits()))
    assert heard(talk, capfd, line) == [said]
    assert len(list(talk.project.edits())) == before


# -- line by line ---------------------------------------------------------------------------------------


def test_going_about(talk: Talk, capfd: pytest.CaptureFixture[str]) -> None:
    def at(*lines: str) -> str:
        return next(line for line in heard(talk, capfd, *lines) if line.startswith("Paragraph"))

    assert at("j").startswith("Paragraph 4 of 5")
    assert at("k").startswith("Paragraph 2 of 5")
    assert at("k").startswith("Paragraph 1 of 5, heading, not reviewed.")
    assert heard(talk, capfd, "k") == ["This is the first paragraph."]
    assert at("3").startswith("Paragraph 3 of 5, furniture")
    assert at("").startswith("Paragraph 4 of 5")
    assert not talk.project.marks(talk.article.id).reviews
    assert at("b").startswith("Paragraph 3")
    assert at("b").startswith("Paragraph 1")
    assert heard(talk, capfd, "/THE") == ["No hit for THE in this article. `search THE` looks in the whole library."]
    assert heard(talk, capfd, "/the")[0] == "4 hits, paragraphs 2, 4."
    assert at("n").startswith("Paragraph 4")
    assert heard(talk, capfd, "n")[0] == "Round to the first hit."
    assert at("N").startswith("Paragraph 4")
    assert talk.project.state.positions[talk.article.id] == 4


def test_a_question_is_answered_or_left(talk: Talk, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("strike", "strikes"):
        add_tag(talk.project, name)
    (asked,) = heard(talk, capfd, "t strik")
    assert asked == "No tag strik. Nearest: 1 strike, 2 strikes. Type 1 to 2, or `new strik`."
    assert heard(talk, capfd, "7") == ["There is no 7 to choose. Enter leaves the question."]
    assert heard(talk, capfd, "2")[0] == "Tagged paragraph 2: strikes. Saved."
    # Enter leaves it and reviews nothing; another line does what it says; a number is a paragraph again.
    assert heard(talk, capfd, "t strik", "") == ["Nothing was done."]
    assert heard(talk, capfd, "t strik", "j", "2")[0].startswith("Paragraph 2 of 5, not reviewed. Tags: strikes.")
    assert heard(talk, capfd, "t strik; other", "new strik") == [
        "Tagged paragraph 2: strik, other. Saved.",
        "New in the codebook: strik, other.",
    ]
    assert heard(talk, capfd, "new strikez")[1] == "New in the codebook: strikez."
    assert not talk.project.marks(talk.article.id).reviews


def test_several_tags_of_one_name_are_asked_about(talk: Talk, capfd: pytest.CaptureFixture[str]) -> None:
    heard(talk, capfd, "t air/strike; work/strike", "4")
    (asked,) = heard(talk, capfd, "t strike")
    assert asked == "Several tags are called strike: 1 air > strike, 2 work > strike. Type 1 to 2."
    assert heard(talk, capfd, "2")[0] == "Tagged paragraph 4: work > strike. Saved."


def test_a_locked_codebook_offers_no_new_tag(talk: Talk, capfd: pytest.CaptureFixture[str]) -> None:
    heard(talk, capfd, "t strike", "tags-lock")
    assert heard(talk, capfd, "t strik") == ["No tag strik, and the codebook is locked. Nearest: 1 strike. Type 1."]
    (said,) = heard(talk, capfd, "t talks")
    assert "locked" in said
    assert [tag.name for tag in talk.project.tags.values()] == ["strike"]


def test_taking_off_and_swapping(talk: Talk, capfd: pytest.CaptureFixture[str]) -> None:
    heard(talk, capfd, "t harm", 'span "two hours" delay', "a a thought")
    assert heard(talk, capfd, "x") == ["Take off which? 1 harm, 2 delay on “two hours”, 3 the note. Type a number."]
    assert heard(talk, capfd, "3") == ["Paragraph 2: took off the note, 2 words. Saved."]
    assert heard(talk, capfd, "s harm delay")[0] == "Paragraph 2: delay instead of harm. Saved."
    assert heard(talk, capfd, "x delay", "2") == ["Paragraph 2: took off delay. Saved."]
    assert heard(talk, capfd, "x delay") == ["Paragraph 2: took off delay. Saved."]
    assert heard(talk, capfd, "x delay") == [
        "Nothing to take off: paragraph 2 “The barrier opened two hours after…” of Flood barrier opened two hours late has no delay."
    ]


def test_words_that_stand_twice_need_a_number(talk: Talk, capfd: pytest.CaptureFixture[str]) -> None:
    (said,) = heard(talk, capfd, 'span "the w" place')
    assert said.startswith("“the w” stands 2 times in paragraph 2: 1 “")
    assert "say which one, as in span 2 “the w” and the tag" in said
    assert heard(talk, capfd, 'span 2 "the w" place')[0] == "Tagged “the w” in paragraph 2: place. Saved."
    (mark,) = talk.project.marks(talk.article.id).of(2)
    text = talk.project.text(talk.article.id)
    assert mark.anchor is not None
    assert mark.anchor.start == text.text_of(2).rindex("the w") + text.paragraph(2).start


def test_undo_names_first_what_would_surprise(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    articles = [new_article(), new_article(("Second", "Only one."), source="b.txt")]
    with_marks = make_project(tmp_path / "data", coder="anna", articles=articles)
    first, second = with_marks.articles.values()
    commands.tag(with_marks, second, [2], ["old"], create=True)
    talk = Talk(with_marks, Voice(), named(with_marks), first.id)
    (said,) = heard(talk, capfd, "u")
    assert said.startswith("Type u again to undo: put on old on paragraph 2 of “Second”, at ")
    assert with_marks.marks(second.id).annotations
    heard(talk, capfd, "where")
    assert heard(talk, capfd, "u")[0].startswith("Type u again")
    assert heard(talk, capfd, "u") == [
        "Undone: put on old on paragraph 2 of “Second”. Saved.",
        "Paragraph 2 of 2, not reviewed. Tags: none.",
    ]
    assert heard(talk, capfd, "U")[0] == "Redone: put on old on paragraph 2 of “Second”. Saved."
    with_marks.close()


def test_at_the_end_enter_goes_on_to_the_next_article(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    articles = [new_article(("One", "Body.")), new_article(("Two", "Other body."), source="b.txt")]
    project = make_project(tmp_path / "data", coder="anna", articles=articles)
    talk = Talk(project, Voice(), named(project), the_article(project).id)
    assert heard(talk, capfd, "")[-2:] == [
        "Article done, 1 of 1 reviewed.",
        "Enter goes on to the next article with something unreviewed: Two.",
    ]
    assert heard(talk, capfd, "") == ["Two.", "Paragraph 2 of 2, not reviewed. Tags: none.", "Other body."]
    assert len(project.marks(talk.article.id).reviews) == 0
    assert heard(talk, capfd, "")[-1] == "Nothing in the library is left to review. Type q to leave."
    project.close()


def test_an_export_asks_before_it_overwrites(
    talk: Talk, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("READER_CONFIG", str(tmp_path / "settings.toml"))
    (tmp_path / "settings.toml").write_text('delimiter = ";"\n')
    target = tmp_path / "my rows.csv"
    target.write_text("old")
    heard(talk, capfd, "t harm")
    assert heard(talk, capfd, f"export csv {target}") == [f"{target} exists. Type y to overwrite it."]
    assert heard(talk, capfd, "") == ["Nothing was done."]
    assert target.read_text() == "old"
    assert heard(talk, capfd, f"export csv {target}", "y") == [f"Wrote 1 row to {target}."]
    assert target.read_text(encoding="utf-8-sig").startswith("row;annotation_id;")


def test_a_command_by_its_name(talk: Talk, capfd: pytest.CaptureFixture[str]) -> None:
    assert heard(talk, capfd, "tag 1 4-5 harm --create")[0].startswith("Tagged paragraph 4–5 of Flood barrier")
    assert heard(talk, capfd, "search rang")[0].startswith("1 ¶ 5  ")
    talk.project.remove(talk.article)
    assert heard(talk, capfd, ".") == ["This article is not in the library any more.", "The library is empty now."]
    assert talk.finished


def test_others_marks_are_said_once_one_has_reviewed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    project = make_project(tmp_path / "data", coder="ben")
    commands.tag(project, the_article(project), [2], ["harm"], create=True)
    project.close()
    mine = Project.open(tmp_path / "data", coder="anna")
    talk = Talk(mine, Voice(), named(mine), the_article(mine).id)
    assert not any("ben" in line for line in heard(talk, capfd, "."))
    assert heard(talk, capfd, "r", ".")[-1] == "Tags of ben: harm."
    mine.close()


class FullDisk(fs.Disk):
    """A disk that may be full."""

    full = False

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(fd, data)


def test_what_is_not_saved_is_not_said_to_be(talk: Talk, capfd: pytest.CaptureFixture[str]) -> None:
    disk = FullDisk()
    with fs.using(disk):
        heard(talk, capfd, "r")
        disk.full = True
        (said,) = heard(talk, capfd, "t harm; new")[:1]
        assert "Saved" not in said
        assert "Not saved: the disk is full." in said
        assert "1 change not saved yet." in heard(talk, capfd, "where")
        assert heard(talk, capfd, "q")[0].endswith("Type q again to leave without what is not saved.")
        left = talk.finished
        assert not left
        disk.full = False
        assert heard(talk, capfd, "a mended") == ["Noted on paragraph 2, 1 word. Saved."]
        heard(talk, capfd, "q")
        assert talk.finished
    assert len(list(talk.project.marks(talk.article.id).annotations)) == 3


# -- laws -----------------------------------------------------------------------------------------------

TAGS = ("harm", "air/strike", "moral distress")
STEPS = st.one_of(
    st.tuples(st.just("t"), st.sampled_from(TAGS)),
    st.tuples(st.just("x"), st.sampled_from(TAGS)),
    st.tuples(st.just("span"), st.sampled_from(TAGS)),
    st.tuples(st.just("a"), st.sampled_from(("one", "two words"))),
    st.tuples(st.sampled_from(("r", "u", "U", "j", "k", "")), st.just("")),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_what_the_line_mode_does_is_what_the_commands_do(steps: list[tuple[str, str]]) -> None:
    """The same steps by typed lines and by commands leave the same marks; the place is followed by hand."""
    with tempfile.TemporaryDirectory() as folder:
        typed, called = (make_project(Path(folder, name), coder="anna") for name in ("typed", "called"))
        for each in (typed, called):
            for path in TAGS:
                commands.tag_add(each, path)
        talk = Talk(typed, Voice(), named(typed), the_article(typed).id)
        number = 2
        for step, what in steps:
            if step == "x" and len(_with(called, number, what)) != 1:
                continue  # nothing there, or a question
            obey(talk, _line(typed, number, step, what))
            if step in {"u", "U"}:
                obey(talk, step) if _asks_first(talk) else None
            number = _call(called, number, step, what)
            assert talk.number == number
        assert _marks(typed) == _marks(called)
        typed.close()
        called.close()


def _asks_first(talk: Talk) -> bool:
    return bool(talk.named_undo)


def _line(project: Project, number: int, step: str, what: str) -> str:
    if step == "span":
        return f'span "{_first_word(project, number)}" {what}'
    return f"{step} {what}".strip()


def _first_word(project: Project, number: int) -> str:
    """Long enough to stand there once."""
    return project.text(the_article(project).id).text_of(number)[:20].rstrip()


def _with(project: Project, number: int, path: str) -> list[str]:
    tag = project.codebook.at(path)
    if tag is None:  # its making was undone
        return []
    return [m.id for m in project.marks(the_article(project).id).of(number) if m.tag == tag.id]


def _call(project: Project, number: int, step: str, what: str) -> int:
    """The step by commands; returns where one is then."""
    article = the_article(project)
    reading = (1, 2, 4, 5)
    match step:
        case "t":
            commands.tag(project, article, [number], [what], create=True)
        case "x":
            (mark,) = _with(project, number, what)
            commands.take_off(project, project.marks(article.id).annotations[mark])
        case "span":
            first = project.text(article.id).paragraph(number).start
            span(project, article, first, first + len(_first_word(project, number)), [what], create=True)
        case "a":
            commands.note(project, article, number, what, append=True)
        case "r":
            seen = number in project.marks(article.id).reviews and project.marks(article.id).reviewed(number, "anna")
            (commands.unreview if seen else commands.review)(project, article, [number])
        case "":
            if number != 1:
                commands.review(project, article, [number])
            return commands.next_unreviewed(project, article, number) or number
        case "j" | "k":
            place = reading.index(number) + (1 if step == "j" else -1)
            return reading[place] if 0 <= place < len(reading) else number
        case _:
            try:
                edit = (commands.undo if step == "u" else commands.redo)(project).edit
            except ReaderError:
                return number
            place_of = project.place(edit) if edit else None
            return (place_of[1] or number) if place_of else number
    return number


def _marks(project: Project) -> tuple[list[tuple[object, ...]], list[int]]:
    marks = project.marks(the_article(project).id)
    seen = sorted(n for n in range(1, 6) if marks.reviewed(n, "anna"))
    shown = [
        (m.unit, m.anchor.start, m.anchor.end, project.codebook.shown(m.tag), m.note)
        for m in marks.annotations.values()
        if m.anchor
    ]
    return sorted(shown), seen


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("warnin", ["failure > warning"]),
        ("WARNING", ["failure > warning"]),
        ("warn", ["failure > warning"]),
        ("failur/warning", ["failure > warning"]),
        ("failure/warnings", ["failure > warning"]),
        ("failure/flooding", []),
        ("harm/warning", []),
        ("wa", []),
        ("a/failure/warning", []),
        ("faliure", ["failure"]),
        ("displacemnt", ["displacement"]),
        ("déplacement", ["displacement"]),
        ("russia", []),
    ],
)
def test_what_is_near(project: Project, typed: str, near: Sequence[str]) -> None:
    commands.tag_add(project, "failure/warning")
    commands.tag_add(project, "displacement")
    commands.tag_add(project, "old warning")
    commands.tag_archive(project, "old warning")
    codebook = project.codebook
    assert [codebook.shown(tag.id) for tag in near_tags(codebook, typed)] == list(near)


def test_everything_that_can_be_typed_is_told_and_in_the_manual(talk: Talk, capfd: pytest.CaptureFixture[str]) -> None:
    told = heard(talk, capfd, "keys")
    manual = (Path(__file__).parent.parent / "docs" / "plain.md").read_text(encoding="utf-8")
    for command in TABLE:
        assert f"{command.hint}: {command.help}" in told
        assert f"| `{command.hint}` | {command.help} |" in manual


def test_no_command_draws_through_a_pipe(flood: Room) -> None:
    """Listings, sentences and help of every command: no boxes, no glyphs."""
    flood.run("import", "flood.txt")
    piped(flood, LINES, "read")
    code = (
        "import sys\nfrom reader.cli import run\nfrom reader.cli.front import all_commands\n"
        "for name in all_commands(): run([name, '--help'])\n"
        "for words in " + json.dumps(LISTINGS) + ": print('#', *words, flush=True); run(words)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=flood.folder,
        env=flood.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEADLINE,
        check=True,
    )
    assert done.stdout.count(b"#") >= len(LISTINGS)
    assert_plain(done.stdout.decode() + done.stderr.decode())


LISTINGS = [
    ["--help"], ["articles"], ["show", "1"], ["tags"], ["notes"], ["search", "barrier"], ["history"], ["doctor"], ["config"],
    ["keys"], ["next"], ["stats"], ["backup", "--list"], ["tag", "1", "5", "harm", "--create"], ["note", "1", "5", "words"],
    ["untag", "1", "5", "harm"], ["swap", "1", "4", "warning", "harm"], ["review", "1", "4-5"], ["undo"], ["redo"],
    ["tag-rename", "harm", "loss"], ["tag-archive", "loss"], ["role", "1", "5"], ["export", "csv"], ["tags", "--json"],
    ["search", "nothing like it"], ["nonsense"], ["tag", "1", "99", "x"],
]  # fmt: skip
