"""Commands of the command line that make sense here without arguments: the palette lists them too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from reader.commands import REGISTRY
from reader.errors import ReaderError

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


def offers() -> dict[str, Offer]:
    """What can be offered, by the name that the palette shows."""
    found = {}
    for offer in _WANTED:
        known = REGISTRY.get(offer.command)
        if known is not None:
            found[offer.command] = offer._replace(help=(offer.help or known.help).rstrip("."))
    return found


def run(app: ReaderApp, name: str) -> bool:
    """Run one of them; what it lists is shown. False where there is none of that name."""
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
