"""What a recall would concern, partner by partner, before anybody asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer, Summary
from cordiale.desk.outgoing.recall import with_members
from cordiale.desk.partnerships import partnership, partnerships
from cordiale.desk.summary import summary
from cordiale.desk.views.reading import readable
from cordiale.desk.visible import unknown, visible
from cordiale.exchange import records
from cordiale.exchange.recall.ledger import recalls
from cordiale.exchange.recall.sending import held_there
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.store import references, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partnership
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

TOGETHER: Final = 500
"""Most objects of one dry run."""

_REFERRERS: Final = 50


class WouldRecall(Answer, frozen=True, kw_only=True):
    """What one partner would be asked to take back.

    `objects` and `versions` count what it holds, `tear_lines` those of them that went redacted, `drafted` what waits in a
    draft already. `left` are objects it holds that refer to what goes. `confirms` says that a person is asked again,
    `assured` whether the partner answers with a receipt, `hours` how long it has for that.
    """

    partner: str
    objects: int
    versions: int
    types: dict[str, int]
    tear_lines: int
    drafted: int
    confirms: bool
    assured: bool
    hours: int
    left: tuple[Summary, ...] = ()


def recall_try(
    desk: Desk, actor: Actor, ids: Sequence[str], *, partner: str | None = None, members: bool = False
) -> list[WouldRecall]:
    """Return, for one partner or each that holds some of it, what a recall of these objects would concern.

    Nothing is changed. Raises NotFound for an object the actor does not see, InputError for none or too many.
    """
    authorise(actor, "recall")
    listed = list(dict.fromkeys(ids))
    if not listed or len(listed) > TOGETHER:
        raise InputError("recall-count", _("Choose 1 to {most} objects."), most=TOGETHER)
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        for stix_id in listed:
            if not versions.get(tx, stix_id, seen):
                raise unknown(stix_id)
        wanted = with_members(tx, listed, seen) if members else listed
        chosen = (
            [partnership(tx, partner, desk.node)] if partner else list(partnerships(tx, desk.node).values())
        )
        found = [_of(tx, desk, actor, one, wanted, seen) for one in chosen]
    audit.read(desk, actor, "recall-try", ids=listed, partner=partner)
    return [one for one in found if one.versions or one.drafted]


def _of(
    tx: Transaction, desk: Desk, actor: Actor, one: Partnership, wanted: Sequence[str], seen: Visible
) -> WouldRecall:
    there = held_there(tx, one.partner, (), wanted)
    waiting = {vid for draft in recalls(tx, partner=one.partner.node, state="draft") for vid in draft.vids}
    goes = [vid for vid in there if vid not in waiting]
    named = {found[0] for found in records.dated(tx, goes).values()}
    lines = records.tear_line_parents(tx, goes)
    return WouldRecall(
        partner=one.partner.node,
        objects=len(named),
        versions=len(goes),
        types=dict(sorted(Counter(i.partition("--")[0] for i in named).items())),
        tear_lines=len(lines),
        drafted=len(there) - len(goes),
        confirms=len(named) > max(1, one.rules.confirm_above),
        assured=one.partner.assurance == "node",
        hours=one.rules.answer_within // 3_600_000_000,
        left=_left(tx, desk, actor, one, wanted, seen) if goes else (),
    )


def _left(
    tx: Transaction, desk: Desk, actor: Actor, one: Partnership, wanted: Sequence[str], seen: Visible
) -> tuple[Summary, ...]:
    """Return what the partner holds that refers to what goes, and does not go itself."""
    held = records.held(tx, one.partner.number)
    rows = {}
    for stix_id in wanted[:_REFERRERS]:
        for row in references.referrers(tx, stix_id, seen, limit=_REFERRERS).rows:
            if row.id not in wanted and row.origin != "derived" and row.vid in held:
                rows[row.vid] = row
    return tuple(
        summary(tx, row) for row in readable(tx, desk, actor, list(rows.values())[:_REFERRERS], seen)
    )
