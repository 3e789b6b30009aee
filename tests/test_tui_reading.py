"""The reading screen in a user's words: what is pressed, and what is seen and stored then."""

from __future__ import annotations

import os

os.environ["TEXTUAL_ANIMATIONS"] = "none"

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from reader import commands, tui
from reader.config import Settings
from reader.project import Project, Saved
from reader.tui.app import ReaderApp
from reader.tui.history import HistoryScreen
from tests.projects import FLOOD, add_tag, make_project, new_article, put_on, the_article
from tests.screens import current_row, until

WIDE = (120, 40)
SMALL = (80, 24)


class Session:
    """A user at the keyboard."""

    def __init__(self, app: ReaderApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys one by one; a text of several letters that is no key's name is typed."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type a text."""
        names = {" ": "space", "/": "slash", ":": "colon"}
        await self.press(*(names.get(sign, sign) for sign in text))

    async def saved(self) -> None:
        """Wait until all is on the disk and said to be."""
        self.app.project.flush()
        await self.until(lambda: "saved" in self.status or not self.app.project.pending)

    async def until(self, there: Callable[[], bool]) -> None:
        """Wait for a state."""
        await until(self.pilot, there)

    @property
    def frame(self) -> str:
        """The screen as plain text."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def status(self) -> str:
        """What the status line says."""
        return self.app.reading.key_line.status

    @property
    def title(self) -> str:
        """The title line."""
        return self.frame.split("\n")[0]

    @property
    def here(self) -> int:
        """The current paragraph."""
        return self.app.reading.here

    @property
    def tags(self) -> dict[int, list[str]]:
        """Paths of the coder's tags by paragraph."""
        project = self.app.project
        marks = project.marks(self.app.article_id)
        return {
            number: [project.codebook.shown(a.tag) for a in found if a.tag]
            for number, found in sorted(marks.by_paragraph.items())
            if any(a.tag for a in found)
        }

    @property
    def notes(self) -> list[str]:
        """All notes of the article."""
        return [a.note for a in self.app.project.marks(self.app.article_id).annotations.values() if a.note]

    def edits(self) -> int:
        """How many edits there are."""
        return len(list(self.app.project.edits()))


Open = Callable[..., "Awaitable[Session]"]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = make_project(tmp_path / "p")
    yield made
    made.close()


@asynccontextmanager
async def reading(project: Project, size: tuple[int, int] = WIDE, **options: object) -> AsyncIterator[Session]:
    app = ReaderApp(project, **options)  # type: ignore[arg-type]  # options of one test
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        session = Session(app, pilot)
        await session.until(lambda: app.reading.opened is None or app.reading.opened.counted)
        yield session


def long_project(folder: Path, count: int = 300) -> Project:
    parts = ["A title", *(f"Paragraph {n}. " + "Words about the flood. " * 8 for n in range(2, count + 1))]
    return make_project(folder, articles=[new_article(parts)])


async def test_a_new_article_opens_on_its_first_body_paragraph(project: Project) -> None:
    async with reading(project) as user:
        assert user.here == 2
        assert "▶ ·  2 " in user.frame
        assert "(furniture)" in user.frame
        assert "¶ 2 of 5 · 0 coded · 0 of 3 reviewed" in user.title
        assert " t tag " in user.frame.split("\n")[-1]


class Hasty(ReaderApp):
    """An edit is made and on the disk before anything was painted, as by a key that was typed ahead."""

    CSS_PATH = str(Path(tui.__file__).with_name("reader.tcss"))

    def open_first(self) -> None:
        super().open_first()
        self.attempt(commands.tag, self.project, the_article(self.project), [2], ["harm"], create=True)
        self.project.flush()


async def test_an_edit_before_the_first_paint_is_said_to_be_saved(project: Project) -> None:
    app = Hasty(project)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.reading.key_line.status.startswith("¶ 2 tagged harm · saved "))


