"""The keys of picker, note editor, library, search, export, help, palette and the small dialogs. Imports no Textual."""

from __future__ import annotations

from operator import methodcaller

from reader.commands import Command
from reader.tui.keys import ANYWHERE, BACK, Table, command, slot_commands

PICKER: Table = (
    command("take", "enter", "Put the tag on or take it off, and close", hint="on/off"),
    command("take-on", "tab", "Put it on or take it off and choose another", hint="more"),
    command("row-down", "down ctrl+n", "Next row"),
    command("row-up", "up", "Previous row; from the first: a new tag"),
    command("rows-down", "pagedown", "A page of rows on"),
    command("rows-up", "pageup", "A page of rows back"),
    command("take-new", "ctrl+t", "Make a new tag of what is typed", hint="new tag"),
    command("leave", "escape", "Leave", hint="back"),
)
"""Keys of the tag picker; all other keys type."""

NOTE: Table = (
    command("save-and-leave", "escape ctrl+s", "Save the note and leave", hint="save"),
    command("leave-unchanged", "ctrl+g", "Leave without the change", hint="discard"),
    command("edit-outside", "ctrl+o", "Edit in $EDITOR", hint="editor"),
    command("insert-place", "ctrl+l", "Write where you are, such as 3 ¶ 8: Enter in the list of notes goes there"),
)
"""Keys of the note editor; all other keys type."""

PALETTE: Table = (
    command("run-chosen", "enter tab", "Run the command", hint="run"),
    command("row-down", "down ctrl+n", "Next row"),
    command("row-up", "up", "Previous row"),
    command("rows-down", "pagedown", "A page of rows on"),
    command("rows-up", "pageup", "A page of rows back"),
    command("leave", "escape ctrl+p", "Leave", hint="back"),
)
"""Keys of the palette; all other keys type."""

HELP: Table = (
    command("row-down", "j down", "Next row"),
    command("row-up", "k up", "Previous row"),
    command("rows-down", "space pagedown", "A page on"),
    command("rows-up", "b pageup", "A page back"),
    command("first", "g home", "First row"),
    command("last", "G end", "Last row"),
    command("filter", "/", "Search", hint="search"),
    command("run-chosen", "enter", "Do it", hint="do it"),
    command("switch", "? f1", "The guide, and back to the keys", hint="guide"),
    command("leave-filter", "escape", "Out of the search line; back", hint="back"),
    command("leave", "q", "Back"),
)
"""Keys of the help itself."""

QUESTION: Table = (
    command("accept", "enter y", "Yes", hint="yes"),
    command("refuse", "escape n q", "No", hint="no"),
)
"""Keys of a question."""

PATH: Table = (
    command("accept", "enter", "Take this path", hint="take"),
    command("complete", "tab", "Complete the path", hint="complete"),
    command("row-down", "down", "Next of the names below"),
    command("row-up", "up", "Previous of the names below"),
    command("leave", "escape", "Leave", hint="back"),
)
"""Keys of the dialog that asks for a path."""

SLOTS: Table = (
    command("pin", "enter p space", "Pin the tag to this slot, or let it go", hint="pin"),
    command("clear", "x", "Empty this slot", hint="empty"),
    command("row-down", "j down", "Next slot"),
    command("row-up", "k up", "Previous slot"),
    *(Command(f"row-{n}", methodcaller("row", n), f"Slot {n}", (str(n),)) for n in range(1, 10)),
    command("leave", "escape q 0", "Back", hint="back"),
)
"""Keys of the slots dialog."""

LIST: Table = (
    command("row-down", "j down", "Next row", group="Moving"),
    command("row-up", "k up", "Previous row", group="Moving"),
    command("rows-down", "space pagedown", "A page on", group="Moving"),
    command("rows-up", "b pageup", "A page back", group="Moving"),
    command("first", "g home", "First row", group="Moving"),
    command("last", "G end", "Last row", group="Moving"),
)
"""Keys of every list that has the focus."""

