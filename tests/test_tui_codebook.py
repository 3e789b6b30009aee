"""The codebook as one uses it: made, named, moved, merged, split, described; quotes to compare; passes and flow."""

from __future__ import annotations

import os

os.environ["TEXTUAL_ANIMATIONS"] = "none"

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from reader import commands
from reader.codebook import PALETTE
from reader.commands import tagfields
from reader.commands.comparing import latest_quotes
from reader.commands.tags import counts
from reader.formats import NewArticle
from reader.model import Paragraph
from reader.project import Project
from reader.tui.app import ReaderApp
from reader.tui.ask import Ask
from reader.tui.choose import Choose
from reader.tui.codebook import CodebookScreen
from reader.tui.codebook_tree import Tree, rolled_up
from reader.tui.dialogs import PathDialog, Question
from reader.tui.fields import Field
from reader.tui.hues import HueDialog
from reader.tui.library import LibraryScreen
from reader.tui.lines import LinesScreen
from reader.tui.note import NoteEditor
from reader.tui.notes import NotesScreen
from reader.tui.palette import Palette
from reader.tui.picker import TagPicker
from reader.tui.quotes import QuotesScreen
from reader.tui.reading import ReadingScreen
from reader.tui.splitting import SplitScreen
from tests.projects import add_tag, make_project, new_article, put_on, the_article
from tests.screens import current_row, line_with, shown, typed, until

WIDE, SMALL = (120, 40), (80, 24)
LIFT = ("Lift stuck for a day", "The lift in the tower stood still since Monday.", "Nobody answered the alarm.")
TURNS = (
    ("I", "What does a night look like?"),
    ("R", "The first hour is quiet. Then three bells ring at once and you decide who waits."),
    ("I", "And then?"),
    ("R", "You tell yourself you chose well. On the way home you count the ones who waited."),
)


def interview() -> NewArticle:
    """Four turns of two speakers."""
    text, paragraphs = "", []
    for number, (speaker, words) in enumerate(TURNS, 1):
        start = len(text)
        text += words
        paragraphs.append(Paragraph(number, start, len(text), "body", speaker))
        text += "\n"
    return NewArticle(text=text.rstrip(), paragraphs=paragraphs, title="p07", source="p07.txt")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    found = make_project(tmp_path / "data", articles=[new_article(), new_article(LIFT, source="lift.txt")])
    first, second = found.articles.values()
    for article, number, tag in (
        (first, 2, "failure/warning"),
        (first, 4, "harm/belongings"),
        (first, 5, "failure/warning"),
        (second, 2, "failure/machine"),
        (second, 3, "failure/warning"),
        (second, 3, "neglect"),
    ):
        commands.tag(found, article, [number], [tag], create=True)
    found.flush()
    yield found
    found.close()


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Project]:
    found = make_project(tmp_path / "data", articles=[interview()])
    found.flush()
    yield found
    found.close()


async def codebook(pilot: Pilot[int], app: ReaderApp, tag: str = "") -> CodebookScreen:
    """Open the codebook, on a tag found by the filter."""
    await pilot.press("c")
    await until(pilot, lambda: isinstance(app.screen, CodebookScreen), "the codebook")
    screen = app.screen
    assert isinstance(screen, CodebookScreen)
    if tag:
        screen.stand_on(app.project.codebook.find(tag).id)
    return screen


async def answered(pilot: Pilot[int], app: ReaderApp, text: str) -> None:
    """Type into the one-line dialog that is open, in place of what stands in it, and Enter."""
    await until(pilot, lambda: isinstance(app.screen, Ask), "the question")
    await typed(pilot, text)
    await pilot.press("enter")


async def picked(pilot: Pilot[int], app: ReaderApp, text: str) -> None:
    """Type into the picker that is open, and Enter."""
    await until(pilot, lambda: isinstance(app.screen, TagPicker), "the picker")
    await typed(pilot, text)
    await pilot.press("enter")


def status(app: ReaderApp) -> str:
    """What the topmost key line says."""
    return app._key_line().status


