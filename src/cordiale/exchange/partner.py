"""Set up a partner: exchange one small file, compare a fingerprint in words, confirm."""

from __future__ import annotations

import base64
import re

import msgspec

from cordiale.exchange import records
from cordiale.exchange.fingerprint import same_words
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.signing import open_statement, peek_statement, sign_statement
from cordiale.platform.errors import Conflict, InputError, IntegrityError, NotFound
from cordiale.platform.languages import _
from cordiale.release.recipient import Assurance
from cordiale.release.segment import Verify
from cordiale.store.connection import Transaction

_FORMAT = 1
_IDENTITY = re.compile(r"identity--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_NODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}").fullmatch


class Invitation(msgspec.Struct, frozen=True):
    """Hold what a node says about itself in its invitation file; verified against `keys`."""

    node: str
    title: str
    nation: str
    organisation: str
    url: str
    keys: tuple[bytes, ...]
    issued: int
    assurance: Assurance = "node"
    identities: frozenset[str] = frozenset()


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    format: int
    node: str
    title: str
    nation: str
    organisation: str
    url: str
    keys: list[str]
    issued: int
    assurance: Assurance = "node"
    identities: list[str] = []


def invite(home: Home, now: int) -> bytes:
    """Write this node's signed invitation file (JSON, one statement, ends with a newline)."""
    body = {
        "format": _FORMAT,
        "node": home.node,
        "title": home.title,
        "nation": home.nation,
        "organisation": home.organisation,
        "url": home.url,
        "keys": [base64.b64encode(key).decode() for key in home.keys],
        "issued": now,
        "identities": sorted(home.identities),
    }
    return sign_statement(home, "invitation", body) + b"\n"


def read_invitation(data: bytes, verify: Verify) -> Invitation:
    """Read an invitation file and check that the keys it names signed it.

    The file proves nothing more than that: who is behind the keys is what comparing the words
    settles. Raises InputError saying what is wrong with the file.
    """
    try:
        unproven, _signature = peek_statement(data.strip(), "invitation")
        body = msgspec.json.decode(unproven, type=_Body)
        keys = tuple(base64.b64decode(key, validate=True) for key in body.keys)
        if not keys or any(len(key) != 32 for key in keys):
            raise ValueError("keys")
        open_statement(data.strip(), "invitation", keys, verify)
    except IntegrityError as error:
        raise InputError(error.code, error.message_id, **error.params) from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise InputError(
            "exchange.invitation.form",
            _("This is not an invitation file of a node ({problem}); ask the partner to export it again."),
            problem=str(error)[:200],
        ) from None
    if body.format != _FORMAT:
        raise InputError(
            "exchange.invitation.version",
            _(
                "The invitation is written in format {found}, this node reads format {known}; upgrade the older side."
            ),
            found=body.format,
            known=_FORMAT,
        )
    if not _NODE(body.node):
        raise InputError(
            "exchange.invitation.node",
            _("“{node}” cannot name a node: use 1 to 63 letters, digits, dots, hyphens or underscores."),
            node=body.node[:80],
        )
    if body.url and not body.url.startswith(("https://", "http://")):
        raise InputError(
            "exchange.invitation.url",
            _("The address “{url}” of the invitation is not an HTTP address."),
            url=body.url[:200],
        )
    if any(not _IDENTITY(identity) for identity in body.identities) or len(body.identities) > 100:
        raise InputError(
            "exchange.invitation.identities", _("The invitation names identities that are not STIX ids.")
        )
    return Invitation(
        node=body.node,
        title=body.title,
        nation=body.nation,
        organisation=body.organisation,
        url=body.url.rstrip("/"),
        keys=keys,
        issued=body.issued,
        assurance=body.assurance,
        identities=frozenset(body.identities),
    )


def add(tx: Transaction, home: Home, invitation: Invitation, now: int) -> Partner:
    """Record an invited partner; nothing is exchanged until its words are confirmed.

    Repeating it is harmless; other keys for a confirmed partner raise Conflict.
    """
    if invitation.node == home.node:
        raise InputError(
            "exchange.invitation.own",
            _("This is the invitation of this node itself; import the partner's file."),
        )
    known = records.find_partner(tx, invitation.node)
    if known is not None and known.state == "confirmed" and known.keys != invitation.keys:
        raise Conflict(
            "exchange.partner.keys",
            _(
                "{node} is confirmed with other keys. Ask by another channel why they changed, remove the partner, then add it again."
            ),
            node=invitation.node,
        )
    if known is not None and known.state == "confirmed":
        if known.url != invitation.url:
            records.save_partner(tx, msgspec.structs.replace(known, url=invitation.url), now)
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


def confirm(tx: Transaction, home: Home, node: str, words: tuple[str, ...], by: str, now: int) -> Partner:
    """Record that a person heard the partner read these words; opens the pair.

    Raises NotFound, or InputError when the words are not those of the keys in the invitation.
    """
    known = partner(tx, node)
    if not same_words(node, known.keys, words):
        raise InputError(
            "exchange.partner.words",
            _(
                "These are not the words of the keys in the invitation of {node}. Do not connect: ask for the file again by another channel."
            ),
            node=node,
        )
    records.confirm_partner(tx, known.number, by, now)
    return records.partner(tx, node)


def partners(tx: Transaction) -> tuple[Partner, ...]:
    """List all partners by name."""
    return records.partners(tx)


def partner(tx: Transaction, node: str) -> Partner:
    """Return one partner; raises NotFound."""
    found = records.find_partner(tx, node)
    if found is None:
        raise NotFound("exchange.partner.unknown", _("There is no partner named {node}."), node=node)
    return found
