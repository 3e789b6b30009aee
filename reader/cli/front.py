"""The commands that the command line adds to the registry: opening the terminal program, printing its keys."""

from __future__ import annotations

from collections.abc import Sequence

from reader.commands import REGISTRY, Command, Outcome

PROGRAM = "The terminal program"
GROUPS = (
    PROGRAM,
    "The library",
    "Coding",
    "Notes",
    "Reviewing",
    "Codebook",
    "Finding",
    "Taking out",
    "History",
    "Keeping and handing over",
    "Upkeep",
)
"""The headings of the help, in order."""


def open_(article: str = "") -> Outcome:
    """Where the terminal program opens; `cli.start` does it."""
    return Outcome(article)


def read_(article_or_path: str = "", *, encoding: str = "", split: str = "auto") -> Outcome:
    """What the line mode opens; `cli.start` does it."""
    return Outcome(article_or_path, brief=encoding + split)


def keys() -> Outcome:
    """The keys of each screen that are in force: the defaults, and what the settings change."""
    from reader.cli.settings import checked
    from reader.tui.keys import SPELT, Keymap

    changes = checked().keys
    rows: list[dict[str, object]] = []
    lines: list[str] = []
    for screen, table in tables().items():
        keymap = Keymap.of(table, changes, SPELT)
        lines += ([""] if lines else []) + [f"{screen.capitalize()}:"]
        for command in keymap.commands.values():
            shown = keymap.shown(command.name)
            rows.append({"screen": screen, "command": command.name, "keys": shown, "help": command.help})
            lines.append(f"    {shown or f':{command.name}'}  {command.help}")
    return Outcome(rows=rows, lines=lines)


def config(action: str = "show", name: str = "", value: str = "") -> Outcome:
    """What `cli.settings` answers. UsageError for another word and for what is wrong in the file."""
    from reader.cli.settings import configured

    return configured(action, name, value)


def tables() -> dict[str, tuple[Command, ...]]:
    """The commands of each screen by its name, the reading screen first."""
    from reader.tui.keys import READING
    from reader.tui.tables import TABLES

    return {"reading": READING, **TABLES}


FRONT: dict[str, Command] = {
    "open": Command(
        "open",
        open_,
        "Open the terminal program, at an article of the library.",
        group=PROGRAM,
        words={"article": "Number, id or its start, or file name; without it where you left."},
        examples=("reader open 3",),
    ),
    "read": Command(
        "read",
        read_,
        "Read and tag in plain lines: a paragraph is said, a line is typed.",
        group=PROGRAM,
        words={
            "article_or_path": "Number, id or its start, or file name; or a file to take in; without it where you left.",
            "encoding": REGISTRY["import"].words["encoding"],
            "split": REGISTRY["import"].words["split"],
        },
        choices=REGISTRY["import"].choices,
        examples=("reader read 3", "reader read flood.txt"),
        more="For screen readers, slow lines and pipes: nothing is drawn, `keys` tells what can be typed. "
        "It is what `reader` starts by itself where TERM is dumb or READER_PLAIN is 1.",
    ),
    "keys": Command(
        "keys",
        keys,
        "Print the keys of the terminal program that are in force.",
        group=PROGRAM,
        lists=True,
        writes=False,
    ),
    "config": Command(
        "config",
        config,
        "Show the settings, the path of their file, check it, or change one.",
        group="Upkeep",
        words={
            "action": "show, path, check, set or unset.",
            "name": "The setting to change.",
            "value": "What it becomes.",
        },
        examples=("reader config", "reader config path", "reader config check", "reader config set theme light"),
        more="check names file and line of what is wrong, with the nearest right name; exit code 2. set and unset leave "
        "the rest of the file as it is, comments too. docs/settings.md lists the settings.",
        lists=True,
        writes=False,
    ),
}


def all_commands() -> dict[str, Command]:
    """Every command of the command line by name, in the order of its help."""
    found = {**FRONT, **REGISTRY}
    return dict(sorted(found.items(), key=lambda item: GROUPS.index(item[1].group)))


def _open_paths(paths: Sequence[str], *, encoding: str = "", split: str = "auto") -> Outcome:
    """Take texts in and open the first; `cli.start` does it."""
    return Outcome(" ".join(paths), brief=encoding + split)


OPENING = Command(
    "",
    _open_paths,
    "Take texts in and open the terminal program.",
    group=PROGRAM,
    words=REGISTRY["import"].words,
    choices=REGISTRY["import"].choices,
    examples=("reader flood.txt", "reader interviews/ --split line"),
)
"""What `reader PATH…` and `reader` alone do."""
