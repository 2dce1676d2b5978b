"""The invitation: one small signed file in which a node says who it is, where it answers and by which keys."""

from __future__ import annotations

import base64
import re

import msgspec

from cordiale.exchange.home import Home, keys_now
from cordiale.exchange.partners.certificate import read_certificate
from cordiale.exchange.partners.tls import pin_of
from cordiale.exchange.protocol import PROTOCOLS
from cordiale.exchange.signing import open_statement, peek_statement, sign_statement
from cordiale.platform.errors import InputError, IntegrityError
from cordiale.platform.languages import _
from cordiale.release.recipient import Assurance
from cordiale.release.segment import Verify

FORMATS = (2, 1)
"""Formats that are read, newest first: 1 knows neither TLS keys nor a root, and nodes of before read nothing else."""

#: More TLS keys than a node has while one replaces another.
_MOST = 4
_IDENTITY = re.compile(r"identity--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_NODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}").fullmatch


class Invitation(msgspec.Struct, frozen=True):
    """Hold what a node says about itself in its invitation file; verified against `keys`.

    `certificates` (DER) are of the TLS keys it answers with; `root` is its offline root and `certified_until` (µs) how
    long that vouches for the key; `protocol` is the newest it speaks.
    """

    node: str
    title: str
    nation: str
    organisation: str
    url: str
    keys: tuple[bytes, ...]
    issued: int
    assurance: Assurance = "node"
    identities: frozenset[str] = frozenset()
    certificates: tuple[bytes, ...] = ()
    pins: tuple[bytes, ...] = ()
    root: bytes = b""
    certified_until: int | None = None
    protocol: int = 1


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
    certificates: list[str] = []
    root: str = ""
    certified: str = ""
    protocol: int = 1


def invite(home: Home, now: int, format: int = FORMATS[0]) -> bytes:
    """Write this node's signed invitation file (JSON, one statement, ends with a newline).

    Format 1 is for a node of the release before, and says nothing of TLS keys.
    """
    own = keys_now(home)
    body: dict[str, object] = {
        "format": format,
        "node": home.node,
        "title": home.title,
        "nation": home.nation,
        "organisation": home.organisation,
        "url": home.url,
        "keys": [base64.b64encode(key).decode() for key in own.keys],
        "issued": now,
        "identities": sorted(home.identities),
    }
    if format > 1:
        body["certificates"] = [base64.b64encode(one).decode() for one in own.certificates]
        body["protocol"] = PROTOCOLS[0]
        if own.root:
            body |= {"root": own.root.hex(), "certified": own.certified.decode()}
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
        certificates = tuple(base64.b64decode(one, validate=True) for one in body.certificates[:_MOST])
        pins = tuple(pin_of(one) for one in certificates)
        root = bytes.fromhex(body.root)
        open_statement(data.strip(), "invitation", keys, verify)
    except IntegrityError as error:
        raise InputError(error.code, error.message_id, **error.params) from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise InputError(
            "exchange.invitation.form",
            _("This is not an invitation file of a node ({problem}); ask the partner to export it again."),
            problem=str(error)[:200],
        ) from None
    if body.format not in FORMATS:
        raise InputError(
            "exchange.invitation.version",
            _(
                "The invitation is written in format {found}, this node reads format {known}; upgrade the older side."
            ),
            found=body.format,
            known=", ".join(map(str, FORMATS)),
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
        certificates=certificates,
        pins=pins,
        root=root,
        certified_until=_certified_until(body, root, keys, verify),
        protocol=body.protocol,
    )


def _certified_until(body: _Body, root: bytes, keys: tuple[bytes, ...], verify: Verify) -> int | None:
    """Return until when the root of an invitation vouches for its key, None when it names no root."""
    if not root:
        return None
    try:
        found = read_certificate(body.certified.encode(), root, body.node, verify)
        if len(root) != 32 or keys != (bytes.fromhex(found.key),):
            raise ValueError("key")
    except (IntegrityError, ValueError) as error:
        raise InputError(
            "exchange.invitation.root",
            _("The invitation of {node} names a root that did not certify its key."),
            node=body.node,
        ) from error
    return found.until_at
