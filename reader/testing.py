"""What a store, an importer or an exporter of one's own must keep: each check raises AssertionError with a sentence.

    from reader.testing import check_importer

    def test_my_format():
        check_importer(my_format.IMPORTER, {"sample.xyz": Path("sample.xyz").read_bytes()})

What is built in is held to the same checks.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from reader.edits import Change, Edit, new_id, now
from reader.errors import Conflict, Locked, ReaderError, ReadOnly, Unreadable, UsageError
from reader.formats import DEFAULTS, Exporter, ExportOptions, Importer, ImportOptions, NewArticle, NewItem, NewTag
from reader.model import CONTEXT, Anchor, Annotation, Article, Paragraph, Review, Role, Split, Tag
from reader.project import Project
from reader.store import Store
from reader.store.records import Stored, encode, table_of

T = TypeVar("T", bound=Stored)

_PARTS = (
    "Ferry late again",
    "The ferry came at noon – nobody 👩‍👩‍👧 was told.",
    "Share",
    "«Why?» asked the harbour.",
)
_ROLES: tuple[Role, ...] = ("heading", "body", "furniture", "body")
TEXT = "\n\n".join(_PARTS)
"""An article of four paragraphs with signs of two, three and four bytes in it."""
PARAGRAPHS = tuple(
    Paragraph(number, TEXT.index(part), TEXT.index(part) + len(part), role)
    for number, (part, role) in enumerate(zip(_PARTS, _ROLES, strict=True), 1)
)


def _must(holds: object, sentence: str) -> None:
    if not holds:
        raise AssertionError(sentence)


# -- importers ---------------------------------------------------------------------------------------------


def check_importer(importer: Importer, samples: Mapping[str, bytes], options: ImportOptions = DEFAULTS) -> None:
    """Hold an importer to what `reader import` relies on. `samples` maps file names to files that it must be able to read."""
    _must(isinstance(importer, Importer), "An importer has suffixes, media_type and read(file, name, options).")
    _must(importer.suffixes, "An importer names the endings of its files.")
    for suffix in importer.suffixes:
        _must(
            suffix.startswith(".") and suffix == suffix.lower(), f"{suffix!r} is no ending in small letters with a dot."
        )
    _must(samples, "Give at least one file that can be read.")
    for name, data in samples.items():
        found = list(importer.read(io.BytesIO(data), name, options))
        _must(found, f"{name}: nothing was found in it.")
        _must(found == list(importer.read(io.BytesIO(data), name, options)), f"{name}: read twice, it is not the same.")
        _check_items(name, found)
    for what, data in (("an empty file", b""), ("noise", bytes(range(256)) * 8), ("zeros", bytes(4096))):
        _check_refusal(importer, what, data, options)


def _check_refusal(importer: Importer, what: str, data: bytes, options: ImportOptions) -> None:
    name = f"strange{importer.suffixes[0]}"
    try:
        _check_items(what, list(importer.read(io.BytesIO(data), name, options)))
    except Unreadable as error:
        _must(str(error), f"{what}: Unreadable without a sentence.")
    except ReaderError:
        return
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__} rather than Unreadable with a sentence.") from error


def _check_items(name: str, items: Iterable[NewItem]) -> None:
    tags: set[str] = set()
    seen_article = False
    for item in items:
        if isinstance(item, NewTag):
            _must(not seen_article, f"{name}: the tag {item.path} comes after an article.")
            _must(item.path and all(item.path), f"{name}: a tag without a name.")
            _must(not item.parent or item.parent in tags, f"{name}: the tag {item.path} comes before its parent.")
            tags.add(item.id)
        elif isinstance(item, NewArticle):
            seen_article = True
            check_article(name, item)
            for mark in item.annotations:
                _must(not mark.tag or mark.tag in tags, f"{name}: a mark has the unknown tag {mark.tag!r}.")


def check_article(name: str, article: NewArticle) -> None:
    """Hold a new article to the laws of texts and paragraphs: every sign that is no white space in exactly one paragraph."""
    text = article.text
    _must("\r" not in text, f"{name}: the text holds CR; line ends are LF.")
    _must(not text.startswith("\ufeff"), f"{name}: the text begins with a byte order mark.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise AssertionError(f"{name}: the text holds half a surrogate pair.") from error
    _must(article.title, f"{name}: the article has no title.")
    _must(not Path(article.source).is_absolute(), f"{name}: its source is an absolute path.")
    _must(article.paragraphs, f"{name}: the article has no paragraphs.")
    at = 0
    for number, paragraph in enumerate(article.paragraphs, 1):
        _must(paragraph.number == number, f"{name}: paragraph {number} has the number {paragraph.number}.")
        _must(
            at <= paragraph.start < paragraph.end <= len(text), f"{name}: paragraph {number} is out of order or empty."
        )
        _must(not text[at : paragraph.start].strip(), f"{name}: words before paragraph {number} are in none.")
        at = paragraph.end
    _must(not text[at:].strip(), f"{name}: words behind the last paragraph are in none.")
    for mark in article.annotations:
        if mark.anchor is not None:
            start, end = mark.anchor.start, mark.anchor.end
            _must(0 <= start < end <= len(text), f"{name}: a mark stands outside the text.")
            _must(text[start:end] == mark.anchor.quote, f"{name}: a mark does not stand on its quote.")


# -- exporters ---------------------------------------------------------------------------------------------


def check_exporter(exporter: Exporter) -> None:
    """Hold an exporter to what `reader export` relies on: the same bytes twice, nothing changed, the stream left open.

    A project without tags and marks may be refused with UsageError.
    """
    _must(isinstance(exporter, Exporter), "An exporter has suffix, media_type and write(corpus, out, options).")
    _must(exporter.suffix.startswith("."), f"{exporter.suffix!r} is no ending with a dot.")
    with tempfile.TemporaryDirectory() as folder:
        for coded in (False, True):
            project = _a_project(Path(folder) / f"{coded}", coded=coded)
            try:
                _check_written(exporter, project)
            except UsageError:
                _must(not coded, "A project with tags and marks is refused.")
            finally:
                project.close()


def _check_written(exporter: Exporter, project: Project) -> None:
    before = _state(project.store)
    _must(_written(exporter, project) == _written(exporter, project), "Written twice, it is not the same.")
    _must(_state(project.store) == before, "The project was changed by an export.")
    for options in (ExportOptions(coder="anna"), ExportOptions(keep=lambda _article, _number: False)):
        _written(exporter, project, options)


def _written(exporter: Exporter, project: Project, options: ExportOptions = ExportOptions()) -> bytes:  # noqa: B008  frozen
    out = io.BytesIO()
    count = exporter.write(project, out, options)
    _must(not out.closed, "The stream was closed; it belongs to the caller.")
    _must(isinstance(count, int) and count >= 0, "write() returns how many rows it wrote.")
    return out.getvalue()


def _a_project(folder: Path, *, coded: bool) -> Project:
    Project.create(folder, name="sample")
    project = Project.open(folder, coder="anna")
    project.import_articles(
        [NewArticle(text=TEXT, paragraphs=PARAGRAPHS, title="Ferry late again", source="ferry.txt")]
    )
    if coded:
        article = next(iter(project.articles.values()))
        parent = Tag(id=new_id("t"), name="delay", created=now())
        child = Tag(id=new_id("t"), name="=not told", created=now(), parent=parent.id)
        whole = project.paragraph_anchor(article, 2)
        start = TEXT.index("nobody")
        words = project.anchor(article, start, start + len("nobody"))
        marks = [
            project.annotation("paragraph", article=article, anchor=whole, tag=parent.id, note="two\nlines; «quoted»"),
            project.annotation("span", article=article, anchor=words, tag=child.id),
            project.annotation("article", article=article, note="on all of it"),
        ]
        records: list[Stored] = [parent, child, *marks, project.review(article, 2)]
        project.apply("tag", [(None, record) for record in records])
    project.flush()
    return project


# -- stores ------------------------------------------------------------------------------------------------


def check_store(opened: Callable[[str], Store]) -> None:
    """Hold a store to what `Project` relies on, two writers included.

    `opened(coder)` opens one and the same project, empty at first, for a coder; it is called several times.
    """
    anna, ben = opened("anna"), opened("ben")
    for store in (anna, ben):
        store.start()
    _check_second_session(opened)
    article = _check_texts(anna, ben)
    tag = _check_conflict(anna, ben)
    _check_marks(anna, ben, article, tag)
    _check_edits(anna, ben)
    _must(anna.settle() in (True, False), "settle() says whether all is up to date.")
    before = _state(anna)
    anna.close()
    ben.close()
    again = opened("anna")
    _must(_state(again) == before, "Opened again, the project is not the same.")
    _must(not again.problems, f"Opened again, damage is reported: {again.problems}")
    again.start()
    _check_number_after_undo(again, article)
    again.close()


def _edit(coder: str, command: str, *pairs: tuple[Stored | None, Stored | None]) -> Edit:
    changes = []
    for before, after in pairs:
        known = after if after is not None else before
        assert known is not None  # noqa: S101  a pair has one side at least
        records = [None if record is None else encode(record) for record in (before, after)]
        changes.append(Change(table_of(known), known.id, *records))
    return Edit(id=new_id("e"), at=now(), coder=coder, command=command, changes=tuple(changes))


def _check_second_session(opened: Callable[[str], Store]) -> None:
    second = opened("anna")
    try:
        second.start()
    except (Locked, ReadOnly):
        _must(second.read_only, "A second session of one coder does not say why it only reads.")
    else:
        raise AssertionError("Two sessions of one coder may write at once.")
    second.close()


def _check_texts(anna: Store, ben: Store) -> Article:
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    article = Article(id=f"a{sha256[:16]}", number=1, title="Ferry", sha256=sha256, split=Split(), imported_at=now())
    article = anna.put_text(article, TEXT, PARAGRAPHS)
    _must(article.paragraphs_sha256, "put_text() returns the article with the hash of its paragraphs.")
    article = replace(article, extra={"of_tomorrow": [1, None]})
    anna.apply(_edit("anna", "import", (None, article)))
    ben.poll()
    _must(ben.articles() == {article.id: article}, "An article that one imports is not what the other reads.")
    text = ben.text(article)
    _must(text.length == len(TEXT) and len(text) == len(PARAGRAPHS), "A text has another length than was put.")
    for paragraph in PARAGRAPHS:
        _must(text.paragraph(paragraph.number) == paragraph, f"Paragraph {paragraph.number} is not as it was put.")
        words = TEXT[paragraph.start : paragraph.end]
        _must(text.text_of(paragraph.number) == words, f"The words of paragraph {paragraph.number} are others.")
        _must(text.number_at(paragraph.start) == paragraph.number, "number_at() finds another paragraph.")
    return article


def _check_conflict(anna: Store, ben: Store) -> Tag:
    tag = Tag(id=new_id("t"), name="delay", created=now())
    anna.apply(_edit("anna", "tag-add", (None, tag)))
    ben.poll()
    renamed = replace(tag, name="late")
    ben.apply(_edit("ben", "tag-rename", (tag, renamed)))
    try:
        anna.apply(_edit("anna", "tag-rename", (tag, replace(tag, name="slow"))))
    except Conflict as error:
        _must(str(error), "A conflict without a sentence.")
    else:
        raise AssertionError("A tag was changed that somebody else had changed meanwhile.")
    anna.poll()
    for store in (anna, ben):
        _must(store.tags() == {tag.id: renamed}, "After a conflict the tag is not what was committed.")
    return renamed


def _check_marks(anna: Store, ben: Store, article: Article, tag: Tag) -> None:
    end = PARAGRAPHS[1].end
    anchor = Anchor(18, end, TEXT[18:end], TEXT[:18], TEXT[end : end + CONTEXT])
    made: dict[str, Annotation] = {}
    for store, coder in ((anna, "anna"), (ben, "ben"), (anna, "anna")):
        mark = Annotation(
            id=new_id("n"),
            unit="paragraph",
            coder=coder,
            article=article.id,
            anchor=anchor,
            tag=tag.id,
            created=now(),
            modified=now(),
        )
        store.apply(_edit(coder, "tag", (None, mark)))
        made[mark.id] = mark
    review = Review(id=new_id("r"), coder="ben", article=article.id, paragraph=2, start=18, end=end, at=now())
    memo = Annotation(id=new_id("n"), unit="tag", coder="ben", tag=tag.id, note="why", created=now(), modified=now())
    ben.apply(_edit("ben", "review", (None, review), (None, memo)))
    for store in (anna, ben):
        store.poll()
        found = {mark.id: mark for mark in store.annotations(article.id)}
        _must(found == made, "The annotations of all coders are not those committed.")
        _must(store.reviews(article.id) == [review], "The reviews are not those committed.")
        _must(store.memos() == [memo], "The memos are not those committed.")


def _check_edits(anna: Store, ben: Store) -> None:
    edits, cursor = anna.edits()
    order = [edit.order for edit in edits]
    _must(order == sorted(order), "edits() is not in the order of time and id.")
    _must(len({edit.id for edit in edits}) == len(edits) == 7, "edits() does not have each committed edit once.")
    for coder in ("anna", "ben"):
        numbers = [edit.seq for edit in edits if edit.coder == coder]
        _must(numbers == list(range(1, len(numbers) + 1)), f"The edits of {coder} are not numbered 1, 2, 3 …")
        newest = [edit.id for edit in ben.newest_first(coder)]
        _must(
            newest == [edit.id for edit in reversed(edits) if edit.coder == coder],
            "newest_first() of a coder is wrong.",
        )
    _must([edit.id for edit in ben.newest_first()] == [edit.id for edit in reversed(edits)], "newest_first() is wrong.")
    _must(anna.edits(cursor)[0] == [], "edits(cursor) has edits from before the cursor.")
    made = ben.apply(_edit("ben", "tag-add", (None, Tag(id=new_id("t"), name="other", created=now()))))
    _must([edit.id for edit in anna.edits(cursor)[0]] == [made.id], "edits(cursor) is not what came since.")
    _must(made.at >= order[-1][0], "A later edit has an earlier time.")
    _must(made.id in [edit.id for edit in anna.poll()], "poll() does not bring what somebody else committed.")


def _check_number_after_undo(store: Store, article: Article) -> None:
    sha256 = hashlib.sha256(b"Second").hexdigest()
    second = Article(id=f"a{sha256[:16]}", number=2, title="Second", sha256=sha256, imported_at=now())
    second = store.put_text(second, "Second", [Paragraph(1, 0, 6)])
    store.apply(_edit("anna", "import", (None, second)))
    store.apply(_edit("anna", "undo", (second, None)))
    _must(set(store.articles()) == {article.id}, "An import that was undone is still there.")
    _must(store.highest_number() == 2, "highest_number() forgets an article whose import was undone.")


def _state(store: Store) -> dict[str, object]:
    """All that can be read of a store."""
    articles = dict(store.articles())
    return {
        "articles": articles,
        "tags": dict(store.tags()),
        "coders": dict(store.coders()),
        "searches": dict(store.searches()),
        "marks": {key: _by_id(store.annotations(key)) for key in articles},
        "reviews": {key: _by_id(store.reviews(key)) for key in articles},
        "memos": _by_id(store.memos()),
    }


def _by_id(records: Sequence[T]) -> dict[str, T]:
    return {record.id: record for record in records}
