"""Every command at a terminal, in a project full of hostile strings and with hostile words typed: no byte of theirs gets out."""

from __future__ import annotations

import grp
import os
import re
from pathlib import Path

import pytest

from reader.cli.front import all_commands
from reader.formats import BUILT_IN
from tests.terminal.evil import ALL, CODER, TITLE, WORDS, assert_own, copy_of, evil_room, first
from tests.terminal.harness import Room, Terminal
from tests.terminal.hostile import DIRECTIONS, MARKUP, SEQUENCES, nameable
from tests.terminal.warm import Warm, WarmTerminal

Lines = tuple[tuple[str, ...], ...]

BAD = "a\x1b]0;x\x07b\x1b[2Jc\u202ed"
"""Something to type anywhere."""
TEXT = "".join(ALL).replace("\x00", "")[:2000]
"""A note; no argument can hold a NUL."""
SEARCH = "s\u202ee[/]"
NAME = nameable(MARKUP["action"])
TAG, OTHER, GROUP = "{tag}", "{other}", "{group}"
"""Stand for the ids of two tags whose names our commands would refuse, and for the name of a group."""
TALK, CODES, ABOUT = "talk\u202e.txt", "codes\u202e.csv", "about\u202e.csv"
FILES = {
    TALK: f"{BAD}\n\n{TEXT}\n",
    CODES: 'path,description\n"{}","{}"\n'.format(NAME, TEXT.replace('"', "")),
    ABOUT: f"article,k\u202ey\n1,{BAD}\n",
}
"""Files to be read, by name."""

WITH_WORDS: dict[str, Lines] = {
    "articles": (("--filter", TAG),),
    "backup": (("--reason", BAD), ("--list",)),
    "blind-end": ((),),
    "blind-start": ((),),
    "config": ((), ("path",)),
    "details": (("1", f"where={BAD}"), ("1",), ("--from", ABOUT)),
    "doctor": ((),),
    "erase": (("1", "--title", TITLE, "--tag-names", "blank"),),
    "export": (*((name,) for name in BUILT_IN if name not in ("text", "markdown")), ("all", "-o", f"out{BAD}")),
    "history": ((), ("--article", "1", "--by", "anna")),
    "import": ((TALK,),),
    "init": ((f"new{BAD}", "--name", BAD),),
    "keys": ((),),
    "memo": ((TEXT,),),
    "merge": (("other", "--dry-run"), ("other", "--join-tags")),
    "next": ((), ("1",)),
    "note": (("1", "5", TEXT), ("1", "5", "--append", BAD), ("1", "{number}", "--tag", TAG, BAD)),
    "note-article": (("1", TEXT),),
    "note-tag": ((TAG, TEXT),),
    "notes": ((), ("--tag", TAG)),
    "pack": (("-o", f"out{BAD}.pack"),),
    "pass": (("start", BAD), ("list",)),
    "redo": ((),),
    "remove": (("1",),),
    "restore": (("--yes",),),
    "review": (("1", "3-5"),),
    "role": (("1", "3", "--role", "caption"),),
    "search": ((WORDS,), (WORDS, "--kwic"), (WORDS, "--csv"), (f'tag:"{DIRECTIONS["marks"]}" OR {WORDS}',)),
    "search-delete": ((SEARCH,),),
    "search-save": ((SEARCH, f'{WORDS} OR "{BAD}"'),),
    "searches": ((),),
    "share": ((GROUP,),),
    "show": (("1",),),
    "skip-speaker": ((),),
    "span": (("1", "3", WORDS, TAG), ("1", "3", "end", NAME, "--create")),
    "stats": ((), ("articles",), ("tags",), ("coders",), ("passes",)),
    "swap": (("1", "{number}", TAG, OTHER),),
    "tag": (("1", "4-6", TAG), ("1", "4", NAME, "--create")),
    "tag-add": ((NAME, "--description", TEXT),),
    "tag-archive": ((TAG,), (TAG, "--back")),
    "tag-article": (("1", TAG),),
    "tag-colour": ((TAG, "amber"),),
    "tag-delete": ((TAG,),),
    "tag-describe": ((TAG, TEXT), (TAG, "--when", BAD, "--when-not", BAD)),
    "tag-example": ((TAG, "1", "3", WORDS),),
    "tag-key": ((TAG, "k"),),
    "tag-merge": ((TAG, OTHER),),
    "tag-move": ((TAG, OTHER),),
    "tag-rename": ((TAG, NAME),),
    "tag-search": ((TAG, "--search", WORDS, "--dry-run"), (TAG, "--search", WORDS)),
    "tags": ((),),
    "tags-export": ((), ("-o", f"out{BAD}.csv")),
    "tags-import": ((CODES,),),
    "tags-lock": ((),),
    "tags-unlock": ((),),
    "undo": ((),),
    "unreview": (("1", "2"),),
    "untag": (("1", "{number}", TAG),),
}
"""What is typed behind each command, one line after the other; all of them go through."""
BEFORE: dict[str, Lines] = {
    "blind-end": (("blind-start",),),
    "redo": (("undo",),),
    "restore": (("backup",), ("remove", "1")),
    "search-delete": (("search-save", SEARCH, WORDS),),
    "searches": (("search-save", SEARCH, WORDS),),
    "tags-unlock": (("tags-lock",),),
    "unreview": (("review", "1", "2"),),
}
"""Lines that make room for what a command does."""
AT_WORK = {"open", "read"}
"""Commands that go on until they are left: `test_hostile` visits the screens and the line mode."""

