"""From a typed line to what it does: the table of all words, answers to questions, commands by name, errors."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from reader import commands
from reader.commands import REGISTRY, Command
from reader.commands.goodbye import begin_session, end_session, ended_badly
from reader.commands.phrases import changed_by_copies, titled
from reader.config import at_home
from reader.errors import Locked, ReaderError, ReadOnly, UsageError
from reader.plain import marking, moving, spoken, tagging
from reader.plain.talk import Question, Talk, first_article
from reader.plain.voice import Left, Voice
from reader.project.keeping import Keeper
from reader.project.takeover import give_way

if TYPE_CHECKING:
    from reader.plain import Named
    from reader.project import Project


def where(talk: Talk, _rest: str) -> None:
    """Where one is."""
    talk.voice.say(*spoken.whereabouts(talk.project, talk.article, talk.number))


def tags(talk: Talk, _rest: str) -> None:
    """The codebook."""
    talk.voice.say(*spoken.codebook(talk.project))


def notes(talk: Talk, _rest: str) -> None:
    """All notes."""
    talk.voice.say(*spoken.all_notes(talk.project))


def keys(talk: Talk, _rest: str) -> None:
    """What can be typed."""
    talk.voice.say(*(f"{command.hint}: {command.help}" for command in TABLE))
    talk.voice.say("Commands of the command line go by their names, such as: search rang.")


def export(talk: Talk, rest: str) -> None:
    """`export csv FILE`, in the profile of the settings; asks before it overwrites."""
    from reader.config import load

    format_name, _, name = rest.partition(" ")
    name = name.strip()
    if not name:
        raise UsageError("Type the format and a file, such as export csv annotations.csv.")
    settings = load()
    path = Path(name)

    def write(*, force: bool = False) -> None:
        talk.project.flush()
        outcome = commands.export(
            talk.project,
            format_name,
            output=path,
            force=force,
            profile=settings.profile,
            delimiter=settings.delimiter or ",",
        )
        talk.voice.say(outcome.text)

    if at_home(str(path)).is_file():
        talk.ask(f"{path} exists. Type y to overwrite it.", Question({"y": lambda: write(force=True)}))
    else:
        write()


def leave(talk: Talk, _rest: str) -> None:
    """Leave; all is saved."""
    talk.leave()


def _line(name: str, run: Callable[[Talk, str], None], typed: str, hint: str, text: str) -> Command:
    return Command(name, run, text, tuple(typed.split()), hint)


ENTER = _line(
    "review-and-on", marking.reviewed_and_on, "", "Enter", "Reviewed, and on to the next unreviewed paragraph."
)
TABLE = (
    ENTER,
    _line("tag", tagging.tag, "t", "t harm/strike", "Put a tag on the paragraph; several with ; between them."),
    _line("new-tag", tagging.new, "new", "new strikes", "Make that tag, though others are like it, and put it on."),
    _line("span", tagging.span, "span", 'span "words" harm/strike', "Put a tag on words of the paragraph."),
    _line("take-off", tagging.take_off, "x", "x harm/strike", "Take a tag off; x alone takes off what is there."),
    _line("swap", tagging.swap, "s", "s blame harm/strike", "Put the second tag in place of the first."),
    _line("note", marking.note, "a", "a text", "Add to the note here; a alone opens it in your editor."),
    _line("review", marking.review, "r", "r", "Reviewed on or off."),
    _line("undo", marking.undo, "u", "u", "Undo the last change."),
    _line("redo", marking.redo, "U", "U", "Redo what was undone."),
    _line("next-paragraph", moving.next_paragraph, "j", "j", "Next paragraph."),
    _line("previous-paragraph", moving.previous_paragraph, "k", "k", "Previous paragraph."),
    _line("paragraph", moving.to, "", "12", "Paragraph 12."),
    _line("again", moving.again, ".", ".", "Say this paragraph again."),
    _line("find", moving.find, "/", "/word", "Find a word in this article."),
    _line("next-hit", moving.next_hit, "n", "n", "Next paragraph with a hit."),
    _line("previous-hit", moving.previous_hit, "N", "N", "Previous paragraph with a hit."),
    _line("back", moving.back, "b", "b", "Back to where you were."),
    _line("next-article", moving.next_article, ">", ">", "Next article."),
    _line("previous-article", moving.previous_article, "<", "<", "Previous article."),
    _line("where", where, "where", "where", "Where you are, and whether all is saved."),
    _line("tags", tags, "tags", "tags", "All tags with their counts."),
    _line("notes", notes, "notes", "notes", "All notes."),
    _line("export", export, "export", "export csv annotations.csv", "Write all annotations to a file."),
    _line("keys", keys, "keys ? help", "keys", "This list."),
    _line("quit", leave, "q quit", "q", "Leave; all is saved."),
)
"""Everything that can be typed, in the order in which it is told: hint is what one types, keys are the first words."""
WORDS = {word: command for command in TABLE for word in command.keys}


def converse(project: Project, article_id: str, named: Named) -> int:
    """Greet, then take line after line until the user leaves; returns the exit code."""
    voice = Voice()
    with voice.listening():
        talk = Talk(project, voice, named, first_article(project, article_id))
        try:
            _greet(talk)
            keeper = Keeper(project)
            while not talk.finished and (line := voice.hear()) is not None:
                obey(talk, line)
                if unkept := keeper.look():
                    voice.say(unkept)
        except Left:
            _say_why(voice)
        finally:
            talk.keep_place()
        end_session(project)
    return 0


def _say_why(voice: Voice) -> None:
    """Tell whoever comes back to this terminal that another session took over."""
    if voice.taken_over and voice.heard():
        with contextlib.suppress(Left):
            voice.say("", f"Another session of yours took over at {datetime.now():%H:%M}.")


def _greet(talk: Talk) -> None:
    head, *rest = spoken.paragraph(talk.project, talk.article, talk.number)
    try:
        talk.project.start()
        give_way(talk.project)
    except (Locked, ReadOnly) as error:
        talk.voice.say(spoken.ended(f"Read-only: {str(error).removesuffix('.')}"))
    if begin_session(talk.project):
        talk.voice.say(ended_badly(talk.project))
    talk.voice.say(*marking.drafts(talk.project))
    _say_copies(talk)
    talk.voice.say(f"Plain mode. {spoken.ended(titled(talk.article))} {head}", *rest)


def _say_copies(talk: Talk) -> None:
    """Say which articles have another number since copies came together, and which are back."""
    talk.voice.say(*changed_by_copies(talk.project))


def obey(talk: Talk, line: str) -> None:
    """Do what a line says; an error is one sentence."""
    try:
        talk.project.poll()
        _say_copies(talk)
        if talk.still_there():
            _obey(talk, line)
            talk.still_there()
    except ReaderError as error:
        talk.voice.say(spoken.said(str(error)))
    except OSError as error:
        talk.voice.say(f"It could not be done: {error.filename or ''} {error.strerror or error}.".replace("  ", " "))


def _obey(talk: Talk, line: str) -> None:
    question, talk.question = talk.question, None
    onward, talk.onward = talk.onward, ""
    if question is not None and _answered(talk, question, line):
        return
    if not line and onward in talk.project.articles:
        moving.open_article(talk, onward)
        return
    command, rest = _command(line)
    if command is None:
        _by_name(talk, line)
        return
    if command.run is not marking.undo:
        talk.named_undo = ""
    if command.run is not leave:
        talk.refused_to_leave = False
    command.run(talk, rest)


def _answered(talk: Talk, question: Question, line: str) -> bool:
    """Whether a line answers the question; if it is about something else, the question is dropped."""
    word, _, rest = line.partition(" ")
    if line in question.answers:
        question.answers[line]()
    elif word == "new" and rest.strip() and question.fresh is not None:
        question.fresh(rest.strip())
    elif not line:
        talk.voice.say("Nothing was done.")
    elif line.isdecimal():
        talk.question = question
        raise UsageError(f"There is no {line} to choose. Enter leaves the question.")
    else:
        return False
    return True


def _command(line: str) -> tuple[Command | None, str]:
    """The command of a line and what stands behind its first word; None where it is not in the table."""
    if not line:
        return ENTER, ""
    if line.isdecimal() and line.isascii():
        return next(command for command in TABLE if command.run is moving.to), line
    if line.startswith("/"):
        return WORDS["/"], line[1:].strip()
    word, *rest = line.split(maxsplit=1)
    return WORDS.get(word), "".join(rest)


def _by_name(talk: Talk, line: str) -> None:
    """A command of the command line, by its name and in its words."""
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    if words[0] not in REGISTRY:
        near = get_close_matches(words[0], [*WORDS, *REGISTRY], 1, 0.7)
        hint = f" The nearest is {near[0]}." if near else ""
        raise UsageError(f"There is no command {words[0]}.{hint} Type keys for all.")
    try:
        with talk.voice.stoppable() if not REGISTRY[words[0]].writes else contextlib.nullcontext():
            outcome = talk.named(words)
    except KeyboardInterrupt:
        talk.voice.say("", "Stopped.")
        return
    talk.voice.say(*outcome.lines)
    if outcome.text or outcome.edit:
        talk.done(spoken.said(outcome.text), outcome)
