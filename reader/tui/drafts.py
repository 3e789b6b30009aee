"""A note that was being typed when the last session ended: said at the start, opened if the user wants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reader import commands
from reader.errors import ReaderError
from reader.model import Annotation
from reader.tui.undoing import clock

if TYPE_CHECKING:
    from reader.project import Project
    from reader.tui.app import ReaderApp


@dataclass(frozen=True)
class LeftBehind:
    """A draft and where it belongs; `number` is 0 for a note on the whole article, `mark` empty for a bare note.

    For a note on words `mark` is where they stand, as `START-END`.
    """

    key: str
    article: str
    number: int
    mark: str
    text: str


def left_behind(project: Project) -> LeftBehind | None:
    """The first draft whose article is in the library, or None."""
    for key, text in sorted(project.drafts().items()):
        article, _, rest = key.partition(":")
        number, _, mark = rest.partition(":")
        if article in project.articles and number.isdecimal() and text.strip():
            return LeftBehind(key, article, int(number), mark, text)
    return None


def crash_said(project: Project) -> str:
    """That the last session ended badly, and what is there."""
    marks = sum(project.counts().tags(project.coder).values())
    latest = next((edit.at for edit in project.edits() if edit.coder == project.coder), "")
    all_here = f"All {marks:,} marks are here" if marks > 1 else "All is here"
    last = f", the last change from {clock(latest)}" if latest else ""
    return f"The last session ended without goodbye. {all_here}{last}."


def note_said(left: LeftBehind) -> str:
    """Which note was being typed, and how much of it is there."""
    place = f"¶ {left.number}" if left.number else "the whole article"
    words = len(left.text.split())
    return f"A note on {place} was being typed ({words:,} word{'s' * (words != 1)})."


def greet(app: ReaderApp) -> None:
    """At the start: say how the last session ended if it ended badly, and ask about a note that was being typed.

    Without such a note it is one line in the status line and takes no key. From now on a session that does
    not end with `ReaderApp.leave` counts as one that ended badly.
    """
    project = app.project
    if project.read_only:
        return
    crashed = not project.state.clean
    project.state.clean = False
    project.save_state()
    if not offer(app, crashed=crashed) and crashed:
        app.say(crash_said(project))


def offer(app: ReaderApp, *, crashed: bool = False) -> bool:
    """Ask whether to go on with the draft that was left; False where there is none."""
    left = left_behind(app.project)
    if left is None:
        return False
    from reader.tui.dialogs import Question

    def answered(open_it: bool | None) -> None:
        if open_it:
            go_on(app, left)
        else:
            app.say("The draft is kept; the note opens with it.")

    said = f"{crash_said(app.project)} {note_said(left)}" if crashed else note_said(left)
    app.push_screen(Question(said, yes="open it", no="later"), answered)
    return True


def go_on(app: ReaderApp, left: LeftBehind) -> None:
    """Go to the draft's place and open the note with it."""
    from reader.tui.note import NoteEditor

    app.open_article(left.article, left.number or None)
    project = app.project
    stored = _mark(project, left)

    def save(text: str) -> None:
        mark = _mark(project, left)
        article = project.articles[left.article]
        if mark is not None and mark.tag:
            app.done(commands.annotation_note(project, mark, text))
        elif (ends := _ends(left.mark)) is not None:
            app.done(commands.span_note(project, article, *ends, text))
        elif left.mark and mark is None:
            raise ReaderError("What the note stood on is gone; copy the text and leave with ctrl+g.")
        elif left.number:
            app.done(commands.note(project, article, left.number, text))
        else:
            app.done(commands.article_note(project, article, text))

    heading = f"note on ¶ {left.number}" if left.number else "note on the article"
    app.push_screen(NoteEditor(heading, stored.note if stored else "", save=save, draft=left.key))


def _ends(mark: str) -> tuple[int, int] | None:
    """The span that the draft is the note of, if it is one of a span."""
    start, _, end = mark.partition("-")
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() else None


def _mark(project: Project, left: LeftBehind) -> Annotation | None:
    """The annotation that the draft is the note of: the one named, else the bare note at its place."""
    marks = project.marks(left.article)
    if left.mark:
        return marks.annotations.get(left.mark)
    unit = "paragraph" if left.number else "article"
    own = (a for a in marks.of(left.number, project.coder) if a.unit == unit and not a.tag and not a.layer)
    return next(own, None)
