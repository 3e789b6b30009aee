"""A mapping that is never changed and of which a changed one is made at a cost that does not grow with it."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from math import isqrt
from typing import TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")

SMALL = 64
"""Changes that lie over any base, however small it is."""


class Overlay(Mapping[K, V]):
    """A base that is shared, and what differs from it.

    When much differs, or all of it is gone through, the two become one new base: of n entries that is about
    every √2n changes, which keeps both the copying of what differs and the making of bases cheap.
    None stands for what is gone, so it is no value.
    """

    __slots__ = ("_parts",)

    def __init__(self, base: dict[K, V], over: dict[K, V | None]) -> None:
        self._parts = (base, over)

    def changed(self, changes: Iterable[tuple[K, V | None]]) -> Overlay[K, V]:
        """The mapping after some entries are set, or with None taken out; what is set comes last, as in a dict."""
        base, before = self._parts
        over = dict(before)
        for key, value in changes:
            over.pop(key, None)
            if value is not None or key in base:
                over[key] = value
        made = Overlay(base, over)
        if len(over) > max(SMALL, isqrt(2 * len(base))):
            made._flat()
        return made

    def _flat(self) -> dict[K, V]:
        """All of it as one dict, from now on the base."""
        base, over = self._parts
        if over:
            base = {key: value for key, value in base.items() if key not in over}
            base.update((key, value) for key, value in over.items() if value is not None)
            self._parts = (base, {})  # one assignment: another thread sees the old parts or the new ones
        return base

    def __getitem__(self, key: K) -> V:
        base, over = self._parts
        if key not in over:
            return base[key]
        value = over[key]
        if value is None:
            raise KeyError(key)
        return value

    @overload
    def get(self, key: K, /) -> V | None: ...
    @overload
    def get(self, key: K, /, default: V | D) -> V | D: ...
    def get(self, key: K, /, default: V | D | None = None) -> V | D | None:
        """The entry of a key, or the default."""
        base, over = self._parts
        if key not in over:
            return base.get(key, default)
        value = over[key]
        return default if value is None else value

    def __contains__(self, key: object) -> bool:
        base, over = self._parts
        return over[key] is not None if key in over else key in base

    def __len__(self) -> int:
        base, over = self._parts
        return len(base) + sum((value is not None) - (key in base) for key, value in over.items())

    def __iter__(self) -> Iterator[K]:
        return iter(self._flat())

    def keys(self) -> KeysView[K]:
        """The keys."""
        return self._flat().keys()

    def values(self) -> ValuesView[V]:
        """The entries."""
        return self._flat().values()

    def items(self) -> ItemsView[K, V]:
        """The keys with their entries."""
        return self._flat().items()

    def __repr__(self) -> str:
        return f"Overlay({dict(self.items())!r})"


def overlay(mapping: Mapping[K, V]) -> Overlay[K, V]:
    """A mapping as one of which changed ones can be made; one that is, as it is. A dict is not copied: change it no more."""
    if isinstance(mapping, Overlay):
        return mapping
    return Overlay(mapping if isinstance(mapping, dict) else dict(mapping), {})