async def test_story_a(project: Project) -> None:
    async with reading(project) as user:
        await user.press("t")
        await user.type("failure/warning")
        await user.press("enter")
        assert user.tags == {2: ["failure > warning"]}
        await user.saved()
        await user.until(lambda: user.status.startswith("¶ 2 tagged warning · saved "))
        assert "▌failure › warning" in user.frame
        assert "1 warning" in user.frame
        assert "not reviewed" in user.frame
        await user.press("enter")
        assert user.here == 4
        assert "✓  2" in user.frame
        await user.press("1")
        assert user.tags[4] == ["failure > warning"]
        before = user.edits()
        await user.press("1")
        assert "already there" in user.status
        assert user.edits() == before
        await user.press("a")
        await user.type("beds: ask for photographs")
        await user.press("escape")
        assert user.notes == ["beds: ask for photographs"]
        assert "beds: ask for photographs" in user.frame
        await user.press("slash")
        await user.type("rang")
        assert "1/1" in user.frame.split("\n")[-1]
        await user.press("enter")
        assert user.here == 5
        assert "1/1" in user.status
        await user.press("escape", "x")
        assert user.status == "nothing to take off"
        await user.press("u")
        if user.notes:
            # The note is off the screen only in a window without its paragraph; here it is in sight.
            raise AssertionError(user.status)
        assert "undone" in user.status
        assert user.here == 4
        await user.press("U")
        assert user.notes == ["beds: ask for photographs"]
        await user.saved()


async def test_the_place_is_found_again(project: Project) -> None:
    async with reading(project) as user:
        await user.press("j")
        assert user.here == 4
        await user.press("q")
    async with reading(project) as user:
        assert user.here == 4


async def test_moving_passes_over_furniture_and_numbers_reach_it(project: Project) -> None:
    async with reading(project) as user:
        await user.press("j", "j", "k")
        assert user.here == 4
        await user.press("k")
        assert user.here == 2
        await user.press("colon")
        await user.type("3")
        await user.press("enter")
        assert user.here == 3
        await user.press("backspace")
        assert user.here == 2
        await user.press("G")
        assert user.here == 5
        await user.press("g")
        assert user.here == 1


async def test_taking_off_says_what_went_and_undo_brings_it_back(project: Project) -> None:
    blame = add_tag(project, "blame")
    put_on(project, the_article(project), 2, blame)
    async with reading(project) as user:
        await user.press("w")
        await user.type("said twice here")
        await user.press("escape")
        assert user.notes == ["said twice here"]
        await user.press("x")
        assert user.tags == {}
        assert "took off blame and its note, 3 words · u brings both back" in user.status
        await user.press("u")
        assert user.tags == {2: ["blame"]}
        assert user.notes == ["said twice here"]


async def test_one_of_several_tags_is_chosen_to_be_taken_off(project: Project) -> None:
    for name in ("blame", "water"):
        put_on(project, the_article(project), 2, add_tag(project, name))
    async with reading(project) as user:
        await user.press("x")
        await user.type("wat")
        await user.press("enter")
        assert user.tags == {2: ["blame"]}


async def test_swap_keeps_the_note(project: Project) -> None:
    blame = add_tag(project, "blame")
    add_tag(project, "water")
    put_on(project, the_article(project), 2, blame)
    async with reading(project) as user:
        await user.press("w")
        await user.type("why")
        await user.press("escape", "s")
        await user.type("water")
        await user.press("enter")
        assert user.tags == {2: ["water"]}
        assert user.notes == ["why"]


async def test_repeat_and_ditto(project: Project) -> None:
    for name in ("blame", "water"):
        put_on(project, the_article(project), 2, add_tag(project, name))
    async with reading(project) as user:
        await user.press("j", "d")
        assert user.tags[4] == ["blame", "water"]
        await user.press("j", "full_stop")
        assert len(user.tags[5]) == 1
        await user.press("full_stop")
        assert "already there" in user.status


async def test_a_tag_with_a_key_of_its_own(project: Project) -> None:
    from reader.model import Tag

    project.apply("tag-add", [(None, Tag(id="t1", name="blame", key="b"))])
    async with reading(project) as user:
        await user.press("comma", "b")
        assert user.tags == {2: ["blame"]}
        await user.press("comma", "z")
        assert "no tag has the key z" in user.status


async def test_an_empty_slot_says_how_to_fill_it(project: Project) -> None:
    async with reading(project) as user:
        await user.press("7")
        assert "slot 7 is empty" in user.status
        assert user.tags == {}


