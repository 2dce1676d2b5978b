"""Take away one object of this node's own that should never have been here: a mistake of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import attachments, audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.removing import concerned, take_away
from cordiale.desk.summary import summary
from cordiale.desk.visible import unknown, visible
from cordiale.evidence import records as evidence
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _
from cordiale.store import backup, references, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

REFERRERS: Final = 200
"""Most referring objects counted."""


class Holder(Answer, frozen=True, kw_only=True):
    """A partner that has it, in how many versions; `recallable` is false for one that cannot answer a recall."""

    partner: str
    versions: int
    recallable: bool


class PurgePlan(Answer, frozen=True, kw_only=True):
    """What a purge takes away, who has it, and what stays; `done` is when it was done.

    `referrers` are objects here that name it (they stay, and rest on an object that is not held), `files` those attached
    to it, `others` who else states something about the same id: their statements stay.
    """

    id: str
    type: str
    name: str
    versions: int
    held_by: tuple[Holder, ...] = ()
    referrers: int = 0
    files: int = 0
    others: tuple[str, ...] = ()
    asked_back: dict[str, int] = msgspec.field(default_factory=dict)
    done: int | None = None


def purge_preview(desk: Desk, actor: Actor, stix_id: str) -> PurgePlan:
    """Say what a purge of one own object would take away, and from whom it would be asked back; changes nothing.

    Raises NotFound for what the actor does not see, Conflict for what this node does not state itself.
    """
    authorise(actor, "recall")
    with desk.store.read() as tx:
        return _plan(tx, desk, actor, stix_id)


def purge(
    desk: Desk, actor: Actor, stix_id: str, reason: str, *, versions_seen: int | None = None
) -> PurgePlan:
    """Take one own object away for good, in every version, and ask back what partners have of it.

    Of it there stay its id, a salted hash of each content, when, by whom and why: enough that the same content is refused
    from now on, wherever it comes from in this node's name. A corrected object may be stated under the same id. Raises
    NotFound and Conflict as the preview does, InputError without a reason, Conflict when there are other versions than were seen.
    """
    authorise(actor, "recall")
    named(actor, "purge")
    if not reason.strip():
        raise InputError("purge-reason", _("A purge is written down with its reason: --reason."))
    with desk.store.write() as tx:
        plan = _plan(tx, desk, actor, stix_id)
        if versions_seen is not None and versions_seen != plan.versions:
            raise Conflict(
                "purge-versions",
                _("There are {count} versions of {id}, not {seen}: look again with --dry-run."),
                count=plan.versions,
                seen=versions_seen,
                id=stix_id,
            )
        now = desk.clock()
        oid = versions.oids(tx, [stix_id])[stix_id]
        back = take_away(tx, desk, desk.node, [oid], reason.strip(), actor.name, now)
        audit.acted(
            tx,
            desk,
            actor,
            "purge",
            id=stix_id,
            versions=plan.versions,
            reason=reason.strip(),
            asked_back=back,
        )
    attachments.collect(desk)
    backup.scrub_owed(desk.store)
    desk.wake()
    return msgspec.structs.replace(plan, asked_back=back, done=now)


def _plan(tx: Transaction, desk: Desk, actor: Actor, stix_id: str) -> PurgePlan:
    seen = visible(tx, desk, actor)
    rows = versions.get(tx, stix_id, seen)
    if not rows:
        raise unknown(stix_id)
    own = next((row for row in rows if row.source == desk.node), None)
    shown = {row.vid for row in versions.get(tx, stix_id, seen, history=True)}
    oid = versions.oids(tx, [stix_id])[stix_id]
    vids, holding = concerned(tx, desk, desk.node, [oid])
    if own is None or not shown.issuperset(vids):
        raise Conflict(
            "purge-not-ours",
            _(
                "{id} is stated by {sources}: only what this node states itself is purged, by who may see all of it. They can take theirs back."
            ),
            id=stix_id,
            sources=", ".join(sorted({row.source for row in rows})),
        )
    line = summary(tx, own)
    return PurgePlan(
        id=stix_id,
        type=line.type,
        name=line.name,
        versions=len(vids),
        held_by=tuple(
            Holder(partner=one.node, versions=len(held), recallable=one.assurance == "node")
            for one, held in holding
        ),
        referrers=len({row.id for row in references.referrers(tx, stix_id, seen, limit=REFERRERS).rows}),
        files=sum(1 for one in evidence.of_object(tx, stix_id) if one.source == desk.node),
        others=tuple(sorted({row.source for row in rows} - {desk.node})),
    )
