"""Note editor, export, help, palette, slots and drafts, as one uses them."""

from __future__ import annotations

import csv
import io
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import cast

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from reader import commands
from reader.commands import exporting
from reader.commands.editor import edit_outside
from reader.commands.exporting import FORMATS
from reader.errors import ReaderError
from reader.model import Coder
from reader.project import Project
from reader.tui import export as export_dialog
from reader.tui.app import ReaderApp
from reader.tui.ask import Ask
from reader.tui.dialogs import Question, SlotsDialog
from reader.tui.export import ExportScreen
from reader.tui.fields import Field, completed, completions
from reader.tui.help import HelpScreen
from reader.tui.note import NoteArea, NoteEditor
from reader.tui.palette import Palette
from reader.tui.reading import ReadingScreen
from tests.projects import add_tag, make_project, new_article, put_on, the_article
from tests.screens import current_row, line_with, shown, typed, until


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    found = make_project(tmp_path / "data")
    yield found
    found.close()


def note_on(project: Project, number: int) -> str:
    """The coder's bare note on a paragraph of the only article."""
    marks = project.marks(the_article(project).id).of(number, project.coder)
    return next((a.note for a in marks if not a.tag), "")


def said(app: ReaderApp) -> str:
    """What the note editor says, in one line."""
    return " ".join(str(app.screen.query_one("#about", Static).content).split())


# notes


async def test_a_note_of_two_lines_is_saved_by_escape(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await typed(pilot, "ask for")
        await pilot.press("enter")
        await typed(pilot, "photographs")
        assert "The barrier opened" in shown(app), "the paragraph stays in sight"
        await pilot.press("escape")
        await until(pilot, lambda: note_on(project, 2) == "ask for\nphotographs")
    assert project.drafts() == {}


async def test_control_g_leaves_the_note_as_it_was(project: Project) -> None:
    commands.note(project, the_article(project), 2, "first")
    app = ReaderApp(project)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await typed(pilot, " second")
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
    assert note_on(project, 2) == "first"
    assert project.drafts() == {}


async def test_a_draft_is_on_the_disk_while_one_types_and_is_offered_after_a_crash(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await until(pilot, lambda: not project.state.clean, "the start")
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await typed(pilot, "beds and")
        await until(pilot, lambda: "beds and" in project.drafts().values(), "the draft")
    assert note_on(project, 2) == ""

    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, Question))
        await until(pilot, lambda: "ended without goodbye" in shown(app))
        assert "A note on ¶ 2 was being typed (2 words)" in str(app.screen.query_one("#said", Static).content)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        await typed(pilot, " chairs")
        await pilot.press("escape")
        await until(pilot, lambda: note_on(project, 2) == "beds and chairs")
        await until(pilot, lambda: project.drafts() == {}, "the end of the draft: its note is on the disk")


def offered(app: ReaderApp, said: str) -> bool:
    return any(said in str(line.content) for line in app.screen.query("#said").results(Static))


async def test_a_draft_of_another_article_is_offered_with_its_title(project: Project) -> None:
    article = the_article(project)
    project.import_articles([new_article(("Another", "A second text."), source="another.txt")])
    (another,) = set(project.articles) - {article.id}
    project.save_draft(f"{article.id}:2:", "beds and")
    for opened, said in ((article.id, "A note on ¶ 2 was"), (another, f"A note on ¶ 2 of “{article.title}” was")):
        app = ReaderApp(project, article=opened)
        async with app.run_test() as pilot:
            await until(pilot, partial(offered, app, said))


async def test_a_draft_left_for_later_comes_with_its_note(project: Project) -> None:
    commands.note(project, the_article(project), 2, "stored")
    project.save_draft(f"{the_article(project).id}:2:", "stored and more")
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "goodbye" not in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        assert project.drafts()
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        assert app.screen.query_one(NoteArea).text == "stored and more"
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
    assert note_on(project, 2) == "stored"
    assert not project.drafts()


async def test_a_session_that_ended_badly_is_one_line_and_takes_no_key(project: Project) -> None:
    put_on(project, the_article(project), 2, add_tag(project, "warning"))
    project.flush()
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.project.state.clean is False)
        assert "goodbye" not in shown(app)
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: line_with(app, "ended without goodbye"))
        assert isinstance(app.screen, ReadingScreen)
        await pilot.press("q")
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.project.state.clean is False)
        assert "goodbye" not in shown(app)


