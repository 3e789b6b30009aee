"""The query language: what a user types, turned into a tree.

    bombard* "aid convoy" OR relief     words, a beginning of words, a phrase; side by side: all of them
    NOT strike   -strike   (a OR b) c   what must not be there; brackets
    near(aid convoy, 5)                 at most five other words between, in either order
    *word*                              inside words; scripts without spaces: any run of characters
    /detain(ed|ees)?/                   a regular expression over the text as written
    tag:harm/*  note:date  is:reviewed  fields

Case, accents and the like never matter (see `fold`), but in patterns. A word of the query is a whole word
of the text: letters, digits and their marks; an apostrophe or hyphen parts words, so that `twenty-year` is
a phrase. `str()` of a tree, parsed again, is the same tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from reader.errors import UsageError
from reader.search.fold import fold
from reader.search.tree import (
    Field,
    Inside,
    Near,
    Note,
    Phrase,
    Query,
    Regex,
    Word,
    all_of,
    any_of,
    negated,
)
from reader.search.words import words_of

LONGEST = 10_000
"""Characters that a query may have."""
DEEPEST = 40
"""How deep brackets may stand in one another."""
FIELDS: dict[str, str] = {
    "tag": "a tag, its path, all below it, or none: tag:displacement tag:harm/* tag:none",
    "note": "words in a note: note:date",
    "coder": "an annotation by a coder: coder:c2",
    "article": 'words of the title, the number, id or file name: article:"air strikes" article:12',
    "speaker": "who speaks: speaker:I",
    "meta": "details of the article: meta:site=north",
    "has": "has:note has:tag",
    "is": "is:reviewed is:furniture is:heading",
    "unit": "an annotation of this kind: unit:span",
    "created": "an annotation made then, in local days: created:2026-11 created:>=2026-11-01",
    "saved": "a saved search: saved:name",
}
VALUES: dict[str, tuple[str, ...]] = {
    "has": ("note", "tag"),
    "is": ("reviewed", "coded", "furniture", "heading", "caption", "body"),
    "unit": ("paragraph", "span", "article"),
}
"""What may stand behind the fields that know their values."""
QUOTES = '"“”„‟'
_FARTHEST = 1_000
_USUAL_DISTANCE = 5
_TERM = re.compile(rf"[^\s{QUOTES}()]+")
_FIELD = re.compile(r"([A-Za-z]+):(?!//)")
_BARE = re.compile(rf"[^\s{QUOTES}()]*")
_PATTERN = re.compile(r"/((?:[^/\\]|\\.)+)/", re.DOTALL)
_KEYWORD = re.compile(rf"(OR|AND|NOT)(?=[\s{QUOTES}()]|$)")
_DATE = re.compile(r"(>=|<=|>|<|=|)(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?")
_SPACE = re.compile(r"\s*")


class QueryError(UsageError):
    """A query that cannot be understood; `position` is the 0-based index of the character that is wrong."""

    def __init__(self, reason: str, query: str, position: int) -> None:
        where = f" (character {position + 1} of {_excerpt(query, position)})" if query.strip() else ""
        super().__init__(f"{reason}{where}.")
        self.position = position


@lru_cache(maxsize=64)  # a search screen asks for the same again and again
def parse(query: str) -> Query:
    """The tree of a query. QueryError where it cannot be understood or holds nothing to look for."""
    if len(query) > LONGEST:
        raise QueryError(f"A query has at most {LONGEST:,} characters, this one has {len(query):,}", query, LONGEST)
    parser = _Parser(query)
    tree = parser.alternatives(0)
    if parser.at < len(query):
        raise parser.error("This ) has no ( before it; the end or another word is expected")
    if tree is None:
        reason = "Type a word to look for" if not query.strip() else "There is no letter or digit to look for in this"
        raise QueryError(reason, query, 0)
    return tree


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like another; empty if none does."""
    import difflib

    return next(iter(difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.5)), "")


