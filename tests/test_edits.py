"""Edits: inverses, merging, and which edit undo and redo take next."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from reader.edits import REDO, UNDO, Change, Edit, merged, new_id, next_to_redo, next_to_undo, now

records = st.none() | st.fixed_dictionaries({"id": st.just("n1"), "note": st.text(max_size=3)})
changes = st.lists(
    st.builds(Change, st.just("annotations"), st.sampled_from(["n1", "n2"]), records, records), max_size=6
)


def carry_out(state: dict[str, object], todo: tuple[Change, ...]) -> dict[str, object]:
    state = dict(state)
    for change in todo:
        if change.after is None:
            state.pop(change.id, None)
        else:
            state[change.id] = change.after
    return state


@given(changes)
def test_merged_changes_end_where_the_changes_end(todo: list[Change]) -> None:
    chained: list[Change] = []
    state: dict[str, object] = {}
    for change in todo:
        chained.append(Change(change.table, change.id, state.get(change.id), change.after))  # type: ignore[arg-type]
        state = carry_out(state, (chained[-1],))
    short = merged(chained)
    assert carry_out({}, short) == state
    assert len({change.id for change in short}) == len(short)


@given(changes)
def test_the_inverse_brings_the_start_back(todo: list[Change]) -> None:
    chained: list[Change] = []
    state: dict[str, object] = {}
    for change in todo:
        chained.append(Change(change.table, change.id, state.get(change.id), change.after))  # type: ignore[arg-type]
        state = carry_out(state, (chained[-1],))
    edit = Edit(id="e1", at=now(), coder="c1", command="x", changes=tuple(chained))
    assert carry_out(state, edit.inverse()) == {}


@given(st.lists(st.sampled_from("eur"), max_size=40))
def test_undo_and_redo_pick_what_two_stacks_would(keys: list[str]) -> None:
    change = (Change("tags", "t1", None, {"id": "t1"}),)
    log: list[Edit] = []
    undo_stack: list[str] = []
    redo_stack: list[str] = []
    names: dict[str, str] = {}  # edit id -> the plain edit it stands for
    for key in keys:
        edit_id = f"e{len(log)}"
        if key == "e":
            log.append(Edit(id=edit_id, at="", coder="c1", command="tag", changes=change))
            names[edit_id] = edit_id
            undo_stack.append(edit_id)
            redo_stack.clear()
            continue
        newest = list(reversed(log))
        target = next_to_undo(newest) if key == "u" else next_to_redo(newest)
        source, other = (undo_stack, redo_stack) if key == "u" else (redo_stack, undo_stack)
        assert (names[target.id] if target else None) == (source[-1] if source else None)
        if target is not None:
            other.append(source.pop())
            command = UNDO if key == "u" else REDO
            log.append(Edit(id=edit_id, at="", coder="c1", command=command, changes=change, undoes=target.id))
            names[edit_id] = other[-1]


def test_ids_are_version_7_uuids_in_order() -> None:
    ids = [new_id("n") for _ in range(10_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    value = uuid.UUID(ids[0][1:])
    assert (ids[0][0], value.version, value.variant) == ("n", 7, uuid.RFC_4122)


def test_the_time_never_goes_back() -> None:
    later = "2999-01-01T00:00:00.000000Z"
    before = now()
    assert len(before) == len(later)
    assert now() >= before
