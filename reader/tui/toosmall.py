"""A window too small for any screen: it says what size it needs and waits; what lies below stays as it is."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST_WIDTH, LEAST_HEIGHT = 40, 12


def notice(width: int, height: int) -> list[str]:
    """What is said in a window of this size; nothing where it is large enough."""
    if width >= LEAST_WIDTH and height >= LEAST_HEIGHT:
        return []
    return [f"This window is {width} × {height}.", f"reader needs {LEAST_WIDTH} × {LEAST_HEIGHT}."]


class TooSmall(ModalScreen[None]):
    """Covers a screen until the window is large enough again. Keys do nothing meanwhile."""

    DEFAULT_CSS = """
    TooSmall { background: $background; align: center middle; }
    TooSmall Static { width: auto; height: auto; color: $foreground; }
    """

    def compose(self) -> ComposeResult:
        """The sentence."""
        yield Static("", markup=False)

    def on_resize(self) -> None:
        """Say the size there is, or make way."""
        said = notice(*self.size)
        if said:
            self.query_one(Static).update(Content("\n".join(said)))
        elif self.is_active:  # not twice, where two sizes come together
            self.dismiss()
