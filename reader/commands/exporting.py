"""Taking everything out: to a stream, or to a file that is whole or not there."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from reader import fs
from reader.commands.phrases import many, only_own
from reader.commands.registry import Outcome, command
from reader.commands.wanted import check_coder
from reader.errors import ReaderError, UsageError

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from reader.formats import ExportOptions
    from reader.project import Project
    from reader.project.progress import Progress

GROUP = "Taking out"
ALL = "all"
LONG_JOURNALS = 2_000_000
"""Bytes of journals, some 3 000 marks, beyond which an export is no matter of a moment."""
MANY_ARTICLES = 100


class Format(NamedTuple):
    """An export: what it is for, what its records are called, whether it is a table, the usual file name."""

    about: str
    thing: str = "row"
    is_table: bool = False
    file: str = ""


FORMATS: dict[str, Format] = {
    "csv": Format("a row a mark: to count and filter", "row", True, "annotations.csv"),
    "joined": Format("a row a marked place and coder, its tags side by side", "row", True, "joined.csv"),
    "paragraphs": Format(
        "a row a paragraph and coder, a column a tag: 1 put on, 0 absent, empty not looked at",
        "row",
        True,
        "paragraphs.csv",
    ),
    "articles": Format("the library: sources, details, how far it is coded", "row", True, "articles.csv"),
    "codebook": Format("the tags, what they mean, how often they were used", "row", True, "codebook.csv"),
    "history": Format("who did what when", "row", True, "history.csv"),
    "quotes": Format("Markdown: the quotes under each tag", "quote", file="quotes.md"),
    "html": Format("one page for a browser: codebook, quotes, coded articles", "mark", file="coded.html"),
    "jsonld": Format("everything, as W3C Web Annotations; imports without loss", "annotation", file="project.jsonld"),
    "doccano": Format("training data: a line an article and coder", "line", file="doccano.jsonl"),
    "prodigy": Format("training data: a line a paragraph and coder", "line", file="prodigy.jsonl"),
    "label-studio": Format("training data: a task an article", "task", file="label-studio.json"),
    "qdc": Format("the codebook for other programs of the field (REFI-QDA)", "code", file="codebook.qdc"),
    "qdpx": Format("the project for other programs of the field (REFI-QDA)", "mark", file="project.qdpx"),
    ALL: Format("all of these in a folder, with a data package that says what they are", "file", True, "export"),
}
"""All exports of ours, in the order of the help; installed ones may be added to them."""
_OTHER = Format("")


def format_named(name: str) -> Format:
    """What is known of a format; of an installed one no more than that it has rows."""
    return FORMATS.get(name, _OTHER)


@command(
    "export",
    "Write marks, codebook or all, in many formats, to standard output or a file.",
    group=GROUP,
    words={
        "format": f"{', '.join(list(FORMATS)[:-1])}, all, or another format that is installed.",
        "output": "The file to write; without it standard output. For all: the folder.",
        "force": "Overwrite what exists.",
        "profile": "For tables. excel: BOM, CRLF, cells guarded against formulas (default for a file); data: cells exact.",
        "delimiter": "The sign between the cells of a table, or tab.",
        "by": "Only the marks of this coder.",
        "where": "Only the paragraphs that a query finds, and the marks on them; those on a whole article count with its first paragraph.",
    },
    choices={"profile": ("excel", "data")},
    examples=(
        "reader export csv -o annotations.csv",
        "reader export paragraphs --by anna > anna.csv",
        "reader export quotes --where 'tag:harm/* convoy' -o harm.md",
        "reader export all -o for-the-archive",
    ),
    more="\n".join(f"- {name}: {one.about}" for name, one in FORMATS.items()),
    writes=False,
)
def export(  # noqa: PLR0913  one parameter an option of the command line
    project: Project,
    format: str,  # noqa: A002  the word on the command line
    *,
    output: Path | None = None,
    force: bool = False,
    profile: str = "",
    delimiter: str = ",",
    by: str = "",
    where: str = "",
    out: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Write in a format to the file `output`, else to the stream `out`; a file is whole or as it was.

    `progress` is called with the articles looked at and their number; for all formats with the files. The text says what was written and what the format could not hold. ReaderError where the file exists
    and `force` is off; OSError where it cannot be written; UsageError for a query that cannot be.
    """
    check_coder(project, by)
    options = _options(project, profile or ("excel" if output else "data"), delimiter, by, where)
    if format == ALL:
        return _all(project, output, options, _beside(project, where), force=force, progress=progress)
    if output is None:
        if out is None:
            raise UsageError("Where to? Name a file with --output.")
        project.export(format, out, options, progress=progress)
        return Outcome("\n".join(filter(None, (*_beside(project, where), _lost(project.losses(format, options))))))
    rows = _to_file(project, format, fs.expanded(output), options, force=force, progress=progress)
    counted = many(rows, format_named(format).thing)
    lost = project.losses(format, options)
    return Outcome(
        "\n".join(filter(None, (f"Wrote {counted} to {output}.", *_beside(project, where), _lost(lost)))),
        f"{counted} written to {output}" + (f"; {many(len(lost), 'kind')} of things left out" if lost else ""),
    )


