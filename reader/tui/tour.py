"""The tour: a few steps on a sample in a project of its own, which is gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content
from textual.widgets import Static

from reader import commands
from reader.project import Project
from reader.tui.undoing import UndoTalk

if TYPE_CHECKING:
    from reader.tui.app import ReaderApp

SAMPLE = (
    "The ferry that came back",
    "For eleven years nobody in Port Ellin expected to see a ferry again. The pier was sound, the company was not.",
    "“They sent us a letter with three dates and kept none of them,” says Ada Brandt, who sells bread by the pier.",
    "Share this article",
    "In March the town bought a boat of its own, a small one, and asked the school to give it a name.",
    "The first crossing was an hour late. Nobody minded; most had come to see whether it floats.",
    "The company has written again. It would like to talk about the pier.",
)
"""A text of our own; the first paragraph is its heading, the fourth is what a web page leaves behind."""
CODER = "you"


class Step(NamedTuple):
    """What to do, and how one sees that it was done. In the text a command of the reading screen stands for its key: `{slot-1}`."""

    text: str
    done: Callable[[Tour], bool]


class Tour:
    """A sample project in the place of the user's, until `end`."""

    def __init__(self, app: ReaderApp) -> None:
        self.app = app
        self._folder = tempfile.TemporaryDirectory(prefix="reader-tour-")  # 0700, as mkdtemp makes it
        folder = Project.create(Path(self._folder.name) / "sample", name="tour")
        self.project = Project.open(folder, coder=CODER)
        sample = Path(self._folder.name) / "ferry.txt"
        sample.write_text("\n\n".join(SAMPLE), encoding="utf-8")
        commands.import_(self.project, [str(sample)])
        self._at = 0
        self._before = (app.project, app.talk, app.order, app.hits, app.search_memory, app.came_from)
        reading = app.reading
        self._place = (app.article_id, reading.here, reading.jumps)
        self._start_here = 0
        self._box = Static("", id="tour", markup=False)

    def begin(self) -> None:
        """Show the sample and the first step."""
        app = self.app
        app.project.save_state()
        app.project = self.project
        app.talk = UndoTalk(self.project)
        app.order, app.hits, app.search_memory, app.came_from = (), [], None, {}
        reading = app.reading
        reading.jumps = []
        self.project.listen(app.from_writer)
        self.project.start()
        reading.mount(self._box, after="#body")
        reading.open(next(iter(self.project.articles)))
        self._start_here = reading.here
        app.touring = self  # from now on every step is looked at
        app.say(f"{reading.keymap.first('quit')} ends the tour; your own project is untouched")
        self._show()

    def look(self) -> None:
        """Something was done: perhaps it was the step."""
        moved = False
        while self._at < len(STEPS) - 1 and STEPS[self._at].done(self):
            self._at += 1
            moved = True
        if moved:
            self._show()

    def _show(self) -> None:
        number = f"{self._at + 1} of {len(STEPS)}  "
        keymap = self.app.reading.keymap_in_words()
        keys = {name: keymap.first(name) for name in keymap.commands}
        words = STEPS[self._at].text.format(**keys)
        self._box.update(Content.assemble(Content.styled(number, "bold $text-accent"), words))

    def end(self) -> None:
        """Back to the user's project, as it was left; the sample is gone."""
        app = self.app
        app.touring = None
        while len(app.screen_stack) > 1:
            app.pop_screen()
        self.project.close()
        app.project, app.talk, app.order, app.hits, app.search_memory, app.came_from = self._before
        self._folder.cleanup()
        article_id, number, jumps = self._place
        self._box.remove()
        reading = app.reading
        if article_id in app.project.articles:
            reading.open(article_id, number)
        else:
            app.open_first()
        reading.jumps = jumps
        app.say("the tour is over; this is your own project again")

    # -- what was done ---------------------------------------------------------------------------------------

    def marks(self) -> list[tuple[str, str, str]]:
        """(unit, tag, note) of what stands in the sample."""
        found = self.project.marks(next(iter(self.project.articles))).annotations.values()
        return [(mark.unit, mark.tag, mark.note) for mark in found]

    def moved(self) -> bool:
        """Whether one has gone to another paragraph."""
        return self.app.reading.here != self._start_here

    def tagged(self) -> bool:
        """Whether a tag was put on."""
        return any(tag for _, tag, _ in self.marks())

    def reviewed(self) -> bool:
        """Whether a paragraph was marked reviewed."""
        return bool(self.project.marks(next(iter(self.project.articles))).review_records)

    def tagged_twice(self) -> bool:
        """Whether two tags stand there."""
        return sum(1 for _, tag, _ in self.marks() if tag) > 1

    def noted(self) -> bool:
        """Whether a note was written."""
        return any(note for *_, note in self.marks())

    def undone(self) -> bool:
        """Whether something was taken back."""
        return any(edit.undoes for edit in self.project.edits())


STEPS = (
    Step(
        "This is a sample; your project is safe. The mark ▶ shows where you are. Press {next-paragraph} to go to the next paragraph.",
        Tour.moved,
    ),
    Step(
        "Press {tag}, type  promise/broken  and press Enter: a tag, made and put on. The pane shows it, with the key of its slot.",
        Tour.tagged,
    ),
    Step(
        "{review-and-on} says: read, and what is not tagged here is absent. It goes on and passes over page debris. Press {review-and-on}.",
        Tour.reviewed,
    ),
    Step("The tag lies in slot 1 now. Go to another paragraph that fits and press {slot-1}.", Tour.tagged_twice),
    Step("Press {note} and write what you think. Esc saves it, whatever happens to the machine.", Tour.noted),
    Step("Everything can be undone, also tomorrow. Press {undo}.", Tour.undone),
    Step(
        "That is all one needs. {codebook} is the codebook, {notes} all notes, {search-library} searches, {export} writes a CSV file, "
        "{help} shows the keys. Play on, or press {quit} to go back to your own project.",
        Tour.undone,
    ),
)


def start(app: ReaderApp) -> None:
    """Begin the tour, or say that one is on it."""
    if app.touring is not None:
        app.say(f"you are on the tour: {app.reading.keymap.first('quit')} ends it")
        return
    Tour(app).begin()
