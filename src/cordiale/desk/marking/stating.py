"""Put objects that this node itself states into the store: what analyses find, and what people write together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.desk import audit, definitions
from cordiale.desk.actor import authorise, named
from cordiale.desk.incoming.importing import index_all
from cordiale.desk.marking.mark import MILLISECOND, new_definitions
from cordiale.desk.visible import visible
from cordiale.desk.written import marking_of
from cordiale.platform.clock import format_instant
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _
from cordiale.release.marking import NOTHING, Marking, of_version
from cordiale.stix import atoms as definitions_of_atoms
from cordiale.stix.version import read
from cordiale.store import markings, versions
from cordiale.store.types import Outcome, Put

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction


PUBLIC: Final = frozenset({"tlp:clear"})
"""The marking of what every partner knows of this node: its name."""


def stated(
    desk: Desk,
    actor: Actor,
    verb: str,
    values: Sequence[Mapping[str, Any]],
    marking: str | Iterable[str],
    *,
    parts: Marking = NOTHING,
    **details: Any,
) -> tuple[str, ...]:
    """Store objects that this node states itself as a person's act; return their ids.

    `parts` are the atoms that granular markings of theirs name. Raises NotAllowed, and what `state` raises.
    """
    authorise(actor, verb)
    named(actor, verb)
    wanted = marking_of(marking)
    with desk.store.write() as tx:
        state(tx, desk, actor, values, wanted, parts)
        audit.acted(tx, desk, actor, verb, ids=[value["id"] for value in values], **details)
    index_all(desk)
    desk.wake()
    return tuple(value["id"] for value in values)


def own_identity(desk: Desk) -> str:
    """Return the id of this node's identity, stored at its first use: what is about nothing else is about who says it."""
    identifier = min(desk.home.identities)
    with desk.store.write() as tx:
        if not versions.get(tx, identifier, None):
            first, _modified = instants(desk)
            value = {
                "type": "identity",
                "spec_version": "2.1",
                "id": identifier,
                "created": first,
                "modified": first,
                "name": desk.home.title or desk.node,
                "identity_class": "organization",
            }
            state(tx, desk, None, [value], PUBLIC)
    return identifier


def instants(desk: Desk, after: int | None = None) -> tuple[str, str]:
    """Return `created` and `modified` of a new object; `after` is the `modified` of the version it follows."""
    now = desk.clock() // MILLISECOND * MILLISECOND
    return format_instant(now), format_instant(now if after is None else max(now, after + MILLISECOND))


def state(
    tx: Transaction,
    desk: Desk,
    actor: Actor | None,
    values: Iterable[Mapping[str, Any]],
    marking: Marking,
    parts: Marking = NOTHING,
) -> Sequence[int]:
    """Store objects under one marking that their versions say themselves; return the numbers of the versions.

    `parts` are the atoms that granular markings of theirs name. What is held already and hidden from the actor (from
    nobody's act: whatever is held) goes on governing what is stated under its id: ids may follow from what they name. Where
    it has the same `modified`, what is stated gets a later one.
    Whoever calls has authorised the act and writes it down in this transaction; then `importing.index_all`. Raises
    InputError naming the first thing that STIX does not allow, Conflict for what is held with other content.
    """
    held = definitions.believed(tx, desk, desk.node)
    known = {**held, **{definitions_of_atoms.id_of(atom): atom for atom in marking | parts}}
    marks = sorted(definitions_of_atoms.id_of(atom) for atom in marking)
    puts: list[Put] = []
    values = tuple(values)
    hidden = _govern(tx, desk, actor, [value["id"] for value in values])
    for value in values:
        version, problems = read(orjson.dumps({**value, "object_marking_refs": marks}))
        for problem in problems:
            if problem.severity == "error":
                raise InputError(problem.code, problem.message_id, **dict(problem.params))
        puts.append(Put(version, *of_version(version, known), "local"))
    new = new_definitions(marking | parts, held)
    outcomes = versions.put(tx, desk.node, desk.clock(), [*new, *puts], own=desk.home.identities)[len(new) :]
    for place, put in enumerate(puts):
        if outcomes[place].kind == "conflict" and put.version.id in hidden:
            outcomes[place] = _past(tx, desk, put)
        if outcomes[place].kind in ("conflict", "tombstoned"):
            raise Conflict(
                "stated-already",
                _("{id} cannot be written: it is held already with other content, or was purged."),
                id=put.version.id,
            )
    return [outcome.vid for outcome in outcomes]


def _past(tx: Transaction, desk: Desk, put: Put) -> Outcome:
    """Store what meets hidden content of the same `modified` a moment later: to refuse it would say that something is there."""
    version = put.version
    while True:
        value = orjson.loads(version.raw)
        value["modified"] = format_instant((version.modified or desk.clock()) + MILLISECOND)
        version, _problems = read(orjson.dumps(value))
        (outcome,) = versions.put(
            tx,
            desk.node,
            desk.clock(),
            [msgspec.structs.replace(put, version=version)],
            own=desk.home.identities,
        )
        if outcome.kind != "conflict":
            return outcome


def _govern(tx: Transaction, desk: Desk, actor: Actor | None, ids: Sequence[str]) -> frozenset[str]:
    """Let what hides our statements from the actor stand for every version of them, for those to come as well.

    Returns the ids under which something is hidden.
    """
    seen = frozenset() if actor is None else visible(tx, desk, actor)
    if seen is None:
        return frozenset()
    found: set[str] = set()
    hidden: dict[int, list[tuple[int, str]]] = {}
    for rows in versions.of_ids(tx, ids, None, raw=False).values():
        for row in rows:
            if row.source == desk.node and row.effective_mid not in seen:
                hidden.setdefault(row.effective_mid, []).append((row.oid, row.source))
                found.add(row.id)
    for mid, stated in hidden.items():
        versions.remark_all(tx, stated, markings.atoms(tx, mid))
    return frozenset(found)
