"""Finding words in texts, notes and tag names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

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
    },
    choices={"order": ("article", "left", "right", "date")},
    examples=(
        "reader search lower town",
        "reader search '\"rang us\" OR tag:harm/*'",
        "reader search barrier* --count",
    ),
    more="Case and accents do not matter. The query may begin with '-'. Nothing found: exit code 1.",
    lists=True,
    writes=False,
)
def search(
    project: Project, query: Words, *, count: bool = False, order: str = "article", limit: int | None = None
) -> Outcome:
    """Hits in context; exit code 1 where there is none."""
    if count:
        number = project.count(query)
        return Outcome(rows=[{"count": number}], lines=[str(number)], exit_code=0 if number else 1)
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for hit in project.search(query, order=cast("Order", order), limit=limit):
        rows.append(
            {
                "article_id": hit.article_id,
                "paragraph": hit.paragraph,
                "left": hit.left,
                "hit": hit.hit,
                "right": hit.right,
                "char_start": hit.start,
                "char_end": hit.end,
                "where": hit.where,
            }
        )
        lines.append(
            f"{project.articles[hit.article_id].number} ¶ {hit.paragraph}{_WHERE[hit.where]}  {_in_context(hit)}"
        )
    if not rows:
        return Outcome(f"Nothing found for {query!r}.", "nothing found", rows=[], exit_code=1)
    return Outcome(rows=rows, lines=lines)


_WHERE = {"text": "", "paragraph": "", "note": " note", "tag": " tag"}


def _in_context(hit: Hit) -> str:
    """One line with the words found in brackets."""
    left, found, right = (" ".join(f"|{part}|".split())[1:-1] for part in (hit.left, hit.hit, hit.right))
    return f"{left.lstrip()}[{found}]{right.rstrip()}"
