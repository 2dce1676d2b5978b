"""Nothing is dated before what a client read already, whatever the clock of a node says that was put back.

A plain TAXII client pages by `added_after`: of what is dated before its last page it never hears.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cordiale.exchange import records
from cordiale.store import aged
from cordiale.store.connection import Transaction


def given(tx: Transaction) -> dict[str, int]:
    """Return the last `date_added` given in the stream to each partner (µs), by the partner's node."""
    streams = records.pairs(tx)
    return {partner.node: streams[partner.number].last_added for partner in records.partners(tx)}


def go_on_after(tx: Transaction, dates: Mapping[str, int]) -> None:
    """Date what goes to each partner from now on after what it was given by the node as it was before (see `given`)."""
    streams = records.pairs(tx)
    for partner in records.partners(tx):
        pair, last = streams[partner.number], dates.get(partner.node, 0)
        if last > pair.last_added:
            records.save_pair(tx, msgspec.structs.replace(pair, last_added=last))


def latest(tx: Transaction) -> int:
    """Return the latest instant known to have passed here (µs): the last `date_added` of any stream, or what was stored last.

    What partners proved since a restore is among it. What was stored counts, since a machine that was rolled back and nobody
    told works on until a partner proves it, and its clock may be set back only then.
    """
    return max((aged.newest(tx), *(pair.last_added for pair in records.pairs(tx).values())))
