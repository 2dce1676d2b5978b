"""What an offline root signs: that a key is a node's signing key, from an instant until another."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cordiale.exchange.signing import open_statement, write_statement
from cordiale.platform.errors import InputError, IntegrityError
from cordiale.platform.languages import _
from cordiale.release.segment import Verify, message

PURPOSE = "node-key"


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """State that `key` (hexadecimal) signs for `node` between two instants in microseconds."""

    node: str
    key: str
    from_at: int
    until_at: int


def certify(made: Certificate, sign: Callable[[bytes], bytes]) -> bytes:
    """Write a certificate signed with the root key."""
    body = msgspec.json.encode(made, order="sorted")
    return write_statement(PURPOSE, body, sign(message(PURPOSE, body)))


def read_certificate(data: bytes, root: bytes, node: str, verify: Verify) -> Certificate:
    """Read a certificate that this root signed for a node.

    Raises IntegrityError when it is damaged, another root's or for another node.
    """
    body = open_statement(data.strip(), PURPOSE, (root,), verify)
    try:
        found = msgspec.json.decode(body, type=Certificate)
        if len(bytes.fromhex(found.key)) != 32 or found.node != node or found.from_at > found.until_at:
            raise ValueError("content")
    except (msgspec.MsgspecError, ValueError) as error:
        raise IntegrityError(
            "exchange.certificate.form",
            _("The certificate is not one of a key of {node}."),
            node=node,
        ) from error
    return found


def check_instant(found: Certificate, now: int, leeway: int) -> None:
    """Raise InputError when a certificate does not hold now; `leeway` is how far clocks may differ (µs)."""
    if not found.from_at - leeway <= now <= found.until_at + leeway:
        from cordiale.platform.clock import format_instant

        raise InputError(
            "exchange.certificate.time",
            _(
                "The certificate of the key of {node} holds from {begin} until {end}: have the root certify a key anew."
            ),
            node=found.node,
            begin=format_instant(found.from_at)[:19],
            end=format_instant(found.until_at)[:19],
        )
