"""Exchange with partners now: cut what waits for them, then visit them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Synced
from cordiale.desk.files import attachments
from cordiale.desk.partnerships import partnerships
from cordiale.exchange.cut.sequencer import cut
from cordiale.exchange.home import LEAVING
from cordiale.exchange.partners import pairing as exchange
from cordiale.exchange.visit.sync import visit
from cordiale.platform.errors import CordialeError, NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partner

ROUNDS = 10_000
"""Visits in a row to one partner that always has more; a bound, not a number anybody meets."""


def sync(desk: Desk, actor: Actor, partner: str | None = None) -> list[Synced]:
    """Cut our streams, then pull from one partner or all; return what came, a partner each.

    A partner that is down is an answer, not an error. Raises NotFound for an unknown partner.
    """
    authorise(actor, "sync")
    with desk.store.read() as tx:
        known = [
            one
            for one in exchange.partners(tx)
            if one.state in ("confirmed", LEAVING) and one.url and one.kind == "two-way"
        ]
    chosen = [one for one in known if partner is None or one.node.lower() == partner.lower()]
    if partner is not None and not chosen:
        raise NotFound(
            "no-partner",
            _("There is no confirmed partner {name}. Known: {known}. See: cordiale partner list"),
            name=partner,
            known=", ".join(one.node for one in known) or "–",
        )
    cut_all(desk)
    answers = [_visited(desk, one) for one in chosen]
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "sync", partners=[one.node for one in chosen])
    desk.wake()
    return answers


def cut_all(desk: Desk) -> int:
    """Cut every partner's stream until nothing waits; return how many entries were numbered."""
    total = 0
    while True:
        with desk.store.read() as tx:
            joined = tuple(partnerships(tx, desk.node).values())
        if not joined:
            return total
        with desk.store.write() as tx:
            cuts = cut(tx, desk.home, joined, desk.clock())
        total += sum(one.last - one.first + 1 for one in cuts if one.segments)
        if not any(one.behind for one in cuts):
            return total


def _visited(desk: Desk, partner: Partner) -> Synced:
    carrier = desk.carrier(partner)
    counts = dict.fromkeys(("segments", "new", "same", "withdrawn", "set_aside", "recalls"), 0)
    for _round in range(ROUNDS):
        pulled = visit(desk.store, desk.home, partner, carrier)
        for name in counts:
            counts[name] += getattr(pulled, name)
        if not pulled.more or pulled.link.state != "up":
            break
    files, error, params = 0, None, {}
    if pulled.link.state == "up":
        try:
            files = attachments.fetch(desk, partner, carrier)
        except CordialeError as failure:
            error = failure.message_id
            params = {name: str(value) for name, value in failure.params.items()}
    else:
        error, params = pulled.link.message_id, dict(pulled.link.params)
    return Synced(
        partner=partner.node,
        link=pulled.link.state,
        attachments=files,
        error=error,
        error_params=params,
        **counts,
    )
