"""Backups restore, copies merge, erased is gone."""

from __future__ import annotations

import random
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from reader.commands.copies import erase
from reader.commands.copies import merge as merge_command
from reader.commands.details import set_details
from reader.commands.notes import memo, note
from reader.commands.searches import search_save
from reader.commands.spans import in_vivo
from reader.commands.tagfields import tag_describe
from reader.commands.tags import tag_rename
from reader.errors import Conflict, Locked, ReaderError, UnknownArticle, UsageError
from reader.project import Project, copies, echoes
from reader.store import archive, backups
from tests.projects import FLOOD, add_tag, make_project, new_article, put_on, the_article


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = make_project(tmp_path / "p")
    put_on(project, the_article(project), 2, add_tag(project, "harm"))
    return project


def marks(project: Project) -> dict[str, object]:
    found: dict[str, object] = {}
    for article_id in project.articles:
        found |= project.marks(article_id).annotations
    return found


def state(project: Project) -> object:
    return (dict(project.articles), dict(project.tags), marks(project))


def opened(path: Path, coder: str = "c1") -> Project:
    return Project.open(path, coder=coder)


# -- backups ------------------------------------------------------------------------------------------


def test_a_backup_brings_the_state_back_and_is_itself_backed_up(project: Project) -> None:
    copies.backup(project, "by hand")
    then = state(project)
    add_tag(project, "actor")
    project.import_articles([new_article(("Two", "Text two."))])
    now_ = state(project)
    difference = copies.difference(project)
    assert difference.lost == {"c1": 2}
    assert (difference.then.articles, difference.now.articles) == (1, 2)
    project.close()
    before = copies.restore(project.path, "", project.store.modes)
    again = opened(project.path)
    assert state(again) == then
    assert again.verify() == []
    again.close()
    copies.restore(project.path, before.name, project.store.modes)
    again = opened(project.path)
    assert state(again) == now_
    assert again.verify() == []


def test_the_oldest_backup_that_is_kept_can_be_restored(project: Project) -> None:
    """Though one more is made before, which leaves no room for it."""
    for n in range(backups.KEPT_LATEST + 2):
        note(project, the_article(project), 2, f"note {n}")
        copies.backup(project, "by hand")
    oldest = copies.all_backups(project)[-1]
    expected = oldest.manifest.counted
    project.close()
    copies.restore(project.path, oldest.name, project.store.modes)
    assert backups.count(archive.read_folder(project.path)) == expected
    assert oldest.path.exists()


def test_a_lost_text_comes_back_from_the_backup(project: Project) -> None:
    article = the_article(project)
    copies.backup(project, "by hand")
    path = project.store.texts.path(article.id)
    project.close()
    path.write_bytes(b"something else")
    assert backups.restore_texts(project.path, project.store.modes) == [path.name]
    assert path.read_bytes().decode() == "\n\n".join(FLOOD)


def test_nothing_is_restored_while_somebody_writes(project: Project) -> None:
    copies.backup(project, "by hand")
    with pytest.raises(Locked):
        copies.restore(project.path, "", project.store.modes)
    assert marks(project)


