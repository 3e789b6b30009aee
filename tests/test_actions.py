"""How many keys it takes what one does a thousand times a day: each is pressed, counted, and looked at in what is stored."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader import commands
from reader.edits import new_id, now
from reader.model import Annotation, Review, Tag
from reader.project import Project
from reader.tui.screen import Keyed
from tests.projects import make_project, new_article, the_article
from tests.test_tui_reading import Session, long_project, reading

NAMED = ("alarm", "bells", "chance", "debt", "envy", "fright", "guilt", "hunger", "inquiry")
BELLS = (
    "Night shift",
    "R: The first hour is quiet. Then three bells ring at once and you decide who waits. Nobody asks.",
    "I: And then? You went on?",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with 180 tags: nine lie in the slots, the first six have a key of their own."""
    path = tmp_path_factory.mktemp("actions") / "p"
    project = make_project(path, articles=[new_article(BELLS, source="p07.txt")])
    names = [*NAMED, *(f"theme {n:03}" for n in range(180 - len(NAMED)))]
    tags = [Tag(id=new_id("t"), name=n, created=now(), key=n[0] if n in NAMED[:6] else "") for n in names]
    project.apply("tags", [(None, tag) for tag in tags])
    project.close()
    return path


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    """The project without a mark."""
    found = Project.open(folder, coder="c1")
    found.state.slots[:] = [found.codebook.find(name).id for name in NAMED]
    found.state.positions[the_article(found).id] = 2
    yield found
    marks = found.marks(the_article(found).id)
    gone: list[Annotation | Review] = [*marks.annotations.values(), *marks.review_records.values()]
    found.apply("untag", [(record, None) for record in gone])
    found.close()


class Counted:
    """A user whose keys are counted."""

    def __init__(self, user: Session) -> None:
        self.user = user
        self.count = 0

    async def press(self, keys: str) -> None:
        """Keys by their names, a blank between; a word in quotes is typed letter by letter."""
        for key in keys.split():
            pressed = list(key.strip("'")) if key.startswith("'") else [NAMES.get(key, key)]
            self.count += len(pressed)
            await self.user.press(*pressed)


NAMES = {";": "semicolon", ",": "comma", "/": "slash", ")": "right_parenthesis"}

ACTIONS = [
    ("slot tag and next", "1 j", 2, {2: ["alarm"]}),
    ("a tag of 180 by three letters", "t 'hun' enter", 5, {2: ["hunger"]}),
    ("a tag of 180 by its own key", ", d", 2, {2: ["debt"]}),
    ("five tags by name", "t 'ala' tab 'bel' tab 'gui' tab 'hun' tab 'inq' enter", 21, {2: [*NAMED[:2], *NAMED[6:]]}),
    ("five tags by own keys", ", a , b , c , d , e", 10, {2: list(NAMED[:5])}),
]


@pytest.mark.parametrize(("action", "keys", "least", "tagged"), ACTIONS, ids=[name for name, *_ in ACTIONS])
async def test_tags_by_the_fewest_keys(
    project: Project, action: str, keys: str, least: int, tagged: dict[int, list[str]]
) -> None:
    async with reading(project) as user:
        coder = Counted(user)
        await coder.press(keys)
        assert user.tags == tagged
        assert coder.count == least, action
        assert user.here == (3 if keys.endswith("j") else 2)


async def test_with_tag_and_go_on_a_key_a_paragraph(project: Project) -> None:
    project.state.tag_and_go_on = True
    async with reading(project) as user:
        before = user.edits()
        coder = Counted(user)
        await coder.press("3")
        assert (user.tags, user.here, coder.count, user.edits() - before) == ({2: ["chance"]}, 3, 1, 1)
        assert list(project.marks(user.app.article_id).reviews) == [2]
    project.state.tag_and_go_on = False


SPANS = [
    ("a phrase in the middle of a paragraph", "v / 'thr' enter f 'onc' enter 2", 12, "three bells ring at once"),
    ("from a sentence to the end of the next ¶", "v ) J 2", 4, f"{BELLS[1][28:]}\n\n{BELLS[2]}"),
]


@pytest.mark.parametrize(("action", "keys", "least", "words"), SPANS, ids=[name for name, *_ in SPANS])
async def test_spans_by_the_fewest_keys(project: Project, action: str, keys: str, least: int, words: str) -> None:
    async with reading(project) as user:
        coder = Counted(user)
        await coder.press(keys)
        (mark,) = project.marks(user.app.article_id).annotations.values()
        assert (project.codebook.shown(mark.tag), mark.anchor and mark.anchor.quote) == ("bells", words)
        assert coder.count == least, action


async def test_a_span_two_words_short_is_mended_in_one_step(project: Project) -> None:
    start = BELLS[1].index("three")
    article = the_article(project)
    base = project.paragraph(article, 2).start
    commands.span(project, article, base + start, base + start + len("three bells"), ["bells"])
    async with reading(project) as user:
        before, coder = user.edits(), Counted(user)
        await coder.press("; v w w enter")
        (mark,) = project.marks(article.id).annotations.values()
        assert mark.anchor
        assert (mark.anchor.quote, coder.count, user.edits() - before) == ("three bells ring at", 5, 1)


async def test_a_wrong_tag_is_changed_and_keeps_its_note(project: Project) -> None:
    article = the_article(project)
    commands.tag(project, article, [2], ["envy"])
    (mark,) = project.marks(article.id).annotations.values()
    commands.annotation_note(project, mark, "ask her again")
    async with reading(project) as user:
        coder = Counted(user)
        await coder.press("s 'gui' enter")
        (after,) = project.marks(article.id).annotations.values()
        assert (project.codebook.shown(after.tag), after.note, coder.count) == ("guilt", "ask her again", 5)
        assert (after.id, after.created) == (mark.id, mark.created)


async def test_a_hundred_paragraphs_take_at_most_two_keys_and_a_fifth_each(tmp_path: Path) -> None:
    """Twelve known tags, the k-th most frequent 1/k as often as the first: nine are pinned, three have their own keys."""
    project = long_project(tmp_path / "p", 101)
    keys = "abc"
    tags = [Tag(id=new_id("t"), name=f"tag {n}", created=now(), key=keys[n - 9] if n >= 9 else "") for n in range(12)]
    project.apply("tags", [(None, tag) for tag in tags])
    project.state.slots[:] = [tag.id for tag in tags[:9]]
    project.state.pinned = list(range(1, 10))
    often = (32, 16, 11, 8, 6, 5, 5, 4, 4, 3, 3, 3)
    plan = [n for n, count in enumerate(often) for _ in range(count)]
    random.Random(8).shuffle(plan)
    async with reading(project) as user:
        assert user.here == 2
        pressed = [sign for n in plan for sign in ([str(n + 1)] if n < 9 else [",", keys[n - 9]]) + ["j"]]
        screen = user.app.screen
        assert isinstance(screen, Keyed)
        for sign in pressed:
            assert screen.press(sign, sign)
        assert user.tags == {number: [f"tag {n}"] for number, n in enumerate(plan, 2)}
        assert not project.marks(user.app.article_id).reviews
        assert len(pressed) <= 220
    project.close()
