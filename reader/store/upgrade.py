"""A project that an older version made becomes one of this version's format; a backup is made before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reader.edits import UPGRADE, Change, Edit, new_id, now
from reader.errors import Conflict
from reader.store import backups
from reader.store.folder import FORMAT
from reader.store.records import encode

if TYPE_CHECKING:
    from reader.store.tiny import TinyStore


def upgrade(store: TinyStore) -> None:
    """Write the new format into the project's own record, as an edit. ReaderError: nothing was changed."""
    old = store.info
    backups.make_alone(store.path, f"before the upgrade from format {old.format}", store.modes)
    new = msgspec.structs.replace(old, format=FORMAT)
    change = Change("project", old.id, encode(old), encode(new))
    try:
        store.apply(Edit(id=new_id("e"), at=now(), coder=store.coder, command=UPGRADE, changes=(change,)))
    except Conflict:  # another session has done it in the meantime
        store.poll()
