"""A note that was being typed when the last session ended: said at the start, opened if the user wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.commands import goodbye

if TYPE_CHECKING:
    from reader.commands.goodbye import Unfinished
    from reader.tui.app import ReaderApp


def greet(app: ReaderApp) -> None:
    """At the start: say how the last session ended if it ended badly, and ask about a note that was being typed.

    Without such a note it is one line in the status line and takes no key. From now on a session that does
    not end with `ReaderApp.leave` counts as one that ended badly.
    """
    project = app.project
    if project.read_only:
        return
    crashed = goodbye.begin_session(project)
    left = next(goodbye.unfinished(project), None)
    if left is not None:
        _offer(app, left, crashed=crashed)
    elif crashed:
        app.say(goodbye.ended_badly(project))


def _offer(app: ReaderApp, left: Unfinished, *, crashed: bool) -> None:
    """Ask whether to go on with the draft that was left."""
    from reader.tui.dialogs import Question

    def answered(open_it: bool | None) -> None:
        if open_it:
            _go_on(app, left)
        else:
            app.say("The draft is kept; the note opens with it.")

    said = goodbye.unfinished_said(app.project, left, app.article_id)
    if crashed:
        said = f"{goodbye.ended_badly(app.project)} {said}"
    app.push_screen(Question(said, yes="open it", no="later"), answered)


def _go_on(app: ReaderApp, left: Unfinished) -> None:
    """Go to the draft's place and open the note with it."""
    from reader.tui.note import NoteEditor

    project = app.project
    if left.on == "article":
        app.open_article(left.owner, left.number or None)

    def save(text: str) -> None:
        app.done(goodbye.finish(project, left, text))

    place = goodbye.place_of(project, left).removeprefix("A ").removeprefix("The ")
    app.push_screen(NoteEditor(place, goodbye.stored_text(project, left), save=save, draft=left.key))
