"""The acts by which officers approve what goes, alone or two together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from cordiale.platform.clock import Instant
from cordiale.platform.errors import Conflict, NotAllowed, NotFound
from cordiale.platform.languages import _
from cordiale.release.mandate import Act
from cordiale.release.partnership import Query
from cordiale.release.records.transaction import Transaction

_ACT = """SELECT a.id, a."to", a.officer, a.at, a.query, a.second, a.until, a.withdrawn_by"""

_ACTS_BY_QUERY = f"""
    {_ACT}, NULL FROM release_act a WHERE a.query IS NOT NULL AND a.withdrawn_by IS NULL
"""

_ACTS_NAMING = f"""
    {_ACTS_BY_QUERY} UNION ALL
    {_ACT}, o.object_id FROM release_act_object o JOIN release_act a ON a.id = o.act
    WHERE a.withdrawn_by IS NULL
"""

_SIGNED = f"""
    {_ACT}, coalesce(a.reason, ''), a.second_at, a.withdrawn_by, a.withdrawn_at FROM release_act a
    WHERE a.at < ? AND a.id LIKE ? ORDER BY a.at DESC, a.id LIMIT ?
"""

_FOREVER = (1 << 63) - 1


class Signed(msgspec.Struct, frozen=True):
    """One approval with all that was said when it was given, confirmed and withdrawn."""

    act: Act
    reason: str
    second_at: Instant | None
    withdrawn_by: str | None
    withdrawn_at: Instant | None


def record_act(tx: Transaction, act: Act, reason: str = "") -> None:
    """Record an officer's approval."""
    tx.run(
        """
        INSERT INTO release_act (id, "to", officer, at, query, reason, until, second, second_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        act.id,
        _dump(act.to),
        act.officer,
        act.at,
        None if act.where is None else _dump(act.where),
        reason,
        act.until,
        act.second,
        act.at if act.second else None,
    )
    named = [(object_id, act.id) for object_id in sorted(act.ids)]
    tx.many("INSERT INTO release_act_object (object_id, act) VALUES (?, ?)", named)


def confirm_act(tx: Transaction, act_id: str, second: str, at: Instant) -> Act:
    """Record the second officer of an act and return it.

    Raises NotFound, NotAllowed when it is the same officer, Conflict when it is withdrawn or confirmed already.
    """
    act = read_act(tx, act_id)
    if act.officer == second:
        raise NotAllowed(
            "same-officer",
            _("Act {act} needs a second officer: {officer} cannot be both."),
            act=act_id,
            officer=second,
        )
    if act.second is not None or act.withdrawn:
        raise Conflict(
            "act-settled", _("Act {act} is withdrawn or has its second officer already."), act=act_id
        )
    tx.run("UPDATE release_act SET second = ?, second_at = ? WHERE id = ?", second, at, act_id)
    return msgspec.structs.replace(act, second=second)


def withdraw_act(tx: Transaction, act_id: str, by: str, at: Instant) -> Act:
    """Withdraw an approval and return it; what it let go before is for a recall. Raises NotFound."""
    act = read_act(tx, act_id)
    if not act.withdrawn:
        tx.run("UPDATE release_act SET withdrawn_by = ?, withdrawn_at = ? WHERE id = ?", by, at, act_id)
    return msgspec.structs.replace(act, withdrawn=True)


def read_act(tx: Transaction, act_id: str) -> Act:
    """Return one act with all its ids; raises NotFound."""
    row = tx.row(f"{_ACT} FROM release_act a WHERE a.id = ?", act_id)
    if row is None:
        raise NotFound("no-act", _("There is no act {act}."), act=act_id)
    ids = tx.rows("SELECT object_id FROM release_act_object WHERE act = ?", act_id)
    return _act(row, frozenset(object_id for (object_id,) in ids))


def signed_acts(tx: Transaction, limit: int, before: Instant = _FOREVER, only: str = "%") -> list[Signed]:
    """Return approvals with all their ids, newest first, withdrawn ones too; `before` goes on with an earlier list."""
    listed = tx.rows(_SIGNED, before, only, limit)
    ids = "SELECT object_id FROM release_act_object WHERE act = ?"
    return [Signed(_act(row, frozenset(i for (i,) in tx.rows(ids, row[0]))), *row[8:]) for row in listed]


def acts_by_query(tx: Transaction) -> list[Act]:
    """Return the approvals by query that are not withdrawn, oldest first."""
    return _acts(tx.rows(_ACTS_BY_QUERY))


def acts_about(tx: Transaction, object_ids: Iterable[str] | None = None) -> list[Act]:
    """Return the approvals that may cover these objects: every one by query, and those that name one of the ids.

    Their `ids` hold only what was asked about; None asks about every object. Withdrawn acts are left out.
    """
    if object_ids is None:
        return _acts(tx.rows(_ACTS_NAMING))
    return _acts(tx.rows(f"{_ACTS_NAMING} AND o.object_id IN TEXTS(?)", sorted(set(object_ids))))


def _acts(rows: Iterable[Sequence[Any]]) -> list[Act]:
    """Return the acts of rows that end with an object each names, oldest first."""
    found: dict[str, Sequence[Any]] = {}
    named: dict[str, set[str]] = {}
    for row in rows:
        found[row[0]] = row
        named.setdefault(row[0], set()).update(row[8:] if row[8] is not None else ())
    acts = [_act(row, frozenset(named[act_id])) for act_id, row in found.items()]
    return sorted(acts, key=lambda act: (act.at, act.id))


def _act(row: Sequence[Any], ids: frozenset[str]) -> Act:
    act_id, to, officer, at, query, second, until, withdrawn_by = row[:8]
    return Act(
        id=act_id,
        to=msgspec.json.decode(to, type=tuple[str, ...]),
        officer=officer,
        at=at,
        ids=ids,
        where=None if query is None else msgspec.json.decode(query, type=Query),
        second=second,
        until=until,
        withdrawn=withdrawn_by is not None,
    )


def _dump(value: Any) -> str:
    return msgspec.json.encode(value).decode()
