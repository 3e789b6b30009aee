"""A conversation about one project: where one is, what was asked, what was changed and whether it is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from reader.commands import Outcome
from reader.errors import NotSaved, ReaderError, UsageError
from reader.model import Article, role_of
from reader.plain import spoken
from reader.plain.voice import Voice

if TYPE_CHECKING:
    from reader.plain import Named
    from reader.project import Project

LONGEST_TRAIL = 100


@dataclass(frozen=True)
class Question:
    """What may be answered: the words of each answer and what it does; `fresh` takes the name behind `new`."""

    answers: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    fresh: Callable[[str], None] | None = None


class Talk:
    """What stays between two lines."""

    def __init__(self, project: Project, voice: Voice, named: Named, article_id: str) -> None:
        self.project = project
        self.voice = voice
        self.named = named
        self.question: Question | None = None
        self.onward = ""
        """The article that the next Enter goes to, where this one is done."""
        self.query = ""
        self.made: set[str] = set()
        """Edits of this session."""
        self.named_undo = ""
        """The edit that was named before it is undone."""
        self.finished = False
        self.refused_to_leave = False
        self._trail: list[tuple[str, int]] = []
        self.undo_taught = False
        self._open(article_id)

    @property
    def article(self) -> Article:
        """The article one reads, as it is now."""
        return self.project.articles[self._article_id]

    @property
    def count(self) -> int:
        """How many paragraphs it has."""
        return len(self.project.text(self._article_id))

    def still_there(self) -> bool:
        """Whether the article is in the library; where it is not that is said, and another one is opened or it ends."""
        if self._article_id in self.project.articles:
            return True
        self.voice.say("This article is not in the library any more.")
        left = next(iter(self.project.articles), "")
        if left:
            self._open(left)
            self.voice.say(spoken.ended(self.article.title))
            self.read_out()
        else:
            self.voice.say("The library is empty now.")
            self.finished = True
        return False

    # -- moving -----------------------------------------------------------------------------------------

    def _open(self, article_id: str, number: int = 0) -> None:
        state = self.project.state
        self._article_id = article_id
        known = number or state.positions.get(article_id, 0)
        self.number = known if 1 <= known <= self.count else self._first_body()
        state.last_article = article_id
        state.positions[article_id] = self.number

    def _first_body(self) -> int:
        """The paragraph a new article opens on."""
        text = self.project.text(self._article_id)
        return next((n for n in range(1, self.count + 1) if role_of(self.article, text.paragraph(n)) == "body"), 1)

    def go(self, number: int, *, article_id: str = "") -> None:
        """Go to a paragraph (0: where one was, in another article). UsageError if there is none of that number."""
        article_id = article_id or self._article_id
        if number:
            self.project.paragraph(self.project.articles[article_id], number)
        if (article_id, number) != (self._article_id, self.number):
            self._trail = [*self._trail, (self._article_id, self.number)][-LONGEST_TRAIL:]
        if article_id != self._article_id:
            self.query = ""
        self._open(article_id, number)

    def back(self) -> bool:
        """Go where one was before; False if one was nowhere."""
        while self._trail:
            article_id, number = self._trail.pop()
            if article_id in self.project.articles:
                self._open(article_id, number)
                return True
        return False

    def read_out(self) -> None:
        """Say the paragraph one is at."""
        self.voice.say(*spoken.paragraph(self.project, self.article, self.number))

    # -- saying -----------------------------------------------------------------------------------------

    def done(self, said: str, outcome: Outcome) -> None:
        """Say what a command did; `Saved` with the time only once it is on the disk."""
        if outcome.edit is None:
            self.voice.say(said)
            return
        self.made.add(outcome.edit.id)
        try:
            self.project.flush()
        except NotSaved as error:
            self.voice.say(f"{said} {error} It is kept in memory and tried again.")
            return
        self.voice.say(f"{said} Saved {datetime.now():%H:%M:%S}.")
        if not self.undo_taught:
            self.undo_taught = True
            self.voice.say("Type u to undo.")

    def ask(self, said: str, question: Question) -> None:
        """Say what is to be decided; the next line may answer."""
        self.voice.say(said)
        self.question = question

    # -- the end ----------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Leave, unless changes cannot be saved: then the second time."""
        if self.project.pending and not self.refused_to_leave:
            try:
                self.project.flush()
            except NotSaved as error:
                self.refused_to_leave = True
                raise ReaderError(f"{error} Type q again to leave without what is not saved.") from error
        self.finished = True

    def keep_place(self) -> None:
        """Keep where one is for the next time."""
        self.project.save_state()


def first_article(project: Project, wanted: str) -> str:
    """The id of the article to open: the one asked for, the last one, the first. UsageError for an empty library."""
    for candidate in (wanted, project.state.last_article, next(iter(project.articles), "")):
        if candidate in project.articles:
            return candidate
    raise UsageError("The library is empty; `reader import PATH` fills it, or `reader read PATH`.")