async def test_a_note_too_long_is_said_and_stays_in_the_editor(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        area = app.screen.query_one(NoteArea)
        app.post_message(events.Paste("word " * 20_000))
        await until(pilot, lambda: len(area.text) == 100_000)
        await pilot.press("escape")
        await until(pilot, lambda: "at most 32000" in shown(app))
        assert isinstance(app.screen, NoteEditor)
        assert len(area.text) == 100_000
    assert note_on(project, 2) == ""


async def test_a_paste_of_ten_megabytes_is_refused_in_a_sentence(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        area = app.screen.query_one(NoteArea)
        app.post_message(events.Paste("x" * 10_000_000))
        await until(pilot, lambda: "import it as an article" in said(app))
        assert area.text == ""


async def test_pasted_escape_sequences_are_shown_as_pictures_and_kept_as_they_are(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))
        app.post_message(events.Paste("a\x1b]0;title\x07b"))
        await until(pilot, lambda: "a␛]0;title␇b" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: note_on(project, 2) == "a\x1b]0;title\x07b")


def editor(tmp_path: Path, body: str) -> str:
    """A program that stands for the user's editor: it gets the file's name as `path`."""
    script = tmp_path / "my editor.py"
    script.write_text(f"import sys, pathlib\npath = pathlib.Path(sys.argv[-1])\n{body}\n")
    return f"{sys.executable} '{script}' --wait"


def test_the_users_editor_gets_a_private_file_in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, report = tmp_path / "drafts", tmp_path / "report"
    body = (
        f"import os\npathlib.Path({str(report)!r}).write_text(f'{{path.parent}} {{os.stat(path).st_mode}}')\n"
        "path.write_text(path.read_text() + ' changed\\n')"
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor(tmp_path, body))
    assert edit_outside("two\nlines", folder) == "two\nlines changed"
    where, mode = report.read_text().rsplit(" ", 1)
    assert where == str(folder)
    assert stat.S_IMODE(int(mode)) == 0o600
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("setting", "said"),
    [("no-such-editor-here", "no editor"), ("'unclosed", "cannot be read"), ("false", "ended with code 1")],
)
def test_an_editor_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, said: str
) -> None:
    monkeypatch.setenv("VISUAL", setting)
    with pytest.raises(ReaderError, match=said):
        edit_outside("text", tmp_path)
    assert list(tmp_path.iterdir()) == []


# export