LIBRARY: Table = (
    command("open", "enter", "Open the article", hint="open", group="Library"),
    command("filter", "/", "Show only what holds the words typed", hint="filter", group="Library"),
    command("order", "o", "Another order", hint="order", group="Library"),
    command("import-here", "i", "Import files or a folder", hint="import", group="Library"),
    command("tag", "t", "Tag the whole article", hint="tag", group="Library"),
    command("note", "a", "Write a note on the whole article", hint="note", group="Library"),
    command("details", "d", "Author, date and other details", hint="details", group="Library"),
    command("take-out", "x", "Take the article out of the library", group="Library"),
    command(
        "which", "w", "Show only articles not reviewed, coded, with a tag or without", hint="which", group="Library"
    ),
    *LIST,
    *ANYWHERE,
    *BACK,
)
"""Keys of the library."""

CODEBOOK: Table = (
    command("open", "enter", "Show the tag's quotes", hint="quotes", group="Codebook"),
    command("filter", "/", "Show only tags that hold the words typed", hint="filter", group="Codebook"),
    command("child", "n", "New tag under this one", hint="child", group="Codebook"),
    command("sibling", "N", "New tag beside this one", hint="sibling", group="Codebook"),
    command("rename", "r", "Give it another name", hint="rename", group="Codebook"),
    command("describe", "d", "Write when to use it, and when not", hint="describe", group="Codebook"),
    command("merge", "g", "Merge it into another tag", hint="merge", group="Codebook"),
    command("split", "s", "Split it: send its quotes to other tags", hint="split", group="Codebook"),
    command("move", "m", "Put it under another tag", hint="move", group="Codebook"),
    command("move-up", "M", "Put it at the top of the codebook", group="Codebook"),
    command("key", "k", "Give it a key of its own", hint="key", group="Codebook"),
    command("hue", "h", "Give it a colour", hint="hue", group="Codebook"),
    command("archive", "x", "Put it out of use, or bring it back", hint="archive", group="Codebook"),
    command("delete", "X", "Delete it", hint="delete", group="Codebook"),
    command("memo", "a", "Write a note on the tag itself", group="Codebook"),
    command("quotes", "=", "Show the tag's quotes", group="Codebook"),
    command("lock-tags", "", "Lock the codebook, or let tags be made again", group="Codebook"),
    command("import-tags", "", "Import a codebook from a table", group="Codebook"),
    command("export-tags", "", "Export the codebook as a table", group="Codebook"),
    command("row-down", "down", "Next row", group="Moving"),
    command("row-up", "up", "Previous row", group="Moving"),
    command("rows-down", "space pagedown", "A page on", group="Moving"),
    command("rows-up", "b pageup", "A page back", group="Moving"),
    command("first", "home", "First row", group="Moving"),
    command("last", "G end", "Last row", group="Moving"),
    *ANYWHERE,
    *BACK,
)
"""Keys of the codebook; k is a tag's key there, so the arrows move."""

QUOTES: Table = (
    command("open", "enter", "Go to the place of the quote", hint="go there"),
    command("row-down", "j down", "Next quote, an older one"),
    command("row-up", "k up", "Previous quote"),
    command("first", "g home", "Newest quote"),
    command("last", "G end", "Oldest quote"),
    command("other-tag", "tab", "Quotes of the next tag here", hint="other tag"),
    command("example", "e", "Take the quote into the tag's description", hint="example"),
    command("leave", "escape q =", "Back", hint="back"),
)
"""Keys of the quotes of a tag."""

SPLITTING: Table = (
    *(
        Command(f"target-{n}", methodcaller("target", n), f"Send the quote to target {n}", (str(n),), hint="send")
        for n in range(1, 10)
    ),
    command("choose", "t", "Choose another tag to send to", hint="another"),
    command("stays", "space", "The quote stays; on to the next", hint="stays"),
    command("finish", "enter", "Split: do it all in one step", hint="do it"),
    command("row-down", "j down", "Next quote"),
    command("row-up", "k up", "Previous quote"),
    command("rows-down", "pagedown", "A page on"),
    command("rows-up", "b pageup", "A page back"),
    command("first", "g home", "First quote"),
    command("last", "G end", "Last quote"),
    command("palette", ": ctrl+p", "Find a command by its name"),
    command("help", "? f1", "The keys of this screen", hint="help"),
    command("leave", "escape q", "Leave", hint="back"),
)
"""Keys of splitting a tag. Nothing is changed before the end, so there is nothing to undo."""

