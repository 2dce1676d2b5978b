"""What came from a partner and is kept aside: refused on arrival, or found in no stream by a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer
from cordiale.desk.summary import lines
from cordiale.exchange import records
from cordiale.exchange.partners import pairing as exchange

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

LIMIT = 10_000
"""Most lines of one list."""


class PutAside(Answer, frozen=True, kw_only=True):
    """One entry of a partner's stream that is kept aside, and why; `kept` says whether its bytes are."""

    number: int
    entry: int
    object_id: str
    code: str
    message_id: str
    params: dict[str, str]
    at: int
    kept: bool


def partner_put_aside(
    desk: Desk, actor: Actor, name: str, *, after: int = 0, limit: int = 100
) -> list[PutAside]:
    """Return what is kept aside of a partner's stream, oldest first, after a number; raises NotFound.

    Nobody has decided what may be seen of it, so that it is shown to the house alone.
    """
    authorise(actor, "set-aside")
    limit = lines(limit, LIMIT)
    with desk.store.read() as tx:
        number = exchange.partner(tx, name).number
        rows = records.set_aside(tx, number, after=after, limit=limit) if actor.recipient is None else []
    return [
        PutAside(
            number=row.number,
            entry=row.sequence,
            object_id=row.object_id or "",
            code=row.code,
            message_id=row.message_id,
            params=msgspec.json.decode(row.params, type=dict[str, str]),
            at=row.at,
            kept=row.raw is not None,
        )
        for row in rows
    ]


def partner_put_aside_bytes(desk: Desk, actor: Actor, name: str, number: int) -> bytes:
    """Return the bytes of one entry kept aside, empty when there are none; raises NotFound for an unknown partner."""
    authorise(actor, "set-aside")
    with desk.store.read() as tx:
        pair = exchange.partner(tx, name).number
        rows = records.set_aside(tx, pair, after=number - 1, limit=1) if actor.recipient is None else []
    return next((bytes(row.raw) for row in rows if row.number == number and row.raw is not None), b"")
