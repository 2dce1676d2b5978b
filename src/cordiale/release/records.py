"""The rules applied, the acts of officers, the exceptions, and the log of decisions: tables and queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from cordiale.platform.clock import Instant
from cordiale.platform.errors import Conflict, NotAllowed, NotFound
from cordiale.platform.languages import _
from cordiale.release.mandate import Act, Exemption
from cordiale.release.marking import Marking, from_text, text_of
from cordiale.release.partnership import Query, Rules
from cordiale.release.rules import parse

metadata = sa.MetaData()

rules_table = sa.Table(
    "release_rules",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("partnership", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

act_table = sa.Table(
    "release_act",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("to", sa.Text, nullable=False),
    sa.Column("officer", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("query", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("second", sa.Text),
    sa.Column("second_at", sa.BigInteger),
    sa.Column("withdrawn_by", sa.Text),
    sa.Column("withdrawn_at", sa.BigInteger),
)

act_object_table = sa.Table(
    "release_act_object",
    metadata,
    sa.Column("object_id", sa.Text, primary_key=True),
    sa.Column("act", sa.Text, sa.ForeignKey("release_act.id"), primary_key=True),
)

exception_table = sa.Table(
    "release_exception",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("object_id", sa.Text, nullable=False, index=True),
    sa.Column("to", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("second", sa.Text),
    sa.Column("lifted_by", sa.Text),
    sa.Column("lifted_at", sa.BigInteger),
)

decision_table = sa.Table(
    "release_decision",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("marking", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("rules_version", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

AT_ONCE = 500
"""Parameters in one statement: below the least limit of the databases we use."""


class Applied(msgspec.Struct, frozen=True):
    """One version of the rules that was put in force, by whom and when."""

    rules: Rules
    by: str
    at: Instant


class Verdict(msgspec.Struct, frozen=True):
    """One line of the decision log."""

    marking: Marking
    recipient: str
    rules_version: str
    code: str
    at: Instant = 0


def apply_rules(connection: Connection, rules: Rules, by: str, at: Instant) -> None:
    """Put rules in force for their partnership; earlier ones stay on record."""
    values = {
        "partnership": rules.partnership,
        "version": rules.version,
        "text": rules.text,
        "by": by,
        "at": at,
    }
    connection.execute(rules_table.insert().values(values))


def current_texts(connection: Connection) -> list[tuple[str, str]]:
    """Return the text of the rules in force by partnership, unparsed, for callers that remember what they parsed."""
    last = sa.select(sa.func.max(rules_table.c.number)).group_by(rules_table.c.partnership)
    chosen = sa.select(rules_table.c.partnership, rules_table.c.text).where(rules_table.c.number.in_(last))
    return [(row.partnership, row.text) for row in connection.execute(chosen.order_by(rules_table.c.number))]


def current_rules(connection: Connection) -> dict[str, Applied]:
    """Return the rules in force by partnership."""
    last = sa.select(sa.func.max(rules_table.c.number)).group_by(rules_table.c.partnership)
    rows = connection.execute(rules_table.select().where(rules_table.c.number.in_(last)))
    return {row.partnership: Applied(parse(row.text, row.partnership), row.by, row.at) for row in rows}


def rules_history(connection: Connection, partnership: str) -> list[Applied]:
    """Return all rules ever in force for a partnership, oldest first."""
    query = (
        rules_table.select().where(rules_table.c.partnership == partnership).order_by(rules_table.c.number)
    )
    return [Applied(parse(row.text, partnership), row.by, row.at) for row in connection.execute(query)]


def state(connection: Connection) -> str:
    """Name the state of rules, acts and exceptions; it changes with every change of them."""
    parts = [
        sa.select(sa.func.coalesce(sa.func.max(rules_table.c.number), 0)).scalar_subquery(),
        sa.select(sa.func.count()).select_from(act_table).scalar_subquery(),
        sa.select(sa.func.count(act_table.c.second)).scalar_subquery(),
        sa.select(sa.func.count(act_table.c.withdrawn_by)).scalar_subquery(),
        sa.select(sa.func.count()).select_from(exception_table).scalar_subquery(),
        sa.select(sa.func.count(exception_table.c.lifted_by)).scalar_subquery(),
    ]
    return "-".join(str(n) for n in connection.execute(sa.select(*parts)).one())


def record_act(connection: Connection, act: Act, reason: str = "") -> None:
    """Record an officer's approval."""
    values = {
        "id": act.id,
        "to": _dump(act.to),
        "officer": act.officer,
        "at": act.at,
        "query": None if act.where is None else _dump(act.where),
        "reason": reason,
        "until": act.until,
        "second": act.second,
        "second_at": act.at if act.second else None,
    }
    connection.execute(act_table.insert().values(values))
    if act.ids:
        connection.execute(
            act_object_table.insert(), [{"object_id": i, "act": act.id} for i in sorted(act.ids)]
        )


