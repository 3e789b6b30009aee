"""How much tags are used, themselves and with the tags below them: what the codebook shows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from reader.codebook import Codebook
    from reader.project import Project
    from reader.search.counts import Use


class Usage(NamedTuple):
    """Annotations, and the paragraphs and articles in which they stand."""

    annotations: int = 0
    paragraphs: int = 0
    articles: int = 0


class TagUsage(NamedTuple):
    """The annotations with a tag itself, and rolled up: with all tags below it, nothing counted twice but annotations."""

    itself: int = 0
    with_below: Usage = Usage()


UNUSED = TagUsage()


def usage(project: Project) -> dict[str, TagUsage]:
    """The use of every tag that is neither deleted nor merged, by id; in a blind project one's own marks only.

    It knows what is on the disk: an edit just made is counted within moments. Cost grows with the annotations.
    """
    found = Usages(project)
    found.count()
    return {tag.id: found.of(tag.id) for tag, _ in project.codebook.tree()}


class Usages:
    """The same, kept: after an edit only what that has touched is counted anew. It is made for the codebook as it is now."""

    KEPT: ClassVar[int] = 20_000
    """Annotations whose places are kept, in some 15 MB; with more of them every edit has all counted anew."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._codebook = project.codebook
        self._counts = project.counts()
        self._turn = self._counts.turn
        self._uses: dict[str, Use] | None = None
        """By the ids of annotations; None until all is counted, and where they are too many."""
        self._places: dict[str, _Places] = {}
        self._counted: dict[str, TagUsage] = {}

    def is_current(self) -> bool:
        """Whether nothing was changed since this was made, or has followed."""
        return self._touched() == frozenset()

    def _touched(self) -> Set[str] | None:
        """The ids of the annotations that were changed; None where all has to be counted anew."""
        counts = self._project.counts()  # the index follows the journals
        if counts is not self._counts or self._project.codebook is not self._codebook:
            return None
        return counts.touched(self._turn)

    def count(self) -> None:
        """Count all there is; once, in any thread."""
        uses = self._counts.uses()
        by_tag: dict[str, list[Use]] = {}
        for use in uses:
            by_tag.setdefault(use.tag, []).append(use)
        meant: dict[str, list[Use]] = {}
        for tag_id, found in by_tag.items():
            if (tag := self._codebook.resolve(tag_id)) is not None:
                meant.setdefault(tag.id, []).extend(found)
        places = _placed(self._codebook, meant)
        if len(uses) <= self.KEPT:
            self._uses, self._places = {use.id: use for use in uses}, places
        else:
            self._counted = {tag_id: here.counted() for tag_id, here in places.items()}

    def follow(self) -> bool:
        """Count what was changed since all was counted. False, and nothing done, where all has to be counted anew."""
        touched = self._touched()
        if touched is None or self._uses is None:
            return False
        turn = self._counts.turn
        now = {use.id: use for use in self._counts.uses_of(touched)}
        for key in touched:
            self._replace(key, now.get(key))
        self._turn = turn
        return True

    def _replace(self, key: str, use: Use | None) -> None:
        """Count an annotation as it is now instead of as it was; None where it is no use any more."""
        assert self._uses is not None  # noqa: S101  (`follow` has seen to it)
        before = self._uses.pop(key, None)
        if use is not None:
            self._uses[key] = use
        for counted, times in ((before, -1), (use, 1)):
            tag = self._codebook.resolve(counted.tag) if counted is not None else None
            here = self._places.get(tag.id) if tag is not None else None
            if here is not None and counted is not None:
                here.add(counted, times)

    def of(self, tag_id: str) -> TagUsage:
        """The use of a tag; none for one that is not in use."""
        found = self._places.get(tag_id)
        return found.counted() if found is not None else self._counted.get(tag_id, UNUSED)


class _Places:
    """Where a tag stands with the tags below it: how often each place was counted, so that it can go again.

    Of `annotations` it has those of the tag itself; doubles that a merge made are one. `line` is this and what stands above it.
    """

    __slots__ = ("annotations", "articles", "below", "line", "paragraphs")

    def __init__(self, line: tuple[_Places, ...]) -> None:
        self.line = (self, *line)
        self.annotations: dict[Hashable, int] = {}
        self.below = 0
        self.paragraphs: dict[Hashable, int] = {}
        self.articles: dict[Hashable, int] = {}

    def counted(self) -> TagUsage:
        return TagUsage(len(self.annotations), Usage(self.below, len(self.paragraphs), len(self.articles)))

    def add(self, use: Use, times: int) -> None:
        """Count an annotation with the tag once more (1) or once less (-1)."""
        before = len(self.annotations)
        _bump(self.annotations, _sameness(use), times)
        change = len(self.annotations) - before
        paragraphs = _paragraphs(use)
        for here in self.line:
            here.below += change
            _bump(here.articles, use.article, times)
            for place in paragraphs:
                _bump(here.paragraphs, place, times)


def _sameness(use: Use) -> Hashable:
    """What makes two annotations of one tag doubles."""
    return (use.coder, use.unit, use.article, use.start, use.stop)


def _paragraphs(use: Use) -> list[Hashable]:
    return [(use.article, number) for number in range(use.first, use.last + 1)] if use.first else []


def _times(places: Iterable[Hashable]) -> dict[Hashable, int]:
    """How often each is there; most are there once, for which `Counter` takes ten times as long."""
    counted: dict[Hashable, int] = {}
    for place in places:
        counted[place] = counted.get(place, 0) + 1
    return counted


def _bump(counted: dict[Hashable, int], place: Hashable, times: int) -> None:
    found = counted.get(place, 0) + times
    if found:
        counted[place] = found
    else:
        del counted[place]


def _placed(codebook: Codebook, uses: Mapping[str, Sequence[Use]]) -> dict[str, _Places]:
    """The tags of the tree with where they stand, given the annotations that mean each."""
    places: dict[str, _Places] = {}
    for tag, _ in codebook.tree():
        above = codebook.resolve(tag.parent) if tag.parent else None
        places[tag.id] = _Places(places[above.id].line if above is not None else ())
    gathered: dict[_Places, tuple[list[Hashable], list[Hashable]]] = {}
    for tag_id, here in reversed(
        places.items()
    ):  # children stand behind their parents: each is full when its turn comes
        own = uses.get(tag_id, ())
        if not own and not here.below:
            continue
        here.annotations = _times(map(_sameness, own))
        here.below += len(here.annotations)
        paragraphs, articles = gathered.pop(here, ([], []))
        for use in own:
            paragraphs += _paragraphs(use)
            articles.append(use.article)
        here.paragraphs, here.articles = _times(paragraphs), _times(articles)
        if len(here.line) > 1:
            here.line[1].below += here.below
            all_paragraphs, all_articles = gathered.setdefault(here.line[1], ([], []))
            all_paragraphs += paragraphs
            all_articles += articles
    return places
