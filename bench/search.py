"""How fast the index is built and searched, beside bare SQLite in the same run.

    python -m bench.search [--mb 20] [--paragraphs 25] [--folder FOLDER]

Makes a project of generated articles in a folder (kept with --folder and used again), builds its index and
prints each figure with the ratio to what it is compared with:

    build     against one INSERT of the ready paragraphs into an FTS5 table with the same options
    first 50  hits with context, against one SELECT with snippet() over an FTS5 table that reads the texts from
              SQLite, and against the SELECT of the row numbers alone
    cold      `reader search` against `python -c pass`

Words follow a Zipf law over made-up words; `zyxomma` stands once in 100 000 paragraphs, the phrase
`quillon vane` once in 4 000.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from reader.edits import new_id, now
from reader.formats import NewArticle
from reader.model import Paragraph, Tag
from reader.project import Project
from reader.search import schema
from reader.search.hits import Hit

SYLLABLES = (
    "an",
    "ber",
    "con",
    "dis",
    "e",
    "for",
    "gal",
    "hu",
    "in",
    "jo",
    "ka",
    "lem",
    "mo",
    "nor",
    "ost",
    "pra",
    "qui",
    "ren",
    "sta",
    "tu",
    "und",
    "vel",
    "wi",
    "xan",
    "yor",
    "ze",
)
RARE, PHRASE = "zyxomma", "quillon vane"
HITS = 50


def vocabulary(rng: random.Random) -> list[str]:
    """Made-up words, the commonest first and short."""
    words = ("".join(rng.choices(SYLLABLES, k=1 + min(i // 40, rng.randint(1, 4)))) for i in range(90_000))
    return list(dict.fromkeys(words))


def paragraphs(megabytes: float, rng: random.Random) -> Iterator[str]:
    """Paragraphs of about 500 characters."""
    words = vocabulary(rng)
    weights = list(itertools.accumulate(1 / (rank + 3) ** 1.05 for rank in range(len(words))))
    pool = [" ".join(rng.choices(words, cum_weights=weights, k=rng.randint(5, 25))).capitalize() for _ in range(50_000)]
    size = number = 0
    while size < megabytes * 1e6:
        text = ". ".join(rng.choices(pool, k=rng.randint(3, 8))) + f", {words[rng.randrange(len(words))]} {number}."
        text += f" Then {RARE}." * (number % 100_000 == 99) + f" By the {PHRASE}." * (number % 4_000 == 50)
        size += len(text) + 2
        number += 1
        yield text


def articles(megabytes: float, each: int) -> Iterator[NewArticle]:
    """Articles of so many paragraphs each."""
    found = paragraphs(megabytes, random.Random(7))
    for number in itertools.count():
        parts = list(itertools.islice(found, each))
        if not parts:
            return
        ends = list(itertools.accumulate(len(part) + 2 for part in parts))
        places = [
            Paragraph(i, end - 2 - len(part), end - 2) for i, (part, end) in enumerate(zip(parts, ends, strict=True), 1)
        ]
        yield NewArticle(text="\n\n".join(parts), paragraphs=places, title=f"Article {number}", source=f"{number}.txt")


def made(folder: Path, megabytes: float, each: int) -> Project:
    """The project in the folder; made if there is none, with a tag on every tenth paragraph of every fifth article."""
    if (folder / "project.json").exists():
        return Project.open(folder, coder="bench")
    Project.create(folder, name="bench")
    project = Project.open(folder, coder="bench")
    project.import_articles(articles(megabytes, each))
    tag = Tag(id=new_id("t"), name="harm", created=now())
    project.apply("tag-add", [(None, tag)])
    marks = []
    for article in list(project.articles.values())[::5]:
        for number in range(1, len(project.text(article.id)) + 1, 10):
            anchor = project.paragraph_anchor(article, number)
            marks.append((None, project.annotation("paragraph", article=article, anchor=anchor, tag=tag.id)))
    project.apply("tag", marks)
    project.flush()
    return project


def seconds(work: Callable[[], object]) -> float:
    """How long something takes once."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median(work: Callable[[], object], times: int = 41) -> float:
    """The median of several runs after a first one."""
    work()
    return statistics.median(seconds(work) for _ in range(times))


