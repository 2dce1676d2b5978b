"""Keep parts of an object from who may have the rest: a marking on properties of our own object, tried before it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import orjson

from cordiale.desk import audit, definitions
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Marked
from cordiale.desk.incoming.importing import index_all
from cordiale.desk.marking.mark import MILLISECOND, follow, is_ours, new_definitions
from cordiale.desk.outgoing.queue import Reading, reading
from cordiale.desk.partnerships import partnership as joined
from cordiale.desk.visible import unknown, visible
from cordiale.desk.written import marking_of
from cordiale.platform.clock import format_instant
from cordiale.platform.errors import InputError, NotAllowed
from cordiale.platform.languages import _
from cordiale.release.marking import Marking, of_version
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

WHOLE: Final = frozenset(
    {
        *("type", "spec_version", "id", "created", "modified", "created_by_ref"),
        *("object_marking_refs", "granular_markings", "revoked", "lang", "extensions"),
    }
)
"""Properties that say what an object is: no part of it that could be kept back."""


class _Undone(Exception):
    """Ends a trial: what was written in it is rolled back."""


def parts_of(value: dict[str, Any]) -> tuple[str, ...]:
    """Return the properties of an object that can be kept back."""
    return tuple(name for name in value if name not in WHOLE)


def struck_in(value: dict[str, Any]) -> frozenset[str]:
    """Return the properties that stand under a marking of their own, wholly or in part."""
    found = (m for m in value.get("granular_markings") or () if m.get("marking_ref"))
    return frozenset(selector.partition(".")[0] for mark in found for selector in mark["selectors"])


def strike_try(
    desk: Desk,
    actor: Actor,
    stix_id: str,
    partner: str,
    properties: Sequence[str],
    atoms: str | Iterable[str],
) -> Reading:
    """Return what a partner would read if these properties alone stood under these atoms; nothing is changed.

    It is the act itself, in a transaction that is rolled back. Raises what `strike` raises.
    """
    authorise(actor, "preview")
    authorise(actor, "mark")
    with _tried(desk) as tx:
        one = joined(tx, partner, desk.node)
        row = _struck(tx, desk, actor, stix_id, properties, atoms)
        found = reading(tx, desk, actor, one, row, visible(tx, desk, actor))
    audit.read(desk, actor, "strike-try", id=stix_id, partner=partner)
    return found


def strike(
    desk: Desk, actor: Actor, stix_id: str, properties: Sequence[str], atoms: str | Iterable[str]
) -> Marked:
    """Put these properties of our own object, and no others, under these atoms, by a new version of it.

    Whoever does not pass them gets a tear-line. Raises NotFound, NotAllowed for what others stated, InputError for a
    property that is not there or cannot be kept back.
    """
    authorise(actor, "mark")
    named(actor, "mark")
    with desk.store.write() as tx:
        before = _own(tx, desk, actor, stix_id)
        row = _struck(tx, desk, actor, stix_id, properties, atoms)
        drafted = follow(tx, desk)
        answer = Marked(
            id=stix_id,
            how="version",
            before=tuple(sorted(markings.atoms(tx, before.full_mid))),
            after=tuple(sorted(markings.atoms(tx, row.full_mid))),
            version=row.hash.hex(),
            recalls_drafted=drafted,
        )
        audit.acted(
            tx,
            desk,
            actor,
            "mark",
            id=stix_id,
            how="properties",
            before=list(answer.before),
            after=list(answer.after),
        )
    index_all(desk)
    desk.wake()
    return answer


@contextmanager
def _tried(desk: Desk) -> Iterator[Transaction]:
    """Give a writing transaction in which an act may be tried: it is rolled back at the end."""
    try:
        with desk.store.write() as tx:
            yield tx
            raise _Undone
    except _Undone:
        return


def _own(tx: Transaction, desk: Desk, actor: Actor, stix_id: str) -> Row:
    rows = versions.get(tx, stix_id, visible(tx, desk, actor))
    if not rows:
        raise unknown(stix_id)
    for row in rows:
        # whoever does not read all of it does not write a new version of it
        if row.raw is not None and is_ours(desk, row, read(row.raw)[0]):
            return row
    raise NotAllowed(
        "strike-others",
        _("{id} was stated by somebody else: it goes whole or stays. Write an object of your own instead."),
        id=stix_id,
    )


def _struck(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    stix_id: str,
    properties: Sequence[str],
    atoms: str | Iterable[str],
) -> Row:
    """Store the new version; return it as it now is."""
    row = _own(tx, desk, actor, stix_id)
    assert row.raw is not None
    version, _problems = read(row.raw)
    chosen = list(dict.fromkeys(properties))
    value: dict[str, Any] = orjson.loads(row.raw)
    for name in chosen:
        if name not in value or name in WHOLE:
            raise InputError(
                "strike-property",
                _("{id} has no property {name} that could be kept back."),
                id=stix_id,
                name=name[:100],
            ).at("strike")
    wanted: Marking = marking_of(atoms) if chosen else frozenset()
    held = definitions.believed(tx, desk, row.source)
    base = markings.atoms(tx, row.base_mid) - {"unmarked"}
    if not value.get("object_marking_refs"):
        # its marking was given when it was imported: a new version has to say it itself
        value["object_marking_refs"] = sorted(definitions_of_atoms.id_of(atom) for atom in base)
    puts = [
        *new_definitions(wanted | base, held),
        _rewritten(version, value, chosen, wanted | base, wanted, held, desk.clock()),
    ]
    versions.put(tx, desk.node, desk.clock(), puts, own=desk.home.identities, markings="replace")
    return next(r for r in versions.get(tx, stix_id, None) if r.source == row.source)


def _rewritten(
    version: Version,
    value: dict[str, Any],
    chosen: Sequence[str],
    said: Marking,
    wanted: Marking,
    held: dict[str, str],
    now: int,
) -> Put:
    kept = []
    before = struck_in(value)
    for mark in value.get("granular_markings") or ():
        if mark.get("marking_ref"):
            # what is chosen keeps the marking it has and takes the new one; what is no longer chosen loses it
            left = [s for s in mark["selectors"] if s.partition(".")[0] in chosen]
            if not left:
                continue
            mark = {**mark, "selectors": left}
        kept.append(mark)
    fresh = [name for name in chosen if name not in before]
    if fresh:
        kept += [
            {"marking_ref": definitions_of_atoms.id_of(atom), "selectors": fresh} for atom in sorted(wanted)
        ]
    value.pop("granular_markings", None)
    if kept:
        value["granular_markings"] = kept
    if version.modified is not None:
        value["modified"] = format_instant(max(now, version.modified + MILLISECOND))
    marked = view(value, orjson.dumps(value), content_hash(value))
    known = {**held, **{definitions_of_atoms.id_of(atom): atom for atom in said}}
    base, full = of_version(marked, known)
    return Put(marked, base, full, "local")
