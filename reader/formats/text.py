"""Plain text, with front matter if it has any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from reader.formats import ImportOptions, NewArticle
from reader.formats.build import article
from reader.formats.split import Block


def _nothing_fixed(_text: str, _begin: int) -> tuple[Block, ...]:
    return ()


class TextImporter:
    """Reads one plain text as one article."""

    suffixes = (".txt", ".text")
    media_type = "text/plain"

    def read(self, file: BinaryIO, name: str, options: ImportOptions) -> Iterator[NewArticle]:
        """The article in the file; Unreadable if it is empty or no text."""
        yield article(file.read(), name, options, importer="text", media_type=self.media_type, blocks=_nothing_fixed)


IMPORTER = TextImporter()
