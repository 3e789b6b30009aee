"""Blind coding: others' marks, notes and figures are hidden from everybody until it is ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from reader.commands.registry import Outcome, command

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Reviewing"


@command(
    "blind-start",
    "Hide everybody's marks, notes and counts from the others.",
    group=GROUP,
    examples=("reader blind-start",),
    more="It holds for all coders of the project, until `reader blind-end`. The codebook stays in common.",
)
def blind_start(project: Project) -> Outcome:
    """Make the project blind for all coders."""
    return _set(project, blind=True)


@command(
    "blind-end",
    "End blind coding: all see each other's marks again.",
    group=GROUP,
    examples=("reader blind-end",),
)
def blind_end(project: Project) -> Outcome:
    """Open a blind project; the history keeps who did it and when."""
    return _set(project, blind=False)


def _set(project: Project, *, blind: bool) -> Outcome:
    info = project.info
    if info.blind == blind:
        said = "The project is blind already" if blind else "The project is not blind"
        return Outcome(f"{said}.", said[:1].lower() + said[1:])
    edit = project.apply("blind-start" if blind else "blind-end", [(info, replace(info, blind=blind))])
    if blind:
        return Outcome("Blind: all see their own marks only, until `reader blind-end`.", "blind from now on", edit)
    return Outcome(
        "No longer blind: all marks are seen by all. The history keeps that it was ended.", "no longer blind", edit
    )
