"""How fast the index is built and searched, beside bare SQLite in the same run.

    python -m bench.search [--mb 20] [--paragraphs 25] [--folder FOLDER] [--rounds 3] [--no-build]

Makes a project of generated articles (`bench.library`) in a folder, kept with --folder and used again; 1 GB needs
about 6 GB of disk for a while. The bars:

    build     against one INSERT of the ready paragraphs into an FTS5 table with the same options
    first 50  hits with context, against one SELECT with highlight() over an FTS5 table that reads the texts from
              SQLite, by turns; and against ripgrep through the files of the texts. Both find the paragraphs by FTS5
              in the order of the library and make the same hits of them, 40 characters each side (it is looked at
              that they are equal). The bare one reads the paragraphs that these hits lie in from its table, FTS5 marks
              the places, a few lines of Python cut there. Ours asks the folder and the sizes of the journals whether
              there is news (once for all searches within 10 ms: here for few of them; it takes some 6 us), begins and
              ends a transaction, asks whether the index has changed in it, joins the places of the paragraphs, reads
              these from the files of the texts, looks for every place in them as the query means it (whole words,
              accents folded), and says where in the article it is; after the first time that a word is looked for it
              is known whether it stands in a note or a tag
    keys      in the query line while searches run, against a bare list that scrolls
    cold      `reader search` against `python -c pass`, the query taken off
    memory    of the program and of the process that searches for it
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench.library import PHRASE, RARE, made, vocabulary
from bench.measure import ratio, repaint, yardstick
from reader.formats import NewArticle
from reader.model import Paragraph
from reader.project import Project
from reader.search import schema
from reader.search.hits import CONTEXT, Hit
from tests.terminal.harness import READER, Room, Terminal

HITS = 50
BUILD_BAR, SIZE_BAR, ONE_BAR, QUERY_BAR, KEY_BAR, COLD_BAR, MEMORY_BAR = 1 / 0.7, 1.3, 1.0, 1.5, 2.0, 10.0, 300.0
TIMES = 41
Samples = list[float]


def seconds(work: Callable[[], object]) -> float:
    """How long something takes once."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def by_turns(ours: Callable[[], object], bare: Callable[[], object], times: int = TIMES) -> tuple[Samples, Samples]:
    """Both several times, one after the other, so that they meet the same machine; the first time is not counted."""
    ours(), bare()
    found = [(seconds(ours), seconds(bare)) for _ in range(times)]
    return [one for one, _ in found], [other for _, other in found]


def held(name: str, value: float, bar: float, unit: str) -> None:
    """Print a figure beside the bar it is held to."""
    print(f"{name:44} {value:.2f} {unit}  bar {bar:g}  {'ok' if value <= bar else 'MISSED'}", flush=True)


# building


def bare_index(
    path: Path, ready: Sequence[tuple[int, str]], *, texts: bool = False
) -> tuple[sqlite3.Connection, float]:
    """A table with the options of ours and all paragraphs in it, and how long the INSERT took; with `texts` it can show them."""
    path.unlink(missing_ok=True)
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


def built_anew(folder: Path) -> float:
    """Seconds that writing all words takes into an index that has the records."""
    for suffix in ("", "-wal", "-shm"):
        (folder / f"index.sqlite{suffix}").unlink(missing_ok=True)
    with contextlib.closing(Project.open(folder, coder="bench")) as project:
        project.counts()
        return seconds(project.build_index)


def measure_build(folder: Path, scratch: Path, ready: Sequence[tuple[int, str]], rounds: int) -> None:
    """Build beside a bare INSERT; the size; one paragraph more."""
    size = sum(len(text.encode()) for _, text in ready)
    ours: Samples = []
    bare: Samples = []
    for _ in range(rounds):
        ours.append(built_anew(folder))
        connection, took = bare_index(scratch / "bare.sqlite", ready)
        connection.close()
        bare.append(took)
    ratio(f"build, {size / 1e6:.0f} MB, {len(ready):,} paragraphs", ours, bare, BUILD_BAR)
    with contextlib.closing(Project.open(folder, coder="bench")) as project:
        print(
            f"{'pieces joined by the child after that':44} {seconds(partial(project.join_index, lambda: None)):.1f} s"
        )
    with contextlib.closing(sqlite3.connect(folder / "index.sqlite")) as index:
        index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held("size of the index, of the text's", (folder / "index.sqlite").stat().st_size / size, SIZE_BAR, "x")