class _Parser:
    """Reads a query from left to right; `at` is the next character."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.at = 0

    def error(self, reason: str, at: int | None = None) -> QueryError:
        """What is wrong, here or elsewhere."""
        return QueryError(reason, self.query, self.at if at is None else at)

    # and, or, not, brackets

    def alternatives(self, depth: int) -> Query | None:
        """What stands up to the closing bracket or the end; None if there is nothing to look for."""
        parts: list[Query] = []
        while True:
            start = self.at
            part = self._together(depth)
            sign = self._keyword()
            if part is not None:
                parts.append(part)
            elif parts or sign:
                what = "after" if parts else "before"
                raise self.error(f"Something to look for is expected {what} OR", self._skip(start) if parts else None)
            if sign != "OR":
                return any_of(parts) if parts else None
            self.at += len(sign)

    def _together(self, depth: int) -> Query | None:
        parts: list[Query] = []
        open_and = -1
        while True:
            sign = self._keyword()
            if sign == "OR" or self._ended():
                break
            if sign == "AND":
                if not parts or open_and >= 0:
                    raise self.error("Something to look for is expected before AND")
                open_and = self.at
                self.at += len(sign)
                continue
            part = self._negatable(depth)
            if part is not None:
                parts.append(part)
                open_and = -1
        if open_and >= 0:
            raise self.error("Something to look for is expected after AND")
        return all_of(parts) if parts else None

    def _negatable(self, depth: int) -> Query | None:
        negative, sign_at = False, -1
        while True:
            self._skip()
            if self._keyword() == "NOT":
                sign_at, negative = self.at, not negative
                self.at += len("NOT")
            elif self._minus():
                sign_at, negative = self.at, not negative
                self.at += 1
            else:
                break
        if sign_at >= 0 and self._ended():
            raise self.error("Something to look for is expected after NOT")
        part = self._one(depth)
        if part is None and sign_at >= 0:
            raise self.error("Something to look for is expected after this", sign_at)
        return negated(part) if part is not None and negative else part

    def _minus(self) -> bool:
        """Whether a `-` stands here that negates: at the start of a term, right before it."""
        following = self.query[self.at + 1 : self.at + 2]
        return (
            self.query.startswith("-", self.at) and bool(following) and not (following.isspace() or following in "-)")
        )

    def _one(self, depth: int) -> Query | None:
        query, at = self.query, self.at
        if query[at] == "(":
            return self._brackets(depth)
        if query.startswith("near(", at):
            return self._near()
        if (match := _FIELD.match(query, at)) is not None and (found := self._field(match)) is not None:
            return found
        if query[at] == "/":
            return self._regex()
        return self._words()

    def _brackets(self, depth: int) -> Query:
        start = self.at
        if depth == DEEPEST:
            raise self.error(f"Brackets may stand at most {DEEPEST} deep")
        self.at += 1
        inner = self.alternatives(depth + 1)
        if self.at == len(self.query):
            raise self.error("This ( is not closed, a ) is expected", start)
        if inner is None:
            raise self.error("Something to look for is expected between ( and )", start)
        self.at += 1
        return inner

    # words

    def _words(self) -> Word | Phrase | Inside | None:
        """A word, a phrase or letters inside words; None where there is nothing to look for."""
        query, start = self.query, self.at
        inside = query[start] == "*" and start + 1 < len(query) and (query[start + 1] in QUOTES)
        if inside or query[start] in QUOTES:
            self.at += inside
            words = words_of(fold(self._quoted()))
            prefix = query.startswith("*", self.at)
            self.at += prefix
            if inside and not prefix:
                raise self.error('A * is expected here too: *"two words"*')
            return _leaf(words, prefix=prefix, inside=inside)
        match = _TERM.match(query, start)
        if match is None:  # a closing bracket: the caller ends there
            return None
        term = match[0]
        self.at = match.end()
        inside = len(term) > 2 and term[0] == "*" == term[-1]
        stem = (term[1:] if inside else term).rstrip("*")
        if "*" in stem or not stem:
            raise self.error(
                "A * stands at the end of a word, or at both ends: bombard* *bard*", start + term.index("*")
            )
        return _leaf(words_of(fold(stem)), prefix=term[-1] == "*", inside=inside)

    def _quoted(self) -> str:
        """What stands between this quotation mark and the next one."""
        start = self.at
        end = next((i for i in range(start + 1, len(self.query)) if self.query[i] in QUOTES), -1)
        if end < 0:
            raise self.error("This quotation mark is not closed, another is expected", start)
        self.at = end + 1
        return self.query[start + 1 : end]

    def _near(self) -> Query:
        start = self.at
        self.at += len("near(")
        parts: list[Word | Phrase] = []
        while True:
            self._skip()
            if self.at == len(self.query):
                raise self.error("This near( is not closed, a ) is expected", start)
            if (match := re.compile(r"(?:,\s*(\d+)\s*)?\)").match(self.query, self.at)) is not None:
                break
            if self.query[self.at] == ",":
                raise self.error("A number and ) are expected after the comma: near(aid convoy, 5)")
            parts += self._near_part()
        distance = int(match[1][:9]) if match[1] else _USUAL_DISTANCE
        if distance > _FARTHEST:
            raise self.error(f"At most {_FARTHEST:,} words may lie between", match.start(1))
        if len(parts) < 2:
            raise self.error("Two words or phrases are expected in near( ): near(aid convoy, 5)", start)
        self.at = match.end()
        return Near(tuple(parts), distance)

    def _near_part(self) -> Iterable[Word | Phrase]:
        start = self.at
        if self.query[start] == "(":
            raise self.error("Words and phrases are expected in near( ), no brackets")
        end = self.at
        if self.query[start] not in QUOTES:  # up to the comma: `near(aid convoy,5)`
            match = _TERM.match(self.query, start)
            end = match.end() if match else start
            cut = self.query.find(",", start, end)
            inner = _Parser(self.query[: cut if cut > start else end])
            inner.at = start
            leaf = inner._words()
            self.at = inner.at
        else:
            leaf = self._words()
        if isinstance(leaf, Inside):
            raise self.error("Words and phrases are expected in near( ), no *inside*", start)
        return [leaf] if leaf is not None else []

    # patterns and fields

    def _regex(self) -> Query | None:
        match = _PATTERN.match(self.query, self.at)
        if match is None:
            if re.compile(r"/[\s)]|/$").match(self.query, self.at):
                self.at += 1
                return None
            raise self.error("A / is expected at the end of the pattern, or quotation marks around a path")
        following = self.query[match.end() : match.end() + 1]
        if following and not following.isspace() and following != ")":
            raise self.error("A space is expected after the pattern; write \\/ for a / in it", match.end())
        check_pattern(match[1], lambda reason, at: self.error(reason, match.start(1) + at))
        self.at = match.end()
        return Regex(match[1])

    def _field(self, match: re.Match[str]) -> Query | None:
        """The field that is named here; None where the word before the colon can be no field."""
        name = match[1].lower()
        following = self.query[match.end() : match.end() + 1]
        if name not in FIELDS:
            if not following or following.isspace() or following in "()":
                return None  # a word before a colon
            near = nearest(name, FIELDS)
            hint = f"the nearest is “{near}:”" if near else f"there are {', '.join(FIELDS)}"
            raise self.error(f"There is no field “{match[1]}:”, {hint}; quotation marks make words of it")
        start = self.at = match.end()
        if name == "note":
            return self._note()
        value = self._value()
        if not value:
            raise self.error(f"A value is expected after {name}:", start)
        return Field(name, self._checked(name, value, start))

    def _note(self) -> Query:
        start = self.at
        leaf = self._words() if self.query[start : start + 1].strip("()/") else None
        if leaf is None:
            raise self.error("A word or phrase is expected after note:", start)
        return Note(leaf)

    def _value(self) -> str:
        """What stands up to the next space or bracket outside quotation marks, these left out."""
        pieces: list[str] = []
        while self.at < len(self.query):
            if self.query[self.at] in QUOTES:
                pieces.append(self._quoted())
            else:
                match = _BARE.match(self.query, self.at)
                if match is None or not match[0]:
                    break
                pieces.append(match[0])
                self.at = match.end()
        return " ".join("".join(pieces).split())

    def _checked(self, name: str, value: str, start: int) -> str:
        if name in VALUES:
            if value.lower() not in VALUES[name]:
                near = nearest(value, VALUES[name])
                hint = f"the nearest is {name}:{near}" if near else f"there are {', '.join(VALUES[name])}"
                raise self.error(f"{name}:{value[:40]} is not known, {hint}", start)
            return value.lower()
        if name == "created":
            days(value, lambda reason: self.error(reason, start))
        elif name == "meta" and (value.startswith("=") or value.endswith("=")):
            raise self.error("A detail is expected after meta: as in meta:site=north", start)
        return value

    # small things

    def _skip(self, at: int | None = None) -> int:
        """Pass over white space; the position behind it."""
        match = _SPACE.match(self.query, self.at if at is None else at)
        end = match.end() if match else self.at
        if at is None:
            self.at = end
        return end

    def _ended(self) -> bool:
        self._skip()
        return self.at == len(self.query) or self.query[self.at] == ")"

    def _keyword(self) -> str:
        """OR, AND or NOT, if that stands here."""
        self._skip()
        match = _KEYWORD.match(self.query, self.at)
        return match[1] if match else ""


def check_pattern(pattern: str, error: Callable[[str, int], Exception]) -> None:
    """Raise what `error` makes of a reason and a position if the pattern is none."""
    import regex  # type: ignore[import-untyped]  # it ships no types

    try:
        regex.compile(pattern)
    except regex.error as wrong:
        at = min(getattr(wrong, "pos", None) or 0, len(pattern))
        raise error(f"The pattern cannot be understood, {getattr(wrong, 'msg', wrong)}", at) from None
    except (RecursionError, OverflowError, MemoryError, ValueError):
        raise error("The pattern is too deep or too large", 0) from None


def days(value: str, error: Callable[[str], Exception]) -> tuple[str, str, str]:
    """The sign and the first and last day (`2026-11-01`) of what stands behind `created:`."""
    import calendar
    from datetime import date

    match = _DATE.fullmatch(value)
    if match is None:
        raise error("A day, month or year is expected after created: as in 2026-11-03, 2026-11 or >=2026-11-01")
    year, month, day = int(match[2]), int(match[3] or 0), int(match[4] or 0)
    try:
        first = date(year, month or 1, day or 1)
        month = month or 12
        last = date(year, month, day or calendar.monthrange(year, month)[1])
    except ValueError:
        raise error(f"There is no day {match[0].lstrip('<>=')}") from None
    return match[1], first.isoformat(), last.isoformat()


def _leaf(words: list[str], *, prefix: bool, inside: bool) -> Word | Phrase | Inside | None:
    if not words:
        return None
    if inside:
        return Inside(tuple(words))
    return Word(words[0], prefix) if len(words) == 1 else Phrase(tuple(words), prefix)


def _excerpt(query: str, position: int) -> str:
    """The query in quotation marks, around the position where it is long."""
    start, end = max(0, position - 30), position + 30
    return f"“{'…' if start else ''}{query[start:end]}{'…' if end < len(query) else ''}”"
