"""Show everything the reader may see about one id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Chip, ReferenceView, Shown, Statement
from cordiale.desk.partner.compromise import doubtful_sources
from cordiale.desk.summary import name_of, summary
from cordiale.desk.views.attached import views
from cordiale.desk.views.reading import in_part, mentioned, readable
from cordiale.desk.visible import unknown, visible
from cordiale.desk.why import chips_of, may_see_partners
from cordiale.store import markings, references, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row, Visible

REFERRERS = 200
"""Most referring objects named on one page."""


def show(desk: Desk, actor: Actor, stix_id: str, *, around: bool = True) -> Shown:
    """Return each source's statement about an id, its references both ways, files and partners.

    Without `around` what refers to it is left out, for whoever asks for that in another way. Raises NotFound in the same words for what is not held and what the reader may not see.
    """
    authorise(actor, "show")
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        rows = versions.get(tx, stix_id, seen)
        if not rows:
            raise unknown(stix_id)
        rows = readable(tx, desk, actor, rows, seen)
        history = versions.get(tx, stix_id, seen, history=True)
        vids = [row.vid for row in rows] if may_see_partners(desk, actor) else []
        doubts = doubtful_sources(tx, vids)
        shown = Shown(
            id=stix_id,
            statements=tuple(_statement(tx, row, history, doubts.get(row.vid, ())) for row in rows),
            refers_to=_targets(tx, desk, actor, rows, seen),
            referred_by=_referrers(tx, desk, actor, stix_id, seen) if around else (),
            attachments=views(tx, desk, actor, stix_id),
            partners=_chips(tx, desk, actor, stix_id),
        )
    audit.read(desk, actor, "show", id=stix_id)
    return shown


def _statement(tx: Transaction, row: Row, history: list[Row], doubtful: tuple[str, ...]) -> Statement:
    value: dict[str, Any] = orjson.loads(row.raw) if row.raw else {"type": row.type, "id": row.id}
    return Statement(
        summary=summary(tx, row),
        version=row.hash.hex(),
        value=value,
        base_marking=tuple(sorted(markings.atoms(tx, row.base_mid))),
        full_marking=() if in_part(row) else tuple(sorted(markings.atoms(tx, row.full_mid))),
        effective_marking=tuple(sorted(markings.atoms(tx, row.effective_mid))),
        # how often a hidden part changed is hidden as well
        versions=1 if in_part(row) else sum(1 for version in history if version.source == row.source),
        restricted=in_part(row),
        doubtful=doubtful,
    )


def _targets(
    tx: Transaction, desk: Desk, actor: Actor, rows: list[Row], seen: Visible
) -> tuple[ReferenceView, ...]:
    named = references.targets_of(tx, [row.vid for row in rows], seen)
    links = [link for row in rows for link in named.get(row.vid, ()) if mentioned(row, link.target)]
    held = versions.of_ids(tx, {link.target for link in links}, seen)
    read = {row.id: row for row in readable(tx, desk, actor, [found[0] for found in held.values()], seen)}
    views = {
        (link.path, link.target): _view(tx, link.path, read[link.target])
        for link in links
        if link.target in read
    }
    return tuple(views.values())


def _referrers(
    tx: Transaction, desk: Desk, actor: Actor, stix_id: str, seen: Visible
) -> tuple[ReferenceView, ...]:
    page = references.referrers(tx, stix_id, seen, limit=REFERRERS)
    rows = [row for row in readable(tx, desk, actor, page.rows, seen) if mentioned(row, stix_id)]
    named = references.targets_of(tx, [row.vid for row in rows], seen)
    found = []
    for row in rows:
        paths = [link.path for link in named.get(row.vid, ()) if link.target == stix_id]
        found.append(_view(tx, paths[0] if paths else "", row))
    return tuple(found)


def _view(tx: Transaction, path: str, row: Row) -> ReferenceView:
    name = name_of(orjson.loads(row.raw)) if row.raw else ""
    # the name may stand under a granular marking; what is read in part holds nothing of those
    marking = markings.atoms(tx, row.effective_mid if in_part(row) else row.full_mid)
    return ReferenceView(path=path, id=row.id, type=row.type, name=name, marking=tuple(sorted(marking)))


def _chips(tx: Transaction, desk: Desk, actor: Actor, stix_id: str) -> tuple[Chip, ...]:
    """Say what each partner has: only to people of this node who may preview."""
    if not may_see_partners(desk, actor):
        return ()
    return chips_of(tx, desk, stix_id)
