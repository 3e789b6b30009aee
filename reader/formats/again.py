"""The paragraphs of a stored text again, by the rule that its article names."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from reader.errors import ReaderError
from reader.formats import BUILT_IN, RULES, ImportOptions, NewArticle, importer_for
from reader.model import Article, Paragraph


def split_again(article: Article, text: str) -> Iterator[Sequence[Paragraph]]:
    """The ways in which the text may have been split, the likeliest first; whoever asks compares hashes.

    What is recorded is the rule as it turned out (`line` where each line became a paragraph), which
    `auto` may have come to as well.
    """
    name = article.split.importer
    importer = importer_for(name if name in BUILT_IN else "text")
    for rule in dict.fromkeys((article.split.rule, *RULES)):
        try:
            found = list(importer.read(io.BytesIO(text.encode()), name, ImportOptions(encoding="utf-8", split=rule)))
        except ReaderError:
            continue
        for new in found:
            if isinstance(new, NewArticle) and new.text == text:
                yield new.paragraphs
