"""From bytes to an article: what text and Markdown have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from reader.formats import ImportOptions, NewArticle, furniture
from reader.formats.decode import decode
from reader.formats.frontmatter import front_matter
from reader.formats.paragraphs import BODY, ParagraphTable
from reader.formats.split import Block, divide
from reader.formats.title import find_title
from reader.model import Split

Finder = Callable[[str, int], Iterable[Block]]
"""The blocks of a text that are one paragraph each, from a position on, in order."""


def article(
    data: bytes, name: str, options: ImportOptions, *, importer: str, media_type: str, blocks: Finder
) -> NewArticle:
    """The article in a file's bytes. `name` is what the user named; Unreadable or UsageError with one sentence."""
    decoded = decode(data, name, options.encoding)
    text = decoded.text
    front = front_matter(text)
    fixed = [*([Block(0, front.end, "furniture")] if front else ()), *blocks(text, front.end if front else 0)]
    paragraphs, rule = divide(text, options.split, fixed)
    give_roles(text, paragraphs)
    meta = dict(front.values) if front else {}
    title = find_title(text, paragraphs, meta.pop("title", ""), name)
    return NewArticle(
        text=text,
        paragraphs=paragraphs,
        title=title,
        source=name,
        media_type=media_type,
        meta=meta,
        split=Split(importer=importer, rule=rule, version=1),
        source_sha256=hashlib.sha256(data).hexdigest(),
        remarks=decoded.remarks,
    )


def give_roles(text: str, paragraphs: ParagraphTable) -> None:
    """Mark furniture and captions among the body paragraphs that nobody speaks."""
    starts, ends, roles, spoken = paragraphs.starts, paragraphs.ends, paragraphs.roles, paragraphs.speaker_indexes
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if end - start <= furniture.LONGEST and not spoken[index] and roles[index] == BODY:
            role = furniture.role_of(text[start:end])
            if role != "body":
                paragraphs.set_role(index, role)
