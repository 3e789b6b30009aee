"""Searches kept under a name, shared by all coders of a project: `saved:name` stands for one in a query."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from reader.codebook import plain
from reader.commands.finding import GROUP
from reader.commands.phrases import many
from reader.commands.registry import Outcome, Words, command
from reader.edits import new_id
from reader.errors import UsageError
from reader.model import SavedSearch

if TYPE_CHECKING:
    from reader.project import Project

LONGEST_NAME = 100


@command(
    "search-save",
    "Keep a query under a name; saved:NAME stands for it in other queries.",
    group=GROUP,
    words={"name": "What it is called.", "query": "What `reader search` takes."},
    examples=("reader search-save late 'barrier* (late OR \"after the warning\")'",),
    more="`reader search saved:late -tag:harm` uses it. A name that is there already gets the new query. All coders of the project have the saved searches.",
)
def search_save(project: Project, name: str, query: Words) -> Outcome:
    """Save a query or give a saved one another query. UsageError for a name that cannot be and a query not understood."""
    outcome = keep_search(project, name, query)
    count = many(project.count(query), "paragraph")
    outcome.text = " ".join([f"{outcome.text}: {count}.", *project.unknown_in(query)])
    return outcome


def keep_search(project: Project, name: str, query: str) -> Outcome:
    """As `search_save`, without counting what is found; the sentence has no full stop yet."""
    name = _checked(name)
    before = _named(project, name)
    name = before.name if before else name
    after = SavedSearch(id=before.id if before else new_id("q"), name=name, query=query.strip())
    project.check_search(after)
    typed = saved_as_typed(name)
    if before == after:
        return Outcome(f"Saved already: {name}", f"{typed} is this already")
    edit = project.apply("search-save", [(before, after)])
    done = "Changed the saved search" if before else "Saved the search"
    return Outcome(f"{done} {name}", f"{'changed' if before else 'kept as'} {typed}", edit)


@command(
    "searches",
    "List the saved searches with the number of paragraphs each finds now.",
    group=GROUP,
    examples=("reader searches",),
    lists=True,
    writes=False,
)
def searches(project: Project) -> Outcome:
    """By name; where a query is no longer understood its count is None."""
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for search in sorted(project.searches.values(), key=lambda search: plain(search.name)):
        count, shown = None, ""
        try:
            count = project.count(search.query)
            shown = f"{count:>6}"
        except UsageError as error:
            shown = f"     –  {error}"
        rows.append({"name": search.name, "query": search.query, "count": count})
        lines.append(f"{search.name}  {search.query}  {shown.strip()}")
    return Outcome(
        "" if rows else "No search is saved yet; reader search-save NAME QUERY saves one.", rows=rows, lines=lines
    )


@command(
    "search-delete",
    "Delete a saved search.",
    group=GROUP,
    words={"name": "What it is called."},
    examples=("reader search-delete late",),
)
def search_delete(project: Project, name: str) -> Outcome:
    """Delete a saved search; no annotation changes. UsageError names the nearest."""
    found = _named(project, name)
    if found is None:
        from difflib import get_close_matches

        names = [search.name for search in project.searches.values()]
        near = get_close_matches(name, names, 1)
        hint = f"; the nearest is {near[0]!r}" if near else "; `reader searches` lists them" if names else ""
        raise UsageError(f"There is no saved search {name!r}{hint}.")
    edit = project.apply("search-delete", [(found, None)])
    return Outcome(f"Deleted the saved search {found.name}.", f"deleted the saved search {found.name}", edit)


def _named(project: Project, name: str) -> SavedSearch | None:
    wanted = plain(name.strip())
    return next((search for search in project.searches.values() if plain(search.name) == wanted), None)


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise UsageError(f"A saved search needs a name of 1 to {LONGEST_NAME} characters.")
    if any(char in '"“”„«»' or unicodedata.category(char) in ("Cc", "Cs") for char in name):
        raise UsageError("The name of a saved search cannot hold quotation marks or control characters.")
    if name.startswith("-") or not any(char.isalnum() for char in name):
        raise UsageError("The name of a saved search needs a letter or digit and cannot begin with -.")
    return name


def saved_as_typed(name: str) -> str:
    """What stands for a saved search in a query."""
    return f'saved:"{name}"' if any(char in " ()" for char in name) else f"saved:{name}"
