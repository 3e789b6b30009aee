"""Undo and redo: they survive restarts, come back exactly, and refuse with a reason."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader import commands
from reader.errors import Conflict, UsageError
from reader.model import Annotation
from reader.project import Project
from tests.projects import add_tag, make_project, put_on, the_article


def snapshot(project: Project) -> Any:
    article = the_article(project)
    marks = project.marks(article.id)
    return (dict(project.articles), dict(project.tags), dict(marks.annotations), dict(marks.review_records))


actions = st.lists(
    st.tuples(st.sampled_from(["tag", "put", "note", "rename", "reopen"]), st.integers(0, 5)), min_size=1, max_size=12
)


def act(project: Project, action: str, k: int) -> bool:
    """Do one thing; False where there was nothing to do it to."""
    article = the_article(project)
    tags = sorted(project.tags.values(), key=lambda t: t.id)
    marks = sorted(project.marks(article.id).annotations.values(), key=lambda a: a.id)
    if action == "tag":
        add_tag(project, f"tag {len(tags)}")
    elif action == "put" and tags:
        put_on(project, article, (2, 4, 5)[k % 3], tags[k % len(tags)])
    elif action == "note" and marks:
        old = marks[k % len(marks)]
        fields = {f: getattr(old, f) for f in Annotation.__struct_fields__}
        project.apply("note", [(old, Annotation(**{**fields, "note": f"{old.note}{k}"}))])
    elif action == "rename" and tags:
        old_tag = tags[k % len(tags)]
        fields = {f: getattr(old_tag, f) for f in type(old_tag).__struct_fields__}
        project.apply("tag-rename", [(old_tag, type(old_tag)(**{**fields, "name": f"{old_tag.name}{k}"}))])
    else:
        return False
    return True


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions)
def test_n_undos_and_n_redos_are_identity_across_restarts(todo: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "p")
        states = [snapshot(project)]
        for action, k in todo:
            if action == "reopen":
                project.close()
                project = Project.open(project.path, coder="c1")
            elif act(project, action, k):
                states.append(snapshot(project))
        for state in reversed(states[:-1]):
            project.undo()
            assert snapshot(project) == state
        project.close()
        project = Project.open(project.path, coder="c1")
        for state in states[1:]:
            project.redo()
            assert snapshot(project) == state
        with pytest.raises(UsageError, match="nothing to redo"):
            project.redo()
        project.close()
        assert Project.open(project.path, coder="c1").verify() == []


def test_undo_says_what_it_took_back_and_where(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    article = the_article(project)
    tag = add_tag(project, "harm")
    put_on(project, article, 4, tag)
    edit = project.undo()
    assert project.describe(edit) == "put on harm on ¶ 4 of “Flood barrier opened two hours late”"
    assert project.place(edit) == (article.id, 4)


def test_undo_is_ones_own(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    project.flush()
    other = Project.open(project.path, coder="c2")
    with pytest.raises(UsageError, match="nothing to undo"):
        other.undo()


def test_undoing_a_tag_that_another_uses_is_refused_with_the_reason(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    tag = add_tag(project, "harm")
    project.flush()
    other = Project.open(project.path, coder="c2")
    put_on(other, the_article(other), 2, tag)
    other.flush()
    project.poll()
    with pytest.raises(Conflict, match="1 mark by c2"):
        project.undo()
    assert tag.id in project.tags


def test_undoing_what_another_changed_since_is_refused_with_the_reason(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    tag = add_tag(project, "harm")
    project.flush()
    other = Project.open(project.path, coder="c2")
    fields = {f: getattr(tag, f) for f in type(tag).__struct_fields__}
    other.apply("tag-rename", [(tag, type(tag)(**{**fields, "name": "hurt"}))])
    other.flush()
    project.poll()
    with pytest.raises(Conflict, match=r"c2 changed it since .renamed the tag “harm” to “hurt”"):
        project.undo()


def test_a_new_edit_ends_redo(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    add_tag(project, "harm")
    project.undo()
    add_tag(project, "actor")
    with pytest.raises(UsageError, match="nothing to redo"):
        project.redo()


def test_undoing_a_tag_that_others_hang_on_is_refused(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    above, other = add_tag(project, "harm"), add_tag(project, "hurt")
    made = next(iter(project.own_edits())).id
    add_tag(project, "strike", parent=above.id)
    first = next(edit for edit in project.own_edits() if edit.changes[0].id == above.id).id
    with pytest.raises(Conflict, match="“strike” stands under the tag “harm”"):
        project.undo(first)
    put_on(project, the_article(project), 2, above)
    commands.tag_merge(project, "harm", "hurt")
    with pytest.raises(Conflict, match="“harm” was merged into the tag “hurt”; its marks would be lost"):
        project.undo(made)
    assert {above.id, other.id} <= project.tags.keys()


def test_a_mark_does_not_come_back_without_its_article(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    tag = add_tag(project, "harm")
    project.flush()
    other = Project.open(project.path, coder="c2")
    put_on(other, the_article(other), 2, tag)
    other.undo()
    other.flush()
    project.poll()
    for _ in range(2):
        project.undo()
    project.flush()
    other.poll()
    with pytest.raises(Conflict, match="the article it needs is not there any more"):
        other.redo()


def test_an_edit_brought_back_can_be_undone_by_its_own_id_and_leaves_the_way_to_those_before_it(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    add_tag(project, "harm")
    add_tag(project, "actor")
    edit = next(iter(project.own_edits())).id
    project.undo(edit)
    with pytest.raises(UsageError, match="is undone already"):
        project.undo(edit)
    project.redo()
    project.undo(edit)
    assert [tag.name for tag in project.tags.values()] == ["harm"]
    project.undo()
    assert not project.tags
