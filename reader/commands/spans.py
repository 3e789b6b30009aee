"""Tags on the words themselves: spans put on, their ends changed, their words made a tag."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reader.codebook import LONGEST_NAME, SEPARATOR, Codebook, plain
from reader.commands.coding import last_names, meaning, mine, shown, take_off, words_of
from reader.commands.notes import check_note
from reader.commands.phrases import listed, shortened, titled
from reader.commands.registry import Outcome, command
from reader.commands.wanted import TagRef, existing, new_tags, to_put_on
from reader.edits import now
from reader.errors import ReaderError, UsageError
from reader.model import Anchor, Annotation, Article, Tag

if TYPE_CHECKING:
    from reader.project import Project

GROUP = "Coding"
LONGEST_QUOTE = 48
AROUND = 200
"""Characters on each side in which a grapheme cluster is looked for."""


@command(
    "span",
    "Put tags on words of a paragraph.",
    group=GROUP,
    words={
        "article": "Number, id or its start, or file name.",
        "paragraph": "The paragraph's number.",
        "words": "The words as they stand there; where they do not, case, accents and quotes may differ.",
        "tags": "Tags as path (harm/displacement), or as name where only one tag has it.",
        "nth": "Which one, where the words stand there several times: 1 is the first.",
        "create": "Make the tags that are not in the codebook yet.",
        "off": "Take the tags off these words instead.",
    },
    examples=('reader span 3 8 "failed to hold back" blame', "reader span 3 8 truce diplomacy/truce --nth 2 --create"),
    more="The words stand in one paragraph. In the program a span may run over several.",
)
def span_words(  # noqa: PLR0913  one parameter an option of the command line
    project: Project,
    article: Article,
    paragraph: int,
    words: str,
    tags: Sequence[TagRef],
    *,
    nth: int | None = None,
    create: bool = False,
    off: bool = False,
) -> Outcome:
    """Find words in a paragraph and put tags on them. UsageError where they do not stand there, or twice and `nth` is None."""
    start, end = find_words(project, article, paragraph, words, nth)
    if off:
        return _taken_off(project, article, (start, end), tags)
    return span(project, article, start, end, tags, create=create)


def find_words(project: Project, article: Article, number: int, words: str, nth: int | None = None) -> tuple[int, int]:
    """Where words stand in a paragraph, as (start, end) in code points of the article."""
    paragraph = project.paragraph(article, number)
    text = project.text(article.id).text_of(number)
    if not words.strip():
        raise UsageError("Which words? Write them in quotation marks, as they stand in the paragraph.")
    found = _exactly(text, words) or project.finder(words).spans(text)
    if not found:
        raise UsageError(
            f"“{_brief(words)}” does not stand in ¶ {number} of {titled(article)}{_elsewhere(project, article, words)}."
        )
    if nth is None and len(found) > 1:
        places = "; ".join(f"{n} {_in_context(text, *at)}" for n, at in enumerate(found[:5], 1))
        raise UsageError(
            f"“{_brief(words)}” stands {len(found)} times in ¶ {number}: {places}. --nth says which one, or write more words."
        )
    if nth is not None and not 1 <= nth <= len(found):
        raise UsageError(
            f"“{_brief(words)}” stands {len(found)} times in ¶ {number}; --nth goes from 1 to {len(found)}."
        )
    start, end = found[(nth or 1) - 1]
    return paragraph.start + start, paragraph.start + end


def _exactly(text: str, words: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = text.find(words)
    while at >= 0:
        found.append((at, at + len(words)))
        at = text.find(words, at + len(words))
    return found


def _elsewhere(project: Project, article: Article, words: str) -> str:
    """Where in the article the words do stand, as a clause."""
    text, finder = project.text(article.id), project.finder(words)
    numbers = [n for n in range(1, len(text) + 1) if finder.spans(text.text_of(n))]
    return f"; it does in ¶ {listed(numbers[:9])}" if numbers else ""


def _in_context(text: str, start: int, end: int) -> str:
    left = " ".join(text[max(0, start - 16) : start].split(" ")[-3:]).replace("\n", " ")
    right = " ".join(text[end : end + 16].split(" ")[:3]).replace("\n", " ")
    return f"“…{left}[{text[start:end]}]{right}…”"


def span(
    project: Project, article: Article, start: int, end: int, tags: Sequence[TagRef], *, create: bool = False
) -> Outcome:
    """Put tags on a span, new tags and marks in one edit; it may run over several paragraphs.

    The ends are drawn in to the words and out to whole grapheme clusters. What has the tag already stays
    as it is. UsageError for a span without words or outside the text.
    """
    anchor = whole_span(project, article, start, end)
    meant, made = to_put_on(project, tags, create=create)
    return _put_on(project, article, anchor, meant, made)


def in_vivo(project: Project, article: Article, start: int, end: int) -> Outcome:
    """Make the span's own words a tag and put it on them, in one edit; a tag that has the name already is used."""
    anchor = whole_span(project, article, start, end)
    name = in_vivo_name(anchor.quote)
    known = _of_this_name(project.codebook, name)
    if known is not None:
        meant, made = to_put_on(project, [known], create=False)
    else:
        made = new_tags(project, project.codebook, name)
        meant = made[-1:]
    return _put_on(project, article, anchor, meant, made)


