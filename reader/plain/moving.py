"""Going about: paragraphs, articles, hits, and back."""

from __future__ import annotations

from reader.commands.phrases import many, titled
from reader.errors import UsageError
from reader.model import role_of
from reader.plain import spoken
from reader.plain.talk import Talk

LISTED = 20
"""Paragraphs with a hit that are named one by one."""


def next_paragraph(talk: Talk, _rest: str) -> None:
    """The next paragraph, page debris passed over."""
    _step(talk, 1)


def previous_paragraph(talk: Talk, _rest: str) -> None:
    """The paragraph before, page debris passed over."""
    _step(talk, -1)


def _step(talk: Talk, direction: int) -> None:
    text = talk.project.text(talk.article.id)
    number = talk.number + direction
    while 1 <= number <= talk.count and role_of(talk.article, text.paragraph(number)) == "furniture":
        number += direction
    if not 1 <= number <= talk.count:
        raise UsageError(f"This is the {'last' if direction > 0 else 'first'} paragraph.")
    talk.go(number)
    talk.read_out()


def to(talk: Talk, rest: str) -> None:
    """A paragraph by its number."""
    number = int(rest) if len(rest) < 10 else 0
    if not 1 <= number <= talk.count:
        raise UsageError(f"There is no paragraph {rest}; this article has {talk.count}.")
    talk.go(number)
    talk.read_out()


def back(talk: Talk, _rest: str) -> None:
    """Back to where one was."""
    if not talk.back():
        raise UsageError("There is nowhere to go back to.")
    talk.read_out()


def again(talk: Talk, _rest: str) -> None:
    """Say the paragraph once more."""
    talk.read_out()


def next_article(talk: Talk, _rest: str) -> None:
    """The next article of the library."""
    _other_article(talk, 1)


def previous_article(talk: Talk, _rest: str) -> None:
    """The article before."""
    _other_article(talk, -1)


def _other_article(talk: Talk, direction: int) -> None:
    ids = list(talk.project.articles)
    place = ids.index(talk.article.id) + direction
    if not 0 <= place < len(ids):
        raise UsageError(f"This is the {'last' if direction > 0 else 'first'} article.")
    open_article(talk, ids[place])


def open_article(talk: Talk, article_id: str) -> None:
    """Go to an article, where one left it, and say which it is."""
    talk.go(0, article_id=article_id)
    talk.voice.say(spoken.ended(titled(talk.article)))
    talk.read_out()


def find(talk: Talk, rest: str) -> None:
    """`/word`: the paragraphs of this article where it stands; on to the first of them from here."""
    if not rest:
        raise UsageError("Which word? Type it after the stroke, such as /rang.")
    hits = _hits(talk, rest)
    if not hits:
        talk.voice.say(f"No hit for {rest} in this article. `search {rest}` looks in the whole library.")
        return
    talk.query = rest
    places = list(hits)
    more = f" and {len(places) - LISTED} more" if len(places) > LISTED else ""
    talk.voice.say(f"{many(sum(hits.values()), 'hit')}, {spoken.numbers(places[:LISTED])}{more}.")
    talk.go(next((number for number in places if number >= talk.number), places[0]))
    talk.read_out()


def next_hit(talk: Talk, _rest: str) -> None:
    """The next paragraph with a hit, at the end round to the first."""
    _walk(talk, 1)


def previous_hit(talk: Talk, _rest: str) -> None:
    """The paragraph with a hit before, at the start round to the last."""
    _walk(talk, -1)


def _walk(talk: Talk, direction: int) -> None:
    if not talk.query:
        raise UsageError("Nothing was searched yet. Type /word.")
    places = list(_hits(talk, talk.query))[::direction]
    if not places:
        raise UsageError(f"No hit for {talk.query} in this article.")
    following = next((number for number in places if (number - talk.number) * direction > 0), None)
    if following is None:
        talk.voice.say(f"Round to the {'first' if direction > 0 else 'last'} hit.")
    talk.go(places[0] if following is None else following)
    talk.read_out()


def _hits(talk: Talk, query: str) -> dict[int, int]:
    """How many hits each paragraph has that has any."""
    text, finder = talk.project.text(talk.article.id), talk.project.finder(query)
    counted = {number: len(finder.spans(text.text_of(number))) for number in range(1, talk.count + 1)}
    return {number: hits for number, hits in counted.items() if hits}
