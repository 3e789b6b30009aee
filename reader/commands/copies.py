"""Backups, handing over, putting copies together, sharing with a group, taking articles out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader import fs
from reader.commands.phrases import changed_by_copies, many, titled
from reader.commands.registry import Outcome, command
from reader.errors import ReaderError, UsageError
from reader.model import Annotation, Article

if TYPE_CHECKING:
    from reader.project import Project
    from reader.project.copies import Difference
    from reader.store.merging import Both, Report
    from reader.store.records import Stored

GROUP = "Keeping and handing over"
SHOWN_OF_A_NOTE = 60
Ask = Callable[[str], str | None]
"""Asks at the terminal; None where nobody answers."""
Erasable = Article
"""An article that may be out of the library too: taken out, or its import undone."""


def _agreed(ask: Ask | None, question: str, option: str) -> None:
    """Go on only after a yes. UsageError where nobody can be asked, ReaderError after a no."""
    if ask is None:
        raise UsageError(f"{question} There is nobody to ask here; {option} says yes.")
    if (ask(f"{question} [y/N]") or "").casefold() not in {"y", "yes"}:
        raise ReaderError("Nothing was changed.")


@command(
    "backup",
    "Make a verified copy of the project in its folder `backups`, or list them.",
    group=GROUP,
    words={"list": "List the backups instead.", "reason": "Why it is made, kept with it."},
    examples=("reader backup", "reader backup --list"),
    writes=False,
    lists=True,
)
def backup(project: Project, *, list: bool = False, reason: str = "by hand") -> Outcome:  # noqa: A002  the option's name
    """Write the journals to a backup, open it again and count it; texts are kept once for all backups."""
    from reader.project import copies

    if list:
        rows = [_backup_row(found, blind=project.info.blind) for found in copies.all_backups(project)]
        lines = [
            "  ".join(
                (row["name"], row["made"], *([many(row["edits"], "edit")] if "edits" in row else ()), row["reason"])
            )
            for row in rows
        ]
        return Outcome("" if rows else "There is no backup yet; `reader backup` makes one.", rows=rows, lines=lines)
    made = copies.backup(project, reason)
    counted = made.manifest.counted
    blind = project.info.blind
    marks = "" if blind else f"{many(counted.edits, 'edit')}, {many(counted.annotations, 'annotation')}, "
    said = f"{marks}{many(counted.articles, 'article')}, read back and counted"
    return Outcome(f"Backup {made.name}: {said}.", "backed up", rows=[_backup_row(made, blind=blind)])


def _backup_row(found: Any, *, blind: bool) -> dict[str, Any]:
    """A backup as a row; of a blind project without figures that hold others' marks."""
    counted = found.manifest.counted
    row = {"name": found.name, "made": found.manifest.made, "reason": found.manifest.reason}
    if not blind:
        row |= {"edits": counted.edits, "annotations": counted.annotations}
    return {**row, "articles": counted.articles}


@command(
    "restore",
    "Bring the project back to a backup; says what would change and asks.",
    group=GROUP,
    words={"name": "The backup or the start of its name; without it the latest.", "yes": "Do not ask."},
    examples=("reader restore", "reader restore 20261122T1714"),
    more="The state before is itself a backup.",
)
def restore(project: Project, name: str = "", *, yes: bool = False, ask: Ask | None = None) -> Outcome:
    """Restore a backup after asking. Locked where another session is open."""
    from reader.project import copies

    difference = copies.difference(project, name)
    lines = list(_difference(difference, blind=project.info.blind))
    if not yes:
        _agreed(ask, "\n".join([*lines, "Restore it?"]), "--yes")
    project.close()
    before = copies.restore(project.path, difference.backup.name, project.store.modes)
    sentence = f"Restored {difference.backup.name}. `reader restore {before.name}` brings the state before back."
    return Outcome("\n".join([*lines, sentence]) if yes else sentence, "restored")


def _difference(difference: Difference, *, blind: bool) -> Iterator[str]:
    then, now = difference.then, difference.now
    made = difference.backup.made.astimezone()
    yield f"Backup of {made:%Y-%m-%d %H:%M}, made {difference.backup.manifest.reason}:"
    for what in ("articles", "tags") if blind else ("articles", "tags", "annotations", "reviews"):
        yield f"  {what}: {getattr(now, what)} now, {getattr(then, what)} then"
    if difference.lost:
        lost = sorted(difference.lost.items())
        who = ", ".join(f"edits by {coder}" if blind else f"{many(count, 'edit')} by {coder}" for coder, count in lost)
        yield f"  taken out: {who}"


