"""Strings that would steer a terminal, turn its reading direction or act as markup; made here, each with a name."""

from __future__ import annotations

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"

SEQUENCES = {
    "clipboard": f"{ESC}]52;c;cGF5bG9hZA=={BEL}",
    "title": f"{ESC}]0;not your title{BEL}",
    "link": f"{ESC}]8;;https://example.invalid{ST}here{ESC}]8;;{ST}",
    "palette": f"{ESC}]4;1;#ff0000{ST}",
    "device string": f"{ESC}P+q544e{ST}",
    "application string": f"{ESC}_Gi=1;AAAA{ST}",
    "private message": f"{ESC}^secret{ST}",
    "report": f"{ESC}[6n{ESC}[c{ESC}[>c",
    "erase": f"{ESC}[2J{ESC}[3J{ESC}[H",
    "modes": f"{ESC}[?1049l{ESC}[?25h{ESC}[?2004l",
    "reset": f"{ESC}c{ESC}[!p",
    "scroll": f"{ESC}[5;10r{ESC}D{ESC}M",
    "charset": f"{ESC}(0lqqk{ESC}(B",
    "colours": f"{ESC}[41;97;5mred{ESC}[0m",
    "single bytes": "\x9b31mC1\x9b0m \x9d0;title\x9c \x90q\x9c \x85 \x8d",
}
CONTROLS = {
    "bell": "ring\x07ring",
    "backspace": "abc\x08\x08\x08xyz",
    "null": "a\x00b\x00c",
    "shifts": "a\x0eqqq\x0fb",
    "delete": "a\x7f\x7fb",
    "vertical": "a\x0bb\x0cc",
    "enquiry": "a\x05b\x1ac",
    "separators": "a\x1cb\x1dc\x1ed\x1fe",
}
DIRECTIONS = {
    "override": "safe \u202egnp.exe\u202c end",
    "embeddings": "\u202aleft\u202c \u202bright\u202c",
    "isolates": "\u2066a\u2069 \u2067b\u2069 \u2068c\u2069",
    "left open": "\u202e\u2067\u202d never closed",
    "marks": "a\u200eb\u200fc\u061cd",
}
INVISIBLE = {
    "zero width": "pass\u200bword \ufeffmark \u2060join\u2060",
    "separators": "one\u2028two\u2029three",
    "private": "\ue000\uf8ff \U000f0000\U0010fffd",
    "tags": "flag\U000e0067\U000e0062\U000e007f",
    "interlinear": "\ufff9base\ufffaover\ufffb",
    "not characters": "\ufdd0\ufffe\U0001ffff",
    "soft hyphen": "soft\u00adhyphen",
    "many marks": "z" + "\u0300\u0301\u0302\u0303" * 2500,
    "marks and joiners": "e" + "\u0301\u200d" * 400,
}
MARKUP = {
    "closing": "[/] [/b] [/red]",
    "action": "[@click=app.quit]press me[/]",
    "action of a screen": "[@click=screen.leave]leave[/] [@click='app.exit']x[/]",
    "link": "[link=https://example.invalid]a link[/link]",
    "colours": "[bold red on white]loud[/] [reverse]r[/]",
    "variables": "$text [$primary]p[/] {self.app} {0} %s %(x)s",
    "escaped": r"\[not] \\[b]x[/b] [[]] [ ]",
    "emoji": ":smile: :warning: ⚠️",
}
PLAIN = {
    "not composed": "e\u0301a\u0308 \u212b",
    "families": "👩\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈",
    "right to left": "שלום עולם مرحبا",
}
GROUPS = {"sequence": SEQUENCES, "control": CONTROLS, "direction": DIRECTIONS, "invisible": INVISIBLE, "markup": MARKUP}
CORPUS = {
    f"{group}: {name}": text for group, texts in {**GROUPS, "plain": PLAIN}.items() for name, text in texts.items()
}
"""All of them by name."""


def nameable(text: str) -> str:
    """The string without what a tag's name may not hold by the rules: separators, controls, line breaks, blanks around it."""
    barred = {"/", ";"} | {chr(n) for n in (*range(0x20), *range(0x7F, 0xA0))} | {"\u2028", "\u2029"}
    return "".join(sign for sign in text if sign not in barred).replace(" > ", " ").strip()[:60]


def one_line(text: str) -> str:
    """The string on one line, short enough for a title."""
    return " ".join(text.split())[:300]
