"""What a partner would see, exactly, and why not the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson
from msgspec import structs

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import PartnerPreview, TableView, Withheld
from cordiale.desk.equivalence import unsigned, view
from cordiale.desk.partnerships import partnership, partnerships
from cordiale.desk.summary import name_of
from cordiale.desk.views.reading import readable
from cordiale.desk.visible import unknown, visible
from cordiale.desk.why import chip, reason
from cordiale.exchange.cut.why import overview
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partnership
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

EXAMPLES = 3
NAMED = 500
"""Most objects called by their names in one answer."""


def preview(
    desk: Desk,
    actor: Actor,
    *,
    partner: str | None = None,
    ids: Sequence[str] | None = None,
) -> list[PartnerPreview]:
    """Return, for one partner or each, what it has, what it would get and what is withheld by reason.

    With `ids` only those objects are judged, one line each. Raises NotFound for an unknown
    partner or an object the actor does not see.
    """
    authorise(actor, "preview")
    with desk.store.read() as tx:
        chosen = (
            [partnership(tx, partner, desk.node)] if partner else list(partnerships(tx, desk.node).values())
        )
        seen = visible(tx, desk, actor)
        for stix_id in ids or ():
            if not versions.get(tx, stix_id, seen):
                raise unknown(stix_id)
        answers = [
            _of_ids(tx, desk, one, ids) if ids is not None else _of_all(tx, desk, one, seen) for one in chosen
        ]
        answers = [_with_names(tx, desk, actor, answer, seen) for answer in answers]
    audit.read(desk, actor, "preview", partner=partner, ids=list(ids or ()))
    return answers


def _with_names(
    tx: Transaction, desk: Desk, actor: Actor, answer: PartnerPreview, seen: Visible
) -> PartnerPreview:
    """Call objects that are named by what this reader may read of them."""
    ids = {i for part in answer.reasons for i in part.examples} | {item.id for item in answer.items}
    names = {}
    for stix_id in sorted(ids)[:NAMED]:
        for row in readable(tx, desk, actor, versions.get(tx, stix_id, seen)[:1], seen):
            name = name_of(orjson.loads(row.raw)) if row.raw else ""
            if name:
                names[stix_id] = name
    return structs.replace(answer, names=names)


def tables(desk: Desk, actor: Actor) -> dict[str, tuple[TableView, ...]]:
    """Return, by partner, the tables of equivalences with its nation that are not signed by both."""
    authorise(actor, "preview")
    with desk.store.read() as tx:
        return {name: tables_of(one) for name, one in partnerships(tx, desk.node).items()}


def _of_all(tx: Transaction, desk: Desk, one: Partnership, seen: Visible) -> PartnerPreview:
    # the counts by marking of the whole store would count what a reader does not see as well
    found = overview(tx, desk.home, one, desk.clock(), examples=EXAMPLES, seen=seen)
    withheld = tuple(
        Withheld(reason=reason(part.reason), count=part.count, examples=part.examples)
        for part in found.withheld
    )
    awaiting = sum(part.count for part in withheld if part.reason.code in AWAITING)
    return PartnerPreview(
        partner=one.partner.node,
        total=found.total,
        verbatim=found.verbatim,
        tear_lines=found.tear_lines,
        withheld=sum(part.count for part in withheld),
        released=found.verbatim + found.tear_lines,
        awaiting_act=awaiting,
        reasons=withheld,
        tables=tables_of(one),
    )


def _of_ids(tx: Transaction, desk: Desk, one: Partnership, ids: Sequence[str]) -> PartnerPreview:
    chips = tuple(chip(tx, desk, one, stix_id) for stix_id in ids)
    forms = [found.form for found in chips]
    by_reason: dict[str, list[int]] = {}
    for place, found in enumerate(chips):
        if found.form == "withheld" and found.reason is not None:
            by_reason.setdefault(found.reason.code, []).append(place)
    withheld = []
    for places in by_reason.values():
        first = chips[places[0]].reason
        if first is not None:
            examples = tuple(ids[place] for place in places[:EXAMPLES])
            withheld.append(Withheld(reason=first, count=len(places), examples=examples))
    return PartnerPreview(
        partner=one.partner.node,
        total=len(chips),
        verbatim=forms.count("verbatim"),
        tear_lines=forms.count("tear-line"),
        withheld=forms.count("withheld"),
        released=sum(1 for found in chips if found.released_at is not None),
        awaiting_act=sum(1 for found in chips if found.reason is not None and found.reason.code in AWAITING),
        reasons=tuple(withheld),
        items=chips,
        tables=tables_of(one),
    )


def tables_of(one: Partnership) -> tuple[TableView, ...]:
    """Return the tables with this partner's nation that are not signed by both."""
    concerned = (table for table in unsigned(one.rules) if one.recipient.nation in table.between)
    return tuple(view(one.rules, table, ()) for table in concerned)


AWAITING = frozenset({"approval-needed", "second-officer-needed"})
"""Reasons that an officer's act would remove."""
