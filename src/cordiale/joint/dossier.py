"""Everything of one case that a reader sees, read in one transaction: what a field of work shows it from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.joint import agreement, position
from cordiale.joint.agreement import Agreement, agreements
from cordiale.joint.case import Case, cases, find
from cordiale.joint.contribution import Contribution, contributions
from cordiale.joint.footnote import Footnote, numbered
from cordiale.joint.held import Held
from cordiale.joint.moment import at
from cordiale.joint.revision import Revision, revisions
from cordiale.joint.signed import proof
from cordiale.joint.tally import Given, Tally
from cordiale.joint.task import TaskView, tasks

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement as the chair recorded it, with whether each signature in it is of a key known here.

    `dropped` counts what the chair put among the positions and its member never signed: nobody stands there.
    """

    held: Held[Agreement]
    proof: str
    stands: tuple[Given, ...]
    reserves: tuple[Footnote, ...]
    dropped: int = 0


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """A case with its texts (newest first), where everybody stands on the newest, and all that was said in it.

    `node` is the node that reads it, `now` the instant in microseconds.
    """

    case: Held[Case]
    texts: tuple[Held[Revision], ...]
    tally: Tally
    records: tuple[Recorded, ...]
    said: tuple[Held[Contribution], ...]
    tasks: tuple[TaskView, ...]
    node: str
    now: int

    @property
    def agreed(self) -> Recorded | None:
        """Return the last agreement, of whichever revision."""
        return self.records[0] if self.records else None

    @property
    def settled(self) -> bool:
        """Tell whether the text that stands is the one that was agreed last."""
        found = self.agreed
        return bool(self.texts) and found is not None and found.held.said.revision == self.texts[0].said.hash

    @property
    def agreed_text(self) -> Held[Revision] | None:
        """Return the text that was agreed last, None where there is none or this reader does not hold it."""
        found = self.agreed
        wanted = found.held.said.revision if found is not None else ""
        return next((one for one in self.texts if one.said.hash == wanted), None)


def dossier(desk: Desk, actor: Actor, written: str, kind: str = "", printed: Sequence[str] = ()) -> Dossier:
    """Return all of one case that a reader sees; raises NotFound alike for what is absent and what is hidden.

    `printed` are objectors whose objection would be printed: what is in the way is then said as if it were.
    """
    authorise(actor, "joint")
    with desk.store.read() as tx:
        found = _read(tx, desk, actor, find(tx, desk, actor, written, kind), printed)
    audit.read(desk, actor, "case", id=found.case.id)
    return found


def dossiers(desk: Desk, actor: Actor, kind: str = "") -> list[Dossier]:
    """Return all that a reader sees of each case of a kind, the newest first."""
    authorise(actor, "joint")
    with desk.store.read() as tx:
        found = [_read(tx, desk, actor, held, ()) for held in cases(tx, desk, actor, kind)]
    audit.read(desk, actor, "cases", kind=kind, found=len(found))
    return found


def _read(tx: Transaction, desk: Desk, actor: Actor, held: Held[Case], printed: Sequence[str]) -> Dossier:
    texts = revisions(tx, desk, actor, held)
    records = tuple(_recorded(tx, desk, held, one) for one in agreements(tx, desk, actor, held))
    if texts and not printed and records and records[0].held.said.revision == texts[0].said.hash:
        printed = records[0].held.said.printed
    tally = agreement.stands(tx, desk, actor, held, texts[0], printed) if texts else Tally((), 0, (), ())
    return Dossier(
        case=held,
        texts=tuple(texts),
        tally=tally,
        records=records,
        said=tuple(contributions(tx, desk, actor, held)),
        tasks=tuple(tasks(tx, desk, actor, held)),
        node=desk.node,
        now=desk.clock(),
    )


def _recorded(tx: Transaction, desk: Desk, case: Held[Case], held: Held[Agreement]) -> Recorded:
    stands: dict[str, Given] = {}
    for statement in held.said.positions:
        found = position.signed_in(statement)
        if found is None or (found.case_ref, found.revision) != (case.id, held.said.revision):
            continue
        how = proof(tx, desk, found.node, statement, position.PURPOSE)
        if how == "false" or found.node not in case.said.members:
            continue
        stands.setdefault(found.node, Given(found.node, found.position, found.footnote, at(found.at), how))
    reserves = [
        (one.node, one.footnote)
        for one in stands.values()
        if one.footnote.both and (one.position == "join-with-footnote" or one.node in held.said.printed)
    ]
    return Recorded(
        held=held,
        proof=proof(tx, desk, held.author, held.said.statement, agreement.PURPOSE),
        stands=tuple(stands.values()),
        reserves=numbered(reserves),
        dropped=len(held.said.positions) - len(stands),
    )
