"""Running one command: open the project, resolve what was typed, run, print."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from reader.cli import place, streams
from reader.cli.fields import asks, needs_project, values_of
from reader.cli.front import OPENING
from reader.cli.takeover import make_way
from reader.commands import Command, Outcome
from reader.commands.phrases import changed_by_copies
from reader.config import at_home
from reader.errors import Damage, ReaderError, UsageError

if TYPE_CHECKING:
    from reader.config import Settings
    from reader.project import Project

T = TypeVar("T")

READING = "Reading {done} of {total} … ctrl+c stops, then nothing is taken in"
BACKING_UP = "Backing up before the import, {done} of {total} MB … ctrl+c stops, then nothing is taken in"
INDEXING = "Indexing {done} of {total} … ctrl+c leaves it for later"
FEW = 8
"""Articles that the next search takes into the index by itself."""
MEGABYTE = 1_000_000
STEP = 0.1
"""Seconds between two lines of progress."""


@dataclass(frozen=True)
class Setting:
    """What stood before the command."""

    project: str = ""
    coder: str = ""
    take_over: bool = False
    """Whether a session of one's own that still writes is to be ended."""
    offers: bool = False
    """Whether to ask for that where there is one."""


def perform(setting: Setting, command: Command, typed: dict[str, Any]) -> int:
    """Run a command and print what it answers; returns the exit code."""
    as_json = bool(typed.pop("as_json", False))
    if command is OPENING or command.name in {"open", "read"}:
        from reader.cli import start

        if command.name == "read":
            return start.read_plainly(setting, typed)
        return start.start(setting, list(typed.get("paths") or ()), typed)
    if command.name == "import":
        return take_in(setting, typed)
    if command.name == "init":
        typed["path"] = typed["path"] or place.named_folder(setting.project)
    if not needs_project(command):
        return answer(command, command.run(**values_of(command, typed, None)), as_json=as_json)
    with opened(setting, place.find(setting.project), write=command.writes or bool(typed.get("repair"))) as project:
        values = values_of(command, typed, project)
        if command.name in {"note", "note-article", "note-tag", "memo", "tag-describe"}:
            values["text"] = _from_input(values["text"])
        if asks(command):
            values["ask"] = streams.ask if streams.can_ask() else None
        if command.name in {"export", "tags-export"}:
            return _with_damage(project, _export(project, command, values))
        outcome = command.run(project, **values)
        project.flush()
        return _with_damage(project, answer(command, outcome, as_json=as_json))


