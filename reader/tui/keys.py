"""The commands of each screen with their default keys, and the keymap made from them.

Bindings, key line, palette and help are all read from these tables. A key is written as the sign it
types (`j`, `<`, `,`) or by name: `space enter tab escape backspace up down left right home end pageup
pagedown f1 ctrl+r`. A command's function takes the screen; the method it calls has the command's name
with `_` for `-`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from operator import methodcaller

import msgspec
from rich.cells import cell_len

from reader.commands import Command

Table = tuple[Command, ...]


def command(name: str, keys: str, text: str, *, hint: str = "", group: str = "", takes: str = "") -> Command:
    """A command of a screen: `keys` are separated by blanks, the method is named like the command."""
    return Command(name, methodcaller(name.replace("-", "_")), text, tuple(keys.split()), hint, group, takes)


def with_words(one: Command, words: str) -> Command:
    """A command that `takes` something, with what was typed behind its name."""
    return replace(one, run=methodcaller(one.name.replace("-", "_"), words)) if words and one.takes else one


def slot_commands() -> Table:
    """`slot-1` to `slot-9`: put on the tag in that slot."""
    return tuple(
        Command(
            f"slot-{n}", methodcaller("slot", n), f"Put on the tag in slot {n}", (str(n),), hint="slot", group="Tagging"
        )
        for n in range(1, 10)
    )


ANYWHERE: Table = (
    command("palette", ": ctrl+p", "Find a command by its name; :12 goes to paragraph 12", group="Program"),
    command("help", "? f1", "The keys of this screen", hint="help", group="Program"),
    command("undo", "u", "Undo the last change", hint="undo", group="Program"),
    command("redo", "U ctrl+r", "Redo what was undone", group="Program"),
    command("history", "", "History: what was done, and take one of it back", group="Program"),
    command("settings", "", "Settings: colours, signs, lines, keyboards, exports", group="Program"),
)
"""Commands that every screen without a text field has."""

READING: Table = (
    command("tag", "t", "Choose tags for this paragraph", hint="tag", group="Tagging"),
    *slot_commands(),
    command("repeat-tag", ".", "Put on the last tag again", hint="repeat", group="Tagging"),
    command("note", "a", "Write a note on this paragraph", hint="note", group="Tagging"),
    command(
        "review-and-on", "enter", "Mark reviewed and go on to the next unreviewed", hint="reviewed, on", group="Tagging"
    ),
    command("span", "v", "Choose words: span mode", hint="span", group="Tagging"),
    command("find", "/", "Search in this article as you type", hint="search", group="Finding"),
    command("next-paragraph", "j down", "Next paragraph", group="Moving"),
    command("previous-paragraph", "k up", "Previous paragraph", group="Moving"),
    command("page-down", "space pagedown", "A page on", group="Moving"),
    command("page-up", "b pageup", "A page back", group="Moving"),
    command("first", "g home", "First paragraph", group="Moving"),
    command("last", "G end", "Last paragraph", group="Moving"),
    command("next-coded", ")", "Next paragraph with a tag", group="Moving"),
    command("previous-coded", "(", "Previous paragraph with a tag", group="Moving"),
    command("next-article", ">", "Next article", group="Moving"),
    command("previous-article", "<", "Previous article", group="Moving"),
    command("back", "backspace", "Back to where I was", group="Moving"),
    command("next-hit", "n", "Next hit", group="Finding"),
    command("previous-hit", "N", "Previous hit", group="Finding"),
    command("search-library", "f", "Search the library", group="Finding"),
    command("library", "l", "The library", group="Screens"),
    command("codebook", "c", "The codebook: all tags", group="Screens"),
    command("notes", "m", "All notes and memos", group="Screens"),
    command("export", "e", "Export as CSV", group="Screens"),
    command("compare", "=", "Last quotes of this tag, beside the paragraph", group="Finding"),
    command("tag-article", "T", "Tag the whole article", group="Tagging"),
    command("slots", "0", "Show and pin the slots", group="Tagging"),
    command("tag-by-key", ",", "Put on the tag with a key of its own: , and the letter", group="Tagging"),
    command("ditto", "d", "Put on all tags of the last coded paragraph", group="Tagging"),
    command("take-off", "x", "Take off a tag", group="Tagging"),
    command("swap", "s", "Change a tag, keep its note and date", group="Tagging"),
    command("why", "w", "Note on the tag just given", group="Tagging"),
    command("review", "r", "Reviewed on or off", group="Tagging"),
    command("next-span", ";", "Next span in this paragraph: v s x a w act on it", group="Tagging"),
    command("example", "", "Take these words into a tag's description, as an example", group="Tagging"),
    command("select-on", "J", "Select this paragraph and the next", group="Tagging"),
    command("select-back", "K", "Select this paragraph and the one before", group="Tagging"),
    command("select-hits", "*", "Select all paragraphs with a hit", group="Finding"),
    command("tag-and-go-on", "", "Slot keys tag, mark reviewed and go on; or only tag", group="Tagging"),
    command("new-pass", "", "New pass: review everything once more", group="Tagging", takes="a name"),
    command("skip-speaker", "", "Skip a speaker, or visit them again", group="Tagging", takes="a speaker"),
    command("toggle-role", "", "Furniture or text: change what this paragraph counts as", group="Tagging"),
    command("copy", "y", "Copy the quote with its reference", group="Tagging"),
    command("switch-focus", "tab", "From the text to the pane and back", group="View"),
    command("drop", "escape", "Leave the pane; drop span, selection, hit marks, in that order", group="View"),
    command("others", "o", "Others' marks: where you have reviewed, all, none", group="View"),
    command("zen", "z", "Only the text, or everything", group="View"),
    command("pane", "p", "Show or hide the pane", group="View"),
    command("wider", "+", "Longer lines", group="View"),
    command("narrower", "-", "Shorter lines", group="View"),
    *ANYWHERE,
    command("next-theme", "", "Change the colours", group="Program"),
    command("tour", "", "Tour: a few steps on a sample", group="Program"),
    command("quit", "q", "Quit, at once", group="Program"),
)
"""Commands of the reading screen, in the order of the key line."""

BACK: Table = (command("leave", "escape q", "Back", hint="back", group="Program"),)
"""How one leaves a screen that stands over another."""

NAMED = {
    "enter": "⏎",
    "escape": "Esc",
    "backspace": "Backspace",
    "space": "space",
    "tab": "Tab",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
}
SPELT = NAMED | {"enter": "Enter", "up": "Up", "down": "Down", "left": "Left", "right": "Right"}
"""The names of keys where only ASCII is drawn."""


def shown(key: str, names: Mapping[str, str] = NAMED) -> str:
    """A key as people read it."""
    return names.get(key, key.upper() if key[:1] == "f" and key[1:].isdigit() else key)


def written(key: str, character: str | None) -> str:
    """A key event as written in a keymap: the sign it types, else its name."""
    if character and character.isprintable() and character != " " and "+" not in key[1:-1]:
        return character
    return key


class Keymap(msgspec.Struct):
    """The commands of one screen by key, after the user's changes. `problems` are sentences for the user."""

    commands: dict[str, Command]
    keys: dict[str, tuple[str, ...]]
    by_key: dict[str, Command] = {}
    problems: list[str] = []
    names: Mapping[str, str] = msgspec.field(default_factory=lambda: NAMED)
    """How keys without a sign of their own are called."""

    @classmethod
    def of(
        cls,
        table: Iterable[Command],
        changes: Mapping[str, Sequence[str]] | None = None,
        names: Mapping[str, str] = NAMED,
    ) -> Keymap:
        """The keymap of a table: a changed command has its new keys only, and takes them from others."""
        commands = {c.name: c for c in table}
        changed = {name: tuple(keys) for name, keys in (changes or {}).items() if name in commands}
        taken = {key for keys in changed.values() for key in keys}
        keys = {c.name: tuple(k for k in c.keys if k not in taken) for c in commands.values()} | changed
        keymap = cls(commands, keys, names=names)
        for name, own in keys.items():
            for key in own:
                first = keymap.by_key.setdefault(key, commands[name])
                if first.name != name:
                    keymap.problems.append(f"The key {key} is given to {first.name} and {name}; {first.name} has it.")
        return keymap

    def get(self, key: str) -> Command | None:
        """The command of a key, or None."""
        return self.by_key.get(key)

    def shown(self, name: str) -> str:
        """The keys of a command for help and palette, e.g. `j ↓`."""
        return " ".join(shown(key, self.names) for key in self.keys.get(name, ()))

    def first(self, name: str) -> str:
        """The first key of a command as people read it, `:` and its name where it has none."""
        return next((shown(key, self.names) for key in self.keys.get(name, ())), f":{name}")

    def hints(self, before_all: str = "") -> list[tuple[str, str]]:
        """(key, word) for the key line, `before_all` the name of the first; neighbours with the same word become one, `1-9 slot`."""
        found: list[tuple[str, str]] = []
        if self.keys.get(before_all):
            found.append((shown(self.keys[before_all][0], self.names), before_all))
        for name, one in self.commands.items():
            keys = self.keys[name]
            if not one.hint or not keys or name == before_all:
                continue
            key = shown(keys[0], self.names)
            if found and found[-1][1] == one.hint:
                found[-1] = (f"{found[-1][0].split('-')[0]}-{key}", one.hint)
            else:
                found.append((key, one.hint))
        return found

    def hint_line(self, *, gap: int = 3, without: Collection[str] = (), width: int = 0) -> str:
        """The hints as one line, words left out that mean nothing now; with a `width` as many lines as they need, each hint whole."""
        lines: list[str] = []
        for hint in (f"{key} {word}" for key, word in self.hints() if word not in without):
            longer = f"{lines[-1]}{' ' * gap}{hint}" if lines else hint
            lines[-1:] = [longer] if not lines or not width or cell_len(longer) <= width else [lines[-1], hint]
        return "\n".join(lines)


