"""Colours: the program's themes, the styles drawn from them, and a hue for every tag."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from rich.cells import cell_len
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from reader.config.values import THEMES as NAMES
from reader.safe import safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reader.codebook import Codebook

THEMES = (
    Theme(
        "reader-dark",
        primary="#7fb3d5",
        secondary="#b39ddb",
        accent="#e5b567",
        warning="#e5b567",
        error="#ef6f6c",
        success="#8fbf7f",
        foreground="#d8d6cf",
        background="#16181d",
        surface="#1b1e24",
        panel="#23272f",
        dark=True,
    ),
    Theme(
        "reader-light",
        primary="#2a6592",
        secondary="#5e4b9c",
        accent="#94600b",
        warning="#94600b",
        error="#b3261e",
        success="#3b6e2f",
        foreground="#26272b",
        background="#faf8f3",
        surface="#f3f0e8",
        panel="#e9e5da",
        dark=False,
    ),
    Theme(
        "reader-contrast",
        primary="#ffffff",
        secondary="#00e5ff",
        accent="#ffff00",
        warning="#ffff00",
        error="#ff8a80",
        success="#69f0ae",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1a1a1a",
        dark=True,
    ),
)

TERMINAL = "ansi-dark"
"""Textual's theme of the terminal's own colours."""


def full_name(name: str) -> str:
    """Textual's name of one of our themes; of the first for an empty one."""
    return TERMINAL if name == "terminal" else f"reader-{name or NAMES[0]}"


def next_name(name: str) -> str:
    """The theme after one; after the first where none is set."""
    return NAMES[(NAMES.index(name or NAMES[0]) + 1) % len(NAMES)]


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Styles of everything we draw line by line, all with their background."""

    text: Style
    bold: Style
    dim: Style
    rule: Style
    current: Style
    accent: Style
    good: Style
    bad: Style
    bar: Style
    bar_dim: Style
    bar_bold: Style
    hit: Style
    hit_now: Style
    chosen: Style
    background: Color
    plain: bool

    @classmethod
    def of(cls, variables: Mapping[str, str], *, no_colour: bool = False) -> Look:
        """The styles of a theme's variables; `plain` is set where colours cannot tell things apart."""
        try:
            background, foreground = Color.parse(variables["background"]), Color.parse(variables["foreground"])
        except (KeyError, ValueError):
            background = foreground = Color.parse("ansi_default")
        if background.ansi is not None or foreground.ansi is not None:
            return cls._of_the_terminal(no_colour=no_colour)
        accent, primary = Color.parse(variables["accent"]), Color.parse(variables["primary"])
        warning = Color.parse(variables["warning"])

        def on(ground: Color, ink: Color, *, bold: bool = False) -> Style:
            return Style(color=ink.rich_color, bgcolor=ground.rich_color, bold=bold or None)

        bar = background.blend(foreground, 0.08)
        here = background.blend(primary, 0.17)
        dim = background.blend(foreground, 0.55)
        return cls(
            text=on(background, foreground),
            bold=on(background, foreground, bold=True),
            dim=on(background, dim),
            rule=on(background, background.blend(foreground, 0.25)),
            current=Style(bgcolor=here.rich_color),
            accent=on(background, accent, bold=True),
            good=on(background, Color.parse(variables["success"])),
            bad=on(bar, Color.parse(variables["error"]), bold=True),
            bar=on(bar, foreground),
            bar_dim=on(bar, bar.blend(foreground, 0.6)),
            bar_bold=on(bar, primary, bold=True),
            hit=Style(bgcolor=background.blend(warning, 0.35).rich_color),
            hit_now=Style(color=background.rich_color, bgcolor=warning.rich_color, bold=True, underline=no_colour),
            chosen=Style(reverse=True),
            background=background,
            plain=no_colour,
        )

    @classmethod
    def _of_the_terminal(cls, *, no_colour: bool) -> Look:
        """The terminal's own sixteen colours, whatever they are."""
        plain = Style()
        return cls(
            text=plain,
            bold=Style(bold=True),
            dim=Style(dim=True),
            rule=Style(dim=True),
            current=Style(bold=True),
            accent=Style(color="yellow", bold=True),
            good=Style(color="green"),
            bad=Style(color="red", bold=True),
            bar=plain,
            bar_dim=Style(dim=True),
            bar_bold=Style(bold=True),
            hit=Style(underline=True),
            hit_now=Style(reverse=True),
            chosen=Style(reverse=True),
            background=Color.parse("ansi_default"),
            plain=no_colour,
        )


@lru_cache(maxsize=512)
def ink(colour: str) -> Style:
    """What is written in a colour, `#rrggbb`; to be laid over the ground."""
    return Style(color=colour)


def tag_colour(codebook: Codebook, tag_id: str) -> str:
    """The colour of a tag as `#rrggbb`, on every screen the same."""
    return codebook.colour(tag_id)


def tag_sign(codebook: Codebook, tag_id: str) -> str:
    """The one cell that stands for a tag where there is no colour: its own key, else its first letter; `#` for a wide one."""
    tag = codebook.tags[tag_id]
    sign = safe(tag.key or tag.name[:1])
    return sign if cell_len(sign) == 1 else "#"
