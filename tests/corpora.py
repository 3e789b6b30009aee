"""A corpus in memory: the protocol that exporters read, over plain dictionaries."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence

from reader.model import CONTEXT, Anchor, Annotation, Article, Coder, Marks, Paragraph, ProjectInfo, Tag


class MemoryText:
    """An article's text; its paragraphs are given as (text, speaker) and joined by blank lines."""

    def __init__(self, parts: Sequence[tuple[str, str]]) -> None:
        self.whole = "\n\n".join(words for words, _ in parts)
        self.paragraphs: list[Paragraph] = []
        start = 0
        for number, (words, speaker) in enumerate(parts, 1):
            self.paragraphs.append(Paragraph(number, start, start + len(words), "body", speaker))
            start += len(words) + 2

    @property
    def length(self) -> int:
        return len(self.whole)

    def __len__(self) -> int:
        return len(self.paragraphs)

    def paragraph(self, number: int) -> Paragraph:
        if not 1 <= number <= len(self.paragraphs):
            raise IndexError(number)
        return self.paragraphs[number - 1]

    def text_of(self, number: int) -> str:
        paragraph = self.paragraph(number)
        return self.whole[paragraph.start : paragraph.end]

    def slice(self, start: int, end: int) -> str:
        return self.whole[start:end]

    def number_at(self, position: int) -> int:
        ends = [paragraph.end for paragraph in self.paragraphs]
        return min(bisect.bisect_right(ends, position) + 1, len(ends))

    def speakers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(p.speaker for p in self.paragraphs if p.speaker))

    def anchor(self, start: int, end: int) -> Anchor:
        """The anchor of a span, with its context."""
        before, after = self.whole[max(0, start - CONTEXT) : start], self.whole[end : end + CONTEXT]
        return Anchor(start, end, self.whole[start:end], before, after)


class MemoryCorpus:
    """Articles, tags and annotations as they are added; satisfies `model.Corpus`."""

    def __init__(self) -> None:
        self._articles: dict[str, Article] = {}
        self._tags: dict[str, Tag] = {}
        self._texts: dict[str, MemoryText] = {}
        self._annotations: list[Annotation] = []

    def add_article(self, article: Article, parts: Sequence[tuple[str, str]] = (("Words.", ""),)) -> MemoryText:
        self._articles[article.id] = article
        self._texts[article.id] = MemoryText(parts)
        return self._texts[article.id]

    def add_tags(self, *tags: Tag) -> None:
        self._tags.update((tag.id, tag) for tag in tags)

    def add(self, *annotations: Annotation) -> None:
        self._annotations.extend(annotations)

    @property
    def info(self) -> ProjectInfo:
        return ProjectInfo(id="p1")

    @property
    def articles(self) -> Mapping[str, Article]:
        return dict(sorted(self._articles.items(), key=lambda item: item[1].number))

    @property
    def tags(self) -> Mapping[str, Tag]:
        return self._tags

    @property
    def coders(self) -> Mapping[str, Coder]:
        return {a.coder: Coder(id=a.coder) for a in self._annotations}

    def text(self, article_id: str) -> MemoryText:
        return self._texts[article_id]

    def marks(self, article_id: str) -> Marks:
        return Marks(annotations=_by_id(a for a in self._annotations if a.article == article_id))

    def memos(self) -> tuple[Annotation, ...]:
        return tuple(a for a in self._annotations if a.unit in ("tag", "project"))


def _by_id(annotations: Iterable[Annotation]) -> dict[str, Annotation]:
    return {annotation.id: annotation for annotation in annotations}
