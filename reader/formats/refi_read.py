"""Reading QDA-XML as any program of the field writes it: safe XML, names without prefixes, codes to tags."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from reader.codebook import LONGEST_NAME, plain
from reader.errors import Unreadable
from reader.formats import NewItem, NewProject, NewTag
from reader.formats.foreign import clean_name
from reader.formats.refi import ORIGIN, sentence

LARGEST_XML = 256 << 20
"""Bytes of XML that are parsed at most."""
MOST_TAGS = 8_000_000
"""Opening and closing tags in it at most; without a bound 250 MB of `<a/>` would become 6 GB of elements."""
MOST_LEVELS = 3000
_SPACE = uuid.UUID("9d0b6c0e-2f0b-5d0c-8f7e-4f5e3f3a7c55")
_HEX = re.compile(r"[0-9a-f]{32}")
_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")


def parse(data: bytes, name: str) -> Element:
    """The root of an XML document. Unreadable for what is none, and for a DTD: entities in it can be bombs."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    if len(data) > LARGEST_XML:
        raise Unreadable(f"{name} is not imported: it holds more than {LARGEST_XML >> 20} MB of XML.")
    if data.count(b"<") > MOST_TAGS:
        raise Unreadable(f"{name} is not safe to import: its XML has more than {MOST_TAGS:,} tags.")
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    try:
        root: Element = fromstring(start, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Unreadable(f"{name} is not safe to import: its XML has a DTD or entities.") from error
    except (ParseError, ValueError, LookupError) as error:
        reason = str(error).split("\n")[0] or "it is broken"
        raise Unreadable(f"{name} holds no readable XML: {reason}.") from error
    return root


def kind(element: Element) -> str:
    """The element's name without its namespace, in small letters: writers differ in both."""
    return str(element.tag).rsplit("}", 1)[-1].lower()


def inside(element: Element | None, name: str) -> list[Element]:
    """The children of this name, whatever the namespace."""
    return [child for child in element if kind(child) == name] if element is not None else []


def first(element: Element | None, name: str) -> Element | None:
    """The first child of this name."""
    return next(iter(inside(element, name)), None)


def attribute(element: Element | None, name: str) -> str:
    """An attribute, whatever the case of its name; empty where there is none."""
    if element is None:
        return ""
    if (value := element.get(name)) is not None:
        return value
    wanted = name.lower()
    return next((value for key, value in element.items() if key.rsplit("}", 1)[-1].lower() == wanted), "")


def words_in(element: Element | None, name: str) -> str:
    """The text of the first child of this name."""
    child = first(element, name)
    return "".join(child.itertext()) if child is not None else ""


def key(guid: str) -> str:
    """A GUID in one spelling, for braces and capitals differ between writers; another text as it is."""
    hexadecimal = guid.strip().strip("{}").replace("-", "").lower()
    return hexadecimal if _HEX.fullmatch(hexadecimal) else guid.strip()


def ident(letter: str, guid: str) -> str:
    """An id of ours for a GUID, the same each time; empty for none."""
    known = key(guid)
    if not known:
        return ""
    return letter + (known if _HEX.fullmatch(known) else uuid.uuid5(_SPACE, known).hex)


class Codes(NamedTuple):
    """The tags of a codebook in order, which tag each GUID means, the notes that codes point at, what to tell the user."""

    tags: list[NewTag]
    by_key: dict[str, str]
    notes: list[tuple[str, str]]
    """Tag id and key of the note."""
    remarks: list[str]


def codes_in(codes: Element | None, name: str, *, ours: bool) -> Codes:
    """The codes under an element of the file `name`, each behind the one it stands under. Names are made such that tags can have them.

    Unreadable where they are nested beyond all use: every tag knows its path, so the work grows with the square of the depth.
    """
    found = Codes([], {}, [], [])
    taken: dict[tuple[str, ...], set[str]] = {}
    changed = 0
    waiting: list[tuple[Element, tuple[str, ...], str]] = [(child, (), "") for child in reversed(inside(codes, "code"))]
    while waiting:
        element, above, parent = waiting.pop()
        if len(above) == MOST_LEVELS:
            raise Unreadable(f"{name} is not safe to import: its codes are nested more than {MOST_LEVELS:,} deep.")
        said = attribute(element, "name")
        named = _free(clean_name(said), taken.setdefault(above, set()))
        changed += named != said
        path = (*above, named)
        guid = attribute(element, "guid")
        tag_id = ident("t", guid or f"code without a guid: {' > '.join(path)}")
        if guid:
            found.by_key.setdefault(key(guid), tag_id)
        found.tags.append(
            NewTag(
                path=path,
                id=tag_id,
                parent=parent,
                colour=_six(attribute(element, "color")),
                description=words_in(element, "description"),
                archived=ours and attribute(element, "isCodable").strip() in ("false", "0"),
            )
        )
        found.notes.extend((tag_id, key(attribute(ref, "targetGUID"))) for ref in inside(element, "noteref"))
        waiting.extend((child, path, tag_id) for child in reversed(inside(element, "code")))
    if changed:
        found.remarks.append(sentence(changed, "code{s} had a name that a tag cannot have or that was taken: changed"))
    return found


def _free(name: str, taken: set[str]) -> str:
    found, count = name, 1
    while plain(found) in taken:
        count += 1
        found = f"{name[: LONGEST_NAME - 6]} {count}"
    taken.add(plain(found))
    return found


def _six(colour: str) -> str:
    colour = colour.strip()
    if not _COLOUR.fullmatch(colour):
        return ""
    digits = colour[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def is_ours(root: Element) -> bool:
    """Whether it was written here: then what only we write means what we mean by it."""
    return attribute(root, "origin") == ORIGIN


def codebook_in(data: bytes, name: str) -> Iterator[NewItem]:
    """The tags of a codebook file; also of a project file that was taken out of its archive."""
    root = parse(data, name)
    book = root if kind(root) == "codebook" else first(root, "codebook")
    codes = first(book, "codes")
    found = codes_in(codes if codes is not None else book, name, ours=is_ours(root))
    if not found.tags:
        raise Unreadable(f"{name} holds no codes; a REFI-QDA codebook has at least one.")
    sets = len(inside(first(book, "sets"), "set"))
    said = [sentence(sets, "set{s} of codes: not taken in")] if sets else []
    return iter([*found.tags, NewProject(remarks=(*found.remarks, *said))])


def left_out(root: Element) -> list[str]:
    """What a project holds beyond texts, codes and notes, a sentence a kind."""
    counts: Counter[str] = Counter()
    for group, one in (("cases", "case"), ("links", "link"), ("sets", "set"), ("graphs", "graph")):
        counts[one] = len(inside(first(root, group), one))
    return [sentence(count, f"{one}{{s}}: not taken in") for one, count in counts.items() if count]