def _of_this_name(codebook: Codebook, name: str) -> Tag | None:
    """The tag of a name at the root, else the only one anywhere."""
    at_root = codebook.child("", name)
    named = [tag for tag in codebook.live() if plain(tag.name) == plain(name)]
    return at_root or (named[0] if len(named) == 1 else None)


def in_vivo_name(words: str) -> str:
    """Words as the name of a tag: what a name cannot hold becomes a space, cut at 200 characters. UsageError if nothing is left."""
    from reader.clusters import whole

    spaced = words.replace(SEPARATOR, " ")
    bare = "".join(" " if c in "/;" or unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in spaced)
    name = " ".join(bare.split()).replace(SEPARATOR, " ")
    name = name[: whole(name, LONGEST_NAME, len(name))[0]] if len(name) > LONGEST_NAME else name
    name = name.strip()
    if not name:
        raise UsageError("There is nothing in these words that could be a tag's name.")
    return name


def span_note(project: Project, article: Article, start: int, end: int, text: str) -> Outcome:
    """Set the coder's bare note on a span; an empty text removes it."""
    check_note(text)
    anchor = whole_span(project, article, start, end)
    old = next((m for m in spans_at(project, article, anchor) if not m.tag), None)
    place = f"“{_brief(anchor.quote)}”"
    if text == (old.note if old else ""):
        return Outcome(f"The note on {place} says that already.", "note unchanged" if old else "no note here")
    if not text:
        after = None
    elif old is None:
        after = project.annotation("span", article=article, anchor=anchor, note=text)
    else:
        after = replace(old, note=text, modified=now())
    edit = project.apply("note", [(old, after)])
    said = (
        f"note on {place}, {words_of(text)}"
        if text
        else f"note on {place} removed, {words_of(old.note if old else '')}"
    )
    return Outcome(f"{said[0].upper()}{said[1:]}.", said, edit)


def change_ends(project: Project, annotation: Annotation, start: int, end: int) -> Outcome:
    """Give one of one's own spans other ends, in one edit; tag, note and date stay.

    Where the new words have the same tag of this coder already, the two become one with both notes.
    """
    annotation = mine(project, annotation)
    if annotation.unit != "span" or annotation.anchor is None:
        raise ReaderError(f"That mark stands on the whole {annotation.unit}; only a span has ends to change.")
    article = project.article(annotation.article)
    anchor = whole_span(project, article, start, end)
    if (anchor.start, anchor.end) == (annotation.anchor.start, annotation.anchor.end):
        return Outcome("The ends are there already.", "ends unchanged")
    there = (m for m in spans_at(project, article, anchor) if m.id != annotation.id)
    same = [m for m in there if _what_it_says(project, m) == _what_it_says(project, annotation)]
    if same:
        note = "\n".join(part for part in (same[0].note, annotation.note) if part)
        pairs = [(annotation, None), (same[0], replace(same[0], note=note, modified=now()))]
    else:
        pairs = [(annotation, replace(annotation, anchor=anchor, modified=now()))]
    edit = project.apply("span-ends", pairs)
    said = f"now on “{_brief(anchor.quote)}”"
    return Outcome(f"The span is {said}.", said, edit)


