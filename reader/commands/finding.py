"""Finding words in texts, notes and tag names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from reader.commands.phrases import cells, memos_hold, only_own
from reader.commands.registry import Outcome, Stream, Words, command

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
        said = " ".join(project.unknown_in(query))
        return Outcome(said, rows=[{"count": number}], lines=[str(number)], exit_code=0 if number else 1)
    hits = Stream(lambda: project.search(query, order=cast("Order", order), limit=limit))
    if order != "article":  # they are in memory anyway, in their order
        hits = Stream(list(hits).copy)
    rows = Stream(lambda: map(_row, hits))
    lines = Stream(lambda: _csv(rows) if csv else _columns(project, hits) if kwic else _lines(project, hits))
    memos = memos_with(project, query)
    if not hits:
        said = nothing_found(project, query) + (f" {memos}" if memos else "")
        return Outcome(said, "nothing found", rows=[], lines=list(lines), exit_code=1)
    return Outcome(" ".join([*project.unknown_in(query), *filter(None, [memos])]), rows=rows, lines=lines)


def memos_with(project: Project, query: str) -> str:
    """A sentence on the memos and notes on tags that a query holds in too: they stand on no paragraph. "" if there is none."""
    found = len(project.memos_with(query))
    if not found:
        return ""
    return f"{memos_hold(found)} it too: `reader notes --text` lists them."


LONGEST = 60
"""Characters of a query that are said again."""


def nothing_found(project: Project, query: str) -> str:
    """The sentence for a query that holds nowhere, and one on each name in it that is not in the library."""
    said = f"Nothing found for {query if len(query) <= LONGEST else f'{query[:LONGEST]}…'!r}."
    return " ".join(filter(None, (said, *project.unknown_in(query), only_own(project))))


COLUMNS = ("article_id", "paragraph", "left", "hit", "right", "char_start", "char_end", "where")


def _row(hit: Hit) -> dict[str, Any]:
    cells = (hit.article_id, hit.paragraph, hit.left, hit.hit, hit.right, hit.start, hit.end, hit.where)
    return dict(zip(COLUMNS, cells, strict=True))


_BLOCK = 500


def _csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A file, many rows as one line: cells may hold line breaks."""
    from reader.formats.tables import table_text

    cells = (tuple(row.values()) for row in rows)
    yield ",".join(COLUMNS)
    while block := list(islice(cells, _BLOCK)):
        yield table_text(COLUMNS, block).partition("\n")[2]


def _place(project: Project, hit: Hit) -> str:
    return f"{project.articles[hit.article_id].number} ¶ {hit.paragraph}{_WHERE[hit.where]}"


def _lines(project: Project, hits: Iterable[Hit]) -> Iterator[str]:
    for hit in hits:
        left, found, right = _flat(hit)
        yield f"{_place(project, hit)}  {left.lstrip()}[{found}]{right.rstrip()}"


def _columns(project: Project, hits: Iterable[Hit]) -> Iterator[str]:
    """The hits in one column, their places before them: gone through twice, as how wide they are is seen at the end."""
    first = second = 0
    for hit in hits:
        first, second = max(first, len(_place(project, hit))), max(second, cells(_flat(hit)[0]))
    for hit in hits:
        left, found, right = _flat(hit)
        yield f"{_place(project, hit):<{first}}  {' ' * (second - cells(left))}{left}{found}{right}".rstrip()


_WHERE = {"text": "", "paragraph": "", "note": " note", "tag": " tag"}


class Beside(NamedTuple):
    """The words before and after a hit, whole ones, and whether there may be more of them."""

    before: str
    after: str
    more_before: bool
    more_after: bool


def whole_words(before: str, after: str) -> Beside:
    """What stands before and after a hit without the words that the length of the context may have cut."""
    from reader.search.hits import CONTEXT

    more_before = len(before) >= CONTEXT and _goes_on(before[0])
    more_after = len(after) >= CONTEXT and _goes_on(after[-1])
    if more_before:
        before = before[before.find(" ") + 1 :]
    if more_after and " " in after:
        after = after[: after.rfind(" ")]
    return Beside(before, after, more_before, more_after)


def _goes_on(edge: str) -> bool:
    """Whether words go on beyond a character: behind a full stop the paragraph may well be over."""
    return edge.isalnum() or edge.isspace()


def _flat(hit: Hit) -> tuple[str, str, str]:
    """Words before, hit and words after without line breaks; spaces between them stay. Words that may be cut are left out."""
    before, after, *_ = whole_words(hit.left, hit.right)
    left, found, right = (" ".join(f"|{part}|".split())[1:-1] for part in (before, hit.hit, after))
    return left.lstrip(), found, right
