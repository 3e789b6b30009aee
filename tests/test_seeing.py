"""How the program looks and is heard by its settings, and how they are changed while it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from reader.config import Settings, load
from reader.config.writing import write
from reader.errors import ReaderError, UsageError
from reader.project import Project
from reader.tui.app import ReaderApp
from tests.projects import make_project, new_article
from tests.screens import shown, typed, until
from tests.walk import first, press, project_to_walk, still, walk

OF_THE_TEXTS = set("“”’—")
"""What the samples hold beside ASCII."""
FILE = """\
# what I like
theme = "dark"   # at night

[keys]
why = "W"        # w is for words
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = make_project(tmp_path / "p")
    yield project
    project.close()


def under_cursor(app: ReaderApp) -> str:
    """The row on which the terminal's cursor stands, from the cursor on."""
    x, y = app.cursor_position
    return shown(app).split("\n")[y][x:]


@pytest.mark.sweep
@pytest.mark.parametrize("settings", [Settings(ascii=True), Settings(screen_reader=True)])
async def test_every_screen_is_drawn_with_ascii(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    project = project_to_walk(tmp_path / "p")
    async for name, app in walk(project, (120, 40), settings):
        frame = shown(app)
        allowed = OF_THE_TEXTS | {"¶"} if name == "note" else OF_THE_TEXTS  # it stands in the note being written
        assert {sign for sign in frame if not sign.isascii()} <= allowed, name
        assert all(cell_len(line) <= 120 for line in frame.splitlines()), name
        if settings.screen_reader:
            assert not re.search(r"\||---|\+-", frame), f"{name}:\n{frame}"
    project.close()


async def test_ascii_has_its_own_signs_and_leaves_the_text_alone(project: Project) -> None:
    app = ReaderApp(project, article=first(project).id, number=5, settings=Settings(ascii=True))
    async with app.run_test(size=(120, 40)):
        frame = await still(app)
        assert re.search(r"> \. +5 +\| “Nobody rang us,” a shopkeeper said\.", frame)
        assert "Enter reviewed, on" in frame
        press(app, "t")
        assert "+--" in await still(app)
        press(app, "h a r m slash l o s s enter r")
        assert re.search(r"> x +5 \| +\| “Nobody", await still(app))
        assert "|harm > loss" in shown(app)


@pytest.mark.parametrize(("width", "end"), [(120, "and so on and~"), (80, "~")])
async def test_ascii_leaves_the_words_of_hits_alone(tmp_path: Path, width: int, end: str) -> None:
    words = "“Nobody…” – rang « us », said he • she; " + "and so on " * 20
    project = make_project(tmp_path / "p", articles=[new_article(("A title", f"{'before – ' * 9}{words}"))])
    app = ReaderApp(project, settings=Settings(ascii=True))
    async with app.run_test(size=(width, 40)) as pilot:
        press(app, "f")
        await typed(pilot, "rang")
        await until(pilot, lambda: "1 hit" in shown(app), "the hit")
        line = next(line for line in shown(app).splitlines() if " # 2 " in line)
        assert re.search(rf"~[^…]*before – “Nobody…” – rang « us », said he • [^…]*{end} *$", line), line
    project.close()


async def test_a_screen_reader_follows_what_is_current(project: Project) -> None:
    app = ReaderApp(project, article=first(project).id, number=4, settings=Settings(screen_reader=True))
    async with app.run_test(size=(120, 40)):
        for keys, words in (
            ("", "Residents of the lower town"),
            ("j", "“Nobody rang us,”"),
            ("v", "."),  # span mode: the end of the first sentence
            ("escape k", "Residents of the lower town"),
            ("slash r a n g", ""),  # behind what is typed
            ("escape t h a r m enter tab", "harm"),
            ("tab", "Residents of the lower town"),
            ("colon down", "Put on the last tag again"),
            ("u n d o", ""),
            ("escape c", "harm"),
            ("escape l", "1 Flood barrier"),
        ):
            press(app, keys)
            await still(app)
            found = under_cursor(app)
            assert found.lstrip().startswith(words) if words else not found.strip().startswith(("Res", "Put")), (
                keys,
                found,
            )
        app.notify("said, not shown")
        await still(app)
        assert "said, not shown" in shown(app).split("\n")[-1]


async def test_a_setting_changed_in_the_program_is_in_the_file_and_in_force(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    app = ReaderApp(project, settings=load(path))
    async with app.run_test(size=(120, 40)):
        await still(app)
        press(app, "colon n e x t minus t h e m e enter")
        await still(app)
        assert app.theme == "reader-light"
        assert path.read_text() == FILE.replace('"dark"', '"light"')
        press(app, "colon s e t t i n g s enter j j enter 9 0 0 enter")
        assert "Measure is a number from 20 to 240, not 900." in await still(app)
        press(app, "backspace backspace backspace 9 0 enter")
        await still(app)
        assert app.reading.view.measure == 90
        press(app, "j j enter")  # ascii
        await still(app)
        assert load(path) == Settings(theme="light", measure=90, ascii=True, keys={"why": ("W",)}, path=str(path))
        assert "| measure         90" in shown(app).replace("|  ", "| ").replace("| > ", "| ").replace("|   ", "| ")
        press(app, "x escape plus_sign")
        await still(app)
        assert load(path).ascii is False
        assert (app.reading.view.measure, load(path).measure) == (94, 90)
        assert "# at night" in path.read_text()
        assert "# w is for words" in path.read_text()


async def test_a_file_that_cannot_be_written_leaves_the_colours_for_the_session(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    app = ReaderApp(project, settings=Settings(path=str(tmp_path / "file" / "config.toml")))
    async with app.run_test(size=(120, 40)):
        await still(app)
        app.next_theme()
        assert "until the end of this session" in await still(app)
        assert app.theme == "reader-light"


async def test_a_window_too_small_for_any_screen_is_said_and_nothing_typed_is_lost(project: Project) -> None:
    app = ReaderApp(project, article=first(project).id, number=4)
    async with app.run_test(size=(80, 24)) as pilot:
        await still(app)
        press(app, "a w h y")
        await still(app)
        await pilot.resize_terminal(39, 11)
        assert "reader needs 40 × 12" in " ".join((await still(app)).split())
        press(app, "x")
        await still(app)
        await pilot.resize_terminal(40, 12)
        assert "why" in await still(app)
        press(app, "full_stop escape")
        await still(app)
        notes = [mark.note for mark in project.marks(first(project).id).annotations.values()]
        assert notes == ["why."]


async def test_a_window_made_too_small_twice_says_it_once_and_makes_way(project: Project) -> None:
    app = ReaderApp(project, article=first(project).id)
    async with app.run_test(size=(40, 12)) as pilot:
        press(app, "question_mark")
        await still(app)
        below = list(app.screen_stack)
        for size in ((39, 12), (40, 11)):
            await pilot.resize_terminal(*size)
            assert f"This window is {size[0]} × {size[1]}." in await still(app)
            assert len(app.screen_stack) == len(below) + 1
        await pilot.resize_terminal(80, 24)
        await still(app)
        assert list(app.screen_stack) == below


@pytest.mark.parametrize(
    ("before", "name", "value", "after"),
    [
        ("", "theme", "light", 'theme = "light"\n'),
        ("# c\nmeasure = 80  # wide", "measure", 60, "# c\nmeasure = 60  # wide"),
        ("ascii = true\n# end", "measure", 60, "ascii = true\n# end\nmeasure = 60\n"),
        ("# c\n[keys]\nwhy = 'W'\n", "ascii", True, "# c\nascii = true\n\n[keys]\nwhy = 'W'\n"),
        ("\ufeffmouse = true # m\r\n[keys]\r\n", "mouse", None, "\ufeff[keys]\r\n"),
        ("layouts = ['ru']\n", "layouts", ["he", "ar"], 'layouts = ["he", "ar"]\n'),
    ],
)
def test_writing_a_setting_changes_one_line(
    tmp_path: Path, before: str, name: str, value: str | int | bool | list[str] | None, after: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(before.encode())
    write(name, value, path)
    assert path.read_bytes().decode() == after


def test_what_cannot_be_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("measure = 900\n")
    for name, value, said in (
        ("theme", "drak", "Theme is dark, light, contrast or terminal, not 'drak'; the nearest is 'dark'."),
        ("thme", "dark", "There is no setting 'thme'; the nearest is 'theme'."),
        ("keys", "x", "Keys are changed in the file"),
        ("keys.undo", "x", "Keys are changed in the file"),
        ("theme", "dark", f"{path}, line 1: measure is a number from 20 to 240, not 900."),
    ):
        with pytest.raises(UsageError, match=re.escape(said)):
            write(name, value, path)
    assert path.read_text() == "measure = 900\n"
    with pytest.raises(ReaderError, match="cannot be"):
        write("theme", "dark", path / "config.toml")
