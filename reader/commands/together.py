"""Tagging and reviewing in one step, for labelling with one short list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.commands.coding import last_names, meaning, own, shown
from reader.commands.phrases import where
from reader.commands.registry import Outcome
from reader.commands.reviewing import since_of
from reader.commands.wanted import TagRef, to_put_on
from reader.model import Annotation, Article, Review, Tag

if TYPE_CHECKING:
    from reader.project import Project


def tag_and_review(
    project: Project, article: Article, number: int, tags: Sequence[TagRef], *, create: bool = False
) -> Outcome:
    """Put tags on a paragraph and mark it reviewed, all in one edit. What is there already is left as it is."""
    meant, made = to_put_on(project, tags, create=create)
    present = {meaning(project, mark) for mark in own(project, article, number)}
    missing = [t for t in meant if t.id not in present]
    pairs: list[tuple[None, Annotation | Tag | Review]] = [(None, new) for new in made]
    anchor = project.paragraph_anchor(article, number)
    pairs += [(None, project.annotation("paragraph", article=article, anchor=anchor, tag=t.id)) for t in missing]
    reviewed = project.marks(article.id).reviewed(number, project.coder, since_of(project))
    if not reviewed:
        pairs.append((None, project.review(article, number)))
    names, place = shown(project, meant), where(project, article, [number])
    if not pairs:
        return Outcome(f"Already there: {names} on {place}, reviewed.", f"{last_names(meant)}: already there")
    edit = project.apply("tag-and-review", pairs)
    if not missing:
        return Outcome(f"Reviewed {place}; {shown(project, meant)} was there.", f"¶ {number} reviewed", edit)
    brief = f"¶ {number} tagged {last_names(meant)}, reviewed"
    return Outcome(f"Tagged and reviewed {place}: {shown(project, meant)}.", brief, edit)
