"""Which project and which coder: what was typed, the environment, the folders around, the login name."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from reader.config import at_home
from reader.errors import BadName, UsageError

MARKER = "project.json"
BESIDE = "data"
"""The folder of a project that stands beside the texts it was made for."""
HOW_TO_MAKE = "`reader init` makes one here, `reader --project FOLDER` names one elsewhere"
SHARED_LOGINS = frozenset(
    {"root", "admin", "ubuntu", "debian", "user", "pi", "ec2-user", "vagrant", "runner", "nobody"}
)
"""Login names that say nothing about who is coding."""


def is_project(folder: Path) -> bool:
    """Whether a folder holds a project; a folder that cannot be looked into holds none."""
    try:
        return (folder / MARKER).is_file()
    except OSError:
        return False


def named_folder(option: str) -> str:
    """The project folder that was named with --project or READER_PROJECT; empty if none was."""
    named = option or os.environ.get("READER_PROJECT", "")
    return str(Path(named).parent) if Path(named).name == MARKER else named


def around(start: Path) -> Path | None:
    """The project in this folder, in its `data`, or in the nearest folder above that has one."""
    for folder in (start, *start.parents):
        for candidate in (folder, folder / BESIDE):
            if is_project(candidate):
                return candidate
    return None


def find(option: str) -> Path:
    """The project folder to open. UsageError names the nearest one, or how to make one."""
    named = named_folder(option)
    if not named:
        found = around(Path.cwd())
        if found is None:
            raise UsageError(f"There is no project in this folder or above it; {HOW_TO_MAKE}.")
        return _short(found)
    folder = at_home(named)
    if not is_project(folder):
        raise UsageError(f"There is no project in {str(folder)!r}; {_nearest(folder)}")
    return folder


def _short(folder: Path) -> Path:
    """Relative where it is below the current folder, as people write it."""
    try:
        return folder.relative_to(Path.cwd())
    except ValueError:
        return folder


def _nearest(missing: Path) -> str:
    near = next(_near(missing), None)
    if near is None:
        return f"`reader init {missing}` makes one."
    return f"the nearest is {str(_short(near))!r}."


def _near(missing: Path) -> Iterator[Path]:
    from difflib import get_close_matches

    if is_project(missing / BESIDE):
        yield missing / BESIDE
    try:
        beside = {p.name: p for p in missing.absolute().parent.iterdir() if is_project(p)}
    except OSError:
        beside = {}
    for name in get_close_matches(missing.name, beside, 1, 0.5) or list(beside)[:1]:
        yield beside[name]
    found = around(Path.cwd())
    if found is not None:
        yield found


def beside(paths: Sequence[str]) -> Path:
    """The folder proposed for a new project: `data` beside the first file or folder."""
    first = next((p for p in paths if p != "-"), "")
    folder = Path(first).absolute().parent / BESIDE if first else Path.cwd() / BESIDE
    return _short(folder)


# -- the coder ---------------------------------------------------------------------------------------


def named_coder(option: str, configured: str) -> str:
    """The coder that was named: --coder, else READER_CODER, else the settings; empty if none was. BadName."""
    sources = {
        "--coder": option,
        "READER_CODER": os.environ.get("READER_CODER", ""),
        "coder in the settings": configured,
    }
    return next((checked_coder(name, source) for source, name in sources.items() if name), "")


def checked_coder(name: str, source: str) -> str:
    """The name itself. BadName names the nearest that can be."""
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,31}", name):
        return name
    raise BadName(
        f"{source} cannot be {name[:60]!r}: a coder has 1 to 32 of a-z, 0-9, _ and -, a letter or digit first; "
        f"the nearest is {handle(name)!r}."
    )


def handle(name: str) -> str:
    """A name as a coder's handle: lower case, without accents, anything else a `-`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    cleaned = re.sub(r"[^a-z0-9_]+", "-", bare.casefold())
    return cleaned.lstrip("-_")[:32].rstrip("-") or "coder"


def login() -> str:
    """The login name, from the environment or from the system's list of users."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if os.environ.get(variable):
            return os.environ[variable]
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "coder"


def says_nothing(login_name: str) -> bool:
    """Whether a login name is one that many people share."""
    return login_name in SHARED_LOGINS
