"""The codebook: the tree of tags with what they are used for, and everything that changes it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.app import ComposeResult

from reader.codebook import PALETTE
from reader.commands import TagUsage
from reader.commands.comparing import Quote, latest_quotes
from reader.commands.tags import counts
from reader.commands.usage import UNUSED, Usages
from reader.model import Tag
from reader.tui.bars import KeyLine, TitleLine
from reader.tui.codebook_edit import CodebookEdits
from reader.tui.codebook_tree import Tree, TreeRow, rolled_up
from reader.tui.drawn import Below, Row
from reader.tui.filtering import FilteredList, FilterLine
from reader.tui.panel import Panel, stand, wrapped
from reader.tui.picker_rank import SHOWN
from reader.tui.quotes import QuotesScreen, on_disk, quote_rows
from reader.tui.rows import Bit, Cell, Column, Rows
from reader.tui.slots import in_slots, slot_of
from reader.tui.tables import CODEBOOK
from reader.tui.themes import ink, tag_colour

if TYPE_CHECKING:
    from reader.project import Project
    from reader.tui.themes import Look

COLUMNS = (
    Column("tag"),
    Column("key", width=3, style="accent"),
    Column("used", width=6, right=True),
    Column("¶", width=6, right=True, style="dim"),
    Column("articles", width=8, right=True, needs=64, style="dim"),
)
EMPTY = (
    "No tag yet.",
    "",
    "n makes one here; t on a paragraph makes one while you read.",
    "Tags stand under one another: failure, and under it failure › warning.",
    "A codebook kept in a table comes in by the palette: : then tags import.",
)
BESIDE_FROM = 100
"""Columns from which the panel stands beside the tree."""
COUNTED_AT_ONCE = 2_000
"""Annotations whose places are counted before the first paint; more are counted beside the keys."""
HERE = "codebook"
"""Stands for this screen among the places that Backspace goes back to."""
QUOTES_SHOWN = 4


class CodebookScreen(FilteredList, CodebookEdits):
    """The tags of the project; `at` is the id of the one to stand on, `query` a filter."""

    TABLE = CODEBOOK
    TITLE_IN_HELP = "Codebook"
    DEFAULT_CSS = """
    CodebookScreen { overflow: hidden; }
    CodebookScreen #both { layout: horizontal; height: 1fr; }
    CodebookScreen #tree { height: 1fr; width: 1fr; }
    CodebookScreen Rows { margin: 1 0 0 0; }
    CodebookScreen.-below #both { layout: vertical; }
    CodebookScreen.-below Rows { margin: 0; }
    """

    def __init__(self, project: Project, *, at: str = "", query: str = "") -> None:
        super().__init__()
        self.project = project
        self._at_first = at
        self.filtered_by = query
        self.is_made = False
        """Whether it may be shown again, by `open_again`."""
        self._tree = Tree(project.codebook)
        self._rows: list[TreeRow] = []
        self._usages: Usages | None = None
        self._fresh: Usages | None = None
        """Those that are being counted beside the keys."""
        self._rough: dict[str, TagUsage] = {}
        self._latest: dict[str, list[Quote]] = {}
        self._counting: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        """Title, filter, the tree, what is known of the current tag, keys."""
        yield TitleLine("codebook")
        with Below(id="both"):
            with Below(id="tree"):
                yield FilterLine(self.filtered_by, self.catch_up)
                yield Rows(COLUMNS, header=True, empty=EMPTY, moved=self._show_panel)
            yield Panel()
        yield KeyLine()

    def on_mount(self) -> None:
        """Count, show, stand on the tag that was asked for."""
        self.fit()
        if self.is_current or (self.project.index_is_at_hand() and not self.project.pending):  # else when it is shown
            on_disk(self.project)
            self._count()
        self.fill(self._at_first)
        self.the_rows().focus()
        self.is_made = True

    def on_resize(self) -> None:
        """The panel stands where there is room for it."""
        self.fit()

    def fit(self) -> None:
        """Put the panel where there is room for it."""
        stand(self, beside_from=BESIDE_FROM, wide=min(64, 40 + max(0, self.size.width - 110) // 2), below=9)

    # -- what is shown ---------------------------------------------------------------------------------------

    def _count(self) -> bool:
        """Count the annotations now, their places too where that is quick. False, and nothing done, where nothing has changed."""
        newest = self._fresh or self._usages
        if newest is not None and newest.is_current():
            return False
        self._latest.clear()
        if self._fresh is None and self._usages is not None and self._usages.follow():
            return True
        fresh = Usages(self.project)
        if self._counting is not None:
            self._counting.cancel()
        if sum(self.project.counts().tags().values()) <= COUNTED_AT_ONCE:
            fresh.count()
            self._usages, self._fresh = fresh, None
        else:
            self._fresh, self._rough = fresh, rolled_up(self.project.codebook, counts(self.project))
            self._counting = asyncio.create_task(self._count_places(fresh))
        return True

    async def _count_places(self, fresh: Usages) -> None:
        await asyncio.to_thread(fresh.count)
        self._usages, self._fresh = fresh, None
        if self.is_attached:
            self.the_rows().refresh()
            self._show_panel()

    def _used(self, tag_id: str) -> TagUsage:
        """The use of a tag, without places while those are being counted."""
        if self._fresh is not None or self._usages is None:
            return self._rough.get(tag_id, UNUSED)
        return self._usages.of(tag_id)

    def show_marks(self) -> None:
        """Tags or marks have changed: count and draw anew, on the same tag."""
        on_disk(self.project)
        self._count()
        self.fill(self.current_id())

    def open_again(self, at: str, query: str) -> None:
        """Stand on a tag with a filter, as when made; the screen is kept, for making one takes several times as long."""
        if (line := self.key_line_of()) is not None:
            line.say("")  # what was said here last time is old
        self.the_rows().focus()
        on_disk(self.project)
        if not self._count() and query == self.filtered_by and at in ("", self.current_id()):
            self._show_facts()
            return
        self.write(query)
        self.fill(at)

    def fill(self, at: str = "") -> None:
        """Show what passes the filter, the cursor on a tag, else on the first that was looked for."""
        if self._tree.codebook is not self.project.codebook:
            self._tree = Tree(self.project.codebook)
        self._rows = self._tree.rows(self.typed())
        place = next((i for i, row in enumerate(self._rows) if row.id == at and row.meant), -1)
        if place < 0:
            place = next((i for i, row in enumerate(self._rows) if row.meant), 0)
        rows = self.the_rows()
        rows.empty = EMPTY if not len(self._tree) else ("No tag holds these words; Esc shows all.",)
        rows.show(len(self._rows), self._row, cursor=place)
        self._show_facts()

    def _show_facts(self) -> None:
        """What stands around the tree."""
        self._show_title()
        self._show_panel()

    def _show_title(self) -> None:
        total = len(self._tree)
        archived = sum(1 for tag in self.project.tags.values() if tag.archived and not (tag.deleted or tag.merged_into))
        facts = [f"{total:,} tag{'s' * (total != 1)}"]
        facts += [f"{archived} archived"] if archived else []
        facts += ["locked"] if self.project.info.locked else []
        self.query_one(TitleLine).show_of(self.project, "codebook", " · ".join(facts))
        found = sum(1 for row in self._rows if row.meant)
        self.filter_line.say(f"{found:,} of {total:,}" if found != total else "")

    def _row(self, index: int) -> Sequence[Cell]:
        row = self._rows[index]
        codebook = self.project.codebook
        tag = codebook.tags[row.id]
        found = self._used(row.id).with_below
        bits: list[Bit] = [("  " * row.depth, ""), ("▌", tag_colour(codebook, row.id))]
        quiet = tag.archived or not row.meant
        bits.append((tag.name, "dim" if quiet else ""))
        if tag.archived:
            bits.append(("  archived", "dim"))
        return (
            bits,
            tag.key,
            str(found.annotations or ""),
            _number(found.paragraphs),
            _number(found.articles),
        )

    # -- the panel -------------------------------------------------------------------------------------------

    def on_panel_sized(self) -> None:
        """The panel has room now."""
        self._show_panel()

    def _show_panel(self) -> None:
        panel = self.query_one(Panel)
        width, height = panel.room
        if not width:
            return
        tag = self.current()
        panel.write(self._about(tag, width, height) if tag is not None else self._teach(width))

    def _teach(self, width: int) -> list[Row]:
        look = self.reader.look
        if len(self._tree):
            return []
        said = "What a tag means is written here: when to use it, when not, an example."
        return wrapped(said, width, look.dim)

    def _about(self, tag: Tag, width: int, height: int) -> list[Row]:
        """Everything about a tag; short where there are few rows."""
        look, codebook = self.reader.look, self.project.codebook
        found = self._used(tag.id)
        bar = Segment("▌", look.text + ink(tag_colour(codebook, tag.id)))
        name = wrapped(SHOWN.join(codebook.path(tag.id)), width - 1, look.bold, most=3)
        rows: list[Row] = [[bar, *row] for row in name]
        below = self.query_one(Panel).is_below
        if not below:
            rows += [[], *wrapped(self._counted(found), width, look.text)]
        rows += wrapped(" · ".join(self._facts(tag)), width, look.dim, most=1 if below else 0)
        if not below:
            rows.append([])
        if tag.description:
            rows += wrapped(tag.description, width, look.text, most=2 if below else max(4, height // 2))
        else:
            rows += wrapped("Not described: d says when to use it, and when not.", width, look.dim)
        rows += self._latest_rows(tag, width, height - len(rows), look, heading=not below)
        return rows

    def _latest_rows(self, tag: Tag, width: int, room: int, look: Look, *, heading: bool) -> list[Row]:
        if tag.id not in self._latest:
            self._latest[tag.id] = latest_quotes(self.project, [tag.id], QUOTES_SHOWN)
        quotes = self._latest[tag.id]
        if not quotes or room < 3:
            return []
        line = "── latest quotes " + "─" * max(0, width - 17)
        rows: list[Row] = [[], [Segment(line[:width], look.rule)]] if heading else []
        for quote in quotes:
            found = quote_rows(self.project, quote, width, look, most=4)
            if len(rows) + len(found) + 1 > room and len(rows) > 2:
                break
            rows += found
            if heading:
                rows.append([])
        return rows

    def _counted(self, used: TagUsage) -> str:
        found, own = used.with_below, used.itself
        by_whom = " by you" if self.project.info.blind else ""
        if not found.annotations:
            return f"Not used{by_whom} yet."
        places = ""
        if found.paragraphs >= 0:
            in_articles = f" in {found.articles:,} article{'s' * (found.articles != 1)}"
            places = f", {found.paragraphs:,} ¶{in_articles}"
        below = f", {own:,} of them itself" if own != found.annotations else ""
        return f"Used{by_whom} {found.annotations:,} time{'s' * (found.annotations != 1)}{below}{places}."

    def _facts(self, tag: Tag) -> list[str]:
        slot = slot_of(in_slots(self.project.state, self.project.codebook), tag.id)
        named = next((name for name, code in PALETTE.items() if code == tag.colour.lower()), tag.colour)
        facts = [f"key {tag.key}" if tag.key else "no key"]
        facts += [f"slot {slot}"] if slot else []
        facts += [named or ("hue of its parent" if tag.parent else "hue by itself")]
        facts += ["archived"] if tag.archived else []
        return facts

    # -- moving and finding -----------------------------------------------------------------------------------

    def current(self) -> Tag | None:
        """The tag under the cursor."""
        cursor = self.the_rows().cursor
        return self.project.codebook.tags.get(self._rows[cursor].id) if 0 <= cursor < len(self._rows) else None

    def stand_on(self, tag_id: str) -> None:
        """Put the cursor on a tag; a filter that hides it goes."""
        if all(row.id != tag_id or not row.meant for row in self._rows):
            self.write("")
        self.fill(tag_id)

    def current_id(self) -> str:
        """The id of the tag under the cursor."""
        tag = self.current()
        return tag.id if tag else ""

    def on_rows_chosen(self) -> None:
        """A click on the current tag shows its quotes."""
        self.quotes()

    def open(self) -> None:
        """From the filter line to the tags; there, the quotes."""
        self.catch_up()
        if self.filter_line.field.has_focus:
            self.the_rows().focus()
        else:
            self.quotes()

    def quotes(self) -> None:
        """The words that carry the tag; Enter there goes to their place."""
        tag = self.current()
        if tag is None:
            return
        self.reader.came_from[HERE] = (tag.id, self.filtered_by)
        self.app.push_screen(QuotesScreen(self.project, [tag.id], came_from=HERE))


def _number(count: int) -> str:
    """A count; nothing for none, dots for one that is still to be made."""
    return "…" if count < 0 else str(count or "")
