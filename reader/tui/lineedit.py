"""One line being typed, as plain state: text and cursor."""

from __future__ import annotations

from reader.commands import is_edge


class LineEdit:
    """A text and a cursor in it; `press` takes keys as a terminal names them."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.cursor = len(text)

    def insert(self, text: str) -> None:
        """Put a text in at the cursor."""
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor += len(text)

    def press(self, key: str, character: str | None) -> bool:
        """Edit by one key; False if the key means nothing in a line."""
        move = {
            "left": self._edge(-1),
            "right": self._edge(1),
            "home": 0,
            "ctrl+a": 0,
            "end": len(self.text),
            "ctrl+e": len(self.text),
        }.get(key)
        if move is not None:
            self.cursor = move
        elif key in ("backspace", "ctrl+h"):
            self._cut(self._edge(-1))
        elif key == "ctrl+w":
            self._cut(self.text[: self.cursor].rstrip().rfind(" ") + 1)
        elif key == "ctrl+u":
            self._cut(0)
        elif key == "delete":
            self.text = self.text[: self.cursor] + self.text[self._edge(1) :]
        elif key == "ctrl+k":
            self.text = self.text[: self.cursor]
        elif character and character.isprintable() and not key.startswith(("ctrl+", "alt+")):
            self.insert(character)
        else:
            return False
        return True

    def _edge(self, direction: int) -> int:
        """The next edge of a grapheme cluster in a direction, the end of the text where there is none."""
        at = self.cursor + direction
        while 0 < at < len(self.text) and not (self.text.isascii() or is_edge(self.text, at)):
            at += direction
        return max(0, min(at, len(self.text)))

    def _cut(self, start: int) -> None:
        """Take out what stands between a place and the cursor."""
        self.text = self.text[:start] + self.text[self.cursor :]
        self.cursor = start
