"""A position: where a member stands on the hash of one revision, signed by its node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.marking.stating import state
from cordiale.joint.case import Case, finish, hears, open_for, taking_part
from cordiale.joint.held import Held, all_of
from cordiale.joint.moment import stamp
from cordiale.joint.revision import Revision, read_text
from cordiale.joint.sending import Sent, send
from cordiale.joint.signed import opened, proof, sign
from cordiale.joint.words import NONE, Words
from cordiale.joint.written import object_of
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.joint.signed import Proof
    from cordiale.store.connection import Transaction

NAME: Final = "joint-position"
PURPOSE: Final = "joint-position"

Stand = Literal["join", "join-with-footnote", "no-objection", "abstain", "object"]
STANDS: Final[tuple[str, ...]] = get_args(Stand)

OPINIONS: Final[dict[str, str]] = {
    "join": "strongly-agree",
    "join-with-footnote": "agree",
    "no-objection": "neutral",
    "abstain": "neutral",
    "object": "strongly-disagree",
}
"""What a reader without our extensions is told: the nearest word of the open vocabulary of STIX 2.1 (§10.19)."""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What a node signs: the case, the hash, where it stands on it, and its reserve."""

    case_ref: str
    revision: str
    node: str
    position: Stand
    footnote: Words = NONE
    at: str


class Position(Signed, frozen=True, kw_only=True):
    """What the extension `joint-position` says: the same, with the signed statement of it."""

    statement: str


class Taken(Answer, frozen=True, kw_only=True):
    """A position that was taken, and what became of giving it to whom the case is."""

    id: str
    position: str
    revision: str
    number: int
    sent: tuple[Sent, ...]


class Known(msgspec.Struct, frozen=True):
    """A position as this node knows it: who signed it, and whether everybody of the case may read it."""

    held: Held[Position]
    proof: Proof
    for_all: bool


def positions(
    tx: Transaction, desk: Desk, actor: Actor, case: Held[Case], revision: Held[Revision]
) -> list[Known]:
    """Return the last position of each member on a revision, as the member itself states and signs it.

    What somebody says in another's name, what is signed by another key, and what somebody says who is no member of
    this case is in no list.
    """
    hash, newest = revision.said.hash, dict[str, Known]()
    for one in all_of(tx, desk, actor, Position, NAME, revision.id):
        said = one.said
        if said.node != one.author or said.node not in case.said.members:
            continue
        if said.revision != hash or said.case_ref != case.id or signed_in(said.statement) != _bare(said):
            continue
        how = proof(tx, desk, said.node, said.statement, PURPOSE)
        known = newest.get(said.node)
        if how == "false" or (known is not None and known.held.said.at >= said.at):
            continue
        newest[said.node] = Known(one, how, one.marking <= case.marking)
    return [newest[node] for node in case.said.members if node in newest]


def signed_in(statement: str) -> Signed | None:
    """Return what the signed statement of a position says, None for anything else."""
    return opened(statement, PURPOSE, Signed)


def take(
    desk: Desk, actor: Actor, case: str, position: str, hash: str, *, footnote: Words = NONE, kind: str = ""
) -> Taken:
    """Take this node's position on the text whose hash begins so, as a named person; a later one replaces it.

    Raises NotAllowed for an observer, Conflict when another revision stands or it is agreed already, InputError for a
    reserve that is missing or in one language only.
    """
    authorise(actor, "position")
    named(actor, "position")
    if position not in STANDS:
        raise InputError(
            "position-word", _("{position} is no position. Use one of: {known}."), position=position, known=", ".join(STANDS)
        ).at("position")  # fmt: skip
    if position == "join-with-footnote" and not footnote.both:
        raise InputError(
            "footnote-missing",
            _("A footnote is printed in both languages: write it in English and in French."),
        ).at("footnote", "footnote_en")
    if footnote != NONE and position not in ("join-with-footnote", "object"):
        raise InputError(
            "footnote-beside",
            _("A footnote goes with joining or with objecting, not with {position}."),
            position=position,
        ).at("position")
    if footnote != NONE and not footnote.both:
        raise InputError(
            "footnote-missing",
            _("A footnote is printed in both languages: write it in English and in French."),
        ).at("footnote", "footnote_en")
    from cordiale.joint.agreement import not_agreed_yet

    with desk.store.write() as tx:
        held = open_for(tx, desk, actor, case, kind)
        taking_part(desk, held)
        revision = read_text(tx, desk, actor, held, hash)
        not_agreed_yet(tx, desk, actor, held, revision)
        signed = Signed(
            case_ref=held.id,
            revision=revision.said.hash,
            node=desk.node,
            position=position,  # type: ignore[arg-type]
            footnote=footnote,
            at=stamp(desk.clock()),
        )
        made = Position(**msgspec.structs.asdict(signed), statement=sign(desk, PURPOSE, signed))
        before = _own(tx, desk, actor, revision)
        value = object_of(
            desk,
            NAME,
            made,
            "opinion",
            id=before.id if before else None,
            created=before.created if before else None,
            after=before.modified if before else None,
            refs=[revision.id],
            case=held.id,
            opinion=OPINIONS[position],
            explanation=footnote.en,
        )
        state(tx, desk, actor, [value], held.marking)
        audit.acted(
            tx, desk, actor, "position", id=value["id"], case=held.id, position=position, hash=made.revision
        )
    finish(desk)
    sent = send(desk, actor, hears(desk, held), [value["id"]], held.said.title.en)
    return Taken(
        id=value["id"], position=position, revision=made.revision, number=revision.said.number, sent=sent
    )


def _own(tx: Transaction, desk: Desk, actor: Actor, revision: Held[Revision]) -> Held[Position] | None:
    """Return the position this node took on a revision before: a new one is its next version."""
    found = [one for one in all_of(tx, desk, actor, Position, NAME, revision.id) if one.ours]
    return found[0] if found else None


def _bare(said: Position) -> Signed:
    return Signed(**{name: getattr(said, name) for name in Signed.__struct_fields__})
