"""Putting tags on paragraphs and articles, taking them off, swapping them. None of it marks anything reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reader.commands.phrases import listed, many, titled, where
from reader.commands.registry import Outcome, command
from reader.commands.retag import doubles, retagged
from reader.commands.wanted import TagRef, existing, to_put_on
from reader.errors import ReaderError, UsageError
from reader.model import Annotation, Article, Tag

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Coding"
PARAGRAPHS = "Paragraph numbers and ranges: 3,7-9."
TAGS = "Tags as path (harm/displacement), or as name where only one tag has it."

Pair = tuple[Annotation | Tag | None, Annotation | Tag | None]


@command(
    "tag",
    "Put tags on paragraphs.",
    group=GROUP,
    words={
        "article": "Number, id or its start, or file name.",
        "paragraphs": PARAGRAPHS,
        "tags": TAGS,
        "create": "Make the tags that are not in the codebook yet.",
    },
    examples=(
        "reader tag 3 3,7-9 harm/displacement",
        "reader tag flood.txt 2 failure/warning --create",
        "reader tag --search '\"rang us\"' failure/warning --dry-run",
    ),
    more="A tag that is on a paragraph already stays as it is. Tagging never marks a paragraph reviewed. "
    "`reader tag --search QUERY TAG… [--dry-run]` tags all that a query finds: see tag-search.",
    instead={"--search": "tag-search"},
)
def tag(
    project: Project,
    article: Article,
    paragraphs: Sequence[int],
    tags: Sequence[TagRef],
    *,
    create: bool = False,
) -> Outcome:
    """Put tags on paragraphs, new tags and marks in one edit. What has the tag already is counted and left."""
    numbers = checked(project, article, paragraphs)
    meant, made = to_put_on(project, tags, create=create)
    pairs: list[Pair] = [(None, new) for new in made]
    tagged: list[int] = []
    had = 0
    for number in numbers:
        present = {meaning(project, mark) for mark in own(project, article, number)}
        missing = [t for t in meant if t.id not in present]
        had += not missing
        if missing:
            anchor = project.paragraph_anchor(article, number)
            pairs += [
                (None, project.annotation("paragraph", article=article, anchor=anchor, tag=t.id)) for t in missing
            ]
            tagged.append(number)
    return _put_on(project, article, (numbers, tagged, had), meant, pairs)


@command(
    "tag-article",
    "Put tags on the whole article.",
    group=GROUP,
    words={"article": "Number, id or its start, or file name.", "tags": TAGS, "create": "Make the tags that are new."},
    examples=("reader tag-article 3 type/interview",),
)
def tag_article(project: Project, article: Article, tags: Sequence[TagRef], *, create: bool = False) -> Outcome:
    """Put tags on the whole article, new tags and marks in one edit."""
    meant, made = to_put_on(project, tags, create=create)
    present = {meaning(project, mark) for mark in own(project, article, 0)}
    missing = [t for t in meant if t.id not in present]
    pairs: list[Pair] = [(None, new) for new in made]
    pairs += [(None, project.annotation("article", article=article, tag=t.id)) for t in missing]
    return _put_on(project, article, ([], [0] if missing else [], 0 if missing else 1), meant, pairs)


def _put_on(
    project: Project,
    article: Article,
    done: tuple[Sequence[int], Sequence[int], int],
    meant: Sequence[Tag],
    pairs: Sequence[Pair],
) -> Outcome:
    """The edit and its sentence; `done` is (paragraphs asked for, those that got a tag, how many had it all)."""
    numbers, tagged, had = done
    if not tagged:
        names = shown(project, meant)
        return Outcome(
            f"Already there: {names} on {where(project, article, numbers)}.", f"{last_names(meant)}: already there"
        )
    edit = project.apply("tag" if numbers else "tag-article", pairs)
    names = shown(project, meant)
    had_it = f" {had} had it already." if had else ""
    text = f"Tagged {where(project, article, tagged if numbers else ())}: {names}.{had_it}"
    if not numbers:
        return Outcome(text, f"article tagged {last_names(meant)}", edit)
    if len(numbers) == 1:
        return Outcome(text, f"¶ {numbers[0]} tagged {last_names(meant)}", edit)
    return Outcome(text, f"{len(tagged)} tagged" + (f", {had} had it" if had else ""), edit)


@command(
    "untag",
    "Take tags off paragraphs, with their notes.",
    group=GROUP,
    words={"article": "Number, id or its start, or file name.", "paragraphs": PARAGRAPHS, "tags": TAGS},
    examples=("reader untag 3 7 harm/displacement",),
    more="Only your own marks can be taken off.",
)
def untag(project: Project, article: Article, paragraphs: Sequence[int], tags: Sequence[TagRef]) -> Outcome:
    """Take one's own tags off paragraphs. ReaderError where only others have put them on."""
    if not tags:
        raise UsageError("Which tag? Write its path or name, such as harm/displacement.")
    numbers = checked(project, article, paragraphs)
    meant = [existing(project.codebook, ref) for ref in tags]
    gone = [mark for n in numbers for t in meant for mark in _with(project, own(project, article, n), t)]
    if not gone:
        _refuse_others(project, article, numbers, meant)
        nothing = f"Nothing to take off: {where(project, article, numbers)} has no {shown(project, meant)}."
        return Outcome(nothing, "nothing to take off")
    edit = project.apply("untag", [(mark, None) for mark in gone])
    touched = _paragraphs_of(project, article, gone)
    text = f"Took {shown(project, meant)} off {where(project, article, touched)}{_and_notes(gone)}."
    brief = f"¶ {listed(touched)}: took off {last_names(meant)}{_and_notes(gone)}"
    return Outcome(text, brief, edit)


