"""What is said about a tag: when to use it, its colour, its key; and the lock on the codebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reader.codebook import PALETTE
from reader.commands.links import reference
from reader.commands.notes import check_note
from reader.commands.phrases import shortened
from reader.commands.registry import Outcome, Words, command
from reader.commands.spans import find_words
from reader.commands.tags import TAG, check_key, checked_colour
from reader.commands.wanted import TagRef, existing
from reader.model import Article, Tag

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Codebook"


@command(
    "tag-describe",
    "Write what a tag means: when to use it, when not.",
    group=GROUP,
    words={
        "tag": TAG,
        "text": "The description; without it and the options the old one is removed.",
        "when": "When to use the tag: this line alone is set, the rest stays.",
        "when_not": "When not to use it: this line alone is set, the rest stays.",
    },
    examples=(
        'reader tag-describe blame "Who is named as guilty. Not for remorse: guilt."',
        'reader tag-describe blame --when "Somebody is named as guilty." --when-not "Remorse: that is guilt."',
    ),
)
def tag_describe(project: Project, tag: TagRef, text: Words = "", *, when: str = "", when_not: str = "") -> Outcome:
    """Set a tag's description; an empty text removes it. With `when` or `when_not` that line alone is set."""
    before = existing(project.codebook, tag)
    if text or not (when or when_not):
        described = without_blanks(text)
    else:
        described = before.description
    for label, value in ((WHEN, when), (WHEN_NOT, when_not)):
        described = _with_line(described, label, value) if value else described
    check_note(described)
    said = "described" if described else "description removed"
    return _changed(project, "tag-describe", before, replace(before, description=described), said)


WHEN, WHEN_NOT, EXAMPLE = "When to use: ", "When not: ", "Example: "
"""How the lines of a description begin that say these things."""
FORM = f"{WHEN}\n{WHEN_NOT}"
"""A description to be filled in."""
LONGEST_EXAMPLE = 600
"""Characters of a quote that a description takes."""


def without_blanks(text: str) -> str:
    """A description without the lines of the form that nobody has filled in."""
    blank = {WHEN.strip(), WHEN_NOT.strip()}
    return "\n".join(line for line in text.split("\n") if line.strip() not in blank)


def _with_line(text: str, label: str, value: str) -> str:
    """A description with the line of a label set: in its place, else after the others of the form, else at the end."""
    lines = text.split("\n") if text else []
    new = f"{label}{' '.join(value.split())}"
    at = next((n for n, line in enumerate(lines) if line.startswith(label.strip())), -1)
    if at >= 0:
        lines[at] = new
    else:
        lines.append(new)
    return "\n".join(lines)


@command(
    "tag-example",
    "Take words of a text into a tag's description, as an example.",
    group=GROUP,
    words={
        "tag": TAG,
        "article": "Number, id or its start, or file name.",
        "paragraph": "The paragraph's number.",
        "words": "The words as they stand there; without them the whole paragraph.",
        "nth": "Which one, where the words stand there several times: 1 is the first.",
    },
    examples=('reader tag-example blame 3 8 "failed to hold back"',),
)
def tag_example(
    project: Project, tag: TagRef, article: Article, paragraph: int, words: str = "", *, nth: int | None = None
) -> Outcome:
    """Add a quote with its reference to a tag's description. UsageError where the words do not stand there."""
    if words:
        start, end = find_words(project, article, paragraph, words, nth)
    else:
        whole = project.paragraph(article, paragraph)
        start, end = whole.start, whole.end
    return example(project, tag, article, start, end)


def example(project: Project, tag: TagRef, article: Article, start: int, end: int) -> Outcome:
    """Add the words between two positions of an article, with their reference, to a tag's description."""
    before = existing(project.codebook, tag)
    text = project.text(article.id)
    words = shortened(text.slice(start, end), LONGEST_EXAMPLE)
    place = reference(article.title, text.number_at(start), text.number_at(max(start, end - 1)))
    line = f"{EXAMPLE}“{words}” {place}"
    if line in before.description.split("\n"):
        return Outcome("These words are an example of it already.", "an example already")
    described = f"{before.description}\n{line}" if before.description else line
    check_note(described)
    return _changed(
        project, "tag-example", before, replace(before, description=described), "has these words as an example"
    )


@command(
    "tag-colour",
    "Give a tag a colour of its own; the tags below it take it too.",
    group=GROUP,
    words={"tag": TAG, "colour": f"#rrggbb, or one of {', '.join(PALETTE)}; without it the parent's."},
    examples=("reader tag-colour harm vermilion", "reader tag-colour harm '#3a7bd5'"),
)
def tag_colour(project: Project, tag: TagRef, colour: str = "") -> Outcome:
    """Set a tag's colour, `#rrggbb` or a name of the palette; empty: as its parent's. UsageError for what is none."""
    before = existing(project.codebook, tag)
    found = checked_colour(colour)
    name = next((name for name, code in PALETTE.items() if code == found), found)
    said = f"is now {name}" if found else "has its parent's colour"
    return _changed(project, "tag-colour", before, replace(before, colour=found), said)


@command(
    "tag-key",
    "Give a tag a key of its own: `,` and the letter put it on.",
    group=GROUP,
    words={"tag": TAG, "key": "One letter or digit; without it the key is taken away."},
    examples=("reader tag-key harm/displacement d",),
)
def tag_key(project: Project, tag: TagRef, key: str = "") -> Outcome:
    """Set a tag's key; empty removes it. UsageError for what is no key, and names the tag that has it."""
    before = existing(project.codebook, tag)
    check_key(project, key, of=before.id)
    said = f"has the key {key}" if key else "has no key any more"
    return _changed(project, "tag-key", before, replace(before, key=key), said)


def _changed(project: Project, name: str, before: Tag, after: Tag, said: str) -> Outcome:
    shown = project.codebook.shown(before.id)
    if after == before:
        return Outcome(f"Nothing to change: the tag {shown} is like that already.", "unchanged")
    edit = project.apply(name, [(before, after)])
    sentence = f"{shown} {said}" if said.startswith(("is ", "has ")) else f"{shown}: {said}"
    return Outcome(f"The tag {sentence}.", sentence, edit)


@command(
    "tags-lock", "Lock the codebook: no new tags until it is unlocked.", group=GROUP, examples=("reader tags-lock",)
)
def tags_lock(project: Project) -> Outcome:
    """Lock the codebook for all coders: tags can be put on and changed, but none made."""
    return _locked(project, locked=True)


@command("tags-unlock", "Let tags be made again.", group=GROUP, examples=("reader tags-unlock",))
def tags_unlock(project: Project) -> Outcome:
    """Take the lock off the codebook."""
    return _locked(project, locked=False)


def _locked(project: Project, *, locked: bool) -> Outcome:
    info = project.info
    word = "locked" if locked else "open"
    if info.locked == locked:
        return Outcome(f"The codebook is {word} already.", f"already {word}")
    edit = project.apply("tags-lock" if locked else "tags-unlock", [(info, replace(info, locked=locked))])
    if locked:
        return Outcome(
            "The codebook is locked: no tag can be made until `reader tags-unlock`.", "codebook locked", edit
        )
    return Outcome("The codebook is open: tags can be made again.", "codebook open", edit)
