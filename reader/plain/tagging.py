"""Tags put on, taken off and swapped from a typed line; unknown ones are made, or asked about where others are near."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from reader import commands
from reader.commands import Outcome
from reader.commands.coding import meaning, shown
from reader.commands.near import called, near_tags
from reader.commands.spans import find_words
from reader.commands.spans import span as put_on_span
from reader.errors import UnknownTag, UsageError
from reader.model import Annotation, Tag
from reader.plain import spoken
from reader.plain.talk import Question, Talk

if TYPE_CHECKING:
    from reader.commands.wanted import TagRef

Put = Callable[[Sequence["TagRef"]], None]
"""Puts tags on once it is settled which; those that are texts are to be made."""

HOW_TO_SPAN = 'Type span, the words in quotes, a tag: span "carried beds upstairs" harm/loss.'
_QUOTED = re.compile(r"""(?:(?P<nth>[0-9]{1,6})\s+)?["“”„«](?P<words>.+)["“”»]\s+(?P<tags>[^"“”»]+)""")


def tag(talk: Talk, rest: str) -> None:
    """`t harm/strike`, several with `;` between them."""
    settle(talk, _refs(rest), lambda tags: _tag(talk, tags))


def new(talk: Talk, rest: str) -> None:
    """`new strikes`: a tag of that name, whatever else is like it."""
    refs = _refs(rest)
    settle(talk, refs, lambda tags: _tag(talk, tags), frozenset(refs))


def _tag(talk: Talk, tags: Sequence[TagRef]) -> None:
    outcome = commands.tag(talk.project, talk.article, [talk.number], tags, create=True)
    names = _names(talk, tags)
    done = f"Tagged paragraph {talk.number}: {names}."
    talk.done(done if outcome.edit else f"Already there: {names} on paragraph {talk.number}.", outcome)
    _say_what_is_new(talk, outcome)


def span(talk: Talk, rest: str) -> None:
    """`span "words" tag`: a tag on words of the paragraph; a number before them where they stand there more than once."""
    found = _QUOTED.fullmatch(rest)
    if found is None:
        raise UsageError(HOW_TO_SPAN)
    start, end = _words_at(talk, found["words"], found["nth"])
    settle(talk, _refs(found["tags"]), lambda tags: _span(talk, start, end, tags))


def _span(talk: Talk, start: int, end: int, tags: Sequence[TagRef]) -> None:
    outcome = put_on_span(talk.project, talk.article, start, end, tags, create=True)
    marks = [change.record for change in outcome.edit.changes if change.table == "annotations"] if outcome.edit else []
    quote = marks[0]["anchor"]["quote"] if marks else talk.project.text(talk.article.id).slice(start, end)
    place = f"“{' '.join(quote.split())}” in paragraph {talk.number}: {_names(talk, tags)}."
    talk.done(f"Tagged {place}" if outcome.edit else f"Already there: {place}", outcome)
    _say_what_is_new(talk, outcome)


def _words_at(talk: Talk, words: str, nth: str | None) -> tuple[int, int]:
    """Where words stand in the paragraph. UsageError where they do not, or more than once and `nth` does not say which."""
    try:
        return find_words(talk.project, talk.article, talk.number, words, int(nth) if nth else None)
    except UsageError as error:
        said = str(error).replace("--nth says which one", f"say which one, as in span 2 “{words}” and the tag")
        raise UsageError(said.replace("--nth", "the number before the words")) from error


# -- which tag ------------------------------------------------------------------------------------------


def _refs(rest: str) -> list[str]:
    refs = [part.strip() for part in rest.split(";") if part.strip()]
    if not refs:
        raise UsageError("Which tag? Type its name or path, such as t harm/strike.")
    return refs


def settle(talk: Talk, refs: Sequence[TagRef], put: Put, fresh: frozenset[str] = frozenset()) -> None:
    """Find the tags meant and put them on; ask where one is unknown and others are near, unless it is in `fresh`."""
    found = [_known(talk, ref) if isinstance(ref, str) and ref not in fresh else ref for ref in refs]
    for index, ref in enumerate(found):
        if isinstance(ref, str) and ref not in fresh and (near := near_tags(talk.project.codebook, ref)):
            _ask_which(
                talk, found, index, near, lambda refs, more=frozenset[str](): settle(talk, refs, put, fresh | more)
            )
            return
    put(found)


def _known(talk: Talk, ref: str) -> TagRef:
    """The tag itself, or the text where there is no such tag, or several."""
    try:
        return talk.project.codebook.find(ref)
    except UnknownTag:
        return ref


def _ask_which(talk: Talk, refs: Sequence[TagRef], index: int, near: Sequence[Tag], go_on: Callable[..., None]) -> None:
    """Ask which tag was meant by the text at `index`; `go_on` takes the references and what is to be made."""
    typed = str(refs[index])

    def instead(ref: TagRef) -> list[TagRef]:
        return [*refs[:index], ref, *refs[index + 1 :]]

    codebook = talk.project.codebook
    listed = ", ".join(f"{number} {codebook.shown(tag.id)}" for number, tag in enumerate(near, 1))
    answers = {str(number): partial(go_on, instead(tag)) for number, tag in enumerate(near, 1)}
    numbers = "1" if len(near) == 1 else f"1 to {len(near)}"
    if called(codebook, typed) > 1:
        talk.ask(f"Several tags are called {typed}: {listed}. Type {numbers}.", Question(answers))
    elif talk.project.info.locked:
        talk.ask(f"No tag {typed}, and the codebook is locked. Nearest: {listed}. Type {numbers}.", Question(answers))
    else:
        talk.ask(
            f"No tag {typed}. Nearest: {listed}. Type {numbers}, or `new {typed}`.",
            Question(answers, lambda name: go_on(instead(name), frozenset({name}))),
        )


def _names(talk: Talk, tags: Sequence[TagRef]) -> str:
    """The paths of tags, also of those that were just made."""
    return shown(talk.project, (talk.project.codebook.find(ref) if isinstance(ref, str) else ref for ref in tags))


def _say_what_is_new(talk: Talk, outcome: Outcome) -> None:
    """Name the tags that were made with an edit; a parent goes without saying."""
    if outcome.edit is None:
        return
    made = [change.id for change in outcome.edit.changes if change.table == "tags" and change.before is None]
    codebook = talk.project.codebook
    parents = {codebook.tags[tag_id].parent for tag_id in made}
    names = ", ".join(codebook.shown(tag_id) for tag_id in made if tag_id not in parents)
    if names:
        talk.voice.say(f"New in the codebook: {names}.")


# -- off again ------------------------------------------------------------------------------------------


def take_off(talk: Talk, rest: str) -> None:
    """`x harm/strike`; `x` alone takes off what is there, or asks."""

    def off(mark: Annotation) -> None:
        outcome = commands.take_off(talk.project, mark)
        talk.done(f"Paragraph {talk.number}: {outcome.brief}.", outcome)

    marks = _own_marks(talk, rest)
    if marks:
        _choose(talk, marks, "Take off which?", off)
        return
    if rest:
        outcome = commands.untag(talk.project, talk.article, [talk.number], [rest])
        talk.done(spoken.said(outcome.text), outcome)
        return
    talk.voice.say(f"Nothing to take off paragraph {talk.number}.")


def swap(talk: Talk, rest: str) -> None:
    """`s old new`; a name of several words stands in quotes, or `;` between the two."""
    old, new = _two(rest)
    marks = _own_marks(talk, old)
    if not marks:
        commands.swap(talk.project, talk.article, [talk.number], old, new)  # says whose it is, or that there is none
        return

    def swapped(mark: Annotation, tags: Sequence[TagRef]) -> None:
        before = spoken.name_of(talk.project, mark)
        outcome = commands.swap_annotation(talk.project, mark, tags[0], create=True)
        name = _names(talk, tags)
        done = f"Paragraph {talk.number}: {name} instead of {before}."
        talk.done(done if outcome.edit else f"Already there: {name} on paragraph {talk.number}.", outcome)
        _say_what_is_new(talk, outcome)

    _choose(talk, marks, "Swap which?", lambda mark: settle(talk, [new], lambda tags: swapped(mark, tags)))


def _own_marks(talk: Talk, ref: str) -> list[Annotation]:
    """One's own marks on the paragraph and its spans: with the tag, or all. UnknownTag."""
    marks = talk.project.marks(talk.article.id).of(talk.number, talk.project.coder)
    if not ref:
        return [mark for mark in marks if not mark.tag or meaning(talk.project, mark)]
    tag = talk.project.codebook.find(ref)
    return [mark for mark in marks if mark.tag and meaning(talk.project, mark) == tag.id]


def _choose(talk: Talk, marks: Sequence[Annotation], asked: str, act: Callable[[Annotation], None]) -> None:
    """Act on the only mark, or ask on which."""
    if len(marks) == 1:
        act(marks[0])
        return
    listed = ", ".join(f"{number} {_called(talk, mark)}" for number, mark in enumerate(marks, 1))
    answers = {str(number): partial(act, mark) for number, mark in enumerate(marks, 1)}
    talk.ask(f"{asked} {listed}. Type a number.", Question(answers))


def _called(talk: Talk, mark: Annotation) -> str:
    name = spoken.name_of(talk.project, mark) if mark.tag else "the note"
    return f"{name} on {spoken.quoted(mark)}" if mark.unit == "span" else name


def _two(rest: str) -> tuple[str, str]:
    """The two names in a line. UsageError where they are not two."""
    parts = [part.strip() for part in rest.split(";")]
    if len(parts) == 1:
        parts = [match.strip('"“”') for match in re.findall(r'["“][^"”]+["”]|\S+', rest)]
    if len(parts) != 2 or not all(parts):
        raise UsageError(
            "Type s, the tag that is there, the new one: s blame harm/strike; with blanks in a name: s a b; c."
        )
    return parts[0], parts[1]
