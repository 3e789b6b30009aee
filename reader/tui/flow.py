"""Passes, speakers passed over, tag and go on, the order of articles, and the way to codebook, notes and quotes."""

from __future__ import annotations

from reader import commands
from reader.commands.passes import pass_start, skip_speaker, speakers
from reader.commands.together import tag_and_review
from reader.errors import ReaderError
from reader.model import Article
from reader.tui.finding import Finding
from reader.tui.moving import Moving
from reader.tui.slots import in_slots
from reader.tui.tagging import Tagging


class Flow(Moving, Finding, Tagging):
    """How one goes through the material."""

    def __init__(self) -> None:
        super().__init__()
        self._done_said = False

    # -- the order of articles -------------------------------------------------------------------------------

    def order(self) -> list[Article]:
        """The articles in the order that the library was left in, filtered as there; all where this one is not among them."""
        articles = self.project.articles
        kept = [articles[article_id] for article_id in self.reader.order if article_id in articles]
        return kept if any(article.id == self.wanted().id for article in kept) else list(articles.values())

    def _to_article(self, direction: int) -> None:
        order = [article.id for article in self.order()]
        index = order.index(self.wanted().id) + direction
        if 0 <= index < len(order):
            self.remember()
            self.reader.open_article(order[index])
            return
        which = "last" if direction > 0 else "first"
        all_there = len(order) == len(self.project.articles)
        self.reader.remark(f"this is the {which} article" + ("" if all_there else " of those the library shows"))

    def _next_unfinished(self) -> None:
        order = self.order()
        index = next((i for i, a in enumerate(order) if a.id == self.wanted().id), 0)
        for article in (*order[index + 1 :], *order[:index]):
            number = commands.next_unreviewed(self.project, article)
            if number is not None:
                self._done_said = False
                self.remember()
                self.reader.open_article(article.id, number)
                return
        all_there = len(order) == len(self.project.articles)
        self.reader.say("All is reviewed, in every article" + ("." if all_there else " that the library shows."))

    # -- reviewing -----------------------------------------------------------------------------------------

    def run(self, command: commands.Command) -> None:
        """Any other command makes Enter at the end of an article say first where it would go."""
        if command.name != "review-and-on":
            self._done_said = False
        super().run(command)

    def review_and_on(self) -> None:
        """Reviewed, and on to the next unreviewed paragraph; in the pane: open the entry."""
        if self.pane_view.focused_entry >= 0:
            self.open_entry()
            return
        opened = self.wanted()
        if not opened.counted:
            opened.count_all()
        said = ""
        if opened.visits(self.here) and (self.here not in opened.reviewed or opened.tags_since(self.here)):
            outcome = commands.review(self.project, opened.article, [self.here], again=True)
            self.edited(outcome)
            said = outcome.brief
        if len(opened.reviewed) >= opened.visited:
            self._article_done(said)
            return
        before = self.here
        number = commands.next_unreviewed(self.project, opened.article, before)
        if number is not None:
            self.go(number)
            if number < before:
                self.reader.add(f"back to ¶ {number}, not reviewed yet")

    def _article_done(self, said: str) -> None:
        """Everything here is reviewed: say so, and go on at the second Enter."""
        opened = self.wanted()
        if self._done_said and not said:
            self._next_unfinished()
            return
        self._done_said = True
        done = f"Article done, {len(opened.reviewed)} of {opened.visited}."
        self.reader.say(f"{done} Enter: next article with something unreviewed", keep=bool(said))

    def open_entry(self) -> None:
        """Edit what is chosen in the pane: its note."""
        self.note()

    def review(self) -> None:
        """Reviewed on or off."""
        opened = self.wanted()
        change = commands.unreview if opened.is_reviewed(self.here) else commands.review
        self.edited(change(self.project, opened.article, [self.here]))

    def toggle_role(self) -> None:
        """Furniture or text."""
        self.edited(commands.role(self.project, self.article, [self.here]))

    # -- tag and go on ---------------------------------------------------------------------------------------

    def tag_and_go_on(self) -> None:
        """A slot key tags only; or it tags, marks reviewed and moves on."""
        self.state.tag_and_go_on = not self.reader.tags_and_goes_on
        self.project.save_state()
        if self.state.tag_and_go_on:
            self.reader.say("tag and go on: 1 to 9 tag, mark reviewed and move on, in one step")
        else:
            self.reader.say("1 to 9 only tag again")

    def slot(self, number: int) -> None:
        """Put on the tag in a slot; with *tag and go on* mark reviewed and move on."""
        tag = in_slots(self.state, self.project.codebook)[number - 1]
        if not self.reader.tags_and_goes_on or tag is None or not self.tags_whole_paragraph():
            super().slot(number)
            return
        opened = self.wanted()
        before = self.here
        outcome = tag_and_review(self.project, opened.article, before, [tag])
        self._given(outcome, [tag])
        following = commands.next_unreviewed(self.project, opened.article, before)
        if following is not None:
            self.go(following)
        elif outcome.edit is not None:
            self.reader.add("all is reviewed here")

    def tags_whole_paragraph(self) -> bool:
        """Whether a tag key acts on the current paragraph alone: no span is current, nothing is selected."""
        opened = self.wanted()
        return opened.span is None and not opened.selection

    # -- passes and speakers ---------------------------------------------------------------------------------

    def new_pass(self, name: str = "") -> None:
        """Begin a new pass, asking for a name where none was given: all is to be reviewed once more."""
        from reader.tui.ask import Ask

        if self.project.read_only:
            raise ReaderError(f"Nothing can be written: {self.project.read_only}")

        def done(name: str) -> None:
            self.told_with_undo(pass_start(self.project, name))

        if name:
            done(name)
            return
        about = "Reviews begin anew; tags and notes stay, and earlier reviews are kept in the history of passes."
        self.app.push_screen(Ask("Name of the new pass", about, done))

    def skip_speaker(self, name: str = "") -> None:
        """Pass over the turns of a speaker, or visit them again; asked for where none was given."""
        from reader.tui.choose import Choose

        here = list(self.wanted().text.speakers())
        names = here or speakers(self.project)
        if not names:
            self.reader.say("no article has speakers: they are taken from lines such as “I: …”")
            return
        skipped = set(self.state.skipped_speakers)

        def skip(name: str) -> None:
            outcome = self.reader.attempt(skip_speaker, self.project, name, back=name in skipped)
            if outcome is not None:
                self.reader.refresh_marks()
                self.reader.say(outcome.brief or outcome.text)

        if name:
            skip(next((known for known in names if known.casefold() == name.casefold()), name))
            return
        rows = [(name, "passed over" if name in skipped else "visited") for name in names]

        def chosen(index: int | None) -> None:
            if index is not None:
                skip(names[index])

        self.app.push_screen(Choose("Speakers: Enter passes over, or visits again", rows), chosen)

    # -- other screens -----------------------------------------------------------------------------------------

    def codebook(self) -> None:
        """The codebook, on the tag given last here."""
        self.reader.open_codebook(next(iter(self.tags_to_compare()), ""))

    def notes(self) -> None:
        """All notes and memos."""
        from reader.tui.notes import NotesScreen

        self.app.push_screen(NotesScreen(self.project))

    def tags_to_compare(self) -> list[str]:
        """The tags that quotes are wanted of: the entry chosen, the tag just given, the paragraph's, the last one used."""
        marks = []
        if self.opened is not None:
            chosen = self.pane_view.chosen
            own = [mark for mark in self.opened.own_marks(self.here) if mark.tag]
            given = [mark for mark in own if mark.id == self._last_given]
            marks = [*([chosen] if chosen is not None and chosen.tag else []), *given, *reversed(own)]
        ids = [mark.tag for mark in marks] or list(self.state.recents[:1])
        meant = (self.project.codebook.resolve(tag_id) for tag_id in ids)
        return list(dict.fromkeys(tag.id for tag in meant if tag is not None))

    def compare(self) -> None:
        """The last quotes of the tag, beside the paragraph."""
        from reader.tui.quotes import QuotesScreen

        tags = self.tags_to_compare()
        if not tags:
            self.reader.remark("no tag was put on yet: t chooses one")
            return
        here = (self.opened.id if self.opened else "", self.here)
        self.app.push_screen(QuotesScreen(self.project, tags, here=here))

    def back(self) -> None:
        """Where one was before the last jump: a place, or the list that one came from."""
        came_from = self.jumps[-1][0] if self.jumps else ""
        if came_from not in self.reader.came_from:
            super().back()
            return
        self.jumps.pop()
        at, query = self.reader.came_from[came_from]
        if came_from == "notes":
            from reader.tui.notes import NotesScreen

            self.app.push_screen(NotesScreen(self.project, at=at, query=query))
        else:
            self.reader.open_codebook(at, query)

    def quit(self) -> None:
        """Leave the program; on the tour, leave the tour."""
        if self.reader.touring is not None:
            self.reader.touring.end()
        else:
            super().quit()

    def show_place(self) -> None:
        """Title and pane follow; on the tour this may have been the step."""
        super().show_place()
        if self.reader.touring is not None:
            self.reader.touring.look()

    def tour(self) -> None:
        """A few steps on a sample; your project is not touched."""
        from reader.tui.tour import start

        start(self.reader)