def measure_one_more(project: Project) -> None:
    """From an import of one paragraph to its words in the index."""
    found: Samples = []
    for number in range(9):
        text = f"One more, the {number}th of {time.time_ns()}."
        new = NewArticle(text=text, paragraphs=[Paragraph(1, 0, len(text))], title="More", source=f"more{number}.txt")
        project.import_articles([new])
        project.flush()
        found.append(seconds(lambda: project.index().take_few_texts(project.text)))
    held("one paragraph more", statistics.median(found) * 1e3, ONE_BAR, "ms")


# queries


def cases() -> dict[str, tuple[str, str]]:
    """By name: what is typed, and the same for FTS5."""
    common = vocabulary(random.Random(7))
    one, two, three = common[0], common[5], common[300]
    return {
        "rare word": (RARE, f'"{RARE}"'),
        "common word": (one, f'"{one}"'),
        "phrase": (f'"{PHRASE}"', f'"{PHRASE}"'),
        "common phrase": (f'"{one} {two}"', f'"{one} {two}"'),
        "prefix": ("qui*", '"qui"*'),
        "one letter": ("e*", '"e"*'),
        "boolean": (f"({three} OR {RARE}) {one} -{two}", f'("{three}" OR "{RARE}") AND "{one}" NOT "{two}"'),
        "tag + word": (f"tag:harm {one}", f'"{one}"'),
    }


def first_hits(project: Project, query: str) -> list[Hit]:
    """What a search screen shows first."""
    return list(project.search(query, limit=HITS))


BEGIN, END = "\x01", "\x02"
"""What stands around a hit in the rows of the bare statement."""
BareHit = tuple[str, int, str, str, str]


def bare_first(connection: sqlite3.Connection, statement: str, matching: str) -> list[BareHit]:
    """The first hits of a statement that marks them in the paragraphs: article, paragraph, left, hit, right."""
    found: list[BareHit] = []
    for article, number, marked in connection.execute(statement, (matching,)):
        first, *others = marked.split(BEGIN)
        text, at = marked.replace(BEGIN, "").replace(END, ""), len(first)
        for other in others:
            hit, _, right = other.partition(END)
            end = at + len(hit)
            found.append((article, number, text[max(0, at - CONTEXT) : at], hit, text[end : end + CONTEXT]))
            at = end + len(right)
    return found[:HITS]


def measure_queries(project: Project, scratch: Path, ready: Sequence[tuple[int, str]]) -> None:
    """The first hits of some queries beside the same hits from SQLite alone.

    The bare statement neither looks whether a journal has news nor whether the words stand in a note or a tag; its pieces
    are not joined, as a bare INSERT leaves them. Ours are, and the project has lain still for some seconds.
    """
    connection, _ = bare_index(scratch / "shown.sqlite", ready, texts=True)
    connection.execute("CREATE TABLE places (row INTEGER PRIMARY KEY, article TEXT, number INTEGER)")
    numbers = ((article_id, n) for article_id in project.articles for n in range(1, len(project.text(article_id)) + 1))
    connection.executemany(
        "INSERT INTO places VALUES (?, ?, ?)", ((row, *place) for row, place in enumerate(numbers, 1))
    )
    connection.execute("CREATE TABLE marked (row INTEGER PRIMARY KEY)")
    with contextlib.closing(sqlite3.connect(project.path / "index.sqlite")) as index:
        connection.executemany("INSERT INTO marked VALUES (?)", index.execute("SELECT DISTINCT row FROM marked"))
    for name, (typed, matching) in cases().items():
        hits = first_hits(project, typed)
        paragraphs = list(dict.fromkeys((hit.article_id, hit.paragraph) for hit in hits))
        tagged = "AND EXISTS (SELECT 1 FROM marked WHERE row = words.rowid)" if name.startswith("tag") else ""
        shown = (
            f"SELECT article, number, highlight(words, 0, '{BEGIN}', '{END}') FROM words JOIN places ON row = words.rowid "
            f"WHERE words MATCH ? {tagged} ORDER BY words.rowid LIMIT {len(paragraphs)}"
        )
        bare_hits = partial(bare_first, connection, shown, matching)
        if bare_hits() != [(hit.article_id, hit.paragraph, hit.left, hit.hit, hit.right) for hit in hits]:
            raise AssertionError(f"{name}: the bare statement finds other hits")
        ours, bare = by_turns(partial(first_hits, project, typed), bare_hits)
        ratio(f"{name}, first {len(hits)} hits", ours, bare, QUERY_BAR)
    connection.close()
    (scratch / "shown.sqlite").unlink()


