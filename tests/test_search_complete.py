"""What may be typed next in a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.search.complete import Known, completions

KNOWN = Known(
    tags=("harm/strike", "harm/old flat", "Détention", "date"),
    coders=("anna", "c1"),
    saved=("my one",),
    speakers=("I", "R1", "Schwester Ada"),
    details=("place of origin", "site", "place of origin=lower town", "site=north"),
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("aid ta", ["aid tag:"]),
        ("-is:f", ["-is:furniture"]),
        ("aid (tag:h", ["aid (tag:harm/strike", 'aid (tag:"harm/old flat"', "aid (tag:harm/*"]),
        ("tag:str", ["tag:harm/strike"]),
        ('tag:"harm/old f', ['tag:"harm/old flat"']),
        ("tag:det", ["tag:Détention"]),
        ("coder:a", ["coder:anna"]),
        ("speaker:r", ["speaker:R1"]),
        ("-speaker:ada", ['-speaker:"Schwester Ada"']),
        ("saved:m", ['saved:"my one"']),
        ("meta:no", ["meta:site=north"]),
        ("meta:s", ["meta:site", "meta:site=north"]),
        ("meta:site=", ["meta:site=north"]),
        ("meta:pl", ['meta:"place of origin"', 'meta:"place of origin=lower town"']),
        ('meta:"place of origin"=', ['meta:"place of origin=lower town"']),
        ('meta:"place of origin"="low', ['meta:"place of origin=lower town"']),
        ('tag:"harm"/st', ["tag:harm/strike"]),
        ('"ta', []),
        ("note:x", []),
        ("is:furniture", []),
        ("", []),
        ("aid ", []),
    ],
)
def test_what_is_offered(typed: str, found: list[str]) -> None:
    offered = completions(typed, len(typed), KNOWN)
    assert [typed[: each.start] + each.text + typed[each.end :] for each in offered] == found


def test_only_what_stands_before_the_cursor_counts() -> None:
    (offered,) = completions("coder:a aid", 7, KNOWN)
    assert (offered.start, offered.end, offered.text) == (6, 7, "anna")


@given(st.text('tag: "harm/-(', max_size=15), st.integers(0, 15))
def test_nothing_typed_fails(typed: str, cursor: int) -> None:
    for offered in completions(typed, min(cursor, len(typed)), KNOWN):
        assert 0 <= offered.start <= offered.end <= cursor
