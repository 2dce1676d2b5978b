"""What was asked back from partners, and what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import orjson

from cordiale.exchange import entry, records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.recall import expired
from cordiale.exchange.recall.demand import OUTCOMES, RECEIPT, Receipt
from cordiale.exchange.records.recalls import RecallRow
from cordiale.exchange.signing import open_statement, peek_statement, read_body
from cordiale.platform.errors import IntegrityError, NotFound
from cordiale.platform.languages import _
from cordiale.store.connection import Transaction

#: What a receipt says → the state of the recall at home. Nobody ever says "deleted there".
STATES: Final = {"done": "acknowledged", "in-use": "in-use", "cannot": "refused"}

#: Of the parts of one recall, the state that says most about what is still to be done.
_FIRST: Final = ("draft", "asked", "refused", "in-use", "acknowledged")


class Recall(msgspec.Struct, frozen=True):
    """Describe one recall to one partner, in however many messages it was sent.

    `state` is draft, asked, acknowledged, in-use or refused; `due` is when an answer is due, None from whom none can
    come. `parts` counts its messages and `answered` those with a receipt; `until`, `note`, `onward` and `products` are
    what the receipt says.
    """

    id: str
    partner: str
    action: str
    reason: str
    by: str
    at: int
    vids: tuple[int, ...]
    ids: tuple[str, ...]
    state: str
    answered_at: int | None = None
    outcome: str | None = None
    scope: str = "version"
    marking: str = ""
    due: int | None = None
    parts: int = 1
    answered: int = 0
    until: int | None = None
    note: str = ""
    onward: str = ""
    products: tuple[str, ...] = ()

    def at_instant(self, now: int) -> str:
        """Return the state at an instant: a partner whose answer is overdue is unreachable."""
        overdue = self.due is not None and now > self.due
        return "unreachable" if self.state == "asked" and overdue else self.state


def get(tx: Transaction, recall_id: str) -> Recall:
    """Return one recall with all its parts; raises NotFound."""
    row = records.recall(tx, recall_id)
    if row is None:
        raise NotFound("exchange.recall.unknown", _("There is no recall {id}."), id=recall_id)
    if row.whole is not None:
        return get(tx, row.whole)
    return _recall(tx, row, records.parts(tx, recall_id))


def recalls(tx: Transaction, *, partner: str | None = None, state: str | None = None) -> tuple[Recall, ...]:
    """List recalls, newest first."""
    number = records.partner(tx, partner).number if partner is not None else None
    parts: dict[str, list[RecallRow]] = {}
    rows = records.recalls(tx, number=number)
    for row in rows:
        if row.whole is not None:
            parts.setdefault(row.whole, []).append(row)
    found = (_recall(tx, row, parts.get(row.id, [])) for row in rows if row.whole is None)
    return tuple(one for one in found if state is None or one.state == state)


def _recall(tx: Transaction, row: RecallRow, more: Sequence[RecallRow]) -> Recall:
    partner = records.partner_numbered(tx, row.pair)
    rows = [row, *sorted(more, key=lambda part: part.number or 0)]
    state = min((part.state for part in rows), key=_FIRST.index)
    answered = [part for part in rows if part.answered_at is not None]
    said = [receipt for part in answered if (receipt := _said(part)) is not None]
    deciding = next((part for part in rows if part.state == state), row)
    return Recall(
        id=row.id,
        partner=partner.node if partner else "",
        action=row.action,
        reason=row.reason,
        by=row.confirmed_by or row.by,
        at=row.at,
        vids=tuple(vid for part in rows for vid in vids_of(part.vids)),
        ids=tuple(sorted({one for part in rows for one in orjson.loads(part.ids)})),
        state=state,
        answered_at=max((part.answered_at or 0 for part in answered), default=None),
        outcome=deciding.outcome,
        scope=row.scope or "version",
        marking=row.marking or "",
        due=row.due,
        parts=len(rows),
        answered=len(answered),
        until=max((one.until for one in said if one.until), default=None),
        note=" ".join(dict.fromkeys(one.note for one in said if one.note)),
        onward=_onward(said),
        products=tuple(sorted({name for one in said for name in one.products})),
    )


def _onward(said: Sequence[Receipt]) -> str:
    words = {one.onward for one in said}
    return next((word for word in ("refused", "asked", "acknowledged") if word in words), "")


def _said(row: RecallRow) -> Receipt | None:
    """Return what a kept receipt says; None for one that answers no recall."""
    if row.receipt is None:
        return None
    body, _signature = peek_statement(row.receipt, RECEIPT)
    try:
        return msgspec.json.decode(body, type=Receipt)
    except msgspec.MsgspecError:
        return None


def record_receipt(tx: Transaction, home: Home, partner: Partner, data: bytes, now: int) -> None:
    """Keep a partner's signed receipt beside the recall it answers; raises IntegrityError.

    A later receipt takes the place of an earlier one: what was in use is corrected, or those onward have answered.
    """
    body = open_statement(data, RECEIPT, partner.keys, home.verify)
    if expired.record(tx, home, partner, body, data, now):
        return
    receipt: Receipt = read_body(body, Receipt, RECEIPT)
    row = records.recall(tx, receipt.recall)
    if row is None or row.pair != partner.number or row.number is None or receipt.outcome not in OUTCOMES:
        raise IntegrityError(
            "exchange.recall.receipt",
            _("{node} answers a recall that was never sent to it."),
            node=partner.node,
        )
    before = _said(row)
    if before is not None and before.at > receipt.at:
        return  # an earlier word that arrives late
    records.save_recall(
        tx,
        receipt.recall,
        {"state": STATES[receipt.outcome], "outcome": receipt.outcome, "answered_at": now, "receipt": data},
    )


def vids_of(blob: bytes) -> list[int]:
    """Return the versions that a kept recall names."""
    return entry.read_numbers(blob).tolist()
