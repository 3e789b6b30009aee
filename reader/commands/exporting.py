"""Taking everything out: to a stream, or to a file that is whole or not there."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from reader.commands.phrases import many
from reader.commands.registry import Outcome, command
from reader.errors import ReaderError, UsageError

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from reader.formats import ExportOptions
    from reader.project import Project

GROUP = "Taking out"


@command(
    "export",
    "Write all annotations as CSV, to standard output or a file.",
    group=GROUP,
    words={
        "format": "csv, or another format that is installed.",
        "output": "The file to write; without it standard output.",
        "force": "Overwrite the file if it exists.",
        "profile": "excel: BOM, CRLF, cells guarded against formulas (default for a file); data: cells exact.",
        "delimiter": "The sign between cells, or tab.",
        "by": "Only the annotations of this coder.",
    },
    choices={"profile": ("excel", "data")},
    examples=("reader export csv -o annotations.csv", "reader export csv --by anna > anna.csv"),
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
    out: BinaryIO | None = None,
) -> Outcome:
    """Write the annotations to the file `output`, else to the stream `out`; a file is whole or as it was.

    ReaderError where the file exists and `force` is off; OSError where it cannot be written.
    """
    from reader.formats import ExportOptions

    _check_coder(project, by)
    sign = "\t" if delimiter in {"tab", "\\t"} else delimiter
    options = ExportOptions(profile=profile or ("excel" if output else "data"), delimiter=sign, coder=by)
    if output is None:
        if out is None:
            raise UsageError("Where to? Name a file with --output.")
        project.export(format, out, options)
        return Outcome()
    rows = _to_file(project, format, output.expanduser(), options, force=force)
    return Outcome(f"Wrote {many(rows, 'row')} to {output}.", f"{many(rows, 'row')} written to {output}")


def rows_to_write(project: Project, format: str) -> int:  # noqa: A002  the word on the command line
    """How many rows an export would write, found by writing it to nowhere."""
    from reader.formats import ExportOptions

    return project.export(format, _Nowhere(), ExportOptions())


class _Nowhere(io.BytesIO):
    """A stream that keeps nothing."""

    def write(self, data: Buffer, /) -> int:
        return len(memoryview(data))


def _to_file(project: Project, format_name: str, path: Path, options: ExportOptions, *, force: bool) -> int:
    """A file is made whole and renamed, through a symbolic link too; a device or pipe is written as it is."""
    if path.is_dir():
        raise UsageError(f"{str(path)!r} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {str(path.parent)!r} to write {path.name!r} into.")
    if not path.exists() or path.is_file():
        return project.export(format_name, path.resolve(), options, force=force)
    try:
        with path.open("wb") as stream:
            return project.export(format_name, stream, options)
    except OSError as error:
        raise ReaderError(f"{path} cannot be written: {error.strerror}.") from error


def _check_coder(project: Project, by: str) -> None:
    """UsageError for a coder of whom there is nothing. All marks are read only where the name is not seen at once."""
    if not by:
        return
    known = {*project.coders, *project.store.writers()}
    if by in known:
        return
    known |= {mark.coder for article in project.articles for mark in project.marks(article).annotations.values()}
    if by not in known:
        from difflib import get_close_matches

        near = get_close_matches(by, known, 1)
        hint = f"the nearest is {near[0]!r}" if near else f"there is {', '.join(sorted(known))}"
        raise UsageError(f"There is no coder {by!r} in this project; {hint}.")
