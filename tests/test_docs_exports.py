"""docs/exports.md names every format and column, and its examples run."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reader.formats import BUILT_IN, ExportOptions, exporter_for
from reader.formats.everything import DATA_PACKAGE, FILES, export_all
from reader.formats.tables import TableExporter
from tests.exported import PLAIN, FullCorpus, exported
from tests.test_everything import Folder
from tests.test_tables import interview

DOC = (Path(__file__).parent.parent / "docs" / "exports.md").read_text(encoding="utf-8")
TABLES = [
    name
    for name in BUILT_IN
    if isinstance(getattr(__import__(BUILT_IN[name], fromlist=["x"]), "EXPORTER", None), TableExporter)
]


def section(title: str) -> str:
    (found,) = re.findall(rf"^### {title}: .*?(?=^##)", DOC, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_its_meaning(name: str) -> None:
    exporter = exporter_for(name)
    assert isinstance(exporter, TableExporter)
    fixed = exporter.fields(FullCorpus(), PLAIN)
    rows = re.findall(r"^\| `(\w+)` \| (string|integer|datetime|boolean) \| (.*) \|$", section(name), re.MULTILINE)
    assert rows == [tuple(field) for field in fixed]


def test_every_format_and_file_is_named() -> None:
    for name, file, _ in FILES:
        assert f"`{name}`" in DOC, name
        assert f"`{file}`" in DOC, file
    assert f"`{DATA_PACKAGE}`" in DOC


def examples(language: str) -> str:
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL))


def write_all(folder: Path, profile: str) -> None:
    made = Folder()
    export_all(interview(), made.open, ExportOptions(profile=profile))
    for name, content in made.files.items():
        (folder / name).write_bytes(content)


def run(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch, profile: str = "data") -> dict[str, Any]:
    write_all(folder, profile)
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/exports.md", "exec"), names)
    return names


@pytest.mark.parametrize("profile", ["data", "excel"])
def test_the_examples_in_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str) -> None:
    names = run(examples("python"), tmp_path, monkeypatch, profile)
    assert names["by_tag"] == {"harm": 3, "harm > loss": 2, "late": 1, "": 1}
    assert [mark["quote"] for mark in names["marks"]][3] == "Ida: We left."


@pytest.mark.skipif(importlib.util.find_spec("pandas") is None, reason="pandas is not installed here")
def test_the_examples_in_pandas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = run(examples("python pandas"), tmp_path, monkeypatch)
    assert names["per_tag"].to_dict() == {"harm": 3, "harm > loss": 2, "late": 1}
    assert names["share"].to_dict()["harm > loss"] == pytest.approx(2 / 3)
    assert names["looked_at"].sum().to_dict() == {"harm": 2, "harm > loss": 3, "late": 1, "tag:text": 2}


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed here")
@pytest.mark.parametrize("profile", ["data", "excel"])
def test_the_examples_in_r(tmp_path: Path, profile: str) -> None:
    write_all(tmp_path, profile)
    more = (
        'cat(paste(marks$tag_path, collapse = "|"), "\\n")\ncat(paste(tags, collapse = "|"), "\\n")\n'
        'cat(paste(format(colMeans(paragraphs[tags], na.rm = TRUE), digits = 3), collapse = "|"), "\\n")\n'
    )
    (tmp_path / "examples.R").write_text(f"{examples('r')}{more}", encoding="utf-8")
    line = ["Rscript", "--vanilla", "examples.R"]
    ran = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    paths, tags, means = ran.stdout.splitlines()[-3:]
    assert sorted(paths.strip().split("|")) == ["NA", "harm", "harm", "harm", "harm > loss", "harm > loss", "late"]
    assert tags.strip() == "harm|harm > loss|late|tag:text"
    assert float(means.split("|")[1]) == pytest.approx(2 / 3, abs=0.001)


def test_what_is_in_the_profile_for_spreadsheets() -> None:
    assert exported(interview(), "csv", ExportOptions(profile="excel")).startswith(b"\xef\xbb\xbfrow,")
