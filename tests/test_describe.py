"""What the history says of each kind of edit, and of its undoing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from reader import commands
from reader.commands.details import details
from reader.commands.passes import pass_start
from reader.commands.reviewing import role
from reader.commands.tagfields import tag_colour, tag_describe, tag_key
from reader.formats import NewAnnotation, NewTag
from reader.project import Project
from tests.projects import new_article, the_article

FLOOD = "Flood barrier opened two hours late"
SHORT = "Flood barrier opened two hours…"
QUAY = new_article(("Quay", "The quay."))

EDITS: dict[str, tuple[Callable[[Project], object], str, str]] = {
    "tag": (
        lambda p: commands.tag(p, the_article(p), [4], ["harm"]),
        f"put on harm on ¶ 4 of “{FLOOD}”",
        f"took off harm on ¶ 4 of “{FLOOD}”",
    ),
    "tags": (
        lambda p: commands.tag(p, the_article(p), [4], ["a", "b", "c", "d"], create=True),
        f"put on 4 tags on ¶ 4 of “{FLOOD}”",
        f"took off 4 tags on ¶ 4 of “{FLOOD}”",
    ),
    "the article": (
        lambda p: commands.tag_article(p, the_article(p), ["harm"]),
        f"put on harm on the article “{FLOOD}”",
        f"took off harm on the article “{FLOOD}”",
    ),
    "note": (
        lambda p: commands.note(p, the_article(p), 4, "why?"),
        f"wrote a note on ¶ 4 of “{FLOOD}”",
        f"removed a note on ¶ 4 of “{FLOOD}”",
    ),
    "review": (
        lambda p: commands.review(p, the_article(p), [2, 4]),
        f"marked reviewed on 2 paragraphs of “{FLOOD}”",
        f"took back the review on 2 paragraphs of “{FLOOD}”",
    ),
    "tag-add": (lambda p: commands.tag_add(p, "actor"), "made the tag “actor”", "took back the tag “actor”"),
    "tag-rename": (
        lambda p: commands.tag_rename(p, "harm", "hurt"),
        "renamed the tag “harm” to “hurt”",
        "renamed the tag “hurt” to “harm”",
    ),
    "tag-delete": (lambda p: commands.tag_delete(p, "harm"), "deleted the tag “harm”", "brought back the tag “harm”"),
    "tag-archive": (
        lambda p: commands.tag_archive(p, "harm"),
        "archived the tag “harm”",
        "brought back the tag “harm”",
    ),
    "note on a tag": (
        lambda p: commands.tag_note(p, "harm", "Say when."),
        "wrote a note on the tag “harm”",
        "removed a note on the tag “harm”",
    ),
    "memo": (
        lambda p: commands.memo(p, "Ask again in May."),
        "wrote a note on the project",
        "removed a note on the project",
    ),
    "tag-move": (
        lambda p: commands.tag_move(p, "harm", "talk"),
        "moved the tag “harm” under “talk”",
        "moved the tag “harm” to the top",
    ),
    "tag-describe": (
        lambda p: tag_describe(p, "harm", "Hurt."),
        "described the tag “harm”",
        "took the description of the tag “harm”",
    ),
    "tag-colour": (
        lambda p: tag_colour(p, "harm", "sky"),
        "gave the tag “harm” a colour",
        "took the colour of the tag “harm”",
    ),
    "tag-key": (lambda p: tag_key(p, "harm", "h"), "gave the tag “harm” the key h", "took the key of the tag “harm”"),
    "import": (
        lambda p: p.import_articles([QUAY]),
        "imported “Quay”",
        "took back the import of “Quay”",
    ),
    "import with marks": (
        lambda p: p.import_articles(
            [NewTag(path=("brought",), id="x"), replace(QUAY, annotations=[NewAnnotation(unit="article", tag="x")])]
        ),
        "imported “Quay” with 1 tag, 1 mark",
        "took back the import of “Quay” with 1 tag, 1 mark",
    ),
    "imports": (
        lambda p: p.import_articles([new_article((name, f"The {name}.")) for name in ("One", "Two")]),
        "imported 2 articles",
        "took back the import of 2 articles",
    ),
    "remove": (lambda p: p.remove(the_article(p)), f"removed “{SHORT}”", f"brought back “{SHORT}”"),
    "role": (
        lambda p: role(p, the_article(p), [4], role="caption"),
        f"changed the role of a paragraph in “{SHORT}”",
        f"changed the role of a paragraph in “{SHORT}”",
    ),
    "details": (
        lambda p: details(p, the_article(p), ["author=A reporter"]),
        f"changed the details of “{SHORT}”",
        f"changed the details of “{SHORT}”",
    ),
    "pass": (lambda p: pass_start(p, "second"), "began the pass “second”", "took back the pass “second”"),
}


@pytest.fixture
def coded(project: Project) -> Project:
    commands.tag_add(project, "harm")
    commands.tag_add(project, "talk")
    return project


@pytest.mark.parametrize("what", EDITS)
def test_the_history_says_what_was_done_and_what_was_undone(coded: Project, what: str) -> None:
    act, done, undone = EDITS[what]
    act(coded)
    assert coded.describe(next(coded.edits())) == done
    coded.undo()
    assert coded.describe(next(coded.edits())) == undone
    coded.redo()
    assert coded.describe(next(coded.edits())) == done
