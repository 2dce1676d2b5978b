"""Whether a node can do its work now: what a supervisor asks before it sends anybody there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cordiale.exchange.records.reaches import reaches
from cordiale.exchange.restore.rejoin import CODES, STATE
from cordiale.platform.errors import CordialeError

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.node.heartbeat import Heartbeat

Trouble = Literal["store", "egress", "links", "work"]

PURPOSE = "readiness"
"""What the egress process is asked to sign: a purpose that nothing else has, so that the signature is good for nothing."""


def troubles(desk: Desk, heartbeat: Heartbeat) -> list[Trouble]:
    """Return what keeps the node from its work: the store does not open, egress does not answer, links are closed, work is stuck.

    Work is stuck when no step of it ended for as long as `monitor.stuck_s` says, be it that one hangs or that all fail. Links are closed when the node was put back to an earlier state, until a person says `partner rejoin`. A partner that
    is down is the partner's trouble.
    """
    found: list[Trouble] = []
    if heartbeat.overdue() >= desk.settings.monitor.stuck_s:
        found.append("work")
    try:
        with desk.store.read() as tx:
            known = reaches(tx)
        if any(one.link == STATE and one.code in CODES for one in known.values()):
            found.append("links")
    except CordialeError:
        found.append("store")
    try:
        desk.egress().sign(PURPOSE, b"")
    except CordialeError:
        found.append("egress")
    return sorted(found)
