"""Take away one object of this node's own that should never have been here: a mistake of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.files import attachments
from cordiale.desk.summary import summary
from cordiale.desk.upkeep.removing import concerned, take_away
from cordiale.desk.views.attached import views
from cordiale.desk.views.reading import in_part, mentioned, readable
from cordiale.desk.visible import unknown, visible
from cordiale.evidence import records as evidence
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _
from cordiale.store import backup, references, versions

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    from now on, wherever it comes from in this node's name. A corrected object may be stated under the same id. Versions
    that the actor does not see go as well: an answer of their own would tell that they are there. Raises NotFound and
    Conflict as the preview does, InputError without a reason, Conflict when there are other versions than were seen.
    """
    authorise(actor, "recall")
    named(actor, "purge")
    if not reason.strip():
        raise InputError("purge-reason", _("A purge is written down with its reason: --reason.")).at("reason")
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
    told = back if actor.recipient is None else {one.partner: one.versions for one in plan.held_by}
    return msgspec.structs.replace(plan, asked_back=told, done=now)


def _plan(tx: Transaction, desk: Desk, actor: Actor, stix_id: str) -> PurgePlan:
    """Return the plan as the actor sees it: nothing in it differs by what is hidden, neither a number nor a refusal."""
    seen = visible(tx, desk, actor)
    rows = versions.get(tx, stix_id, seen)
    if not rows:
        raise unknown(stix_id)
    own = next((row for row in rows if row.source == desk.node), None)
    if own is None:
        raise Conflict(
            "purge-not-ours",
            _(
                "{id} is stated by {sources}: only what this node states itself is purged. They can take theirs back."
            ),
            id=stix_id,
            sources=", ".join(sorted({row.source for row in rows})),
        )
    (read,) = readable(tx, desk, actor, [own], seen)
    line = summary(tx, read)
    oid = versions.oids(tx, [stix_id])[stix_id]
    vids, holding = concerned(tx, desk, desk.node, [oid])
    files = {one.sha256 for one in views(tx, desk, actor, stix_id)}
    referrers = references.referrers(tx, stix_id, seen, limit=REFERRERS).rows

    def counted(found: Iterable[int]) -> int:
        shown = len(versions.by_vid(tx, found, seen))
        # of what is read in part, how often a hidden part changed is hidden as well
        return min(shown, 1) if in_part(read) else shown

    return PurgePlan(
        id=stix_id,
        type=line.type,
        name=line.name,
        versions=counted(vids),
        held_by=tuple(
            Holder(partner=one.node, versions=n, recallable=one.assurance == "node")
            for one, held in holding
            if (n := counted(held))
        ),
        referrers=len(
            {row.id for row in readable(tx, desk, actor, referrers, seen) if mentioned(row, stix_id)}
        ),
        files=sum(
            1 for one in evidence.of_object(tx, stix_id) if one.source == desk.node and one.sha256 in files
        ),
        others=tuple(sorted({row.source for row in rows} - {desk.node})),
    )
