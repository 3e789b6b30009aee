"""Reviews («read; what is not tagged here is absent»), what is still to be read, and what counts as text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from reader.commands.coding import PARAGRAPHS, checked
from reader.commands.phrases import listed, titled, where
from reader.commands.registry import Outcome, command
from reader.errors import UsageError
from reader.model import PASSED_OVER, ROLES, Article, ArticleText, Role, role_of

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Reviewing"
ARTICLE = "Number, id or its start, or file name."


@command(
    "review",
    "Mark paragraphs as reviewed.",
    group=GROUP,
    words={
        "article": ARTICLE,
        "paragraphs": PARAGRAPHS,
        "again": "Also those that were reviewed before some tag was made: they have been read for it now.",
    },
    examples=("reader review 3 1-12", "reader review 3 1-12 --again"),
    more="Reviewed means: read, and what is not tagged here is absent. A tag made later is not absent there but not looked at.",
)
def review(project: Project, article: Article, paragraphs: Sequence[int], *, again: bool = False) -> Outcome:
    """Mark paragraphs as reviewed by this coder, in one edit. Those reviewed in the current pass are left.

    With `again` only those are left that were reviewed after every tag in use was made.
    """
    numbers = checked(project, article, paragraphs)
    marks, since = project.marks(article.id), since_of(project)
    before = [n for n in numbers if marks.reviewed(n, project.coder, since)]
    renewed = {n for n in before if again and tags_since(project, article, n)}
    fresh = [n for n in numbers if n in renewed or n not in before]
    if not fresh:
        return Outcome(f"Already reviewed: {where(project, article, numbers)}.", "already reviewed")
    edit = project.apply("review", [(None, project.review(article, number)) for number in fresh])
    once_more = " again" if len(renewed) == len(fresh) else ""
    return Outcome(
        f"Reviewed{once_more} {where(project, article, fresh)}.", f"¶ {listed(fresh)} reviewed{once_more}", edit
    )


def tags_since(project: Project, article: Article, number: int) -> int:
    """How many tags in use were made after this coder last reviewed a paragraph: it was not looked at for them. 0 if never."""
    at = project.marks(article.id).reviewed(number, project.coder)
    return project.codebook.made_since(at) if at else 0


@command(
    "unreview",
    "Take the reviewed mark off paragraphs.",
    group=GROUP,
    words={"article": ARTICLE, "paragraphs": PARAGRAPHS},
    examples=("reader unreview 3 12",),
)
def unreview(project: Project, article: Article, paragraphs: Sequence[int]) -> Outcome:
    """Take back this coder's reviews of paragraphs in the current pass, in one edit."""
    numbers = checked(project, article, paragraphs)
    marks, since = project.marks(article.id), since_of(project)
    seen = [n for n in numbers if marks.reviewed(n, project.coder, since)]
    if not seen:
        return Outcome(f"Not reviewed: {where(project, article, numbers)}.", "not reviewed")
    gone = [r for number in seen for r in marks.reviews_of(number, project.coder) if r.at >= since]
    edit = project.apply("unreview", [(record, None) for record in gone])
    return Outcome(
        f"Took the reviewed mark off {where(project, article, seen)}.", f"¶ {listed(seen)} not reviewed", edit
    )


@command(
    "next",
    "Print the first paragraph that is not reviewed yet.",
    group=GROUP,
    words={"article": "Only this article: number, id or its start, or file name."},
    examples=("reader next", "reader next 3"),
    writes=False,
    lists=True,
)
def next_(project: Project, article: Article | None = None) -> Outcome:
    """The first unreviewed paragraph of the article, or of the library in its order. Exit code 1 where there is none."""
    for candidate in [article] if article else project.articles.values():
        number = next_unreviewed(project, candidate)
        if number is not None:
            text = project.text(candidate.id).text_of(number)
            last = len(project.text(candidate.id))
            head = f"{candidate.number} · {titled(candidate)}, ¶ {number} of {last}:"
            row = {
                "article_id": candidate.id,
                "article_title": candidate.title,
                "number": candidate.number,
                "paragraph": number,
                "quote": text,
            }
            return Outcome(rows=[row], lines=[head, text])
    if not project.articles:
        return Outcome("The library is empty; `reader import PATH` fills it.", rows=[], exit_code=1)
    return Outcome(f"All reviewed in {titled(article) if article else 'the library'}.", rows=[], exit_code=1)


