"""How importers and exporters are found: ours and a plug-in's through the same door, and nothing heavy on the way."""

from __future__ import annotations

import importlib
import io
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from reader import formats
from reader.errors import UsageError
from reader.formats import Exporter, Importer, ImportOptions, NewArticle, NewTag
from tests.loaded import loaded

ROOT = Path(__file__).parent.parent

PLUG_IN = '''
"""A format of somebody else's."""

from reader.formats import NewArticle, NewTag
from reader.model import Paragraph


class Shout:
    suffixes = (".shout",)
    suffix = ".shout"
    media_type = "text/x-shout"

    def read(self, file, name, options):
        text = file.read().decode().upper()
        yield NewTag(path=("loud",))
        yield NewArticle(text=text, paragraphs=[Paragraph(1, 0, len(text))], title="loud", source=name)

    def write(self, corpus, out, options):
        return out.write(b"LOUD")


IMPORTER = EXPORTER = Shout()
'''


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installed distribution that brings a format: its module and its metadata on the path."""
    (tmp_path / "shout_format.py").write_text(PLUG_IN, encoding="utf-8")
    metadata = tmp_path / "shout_format-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: shout-format\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text("[reader.formats]\nshout = shout_format\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("shout_format", None)


def test_the_table_is_what_pyproject_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"][formats.GROUP] == formats.BUILT_IN


def test_the_table_is_what_is_installed() -> None:
    assert {point.name: point.value for point in entry_points(group=formats.GROUP)} == formats.BUILT_IN


def test_every_format_of_ours_is_an_importer_or_an_exporter() -> None:
    suffixes: dict[str, str] = {}
    for name, module_name in formats.BUILT_IN.items():
        module = importlib.import_module(module_name)
        importer, exporter = getattr(module, "IMPORTER", None), getattr(module, "EXPORTER", None)
        assert importer is not None or exporter is not None, name
        assert importer is None or isinstance(importer, Importer)
        assert exporter is None or isinstance(exporter, Exporter)
        suffixes.update(dict.fromkeys(importer.suffixes if importer is not None else (), name))
    assert suffixes == {**formats.SUFFIXES, **formats.PROJECT_SUFFIXES}


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.txt", "text/plain"),
        ("a.TEXT", "text/plain"),
        ("folder/a.md", "text/markdown"),
        ("a.Markdown", "text/markdown"),
        ("markdown", "text/markdown"),
        ("a.JSONLD", "application/ld+json"),
        ("a.qdc", "application/xml"),
        ("a.qdpx", "application/zip"),
        ("README", "text/plain"),
        ("a.log", "text/plain"),
        (".txt", "text/plain"),
    ],
)
def test_importer_by_name(name: str, media_type: str) -> None:
    assert formats.importer_for(name).media_type == media_type


def test_exporter_by_name() -> None:
    assert formats.exporter_for("csv").suffix == ".csv"
    with pytest.raises(UsageError, match=r"no export format 'parquet'; there is: .*\bcsv\b.*\."):
        formats.exporter_for("parquet")
    with pytest.raises(UsageError, match=r"no export format 'Joind'; the nearest is 'joined'; there is: "):
        formats.exporter_for("Joind")
    with pytest.raises(UsageError, match=r"no export format 'jsonl'; its shapes are doccano, prodigy, label-studio;"):
        formats.exporter_for("jsonl")
    with pytest.raises(UsageError, match=r"no export format 'text'; there is: .*\bcsv\b.*\."):
        formats.exporter_for("text")


@pytest.mark.usefixtures("plug_in")
def test_a_plug_in_comes_through_the_same_door() -> None:
    importer = formats.importer_for("song.shout")
    tag, article = importer.read(io.BytesIO(b"la"), "song.shout", ImportOptions())
    assert tag == NewTag(path=("loud",))
    assert isinstance(article, NewArticle)
    assert article.text == "LA"
    assert formats.exporter_for("shout").suffix == ".shout"
    with pytest.raises(UsageError, match=r"there is: .*\bcsv\b.*\bshout\b"):
        formats.exporter_for("parquet")


def test_light_until_used() -> None:
    heavy = (
        "csv",
        "regex",
        "charset_normalizer",
        "importlib.metadata",
        "tomllib",
        "difflib",
        "hashlib",
        "textual",
        "tinydb",
    )
    assert not loaded("import reader.formats", heavy)


def test_an_export_loads_no_parser() -> None:
    parsers = ("regex", "charset_normalizer", "tomllib", "importlib.metadata")
    assert not loaded("from reader import formats; formats.exporter_for('csv')", parsers)


def test_an_import_of_plain_utf8_loads_no_guesser() -> None:
    code = (
        "import io; from reader import formats;"
        "list(formats.importer_for('a.txt').read(io.BytesIO(b'Some words.'), 'a.txt', formats.DEFAULTS))"
    )
    assert not loaded(code, ("regex", "charset_normalizer", "importlib.metadata"))
