"""Notes: on a paragraph, on one annotation, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from reader.commands.coding import meaning, mine, words_of
from reader.commands.phrases import many, titled, where
from reader.commands.registry import Outcome, Words, command
from reader.commands.wanted import TagRef, check_coder, existing, with_below
from reader.edits import now
from reader.errors import ReaderError, UsageError
from reader.model import Annotation, Article, Tag

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
        "tag": "Write why this tag stands there: the note on your mark with it, on the paragraph or on words of it.",
    },
    examples=(
        'reader note 3 8 "Both sides named; compare with 16."',
        "reader note 3 8 --append - < memo.txt",
        'reader note 3 8 --tag blame "who is not named?"',
    ),
    more="The text may begin with '-'. Every word up to the end belongs to it.",
)
def note(
    project: Project, article: Article, paragraph: int, text: Words, *, append: bool = False, tag: TagRef | None = None
) -> Outcome:
    """Set the coder's bare note on a paragraph (its annotation without a tag), or that on a tag there; empty removes it.

    ReaderError where the tag stands there on nothing, or on several places, of this coder.
    """
    project.paragraph(article, paragraph)
    if tag is not None:
        mark = _with_tag(project, article, paragraph, existing(project.codebook, tag))
        return annotation_note(project, mark, f"{mark.note}\n{text}" if append and mark.note and text else text)
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


def _with_tag(project: Project, article: Article, number: int, tag: Tag) -> Annotation:
    """The coder's mark with a tag on a paragraph, else the only one on words of it."""
    own = project.marks(article.id).of(number, project.coder)
    found = [mark for mark in own if mark.tag and not mark.layer and meaning(project, mark) == tag.id]
    found = [mark for mark in found if mark.unit == "paragraph"] or found
    place = where(project, article, [number])
    if not found:
        raise ReaderError(f"You have not put {project.codebook.shown(tag.id)} on {place}.")
    if len(found) > 1:
        raise ReaderError(
            f"{project.codebook.shown(tag.id)} stands on {many(len(found), 'place')} in {place}; the program shows which is which."
        )
    return found[0]


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
    stays = text or (annotation.tag and annotation.unit != "tag")
    after = replace(annotation, note=text, modified=now()) if stays else None
    edit = project.apply("note", [(annotation, after)])
    name = "".join(project.codebook.path(annotation.tag)[-1:])
    on = f" on {name}" if name else ""
    said = f"note{on}, {words_of(text)}" if text else f"note{on} removed, {words_of(annotation.note)}"
    return Outcome(f"{said[0].upper()}{said[1:]}.", said, edit)


@command(
    "note-tag",
    "Write your note on a tag itself; an empty text removes it.",
    group=GROUP,
    words={
        "tag": "Its path (harm/displacement), or its name where only one tag has it.",
        "text": "The note; '-' reads it from standard input.",
        "append": "Add the text as a new line to the note that is there.",
    },
    examples=('reader note-tag blame "Said of the other side, or of oneself? Ask anna."',),
)
def tag_note(project: Project, tag: TagRef, text: Words, *, append: bool = False) -> Outcome:
    """Set the coder's note on a tag; an empty text removes it."""
    meant = existing(project.codebook, tag)
    shown = project.codebook.shown(meant.id)
    old = memo_on(project, meant)
    if append and old is not None:
        text = f"{old.note}\n{text}" if text else old.note
    check_note(text)
    if text == (old.note if old else ""):
        said = f"The note on the tag {shown} says that already." if old else f"There is no note of yours on {shown}."
        return Outcome(said, "note unchanged" if old else "no note here")
    if not text:
        after = None
    elif old is None:
        after = project.annotation("tag", tag=meant.id, note=text)
    else:
        after = replace(old, note=text, modified=now())
    edit = project.apply("note", [(old, after)])
    said = f"note on the tag {shown}" + (f", {words_of(text)}" if text else " removed")
    return Outcome(f"{said[0].upper()}{said[1:]}.", said, edit)


def memo_on(project: Project, tag: Tag) -> Annotation | None:
    """The coder's own note on a tag, or None."""
    resolve = project.codebook.resolve
    found = (m for m in project.memos() if m.unit == "tag" and m.coder == project.coder and not m.layer)
    return next((m for m in found if (meant := resolve(m.tag)) is not None and meant.id == tag.id), None)


@command(
    "memo",
    "Write a memo on the project; each stands for itself, with its time.",
    group=GROUP,
    words={"text": "The memo; '-' reads it from standard input."},
    examples=('reader memo "After ten interviews: guilt and duty are two things. See 3 ¶ 8."',),
)
def memo(project: Project, text: Words) -> Outcome:
    """Add a memo on the project. UsageError for an empty one."""
    check_note(text)
    if not text.strip():
        raise UsageError("A memo needs a text.")
    new = project.annotation("project", note=text)
    edit = project.apply("memo", [(None, new)])
    return Outcome(f"Memo on the project, {words_of(text)}.", f"memo, {words_of(text)}", edit)


@command(
    "notes",
    "List notes and memos.",
    group=GROUP,
    words={
        "article": "Only those in this article: number, id or its start, or file name.",
        "tag": "Only those on this tag, on its marks, and on the tags below it.",
        "by": "Only those of this coder.",
        "text": "Only those that hold this text; case and accents do not matter.",
    },
    examples=("reader notes", "reader notes --tag guilt --by anna", "reader notes --text photograph --json"),
    writes=False,
    lists=True,
)
def notes(
    project: Project, *, article: Article | None = None, tag: TagRef | None = None, by: str = "", text: str = ""
) -> Outcome:
    """Notes in the order of the articles and their text, then those on tags and the project."""
    check_coder(project, by)
    wanted = _wanted(project, tag, by, text)
    found = [
        (where_, number, mark) for where_, number, mark in all_notes(project, article) if all(t(mark) for t in wanted)
    ]
    rows = [_row(project, *one) for one in found]
    lines = [line for row, (where_, _, _) in zip(rows, found, strict=True) for line in _lines(row, where_)]
    nothing = "No note is like that." if wanted or article else "There are no notes yet."
    return Outcome("" if rows else nothing, rows=rows, lines=lines)


def all_notes(
    project: Project, article: Article | None = None
) -> Iterator[tuple[Article | None, int | None, Annotation]]:
    """(article, paragraph number, annotation) of all notes that may be seen; None where there is no such place."""
    for each in [article] if article else project.articles.values():
        text = project.text(each.id)
        for mark in sorted(project.marks(each.id).annotations.values(), key=lambda m: (m.target[2:], m.id)):
            if mark.note:
                yield each, text.number_at(mark.anchor.start) if mark.anchor else None, mark
    if article is None:
        yield from ((None, None, memo) for memo in project.memos() if memo.note)


def _wanted(project: Project, tag: TagRef | None, by: str, text: str) -> list[Callable[[Annotation], bool]]:
    tests: list[Callable[[Annotation], bool]] = []
    if by:
        tests.append(lambda mark: mark.coder == by)
    if tag:
        ids = with_below(project.codebook, existing(project.codebook, tag))
        tests.append(lambda mark: meaning(project, mark) in ids)
    if text:
        finder = project.finder(text)
        tests.append(lambda mark: bool(finder.spans(mark.note)))
    return tests


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
    # A memo has no place in a text to be known by: its time tells one from the next.
    when = "" if article else f", {row['created_at'][:16].replace('T', ' ')}Z"
    return [f"{place}{tag} ({row['coder']}{when}):", *(f"    {line}" for line in row["note"].splitlines())]
