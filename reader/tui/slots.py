"""The nine slots: tags that lie at hand under the keys 1 to 9."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reader.codebook import Codebook
    from reader.model import Tag
    from reader.project import Session

RECENTS = 50


def no_such_key(key: str) -> str:
    """What is said where a key is the key of no tag; nothing for Esc."""
    return "" if key == "escape" else f"no tag has the key {key}; keys are given in the codebook"


def in_slots(state: Session, codebook: Codebook) -> list[Tag | None]:
    """What lies in each slot: the tag meant now. One that a merge would show twice lies in one slot only, its own if it has one."""
    meant = [codebook.resolve(tag_id) if tag_id else None for tag_id in state.slots]
    own = {tag.id for tag, tag_id in zip(meant, state.slots, strict=True) if tag is not None and tag.id == tag_id}
    found: list[Tag | None] = []
    for tag, tag_id in zip(meant, state.slots, strict=True):
        double = tag is not None and tag.id != tag_id and (tag.id in own or tag in found)
        found.append(None if double else tag)
    return found


def slot_of(lying: Iterable[Tag | None], tag_id: str) -> int:
    """The number of the slot, of those `in_slots`, that a tag lies in, or 0."""
    return next((number for number, tag in enumerate(lying, 1) if tag is not None and tag.id == tag_id), 0)


def lay_out(state: Session, codebook: Codebook) -> None:
    """Put a codebook that is small enough into the slots of a coder who has used no tag in this project yet."""
    if state.recents or any(state.slots):
        return
    leaves = [tag.id for tag in codebook.live() if not codebook.children(tag.id)]
    if len(leaves) <= len(state.slots):
        state.slots[: len(leaves)] = leaves


def used(state: Session, codebook: Codebook, tags: Iterable[Tag | str]) -> None:
    """Tags, or paths of such as were just made, were put on: each becomes the most recent, and takes a slot if it has none.

    A new tag takes a free slot (one whose tag is gone is free too), else the one unused for longest that is
    not pinned. A slot never changes by being used.
    """
    for tag in tags:
        meant = codebook.at(tag) or codebook.find(tag) if isinstance(tag, str) else tag
        state.recents = [meant.id, *(other for other in state.recents if other != meant.id)][:RECENTS]
        slot = slot_of(in_slots(state, codebook), meant.id) or _room(state, codebook)
        if slot:
            state.slots[slot - 1] = meant.id
            state.slot_used[slot - 1] = max(state.slot_used) + 1


def _room(state: Session, codebook: Codebook) -> int:
    """The slot that a new tag takes, or 0 if all are pinned."""
    open_slots = [n for n in range(1, len(state.slots) + 1) if n not in state.pinned]
    lying = in_slots(state, codebook)
    free = (n for n in open_slots if (tag := lying[n - 1]) is None or tag.archived)
    return next(free, 0) or min(open_slots, key=lambda n: state.slot_used[n - 1], default=0)
