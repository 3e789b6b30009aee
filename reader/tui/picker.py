"""The tag picker: type a few letters, Enter puts the tag on or takes it off."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from reader.commands.comparing import Quote, latest_quotes
from reader.errors import ReaderError
from reader.model import Tag
from reader.safe import safe_line
from reader.tui.drawn import Row
from reader.tui.fields import Field, place_over_pane
from reader.tui.panel import Panel, wrapped
from reader.tui.picker_rank import SHOWN, Choice, Ranking, fold_path
from reader.tui.quotes import quote_rows
from reader.tui.rows import Bit, Cell, Column, ListMoves, Rows, fit
from reader.tui.screen import CommandModal
from reader.tui.tables import PICKER
from reader.tui.themes import tag_colour

if TYPE_CHECKING:
    from reader.codebook import Codebook
    from reader.project import Project


COLUMNS = (
    Column(width=1),
    Column(share=2, tail=True, joined=True),
    Column(width=1),
    Column(width=4, right=True, style="dim", joined=True),
    Column(share=3, needs=60, style="dim"),
)
DESCRIBED_FROM = 62
"""Cells of a picker from which the descriptions stand in the rows; below they stand under the list."""

OTHER_LINES = 8
"""Lines of a picker that are not rows: query, gaps, new tag, three of description, keys."""
TEACH_ROWS = 10
"""Rows that what the current tag means and its latest quote have at least, where they are shown."""
LEAST_ROWS = 6
"""Tags that must be in sight before anything else is shown."""


@lru_cache(maxsize=1)
def all_tags(codebook: Codebook) -> Ranking:
    """All tags that can be put on, ready to be searched; made once a codebook, which is a new object after a change."""
    return Ranking(Choice(tag.id, codebook.path(tag.id)) for tag in codebook.live())


class TagPicker(ListMoves, CommandModal[None]):
    """Choose tags by typing. `chosen` gets a tag, or the path of a new one as text.

    `on` gives the ids of the tags that are on the target now. `only` limits the choice to these ids.
    Where `chosen` raises a ReaderError its sentence is shown and nothing typed is lost.
    """

    TABLE = PICKER
    TEXT_FIELD = True
    DEFAULT_CSS = """
    TagPicker { background: transparent; align: left top; }
    TagPicker #box { background: $surface; padding: 0 1; }
    TagPicker #box.-side { border-left: outer $accent; }
    TagPicker #ask { height: 1; }
    TagPicker #heading { width: auto; max-width: 70%; height: 1; color: $text-accent; text-style: bold;
                         text-wrap: nowrap; text-overflow: ellipsis; margin-right: 1; }
    TagPicker Rows { margin: 1 0 0 0; }
    TagPicker .-foot Rows { margin: 0; }
    TagPicker #new { height: 1; }
    TagPicker #new.-current { background: $primary 30%; text-style: bold; }
    TagPicker #about { height: auto; max-height: 3; color: $text-muted; }
    TagPicker #about.-bad { color: $text-error; }
    TagPicker #teach { height: 1fr; margin-bottom: 1; display: none; }
    TagPicker #keys { height: 1; dock: bottom; color: $text-muted; }
    """

    def __init__(
        self,
        project: Project,
        heading: str,
        *,
        on: Callable[[], Collection[str]],
        chosen: Callable[[Tag | str], object],
        only: Sequence[str] | None = None,
        create: bool = True,
    ) -> None:
        super().__init__()
        self.project = project
        self.heading = heading
        self.chosen = chosen
        self.only = only
        self.create = create and only is None and not project.info.locked
        self._on = on
        self._on_now = set(on())
        self._searched = ""
        self._found: list[int] = []
        self._at_new = False
        self._latest: dict[str, list[Quote]] = {}
        self._error = ""
        self._rows_height: int | str = ""
        self._read_codebook()

    def _read_codebook(self) -> None:
        """Take the tags as they are now; again after each change, a new tag may be among them."""
        codebook = self.project.codebook
        if self.only is None:
            self._ranking = all_tags(codebook)
        else:
            self._ranking = Ranking(Choice(tag_id, codebook.path(tag_id)) for tag_id in self.only)
        self._ranking.use_recent(self.project.state.recents)
        self._counts = self.project.counts().meant(codebook)
        self._latest.clear()

    def compose(self) -> ComposeResult:
        """A query line, the rows, the new tag, what is to be said."""
        with Vertical(id="box"):
            with Horizontal(id="ask"):
                yield Static(Content(safe_line(self.heading) + ":"), id="heading", markup=False)
                yield Field(typed=self._catch_up, id="query")
            yield Rows(COLUMNS, empty=self._nothing(), moved=self._on_a_row)
            yield Static("", id="new", markup=False)
            yield Static("", id="about", markup=False)
            yield Panel("teach", ruled=False)
            yield Static("", id="keys", markup=False)

    def _nothing(self) -> Sequence[str]:
        if self._ranking.choices:
            return ("no tag matches",)
        return ("no tags yet",) + (("type a name; parent/child", "makes both") if self.create else ())

    def on_mount(self) -> None:
        """Stand beside the paragraph, show all tags."""
        self._place()
        rows = self.query_one(Rows)
        rows.can_focus = False
        self.query_one(Field).focus()
        self._search("")

    def on_resize(self) -> None:
        """Keep beside the paragraph."""
        self._place()

    def _place(self) -> None:
        box = self.query_one("#box")
        place_over_pane(self, box)
        shown = self.keymap.hint_line(gap=2, without=("new tag",))
        self.query_one("#keys", Static).update(Content(shown), layout=False)
        self.call_after_refresh(self._placed)

    def _placed(self) -> None:
        self._fit_rows()
        self._show_about()

    def _fit_rows(self) -> None:
        """Beside the text the line for a new tag stands right under the rows, below it always in the same place."""
        box, rows = self.query_one("#box"), self.query_one(Rows)
        wanted = max(1, rows.count or len(rows.empty))
        room = int(box.styles.height.value if box.styles.height else 0) - OTHER_LINES
        side = box.has_class("-side")
        teaches = side and room - TEACH_ROWS >= LEAST_ROWS
        self.query_one(Panel).display = teaches
        height = min(wanted, max(1, room - TEACH_ROWS if teaches else room)) if side else "1fr"
        if height != self._rows_height:
            self._rows_height = rows.styles.height = height

    def _search(self, query: str, cursor: int = 0) -> None:
        """Find the tags of a query and put the cursor on the best."""
        self._searched = query
        self._offer = self._ranking.new(query) if self.create else None
        self._found = self._ranking.matches(query)
        rows = self.query_one(Rows)
        rows.empty = tuple(self._nothing())
        self._at_new = not self._found and self._offer is not None
        rows.show(len(self._found), self._row, cursor=-1 if self._at_new else cursor)
        self._fit_rows()
        self._show_new()
        self._show_about()

    def _row(self, index: int) -> Sequence[Cell]:
        choice = self._ranking.choices[self._found[index]]
        tag = self.project.tags[choice.id]
        count = self._counts.get(choice.id, 0)
        colour = tag_colour(self.project.codebook, choice.id)
        on = "✓" if choice.id in self._on_now else ""
        return ([("▌", colour)], self._path_bits(choice.path), [(on, "good")], str(count or ""), tag.description)

    def _path_bits(self, path: Sequence[str]) -> list[Bit]:
        """The path with its parents dimmed and the letters typed marked in it."""
        parents = "".join(name + SHOWN for name in path[:-1])
        name = path[-1] if path else ""
        wanted = fold_path(self._searched).rsplit("/", 1)[-1]
        at = name.lower().find(wanted) if wanted and name.isascii() else -1
        if at < 0:
            return [(parents, "dim"), (name, "")]
        end = at + len(wanted)
        return [(parents, "dim"), (name[:at], ""), (name[at:end], "match"), (name[end:], "")]

    def _show_new(self) -> None:
        line = self.query_one("#new", Static)
        line.set_class(self._at_new, "-current")
        if self._offer is None:
            line.update(Content(""), layout=False)
            return
        text = f"{'▶' if self._at_new else ' '} + new tag “{safe_line(self._offer.path)}”"
        if self._offer.like >= 0:
            text += f"  like “{safe_line(SHOWN.join(self._ranking.choices[self._offer.like].path))}” ▲"
        line.update(Content(text), layout=False)

    def _show_about(self, error: str = "") -> None:
        """Under the list: what went wrong, else what the current tag means where the rows have no room for it."""
        self._error = error
        about = self.query_one("#about", Static)
        about.set_class(bool(error), "-bad")
        text = error
        tag = self._current()
        panel = self.query_one(Panel)
        if not error and tag is not None and self.query_one(Rows).size.width < DESCRIBED_FROM and not panel.display:
            text = tag.description
        about.update(Content(safe_line(text)))
        about.display = bool(text)
        if panel.display:
            self._teach(panel, tag)

    def _teach(self, panel: Panel, tag: Tag | None) -> None:
        """What the current tag means, how often it is used, the words it was last put on."""
        width, _ = panel.room
        if not width:
            return
        look = self.reader.look
        rows: list[Row] = []
        if tag is not None:
            line = fit(f"── {safe_line(tag.name)} ", width).rstrip()
            rows.append([Segment(f"{line} ".ljust(width, "─")[:width], look.rule)])
            if tag.description:
                rows += wrapped(tag.description, width, look.text, most=5)
            else:
                rows += wrapped("not described; d in the codebook says when to use it", width, look.dim)
            count = self._counts.get(tag.id, 0)
            rows.append([Segment(f"used {count:,} time{'s' * (count != 1)}" if count else "not used yet", look.dim)])
            for quote in self._latest_of(tag.id) if count else ():
                rows += [[], *quote_rows(self.project, quote, width, look, most=4)]
        panel.write(rows)

    def _latest_of(self, tag_id: str) -> list[Quote]:
        """The latest quote of a tag, read once."""
        if tag_id not in self._latest:
            self._latest[tag_id] = latest_quotes(self.project, [tag_id], 1)
        return self._latest[tag_id]

    def on_panel_sized(self) -> None:
        """There is another room now, perhaps because something has to be said."""
        self._show_about(self._error)

    def _current(self) -> Tag | None:
        """The tag under the cursor."""
        cursor = self.query_one(Rows).cursor
        if self._at_new or not 0 <= cursor < len(self._found):
            return None
        return self.project.tags[self._ranking.choices[self._found[cursor]].id]

    def _on_a_row(self) -> None:
        """The list has the cursor again."""
        if self._at_new and self.query_one(Rows).cursor >= 0:
            self._at_new = False
            self._show_new()
        self._show_about()

    def on_rows_chosen(self) -> None:
        """A click on the current row is Enter."""
        self.take()

    def row_down(self) -> None:
        """The next row; after the last the new tag, after that the first."""
        rows = self.query_one(Rows)
        if self._at_new:
            self._to_list(0)
        elif rows.cursor == rows.count - 1:
            self._to_new() if self._offer else self._to_list(0)
        else:
            rows.move(1)

    def row_up(self) -> None:
        """The row before; before the first stands the new tag."""
        rows = self.query_one(Rows)
        if self._at_new:
            self._to_list(rows.count - 1)
        elif rows.cursor <= 0:
            self._to_new() if self._offer else self._to_list(rows.count - 1)
        else:
            rows.move(-1)

    def _to_new(self) -> None:
        self._at_new = True
        self.query_one(Rows).leave()
        self._show_new()
        self._show_about()

    def _to_list(self, index: int) -> None:
        if self._found:
            self._at_new = False
            self.query_one(Rows).go(index)
            self._show_new()

    def take(self) -> None:
        """Put on or take off what is current, and close."""
        if self._apply():
            self.dismiss(None)

    def take_on(self) -> None:
        """Put on or take off what is current, clear the query and go on."""
        if self._apply():
            self._on_now = set(self._on())
            self._read_codebook()
            self.query_one(Field).value = ""
            self._search("")

    def take_new(self) -> None:
        """Make a new tag of what is typed, whatever matches it."""
        self._catch_up()
        if self._offer is not None:
            self._to_new()
            self.take()
        elif not self.create:
            self._show_about(
                "The codebook is locked." if self.project.info.locked else "Only a tag of the list fits here."
            )
        else:
            self._show_about("There is such a tag." if self._searched.strip() else "Type the new tag's name first.")

    def _catch_up(self) -> None:
        """Search as it is typed."""
        value = self.query_one(Field).value
        if value != self._searched:
            self._search(value)

    def _apply(self) -> bool:
        """Hand the choice over; False where there is none or it was refused."""
        self._catch_up()
        choice: Tag | str | None = self._offer.path if self._at_new and self._offer else self._current()
        if choice is None:
            self._show_about(self._why_nothing())
            return False
        try:
            return self.chosen(choice) is not False
        except ReaderError as error:
            self._show_about(str(error))
            return False

    def _why_nothing(self) -> str:
        if self.project.info.locked and self._searched.strip():
            return "No tag matches, and the codebook is locked: it takes no new tags."
        return "No tag matches." if self._searched.strip() else "Type a name."
