"""The state of links: how the last visit left each, as people and metrics are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Partner
from cordiale.exchange.partners.tls import PIN_REFUSED
from cordiale.exchange.protocol import UPGRADE
from cordiale.exchange.restore import rejoin
from cordiale.platform.errors import CordialeError, NotAllowed, Unavailable
from cordiale.store.connection import Transaction

State = Literal["new", "up", "down", "refused", "garbage", "clock", "rejoin", "upgrade", "key", "plain"]


class Link(msgspec.Struct, frozen=True):
    """Describe the state of one link.

    `state` is new, up, down, refused, garbage, rejoin, upgrade (one side has to be upgraded), key (another TLS key
    than the pinned one) or plain (its address is not encrypted). `sent` and `acknowledged` are our entry
    numbers, `received` theirs, `news` the last number they announced. `clock_difference` is the
    partner's clock minus ours in microseconds, as last seen.
    """

    partner: str
    state: str
    code: str = ""
    message_id: str = ""
    params: Mapping[str, str] = {}
    last_contact: int | None = None
    last_attempt: int | None = None
    failures: int = 0
    sent: int = 0
    acknowledged: int = 0
    received: int = 0
    news: int = 0
    clock_difference: int | None = None


def left_by(error: CordialeError) -> State:
    """Return the state in which a problem leaves a link."""
    if isinstance(error, Unavailable):
        return "down"
    if isinstance(error, NotAllowed):
        return "plain" if error.code == "exchange.http.plain" else "refused"
    if error.code in UPGRADE:
        return "upgrade"
    if error.code == PIN_REFUSED:
        return "key"
    return "rejoin" if error.code == "exchange.rejoin" else "garbage"


def record(
    tx: Transaction,
    partner: Partner,
    state: State,
    problem: CordialeError | None,
    now: int,
    *,
    news: int | None,
    difference: int | None,
    learnt: bool,
) -> Link:
    """Write down how a visit left a link, and return that; `news` is the last entry that the partner told of, None when it did not answer.

    `difference` is the partner's clock minus ours in microseconds, `learnt` whether all that it proves of us was taken over.
    """
    before = records.link(tx, partner.number)
    params = {} if problem is None else {name: str(value) for name, value in problem.params.items()}
    values: dict[str, Any] = {
        "state": state,
        "code": problem.code if problem else "",
        "message_id": problem.message_id if problem else "",
        "params": msgspec.json.encode(params).decode(),
        "last_attempt": now,
        "failures": 0 if problem is None else before.failures + 1,
    }
    if news is not None:
        values |= {"last_contact": now, "news": news}
    if difference is not None:
        values |= {"clock_difference": difference}
    values |= rejoin.after_visit(partner, before, learnt)
    if any(getattr(before, name) != value for name, value in values.items()):
        records.save_link(tx, partner.number, values)
    return _link(tx, partner, msgspec.structs.replace(before, **values))


def links(tx: Transaction) -> tuple[Link, ...]:
    """Return the state of every link, by partner name."""
    return tuple(link(tx, partner) for partner in records.partners(tx))


def link(tx: Transaction, partner: Partner) -> Link:
    """Return the state of the link to one partner."""
    return _link(tx, partner, records.link(tx, partner.number))


def _link(tx: Transaction, partner: Partner, row: records.LinkRow) -> Link:
    pair = records.pair(tx, partner.number)
    return Link(
        partner=partner.node,
        state=row.state,
        code=row.code,
        message_id=row.message_id,
        params=msgspec.json.decode(row.params, type=dict[str, str]),
        last_contact=row.last_contact,
        last_attempt=row.last_attempt,
        failures=row.failures,
        sent=pair.last,
        acknowledged=pair.acknowledged,
        received=row.received,
        news=row.news,
        clock_difference=row.clock_difference,
    )
