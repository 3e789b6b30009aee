"""What a command is and what it answers; the table of all of them.

A command over a project is a plain typed function whose first parameter is called `project`; one
that needs none leaves it out. The signature is the interface: parameters before `*` are arguments,
those after it are options, and the annotation says how a typed word becomes a value (see
`reader.cli.words`). The terminal program calls the same functions with the objects themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

if TYPE_CHECKING:
    from reader.edits import Edit

P = ParamSpec("P")
T = TypeVar("T")

Words = str
"""Free text at the end of a command line: all words up to the end, `-` in front of them too."""

Details = Sequence[str]
"""Words of the form KEY=VALUE, to the end of a command line."""


class Stream(Sequence[T]):
    """A listing that is made while it is gone through, as often as that is done: it may be longer than memory."""

    def __init__(self, make: Callable[[], Iterable[T]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[T]:
        return iter(self._make())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return any(True for _ in self)

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...

    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        return list(self)[at]


@dataclass
class Outcome:
    """What a command did or found.

    `text` is the whole sentence for a human ("" if there is nothing to say), `brief` the same for a
    status line, where the article is in sight. `edit` is None where nothing was changed. A listing
    has `rows` (one dict a row, in the order of its columns) and `lines`, the same in words.
    """

    text: str = ""
    brief: str = ""
    edit: Edit | None = None
    rows: Sequence[dict[str, Any]] | None = None
    lines: Sequence[str] = field(default_factory=list)
    exit_code: int = 0


@dataclass(frozen=True)
class Command:
    """An operation a user can name: its function, one line of help, default keys.

    `hint` is the word on a screen's key line (empty: not shown there), `group` the heading in the help, `takes` what
    may be typed behind its name in the palette.
    Keys are written as in `reader.tui.keys`. The rest is for the command line: `words` says what an
    argument or option means, by parameter name; `choices` what it may be; `examples` are whole command
    lines, `more` is what the help says below the first line. `writes` is False where a
    project is only read, `lists` is True where the outcome has rows. `instead` maps an option to the command
    that is meant where it is given: `tag --search` is `tag-search`.
    """

    name: str
    run: Callable[..., Any]
    help: str
    keys: tuple[str, ...] = ()
    hint: str = ""
    group: str = ""
    takes: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    examples: tuple[str, ...] = ()
    more: str = ""
    writes: bool = True
    lists: bool = False
    instead: Mapping[str, str] = field(default_factory=dict)


REGISTRY: dict[str, Command] = {}
"""Every operation on a project that a user can name."""


def command(name: str, line: str, **rest: Any) -> Callable[[Callable[P, Outcome]], Callable[P, Outcome]]:
    """Puts the decorated function into REGISTRY: its name, one line of help, the other fields of `Command`."""

    def register(run: Callable[P, Outcome]) -> Callable[P, Outcome]:
        REGISTRY[name] = Command(name, run, line, **rest)
        return run

    return register