# the tree


def test_a_filter_keeps_the_tags_above_what_it_finds(project: Project) -> None:
    tree = Tree(project.codebook)
    names = [(project.codebook.tags[row.id].name, row.meant) for row in tree.rows("machine")]
    assert names == [("failure", False), ("machine", True)]
    names = [(project.codebook.tags[row.id].name, row.meant) for row in tree.rows("failure/wa")]
    assert names == [("failure", False), ("warning", True)]
    assert not tree.rows("nothing of the kind")
    assert len(tree.rows()) == len(tree) == 6


def test_counts_roll_up_to_the_parents(project: Project) -> None:
    used = commands.usage(project)
    failure = project.codebook.find("failure").id
    assert used[failure].itself == 0
    assert used[failure].with_below == commands.Usage(4, 4, 2)
    quick = rolled_up(project.codebook, counts(project))
    assert quick[failure].with_below == commands.Usage(4, -1, -1)


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_the_codebook_shows_the_tree_with_counts_and_quotes(project: Project, size: tuple[int, int]) -> None:
    tagfields.tag_describe(project, "failure/warning", "A warning that came late.")
    app = ReaderApp(project)
    async with app.run_test(size=size) as pilot:
        await codebook(pilot, app, "failure/warning")
        await until(pilot, lambda: "warning" in current_row(app))
        assert line_with(app, "▌failure").split()[1:4] == ["4", "4", "2"] or size == WIDE
        assert "A warning that came late." in shown(app)
        assert "shopkeeper" in shown(app) or "Nobody answered" in shown(app)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))


async def test_an_empty_codebook_teaches(tmp_path: Path) -> None:
    found = make_project(tmp_path / "data")
    app = ReaderApp(found)
    async with app.run_test(size=SMALL) as pilot:
        await codebook(pilot, app)
        assert "No tag yet." in shown(app)
        await pilot.press("n")
        await answered(pilot, app, "harm")
        await until(pilot, lambda: "harm" in current_row(app))
    found.close()


