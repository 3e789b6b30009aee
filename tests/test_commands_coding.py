"""Tagging, taking off, swapping: what each means for the records, by a model kept by hand."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader import commands
from reader.errors import BadName, ReaderError, UnknownTag, UsageError
from reader.model import Annotation, Article
from reader.project import Project
from tests.projects import make_project, the_article


def tagged(project: Project, article: Article) -> set[tuple[int, str, str]]:
    """(paragraph, tag path, coder) of all tags, with whatever stands double counted as a failure."""
    marks = project.marks(article.id)
    found = [
        (number, project.codebook.shown(a.tag), a.coder)
        for number, group in marks.by_paragraph.items()
        for a in group
        if a.tag
    ]
    assert len(found) == len(set(found)), "one coder, one target, one tag: one annotation"
    return set(found)


def the_mark(project: Project, article: Article, number: int) -> Annotation:
    (mark,) = project.marks(article.id).of(number)
    return mark


def edits(project: Project) -> int:
    return sum(1 for _ in project.edits())


def test_a_new_tag_and_its_marks_are_one_edit_and_say_where(project: Project, article: Article) -> None:
    before = edits(project)
    outcome = commands.tag(project, article, [4, 2], ["failure/warning"], create=True)
    assert tagged(project, article) == {(2, "failure > warning", "anna"), (4, "failure > warning", "anna")}
    assert edits(project) == before + 1
    assert outcome.brief == "2 tagged"
    assert outcome.text == "Tagged ¶ 2, 4 of Flood barrier opened two hours late: failure > warning."
    commands.undo(project)
    assert tagged(project, article) == set()
    assert list(project.codebook.live()) == []


def test_one_paragraph_is_named_by_its_first_words(project: Project, article: Article) -> None:
    outcome = commands.tag(project, article, [4], ["harm/displacement"], create=True)
    assert outcome.text == (
        "Tagged ¶ 4 “Residents of the lower town carried…” of Flood barrier opened two hours late: harm > displacement."
    )
    assert outcome.brief == "¶ 4 tagged displacement"


def test_an_annotation_stands_on_the_whole_paragraph_with_its_words(project: Project, article: Article) -> None:
    commands.tag(project, article, [4], ["beds"], create=True)
    mark = the_mark(project, article, 4)
    assert mark.unit == "paragraph"
    assert mark.anchor is not None
    assert mark.anchor.quote == "Residents of the lower town carried beds upstairs."


def test_the_same_tag_again_is_already_there_and_no_edit(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["warning"], create=True)
    before = edits(project)
    again = commands.tag(project, article, [2], ["Wárning"])
    assert (again.edit, again.brief, again.exit_code) == (None, "warning: already there", 0)
    mixed = commands.tag(project, article, [2, 4], ["warning"])
    assert mixed.brief == "1 tagged, 1 had it"
    assert edits(project) == before + 1


def test_tagging_never_reviews(project: Project, article: Article) -> None:
    commands.tag(project, article, [2, 4, 5], ["a", "b"], create=True)
    assert not project.marks(article.id).reviews


def test_an_unknown_tag_is_refused_with_the_nearest_and_changes_nothing(project: Project, article: Article) -> None:
    commands.tag_add(project, "failure/warning")
    before = edits(project)
    with pytest.raises(UnknownTag, match=r"'warnin'; the nearest is 'failure/warning'.*--create"):
        commands.tag(project, article, [2], ["warnin"])
    assert edits(project) == before


@pytest.mark.parametrize("name", ["a;b", "x\ty", "a\nb", "", " harm", "harm ", "a//b", "n" * 201, "\u2028"])
def test_a_name_that_cannot_be_is_refused(project: Project, article: Article, name: str) -> None:
    with pytest.raises((BadName, UnknownTag)) as caught:
        commands.tag(project, article, [2], [name], create=True)
    assert caught.value.exit_code == 2
    assert list(project.codebook.tags) == []


@pytest.mark.parametrize("number", [0, 6, 99])
def test_a_number_out_of_range_names_the_last(project: Project, article: Article, number: int) -> None:
    with pytest.raises(UsageError, match=rf"There is no ¶ {number};.* has 5 paragraphs"):
        commands.tag(project, article, [2, number], ["a"], create=True)
    assert not project.codebook.tags


def test_a_name_of_several_tags_is_not_guessed(project: Project, article: Article) -> None:
    commands.tag_add(project, "harm/strike")
    commands.tag_add(project, "work/strike")
    with pytest.raises(UnknownTag, match=r"harm/strike, work/strike"):
        commands.tag(project, article, [2], ["strike"], create=True)


def test_an_archived_tag_is_not_put_on(project: Project, article: Article) -> None:
    commands.tag_add(project, "old")
    commands.tag_archive(project, "old")
    with pytest.raises(UsageError, match="archived"):
        commands.tag(project, article, [2], ["old"])


def test_no_tag_is_made_in_a_locked_codebook(project: Project, article: Article) -> None:
    from msgspec.structs import replace

    commands.tag_add(project, "there")
    project.apply("tags-lock", [(project.info, replace(project.info, locked=True))])
    with pytest.raises(ReaderError, match="locked"):
        commands.tag(project, article, [2], ["new"], create=True)
    assert commands.tag(project, article, [2], ["there"]).edit is not None


def test_the_whole_article_is_tagged_once(project: Project, article: Article) -> None:
    commands.tag_article(project, article, ["news"], create=True)
    assert commands.tag_article(project, article, ["news"]).brief == "news: already there"
    mark = the_mark(project, article, 0)
    assert (mark.unit, mark.anchor) == ("article", None)


def test_taking_off_says_what_went_with_it(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["blame"], create=True)
    commands.annotation_note(project, the_mark(project, article, 2), "who, and since when?")
    outcome = commands.take_off(project, the_mark(project, article, 2))
    assert outcome.brief == "took off blame and its note, 4 words"
    commands.undo(project)
    assert the_mark(project, article, 2).note == "who, and since when?"


def test_untag_takes_the_tag_from_the_paragraphs_that_have_it(project: Project, article: Article) -> None:
    commands.tag(project, article, [2, 4], ["a", "b"], create=True)
    commands.untag(project, article, [1, 2, 4, 5], ["a"])
    assert tagged(project, article) == {(2, "b", "anna"), (4, "b", "anna")}
    nothing = commands.untag(project, article, [2], ["a"])
    assert (nothing.brief, nothing.edit, nothing.exit_code) == ("nothing to take off", None, 0)


def test_marks_of_others_are_left_alone(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["a"], create=True)
    project.flush()
    ben = Project.open(project.path, coder="ben")
    mark = the_mark(ben, article, 2)
    with pytest.raises(ReaderError, match="only anna can change"):
        commands.untag(ben, article, [2], ["a"])
    with pytest.raises(ReaderError, match="only anna can change"):
        commands.swap(ben, article, [2], "a", "b", create=True)
    with pytest.raises(ReaderError, match="only anna can change"):
        commands.take_off(ben, mark)
    with pytest.raises(ReaderError, match="only anna can change"):
        commands.annotation_note(ben, mark, "mine")
    commands.tag(ben, article, [2], ["a"])
    assert tagged(ben, article) == {(2, "a", "anna"), (2, "a", "ben")}
    ben.close()


def test_a_swap_keeps_the_mark_its_note_and_date(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["blame"], create=True)
    commands.annotation_note(project, the_mark(project, article, 2), "why")
    before = the_mark(project, article, 2)
    commands.swap(project, article, [2], "blame", "harm", create=True)
    after = the_mark(project, article, 2)
    assert project.codebook.shown(after.tag) == "harm"
    assert (after.id, after.note, after.created, after.anchor) == (before.id, "why", before.created, before.anchor)


def test_a_swap_onto_a_tag_that_is_there_leaves_one_mark_with_both_notes(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["a", "b"], create=True)
    for mark in project.marks(article.id).of(2):
        commands.annotation_note(project, mark, f"on {project.codebook.shown(mark.tag)}")
    commands.swap(project, article, [2], "a", "b")
    assert tagged(project, article) == {(2, "b", "anna")}
    assert the_mark(project, article, 2).note == "on b\non a"


def test_nothing_to_swap_is_an_error(project: Project, article: Article) -> None:
    commands.tag_add(project, "a")
    with pytest.raises(ReaderError, match="has no a to swap"):
        commands.swap(project, article, [2], "a", "b", create=True)
    assert len(project.codebook.tags) == 1


def test_a_mark_that_went_meanwhile_is_not_written_back(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["a"], create=True)
    mark = the_mark(project, article, 2)
    commands.take_off(project, mark)
    with pytest.raises(ReaderError, match="not there any more"):
        commands.annotation_note(project, mark, "late")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tag"), st.sets(st.integers(1, 5), min_size=1), st.sampled_from("abc")),
        st.tuples(st.just("untag"), st.sets(st.integers(1, 5), min_size=1), st.sampled_from("abc")),
        st.tuples(st.just("swap"), st.sets(st.integers(1, 5), min_size=1), st.sampled_from("abc")),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_steps_lead_where_sets_lead_and_undo_leads_back(
    tmp_path_factory: pytest.TempPathFactory, steps: object
) -> None:
    project = make_project(tmp_path_factory.mktemp("p") / "data", coder="anna")
    article = the_article(project)
    for name in "abc":
        commands.tag_add(project, name)
    expected: set[tuple[int, str]] = set()
    made = 0
    assert isinstance(steps, list)
    for kind, numbers, tag in steps:
        before = set(expected)
        if kind == "tag":
            expected |= {(n, tag) for n in numbers}
            commands.tag(project, article, sorted(numbers), [tag])
        elif kind == "untag":
            expected -= {(n, tag) for n in numbers}
            commands.untag(project, article, sorted(numbers), [tag])
        else:
            there = {n for n in numbers if (n, tag) in expected}
            other = "abc"["abc".index(tag) - 1]
            expected = (expected - {(n, tag) for n in there}) | {(n, other) for n in there}
            if there:
                commands.swap(project, article, sorted(numbers), tag, other)
        made += before != expected
        assert {(n, t) for n, t, _ in tagged(project, article)} == expected
    for _ in range(made):
        commands.undo(project)
    assert tagged(project, article) == set()
    project.close()