@pytest.fixture
def coded(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two tags and a note; the dialog counts without a pause."""
    monkeypatch.setattr(export_dialog, "PAUSE", 0.0)
    tag = add_tag(project, "warning")
    article = the_article(project)
    put_on(project, article, 2, tag)
    put_on(project, article, 4, tag)
    commands.note(project, article, 4, "beds: ask for photographs")
    project.flush()
    return project


@asynccontextmanager
async def export_open(
    project: Project, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[ReaderApp, Pilot[int]]]:
    """The program at a window of a size, with the export dialog open."""
    app = ReaderApp(project)
    async with app.run_test(size=size) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        yield app, pilot


async def test_export_with_two_enters_says_path_and_rows(
    coded: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with export_open(coded) as (app, pilot):
        await until(pilot, lambda: "3 rows will be written to" in shown(app))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        await until(pilot, lambda: line_with(app, "3 rows"))
        assert "annotations.csv" in line_with(app, "3 rows")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "annotations.csv").read_text(encoding="utf-8-sig"))))
    assert [row["tag"] for row in rows] == ["warning", "", "warning"]  # by place, a bare note before a tag


async def test_a_file_that_exists_is_overwritten_only_after_asking(
    coded: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "annotations.csv"
    target.write_text("mine")
    async with export_open(coded, (80, 24)) as (app, pilot):
        await pilot.press("down", "down", "semicolon", "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert "annotations.csv exists" in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        assert target.read_text() == "mine"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
    assert target.read_text(encoding="utf-8-sig").startswith("row;annotation_id;")


@pytest.mark.parametrize("path", ["no such folder/x.csv", "data/project.json/x.csv", "/proc/nothing/x.csv"])
async def test_a_path_that_cannot_be_written_is_said_in_the_dialog(
    coded: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    async with export_open(coded) as (app, pilot):
        await pilot.press("enter", "ctrl+u")
        await typed(pilot, path)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query("#about.-bad"))
        assert isinstance(app.screen, ExportScreen)
    assert not (tmp_path / "annotations.csv").exists()


@pytest.mark.parametrize(
    ("typed", "said"), [("~nobody-is-called-so/x", "home directory."), ("x" * 300, "File name too long.")]
)
async def test_a_path_that_cannot_be_is_said_in_one_sentence(coded: Project, typed: str, said: str) -> None:
    async with export_open(coded) as (app, pilot):
        await pilot.press(*["down"] * 5)
        app.screen.query_one("#path", Field).value = typed
        await pilot.press("enter")
        await until(pilot, lambda: "This path cannot be used: " in shown(app) and said in shown(app))
        assert "Errno" not in shown(app)
        assert f"{said}." not in shown(app)


async def test_every_format_can_be_chosen_and_the_name_follows(
    coded: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with export_open(coded) as (app, pilot):
        for name, one in list(FORMATS.items()):
            assert name in line_with(app, "format")
            assert one.about[:20] in line_with(app, "format")
            assert app.screen.query_one("#profile").display is one.is_table
            assert app.screen.query_one("#path", Field).value == one.file
            await until(pilot, lambda: "All " not in shown(app))
            await pilot.press("right")
        await pilot.press("left", "left", "left")  # from csv back over all and qdpx
        assert "qdc" in line_with(app, "format")
        await until(pilot, lambda: "1 code will be written to" in shown(app))
        await pilot.press("down")
        assert "▶ by" in shown(app), "profile and delimiter do not matter here"
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        await until(pilot, lambda: line_with(app, "1 code written to"))
    assert (tmp_path / "codebook.qdc").read_bytes().startswith(b"<?xml")


async def test_a_query_chooses_and_a_wrong_one_is_said(
    coded: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with export_open(coded) as (app, pilot):
        await pilot.press("down", "down", "down", "down")
        await typed(pilot, "beds (")
        await until(pilot, lambda: app.screen.query("#about.-bad"))
        await pilot.press("backspace", "backspace")
        await until(pilot, lambda: "2 rows will be written" in shown(app))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "annotations.csv").read_text(encoding="utf-8-sig"))))
    assert [row["paragraph"] for row in rows] == ["4", "4"]


@pytest.mark.parametrize("journals", [0, 1_000_000])
async def test_one_coder_is_chosen_and_a_large_project_is_written_by_a_child(
    coded: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journals: int
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(exporting, "LONG_JOURNALS", journals)
    coded.apply("who", [(None, Coder(id="ben"))])
    async with export_open(coded) as (app, pilot):
        await pilot.press("down", "down", "down")
        assert "▶ by" in shown(app)
        await pilot.press("right")
        assert "ben" in line_with(app, "▶ by")
        await until(pilot, lambda: "0 rows will be written" in shown(app))
        await pilot.press("right")
        await until(pilot, lambda: "3 rows will be written" in shown(app))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        await until(pilot, lambda: line_with(app, "3 rows written to"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "annotations.csv").read_text(encoding="utf-8-sig"))))
    assert {row["coder"] for row in rows} == {coded.coder}


async def test_a_blind_project_does_not_promise_the_marks_of_all(coded: Project) -> None:
    async with export_open(coded) as (app, pilot):
        await until(pilot, saying(app, "whose marks: everybody's"))
    commands.blind_start(coded)
    async with export_open(coded) as (app, pilot):
        await until(pilot, saying(app, "whose marks: your own, it is coded blind"))


def saying(app: ReaderApp, words: str) -> Callable[[], bool]:
    return lambda: words in shown(app)


async def test_a_long_export_says_how_far_it_is_and_escape_ends_it(
    coded: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    commands.export(coded, "csv", output=tmp_path / "whole.csv")
    async with export_open(coded) as (app, pilot):
        await until(pilot, lambda: "3 rows will be written" in shown(app))
        stopped = tmp_path / "python"  # a child that stops before its first step
        stopped.write_text(f'#!/bin/sh\necho $$ > {tmp_path}/pid\nkill -STOP $$\nexec {sys.executable} "$@"\n')
        stopped.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(stopped))
        monkeypatch.setattr(exporting, "LONG_JOURNALS", -1)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "0.0 MB, 0 % so far" in shown(app))
        await until(pilot, lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
        whole = (tmp_path / "whole.csv").stat().st_size
        for written, said in ((3_400_000, "3.4 MB, 99 % so far"), ((whole + 1) // 2, "0.0 MB, 50 % so far")):
            (tmp_path / ".annotations.csv.new").write_bytes(b"x" * written)
            await until(pilot, saying(app, said))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        await until(pilot, lambda: line_with(app, "the export was stopped"))
        child = Path("/proc", (tmp_path / "pid").read_text().strip())
        await until(pilot, lambda: not child.exists(), "the end of the child")
        await until(pilot, lambda: not (tmp_path / ".annotations.csv.new").exists(), "what it had begun to be gone")
    assert not (tmp_path / "annotations.csv").exists()


async def test_escape_leaves_no_folder_of_an_export_of_all(
    coded: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with export_open(coded) as (app, pilot):
        await pilot.press("left")
        await until(pilot, lambda: "15 files will be written to" in shown(app))
        begun = tmp_path / "python"  # a child that ends with its set begun, and does not come to its end
        begun.write_text(
            f"#!/bin/sh\nmkdir {tmp_path}/export\necho x > {tmp_path}/export/.joined.csv.new\n"
            f"echo $$ > {tmp_path}/pid\nkill -STOP $$\n"
        )
        begun.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(begun))
        monkeypatch.setattr(exporting, "LONG_JOURNALS", -1)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
        assert (tmp_path / "export").is_dir()
        await pilot.press("escape")
        await until(pilot, lambda: line_with(app, "the export was stopped"))
        await until(pilot, lambda: not (tmp_path / "export").exists(), "the folder to be gone")


async def test_all_formats_go_into_a_folder(coded: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with export_open(coded) as (app, pilot):
        await pilot.press("left")
        await until(pilot, lambda: "15 files will be written to" in shown(app))
        assert "folder" in shown(app)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        await pilot.press("left", "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, Question))
    assert len(list((tmp_path / "export").iterdir())) == 15


def test_paths_are_completed(tmp_path: Path) -> None:
    (tmp_path / "interviews").mkdir()
    (tmp_path / "intro.md").write_text("")
    (tmp_path / "intro.png").write_text("")
    (tmp_path / ".hidden").write_text("")
    start = f"{tmp_path}/"
    assert completions(start, (".md",)) == [f"{start}interviews/", f"{start}intro.md"]
    assert completed(f"{start}i") == f"{start}int"
    assert completed(f"{start}inte") == f"{start}interviews/"
    assert completed(f"{start}nothing") == f"{start}nothing"
    assert completions(f"{start}.h") == [f"{start}.hidden"]
    assert completions(f"{tmp_path}/no/such/") == []


# help and palette


async def test_help_lists_the_keys_of_this_screen_and_twice_the_guide(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await until(pilot, lambda: "Choose tags for this paragraph" in shown(app))
        await pilot.press("question_mark")
        await until(pilot, lambda: "What one does here" in shown(app))
        await pilot.press("question_mark")
        await until(pilot, lambda: "Choose tags for this paragraph" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))


async def test_help_finds_a_key_by_words_and_does_it(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("slash")
        await typed(pilot, "last paragraph")
        await until(pilot, lambda: "Last paragraph" in current_row(app))
        assert "G End" in current_row(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen) and app.reading.here == 5)


async def test_the_palette_finds_a_command_and_runs_it(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        await typed(pilot, "last para")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen) and app.reading.here == 5)


async def test_a_number_in_the_palette_goes_to_that_paragraph(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await pilot.press("colon", "3", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen) and app.reading.here == 3)
        await pilot.press("colon", "9", "9", "enter")
        await until(pilot, lambda: line_with(app, "There is no ¶ 99"))
        assert app.reading.here == 3


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
@pytest.mark.parametrize("key", ["t", "a", "e", "question_mark", "colon", "0", "l", "f"])
async def test_every_dialog_opens_and_closes_at_every_size(project: Project, size: tuple[int, int], key: str) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=size) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: not isinstance(app.screen, ReadingScreen))
        await pilot.resize_terminal(100, 30)
        await pilot.resize_terminal(*size)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReadingScreen))
    assert app.return_code in (None, 0)


async def test_a_count_that_comes_when_the_export_dialog_is_closed_is_dropped(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportScreen) and app.screen.rows == 0)
        screen = cast("ExportScreen", app.screen)
        wanted = screen._wanted()
        await app.pop_screen()
        await screen._count(wanted)
        assert isinstance(app.screen, ReadingScreen)
    assert app.return_code in (None, 0)


async def test_slots_are_pinned_and_emptied(project: Project) -> None:
    tags = [add_tag(project, name) for name in ("barter", "weather")]
    project.state.slots[:2] = [tag.id for tag in tags]
    app = ReaderApp(project)
    async with app.run_test() as pilot:
        await pilot.press("0")
        await until(pilot, lambda: isinstance(app.screen, SlotsDialog))
        await pilot.press("2", "p")
        assert "pinned" in line_with(app, "▌ weather")
        await pilot.press("1", "x")
        assert not line_with(app, "▌ barter")
        await pilot.press("escape")
    assert project.state.pinned == [2]
    assert project.state.slots[:2] == ["", tags[1].id]


# keys that come while a dialog opens


async def test_a_letter_that_comes_while_a_dialog_opens_goes_into_its_field(project: Project) -> None:
    app = ReaderApp(project)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        line: list[str] = []
        app.push_screen(Ask("What?", "", line.append))
        for letter in "settled":
            app.post_message(events.Key(letter, letter))
        app.post_message(events.Key("enter", "\r"))
        await until(pilot, lambda: line == ["settled"])
        assert not list(project.edits(newest_first=True))[1:], "no letter was a key of the reading screen"