async def test_child_sibling_rename_and_undo(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await codebook(pilot, app, "harm")
        await pilot.press("n")
        await answered(pilot, app, "body")
        await until(pilot, lambda: "body" in current_row(app))
        await pilot.press("N")
        await answered(pilot, app, "income")
        await until(pilot, lambda: "income" in current_row(app))
        assert project.codebook.at("harm/body") is not None
        assert project.codebook.at("harm/income") is not None
        await pilot.press("r")
        await answered(pilot, app, "body")
        await until(pilot, lambda: "choose another name" in shown(app), "the refusal")
        await pilot.press("ctrl+u")
        await answered(pilot, app, "wages")
        await until(pilot, lambda: "wages" in current_row(app))
        assert "u takes it back" in status(app)
        await pilot.press("u")
        await until(pilot, lambda: "income" in current_row(app))
        assert isinstance(app.screen, CodebookScreen)


async def test_description_key_hue_and_archive(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await codebook(pilot, app, "neglect")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await pilot.press("escape")  # the form as it is says nothing
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await typed(pilot, "nobody cares")
        await pilot.press("escape")
        await until(pilot, lambda: project.codebook.find("neglect").description == "When to use: nobody cares")
        await pilot.press("k")
        await answered(pilot, app, "n")
        await until(pilot, lambda: project.codebook.find("neglect").key == "n")
        await pilot.press("h")
        await until(pilot, lambda: isinstance(app.screen, HueDialog))
        await pilot.press("down", "enter")
        await until(pilot, lambda: project.codebook.find("neglect").colour in PALETTE.values())
        await pilot.press("x")
        await until(pilot, lambda: project.codebook.find("neglect").archived)
        assert "archived" in current_row(app)
        await pilot.press("x")
        await until(pilot, lambda: not project.codebook.find("neglect").archived)


async def test_move_under_another_tag_and_to_the_top(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await codebook(pilot, app, "neglect")
        await pilot.press("m")
        await picked(pilot, app, "harm")
        await until(pilot, lambda: project.codebook.at("harm/neglect"))
        assert "neglect" in current_row(app)
        await pilot.press("M")
        await until(pilot, lambda: project.codebook.at("neglect"))


async def test_a_merge_says_how_many_and_where_both_stand(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await codebook(pilot, app, "neglect")
        await pilot.press("g")
        await picked(pilot, app, "warning")
        await until(pilot, lambda: "1 annotation; ¶ 3 has both" in status(app), "the sentence")
        assert "warning" in current_row(app)
        await pilot.press("u")
        await until(pilot, lambda: project.codebook.at("neglect"))


async def test_a_merge_of_others_marks_asks_first(project: Project) -> None:
    project.flush()
    other = Project.open(project.path, coder="bea")
    tag = other.codebook.find("neglect")
    commands.tag(other, next(iter(other.articles.values())), [4], [tag])
    other.close()
    project.poll()
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await codebook(pilot, app, "neglect")
        await pilot.press("g")
        await picked(pilot, app, "machine")
        await until(pilot, lambda: isinstance(app.screen, Question) and "(bea" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, CodebookScreen))
        assert project.codebook.at("neglect") is not None


async def test_split_sends_quotes_and_is_one_step(project: Project) -> None:
    app = ReaderApp(project)
    before = len(list(project.edits()))
    async with app.run_test(size=WIDE) as pilot:
        await codebook(pilot, app, "failure/warning")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, SplitScreen))
        await pilot.press("t")
        await picked(pilot, app, "failure/warning/late")
        await until(pilot, lambda: isinstance(app.screen, SplitScreen))
        await pilot.press("space", "1")
        assert "2 of 3 sent" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CodebookScreen))
        assert "u takes it back" in status(app)
        late = project.codebook.find("failure/warning/late")
        project.flush()
        assert [quote.number for quote in latest_quotes(project, [late.id])] == [3, 2]
        assert len(list(project.edits())) == before + 1


async def test_leaving_a_split_asks_and_changes_nothing(project: Project) -> None:
    before = len(list(project.edits()))
    app = ReaderApp(project)
    async with app.run_test(size=SMALL) as pilot:
        await codebook(pilot, app, "failure")
        commands.tag_add(project, "failure/warning/late")
        app.refresh_marks()
        app.screen.stand_on(project.codebook.find("failure/warning").id)  # type: ignore[attr-defined]
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, SplitScreen))
        await pilot.press("1", "q")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, CodebookScreen))
        assert len(list(project.edits())) == before + 1  # the tag made above


async def test_delete_says_what_is_hidden(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await codebook(pilot, app, "failure")
        await pilot.press("X")
        await until(pilot, lambda: isinstance(app.screen, Question) and "2 tags under it" in shown(app))
        assert "4 annotations" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: project.codebook.at("failure") is None)
        await pilot.press("u")
        await until(pilot, lambda: project.codebook.at("failure/warning"))


async def test_a_locked_codebook_makes_no_tag_and_says_how_to_unlock(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await codebook(pilot, app)
        await pilot.press("colon")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        await typed(pilot, "lock tags")
        await pilot.press("enter")
        await until(pilot, lambda: project.info.locked)
        await pilot.press("n")
        await until(pilot, lambda: "locked" in status(app))
        assert isinstance(app.screen, CodebookScreen)


async def test_quotes_open_their_place_and_backspace_returns(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await codebook(pilot, app, "failure/machine")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, QuotesScreen) and "stood still" in shown(app))
        await pilot.press("e")
        await until(pilot, lambda: "Example: “The lift" in project.codebook.find("machine").description)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        assert app.reading.article.title == LIFT[0]
        assert app.reading.here == 2
        await pilot.press("backspace")
        await until(pilot, lambda: isinstance(app.screen, CodebookScreen) and "machine" in current_row(app))