@command(
    "pack",
    "Write the project, texts and all, into one file to hand over.",
    group=GROUP,
    words={
        "output": "The file; without it NAME-DATE.pack in this folder.",
        "by": "Only what this coder did.",
        "force": "Overwrite the file if it exists.",
    },
    examples=("reader pack -o flood.pack", "reader pack --by anna"),
    more="`reader merge FILE` takes it in on the other side.",
    writes=False,
)
def pack(project: Project, *, output: Path | None = None, by: str = "", force: bool = False) -> Outcome:
    """One file with journals and texts. It holds everything in clear: send it as you would the texts."""
    from reader.project import copies

    target = output or Path(f"{project.name}-{datetime.now(UTC):%Y%m%d}.pack")
    if target.exists() and not force:
        raise ReaderError(f"{target} exists already; --force overwrites it.")
    counted = copies.pack(project, target, by=by)
    said = f": {many(counted.edits, 'edit')}, {many(counted.annotations, 'annotation')}"
    return Outcome(f"Wrote {target}{'' if project.info.blind else said}. It holds texts and notes in clear.", "packed")


@command(
    "merge",
    "Add what another copy of this project has and this one has not.",
    group=GROUP,
    words={
        "path": "A project folder or a pack.",
        "dry_run": "Only say what would come.",
        "join_tags": "Make one of tags that both copies made at one path, instead of being asked.",
    },
    examples=("reader merge flood.pack --dry-run", "reader merge /media/stick/data"),
    more="All or nothing. Doing it twice changes nothing; `reader restore` takes it back.",
)
def merge(
    project: Project, path: str, *, dry_run: bool = False, join_tags: bool = False, ask: Ask | None = None
) -> Outcome:
    """Merge another copy's journals by edit id, and report what came."""
    from reader.project import copies

    report, before = copies.merge(project, fs.expanded(path), dry_run=dry_run)
    if not report.edits:
        joined = list(_joined(project)) if join_tags and not dry_run else []
        return Outcome("\n".join(["Nothing new: all of it is here already.", *joined]), "nothing new")
    lines = list(_merged(project, report))
    if dry_run:
        return Outcome("\n".join([*lines, "Nothing was changed: this is what would come."]), "not merged")
    if before is not None:
        lines.append(f"`reader restore {before.name}` takes it back.")
    if report.twins and not join_tags and ask is not None:
        question = "\n".join([*lines, "Make one tag of those that stand twice? [y/N]"])
        lines, join_tags = [], (ask(question) or "").casefold() in {"y", "yes"}
    if join_tags:
        lines += _joined(project)
    elif report.twins:
        lines.append(f"`reader merge {path} --join-tags` makes one of tags that stand twice.")
    return Outcome("\n".join(lines), "merged")


def _joined(project: Project) -> Iterator[str]:
    """Make one of tags at one path: the one made first stays, and what stands below the others goes along."""
    from reader.commands.codebook import tag_merge
    from reader.project.copies import twin_tags

    while twins := twin_tags(project):
        first, second = twins[0][:2]
        path = project.codebook.shown(first.id)
        try:
            tag_merge(project, second, first)
        except ReaderError as error:
            yield str(error)
            return
        yield f"The tags “{path}” are one now; `reader undo` parts them."


def _merged(project: Project, report: Report) -> Iterator[str]:
    blind = project.info.blind
    if blind:
        yield f"New edits by {', '.join(sorted(report.edits))}."
    else:
        edits = ", ".join(f"{count} by {coder}" for coder, count in sorted(report.edits.items()))
        yield f"{many(sum(report.edits.values()), 'new edit')}: {edits}."
    for coder, count in () if blind else sorted(report.annotations.items()):
        yield f"{many(count, 'new annotation')} by {coder}."
    for both in report.both_changed:
        yield f"Both copies changed {_both_said(project, both)}"
    yield from changed_by_copies(project)
    for tag in report.twins:
        yield f"The tag “{tag}” was made in both copies and stands twice."
    for coder in report.elsewhere:
        yield f"{coder} has worked in another copy too, perhaps on another machine: if that was somebody else, tell them apart by --coder."
    for title in report.missing:
        yield f"The text of “{title}” is in neither copy."
    if report.erased_there:
        yield f"Erased in the other copy: {many(report.erased_there, 'edit')}; `reader erase` here takes their texts away too."
    for problem in report.problems:
        yield f"Damage in the other copy: {problem}."


def _both_said(project: Project, both: Both) -> str:
    """What both copies changed, and its two versions where one may see them."""
    kept, other = both.kept, both.other
    if not isinstance(other, Annotation):
        now, then = (getattr(one, "name", "") or getattr(one, "title", "") for one in (kept, other))
        return f"“{now or then}”: both versions are kept{f', the other as “{then}”' if now not in ('', then) else ''}."
    if project.info.blind and other.coder != project.coder:
        return f"a mark of {other.coder}; both versions are kept."
    number = project.number_at(other.article, other.anchor.start) if other.anchor else 0
    article = project.any_article(other.article)
    place = f"{f'¶ {number} of ' if number else ''}{titled(article)}" if article else "the project"
    versions = " and ".join(_version(project, one) for one in (kept, other))
    return f"a mark of {other.coder} on {place}; both versions are kept: {versions}."


