"""Projects out of files into real ones: nothing lost, nothing doubled, one step for undo."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from reader import commands
from reader.errors import ReaderError
from reader.formats import ExportOptions, NewAnnotation, NewArticle, NewItem, NewMemo, NewProject, NewReview, NewTag
from reader.model import Anchor, Coder, Paragraph, SavedSearch
from reader.project import Project
from tests.exported import AT, FullCorpus, corpora, exported, found_in, identified
from tests.projects import add_tag, make_project, new_article, put_on, the_article
from tests.test_jsonld import rich


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Project]:
    project = make_project(tmp_path / "data", coder="kim", articles=())
    yield project
    project.close()


def out_of(project: Project, format_name: str) -> bytes:
    out = io.BytesIO()
    project.export(format_name, out, ExportOptions())
    return out.getvalue()


def held(project: Project) -> list[object]:
    """All that a project holds, as plain values."""
    articles = project.articles
    texts = {key: project.text(key) for key in articles}
    return [
        {key: msgspec.structs.replace(article, paragraphs_sha256="") for key, article in articles.items()},
        {key: text.slice(0, text.length) for key, text in texts.items()},
        {key: [text.paragraph(n) for n in range(1, len(text) + 1)] for key, text in texts.items()},
        {key: sorted(project.marks(key).annotations.items()) for key in articles},
        {key: sorted(project.marks(key).review_records.items()) for key in articles},
        project.memos(),
        dict(project.tags),
        dict(project.coders),
        dict(project.searches),
    ]


def same_as(corpus: FullCorpus) -> list[object]:
    articles = corpus.articles
    return [
        dict(articles),
        {key: corpus.text(key).whole for key in articles},
        {key: list(corpus.text(key).paragraphs) for key in articles},
        {key: sorted(corpus.marks(key).annotations.items()) for key in articles},
        {key: sorted(corpus.marks(key).review_records.items()) for key in articles},
        tuple(sorted(corpus.memos(), key=lambda memo: (memo.created, memo.id))),
        dict(corpus.tags),
        dict(corpus.known_coders),
        dict(corpus.searches),
    ]


def nameless(data: bytes) -> dict[str, Any]:
    """The document without the name of its project."""
    document: dict[str, Any] = msgspec.json.decode(data)
    document.pop("label")
    return document


def test_a_whole_project_comes_in_without_loss(empty: Project) -> None:
    data = exported(rich(), "jsonld")
    empty.import_articles(found_in(data, "p.jsonld"))
    assert held(empty) == same_as(rich())
    assert nameless(out_of(empty, "jsonld")) == nameless(data)


def test_a_locked_codebook_comes_locked_into_an_empty_project_alone(empty: Project, tmp_path: Path) -> None:
    there = make_project(tmp_path / "there", coder="ida")
    add_tag(there, "harm")
    commands.tags_lock(there)
    data = out_of(there, "jsonld")
    there.close()
    locked = []
    for own in ("", "own"):
        if own:
            add_tag(empty, own)
        empty.import_articles(found_in(data, "p.jsonld"))
        locked.append(empty.info.locked)
        assert own or out_of(empty, "jsonld") == data
        empty.undo()
        locked.append(empty.info.locked)
    assert locked == [True, False, False, False]


def test_merges_that_lead_back_to_themselves_are_cut(empty: Project) -> None:
    first, second, itself = (identified("t", n) for n in (1, 2, 3))
    empty.import_articles(
        [
            NewTag(id=first, path=("one",), merged_into=second),
            NewTag(id=second, path=("two",), merged_into=first),
            NewTag(id=itself, path=("itself",), merged_into=itself),
            msgspec.structs.replace(
                new_article(("One.",)),
                annotations=[NewAnnotation(unit="article", tag=tag, coder="kim") for tag in (first, itself)],
            ),
        ]
    )
    assert [(tag.name, tag.merged_into) for tag in empty.tags.values()] == [
        ("one", second),
        ("two", ""),
        ("itself", ""),
    ]
    for format_name in ("paragraphs", "html", "qdpx", "codebook"):
        assert out_of(empty, format_name)


def test_it_is_on_the_disk(empty: Project, tmp_path: Path) -> None:
    empty.import_articles(found_in(exported(rich(), "jsonld"), "p.jsonld"))
    empty.close()
    again = Project.open(tmp_path / "data", coder="other", write=False)
    assert held(again) == same_as(rich())
    assert again.verify() == []
    again.close()
    assert {path.name for path in (tmp_path / "data" / "annotations").iterdir()} == {"kim"}, (
        "the importing coder's folder"
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(corpus=corpora())
def test_any_project_comes_in_without_loss(corpus: FullCorpus, tmp_path_factory: pytest.TempPathFactory) -> None:
    if not corpus.articles and not corpus.tags:
        return
    project = make_project(tmp_path_factory.mktemp("any") / "data", articles=())
    data = exported(corpus, "jsonld")
    project.import_articles(found_in(data, "p.jsonld"))
    assert held(project) == same_as(corpus)
    assert project.import_articles(found_in(data, "p.jsonld")).edit is None
    project.undo()
    assert held(project) == same_as(FullCorpus())
    project.close()


def test_qdpx_comes_in_and_goes_out_the_same(empty: Project) -> None:
    first = exported(rich(), "qdpx")
    empty.import_articles(found_in(first, "p.qdpx"))
    second = out_of(empty, "qdpx")
    assert len(empty.marks(next(iter(empty.articles))).annotations) == 5
    other = found_in(second, "p.qdpx")
    kinds = (NewTag, NewArticle, NewMemo)
    assert [i for i in other if isinstance(i, kinds)] == [i for i in found_in(first, "p.qdpx") if isinstance(i, kinds)]


@pytest.mark.parametrize("format_name", ["jsonld", "qdpx", "qdc"])
def test_the_same_file_twice_adds_nothing(empty: Project, format_name: str) -> None:
    data = exported(rich(), format_name)
    assert empty.import_articles(found_in(data, f"p.{format_name}")).edit is not None
    before = held(empty)
    again = empty.import_articles(found_in(data, f"p.{format_name}"))
    assert (again.edit, again.tags, again.marks, again.reviews) == (None, 0, 0, 0)
    assert held(empty) == before


def test_named_twice_in_one_command_adds_nothing(empty: Project) -> None:
    items = found_in(exported(rich(), "jsonld"), "p.jsonld")
    empty.import_articles([*items, *items])
    assert held(empty) == same_as(rich())


@pytest.mark.parametrize("format_name", ["jsonld", "qdpx"])
def test_one_undo_takes_all_back_and_redo_brings_it_again(empty: Project, format_name: str) -> None:
    before = held(empty)
    empty.import_articles(found_in(exported(rich(), format_name), f"p.{format_name}"))
    after = held(empty)
    edit = empty.undo()
    assert held(empty) == before
    assert empty.describe(edit).startswith("imported “Water” with ")
    empty.redo()
    assert held(empty) == after
    empty.flush()


# -- into a project that has something ----------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    found = make_project(tmp_path / "data", coder="kim")
    yield found
    found.close()


def coded(project: Project, *tags: NewTag, **fields: Any) -> list[NewItem]:
    """A file with the project's own article again and marks on it."""
    article = the_article(project)
    return [*tags, msgspec.structs.replace(new_article(source="again.txt"), title=article.title, **fields)]


