"""The whole set in one folder: which files, what the data package says of them, the same bytes each time."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from reader.errors import UsageError
from reader.formats import BUILT_IN, ExportOptions, exporter_for
from reader.formats.everything import DATA_PACKAGE, FILES, Written, export_all
from reader.model import Tag
from tests.exported import AT, PLAIN, FullCorpus
from tests.test_jsonld import rich
from tests.test_tables import interview


class Folder:
    """Files in memory; one is there only once it is whole."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    @contextmanager
    def open(self, name: str) -> Iterator[Pieces]:
        pieces = Pieces()
        yield pieces
        assert name not in self.files
        self.files[name] = bytes(pieces.data)


class Pieces:
    """What a file being replaced offers."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def written(corpus: FullCorpus, options: ExportOptions = PLAIN) -> tuple[dict[str, bytes], list[Written]]:
    folder = Folder()
    done = export_all(corpus, folder.open, options)
    return folder.files, done


def package(files: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files[DATA_PACKAGE])
    return found


def test_every_exporter_of_ours_is_in_the_set() -> None:
    exporters = {name for name in BUILT_IN if name not in ("text", "markdown")}
    assert {name for name, _, _ in FILES} == exporters
    assert all(file.endswith(exporter_for(name).suffix) for name, file, _ in FILES)


def test_the_files_and_their_package() -> None:
    files, done = written(interview())
    assert [one.name for one in done] == [*(file for _, file, _ in FILES), DATA_PACKAGE] == list(files)
    resources = {resource["path"]: resource for resource in package(files)["resources"]}
    assert package(files)["name"] == "interview"
    for one in done[:-1]:
        resource = resources[one.name]
        assert resource["bytes"] == len(files[one.name])
        assert resource["hash"] == f"sha256:{hashlib.sha256(files[one.name]).hexdigest()}"
        assert resource["rows" if "schema" in resource else "records"] == one.rows
        assert ("rows" in resource) == ("schema" in resource), "only tables have rows by the specification"


@pytest.mark.parametrize("profile", ["data", "excel"])
def test_fields_and_counts_are_those_of_the_tables(profile: str) -> None:
    corpus = interview()
    corpus.add_tags(Tag(id="t9", name="=sum", created=AT))
    files, _ = written(corpus, ExportOptions(profile=profile, delimiter=";"))
    tables = [resource for resource in package(files)["resources"] if "schema" in resource]
    assert len(tables) == 6
    assert all(("guard against formulas" in table["description"]) == (profile == "excel") for table in tables)
    for resource in tables:
        text = files[resource["path"]].decode("utf-8-sig")
        header, *rows = csv.reader(text.splitlines(keepends=True), delimiter=resource["dialect"]["delimiter"])
        assert header == [field["name"] for field in resource["schema"]["fields"]]
        assert len(rows) == resource["rows"]
        assert all(field["description"] for field in resource["schema"]["fields"])
        for index, field in enumerate(resource["schema"]["fields"]):
            cells = [row[index] for row in rows if row[index]]
            assert field["type"] in ("string", "integer", "datetime", "boolean")
            assert field["type"] != "integer" or all(cell.isdigit() for cell in cells)
            assert field["type"] != "boolean" or set(cells) <= {"true", "false"}


def test_losses_are_told() -> None:
    files, done = written(rich())
    losses = {one.name: one.losses for one in done if one.losses}
    assert set(losses) == {"codebook.qdc", "project.qdpx"}
    (resource,) = (r for r in package(files)["resources"] if r["path"] == "project.qdpx")
    assert tuple(resource["losses"]) == losses["project.qdpx"]


def test_the_same_bytes_each_time() -> None:
    assert written(rich())[0] == written(rich())[0]


def test_an_empty_project() -> None:
    files, _ = written(FullCorpus())
    assert "history.csv" not in files, "nothing is known of edits"
    assert "codebook.qdc" not in files, "the format wants at least one code"
    assert package(files)["name"] == "project"


def test_nothing_is_written_for_options_that_cannot_be() -> None:
    folder = Folder()
    with pytest.raises(UsageError):
        export_all(interview(), folder.open, ExportOptions(delimiter="ab"))
    assert folder.files == {}


def test_progress_is_told_and_may_stop_it() -> None:
    seen: list[tuple[int, int]] = []
    export_all(interview(), Folder().open, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, len(FILES)) for done in range(len(FILES) + 1)]
