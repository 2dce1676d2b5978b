"""Say in sentences how each link is, and what is wrong with it since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cordiale.exchange.records.reaches import reaches
from cordiale.exchange.restore.rejoin import CODES
from cordiale.exchange.visit.state import links
from cordiale.node.finding import Finding, Grade
from cordiale.platform.clock import SECOND, format_instant
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.exchange.visit.state import Link
    from cordiale.store.connection import Transaction

OFF = 60 * SECOND
"""A partner's clock this far from ours is worth a look (the protocol works with any)."""

LATE = 10 * 60 * SECOND
"""A receipt that is owed this long is worth a look: a partner that is up acknowledges within seconds."""

WELL: Mapping[str, str] = {
    "up": _("The link to {partner} is up."),
    "new": _("{partner} was not visited yet. Serve this node, or run: cordiale sync {partner}"),
}
"""State of a link that needs nothing done → what is said of it."""

TROUBLE: Mapping[str, str] = {
    "down": _(
        "{partner} has not answered for {minutes} min ({failures} tries): check the network and the address, or ask its operator."
    ),
    "refused": _(
        "{partner} has refused our requests for {minutes} min ({failures} tries): ask its operator whether it confirmed this node, or suspended it."
    ),
    "garbage": _(
        "{partner} has sent what cannot be read for {minutes} min ({failures} tries): see cordiale partner list, and ask its operator."
    ),
    "upgrade": _(
        "{partner} and this node do not understand each other: one side has to be upgraded, nothing is skipped meanwhile. Which one: cordiale partner list"
    ),
    "key": _(
        "What answers at the address of {partner} shows another TLS key ({failures} tries). Nothing is sent. Call them: somebody may be in between."
    ),
    "plain": _(
        "The address of {partner} is not encrypted, so that nothing is sent: ask for an invitation with an https:// address, or set exchange.plain_http."
    ),
    "rejoin": _(
        "The link to {partner} is closed: one of the two nodes was put back to an earlier state. Where it is to be opened again: cordiale partner list"
    ),
    "missing": _("Entries of {partner} were lost on the way. What to ask for: cordiale partner list"),
}
"""State of a link in trouble → what is said of it, and what to do."""


UNKNOWN = "exchange.link.signature"
"""What a partner answers whom it does not know, suspended or closed the link to: it says no more, and neither does its code."""

WRONG = frozenset({"garbage", "refused", "upgrade", "key", "plain"})
"""States that do not mend by themselves."""


def examined(tx: Transaction, now: int) -> Iterator[Finding]:
    """Look at every link: its clock, its state and why, and what its partner has not acknowledged.

    One to a partner that left is over: nothing is wrong with it, whatever was met last.
    """
    known = {one.node: one for one in reaches(tx).values()}
    receipts = {node: one.acknowledged_at for node, one in known.items()}
    for link in links(tx):
        if link.partner in known and known[link.partner].state == "left":
            continue
        if link.clock_difference is not None and abs(link.clock_difference) > OFF:
            yield Finding(
                "clock",
                "look",
                _(
                    "The clock of {partner} differs from ours by {seconds} s: check both against a time server."
                ),
                {"partner": link.partner, "seconds": round(link.clock_difference / SECOND)},
            )
        yield from _state(link, now)
        yield from _queue(link, receipts.get(link.partner), now)


def _state(link: Link, now: int) -> Iterator[Finding]:
    if link.state in WELL:
        yield Finding("links", "well", WELL[link.state], {"partner": link.partner})
        return
    if link.code in CODES:  # closed by a restore: the reason says what to do
        yield Finding("links", "wrong", link.message_id, dict(link.params))
        return
    grade: Grade = "wrong" if link.state in WRONG else "look"
    minutes = round((now - (link.last_contact or now)) / SECOND / 60)
    params = {"partner": link.partner, "minutes": minutes, "failures": link.failures}
    yield Finding("links", grade, TROUBLE.get(link.state, TROUBLE["down"]), params)
    if link.message_id and link.params.get("code") != UNKNOWN:
        yield Finding("links", grade, link.message_id, dict(link.params))


def _queue(link: Link, receipt: int | None, now: int) -> Iterator[Finding]:
    """Say what a partner has not acknowledged, and since when."""
    waiting = link.sent - link.acknowledged
    if waiting <= 0:
        return
    late = now - (receipt or 0) > LATE
    params = {"partner": link.partner, "n": waiting}
    if receipt is None:
        yield Finding(
            "links",
            "look" if late else "well",
            _("Entries that wait for {partner}: {n}. It has never sent a receipt."),
            params,
        )
    else:
        yield Finding(
            "links",
            "look" if late else "well",
            _("Entries that wait for {partner}: {n}. Its last receipt came at {at}."),
            {**params, "at": format_instant(receipt)},
        )