def take_off(project: Project, annotation: Annotation) -> Outcome:
    """Take off one of one's own annotations: a tag with its note, or a bare note."""
    annotation = mine(project, annotation)
    gone = doubles(project, annotation)
    edit = project.apply("untag" if annotation.tag else "note", [(mark, None) for mark in gone])
    tag = project.codebook.resolve(annotation.tag) if annotation.tag else None
    name = [tag.name] if tag else []
    if not annotation.tag:
        sentence = f"took off the note, {words_of(annotation.note)}"
    else:
        sentence = f"took off {''.join(name) or 'the tag'}{_and_notes(gone)}"
    return Outcome(f"{sentence[0].upper()}{sentence[1:]}.", sentence, edit)


@command(
    "swap",
    "Put one tag in another's place; note and date stay.",
    group=GROUP,
    words={
        "article": "Number, id or its start, or file name.",
        "paragraphs": PARAGRAPHS,
        "old": "The tag that is there.",
        "new": "The tag that takes its place.",
        "create": "Make the new tag if it is not in the codebook yet.",
    },
    examples=("reader swap 3 7 blame harm/displacement",),
)
def swap(
    project: Project,
    article: Article,
    paragraphs: Sequence[int],
    old: TagRef,
    new: TagRef,
    *,
    create: bool = False,
) -> Outcome:
    """Change a tag on paragraphs, keeping span, note and date of each mark."""
    numbers = checked(project, article, paragraphs)
    before = existing(project.codebook, old)
    found = [mark for n in numbers for mark in _with(project, own(project, article, n), before)]
    if not found:
        _refuse_others(project, article, numbers, [before])
        raise ReaderError(f"{where(project, article, numbers)} has no {shown(project, [before])} to swap.")
    return _swap(project, found, new, create=create)


def swap_annotation(project: Project, annotation: Annotation, new: TagRef, *, create: bool = False) -> Outcome:
    """Change the tag of one of one's own annotations, keeping span, note and date."""
    annotation = mine(project, annotation)
    return _swap(project, doubles(project, annotation), new, create=create)


def _swap(project: Project, marks: Sequence[Annotation], new: TagRef, *, create: bool) -> Outcome:
    """Where the target has the new tag already, the two become one with both notes."""
    (after,), made = to_put_on(project, [new], create=create)
    article = project.article(marks[0].article)
    if all(meaning(project, mark) == after.id for mark in marks):
        name = shown(project, [after])
        return Outcome(f"Already there: {name} on {titled(article)}.", f"{after.name}: already there")
    before = shown_ids(project, [marks[0].tag])
    pairs: list[Pair] = [(None, tag) for tag in made]
    pairs += retagged(project, marks, dict.fromkeys((mark.id for mark in marks), after))
    edit = project.apply("swap", pairs)
    numbers = _paragraphs_of(project, article, marks)
    after_name = shown(project, [after])
    text = f"Swapped {before} for {after_name} on {where(project, article, numbers)}."
    place = f"¶ {listed(numbers)}: " if numbers else ""
    return Outcome(text, f"{place}{after_name} instead of {before}", edit)