def _version(project: Project, mark: Stored | None) -> str:
    if not isinstance(mark, Annotation):
        return "taken off"
    known = mark.tag in project.codebook.tags
    said = [project.codebook.shown(mark.tag)] if mark.tag and known else []
    said += [f"“{_shortly(mark.note)}”"] if mark.note.strip() else []
    return " ".join(said) or "without a note"


@command(
    "share",
    "Let the accounts of a group on this machine read and write the project.",
    group=GROUP,
    words={"group": "The group's name."},
    examples=("reader share field-team",),
)
def share(project: Project, group: str) -> Outcome:
    """Give folders 0770 and files 0660 to the group, now and from now on."""
    from reader.project import copies

    copies.share(project, group)
    return Outcome(
        f"The group {group} can read and write {project.path}, and what is made in it from now on.", "shared"
    )


@command(
    "remove",
    "Take an article out of the library; undo brings it back with its marks.",
    group=GROUP,
    words={"article": "Number, id or its start, or file name."},
    examples=("reader remove 3",),
)
def remove(project: Project, article: Article) -> Outcome:
    """Mark the article as removed. Its marks are kept and not exported while it is out."""
    edit = project.remove(article)
    return Outcome(f"Removed {titled(article)} from the library; its marks are kept.", "removed", edit)


@command(
    "erase",
    "Take an article out for good, with its marks and notes, from backups too.",
    group=GROUP,
    words={
        "article": "Number, id or its start, or file name; it may be out of the library: taken out, or its import undone.",
        "title": "Its title, instead of being asked for it.",
        "tag_names": "What becomes of tag names made of words of the text, and of lines that quote it in descriptions, notes elsewhere and searches: keep them or blank them, instead of being asked.",
    },
    choices={"tag_names": ("keep", "blank")},
    examples=("reader erase p07.txt",),
    more="The history keeps that something was erased, when and by whom. Exports, packs and synced copies are out of reach.",
)
def erase(
    project: Project, article: Erasable, *, title: str = "", tag_names: str = "", ask: Ask | None = None
) -> Outcome:
    """Erase the article and those it replaces or was replaced by, after the title was typed."""
    from reader.project import copies
    from reader.project.echoes import names_from, quoting

    articles = copies.related(project, article)
    _check_title(article, title, ask)
    names, lines = names_from(project, articles), quoting(project, articles)
    echoes = {}
    if _blanked(project, names, lines, tag_names, ask):
        echoes = lines | {name: f"(erased {number})" for number, name in enumerate(names, 1)}
    path, coder, modes = project.path, project.coder, project.store.modes
    project.close()
    copies.erase(path, coder, articles, echoes, modes)
    more = f", with {many(len(articles) - 1, 'other version')} of it" if len(articles) > 1 else ""
    return Outcome(
        f"Erased article {article.number}{more}. Out of reach: the file it came from, exports, packs and copies made "
        "earlier, and what your disk or backup service keeps.",
        "erased",
    )


def _check_title(article: Article, title: str, ask: Ask | None) -> None:
    if not title and ask is not None:
        title = ask(f"This cannot be undone. Type the title to erase “{article.title}”:") or ""
    if not title:
        raise UsageError(
            f"Nothing was erased: the title of article {article.number} is asked for at a terminal, or given with --title."
        )
    if " ".join(title.split()) != " ".join(article.title.split()):
        raise UsageError(f"Nothing was erased: that is not the title of article {article.number}; --title gives it.")


def _blanked(project: Project, names: list[str], lines: Mapping[str, str], tag_names: str, ask: Ask | None) -> bool:
    """Whether to blank what else is made of words of the text: tag names, lines of descriptions, notes and searches."""
    if tag_names or not (names or lines):
        return tag_names == "blank"
    said = [f"tags are named in them ({', '.join(f'“{name}”' for name in names)})"] if names else []
    if lines:
        shown = "" if project.info.blind else f" ({', '.join(f'“{_shortly(text)}”' for text in list(lines)[:5])})"
        said.append(
            f"{many(len(lines), 'description, note or search', 'descriptions, notes or searches')} quote them{shown}"
        )
    found = f"Words of the text stand elsewhere too: {' and '.join(said)}"
    if ask is None:
        raise UsageError(f"Nothing was erased. {found}; --tag-names keep|blank decides.")
    return (ask(f"{found}. Blank these names and lines? [Y/n]") or "y").casefold() in {"y", "yes"}


def _shortly(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_OF_A_NOTE else f"{line[:SHOWN_OF_A_NOTE]}…"
