"""What is known of articles beyond their text: author, site, wave of interviews, as key and value."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from reader.commands.codebook_files import read_file
from reader.commands.phrases import many, titled
from reader.commands.registry import Details, Outcome, command
from reader.errors import ReaderError, UnknownArticle, UsageError
from reader.model import Article

if TYPE_CHECKING:
    from reader.formats.readtable import ReadTable
    from reader.project import Project

GROUP = "The library"
TITLE = "title"
"""The one detail that is a field of its own."""
MATCHED_BY = ("file", "filename", "file name", "source", "article", "number", "id", "name")
"""Columns that say which article a row is about, the first there is; else the first column."""
NAMED_ONE_BY_ONE = 9


@command(
    "details",
    "Say what is known of an article: author, date, any key with its value.",
    group=GROUP,
    words={
        "article": "Number, id or its start, or file name; without it all are listed.",
        "details": "KEY=VALUE; an empty value removes the key. Without any the details are printed.",
        "from_": "Take them from a CSV file: a column names the article, by file name or number, the others are keys.",
    },
    examples=(
        "reader details 3 author='A. Haddad' wave=2",
        "reader details 3 wave=",
        "reader details --from interviews.csv",
    ),
    more="title=… gives the article another title. From a file, an empty cell changes nothing. One command is one step for undo.",
    lists=True,
)
def details(
    project: Project, article: Article | None = None, details: Details = (), *, from_: Path | None = None
) -> Outcome:
    """Print, set or remove details, of one article or from a table. UsageError for what is no KEY=VALUE."""
    if from_ is not None:
        if article is not None or details:
            raise UsageError("Either an article with its details, or --from with a file.")
        return details_from(project, str(from_))
    if not details:
        return _listed([article] if article else project.articles.values())
    if article is None:
        raise UsageError("Which article? Write its number before the details.")
    return set_details(project, article, dict(_pair(word) for word in details))


def set_details(project: Project, article: Article, values: Mapping[str, str]) -> Outcome:
    """Set details of one article; an empty value removes its key. UsageError for an impossible key or an empty title."""
    before = project.articles.get(article.id, article)
    after = _with(before, values)
    if after == before:
        return Outcome(f"{titled(before)} has these details already.", "details unchanged")
    edit = project.apply("details", [(before, after)])
    said = ", ".join(f"{key} = {value}" if value else f"{key} removed" for key, value in values.items())
    return Outcome(f"Details of {titled(after)}: {said}.", f"details: {said}", edit)


def details_from(project: Project, file: str) -> Outcome:
    """Set details of many articles from a table, in one edit; rows that match no article are named. ReaderError if none does."""
    from reader.formats.readtable import read_table

    table = read_table(read_file(file), PurePath(file).name)
    column = table.column(MATCHED_BY) or table.columns[0]
    after: dict[str, Article] = {}
    unmatched: list[str] = []
    for line in table.lines:
        try:
            article = _article(project, line.cells.get(column, "").strip())
        except UnknownArticle as error:
            unmatched.append(f"line {line.number}: {str(error).split(';')[0].rstrip('.')}")
            continue
        values = {key: value.strip() for key, value in line.cells.items() if key and key != column and value.strip()}
        after[article.id] = _with(after.get(article.id, article), values)
    if not after:
        raise ReaderError(
            f"No row of {table.name} names an article of the library in its column {column!r}.{_left(unmatched)}"
        )
    pairs = [(project.articles[key], new) for key, new in after.items() if project.articles[key] != new]
    edit = project.apply("details", pairs) if pairs else None
    keys = ", ".join(_keys(table, column))
    said = f"Details of {many(len(pairs), 'article')} from {table.name} ({keys}); {len(after) - len(pairs)} had them already."
    return Outcome(said + _left(unmatched), f"details of {many(len(pairs), 'article')}", edit)


def _keys(table: ReadTable, column: str) -> list[str]:
    return [key for key in table.columns if key and key != column]


def _left(unmatched: Sequence[str]) -> str:
    if not unmatched:
        return ""
    more = f"; and {len(unmatched) - NAMED_ONE_BY_ONE} more" if len(unmatched) > NAMED_ONE_BY_ONE else ""
    return f" Not matched, {many(len(unmatched), 'row')}: {'; '.join(unmatched[:NAMED_ONE_BY_ONE])}{more}."


def _article(project: Project, ref: str) -> Article:
    """The article a cell names: as anywhere, else its file name without the ending."""
    if not ref:
        raise UnknownArticle("The cell is empty.")
    try:
        return project.article(ref)
    except UnknownArticle:
        stems = [a for a in project.articles.values() if any(PurePath(source).stem == ref for source in a.sources)]
        if len(stems) == 1:
            return stems[0]
        raise


def _pair(word: str) -> tuple[str, str]:
    key, sign, value = word.partition("=")
    if not sign:
        raise UsageError(f"A detail is written KEY=VALUE, such as author=Haddad; {word!r} has no '='.")
    return key.strip(), value.strip()


def _with(article: Article, values: Mapping[str, str]) -> Article:
    meta = dict(article.meta)
    title = article.title
    for key, value in values.items():
        _check(key, value)
        if key == TITLE:
            title = value
        elif value:
            meta[key] = value
        else:
            meta.pop(key, None)
    return replace(article, meta=meta, title=title)


def _check(key: str, value: str) -> None:
    if not key or any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") for c in key):
        raise UsageError(f"{key!r} cannot be the name of a detail.")
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise UsageError("The value is not valid text (it holds half of a character); write it as UTF-8.")
    if key == TITLE and not value:
        raise UsageError("An article needs a title.")


def _listed(articles: Iterable[Article]) -> Outcome:
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for article in articles:
        rows.append({"id": article.id, "number": article.number, "title": article.title, "details": dict(article.meta)})
        lines.append(f"{article.number}  {' '.join(article.title.split())}")
        lines += [f"    {key} = {' '.join(value.split())}" for key, value in article.meta.items()]
    return Outcome("" if rows else "The library is empty; `reader import PATH` fills it.", rows=rows, lines=lines)
