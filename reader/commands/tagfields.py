"""What is said about a tag: when to use it, its colour, its key; and the lock on the codebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reader.codebook import PALETTE
from reader.commands.notes import check_note
from reader.commands.registry import Outcome, Words, command
from reader.commands.tags import TAG, check_key, checked_colour
from reader.commands.wanted import TagRef, existing
from reader.model import Tag

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Codebook"


@command(
    "tag-describe",
    "Write what a tag means: when to use it, when not.",
    group=GROUP,
    words={"tag": TAG, "text": "The description; without it the old one is removed."},
    examples=('reader tag-describe blame "Who is named as guilty. Not for remorse: guilt."',),
)
def tag_describe(project: Project, tag: TagRef, text: Words = "") -> Outcome:
    """Set a tag's description; an empty text removes it."""
    check_note(text)
    before = existing(project.codebook, tag)
    said = "described" if text else "description removed"
    return _changed(project, "tag-describe", before, replace(before, description=text), said)


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