# -- what the functions above share ------------------------------------------------------------------


def checked(project: Project, article: Article, paragraphs: Sequence[int]) -> list[int]:
    """The numbers in order, each once. UsageError if there is none or one is out of range."""
    numbers = sorted(set(paragraphs))
    if not numbers:
        raise UsageError("Which paragraph? Write numbers and ranges, such as 3,7-9.")
    for number in (numbers[0], numbers[-1]):
        project.paragraph(article, number)
    return numbers


def own(project: Project, article: Article, number: int) -> list[Annotation]:
    """The coder's own tags on a paragraph as a whole (0: on the article), those of deleted tags left out."""
    unit = "paragraph" if number else "article"
    return [
        mark for mark in live_tag_marks(project, article, number, project.coder) if mark.unit == unit and not mark.layer
    ]


def live_tag_marks(project: Project, article: Article, number: int, coder: str | None = None) -> list[Annotation]:
    """The annotations with a tag that touch a paragraph (0: the article), those of deleted tags left out."""
    marks = project.marks(article.id).of(number, coder)
    return [mark for mark in marks if mark.tag and meaning(project, mark)]


def meaning(project: Project, mark: Annotation) -> str:
    """The id of the tag that a mark means now; empty for a bare note and a deleted tag."""
    tag = project.codebook.resolve(mark.tag) if mark.tag else None
    return tag.id if tag else ""


def mine(project: Project, annotation: Annotation) -> Annotation:
    """The annotation as it is now. ReaderError if another coder made it, or it is gone."""
    if annotation.coder != project.coder:
        raise ReaderError(f"That is a mark of {annotation.coder}; only {annotation.coder} can change it.")
    if annotation.article:
        current = project.marks(annotation.article).annotations.get(annotation.id)
    else:
        current = next((memo for memo in project.memos() if memo.id == annotation.id), None)
    if current is None:
        raise ReaderError("That mark is not there any more.")
    return current


def shown(project: Project, tags: Iterable[Tag]) -> str:
    """Paths of tags, also of tags that were just made."""
    return shown_ids(project, [t.id for t in tags])


def shown_ids(project: Project, tag_ids: Iterable[str]) -> str:
    """Paths of the tags that the ids mean now."""
    codebook = project.codebook
    resolved = ((codebook.resolve(tag_id), tag_id) for tag_id in tag_ids)
    return ", ".join(codebook.shown(tag.id if tag else tag_id) for tag, tag_id in resolved)


def last_names(tags: Iterable[Tag]) -> str:
    """Names without their paths, for the status line."""
    return ", ".join(t.name for t in tags)


def words_of(note: str) -> str:
    """The length of a note in words."""
    return many(len(note.split()), "word")


def _with(project: Project, marks: Iterable[Annotation], tag: Tag) -> list[Annotation]:
    return [mark for mark in marks if meaning(project, mark) == tag.id]


def _refuse_others(project: Project, article: Article, numbers: Sequence[int], tags: Sequence[Tag]) -> None:
    ids = {t.id for t in tags}
    others = {m.coder for n in numbers for m in live_tag_marks(project, article, n) if meaning(project, m) in ids}
    others.discard(project.coder)
    if others:
        who = ", ".join(sorted(others))
        raise ReaderError(f"{shown(project, tags)} was put there by {who}; only {who} can change that.")


def _and_notes(marks: Iterable[Annotation]) -> str:
    notes = [mark.note for mark in marks if mark.note]
    if not notes:
        return ""
    words = words_of(" ".join(notes))
    return f" and its note, {words}" if len(notes) == 1 else f" and {len(notes)} notes, {words}"


def _paragraphs_of(project: Project, article: Article, marks: Iterable[Annotation]) -> list[int]:
    text = project.text(article.id)
    return sorted({text.number_at(mark.anchor.start) for mark in marks if mark.anchor})