def on(project: Project, number: int, tag: str = "", **fields: Any) -> NewAnnotation:
    anchor = project.paragraph_anchor(the_article(project), number)
    return NewAnnotation(unit="paragraph", anchor=anchor, tag=tag, **fields)


def test_a_tag_at_the_same_path_is_that_one(project: Project) -> None:
    harm = add_tag(project, "Harm")
    loss = add_tag(project, "loss", harm.id)
    tags = (
        NewTag(path=("harm",), id="1"),
        NewTag(path=("harm", "loss"), id="2", parent="1"),
        NewTag(path=("harm", "beds"), id="3", parent="1", colour="#112233"),
    )
    done = project.import_articles(coded(project, *tags, annotations=[on(project, 2, "2"), on(project, 4, "3")]))
    assert (done.tags, done.marks) == (1, 2)
    marks = project.marks(the_article(project).id)
    (first,) = marks.of(2)
    (second,) = marks.of(4)
    assert (first.tag, first.coder) == (loss.id, "kim")
    assert first.created == first.modified
    assert project.codebook.path(second.tag) == ("Harm", "beds")
    assert project.tags[second.tag].colour == "#112233"


def test_a_tag_of_ours_is_known_under_its_new_name(project: Project) -> None:
    harm = add_tag(project, "harm")
    project.apply("tag-rename", [(harm, msgspec.structs.replace(harm, name="damage"))])
    file = NewTag(path=("harm",), id=harm.id)
    done = project.import_articles(coded(project, file, annotations=[on(project, 2, harm.id)]))
    assert done.tags == 0
    assert [mark.tag for mark in project.marks(the_article(project).id).of(2)] == [harm.id]


def test_a_tag_deleted_here_is_made_again_under_another_id(project: Project) -> None:
    harm = add_tag(project, "harm")
    project.apply("tag-delete", [(harm, msgspec.structs.replace(harm, deleted=True))])
    file = NewTag(path=("harm",), id=harm.id)
    project.import_articles(coded(project, file, annotations=[on(project, 2, harm.id)]))
    (mark,) = project.marks(the_article(project).id).of(2)
    assert mark.tag != harm.id
    assert project.codebook.path(mark.tag) == ("harm",)


