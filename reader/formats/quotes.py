"""Markdown: the codebook with the quotes under each tag. What comes from outside is never markup."""

from __future__ import annotations

import re
from typing import BinaryIO

from reader.formats import ExportOptions
from reader.formats.gathered import ByTag, Quote, visible
from reader.formats.seen import Meant
from reader.model import Corpus

_MARKUP = re.compile(
    r"""
    [\\`*_\[\]<{}|~^$@\#]            # markup wherever they stand: emphasis, code, links, HTML, tables, sums, mentions
    | &(?=\w|\#)                     # the beginning of an entity
    | ([-=+'"])(?=\1)               # runs: dashes and marks of extensions
    | (?<=([-=+'"]))\2
    | :(?=[/\w+-])                   # addresses that become links, and names of pictures
    | (?<=www)\.
    | ^\s*[-+=>:]                     # what begins a line: lists, quotes, rules, definitions
    | ^\s*\((?=\w+\))
    | ^\s*(?:\d+|[a-z]|[ivxlcdm]+)[.)]
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Signs that can be markup in CommonMark or its usual extensions; others stay as they are, so that the file reads well."""


def _escaped_sign(match: re.Match[str]) -> str:
    return f"{match[0][:-1]}\\{match[0][-1]}"


def one_line(text: str) -> str:
    """Outside text as it reads, on one line, without being markup (CommonMark 0.31, 2.4: a backslash before punctuation)."""
    return _MARKUP.sub(_escaped_sign, " ".join(visible(text).split()))


def lines(text: str) -> list[str]:
    """The same with its lines kept; an empty line parts paragraphs."""
    return [one_line(line) for line in visible(text).split("\n")]


def _block(text: str, prefix: str = "") -> str:
    """Lines behind a prefix; two spaces at the end keep a line break."""
    kept = lines(text)
    ends = ["  " if line and following else "" for line, following in zip(kept, [*kept[1:], ""], strict=True)]
    return "".join(f"{prefix}{line}{end}".rstrip(" ") + end + "\n" for line, end in zip(kept, ends, strict=True))


class QuotesExporter:
    """Writes quotes by tag path, with title, paragraph, coder and note."""

    suffix = ".md"
    media_type = "text/markdown"

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        """Write the quotes tag by tag; returns how many there are."""
        by_tag = ByTag(corpus, options)
        out.write(f"# {one_line(corpus.info.name) or 'Quotes'}\n".encode())
        out.write(b"".join(_memo(memo) for memo in by_tag.memos.get("", ())))
        count = 0
        for tag in by_tag.tags():
            out.write(f"\n## {one_line(by_tag.codebook.shown(tag.id))}\n".encode())
            if tag.description:
                out.write(f"\n{_block(tag.description)}".encode())
            out.write(b"".join(_memo(memo) for memo in by_tag.memos.get(tag.id, ())))
            count += self._quotes(by_tag, tag.id, out)
        if by_tag.counts[""]:
            out.write(b"\n## Notes without a tag\n")
            count += self._quotes(by_tag, "", out)
        return count

    def _quotes(self, by_tag: ByTag, tag_id: str, out: BinaryIO) -> int:
        count = 0
        for quote in by_tag.quotes(tag_id):
            out.write(_quote(quote).encode())
            count += 1
        return count


def _memo(memo: Meant) -> bytes:
    return f"\n{_block(memo.note)}\n— {one_line(memo.annotation.coder)}\n".encode()


def _quote(quote: Quote) -> str:
    annotation = quote.row.annotation
    words = _block(annotation.anchor.quote, "> ") + ">\n" if annotation.anchor is not None else ""
    title = f"{quote.article.number} · {one_line(quote.article.title)}"
    where = ", ".join(part for part in (title, quote.place, one_line(annotation.coder)) if part)
    note = f"\n{_block(quote.row.note)}" if quote.row.note else ""
    return f"\n{words}> — {where}\n{note}"


EXPORTER = QuotesExporter()
