"""The rules of QDA-XML 1.0 (Project.xsd and Codebook.xsd of 18 March 2019) for what a text project uses, as a table of our own.

A type is the order of its children, written as a regular expression over their names, and its
attributes with their type; `!` marks one that must be there.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element, fromstring

GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
TYPES: dict[str, str] = {
    "guid": rf"{GUID}|\{{{GUID}\}}",
    "rgb": r"#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})",
    "integer": r"[+-]?[0-9]+",
    "boolean": r"true|false|0|1",
    "kind": r"Text|Boolean|Integer|Float|Date|DateTime",
    "string": r"(?s:.*)",
    "time": r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?",
}


class Rule(NamedTuple):
    """What stands in an element: children in order, attributes, whether it holds text."""

    children: str = ""
    attributes: str = ""
    text: bool = False


MADE = "creatingUser=guid creationDateTime=time modifyingUser=guid modifiedDateTime=time"
TEXT = Rule(text=True)
REF = Rule(attributes="targetGUID=guid!")
SOURCE = Rule(
    "Description? PlainTextContent? PlainTextSelection* Coding* NoteRef* VariableValue*",
    f"guid=guid! name=string richTextPath=string plainTextPath=string {MADE}",
)
COMMON: dict[str, Rule] = {
    "Codes": Rule("Code+"),
    "Code": Rule("Description? NoteRef* Code*", "guid=guid! name=string! isCodable=boolean! color=rgb"),
    "Description": TEXT,
}
PROJECT: dict[str, Rule] = {
    **COMMON,
    "Project": Rule(
        "Users? CodeBook? Variables? Cases? Sources? Notes? Links? Sets? Graphs? Description? NoteRef*",
        "name=string! origin=string creatingUserGUID=guid creationDateTime=time modifyingUserGUID=guid "
        "modifiedDateTime=time basePath=string",
    ),
    "Users": Rule("User+"),
    "User": Rule(attributes="guid=guid! name=string id=string"),
    "CodeBook": Rule("Codes"),
    "Variables": Rule("Variable+"),
    "Variable": Rule("Description?", "guid=guid! name=string! typeOfVariable=kind!"),
    "Sources": Rule("TextSource+"),
    "TextSource": SOURCE,
    "Note": SOURCE,
    "Notes": Rule("Note+"),
    "PlainTextContent": TEXT,
    "PlainTextSelection": Rule(
        "Description? Coding* NoteRef*", f"guid=guid! name=string startPosition=integer! endPosition=integer! {MADE}"
    ),
    "Coding": Rule("CodeRef NoteRef*", "guid=guid! creatingUser=guid creationDateTime=time"),
    "VariableValue": Rule("VariableRef TextValue?"),
    "TextValue": TEXT,
    "CodeRef": REF,
    "NoteRef": REF,
    "VariableRef": REF,
}
CODEBOOK: dict[str, Rule] = {
    **COMMON,
    "CodeBook": Rule("Codes Sets?", "origin=string"),
    "Code": Rule("Description? Code*", "guid=guid! name=string! isCodable=boolean! color=rgb"),
}


def faults(data: bytes) -> list[str]:
    """Where the document breaks a rule, a line each; none for a valid one."""
    root = fromstring(data)
    namespace, name = root.tag[1:].split("}")
    if (namespace, name) == ("urn:QDA-XML:project:1.0", "Project"):
        rules = PROJECT
    elif (namespace, name) == ("urn:QDA-XML:codebook:1.0", "CodeBook"):
        rules = CODEBOOK
    else:
        return [f"the root is {root.tag}"]
    found: list[str] = []
    _check(root, f"{{{namespace}}}", rules, found)
    _check_references(root, found)
    return found


def _check(element: Element, namespace: str, rules: dict[str, Rule], found: list[str]) -> None:
    name = element.tag.removeprefix(namespace)
    rule = rules.get(name)
    if rule is None:
        found.append(f"{element.tag} is not known")
        return
    order = "".join(f"<{child.tag.removeprefix(namespace)}>" for child in element)
    pattern = re.sub(r"(\w+)([?*+]?) ?", r"(<\1>)\2", rule.children)
    if not re.fullmatch(pattern, order):
        found.append(f"{name} holds {order[:200]}")
    if not rule.text and (element.text or "").strip():
        found.append(f"{name} holds text")
    found += [f"{name}: {fault}" for fault in _attribute_faults(element, rule)]
    for child in element:
        _check(child, namespace, rules, found)


def _attribute_faults(element: Element, rule: Rule) -> list[str]:
    allowed = dict(entry.split("=") for entry in rule.attributes.split())
    missing = [name for name, kind in allowed.items() if kind.endswith("!") and name not in element.attrib]
    wrong = [name for name in element.attrib if name not in allowed]
    for name, value in element.attrib.items():
        kind = allowed.get(name, "string").rstrip("!")
        if not re.fullmatch(TYPES[kind], value):
            wrong.append(f"{name}={value!r}")
        elif kind == "time":
            datetime.fromisoformat(value)
    return [*(f"{name} is missing" for name in missing), *wrong]


def _check_references(root: Element, found: list[str]) -> None:
    """GUIDs are given once, and everything pointed at is there (specification, 4.3)."""
    given = [element.attrib["guid"] for element in root.iter() if "guid" in element.attrib]
    found += [f"{guid} is given twice" for guid in sorted(set(given)) if given.count(guid) > 1]
    pointed = {e.attrib[key] for e in root.iter() for key in ("targetGUID", "creatingUser") if key in e.attrib}
    found += [f"nothing has the guid {guid}" for guid in sorted(pointed - set(given))]