async def test_a_codebook_goes_out_and_comes_in(project: Project, tmp_path: Path) -> None:
    app = ReaderApp(project)
    target = tmp_path / "book.csv"
    async with app.run_test(size=WIDE) as pilot:
        screen = await codebook(pilot, app)
        screen.run_named("export-tags")
        await until(pilot, lambda: isinstance(app.screen, PathDialog) and "A CSV file" in shown(app))
        app.screen.query_one(Field).value = str(target)
        await pilot.press("enter")
        await until(pilot, target.exists, "the file")
        with target.open(encoding="utf-8-sig", newline="") as file:
            assert "neglect" in file.read()
        target.write_text("path,description\nweather/rain,What falls\nneglect,Care left out\n", encoding="utf-8")
        screen.run_named("import-tags")
        await until(pilot, lambda: isinstance(app.screen, PathDialog) and "A CSV file" in shown(app))
        app.screen.query_one(Field).value = str(target)
        await pilot.press("enter")
        await until(pilot, lambda: project.codebook.at("weather/rain"))
        assert project.codebook.find("neglect").description == "Care left out"


# beside the text


async def test_the_picker_teaches(project: Project) -> None:
    tagfields.tag_describe(project, "neglect", "Care that was owed and not given.")
    project.flush()
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TagPicker))
        await typed(pilot, "negl")
        await until(pilot, lambda: "Nobody answered" in shown(app), "the latest quote")
        assert "Care that was owed" in " ".join(part.strip(" ▌") for part in shown(app).splitlines())
        assert "used 1 time" in shown(app)


async def test_quotes_of_the_tag_stand_beside_the_paragraph(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("equals_sign")
        await until(pilot, lambda: isinstance(app.screen, QuotesScreen))
        assert "failure › warning" in shown(app)
        assert "Nobody answered the alarm." in shown(app)
        assert "¶ 2 (here)" in shown(app)
        assert "Residents of the lower town" in shown(app), "the paragraph stays in sight"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))


async def test_the_keys_beside_a_paragraph_are_named_whole(project: Project) -> None:
    put_on(project, the_article(project), 2, add_tag(project, "delay"))
    project.flush()
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("equals_sign")
        hints = ("⏎ go there", "Tab other tag", "e example", "Esc back")
        await until(pilot, lambda: all(hint in shown(app) for hint in hints), "every key")


# passes and flow


async def test_tag_and_go_on_is_one_key_and_one_step(project: Project) -> None:
    tag = project.codebook.find("neglect")
    project.state.slots[0] = tag.id
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        app.reading.run_named("tag-and-go-on")
        before = len(list(project.edits()))
        await pilot.press("1")
        await until(pilot, lambda: app.reading.here == 4)
        assert len(list(project.edits())) == before + 1
        marks = project.marks(app.article_id)
        assert marks.reviewed(2, "c1")
        assert any(mark.tag == tag.id for mark in marks.of(2))
        await pilot.press("u")
        await until(pilot, lambda: app.reading.here == 2)
        marks = project.marks(app.article_id)
        assert not marks.reviewed(2, "c1")
        assert not any(mark.tag == tag.id for mark in marks.of(2))


async def test_tag_and_go_on_leaves_spans_alone(project: Project) -> None:
    tag = project.codebook.find("neglect")
    project.state.slots[0] = tag.id
    project.state.tag_and_go_on = True
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("v")
        await pilot.press("1")
        await until(pilot, lambda: any(m.unit == "span" for m in project.marks(app.article_id).of(2)))
        assert app.reading.here == 2
        assert not project.marks(app.article_id).reviewed(2, "c1")


async def test_a_speaker_is_passed_over(night: Project) -> None:
    app = ReaderApp(night)
    async with app.run_test(size=WIDE) as pilot:
        app.reading.run_named("skip-speaker")
        await until(pilot, lambda: isinstance(app.screen, Choose) and "visited" in shown(app))
        assert current_row(app).startswith("▶ I")
        await pilot.press("enter")
        await until(pilot, lambda: "0 of 2 reviewed" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.reading.here == 2)
        assert "0 of 2 reviewed" in shown(app), "a turn passed over is not marked"
        await pilot.press("enter")
        await until(pilot, lambda: app.reading.here == 4)
        await pilot.press("enter")
        await until(pilot, lambda: "2 of 2 reviewed" in shown(app))