def measure_rg(project: Project) -> None:
    """The first hits beside ripgrep's count over the text files."""
    rg = shutil.which("rg")
    common = vocabulary(random.Random(7))
    for word in (RARE, PHRASE, common[300], common[5]) if rg else ():
        command = [rg or "", "-ciF", word, str(project.path / "texts")]
        search = partial(subprocess.run, command, capture_output=True, check=False)
        ours, other = by_turns(partial(first_hits, project, f'"{word}"'), search, 5)
        ratio(f"first hits of {word}, beside rg -ciF", ours, other, 1.0)


# the program


def measure_keys(folder: Path, scratch: Path) -> None:
    """Keys in the query line while what was typed before is searched, the first letter included; then the memory."""
    (scratch / "bare").mkdir()
    (scratch / "ours").mkdir()
    bare_room, room = Room(scratch / "bare"), Room(scratch / "ours")
    with yardstick(bare_room, "list", "1000000") as terminal:
        terminal.wait_for("READY")
        bare = [repaint(terminal, "j") for _ in range(TIMES)][2:]
        terminal.quit()
    first: Samples = []
    others: Samples = []
    command = [*READER, "--project", str(folder), "--coder", "bench", "open"]
    with Terminal(command, cwd=room.folder, env=room.environment()) as terminal:
        terminal.wait_for("of ")
        terminal.type("f")
        terminal.wait_for("search:")
        for word in ("e*", "ost* qui*", "an OR ber", "mo -con", "e ka"):
            first.append(repaint(terminal, word[0]))
            others += [repaint(terminal, sign) for sign in word[1:]]
            terminal.wait_for(r"hits?\W")
            others += [repaint(terminal, "\x7f") for _ in word]
        ratio("first letter in the query line", first, bare, KEY_BAR)
        ratio("the letters after it, and taking back", others, bare, KEY_BAR)
        terminal.type("e*")
        terminal.wait_for(r"\d\d,\d\d\d (?:of|hits)")  # all that are shown have come
        sizes = [_most_memory(pid) for pid in (terminal.pid, *_children(terminal.pid))]
        print(f"{'memory at most of program, its searcher':44} {' + '.join(f'{size:.0f}' for size in sizes)} MB")
        held("together", sum(sizes), MEMORY_BAR, "MB")


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in found]


def _most_memory(pid: int) -> float:
    """The most that a process has had, in MB; Linux says it."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def measure_cold(folder: Path) -> None:
    """The command in a fresh process beside an empty Python, the query itself taken off."""
    command = [sys.executable, "-m", "reader", "--project", str(folder), "--coder", "bench", "search", RARE]
    run = partial(subprocess.run, capture_output=True, check=False)
    ours, bare = by_turns(partial(run, command), partial(run, [sys.executable, "-c", "pass"]), 15)
    with contextlib.closing(Project.open(folder, coder="bench", write=False)) as project:
        query = seconds(partial(first_hits, project, RARE))
    print(f"{'the query in a project opened just now':44} {query * 1e3:7.1f} ms")
    ratio("reader search, cold, without the query", [one - query for one in ours], bare, COLD_BAR)


def measure_memory(folder: Path) -> None:
    """The most memory of a command that prints 100 000 hits; the process itself says it, what it was forked from would count else."""
    code = (
        "import sys; from reader.cli import run; run(sys.argv[1:])\n"
        "most = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "sys.stderr.write(most[0])"
    )
    words = ("--project", str(folder), "--coder", "bench", "search", "--csv", "--limit", "100000", "e*")
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    held("memory at most of reader search, 100 000 hits", int(done.stderr) / 1024, MEMORY_BAR, "MB")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=20)
    parser.add_argument("--paragraphs", type=int, default=25)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-build", action="store_true", help="take the index as it is, with --folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        folder = options.folder or scratch / "project"
        with contextlib.closing(made(folder, options.mb, options.paragraphs)) as project:
            texts = (project.text(article_id) for article_id in project.articles)
            ready = list(enumerate((t.text_of(n) for t in texts for n in range(1, len(t) + 1)), 1))
        if not options.no_build:
            measure_build(folder, scratch, ready, options.rounds)
        with contextlib.closing(Project.open(folder, coder="bench")) as project:
            project.counts()  # the folder of the journals is looked at for the first time: it lies still from here on
            measure_queries(project, scratch, ready)
            measure_rg(project)
            measure_one_more(project)
        del ready
        measure_cold(folder)
        measure_memory(folder)
        measure_keys(folder, scratch)


if __name__ == "__main__":
    main()
