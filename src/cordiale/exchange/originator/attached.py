"""What an originator signs of a file that it attaches: which object, which bytes, under which marking.

It travels with the file's place in a partner's list and is kept to go onward. So whoever forwards the file cannot
exchange it, hang it on another object, or lower its marking, and who receives it from a forwarder can tell.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home
from cordiale.exchange.signing import peek_statement, sign_statement
from cordiale.platform.errors import CordialeError
from cordiale.release.segment import message
from cordiale.store.connection import Transaction

PURPOSE: Final = "attached"

Verdict = Literal["proven", "unproven", "false"]
"""Signed by the originator; signed by nobody whom we know; or signed, and for something else than what came."""


class Attached(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Say that a node attached a file of this digest to an object, under a marking of its own; no recipient, no time."""

    node: str
    key: str
    object_id: str
    sha256: str
    size: int
    marking: tuple[str, ...]


def sign(home: Home, object_id: str, sha256: str, size: int, marking: Collection[str]) -> str:
    """Sign that this node attached a file."""
    made = Attached(
        node=home.node,
        key=home.egress().public_key.hex(),
        object_id=object_id,
        sha256=sha256,
        size=size,
        marking=tuple(sorted(marking)),
    )
    return sign_statement(home, PURPOSE, msgspec.to_builtins(made)).decode()


def judge(
    tx: Transaction,
    home: Home,
    source: str,
    statement: str,
    *,
    object_id: str,
    sha256: str,
    size: int,
    marking: Collection[str],
) -> Verdict:
    """Say whether `source`, whose statement an object is, signed what came as a file of it.

    A marking that lacks an atom which its originator signed makes it false, as other bytes do.
    """
    if not statement:
        return "unproven"
    try:
        body, signature = peek_statement(statement.encode(), PURPOSE)
        said = msgspec.json.decode(body, type=Attached)
        key = bytes.fromhex(said.key)
    except (CordialeError, msgspec.MsgspecError, ValueError):
        return "false"
    if not home.verify(key, message(PURPOSE, body), signature):
        return "false"
    if (said.object_id, said.sha256, said.size) != (object_id, sha256, size):
        return "false"
    if not frozenset(said.marking) <= frozenset(marking):
        return "false"
    known = records.find_partner(tx, said.node)
    vouched = known is not None and known.state != "invited" and key in (*known.keys, *known.former)
    return "proven" if vouched and said.node == source else "unproven"
