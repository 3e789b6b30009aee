"""Two coders at work on one project: every action is done by a command and, by hand, in the book."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from reader import commands
from reader.commands import Outcome
from reader.errors import ReaderError
from reader.model import Annotation
from reader.model import Article as Stored
from reader.project import Project
from tests.projects import make_project
from tests.undoing.book import (
    BODY,
    PARAGRAPHS,
    PROJECT,
    ROLES,
    Article,
    Book,
    Key,
    Mark,
    Place,
    Refused,
    Review,
    Tag,
    with_note,
)

Names = tuple[int, int, int]
"""Three numbers, from which an action chooses what it is about."""
After = dict[Key, Any]
CODERS = ("c1", "c2")
Planned = tuple[After | None, Callable[[Project], Any]]
"""What must become of the records (None: it must be refused), and the command."""
Action = Callable[["Work", str, Names], Planned]
ACTIONS: dict[str, Action] = {}


class _NotNow(Exception):
    """There is nothing that the action could be about."""


def action(plan: Action) -> Action:
    """Puts the decorated method among what `Work.act` can do."""
    ACTIONS[plan.__name__.removesuffix("_").removeprefix("_")] = plan
    return plan


def words(number: int) -> list[str]:
    """The paragraphs of an article; each holds `common` and a word of its own."""
    return [
        "Share" if ROLES.get(n) == "furniture" else f"Word{number}x{n} common words of text number {number}, part {n}"
        for n in range(1, PARAGRAPHS + 1)
    ]


SPANS = tuple(("span", n, first, last) for n in BODY for first, last in ((0, 0), (1, 2), (2, 2)))
"""Words of a paragraph, from the first to the last."""


class Work:
    """The project, opened by two coders, and the book. `act` does one thing; `compare` says what differs."""

    def __init__(self, folder: Path, articles: int = 2) -> None:
        self.folder = folder
        self.book = Book()
        path = folder / "p"
        make_project(path, articles=[]).close()
        self.projects = {coder: Project.open(path, coder=coder) for coder in CODERS}
        self.reasons: list[str] = []
        for _ in range(articles):
            self.act("import", "c1", (0, 0, 0))
        for n in range(3):
            self.act("tag_add", "c1", (0, n, n))

    # -- doing -------------------------------------------------------------------------------------------------

    def act(self, name: str, coder: str, numbers: Names) -> None:
        """Do one thing as one coder: a method of this class says what it is and what must come of it."""
        project = self.projects[coder]
        try:
            after, command = ACTIONS[name](self, coder, numbers)
        except _NotNow:
            return
        try:
            done = command(project)
            edit = done.edit if isinstance(done, Outcome) else done
            project.flush()
        except ReaderError as error:
            if after is not None:
                raise AssertionError(f"{name} was refused: {error}") from error
            self._reason(error)
        else:
            assert after is not None, f"{name} should have been refused"
            delta = self.book.delta(after)
            assert (edit is not None) == bool(delta), f"{name}: {edit} where {delta} was to be changed"
            if edit is not None:
                self.book.do(coder, edit.id, delta)
        self._follow()

    def _reason(self, error: ReaderError) -> None:
        said = str(error)
        assert len(said) > 20
        assert said.endswith("."), said
        assert "\n" not in said
        self.reasons.append(said)

    def _follow(self) -> None:
        for project in self.projects.values():
            project.poll()

    def undo(self, coder: str) -> bool:
        """Undo the last edit, in the project and in the book; False if both refuse, or there is none."""
        stack = self.book.undoable.get(coder, [])
        if not stack:
            self._nothing(self.projects[coder].undo)
            return False
        return self._both(lambda: self.book.undo(coder, stack[-1]), self.projects[coder].undo, self.projects[coder])

    def undo_one(self, coder: str, number: int) -> bool:
        """Undo one edit of any that stand."""
        stack = self.book.undoable.get(coder, [])
        if not stack:
            return False
        done = stack[number % len(stack)]
        project = self.projects[coder]
        return self._both(lambda: self.book.undo(coder, done), lambda: project.undo(done.id), project)

    def undo_again(self, coder: str, number: int) -> None:
        """Undo an edit that does not stand any more: refused."""
        stack = self.book.redoable.get(coder, [])
        if stack:
            done = stack[number % len(stack)]
            self._nothing(lambda: self.projects[coder].undo(done.id))

    def redo(self, coder: str) -> bool:
        """Redo what was undone last; False if both refuse, or there is nothing."""
        project = self.projects[coder]
        if not self.book.redoable.get(coder):
            self._nothing(project.redo)
            return False
        return self._both(lambda: self.book.redo(coder), project.redo, project)

    def _nothing(self, refused: Callable[[], object]) -> None:
        try:
            refused()
        except ReaderError as error:
            self._reason(error)
        else:
            raise AssertionError("there was nothing to take back or bring back")

    def _both(self, by_hand: Callable[[], None], done: Callable[[], object], project: Project) -> bool:
        try:
            by_hand()
        except Refused as why:
            try:
                done()
                project.flush()
            except ReaderError as error:
                self._reason(error)
            else:
                raise AssertionError(f"not refused, though {why}")
            self._follow()
            return False
        done()
        project.flush()
        self._follow()
        return True

    def reopen(self, coder: str) -> None:
        """Close the project and open it again."""
        self.projects[coder].close()
        self.projects[coder] = Project.open(self.folder / "p", coder=coder)
        self._follow()

    def crash(self, coder: str) -> None:
        """Let go of all that a session held in memory, as at its death; what was saved is on the disk."""
        session = self.projects[coder].store._session
        if session is not None:
            session.release()
        self.projects[coder] = Project.open(self.folder / "p", coder=coder)
        self._follow()

    def close(self) -> None:
        """Close both; what is on the disk must be sound."""
        for project in self.projects.values():
            project.close()
        assert Project.open(self.folder / "p", coder="c3", write=False).verify() == []

    def compare(self) -> None:
        """Both coders' projects show what the book says."""
        expected = self.book.seen()
        for project in self.projects.values():
            found = seen(project)
            for part, value in expected.items():
                assert found[part] == value, part

    # -- choosing -----------------------------------------------------------------------------------------------

    def _article(self, number: int) -> tuple[Key, Article]:
        live = [(k, a) for k, a in self.book.of("article").items() if not a.removed]
        if not live:
            raise _NotNow
        return live[number % len(live)]

    def _tag(self, number: int, *, archived: bool = True) -> tuple[Key, Tag]:
        usable = [k for k in self.book.usable() if archived or not self.book.records[k].archived]
        if not usable:
            raise _NotNow
        key = usable[number % len(usable)]
        return key, self.book.records[key]

    def _own(self, coder: str, number: int, *, tagged: bool | None = None) -> tuple[Key, Mark]:
        live = {k for k, a in self.book.of("article").items() if not a.removed}
        found = [
            (k, m)
            for k, m in self.book.of("mark").items()
            if m.coder == coder and m.article in live and (tagged is None or bool(m.tag) is tagged)
        ]
        if not found:
            raise _NotNow
        return found[number % len(found)]

    def _new_mark(self, mark: Mark) -> After:
        return {("mark", self.book.tick()): mark}

    def _ref(self, key: Key) -> str:
        return "/".join(self.book.path(key))

    def _put_on(self, coder: str, article: Key, places: list[Place], tag: Key) -> After:
        after: After = {}
        for place in places:
            if not self.book.meaning(coder, article, place, tag):
                after |= self._new_mark(Mark(coder, article, place, tag))
        return after

    def _retagged(self, marks: dict[Key, Mark], tag: Key) -> After:
        """The marks given another tag; those that stand on one target then are one."""
        after: After = {}
        for key, mark in marks.items():
            if self.book.resolved(mark.tag) == tag:
                continue
            assert mark.article is not None
            there = {
                k: m for k, m in self.book.meaning(mark.coder, mark.article, mark.place, tag).items() if k not in marks
            }
            there |= {
                k: m for k, m in after.items() if m is not None and (m.article, m.place) == (mark.article, mark.place)
            }
            if not there:
                after[key] = replace(mark, tag=tag, version=self.book.tick())
                continue
            standing, old = list(there.items())[-1]
            after[key] = None
            if mark.note:
                after[standing] = with_note(after.get(standing) or old, mark.note, self.book.tick())
        return after