def test_two_files_may_call_different_tags_the_same(project: Project) -> None:
    first = coded(project, NewTag(path=("a",), id="1"), annotations=[on(project, 2, "1")])
    second = coded(project, NewTag(path=("b",), id="1"), annotations=[on(project, 4, "1")])
    project.import_articles([*first, *second])
    marks = project.marks(the_article(project).id)
    assert [project.codebook.path(marks.of(number)[0].tag) for number in (2, 4)] == [("a",), ("b",)]


def test_marks_that_are_there_are_not_doubled_and_what_differs_is_said(project: Project) -> None:
    harm = add_tag(project, "harm")
    put_on(project, the_article(project), 2, harm)
    marks = [
        on(project, 2, "1", note="another"),
        on(project, 2, "1", coder="jon"),
        on(project, 2, note="bare"),
        on(project, 2, note="bare too"),
    ]
    items = coded(project, NewTag(path=("harm",), id="1"), annotations=marks)
    outcome = commands.library.add(project, items)
    assert len(project.marks(the_article(project).id).of(2)) == 4
    assert "Took in 3 marks." in outcome.text
    assert "Already here: 1 mark or review." in outcome.text
    assert "1 of these marks has another note here, which stays." in outcome.text
    assert outcome.brief == "3 marks imported"
    assert commands.library.add(project, items).edit is None


def test_an_id_that_another_record_has_is_not_taken_again(project: Project) -> None:
    mark, _ = put_on(project, the_article(project), 2, add_tag(project, "harm"))
    other = new_article(("Other", "Text."), source="other.txt")
    anchor = Anchor(0, 5, "Other", "", "\n\nText.")
    found = NewAnnotation(unit="paragraph", anchor=anchor, note="x", id=mark.id)
    done = project.import_articles([msgspec.structs.replace(other, annotations=[found])])
    (new,) = project.marks(done.new[0].id).annotations.values()
    assert new.id != mark.id


def test_other_paragraphs_here_make_it_a_span_and_leave_a_review_out(project: Project) -> None:
    text = new_article().text
    whole = Paragraph(1, 0, len(text))
    anchor = Anchor(0, len(text), text)
    items = coded(
        project,
        paragraphs=[whole],
        annotations=[NewAnnotation(unit="paragraph", anchor=anchor, note="all of it")],
        reviews=[NewReview(paragraph=1, start=0, end=len(text))],
    )
    outcome = commands.library.add(project, items)
    (mark,) = project.marks(the_article(project).id).annotations.values()
    assert mark.unit == "span"
    assert "Left out: 1 review of paragraphs that are split otherwise here." in outcome.text
    assert project.marks(the_article(project).id).review_records == {}


def test_reviews_come_once(project: Project) -> None:
    paragraph = project.paragraph(the_article(project), 2)
    review = NewReview(paragraph=2, start=paragraph.start, end=paragraph.end, coder="jon", at=AT)
    items = coded(project, reviews=[review])
    assert project.import_articles(items).reviews == 1
    assert project.import_articles(items).edit is None
    assert project.marks(the_article(project).id).reviews == {2: {"jon": AT}}


def test_numbers_are_never_given_twice(project: Project) -> None:
    other = msgspec.structs.replace(new_article(("Other", "Text."), source="other.txt"), number=1)
    assert project.import_articles([other]).new[0].number == 2


def test_a_locked_codebook_refuses_new_tags_and_nothing_comes_in(project: Project) -> None:
    add_tag(project, "harm")
    commands.tags_lock(project)
    before = held(project)
    with pytest.raises(ReaderError, match="locked, and the import has 1 new tag; `reader tags-unlock` first"):
        project.import_articles(coded(project, NewTag(path=("new",), id="1"), annotations=[on(project, 2, "1")]))
    assert held(project) == before
    assert project.import_articles(coded(project, NewTag(path=("harm",), id="1"))).tags == 0


def test_a_mark_with_a_tag_that_the_file_does_not_have_is_refused(project: Project) -> None:
    before = held(project)
    with pytest.raises(ReaderError, match="does not have"):
        project.import_articles(coded(project, annotations=[on(project, 2, "nowhere")]))
    assert held(project) == before


