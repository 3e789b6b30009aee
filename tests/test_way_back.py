"""Every change that is made in the program says how to take it back, also where there is little room."""

from __future__ import annotations

import os

os.environ["TEXTUAL_ANIMATIONS"] = "none"

from pathlib import Path

import pytest

from reader.tui.app import ReaderApp
from tests.screens import shown, until
from tests.walk import project_to_walk

CHANGES = (
    ("a new tag", "t q u i p enter"),
    ("a slot", "j 5"),
    ("the last tag again", "j full_stop"),
    ("all tags again", "j d"),
    ("a tag changed", "s q u i p enter p a y s enter"),
    ("a tag taken off", "x t o w n enter"),
    ("a note", "a w h y escape"),
    ("why a tag stands", "k t m o o d enter w s o escape"),
    ("reviewed", "r"),
    ("reviewed, on", "j enter"),
    ("words", "v right_parenthesis 1"),
    ("words as a tag", "j v i"),
    ("the whole article", "escape T q u i p enter"),
    ("a pass", "colon n e w space p a s s enter t w o enter"),
    ("a child", "c n c h i l d enter"),
    ("a sibling", "N o t h e r enter"),
    ("another name", "r X enter"),
    ("a key", "k y enter"),
    ("a hue", "h down enter"),
    ("put out of use", "x"),
    ("brought back", "x"),
    ("put at the top", "M"),
    ("a tag's note", "a m e m o escape"),
    ("a description", "d w h e n escape"),
    ("locked", "colon l o c k enter"),
    ("let go", "colon l o c k enter"),
    ("a memo", "escape m n i d e a escape"),
    ("an article's note", "escape l a s o escape"),
    ("an article's tag", "t m o n enter"),
    ("a detail", "d n p l a c e equals_sign H u l l enter escape"),
    ("taken out of the library", "x y"),
)
"""What is changed, and the keys that do it, each behind the one before."""


@pytest.mark.parametrize(
    "size",
    [
        pytest.param((120, 40), marks=pytest.mark.torture),
        pytest.param((80, 24), marks=pytest.mark.torture),
        (40, 12),  # where the least has room
    ],
)
async def test_every_change_says_which_key_takes_it_back(tmp_path: Path, size: tuple[int, int]) -> None:
    project = project_to_walk(tmp_path / "ferry")
    app = ReaderApp(project)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: not project.read_only and app.article_id, "the article")
        for what, keys in CHANGES:
            before = next(iter(project.edits())).id
            await pilot.press(*keys.split())
            await until(pilot, lambda: next(iter(project.edits())).id != before, what)  # noqa: B023
            await until(pilot, lambda: shown(app).splitlines()[-1].startswith(" u undo"), f"{what}: its way back")
        await pilot.press("u", "u")
        await until(pilot, lambda: shown(app).splitlines()[-1].startswith(" U redo"), "the way back of undo")
    project.close()
