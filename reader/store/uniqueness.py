"""What may stand once only among the records that all coders share: an article's number, a tag's name among its siblings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import cast

from reader.codebook import Codebook, plain
from reader.edits import Edit
from reader.errors import Conflict
from reader.model import Article, Tag
from reader.store.records import decode


def check_numbers(edit: Edit, articles: Mapping[str, Article]) -> None:
    """Conflict if an article that is made has the number of another."""
    made = [c for c in edit.changes if c.table == "articles" and c.before is None and c.after is not None]
    taken = {article.number for article in articles.values()} if made else set()
    for change in made:
        if (number := change.record["number"]) in taken:
            raise Conflict(f"Another article has got the number {number} in the meantime; nothing was written.")


def check_names(edit: Edit, tags: Mapping[str, Tag]) -> None:
    """Conflict if two tags of one parent would have one name, case and accents ignored."""
    changed = {
        change.id: cast("Tag", decode("tags", change.record))
        for change in edit.changes
        if change.table == "tags" and change.after is not None
    }
    if not changed:
        return
    book = Codebook({**tags, **changed})
    live = [tag for tag in changed.values() if not (tag.deleted or tag.merged_into)]
    names = {parent: Counter(plain(t.name) for t in book.children(parent)) for parent in {t.parent for t in live}}
    for tag in live:
        if names[tag.parent][plain(tag.name)] > 1:
            raise Conflict(f"There is a tag “{tag.name}” there already; nothing was written.")
