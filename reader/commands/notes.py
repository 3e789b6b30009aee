"""Notes: on a paragraph, on one annotation, and the list of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from reader.commands.coding import mine, words_of
from reader.commands.phrases import titled, where
from reader.commands.registry import Outcome, Words, command
from reader.edits import now
from reader.errors import UsageError
from reader.model import Annotation, Article

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Notes"
LONGEST_NOTE = 32_000
"""Code points; a spreadsheet cell holds 32 767 characters, and a longer note would be cut there."""


@command(
    "note",
    "Write your note on a paragraph; an empty text removes it.",
    group=GROUP,
    words={
        "article": "Number, id or its start, or file name.",
        "paragraph": "The paragraph's number.",
        "text": "The note; '-' reads it from standard input.",
        "append": "Add the text as a new line to the note that is there.",
    },
    examples=('reader note 3 8 "Both sides named; compare with 16."', "reader note 3 8 --append - < memo.txt"),
    more="The text may begin with '-'. Every word up to the end belongs to it.",
)
def note(project: Project, article: Article, paragraph: int, text: Words, *, append: bool = False) -> Outcome:
    """Set the coder's bare note on a paragraph (its annotation without a tag); an empty text removes it."""
    project.paragraph(article, paragraph)
    return _set(project, article, paragraph, text, append=append)


@command(
    "note-article",
    "Write your note on the whole article; an empty text removes it.",
    group=GROUP,
    words={
        "article": "Number, id or its start, or file name.",
        "text": "The note; '-' reads it from standard input.",
        "append": "Add the text as a new line to the note that is there.",
    },
    examples=('reader note-article 3 "Two sources, both of one side."',),
)
def article_note(project: Project, article: Article, text: Words, *, append: bool = False) -> Outcome:
    """Set the coder's bare note on the whole article; an empty text removes it."""
    return _set(project, article, 0, text, append=append)


def _set(project: Project, article: Article, number: int, text: str, *, append: bool) -> Outcome:
    """The bare note on a paragraph (0: on the article): made, changed, removed, or left as it is."""
    bare = bare_note(project, article, number)
    if append and bare is not None:
        text = f"{bare.note}\n{text}" if text else bare.note
    check_note(text)
    place = where(project, article, [number] if number else ())
    short = f"¶ {number} note" if number else "note on the article"
    if text == (bare.note if bare else ""):
        said = f"The note on {place} says that already." if bare else f"There is no note of yours on {place}."
        return Outcome(said, "note unchanged" if bare else "no note here")
    if not text and bare is not None:
        lost = words_of(bare.note)
        edit = project.apply("note", [(bare, None)])
        return Outcome(f"Removed the note on {place}, {lost}.", f"{short} removed, {lost}", edit)
    if bare is None:
        anchor = project.paragraph_anchor(article, number) if number else None
        new = project.annotation("paragraph" if number else "article", article=article, anchor=anchor, note=text)
    else:
        new = replace(bare, note=text, modified=now())
    edit = project.apply("note", [(bare, new)])
    verb = "Changed the note" if bare else "Noted"
    return Outcome(f"{verb} on {place}, {words_of(text)}.", f"{short}, {words_of(text)}", edit)


def annotation_note(project: Project, annotation: Annotation, text: str) -> Outcome:
    """Set the note on one of one's own annotations: why the tag is there. Empty removes the note, never the tag."""
    annotation = mine(project, annotation)
    check_note(text)
    if annotation.note == text:
        return Outcome("The note says that already.", "note unchanged")
    after = replace(annotation, note=text, modified=now()) if text or annotation.tag else None
    edit = project.apply("note", [(annotation, after)])
    name = "".join(project.codebook.path(annotation.tag)[-1:])
    on = f" on {name}" if name else ""
    said = f"note{on}, {words_of(text)}" if text else f"note{on} removed, {words_of(annotation.note)}"
    return Outcome(f"{said[0].upper()}{said[1:]}.", said, edit)


@command(
    "notes", "List all notes.", group=GROUP, examples=("reader notes", "reader notes --json"), writes=False, lists=True
)
def notes(project: Project) -> Outcome:
    """All notes, bare ones and those on tags, in the order of the articles and their text."""
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for article in project.articles.values():
        text = project.text(article.id)
        for mark in sorted(project.marks(article.id).annotations.values(), key=lambda m: (m.target[2:], m.id)):
            if mark.note:
                number = text.number_at(mark.anchor.start) if mark.anchor else None
                rows.append(_row(project, article, number, mark))
                lines += _lines(rows[-1], article)
    for memo in project.memos():
        if memo.note:
            rows.append(_row(project, None, None, memo))
            lines += _lines(rows[-1], None)
    return Outcome("" if rows else "There are no notes yet.", rows=rows, lines=lines)


def bare_note(project: Project, article: Article, number: int) -> Annotation | None:
    """The coder's own note on a paragraph (0: on the article), or None."""
    unit = "paragraph" if number else "article"
    marks = project.marks(article.id).of(number, project.coder)
    return next((m for m in marks if not m.tag and m.unit == unit and not m.layer), None)


def check_note(text: str) -> None:
    """UsageError for a note that is too long or holds half a character."""
    if len(text) > LONGEST_NOTE:
        raise UsageError(
            f"A note has at most {LONGEST_NOTE} characters, so that it fits a spreadsheet cell; "
            f"this one has {len(text)}. Import it as an article instead."
        )
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        raise UsageError("The note is not valid text (it holds half of a character); write it as UTF-8.")


def _row(project: Project, article: Article | None, number: int | None, mark: Annotation) -> dict[str, Any]:
    tag = project.codebook.resolve(mark.tag) if mark.tag else None
    return {
        "annotation_id": mark.id,
        "article_id": mark.article,
        "article_title": article.title if article else "",
        "unit": mark.unit,
        "paragraph": number,
        "quote": mark.anchor.quote if mark.anchor else "",
        "tag_path": project.codebook.shown(tag.id) if tag else "",
        "note": mark.note,
        "coder": mark.coder,
        "created_at": mark.created,
        "updated_at": mark.modified,
    }


def _lines(row: dict[str, Any], article: Article | None) -> list[str]:
    place = f"{titled(article)}, " if article else ""
    place += f"¶ {row['paragraph']}" if row["paragraph"] else f"the {row['unit']}"
    tag = f", {row['tag_path']}" if row["tag_path"] else ""
    return [f"{place}{tag} ({row['coder']}):", *(f"    {line}" for line in row["note"].splitlines())]
