"""A query bound to a library: saved searches put in, tags, articles and days looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from reader.codebook import SEPARATOR, Codebook, split_path
from reader.errors import UnknownTag, UsageError
from reader.model import Annotation, Article, Corpus, SavedSearch, Tag
from reader.search.fold import fold
from reader.search.places import stands
from reader.search.query import QUOTES, days, nearest, parse
from reader.search.tree import And, Field, Not, Or, Phrase, Query, Word, all_of, any_of, fields, leaves, negated
from reader.search.words import words_of

_DEEPEST_SAVED = 20
_AFTER_ALL = "\U0010ffff"
"""Stands after all that goes on from some letters."""


class Scope(NamedTuple):
    """Who asks, and the searches saved in the project.

    `coder` is whose reviews `is:reviewed` means (empty: anyone's); `only` is the one coder whose marks may
    be seen in a blind project (empty: everyone's).
    """

    coder: str = ""
    only: str = ""
    saved: Mapping[str, SavedSearch] = {}


class MarkTest(NamedTuple):
    """What one annotation on the paragraph has to be: `column` is in `values`, or from the first to before the second."""

    column: str
    values: frozenset[str] | tuple[str, str]

    def holds(self, mark: Annotation) -> bool:
        """Whether an annotation is so."""
        if self.column == "noted":
            return bool(mark.note)
        value = getattr(mark, self.column)
        if isinstance(self.values, tuple):
            return bool(self.values[0] <= value < self.values[1])
        return value in self.values


class ArticleTest(NamedTuple):
    """The articles meant."""

    ids: frozenset[str]


class ParagraphTest(NamedTuple):
    """What the paragraph has to be: its `role` or `speaker`, or that it was reviewed; a `start` may go on."""

    what: str
    value: str
    start: bool = False


Test = MarkTest | ArticleTest | ParagraphTest


class Bound:
    """A query ready to run. UsageError where it names a tag or saved search that is not there."""

    def __init__(self, query: str | Query, corpus: Corpus, scope: Scope) -> None:
        self.scope = scope
        tree = parse(query) if isinstance(query, str) else query
        self.tree = _expanded(tree, scope.saved, ())
        self.leaves = leaves(self.tree)
        self.is_plain = next(fields(tree), None) is None
        """Whether it names nothing that a library may have or not: it then means the same in every one."""
        self.tests: dict[Field, Test] = {}
        for field in fields(self.tree):
            if field not in self.tests:
                self.tests[field] = _test(field, corpus)
        self.articles = self._articles(self.tree)
        """The articles that alone can have hits; None where that is not said."""

    def article_ids(self, field: Field) -> frozenset[str]:
        """The articles that a field of the query means."""
        test = self.tests[field]
        return test.ids if isinstance(test, ArticleTest) else frozenset()

    def _articles(self, query: Query) -> frozenset[str] | None:
        if isinstance(query, Field):
            test = self.tests[query]
            return test.ids if isinstance(test, ArticleTest) else None
        if isinstance(query, And | Or):
            found = [self._articles(part) for part in query.parts]
            sets = [ids for ids in found if ids is not None]
            if isinstance(query, And):
                return frozenset.intersection(*sets) if sets else None
            return frozenset().union(*sets) if len(sets) == len(found) else None
        return None


def _expanded(query: Query, saved: Mapping[str, SavedSearch], inside: tuple[str, ...]) -> Query:
    """The query with saved searches in place of their names, and `tag:none` as what it means."""
    if isinstance(query, Field):
        if query.name == "saved":
            return _saved(query.value, saved, inside)
        if query.name == "tag" and query.value in ("none", "*"):
            tagged = Field("has", "tag")
            return negated(tagged) if query.value == "none" else tagged
        return query
    if isinstance(query, Not):
        return negated(_expanded(query.part, saved, inside))
    if isinstance(query, And):
        return all_of([_expanded(part, saved, inside) for part in query.parts])
    if isinstance(query, Or):
        return any_of([_expanded(part, saved, inside) for part in query.parts])
    return query


def _saved(name: str, saved: Mapping[str, SavedSearch], inside: tuple[str, ...]) -> Query:
    wanted = fold(name)
    names = {fold(_unquoted(search.name)): search for search in saved.values()}
    if wanted not in names:
        near = nearest(wanted, names)
        hint = f"; the nearest is “{names[near].name}”" if near else ""
        raise UsageError(f"There is no saved search “{name}”{hint}.")
    if wanted in inside:
        raise UsageError(f"The saved search “{name}” asks for itself.")
    if len(inside) == _DEEPEST_SAVED:
        raise UsageError(f"The saved search “{name}” lies more than {_DEEPEST_SAVED} searches deep.")
    return _expanded(parse(names[wanted].query), saved, (*inside, wanted))


def _test(field: Field, corpus: Corpus) -> Test:
    return _TESTS[field.name](field.value, corpus)


def _unquoted(text: str) -> str:
    """A name as it can be typed in a field: no quotation marks, single spaces."""
    return " ".join("".join(c for c in text if c not in QUOTES).split())


def _pattern(value: str) -> tuple[str, bool]:
    """The folded value without a `*` at its end, and whether it had one."""
    return fold(value.removesuffix("*")), value.endswith("*")


def _is(text: str, wanted: str, *, start: bool) -> bool:
    folded = fold(_unquoted(text))
    return folded.startswith(wanted) if start else folded == wanted


# tags


def _tag(value: str, corpus: Corpus) -> Test:
    codebook = Codebook(corpus.tags)
    meant = {tag.id for tag in corpus.tags.values() if _alive(tag) and _tag_matches(codebook, tag, value)}
    if not meant:
        near = codebook.nearest(value.removesuffix("*").removesuffix("/"))
        hint = f"; the nearest is “{codebook.shown(near.id, '/')}”" if near is not None else ""
        below = " with tags below it" if value.endswith("/*") else ""
        raise UnknownTag(f"There is no tag “{value.removesuffix('/*')}”{below}{hint}.")
    return MarkTest("tag", _stored(codebook, meant))


def _alive(tag: Tag) -> bool:
    return not (tag.deleted or tag.merged_into)


def _tag_matches(codebook: Codebook, tag: Tag, value: str) -> bool:
    """Whether a path ends so: `harm/strike`, `strike`; `harm/*` is all below, `str*` all that begin so."""
    path = [fold(_unquoted(name)) for name in codebook.path(tag.id)]
    names = [fold(name) for name in split_path(value)]
    if names[-1] == "*" and len(names) > 1:
        above = names[:-1]
        return any(path[at : at + len(above)] == above for at in range(len(path) - len(above)))
    last, start = _pattern(names[-1])
    if len(path) < len(names) or path[len(path) - len(names) : -1] != names[:-1]:
        return False
    return path[-1].startswith(last) if start else path[-1] == last


def _stored(codebook: Codebook, meant: Iterable[str]) -> frozenset[str]:
    """The stored ids that mean one of some tags: their own and those merged into them."""
    wanted = frozenset(meant)
    return frozenset(
        tag_id for tag_id in codebook.tags if (tag := codebook.resolve(tag_id)) is not None and tag.id in wanted
    )


def live_tags(corpus: Corpus) -> frozenset[str]:
    """The stored ids of tags that mean one."""
    codebook = Codebook(corpus.tags)
    return frozenset(tag_id for tag_id in corpus.tags if codebook.resolve(tag_id) is not None)


class TagNames:
    """The paths of tags, folded once: which tags' paths hold some words."""

    def __init__(self, corpus: Corpus) -> None:
        self.tags = corpus.tags
        self._codebook = Codebook(corpus.tags)
        self._shown: dict[str, tuple[str, str, str] | None] = {}

    def of(self, tag_id: str) -> tuple[str, str, str] | None:
        """The tag that an id means now, its path as shown and folded; None if it was deleted."""
        if tag_id not in self._shown:
            tag = self._codebook.resolve(tag_id)
            path = self._codebook.shown(tag.id, SEPARATOR) if tag is not None else ""
            self._shown[tag_id] = None if tag is None else (tag.id, path, fold(path))
        return self._shown[tag_id]

    def all(self) -> dict[str, str]:
        """The folded path by stored id, of those that mean a tag."""
        return {tag_id: found[2] for tag_id in self.tags if (found := self.of(tag_id)) is not None}


# the other fields


def _article(value: str, corpus: Corpus) -> Test:
    articles = corpus.articles.values()
    if value == "*":
        return ArticleTest(frozenset(corpus.articles))
    if value.isdecimal() and (numbered := [a.id for a in articles if a.number == int(value[:18])]):
        return ArticleTest(frozenset(numbered))
    words = words_of(fold(value))
    start = value.endswith("*")
    leaf = None
    if words:
        leaf = Word(words[0], start) if len(words) == 1 else Phrase(tuple(words), start)
    return ArticleTest(frozenset(a.id for a in articles if _named(a, value) or (leaf and stands(leaf, fold(a.title)))))


def _named(article: Article, value: str) -> bool:
    if len(value) >= 3 and article.id.startswith(value):
        return True
    return any(value in (_unquoted(s), _unquoted(s.rsplit("/", 1)[-1])) for s in article.sources)


def _meta(value: str, corpus: Corpus) -> Test:
    key, sign, wanted = value.partition("=")
    key, (text, start) = fold(key.strip()), _pattern(wanted.strip())

    def fits(article: Article) -> bool:
        return any(fold(k) == key and (not sign or _is(v, text, start=start)) for k, v in article.meta.items())

    return ArticleTest(frozenset(a.id for a in corpus.articles.values() if fits(a)))


def _created(value: str, _: Corpus) -> Test:
    sign, first, last = days(value, UsageError)
    beginning, end = _midnight(first, 0), _midnight(last, 1)
    ends = {">=": (beginning, "~"), ">": (end, "~"), "<": ("", beginning), "<=": ("", end)}
    return MarkTest("created", ends.get(sign, (beginning, end)))


def _midnight(day: str, later: int) -> str:
    """The start of a local day, or of the day after it, as the times of records are written."""
    from datetime import UTC, datetime, timedelta

    try:
        local = datetime.fromisoformat(day) + timedelta(days=later)
        return local.astimezone().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except (OverflowError, ValueError):  # at the ends of the calendar
        return "" if day < "2000" else "~"


def _coder(value: str) -> Test:
    handle = value.lower()
    if handle.endswith("*"):
        return MarkTest("coder", (handle[:-1], handle[:-1] + _AFTER_ALL))
    return MarkTest("coder", frozenset([handle]))


def _is_so(value: str, corpus: Corpus) -> Test:
    if value == "reviewed":
        return ParagraphTest("reviewed", "")
    return _has("tag", corpus) if value == "coded" else ParagraphTest("role", value)


def _has(value: str, corpus: Corpus) -> Test:
    return MarkTest("noted", frozenset()) if value == "note" else MarkTest("tag", live_tags(corpus))


_TESTS: dict[str, Callable[[str, Corpus], Test]] = {
    "tag": _tag,
    "article": _article,
    "meta": _meta,
    "created": _created,
    "is": _is_so,
    "has": _has,
    "coder": lambda value, _: _coder(value),
    "unit": lambda value, _: MarkTest("unit", frozenset([value])),
    "speaker": lambda value, _: ParagraphTest("speaker", *_pattern(value)),
}


def said_by(speaker: str, test: ParagraphTest) -> bool:
    """Whether a speaker is the one asked for; nobody is where no one speaks."""
    return bool(speaker) and _is(speaker, test.value, start=test.start)


def called(name: str, value: str) -> bool:
    """Whether a name is the one asked for, or begins so where a `*` ends it."""
    wanted, start = _pattern(value)
    return _is(name, wanted, start=start)
