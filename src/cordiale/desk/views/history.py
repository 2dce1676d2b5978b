"""The versions of an object that the reader may see, and what others say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer, Summary
from cordiale.desk.partnerships import partnerships
from cordiale.desk.summary import summary
from cordiale.desk.views.reading import in_part, mentioned, readable
from cordiale.desk.visible import unknown, visible
from cordiale.exchange import records
from cordiale.store import markings, references, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

VERSIONS: Final = 50
"""Newest versions that are shown of one object."""

REMARKS: Final = 200
"""Referring objects that are looked through for remarks."""

KINDS: Final = ("note", "opinion", "language-content", "sighting")


class VersionView(Answer, frozen=True, kw_only=True):
    """One version of one source's statement, with what the reader reads of it."""

    version: str
    source: str
    modified: int | None
    received: int
    current: bool
    revoked: bool
    marking: tuple[str, ...]
    value: dict[str, Any]


class Remark(Answer, frozen=True, kw_only=True):
    """A note, opinion, translation or sighting of an object."""

    summary: Summary
    value: dict[str, Any]
    marking: tuple[str, ...]


def history(desk: Desk, actor: Actor, stix_id: str) -> tuple[VersionView, ...]:
    """Return the versions of each statement about an id, newest first.

    Of a statement that is read in part only what it says now is shown: how often the rest changed is hidden as well.
    Raises NotFound alike for what is not held and what the reader may not see.
    """
    authorise(actor, "show")
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        stored = versions.get(tx, stix_id, seen, history=True)
        if not stored:
            raise unknown(stix_id)
        rows = readable(tx, desk, actor, stored[:VERSIONS], seen)
        partial = {row.source for row in rows if row.current and in_part(row)}
        found = tuple(
            VersionView(
                version=row.hash.hex(),
                source=row.source,
                modified=row.modified,
                received=row.received,
                current=row.current,
                revoked=row.revoked,
                marking=tuple(sorted(markings.atoms(tx, row.effective_mid))),
                value=orjson.loads(row.raw) if row.raw else {"type": row.type, "id": row.id},
            )
            for row in rows
            if row.current or (row.source not in partial and not in_part(row))
        )
    audit.read(desk, actor, "history", id=stix_id)
    return found


def remarks(desk: Desk, actor: Actor, stix_id: str) -> tuple[Remark, ...]:
    """Return notes, opinions, translations and sightings of an object, last stored first.

    What partners say of a tear-line of it is said of the object: they know it by no other id.
    """
    authorise(actor, "show")
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        ids = (stix_id, *_tear_lines(tx, desk, stix_id, seen))
        said = [row for one in ids for row in references.referrers(tx, one, seen, limit=REMARKS).rows]
        rows = readable(tx, desk, actor, [row for row in said if row.type in KINDS], seen)
        found = tuple(
            Remark(
                summary=summary(tx, row),
                value=orjson.loads(row.raw),
                marking=tuple(
                    sorted(markings.atoms(tx, row.effective_mid if in_part(row) else row.full_mid))
                ),
            )
            for row in rows
            if row.raw and any(mentioned(row, one) for one in ids)
        )
    audit.read(desk, actor, "remarks", id=stix_id)
    return found


def _tear_lines(tx: Transaction, desk: Desk, stix_id: str, seen: Visible) -> tuple[str, ...]:
    """Return the ids by which partners know what they have of an object in part, for who may see the object."""
    oid = versions.oids(tx, (stix_id,)).get(stix_id)
    if oid is None or not versions.get(tx, stix_id, seen):
        return ()
    made = records.tear_lines_for(tx, tuple(partnerships(tx, desk.node)), (oid,))
    found = versions.by_vid(tx, [vid for lines in made.values() for vid in lines], None)
    return tuple(sorted({row.id for row in found.values()}))
