"""Partners: invite, add, confirm by words, list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import PartnerView
from cordiale.desk.partner.latency.view import latencies
from cordiale.exchange.partners import pairing as exchange
from cordiale.exchange.partners.invitation import FORMATS
from cordiale.exchange.restore import rejoin
from cordiale.exchange.visit.state import links
from cordiale.platform.errors import Conflict
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partner
    from cordiale.exchange.visit.state import Link
    from cordiale.store.connection import Transaction


def partner_invite(desk: Desk, actor: Actor, *, format: int = FORMATS[0]) -> bytes:
    """Return this node's invitation file, to hand to a partner; it holds nothing secret.

    Format 1 is for a partner whose node is of the release before; it names no TLS key.
    """
    authorise(actor, "partner")
    invitation = exchange.invite(desk.home, desk.clock(), format)
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "partner-invite")
    return invitation


def own_words(desk: Desk, lang: str, format: int = FORMATS[0]) -> tuple[str, ...]:
    """Return the eight words of this node, to be read aloud to a partner."""
    return exchange.own_words(desk.home, lang, format)


def partner_add(desk: Desk, actor: Actor, invitation: bytes) -> PartnerView:
    """Record the partner of an invitation file; nothing is exchanged until its words are confirmed.

    Raises InputError for what is not an invitation, Conflict for other keys than those confirmed.
    """
    authorise(actor, "partner")
    read = exchange.read_invitation(invitation, desk.home.verify)
    with desk.store.write() as tx:
        _refuse_suspended(tx, read.node)
        added = exchange.add(tx, desk.home, read, desk.clock())
        audit.acted(tx, desk, actor, "partner-add", partner=added.node)
    (desk.folder / "partners").mkdir(exist_ok=True)
    (desk.folder / "partners" / f"{added.node}.json").write_bytes(invitation)
    return view(added, None)


def partner_add_client(
    desk: Desk, actor: Actor, name: str, *, title: str = "", nation: str = "", organisation: str = ""
) -> PartnerView:
    """Record a partner that reads by plain TAXII 2.1; `partner_token` makes its token."""
    authorise(actor, "partner")
    with desk.store.write() as tx:
        made = exchange.add_client(tx, name, title, nation, organisation, desk.clock())
        audit.acted(tx, desk, actor, "partner-add-client", partner=made.node)
    return view(made, None)


def partner_confirm(desk: Desk, actor: Actor, name: str, words: Sequence[str] | str) -> PartnerView:
    """Confirm a partner by the words its people read aloud, in either language.

    Raises NotFound for an unknown partner and InputError when the words are others.
    """
    authorise(actor, "partner")
    named(actor, "partner confirm")
    heard = re.split(r"[\s,;-]+", words.strip()) if isinstance(words, str) else list(words)
    with desk.store.write() as tx:
        _refuse_suspended(tx, name)
        confirmed = exchange.confirm(tx, name, tuple(heard), actor.name, desk.clock())
        audit.acted(tx, desk, actor, "partner-confirm", partner=confirmed.node)
    desk.wake()
    return view(confirmed, None)


def _refuse_suspended(tx: Transaction, name: str) -> None:
    """Raise Conflict for a suspended partner: an invitation or its words must not end what an officer decided."""
    if any(one.node == name and one.state == "suspended" for one in exchange.partners(tx)):
        raise Conflict(
            "partner-suspended-now",
            _("Partner {name} is suspended: nothing is exchanged until cordiale partner resume {name}."),
            name=name,
        )


def partner_rejoin(desk: Desk, actor: Actor, name: str, *, unvisited: bool = False) -> PartnerView:
    """Serve a partner again after this node was restored from a copy.

    The act says that somebody made good what happened here since the copy: markings, holds, refusals and recalls.
    Raises Conflict while a partner was not visited since, unless `unvisited`.
    """
    authorise(actor, "partner")
    named(actor, "partner rejoin")
    with desk.store.write() as tx:
        known = exchange.partner(tx, name)
        rejoin.reopen(tx, desk.home, known, desk.clock(), unvisited=unvisited)
        audit.acted(tx, desk, actor, "partner-rejoin", partner=known.node, unvisited=unvisited)
        done = next(one for one in every(tx) if one.name == known.node)
    desk.wake()
    return done


def partner_list(desk: Desk, actor: Actor) -> list[PartnerView]:
    """Return every partner with the state of its link."""
    authorise(actor, "partner-list")
    with desk.store.read() as tx:
        found = every(tx)
        measured = latencies(tx, desk.clock())
    if actor.recipient is None:
        return [structs.replace(one, latency=measured.get(one.name, {})) for one in found]
    # entry numbers count objects, those this reader may not see among them
    return [structs.replace(one, sent=0, acknowledged=0, received=0) for one in found]


def partner_titles(desk: Desk, actor: Actor) -> dict[str, str]:
    """Return what partners are called by name; nothing of their links is read."""
    authorise(actor, "partner-list")
    with desk.store.read() as tx:
        return {one.node: one.title or one.node for one in exchange.partners(tx)}


def every(tx: Transaction) -> list[PartnerView]:
    """Return every partner as people see it."""
    state = {link.partner: link for link in links(tx)}
    return [view(one, state.get(one.node)) for one in exchange.partners(tx)]


def view(partner: Partner, link: Link | None) -> PartnerView:
    """Return one partner with its words in both languages and the state of its link."""
    failed = link is not None and link.state not in ("up", "new")
    return PartnerView(
        name=partner.node,
        title=partner.title,
        nation=partner.nation,
        organisation=partner.organisation,
        url=partner.url,
        state=partner.state,
        assurance=partner.assurance,
        words=exchange.words_of(partner, "en"),
        words_fr=exchange.words_of(partner, "fr"),
        link=link.state if link else "new",
        last_contact=link.last_contact if link else None,
        last_error=link.message_id if link and failed else None,
        error_params=dict(link.params) if link and failed else {},
        failures=link.failures if link else 0,
        sent=link.sent if link else 0,
        acknowledged=link.acknowledged if link else 0,
        received=link.received if link else 0,
        clock_difference=link.clock_difference if link else None,
    )