NOTES: Table = (
    command(
        "open", "enter", "Go to the note's place, from a memo to one that it names", hint="go there", group="Notes"
    ),
    command("filter", "/", "Show only notes that hold the words typed", hint="filter", group="Notes"),
    command("edit", "a", "Edit the note", hint="edit", group="Notes"),
    command("follow", "f", "Go to a place that the note names", group="Notes"),
    command("new-memo", "n", "Write a memo on the project", hint="memo", group="Notes"),
    command("order", "o", "By place, or the newest first", hint="order", group="Notes"),
    *LIST,
    *ANYWHERE,
    *BACK,
)
"""Keys of the list of notes."""

HISTORY: Table = (
    command("open", "enter", "Take this edit back, if it is yours", hint="take back", group="History"),
    *LIST,
    *ANYWHERE,
    *BACK,
)
"""Keys of the history."""

DETAILS: Table = (
    command("edit", "enter", "Change the value", hint="change"),
    command("add", "n", "Add a detail", hint="add"),
    command("take-out", "x", "Remove the detail", hint="remove"),
    command("row-down", "j down", "Next row"),
    command("row-up", "k up", "Previous row"),
    command("undo", "u", "Undo the last change", hint="undo"),
    command("redo", "U ctrl+r", "Redo what was undone"),
    command("leave", "escape q d", "Back", hint="back"),
)
"""Keys of an article's details."""

ASK: Table = (
    command("accept", "enter", "Take what is typed", hint="take"),
    command("leave", "escape", "Leave", hint="back"),
)
"""Keys of a dialog that asks for one line."""

CHOOSE: Table = (
    command("take", "enter", "Take this row", hint="take"),
    command("row-down", "j down", "Next row"),
    command("row-up", "k up", "Previous row"),
    command("leave", "escape q", "Leave", hint="back"),
)
"""Keys of choosing one of a few rows."""

SETTINGS: Table = (
    command("change", "enter space", "Switch it, take the next choice, or type it", hint="change"),
    command("unset", "x", "As without the setting", hint="not set"),
    command("row-down", "j down", "Next setting"),
    command("row-up", "k up", "Previous setting"),
    command("leave", "escape q", "Back", hint="back"),
)
"""Keys of the settings."""

HUES: Table = (
    command("take", "enter", "Take this hue", hint="take"),
    command("row-down", "j down", "Next hue"),
    command("row-up", "k up", "Previous hue"),
    command("leave", "escape q h", "Back", hint="back"),
)
"""Keys of choosing a hue."""

LINES: Table = (
    command("row-down", "j down", "Next line"),
    command("row-up", "k up", "Previous line"),
    command("rows-down", "space pagedown", "A page on"),
    command("rows-up", "b pageup", "A page back"),
    command("first", "g home", "First line"),
    command("last", "G end", "Last line"),
    command("leave", "escape q enter", "Back", hint="back"),
)
"""Keys of lines to be read."""

SEARCH: Table = (
    command("open", "enter", "Open the hit in its article", hint="open", group="Search"),
    command("edit-query", "/", "Change the query", hint="query", group="Search"),
    command(
        "complete",
        "tab",
        "Complete field, tag or coder in the query line, again: the next; else change the query",
        group="Search",
    ),
    command("order", "o", "Another order: by article, words left, words right, date", hint="order", group="Search"),
    command("select", "space", "Select this hit, or let it go", hint="select", group="Search"),
    command("select-all", "*", "Select all hits, or none", hint="all", group="Search"),
    command("tag", "t", "Choose a tag for the hit, or for all that are selected", hint="tag", group="Tagging"),
    *slot_commands(),
    command("repeat-tag", ".", "Put on the last tag again", group="Tagging"),
    command("tag-by-key", ",", "Put on the tag with a key of its own: , and the letter", group="Tagging"),
    command("memos", "m", "Memos and notes on tags in which it holds: they stand on no paragraph", group="Search"),
    command("export", "e", "Export the annotations where the query holds", hint="export", group="Search"),
    command("save-search", "ctrl+s", "Save the search under a name", hint="save", group="Search"),
    *(c for c in LIST if c.name != "rows-down"),
    command("rows-down", "pagedown", "A page on", group="Moving"),
    *ANYWHERE,
    *BACK,
)
"""Keys of the search in the library."""

