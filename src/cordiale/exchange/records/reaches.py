"""How far each partner's stream reaches and what of it was acknowledged: what wakes a partner that waits."""

from __future__ import annotations

import msgspec

from cordiale.store.connection import Transaction


class Reach(msgspec.Struct, frozen=True):
    """Hold up to where there is news for one partner, what it acknowledged, and the state of partner and link.

    `generation` and `received` are of the stream from it, `ours` is the generation of the stream to it;
    `clock_difference` is its clock minus ours (µs).
    """

    number: int
    node: str
    last: int
    recalls: int
    acknowledged: int
    acknowledged_at: int | None
    state: str
    link: str
    code: str
    generation: int = 1
    received: int = 0
    clock_difference: int | None = None
    ours: int = 1


# Asked after each commit while somebody waits: one statement for all of them.
_REACHES = """
    SELECT p.number, p.node, q.last, q.recalls, q.acknowledged, q.acknowledged_at, p.state, l.state, l.code,
        l.generation, l.received, l.clock_difference, q.generation
    FROM exchange_partner p JOIN exchange_pair q ON q.number = p.number JOIN exchange_link l ON l.number = p.number
"""


def reaches(tx: Transaction) -> dict[int, Reach]:
    """Return how far the stream to each partner reaches, by its number."""
    return {row[0]: Reach(*row) for row in tx.rows(_REACHES)}


def arrivals(tx: Transaction, number: int, generation: int, after: int) -> list[tuple[int, int, bytes, int]]:
    """Return first and last entry, header and instant of arrival of what came from a partner after an entry."""
    return tx.rows(
        "SELECT first, last, header, received_at FROM exchange_received"
        " WHERE pair = ? AND generation = ? AND first > ? ORDER BY first LIMIT 1000",
        number,
        generation,
        after,
    )
