"""Which marking ids a reader passes: decided once per marking, then every query filters by id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cordiale.platform.clock import SECOND
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.release.decide import compile_rules
from cordiale.release.marking import Marking
from cordiale.release.recipient import Recipient
from cordiale.release.rules import Allow, Rules, rules_for
from cordiale.store import markings

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

_KEPT = 256
"""Decisions tables kept: readers × rules versions; the oldest go first."""


def visible(tx: Transaction, desk: Desk, actor: Actor) -> Visible:
    """Return the marking ids the actor passes now; None only for the house itself.

    The answer is kept for the second it was made in (markings expire) and as long as no marking
    was added.
    """
    if actor.recipient is None:
        return None
    passed = passed_by(tx, desk, actor.recipient)
    return passed if actor.within is None else passed & passed_by(tx, desk, actor.within)


def passed_by(tx: Transaction, desk: Desk, recipient: Recipient) -> frozenset[int]:
    """Return the marking ids that a recipient passes now."""
    rules = rules_of_reader(tx, recipient)
    known = markings.all_markings(tx)
    now = desk.clock()
    key = ("visible", recipient, rules.version, len(known), max(known, default=0))
    held = desk.cache.get(repr(key))
    if held is not None and held[0] == now // SECOND:
        return held[1]  # type: ignore[no-any-return]
    compiled = compile_rules(rules, recipient, desk.node)
    passed = frozenset(mid for mid, marking in known.items() if compiled.decide(marking, now).passes)
    while len(desk.cache) >= _KEPT:
        desk.cache.pop(next(iter(desk.cache)))
    desk.cache[repr(key)] = (now // SECOND, passed)
    return passed


def passes(tx: Transaction, desk: Desk, actor: Actor, marking: Marking) -> bool:
    """Tell whether the actor passes a marking now, one that no stored object needs to carry."""
    now = desk.clock()
    for recipient in (actor.recipient, actor.within):
        if recipient is not None:
            compiled = compile_rules(rules_of_reader(tx, recipient), recipient, desk.node)
            if not compiled.decide(marking, now).passes:
                return False
    return True


def rules_of_reader(tx: Transaction, recipient: Recipient) -> Rules:
    """Return the rules a reader is asked under.

    A partner is asked under its partnership's. A person of this node is asked under the scales
    and equivalences of every partnership applied here, since objects of all of them are held.
    """
    from cordiale.desk.rules import applied

    found = applied(tx)
    theirs = rules_for(recipient.node, tuple(found.values()))
    return theirs if theirs is not None and recipient.person is None else _house_rules(found)


def rules_of_house(tx: Transaction) -> Rules:
    """Return the scales and equivalences of every partnership applied here, as the owner of the node reads by."""
    from cordiale.desk.rules import applied

    return _house_rules(applied(tx))


def _house_rules(found: Mapping[str, Rules]) -> Rules:
    scales = {name: scale for rules in found.values() for name, scale in rules.scales.items()}
    equivalences = {row: None for rules in found.values() for row in rules.equivalences}
    return Rules(
        partnership="",
        version="house:" + ",".join(sorted(rules.version for rules in found.values())),
        text="",
        partners={},
        scales=scales,
        equivalences=tuple(equivalences),
        allow=Allow(("*",), ("*",), ("*",)),  # nothing leaves the node
    )


def unknown(stix_id: str) -> NotFound:
    """Return the one answer for what is not held and what is not for this reader."""
    return NotFound(
        "no-object",
        _("There is no object {id}: check its id, or search for it."),
        id=stix_id[:200],
    )
