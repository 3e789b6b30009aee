"""Is all well with the project, and which settings are in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reader.commands.phrases import many
from reader.commands.registry import Outcome, command
from reader.errors import Damage

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Upkeep"


@command("doctor", "Check that the project opens, its counts agree and its checksums hold.", group=GROUP, writes=False)
def doctor(project: Project) -> Outcome:
    """Read everything there is and compare; exit code 4 where damage is found, a line each."""
    found = list(dict.fromkeys([*project.problems, *project.verify(), *_wrong_counts(project)]))
    annotations = sum(len(project.marks(article_id).annotations) for article_id in project.articles)
    held = ", ".join(
        (
            many(len(project.articles), "article"),
            many(annotations, "annotation"),
            many(sum(1 for _ in project.codebook.live()), "tag"),
            many(sum(1 for _ in project.edits()), "edit"),
        )
    )
    if found:
        rest = f"{many(len(found), 'piece')} of damage in {project.path}; a backup may have the rest."
        return Outcome(rest, "damage found", lines=found, exit_code=Damage.exit_code)
    return Outcome("All is well.", "all is well", lines=[f"{held}; every checksum holds."])


def _wrong_counts(project: Project) -> list[str]:
    """Where the index counts something else than what the records hold."""
    counted = project.counts().tags()
    tagged: dict[str, int] = {}
    for article_id in project.articles:
        for mark in project.all_marks(article_id).annotations.values():
            tagged[mark.tag] = tagged.get(mark.tag, 0) + 1
    wrong = [tag_id for tag_id in project.tags if counted.get(tag_id, 0) != tagged.get(tag_id, 0)]
    if not wrong:
        return []
    return [f"The index miscounts {many(len(wrong), 'tag')}; delete index.sqlite, it is made anew."]


@command(
    "config",
    "Show the settings in force and where they are written.",
    group=GROUP,
    words={"path": "Print only the path of the settings file."},
    lists=True,
    writes=False,
)
def config(*, path: bool = False) -> Outcome:
    """The settings, one a line as they are written in the file; or the path of that file."""
    import msgspec

    from reader import fs
    from reader.config import load

    settings = load()
    if path:
        return Outcome(rows=[{"path": settings.path}], lines=[settings.path])
    values = msgspec.to_builtins(settings)
    del values["path"]
    rows = [{"setting": name, "value": value} for name, value in values.items()]
    lines = [f"{row['setting']} = {msgspec.json.encode(row['value']).decode()}" for row in rows]
    missing = "" if fs.exists(Path(settings.path)) else " There is no such file yet; these are the defaults."
    return Outcome(f"Settings: {settings.path}.{missing}", rows=rows, lines=lines)


def remember_coder(name: str) -> None:
    """Write the coder's name into the settings, above what stands there. OSError: nothing is changed."""
    from reader import fs
    from reader.config import config_path

    path = config_path()
    before = fs.read_bytes(path) if fs.exists(path) else b""
    fs.make_folder(path.parent)
    fs.replace_file(path, f'coder = "{name}"\n'.encode() + before)
