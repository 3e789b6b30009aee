"""Records of which there is one only: what two copies changed without having seen each other is in force together."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reader.threeway import OTHER, History, merged

BASE: dict[str, Any] = {
    "id": "a1", "number": 1, "title": "Quay", "sources": ["quay.txt"], "removed": "", "meta": {"author": "A", "wave": "1"},
}  # fmt: skip


def record(**fields: Any) -> dict[str, Any]:
    return {**BASE, **fields}


def test_changes_of_different_fields_are_both_in_force() -> None:
    removed, numbered = record(removed="2026"), record(number=7)
    assert merged(BASE, removed, numbered) == merged(BASE, numbered, removed) == record(removed="2026", number=7)


def test_details_are_merged_key_by_key() -> None:
    mine = record(meta={"author": "B", "wave": "1"})
    theirs = record(meta={"author": "A", "site": "north"})
    assert merged(BASE, theirs, mine) == record(meta={"author": "B", "site": "north"})


def test_of_one_detail_that_both_set_both_values_are_kept() -> None:
    first, later = record(title="Old quay", meta={"author": "B"}), record(title="New quay", meta={"author": "C"})
    found = merged(BASE, later, first)
    assert found["title"] == "New quay"
    assert found["meta"] == {"author": "C", f"author{OTHER}": "B", f"title{OTHER}": "Old quay"}


def test_lists_are_joined_without_what_one_took_out() -> None:
    assert merged(BASE, record(sources=["b"]), record(sources=["quay.txt", "c"]))["sources"] == ["c", "b"]


def test_where_both_made_it_the_earlier_stands_and_has_all_sources() -> None:
    first, later = record(number=3, sources=["a"]), record(number=4, sources=["b"], title="Another title")
    assert merged(None, later, first) == record(number=3, sources=["a", "b"])


def test_rule_and_roles_go_with_the_paragraphs_that_stand() -> None:
    first = record(paragraphs_sha256="1", split={"rule": "line"}, roles={"4": "heading"})
    later = record(paragraphs_sha256="2", split={"rule": "blank"}, roles={"2": "heading"})
    assert merged(None, later, first) == first
    base = record(paragraphs_sha256="0", split={"rule": "auto"}, roles={})
    by_hand = {**base, "roles": {"3": "furniture"}}
    assert merged(base, by_hand, later) == merged(base, later, by_hand) == later
    assert merged(base, later, first) == later


def test_what_another_copy_changed_does_not_go_with_an_undo() -> None:
    history = History()
    assert history.changed("a1", record(number=2), BASE, None) == record(number=2)
    assert history.changed("a1", BASE, BASE, None) is None
    assert history.changed("a1", None, BASE, record(number=2)) == record(number=2)


def test_what_was_erased_stays_away_until_it_is_made_anew() -> None:
    history = History()
    assert history.changed("a1", BASE, None, None) is None
    assert history.changed("a1", None, BASE, record(number=2)) is None
    assert history.changed("a2", None, BASE, record(number=2)) == record(number=2)
    assert history.changed("a1", None, None, BASE) == BASE
    assert history.changed("a1", BASE, BASE, record(number=2)) == record(number=2)


values = st.fixed_dictionaries({
    "title": st.sampled_from(["x", "y"]),
    "removed": st.sampled_from(["", "2026"]),
    "sources": st.lists(st.sampled_from("abc"), unique=True),
    "meta": st.dictionaries(st.sampled_from("kl"), st.sampled_from(["1", "2"])),
})  # fmt: skip


@given(values, values, values)
def test_what_only_one_changed_is_never_lost(
    base: dict[str, Any], later: dict[str, Any], current: dict[str, Any]
) -> None:
    found = merged(base, later, current)
    for name in ("title", "removed"):
        alone = [one[name] for one in (later, current) if one[name] != base[name]]
        assert found[name] == (alone[0] if alone else base[name])  # where both changed it, the later's
    for source in "abc":
        kept = {
            source in one["sources"]
            for one in (later, current)
            if (source in one["sources"]) != (source in base["sources"])
        }
        assert (source in found["sources"]) == (kept.pop() if kept else source in base["sources"])
    both = [{key: one["meta"].get(key) for key in "kl"} for one in (base, later, current, found)]
    for key in "kl":
        was, then, now, is_now = (one[key] for one in both)
        assert is_now == (then if then != was else now)
        if None not in (then, now) and len({was, then, now}) == 3:
            assert found["meta"][f"{key}{OTHER}"] == now


@given(values, values)
def test_a_change_made_of_what_is_there_leads_to_what_it_says(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert History().changed("a1", before, before, after) == after
