"""Change the marking of an object: our own by a new version, what we hold of others only stricter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from cordiale.desk import audit, definitions
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Marked
from cordiale.desk.incoming.importing import index_all
from cordiale.desk.partnerships import partnerships
from cordiale.desk.visible import unknown, visible
from cordiale.desk.written import marking_of, written
from cordiale.exchange.cut.sequencer import cut
from cordiale.exchange.records import overlays
from cordiale.exchange.records.recalls import recall_ids
from cordiale.platform.clock import format_instant
from cordiale.platform.errors import InputError, NotAllowed
from cordiale.platform.languages import _
from cordiale.release.marking import Marking, of_references, of_version
from cordiale.stix import atoms as definitions_of_atoms
from cordiale.stix.canonical import content_hash
from cordiale.stix.version import Version, read, view
from cordiale.store import markings, versions
from cordiale.store.types import Put

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row

MILLISECOND = 1000


def mark(
    desk: Desk, actor: Actor, stix_id: str, atoms: str | Iterable[str], *, source: str | None = None
) -> Marked:
    """Give an object another marking and return what it was and is.

    Of what this node created: a new version whose markings say so (`version`). Of what it imported
    from elsewhere without a marking: the marking it was given is replaced (`given`). Of all else:
    an overlay that can only narrow (`overlay`). What we mark ourselves stands for every version, for
    those to come as well, until it is marked anew. Narrowing stops sending at once and drafts the
    recalls. Raises NotFound, InputError for what is not a marking, NotAllowed for widening what
    others marked.
    """
    authorise(actor, "mark")
    wanted = marking_of(atoms)
    with desk.store.write() as tx:
        rows = versions.get(tx, stix_id, visible(tx, desk, actor))
        row = _chosen(rows, stix_id, source, desk.node)
        if row.raw is None:
            raise unknown(stix_id)
        before = markings.atoms(tx, row.base_mid)
        version, _problems = read(row.raw)
        held = definitions.believed(tx, desk, row.source)
        carried = of_references(version.markings, held)
        ours = row.source == desk.node and row.origin == "local"
        new: str | None
        if is_ours(desk, row, version):
            how, new = "version", _new_version(tx, desk, version, wanted, held)
        elif ours and not carried:
            how, new = "given", _given(tx, desk, version, wanted, held)
        else:
            how, new = "overlay", _overlay(tx, desk, row, before, wanted)
        after = versions.get(tx, stix_id, None)
        now_marked = next(r for r in after if r.source == row.source)
        # an overlay is no part of the object's own marking: it shows in the effective one
        mid = now_marked.effective_mid if how == "overlay" else now_marked.base_mid
        carries = tuple(sorted(markings.atoms(tx, mid)))
        drafted = follow(tx, desk)
        audit.acted(
            tx,
            desk,
            actor,
            "mark",
            id=stix_id,
            how=how,
            before=sorted(before),
            after=list(carries),
        )
        answer = Marked(
            id=stix_id,
            how=how,
            before=tuple(sorted(before)),
            after=carries,
            version=new,
            recalls_drafted=drafted,
        )
    index_all(desk)
    desk.wake()
    return answer


def is_ours(desk: Desk, row: Row, version: Version) -> bool:
    """Tell whether this node created an object, so that marking it anew is a new version."""
    return (
        row.source == desk.node
        and row.origin == "local"
        and (version.created_by is None or version.created_by in desk.home.identities)
        and version.type != "marking-definition"
    )


def follow(tx: Transaction, desk: Desk) -> int:
    """Let the stream follow in the same transaction; return how many recalls came of it."""
    joined = tuple(partnerships(tx, desk.node).values())
    if not joined:
        return 0
    before = recall_ids(tx)
    cut(tx, desk.home, joined, desk.clock())
    return len(recall_ids(tx) - before)


def _chosen(rows: list[Row], stix_id: str, source: str | None, own: str) -> Row:
    if not rows:
        raise unknown(stix_id)
    wanted = [row for row in rows if source is None or row.source == source]
    ours = [row for row in wanted if row.source == own]
    if len(wanted) == 1 or ours:
        return (ours or wanted)[0]
    raise InputError(
        "which-source",
        _("{id} is stated by {sources}: say whose statement is meant with --source."),
        id=stix_id,
        sources=", ".join(row.source for row in rows),
    )


def _new_version(tx: Transaction, desk: Desk, version: Version, wanted: Marking, held: dict[str, str]) -> str:
    _stands(tx, desk, version.id, wanted)
    puts = [*new_definitions(wanted, held), rewritten(version, wanted, held, desk.clock())]
    versions.put(tx, desk.node, desk.clock(), puts, own=desk.home.identities, markings="replace")
    return puts[-1].version.hash.hex()


def rewritten(version: Version, wanted: Marking, held: dict[str, str], now: int) -> Put:
    """Return a new version of what this node created, whose markings say these atoms.

    Nothing else of it changes, so that what was valid when it was stored is valid still.
    """
    value: dict[str, Any] = orjson.loads(version.raw)
    # statements restrict nothing and stay; everything else is what was asked
    statements = [ref for ref in version.markings if held.get(ref) == ""]
    value["object_marking_refs"] = [
        *sorted(definitions_of_atoms.id_of(atom) for atom in wanted),
        *statements,
    ]
    if version.modified is not None:
        later = max(now, version.modified + MILLISECOND)
        value["modified"] = format_instant(later)
    marked = view(value, orjson.dumps(value), content_hash(value))
    known = {**held, **{definitions_of_atoms.id_of(atom): atom for atom in wanted}}
    base, full = of_version(marked, known)
    return Put(marked, base, full, "local")


def new_definitions(wanted: Marking, held: dict[str, str]) -> list[Put]:
    """Return the marking definitions that the new version refers to and nobody imported yet."""
    puts = []
    for atom in sorted(wanted):
        definition = definitions_of_atoms.definition_of(atom)
        if definition["id"] not in held:
            version, _problems = read(orjson.dumps(definition))
            marking = frozenset({atom})
            puts.append(Put(version, marking, marking, "local"))
    return puts


def _given(
    tx: Transaction, desk: Desk, version: Version, wanted: Marking, held: dict[str, str]
) -> str | None:
    base, full = of_version(version, held, wanted)
    _stands(tx, desk, version.id, wanted)
    put = Put(version, base, full, "local")
    versions.put(tx, desk.node, desk.clock(), [put], own=desk.home.identities, markings="replace")
    return None


def _stands(tx: Transaction, desk: Desk, stix_id: str, wanted: Marking) -> None:
    """Let a marking govern every version of our statement: what is imported next carries what its source says of it.

    A marking definition that says nothing of its own marking needs it as well: what names it would take it along.
    """
    versions.remark(tx, stix_id, desk.node, wanted, instead=True)


def _overlay(tx: Transaction, desk: Desk, row: Row, before: Marking, wanted: Marking) -> str | None:
    if lowers(tx, desk, row, wanted, overlays(tx, [row.vid])):
        versions.remark(tx, row.id, row.source, wanted, instead=True)
        return None
    if wanted <= before:
        raise NotAllowed(
            "only-stricter",
            _("{id} was marked by {source}: here it can only become stricter, and {marking} adds nothing."),
            id=row.id,
            source=row.source,
            marking=written(wanted),
        ).at("marking")
    versions.remark(tx, row.id, row.source, wanted)
    return None


def lowers(tx: Transaction, desk: Desk, row: Row, wanted: Marking, overlaid: Mapping[int, int]) -> bool:
    """Tell whether this lifts what a person here made our statement stricter by than it is marked (`overlaid` by version)."""
    stricter = overlaid.get(row.vid)
    if stricter is None or row.source != desk.node or row.origin != "local":
        return False
    before = markings.atoms(tx, row.base_mid)
    return wanted <= before and not markings.atoms(tx, stricter) <= before