def bare(path: Path, ready: list[tuple[int, str]], *, texts: bool) -> tuple[sqlite3.Connection, float]:
    """A table with the options of ours and all paragraphs in it, and how long the INSERT took; with `texts` it can show them."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    statement = next(s for s in schema.TABLES.split(";") if "VIRTUAL TABLE words" in s)
    if texts:
        connection.execute("CREATE TABLE texts (row INTEGER PRIMARY KEY, body TEXT)")
        connection.executemany("INSERT INTO texts VALUES (?, ?)", ready)
        statement = statement.replace("content = ''", "content = 'texts', content_rowid = 'row'")
    connection.execute(statement)
    schema.configure(connection)

    def insert() -> None:
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO words (rowid, body) VALUES (?, ?)", ready)
        connection.execute("COMMIT")

    return connection, seconds(insert)


def line(what: str, ours: float, other: float, unit: str = "ms", scale: float = 1e3, *, faster: bool = False) -> None:
    """Print one comparison."""
    ratio = other / ours if faster else ours / other
    print(f"{what:<34}{ours * scale:>10.2f} {unit:<5}{other * scale:>10.2f} {unit:<5} x {ratio:.2f}", flush=True)


def measure_build(project: Project, folder: Path) -> list[tuple[int, str]]:
    """Build beside a bare INSERT; the paragraphs that were inserted."""
    for suffix in ("", "-wal", "-shm"):
        (project.path / f"index.sqlite{suffix}").unlink(missing_ok=True)
    texts = (project.text(article_id) for article_id in project.articles)
    ready = list(enumerate((t.text_of(n) for t in texts for n in range(1, len(t) + 1)), 1))
    size = sum(len(text) for _, text in ready)
    project.counts()  # the records; the words are what is measured
    ours = seconds(project.build_index)
    connection, other = bare(folder / "bare.sqlite", ready, texts=False)
    connection.close()
    line(f"build, {size / 1e6:.0f} MB, {len(ready)} ¶ (speed)", ours, other, "s", 1, faster=True)
    with contextlib.closing(sqlite3.connect(project.path / "index.sqlite")) as index:
        index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"index {(project.path / 'index.sqlite').stat().st_size / size:.2f} x the text")
    new = NewArticle(text="One more.", paragraphs=[Paragraph(1, 0, 9)], title="More", source="more.txt")
    project.import_articles([new])
    ours_now = project.index()
    print(f"one paragraph more {seconds(lambda: ours_now.take_texts(project.text)) * 1e3:.2f} ms")
    return ready


def first_hits(project: Project, query: str) -> list[Hit]:
    """What a search screen shows first."""
    return list(project.search(query, limit=HITS))


def fetched(connection: sqlite3.Connection, statement: str, matching: str) -> list[tuple[object, ...]]:
    """All rows of a statement."""
    return connection.execute(statement, (matching,)).fetchall()


def measure_queries(project: Project, folder: Path, ready: list[tuple[int, str]]) -> None:
    """The first hits of some queries beside the same from SQLite alone."""
    connection, _ = bare(folder / "shown.sqlite", ready, texts=True)
    common = vocabulary(random.Random(7))
    one, two, three = common[0], common[5], common[300]
    cases = {
        "rare word": (RARE, f'"{RARE}"'),
        "common word": (one, f'"{one}"'),
        "phrase": (f'"{PHRASE}"', f'"{PHRASE}"'),
        "common phrase": (f'"{one} {two}"', f'"{one} {two}"'),
        "prefix": ("qui*", '"qui"*'),
        "one letter": ("e*", '"e"*'),
        "boolean": (f"({three} OR {RARE}) {one} -{two}", f'("{three}" OR "{RARE}") AND "{one}" NOT "{two}"'),
        "tag + word": (f"tag:harm {one}", f'"{one}"'),
    }
    connection.execute("CREATE TABLE marked (row INTEGER PRIMARY KEY)")
    with contextlib.closing(sqlite3.connect(project.path / "index.sqlite")) as index:
        connection.executemany("INSERT INTO marked VALUES (?)", index.execute("SELECT DISTINCT row FROM marked"))
    for name, (typed, matching) in cases.items():
        both = "AND rowid IN (SELECT row FROM marked)" if name.startswith("tag") else ""
        where = f"FROM words WHERE words MATCH ? {both} ORDER BY rowid LIMIT {HITS}"
        shown = f"SELECT rowid, snippet(words, 0, '[', ']', '…', 12) {where}"
        rows = len(connection.execute(shown, (matching,)).fetchall())
        ours = median(partial(first_hits, project, typed))
        line(f"{name} ({rows}), with context", ours, median(partial(fetched, connection, shown, matching)))
        alone = f"SELECT rowid {where}"
        line(f"{name}, row numbers alone", ours, median(partial(fetched, connection, alone, matching)))
    connection.close()


def measure_rg(project: Project) -> None:
    """The whole count beside ripgrep over the text files."""
    rg = shutil.which("rg")
    for word in (RARE, vocabulary(random.Random(7))[300]) if rg else ():
        command = [rg or "", "-ciF", word, str(project.path / "texts")]
        other = median(partial(subprocess.run, command, capture_output=True, check=False), 5)
        line(f"first hits of {word}, rg", median(partial(first_hits, project, word), 5), other)


def measure_cold(folder: Path) -> None:
    """The command in a fresh process beside an empty Python."""
    command = [sys.executable, "-m", "reader", "--project", str(folder), "--coder", "bench", "search", RARE]
    ours = median(lambda: subprocess.run(command, capture_output=True, check=False), 9)
    line("cold", ours, median(lambda: subprocess.run([sys.executable, "-c", "pass"], check=False), 9))


def measure_memory(folder: Path) -> None:
    """The largest size of a process that walks through 100 000 hits; Linux alone says it for the process itself."""
    code = (
        "import sys, itertools, pathlib; from reader.project import Project\n"
        "p = Project.open(pathlib.Path(sys.argv[1]), coder='bench', write=False)\n"
        "n = sum(1 for _ in itertools.islice(p.search('e*'), 100_000))\n"
        "most = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "print(n, 'hits,', int(most[0]) // 1024, 'MB at most')"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=20)
    parser.add_argument("--paragraphs", type=int, default=25)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "project"
        project = made(folder, options.mb, options.paragraphs)
        ready = measure_build(project, Path(temporary))
        measure_queries(project, Path(temporary), ready)
        measure_rg(project)
        project.close()
        measure_cold(folder)
        measure_memory(folder)


if __name__ == "__main__":
    main()