def _what_it_says(project: Project, mark: Annotation) -> tuple[bool, str]:
    """The tag that a mark means, a deleted one too; all bare notes are alike."""
    return bool(mark.tag), meaning(project, mark) or mark.tag


def whole_span(project: Project, article: Article, start: int, end: int) -> Anchor:
    """The anchor of a span: in to its words, out to whole grapheme clusters. UsageError for one that holds no words."""
    from reader.clusters import whole

    text = project.text(article.id)
    if not 0 <= start < end <= text.length:
        raise UsageError(f"There is no span {start} to {end} in {titled(article)}; it has {text.length} characters.")
    words = text.slice(start, end)
    first, last = start + len(words) - len(words.lstrip()), start + len(words.rstrip())
    if first >= last:
        raise UsageError("There are only spaces there; a span holds words.")
    base = max(0, first - AROUND)
    around = text.slice(base, min(text.length, last + AROUND))
    first, last = whole(around, first - base, last - base)
    return project.anchor(article, base + first, base + last)


def spans_at(project: Project, article: Article, anchor: Anchor) -> list[Annotation]:
    """The coder's own annotations on exactly this span."""
    number = project.number_at(article.id, anchor.start)
    marks = project.marks(article.id).of(number, project.coder)
    return [
        m
        for m in marks
        if m.unit == "span"
        and not m.layer
        and m.anchor is not None
        and (m.anchor.start, m.anchor.end) == (anchor.start, anchor.end)
    ]


def _put_on(project: Project, article: Article, anchor: Anchor, meant: Sequence[Tag], made: Sequence[Tag]) -> Outcome:
    present = {meaning(project, mark) for mark in spans_at(project, article, anchor)}
    missing = [t for t in meant if t.id not in present]
    quote, place = _brief(anchor.quote), _paragraphs(project, article, anchor)
    if not missing:
        names = shown(project, meant)
        return Outcome(f"Already there: {names} on “{quote}” in {place}.", f"{last_names(meant)}: already there")
    pairs: list[tuple[None, Annotation | Tag]] = [(None, tag) for tag in made]
    pairs += [(None, project.annotation("span", article=article, anchor=anchor, tag=t.id)) for t in missing]
    edit = project.apply("span", pairs)
    said = f"Tagged “{quote}” in {place}: {shown(project, meant)}."
    return Outcome(said, f"“{quote}” tagged {last_names(meant)}", edit)


def _taken_off(project: Project, article: Article, at: tuple[int, int], tags: Sequence[TagRef]) -> Outcome:
    if not tags:
        raise UsageError("Which tag? Write its path or name, such as harm/displacement.")
    anchor = whole_span(project, article, *at)
    meant = {existing(project.codebook, ref).id for ref in tags}
    gone = [mark for mark in spans_at(project, article, anchor) if mark.tag and meaning(project, mark) in meant]
    if not gone:
        return Outcome(
            f"Nothing to take off: “{_brief(anchor.quote)}” has no such tag of yours.", "nothing to take off"
        )
    if len(gone) == 1:
        return take_off(project, gone[0])
    edit = project.apply("untag", [(mark, None) for mark in gone])
    said = f"took {len(gone)} tags off “{_brief(anchor.quote)}”"
    return Outcome(f"{said[0].upper()}{said[1:]}.", said, edit)


def _paragraphs(project: Project, article: Article, anchor: Anchor) -> str:
    text = project.text(article.id)
    first, last = text.number_at(anchor.start), text.number_at(anchor.end - 1)
    return f"¶ {listed(range(first, last + 1))} of {titled(article)}"


def _brief(words: str) -> str:
    return shortened(words, LONGEST_QUOTE)
