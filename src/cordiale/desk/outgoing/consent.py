"""Ask originators for consent, and answer those who ask us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.outgoing.recall import seen_by
from cordiale.desk.visible import unknown, visible
from cordiale.exchange.originator import consent as exchange
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.records import consents as records
from cordiale.platform.errors import InputError, NotFound
from cordiale.platform.languages import _
from cordiale.release.consent import Item
from cordiale.release.partnership import Query
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partner
    from cordiale.exchange.records.consents import ConsentRow
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible


class ConsentView(Answer, frozen=True, kw_only=True):
    """One request for consent: who asks whom, for which recipient, and what became of it.

    `direction` is asked (by us) or answering (we are asked); `state` is waiting, asked, granted, refused, withdrawn
    or ended. `objects` counts what is named, `ours` how much of that this node stated itself.
    """

    id: str
    direction: str
    partner: str
    to: str
    state: str
    objects: int
    ours: int = 0
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    derived: bool = False
    until: int | None = None
    reason: str = ""
    by: str = ""
    at: int = 0
    answered_by: str | None = None
    answered_at: int | None = None
    statement: str = ""


def consent_ask(
    desk: Desk,
    actor: Actor,
    *,
    to: str,
    ids: Sequence[str] = (),
    of: str | None = None,
    types: Sequence[str] = (),
    labels: Sequence[str] = (),
    pinned: bool = False,
    derived: bool = False,
    until: int | None = None,
    reason: str = "",
) -> list[ConsentView]:
    """Ask the originators of objects to let them go to one more recipient; one request an originator, and a thousand objects.

    With `types` or `labels` one originator (`of`) is asked for all it controls that they describe, later objects
    included. `pinned` asks for the versions of the moment alone. Raises NotFound for an object the actor does not see,
    InputError for one that nobody else controls.
    """
    authorise(actor, "consent")
    named(actor, "consent ask")
    now = desk.clock()
    done: list[ConsentRow] = []
    with desk.store.write() as tx:
        asked = _by_originator(tx, desk, actor, ids, pinned) if ids else {str(of or ""): []}
        for name, items in sorted(asked.items()):
            partner = _partner(tx, of or name)
            where = None if items else Query(type=tuple(types), labels=tuple(labels))
            done += exchange.ask(
                tx,
                desk.home,
                partner,
                to=to,
                items=items,
                where=where,
                derived=derived,
                until=until,
                reason=reason,
                by=actor.name,
                now=now,
            )
        found = [_view(tx, desk, row) for row in done]
        audit.acted(tx, desk, actor, "consent-ask", to=to, ids=list(ids), requests=[row.id for row in done])
    desk.wake()
    return found


def _by_originator(
    tx: Transaction, desk: Desk, actor: Actor, ids: Sequence[str], pinned: bool
) -> dict[str, list[Item]]:
    """Sort objects by who controls them."""
    seen = visible(tx, desk, actor)
    found: dict[str, list[Item]] = {}
    for stix_id in ids:
        rows = versions.get(tx, stix_id, seen)
        if not rows:
            raise unknown(stix_id)
        who = {
            atom.removeprefix("orcon:"): row
            for row in rows
            for atom in markings.atoms(tx, row.full_mid)
            if atom.startswith("orcon:") and atom != f"orcon:{desk.node}"
        }
        if not who:
            raise InputError(
                "consent.uncontrolled",
                _("{id} is under nobody else's control: no consent is needed. See: cordiale why {id}"),
                id=stix_id,
            ).at("ids")
        for name, row in who.items():
            found.setdefault(name, []).append(Item(stix_id, row.hash.hex() if pinned else ""))
    return found


def _partner(tx: Transaction, name: str) -> Partner:
    known = {one.node.lower(): one for one in partners.partners(tx) if one.keys and one.state == "confirmed"}
    found = known.get(name.lower())
    if found is None:
        raise NotFound(
            "consent.originator",
            _(
                "{name} is not a partner of this node: ask whoever gave you the object to ask them. Known: {known}."
            ),
            name=name or "–",
            known=", ".join(one.node for one in known.values()) or "–",
        )
    return found


def consent_answer(
    desk: Desk, actor: Actor, consent_id: str, state: str, *, until: int | None = None
) -> ConsentView:
    """Grant, refuse or withdraw a consent that a partner asked for, as a named person.

    A grant ends when asked, or sooner (`until`). Raises NotFound, Conflict when it was answered before.
    """
    authorise(actor, "consent")
    named(actor, "consent answer")
    with desk.store.write() as tx:
        row = exchange.answer(
            tx,
            desk.home,
            _whole_id(tx, consent_id, visible(tx, desk, actor)),
            state,
            actor.name,
            desk.clock(),
            until,
        )
        found = _view(tx, desk, row)
        audit.acted(tx, desk, actor, "consent-answer", consent=row.id, state=state, partner=found.partner)
    desk.wake()
    return found


def consent_list(desk: Desk, actor: Actor, *, waiting: bool = False) -> list[ConsentView]:
    """Return what was asked by us and of us, newest first; `waiting` leaves out what is answered.

    Somebody who does not see everything gets the requests of which they see every object.
    """
    authorise(actor, "consent-list")
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        rows = records.consents(tx, states=("waiting", "asked") if waiting else ())
        return [_view(tx, desk, row) for row in reversed(rows) if _open_to(tx, row, seen)]


def consent_show(desk: Desk, actor: Actor, consent_id: str) -> ConsentView:
    """Return one request with everything it names; raises NotFound."""
    authorise(actor, "consent-list")
    with desk.store.read() as tx:
        row = records.consent(tx, _whole_id(tx, consent_id, visible(tx, desk, actor)))
        assert row is not None
        return _view(tx, desk, row)


def _open_to(tx: Transaction, row: ConsentRow, seen: Visible) -> bool:
    items = msgspec.json.decode(row.items, type=tuple[Item, ...])
    return seen is None or seen_by(tx, (item.id for item in items), seen)


def _whole_id(tx: Transaction, beginning: str, seen: Visible) -> str:
    """Return the id that begins so; people copy the first part of it from a list."""
    wanted = beginning.strip().lower()
    found = [row.id for row in records.consents(tx) if row.id.startswith(wanted) and _open_to(tx, row, seen)]
    if len(set(found)) != 1 or len(beginning) < 4:
        raise NotFound(
            "consent.unknown-here",
            _("There is no consent {id}, or more than one begins so. See: cordiale consent list"),
            id=beginning[:80],
        )
    return found[0]


def _view(tx: Transaction, desk: Desk, row: ConsentRow) -> ConsentView:
    items = msgspec.json.decode(row.items, type=tuple[Item, ...])
    where = Query() if row.where is None else msgspec.json.decode(row.where, type=Query)
    known = {one.number: one.node for one in partners.partners(tx)}
    ours = 0
    if row.role == records.ANSWERING:
        ours = sum(
            any(held.source == desk.node for held in versions.get(tx, item.id, None)) for item in items
        )
    return ConsentView(
        id=row.id,
        direction=row.role,
        partner=known.get(row.pair, ""),
        to=row.to,
        state=row.state,
        objects=len(items),
        ours=ours,
        ids=tuple(item.id for item in items),
        types=where.type,
        labels=where.labels,
        derived=bool(row.derived),
        until=row.until,
        reason=row.reason,
        by=row.by,
        at=row.at,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        statement=(row.statement or b"").decode(),
    )
