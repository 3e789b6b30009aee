"""The use of tags: what is kept and follows the edits says what a slow, obvious count of all marks says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader import commands
from reader.commands.usage import TagUsage, Usage, Usages
from reader.errors import ReaderError
from reader.model import Article
from reader.project import Project
from tests.projects import make_project, new_article, put_on

PATHS = ("harm", "harm/strike", "harm/strike/wage", "harm/fire", "work", "work/wage")


def slowly(project: Project) -> dict[str, TagUsage]:
    """The same from the marks themselves, each tag by itself."""
    codebook, found = project.codebook, {}
    marks = [
        (mark, tag.id)
        for article in project.articles
        for mark in project.all_marks(article).annotations.values()
        if mark.tag and (tag := codebook.resolve(mark.tag)) is not None
        if not project.info.blind or mark.coder == project.coder
    ]
    for tag, _ in codebook.tree():
        wanted = {tag.id, *(below.id for below in codebook.below(tag.id))}
        distinct: set[tuple[object, ...]] = set()
        paragraphs: set[tuple[str, int]] = set()
        articles: set[str] = set()
        for mark, meant in marks:
            if meant not in wanted:
                continue
            anchor = mark.anchor
            ends = (anchor.start, anchor.end) if anchor else (-1, -1)
            distinct.add((meant, mark.coder, mark.unit, mark.article, ends))
            articles.add(mark.article)
            if anchor:
                text = project.text(mark.article)
                numbers = range(text.number_at(anchor.start), text.number_at(anchor.end - 1) + 1)
                paragraphs.update((mark.article, number) for number in numbers)
        itself = sum(1 for one in distinct if one[0] == tag.id)
        found[tag.id] = TagUsage(itself, Usage(len(distinct), len(paragraphs), len(articles)))
    return found


def kept(project: Project, usages: Usages) -> dict[str, TagUsage]:
    return {tag.id: usages.of(tag.id) for tag, _ in project.codebook.tree()}


def followed(project: Project, usages: Usages) -> Usages:
    """What has followed, or where that cannot be, one made anew."""
    if not usages.follow():
        usages = Usages(project)
        usages.count()
    assert usages.is_current()
    return usages


class Desk:
    """Two coders at one project, each with an index connection of their own, and what they can do there."""

    def __init__(self, folder: Path) -> None:
        made = make_project(folder, articles=[new_article(), new_article(title="B", source="b.txt")])
        for path in PATHS:
            commands.tag_add(made, path)
        made.close()
        self.both = [Project.open(folder, coder=coder) for coder in ("c1", "c2")]

    def close(self) -> None:
        for project in self.both:
            project.close()

    def act(self, action: str, who: int, k: int) -> None:
        """Do one thing, as far as it can be done now; it is on the disk after that."""
        project = self.both[who]
        project.poll()
        try:
            self._act(project, action, k)
        except ReaderError:
            return
        project.flush()

    def _act(self, project: Project, action: str, k: int) -> None:
        articles = [*project.articles.values()]
        article = articles[k % len(articles)] if articles else None
        tags = [tag for tag, _ in project.codebook.tree()]
        tag = tags[k % len(tags)]
        doings: dict[str, Callable[[Article], object]] = {
            "tag": lambda a: commands.tag(project, a, [2, 4][: k % 3], [tag]),
            "span": lambda a: commands.span(project, a, *((50, 70), (100, 300), (0, 9))[k % 3], [tag]),
            "tag article": lambda a: commands.tag_article(project, a, [tag]),
            "untag": lambda a: commands.untag(project, a, [2, 4], [tag]),
            "swap": lambda a: commands.swap(project, a, [2, 4], tag, tags[k // 2 % len(tags)]),
            "tag note": lambda a: commands.tag_note(project, tag, f"note {k}"),
            "note": lambda a: commands.note(project, a, 4, f"note {k}"),
            "review": lambda a: commands.review(project, a, [4]),
            "merge": lambda a: commands.tag_merge(project, tag, tags[k // 2 % len(tags)]),
            "move": lambda a: commands.tag_move(project, tag, tags[k // 2 % len(tags)]),
            "delete": lambda a: commands.tag_delete(project, tag, children=True),
            "remove": project.remove,
            "undo": lambda a: commands.undo(project),
            "blind": lambda a: commands.blind_start(project),
            "see": lambda a: commands.blind_end(project),
        }
        if article is not None and (len(tags) > 1 or action != "delete"):
            doings[action](article)


MARKING = ("tag", "span", "tag article", "untag", "swap", "undo", "note", "tag note", "review")
SELDOM = ("merge", "move", "delete", "remove", "blind", "see")
DOINGS = st.lists(
    st.tuples(st.sampled_from([*MARKING, *MARKING, *MARKING, *SELDOM]), st.integers(0, 1), st.integers(0, 11)),
    min_size=1,
    max_size=14,
)


def follow_and_compare(doings: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as folder, closing(Desk(Path(folder) / "p")) as desk:
        usages = [followed(project, Usages(project)) for project in desk.both]
        for action, who, k in doings:
            desk.act(action, who, k)
            for at, project in enumerate(desk.both):
                project.poll()
                usages[at] = followed(project, usages[at])
                assert kept(project, usages[at]) == commands.usage(project) == slowly(project), (action, who, k)


@settings(max_examples=15, deadline=None)
@given(DOINGS)
def test_what_follows_the_edits_equals_a_slow_count(doings: list[tuple[str, int, int]]) -> None:
    follow_and_compare(doings)


@pytest.mark.torture
@settings(max_examples=400, deadline=None)
@given(DOINGS)
def test_what_follows_any_edits_equals_a_slow_count(doings: list[tuple[str, int, int]]) -> None:
    follow_and_compare(doings)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Desk(tmp_path / "p")) as found:
        yield found


def test_a_tag_put_on_by_oneself_and_by_another_coder_is_followed(desk: Desk) -> None:
    mine, theirs = desk.both
    usages = Usages(mine)
    usages.count()
    article = next(iter(mine.articles.values()))
    commands.tag(mine, article, [2], ["harm/fire"])
    mine.flush()
    commands.tag(theirs, article, [2, 4], ["harm/strike"])
    theirs.flush()
    theirs.counts()  # it is they who take both into the index
    assert not usages.is_current()
    assert usages.follow()
    assert usages.is_current(), "it has followed"
    assert usages.of(mine.codebook.find("harm").id) == TagUsage(0, Usage(3, 2, 1))
    assert usages.of(mine.codebook.find("harm/fire").id) == TagUsage(1, Usage(1, 1, 1))


def test_of_two_marks_alike_one_counts_and_one_may_go(desk: Desk) -> None:
    project = desk.both[0]
    article = next(iter(project.articles.values()))
    fire, harm = project.codebook.find("harm/fire"), project.codebook.find("harm")
    marks = [put_on(project, article, 2, fire)[0] for _ in range(2)]  # as two copies of a project make them
    put_on(project, article, 4, fire)
    project.flush()
    usages = followed(project, Usages(project))
    for mark, left in ((None, Usage(2, 2, 1)), (marks[0], Usage(2, 2, 1)), (marks[1], Usage(1, 1, 1))):
        if mark is not None:
            project.apply("untag", [(mark, None)])
            project.flush()
            assert usages.follow()
        assert usages.of(fire.id) == TagUsage(left.annotations, left)
        assert usages.of(harm.id) == TagUsage(0, left)


def test_another_codebook_another_library_or_a_new_index_is_not_followed(desk: Desk) -> None:
    project = desk.both[0]
    article = next(iter(project.articles.values()))
    commands.tag(project, article, [2], ["harm/fire"])
    project.flush()
    changes: tuple[Callable[[], object], ...] = (
        lambda: commands.tag_add(project, "harm/flood"),
        lambda: project.remove(article),
        project.repair,
    )
    for change in changes:
        usages = followed(project, Usages(project))
        change()
        project.flush()
        assert not usages.is_current()
        assert not usages.follow()


def test_what_only_reviews_touch_is_current(desk: Desk) -> None:
    project = desk.both[0]
    usages = followed(project, Usages(project))
    commands.review(project, next(iter(project.articles.values())), [4])
    project.flush()
    assert usages.is_current()


def test_of_very_many_only_the_counts_are_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Usages, "KEPT", 2)
    project = desk.both[0]
    article = next(iter(project.articles.values()))
    commands.tag(project, article, [2, 4], ["harm/fire", "work"])
    project.flush()
    usages = followed(project, Usages(project))
    assert kept(project, usages) == slowly(project)
    commands.tag(project, article, [5], ["work"])
    project.flush()
    assert not usages.follow()
    assert kept(project, followed(project, usages)) == slowly(project)
