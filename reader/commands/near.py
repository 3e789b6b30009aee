"""Tags that somebody may have meant who typed a name that is not in the codebook."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from reader.codebook import plain, split_path
from reader.model import Tag

if TYPE_CHECKING:
    from reader.codebook import Codebook

ALIKE = 0.75
"""From which likeness (0 to 1) on two names may be the same one, mistyped."""
SHORTEST_START = 3
"""Letters that are enough to be taken for the start of a longer name."""
AT_MOST = 5


def near_tags(codebook: Codebook, ref: str) -> list[Tag]:
    """Up to five tags that can be put on and whose path ends in names like those typed, the likest first."""
    typed = [plain(name) for name in split_path(ref)]
    found: list[tuple[float, int, Tag]] = []
    for place, tag in enumerate(codebook.live()):
        names = [plain(name) for name in codebook.path(tag.id)][-len(typed) :]
        if len(names) == len(typed):
            likeness = min(_likeness(one, other) for one, other in zip(typed, names, strict=True))
            if likeness >= ALIKE:
                found.append((-likeness, place, tag))
    return [tag for _, _, tag in sorted(found, key=lambda one: one[:2])[:AT_MOST]]


def called(codebook: Codebook, name: str) -> int:
    """How many tags that can be put on have this name, case and accents ignored."""
    wanted = plain(name.strip())
    return sum(plain(tag.name) == wanted for tag in codebook.live())


def _likeness(typed: str, name: str) -> float:
    if len(typed) >= SHORTEST_START and name.startswith(typed):
        return 1.0
    return SequenceMatcher(None, typed, name).ratio()