EXPORT: Table = (
    command("go-on", "enter", "Go on; on the file's line: write it", hint="go on, write"),
    command("line-down", "down", "Next line"),
    command("line-up", "up", "Line before"),
    command("next-choice", "right space", "Next choice", hint="choose"),
    command("choice-before", "left", "Choice before"),
    command("complete", "tab", "Next line; on the file's line: complete the path"),
    command("leave", "escape", "Leave", hint="back"),
)
"""Keys of the export dialog."""


def _motion(name: str, keys: str, text: str, motion: tuple[str, int], hint: str = "") -> Command:
    """A command that moves the ends of the span."""
    return Command(name, methodcaller("move_span", *motion), text, tuple(keys.split()), hint, "Span")


SPANS: Table = (
    _motion("sentence-before", "(", "The sentence before", ("sentence", -1), "sentence"),
    _motion("sentence-after", ")", "The sentence after", ("sentence", 1), "sentence"),
    _motion("end-word-on", "w", "The end a word on", ("end_word", 1), "word"),
    _motion("end-word-back", "b", "The end a word back", ("end_word", -1), "word"),
    _motion("end-sign-on", "l right", "The end a character on", ("end_sign", 1)),
    _motion("end-sign-back", "h left", "The end a character back", ("end_sign", -1)),
    _motion("start-word-on", "W", "The start a word on", ("start_word", 1)),
    _motion("start-word-back", "B", "The start a word back", ("start_word", -1)),
    _motion("start-sign-on", "L", "The start a character on", ("start_sign", 1)),
    _motion("start-sign-back", "H", "The start a character back", ("start_sign", -1)),
    _motion("end-row-down", "j down", "The end a row down", ("end_row", 1)),
    _motion("end-row-up", "k up", "The end a row up", ("end_row", -1)),
    _motion("end-paragraph-on", "J", "The end to the end of the next paragraph", ("end_paragraph", 1), "¶"),
    _motion("end-paragraph-back", "K", "The end to the end of the paragraph before", ("end_paragraph", -1), "¶"),
    command("span-to-word", "/", "The span becomes the word typed", hint="find", group="Span"),
    command("end-to-word", "f", "The end goes to the word typed", hint="end at", group="Span"),
    command("tag", "t", "Choose tags for these words", hint="tag", group="Tagging"),
    *slot_commands(),
    command("repeat-tag", ".", "Put on the last tag again", group="Tagging"),
    command("tag-by-key", ",", "Put on the tag with a key of its own: , and the letter", group="Tagging"),
    command("in-vivo", "i", "In vivo: the words become the tag", hint="in vivo", group="Tagging"),
    command("note", "a", "Write a note on these words", hint="note", group="Tagging"),
    command("copy", "y", "Copy the words with their reference", group="Tagging"),
    command("keep-ends", "enter", "Keep the changed ends", hint="keep", group="Span"),
    command("leave-span", "escape", "Leave, nothing changed", hint="leave", group="Span"),
    *ANYWHERE,
)
"""Keys of the span mode of the reading screen."""

TYPING = frozenset({"picker", "note", "palette", "path", "ask"})
"""Screens on which all other keys type."""
LEAVING = frozenset({"leave", "leave-filter", "leave-span", "refuse", "save-and-leave"})
"""Commands that lead out of their screen: each keeps a key that works there."""

TABLES: dict[str, Table] = {
    "spans": SPANS,
    "picker": PICKER,
    "note": NOTE,
    "library": LIBRARY,
    "search": SEARCH,
    "export": EXPORT,
    "help": HELP,
    "palette": PALETTE,
    "slots": SLOTS,
    "question": QUESTION,
    "path": PATH,
    "codebook": CODEBOOK,
    "quotes": QUOTES,
    "splitting": SPLITTING,
    "notes": NOTES,
    "history": HISTORY,
    "details": DETAILS,
    "ask": ASK,
    "choose": CHOOSE,
    "hues": HUES,
    "settings": SETTINGS,
    "lines": LINES,
}
"""All of them by the name of their screen."""
