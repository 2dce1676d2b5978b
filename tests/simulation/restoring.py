"""Copies of nodes, and nodes put back to one: told so, as `cordiale restore` does it, or not, as when a machine is rolled back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cordiale.exchange.restore import dates
from cordiale.node.backup import not_as_if_nothing_happened
from cordiale.store import backup, versions
from tests.simulation.judge import Ask, Judge
from tests.simulation.reference import Atoms, House
from tests.simulation.terms import Terms
from tests.simulation.world import Node

_BURIED = "SELECT 1 FROM tombstones WHERE reason = ?"
_DONE = "SELECT 1 FROM exchange_recalled WHERE id = ?"
_ASKED = "SELECT 1 FROM exchange_recall WHERE id = ? AND number IS NOT NULL"


@dataclass(frozen=True)
class Copy:
    """One node as it was: its store, and what people there had decided by then."""

    state: bytes
    overlay: dict[tuple[str, str], Atoms]
    pacts: dict[str, tuple[Terms, dict[str, int], dict[str, int], str]]
    ended: frozenset[bytes]


def take(node: Node, house: House) -> Copy:
    """Copy a node while it is in use."""
    decided = {
        name: (pact.terms, dict(pact.acts), dict(pact.holds), pact.state)
        for name, pact in house.pacts.items()
    }
    return Copy(node.store.saved(), dict(house.overlay), decided, frozenset(house.ended))


def put_back(node: Node, judge: Judge, copy: Copy, *, told: bool) -> None:
    """Put a node back to a copy; `told` as a restore that has the ledger of what was purged since."""
    with node.store.read() as tx:
        ledger, dated = versions.tombstones(tx), dates.given(tx)
    node.store.fuse = 0
    node.store.put_back(copy.state)
    node.restart()
    if told:
        with node.store.write() as tx:
            not_as_if_nothing_happened(tx, ledger, node.clock(), dated)
        backup.scrub_owed(node.store)
    else:
        judge.houses[node.name].ended = set(copy.ended)
    _judged_anew(node, judge, copy)


def _judged_anew(node: Node, judge: Judge, copy: Copy) -> None:
    """Let the judge know what the node knows now; what partners did meanwhile stays done."""
    name, house = node.name, judge.houses[node.name]
    house.kept.clear()
    house.by_vid.clear()
    house.by_raw.clear()
    house.known.clear()
    house.lines.clear()
    house.overlay = dict(copy.overlay)
    for partner, (terms, acts, holds, state) in copy.pacts.items():
        pact = house.pacts[partner]
        pact.terms, pact.acts, pact.holds, pact.state = terms, dict(acts), dict(holds), state
    judge.seen[name] = 0
    judge.rows.pop(name, None)
    judge.looked.pop(name, None)
    judge.brought.pop(name, None)
    judge.counts.pop(name, None)
    judge.raws = {key: raw for key, raw in judge.raws.items() if key[0] != name}
    judge.had = {one for one in judge.had if one[1] != name}
    judge.gave = {one for one in judge.gave if one[1] != name}
    judge.numbers = {
        key: value for key, value in judge.numbers.items() if key[0] != name and key[1] != f"{name} received"
    }
    judge.refresh(name)
    judge.asked_at |= {ask.id: judge.seen[name] for ask in judge.asks if ask.giver == name}
    concerned = [ask for ask in judge.asks if name in (ask.giver, ask.receiver)]
    judge.forgotten |= {ask.id for ask in concerned if not _known(judge, ask)}
    judge.asks = [
        ask if ask.giver != name or _remembered(judge, ask) else _as_provable(judge, ask)
        for ask in judge.asks
    ]
    judge.forget_asks(lambda ask: ask.id in judge.forgotten and ask in concerned and not _buried(judge, ask))


def _known(judge: Judge, ask: Ask) -> bool:
    """Tell whether who asked something back still knows so, or who was asked can prove it: else it may go there again."""
    nodes = judge.world.nodes
    if _remembered(judge, ask):
        return True
    if ask.receiver not in nodes:
        return False
    with nodes[ask.receiver].store.read() as tx:
        # who restores with the ledger of another copy has the tomb without the signed message, which alone is a proof
        return tx.row(_DONE, ask.id) is not None and _buried(judge, ask)


def _remembered(judge: Judge, ask: Ask) -> bool:
    """Tell whether who asked something back has that in its store."""
    with judge.world.nodes[ask.giver].store.read() as tx:
        return tx.row(_ASKED, ask.id) is not None


def _as_provable(judge: Judge, ask: Ask) -> Ask:
    """Return a recall that its giver forgot: what the receiver never fetched is a number that says nothing now, and may go again."""
    unproven = [raw for raw in ask.raws if (ask.giver, ask.receiver, raw) not in judge.had]
    return replace(ask, unproven=frozenset(unproven))


def _buried(judge: Judge, ask: Ask) -> bool:
    """Tell whether who was asked did it: then it takes none of that again, whoever forgot why."""
    if ask.receiver not in judge.world.nodes:
        return False
    with judge.world.nodes[ask.receiver].store.read() as tx:
        # what was never fetched left nothing to purge, and a recall names it by a number that is forgotten now
        return tx.row(_BURIED, f"recall {ask.id}") is not None
