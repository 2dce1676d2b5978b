"""After this node was restored from a copy: nothing is served or cut for a partner until a person says so.

What happened between the copy and its return is not known here: partners may have taken things back, and people
here may have marked, held or recalled. Partners are still visited, so that their recalls are carried out first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Partner
from cordiale.platform.errors import Conflict, ProtocolError
from cordiale.platform.languages import _
from cordiale.store.connection import Transaction

STATE = "rejoin"
RESTORED = "exchange.restored"
VISITED = "exchange.restored.visited"

_WAITS = _(
    "This node was restored from a copy. Nothing is served to {node} until it was visited and you ran: cordiale partner rejoin {node}"
)
_READY = _(
    "This node was restored from a copy, and {node} was visited since. To serve it again: cordiale partner rejoin {node}"
)


def close_all(tx: Transaction) -> int:
    """Close the link to every partner, whatever its kind; return how many were closed."""
    known = records.partners(tx)
    for partner in known:
        records.save_link(tx, partner.number, _values(partner, RESTORED, _WAITS))
    return len(known)


def closed(tx: Transaction, number: int) -> bool:
    """Tell whether a partner is served nothing since this node was restored."""
    row = records.link(tx, number)
    return row.state == STATE and row.code in (RESTORED, VISITED)


def refuse_closed(tx: Transaction, partner: Partner) -> None:
    """Raise ProtocolError when a partner is served nothing since this node was restored."""
    if closed(tx, partner.number):
        raise ProtocolError(
            "exchange.rejoin", _("This node was restored: the link must rejoin."), node=partner.node
        )


def after_visit(partner: Partner, before: records.LinkRow, came_up: bool) -> Mapping[str, Any]:
    """Return what of a link a visit must leave as it is; empty when it is open."""
    if before.state != STATE or before.code not in (RESTORED, VISITED):
        return {}
    done = came_up or before.code == VISITED
    return _values(partner, VISITED, _READY) if done else _values(partner, RESTORED, _WAITS)


def reopen(tx: Transaction, partner: Partner, *, unvisited: bool = False) -> None:
    """Serve a partner again, as a person decided.

    Raises Conflict when its link is open, and while any partner's node was not visited since the restore, unless
    `unvisited`: a recall that waits there may be of what would be served.
    """
    if not closed(tx, partner.number):
        raise Conflict(
            "exchange.rejoin.open",
            _("The link to {node} was not closed by a restore: there is nothing to do."),
            node=partner.node,
        )
    waiting = [
        one.node
        for one in records.partners(tx)
        if one.assurance == "node"
        and one.state == "confirmed"
        and (row := records.link(tx, one.number)).state == STATE
        and row.code == RESTORED
    ]
    if waiting and not unvisited:
        raise Conflict(
            "exchange.rejoin.unvisited",
            _(
                "{waiting} was not visited since the restore, and may have taken back what would be served. Run cordiale sync, or repeat with --unvisited if it cannot be reached."
            ),
            waiting=", ".join(waiting),
        )
    records.save_link(tx, partner.number, {"state": "new", "code": "", "message_id": "", "params": "{}"})


def _values(partner: Partner, code: str, message_id: str) -> dict[str, Any]:
    params = msgspec.json.encode({"node": partner.node}).decode()
    return {"state": STATE, "code": code, "message_id": message_id, "params": params}