REFUSED: Lines = (
    ("search", f"nothing{BAD}like this"),
    ("tag", "1", "2", f"no such{BAD}tag"),
    ("tag", "1", "2", "bad\x1b[31m/na;me", "--create"),
    ("show", f"no such{BAD}article"),
    ("show", "1\u202e"),
    (SEQUENCES["title"],),
    (f"missing{BAD}.txt",),
    ("import", f"missing{BAD}.txt"),
    ("--project", f"no{BAD}where", "articles"),
    ("--coder", "\x1b[31m", "articles"),
    ("export", f"no{BAD}such"),
    ("export", "csv", "--by", BAD),
    ("config", "set", "theme", BAD),
    ("config", "set", BAD, "1"),
    ("details", "1", BAD),
    ("history", "--day", BAD),
    ("merge", f"no{BAD}where"),
    ("note", "1", BAD, "x"),
    ("pass", BAD),
    ("restore", BAD, "--yes"),
    ("role", "1", "2", "--role", BAD),
    ("search-delete", BAD),
    ("search-save", BAD, WORDS),
    ("share", BAD),
    ("skip-speaker", BAD),
    ("span", "1", "3", BAD, TAG),
    ("stats", BAD),
    ("tag-colour", TAG, BAD),
    ("tag-rename", TAG, "bad\x1b[31m;name"),
    ("tags-import", f"no{BAD}such.csv"),
    ("undo", BAD),
    ("erase", "1", "--title", BAD),
)
"""Whole lines that are answered with what is wrong."""


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A project full of hostile strings; each test takes a copy."""
    return evil_room(tmp_path_factory.mktemp("evil"))


@pytest.fixture
def room(evil: Room, tmp_path: Path) -> Room:
    """A copy of it, and the files."""
    copied = copy_of(evil, tmp_path)
    for name, text in FILES.items():
        copied.write(name, text)
    return copied


def filled(room: Room, line: tuple[str, ...]) -> list[str]:
    """The line with what stands for tags and for the paragraph of the first of them."""
    if not any("{" in word for word in line):
        return list(line)
    project = room.project()
    wanted = ALL.index(SEQUENCES["erase"])
    article = first(project)
    ids = [mark.tag for n in (wanted, wanted + 1) for mark in project.marks(article.id).of(n + 2) if mark.tag]
    places = {TAG: ids[0], OTHER: ids[1], GROUP: own_group(), "{number}": str(wanted + 2)}
    project.close()
    return [places.get(word, word) for word in line]


def own_group() -> str:
    """The name of this process's group, empty where the system knows none."""
    try:
        return grp.getgrgid(os.getgid()).gr_name
    except KeyError:
        return ""


def run(warm: Warm, room: Room, line: tuple[str, ...]) -> Terminal:
    """Run a line at a terminal to its end; all that came is our own."""
    with WarmTerminal(warm, *filled(room, line), cwd=room.folder, env=room.environment()) as terminal:
        terminal.end()
        assert_own(terminal, full_screen=False)
        assert b"Traceback" not in terminal.received
        assert b"in the program itself" not in terminal.received
        return terminal


def test_every_command_has_words_to_be_run_with() -> None:
    assert {*WITH_WORDS, *AT_WORK} == set(all_commands())
    assert BEFORE.keys() <= WITH_WORDS.keys()


@pytest.mark.parametrize("name", WITH_WORDS)
def test_every_command(warm: Warm, room: Room, name: str) -> None:
    if name == "share" and not own_group():
        pytest.skip("this group has no name")
    for line in BEFORE.get(name, ()):
        assert run(warm, room, line).status == 0
    command = all_commands()[name]
    for words in WITH_WORDS[name]:
        for as_json in ((), ("--json",)) if command.lists and words[:1] != ("start",) else ((),):
            terminal = run(warm, room, (name, *as_json, *words))
            assert terminal.status == 0, terminal.text
            assert terminal.received


@pytest.mark.parametrize("line", REFUSED, ids=lambda line: re.sub(r"[^a-z0-9 -]", "_", " ".join(line))[:40])
def test_what_is_wrong_is_said(warm: Warm, room: Room, line: tuple[str, ...]) -> None:
    terminal = run(warm, room, line)
    assert terminal.status in (1, 2)
    assert terminal.received


def test_another_coder_of_that_name(warm: Warm, room: Room) -> None:
    assert run(warm, room, ("--coder", CODER, "articles")).status == 0
