"""What the palette lists beside the commands of its screen: commands of other screens, and of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from reader.commands import REGISTRY
from reader.errors import ReaderError
from reader.tui.screen import Keyed
from reader.tui.tables import TABLES

if TYPE_CHECKING:
    from reader.tui.app import ReaderApp


class Offer(NamedTuple):
    """A command of the registry with its options."""

    command: str
    help: str
    options: Mapping[str, object] = {}


_WANTED = (
    Offer("tags-lock", ""),
    Offer("tags-unlock", ""),
    Offer("blind-start", ""),
    Offer("blind-end", ""),
    Offer("backup", ""),
    Offer("stats", ""),
    Offer("doctor", ""),
    Offer("tags", "List the tags with their counts."),
    Offer("pass", "List the passes.", {"action": "list"}),
)


ELSEWHERE: Mapping[str, str] = {
    "import-here": "library",
    "which": "library",
    "new-memo": "notes",
    "import-tags": "codebook",
    "export-tags": "codebook",
}
"""Commands of another screen that need nothing chosen there, with the screen, named as the command that opens it."""


def offers() -> dict[str, Offer]:
    """What can be offered, by the name that the palette shows."""
    found = {
        one.name: Offer(one.name, one.help)
        for screen in dict.fromkeys(ELSEWHERE.values())
        for one in TABLES[screen]
        if ELSEWHERE.get(one.name) == screen
    }
    for offer in _WANTED:
        known = REGISTRY.get(offer.command)
        if known is not None:
            found[offer.command] = offer._replace(help=(offer.help or known.help).rstrip("."))
    return found


def run(app: ReaderApp, name: str) -> bool:
    """Run one of them, on its own screen if it has one; what it lists is shown. False where there is none of that name."""
    if name in ELSEWHERE:
        app.reading.run_named(ELSEWHERE[name])
        there = app.screen
        if isinstance(there, Keyed):
            there.call_after_refresh(there.run_named, name)
        return True
    offer = offers().get(name)
    if offer is None:
        return False
    try:
        app.project.flush(timeout=5.0)
        outcome = REGISTRY[offer.command].run(app.project, **offer.options)
    except ReaderError as error:
        app.failed(error)
        return True
    if outcome.edit is not None:
        app.done(outcome)
    elif outcome.lines:
        from reader.tui.lines import LinesScreen

        app.push_screen(LinesScreen(offer.help, [*([outcome.text] if outcome.text else []), *outcome.lines]))
    else:
        app.say(outcome.brief or outcome.text)
    return True
