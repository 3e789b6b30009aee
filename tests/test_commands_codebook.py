"""The codebook: moved, merged, split, described, locked, taken in from tables; each one edit that undo takes back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from reader import commands
from reader.codebook import PALETTE
from reader.errors import BadName, Conflict, ReaderError, Unreadable, UsageError
from reader.model import Annotation, Article
from reader.project import Project
from tests.projects import FLOOD, make_project


def paths(project: Project) -> list[str]:
    return [project.codebook.shown(tag.id, "/") for tag in project.codebook.live()]


def edits(project: Project) -> int:
    return sum(1 for _ in project.edits())


def put_on_by_bea(project: Project, article: Article, numbers: list[int], tag: str) -> None:
    project.flush()
    bea = Project.open(project.path, coder="bea")
    commands.tag(bea, article, numbers, [tag], create=True)
    bea.close()
    project.poll()


def the_mark(project: Project, article: Article, number: int) -> Annotation:
    (mark,) = project.marks(article.id).of(number)
    return mark


# -- moving --------------------------------------------------------------------------------------------


def test_a_tag_moves_with_what_is_below_it(project: Project) -> None:
    for path in ("harm/strike/air", "war"):
        commands.tag_add(project, path)
    outcome = commands.tag_move(project, "harm/strike", "war")
    assert outcome.text == "Moved harm > strike to war > strike, with 1 tag under it."
    assert paths(project) == ["harm", "war", "war/strike", "war/strike/air"]
    commands.tag_move(project, "war/strike")
    assert paths(project) == ["harm", "strike", "strike/air", "war"]
    assert commands.tag_move(project, "strike").edit is None
    commands.undo(project)
    commands.undo(project)
    assert paths(project) == ["harm", "harm/strike", "harm/strike/air", "war"]


@pytest.mark.parametrize("parent", ["harm", "harm/strike", "harm/strike/air"])
def test_a_cycle_is_refused(project: Project, parent: str) -> None:
    commands.tag_add(project, "harm/strike/air")
    before = edits(project)
    with pytest.raises(UsageError, match="itself or stands under it"):
        commands.tag_move(project, "harm", parent)
    assert edits(project) == before


def test_a_sibling_of_the_same_name_is_in_the_way(project: Project) -> None:
    for path in ("harm/strike", "Strike"):
        commands.tag_add(project, path)
    with pytest.raises(UsageError, match=r"'Strike' already; rename one, or `reader tag-merge`"):
        commands.tag_move(project, "harm/strike")


# -- merging -------------------------------------------------------------------------------------------


def test_a_merge_says_whose_and_where_and_rewrites_nobody(project: Project, article: Article) -> None:
    commands.tag(project, article, [2, 4], ["guilt"], create=True)
    commands.tag(project, article, [2], ["moral"], create=True)
    put_on_by_bea(project, article, [5], "guilt")
    before = dict(project.marks(article.id).annotations)
    outcome = commands.tag_merge(project, "guilt", "moral")
    assert outcome.text.startswith("Merged guilt into moral: 3 annotations (anna 2, bea 1); ¶ 2 has both.")
    assert project.marks(article.id).annotations == before
    assert paths(project) == ["moral"]
    assert edits(project) == 5
    commands.undo(project)
    assert paths(project) == ["guilt", "moral"]


def test_doubles_of_a_merge_are_read_as_one_with_both_notes(project: Project, article: Article) -> None:
    for tag, note in (("guilt", "one"), ("moral", "two")):
        commands.tag(project, article, [2], [tag], create=True)
        mark = next(a for a in project.marks(article.id).of(2) if project.codebook.shown(a.tag) == tag)
        commands.annotation_note(project, mark, note)
    assert commands.tag_merge(project, "guilt", "moral").brief == "1 annotation; ¶ 2 has both: now moral"
    project.flush()
    out = io.BytesIO()
    commands.export(project, "csv", out=out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")))
    assert [(r["tag_path"], r["note"]) for r in rows] == [("moral", "one\n\ntwo")]
    tags = commands.tags(project)
    assert tags.rows is not None
    assert [(r["path"], r["count"]) for r in tags.rows] == [("moral", 1)]
    used = commands.usage(project)[project.codebook.find("moral").id]
    assert used.itself == 1


def test_children_come_along_and_twins_merge_too(project: Project, article: Article) -> None:
    for path in ("harm/strike", "harm/fire", "damage/strike"):
        commands.tag_add(project, path)
    commands.tag(project, article, [2], ["damage/strike"])
    outcome = commands.tag_merge(project, "damage", "harm")
    assert (
        outcome.text
        == "Merged damage into harm: 1 annotation; no paragraph has both. 1 tag of the same name below merged too."
    )
    assert paths(project) == ["harm", "harm/fire", "harm/strike"]
    rows = commands.show(project, article).rows
    assert rows is not None
    assert rows[1]["tags"] == ["harm > strike"]
    commands.undo(project)
    assert paths(project) == ["damage", "damage/strike", "harm", "harm/fire", "harm/strike"]


@pytest.mark.parametrize("into", ["harm", "harm/strike"])
def test_a_tag_is_not_merged_into_itself_or_below(project: Project, into: str) -> None:
    commands.tag_add(project, "harm/strike")
    before = edits(project)
    with pytest.raises(UsageError):
        commands.tag_merge(project, "harm", into)
    assert edits(project) == before


def test_a_merge_is_taken_back_after_other_edits(project: Project, article: Article) -> None:
    commands.tag(project, article, [2, 4], ["guilt"], create=True)
    commands.tag_add(project, "moral")
    merge = commands.tag_merge(project, "guilt", "moral").edit
    assert merge is not None
    for number in (2, 4, 5):
        commands.note(project, article, number, f"note {number}")
    commands.tag(project, article, [5], ["moral"])
    commands.review(project, article, [2])
    commands.undo(project, merge.id[:36])
    assert paths(project) == ["guilt", "moral"]
    assert [project.codebook.shown(a.tag) for a in project.marks(article.id).of(4) if a.tag] == ["guilt"]
    assert sum(1 for a in project.marks(article.id).annotations.values() if a.note) == 3


# -- splitting -----------------------------------------------------------------------------------------


def test_a_split_sends_each_annotation_to_its_tag_in_one_edit(project: Project, article: Article) -> None:
    commands.tag(project, article, [2, 4, 5], ["harm"], create=True)
    marks = {n: the_mark(project, article, n) for n in (2, 4, 5)}
    commands.annotation_note(project, marks[2], "why")
    before = edits(project)
    outcome = commands.split_tag(
        project, {marks[2].id: "harm/strike", marks[4].id: "harm/fire", marks[5].id: "harm/fire"}, create=True
    )
    assert outcome.text == "Split 3 annotations: 1 to harm > strike, 2 to harm > fire."
    assert edits(project) == before + 1
    after = {n: the_mark(project, article, n) for n in (2, 4, 5)}
    assert [project.codebook.shown(after[n].tag, "/") for n in (2, 4, 5)] == ["harm/strike", "harm/fire", "harm/fire"]
    assert (after[2].id, after[2].note, after[2].created, after[2].anchor) == (
        marks[2].id,
        "why",
        marks[2].created,
        marks[2].anchor,
    )
    commands.undo(project)
    assert [project.codebook.shown(the_mark(project, article, n).tag) for n in (2, 4, 5)] == ["harm"] * 3
    assert paths(project) == ["harm"]


def test_a_split_leaves_one_annotation_a_tag_and_target(project: Project, article: Article) -> None:
    """Two tags of a merge, and one that is there already, meet on one paragraph: one annotation with all notes."""
    for tag, note in (("a", "one"), ("b", "two"), ("c", "three")):
        commands.tag(project, article, [2], [tag], create=True)
        mark = next(m for m in project.marks(article.id).of(2) if project.codebook.shown(m.tag) == tag)
        commands.annotation_note(project, mark, note)
    commands.tag_merge(project, "a", "b")
    going = [m.id for m in project.marks(article.id).of(2) if m.note in ("one", "two")]
    commands.split_tag(project, dict.fromkeys(going, "c"))
    mark = the_mark(project, article, 2)
    assert sorted(mark.note.split("\n")) == ["one", "three", "two"]
    commands.undo(project)
    assert len(project.marks(article.id).of(2)) == 3


def test_a_double_of_a_merge_goes_as_one(project: Project, article: Article) -> None:
    """Taken off, or swapped, by either of the two annotations that are read as one."""
    for tag in ("a", "b"):
        commands.tag(project, article, [2], [tag], create=True)
    commands.tag_merge(project, "a", "b")
    one = project.marks(article.id).of(2)[0]
    commands.swap_annotation(project, one, "c", create=True)
    assert [project.codebook.shown(m.tag) for m in project.marks(article.id).of(2)] == ["c"]
    commands.undo(project)
    assert len(project.marks(article.id).of(2)) == 2
    shown = commands.show(project, article).rows
    assert shown is not None
    assert shown[1]["tags"] == ["b"]
    assert commands.take_off(project, one).brief == "took off b"
    assert not project.marks(article.id).of(2)


def test_nobody_elses_marks_are_split(project: Project, article: Article) -> None:
    put_on_by_bea(project, article, [2], "harm")
    mark = the_mark(project, article, 2)
    before = edits(project)
    with pytest.raises(ReaderError, match="only bea can change it"):
        commands.split_tag(project, {mark.id: "x"}, create=True)
    with pytest.raises(ReaderError, match="not there any more"):
        commands.split_tag(project, {"n123": "x"}, create=True)
    assert edits(project) == before


# -- fields and the lock -------------------------------------------------------------------------------


def test_description_colour_and_key_are_set_and_taken_away(project: Project) -> None:
    commands.tag_add(project, "harm")
    commands.tag_describe(project, "harm", "When: hurt. Not: blame.")
    assert commands.tag_colour(project, "harm", "Vermilion").text == "The tag harm is now vermilion."
    commands.tag_key(project, "harm", "h")
    tag = project.codebook.find("harm")
    assert (tag.description, tag.colour, tag.key) == ("When: hurt. Not: blame.", PALETTE["vermilion"], "h")
    assert commands.tag_key(project, "harm", "h").edit is None
    for change in (commands.tag_describe, commands.tag_colour, commands.tag_key):
        change(project, "harm")
    tag = project.codebook.find("harm")
    assert (tag.description, tag.colour, tag.key) == ("", "", "")


def test_when_to_use_and_when_not_are_lines_of_the_description(project: Project) -> None:
    commands.tag_add(project, "harm")
    commands.tag_describe(project, "harm", "Hurt of any kind.", when="somebody\nis hurt")
    commands.tag_describe(project, "harm", when_not="threats")
    commands.tag_describe(project, "harm", when="a body is hurt")
    assert project.codebook.find("harm").description == (
        "Hurt of any kind.\nWhen to use: a body is hurt\nWhen not: threats"
    )
    commands.tag_describe(project, "harm", "When to use: \nWhen not: \nno more")
    assert project.codebook.find("harm").description == "no more"


def test_words_of_a_text_become_an_example_with_their_place(project: Project, article: Article) -> None:
    commands.tag_add(project, "harm")
    commands.tag_example(project, "harm", article, 4, "carried beds upstairs")
    assert commands.tag_example(project, "harm", article, 4, "carried beds upstairs").edit is None
    outcome = commands.tag_example(project, "harm", article, 2)
    assert outcome.text.startswith("The tag harm has these words as an example")
    assert project.codebook.find("harm").description == (
        f"Example: “carried beds upstairs” ({FLOOD[0]}, ¶ 4)\nExample: “{FLOOD[1]}” ({FLOOD[0]}, ¶ 2)"
    )
    with pytest.raises(UsageError, match="does not stand in ¶ 4"):
        commands.tag_example(project, "harm", article, 4, "never said")


def test_a_used_key_is_refused_with_who_has_it(project: Project) -> None:
    commands.tag_add(project, "harm", key="h")
    commands.tag_add(project, "hope/small")
    with pytest.raises(UsageError, match="The key 'h' is taken by harm"):
        commands.tag_key(project, "hope/small", "h")
    with pytest.raises(UsageError, match="one letter or digit"):
        commands.tag_key(project, "hope/small", "hh")
    with pytest.raises(UsageError, match="#rrggbb"):
        commands.tag_colour(project, "harm", "reddish")


def test_a_locked_codebook_takes_no_new_tag_but_changes(project: Project, article: Article) -> None:
    commands.tag_add(project, "harm")
    assert commands.tags_lock(project).edit is not None
    assert project.info.locked
    assert commands.tags_lock(project).edit is None
    with pytest.raises(ReaderError, match="locked"):
        commands.tag_add(project, "new")
    with pytest.raises(ReaderError, match="locked"):
        commands.tag(project, article, [2], ["new"], create=True)
    with pytest.raises(ReaderError, match="locked"):
        commands.span_words(project, article, 2, "barrier", ["new"], create=True)
    commands.tag(project, article, [2], ["harm"])
    commands.tag_rename(project, "harm", "hurt")
    assert "locked the codebook" in project.describe(next(e for e in project.edits() if e.command == "tags-lock"))
    commands.tags_unlock(project)
    commands.tag_add(project, "new")
    assert paths(project) == ["hurt", "new"]


def test_a_name_that_is_read_as_missing_is_warned_of(project: Project) -> None:
    assert "missing or logical" in commands.tag_add(project, "harm/NA").text
    assert "missing" not in commands.tag_add(project, "harm/Na dann").text


def test_undoing_a_new_tag_that_bears_a_note_is_refused(project: Project) -> None:
    commands.tag_add(project, "harm")
    first = project.next_undo()
    assert first is not None
    commands.tag_note(project, "harm", "think again")
    with pytest.raises(Conflict, match="carries 1 mark by you"):
        commands.undo(project, first.id)


# -- tables --------------------------------------------------------------------------------------------


def table(folder: Path, text: str, name: str = "codes.csv", encoding: str = "utf-8") -> str:
    path = folder / name
    path.write_text(text, encoding=encoding, newline="")
    return str(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("path\nharm/strike\n", ["harm", "harm/strike"]),
        ("Path;Memo\nharm > air/sea;x\nhope;\n", ["harm", "harm/air-sea", "hope"]),
        ("tag\nharm/strike\n", ["harm-strike"]),
        ("name,key\na > b,x\n", ["a-b"]),
        ('code\t colour\n"x;y"\trose\n', ["x-y"]),
        ("\ufeffpath,description\r\n'=sum,'-x\r\n", ["=sum"]),
    ],
)
def test_only_a_path_column_is_split(project: Project, tmp_path: Path, text: str, expected: list[str]) -> None:
    before = edits(project)
    commands.tags_import(project, table(tmp_path, text))
    assert paths(project) == expected
    assert edits(project) == before + 1
    commands.undo(project)
    assert paths(project) == []


def test_the_report_counts_what_is_new_updated_changed_and_odd(project: Project, tmp_path: Path) -> None:
    commands.tag_add(project, "harm", key="h")
    commands.tag_add(project, "hope")
    text = "tag,description,colour,key\nHarm,hurt,rose,h\nhope,,,\na/b,,reddish,h\nNA,,,n\n,,,z\n"
    outcome = commands.tags_import(project, table(tmp_path, text))
    assert outcome.text == (
        "2 new tags, 1 tag updated (harm), 1 as before. In 1 name a sign that cannot be there became '-'. "
        "1 row without a name passed over. Line 4: 'reddish' is no colour, left out. "
        "Line 4: the key 'h' is taken by harm, left out. "
        "R, pandas and spreadsheets may read the name NA as a missing or logical value."
    )
    harm = project.codebook.find("harm")
    assert (harm.name, harm.description, harm.colour, harm.key) == ("harm", "hurt", PALETTE["rose"], "h")
    assert project.codebook.find("NA").key == "n"
    assert commands.tags_import(project, table(tmp_path, "tag\nharm\n")).edit is None


def test_a_locked_codebook_is_updated_but_not_added_to(project: Project, tmp_path: Path) -> None:
    commands.tag_add(project, "harm")
    commands.tags_lock(project)
    with pytest.raises(ReaderError, match="locked, and the file has 1 new tag"):
        commands.tags_import(project, table(tmp_path, "tag,memo\nharm,x\nnew,y\n"))
    assert project.codebook.find("harm").description == ""
    commands.tags_import(project, table(tmp_path, "tag,memo\nharm,x\n"))
    assert project.codebook.find("harm").description == "x"


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("description\nx\n", UsageError, "no column path, tag, name or code; it has description"),
        ("tag\nok\nbad\x07\n", BadName, "line 3"),
        ("tag\n" + "n" * 201 + "\n", BadName, "line 2.*at most 200"),
        ("path\na//b\n", BadName, "line 2"),
        ("tag,key\na,b,c\n", Unreadable, "line 2: there are 3 cells under 2"),
        ('tag\n"open\n', Unreadable, "no CSV"),
    ],
)
def test_a_table_that_cannot_be_changes_nothing(
    project: Project, tmp_path: Path, text: str, error: type[ReaderError], said: str
) -> None:
    before = edits(project)
    with pytest.raises(error, match=said):
        commands.tags_import(project, table(tmp_path, text))
    assert edits(project) == before
    with pytest.raises(Unreadable, match="cannot be read"):
        commands.tags_import(project, str(tmp_path / "missing.csv"))


@pytest.mark.parametrize("profile", ["data", "excel"])
def test_a_codebook_goes_out_and_comes_in_again(project: Project, tmp_path: Path, profile: str) -> None:
    commands.tag_add(project, "harm/=cmd", description="- not\nhope", colour="sky", key="h")
    commands.tag_add(project, "'quoted/-x")
    commands.tags_export(project, output=tmp_path / "out.csv", profile=profile)
    other = make_project(tmp_path / "other")
    commands.tags_import(other, str(tmp_path / "out.csv"))

    def shown(p: Project) -> list[tuple[str, str, str, str]]:
        return [(p.codebook.shown(t.id), t.description, t.colour, t.key) for t in p.codebook.live()]

    assert shown(other) == shown(project)
    other.close()


# -- use -----------------------------------------------------------------------------------------------


def test_use_is_rolled_up_and_no_paragraph_counts_twice(project: Project, article: Article) -> None:
    commands.tag(project, article, [2, 4], ["harm/strike"], create=True)
    commands.tag(project, article, [4], ["harm/fire"], create=True)
    commands.tag_article(project, article, ["harm"])
    commands.tag_note(project, "harm", "no use of it")
    project.flush()
    used = {project.codebook.shown(tag_id, "/"): one for tag_id, one in commands.usage(project).items()}
    assert used["harm"].itself == 1
    assert used["harm"].with_below == (4, 2, 1)
    assert used["harm/strike"].itself == 2
    assert used["harm/strike"].with_below == (2, 2, 1)
    assert commands.doctor(project).exit_code == 0
