"""Tagging paragraphs anywhere in the library in one edit: those that a query finds, those chosen among hits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reader.codebook import Codebook
from reader.commands.coding import GROUP, TAGS, Pair, last_names, meaning, own
from reader.commands.finding import nothing_found
from reader.commands.phrases import many
from reader.commands.registry import Outcome, command
from reader.commands.wanted import TagRef, to_put_on

if TYPE_CHECKING:
    from reader.project import Project


@command(
    "tag-search",
    "Put tags on all paragraphs that a query finds.",
    group=GROUP,
    words={
        "tags": TAGS,
        "search": "What `reader search` takes, as one word: in quotation marks.",
        "create": "Make the tags that are not in the codebook yet.",
        "dry_run": "Only say how many paragraphs it would be.",
    },
    examples=("reader tag-search --search 'barrier* -tag:failure/*' failure/warning --dry-run",),
    more="`reader tag --search QUERY TAG…` is the same. It is one step for undo and marks nothing reviewed.",
)
def tag_search(
    project: Project, tags: Sequence[TagRef], *, search: str, create: bool = False, dry_run: bool = False
) -> Outcome:
    """Put tags on all paragraphs in which a query holds; exit code 1 where there is none."""
    found = list(project.matching(search))
    if not found:
        to_put_on(project, tags, create=create)
        return Outcome(nothing_found(project, search), "nothing found", exit_code=1)
    outcome = tag_places(project, found, tags, create=create, dry_run=dry_run)
    outcome.text = " ".join([outcome.text, *project.unknown_in(search)])
    return outcome


def tag_places(
    project: Project,
    places: Iterable[tuple[str, int]],
    tags: Sequence[TagRef],
    *,
    create: bool = False,
    dry_run: bool = False,
) -> Outcome:
    """Put tags on paragraphs, given as (article id, number), in one edit; what has them already is counted and left."""
    meant, made = to_put_on(project, tags, create=create)
    pairs: list[Pair] = [(None, new) for new in made]
    tagged: set[str] = set()
    count = had = 0
    for article_id, number in sorted(set(places), key=lambda place: (project.articles[place[0]].number, place[1])):
        article = project.articles[article_id]
        present = {meaning(project, mark) for mark in own(project, article, number)}
        missing = [tag for tag in meant if tag.id not in present]
        if not missing:
            had += 1
            continue
        count += 1
        tagged.add(article_id)
        anchor = project.paragraph_anchor(article, number)
        pairs += [
            (None, project.annotation("paragraph", article=article, anchor=anchor, tag=tag.id)) for tag in missing
        ]
    codebook = Codebook({**project.codebook.tags, **{tag.id: tag for tag in made}})
    names = ", ".join(codebook.shown(tag.id) for tag in meant)
    if not count:
        return Outcome(f"Already there: {names} on {many(had, 'paragraph')}.", f"{last_names(meant)}: already there")
    where = f"{many(count, 'paragraph')} in {many(len(tagged), 'article')}"
    also = f" {had} had it already." if had else ""
    if dry_run:
        return Outcome(f"It would tag {where}: {names}.{also} Nothing was changed.")
    edit = project.apply("tag", pairs)
    brief = f"{count:,} tagged {last_names(meant)}" + (f", {had:,} had it" if had else "")
    return Outcome(f"Tagged {where}: {names}.{also}", brief, edit)
