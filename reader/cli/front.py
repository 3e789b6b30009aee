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
    "Upkeep",
)
"""The headings of the help, in order."""


def open_(article: str = "") -> Outcome:
    """Where the terminal program opens; `cli.start` does it."""
    return Outcome(article)


def keys() -> Outcome:
    """The keys of each screen, as the terminal program has them without changes."""
    from reader.tui.keys import Keymap

    rows: list[dict[str, object]] = []
    lines: list[str] = []
    for screen, table in tables().items():
        keymap = Keymap.of(table)
        lines += ([""] if lines else []) + [f"{screen.capitalize()}:"]
        for command in keymap.commands.values():
            shown = keymap.shown(command.name)
            rows.append({"screen": screen, "command": command.name, "keys": shown, "help": command.help})
            lines.append(f"    {shown or f':{command.name}'}  {command.help}")
    return Outcome(rows=rows, lines=lines)


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
    "keys": Command("keys", keys, "Print the keys of the terminal program.", group=PROGRAM, lists=True, writes=False),
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
