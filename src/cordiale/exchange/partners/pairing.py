"""Set up a partner: exchange one small file, compare a fingerprint in words, confirm."""

from __future__ import annotations

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner, keys_now
from cordiale.exchange.partners.fingerprint import bound_to, fingerprint, same_words
from cordiale.exchange.partners.invitation import FORMATS, Invitation, invite, read_invitation
from cordiale.exchange.partners.tls import pin_of
from cordiale.platform.errors import Conflict, InputError, NotFound
from cordiale.platform.languages import _
from cordiale.store.connection import Transaction

__all__ = [
    "Invitation",
    "add",
    "add_client",
    "confirm",
    "invite",
    "own_words",
    "partner",
    "partners",
    "read_invitation",
    "words_of",
]


def add(tx: Transaction, home: Home, invitation: Invitation, now: int) -> Partner:
    """Record an invited partner; nothing is exchanged until its words are confirmed.

    Repeating it is harmless; a root that is new to us asks for its words anew; other keys for a confirmed partner raise
    Conflict.
    """
    if invitation.node == home.node:
        raise InputError(
            "exchange.invitation.own",
            _("This is the invitation of this node itself; import the partner's file."),
        )
    known = records.find_partner(tx, invitation.node)
    # a root that is introduced later needs the words anew: a stolen key must not name a root that outlives it
    rooted = known is not None and not known.root and bool(invitation.root)
    other = known is not None and (known.keys, known.root or invitation.root) != (
        invitation.keys,
        invitation.root,
    )
    if known is not None and known.state == "confirmed" and other:
        raise Conflict(
            "exchange.partner.keys",
            _(
                "{node} is confirmed with other keys. Ask by another channel why they changed. If the old one is lost or in other hands, run cordiale partner compromised {node}, then add this again."
            ),
            node=invitation.node,
        )
    if known is not None and known.state == "compromised" and known.keys == invitation.keys:
        raise Conflict(
            "exchange.partner.same-keys",
            _(
                "These are the keys of {node} that may be in other hands. Ask for an invitation with new ones."
            ),
            node=invitation.node,
        )
    if known is not None and known.state == "confirmed" and not rooted:
        # the confirmed key signed it: address, TLS keys and protocol may follow, as after a signed change
        if invitation.issued < known.issued:
            raise Conflict(
                "exchange.invitation.older",
                _("{node} wrote a newer invitation than this one, and it is the one that counts."),
                node=invitation.node,
            )
        renewed = msgspec.structs.replace(
            known,
            url=invitation.url,
            certificates=invitation.certificates or known.certificates,
            pins=invitation.pins or known.pins,
            certified_until=invitation.certified_until,
            protocol=invitation.protocol,
            issued=invitation.issued,
        )
        if renewed != known:
            records.save_partner(tx, renewed, now)
        return records.partner(tx, invitation.node)
    records.save_partner(
        tx,
        Partner(
            node=invitation.node,
            title=invitation.title,
            nation=invitation.nation,
            organisation=invitation.organisation,
            url=invitation.url,
            keys=invitation.keys,
            assurance=invitation.assurance,
            identities=invitation.identities - home.identities,
            certificates=invitation.certificates,
            pins=invitation.pins,
            root=invitation.root,
            certified_until=invitation.certified_until,
            protocol=invitation.protocol,
            issued=invitation.issued,
        ),
        now,
    )
    return records.partner(tx, invitation.node)


def add_client(tx: Transaction, node: str, title: str, nation: str, organisation: str, now: int) -> Partner:
    """Record a plain TAXII client as a partner: no keys, no words; its token is the desk's business."""
    if records.find_partner(tx, node) is not None:
        raise Conflict("exchange.partner.exists", _("There is already a partner named {node}."), node=node)
    made = Partner(node, title, nation, organisation, "", (), assurance="taxii", state="confirmed")
    records.save_partner(tx, made, now)
    return records.partner(tx, node)


def confirm(tx: Transaction, node: str, words: tuple[str, ...], by: str, now: int) -> Partner:
    """Record that a person heard the partner read these words; opens the pair.

    Raises NotFound, or InputError when the words are not those of the keys in the invitation.
    """
    known = partner(tx, node)
    if not same_words(node, known.keys, words, bound_to(known.pins, known.root)):
        raise InputError(
            "exchange.partner.words",
            _(
                "These are not the words of the keys in the invitation of {node}. Do not connect: ask for the file again by another channel."
            ),
            node=node,
        )
    records.confirm_partner(tx, known.number, by, now)
    return records.partner(tx, node)


def own_words(home: Home, lang: str, format: int = FORMATS[0]) -> tuple[str, ...]:
    """Return the eight words of this node, to be read aloud to a partner; those of format 1 vouch for no TLS key."""
    own = keys_now(home)
    if format == 1:
        return fingerprint(home.node, own.keys, lang)
    bound = bound_to(tuple(pin_of(one) for one in own.certificates), own.root)
    return fingerprint(home.node, own.keys, lang, bound)


def words_of(known: Partner, lang: str) -> tuple[str, ...]:
    """Return the eight words of a partner's keys, () for a client that has none."""
    if not known.keys:
        return ()
    return fingerprint(known.node, known.keys, lang, bound_to(known.pins, known.root))


def partners(tx: Transaction) -> tuple[Partner, ...]:
    """List all partners by name."""
    return records.partners(tx)


def partner(tx: Transaction, node: str) -> Partner:
    """Return one partner; raises NotFound."""
    found = records.find_partner(tx, node)
    if found is None:
        raise NotFound("exchange.partner.unknown", _("There is no partner named {node}."), node=node)
    return found
