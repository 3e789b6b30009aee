"""What REFI-QDA's codebook and project have in common (QDA-XML 1.0, 18 March 2019): GUIDs, text in XML, codes, losses."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO

from reader.codebook import Codebook
from reader.formats import ExportOptions
from reader.formats.seen import columns_of_tags
from reader.model import Tag

ORIGIN = "reader"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
PROJECT = "urn:QDA-XML:project:1.0"
_SPACE = uuid.UUID("5b1f3a52-7f0e-5c1d-9a54-0d0c6c1f2a11")
_UUID_INSIDE = re.compile(r"[a-z]([0-9a-f]{32})")
_RGB = re.compile(r"#[0-9A-Fa-f]{6}")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document can hold (2.2)."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_ATTRIBUTE = str.maketrans(
    {**{chr(code): text for code, text in _IN_TEXT.items()}, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
)


@lru_cache(maxsize=4096)
def guid(ident: str) -> str:
    """The GUID of an id of ours: the UUID that is in it, else one made from it, always the same."""
    match = _UUID_INSIDE.fullmatch(ident)
    if match is None:
        return str(uuid.uuid5(_SPACE, ident))
    digits = match[1]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def in_xml(text: str) -> str:
    """The text as XML can hold it: a sign that it cannot becomes U+FFFD."""
    return _NO_XML.sub("\ufffd", text)


def is_lossless(text: str) -> bool:
    """Whether XML can hold every sign of it."""
    return _NO_XML.search(text) is None


def content(text: str) -> str:
    """The text between tags; its line ends survive the reading."""
    return in_xml(text).translate(_IN_TEXT)


def attributes(**values: str | int | None) -> str:
    """Attributes in the order given, those without a value left out, a space before each."""
    said = ((name, str(value)) for name, value in values.items() if value not in (None, ""))
    return "".join(f' {name}="{in_xml(value).translate(_IN_ATTRIBUTE)}"' for name, value in said)


def when(time: str) -> str:
    """A time as xsd:dateTime, or empty for what is none."""
    return time if _TIME.fullmatch(time) else ""


def element(name: str, text: str) -> str:
    """An element that holds text alone, nothing for an empty one."""
    return f"<{name}>{content(text)}</{name}>\n" if text else ""


def colour(tag: Tag) -> str:
    """The tag's colour as the schema has it, or empty."""
    return tag.colour.lower() if _RGB.fullmatch(tag.colour) else ""


class CodeTree:
    """The tags as nested codes. `notes` gives the GUIDs of the notes on a tag; codebooks have none."""

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        self.notes: dict[str, list[str]] = {}
        self._under: dict[str, list[Tag]] = {}
        standing = columns_of_tags(codebook)
        ids = {tag.id for tag in standing}
        for tag in standing:
            above = codebook.resolve(tag.parent) if tag.parent else None
            inside = above is not None and above.id in ids and not self._is_under(above, tag)
            self._under.setdefault(above.id if above is not None and inside else "", []).append(tag)

    def _is_under(self, tag: Tag, other: Tag) -> bool:
        """Whether `tag` stands somewhere under `other`, which only a loop made by a merge brings about."""
        seen: set[str] = set()
        above: Tag | None = tag
        while above is not None and above.id not in seen:
            if above.id == other.id:
                return True
            seen.add(above.id)
            above = self.codebook.resolve(above.parent) if above.parent else None
        return False

    def __len__(self) -> int:
        return sum(map(len, self._under.values()))

    def parts(self) -> Iterator[str]:
        """The element Codes; nothing where there is no tag, for the schema wants at least one."""
        if self:
            yield "<Codes>\n"
            yield from self._codes()
            yield "</Codes>\n"

    def _codes(self) -> Iterator[str]:
        """The codes, each inside the one above it, however deep: a call a level would end at a thousand."""
        open_levels = [iter(self._under.get("", ()))]
        while open_levels:
            tag = next(open_levels[-1], None)
            if tag is None:
                open_levels.pop()
                yield "</Code>\n" if open_levels else ""
                continue
            codable = "false" if tag.archived else "true"
            yield f"<Code{attributes(guid=guid(tag.id), name=tag.name, isCodable=codable, color=colour(tag))}>\n"
            yield element("Description", tag.description)
            yield "".join(f'<NoteRef targetGUID="{note}"/>\n' for note in self.notes.get(tag.id, ()))
            open_levels.append(iter(self._under.get(tag.id, ())))


def codebook_losses(codebook: Codebook, options: ExportOptions) -> list[str]:
    """What the exchange format cannot hold of a codebook, a sentence each."""
    tags = list(codebook.tags.values())
    said = [
        (
            sum(t.deleted for t in tags),
            "deleted tag{s}: left out",
        ),
        (
            sum(bool(t.merged_into) and not t.deleted for t in tags),
            "merged tag{s}: left out, their marks follow the merge",
        ),
        (len(columns_of_tags(codebook)), "time{s} at which tags were made: left out"),
        (sum(bool(t.key) for t in tags), "key{s} of tags: left out"),
        (sum(bool(t.colour) and not colour(t) for t in tags), "colour{s} not written #rrggbb: left out"),
        (
            sum(t.archived for t in tags),
            "archived tag{s}: written as not codable, which other programs may take for a folder",
        ),
        (sum(not is_lossless(t.name + t.description) for t in tags), "tag{s} with control characters: shown as \ufffd"),
    ]
    return [sentence(count, words) for count, words in said if count]


def sentence(count: int, words: str) -> str:
    """`3 tags: left out.` from a count and words with `{s}` or `{es}` where the plural goes."""
    return f"{count} {words.format(s='' if count == 1 else 's', es='' if count == 1 else 'es')}."


class Plain:
    """A stream that counts on `write` alone; `zipfile` wants `flush` too."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        """Hand the bytes on."""
        self._out.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""
