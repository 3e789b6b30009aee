"""The index: counts equal a slow, obvious count, in whatever order and portions the edits come."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.codebook import Codebook
from reader.edits import Change, Edit, Record
from reader.errors import Damage
from reader.model import Tag
from reader.search import index as module
from reader.search.index import ArticleCounts, Counts, Index
from reader.store.records import encode
from reader.store.replay import replay_edits

from .corpora import MemoryText

ARTICLES, TAGS, CODERS = ["a1", "a2"], ["t1", "t2", "t3"], ["c1", "c2"]
PROJECT = "p1"


def paragraph_of(article: str, position: int) -> int:
    """Ten characters a paragraph, five paragraphs an article; beyond them nobody knows."""
    return position // 10 + 1 if article and position < 50 else 0


def opened(path: Path, *, memory: bool = False, project: str = PROJECT) -> Index:
    return Index.open(path, project=project, paragraph_of=paragraph_of, memory=memory)


def edit(number: int, *changes: Change, coder: str = "c1", at: int | None = None) -> Edit:
    return Edit(id=f"e{number:03}", at=f"2026-01-{at or number:03}", coder=coder, command="x", changes=changes)


def mark(key: str, tag: str, start: int = 0, end: int = 5, *, article: str = "a1", coder: str = "c1") -> Change:
    anchor = {"start": start, "end": end, "quote": "", "prefix": "", "suffix": "", "state": "exact"}
    unit = "span" if start % 10 else "paragraph"
    record = {"id": key, "unit": unit, "article": article, "anchor": anchor, "tag": tag, "note": "", "coder": coder}
    return Change("annotations", key, None, record)


def review(key: str, paragraph: int, at: str, *, article: str = "a1", coder: str = "c1") -> Change:
    start = (paragraph - 1) * 10
    bounds = {"start": start, "end": start + 9}
    record = {"id": key, "coder": coder, "article": article, "paragraph": paragraph, **bounds, "at": at}
    return Change("reviews", key, None, record)


def gone(change: Change) -> Change:
    return Change(change.table, change.id, change.after, None)


# The slow count


class Seen(NamedTuple):
    """All that an index can say."""

    tags: dict[str, int]
    own_tags: dict[tuple[str, str], int]
    articles: dict[tuple[str, str], ArticleCounts]
    reviewed: dict[tuple[str, str, str], frozenset[int]]
    meant: dict[str, int]


SINCE = ["", "2026-02", "2026-03"]


def final_records(edits: Iterable[Edit]) -> dict[str, dict[str, Record | None]]:
    """The last state of every record, None where it is gone; articles and marks as the store shows them, with those in conflict."""
    found: dict[str, dict[str, Record | None]] = {t: {} for t in ("articles", "tags", "annotations", "reviews")}
    for each in sorted(edits, key=lambda e: e.order):
        for change in each.changes:
            if change.table in ("articles", "tags"):
                found[change.table][change.id] = change.after if change.table == "tags" else None
    followed = ("articles", "annotations", "reviews")
    of_these = (msgspec.structs.replace(e, changes=tuple(c for c in e.changes if c.table in followed)) for e in edits)
    for shelf in replay_edits(of_these).values():
        for table in followed:
            found[table].update({r.id: encode(r) for r in shelf.table(table).values()})
    return found


def codebook_of(tags: dict[str, Record | None]) -> Codebook:
    """All tags of the tests, those without a record of their own as plain ones."""
    records = {key: tags.get(key, {}) for key in TAGS}
    return Codebook(
        {
            key: Tag(id=key, name=key, merged_into=r.get("merged_into", ""), deleted=r.get("deleted", False))
            for key, r in records.items()
            if r is not None
        }
    )


def counted_slowly(edits: Iterable[Edit]) -> Seen:
    records = final_records(edits)
    codebook = codebook_of(records["tags"])
    tags: dict[str, int] = {}
    own: dict[tuple[str, str], int] = {}
    counted: list[Record] = []
    coded: dict[tuple[str, str], set[int]] = {}
    removed = {key for key, r in records["articles"].items() if r is None or r["removed"]}
    for r in records["annotations"].values():
        if r is None or not r["tag"]:
            continue
        tag, where = codebook.resolve(r["tag"]), r["anchor"]
        if r["article"] not in removed:
            tags[r["tag"]] = tags.get(r["tag"], 0) + 1
            own[r["tag"], r["coder"]] = own.get((r["tag"], r["coder"]), 0) + 1
            counted.append(r)
        if tag is not None and where and where["start"] < 50:
            touched = range(where["start"] // 10 + 1, min(where["end"] - 1, 49) // 10 + 2)
            if where["end"] - 1 >= 50:
                touched = range(touched[0], touched[0] + 1)  # its end is nowhere known
            coded.setdefault((r["article"], r["coder"]), set()).update(touched)
    times: dict[tuple[str, str], dict[int, str]] = {}
    for r in records["reviews"].values():
        if r is not None:
            own_times = times.setdefault((r["article"], r["coder"]), {})
            own_times[r["paragraph"]] = max(own_times.get(r["paragraph"], ""), r["at"])
    places = set(coded) | set(times)
    articles = {p: ArticleCounts(len(coded.get(p, ())), len(times.get(p, ()))) for p in places}
    reviewed = {
        (*p, since): frozenset(n for n, at in times.get(p, {}).items() if at >= since)
        for p in places
        for since in SINCE
    }
    return Seen(tags, own, articles, reviewed, meant_slowly(counted, codebook))


def meant_slowly(annotations: list[Record], codebook: Codebook) -> dict[str, int]:
    """Annotations by what their tags mean; two of one coder on one target are one where several tags became one."""
    groups: dict[str, list[Record]] = {}
    for r in annotations:
        if (tag := codebook.resolve(r["tag"])) is not None:
            groups.setdefault(tag.id, []).append(r)
    found: dict[str, int] = {}
    for key, group in groups.items():
        targets = {(r["coder"], r["unit"], r["article"], str(r["anchor"])) for r in group}
        found[key] = len(targets) if len({r["tag"] for r in group}) > 1 else len(group)
    return found


def said_by(counts: Counts, edits: Iterable[Edit]) -> Seen:
    codebook = codebook_of(final_records(edits)["tags"])
    own = {(tag, coder): n for coder in CODERS for tag, n in counts.tags(coder).items()}
    articles = {(article, coder): n for coder in CODERS for article, n in counts.articles(coder).items()}
    for (tag, coder), number in own.items():
        assert counts.tag(tag, coder) == number
    for place, number_of in articles.items():
        assert counts.article(*place) == number_of
    reviewed = {(*p, since): counts.reviewed(*p, since) for p in articles for since in SINCE}
    tags = counts.tags()
    assert {tag: counts.tag(tag) for tag in TAGS if counts.tag(tag)} == tags
    return Seen(tags, own, articles, reviewed, counts.meant(codebook))


# The law


def changes() -> st.SearchStrategy[Change]:
    places = st.sampled_from([(0, 10), (3, 7), (8, 12), (10, 20), (25, 48), (45, 70), (60, 65)])
    annotations = st.builds(
        lambda n, tag, place, coder: mark(f"n{n}", tag, *place, article=ARTICLES[n % 2], coder=coder),
        st.integers(1, 4),
        st.sampled_from(["", *TAGS]),
        places,
        st.sampled_from(CODERS),
    )
    on_article = annotations.map(
        lambda c: Change(c.table, c.id, None, {**(c.after or {}), "anchor": None, "unit": "article"})
    )
    reviews = st.builds(
        lambda n, paragraph, at, coder: review(f"r{n}", paragraph, at, article=ARTICLES[n % 2], coder=coder),
        st.integers(1, 4),
        st.integers(1, 3),
        st.sampled_from(["2026-01-05", "2026-02-05", "2026-03-05"]),
        st.sampled_from(CODERS),
    )
    tags = st.builds(
        lambda key, into, deleted: Change("tags", key, None, {"id": key, "merged_into": into, "deleted": deleted}),
        st.sampled_from(TAGS),
        st.sampled_from(["", "", *TAGS]),
        st.booleans(),
    )
    articles = st.builds(
        lambda key, removed: Change("articles", key, None, {"id": key, "number": 1, "title": key, "removed": removed}),
        st.sampled_from(ARTICLES),
        st.sampled_from(["", "2026"]),
    )
    other = st.just(Change("coders", "c1", None, {"id": "c1"}))
    made = st.one_of(annotations, annotations, on_article, reviews, tags, articles, other)
    return st.one_of(made, made, made.map(gone))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Edit], list[list[Edit]]]:
    """Edits with one change a record each, and the portions they come in: shuffled, some twice."""
    groups = draw(st.lists(st.lists(changes(), min_size=1, max_size=3), max_size=14))
    edits: list[Edit] = []
    states: dict[tuple[str, str], list[Record | None]] = {}
    for n, group in enumerate(groups, 1):
        made = []
        for change in {(c.table, c.id): c for c in group}.values():
            past = states.setdefault((change.table, change.id), [None])
            # Mostly made from what is there, now and then from what was there before: by someone who had not seen it.
            before = draw(st.sampled_from([past[-1], past[-1], *past]))
            if before is not None or change.after is not None:
                made.append(Change(change.table, change.id, before, change.after))
                past.append(change.after)
        edits.append(edit(n, *made, at=draw(st.integers(1, 9))))
    coming = draw(st.permutations(edits + draw(st.lists(st.sampled_from(edits), max_size=4) if edits else st.just([]))))
    portions: list[list[Edit]] = [[]]
    for each in coming:
        if draw(st.booleans()):
            portions.append([])
        portions[-1].append(each)
    return edits, portions


def comparable(edits: list[Edit]) -> list[Edit]:
    return [
        Edit(
            id=e.id,
            at=e.at,
            coder=e.coder,
            command=e.command,
            changes=tuple(c for c in e.changes if c.table != "coders"),
        )
        for e in edits
    ]


@given(histories(), st.sampled_from([1, 3, 20_000]))
@settings(deadline=None, max_examples=300)
def test_counts_equal_a_slow_count_and_a_rebuilt_index(history: tuple[list[Edit], list[list[Edit]]], bulk: int) -> None:
    edits, portions = history
    known = comparable(edits)
    followed, rebuilt = opened(Path(), memory=True), opened(Path(), memory=True)
    journal: list[Edit] = []

    def feed(cursor: str) -> tuple[list[Edit], str]:
        return journal[int(cursor or 0) :], str(len(journal))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BULK", bulk)
        for portion in portions:
            journal += portion
            assert followed.catch_up(feed)
            assert followed.take_texts(lambda article: TEXT)
            assert held_by(followed) == held_by_rebuilt(journal)
    rebuilt.apply([edit(900, mark("left over", "t1"))], "x")
    rebuilt.rebuild(edits, "end")
    slow = counted_slowly(known)
    assert said_by(rebuilt.counts(), known) == slow
    assert said_by(followed.counts(), known) == slow
    followed.close()
    rebuilt.close()


TEXT = MemoryText([("words", "")] * 5)
"""Five paragraphs, as `paragraph_of` has it."""


def held_by(index: Index) -> dict[str, list[Any]]:
    """All rows that do not depend on the order of coming."""
    run = index.reader().connection.execute
    tables = ("articles", "tags", "coded", "reviewed")
    found = {table: sorted(run(f"SELECT * FROM {table}").fetchall()) for table in tables}
    for table in ("annotations", "reviews"):
        found[table] = sorted(run(f"SELECT * FROM {table} WHERE live").fetchall())
    places = (
        "JOIN texts t ON row > t.base AND row <= t.base + t.count JOIN articles a ON a.id = t.article AND NOT a.removed"
    )
    found["marked"] = sorted(run(f"SELECT t.article, row - t.base, m.* FROM marked m {places}").fetchall())
    found["marked"] = [row[:2] + row[3:] for row in found["marked"]]
    for table in ("tag_counts", "article_counts"):
        found[table] = sorted(row for row in run(f"SELECT * FROM {table}") if any(row[2:]))
    return found


def held_by_rebuilt(edits: list[Edit]) -> dict[str, list[Any]]:
    index = opened(Path(), memory=True)
    index.rebuild(edits, "end")
    index.take_texts(lambda article: TEXT)
    found = held_by(index)
    index.close()
    return found


# By hand


def test_a_session_as_one_would_count_it(tmp_path: Path) -> None:
    index = opened(tmp_path / "index.sqlite")
    counts = index.counts()
    assert (index.cursor, counts.tags(), counts.article("a1", "c1")) == ("", {}, (0, 0))
    first, second = mark("n1", "t1"), mark("n2", "t2", 3, 7)
    index.apply([edit(1, first), edit(2, second), edit(3, review("r1", 1, "2026-01-03"))], "3")
    assert counts.article("a1", "c1") == ArticleCounts(coded=1, reviewed=1)  # two tags, one paragraph
    index.apply([edit(4, mark("n3", "t1", 8, 22, coder="c2"))], "4")
    assert counts.article("a1", "c2") == ArticleCounts(coded=3, reviewed=0)
    assert (counts.tag("t1"), counts.tag("t1", "c1"), counts.tag("t1", "c2"), counts.tag("t9")) == (2, 1, 1, 0)
    index.apply([edit(5, gone(first))], "5")
    assert counts.article("a1", "c1") == ArticleCounts(coded=1, reviewed=1)
    index.apply([edit(6, gone(second))], "6")
    assert counts.article("a1", "c1") == ArticleCounts(coded=0, reviewed=1)
    assert counts.tags() == {"t1": 1}
    assert counts.articles("c1") == {"a1": ArticleCounts(0, 1)}
    assert index.cursor == "6"


def test_an_older_change_that_comes_late_is_ignored(tmp_path: Path) -> None:
    index = opened(tmp_path / "index.sqlite")
    index.apply([edit(5, gone(mark("n1", "t1")))], "other journal")
    index.apply([edit(2, mark("n1", "t1"))], "own journal")
    assert index.counts().tags() == {}


def test_removed_articles_and_deleted_tags_come_back(tmp_path: Path) -> None:
    index = opened(tmp_path / "index.sqlite")
    counts = index.counts()
    index.apply([edit(1, mark("n1", "t1"), mark("n2", "t1", 10, 20))], "1")
    index.apply([edit(2, Change("articles", "a1", None, {"id": "a1", "removed": "2026"}))], "2")
    assert counts.tag("t1") == 0
    index.apply([edit(3, Change("articles", "a1", None, {"id": "a1", "removed": ""}))], "3")
    assert counts.tag("t1") == 2
    index.apply([edit(4, Change("tags", "t1", None, {"id": "t1", "deleted": True}))], "4")
    assert (counts.article("a1", "c1").coded, counts.tag("t1")) == (0, 2)
    index.apply([edit(5, Change("tags", "t1", None, {"id": "t1", "deleted": False}))], "5")
    assert counts.article("a1", "c1").coded == 2


def test_a_merge_counts_doubles_once(tmp_path: Path) -> None:
    index = opened(tmp_path / "index.sqlite")
    index.apply([edit(1, mark("n1", "t1"), mark("n2", "t2"), mark("n3", "t2", 10, 20))], "1")
    merged = Codebook({"t1": Tag(id="t1", name="one"), "t2": Tag(id="t2", name="two", merged_into="t1")})
    assert index.counts().meant(merged) == {"t1": 2}
    assert index.counts().meant(merged, "c2") == {}


def test_it_is_kept_and_private(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    index = opened(path)
    index.apply([edit(1, mark("n1", "t1"))], "1")
    for name in (path.name, path.name + "-wal"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    index.close()
    again = opened(path)
    assert (again.cursor, again.counts().tag("t1"), again.in_memory) == ("1", 1, False)


def test_what_one_session_applies_another_reads(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    one, other = opened(path), opened(path)
    counts = other.counts()
    one.apply([edit(1, mark("n1", "t1"))], "1")
    assert counts.tag("t1") == 1
    other.apply([edit(1, mark("n1", "t1")), edit(2, mark("n2", "t1"))], "2")
    assert one.counts().tag("t1") == 2


def damage_header(path: Path) -> None:
    path.write_bytes(b"not a database " * 500)


def damage_tables(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE tag_counts")
    connection.close()


def older_version(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 0")
    connection.close()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [damage_header, damage_tables, older_version, emptied])
def test_what_is_damaged_or_old_is_built_anew(tmp_path: Path, harm: Any) -> None:
    path = tmp_path / "index.sqlite"
    journal = [edit(1, mark("n1", "t1")), edit(2, mark("n2", "t1", 10, 20))]
    index = opened(path)
    index.apply(journal[:1], "1")
    index.close()
    harm(path)
    index = opened(path)
    assert index.catch_up(lambda cursor: (journal[int(cursor or 0) :], "2"))
    assert (index.cursor, index.counts().tag("t1"), index.in_memory) == ("2", 2, False)
    assert index.counts().article("a1", "c1").coded == 2


def test_damage_while_it_is_open_is_mended_and_its_readers_follow(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    journal = [edit(1, mark("n1", "t1")), edit(2, mark("n2", "t1", 10, 20))]
    index = opened(path)
    counts = index.counts()
    index.apply(journal[:1], "1")
    damage_tables(path)
    with pytest.raises(Damage, match="index"):
        counts.tag("t1")
    assert index.catch_up(lambda cursor: (journal[int(cursor or 0) :], "2"))
    assert counts.tag("t1") == 2


def test_another_projects_index_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    index = opened(path, project="p0")
    index.apply([edit(1, mark("n1", "t1"))], "1")
    index.close()
    assert opened(path).cursor == ""


def test_a_folder_that_cannot_be_written_means_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    index = opened(tmp_path / "file" / "index.sqlite")
    assert index.in_memory
    assert index.catch_up(lambda cursor: ([edit(1, mark("n1", "t1"))], "1"))
    assert index.counts().tag("t1") == 1


def test_a_busy_index_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    index = opened(path)
    index.apply([edit(1, mark("n1", "t1"))], "1")
    index.wait(0)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert not index.catch_up(lambda cursor: ([edit(2, mark("n2", "t1"))], "2"))
    assert index.counts().tag("t1") == 1
    other.execute("ROLLBACK")
    assert index.catch_up(lambda cursor: ([edit(2, mark("n2", "t1"))], "2"))
    assert index.counts().tag("t1") == 2


def test_a_cursor_that_no_longer_fits_means_from_the_start(tmp_path: Path) -> None:
    index = opened(tmp_path / "index.sqlite")
    index.apply([edit(1, mark("erased", "t1")), edit(2, mark("n2", "t1"))], "2")

    def shorter(cursor: str) -> tuple[list[Edit], str]:
        if cursor:
            raise Damage("The journal is shorter.")
        return [edit(2, mark("n2", "t1"))], "1"

    def broken(cursor: str) -> tuple[list[Edit], str]:
        raise Damage("The journal cannot be read.")

    assert index.catch_up(shorter)
    assert (index.cursor, index.counts().tags()) == ("1", {"t1": 1})
    with pytest.raises(Damage):
        index.catch_up(broken)
    assert index.counts().tags() == {"t1": 1}


def test_an_error_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    index = opened(tmp_path / "index.sqlite")
    index.apply([edit(1, mark("n1", "t1"))], "1")
    broken = Change("annotations", "n3", None, {"anchor": {"start": "x", "end": 1}})
    with pytest.raises(ValueError, match="x"):
        index.apply([edit(2, mark("n2", "t1")), edit(3, broken)], "3")
    assert (index.cursor, index.counts().tag("t1")) == ("1", 1)


def test_an_edit_that_comes_late_changes_what_a_conflict_left() -> None:
    first, index = mark("n1", "t1"), opened(Path(), memory=True)
    seen, unseen = (Change("annotations", "n1", first.after, mark("n1", tag).after) for tag in ("t2", "t3"))
    between = Change("annotations", "n1", seen.after, mark("n1", "t1", 3, 7).after)
    journal = [edit(1, first), edit(2, seen), edit(5, unseen)]

    def feed(cursor: str) -> tuple[list[Edit], str]:
        return journal[int(cursor or 0) :], str(len(journal))

    assert index.catch_up(feed)
    assert index.counts().tags() == {"t2": 1, "t3": 1}  # both live on
    journal.append(edit(6, mark("n2", "")))
    assert index.catch_up(feed)
    for bulk in (20_000, 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "_BULK", bulk)
            journal.append(edit(3 if bulk > 1 else 4, between))
            assert index.catch_up(feed)
            assert held_by(index) == held_by_rebuilt(journal)
