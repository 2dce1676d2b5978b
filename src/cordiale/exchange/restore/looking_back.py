"""Look back at the start of every connection: does the partner prove that this node was put back to an earlier state?"""

from __future__ import annotations

from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link.wire import Standing
from cordiale.exchange.restore import position, rejoin
from cordiale.store.connection import Store


def look_back(store: Store, home: Home, partner: Partner, theirs: Standing) -> bool:
    """Close every link when a partner proves that we sent or received more than we know; tell whether it does.

    Raises ProtocolError when it claims so and proves nothing.
    """
    with store.read() as tx:
        behind = position.put_back(tx, home, partner, theirs)
        closed = rejoin.closed(tx, partner.number)
    if behind and not closed:
        with store.write() as tx:
            rejoin.close_all(tx, home.clock(), rejoin.ROLLED_BACK, partner.node)
    return behind