# -- what there is to do; each says by hand what must come of it -------------------------------------------------


def _places(article: Key, numbers: Names) -> list[Place]:
    return [("paragraph", n) for n in sorted({BODY[numbers[1] % 3], BODY[numbers[2] % 3]})]


def _paragraphs(places: list[Place]) -> list[int]:
    return [int(place[1]) for place in places]


def _stored(project: Project, article: Article) -> Stored:
    return next(a for a in project.articles.values() if a.number == article.number)


def _where(project: Project, article: Article, place: Place) -> tuple[int, int]:
    """The positions of a span's words."""
    _, number, first, last = place
    text = project.text(_stored(project, article).id)
    at = text.paragraph(number).start
    parts = text.text_of(number).split(" ")
    start = at + len(" ".join(parts[:first])) + bool(first)
    return start, start + len(" ".join(parts[first : last + 1]))


def _found(project: Project, book: Book, mark: Mark) -> Annotation:
    """The annotation that is a mark of the book: the first that looks the same, where several do."""
    article = book.records[mark.article] if mark.article else None
    wanted = book._mark(mark)
    marks = project.all_marks(_stored(project, article).id).annotations.values() if article else project.memos()
    return next(a for a in sorted(marks, key=lambda a: (a.created, a.id)) if _looks(project, a) == wanted)