def unknown_names(changes: Mapping[str, Sequence[str]], tables: Iterable[Table]) -> list[str]:
    """A sentence for every command name in a keymap that no screen has, with the nearest name."""
    names = {c.name for table in tables for c in table}
    said = []
    for name in changes:
        if name not in names:
            near = get_close_matches(name, names, 1)
            said.append(f"There is no command {name!r}" + (f"; the nearest is {near[0]!r}." if near else "."))
    return said


_PHYSICAL = {
    "ru": ("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,."),
    "uk": ("йцукенгшщзхїфівапролджєячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,."),
    "el": ("ςερτυθιοπασδφγηξκλζχψωβνμ", "wertyuiopasdfghjklzxcvbnm"),
    "he": ("קראטוןםפשדגכעיחלךףזסבהנמצתץ", "ertyuiopasdfghjkl;zxcvbnm,."),
    "fa": ("ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو", "qwertyuiop[]asdfghjkl;'zxcvbnm,"),
    "ar": ("ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظ", "qwertyuiop[]asdfghjkl;'zxcvnm,./"),
}


@cache
def physical(layouts: Sequence[str]) -> Mapping[str, str]:
    """Letter of another script -> Latin key in its place; capitals to capitals where the script has them.

    Where two of the layouts differ about a letter the first one counts.
    """
    found: dict[str, str] = {}
    for letters, latin in (_PHYSICAL[name] for name in layouts):
        for letter, key in zip(letters, latin, strict=False):
            found.setdefault(letter, key)
            if letter.upper() != letter and key.isalpha():
                found.setdefault(letter.upper(), key.upper())
    return found
