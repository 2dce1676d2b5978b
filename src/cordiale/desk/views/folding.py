"""A translation in a list is the line of what it translates: an object is listed once, whichever language it was found in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import orjson

from cordiale.desk.views.reading import readable
from cordiale.store import references, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row, Visible

TRANSLATION: Final = "language-content"

MOST: Final = 400
"""Translations of the objects of one list that are looked at, to tell which of several found it."""


def fold(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    rows: Sequence[Row],
    seen: Visible,
    says: Callable[[Row], bool],
    listed: Callable[[Row], bool],
) -> list[Row]:
    """Return rows as `readable` gave them, with the original in the place of each translation of it.

    `says` tells whether a row holds what was looked for, `listed` whether an original has a line of its own: then its translations
    have none. Of several that were found the one stored last stands for it. What is translated and not read stays as it is.
    """
    of = {row.vid: named for row in rows if (named := _translated(row))}
    if not of:
        return list(rows)
    held = versions.of_ids(tx, set(of.values()), seen)
    read = readable(tx, desk, actor, [found[0] for found in held.values()], seen)
    originals = {row.id: row for row in read if row.raw is not None}
    last = _last(tx, desk, actor, originals, seen, says)
    found: list[Row] = []
    for row in rows:
        original = originals.get(of.get(row.vid, ""))
        if original is None:
            found.append(row)
        elif not listed(original) and last.get(original.id, row.vid) == row.vid:
            found.append(original)
    return found


def _last(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    originals: dict[str, Row],
    seen: Visible,
    says: Callable[[Row], bool],
) -> dict[str, int]:
    """Return for each original the translation stored last that holds what was looked for."""
    stored = references.translations_of(tx, originals, seen, limit=MOST)
    last: dict[str, int] = {}
    for row in readable(tx, desk, actor, stored, seen):
        named = _translated(row)
        if named in originals and says(row):
            last[named] = max(last.get(named, 0), row.vid)
    return last


def _translated(row: Row) -> str:
    """Return the id of what a row translates, as far as that is read; empty for everything else."""
    if row.type != TRANSLATION or row.raw is None:
        return ""
    named = orjson.loads(row.raw).get("object_ref")
    return named if isinstance(named, str) else ""