def confirm_act(connection: Connection, act_id: str, second: str, at: Instant) -> Act:
    """Record the second officer of an act and return it.

    Raises NotFound, NotAllowed when it is the same officer, Conflict when it is withdrawn or confirmed already.
    """
    act = read_act(connection, act_id)
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
    change = act_table.update().where(act_table.c.id == act_id).values(second=second, second_at=at)
    connection.execute(change)
    return msgspec.structs.replace(act, second=second)


def withdraw_act(connection: Connection, act_id: str, by: str, at: Instant) -> Act:
    """Withdraw an approval and return it; what it let go before is for a recall. Raises NotFound."""
    act = read_act(connection, act_id)
    if not act.withdrawn:
        change = act_table.update().where(act_table.c.id == act_id).values(withdrawn_by=by, withdrawn_at=at)
        connection.execute(change)
    return msgspec.structs.replace(act, withdrawn=True)


def read_act(connection: Connection, act_id: str) -> Act:
    """Return one act with all its ids; raises NotFound."""
    row = connection.execute(act_table.select().where(act_table.c.id == act_id)).first()
    if row is None:
        raise NotFound("no-act", _("There is no act {act}."), act=act_id)
    query = sa.select(act_object_table.c.object_id).where(act_object_table.c.act == act_id)
    return _act(row, frozenset(connection.execute(query).scalars()))


def acts_by_query(connection: Connection) -> list[Act]:
    """Return the approvals by query that are not withdrawn, oldest first."""
    query = act_table.select().where(act_table.c.query.is_not(None), act_table.c.withdrawn_by.is_(None))
    return [
        _act(row, frozenset()) for row in connection.execute(query.order_by(act_table.c.at, act_table.c.id))
    ]


def acts_about(connection: Connection, object_ids: Iterable[str] | None = None) -> list[Act]:
    """Return the approvals that may cover these objects: every one by query, and those that name one of the ids.

    Their `ids` hold only what was asked about; None asks about every object. Withdrawn acts are left out.
    """
    named: dict[str, set[str]] = {}
    t = act_object_table.c
    if object_ids is None:
        for row in connection.execute(sa.select(t.act, t.object_id)):
            named.setdefault(row.act, set()).add(row.object_id)
    else:
        for some in _batches(sorted(set(object_ids))):
            for row in connection.execute(sa.select(t.act, t.object_id).where(t.object_id.in_(some))):
                named.setdefault(row.act, set()).add(row.object_id)
    found = {act.id: act for act in acts_by_query(connection)}
    for some in _batches(sorted(named)):
        query = act_table.select().where(act_table.c.id.in_(some), act_table.c.withdrawn_by.is_(None))
        found |= {row.id: _act(row, frozenset(named[row.id])) for row in connection.execute(query)}
    return sorted(found.values(), key=lambda act: (act.at, act.id))


def record_exception(connection: Connection, exemption: Exemption) -> int:
    """Record an exception and return its number."""
    values = msgspec.structs.asdict(exemption)
    number = exception_table.c.number
    return int(connection.execute(exception_table.insert().values(values).returning(number)).scalar_one())


def lift_exceptions(connection: Connection, object_id: str, to: str, by: str, at: Instant) -> int:
    """Lift what stands for an object and recipient; returns how many exceptions that were."""
    t = exception_table.c
    change = exception_table.update().where(t.object_id == object_id, t.to == to, t.lifted_by.is_(None))
    return connection.execute(change.values(lifted_by=by, lifted_at=at)).rowcount


