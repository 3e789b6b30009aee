"""The library: making a project, taking texts in, listing them, printing one with its marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reader import fs
from reader.commands.filters import matching_articles
from reader.commands.phrases import listed, many, shortened, titled
from reader.commands.reading import marks_on
from reader.commands.registry import Outcome, command
from reader.commands.reviewing import progress_of, since_of
from reader.model import Article, Paragraph, role_of

if TYPE_CHECKING:
    from reader.formats import NewItem
    from reader.project import Project
    from reader.project.importing import Imported
    from reader.project.progress import Progress

GROUP = "The library"
SHOWN_ONE_BY_ONE = 12
SHOWN_OF_A_NAME = 60


@command(
    "init",
    "Make a project.",
    group=GROUP,
    words={"path": "Its folder; without it `data` in this folder.", "name": "What the project is called."},
    examples=("reader init", "reader init ~/flood-inquiry"),
)
def init(path: str = "", *, name: str = "") -> Outcome:
    """Make a project folder, also in a folder that exists. UsageError where there is a project already."""
    from reader.project import Project

    folder = Project.create(fs.expanded(path or "data"), name=name)
    return Outcome(f"Made a project in {folder}. `reader --project {folder} import PATH` takes texts in.")


@command(
    "import",
    "Take texts into the library: files, folders, '-' for standard input.",
    group=GROUP,
    words={
        "paths": "Files, folders (searched for texts), '-' for standard input.",
        "encoding": "How the files are encoded; without it that is found out.",
        "split": "Where paragraphs end: at blank lines, at every line, or as the text suggests.",
    },
    choices={"split": ("auto", "blank", "line")},
    examples=("reader import p07.txt interviews/", "pbpaste | reader import -"),
    more="The same text again is not taken in twice. One import is one step for undo. A named .jsonld, .qdpx or .qdc file "
    "brings its codebook, marks, notes and reviews too; what is here already is not doubled.",
)
def import_(
    project: Project,
    paths: Sequence[str],
    *,
    encoding: str = "",
    split: str = "auto",
    progress: Progress | None = None,
) -> Outcome:
    """Take the texts in, all or none, in one edit. Unreadable and UsageError name the file."""
    skipped: list[str] = []
    found = read(paths, encoding=encoding, split=split, progress=progress, skipped=skipped)
    return add(project, found, skipped=skipped, resplit=split != "auto")


def read(
    paths: Sequence[str],
    *,
    encoding: str = "",
    split: str = "auto",
    progress: Progress | None = None,
    skipped: list[str] | None = None,
) -> Iterator[NewItem]:
    """What is in the files at the paths, one after the other; `progress` is called before each article and at the end."""
    from reader.formats import ImportOptions, find_sources, read_sources

    sources = find_sources(paths)
    options = ImportOptions(encoding=encoding, split=split)
    return _counted(read_sources(sources, options, skipped), len(sources), progress)


def _counted(found: Iterable[NewItem], total: int, progress: Progress | None) -> Iterator[NewItem]:
    from reader.formats import NewArticle

    if progress is not None:
        progress(0, total)
    done = 0
    for new in found:
        yield new
        done += isinstance(new, NewArticle)
        if progress is not None:
            progress(min(done, total), total)


def add(
    project: Project,
    found: Iterable[NewItem],
    *,
    skipped: Sequence[str] = (),
    resplit: bool = False,
    backing_up: Progress | None = None,
) -> Outcome:
    """Take what was found in, in one edit. `skipped` are sentences about files passed over, filled while `found` is read.

    `resplit` splits texts that are here already anew, where nothing is marked in them. The outcome's
    rows are the articles meant, new or known, in the order of the files. `backing_up` is called with bytes done
    and in all where the backup before it takes a while; what it raises ends all. ReaderError where the codebook
    is locked and the files bring new tags.
    """
    from reader.project.keeping import before

    unkept = before(project, "an import", backing_up)
    imported = project.import_articles(found, resplit=resplit)
    remarks = [*imported.remarks, *([unkept] if unkept else [])]
    earlier = _earlier_texts(project, imported.new)
    sentences = [*_imported(project, imported), *_said_of(earlier), *_with_them(imported), *remarks, *skipped]
    meant = [*imported.new, *imported.resplit, *(article for article, _ in imported.same)]
    rows = [{"id": a.id, "number": a.number, "title": a.title} for a in meant]
    refused = bool(imported.refused) and imported.edit is None
    beside = f", {len(earlier)} beside another text of that name" if earlier else ""
    return Outcome("\n".join(sentences), _brief(imported) + beside, imported.edit, rows=rows, exit_code=int(refused))


def _brief(imported: Imported) -> str:
    articles = [many(len(imported.new), "article")] if imported.new else []
    if came := [*articles, *_counts(imported)]:
        return f"{', '.join(came)} imported"
    if imported.resplit:
        return f"{many(len(imported.resplit), 'article')} split anew"
    return "not split anew" if imported.refused else "already here"


def _counts(imported: Imported) -> list[str]:
    """What came beside the articles."""
    found = ((imported.tags, "tag"), (imported.marks, "mark"), (imported.reviews, "review"))
    return [many(count, thing) for count, thing in found if count]


def _with_them(imported: Imported) -> Iterator[str]:
    if counts := _counts(imported):
        yield f"Took in {', '.join(counts)}."
    if imported.doubles:
        yield f"Already here: {many(imported.doubles, 'mark or review', 'marks and reviews')}."
    if imported.other_notes:
        yield f"{many(imported.other_notes, 'of these marks has', 'of these marks have')} another note here, which stays."
    if imported.homeless:
        yield f"Left out: {many(imported.homeless, 'review')} of paragraphs that are split otherwise here."
    nothing = not (imported.new or imported.resplit or imported.same or counts or imported.doubles)
    if nothing:
        yield "Took in nothing else." if imported.edit else "There is nothing new in it."


def _imported(project: Project, imported: Imported) -> Iterator[str]:
    new = imported.new
    if len(new) <= SHOWN_ONE_BY_ONE:
        for article in new:
            yield f"Imported {titled(article)} as article {article.number}: {_paragraphs(project, article)}."
    else:
        yield f"Imported {many(len(new), 'article')}, numbers {listed(a.number for a in new)}."
    for article in imported.resplit:
        yield f"Split {titled(article)} anew: {_paragraphs(project, article)}."
    for article, reason in imported.refused:
        yield f"Not split anew: {titled(article)}, {reason}."
    left = {article.id for article, _ in imported.refused}
    same = [article for article, _ in imported.same if article.id not in left]
    if len(same) <= SHOWN_ONE_BY_ONE:
        for article in same:
            yield f"Already here: {titled(article)}, article {article.number}."
    else:
        yield f"Already here: {many(len(same), 'article')}."


def _earlier_texts(project: Project, new: Sequence[Article]) -> list[tuple[str, Article]]:
    """The names of files that were taken in before with another text, and that article: a correction, perhaps, to which no marks go."""
    made = {article.id for article in new}
    earlier = {source: a for a in project.articles.values() if a.id not in made for source in a.sources}
    return [(source, earlier[source]) for article in new for source in article.sources if source in earlier]


def _said_of(earlier: Sequence[tuple[str, Article]]) -> Iterator[str]:
    if len(earlier) > SHOWN_ONE_BY_ONE:
        yield f"{len(earlier)} files are here with other texts under the same names: all are kept, the marks stay where they are."
        return
    for source, article in earlier:
        yield (
            f"A file named {shortened(source, SHOWN_OF_A_NAME)} is here with another text, article {article.number}: "
            "both are kept, the marks stay where they are."
        )


def _paragraphs(project: Project, article: Article) -> str:
    text = project.text(article.id)
    said = many(len(text), "paragraph") + (", one a line" if article.split.rule == "line" else "")
    speakers = text.speakers()
    return f"{said}; speakers {', '.join(speakers)}" if speakers else said


@command(
    "articles",
    "List the library.",
    group=GROUP,
    words={
        "filter": "Only those that are not-reviewed, coded, with-note, or have a tag; -tag: have it not; ';' between several."
    },
    examples=("reader articles --json", "reader articles --filter 'not-reviewed; harm; -blame'"),
    writes=False,
    lists=True,
)
def articles(project: Project, *, filter: str = "") -> Outcome:  # noqa: A002  the option's name
    """The articles in the library, or those of a filter, with how far this coder has come."""
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    counts = project.counts()
    for article in matching_articles(project, filter) if filter else project.articles.values():
        size = len(project.text(article.id))
        counted = counts.article(article.id, project.coder)
        rows.append(
            {
                "id": article.id,
                "number": article.number,
                "title": article.title,
                "paragraphs": size,
                "coded": counted.coded,
                "reviewed": counted.reviewed,
            }
        )
        lines.append(
            f"{article.number}  {' '.join(article.title.split())}  "
            f"{many(size, 'paragraph')}, {counted.coded} coded, {counted.reviewed} reviewed"
        )
    nothing = "No article is like that." if project.articles else "The library is empty; `reader import PATH` fills it."
    return Outcome("" if rows else nothing, rows=rows, lines=lines)


@command(
    "show",
    "Print an article: numbered paragraphs with their marks.",
    group=GROUP,
    words={"article": "Number, id or its start, or file name."},
    examples=("reader show 3", "reader show flood.txt | less"),
    writes=False,
    lists=True,
)
def show(project: Project, article: Article) -> Outcome:
    """The whole article in plain lines, with the tags, notes and reviews of each paragraph."""
    text, marks, since = project.text(article.id), project.marks(article.id), since_of(project)
    reviewed, visited = progress_of(project, article)
    coded = sum(1 for _ in marks.coded(project.coder))
    head = f"{many(len(text), 'paragraph')}, {coded} coded, {reviewed} of {visited} reviewed"
    lines = [f"{article.number} · {' '.join(article.title.split())}", head, *_marks(project, article, 0)]
    rows: list[dict[str, Any]] = []
    for number in range(1, len(text) + 1):
        paragraph, words = text.paragraph(number), text.text_of(number)
        at = marks.reviewed(number, project.coder, since)
        lines += ["", *_paragraph(article, paragraph, words, at), *_marks(project, article, number)]
        rows.append(
            {
                "article_id": article.id,
                "paragraph": number,
                "speaker": paragraph.speaker,
                "role": role_of(article, paragraph),
                "char_start": paragraph.start,
                "char_end": paragraph.end,
                "quote": words,
                "tags": _tags(project, article, number),
                "notes": [m.note for m in marks.of(number) if m.note],
                "reviewed": at,
            }
        )
    return Outcome(rows=rows, lines=lines)


def _paragraph(article: Article, paragraph: Paragraph, words: str, at: str) -> list[str]:
    role = role_of(article, paragraph)
    facts = ([] if role == "body" else [role]) + (["reviewed"] if at else [])
    head = f"¶ {paragraph.number}" + (f" ({', '.join(facts)})" if facts else "")
    first, *rest = words.split("\n")
    return [f"{head}  {first}", *rest]


def _tags(project: Project, article: Article, number: int) -> list[str]:
    return [one.path for one in marks_on(project, article, number) if one.tag_id]


def _marks(project: Project, article: Article, number: int) -> Iterator[str]:
    for one in marks_on(project, article, number):
        mark = one.annotation
        by = "" if mark.coder == project.coder else f" ({mark.coder})"
        span = f"“{mark.anchor.quote}” " if mark.unit == "span" and mark.anchor else ""
        if one.tag_id:
            yield f"    tag: {span}{one.path}{by}"
            yield from (f"        why: {line}" for line in one.note.splitlines())
        elif not mark.tag:
            yield from (f"    note: {span}{line}{by}" for line in one.note.splitlines())