def written_so_far(path: Path) -> int:
    """The bytes that an export to a file or folder has written by now, while it is not at its end."""
    return sum(max(0, fs.size_of(fs.temporary_name(file))) for file in (path, *_parts(path)))


def missing_folders(path: Path) -> list[Path]:
    """The folders that an export of all would make, the deepest first."""
    return fs.missing_folders(path)


def forget_unfinished(path: Path, made: Sequence[Path] = ()) -> None:
    """Remove what an export that was ended from outside leaves beside its file, or in its folder, and the folders it made."""
    for file in (path, *_parts(path)):
        fs.remove(fs.temporary_name(file))
    fs.remove_empty(made)


def _parts(path: Path) -> list[Path]:
    """The files of an export of all, where the path is its folder."""
    from reader.formats.everything import DATA_PACKAGE, FILES

    return [path / name for name in (*(file for _, file, _ in FILES), DATA_PACKAGE)] if path.is_dir() else []


class ToWrite(NamedTuple):
    """What an export would write: records, and bytes (0 where these were not looked at)."""

    rows: int
    size: int = 0


def to_write(
    project: Project,
    format: str,  # noqa: A002  as on the command line
    *,
    profile: str = "data",
    by: str = "",
    where: str = "",
) -> ToWrite:
    """What an export would write, found by writing it to nowhere; of `all` the number of files. UsageError."""
    check_coder(project, by)
    options = _options(project, profile, ",", by, where)
    if format == ALL:
        no_codebook = not project.codebook.children("")  # a file of codes needs one
        return ToWrite(len(FORMATS) - no_codebook)  # the line of all stands for the data package
    nowhere = _Nowhere()
    return ToWrite(project.export(format, nowhere, options), nowhere.size)


def takes_long(project: Project) -> bool:
    """Whether an export may compute for longer than keys should wait."""
    journals = sum(map(fs.size_of, project.store.journal_paths().values()))
    return journals > LONG_JOURNALS or len(project.articles) > MANY_ARTICLES


def _options(project: Project, profile: str, delimiter: str, by: str, where: str) -> ExportOptions:
    from reader.formats import ExportOptions

    sign = "\t" if delimiter in {"tab", "\\t"} else delimiter
    return ExportOptions(profile=profile, delimiter=sign, coder=by, keep=_wanted(project, where) if where else None)


def _wanted(project: Project, query: str) -> Callable[[str, int], bool]:
    """Whether a query finds a paragraph; a whole article's marks are found with its first one, as in a search."""
    found = frozenset(project.matching(query))
    return lambda article_id, number: (article_id, number or 1) in found


def _beside(project: Project, where: str) -> list[str]:
    """What has to be said beside a file: names in the query that are not in the library, whose marks it holds."""
    return [*(project.unknown_in(where) if where else ()), only_own(project)]


def _lost(losses: Sequence[str]) -> str:
    """What a format could not hold, a line each."""
    return "\n".join(f"Not in the file: {sentence}" for sentence in losses)


def _all(
    project: Project,
    folder: Path | None,
    options: ExportOptions,
    beside: Sequence[str],
    *,
    force: bool,
    progress: Progress | None,
) -> Outcome:
    if folder is None:
        raise UsageError("Where to? All formats together go into a folder; name it with --output.")
    path = fs.expanded(folder)
    if path.exists() and not path.is_dir():
        raise UsageError(f"{str(folder)!r} is a file; name a folder.")
    written = project.export_all(path, options, force=force, progress=progress)
    lost = [f"{one.name}: {sentence}" for one in written for sentence in one.losses]
    counted = many(len(written), "file")
    lines = [f"Wrote {counted} to {folder}.", *beside, *(f"Not in {sentence}" for sentence in lost)]
    return Outcome("\n".join(filter(None, lines)), f"{counted} written to {folder}")


class _Nowhere(io.BytesIO):
    """A stream that keeps nothing but the number of its bytes."""

    size = 0

    def write(self, data: Buffer, /) -> int:
        length = memoryview(data).nbytes
        self.size += length
        return length


def _to_file(
    project: Project,
    format_name: str,
    path: Path,
    options: ExportOptions,
    *,
    force: bool,
    progress: Progress | None,
) -> int:
    """A file is made whole and renamed, through a symbolic link too; a device or pipe is written as it is."""
    if path.is_dir():
        raise UsageError(f"{str(path)!r} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {str(path.parent)!r} to write {path.name!r} into.")
    if not path.exists() or path.is_file():
        return project.export(format_name, path.resolve(), options, force=force, progress=progress)
    try:
        with path.open("wb") as stream:
            return project.export(format_name, stream, options, progress=progress)
    except OSError as error:
        raise ReaderError(f"{path} cannot be written: {error.strerror}.") from error