@action
def import_(work: Work, coder: str, numbers: Names) -> Planned:
    number = work.book.highest + 1
    path = work.folder / f"{number}.txt"
    path.write_text("\n\n".join(words(number)) + "\n")
    work.book.highest = number
    article = Article(number, words(number)[0])
    return {("article", work.book.tick()): article}, lambda project: commands.import_(project, [str(path)])


@action
def tag(work: Work, coder: str, numbers: Names) -> Planned:
    key, article = work._article(numbers[0])
    places = _places(key, numbers)
    meant, record = work._tag(numbers[2])
    after = None if record.archived else work._put_on(coder, key, places, meant)
    ref = work._ref(meant)
    return after, lambda p: commands.tag(p, _stored(p, article), _paragraphs(places), [ref])


@action
def tag_new(work: Work, coder: str, numbers: Names) -> Planned:
    """A tag made as it is put on."""
    key, article = work._article(numbers[0])
    place: Place = ("paragraph", BODY[numbers[1] % 3])
    name = f"new {work.book.tick()}"
    made: Key = ("tag", work.book.tick())
    after = (
        None
        if work.book.records[PROJECT].locked
        else {made: Tag(name), **work._new_mark(Mark(coder, key, place, made))}
    )
    return after, lambda p: commands.tag(p, _stored(p, article), [int(place[1])], [name], create=True)


@action
def tag_article(work: Work, coder: str, numbers: Names) -> Planned:
    key, article = work._article(numbers[0])
    meant, record = work._tag(numbers[1])
    after = None if record.archived else work._put_on(coder, key, [("article",)], meant)
    ref = work._ref(meant)
    return after, lambda p: commands.tag_article(p, _stored(p, article), [ref])


@action
def tag_search(work: Work, coder: str, numbers: Names) -> Planned:
    """All paragraphs of one article that hold `common`, or the one that holds a word of its own."""
    key, article = work._article(numbers[0])
    meant, record = work._tag(numbers[1])
    paragraphs = [1, *BODY] if numbers[2] % 2 else [BODY[numbers[2] % 3]]
    query = f"number {article.number}" if numbers[2] % 2 else f"Word{article.number}x{paragraphs[0]}"
    query = f'"text {query}"' if numbers[2] % 2 else query
    after = None if record.archived else work._put_on(coder, key, [("paragraph", n) for n in paragraphs], meant)
    ref = work._ref(meant)
    return after, lambda p: commands.tag_search(p, [ref], search=query)


