"""Files that an importer must survive, made here; the manifest says of each what must become of it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

IN, OUT = "taken in", "refused"


class Bad(NamedTuple):
    """A file: how it is made, what must become of it, and the text that must then be stored (None: any)."""

    make: Callable[[Path], object]
    becomes: str
    text: str | None = None


def _bytes(data: bytes, becomes: str, text: str | None = None) -> Bad:
    return Bad(lambda path: path.write_bytes(data), becomes, text)


SAMPLE = "Grüße – “naïve”, Ω\n\nA second paragraph of plain words.\n"
WORDS = {
    "koi8_r": "Привет, это длинный русский текст о реке и мосте. " * 8,
    "cp1251": "Сегодня вечером вода поднялась выше моста и дороги. " * 8,
    "cp1252": "Le café était fermé, l’élève a déjà mangé à Genève. " * 8,
    "latin_1": "Müller hört das Läuten über der Straße, schön und früh. " * 8,
    "iso8859_7": "Το νερό ανέβηκε πάνω από τη γέφυρα χθες το βράδυ. " * 8,
    "shift_jis": "これは日本語の文章です。川の水が橋を越えました。" * 8,
    "euc_jp": "これは日本語の文章です。川の水が橋を越えました。" * 8,
    "gb18030": "这是一篇很长的中文文章。河水昨天晚上漫过了桥。" * 8,
    "big5": "這是一篇很長的中文文章。河水昨天晚上漫過了橋。" * 8,
    "euc_kr": "이것은 긴 한국어 글입니다. 어젯밤 강물이 다리를 넘었습니다. " * 8,
}
MARKED = {
    "utf-8": SAMPLE.encode(),
    "utf-8 with a mark": b"\xef\xbb\xbf" + SAMPLE.encode(),
    "utf-16 LE": b"\xff\xfe" + SAMPLE.encode("utf-16-le"),
    "utf-16 BE": b"\xfe\xff" + SAMPLE.encode("utf-16-be"),
    "utf-32 LE": b"\xff\xfe\0\0" + SAMPLE.encode("utf-32-le"),
    "utf-32 BE": b"\0\0\xfe\xff" + SAMPLE.encode("utf-32-be"),
    "CRLF": SAMPLE.replace("\n", "\r\n").encode(),
    "CR": SAMPLE.replace("\n", "\r").encode(),
}
BROKEN = {
    "cut in a sign": (SAMPLE * 20).encode()[:-1] + "é".encode()[:1],
    "a byte that follows nothing": (SAMPLE * 20).encode() + b" \x80 end",
    "too long a form": (SAMPLE * 20).encode() + b" \xc0\xaf end",
    "half a pair": (SAMPLE * 20).encode() + b" \xed\xa0\x80 end",
    "beyond the last": (SAMPLE * 20).encode() + b" \xf5\x80\x80\x80 end",
    "FF among words": (SAMPLE * 20).encode() + b" \xff end",
}
ODD = {
    "no end of line": "one line without an end",
    "ends of all kinds": "a\n\nb\x0b\x0cc\x85d\u2028e\u2029f\n",
    "a mark in the middle": "one\ufefftwo\n",
    "escapes": "\x1b]52;c;eA==\x07 and \x1b[2J\n",
    "markup": "[@click=app.quit]x[/] [/b] {0} %s\n",
    "turned round": "\u202eabc\u202c \u2066def\u2069\n",
    "no characters": "\ufdd0 \ufffe \U0001ffff\n",
    "ten thousand marks": "z" + "\u0301" * 10_000 + "\n",
    "private": "\ue000 \U0010fffd\n",
    "tabs": "\ta\tb\t\n",
    "like a table": "=1+1,@SUM(A1)\n",
    "like front matter": "---\ntitle: [\n---\nwords\n",
    "front matter for ever": "---\n" + "key: value\n" * 5_000,
    "speakers without words": "A:\nB:\nA:\nB:\n",
    "a line of a megabyte": "word " * 200_000 + "\n",
    "a hundred thousand short lines": "a\n" * 100_000,
    "blank lines and a word": "\n" * 1_000_000 + "word\n",
}
BINARIES = {
    "nothing": b"",
    "blanks": b" \n\t\n ",
    "a million blank lines": b"\n" * 1_000_000,
    "a mark alone": b"\xef\xbb\xbf",
    "a NUL": b"some words\0and more words\n",
    "NULs": bytes(4096),
    "utf-16 without a mark": SAMPLE.encode("utf-16-le"),
    "PNG": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "zip": b"PK\x03\x04" + bytes(range(256)),
    "gzip": b"\x1f\x8b\x08" + bytes(range(256)),
    "ELF": b"\x7fELF" + bytes(range(256)),
}


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _socket(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    here = Path.cwd()
    os.fchdir(folder)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(here)
    os.close(folder)


SPECIAL = {
    "a FIFO": Bad(os.mkfifo, OUT),
    "a device without end": Bad(lambda path: path.symlink_to("/dev/zero"), OUT),
    "a device with nothing": Bad(lambda path: path.symlink_to("/dev/null"), OUT),
    "a link to itself": Bad(_loop, OUT),
    "a link to nothing": Bad(lambda path: path.symlink_to("gone.txt"), OUT),
    "a socket": Bad(_socket, OUT),
    "an empty folder": Bad(lambda path: path.mkdir(), OUT),
    "a file that is gone": Bad(lambda path: None, OUT),
    "a file as a folder": Bad(lambda path: path.with_name("plain").write_text("x"), OUT),
}
MANIFEST: dict[str, Bad] = {
    **{f"encoding {name}": _bytes(words.encode(name), IN) for name, words in WORDS.items()},
    **{f"{name}": _bytes(data, IN, SAMPLE) for name, data in MARKED.items()},
    **{f"broken: {name}": _bytes(data, IN) for name, data in BROKEN.items()},
    **{f"odd: {name}": _bytes(text.encode(), IN) for name, text in ODD.items()},
    **{f"no text: {name}": _bytes(data, OUT) for name, data in BINARIES.items()},
    **SPECIAL,
}