def end_holds(connection: Connection, at: Instant) -> list[str]:
    """Lift the holds whose time is over; return the ids of their objects."""
    t = exception_table.c
    over = sa.and_(t.kind == "hold", t.lifted_by.is_(None), t.until <= at)
    found = list(connection.execute(sa.select(t.object_id).where(over).order_by(t.number)).scalars())
    connection.execute(exception_table.update().where(over).values(lifted_by="until", lifted_at=at))
    return found


def exceptions_about(connection: Connection, object_ids: Iterable[str] | None = None) -> list[Exemption]:
    """Return the exceptions in force about these objects, oldest first; None asks about every object."""
    base = (
        exception_table.select()
        .where(exception_table.c.lifted_by.is_(None))
        .order_by(exception_table.c.number)
    )
    if object_ids is None:
        return [_exemption(row) for row in connection.execute(base)]
    found = []
    for some in _batches(sorted(set(object_ids))):
        found += [
            _exemption(row) for row in connection.execute(base.where(exception_table.c.object_id.in_(some)))
        ]
    return sorted(found, key=lambda exemption: exemption.at)


def log_decisions(connection: Connection, verdicts: Iterable[Verdict], at: Instant) -> int:
    """Add verdicts that are not on the log yet, each chained to the one before; returns how many were new."""
    fresh = {_digest(verdict): verdict for verdict in verdicts}
    for some in _batches(list(fresh)):
        query = sa.select(decision_table.c.digest).where(decision_table.c.digest.in_(some))
        for digest in connection.execute(query).scalars():
            fresh.pop(bytes(digest), None)
    last = connection.execute(
        sa.select(decision_table.c.hash).order_by(decision_table.c.number.desc()).limit(1)
    )
    chain = bytes(last.scalar() or bytes(32))
    rows = []
    for digest, verdict in fresh.items():
        chain = _chained(chain, digest, at)
        rows.append(
            {
                "at": at,
                "marking": text_of(verdict.marking),
                "recipient": verdict.recipient,
                "rules_version": verdict.rules_version,
                "code": verdict.code,
                "digest": digest,
                "hash": chain,
            }
        )
    if rows:
        connection.execute(decision_table.insert(), rows)
    return len(rows)


def decisions(connection: Connection, recipient: str | None = None) -> list[Verdict]:
    """Return the decision log in order, of one recipient or of all."""
    query = decision_table.select().order_by(decision_table.c.number)
    if recipient is not None:
        query = query.where(decision_table.c.recipient == recipient)
    return [_verdict(row) for row in connection.execute(query)]


def first_broken_decision(connection: Connection) -> int | None:
    """Return the number of the first line of the decision log that was altered or follows a lost one, None if whole."""
    chain = bytes(32)
    for row in connection.execute(decision_table.select().order_by(decision_table.c.number)):
        chain = _chained(chain, _digest(_verdict(row)), row.at)
        if chain != bytes(row.hash):
            return int(row.number)
    return None


def _verdict(row: sa.Row[Any]) -> Verdict:
    return Verdict(from_text(row.marking), row.recipient, row.rules_version, row.code, row.at)


def _digest(verdict: Verdict) -> bytes:
    fields = (text_of(verdict.marking), verdict.recipient, verdict.rules_version, verdict.code)
    return sha256(msgspec.json.encode(fields)).digest()


def _chained(chain: bytes, digest: bytes, at: Instant) -> bytes:
    return sha256(chain + digest + at.to_bytes(8, "big", signed=True)).digest()


def _act(row: sa.Row[Any], ids: frozenset[str]) -> Act:
    return Act(
        id=row.id,
        to=msgspec.json.decode(row.to, type=tuple[str, ...]),
        officer=row.officer,
        at=row.at,
        ids=ids,
        where=None if row.query is None else msgspec.json.decode(row.query, type=Query),
        second=row.second,
        until=row.until,
        withdrawn=row.withdrawn_by is not None,
    )


def _exemption(row: sa.Row[Any]) -> Exemption:
    return Exemption(row.object_id, row.to, row.kind, row.by, row.at, row.until, row.second)


def _dump(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _batches(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[i : i + AT_ONCE] for i in range(0, len(items), AT_ONCE))