@action
def untag(work: Work, coder: str, numbers: Names) -> Planned:
    _key, mark = work._own(coder, numbers[0], tagged=True)
    meant = work.book.resolved(mark.tag)
    if meant is None or mark.place[0] != "paragraph" or mark.article is None:
        raise _NotNow
    article, ref = work.book.records[mark.article], work._ref(meant)
    gone = work.book.meaning(coder, mark.article, mark.place, meant)
    number = int(mark.place[1])
    return dict.fromkeys(gone), lambda p: commands.untag(p, _stored(p, article), [number], [ref])


@action
def untag_others(work: Work, coder: str, numbers: Names) -> Planned:
    """What only the other coder has put there cannot be taken off."""
    other = CODERS[coder == CODERS[0]]
    _, mark = work._own(other, numbers[0], tagged=True)
    meant = work.book.resolved(mark.tag)
    if meant is None or mark.place[0] != "paragraph" or mark.article is None or work.book.records[PROJECT].blind:
        raise _NotNow
    if work.book.meaning(coder, mark.article, mark.place, meant):
        raise _NotNow
    article, ref, number = work.book.records[mark.article], work._ref(meant), int(mark.place[1])
    return None, lambda p: commands.untag(p, _stored(p, article), [number], [ref])


@action
def take_off(work: Work, coder: str, numbers: Names) -> Planned:
    key, mark = work._own(coder, numbers[0])
    assert mark.article is not None
    meant = work.book.resolved(mark.tag)
    gone = work.book.meaning(coder, mark.article, mark.place, meant) if meant else {key: mark}
    if not meant and len([m for m in work.book.of("mark").values() if work.book._mark(m) == work.book._mark(mark)]) > 1:
        raise _NotNow  # two that are hidden look the same
    return dict.fromkeys(gone), lambda p: commands.take_off(p, _found(p, work.book, mark))


@action
def swap(work: Work, coder: str, numbers: Names) -> Planned:
    _key, mark = work._own(coder, numbers[0], tagged=True)
    meant, record = work._tag(numbers[1])
    old = work.book.resolved(mark.tag)
    if old is None or mark.place[0] != "paragraph" or mark.article is None:
        raise _NotNow
    marks = work.book.meaning(coder, mark.article, mark.place, old)
    after = None if record.archived else work._retagged(marks, meant)
    article, number = work.book.records[mark.article], int(mark.place[1])
    before, ref = work._ref(old), work._ref(meant)
    return after, lambda p: commands.swap(p, _stored(p, article), [number], before, ref)


@action
def tag_split(work: Work, coder: str, numbers: Names) -> Planned:
    """Some marks of a tag sent to another one."""
    _key, mark = work._own(coder, numbers[0], tagged=True)
    meant, record = work._tag(numbers[1])
    old = work.book.resolved(mark.tag)
    if old is None or mark.article is None:
        raise _NotNow
    marks = work.book.meaning(coder, mark.article, mark.place, old)
    after = None if record.archived else work._retagged(marks, meant)
    ref = work._ref(meant)

    def command(project: Project) -> Outcome:
        found = [_found(project, work.book, one) for one in marks.values()]
        return commands.split_tag(project, {one.id: ref for one in found})

    if len({work.book._mark(one) for one in marks.values()}) < len(marks):
        raise _NotNow  # doubles of a merge look the same
    return after, command


@action
def span(work: Work, coder: str, numbers: Names) -> Planned:
    key, article = work._article(numbers[0])
    place = SPANS[numbers[1] % len(SPANS)]
    meant, record = work._tag(numbers[2])
    after = None if record.archived else work._put_on(coder, key, [place], meant)
    ref = work._ref(meant)
    return after, lambda p: commands.span(p, _stored(p, article), *_where(p, article, place), [ref])


@action
def span_note(work: Work, coder: str, numbers: Names) -> Planned:
    key, article = work._article(numbers[0])
    place = SPANS[numbers[1] % len(SPANS)]
    text = f"of a span {work.book.tick()}" if numbers[2] % 3 else ""
    after = _noted(work, coder, key, place, text)
    return after, lambda p: commands.span_note(p, _stored(p, article), *_where(p, article, place), text)


