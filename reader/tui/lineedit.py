"""One line being typed, as plain state: text and cursor."""

from __future__ import annotations


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
            "left": max(0, self.cursor - 1),
            "right": min(len(self.text), self.cursor + 1),
            "home": 0,
            "ctrl+a": 0,
            "end": len(self.text),
            "ctrl+e": len(self.text),
        }.get(key)
        if move is not None:
            self.cursor = move
        elif key in ("backspace", "ctrl+h"):
            self._cut(max(0, self.cursor - 1))
        elif key == "ctrl+w":
            self._cut(self.text[: self.cursor].rstrip().rfind(" ") + 1)
        elif key == "ctrl+u":
            self._cut(0)
        elif key == "delete":
            self.text = self.text[: self.cursor] + self.text[self.cursor + 1 :]
        elif key == "ctrl+k":
            self.text = self.text[: self.cursor]
        elif character and character.isprintable() and not key.startswith(("ctrl+", "alt+")):
            self.insert(character)
        else:
            return False
        return True

    def _cut(self, start: int) -> None:
        """Take out what stands between a place and the cursor."""
        self.text = self.text[:start] + self.text[self.cursor :]
        self.cursor = start