async def test_a_slot_keeps_its_tag_when_others_are_used(project: Project) -> None:
    async with reading(project) as user:
        for name in ("one", "two", "three"):
            await user.press("t")
            await user.type(name)
            await user.press("enter")
        await user.press("j", "2")
        assert user.tags[4] == ["two"]
        names = [project.codebook.tags[t].name for t in project.state.slots if t]
        assert names == ["one", "two", "three"]


async def test_a_small_codebook_lies_in_the_slots_of_who_has_used_none_of_it(project: Project) -> None:
    for path in ("harm", "harm/strike", "relief"):
        commands.tag_add(project, path)
    async with reading(project) as user:
        await user.press("2")
        assert user.tags == {2: ["relief"]}
        await user.press("1")
        assert user.tags == {2: ["relief", "harm > strike"]}


async def test_the_article_itself_is_tagged(project: Project) -> None:
    async with reading(project) as user:
        await user.press("T")
        await user.type("news")
        await user.press("enter")
        assert user.tags == {0: ["news"]}
        assert "the whole article" in user.frame


async def test_enter_walks_what_is_unreviewed_and_says_when_the_article_is_done(project: Project) -> None:
    second = new_article(["Second", "Its only paragraph, which nobody has read yet."], source="second.txt")
    project.import_articles([second])
    async with reading(project) as user:
        await user.press("enter", "enter")
        assert user.here == 5
        await user.press("enter")
        assert "Article done, 3 of 3." in user.status
        assert "3 of 3 reviewed" in user.title
        await user.press("enter")
        assert "Second" in user.title
        assert user.here == 2


async def test_enter_on_a_heading_goes_on_without_marking_it(project: Project) -> None:
    async with reading(project) as user:
        await user.press("g", "enter")
        assert user.here == 2
        assert user.edits() == 1


async def test_review_is_taken_back_by_the_same_key(project: Project) -> None:
    async with reading(project) as user:
        await user.press("r")
        assert "reviewed ✓" in user.frame
        await user.press("r")
        assert "not reviewed" in user.frame


async def test_undo_far_away_is_named_first(tmp_path: Path) -> None:
    project = long_project(tmp_path / "p")
    async with reading(project) as user:
        await user.press("t")
        await user.type("far")
        await user.press("enter", "G")
        await user.press("u")
        assert "u again takes back: put on far" in user.status
        assert user.tags == {2: ["far"]}
        await user.press("u")
        assert user.tags == {}
        assert user.here == 2
    project.close()


async def test_undo_of_an_earlier_session_is_named_first(project: Project) -> None:
    put_on(project, the_article(project), 2, add_tag(project, "old"))
    async with reading(project) as user:
        await user.press("u")
        assert "u again takes back" in user.status
        assert user.tags == {2: ["old"]}
        await user.press("j", "u")
        assert "u again takes back" in user.status
        await user.press("u")
        assert user.tags == {}


async def test_search_marks_as_one_types_and_escape_goes_back(tmp_path: Path) -> None:
    project = long_project(tmp_path / "p")
    async with reading(project) as user:
        await user.press("slash")
        await user.type("paragraph 20")
        await user.until(
            lambda: (
                user.app.reading.opened is not None
                and user.app.reading.opened.find is not None
                and user.app.reading.opened.find.done
            )
        )
        assert user.here == 20
        assert "1/11" in user.frame.split("\n")[-1]
        await user.press("escape")
        assert user.here == 2
        await user.press("slash")
        await user.type("paragraph 20")
        await user.press("enter", "n")
        assert user.here == 200
        await user.press("N", "N")
        assert user.here == 209
        await user.press("backspace")
        assert user.here == 2
    project.close()


async def test_a_query_without_a_hit_says_so(project: Project) -> None:
    async with reading(project) as user:
        await user.press("slash")
        await user.type("zebra")
        assert "no hit" in user.frame.split("\n")[-1]
        assert user.here == 2


async def test_paging_moves_the_current_paragraph_with_the_window(tmp_path: Path) -> None:
    project = long_project(tmp_path / "p")
    async with reading(project) as user:
        seen = []
        for _ in range(5):
            await user.press("space")
            seen.append(user.here)
            assert user.app.reading.view.in_sight(user.here)
        assert seen == sorted(set(seen))
        for _ in range(6):
            await user.press("b")
        assert user.here == 1
        await user.press("G")
        assert user.here == 300
        assert "Paragraph 300." in user.frame
    project.close()


