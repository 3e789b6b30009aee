"""CSV export of a corpus in memory, beside `csv.writer` over the same rows as ready tuples, in one run.

Seconds are those of the processor, so that what else the machine does is not in them. The garbage
collector is off, as it is in `Project.export`.

python -m bench.export [ANNOTATIONS [RUNS]]
"""

from __future__ import annotations

import csv
import gc
import io
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.measure import ratio
from reader.formats import ExportOptions, exporter_for
from reader.model import Annotation, Marks, Tag
from reader.project import Project
from tests.corpora import MemoryCorpus
from tests.exported import AT, article_of, identified

BAR = 1 / 0.6
"""At least 0.6 times as fast as the bare writer."""
ON_DISK_BAR = 2.2
"""What reading and checking the files may add; no promise, but more would be news."""
IN_ONE_ARTICLE = 1_000
MOST_ON_DISK = 200_000
"""Marks beyond which taking them into a project would take longer than all the rest."""
WORDS = "The ferry lay at the quay while the town decided who was to pay for her berth."


class Corpus(MemoryCorpus):
    """A corpus that finds the marks of an article at once."""

    def __init__(self) -> None:
        super().__init__()
        self.by_article: dict[str, Marks] = {}

    def marks(self, article_id: str) -> Marks:
        """The marks of an article."""
        return self.by_article[article_id]


class Nowhere:
    """A file that keeps nothing."""

    def write(self, data: bytes, /) -> int:
        """Take the bytes."""
        return len(data)


class Encoded:
    """A text file in UTF-8 that keeps nothing."""

    def write(self, line: str, /) -> int:
        """Take a line."""
        return len(line.encode())


def corpus_of(count: int) -> Corpus:
    """`count` marks in articles of 1 000, with ten tags and a note on every third."""
    corpus = Corpus()
    tags = [Tag(id=identified("t", n), name=f"tag {n}", created=AT) for n in range(10)]
    corpus.add_tags(*tags)
    for number in range(1, -(-count // IN_ONE_ARTICLE) + 1):
        parts = [f"{number}.{line} {WORDS}" for line in range(50)]
        article = article_of("\n\n".join(parts), number, title=f"Report {number}", sources=(f"in/{number}.txt",))
        text = corpus.add_article(article, [(part, "") for part in parts])
        found: dict[str, Annotation] = {}
        for index in range(min(IN_ONE_ARTICLE, count - (number - 1) * IN_ONE_ARTICLE)):
            paragraph = text.paragraph(index % 50 + 1)
            ident = identified("n", number * IN_ONE_ARTICLE + index)
            found[ident] = Annotation(
                id=ident, unit="paragraph", coder=f"c{index // 500}", article=article.id, tag=tags[index // 50 % 10].id,
                anchor=text.anchor(paragraph.start, paragraph.end), note="ask for photographs" if index % 3 == 0 else "",
                created=AT, modified=AT,
            )  # fmt: skip
        corpus.by_article[article.id] = Marks(found)
    return corpus


def beside_the_writer(
    name: str, export: Callable[[], None], ready: list[tuple[str, ...]], runs: int, bar: float
) -> None:
    """Print how long an export takes beside the bare writer over its rows, each in turn."""
    ours, bare = [], []
    for _ in range(runs):
        begun = time.process_time()
        csv.writer(Encoded()).writerows(ready)
        bare.append(time.process_time() - begun)
        begun = time.process_time()
        export()
        ours.append(time.process_time() - begun)
    ratio(name, ours, bare, bar)


def from_the_disk(corpus: Corpus, ready: list[tuple[str, ...]], runs: int) -> None:
    """The same rows out of a project folder opened anew each time: reading and checking its files is in the figure."""
    with tempfile.TemporaryDirectory() as folder:
        source, path = Path(folder, "marks.jsonld"), Path(folder, "project")
        with source.open("wb") as file:
            exporter_for("jsonld").write(corpus, file, ExportOptions())
        line = [sys.executable, "-m", "reader", "--project", str(path), "--coder", "c0", "import", str(source)]
        subprocess.run(line, check=True, capture_output=True)

        def export() -> None:
            with closing(Project.open(path, coder="c0", write=False)) as project:
                assert project.export("csv", Nowhere(), ExportOptions()) == len(ready)  # type: ignore[arg-type]  # it only writes

        beside_the_writer(f"csv, {len(ready):,} annotations, from the disk", export, ready, runs, ON_DISK_BAR)


def main() -> None:
    """Print the figures."""
    gc.disable()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    corpus, exporter = corpus_of(count), exporter_for("csv")
    for profile in ("data", "excel"):
        options = ExportOptions(profile=profile)
        first = io.BytesIO()
        assert exporter.write(corpus, first, options) == count
        first.seek(0)
        ready = [tuple(row) for row in csv.reader(io.TextIOWrapper(first, encoding="utf-8-sig", newline=""))]

        def export(options: ExportOptions = options) -> None:
            exporter.write(corpus, Nowhere(), options)  # type: ignore[arg-type]  # it only writes

        beside_the_writer(f"csv, {count:,} annotations, profile {profile}", export, ready, runs, BAR)
        if profile == "data" and count <= MOST_ON_DISK:
            from_the_disk(corpus, ready[1:], runs)
        del ready, first
    tracemalloc.start()
    exporter.write(corpus, Nowhere(), ExportOptions())  # type: ignore[arg-type]  # it only writes
    print(f"memory at most while writing {count:,} rows: {tracemalloc.get_traced_memory()[1] / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
