"""Mark many objects anew: sending stops in one short transaction, the versions follow in batches."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import orjson

from cordiale.desk import audit, definitions, records
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer
from cordiale.desk.incoming.importing import index_all
from cordiale.desk.marking.mark import is_ours, lowers, new_definitions, rewritten
from cordiale.desk.visible import unknown, visible
from cordiale.desk.written import marking_of
from cordiale.exchange import records as streams
from cordiale.exchange.partners import pairing as exchange
from cordiale.exchange.records import concerned, stopped
from cordiale.platform.ids import uuid4
from cordiale.release.marking import Marking, from_text, of_references, of_version, text_of
from cordiale.stix.version import view
from cordiale.store import versions
from cordiale.store.types import Put

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.records import Remarking
    from cordiale.store.connection import Transaction

BATCH = 2000
"""Objects marked in one transaction: about half a second, so that a cut does not wait longer."""

Progress = Callable[[int, int | None], None]


class MarkedMany(Answer, frozen=True, kw_only=True):
    """What marking many objects did: how many, and of how many the versions are written."""

    objects: int
    done: int


def mark_all(
    desk: Desk,
    actor: Actor,
    ids: Iterable[str],
    atoms: str | Iterable[str],
    *,
    progress: Progress | None = None,
    wait: bool = True,
) -> MarkedMany:
    """Give many objects another marking, every statement about them as `mark` would.

    From the first transaction on nothing of them goes to anybody; then versions are written batch by batch, and each
    batch goes again as far as its new marking allows. What is interrupted, or not waited for, the node finishes by
    itself. Raises NotFound for an object the actor does not see, InputError for what is not a marking.
    """
    authorise(actor, "mark")
    wanted, listed = marking_of(atoms), list(dict.fromkeys(ids))
    oids = stop_sending(desk, actor, listed, wanted)
    if not wait:
        desk.wake()
        return MarkedMany(objects=len(oids), done=0)
    finish(desk, progress)
    index_all(desk)
    desk.wake()
    return MarkedMany(objects=len(oids), done=len(oids))


def stop_sending(desk: Desk, actor: Actor, ids: Sequence[str], wanted: Marking) -> list[int]:
    """Record what is to be marked and let nothing of it go from this transaction on; return the objects' numbers."""
    with desk.store.write() as tx:
        oids = versions.oids(tx, ids)
        seen = visible(tx, desk, actor)
        listed = sorted(oids.values())
        if len(oids) < len(ids) or not concerned.all_visible(tx, listed, seen):
            raise unknown(next(i for i in ids if not versions.get(tx, i, seen)))
        stopped.stop(tx, listed)
        now = desk.clock()
        packed = array("I", listed).tobytes()
        one = records.Remarking(uuid4(desk.random), text_of(wanted), actor.name, now, packed, 0)
        records.add_remarking(tx, one)
        audit.acted(tx, desk, actor, "mark-many", objects=len(listed), after=sorted(wanted))
    return listed


def finish(desk: Desk, progress: Progress | None = None) -> int:
    """Write the versions of all that is still to be marked; return how many objects were done."""
    total = 0
    while done := carry_on(desk):
        total += done
        if progress is not None:
            progress(total, None)
    return total


def carry_on(desk: Desk, limit: int = BATCH) -> int:
    """Write the next versions of what is to be marked; return how many objects were done, 0 when nothing waits."""
    with desk.store.read() as tx:
        if records.next_remarking(tx) is None:
            return 0
    with desk.store.write() as tx:
        one = records.next_remarking(tx)
        if one is None:
            return 0
        listed = array("I")
        listed.frombytes(one.objects)
        oids = listed[one.done : one.done + limit].tolist()
        _mark(tx, desk, one, oids)
        end = one.done + len(oids)
        records.advance_remarking(tx, one.id, None if end >= len(listed) else end)
    return len(oids)


def _mark(tx: Transaction, desk: Desk, one: Remarking, oids: Sequence[int]) -> None:
    wanted, now = from_text(one.atoms), desk.clock()
    vids = [vid for _oid, vid, _modified, _created, current in streams.versions_of(tx, oids) if current]
    puts: list[Put] = []
    stricter: dict[tuple[int, str], None] = {}
    instead: dict[tuple[int, str], None] = {}
    unchanged: list[int] = []
    believed: dict[str, dict[str, str]] = {}
    overlaid = streams.overlays(tx, vids)
    for row in versions.by_vid(tx, vids, None).values():
        if row.raw is None or row.origin == "derived":
            continue
        held = believed.get(row.source)
        if held is None:
            held = believed[row.source] = definitions.believed(tx, desk, row.source)
        version = view(orjson.loads(row.raw), row.raw, row.hash)
        if is_ours(desk, row, version):
            puts += new_definitions(wanted, held) if not puts else ()
            puts.append(rewritten(version, wanted, held, now))
            instead[row.oid, row.source] = None
        elif row.source == desk.node and row.origin == "local" and not of_references(version.markings, held):
            puts.append(Put(version, *of_version(version, held, wanted), "local"))
            instead[row.oid, row.source] = None
            unchanged.append(row.vid)
        else:
            lifted = lowers(tx, desk, row, wanted, overlaid)
            (instead if lifted else stricter)[row.oid, row.source] = None
            unchanged.append(row.vid)
    versions.remark_all(tx, instead, wanted, instead=True)  # for the versions to come as well
    versions.put(tx, desk.node, now, puts, own=desk.home.identities, markings="replace")
    versions.remark_all(tx, stricter, wanted)
    stopped.let_on(tx, oids)
    # what was looked at meanwhile was withheld for being stopped
    for partner in exchange.partners(tx) if unchanged else ():
        streams.owe_versions(tx, partner.number, unchanged)