@action
def span_ends(work: Work, coder: str, numbers: Names) -> Planned:
    key, mark = work._own(coder, numbers[0])
    if mark.place[0] != "span" or mark.article is None:
        raise _NotNow
    if len([m for m in work.book.of("mark").values() if work.book._mark(m) == work.book._mark(mark)]) > 1:
        raise _NotNow
    place = SPANS[numbers[1] % len(SPANS)]
    article = work.book.records[mark.article]
    meant = work.book.resolved(mark.tag)
    there = work.book.own(coder, mark.article, place)
    same = [
        (k, m)
        for k, m in there.items()
        if (bool(m.tag), work.book.resolved(m.tag) or m.tag) == (bool(mark.tag), meant or mark.tag)
    ]
    after: After
    if place == mark.place:
        after = {}
    elif same:
        joined = "\n".join(part for part in (same[0][1].note, mark.note) if part)
        after = {key: None, same[0][0]: replace(same[0][1], note=joined, version=work.book.tick())}
    else:
        after = {key: replace(mark, place=place, version=work.book.tick())}
    return after, lambda p: commands.change_ends(p, _found(p, work.book, mark), *_where(p, article, place))


def _noted(work: Work, coder: str, article: Key | None, place: Place, text: str, *, append: bool = False) -> After:
    key, old = work.book.bare(coder, article, place)
    if append and old is not None:
        text = f"{old.note}\n{text}"
    if not text:
        return {key: None} if old is not None else {}
    made = Mark(coder, article, place, note=text)
    return {key: made if old is None else replace(old, note=text, version=work.book.tick())}


@action
def note(work: Work, coder: str, numbers: Names) -> Planned:
    key, article = work._article(numbers[0])
    number = BODY[numbers[1] % 3]
    text, append = (f"a note {work.book.tick()}" if numbers[2] % 4 else ""), numbers[2] % 4 == 1
    after = _noted(work, coder, key, ("paragraph", number), text, append=append)
    return after, lambda p: commands.note(p, _stored(p, article), number, text, append=append)


@action
def note_article(work: Work, coder: str, numbers: Names) -> Planned:
    key, article = work._article(numbers[0])
    text = f"of all of it {work.book.tick()}" if numbers[1] % 3 else ""
    return _noted(work, coder, key, ("article",), text), lambda p: commands.article_note(p, _stored(p, article), text)


@action
def note_of_mark(work: Work, coder: str, numbers: Names) -> Planned:
    """The note on a tag that was put on: why it is there."""
    key, mark = work._own(coder, numbers[0], tagged=True)
    if len([m for m in work.book.of("mark").values() if work.book._mark(m) == work.book._mark(mark)]) > 1:
        raise _NotNow
    text = f"why {work.book.tick()}" if numbers[1] % 3 else ""
    after = {} if text == mark.note else {key: replace(mark, note=text, version=work.book.tick())}
    return after, lambda p: commands.annotation_note(p, _found(p, work.book, mark), text)


@action
def note_tag(work: Work, coder: str, numbers: Names) -> Planned:
    """A memo on a tag."""
    meant, _ = work._tag(numbers[0])
    text = f"of the tag {work.book.tick()}" if numbers[1] % 3 else ""
    own = work.book.own(coder, None, ("tag",))
    key, old = next(
        ((k, m) for k, m in own.items() if work.book.resolved(m.tag) == meant), (("mark", work.book.tick()), None)
    )
    after: After = {}
    if text:
        made = Mark(coder, None, ("tag",), meant, text)
        after = {key: made if old is None else replace(old, note=text, version=work.book.tick())}
    elif old is not None:
        after = {key: None}
    ref = work._ref(meant)
    return after, lambda p: commands.tag_note(p, ref, text)


@action
def memo(work: Work, coder: str, numbers: Names) -> Planned:
    text = f"memo {work.book.tick()}"
    return work._new_mark(Mark(coder, None, ("project",), note=text)), lambda p: commands.memo(p, text)


@action
def review(work: Work, coder: str, numbers: Names) -> Planned:
    key, article = work._article(numbers[0])
    paragraphs = _paragraphs(_places(key, numbers))
    since = work.book.since(coder)
    reviews = work.book.of("review").values()
    seen_ = {r.paragraph for r in reviews if (r.coder, r.article) == (coder, key) and r.at >= since}
    after: After = {
        ("review", work.book.tick()): Review(coder, key, n, work.book.tick()) for n in paragraphs if n not in seen_
    }
    return after, lambda p: commands.review(p, _stored(p, article), paragraphs)