def test_a_damaged_backup_is_refused(project: Project) -> None:
    made = copies.backup(project, "by hand")
    project.close()
    data = bytearray(made.path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    made.path.write_bytes(data)
    before = state(opened(project.path))
    with pytest.raises(ReaderError):
        copies.restore(project.path, made.name, project.store.modes)
    assert state(opened(project.path)) == before


def test_texts_are_kept_once(project: Project) -> None:
    for _ in range(3):
        copies.backup(project, "by hand")
    kept = [p.name for p in (project.path / "backups").rglob("*") if p.is_file()]
    assert len([name for name in kept if name.endswith(".txt")]) == 1
    assert len([name for name in kept if name.endswith(".zip")]) == 3
    with zipfile.ZipFile(backups.all_of(project.path)[0].path) as zipped:
        assert not [name for name in zipped.namelist() if name.startswith("texts")]


def test_which_backups_are_kept() -> None:
    start = datetime(2026, 11, 22, 12, tzinfo=UTC)
    made = [(str(n), start - timedelta(hours=6 * n)) for n in range(4 * 800)]
    stay = backups.kept(made)
    assert {str(n) for n in range(10)} <= stay
    days = {(start - timedelta(days=n)).date() for n in range(7)}
    by_name = dict(made)
    assert days <= {by_name[name].date() for name in stay}
    months = {by_name[name].strftime("%Y-%m") for name in stay}
    assert len(months) == 12
    assert len(stay) <= 10 + 7 + 4 + 12


# -- merging ------------------------------------------------------------------------------------------


def fork(project: Project, name: str) -> Path:
    """A copy of the project's folder, as a stick or a sync tool makes it."""
    project.flush()
    path = project.path.with_name(name)
    shutil.copytree(project.path, path)
    return path


def test_two_coders_copies_merge_and_doing_it_twice_changes_nothing(project: Project) -> None:
    article = the_article(project)
    other = opened(fork(project, "other"), "c2")
    theirs, _ = put_on(other, article, 4, next(iter(other.tags.values())))
    other.close()
    mine, _ = put_on(project, article, 5, next(iter(project.tags.values())))
    report, before = copies.merge(project, other.path)
    assert report.annotations == {"c2": 1}
    assert before is not None
    assert {theirs.id, mine.id} <= marks(project).keys()
    merged = state(project)
    again, second = copies.merge(project, other.path)
    assert (again.edits, second) == ({}, None)
    assert state(project) == merged
    project.close()
    reopened = opened(project.path)
    assert state(reopened) == merged
    assert reopened.verify() == []


def test_a_dry_run_changes_nothing(project: Project) -> None:
    other = opened(fork(project, "other"), "c2")
    put_on(other, the_article(other), 4, next(iter(other.tags.values())))
    other.close()
    before = state(project)
    report, _ = copies.merge(project, other.path, dry_run=True)
    assert report.annotations == {"c2": 1}
    assert state(project) == before


def test_a_pack_carries_articles_and_texts(project: Project) -> None:
    other = opened(fork(project, "other"), "c2")
    other.import_articles([new_article(("Two", "Text two."), source="two.txt")])
    project.import_articles([new_article(("Mine", "Text mine."), source="mine.txt")])
    file = project.path.with_name("other.pack")
    copies.pack(other, file, by="c2")
    other.close()
    copies.merge(project, file)
    # "Two" was imported before "Mine": it keeps its number
    assert {a.title: a.number for a in project.articles.values()} == {FLOOD[0]: 1, "Two": 2, "Mine": 3}
    assert project.renumbered() == [("Mine", 2, 3)]
    two = project.article("two.txt")
    assert project.text(two.id).text_of(2) == "Text two."


def test_where_both_changed_one_record_both_versions_are_kept(project: Project) -> None:
    article = the_article(project)
    (annotation,) = project.marks(article.id).annotations.values()
    other = opened(fork(project, "other"), "c1")
    fields = {f: getattr(annotation, f) for f in type(annotation).__struct_fields__}
    there = type(annotation)(**{**fields, "note": "there"})
    here = type(annotation)(**{**fields, "note": "here"})
    other.apply("note", [(annotation, there)])
    other.close()
    project.apply("note", [(annotation, here)])
    report, _ = copies.merge(project, other.path)
    found = project.marks(article.id).annotations
    assert sorted(a.note for a in found.values()) == ["here", "there"]
    assert found[annotation.id].note == "here"  # the later one
    assert len(report.both_changed) == 1
    assert [a.extra.get("conflict_of") for a in found.values() if a.id != annotation.id] == [annotation.id]
    assert report.elsewhere == ["c1"]


def test_tags_of_one_path_made_in_both_are_said(project: Project) -> None:
    other = opened(fork(project, "other"), "c2")
    add_tag(other, "actor")
    other.close()
    add_tag(project, "actor")
    report, _ = copies.merge(project, other.path)
    assert report.twins == ["actor"]


def test_tags_that_stand_twice_become_one_when_that_is_wanted(project: Project) -> None:
    """Parents and children both: marks stay, each tag stands once, and undo parts them again."""
    other = opened(fork(project, "other"), "c2")
    placed: list[str] = []
    for side, number in ((other, 4), (project, 5)):
        parent = add_tag(side, "actor")
        mark, _ = put_on(side, the_article(side), number, add_tag(side, "state", parent.id))
        placed.append(mark.id)
    other.close()
    asked: list[str] = []

    def yes(question: str) -> str:
        asked.append(question)
        return "y"

    outcome = merge_command(project, str(other.path), ask=yes)
    assert "The tag “actor > state” was made in both copies and stands twice." in asked[0]
    assert "“actor” are one now" in outcome.text
    paths = [project.codebook.shown(tag.id) for tag in project.codebook.live()]
    assert sorted(paths) == ["actor", "actor > state", "harm"]
    found = project.marks(the_article(project).id).annotations
    assert {project.codebook.shown(found[mark].tag) for mark in placed} == {"actor > state"}
    assert len({resolved.id for mark in placed if (resolved := project.codebook.resolve(found[mark].tag))}) == 1
    project.undo()
    assert len(list(project.codebook.live())) == 5


def test_without_an_answer_nothing_is_joined_and_the_way_is_named(project: Project) -> None:
    other = opened(fork(project, "other"), "c2")
    add_tag(other, "actor")
    other.close()
    add_tag(project, "actor")
    dry = merge_command(project, str(other.path), dry_run=True)
    assert dry.text.endswith("Nothing was changed: this is what would come.")
    assert "--join-tags" in merge_command(project, str(other.path)).text
    assert len(copies.twin_tags(project)) == 1
    merge_command(project, str(other.path), join_tags=True)
    assert copies.twin_tags(project) == []


def test_the_report_shows_both_versions_at_their_place(project: Project) -> None:
    article = the_article(project)
    note(project, article, 4, "at first")
    other = opened(fork(project, "other"))
    note(other, article, 4, "there")
    other.close()
    note(project, article, 4, "here")
    said = merge_command(project, str(other.path)).text
    title = FLOOD[0]
    assert f"Both copies changed a mark of c1 on ¶ 4 of {title}; both versions are kept: “here” and “there”." in said
    assert "c1 has worked in another copy too" in said


def test_another_project_is_refused(project: Project, tmp_path: Path) -> None:
    stranger = make_project(tmp_path / "stranger")
    stranger.close()
    with pytest.raises(UsageError, match="another project"):
        copies.merge(project, stranger.path)


@pytest.mark.parametrize("seed", range(20))
def test_random_pairs_lose_nothing_whichever_way_they_merge(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    project = make_project(tmp_path / "p")
    tags = [add_tag(project, f"tag {n}") for n in range(3)]
    coder = rng.choice(["c1", "c2"])
    other = opened(fork(project, "other"), coder)
    expected: set[str] = set()
    for side in (project, other):
        for _ in range(rng.randrange(1, 8)):
            annotation, _ = put_on(side, the_article(side), rng.choice([2, 4, 5]), rng.choice(tags))
            expected.add(annotation.id)
            if rng.random() < 0.2:
                side.undo()
                expected.discard(annotation.id)
    project.close()
    other.close()
    # both ways, each from the state before
    shutil.copytree(project.path, tmp_path / "p2")
    for into, source in ((project.path, other.path), (other.path, tmp_path / "p2")):
        here = opened(into, "c1")
        copies.merge(here, source)
        assert marks(here).keys() == expected
        here.close()
        assert opened(into, "c3").verify() == []
    assert marks(opened(project.path)) == marks(opened(other.path))


# -- removing and erasing ------------------------------------------------------------------------------


def every_byte(path: Path) -> bytes:
    parts = []
    for file in path.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            parts += [str(file).encode(), data]
            if file.suffix == ".zip":
                with zipfile.ZipFile(file) as zipped:
                    parts += [zipped.read(name) for name in zipped.namelist()]
    return b"\n".join(parts)


def test_a_removed_article_comes_back_with_its_marks(project: Project) -> None:
    article = the_article(project)
    project.remove(article)
    assert not project.articles
    project.undo()
    assert project.articles[article.id] == article
    assert project.marks(article.id).annotations


def test_erased_is_gone_everywhere_and_a_copy_merged_later_brings_nothing_back(project: Project) -> None:
    article = the_article(project)
    project.import_articles([new_article(("Two", "Text two stays."), source="two.txt")])
    in_vivo = add_tag(project, "Nobody rang us")
    (first, *_) = project.marks(article.id).annotations.values()
    fields = {f: getattr(first, f) for f in type(first).__struct_fields__}
    project.apply("note", [(first, type(first)(**{**fields, "note": "a private remark"}))])
    kept, _ = put_on(project, project.article("two.txt"), 2, in_vivo)
    project.counts()
    project.state.last_article = article.id
    project.state.queries = ["“carried beds”"]
    project.save_state()
    project.save_draft(f"{article.id}:2:", "a draft of mine")
    (project.path / "drafts" / "c1" / ".editor-x.md.swp").write_text("a draft of mine")
    copies.backup(project, "by hand")
    other = fork(project, "other")
    damaged = copies.backup(project, "by hand").path
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    other_damaged = copies.backup(project, "by hand").path
    other_damaged.write_bytes(whole[:60] + bytes(20) + whole[80:])
    (project.path / "library.json.changed-x").write_bytes(FLOOD[0].encode())
    (project.path / "library.sync-conflict-20261122-170211-ABCDEF7.json").write_bytes(FLOOD[0].encode())
    (project.path / "index (conflicted copy).sqlite").write_bytes(FLOOD[1].encode())
    articles = copies.related(project, article)
    names = echoes.names_from(project, articles)
    assert names == ["Nobody rang us"]
    project.close()
    copies.erase(project.path, "c1", articles, dict.fromkeys(names, "(erased)"), project.store.modes)
    everything = every_byte(project.path)
    for phrase in (*FLOOD, "carried beds", "rang us", "a private remark", "a draft of mine"):
        if phrase != "Share":
            assert phrase.encode() not in everything, phrase
    again = opened(project.path)
    assert [a.title for a in again.articles.values()] == ["Two"]
    assert marks(again).keys() == {kept.id}
    assert again.tags[in_vivo.id].name == "(erased)"
    assert again.verify() == []
    assert [e.erased != "" for e in again.edits()].count(True) >= 3
    assert {e.coder for e in again.edits() if e.erased} == {"c1"}
    report, _ = copies.merge(again, other)
    assert report.edits == {}
    assert b"carried beds" not in every_byte(project.path)
    again.close()
    copies.restore(project.path, backups.all_of(project.path)[-1].name, project.store.modes)
    assert b"carried beds" not in every_byte(project.path)
    assert [a.title for a in opened(project.path).articles.values()] == ["Two"]


@pytest.mark.parametrize("how", ["removed", "import undone"])
def test_an_article_that_is_out_of_the_library_can_be_erased(project: Project, how: str) -> None:
    """Its text lies in the folder still, for undo to bring back."""
    project.import_articles([new_article(("Two", "Text two goes."), source="two.txt")])
    if how == "removed":
        project.remove(project.article("two.txt"))
    else:
        project.undo()
    project.flush()
    assert b"Text two goes." in every_byte(project.path)
    with pytest.raises(UnknownArticle):
        project.article("two.txt")
    erase(project, project.article_to_erase("two.txt"), title="Two")
    assert b"Text two goes." not in every_byte(project.path)
    again = opened(project.path)
    assert again.verify() == []
    assert [a.title for a in again.articles.values()] == [the_article(again).title]
    with pytest.raises(UnknownArticle):
        again.article_to_erase("two.txt")


def test_an_article_without_its_text_can_be_erased(project: Project) -> None:
    article = the_article(project)
    project.store.texts.path(article.id).unlink()
    project.close()
    again = opened(project.path)
    erase(again, again.article_to_erase("1"), title=article.title)
    assert opened(project.path).articles == {}


def test_a_tag_name_that_holds_a_sentence_of_the_text_is_asked_about(project: Project) -> None:
    """In vivo, with a word of one's own behind it: it quotes the text all the same."""
    longer = add_tag(project, "Residents of the lower town carried beds: flight")
    names = echoes.names_from(project, frozenset({the_article(project).id}))
    assert longer.name in names


def test_words_of_the_text_elsewhere_are_asked_about_and_go_with_it(project: Project) -> None:
    """Tags made of its words, one word too and by their old name, and lines that quote it; what is one's own stays."""
    article = the_article(project)
    harm = next(iter(project.tags.values()))
    project.import_articles([new_article(("Two", "Text two stays."), source="two.txt")])
    start = "\n\n".join(FLOOD).index("shopkeeper")
    in_vivo(project, article, start, start + len("shopkeeper"))
    tag_rename(project, project.codebook.find("shopkeeper"), "trader")
    tag_describe(project, harm.id, "Use it for losses.\nExample: “carried beds upstairs” (Flood, ¶ 4)")
    memo(project, "The barrier opened two hours after, as they say.\nAsk the office.")
    note(project, project.article("two.txt"), 2, "An opinion of mine on barriers.")
    search_save(project, "beds", '"beds upstairs" OR water')
    project.state.queries = ["shopkeeper"]
    project.save_state()
    copies.backup(project, "by hand")
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return article.title if "Type the title" in question else "y"

    erase(project, article, ask=answer)
    assert "tags are named in them (“shopkeeper”)" in asked[1]
    assert "3 descriptions, notes or searches quote them" in asked[1]
    everything = every_byte(project.path)
    for phrase in ("shopkeeper", "carried beds", "barrier opened", "beds upstairs"):
        assert phrase.encode() not in everything, phrase
    for phrase in ("trader", "Use it for losses.", "Ask the office.", "An opinion of mine on barriers."):
        assert phrase.encode() in everything, phrase
    again = opened(project.path)
    assert again.verify() == []
    assert again.tags[harm.id].description == "Use it for losses."


def test_an_erased_article_does_not_come_back_from_a_copy_in_which_one_went_on_with_it(project: Project) -> None:
    """The other copy has new marks, notes and details of it, and other work that does come."""
    article = the_article(project)
    other = opened(fork(project, "other"), "c2")
    note(other, the_article(other), 2, "a remark on beds upstairs")
    other.flush()
    project.close()
    copies.erase(project.path, "c1", frozenset([article.id]), {}, project.store.modes)
    note(other, the_article(other), 4, "another remark on beds upstairs")
    set_details(other, the_article(other), {"author": "A. Haddad"})
    put_on(other, the_article(other), 5, next(iter(other.tags.values())))
    kept = add_tag(other, "from the other copy")
    other.close()
    carried = project.path.with_name("carried")
    shutil.copytree(project.path, carried)
    here = opened(project.path)
    report, _ = copies.merge(here, other.path)
    assert sum(report.edits.values()) == 5
    assert (list(here.all_articles()), kept.id in here.tags) == ([], True)
    here.close()
    everything = every_byte(project.path)
    for phrase in ("carried beds", "beds upstairs", "rang us", "Haddad"):
        assert phrase.encode() not in everything, phrase
    assert opened(project.path).verify() == []
    known = opened(carried, "c3")
    assert known.counts().tags() == {}  # the index knows of the erasure when the journal comes
    known.close()
    for path in other.path.glob("journal/c2.*.jsonl"):  # as a sync tool brings it, which nobody can ask
        shutil.copyfile(path, carried / "journal" / path.name)
    for coder in ("c1", "c3"):
        there = opened(carried, coder)
        there.start()
        assert (list(there.all_articles()), kept.id in there.tags) == ([], True)
        assert there.counts().tags() == {}
        there.close()
    again = opened(project.path)
    again.import_articles([new_article()])  # what is imported anew is there
    assert the_article(again).id == article.id
    assert the_article(again).meta == {}


def test_erasing_takes_the_texts_along_that_it_replaces_or_was_replaced_by(project: Project) -> None:
    first = the_article(project)
    texts = {"second": ("Second state", "Beds stood in the hall."), "third": ("Third state", "The hall was empty.")}
    before = first.id
    for name, parts in texts.items():
        new = msgspec.structs.replace(new_article(parts, source=f"{name}.txt"), replaces={"article": before})
        before = project.import_articles([new]).new[0].id
        note(project, project.articles[before], 2, f"remark on the {name}")
    project.import_articles([new_article(("Apart", "It stays."), source="apart.txt")])
    copies.backup(project, "by hand")
    assert len(copies.related(project, project.articles[before])) == 3
    said = erase(project, project.article("second.txt"), title="Second state", tag_names="keep").text
    assert "with 2 other versions of it" in said
    everything = every_byte(project.path)
    for phrase in (FLOOD[1], FLOOD[3], "Beds stood", "hall was empty", "remark on"):
        assert phrase.encode() not in everything, phrase
    again = opened(project.path)
    assert [a.title for a in again.all_articles().values()] == ["Apart"]
    assert again.verify() == []
    with pytest.raises(UsageError, match="cannot be undone"):
        again.undo(next(edit.id for edit in again.own_edits() if edit.command == "erase"))


def test_undoing_what_was_erased_is_refused(project: Project) -> None:
    article = the_article(project)
    articles = copies.related(project, article)
    project.close()
    copies.erase(project.path, "c1", articles, {}, project.store.modes)
    again = opened(project.path)
    while (edit := again.next_undo()) is not None:
        assert not any(c.table == "annotations" for c in edit.changes)
        try:
            again.undo()
        except Conflict:
            break
    assert not again.articles
