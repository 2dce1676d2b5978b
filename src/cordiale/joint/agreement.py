"""An agreement: the chair's signed record that a revision is agreed, with every position on its hash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer, Reason
from cordiale.desk.marking.stating import instants, state
from cordiale.joint.case import Case, chaired, finish, hears
from cordiale.joint.extension import standing_deadline
from cordiale.joint.held import Held, all_of
from cordiale.joint.moment import at, stamp
from cordiale.joint.position import Known, positions
from cordiale.joint.revision import Parity, Revision, read_text
from cordiale.joint.sending import Sent, send
from cordiale.joint.signed import opened, proof, sign
from cordiale.joint.tally import Given, Tally, tally
from cordiale.joint.written import object_of
from cordiale.platform.errors import Conflict
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

NAME: Final = "joint-agreement"
PURPOSE: Final = "joint-agreement"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What the chair signs. `positions` are the members' own signed statements, so that each can be checked by itself.

    `silent` said nothing and agreed by it, `unanswered` said nothing at all, `printed` object and have it printed.
    """

    case_ref: str
    revision: str
    number: int
    positions: tuple[str, ...]
    silent: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()
    parity: Parity | None = None
    at: str


class Agreement(Record, frozen=True, kw_only=True):
    """What the extension `joint-agreement` says: the same, with the signed statement of it."""

    statement: str


class Agreed(Answer, frozen=True, kw_only=True):
    """A revision that is agreed, and what became of giving the record to everybody."""

    id: str
    number: int
    revision: str
    sent: tuple[Sent, ...]


def agreements(tx: Transaction, desk: Desk, actor: Actor, case: Held[Case]) -> list[Held[Agreement]]:
    """Return the records of a case that its chair states and signed, the newest first."""
    found = []
    for one in all_of(tx, desk, actor, Agreement, NAME, case.id):
        if one.author != case.said.chair or one.said.case_ref != case.id:
            continue
        signed = opened(one.said.statement, PURPOSE, Record)
        if signed != _bare(one.said) or proof(tx, desk, one.author, one.said.statement, PURPOSE) == "false":
            continue
        found.append(one)
    return sorted(found, key=lambda one: one.said.number, reverse=True)


def stands(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    case: Held[Case],
    revision: Held[Revision],
    printed: Sequence[str] = (),
) -> Tally:
    """Return where every member stands on a revision, of what the reader sees."""
    known = positions(tx, desk, actor, case, revision)
    # the framework that the text was put under and that its hash holds, not what the case says by now
    under = msgspec.structs.replace(case.said, framework=revision.said.framework)
    until = standing_deadline(tx, desk, actor, case, revision)
    return tally(under, [_given(one) for one in known], until, desk.clock(), printed)


def agree(
    desk: Desk,
    actor: Actor,
    case: str,
    hash: str,
    parity: Parity,
    *,
    printed: Sequence[str] = (),
    more: Sequence[Reason] = (),
    kind: str = "",
) -> Agreed:
    """Record as the chair that the text whose hash begins so is agreed, with every position on it.

    `parity` says who answers for both languages saying the same; `printed` names objectors whose objection is printed as a
    reserve; `more` is what the field of work still finds in the way. Raises Conflict saying what is in the way.
    """
    authorise(actor, "agree")
    named(actor, "agree")
    with desk.store.write() as tx:
        held = chaired(tx, desk, actor, case, kind)
        revision = read_text(tx, desk, actor, held, hash)
        not_agreed_yet(tx, desk, actor, held, revision)
        found = stands(tx, desk, actor, held, revision, printed)
        for reason in (*found.blocking, *more):
            raise Conflict(reason.code, reason.message_id, **reason.params)
        known = positions(tx, desk, actor, held, revision)
        record = Record(
            case_ref=held.id,
            revision=revision.said.hash,
            number=revision.said.number,
            positions=tuple(one.held.said.statement for one in known),
            silent=found.silent,
            unanswered=found.unanswered,
            printed=tuple(node for node in held.said.members if node in printed),
            parity=parity,
            at=stamp(desk.clock()),
        )
        made = Agreement(**{name: getattr(record, name) for name in Record.__struct_fields__}, statement=sign(desk, PURPOSE, record))  # fmt: skip
        value = object_of(
            desk,
            NAME,
            made,
            "report",
            refs=[revision.id, held.id],
            case=held.id,
            name=f"{revision.said.en.title} ({revision.said.number})",
            lang="en",
            published=instants(desk)[0],
        )
        state(tx, desk, actor, [value], held.marking)
        audit.acted(tx, desk, actor, "agree", id=value["id"], case=held.id, hash=record.revision)
    finish(desk)
    sent = send(desk, actor, hears(desk, held), [value["id"]], held.said.title.en)
    return Agreed(id=value["id"], number=record.number, revision=record.revision, sent=sent)


def not_agreed_yet(
    tx: Transaction, desk: Desk, actor: Actor, case: Held[Case], revision: Held[Revision]
) -> None:
    """Raise Conflict when a revision is agreed: a later change is a new revision."""
    if any(one.said.revision == revision.said.hash for one in agreements(tx, desk, actor, case)):
        raise Conflict(
            "agreed-already",
            _("Revision {number} is agreed already: a later change is a new revision."),
            number=revision.said.number,
        )


def _given(known: Known) -> Given:
    said = known.held.said
    return Given(
        node=said.node,
        position=said.position,
        footnote=said.footnote,
        at=at(said.at),
        proof="word-of" if known.held.word_of else known.proof,
        for_all=known.for_all,
        id=known.held.id,
    )


def _bare(said: Agreement) -> Record:
    return Record(**{name: getattr(said, name) for name in Record.__struct_fields__})