async def test_the_pane_takes_the_focus(project: Project) -> None:
    for name in ("blame", "water"):
        put_on(project, the_article(project), 2, add_tag(project, name))
    async with reading(project) as user:
        await user.press("tab", "down", "x")
        assert user.tags == {2: ["blame"]}
        await user.press("tab", "tab", "enter")
        await user.type("because")
        await user.press("escape")
        assert user.notes == ["because"]
        await user.press("tab", "j")
        assert user.here == 4


async def test_at_80_by_24_fifteen_rows_are_text(project: Project) -> None:
    async with reading(project, SMALL) as user:
        assert user.app.reading.view.size.height >= 15
        assert user.app.reading.pane_view.size.height <= 6
        assert "not reviewed" in user.frame
        await user.press("p")
        assert user.app.reading.view.size.height >= 20
        await user.press("p", "z")
        assert user.app.reading.view.size.height == 24
        await user.press("z")
        assert "¶ 2 of 5" in user.title


async def test_a_window_too_small_says_what_it_needs(project: Project) -> None:
    async with reading(project, (38, 10)) as user:
        assert "reader needs 40 × 12." in user.frame
        before = user.edits()
        await user.press("j", "r", "t", "x", "enter")  # nobody sees what they would do
        await user.pilot.resize_terminal(*WIDE)
        await user.until(lambda: "▶ ·  2" in user.frame)
        assert user.edits() == before


