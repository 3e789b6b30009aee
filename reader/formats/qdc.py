"""REFI-QDA codebook (.qdc): the tags for other programs of the field, out and in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from reader.codebook import Codebook
from reader.errors import UsageError
from reader.formats import ExportOptions, ImportOptions, NewItem
from reader.formats.refi import CODEBOOK, ORIGIN, CodeTree, codebook_losses, sentence
from reader.model import Corpus


class QdcExporter:
    """Writes the codebook; what the format cannot hold is said by `losses`."""

    suffix = ".qdc"
    media_type = "application/xml"

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the codes; returns their number. UsageError without any: the schema wants at least one."""
        tree = CodeTree(Codebook(corpus.tags))
        if not len(tree):
            raise UsageError("There is no tag to write: a codebook in this format holds at least one.")
        out.write(f'<?xml version="1.0" encoding="utf-8"?>\n<CodeBook xmlns="{CODEBOOK}" origin="{ORIGIN}">\n'.encode())
        for part in tree.parts():  # noqa: FURB122  a file that is being replaced has `write` alone
            out.write(part.encode())
        out.write(b"</CodeBook>\n")
        return len(tree)

    def losses(self, corpus: Corpus, options: ExportOptions) -> list[str]:
        """What of the codebook does not go into the file, a sentence each."""
        memos = sum(memo.unit == "tag" for memo in corpus.memos())
        said = [sentence(memos, "note{s} on tags: left out, the project format (qdpx) holds them")] if memos else []
        return [*codebook_losses(Codebook(corpus.tags), options), *said]


class QdcImporter:
    """Reads a codebook, as other programs write it too."""

    suffixes = (".qdc",)
    media_type = "application/xml"

    def read(self, file: BinaryIO, name: str, options: ImportOptions) -> Iterator[NewItem]:
        """The tags in the file; Unreadable if it is none or not safe."""
        from reader.formats.refi_read import codebook_in

        return iter(codebook_in(file.read(), name))


EXPORTER = QdcExporter()
IMPORTER = QdcImporter()
