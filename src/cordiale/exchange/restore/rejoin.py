"""After this node was put back to an earlier state: nothing is served or cut for a partner until a person says so.

It was restored from a copy, or the machine under it was rolled back; the second shows when a partner
proves that we sent or received more than we know. What happened since is not known here: partners may
have taken things back, and people here may have marked, held or recalled. Partners are still visited,
so that their recalls are carried out first and what they hold of our stream is learnt again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.restore import generation
from cordiale.platform.errors import Conflict, ProtocolError
from cordiale.platform.languages import _
from cordiale.store.connection import Transaction

STATE = "rejoin"
RESTORED = "exchange.restored"
ROLLED_BACK = "exchange.rolled-back"
VISITED = "exchange.restored.visited"
CODES = (RESTORED, ROLLED_BACK, VISITED)
FORGOT = "exchange.rejoin"
"""Why a link waits for a partner that forgot what it sent us."""

_WAITS = {
    RESTORED: _(
        "This node was restored from a copy. Nothing is served to {node} until it was visited and you ran: cordiale partner rejoin {node}"
    ),
    ROLLED_BACK: _(
        "This node is back at an earlier state, though nobody restored it: {proof} proves it. Nothing is served to {node} until it was visited and you ran: cordiale partner rejoin {node}"
    ),
    VISITED: _(
        "This node was put back to an earlier state, and {node} was visited since. To serve it again: cordiale partner rejoin {node}"
    ),
}


def close_all(tx: Transaction, now: int, code: str = RESTORED, proof: str = "") -> int:
    """Close the link to every partner, whatever its kind; return how many were closed.

    `proof` names who showed that this node is behind. What is closed already stays as it is. The time is kept in the
    link: what a partner wrote earlier does not tell what it took back since.
    """
    done = 0
    for partner in records.partners(tx):
        if code == RESTORED or not closed(tx, partner.number):
            records.save_link(tx, partner.number, _values(partner, code, proof, now))
            done += 1
    return done


def closed(tx: Transaction, number: int) -> bool:
    """Tell whether a partner is served nothing since this node was put back."""
    row = records.link(tx, number)
    return row.state == STATE and row.code in CODES


def all_closed(tx: Transaction) -> frozenset[int]:
    """Return the numbers of the partners that are served nothing since this node was put back."""
    return frozenset(number for number, code in records.links_in(tx, STATE) if code in CODES)


def refuse_closed(tx: Transaction, partner: Partner) -> None:
    """Raise ProtocolError when a partner is served nothing since this node was put back."""
    if closed(tx, partner.number):
        raise refusal(partner)


def forgot(link: records.LinkRow) -> bool:
    """Tell whether a partner was seen to have forgotten what we have of it."""
    return link.state == STATE and link.code == FORGOT


def refusal(partner: Partner) -> ProtocolError:
    """Return what a partner is answered that is served nothing since this node was put back."""
    return ProtocolError(
        "exchange.rejoin", _("This node was restored: the link must rejoin."), node=partner.node
    )


def after_visit(partner: Partner, before: records.LinkRow, learnt: bool) -> Mapping[str, Any]:
    """Return what of a link a visit must leave as it is; empty when it is open.

    `learnt` says that the partner's recalls were carried out and what it holds was taken over.
    """
    if before.state != STATE or before.code not in CODES:
        return {}
    code = VISITED if learnt else before.code
    params = msgspec.json.decode(before.params, type=dict[str, str])
    return _values(partner, code, params.get("proof", ""), int(params.get("at", "0")))


def closed_at(tx: Transaction, number: int) -> int | None:
    """Return when a link was closed because this node was put back; None while it is open, or if nobody wrote it down."""
    row = records.link(tx, number)
    if row.state != STATE or row.code not in CODES:
        return None
    at = msgspec.json.decode(row.params, type=dict[str, str]).get("at", "0")
    return int(at) or None


def reopen(tx: Transaction, home: Home, partner: Partner, now: int, *, unvisited: bool = False) -> None:
    """Serve a partner again, as a person decided, in the next generation of its stream.

    Raises Conflict when its link is open, and while any partner's node was not visited since, or nothing that it wrote
    since was carried here, unless `unvisited`: a recall that waits there may be of what would be served.
    """
    if not closed(tx, partner.number):
        raise Conflict(
            "exchange.rejoin.open",
            _("The link to {node} was not closed by a restore: there is nothing to do."),
            node=partner.node,
        )
    waiting = [
        one
        for one in records.partners(tx)
        if one.assurance == "node"
        and one.state == "confirmed"
        and (row := records.link(tx, one.number)).state == STATE
        and row.code in (RESTORED, ROLLED_BACK)
    ]
    carried = [one.node for one in waiting if one.kind != "two-way"]
    if carried and not unvisited:
        raise Conflict(
            "exchange.rejoin.uncarried",
            _(
                "Nothing that {waiting} wrote since the restore was carried here with all its recalls: it may have taken back what would be served. Let it write all of them again (cordiale carry out {here} FOLDER --from 1), take that in, and repeat; or repeat with --unvisited if nothing can come from there."
            ),
            waiting=", ".join(carried),
            here=home.node,
        )
    if waiting and not unvisited:
        raise Conflict(
            "exchange.rejoin.unvisited",
            _(
                "{waiting} was not visited since the restore, and may have taken back what would be served. Run cordiale sync, or repeat with --unvisited if it cannot be reached."
            ),
            waiting=", ".join(one.node for one in waiting),
        )
    generation.open_next(tx, home, partner, now)
    records.save_link(tx, partner.number, {"state": "new", "code": "", "message_id": "", "params": "{}"})


def _values(partner: Partner, code: str, proof: str, at: int) -> dict[str, Any]:
    params = msgspec.json.encode({"node": partner.node, "proof": proof, "at": str(at)}).decode()
    return {"state": STATE, "code": code, "message_id": _WAITS[code], "params": params}
