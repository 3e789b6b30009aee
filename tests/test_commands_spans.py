"""Spans: words found, tags on them, ends changed, in vivo; against the text itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader import commands
from reader.clusters import is_edge
from reader.errors import ReaderError, UnknownTag, UsageError
from reader.model import Annotation, Article
from reader.project import Project
from tests.projects import make_project, new_article, the_article

PARTS = (
    "Night shift",
    "The first hour is quiet. Then three bells ring at once, and you decide which of the three waits.",
    "Cafe\u0301 talk: the nai\u0308ve 👩\u200d🚀 said “Nobody\nrang us” twice; nobody did.",
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    opened = make_project(tmp_path / "data", coder="anna", articles=[new_article(PARTS, source="p07.txt")])
    yield opened
    opened.close()


@pytest.fixture
def article(project: Project) -> Article:
    return the_article(project)


def spans(project: Project, article: Article) -> list[tuple[str, str]]:
    """(words, tag path) of all spans in the order of the text, each checked against the text."""
    found = [a for a in project.marks(article.id).annotations.values() if a.unit == "span"]
    whole = project.text(article.id)
    for mark in found:
        assert mark.anchor is not None
        assert whole.slice(mark.anchor.start, mark.anchor.end) == mark.anchor.quote
    found.sort(key=lambda a: a.target)
    return [(a.anchor.quote if a.anchor else "", project.codebook.shown(a.tag)) for a in found]


def the_span(project: Project, article: Article) -> Annotation:
    (mark,) = [a for a in project.marks(article.id).annotations.values() if a.unit == "span"]
    return mark


def edits(project: Project) -> int:
    return sum(1 for _ in project.edits())


def test_words_are_tagged_where_they_stand_in_one_edit(project: Project, article: Article) -> None:
    before = edits(project)
    outcome = commands.span_words(project, article, 2, "three bells ring", ["work/alarm"], create=True)
    assert spans(project, article) == [("three bells ring", "work > alarm")]
    assert outcome.text == "Tagged “three bells ring” in ¶ 2 of Night shift: work > alarm."
    assert outcome.brief == "“three bells ring” tagged alarm"
    assert edits(project) == before + 1
    commands.undo(project)
    assert spans(project, article) == []
    assert not list(project.codebook.live())


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("THEN three", None),
        ("then Three", None),
        ("then three", "Then three"),
        ("nobody rang", "Nobody\nrang"),
        ('"nobody', "“Nobody"),
    ],
)
def test_words_are_found_exactly_else_by_folding(
    project: Project, article: Article, words: str, found: str | None
) -> None:
    number = 3 if "obody" in words else 2
    if found is None:  # a capital letter that is typed counts
        with pytest.raises(UsageError, match="does not stand in ¶ 2"):
            commands.find_words(project, article, number, words)
        return
    start, end = commands.find_words(project, article, number, words)
    assert project.text(article.id).slice(start, end) == found


def test_words_that_stand_twice_are_refused_unless_counted(project: Project, article: Article) -> None:
    before = edits(project)
    with pytest.raises(UsageError, match=r"stands 2 times in ¶ 2: 1 .*\[three\] bells.*2 .*\[three\] waits.*--nth"):
        commands.span_words(project, article, 2, "three", ["x"], create=True)
    with pytest.raises(UsageError, match="--nth goes from 1 to 2"):
        commands.span_words(project, article, 2, "three", ["x"], nth=3, create=True)
    assert edits(project) == before
    commands.span_words(project, article, 2, "three", ["x"], nth=2, create=True)
    mark = the_span(project, article)
    assert mark.anchor is not None
    assert mark.anchor.suffix.startswith(" waits")


def test_words_that_stand_elsewhere_are_said_to(project: Project, article: Article) -> None:
    with pytest.raises(UsageError, match=r"“three bells” does not stand in ¶ 3 of Night shift; it does in ¶ 2\."):
        commands.span_words(project, article, 3, "three bells", ["x"], create=True)
    with pytest.raises(UsageError, match=r"“zebra” does not stand in ¶ 2 of Night shift\."):
        commands.span_words(project, article, 2, "zebra", ["x"], create=True)
    with pytest.raises(UsageError, match="Which words"):
        commands.span_words(project, article, 2, "  ", ["x"], create=True)


def test_an_unknown_tag_is_refused_without_create(project: Project, article: Article) -> None:
    with pytest.raises(UnknownTag):
        commands.span_words(project, article, 2, "three bells", ["x"])
    assert spans(project, article) == []


def test_one_coder_one_span_one_tag_is_one_annotation(project: Project, article: Article) -> None:
    commands.span_words(project, article, 2, "three bells", ["x"], create=True)
    before = edits(project)
    again = commands.span_words(project, article, 2, "three bells", ["x"])
    assert (again.edit, again.brief) == (None, "x: already there")
    assert edits(project) == before
    commands.span_words(project, article, 2, "three bells", ["x", "y"], create=True)
    commands.span_words(project, article, 2, "bells", ["x"])
    assert spans(project, article) == [("three bells", "x"), ("three bells", "y"), ("bells", "x")]


def test_off_takes_only_these_words_tag_and_says_the_note(project: Project, article: Article) -> None:
    commands.span_words(project, article, 2, "three bells", ["x", "y"], create=True)
    note = next(a for a in project.marks(article.id).annotations.values() if project.codebook.shown(a.tag) == "x")
    commands.annotation_note(project, note, "so many")
    outcome = commands.span_words(project, article, 2, "three bells", ["x"], off=True)
    assert outcome.text == "Took off x and its note, 2 words."
    assert spans(project, article) == [("three bells", "y")]
    assert commands.span_words(project, article, 2, "bells ring", ["y"], off=True).edit is None


def test_a_span_may_run_over_paragraphs(project: Project, article: Article) -> None:
    start, _ = commands.find_words(project, article, 2, "waits")
    _, end = commands.find_words(project, article, 3, "talk")
    outcome = commands.span(project, article, start, end, ["x"], create=True)
    assert "¶ 2–3 of Night shift" in outcome.text
    assert [len(project.marks(article.id).of(n)) for n in (1, 2, 3)] == [0, 1, 1]


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (5, 2), (0, 10_000)])
def test_a_span_outside_the_text_is_refused(project: Project, article: Article, start: int, end: int) -> None:
    with pytest.raises(UsageError, match="There is no span"):
        commands.span(project, article, start, end, ["x"], create=True)
    assert not project.codebook.tags


def test_a_span_of_spaces_is_refused(project: Project, article: Article) -> None:
    gap = len(PARTS[0])
    with pytest.raises(UsageError, match="only spaces"):
        commands.span(project, article, gap, gap + 2, ["x"], create=True)


@given(st.integers(0, 220), st.integers(1, 60))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_span_begins_or_ends_within_a_cluster_or_with_a_space(
    project: Project, article: Article, start: int, length: int
) -> None:
    text = "\n\n".join(PARTS)
    end = min(len(text), start + length)
    if start >= end or not text[start:end].strip():
        return
    anchor = commands.whole_span(project, article, start, end)
    assert is_edge(text, anchor.start)
    assert is_edge(text, anchor.end)
    assert anchor.quote == text[anchor.start : anchor.end] == anchor.quote.strip()
    assert text[start:end].strip() in anchor.quote


def test_ends_are_changed_in_one_step_and_all_else_stays(project: Project, article: Article) -> None:
    commands.span_words(project, article, 2, "three bells", ["x"], create=True)
    mark = the_span(project, article)
    commands.annotation_note(project, mark, "why")
    mark = the_span(project, article)
    assert mark.anchor is not None
    before = edits(project)
    outcome = commands.change_ends(project, mark, mark.anchor.start, mark.anchor.end + len(" ring at"))
    assert outcome.brief == "now on “three bells ring at”"
    changed = the_span(project, article)
    assert (changed.id, changed.tag, changed.note, changed.created) == (mark.id, mark.tag, "why", mark.created)
    assert changed.anchor is not None
    assert changed.anchor.quote == "three bells ring at"
    assert edits(project) == before + 1
    assert commands.change_ends(project, changed, changed.anchor.start, changed.anchor.end).edit is None
    commands.undo(project)
    assert spans(project, article) == [("three bells", "x")]


def test_ends_that_meet_the_same_tag_make_one_with_both_notes(project: Project, article: Article) -> None:
    commands.span_words(project, article, 2, "three bells", ["x"], create=True)
    commands.annotation_note(project, the_span(project, article), "first")
    commands.span_words(project, article, 2, "three bells ring", ["x"])
    marks = {a.anchor.quote: a for a in project.marks(article.id).annotations.values() if a.anchor}
    commands.annotation_note(project, marks["three bells ring"], "second")
    target = marks["three bells ring"].anchor
    assert target is not None
    commands.change_ends(project, marks["three bells"], target.start, target.end)
    assert spans(project, article) == [("three bells ring", "x")]
    assert the_span(project, article).note == "second\nfirst"


def test_a_bare_note_moved_onto_a_mark_of_a_deleted_tag_stays_in_sight(project: Project, article: Article) -> None:
    commands.span_words(project, article, 2, "three bells", ["alarm"], create=True)
    at = the_span(project, article).anchor
    commands.tag_delete(project, "alarm")
    start, end = commands.find_words(project, article, 2, "first hour")
    commands.span_note(project, article, start, end, "quiet?")
    (note,) = [a for a in project.marks(article.id).annotations.values() if a.note]
    assert at is not None
    commands.change_ends(project, note, at.start, at.end)
    marks = project.marks(article.id).annotations.values()
    assert sorted((bool(a.tag), a.note) for a in marks) == [(False, "quiet?"), (True, "")]


def test_only_ones_own_spans_have_ends_to_change(project: Project, article: Article, tmp_path: Path) -> None:
    commands.tag(project, article, [2], ["x"], create=True)
    (mark,) = project.marks(article.id).of(2)
    with pytest.raises(ReaderError, match="whole paragraph"):
        commands.change_ends(project, mark, 0, 5)
    project.flush()
    other = Project.open(tmp_path / "data", coder="bea")
    commands.span_words(other, article, 2, "bells", ["x"])
    theirs = the_span(other, article)
    other.close()
    project.poll()
    with pytest.raises(ReaderError, match="only bea can change it"):
        commands.change_ends(project, theirs, 0, 5)


def test_in_vivo_makes_the_words_a_tag_and_finds_it_again(project: Project, article: Article) -> None:
    start, end = commands.find_words(project, article, 2, "three bells")
    before = edits(project)
    commands.in_vivo(project, article, start, end)
    assert spans(project, article) == [("three bells", "three bells")]
    assert edits(project) == before + 1
    assert commands.in_vivo(project, article, start, end).edit is None
    assert len(project.codebook.tags) == 1
    tag = project.codebook.find("three bells")
    commands.tag_rename(project, tag, "triage")
    assert spans(project, article) == [("three bells", "triage")]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("he/she; or\nthey", "he she or they"),
        (" a > b ", "a b"),
        ("x" * 250, "x" * 200),
        ("x" * 199 + "e\u0301" + "y" * 50, "x" * 199),
    ],
)
def test_what_a_name_cannot_hold_becomes_a_space(words: str, name: str) -> None:
    assert commands.in_vivo_name(words) == name


def test_words_without_a_name_are_refused() -> None:
    with pytest.raises(UsageError):
        commands.in_vivo_name(" / ; ")


def test_a_locked_codebook_takes_no_in_vivo_tag(project: Project, article: Article) -> None:
    commands.tags_lock(project)
    start, end = commands.find_words(project, article, 2, "three bells")
    with pytest.raises(ReaderError, match="locked"):
        commands.in_vivo(project, article, start, end)
    assert spans(project, article) == []


def test_a_bare_note_on_a_span(project: Project, article: Article) -> None:
    start, end = commands.find_words(project, article, 2, "three bells")
    commands.span_note(project, article, start, end, "who rings?")
    assert (the_span(project, article).note, the_span(project, article).tag) == ("who rings?", "")
    commands.span_note(project, article, start, end, "who rings, and when?")
    assert the_span(project, article).note == "who rings, and when?"
    commands.span_note(project, article, start, end, "")
    assert spans(project, article) == []
