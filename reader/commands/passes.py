"""Passes through the material, and speakers whose turns are passed over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from reader.codebook import plain
from reader.commands.phrases import many
from reader.commands.registry import Outcome, Words, command
from reader.commands.reviewing import visited
from reader.edits import now
from reader.errors import BadName, UsageError
from reader.model import Coder, Pass

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Reviewing"
LONGEST_NAME = 200


@command(
    "pass",
    "Start a pass, in which all is to be reviewed once more, or list them.",
    group=GROUP,
    words={"action": "start or list.", "name": "What the new pass is called."},
    examples=("reader pass start settled", "reader pass list"),
    more="Progress counts the reviews since the pass began. Tags, notes and earlier reviews stay.",
    lists=True,
)
def pass_(project: Project, action: str = "list", name: Words = "") -> Outcome:
    """`start NAME` or `list`. UsageError for another word."""
    if action == "start":
        return pass_start(project, name)
    if action == "list" and not name.strip():
        return pass_list(project)
    raise UsageError(f"`reader pass start NAME` or `reader pass list`, not {' '.join((action, name)).strip()!r}.")


def pass_start(project: Project, name: str) -> Outcome:
    """Begin a new pass of this coder's. UsageError where one is called so already, BadName for what cannot be a name."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadName(f"A pass needs a name of 1 to {LONGEST_NAME} characters.")
    before = project.coders.get(project.coder)
    passes = before.passes if before else ()
    if any(plain(one.name) == plain(name) for one in passes):
        raise UsageError(f"You have a pass {name!r} already; choose another name.")
    record = before or Coder(id=project.coder)
    after = replace(record, passes=(*passes, Pass(name=name, started=now())))
    edit = project.apply("pass", [(before, after)])
    total = sum(len(visited(project, article)) for article in project.articles.values())
    return Outcome(
        f"Began the pass {name}: 0 of {many(total, 'paragraph')} reviewed.", f"pass {name}: 0 of {total}", edit
    )


def pass_list(project: Project) -> Outcome:
    """This coder's passes, the first reading too: when each began, what was reviewed in it."""
    rows = pass_rows(project)
    lines = [
        f"{row['name']}  {row['started'][:10] or 'from the start'}  {row['reviewed']} of {row['paragraphs']} reviewed"
        + (", current" if row["current"] else "")
        for row in rows
    ]
    return Outcome(rows=rows, lines=lines)


FIRST = "first reading"


def pass_rows(project: Project, coder: str = "") -> list[dict[str, Any]]:
    """A row a pass of a coder (default: one's own): name, start, paragraphs reviewed from then until the next one began."""
    coder = coder or project.coder
    record = project.coders.get(coder)
    passes = sorted(record.passes, key=lambda one: one.started) if record else []
    starts = ["", *(one.started for one in passes)]
    ends = [*starts[1:], "~"]  # beyond every time
    seen: list[set[tuple[str, int]]] = [set() for _ in starts]
    total = 0
    for article in project.articles.values():
        numbers = set(visited(project, article))
        total += len(numbers)
        marks = project.marks(article.id)
        for review in marks.review_records.values():
            number = marks.paragraph_of(review)
            if review.coder == coder and number in numbers:
                for index, start in enumerate(starts):
                    if start <= review.at < ends[index]:
                        seen[index].add((article.id, number))
    return [
        {
            "name": name,
            "started": starts[index],
            "reviewed": len(seen[index]),
            "paragraphs": total,
            "current": index == len(starts) - 1,
        }
        for index, name in enumerate([FIRST, *(one.name for one in passes)])
    ]


@command(
    "skip-speaker",
    "Pass over the turns of a speaker: next and progress leave them out.",
    group=GROUP,
    words={
        "speaker": "The name as it stands before the turns; without it those to skip are listed.",
        "back": "Visit them again.",
    },
    examples=("reader skip-speaker I", "reader skip-speaker I --back"),
    more="It is your own setting in this project, kept like the place you were at; no mark is changed.",
    lists=True,
)
def skip_speaker(project: Project, speaker: str = "", *, back: bool = False) -> Outcome:
    """Skip a speaker, or visit them again. UsageError for a name that no article has; not an edit."""
    state = project.state
    if not speaker:
        skipped = list(state.skipped_speakers)
        rows = [{"speaker": name} for name in skipped]
        return Outcome("" if rows else "No speaker is passed over.", rows=rows, lines=skipped)
    name = _speaker(speakers(project), speaker, state.skipped_speakers)
    if (name in state.skipped_speakers) is not back:
        said = "is visited" if back else "is passed over"
        return Outcome(f"{name} {said} already.", f"{name} {said} already")
    left = [other for other in state.skipped_speakers if other != name]
    state.skipped_speakers = left if back else [*left, name]
    project.save_state()
    if back:
        return Outcome(
            f"{name} is visited again. `reader skip-speaker {name}` passes over.", f"{name} is visited again"
        )
    return Outcome(
        f"{name} is passed over: next and progress leave these turns out. `reader skip-speaker {name} --back` undoes it.",
        f"{name} is passed over",
    )


def speakers(project: Project) -> list[str]:
    """The names of all speakers of the library, in the order of their first words."""
    names: dict[str, None] = {}
    for article_id in project.articles:
        names.update(dict.fromkeys(project.text(article_id).speakers()))
    return list(names)


def _speaker(known: Iterable[str], typed: str, skipped: Iterable[str]) -> str:
    names = list(dict.fromkeys([*known, *skipped]))
    found = [name for name in names if name == typed] or [name for name in names if plain(name) == plain(typed)]
    if len(found) == 1:
        return found[0]
    there = f"there is {', '.join(names[:9])}" if names else "no article has speakers"
    raise UsageError(f"There is no speaker {typed!r}; {there}.")