@action
def unreview(work: Work, coder: str, numbers: Names) -> Planned:
    key, article = work._article(numbers[0])
    paragraphs = _paragraphs(_places(key, numbers))
    since = work.book.since(coder)
    gone = [
        k
        for k, r in work.book.of("review").items()
        if (r.coder, r.article) == (coder, key) and r.at >= since and r.paragraph in paragraphs
    ]
    return dict.fromkeys(gone), lambda p: commands.unreview(p, _stored(p, article), paragraphs)


@action
def pass_(work: Work, coder: str, numbers: Names) -> Planned:
    name = f"pass {work.book.tick()}"
    before = work.book.records.get(("coder", coder), ())
    if numbers[0] % 4 == 0 and before:
        taken = before[0][0]
        return None, lambda p: commands.pass_start(p, taken)
    return {("coder", coder): (*before, (name, work.book.tick()))}, lambda p: commands.pass_start(p, name)


@action
def role(work: Work, coder: str, numbers: Names) -> Planned:
    key, article = work._article(numbers[0])
    number, chosen = numbers[1] % PARAGRAPHS + 1, ("body", "furniture", "caption")[numbers[2] % 3]
    roles = {n: r for n, r in article.roles if n != number}
    if ROLES.get(number, "body") != chosen:
        roles[number] = chosen
    after = {key: replace(article, roles=tuple(sorted(roles.items())))}
    return after, lambda p: commands.role(p, _stored(p, article), [number], role=chosen)


@action
def details(work: Work, coder: str, numbers: Names) -> Planned:
    key, article = work._article(numbers[0])
    name, value = ("author", "wave")[numbers[1] % 2], str(numbers[2] % 3) if numbers[2] % 4 else ""
    meta = {k: v for k, v in article.meta if k != name} | ({name: value} if value else {})
    title = f"Title {work.book.tick()}" if numbers[1] % 5 == 0 else article.title
    words_ = [f"{name}={value}", *([f"title={title}"] if title != article.title else [])]
    after = {key: replace(article, meta=tuple(sorted(meta.items())), title=title)}
    return after, lambda p: commands.details(p, _stored(p, article), words_)


@action
def details_of_many(work: Work, coder: str, numbers: Names) -> Planned:
    """Details from a table, of two articles in one edit."""
    live = [(k, a) for k, a in work.book.of("article").items() if not a.removed][:2]
    if not live:
        raise _NotNow
    path = work.folder / "details.csv"
    after: After = {}
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["number", "wave"])
        for key, article in live:
            value = str(work.book.tick())
            rows.writerow([article.number, value])
            meta = {**dict(article.meta), "wave": value}
            after[key] = replace(article, meta=tuple(sorted(meta.items())))
    return after, lambda p: commands.details(p, from_=path)


@action
def remove(work: Work, coder: str, numbers: Names) -> Planned:
    key, article = work._article(numbers[0])
    return {key: replace(article, removed=work.book.tick())}, lambda p: commands.remove(p, _stored(p, article))


@action
def search_save(work: Work, coder: str, numbers: Names) -> Planned:
    name, query = f"search {numbers[0] % 3}", ("common", "word", "text")[numbers[1] % 3]
    found = [k for k, (n, _) in work.book.of("search").items() if n == name]
    key = found[0] if found else ("search", work.book.tick())
    return {key: (name, query)}, lambda p: commands.search_save(p, name, query)


@action
def search_delete(work: Work, coder: str, numbers: Names) -> Planned:
    found = list(work.book.of("search").items())
    if not found:
        return None, lambda p: commands.search_delete(p, "nothing")
    key, (name, _) = found[numbers[0] % len(found)]
    return {key: None}, lambda p: commands.search_delete(p, name)


