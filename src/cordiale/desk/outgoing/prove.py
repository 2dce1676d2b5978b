"""Prove to somebody outside what went to a partner or came from one, and check such a proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer
from cordiale.desk.visible import unknown, visible
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.proof import checking, making
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.release.keys import verify_ed25519
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


class CheckView(Answer, frozen=True, kw_only=True):
    """One thing that was checked of a proof; `code` names it."""

    code: str
    holds: bool
    message_id: str
    params: dict[str, str]


class PartyView(Answer, frozen=True, kw_only=True):
    """A node whose keys a proof rests on, by its words; `known` when they are those that were asked for."""

    node: str
    words: tuple[str, ...]
    words_fr: tuple[str, ...]
    known: bool


class ProofView(Answer, frozen=True, kw_only=True):
    """What a proof file shows; it holds when every check does. `content` is the object as it was exchanged."""

    holds: bool
    sender: str
    receiver: str
    made_by: str
    made_at: int
    object_id: str | None = None
    marking: tuple[str, ...] = ()
    originator: str | None = None
    sequence: int | None = None
    cut_at: int | None = None
    entries: int | None = None
    content: str | None = None
    checks: tuple[CheckView, ...] = ()
    parties: tuple[PartyView, ...] = ()


def prove(
    desk: Desk,
    actor: Actor,
    stix_id: str | None,
    partner: str,
    *,
    received: bool | None = None,
    since: bytes | None = None,
) -> bytes:
    """Return the proof file of one object with one partner, or of the log alone; `since` is an earlier proof file.

    Raises NotFound for an object the actor does not see, and what `exchange.proving` raises.
    """
    authorise(actor, "prove")
    earlier = checking.read_proof(since) if since is not None else None
    with desk.store.read() as tx:
        if stix_id is not None and not versions.get(tx, stix_id, visible(tx, desk, actor), history=True):
            raise unknown(stix_id)
        known = {one.node.lower(): one for one in partners.partners(tx) if one.keys}
        chosen = known.get(partner.lower())
        if chosen is None:
            raise NotFound(
                "proof.partner",
                _("There is no partner node {name} to prove anything with. Known: {known}."),
                name=partner,
                known=", ".join(one.node for one in known.values()) or "–",
            )
        made = making.prove(tx, desk.home, chosen, stix_id, desk.clock(), received=received, since=earlier)
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "prove", id=stix_id or "", partner=chosen.node)
    return checking.write(made)


def verify(data: bytes, trusted: Mapping[str, str] | None = None) -> ProofView:
    """Check a proof file without any node; `trusted` gives words or a key by node. Raises InputError for no proof."""
    read = checking.read_proof(data)
    found = checking.verify(read, verify_ed25519, trusted)
    return ProofView(
        holds=found.holds,
        sender=found.sender,
        receiver=found.receiver,
        made_by=read.made_by,
        made_at=read.made_at,
        object_id=found.object_id,
        marking=found.marking,
        originator=found.originator,
        sequence=found.sequence,
        cut_at=found.cut_at,
        entries=found.entries,
        content=read.content,
        checks=tuple(
            CheckView(code=one.code, holds=one.holds, message_id=one.message_id, params=dict(one.params))
            for one in found.checks
        ),
        parties=tuple(
            PartyView(node=one.node, words=one.words, words_fr=one.words_fr, known=one.known)
            for one in found.parties
        ),
    )
