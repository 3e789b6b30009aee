"""What was written to the index lately is remembered as far as there is room; what is not known means everything."""

from __future__ import annotations

import pytest

from reader.search import touched as module
from reader.search.touched import Touched


def test_what_was_noted_since_a_turn() -> None:
    found = Touched()
    first = found.turn
    assert found.since(first) == frozenset()
    found.note({"n1", "n2"})
    second = found.turn
    found.note({"n2", "n3"})
    found.note(set())
    assert found.since(first) == {"n1", "n2", "n3"}
    assert found.since(second) == {"n2", "n3"}
    assert found.since(found.turn) == frozenset()


def test_a_turn_of_before_everything_changed_or_of_another_index_means_everything() -> None:
    found = Touched()
    first = found.turn
    found.note_all()
    assert found.since(first) is None
    other = Touched()
    other.note({"n1"})
    assert other.since(found.turn) is None
    assert other.since(first) is None


def test_what_there_is_no_room_for_means_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    found = Touched()
    first = found.turn
    found.note({"n1", "n2"})
    second = found.turn
    found.note({"n3", "n4"})
    assert found.since(first) is None
    assert found.since(second) == {"n3", "n4"}
    found.note({"n5", "n6", "n7", "n8"})
    assert found.since(second) is None
    assert found.since(found.turn) == frozenset()
