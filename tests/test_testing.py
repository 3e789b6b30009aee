"""The checks for authors of plug-ins: what is built in passes them, and what breaks a law does not."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from reader import formats
from reader.edits import Edit
from reader.errors import ReaderError
from reader.formats import Exporter, ExportOptions, Importer, ImportOptions, NewArticle, NewTag
from reader.model import Annotation, Corpus, Paragraph
from reader.project import Project
from reader.store import Store
from reader.store.tiny import TinyStore
from reader.testing import check_exporter, check_importer, check_store
from tests.projects import add_tag

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))


def exporter(name: str) -> Exporter | None:
    found = getattr(importlib.import_module(formats.BUILT_IN[name]), "EXPORTER", None)
    return found if isinstance(found, Exporter) else None


def importer(name: str) -> Importer | None:
    found = getattr(importlib.import_module(formats.BUILT_IN[name]), "IMPORTER", None)
    return found if isinstance(found, Importer) else None


EXPORTERS = [name for name in formats.BUILT_IN if exporter(name) is not None]
IMPORTERS = [name for name in formats.BUILT_IN if importer(name) is not None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Project.create(tmp_path / "p", name="p")
    return tmp_path / "p"


# -- what is built in ---------------------------------------------------------------------------------------


def test_the_embedded_store_keeps_its_promises(folder: Path) -> None:
    check_store(lambda coder: TinyStore(folder, coder))


@pytest.mark.parametrize("name", EXPORTERS)
def test_our_exporters_pass(name: str) -> None:
    found = exporter(name)
    assert found is not None
    check_exporter(found)


@pytest.mark.parametrize("name", IMPORTERS)
def test_our_importers_pass(name: str, project: Project, tmp_path: Path) -> None:
    found = importer(name)
    assert found is not None
    samples = {path.name: path.read_bytes() for path in SEEDS}
    if name in EXPORTERS:  # they read what they write
        path = tmp_path / f"sample{found.suffixes[0]}"
        add_tag(project, "harm")
        project.export(name, path, ExportOptions())
        samples = {path.name: path.read_bytes()}
    elif name == "markdown":
        samples = {"a.md": b"---\ntitle: Ferry\n---\n\n# Ferry\n\n*Late* again.\n"}
    check_importer(found, samples)


# -- what breaks a law --------------------------------------------------------------------------------------


class Words:
    """Reads a file as one article of one paragraph."""

    suffixes: tuple[str, ...] = (".words",)
    suffix = ".words"
    media_type = "text/plain"

    def read(self, file: BinaryIO, name: str, options: ImportOptions) -> Iterator[NewArticle | NewTag]:
        from reader.errors import Unreadable

        try:
            text = file.read().decode()
        except UnicodeDecodeError:
            raise Unreadable(f"{name} is no text.") from None
        if not text.strip() or "\0" in text:
            raise Unreadable(f"{name} is empty.")
        yield from self.found(text, name)

    def found(self, text: str, name: str) -> Iterator[NewArticle | NewTag]:
        yield NewArticle(text=text, paragraphs=[Paragraph(1, 0, len(text))], title=name, source=name)

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        return out.write(b"".join(article.id.encode() for article in corpus.articles.values()))


class LastWordLost(Words):
    def found(self, text: str, name: str) -> Iterator[NewArticle | NewTag]:
        yield NewArticle(text=text, paragraphs=[Paragraph(1, 0, len(text) - 3)], title=name, source=name)


class WithCarriageReturns(Words):
    def found(self, text: str, name: str) -> Iterator[NewArticle | NewTag]:
        text = text.replace("\n", "\r\n")
        yield NewArticle(text=text, paragraphs=[Paragraph(1, 0, len(text))], title=name, source=name)


class TagLate(Words):
    def found(self, text: str, name: str) -> Iterator[NewArticle | NewTag]:
        yield from super().found(text, name)
        yield NewTag(path=("late",))


class Forgetful(Words):
    def read(self, file: BinaryIO, name: str, options: ImportOptions) -> Iterator[NewArticle | NewTag]:
        yield from self.found(file.read().decode(), name)


def test_a_plain_importer_and_exporter_pass() -> None:
    check_importer(Words(), {"a.words": b"one two\nthree"})
    check_exporter(Words())


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (LastWordLost(), "words behind the last paragraph"),
        (WithCarriageReturns(), "line ends are LF"),
        (TagLate(), "comes after an article"),
        (Forgetful(), "no title|Unreadable|out of order or empty"),
    ],
)
def test_a_broken_importer_is_caught(broken: Importer, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check_importer(broken, {"a.words": b"one two\nthree"})


class Closes(Words):
    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        out.close()
        return 0


class NeverTheSame(Words):
    def __init__(self) -> None:
        self.times = 0

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        self.times += 1
        return out.write(str(self.times).encode())


@pytest.mark.parametrize(("broken", "said"), [(Closes(), "closed"), (NeverTheSame(), "not the same")])
def test_a_broken_exporter_is_caught(broken: Exporter, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check_exporter(broken)


class Blunt(TinyStore):
    """Writes over what somebody else has changed."""

    def _check(self, edit: Edit) -> None:
        return


class Deaf(TinyStore):
    """Hears of nobody else."""

    def poll(self) -> list[Edit]:
        return []


class Alone(TinyStore):
    """Sees its own annotations only."""

    def annotations(self, article_id: str) -> list[Annotation]:
        return [mark for mark in super().annotations(article_id) if mark.coder == self.coder]


class Lossy(TinyStore):
    """Keeps its last edit to itself when it is closed."""

    def close(self) -> None:
        super().close()
        for path in (self.path / "journal").glob(f"{self.journal_name}.jsonl"):
            path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Blunt, "somebody else had changed"),
        (Deaf, "those committed|poll"),
        (Alone, "annotations of all coders"),
        (Lossy, "Opened again|damage"),
    ],
)
def test_a_broken_store_is_caught(folder: Path, broken: type[TinyStore], said: str) -> None:
    def opened(coder: str) -> Store:
        return broken(folder, coder)

    with pytest.raises((AssertionError, ReaderError), match=said):
        check_store(opened)


def test_the_sample_project_is_what_a_user_would_have(project: Project) -> None:
    """The exporters see notes with line breaks, spans and marks on the whole article, not an empty project."""
    check = Recorder()
    check_exporter(check)
    assert json.loads(check.seen[-1]) == ["article", "paragraph", "span"]


class Recorder(Words):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def write(self, corpus: Corpus, out: BinaryIO, options: ExportOptions) -> int:
        units = {mark.unit for key in corpus.articles for mark in corpus.marks(key).annotations.values()}
        self.seen.append(json.dumps(sorted(units)))
        return 0