async def test_a_speaker_and_a_pass_are_named_in_the_palette(night: Project) -> None:
    app = ReaderApp(night)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("colon", *"skip", "space", *"speaker", "space", "i")
        await until(pilot, lambda: "Skip speaker: i" in current_row(app))
        await pilot.press("enter")
        await until(pilot, lambda: "0 of 2 reviewed" in shown(app) and "I is passed over" in shown(app))
        await pilot.press("colon", *"new-pass", "space", *"settled", "enter")
        await until(pilot, lambda: "0 of 2 in this pass" in shown(app))
    assert [one["name"] for one in commands.REGISTRY["pass"].run(night, "list").rows or ()][-1] == "settled"


async def test_a_new_pass_begins_at_nothing_and_can_be_undone(night: Project) -> None:
    app = ReaderApp(night)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "1 of 4 reviewed" in shown(app))
        app.reading.run_named("new-pass")
        await answered(pilot, app, "settled")
        await until(pilot, lambda: "0 of 4 in this pass" in shown(app))
        await pilot.press("u")
        await until(pilot, lambda: "1 of 4 reviewed" in shown(app))


async def test_the_library_says_which_and_the_articles_follow_one_another_so(tmp_path: Path) -> None:
    articles = [new_article(), new_article(LIFT, source="lift.txt"), interview()]
    found = make_project(tmp_path / "data", articles=articles)
    first, second, third = found.articles.values()
    for article in (first, third):
        commands.tag(found, article, [2], ["guilt"], create=True)
    found.flush()
    app = ReaderApp(found)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("w")
        await answered(pilot, app, "gilt")
        await until(pilot, lambda: "nearest" in shown(app), "the nearest name")
        await pilot.press("ctrl+u")
        await answered(pilot, app, "guilt; not-reviewed")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen) and not line_with(app, "Lift stuck"))
        await pilot.press("g", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen) and app.article_id == first.id)
        await pilot.press("greater_than_sign")
        await until(pilot, lambda: app.article_id == third.id)
        await pilot.press("greater_than_sign")
        await until(pilot, lambda: "last article of those" in status(app))
        assert second.id in found.articles
    found.close()


async def test_the_palette_runs_commands_of_the_command_line(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("colon")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        await typed(pilot, "stats")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LinesScreen))
        assert "annotations  6" in shown(app)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))


@pytest.mark.parametrize(
    ("words", "screen", "asks"),
    [
        ("import files", LibraryScreen, "Import"),
        ("write a memo", NotesScreen, "memo"),
        ("import a codebook", CodebookScreen, "Import"),
    ],
)
async def test_the_palette_runs_commands_of_other_screens_there(
    project: Project, words: str, screen: type[Screen[None]], asks: str
) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("colon")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        await typed(pilot, words)
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 3 and asks in shown(app))
        assert isinstance(app.screen_stack[1], screen)
        await pilot.press("ctrl+g" if asks == "memo" else "escape")
        await until(pilot, lambda: isinstance(app.screen, screen))
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))


async def test_a_wide_codebook_keeps_every_row_in_its_place(tmp_path: Path) -> None:
    found = make_project(tmp_path / "data")
    parent = add_tag(found, "x" * 60)
    for number in range(60):
        child = add_tag(found, f"北京 {number} " + "y" * 50, parent.id)
        parent = child if number % 12 == 11 else parent
    found.flush()
    app = ReaderApp(found)
    async with app.run_test(size=SMALL) as pilot:
        await codebook(pilot, app)
        await pilot.press("G")
        assert "59" in shown(app)
        await pilot.press("home")
        assert "x" * 60 in shown(app).replace("\n ", "").replace("▌", "")
    found.close()
