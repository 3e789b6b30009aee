"""How the last session ended: what is said after one without goodbye, and the notes that were being typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from reader.commands.notes import annotation_note, article_note, memo, memo_on, note, tag_note
from reader.commands.phrases import many, titled
from reader.commands.registry import Outcome
from reader.commands.spans import span_note
from reader.commands.tagfields import tag_describe
from reader.errors import ReaderError

if TYPE_CHECKING:
    from reader.model import Annotation
    from reader.project import Project

SAID = "The last session ended without goodbye."


def begin_session(project: Project) -> bool:
    """Whether the last session ended without goodbye; this one counts as such a one until `end_session`."""
    if project.read_only:
        return False
    crashed = not project.state.clean
    project.state.clean = False
    project.save_state()
    return crashed


def end_session(project: Project) -> None:
    """This session has said goodbye; its place is kept."""
    project.state.clean = True
    project.save_state()


def ended_badly(project: Project) -> str:
    """That the last session ended without goodbye, and what is there of the coder's own marks."""
    latest = project.last_mark()
    try:
        marks = project.counts().annotations(project.coder)
    except ReaderError:  # the search says what is wrong with the index
        return SAID
    all_here = "All is here" if not marks else "The 1 mark is here" if marks == 1 else f"All {marks:,} marks are here"
    last = f", the last from {to_the_second(latest)}" if latest else ""
    return f"{SAID} {all_here}{last}."


def to_the_second(at: str, today: datetime | None = None) -> str:
    """A stored time as `17:02:11` here, on another day with the date."""
    moment = datetime.fromisoformat(at).astimezone()
    now = today or datetime.now().astimezone()
    return f"{moment:%H:%M:%S}" if moment.date() == now.date() else f"{moment:%Y-%m-%d %H:%M:%S}"


# -- notes that were being typed -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Unfinished:
    """A draft and where it belongs.

    `on` is what the note is on, `owner` the article or tag. In an article `number` is the paragraph (0: the whole article)
    and `mark` the annotation (empty: the bare note), or where the words stand, as `START-END`. On the project `mark` is the
    memo, empty for a new one.
    """

    key: str
    text: str
    on: Literal["article", "tag", "description", "project"]
    owner: str = ""
    number: int = 0
    mark: str = ""

    @property
    def words(self) -> int:
        """How many words there are of it."""
        return len(self.text.split())


def draft_of_description(tag_id: str) -> str:
    """The key of the draft of a tag's description."""
    return f"tag:{tag_id}"


def draft_of_tag_note(tag_id: str) -> str:
    """The key of the draft of a note on a tag."""
    return f"tagnote:{tag_id}"


def draft_of_memo(annotation_id: str = "") -> str:
    """The key of the draft of a memo on the project; without an id of a new one."""
    return f"memo:{annotation_id}"


def unfinished(project: Project) -> Iterator[Unfinished]:
    """The notes that were being typed, the latest first; without those whose text is stored and those whose place is gone."""
    for key, text in project.drafts().items():
        left = _read(project, key, text)
        if left is not None and text.strip() and text != stored_text(project, left):
            yield left


def _read(project: Project, key: str, text: str) -> Unfinished | None:
    first, _, rest = key.partition(":")
    number, _, mark = rest.partition(":")
    if first == "memo":
        return Unfinished(key, text, "project", mark=rest)
    if first in ("tag", "tagnote") and project.codebook.resolve(rest) is not None:
        return Unfinished(key, text, "tag" if first == "tagnote" else "description", owner=rest)
    if first in project.articles and number.isdecimal():
        return Unfinished(key, text, "article", owner=first, number=int(number), mark=mark)
    return None


def place_of(project: Project, left: Unfinished) -> str:
    """What was being typed, as a sentence begins: `A note on ¶ 8`."""
    if left.on == "project":
        return "A memo on the project"
    if left.on == "article":
        return f"A note on ¶ {left.number}" if left.number else "A note on the whole article"
    name = project.codebook.tags[left.owner].name
    return f"A note on the tag {name}" if left.on == "tag" else f"The description of the tag {name}"


def unfinished_said(project: Project, left: Unfinished, here: str = "") -> str:
    """`A note on ¶ 8 was being typed (214 words): Enter opens it.`, with the article's title where another one is `here`."""
    elsewhere = left.on == "article" and here not in ("", left.owner)
    of = f" of “{titled(project.articles[left.owner])}”" if elsewhere else ""
    return f"{place_of(project, left)}{of} was being typed ({many(left.words, 'word')}): Enter opens it."


def stored_text(project: Project, left: Unfinished) -> str:
    """The text as it is stored without the draft."""
    if left.on == "description":
        return project.codebook.tags[left.owner].description
    found = _mark(project, left)
    return found.note if found else ""


def finish(project: Project, left: Unfinished, text: str) -> Outcome:
    """Store the text where the draft belongs. ReaderError where that is gone."""
    if left.on == "description":
        return tag_describe(project, left.owner, text)
    if left.on == "tag":
        return tag_note(project, left.owner, text)
    found = _mark(project, left)
    if left.on == "project":
        return annotation_note(project, found, text) if found else memo(project, text) if text else Outcome()
    article = project.articles[left.owner]
    if found is not None and found.tag:
        return annotation_note(project, found, text)
    if (ends := _ends(left.mark)) is not None:
        return span_note(project, article, *ends, text)
    if left.mark and found is None:
        raise ReaderError("What the note stood on is gone; copy the text and leave with ctrl+g.")
    return note(project, article, left.number, text) if left.number else article_note(project, article, text)


def _ends(mark: str) -> tuple[int, int] | None:
    """The span that the draft is the note of, if it is one of a span."""
    start, _, end = mark.partition("-")
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() else None


def _mark(project: Project, left: Unfinished) -> Annotation | None:
    """The annotation that the draft is the note of: the one named, else the bare note at its place."""
    if left.on == "tag":
        return memo_on(project, project.codebook.tags[left.owner])
    if left.on == "project":
        return next((memo for memo in project.memos() if memo.id == left.mark), None)
    marks = project.marks(left.owner)
    if left.mark:
        return marks.annotations.get(left.mark)
    unit = "paragraph" if left.number else "article"
    own = (a for a in marks.of(left.number, project.coder) if a.unit == unit and not a.tag and not a.layer)
    return next(own, None)
