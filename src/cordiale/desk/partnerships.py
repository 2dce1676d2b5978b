"""Which partners are confirmed, and as which recipients under which rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from cordiale.desk.rules import applied
from cordiale.exchange.home import LEAVING, Partnership, pair_up
from cordiale.exchange.partners.pairing import partners
from cordiale.platform.errors import Conflict, NotFound
from cordiale.platform.languages import _
from cordiale.release.rules import rules_for

if TYPE_CHECKING:
    from cordiale.release.partnership import Rules
    from cordiale.store.connection import Transaction


def partnerships(tx: Transaction, home: str = "") -> dict[str, Partnership]:
    """Return the partnership of every confirmed partner that applied rules name, by node.

    `home` is the name of this node: without it nothing passes that it controls as the originator.
    """
    found = tuple(applied(tx).values())
    asked = "partnerships", home, tuple(rules.text for rules in found)
    return dict(tx.lately.answer("exchange_partner", asked, lambda: _joined(tx, home, found)))


def _joined(tx: Transaction, home: str, found: tuple[Rules, ...]) -> dict[str, Partnership]:
    result = {}
    for partner in partners(tx):
        joined = pair_up(partner, rules_for(partner.node, found), home)
        if joined is not None:
            result[partner.node] = joined
    return result


def parting(tx: Transaction, name: str, home: str = "") -> Partnership | None:
    """Return the partnership of a partner that is leaving, None when it is not: it is served no content any more."""
    partner = next((one for one in partners(tx) if one.node == name and one.state == LEAVING), None)
    if partner is None:
        return None
    rules = rules_for(partner.node, tuple(applied(tx).values()))
    joined = pair_up(structs.replace(partner, state="confirmed"), rules, home)
    return None if joined is None else structs.replace(joined, partner=partner)


def partnership(tx: Transaction, name: str, home: str = "") -> Partnership:
    """Return one partnership, named by its node in any case; raises NotFound saying what is missing, Conflict while it is suspended."""
    found = partnerships(tx, home)
    for node, joined in found.items():
        if node.lower() == name.lower():
            return joined
    known = {partner.node.lower(): partner for partner in partners(tx)}
    if name.lower() not in known:
        raise NotFound(
            "no-partner",
            _("There is no partner {name}. Known: {known}. See: cordiale partner list"),
            name=name,
            known=", ".join(sorted(known)) or "–",
        )
    if known[name.lower()].state == "suspended":
        raise Conflict(
            "partner-suspended-now",
            _("Partner {name} is suspended: nothing is exchanged until cordiale partner resume {name}."),
            name=name,
        )
    if known[name.lower()].state != "confirmed":
        raise NotFound(
            "partner-unconfirmed",
            _(
                "Partner {name} is not confirmed: compare the words with them, then cordiale partner confirm {name}."
            ),
            name=name,
        )
    raise NotFound(
        "partner-without-rules",
        _("No applied rules name partner {name}: write them, then cordiale rules apply."),
        name=name,
    )