def next_unreviewed(project: Project, article: Article, after: int = 0) -> int | None:
    """The next paragraph to review after a number, going round; None once all are reviewed.

    Headings, furniture and the turns of speakers to skip are not visited.
    """
    article = _as_it_is(project, article)
    marks, since = project.marks(article.id), since_of(project)
    text, skipped = project.text(article.id), frozenset(project.state.skipped_speakers)
    last = len(text)
    for number in chain(range(after + 1, last + 1), range(1, min(after, last) + 1)):
        if not marks.reviewed(number, project.coder, since) and _is_visited(article, text, number, skipped):
            return number
    return None


def progress_of(project: Project, article: Article) -> tuple[int, int]:
    """How many of the paragraphs that Enter visits this coder has reviewed in the pass, and how many there are."""
    marks, since = project.marks(article.id), since_of(project)
    numbers = visited(project, article)
    return sum(1 for n in numbers if marks.reviewed(n, project.coder, since)), len(numbers)


def visited(project: Project, article: Article) -> list[int]:
    """Numbers of the paragraphs that Enter visits: no headings, no furniture, no speaker to skip."""
    article = _as_it_is(project, article)
    text, skipped = project.text(article.id), frozenset(project.state.skipped_speakers)
    return [number for number in range(1, len(text) + 1) if _is_visited(article, text, number, skipped)]


def _is_visited(article: Article, text: ArticleText, number: int, skipped: frozenset[str]) -> bool:
    paragraph = text.paragraph(number)
    return role_of(article, paragraph) not in PASSED_OVER and not (skipped and paragraph.speaker in skipped)


def _as_it_is(project: Project, article: Article) -> Article:
    """The article with the roles it has now; a front end may hold an earlier one."""
    return project.articles.get(article.id, article)


def since_of(project: Project) -> str:
    """When the coder's current pass began; empty without one."""
    coder = project.coders.get(project.coder)
    return max((p.started for p in coder.passes), default="") if coder else ""


@command(
    "role",
    "Say what paragraphs are: text, or debris of the page.",
    group=GROUP,
    words={"article": ARTICLE, "paragraphs": PARAGRAPHS, "role": "What they are; without it furniture on or off."},
    choices={"role": ROLES},
    examples=("reader role 3 10", "reader role 3 4-6 --role caption"),
    more="Furniture is shown dimmed and passed over by the reading flow; it is never deleted.",
)
def role(project: Project, article: Article, paragraphs: Sequence[int], *, role: str = "") -> Outcome:
    """Set the role of paragraphs, in one edit; without a role the first one's decides: furniture or body."""
    article = _as_it_is(project, article)
    numbers = checked(project, article, paragraphs)
    if role and role not in ROLES:
        raise UsageError(f"A paragraph's role is one of {', '.join(ROLES)}, not {role!r}.")
    if not role:
        role = "body" if project.paragraph(article, numbers[0]).role == "furniture" else "furniture"
    text = project.text(article.id)
    roles = dict(article.roles)
    for number in numbers:
        roles.pop(str(number), None)
        if text.paragraph(number).role != role:
            roles[str(number)] = cast("Role", role)
    if roles == article.roles:
        return Outcome(f"Already {role}: {where(project, article, numbers)}.", f"already {role}")
    edit = project.apply("role", [(article, replace(article, roles=roles))])
    return Outcome(f"Now {role}: {where(project, article, numbers)}.", f"¶ {listed(numbers)} now {role}", edit)
