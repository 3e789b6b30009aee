"""Spans and many paragraphs at once, on the screen and in a user's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from reader import commands
from reader.model import Annotation
from reader.project import Project
from reader.tui.opened import OpenArticle
from reader.tui.overview import cells_of
from tests.projects import add_tag, make_project, new_article, put_on, the_article
from tests.test_tui_reading import SMALL, Session, long_project, reading

INTERVIEW = (
    "Night shift",
    "R: The first hour is quiet. Then three bells ring at once and you decide who waits.",
    "I: And then?",
    "R: You tell yourself you chose well. On the way home you count the ones who waited.",
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = make_project(tmp_path / "p", articles=[new_article(INTERVIEW, source="p07.txt")])
    tag = add_tag(made, "triage")
    made.state.slots[0] = tag.id
    yield made
    made.close()


def spans(user: Session) -> list[tuple[str, str]]:
    """Tag and words of every span, in the order of the text."""
    project = user.app.project
    marks = [m for m in project.marks(user.app.article_id).annotations.values() if m.unit == "span"]
    return [
        (project.codebook.shown(m.tag) if m.tag else "", m.anchor.quote)
        for m in sorted(marks, key=lambda m: (m.anchor.start, m.anchor.end) if m.anchor else (0, 0))
        if m.anchor
    ]


def chosen(user: Session) -> str:
    """The words that are current."""
    opened = user.app.reading.opened
    return opened.text.slice(*opened.span) if opened and opened.span else ""


async def test_a_span_is_made_widened_and_restored(project: Project) -> None:
    async with reading(project) as user:
        await user.press("v")
        assert chosen(user) == "R: The first hour is quiet."
        assert "⏎ keep" in user.frame.split("\n")[-1]
        await user.press("slash")
        await user.type("three")
        assert "1/1" in user.frame.split("\n")[-1]
        await user.press("enter", "w", "w")
        assert "words chosen" in user.frame
        await user.press("1")
        assert spans(user) == [("triage", "three bells ring")]
        assert user.app.reading.walk is None
        before = user.edits()
        await user.press("semicolon", "v", "w", "enter")
        assert spans(user) == [("triage", "three bells ring at")]
        assert user.edits() == before + 1
        await user.press("u")
        assert spans(user) == [("triage", "three bells ring")]
        assert chosen(user) == "three bells ring"


async def test_one_annotation_over_two_turns_in_four_keys(project: Project) -> None:
    async with reading(project) as user:
        await user.press("v", ")", "J", "1")
        assert spans(user) == [("triage", "Then three bells ring at once and you decide who waits.\n\nI: And then?")]
        assert user.app.reading.opened is not None
        assert {2, 3} <= user.app.reading.opened.coded


async def test_in_vivo_makes_the_words_the_tag(project: Project) -> None:
    async with reading(project) as user:
        await user.press("v", ")", "i")
        name = "Then three bells ring at once and you decide who waits."
        assert spans(user) == [(name, name)]
        assert name in [tag.name for tag in project.codebook.live()]


async def test_tagging_leaves_the_mode_and_the_span_stays_for_more(project: Project) -> None:
    async with reading(project) as user:
        await user.press("v", "t")
        await user.type("quiet")
        await user.press("enter")
        assert user.app.reading.walk is None
        await user.press("1", "w")
        await user.type("why so")
        await user.press("escape")
        assert sorted(spans(user)) == [("quiet", INTERVIEW[1][:27]), ("triage", INTERVIEW[1][:27])]
        assert user.notes == ["why so"]
        marks = project.marks(user.app.article_id).annotations.values()
        assert [project.codebook.shown(m.tag) for m in marks if m.note] == ["triage"]
        await user.press("j")
        assert chosen(user) == ""
        await user.press("1")
        assert user.tags[3] == ["triage"]
        assert not project.marks(user.app.article_id).reviews


async def test_escape_leaves_and_drops_in_order(project: Project) -> None:
    async with reading(project) as user:
        await user.press("slash")
        await user.type("the")
        await user.press("enter", "J", "v", "w", "escape")
        reading_screen = user.app.reading
        assert reading_screen.opened is not None
        assert reading_screen.walk is None
        assert user.edits() == 2
        await user.press("v", "enter")
        assert chosen(user)
        await user.press("escape")
        assert not chosen(user)
        assert reading_screen.opened.selection
        await user.press("escape")
        assert not reading_screen.opened.selection
        assert reading_screen.opened.find is not None
        await user.press("escape")
        assert reading_screen.opened.find is None


async def test_it_opens_on_the_hit(project: Project) -> None:
    async with reading(project) as user:
        await user.press("slash")
        await user.type("way home")
        await user.press("enter", "v")
        assert chosen(user) == "way home"
        await user.press("1")
        assert spans(user) == [("triage", "way home")]


async def test_the_spans_under_the_cursor_are_walked_and_acted_on(project: Project) -> None:
    add_tag(project, "other")
    async with reading(project) as user:
        await user.press("v", "slash", "b", "e", "l", "enter", "1", "v", "w", "1", "escape")
        assert [words for _, words in spans(user)] == ["bells", "bells ring"]
        await user.press("semicolon")
        assert "span 1 of 2: triage" in user.status
        assert "1 of 2" in user.frame
        await user.press("semicolon")
        assert chosen(user) == "bells ring"
        await user.press("a")
        await user.type("loud")
        await user.press("escape", "s")
        await user.type("other")
        await user.press("enter")
        assert spans(user) == [("triage", "bells"), ("other", "bells ring")]
        assert user.notes == ["loud"]
        await user.press("x")
        assert spans(user) == [("triage", "bells")]
        assert chosen(user) == ""


async def test_enter_in_the_pane_changes_the_ends_of_a_span(project: Project) -> None:
    async with reading(project) as user:
        await user.press("v", "1", "escape", "1", "tab", "down", "enter")
        assert user.app.reading.walk is not None
        await user.press("w", "enter")
        assert spans(user) == [("triage", "R: The first hour is quiet. Then")]
        assert user.tags[2] == ["triage", "triage"]


async def test_a_note_stands_on_words(project: Project) -> None:
    async with reading(project) as user:
        await user.press("v", "a")
        await user.type("so it begins")
        await user.press("escape")
        assert spans(user) == [("", "R: The first hour is quiet.")]
        assert user.notes == ["so it begins"]


async def test_words_of_the_text_become_an_example_of_their_tag(project: Project) -> None:
    async with reading(project) as user:
        await user.press("v", "1")
        await user.type(":an example")
        await user.press("enter")
        (tag,) = project.codebook.live()
        assert tag.description == "Example: “R: The first hour is quiet.” (Night shift, ¶ 2)"
        assert user.status.startswith("triage has these words as an example · u takes it back")
        await user.press("u")
        assert [tag.description for tag in project.codebook.live()] == [""]
        await user.press("equals_sign", "e")
        assert [tag.description for tag in project.codebook.live()] == [
            "Example: “R: The first hour is quiet.” (Night shift, ¶ 2)"
        ]


async def test_a_command_is_found_by_its_name_as_it_is_written(project: Project) -> None:
    async with reading(project) as user:
        await user.type(":tag-and-go-on")
        await user.press("enter")
        assert project.state.tag_and_go_on


async def test_with_tag_and_go_on_a_span_is_only_tagged(project: Project) -> None:
    project.state.tag_and_go_on = True
    async with reading(project) as user:
        await user.press("v", "1")
        assert spans(user) == [("triage", "R: The first hour is quiet.")]
        assert user.here == 2
        assert not project.marks(user.app.article_id).reviews


async def test_a_word_that_is_not_there_leaves_the_span(project: Project) -> None:
    async with reading(project) as user:
        await user.press("v", "slash")
        await user.type("zebra")
        assert "no such word" in user.frame.split("\n")[-1]
        await user.press("enter")
        assert chosen(user) == "R: The first hour is quiet."
        assert user.status == "no word begins with zebra"
        await user.press("f")
        await user.type("hour")
        await user.press("enter")
        assert chosen(user) == "R: The first hour"


async def test_the_mouse_draws_over_words(project: Project) -> None:
    async with reading(project) as user:
        lines = user.frame.split("\n")
        y = next(i for i, line in enumerate(lines) if "The first hour" in line)
        x = lines[y].index("first")
        await user.pilot.mouse_down(offset=(x, y))
        await user.pilot.hover(offset=(x + 9, y))
        await user.pilot.mouse_up(offset=(x + 9, y))
        await user.pilot.pause()
        assert chosen(user) == "first hour"
        await user.press("1")
        assert spans(user) == [("triage", "first hour")]
        await user.pilot.click(offset=(x, y + 6))
        await user.pilot.pause()
        assert not chosen(user)


async def test_a_selection_is_tagged_in_one_step(project: Project) -> None:
    put_on(project, the_article(project), 3, next(iter(project.codebook.live())))
    async with reading(project) as user:
        await user.press("J", "J")
        assert "3 selected" in user.status
        assert "3 paragraphs selected" in user.frame
        before = user.edits()
        await user.press("1")
        assert "2 tagged, 1 had it" in user.status
        assert user.edits() == before + 1
        await user.press("x")
        assert user.tags == {}
        await user.press("u")
        assert sorted(user.tags) == [2, 3, 4]
        count = user.edits()
        await user.press("J", "J", "enter")
        assert sorted(project.marks(user.app.article_id).reviews) == [2, 3, 4]
        assert user.edits() == count + 1
        await user.press("enter")
        assert "Article done, 3 of 3" in user.status


async def test_moving_on_drops_what_was_selected_by_j(project: Project) -> None:
    async with reading(project) as user:
        await user.press("J", "k", "1")
        assert user.tags == {2: ["triage"]}


async def test_a_selection_is_swapped_in_one_step(project: Project) -> None:
    add_tag(project, "other")
    async with reading(project) as user:
        await user.press("J", "J", "1", "s")
        await user.type("other")
        before = user.edits()
        await user.press("enter")
        assert user.tags == {2: ["other"], 3: ["other"], 4: ["other"]}
        assert user.edits() == before + 1


async def test_all_hits_are_tagged_after_a_question_and_none_is_reviewed(tmp_path: Path) -> None:
    project = long_project(tmp_path / "p", 501)
    tag = add_tag(project, "water")
    project.state.slots[0] = tag.id
    async with reading(project) as user:
        await user.press("slash")
        await user.type("flood")
        await user.press("enter", "*")
        assert "500 selected" in user.status
        before = user.edits()
        await user.press("1")
        await user.until(lambda: "Tag 500 paragraphs?" in user.frame)
        assert user.edits() == before
        await user.press("enter")
        await user.until(lambda: len(user.tags) == 500)
        assert user.edits() == before + 1
        assert not project.marks(user.app.article_id).reviews
        assert "500 tagged" in user.status
    project.close()


def others_mark(project: Project, number: int) -> Annotation:
    article = the_article(project)
    tag = next(iter(project.codebook.live()))
    anchor = project.paragraph_anchor(article, number)
    made = project.annotation("paragraph", article=article, anchor=anchor, tag=tag.id, note="theirs")
    return replace(made, coder="c2")


async def test_others_marks_are_seen_where_one_has_reviewed(project: Project) -> None:
    project.apply("tag", [(None, others_mark(project, 2))])
    async with reading(project) as user:
        assert "theirs" not in user.frame
        await user.press("r")
        assert "theirs" in user.frame
        assert "c2" in user.frame
        await user.press("r")
        assert "theirs" not in user.frame
        await user.press("o")
        assert "others' marks: all" in user.status
        assert "theirs" in user.frame
        await user.press("o", "r")
        assert "theirs" not in user.frame


async def test_a_blind_project_shows_none_and_says_so(project: Project) -> None:
    project.apply("tag", [(None, others_mark(project, 2))])
    commands.blind_start(project)
    async with reading(project) as user:
        assert "blind" in user.title
        await user.press("r", "o")
        assert "theirs" not in user.frame
        assert "blind" in user.status
        for screen in ("c", "m", "l", "f"):
            await user.press(screen)
            assert "blind" in user.title
            assert "Used 1" not in user.frame
            assert ("Not used by you yet" in user.frame) == (screen == "c")
            await user.press("escape")
            await user.press("escape")


async def test_a_long_name_can_be_read_whole(project: Project) -> None:
    name = "a name of sixty characters that nobody would ever write down"
    put_on(project, the_article(project), 2, add_tag(project, name))
    async with reading(project) as user:
        pane = user.app.reading.pane_view
        text = " ".join("".join(s.text for s in row).strip("▌ ") for row in pane.page.rows)
        assert name in text


@pytest.mark.parametrize("size", [(120, 40), SMALL, (40, 12)])
async def test_no_row_overflows_with_thirty_overlapping_spans(tmp_path: Path, size: tuple[int, int]) -> None:
    parts = [
        "Title",
        "Words e\u0301 中文字 ش\u0652كر 👩‍👩‍👧 and more of them, and on and on until the row is full of them.",
    ]
    project = make_project(tmp_path / "p", articles=[new_article(parts)])
    article = the_article(project)
    start = project.paragraph(article, 2).start
    for n in range(30):
        commands.span(project, article, start + n, start + 40 + n, [f"tag {n}"], create=True)
    async with reading(project, size) as user:
        for keys in (["semicolon"], ["semicolon"] * 19, "v", "l", "h", "W"):
            await user.press(*keys)
            for strip in user.app.screen._compositor.render_strips():
                assert strip.cell_length == size[0]
            # Whichever is current, its tag is in sight right behind its words.
            assert user.app.reading.opened is not None
            now = user.app.reading.opened.marks.annotations.get(user.app.reading.opened.span_mark)
            above_the_status = user.frame.rsplit("\n", 1)[0]
            assert now is None or size[0] == 40 or f"{project.codebook.shown(now.tag)} " in f"{above_the_status} "
        assert "+28" in user.frame
    project.close()


async def test_without_colours_a_span_is_still_told_apart(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with reading(project) as user:
        await user.press("v", "1")
        await user.pilot.pause()
        strips = user.app.screen._compositor.render_strips()
        styles = [s.style for strip in strips for s in strip if "first hour" in s.text and s.style]
        assert any(style.reverse for style in styles)
        await user.press("escape")
        strips = user.app.screen._compositor.render_strips()
        styles = [s.style for strip in strips for s in strip if "first hour" in s.text and s.style]
        assert any(style.underline for style in styles)


async def test_the_overview_shows_tags_hits_and_what_is_reviewed_and_a_click_goes_there(tmp_path: Path) -> None:
    project = long_project(tmp_path / "p", 100)
    put_on(project, the_article(project), 50, add_tag(project, "water"))
    async with reading(project) as user:
        column = user.app.reading.overview
        await user.until(lambda: any(cell.colour for cell in column.cells))
        height = column.size.height
        row = 49 * height // 100
        assert [y for y, cell in enumerate(column.cells) if cell.colour] == [row]
        await user.press("slash")
        await user.type("paragraph 90.")
        await user.press("enter")
        await user.until(lambda: [y for y, cell in enumerate(column.cells) if cell.hit] == [89 * height // 100])
        await user.press("g", *["J"] * 5, "r")
        await user.until(lambda: any(cell.reviewed for cell in column.cells))
        assert column.cells[0].reviewed
        assert not column.cells[5].reviewed
        await user.pilot.click("#overview", offset=(0, row))
        await user.pilot.pause()
        assert abs(user.here - 50) <= 3
    project.close()


@pytest.mark.parametrize("keys", [("plus_sign",), ("minus", "minus", "minus")])
async def test_the_overview_of_a_short_article_stands_beside_its_paragraphs(
    project: Project, keys: tuple[str, ...]
) -> None:
    put_on(project, the_article(project), 4, add_tag(project, "water"))
    async with reading(project) as user:
        await user.press(*keys)
        column = user.app.reading.overview

        def row_of(number: int) -> int:
            return next(y for y, line in enumerate(user.frame.splitlines()) if f" {number} " in line[:15]) - 2

        await user.until(lambda: bool(column.cells and column.cells[row_of(4)].colour))
        assert not column.cells[row_of(4) - 1].colour, "a blank row"
        pointers = [y for y, line in enumerate(user.frame.splitlines()) if "◀" in line]
        assert pointers == [row_of(user.here) + 2]
        await user.pilot.click("#overview", offset=(0, row_of(3)))
        await user.until(lambda: user.here == 3)
        assert "◀" in user.frame.splitlines()[row_of(3) + 2]


def test_the_overview_follows_an_edit_as_if_counted_anew(project: Project) -> None:
    article, (tag,) = the_article(project), project.codebook.live()
    opened = OpenArticle(project, article.id)
    opened.count_all()
    project.apply("tag", [(None, others_mark(project, 3))])
    opened.refresh()
    seen = []
    steps: list[Callable[[], commands.Outcome]] = [
        lambda: commands.review(project, article, [3]),
        lambda: commands.tag(project, article, [2, 4], [tag]),
        lambda: commands.unreview(project, article, [3]),
        lambda: commands.untag(project, article, [4], [tag]),
    ]
    for make in steps:
        edit = make().edit
        assert edit is not None
        opened.follow(edit)
        seen.append(sorted(opened.first_tags()))
        anew = OpenArticle(project, article.id)
        anew.count_all()
        assert cells_of(opened, 4) == cells_of(anew, 4)
    assert seen == [[3], [2, 3, 4], [2, 4], [2]]


async def test_moving_counts_nothing_anew(project: Project) -> None:
    async with reading(project) as user:
        column = user.app.reading.overview
        await user.until(lambda: bool(column.cells))
        before = column.cells
        await user.press("j", "k", "j")
        assert column.cells is before
        assert column.waiting is None


async def test_the_overview_takes_no_column_of_the_text(project: Project) -> None:
    async with reading(project) as user:
        line = max((line.split("│")[1] for line in user.frame.split("\n") if line.count("│") > 1), key=len)
        assert len(line) == 1 + 72 + 1


def test_the_sign_under_the_mouse_is_found_among_wide_and_right_to_left_ones() -> None:
    from reader.tui.painting import Painter
    from tests.test_tui_parts import LOOK

    painter = Painter(LOOK, 80, 60, 10)
    first = painter.margin + painter.gutter
    wide = "中文 e\u0301a"
    assert [painter.sign_at(wide, 0, len(wide), first + x) for x in range(8)] == [0, 0, 1, 1, 2, 3, 5, 5]
    assert painter.sign_at(wide, 0, len(wide), 0) == 0
    arabic = "ماء"
    edge = first + painter.text_width
    assert [painter.sign_at(arabic, 0, 3, edge - x) for x in (3, 2, 1)] == [0, 1, 2]


async def test_at_forty_columns_a_long_path_can_be_read_whole(project: Project) -> None:
    name = "a name of sixty characters that nobody would ever write down"
    put_on(project, the_article(project), 2, add_tag(project, name))
    async with reading(project, (40, 24)) as user:
        rows = user.app.reading.pane_view.page.rows
        assert name in " ".join("".join(s.text for s in row).strip("▌ ") for row in rows)