@contextlib.contextmanager
def opened(setting: Setting, folder: Path, *, write: bool) -> Iterator[Project]:
    """The project, closed at the end."""
    from reader.project import Project

    project = Project.open(folder, coder=coder_of(setting), write=write)
    try:
        if write:
            make_way(project, wanted=setting.take_over, offered=setting.offers)
        yield project
    finally:
        with _undisturbed():
            project.close()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Signals that ask to end are not needed any more where one is ending, and must not cut the saving short."""
    from reader.project.takeover import PLEASE_END

    wanted = (signal.SIGHUP, signal.SIGTERM, PLEASE_END)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _with_damage(project: Project, code: int) -> int:
    """The exit code, 4 where damage was met on the way; each is said, and which articles have other numbers now."""
    for told in changed_by_copies(project):
        streams.say(told)
    for problem in project.problems:
        streams.say(f"Damage: {problem}")
    return code or (Damage.exit_code if project.problems else 0)


def coder_of(setting: Setting) -> str:
    """Who codes: what was typed, the environment, the settings, the login name."""
    return place.named_coder(setting.coder, _settings().coder) or place.handle(place.login())


def _settings() -> Settings:
    from reader.config import load

    return load()


def answer(command: Command, outcome: Outcome, *, as_json: bool = False) -> int:
    """Print a listing on standard output, the sentence on standard error; returns the exit code."""
    if as_json and outcome.rows is not None:
        streams.json_out(outcome.rows)
        return outcome.exit_code
    streams.out(outcome.lines)
    undo = " Undo: reader undo" if outcome.edit is not None and command.name not in {"undo", "redo"} else ""
    streams.say(outcome.text + undo)
    return outcome.exit_code


def _from_input(text: str) -> str:
    """The note itself; `-` means standard input, without the line end that closes it."""
    if text != "-":
        return text
    try:
        return sys.stdin.buffer.read().decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise UsageError("Standard input is not UTF-8 text; write the note as UTF-8.") from error


def _export(project: Project, command: Command, values: dict[str, Any]) -> int:
    path = values.get("output")
    if path is None and values.get("format") != "all":
        with streams.data_out() as out:
            return answer(command, command.run(project, **values, out=out))
    if path is not None and path.is_file() and not values["force"] and streams.can_ask():
        if (streams.ask(f"{path} exists. Overwrite it? [y/N]") or "n").casefold() not in {"y", "yes"}:
            streams.say("Nothing was written.")
            return 1
        values["force"] = True
    settings = _settings()
    values.setdefault("profile", settings.profile)
    values.setdefault("delimiter", settings.delimiter or ",")
    return answer(command, command.run(project, **values))


# -- importing ---------------------------------------------------------------------------------------


def take_in(setting: Setting, typed: dict[str, Any]) -> int:
    """`reader import`: into the project there is, or one that is made for it."""
    from reader.commands import REGISTRY

    with project_for(setting, typed) as (project, outcome):
        code = _with_damage(project, answer(REGISTRY["import"], outcome))
        if outcome.edit is not None and len(outcome.rows or ()) > FEW:
            _index(project)
        return code


def _index(project: Project) -> None:
    """Take many new texts into the index now, with a count; ctrl+c leaves the rest, what is imported stays."""
    try:
        if project.index_is_behind():
            with shown_progress(INDEXING) as progress:
                project.build_index(progress)
    except KeyboardInterrupt:
        streams.say("The index is not complete; searches read the texts until the program has been open for a while.")


class Chosen(NamedTuple):
    """The project that texts go into, who codes there, and whether it is still to be made."""

    folder: Path
    coder: str
    new: bool = False


@contextlib.contextmanager
def project_for(setting: Setting, typed: dict[str, Any]) -> Iterator[tuple[Project, Outcome]]:
    """The project with the texts taken in. A new one is made only once every text could be read."""
    from reader.commands import library

    paths: Sequence[str] = typed["paths"]
    options = {key: typed[key] for key in ("encoding", "split") if typed.get(key)}
    skipped: list[str] = []
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        with shown_progress() as progress, shown_progress(BACKING_UP, MEGABYTE) as backing_up:
            found = _settled(library.read(paths, **options, progress=progress, skipped=skipped))
            chosen = _chosen_for(setting, paths)
            if chosen.new:
                found = iter(list(found))
                _make(chosen.folder)
            with opened(replace(setting, coder=chosen.coder), chosen.folder, write=True) as project:
                outcome = library.add(
                    project, found, skipped=skipped, resplit="split" in options, backing_up=backing_up
                )
                project.flush()
                signal.signal(signal.SIGINT, interrupt)
                yield project, outcome
    finally:
        signal.signal(signal.SIGINT, interrupt)


def _make(folder: Path) -> None:
    from reader.project import Project

    Project.create(folder)
    streams.say(f"Made a project in {folder}.")


def _settled(found: Iterator[T]) -> Iterator[T]:
    """Once all is read, ctrl+c waits for the writing to end: what was said to be taken in or not stays true."""
    yield from found
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _chosen_for(setting: Setting, paths: Sequence[str]) -> Chosen:
    """Where the texts go. UsageError where there is no project and nobody can be asked."""
    if setting.project:
        folder = at_home(place.named_folder(setting.project))
        return Chosen(folder, coder_of(setting), not place.is_project(folder))
    folder = place.beside(paths)
    if place.named_folder("") or place.around(Path.cwd()) is not None or not streams.can_ask():
        return Chosen(place.find(""), coder_of(setting))
    if place.is_project(folder):
        return Chosen(folder, coder_of(setting))
    return Chosen(folder, _asked(setting, folder), new=True)


def _asked(setting: Setting, folder: Path) -> str:
    """Ask once whether to make the project, and for a name where the login says nothing; returns the coder."""
    named = place.named_coder(setting.coder, _settings().coder)
    reply = streams.ask(f"There is no project here yet. Make one in {folder}? [Enter: yes, q: quit]")
    if reply is None or reply.casefold() not in {"", "y", "yes"}:
        raise ReaderError("Nothing was made.")
    login = place.login()
    if named or not place.says_nothing(login):
        return named or place.handle(login)
    typed = streams.ask(f"Who is coding? [Enter: {place.handle(login)}, or a short name such as anna]")
    if not typed:
        return place.handle(login)
    from reader.config.writing import write

    coder = place.handle(typed)
    with contextlib.suppress(ReaderError):  # asked again another time, no more than that
        write("coder", coder)
    return coder


@contextlib.contextmanager
def shown_progress(words: str = READING, unit: int = 1) -> Iterator[Callable[[int, int], None] | None]:
    """A line with a count of so many units on standard error where that is a terminal, gone at the end."""
    if not streams.is_terminal(sys.stderr):
        yield None
        return
    import shutil  # milliseconds that no command without a terminal needs

    last = time.monotonic()
    shown = False
    blank = " " * (shutil.get_terminal_size().columns - 1)

    def progress(done: int, total: int) -> None:
        nonlocal last, shown
        if total > unit and time.monotonic() - last >= STEP:
            last, shown = time.monotonic(), True
            line = words.format(done=f"{done // unit:,}", total=f"{total // unit:,}")
            sys.stderr.write(f"\r{line[: len(blank)]:<{len(blank)}}")
            sys.stderr.flush()

    try:
        yield progress
    finally:
        if shown:
            sys.stderr.write(f"\r{blank}\r")
            sys.stderr.flush()
