"""The texts of a project on the disk: where they are, opened when asked for, written once, paragraphs made again."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from reader import fs
from reader.edits import Record
from reader.errors import Damage
from reader.model import Article, Paragraph
from reader.store import texts
from reader.store.journal import checked
from reader.store.records import encode

KEPT = 64
"""Texts that stay mapped."""


def paragraphs_name(article: Article, *, apart: bool = False) -> str:
    """The name of an article's paragraph file; `apart` from what another rule made of the same text, here or in another copy.

    Copies of a project are put together file by file: what two of them call the same has to be the same.
    """
    return f"{article.id}.{article.paragraphs_sha256[:16]}.paragraphs" if apart else f"{article.id}.paragraphs"


SplitAgain = Callable[[Article, str], Iterable[Sequence[Paragraph]]]
"""How the paragraphs of a text may have come about, by the rule that its article names."""


class TextFiles:
    """The folder `texts` of a project. `report` is told what was mended; nothing is written before `may_write`."""

    split_again: SplitAgain | None = None

    def __init__(self, project: Path, modes: fs.Modes, report: Callable[[str], None]) -> None:
        self._folder = project / "texts"
        self.modes = modes
        self._report = report
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], texts.StoredText] = {}
        self._made_again: dict[Path, bytes] = {}
        self._may_write = False

    def path(self, article_id: str) -> Path:
        """Where the immutable text of an article is."""
        return self._folder / article_id[1:3] / f"{article_id}.txt"

    def paragraphs_path(self, article: Article) -> Path:
        """Where the paragraphs of an article are."""
        apart = self.path(article.id).with_name(paragraphs_name(article, apart=True))
        return apart if fs.exists(apart) else self.path(article.id).with_name(paragraphs_name(article))

    def _new_path(self, article: Article, *, apart: bool = False) -> Path:
        """Where they are written: not over the paragraphs of another rule."""
        path = self.paragraphs_path(article)
        others = fs.exists(path) and _body_sha256(path) not in ("", article.paragraphs_sha256)
        return path.with_name(paragraphs_name(article, apart=True)) if apart or others else path

    def text(self, article: Article) -> texts.StoredText:
        """The text of an article. Damage if its paragraphs cannot be read, or be made again from the text."""
        key = (article.id, article.paragraphs_sha256)
        found = self._open.get(key)
        if found is None:
            found = self._opened(article)
            with self._lock:
                if len(self._open) >= KEPT:
                    self._open.pop(next(iter(self._open)), None)
                self._open[key] = found
        return found

    def _opened(self, article: Article) -> texts.StoredText:
        text, paragraphs, sha256 = self.path(article.id), self.paragraphs_path(article), article.paragraphs_sha256
        try:
            return texts.StoredText(text, paragraphs, sha256)
        except Damage as error:
            made = self._made(article)
            if made is None:
                raise
            self._report(f"{str(error).removesuffix('.')}; the paragraphs were made again from the text.")
            self._made_again[self._new_path(article)] = made
            if self._may_write:
                self.may_write()
            return texts.StoredText(text, paragraphs, sha256, made)

    def may_write(self) -> None:
        """From now on the paragraphs made again are written, too."""
        self._may_write = True
        for path, data in self._made_again.items():
            with contextlib.suppress(OSError):  # it is made again at the next start, too
                fs.replace_file(path, data, self.modes)
        self._made_again.clear()

    def _made(self, article: Article) -> bytes | None:
        """The paragraph file of an article from its text; None where text and recorded rule do not give the one that was."""
        try:
            data = fs.read_bytes(self.path(article.id))
        except OSError:
            return None
        if self.split_again is None or _sha256(data) != article.sha256:
            return None
        text = data.decode()
        for paragraphs in self.split_again(article, text):
            body = texts.encode_paragraphs(text, paragraphs)
            if body.sha256 == article.paragraphs_sha256:
                return texts.head_line(_told_by_text(article), body) + body.data
        return None

    def repair_paragraphs(self, article: Article) -> bool:
        """Write the paragraph file of an article anew; False where it cannot be made from the text. OSError."""
        made = self._made(article)
        if made is not None:
            fs.replace_file(self._new_path(article), made, self.modes)
            self._open.pop((article.id, article.paragraphs_sha256), None)
        return made is not None

    def put(self, article: Article, text: str, paragraphs: Sequence[Paragraph], *, apart: bool) -> Article:
        """Write an article's text and paragraphs, durably, unless they are there; the article with `paragraphs_sha256`. OSError.

        `apart` are paragraphs that an import of the text does not come to by itself: another copy may have those.
        """
        body = texts.encode_paragraphs(text, paragraphs)
        self._open.pop((article.id, body.sha256), None)
        article = msgspec.structs.replace(article, paragraphs_sha256=body.sha256)
        path = self.path(article.id)
        fs.make_folder(path.parent, self.modes)
        if not fs.exists(path) or _sha256(fs.read_bytes(path)) != article.sha256:
            fs.replace_file(path, text.encode(), self.modes)
        known = self.paragraphs_path(article)
        if not fs.exists(known) or _body_sha256(known) != body.sha256:
            data = texts.head_line(_told_by_text(article), body) + body.data
            fs.replace_file(self._new_path(article, apart=apart), data, self.modes)
        return article


_TOLD_BY_TEXT = ("id", "sha256", "paragraphs_sha256")
"""Fields of an article that are the same wherever the same text is parted in the same places, by whatever rule."""


def _told_by_text(article: Article) -> Record:
    """What of an article's record stands at the head of its paragraph file: two copies that import one text write the same bytes."""
    record = encode(article)
    return {name: record[name] for name in _TOLD_BY_TEXT}


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _body_sha256(path: Path) -> str:
    """The hash of a paragraph file's body; empty if it is not what its head says."""
    data = fs.read_bytes(path)
    try:
        found = texts.body_sha256(data)
        head = msgspec.json.decode(checked(data[: data.find(b"\n") + 1]), type=texts.Head)
    except (Damage, msgspec.DecodeError):
        return ""
    return found if found == head.article.get("paragraphs_sha256") else ""
