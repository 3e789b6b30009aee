"""Notes, reviews, undo and redo from a typed line."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reader import commands
from reader.commands import Outcome
from reader.commands.coding import words_of
from reader.commands.editor import edit_outside, is_chosen
from reader.commands.goodbye import place_of, unfinished
from reader.commands.notes import bare_note
from reader.commands.phrases import titled
from reader.errors import UsageError
from reader.model import PASSED_OVER, Article
from reader.plain import spoken
from reader.plain.talk import Talk

if TYPE_CHECKING:
    from reader.project import Edit, Project

MANY = 20
"""Annotations that an undo may touch without being named first."""


# -- reviewed -------------------------------------------------------------------------------------------


def reviewed_and_on(talk: Talk, _rest: str) -> None:
    """Enter: reviewed, and on to the next paragraph that is not; headings and page debris are passed over."""
    article, number = talk.article, talk.number
    if talk.project.paragraph(article, number).role not in PASSED_OVER:
        outcome = commands.review(talk.project, article, [number], again=True)
        if outcome.edit is not None:
            talk.done(f"Reviewed paragraph {number}.", outcome)
    following = commands.next_unreviewed(talk.project, article, number)
    if following is None:
        _article_done(talk)
        return
    if following < number:
        talk.voice.say(f"Back to paragraph {following}, not reviewed yet.")
    talk.go(following)
    talk.read_out()


def _article_done(talk: Talk) -> None:
    reviewed, visited = commands.progress_of(talk.project, talk.article)
    talk.voice.say(f"Article done, {reviewed} of {visited} reviewed.")
    following = next((a for a in _others(talk) if commands.next_unreviewed(talk.project, a) is not None), None)
    if following is None:
        talk.voice.say("Nothing in the library is left to review. Type q to leave.")
        return
    talk.onward = following.id
    talk.voice.say(f"Enter goes on to the next article with something unreviewed: {spoken.ended(titled(following))}")


def _others(talk: Talk) -> list[Article]:
    """The other articles in the order of the library, from the next one round."""
    articles = list(talk.project.articles.values())
    at = next(index for index, article in enumerate(articles) if article.id == talk.article.id)
    return articles[at + 1 :] + articles[:at]


def review(talk: Talk, _rest: str) -> None:
    """Reviewed on or off."""
    if spoken.is_reviewed(talk.project, talk.article, talk.number):
        outcome = commands.unreview(talk.project, talk.article, [talk.number])
        talk.done(f"Paragraph {talk.number} is not reviewed any more.", outcome)
    else:
        outcome = commands.review(talk.project, talk.article, [talk.number])
        talk.done(f"Reviewed paragraph {talk.number}.", outcome)


# -- notes ----------------------------------------------------------------------------------------------


def note(talk: Talk, rest: str) -> None:
    """`a text` adds a line to the note on the paragraph; `a` alone opens the editor with the whole note."""
    if not rest:
        _edit_note(talk)
        return
    before = bare_note(talk.project, talk.article, talk.number)
    outcome = commands.note(talk.project, talk.article, talk.number, rest, append=True)
    after = bare_note(talk.project, talk.article, talk.number)
    words = words_of(after.note if after else "")
    said = (
        f"Added to the note on paragraph {talk.number}, now {words}."
        if before
        else f"Noted on paragraph {talk.number}, {words}."
    )
    talk.done(said, outcome)


def _edit_note(talk: Talk) -> None:
    """The note in the user's editor, through a private file; what an end in the middle leaves is kept as a draft."""
    if not talk.voice.typed_at_terminal and not is_chosen():
        raise UsageError("There is no terminal for an editor here. Type a and the text.")
    project, article, number = talk.project, talk.article, talk.number
    project.start()
    stored = bare_note(project, article, number)
    before = stored.note if stored else ""
    key = f"{article.id}:{number}:{stored.id if stored else ''}"
    draft = project.drafts().get(key, before)
    with talk.voice.handed_over():
        text = edit_outside(
            draft,
            project.path / "drafts" / project.coder,
            keys=talk.voice.typed_at_terminal,
            rescue=lambda left: project.save_draft(key, left) if left not in {before, draft} else None,
        )
    if text == before:
        outcome, said = Outcome(), f"The note on paragraph {number} is as it was."
    else:
        outcome = commands.note(project, article, number, text)
        said = f"Noted on paragraph {number}, {words_of(text)}." if text else f"Removed the note on paragraph {number}."
    talk.done(said, outcome)
    project.drop_draft(key)


def drafts(project: Project) -> list[str]:
    """The notes that were being typed when a session ended, and how to go on with them."""
    found: list[str] = []
    for left in unfinished(project):
        place, how = place_of(project, left), "Type q, then reader, to go on with it."
        if left.on == "article" and left.number and not left.mark:
            place = f"A note on paragraph {left.number} of {titled(project.articles[left.owner])}"
            how = "There, type a to go on with it."
        found.append(f"{place} was being typed, {words_of(left.text)}. {how}")
    return found


# -- undo -----------------------------------------------------------------------------------------------


def undo(talk: Talk, _rest: str) -> None:
    """Take back the last change; what would surprise is named first, and the second `u` does it."""
    edit = talk.project.next_undo()
    if edit is None:
        raise UsageError("There is nothing to undo.")
    if any(c.table == "articles" and c.id == talk.article.id and c.before is None for c in edit.changes):
        raise UsageError("What is left to undo is the import of this text. Type q; then `reader undo` takes it back.")
    if _surprises(talk, edit) and talk.named_undo != edit.id:
        talk.named_undo = edit.id
        what = spoken.said(talk.project.describe(edit))
        talk.voice.say(f"Type u again to undo: {what}, {spoken.clock(edit.at, datetime.now())}.")
        return
    _taken_back(talk, "Undone", commands.undo(talk.project))


def redo(talk: Talk, _rest: str) -> None:
    """Bring back what was undone last."""
    _taken_back(talk, "Redone", commands.redo(talk.project))


def _surprises(talk: Talk, edit: Edit) -> bool:
    """Whether it is from before this session, elsewhere, or large."""
    marks = sum(1 for change in edit.changes if change.table in ("annotations", "reviews"))
    place = talk.project.place(edit)
    return edit.id not in talk.made or marks > MANY or (place is not None and place[0] != talk.article.id)


def _taken_back(talk: Talk, verb: str, outcome: Outcome) -> None:
    edit = outcome.edit
    newest = next(iter(talk.project.edits()), None)
    talk.made |= {newest.id} if newest else set()
    talk.named_undo = ""
    talk.undo_taught = True
    what = spoken.said(talk.project.describe(edit)) if edit else "nothing"
    talk.done(f"{verb}: {what}.", outcome)
    place = talk.project.place(edit) if edit else None
    if place is not None and place[0] in talk.project.articles:
        talk.go(place[1] or (talk.number if place[0] == talk.article.id else 0), article_id=place[0])
    talk.voice.say(spoken.heading(talk.project, talk.article, talk.number))
