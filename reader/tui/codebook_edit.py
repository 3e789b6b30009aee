"""What one does in the codebook: each command is one step that `u` takes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reader import commands
from reader.commands import tagfields
from reader.commands.codebook import merging, tag_merge, tag_move
from reader.commands.goodbye import draft_of_description, draft_of_tag_note
from reader.commands.tags import counts
from reader.config import at_home
from reader.errors import ReaderError, UsageError
from reader.model import Tag
from reader.tui.ask import Ask
from reader.tui.screen import CommandScreen

if TYPE_CHECKING:
    from reader.commands import Outcome
    from reader.project import Project

ASKED_FROM = 20
"""Annotations that a merge may touch without being asked about."""


class CodebookEdits(CommandScreen[None]):
    """The commands of the codebook screen that change something."""

    project: Project

    def current(self) -> Tag | None:
        """The tag under the cursor."""
        raise NotImplementedError

    def stand_on(self, tag_id: str) -> None:
        """Put the cursor on a tag."""
        raise NotImplementedError

    # -- what they share -----------------------------------------------------------------------------------

    def _tag(self) -> Tag:
        """The tag under the cursor. ReaderError where nothing can be done to one."""
        self._writable()
        tag = self.current()
        if tag is None:
            raise ReaderError("There is no tag here; n makes one.")
        return tag

    def _writable(self) -> None:
        if self.project.read_only:
            raise ReaderError(f"Nothing can be changed: {self.project.read_only}")

    def did(self, outcome: Outcome, at: str = "") -> None:
        """Say what was done and how to undo it; stand on a tag."""
        self.told_with_undo(outcome)
        if at:
            self.stand_on(at)

    def _pick(self, heading: str, chosen: Callable[[Tag], None], without: set[str]) -> None:
        """Choose a tag of the codebook that is none of `without`."""
        from reader.tui.picker import TagPicker

        only = [tag.id for tag in self.project.codebook.live() if tag.id not in without]
        if not only:
            self.reader.say("there is no other tag")
            return

        def take(tag: Tag | str) -> None:
            if isinstance(tag, Tag):
                chosen(tag)

        picker = TagPicker(self.project, heading, on=lambda: (), chosen=take, only=only, create=False)
        self.app.push_screen(picker)

    def _below(self, tag: Tag) -> set[str]:
        """The ids of a tag and of all under it."""
        return {tag.id, *(t.id for t in self.project.codebook.below(tag.id))}

    # -- made and named ------------------------------------------------------------------------------------

    def child(self) -> None:
        """Make a tag under this one."""
        tag = self.current()
        self._make(tag.id if tag else "")

    def sibling(self) -> None:
        """Make a tag beside this one."""
        tag = self.current()
        above = self.project.codebook.resolve(tag.parent) if tag and tag.parent else None
        self._make(above.id if above else "")

    def _make(self, parent: str) -> None:
        self._writable()
        if self.project.info.locked:
            raise ReaderError("The codebook is locked: it takes no new tags. : tags-unlock lets tags be made again.")
        codebook = self.project.codebook
        path = codebook.shown(parent, "/") if parent else ""

        def done(name: str) -> None:
            if not name:
                raise UsageError("Type a name, or leave with Esc.")
            outcome = commands.tag_add(self.project, f"{path}/{name}" if path else name)
            made = [c.id for c in outcome.edit.changes] if outcome.edit else []
            self.did(outcome, made[-1] if made else "")

        where = f"under {codebook.shown(parent, ' › ')}" if parent else "at the top of the codebook"
        self.app.push_screen(Ask(f"New tag {where}", "A name; with / it makes tags under it too.", done))

    def rename(self) -> None:
        """Give this tag another name."""
        tag = self._tag()

        def done(name: str) -> None:
            self.did(commands.tag_rename(self.project, tag, name), tag.id)

        about = "Its marks follow; nothing in the texts is touched."
        self.app.push_screen(Ask(f"Rename {tag.name}", about, done, value=tag.name))

    def describe(self) -> None:
        """Write when to use this tag, and when not."""
        from reader.tui.note import NoteEditor

        tag = self._tag()

        def save(text: str) -> None:
            self.did(tagfields.tag_describe(self.project, tag.id, text), tag.id)

        heading = f"{tag.name}: when to use it, when not"
        # What is left of the form is not stored: nothing typed, nothing changed.
        text = tag.description or tagfields.FORM
        at = None if tag.description else (0, len(tagfields.WHEN))
        self.app.push_screen(NoteEditor(heading, text, save=save, draft=draft_of_description(tag.id), cursor=at))

    def memo(self) -> None:
        """Write a note on the tag itself."""
        from reader.commands.notes import memo_on, tag_note
        from reader.tui.note import NoteEditor

        tag = self._tag()
        before = memo_on(self.project, tag)

        def save(text: str) -> None:
            self.did(tag_note(self.project, tag.id, text), tag.id)

        self.app.push_screen(
            NoteEditor(
                f"note on the tag {tag.name}", before.note if before else "", save=save, draft=draft_of_tag_note(tag.id)
            )
        )

    def key(self) -> None:
        """Give this tag a key of its own."""
        tag = self._tag()

        def done(key: str) -> None:
            self.did(tagfields.tag_key(self.project, tag, key), tag.id)

        about = f"One letter or digit; while reading, a comma and it put {tag.name} on. Empty takes the key away."
        self.app.push_screen(Ask(f"Key of {tag.name}", about, done, value=tag.key))

    def hue(self) -> None:
        """Give this tag a colour."""
        from reader.tui.hues import HueDialog

        tag = self._tag()

        def chosen(colour: str | None) -> None:
            if colour is not None:
                outcome = self.reader.attempt(tagfields.tag_colour, self.project, tag, colour)
                if outcome is not None:
                    self.did(outcome, tag.id)

        self.app.push_screen(HueDialog(self.project, tag), chosen)

    # -- rearranged ----------------------------------------------------------------------------------------

    def move(self) -> None:
        """Put this tag under another one."""
        tag = self._tag()

        def chosen(parent: Tag) -> None:
            self.did(tag_move(self.project, tag, parent), tag.id)

        self._pick(f"{tag.name} goes under", chosen, self._below(tag))

    def move_up(self) -> None:
        """Put this tag at the top of the codebook."""
        tag = self._tag()
        self.did(tag_move(self.project, tag, None), tag.id)

    def merge(self) -> None:
        """Let this tag be read as another one."""
        tag = self._tag()

        def chosen(into: Tag) -> None:
            planned = merging(self.project, tag, into)
            others = any(coder != self.project.coder for coder in planned.annotations)
            if planned.total > ASKED_FROM or others:
                # The picker closes first.
                self.call_later(self._ask_to_merge, tag, into, planned.sentence())
            else:
                self.did(tag_merge(self.project, tag, into), into.id)

        self._pick(f"merge {tag.name} into", chosen, self._below(tag))

    def _ask_to_merge(self, tag: Tag, into: Tag, sentence: str) -> None:
        from reader.tui.dialogs import Question

        def answered(yes: bool | None) -> None:
            if yes:
                outcome = self.reader.attempt(tag_merge, self.project, tag, into)
                if outcome is not None:
                    self.did(outcome, into.id)

        name = self.project.codebook.shown(into.id, " › ")
        text = f"Merge {tag.name} into {name}? {sentence}. No mark is rewritten, and undo brings all of it back."
        self.app.push_screen(Question(text, yes="merge them", no="leave them apart"), answered)

    def split(self) -> None:
        """Send this tag's quotes to other tags, one by one."""
        from reader.tui.splitting import SplitScreen

        tag = self._tag()

        def done(outcome: Outcome | None) -> None:
            if outcome is not None:
                self.did(outcome, tag.id)

        self.app.push_screen(SplitScreen(self.project, tag), done)

    def archive(self) -> None:
        """Put this tag out of use, or bring it back."""
        tag = self._tag()
        self.did(commands.tag_archive(self.project, tag, back=tag.archived), tag.id)

    def delete(self) -> None:
        """Delete this tag; what would be hidden is said first."""
        from reader.tui.dialogs import Question

        tag = self._tag()
        below = len(self._below(tag)) - 1
        counted = counts(self.project)
        hidden = sum(counted.get(tag_id, 0) for tag_id in self._below(tag))
        if not below and not hidden:
            self._delete(tag)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                try:
                    self._delete(tag)
                except ReaderError as error:
                    self.reader.failed(error)

        under = f" and {below} tag{'s' * (below != 1)} under it" if below else ""
        marks = f"{hidden} annotation{'s' * (hidden != 1)} will be hidden" if hidden else "no annotation is touched"
        text = f"Delete {tag.name}{under}? {marks[0].upper()}{marks[1:]}; undo brings all of it back."
        self.app.push_screen(Question(text, yes="delete", no="keep"), answered)

    def _delete(self, tag: Tag) -> None:
        self.did(commands.tag_delete(self.project, tag, children=True))

    # -- the codebook as a whole ---------------------------------------------------------------------------

    def lock_tags(self) -> None:
        """Lock the codebook, or let tags be made again."""
        self._writable()
        change = tagfields.tags_unlock if self.project.info.locked else tagfields.tags_lock
        self.did(change(self.project))

    def import_tags(self) -> None:
        """Take in a codebook from a table."""
        from reader.tui.dialogs import PathDialog

        self._writable()
        about = "A CSV file with a column path, tag, name or code; description, colour and key are taken too."
        self.app.push_screen(PathDialog("Import a codebook", about, suffixes=(".csv", ".tsv")), self._import)

    def _import(self, path: str | None) -> None:
        from reader.commands.codebook_files import tags_import

        if path is None:
            return
        try:
            outcome = tags_import(self.project, path)
        except ReaderError as error:
            self.reader.failed(error)
            return
        lines = [*outcome.text.splitlines(), *outcome.lines]
        self.did(outcome)
        if len(lines) > 1:
            from reader.tui.lines import LinesScreen

            self.app.push_screen(LinesScreen("The codebook that came in", lines))

    def export_tags(self) -> None:
        """Write the codebook as a table."""
        from reader.tui.dialogs import PathDialog

        about = "A CSV file: path, description, colour, key, counts."
        value = str(self.project.path.parent / f"{self.project.name or 'reader'}-codebook.csv")
        self.app.push_screen(PathDialog("Export the codebook", about, value=value, suffixes=(".csv",)), self._export)

    def _export(self, path: str | None) -> None:
        if path is None:
            return
        target = at_home(path)
        if target.exists():
            from reader.tui.dialogs import Question

            question = Question(f"{target} is there already. Write over it?", yes="write over it", no="leave it")
            self.app.push_screen(question, lambda yes: self._write(target, force=True) if yes else None)
        else:
            self._write(target, force=False)

    def _write(self, target: object, *, force: bool) -> None:
        from pathlib import Path

        from reader.commands.codebook_files import tags_export

        outcome = self.reader.attempt(tags_export, self.project, output=Path(str(target)), force=force)
        if outcome is not None:
            self.reader.say(outcome.brief or outcome.text)
