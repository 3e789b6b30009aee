"""A mapping of which changed ones are made: each is what a dict changed the same way would be, and the one before stays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from tinydb import TinyDB

from reader.edits import Change, Edit
from reader.fs import PRIVATE
from reader.model import Coder
from reader.overlay import SMALL, overlay
from reader.store.documents import Encoded, Shelf, read_shelf, write_shelf
from reader.store.journal import Entry

keys = st.integers(0, 12)
steps = st.lists(st.lists(st.tuples(keys, st.none() | st.integers()), max_size=5), max_size=12)


def changed(mapping: Mapping[int, int], step: list[tuple[int, int | None]]) -> dict[int, int]:
    """A dict after the same changes: what is set again comes last."""
    found = dict(mapping)
    for key, value in step:
        found.pop(key, None)
        if value is not None:
            found[key] = value
    return found


@given(st.dictionaries(keys, st.integers(), max_size=8), steps, st.booleans())
def test_it_is_what_a_dict_would_be(base: dict[int, int], todo: list[list[tuple[int, int | None]]], gone: bool) -> None:
    now, model = overlay(base), dict(base)
    for step in todo:
        before, model_before = now, model
        now, model = now.changed(step), changed(model, step)
        assert len(now) == len(model)
        assert [now.get(key, -1) for key in range(13)] == [model.get(key, -1) for key in range(13)]
        assert [key in now for key in range(13)] == [key in model for key in range(13)]
        if gone:  # gone through, it is put together and must be the same afterwards
            assert list(now.items()) == list(model.items())
        assert before == model_before
    assert list(now.items()) == list(model.items())


def test_much_that_lies_over_it_becomes_its_base() -> None:
    model: dict[int, int] = {}
    now = overlay(model.copy())
    for key in range(3 * SMALL):
        now, model[key] = now.changed([(key, key)]), key
    assert now == model


handles = st.sampled_from([f"c{n}" for n in range(300)])


@settings(max_examples=25, deadline=None)
@given(rounds=st.lists(st.dictionaries(handles, st.none() | st.text(max_size=3), max_size=40), max_size=5))
def test_a_file_written_again_and_again_holds_what_the_shelf_holds(rounds: list[dict[str, str | None]]) -> None:
    with TemporaryDirectory() as folder:
        path, encoded = Path(folder) / "codebook.json", Encoded()
        shelf = Shelf({"coders": {f"c{n}": Coder(id=f"c{n}", name="") for n in range(0, 300, 2)}})
        for number, names in enumerate(rounds, 1):
            changes = [
                Change("coders", handle, None, None if name is None else {"id": handle, "name": name})
                for handle, name in names.items()
            ]
            edit = Edit(id=f"e{number}", at=f"2026-01-0{number}", coder="c1", command="x", changes=tuple(changes))
            shelf = shelf.with_changes(changes, Entry(edit, "c1.0", number))
            write_shelf(path, shelf, ("tags", "coders"), PRIVATE, encoded)
            found = read_shelf(path)
            assert found is not None
            assert found.table("coders") == dict(shelf.table("coders"))
            documents = TinyDB(path).table("coders").all()
            assert {d["id"]: d["name"] for d in documents} == {c.id: c.name for c in shelf.table("coders").values()}
