"""Is all well with the project."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reader.commands.phrases import cells, many
from reader.commands.registry import Outcome, command
from reader.errors import Damage

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Upkeep"


PARTS = ("journals", "records", "texts", "index", "backups")
"""What is checked, in this order."""


@command(
    "doctor",
    "Check that the project opens, its counts agree and its checksums hold.",
    group=GROUP,
    words={"repair": "Make anew what is derived from journals and texts; these themselves are never touched."},
    examples=("reader doctor", "reader doctor --repair"),
    more="Damage: exit code 4. A backup may have what cannot be made anew: `reader restore`.",
    writes=False,
    lists=True,
)
def doctor(project: Project, *, repair: bool = False) -> Outcome:
    """Read everything there is and compare: a row a part of the project; exit code 4 where damage is left, a line each."""
    from reader.project.copies import damaged_backups

    done = project.repair() if repair else []
    before = [] if repair else project.problems  # what was met before the repair says nothing of what is there now
    said = dict.fromkeys([*before, *project.verify(), *_wrong_counts(project), *damaged_backups(project)])
    found = [one for one in said if not any(more != one and more.startswith(one.removesuffix(".")) for more in said)]
    held = _held(project)
    damaged = {part: sum(1 for problem in found if _part_of(problem) == part) for part in PARTS}
    rows = [{"part": part, "held": held[part], "damage": damaged[part]} for part in PARTS]
    width = max(map(cells, held.values()))
    lines = [
        f"{part:<8}  {held[part]}{' ' * (width - cells(held[part]))}  {f'{damaged[part]} damaged' if damaged[part] else 'whole'}"
        for part in PARTS
    ]
    if found:
        rest = f"{many(len(found), 'piece')} of damage in {project.path}; a backup may have the rest."
        return Outcome(rest, "damage found", rows=rows, lines=[*done, *lines, *found], exit_code=Damage.exit_code)
    return Outcome("All is well.", "all is well", rows=rows, lines=[*done, *lines])


def _held(project: Project) -> dict[str, str]:
    """What there is of each part, in words; of a blind project only one's own marks."""
    from reader.project.copies import all_backups

    annotations = sum(len(project.marks(article_id).annotations) for article_id in project.articles)
    records = (many(annotations, "annotation"), many(sum(1 for _ in project.codebook.live()), "tag"))
    return {
        "journals": many(sum(1 for _ in project.edits()), "edit"),
        "records": ", ".join(records),
        "texts": many(len(project.articles), "article"),
        "index": "counts compared with the records",
        "backups": many(len(all_backups(project)), "backup"),
    }


def _part_of(problem: str) -> str:
    """Which part a sentence about damage is of, by how it begins."""
    begins = {"The text ": "texts", "The paragraphs ": "texts", "The file ": "records", "The table ": "records"}
    begins |= {"The index ": "index", "The backup ": "backups"}
    return next((part for words, part in begins.items() if problem.startswith(words)), "journals")


def _wrong_counts(project: Project) -> list[str]:
    """Where the index counts something else than what the records hold."""
    counts = project.counts(everyone=True)
    tagged: dict[str | None, Counter[str]] = {None: Counter()}
    for article_id in project.articles:
        for mark in project.all_marks(article_id).annotations.values():
            for coder in (None, mark.coder):  # of all, and of each
                tagged.setdefault(coder, Counter())[mark.tag] += 1
    counted = {coder: counts.tags(coder) for coder in tagged}
    wrong = [t for t in project.tags if any(counted[coder].get(t, 0) != tagged[coder][t] for coder in tagged)]
    miscounted = [many(len(wrong), "tag")] if wrong else []
    articles = [article_id for article_id in project.articles if not _progress_agrees(project, article_id)]
    if articles:
        miscounted.append(many(len(articles), "article"))
    return [f"The index miscounts {what}; `reader doctor --repair` makes it anew." for what in miscounted]


def _progress_agrees(project: Project, article_id: str) -> bool:
    """Whether the index knows which paragraphs of an article each coder has coded and reviewed."""
    marks, counts = project.all_marks(article_id), project.counts(everyone=True)
    coded: dict[str, int] = {}
    reviewed: dict[str, int] = {}
    for number, found in marks.by_paragraph.items():
        meant = {a.coder for a in found if a.tag and project.codebook.resolve(a.tag) is not None}
        for coder in meant if number else ():
            coded[coder] = coded.get(coder, 0) + 1
    for times in marks.reviews.values():
        for coder in times:
            reviewed[coder] = reviewed.get(coder, 0) + 1
    coders = {*coded, *reviewed, *project.coders, *project.store.writers()}
    return all(counts.article(article_id, c) == (coded.get(c, 0), reviewed.get(c, 0)) for c in coders)