@action
def tag_add(work: Work, coder: str, numbers: Names) -> Planned:
    """A tag at the root or under another, with a colour or a description."""
    usable = work.book.usable()
    parent = usable[numbers[0] % len(usable)] if usable and numbers[1] % 2 else None
    name = f"tag {work.book.tick()}"
    colour, said = ("#3a7bd5", "")[numbers[1] % 2], ("", "what it means")[numbers[2] % 2]
    path = f"{work._ref(parent)}/{name}" if parent else name
    after: After | None = (
        None
        if work.book.records[PROJECT].locked
        else {("tag", work.book.tick()): Tag(name, parent, colour, description=said)}
    )
    return after, lambda p: commands.tag_add(p, path, description=said, colour=colour)


def _changed(place: Key, record: Tag, **fields: Any) -> After:
    return {place: replace(record, **fields)}


@action
def tag_rename(work: Work, coder: str, numbers: Names) -> Planned:
    key, record = work._tag(numbers[0])
    others = [work.book.records[k] for k in work.book.usable() if k != key]
    sibling = [t for t in others if work.book.resolved(t.parent) == work.book.resolved(record.parent)]
    ref = work._ref(key)
    if sibling and numbers[1] % 5 == 0:
        taken = sibling[0].name.upper()
        return None, lambda p: commands.tag_rename(p, ref, taken)
    name = f"renamed {work.book.tick()}"
    return _changed(key, record, name=name), lambda p: commands.tag_rename(p, ref, name)


@action
def tag_move(work: Work, coder: str, numbers: Names) -> Planned:
    key, record = work._tag(numbers[0])
    target = None if numbers[2] % 4 == 0 else work._tag(numbers[1])[0]
    after: After | None = _changed(key, record, parent=target)
    if target is not None and (target == key or target in work.book.children(key)):
        after = None
    elif work.book.resolved(record.parent) == target:
        after = {}
    ref, to = work._ref(key), work._ref(target) if target else None
    return after, lambda p: commands.tag_move(p, ref, to)


@action
def tag_merge(work: Work, coder: str, numbers: Names) -> Planned:
    key, record = work._tag(numbers[0])
    into, _ = work._tag(numbers[1])
    after = None if into == key or into in work.book.children(key) else _changed(key, record, merged=into)
    one, other = work._ref(key), work._ref(into)
    return after, lambda p: commands.tag_merge(p, one, other)


@action
def tag_archive(work: Work, coder: str, numbers: Names) -> Planned:
    key, record = work._tag(numbers[0])
    back = bool(numbers[1] % 2)
    ref = work._ref(key)
    return _changed(key, record, archived=not back), lambda p: commands.tag_archive(p, ref, back=back)


@action
def tag_delete(work: Work, coder: str, numbers: Names) -> Planned:
    key, _record = work._tag(numbers[0])
    below = list(work.book.children(key))
    children = bool(numbers[1] % 3)
    gone = {k: replace(work.book.records[k], deleted=True) for k in (key, *below)}
    ref = work._ref(key)
    return None if below and not children else gone, lambda p: commands.tag_delete(p, ref, children=children)


@action
def tag_describe(work: Work, coder: str, numbers: Names) -> Planned:
    key, record = work._tag(numbers[0])
    text, ref = f"meaning {work.book.tick()}" if numbers[1] % 3 else "", work._ref(key)
    return _changed(key, record, description=text), lambda p: commands.tag_describe(p, ref, text)


@action
def tag_example(work: Work, coder: str, numbers: Names) -> Planned:
    """A whole paragraph or a word of its own, as a last line of the description; the same line is not added twice."""
    key, record = work._tag(numbers[0])
    _, article = work._article(numbers[1])
    number = BODY[numbers[2] % 3]
    word = "" if numbers[2] % 2 else f"Word{article.number}x{number}"
    line = f"Example: “{word or words(article.number)[number - 1]}” ({article.title}, ¶ {number})"
    lines = record.description.split("\n") if record.description else []
    ref = work._ref(key)
    after: After = {} if line in lines else _changed(key, record, description="\n".join([*lines, line]))
    return after, lambda p: commands.tag_example(p, ref, _stored(p, article), number, word)


@action
def tag_colour(work: Work, coder: str, numbers: Names) -> Planned:
    key, record = work._tag(numbers[0])
    colour, ref = ("", "#3a7bd5", "#d55e00")[numbers[1] % 3], work._ref(key)
    return _changed(key, record, colour=colour), lambda p: commands.tag_colour(p, ref, colour)


