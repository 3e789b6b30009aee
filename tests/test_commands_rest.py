"""Notes, reviews, roles, the codebook, listings, undo: what each command means and says."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from reader import commands
from reader.commands.notes import LONGEST_NOTE
from reader.errors import BadName, ReaderError, UnknownTag, UsageError
from reader.model import Article
from reader.project import Project
from tests.projects import FLOOD, make_project, new_article, the_article


def edits(project: Project) -> int:
    return sum(1 for _ in project.edits())


def notes_on(project: Project, article: Article, number: int) -> list[str]:
    return [a.note for a in project.marks(article.id).of(number) if not a.tag]


# -- notes -------------------------------------------------------------------------------------------


def test_a_note_is_set_changed_continued_and_removed(project: Project, article: Article) -> None:
    assert commands.note(project, article, 4, "beds: ask").brief == "¶ 4 note, 2 words"
    commands.note(project, article, 4, "beds: ask for photographs")
    assert notes_on(project, article, 4) == ["beds: ask for photographs"]
    commands.note(project, article, 4, "and names", append=True)
    assert notes_on(project, article, 4) == ["beds: ask for photographs\nand names"]
    assert commands.note(project, article, 4, "").brief == "¶ 4 note removed, 6 words"
    assert notes_on(project, article, 4) == []


def test_the_same_note_again_is_no_edit(project: Project, article: Article) -> None:
    commands.note(project, article, 4, "x")
    before = edits(project)
    assert commands.note(project, article, 4, "x").edit is None
    assert commands.note(project, article, 5, "").edit is None
    assert edits(project) == before


def test_a_changed_note_keeps_its_id_and_its_first_date(project: Project, article: Article) -> None:
    commands.note(project, article, 4, "one")
    (first,) = project.marks(article.id).of(4)
    commands.note(project, article, 4, "two")
    (second,) = project.marks(article.id).of(4)
    assert (second.id, second.created) == (first.id, first.created)
    assert second.modified > first.modified


def test_every_line_break_of_a_note_is_kept(project: Project, article: Article) -> None:
    commands.note(project, article, 4, "a\r\nb\rc\n\nd\t\x1b[31m")
    assert notes_on(project, article, 4) == ["a\r\nb\rc\n\nd\t\x1b[31m"]


@pytest.mark.parametrize("text", ["x" * (LONGEST_NOTE + 1), "x" * 100_000, "half \ud83d"])
def test_a_note_that_cannot_be_is_refused_and_the_old_one_stands(project: Project, article: Article, text: str) -> None:
    commands.note(project, article, 4, "old")
    before = edits(project)
    with pytest.raises(UsageError):
        commands.note(project, article, 4, text)
    assert (notes_on(project, article, 4), edits(project)) == (["old"], before)
    with pytest.raises(UsageError, match="at most"):
        commands.note(project, article, 4, "x" * LONGEST_NOTE, append=True)
    assert notes_on(project, article, 4) == ["old"]


def test_the_longest_note_is_taken_whole(project: Project, article: Article) -> None:
    commands.note(project, article, 4, "ä" * LONGEST_NOTE)
    assert notes_on(project, article, 4) == ["ä" * LONGEST_NOTE]


def test_a_why_note_stands_on_its_tag_and_emptying_it_keeps_the_tag(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["blame"], create=True)
    (mark,) = project.marks(article.id).of(2)
    commands.annotation_note(project, mark, "because")
    assert [(a.tag, a.note) for a in project.marks(article.id).of(2)] == [(mark.tag, "because")]
    commands.annotation_note(project, mark, "")
    assert [(a.tag, a.note) for a in project.marks(article.id).of(2)] == [(mark.tag, "")]


def test_why_a_tag_stands_there_is_a_note_on_the_mark(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["harm/loss"], create=True)
    commands.note(project, article, 2, "why", tag="harm/loss")
    commands.note(project, article, 2, "and more", tag="loss", append=True)
    assert [(a.unit, bool(a.tag), a.note) for a in project.marks(article.id).of(2)] == [
        ("paragraph", True, "why\nand more")
    ]
    with pytest.raises(ReaderError, match="You have not put harm > loss on ¶ 4"):
        commands.note(project, article, 4, "why", tag="loss")
    for words in ("Residents", "beds"):
        commands.span_words(project, article, 4, words, ["loss"])
    with pytest.raises(ReaderError, match="stands on 2 places"):
        commands.note(project, article, 4, "why", tag="loss")
    commands.span_words(project, article, 4, "beds", ["loss"], off=True)
    commands.note(project, article, 4, "these", tag="loss")
    assert [a.note for a in project.marks(article.id).of(4)] == ["these"]


def test_a_note_on_the_article_is_apart_from_those_on_paragraphs(project: Project, article: Article) -> None:
    commands.article_note(project, article, "one side only")
    commands.note(project, article, 1, "on the title")
    assert notes_on(project, article, 0) == ["one side only"]
    assert notes_on(project, article, 1) == ["on the title"]


def test_the_list_of_notes_names_place_tag_and_coder(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["harm/loss"], create=True)
    (mark,) = project.marks(article.id).of(2)
    commands.annotation_note(project, mark, "why")
    commands.note(project, article, 4, "first\nsecond")
    outcome = commands.notes(project)
    assert outcome.lines == [
        f"{FLOOD[0]}, ¶ 2, harm > loss (anna):",
        "    why",
        f"{FLOOD[0]}, ¶ 4 (anna):",
        "    first",
        "    second",
    ]
    assert outcome.rows is not None
    assert [(r["paragraph"], r["tag_path"], r["note"]) for r in outcome.rows] == [
        (2, "harm > loss", "why"),
        (4, "", "first\nsecond"),
    ]


# -- reviews and roles ---------------------------------------------------------------------------------


def reviewed(project: Project, article: Article) -> set[int]:
    return {n for n, by in project.marks(article.id).reviews.items() if by.get(project.coder)}


def test_reviews_are_set_once_and_taken_back(project: Project, article: Article) -> None:
    assert commands.review(project, article, [2, 4]).brief == "¶ 2, 4 reviewed"
    before = edits(project)
    assert commands.review(project, article, [4]).edit is None
    assert commands.review(project, article, [4, 5]).brief == "¶ 5 reviewed"
    assert reviewed(project, article) == {2, 4, 5}
    assert commands.unreview(project, article, [2, 3]).brief == "¶ 2 not reviewed"
    assert commands.unreview(project, article, [2]).edit is None
    assert reviewed(project, article) == {4, 5}
    assert edits(project) == before + 2


def test_next_passes_over_headings_and_furniture_and_goes_round(project: Project, article: Article) -> None:
    assert commands.next_unreviewed(project, article) == 2
    assert commands.next_unreviewed(project, article, 2) == 4
    assert commands.next_unreviewed(project, article, 5) == 2
    commands.review(project, article, [2, 4])
    assert commands.next_unreviewed(project, article, 5) == 5
    assert commands.progress_of(project, article) == (2, 3)
    assert commands.next_(project).lines == [f"1 · {FLOOD[0]}, ¶ 5 of 5:", FLOOD[4]]
    commands.review(project, article, [5])
    assert commands.next_unreviewed(project, article) is None
    done = commands.next_(project, article)
    assert (done.exit_code, done.lines) == (1, [])


def test_a_role_is_toggled_and_given_back(project: Project, article: Article) -> None:
    commands.role(project, article, [3])
    assert project.paragraph(the_article(project), 3).role == "body"
    assert commands.next_unreviewed(project, article, 2) == 3, "an article held from before has the new roles too"
    commands.role(project, article, [3])
    assert the_article(project).roles == {}, "what is as imported is not written down"
    commands.role(project, article, [2, 4], role="caption")
    assert the_article(project).roles == {"2": "caption", "4": "caption"}
    with pytest.raises(UsageError, match="one of body, heading, caption, furniture"):
        commands.role(project, article, [2], role="debris")


# -- codebook ------------------------------------------------------------------------------------------


def test_tags_are_listed_as_a_tree_with_counts(project: Project, article: Article) -> None:
    commands.tag(project, article, [2, 4], ["harm/loss"], create=True)
    commands.tag(project, article, [2], ["blame"], create=True)
    commands.tag_archive(project, "blame")
    project.flush()
    outcome = commands.tags(project)
    assert outcome.lines == ["blame  1, archived", "harm  0", "    loss  2"]
    assert outcome.rows is not None
    assert [{k: r[k] for k in r if k != "id"} for r in outcome.rows] == [
        {"path": "blame", "name": "blame", "count": 1},
        {"path": "harm", "name": "harm", "count": 0},
        {"path": "harm > loss", "name": "loss", "count": 2},
    ]


def test_a_tag_is_made_once(project: Project) -> None:
    outcome = commands.tag_add(project, "harm/loss", description="of goods", colour="#3A7BD5", key="l")
    assert outcome.text == "Made the tag harm > loss, with 1 parent."
    made = project.codebook.find("loss")
    assert (made.description, made.colour, made.key) == ("of goods", "#3a7bd5", "l")
    with pytest.raises(ReaderError, match="there already"):
        commands.tag_add(project, "HARM/Loss")
    for wrong in ({"colour": "red"}, {"key": "ab"}, {"key": "l"}):
        with pytest.raises(UsageError):
            commands.tag_add(project, "other", **wrong)
    assert len(project.codebook.tags) == 2


def test_renaming_touches_the_tag_alone(project: Project, article: Article) -> None:
    commands.tag(project, article, [2, 4], ["harm/loss"], create=True)
    commands.tag_add(project, "harm/theft")
    project.flush()
    before = project.marks(article.id)
    assert commands.tag_rename(project, "loss", "damage").text == "Renamed harm > loss to harm > damage; 2 annotations."
    assert project.marks(article.id) is before
    commands.tag_rename(project, "damage", "Damage")
    for name, error in (("Théft", UsageError), ("a/b", BadName), (" x", BadName), ("", BadName)):
        with pytest.raises(error):
            commands.tag_rename(project, "damage", name)
    with pytest.raises(UnknownTag, match=r"nearest is 'harm/Damage'\.$"):
        commands.tag_rename(project, "damag", "x")


def test_deleting_hides_marks_until_it_is_undone(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["harm/loss"], create=True)
    project.flush()
    with pytest.raises(ReaderError, match="1 tag under it"):
        commands.tag_delete(project, "harm")
    outcome = commands.tag_delete(project, "harm", children=True)
    assert outcome.text == "Deleted harm and 1 tag under it; 1 annotation hidden."
    assert "loss" not in "".join(commands.show(project, article).lines)
    assert len(project.marks(article.id).annotations) == 1
    commands.tag(project, article, [4], ["harm"], create=True)
    commands.undo(project)
    commands.undo(project)
    assert "    tag: harm > loss" in commands.show(project, article).lines


def test_an_archived_tag_keeps_its_marks_and_comes_back(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["loss"], create=True)
    project.flush()
    assert commands.tag_archive(project, "loss").text == "Archived loss; 1 annotation stays."
    assert commands.tag_archive(project, "loss").edit is None
    commands.tag_archive(project, "loss", back=True)
    commands.tag(project, article, [4], ["loss"])


# -- library, history, upkeep --------------------------------------------------------------------------


def test_articles_are_listed_with_the_coder_s_own_progress(project: Project, article: Article) -> None:
    commands.tag(project, article, [2, 4], ["a", "b"], create=True)
    commands.review(project, article, [2])
    project.flush()
    assert commands.articles(project).rows == [
        {"id": article.id, "number": 1, "title": FLOOD[0], "paragraphs": 5, "coded": 2, "reviewed": 1}
    ]
    assert commands.articles(project).lines == [f"1  {FLOOD[0]}  5 paragraphs, 2 coded, 1 reviewed"]


def test_show_prints_every_paragraph_with_its_marks(project: Project, article: Article) -> None:
    commands.tag(project, article, [4], ["harm"], create=True)
    commands.note(project, article, 4, "ask")
    commands.review(project, article, [4])
    assert commands.show(project, article).lines == [
        f"1 · {FLOOD[0]}",
        "5 paragraphs, 1 coded, 1 of 3 reviewed",
        "",
        f"¶ 1 (heading)  {FLOOD[0]}",
        "",
        f"¶ 2  {FLOOD[1]}",
        "",
        "¶ 3 (furniture)  Share",
        "",
        f"¶ 4 (reviewed)  {FLOOD[3]}",
        "    tag: harm",
        "    note: ask",
        "",
        f"¶ 5  {FLOOD[4]}",
    ]


def test_undo_and_redo_name_what_they_did(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["harm"], create=True)
    undone = commands.undo(project)
    assert undone.text.startswith("Undone: put on harm on ¶ 2")
    assert not project.marks(article.id).annotations
    assert commands.redo(project).text.startswith("Redone: put on harm on ¶ 2")
    assert len(project.marks(article.id).annotations) == 1
    with pytest.raises(UsageError, match="nothing to redo"):
        commands.redo(project)


def test_history_has_all_edits_newest_first(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["harm"], create=True)
    commands.undo(project)
    rows = commands.history(project).rows
    assert rows is not None
    assert [r["command"] for r in rows] == ["undo", "tag", "import"]
    assert rows[0]["undoes"] == rows[1]["id"]


def test_doctor_is_content_and_then_names_the_damage(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["harm"], create=True)
    project.flush()
    content = commands.doctor(project)
    assert (content.exit_code, content.text) == (0, "All is well.")
    assert content.lines == [
        "journals  2 edits                           whole",
        "records   1 annotation, 1 tag               whole",
        "texts     1 article                         whole",
        "index     counts compared with the records  whole",
        "backups   0 backups                         whole",
    ]
    (text,) = (project.path / "texts").rglob("*.txt")
    text.write_text(text.read_text().replace("beds", "reds"))
    damaged = commands.doctor(project)
    assert damaged.exit_code == 4
    assert any(text.name in line for line in damaged.lines)


def test_doctor_notices_an_index_that_miscounts(project: Project, article: Article) -> None:
    import sqlite3

    commands.tag(project, article, [2], ["harm"], create=True)
    project.flush()
    project.counts().tags()
    with sqlite3.connect(project.path / "index.sqlite") as index:
        index.execute("UPDATE tag_counts SET n = 7")
    assert commands.doctor(project).exit_code == 4


# -- search and export ---------------------------------------------------------------------------------


def test_search_finds_text_notes_and_tags_in_order(project: Project, article: Article) -> None:
    commands.note(project, article, 5, "The barrier again")
    commands.tag(project, article, [4], ["barrier"], create=True)
    outcome = commands.search(project, "barrier")
    assert outcome.rows is not None
    assert [(r["paragraph"], r["hit"], r["where"]) for r in outcome.rows] == [
        (1, "barrier", "text"),
        (2, "barrier", "text"),
        (4, "barrier", "tag"),
        (5, "barrier", "note"),
    ]
    text = "\n\n".join(FLOOD)
    for row in outcome.rows[:2]:
        assert text[row["char_start"] : row["char_end"]] == "barrier"
    assert commands.search(project, "barrier", count=True).lines == ["4"]
    assert outcome.lines[1] == "1 ¶ 2  The [barrier] opened two hours after the warning,"
    nothing = commands.search(project, "zebra")
    assert (nothing.exit_code, nothing.rows) == (1, [])


def coders_in(data: bytes) -> list[str]:
    return [row["coder"] for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]


def exported(project: Project, *, by: str = "") -> bytes:
    out = io.BytesIO()
    commands.export(project, "csv", out=out, by=by)
    return out.getvalue()


def test_export_goes_to_a_file_whole_or_not_at_all(project: Project, article: Article, tmp_path: Path) -> None:
    commands.tag(project, article, [2, 4], ["harm"], create=True)
    target = tmp_path / "out.csv"
    outcome = commands.export(project, "csv", output=target)
    assert outcome.text == f"Wrote 2 rows to {target}."
    assert target.read_bytes().startswith(b"\xef\xbb\xbfrow,")
    assert exported(project).startswith(b"row,")
    first = target.read_bytes()
    with pytest.raises(ReaderError, match="exists") as caught:
        commands.export(project, "csv", output=target)
    assert caught.value.exit_code == 1
    with pytest.raises(UsageError):
        commands.export(project, "csv", output=target, force=True, delimiter="ab")
    assert target.read_bytes() == first
    commands.export(project, "csv", output=target, force=True, delimiter=";", profile="data")
    assert target.read_bytes().startswith(b"row;")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data", "out.csv"]


def test_export_says_what_is_wrong_with_the_path(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        commands.export(project, "csv", output=tmp_path)
    with pytest.raises(UsageError, match="no folder"):
        commands.export(project, "csv", output=tmp_path / "nowhere" / "out.csv")
    with pytest.raises(UsageError, match="csv"):
        commands.export(project, "cvs", output=tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_device_is_said_and_not_replaced(project: Project) -> None:
    with pytest.raises(ReaderError, match="No space left"):
        commands.export(project, "csv", output=Path("/dev/full"), force=True)
    assert Path("/dev/full").is_char_device()


def test_a_symbolic_link_is_written_through(project: Project, tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    commands.export(project, "csv", output=tmp_path / "link.csv")
    assert (tmp_path / "link.csv").readlink() == tmp_path / "real.csv"
    assert (tmp_path / "real.csv").stat().st_size > 0


def test_export_by_one_coder(project: Project, article: Article) -> None:
    commands.tag(project, article, [2], ["harm"], create=True)
    project.flush()
    ben = Project.open(project.path, coder="ben")
    commands.tag(ben, article, [4], ["harm"])
    ben.close()
    project.poll()
    assert coders_in(exported(project)) == ["anna", "ben"]
    assert coders_in(exported(project, by="ben")) == ["ben"]
    with pytest.raises(UsageError, match=r"'bem'.*nearest is 'ben'"):
        exported(project, by="bem")


# -- import --------------------------------------------------------------------------------------------


def test_what_an_import_did_is_said(tmp_path: Path) -> None:
    project = make_project(tmp_path / "data", coder="anna", articles=[])
    turns = tmp_path / "p07.txt"
    turns.write_text("I: What does a night look like?\nR: The first hour is quiet.\nI: And then?\nR: You count.\n")
    outcome = commands.import_(project, [str(turns)])
    assert "4 paragraphs, one a line; speakers I, R" in outcome.text
    assert outcome.edit is not None
    again = commands.import_(project, [str(turns)])
    assert "Already here" in again.text
    commands.note(project, the_article(project), 1, "x")
    refused = commands.import_(project, [str(turns)], split="blank")
    assert "Not split anew" in refused.text
    assert (again.brief, refused.brief) == ("already here", "not split anew")
    turns.write_text("I: What does a night look like?\nR: The first hour is loud.\nI: And then?\nR: You count.\n")
    altered = commands.import_(project, [str(turns)])
    assert "A file named p07.txt is here with another text, article 1: both are kept" in altered.text
    assert altered.brief == "1 article imported, 1 beside another text of that name"
    assert len(project.articles) == 2
    project.close()


def paragraphs_of(project: Project, article: Article) -> list[str]:
    text = project.text(article.id)
    return [text.text_of(number) for number in range(1, len(text) + 1)]


def test_a_text_in_which_nothing_is_marked_is_split_anew_in_one_step_for_undo(tmp_path: Path) -> None:
    project = make_project(tmp_path / "data", coder="anna", articles=[])
    file = tmp_path / "p07.txt"
    file.write_text("The first line\nand the second.\n\nThe third\nand the last.\n")
    commands.import_(project, [str(file)], split="blank")
    article = the_article(project)
    blocks, lines = file.read_text().strip().split("\n\n"), file.read_text().split()
    assert paragraphs_of(project, article) == blocks
    commands.role(project, article, [2], role="furniture")
    split = commands.import_(project, [str(file)], split="line")
    assert (split.text, split.brief) == ("Split p07 anew: 4 paragraphs, one a line.", "1 article split anew")
    assert [" ".join(part.split()) for part in paragraphs_of(project, article)] == [
        "The first line", "and the second.", "The third", "and the last.",
    ]  # fmt: skip
    assert sum(len(part.split()) for part in paragraphs_of(project, article)) == len(lines)
    assert project.paragraph(the_article(project), 2).role == "body"  # set by hand on a paragraph that is no more
    project.close()
    again = Project.open(project.path, coder="anna")
    assert len(paragraphs_of(again, article)) == 4
    again.undo()
    assert paragraphs_of(again, article) == blocks
    assert again.paragraph(the_article(again), 2).role == "furniture"
    again.redo()
    assert len(paragraphs_of(again, article)) == 4
    again.close()


def test_a_removed_text_imported_again_comes_back_with_its_marks(project: Project, article: Article) -> None:
    commands.note(project, article, 2, "mine")
    commands.remove(project, article)
    done = project.import_articles([new_article(source="again.txt")])
    assert [(a.id, a.number, a.sources) for a in done.new] == [(article.id, article.number, ("flood.txt", "again.txt"))]
    assert notes_on(project, the_article(project), 2) == ["mine"]
    project.undo()
    assert not project.articles


def test_another_rule_that_gives_the_same_paragraphs_changes_nothing(tmp_path: Path) -> None:
    project = make_project(tmp_path / "data", coder="anna", articles=[])
    path = tmp_path / "news.txt"
    path.write_text("Barrier opened late\n\nThe office said so.\n\nNobody rang.\n")
    commands.import_(project, [str(path)], split="blank")
    commands.role(project, the_article(project), [3])
    before = edits(project)
    again = commands.import_(project, [str(path)], split="line")
    assert again.edit is None
    assert "Already here" in again.text
    assert edits(project) == before
    assert project.paragraph(the_article(project), 3).role == "furniture"
    project.close()


def test_an_import_that_is_cancelled_takes_nothing_in(tmp_path: Path) -> None:
    from reader.errors import Cancelled

    project = make_project(tmp_path / "data", coder="anna", articles=[])
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(f"Text {name}\n\nMore of {name}.\n")

    def stop(done: int, total: int) -> None:
        assert total == 3
        if done == 2:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        commands.import_(project, [str(tmp_path / f"{n}.txt") for n in "abc"], progress=stop)
    assert not project.articles
    assert edits(project) == 0
    project.close()


def test_many_articles_are_counted_not_listed(tmp_path: Path) -> None:
    parts = [new_article([f"Text {n}", "Words."], source=f"{n}.txt") for n in range(20)]
    project = make_project(tmp_path / "data", coder="anna", articles=[])
    assert commands.library.add(project, parts).text == "Imported 20 articles, numbers 1–20."
    project.close()
