"""Notes with filters, memos, passes, figures, filters of the library, details, the history and undo of an earlier edit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reader import commands
from reader.errors import BadName, Conflict, ReaderError, UnknownTag, UsageError
from reader.formats import NewArticle
from reader.model import Article, Paragraph
from reader.project import Project
from tests.projects import make_project, new_article, the_article

TALK = ("What does a night look like?", "The first hour is quiet.", "And then?", "You tell yourself you chose well.")


def talk() -> NewArticle:
    """An interview: I asks, R answers."""
    paragraphs, start = [], 0
    for number, words in enumerate(TALK, 1):
        paragraphs.append(Paragraph(number, start, start + len(words), "body", "I" if number % 2 else "R"))
        start += len(words) + 1
    return NewArticle(text="\n".join(TALK), paragraphs=paragraphs, title="p07", source="interviews/p07.txt")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    opened = make_project(tmp_path / "data", coder="anna", articles=[new_article(), talk()])
    yield opened
    opened.close()


@pytest.fixture
def article(project: Project) -> Article:
    return the_article(project)


@pytest.fixture
def p07(project: Project) -> Article:
    return project.article("p07.txt")


def edits(project: Project) -> int:
    return sum(1 for _ in project.edits())


def rows(outcome: commands.Outcome) -> list[dict[str, Any]]:
    assert outcome.rows is not None
    return list(outcome.rows)


def by_bea(project: Project) -> Project:
    project.flush()
    return Project.open(project.path, coder="bea")


# -- notes ---------------------------------------------------------------------------------------------


def test_notes_are_filtered_by_place_tag_coder_and_text(project: Project, article: Article, p07: Article) -> None:
    commands.tag(project, article, [2], ["harm/loss"], create=True)
    (mark,) = project.marks(article.id).of(2)
    commands.annotation_note(project, mark, "why so")
    commands.note(project, article, 4, "Béds: ask")
    commands.note(project, p07, 2, "quiet")
    commands.tag_note(project, "harm/loss", "or theft?")
    commands.memo(project, "so far")
    bea = by_bea(project)
    commands.note(bea, article, 4, "mine")
    bea.close()
    project.poll()

    def found(**wanted: Any) -> list[str]:
        return [row["note"] for row in rows(commands.notes(project, **wanted))]

    assert found() == ["why so", "Béds: ask", "mine", "quiet", "or theft?", "so far"]
    assert found(article=p07) == ["quiet"]
    assert found(tag="harm") == ["why so", "or theft?"]
    assert found(by="bea") == ["mine"]
    assert found(text="beds") == ["Béds: ask"]
    assert found(by="anna", text="quiet", article=article) == []
    assert commands.notes(project, text="zebra").text == "No note is like that."
    with pytest.raises(UsageError, match="no coder 'bae'"):
        found(by="bae")


def test_a_note_on_a_tag_is_set_and_removed_and_is_no_use_of_the_tag(project: Project) -> None:
    commands.tag_add(project, "harm")
    project.flush()
    assert project.counts().tags() == {}, "from here on the index follows edit by edit"
    assert commands.tag_note(project, "harm", "one").brief == "note on the tag harm, 1 word"
    commands.tag_note(project, "harm", "two", append=True)
    (memo,) = project.memos()
    assert (memo.unit, memo.note) == ("tag", "one\ntwo")
    edit = project.next_undo()
    assert edit is not None
    assert project.describe(edit) == "changed a note on the tag “harm”"
    project.flush()
    assert rows(commands.tags(project))[0]["count"] == 0
    assert commands.tag_note(project, "harm", "one\ntwo").edit is None
    commands.tag_note(project, "harm", "")
    assert project.memos() == ()
    commands.undo(project)
    assert [m.note for m in project.memos()] == ["one\ntwo"]
    commands.annotation_note(project, project.memos()[0], "")
    assert project.memos() == ()


def test_memos_stand_each_for_itself_and_can_be_changed(project: Project) -> None:
    commands.memo(project, "first")
    commands.memo(project, "second")
    assert [m.note for m in project.memos()] == ["first", "second"]
    commands.annotation_note(project, project.memos()[0], "first, mended")
    commands.annotation_note(project, project.memos()[1], "")
    assert [m.note for m in project.memos()] == ["first, mended"]
    with pytest.raises(UsageError):
        commands.memo(project, "  ")


# -- passes, speakers, figures -------------------------------------------------------------------------


def test_a_pass_begins_at_nothing_and_undo_ends_it(project: Project, article: Article) -> None:
    commands.review(project, article, [2, 4])
    assert commands.progress_of(project, article) == (2, 3)
    outcome = commands.pass_start(project, "settled")
    assert outcome.text == "Began the pass settled: 0 of 7 paragraphs reviewed."
    assert commands.progress_of(project, article) == (0, 3)
    assert commands.next_unreviewed(project, article) == 2
    commands.review(project, article, [5])
    assert [(r["name"], r["reviewed"], r["paragraphs"], r["current"]) for r in commands.pass_rows(project)] == [
        ("first reading", 2, 7, False),
        ("settled", 1, 7, True),
    ]
    with pytest.raises(UsageError, match="already"):
        commands.pass_(project, "start", "Settled")
    with pytest.raises(BadName):
        commands.pass_(project, "start", " ")
    with pytest.raises(UsageError, match="pass start NAME"):
        commands.pass_(project, "begin", "x")
    commands.undo(project)
    commands.undo(project)
    assert commands.progress_of(project, article) == (2, 3)
    assert commands.pass_list(project).lines == ["first reading  from the start  2 of 7 reviewed, current"]


def test_a_speaker_to_skip_is_left_out_of_next_and_progress(project: Project, p07: Article) -> None:
    assert commands.progress_of(project, p07) == (0, 4)
    before = edits(project)
    commands.skip_speaker(project, "i")
    assert commands.progress_of(project, p07) == (0, 2)
    assert commands.next_unreviewed(project, p07) == 2
    assert commands.next_unreviewed(project, p07, 2) == 4
    assert commands.visited(project, p07) == [2, 4]
    commands.review(project, p07, [2, 4])
    assert commands.next_unreviewed(project, p07) is None
    assert commands.skip_speaker(project).lines == ["I"]
    with pytest.raises(UsageError, match="there is I, R"):
        commands.skip_speaker(project, "X")
    commands.skip_speaker(project, "I", back=True)
    assert commands.progress_of(project, p07) == (2, 4)
    assert edits(project) == before + 1, "it is a setting, not an edit"


def test_a_tag_is_absent_only_where_one_looked_after_it_was_made(
    project: Project, article: Article, p07: Article
) -> None:
    commands.tag_add(project, "old")
    commands.tag(project, article, [2], ["old"])
    commands.review(project, article, [2, 4])
    commands.tag(project, article, [4], ["new"], create=True)
    commands.review(project, p07, [1])
    found = {r["path"]: r for r in rows(commands.stats(project, "tags"))}
    figures = ("annotations", "paragraphs", "articles", "absent", "not_looked_at")
    # readable: ¶ 2 4 5 of the first article, four of the second; old: absent from ¶ 4 and p07 ¶ 1
    assert [found["old"][key] for key in figures] == [1, 1, 1, 2, 4]
    # new: made after ¶ 2 was reviewed, so only p07 ¶ 1 was looked at for it
    assert [found["new"][key] for key in figures] == [1, 1, 1, 1, 5]
    for row in found.values():
        assert row["paragraphs"] + row["absent"] + row["not_looked_at"] == 7
    assert commands.review(project, article, [2]).edit is None
    assert commands.review(project, article, [2], again=True).brief == "¶ 2 reviewed again"
    assert commands.review(project, article, [2], again=True).edit is None, "no tag is newer now"
    found = {r["path"]: r for r in rows(commands.stats(project, "tags"))}
    assert [found["new"][key] for key in figures] == [1, 1, 1, 2, 4]


def test_figures_by_article_coder_and_of_all(project: Project, article: Article) -> None:
    commands.tag(project, article, [2, 4], ["a"], create=True)
    commands.note(project, article, 2, "n")
    commands.review(project, article, [2])
    bea = by_bea(project)
    commands.tag(bea, article, [4], ["a"])
    bea.close()
    project.poll()
    project.flush()
    (total,) = rows(commands.stats(project))
    assert total == {
        "articles": 2, "paragraphs": 9, "to_read": 7, "reviewed": 1, "coded": 2, "annotations": 3, "notes": 1, "tags": 1, "coders": 2,
    }  # fmt: skip
    first, second = rows(commands.stats(project, "articles"))
    assert (first["annotations"], first["notes"], first["coded"], first["reviewed"], first["to_review"]) == (
        2,
        1,
        2,
        1,
        3,
    )
    assert (second["annotations"], second["coded"], second["reviewed"], second["to_review"]) == (0, 0, 0, 4)
    assert [
        (r["coder"], r["annotations"], r["reviewed"], r["not_reviewed"])
        for r in rows(commands.stats(project, "coders"))
    ] == [
        ("anna", 2, 1, 6),
        ("bea", 1, 0, 7),
    ]
    assert [(r["coder"], r["annotations"]) for r in rows(commands.stats(project, "tags", by="bea"))] == [("bea", 1)]
    with pytest.raises(UsageError, match="by articles, tags, coders, passes"):
        commands.stats(project, "words")


# -- filters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [
        ("", [1, 2]),
        ("coded", [1]),
        ("-coded", [2]),
        ("with-note", [2]),
        ("not-reviewed", [1]),
        ("reviewed", [2]),
        ("harm", [1]),
        ("harm/loss", [1]),
        ("-harm; reviewed", [2]),
        ("harm; reviewed", []),
    ],
)
def test_articles_that_match(
    project: Project, article: Article, p07: Article, condition: str, numbers: list[int]
) -> None:
    commands.tag(project, article, [2], ["harm/loss"], create=True)
    commands.note(project, p07, 2, "n")
    commands.review(project, p07, [1, 2, 3, 4])
    assert [a.number for a in commands.matching_articles(project, condition)] == numbers
    assert [r["number"] for r in rows(commands.articles(project, filter=condition))] == numbers
    with pytest.raises(UnknownTag, match="the nearest is 'harm'"):
        commands.matching_articles(project, "ham")


# -- details -------------------------------------------------------------------------------------------


def test_details_are_set_and_an_empty_value_removes(project: Project, article: Article) -> None:
    outcome = commands.details(project, article, ["author=A. Haddad", "wave = 2", "title=Barrier late"])
    assert outcome.text == "Details of Barrier late: author = A. Haddad, wave = 2, title = Barrier late."
    now = project.article("1")
    assert (now.meta, now.title) == ({"author": "A. Haddad", "wave": "2"}, "Barrier late")
    commands.details(project, now, ["wave="])
    assert project.article("1").meta == {"author": "A. Haddad"}
    assert commands.details(project, article).lines == ["1  Flood barrier opened two hours late"]
    assert commands.details(project).lines[:2] == ["1  Barrier late", "    author = A. Haddad"]
    commands.undo(project)
    commands.undo(project)
    assert (project.article("1").meta, project.article("1").title) == ({}, article.title)


@pytest.mark.parametrize("word", ["author", "=x", "a\nb=x", "title="])
def test_a_detail_that_cannot_be_is_refused(project: Project, article: Article, word: str) -> None:
    before = edits(project)
    with pytest.raises(UsageError):
        commands.details(project, article, ["wave=2", word])
    assert edits(project) == before


def test_details_from_a_table_match_by_file_or_number_in_one_edit(project: Project, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("file;Wave;site\np07;2;lower town\n1;1;\np99.txt;3;x\n;;y\n")
    before = edits(project)
    outcome = commands.details(project, from_=table)
    assert edits(project) == before + 1
    assert project.article("p07.txt").meta == {"wave": "2", "site": "lower town"}
    assert project.article("1").meta == {"wave": "1"}
    assert outcome.text == (
        "Details of 2 articles from people.csv (wave, site); 0 had them already. "
        "Not matched, 2 rows: line 4: There is no article 'p99.txt'; line 5: The cell is empty."
    )
    assert commands.details(project, from_=table).edit is None
    table.write_text("file,wave\nx,1\n")
    with pytest.raises(ReaderError, match=r"No row of people\.csv names an article.*'x'"):
        commands.details(project, from_=table)


# -- history and undo ----------------------------------------------------------------------------------


def test_the_history_is_filtered(project: Project, article: Article, p07: Article) -> None:
    commands.tag(project, article, [2], ["guilt"], create=True)
    commands.tag(project, p07, [2], ["moral"], create=True)
    commands.tag_rename(project, "guilt", "remorse")
    commands.tag_merge(project, "remorse", "moral")
    commands.note(project, p07, 2, "n")
    bea = by_bea(project)
    commands.note(bea, article, 2, "n")
    bea.close()
    project.poll()

    def found(**wanted: Any) -> list[str]:
        return [row["command"] for row in rows(commands.history(project, **wanted))]

    assert found(article=p07) == ["note", "tag", "import"]
    assert found(article=article, by="anna") == ["tag", "import"]
    for name in ("guilt", "remorse"):  # merged, and renamed before
        assert found(tag=name) == ["tag-merge", "tag-rename", "tag"], name
    assert found(by="bea") == ["note"]
    day = next(project.edits()).at[:10]
    assert len(found(day=day)) == len(found(day=day[:7])) == edits(project)
    assert found(day="1999-01-01") == []
    with pytest.raises(UsageError, match="2026-11-22"):
        found(day="yesterday")
    with pytest.raises(UnknownTag):
        found(tag="zebra")


def test_an_earlier_edit_is_undone_by_the_start_of_its_id(project: Project, article: Article) -> None:
    first = commands.note(project, article, 2, "one").edit
    second = commands.note(project, article, 4, "two").edit
    assert first is not None
    assert second is not None
    taken = commands.undo(project, first.id[:30])
    assert taken.edit == first or (taken.edit is not None and taken.edit.id == first.id)
    assert [a.note for a in project.marks(article.id).annotations.values()] == ["two"]
    with pytest.raises(UsageError, match="begin with 'e'; write more"):
        commands.undo(project, "e")
    with pytest.raises(UsageError, match="no edit 'zzz'"):
        commands.undo(project, "zzz")
    commands.note(project, article, 4, "changed")
    with pytest.raises(Conflict, match="you changed it since"):
        commands.undo(project, second.id)


def test_only_ones_own_edits_are_undone(project: Project, article: Article) -> None:
    bea = by_bea(project)
    edit = commands.note(bea, article, 2, "mine").edit
    bea.close()
    project.poll()
    assert edit is not None
    with pytest.raises(ReaderError, match="only bea can undo it"):
        commands.undo(project, edit.id)