@action
def tag_key(work: Work, coder: str, numbers: Names) -> Planned:
    key, record = work._tag(numbers[0])
    letter, ref = ("", "x", "y")[numbers[1] % 3], work._ref(key)
    usable = [k for k in work.book.usable() if k != key]
    taken = letter and any(t.key == letter and not t.archived for t in map(work.book.records.__getitem__, usable))
    return None if taken else _changed(key, record, key=letter), lambda p: commands.tag_key(p, ref, letter)


@action
def tags_import(work: Work, coder: str, numbers: Names) -> Planned:
    """A table with a new tag and a new description of a tag that is there."""
    key, record = work._tag(numbers[0])
    path = work.folder / "tags.csv"
    name, text = f"taken in {work.book.tick()}", f"meaning {work.book.tick()}"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [("path", "description"), (" > ".join(work.book.path(key)), text), (f"{name} > {name} b", "")]
        )
    above: Key = ("tag", work.book.tick())
    after = _changed(key, record, description=text) | {
        above: Tag(name),
        ("tag", work.book.tick()): Tag(f"{name} b", above),
    }
    return None if work.book.records[PROJECT].locked else after, lambda p: commands.tags_import(p, str(path))


@action
def tags_lock(work: Work, coder: str, numbers: Names) -> Planned:
    info = work.book.records[PROJECT]
    return {PROJECT: replace(info, locked=True)}, commands.tags_lock


@action
def tags_unlock(work: Work, coder: str, numbers: Names) -> Planned:
    info = work.book.records[PROJECT]
    return {PROJECT: replace(info, locked=False)}, commands.tags_unlock


@action
def blind_start(work: Work, coder: str, numbers: Names) -> Planned:
    info = work.book.records[PROJECT]
    return {PROJECT: replace(info, blind=True)}, commands.blind_start


@action
def blind_end(work: Work, coder: str, numbers: Names) -> Planned:
    info = work.book.records[PROJECT]
    return {PROJECT: replace(info, blind=False)}, commands.blind_end


# -- reading -----------------------------------------------------------------------------------------------------


def seen(project: Project) -> dict[str, Any]:
    """What a project holds, by names, as `Book.seen` says it."""
    articles = project.all_articles()
    marks = [m for article in articles for m in project.all_marks(article).annotations.values()]
    reviews = [r for article in articles for r in project.all_marks(article).review_records.values()]
    return {
        "articles": {
            a.number: (a.title, a.meta, {int(n): role for n, role in a.roles.items()}, bool(a.removed))
            for a in articles.values()
        },
        "library": [a.number for a in project.articles.values()],
        "tags": sorted(
            (project.codebook.shown(t.id, "/"), t.colour, t.key, t.description, t.archived)
            for t in project.tags.values()
            if not t.deleted and not t.merged_into
        ),
        "marks": sorted(_looks(project, mark) for mark in (*marks, *project.all_memos())),
        "reviews": sorted((r.coder, articles[r.article].number, r.paragraph) for r in reviews),
        "searches": sorted((s.name, s.query) for s in project.searches.values()),
        "passes": {c.id: [one.name for one in c.passes] for c in project.coders.values() if c.passes},
        "project": (project.info.locked, project.info.blind),
    }


def _looks(project: Project, mark: Annotation) -> tuple[Any, ...]:
    tag_ = project.codebook.resolve(mark.tag) if mark.tag else None
    name = project.codebook.shown(tag_.id, "/") if tag_ else "hidden" if mark.tag else ""
    number = project.all_articles()[mark.article].number if mark.article else 0
    return mark.coder, number, _place(project, mark), name, mark.note


def _place(project: Project, mark: Annotation) -> Place:
    if mark.anchor is None:
        return (mark.unit,)
    text = project.text(mark.article)
    number = text.number_at(mark.anchor.start)
    if mark.unit == "paragraph":
        return ("paragraph", number)
    before = text.slice(text.paragraph(number).start, mark.anchor.start)
    first = len(before.split())
    return ("span", number, first, first + len(mark.anchor.quote.split()) - 1)