async def test_an_empty_library_says_how_to_fill_it(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", articles=[])
    async with reading(project) as user:
        assert "Nothing to read yet." in user.frame
        for key in ("j", "1", "t", "a", "x", "u", "enter", "slash", "space", "tab", "d", "full_stop", "G"):
            await user.press(key)
        assert user.edits() == 0
    project.close()


async def test_articles_follow_one_another(project: Project) -> None:
    project.import_articles([new_article(["Second", "Another text."], source="second.txt")])
    async with reading(project) as user:
        await user.press("less_than_sign")
        assert "first article" in user.status
        await user.press("greater_than_sign")
        assert "Second" in user.title
        await user.press("backspace")
        assert FLOOD[0] in user.title


async def test_a_russian_keyboard_does_what_the_key_does(project: Project) -> None:
    async with reading(project) as user:
        await user.press("о")
        assert user.here == 4
        assert "is read as j" in user.status


async def test_why_nothing_was_done_is_gone_with_the_next_command_and_what_was_done_stays(project: Project) -> None:
    async with reading(project) as user:
        await user.press("backspace")
        assert user.status == "nothing to go back to"
        await user.press("j")
        assert user.status == ""
        await user.press("r", "j")
        assert "reviewed" in user.status
        for _ in range(2):
            await user.press("backspace")
            assert user.status == "nothing to go back to"


async def test_the_keys_of_the_pane_are_said_while_one_is_in_it(project: Project) -> None:
    put_on(project, the_article(project), 2, add_tag(project, "blame"))
    async with reading(project) as user:
        for way_out in ("tab", "escape"):
            await user.press("tab", "down")
            assert "Tab back" in user.status
            await user.press(way_out)
            assert user.status == ""


async def test_alt_and_a_key_is_escape_and_that_key(project: Project) -> None:
    async with reading(project) as user:
        await user.press("alt+j")
        assert user.here == 4


async def test_a_torn_sequence_leaves_no_edit(project: Project) -> None:
    put_on(project, the_article(project), 2, add_tag(project, "blame"))
    async with reading(project) as user:
        await user.press("j")
        before = user.edits()
        for torn in ("[<64;10;10M", "[15~", "[1;5A", "OP", "[A"):
            await user.press("escape")
            await user.type(torn)
        assert user.edits() == before
        assert user.here == 4


async def test_keys_can_be_changed(project: Project) -> None:
    async with reading(project, settings=Settings(keys={"next-paragraph": ("n",)})) as user:
        await user.press("n")
        assert user.here == 4
        await user.press("j")
        assert user.here == 4


async def test_right_to_left_paragraphs_stand_on_the_right(tmp_path: Path) -> None:
    parts = ["عنوان", "كان الجسر مغلقا حتى الصباح ولم يخبرنا أحد.", "وصل الماء إلى البيوت."]
    project = make_project(tmp_path / "p", articles=[new_article(parts)])
    async with reading(project) as user:
        row = next(line for line in user.frame.split("\n") if "الجسر" in line)
        text = row.split("│", 1)[1]
        assert text.startswith("     ")
        assert user.app.reading.pane_view.is_below
    project.close()


async def test_outside_text_is_never_markup_and_never_control(tmp_path: Path) -> None:
    parts = ["[bold]Title[/bold]", "A \x1b]52;c;AAAA\x07 clipboard and [red]markup[/red] and \u202eturned."]
    project = make_project(tmp_path / "p", articles=[new_article(parts)])
    async with reading(project) as user:
        assert "[red]markup[/red]" in user.frame
        assert "\x1b" not in user.frame
        assert "\u202e" not in user.frame
        assert "[bold]Title[/bold]" in user.title
    project.close()


async def test_every_command_has_a_method_and_no_default_key_means_two_things(project: Project) -> None:
    async with reading(project) as user:
        screen = user.app.reading
        assert screen.keymap.problems == []
        for name in screen.keymap.commands:
            method = "slot" if name.startswith("slot-") else name.replace("-", "_")
            assert callable(getattr(screen, method)), name
            assert any(
                method in vars(kind) for kind in type(screen).__mro__ if kind.__module__.startswith("reader.")
            ), name


async def test_the_history_takes_back_an_edit_that_is_not_the_last(project: Project) -> None:
    async with reading(project) as user:
        await user.press("t", *"loss", "enter", "j")
        await user.press("t", *"blame", "enter")
        await user.type(":history")
        await user.press("enter")
        await user.until(lambda: isinstance(user.app.screen, HistoryScreen))
        assert "put on blame" in current_row(user.app)
        await user.press("j")
        assert "put on loss" in current_row(user.app)
        await user.press("enter")
        assert user.tags == {4: ["blame"]}
        assert "undone: put on loss on ¶ 2" in user.frame.split("\n")[-1]
        await user.until(lambda: "undo: put on loss" in user.frame)
        await user.press("escape", "U")
        assert user.tags == {2: ["loss"], 4: ["blame"]}


async def test_an_edit_saved_while_the_program_ends_disturbs_nothing(project: Project) -> None:
    async with reading(project) as user:
        await user.press("r")
        edit = next(project.edits())
        await user.until(lambda: "saved" in user.status)
    user.app.on_reader_app_happened(ReaderApp.Happened(Saved(edit, datetime.now())))
    assert user.app.return_code in (None, 0)


async def test_enter_on_a_paragraph_read_before_a_tag_was_made_says_it_is_read_for_it_too(project: Project) -> None:
    article = the_article(project)
    async with reading(project) as user:
        await user.press("enter")
        assert user.here == 4
        add_tag(project, "water")
        await user.press("k")
        await user.until(lambda: "1 tag newer · reviewed ✓" in user.frame)
        await user.press("enter")
        await user.until(lambda: "¶ 2 reviewed again" in user.status)
        assert user.here == 4
        first, second = project.marks(article.id).reviews_of(2, project.coder)
        tag = next(tag for tag in project.tags.values() if tag.name == "water")
        assert first.at < tag.created < second.at
        await user.press("k")
        await user.until(lambda: "newer" not in user.frame)
        await user.press("enter")
        assert len(project.marks(article.id).reviews_of(2, project.coder)) == 2, "nothing is newer"
        await user.press("u")
        await user.until(lambda: "1 tag newer" in user.frame and user.here == 2)


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_a_click_on_a_slot_puts_its_tag_on(project: Project, size: tuple[int, int]) -> None:
    async with reading(project, size) as user:
        await user.press("t")
        await user.type("harm")
        await user.press("enter", "j")
        here = user.app.reading.here
        rows = user.frame.splitlines()
        row = max(y for y, line in enumerate(rows) if "1 harm" in line)
        await user.pilot.click(offset=(rows[row].rindex("1 harm") + 2, row))
        await user.until(lambda: f"¶ {here} tagged harm" in user.status)
        await user.pilot.click(offset=(rows[row].rindex("2 –"), row))
        await user.until(lambda: "slot 2 is empty" in user.status)
        marks = project.marks(user.app.article_id).annotations.values()
        assert len(marks) == 2, "an empty slot puts nothing on"
