"""Finding words in texts, notes and tag names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from reader.commands.phrases import cells
from reader.commands.registry import Outcome, Words, command

if TYPE_CHECKING:
    from reader.project import Project
    from reader.search.hits import Hit, Order

GROUP = "Finding"


@command(
    "search",
    "Find words, phrases, tags and more in texts, notes and tag names.",
    group=GROUP,
    words={
        "query": 'Words; "a phrase"; a beginning with *; OR, NOT, brackets; fields as tag:harm. docs/search.md has all.',
        "count": "Print only the number of paragraphs.",
        "order": "By article and place, by the words left or right of the hit, or by the article's date.",
        "limit": "So many hits at most.",
        "kwic": "The hits in one column, their words before and after beside them.",
        "csv": "As CSV with a header: the columns of --json, cells exact.",
    },
    choices={"order": ("article", "left", "right", "date")},
    examples=(
        "reader search lower town",
        "reader search '\"rang us\" OR tag:harm/*'",
        "reader search barrier* --count",
        "reader search barrier* --kwic --order right --limit 50",
        "reader search tag:harm --csv > hits.csv",
    ),
    more="Case and accents do not matter. The query may begin with '-'. Nothing found: exit code 1.",
    lists=True,
    writes=False,
)
def search(
    project: Project,
    query: Words,
    *,
    count: bool = False,
    order: str = "article",
    limit: int | None = None,
    kwic: bool = False,
    csv: bool = False,
) -> Outcome:
    """Hits in context; exit code 1 where there is none."""
    if count:
        number = project.count(query)
        return Outcome(rows=[{"count": number}], lines=[str(number)], exit_code=0 if number else 1)
    hits = list(project.search(query, order=cast("Order", order), limit=limit))
    rows = [_row(hit) for hit in hits]
    nothing = ("", "") if hits else (nothing_found(query), "nothing found")
    lines = _csv(rows) if csv else _columns(project, hits) if kwic else [_line(project, hit) for hit in hits]
    return Outcome(*nothing, rows=rows, lines=lines, exit_code=0 if hits else 1)


LONGEST = 60
"""Characters of a query that are said again."""


def nothing_found(query: str) -> str:
    """The sentence for a query that holds nowhere."""
    return f"Nothing found for {query if len(query) <= LONGEST else f'{query[:LONGEST]}…'!r}."


COLUMNS = ("article_id", "paragraph", "left", "hit", "right", "char_start", "char_end", "where")


def _row(hit: Hit) -> dict[str, Any]:
    cells = (hit.article_id, hit.paragraph, hit.left, hit.hit, hit.right, hit.start, hit.end, hit.where)
    return dict(zip(COLUMNS, cells, strict=True))


def _csv(rows: Sequence[dict[str, Any]]) -> list[str]:
    """A whole file as one line: cells may hold line breaks."""
    from reader.formats.tables import table_text

    return [table_text(COLUMNS, (tuple(row.values()) for row in rows))]


def _line(project: Project, hit: Hit) -> str:
    return f"{project.articles[hit.article_id].number} ¶ {hit.paragraph}{_WHERE[hit.where]}  {_in_context(hit)}"


def _columns(project: Project, hits: Sequence[Hit]) -> list[str]:
    """The hits in one column, their places before them."""
    places = [f"{project.articles[hit.article_id].number} ¶ {hit.paragraph}{_WHERE[hit.where]}" for hit in hits]
    parts = [_flat(hit) for hit in hits]
    first = max(map(len, places), default=0)
    second = max((cells(left) for left, _, _ in parts), default=0)
    return [
        f"{place:<{first}}  {' ' * (second - cells(left))}{left}{found}{right}".rstrip()
        for place, (left, found, right) in zip(places, parts, strict=True)
    ]


_WHERE = {"text": "", "paragraph": "", "note": " note", "tag": " tag"}


def _in_context(hit: Hit) -> str:
    """One line with the words found in brackets."""
    left, found, right = _flat(hit)
    return f"{left.lstrip()}[{found}]{right.rstrip()}"


def _flat(hit: Hit) -> tuple[str, str, str]:
    """Words before, hit and words after without line breaks; spaces between them stay. Words that may be cut are left out."""
    from reader.search.hits import CONTEXT

    before, after = hit.left, hit.right
    if len(before) >= CONTEXT:
        before = before[before.find(" ") + 1 :]
    if len(after) >= CONTEXT and " " in after:
        after = after[: after.rfind(" ")]
    left, found, right = (" ".join(f"|{part}|".split())[1:-1] for part in (before, hit.hit, after))
    return left.lstrip(), found, right
