"""Statements that a node signs so that whoever is shown them later can check them: positions, agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from cordiale.exchange.home import own_keys
from cordiale.exchange.partners.pairing import partners
from cordiale.exchange.signing import open_statement, peek_statement, read_body, sign_statement
from cordiale.platform.errors import IntegrityError

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

T = TypeVar("T", bound=msgspec.Struct)

Proof = Literal["signed", "unknown-key", "false"]
"""`signed` by a key known here as the node's; by a key that this node cannot know; or not signed by who it names."""


def sign(desk: Desk, purpose: str, said: msgspec.Struct) -> str:
    """Return a signed statement of this node as text."""
    return sign_statement(desk.home, purpose, msgspec.to_builtins(said)).decode()


def opened(statement: str, purpose: str, kind: type[T]) -> T | None:
    """Return what a statement says, whoever signed it; None when it is damaged or something else."""
    try:
        body, _signature = peek_statement(statement.encode(), purpose)
        return read_body(body, kind, purpose)
    except (IntegrityError, UnicodeError):
        return None


def proof(tx: Transaction, desk: Desk, node: str, statement: str, purpose: str) -> Proof:
    """Tell whether a node signed a statement, as far as its keys are known here."""
    keys = keys_of(tx, desk).get(node)
    if keys is None:
        return "unknown-key"
    try:
        open_statement(statement.encode(), purpose, keys, desk.home.verify)
    except (IntegrityError, UnicodeError):
        return "false"
    return "signed"


def keys_of(tx: Transaction, desk: Desk) -> dict[str, tuple[bytes, ...]]:
    """Return the signing keys of this node and of every confirmed partner, those of before included, by node."""
    found: dict[str, Any] = {
        one.node: (*one.keys, *one.former) for one in partners(tx) if one.keys and one.state != "invited"
    }
    return {**found, desk.node: own_keys(desk.home)}