def test_coders_and_searches_are_taken_where_they_are_missing(project: Project) -> None:
    ana, water = Coder(id="ana", name="Ana"), SavedSearch(id="s1", name="water", query="water")
    project.import_articles([ana, water, NewProject(name="Other", remarks=("Two sets: not taken in.",))])
    project.import_articles([Coder(id="ana", name="Anna"), SavedSearch(id="s2", name="Water", query="w")])
    assert dict(project.coders) == {"ana": ana}
    assert dict(project.searches) == {"s1": water}
    assert project.name == "test", "a project that has articles keeps its name"


def test_remarks_are_said(project: Project) -> None:
    assert "Two sets" in commands.library.add(project, [NewProject(remarks=("Two sets: not taken in.",))]).text


def test_the_name_is_taken_by_a_project_without_one(tmp_path: Path) -> None:
    Project.create(tmp_path / "new")
    project = Project.open(tmp_path / "new", coder="kim")
    project.import_articles(found_in(exported(rich(), "jsonld"), "p.jsonld"))
    assert project.name == "Flood"
    project.undo()
    assert project.name == "new"
    project.close()


def test_a_tag_named_by_its_path_alone_gets_its_parents(project: Project) -> None:
    harm = add_tag(project, "harm")
    project.import_articles([NewTag(path=("harm", "loss", "beds")), NewTag(path=("harm", "loss", "house"))])
    paths = sorted(project.codebook.path(tag.id) for tag in project.codebook.live())
    assert paths == [("harm",), ("harm", "loss"), ("harm", "loss", "beds"), ("harm", "loss", "house")]
    assert {tag.parent for tag in project.tags.values() if tag.name == "loss"} == {harm.id}


def test_same_names_after_a_merge_become_one(empty: Project) -> None:
    one, two, three, four = (identified("t", n) for n in (1, 2, 3, 4))
    empty.import_articles(
        [
            NewTag(path=("p",), id=one, created=AT),
            NewTag(path=("q",), id=two, created=AT, merged_into=one),
            NewTag(path=("p", "x"), id=three, parent=one, created=AT),
            NewTag(path=("q", "x"), id=four, parent=two, created=AT),
        ]
    )
    resolved = empty.codebook.resolve(four)
    assert resolved is not None
    assert resolved.id == three


def test_undo_is_refused_once_somebody_used_what_came_in(empty: Project) -> None:
    empty.import_articles(found_in(exported(rich(), "jsonld"), "p.jsonld"))
    article = the_article(empty)
    commands.tag(empty, article, [1], [empty.tags[identified("t", 1)]])
    imported = next(edit for edit in empty.edits() if edit.command == "import")
    with pytest.raises(ReaderError, match="would be lost"):
        empty.undo(imported.id)


# -- two sessions at once ------------------------------------------------------------------------------


def arriving_late(
    project: Project, parts: Sequence[Sequence[str]], meanwhile: Callable[[], object]
) -> Iterator[NewArticle]:
    """Articles of which the last is read only after something happened in another session."""
    for part in parts[:-1]:
        yield new_article(part, source=f"{part[0]}.txt")
    meanwhile()
    yield new_article(parts[-1], source=f"{parts[-1][0]}.txt")


def test_an_article_that_another_session_imported_meanwhile_comes_in_once(project: Project) -> None:
    """Both read One and Two; the other session is first with One, and with an article of its own."""
    other = Project.open(project.path, coder="c2")

    def meanwhile() -> None:
        other.import_articles(
            [new_article(("One", "Text one."), source="there.txt"), new_article(("Other", "Text other."))]
        )

    parts = [("One", "Text one."), ("Two", "Text two.")]
    first = project.next_number()
    done = project.import_articles(arriving_late(project, parts, meanwhile))
    assert [article.title for article in done.new] == ["Two"]
    assert [(article.title, article.sources, source) for article, source in done.same] == [
        ("One", ("there.txt", "One.txt"), "One.txt")
    ]
    other.poll()
    for session in (project, other):
        by_title = {article.title: article.number for article in session.articles.values()}
        assert {title: by_title[title] - first for title in ("One", "Other", "Two")} == {"One": 0, "Other": 1, "Two": 2}
        assert len(session.articles) == first + 2
    other.close()


def test_a_key_that_another_session_gave_meanwhile_stays_there(project: Project) -> None:
    other = Project.open(project.path, coder="c2")

    def found() -> Iterator[NewItem]:
        yield NewTag(path=("brought",), key="k")
        other.import_articles([new_article(("Two", "Text two."))])
        made = add_tag(other, "made here")
        other.apply("tag-key", [(made, msgspec.structs.replace(made, key="k"))])
        other.flush()
        yield new_article(("Two", "Text two."))

    project.import_articles(found())
    project.poll()
    assert {tag.name: tag.key for tag in project.tags.values() if tag.name in ("brought", "made here")} == {
        "brought": "",
        "made here": "k",
    }
    other.close()
