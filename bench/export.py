"""CSV export of a corpus in memory, beside `csv.writer` over the same rows as ready tuples, in one run.

python -m bench.export [ANNOTATIONS [RUNS]]
"""

from __future__ import annotations

import csv
import io
import sys
import time
import tracemalloc

from bench.measure import ratio
from reader.formats import ExportOptions, exporter_for
from reader.model import Annotation, Marks, Tag
from tests.corpora import MemoryCorpus
from tests.exported import AT, article_of, identified

BAR = 1 / 0.6
"""At least 0.6 times as fast as the bare writer."""
IN_ONE_ARTICLE = 1_000
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


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    corpus, exporter = corpus_of(count), exporter_for("csv")
    for profile in ("data", "excel"):
        options = ExportOptions(profile=profile)
        first = io.BytesIO()
        assert exporter.write(corpus, first, options) == count
        first.seek(0)
        ready = [tuple(row) for row in csv.reader(io.TextIOWrapper(first, encoding="utf-8-sig", newline=""))]
        ours, bare = [], []
        for _ in range(runs):
            begun = time.perf_counter()
            csv.writer(Encoded()).writerows(ready)
            bare.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            exporter.write(corpus, Nowhere(), options)  # type: ignore[arg-type]  # it only writes
            ours.append(time.perf_counter() - begun)
        ratio(f"csv, {count:,} annotations, profile {profile}", ours, bare, BAR)
        del ready, first
    tracemalloc.start()
    exporter.write(corpus, Nowhere(), ExportOptions())  # type: ignore[arg-type]  # it only writes
    print(f"memory at most while writing {count:,} rows: {tracemalloc.get_traced_memory()[1] / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
