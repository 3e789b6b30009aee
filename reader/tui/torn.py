"""Key sequences that a slow line tears apart: what is left of them must never act as keys.

An arrow key is `ESC [ A` on the wire. When the line pauses inside it, Textual hands on Escape, `[` and
`A` as three keys; the digits of a mouse report would even be slot keys. This machine sees every key of
a screen without a text field and says which ones to swallow: after `[` (nobody's key), or after `O`
right behind Escape, everything up to the final byte (ECMA-48, 5.4), or until a second has passed in
silence.
"""

from __future__ import annotations

WINDOW = 1.0
"""Seconds without a key after which a torn sequence is given up."""

ESCAPE = "\x1b"
SINGLE_SHIFT = "alt+shift+o"
"""What Textual calls ESC O, with which F1 to F4 and the arrows of some terminals begin."""
PASTE_START = "200~"
_X10_MOUSE_BYTES = 3


class TornKeys:
    """Feeds on (key, character, time in seconds); plain state, no clock of its own."""

    def __init__(self) -> None:
        self._state = ""
        self._body = ""
        self._left = 0
        self._last = float("-inf")

    def swallow(self, key: str, character: str | None, at: float) -> bool:
        """True if this key is a piece of a torn sequence."""
        if at - self._last > WINDOW:
            self._state = ""
        self._last = at
        if key in ("escape", "circumflex_accent") or not character or len(character) != 1:
            # Escape and whole keys begin anew; `^` is what Textual makes of the ESC of an unknown sequence.
            self._state = "escape" if key == "escape" else ""
            return False
        if key == SINGLE_SHIFT:
            self._state = "single shift"
            return True
        return self._piece(character)

    def _piece(self, character: str) -> bool:
        """One character in the present state."""
        if self._state == "sequence":
            self._in_sequence(character)
        elif self._state == "single shift":
            # A modified function key has digits before its letter: ESC O 2 P.
            self._state = "single shift" if character.isdigit() or character == ";" else ""
        elif self._state == "mouse":
            self._left -= 1
            self._state = "mouse" if self._left else ""
        elif self._state == "paste":
            pass  # pasted words are no keys; the silence behind them ends this
        elif character == "[":
            self._state, self._body = "sequence", ""
        elif self._state == "escape" and character == "O":
            self._state = "single shift"
        else:
            self._state = ""
            return False
        return True

    def _in_sequence(self, character: str) -> None:
        """A character behind `[`: parameter, intermediate or final byte."""
        body, self._body = self._body, self._body + character
        if not body and character == "[":
            return  # function keys of the Linux console: ESC [ [ A
        if not body and character == "M":
            self._state, self._left = "mouse", _X10_MOUSE_BYTES
        elif self._body == PASTE_START:
            self._state = "paste"
        elif "@" <= character <= "~":
            self._state = ""
