"""The nine slots: tags that lie at hand under the keys 1 to 9."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reader.codebook import Codebook
    from reader.project import Session

RECENTS = 50


def no_such_key(key: str) -> str:
    """What is said where a key is the key of no tag; nothing for Esc."""
    return "" if key == "escape" else f"no tag has the key {key}; keys are given in the codebook"


def slot_of(state: Session, tag_id: str) -> int:
    """The number of the slot a tag lies in, or 0."""
    return state.slots.index(tag_id) + 1 if tag_id in state.slots else 0


def lay_out(state: Session, codebook: Codebook) -> None:
    """Put a codebook that is small enough into the slots of a coder who has used no tag in this project yet."""
    if state.recents or any(state.slots):
        return
    leaves = [tag.id for tag in codebook.live() if not codebook.children(tag.id)]
    if len(leaves) <= len(state.slots):
        state.slots[: len(leaves)] = leaves


def used(state: Session, tag_id: str, live: Container[str]) -> int:
    """A tag was put on: it becomes the most recent, and takes a slot if it has none; the slot's number, or 0.

    A new tag takes a free slot (one whose tag is gone is free too), else the one unused for longest that is
    not pinned. A slot never changes by being used.
    """
    state.recents = [tag_id, *(other for other in state.recents if other != tag_id)][:RECENTS]
    slot = slot_of(state, tag_id) or _room(state, live)
    if slot:
        state.slots[slot - 1] = tag_id
        state.slot_used[slot - 1] = max(state.slot_used) + 1
    return slot


def _room(state: Session, live: Container[str]) -> int:
    """The slot that a new tag takes, or 0 if all are pinned."""
    open_slots = [n for n in range(1, len(state.slots) + 1) if n not in state.pinned]
    for number in open_slots:
        if not state.slots[number - 1] or state.slots[number - 1] not in live:
            return number
    return min(open_slots, key=lambda n: state.slot_used[n - 1], default=0)
