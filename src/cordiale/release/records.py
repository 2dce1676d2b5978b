"""The rules applied, the acts of officers, the exceptions, and the log of decisions: tables and queries."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from hashlib import sha256
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa

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

_RULES = """
    SELECT partnership, text, "by", at FROM release_rules
    WHERE number IN (SELECT max(number) FROM release_rules GROUP BY partnership) ORDER BY number
"""

_HISTORY = 'SELECT text, "by", at FROM release_rules WHERE partnership = ? ORDER BY number'

_STATE = """
    SELECT (SELECT coalesce(max(number), 0) FROM release_rules), count(*), count(second), count(withdrawn_by),
        (SELECT count(*) FROM release_exception), (SELECT count(lifted_by) FROM release_exception)
    FROM release_act
"""

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

_EXCEPTIONS = """
    SELECT object_id, "to", kind, "by", at, until, second FROM release_exception WHERE lifted_by IS NULL
"""

_ENDED = "kind = 'hold' AND lifted_by IS NULL AND until <= ?"

_DECISIONS = "SELECT marking, recipient, rules_version, code, at, number, hash FROM release_decision"


class Transaction(Protocol):
    """What this room needs of a store's transaction: its statements, with `?` for parameters."""

    def rows(self, statement: str, /, *params: Any) -> list[Any]:
        """Run a query and return all its rows."""

    def row(self, statement: str, /, *params: Any) -> Any:
        """Run a query and return its first row, or None."""

    def run(self, statement: str, /, *params: Any) -> int:
        """Run a statement and return how many rows it touched."""

    def many(self, statement: str, rows: Sequence[Any]) -> None:
        """Run a statement once for each row of parameters."""

    def known(self, fact: Hashable) -> Any:
        """Return what this process learnt of something stored for good, None if nothing."""

    def learn(self, fact: Hashable, value: Any = True) -> None:
        """Remember, once the transaction commits, something stored for good."""


class Applied(msgspec.Struct, frozen=True):
    """One version of the rules that was put in force, by whom and when."""

    rules: Rules
    by: str
    at: Instant


class Signed(msgspec.Struct, frozen=True):
    """One approval with all that was said when it was given, confirmed and withdrawn."""

    act: Act
    reason: str
    second_at: Instant | None
    withdrawn_by: str | None
    withdrawn_at: Instant | None


class Verdict(msgspec.Struct, frozen=True):
    """One line of the decision log."""

    marking: Marking
    recipient: str
    rules_version: str
    code: str
    at: Instant = 0


def apply_rules(tx: Transaction, rules: Rules, by: str, at: Instant) -> None:
    """Put rules in force for their partnership; earlier ones stay on record."""
    sql = 'INSERT INTO release_rules (partnership, version, text, "by", at) VALUES (?, ?, ?, ?, ?)'
    tx.run(sql, rules.partnership, rules.version, rules.text, by, at)


def current_texts(tx: Transaction) -> list[tuple[str, str]]:
    """Return the text of the rules in force by partnership, unparsed, for callers that remember what they parsed."""
    last = tx.row("SELECT max(number) FROM release_rules")[0]
    found: list[tuple[str, str]] | None = tx.known(("rules in force", last))
    if found is None:
        found = [(partnership, text) for partnership, text, _by, _at in tx.rows(_RULES)]
        tx.learn(("rules in force", last), found)
    return found


def current_rules(tx: Transaction) -> dict[str, Applied]:
    """Return the rules in force by partnership."""
    return {name: Applied(parse(text, name), by, at) for name, text, by, at in tx.rows(_RULES)}


def rules_history(tx: Transaction, partnership: str) -> list[Applied]:
    """Return all rules ever in force for a partnership, oldest first."""
    return [Applied(parse(text, partnership), by, at) for text, by, at in tx.rows(_HISTORY, partnership)]


def state(tx: Transaction) -> str:
    """Name the state of rules, acts and exceptions; it changes with every change of them."""
    return "-".join(str(n) for n in tx.row(_STATE))


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


def record_exception(tx: Transaction, exemption: Exemption) -> int:
    """Record an exception and return its number."""
    sql = """
        INSERT INTO release_exception (object_id, "to", kind, "by", at, until, second)
        VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number
    """
    return int(tx.row(sql, *msgspec.structs.astuple(exemption))[0])


def lift_exceptions(tx: Transaction, object_id: str, to: str, by: str, at: Instant) -> int:
    """Lift what stands for an object and recipient; returns how many exceptions that were."""
    sql = """
        UPDATE release_exception SET lifted_by = ?, lifted_at = ?
        WHERE object_id = ? AND "to" = ? AND lifted_by IS NULL
    """
    return tx.run(sql, by, at, object_id, to)


def end_holds(tx: Transaction, at: Instant) -> list[str]:
    """Lift the holds whose time is over; return the ids of their objects."""
    found = tx.rows(f"SELECT object_id FROM release_exception WHERE {_ENDED} ORDER BY number", at)
    if found:
        tx.run(f"UPDATE release_exception SET lifted_by = 'until', lifted_at = ? WHERE {_ENDED}", at, at)
    return [object_id for (object_id,) in found]


def exceptions_about(tx: Transaction, object_ids: Iterable[str] | None = None) -> list[Exemption]:
    """Return the exceptions in force about these objects, oldest first; None asks about every object."""
    if object_ids is None:
        return [Exemption(*row) for row in tx.rows(f"{_EXCEPTIONS} ORDER BY number")]
    wanted = sorted(set(object_ids))
    if not wanted:
        return []
    about = f"{_EXCEPTIONS} AND object_id IN TEXTS(?) ORDER BY at, number"
    return [Exemption(*row) for row in tx.rows(about, wanted)]


def log_decisions(tx: Transaction, verdicts: Iterable[Verdict], at: Instant) -> int:
    """Add verdicts that are not on the log yet, each chained to the one before; returns how many were new."""
    fresh = {}
    for verdict in verdicts:
        if not tx.known(verdict):
            tx.learn(verdict)
            digest = _digest(verdict)
            if tx.row("SELECT 1 FROM release_decision WHERE digest = ?", digest) is None:
                fresh[digest] = verdict
    if not fresh:
        return 0
    last = tx.row("SELECT hash FROM release_decision ORDER BY number DESC LIMIT 1")
    chain = bytes(32) if last is None else bytes(last[0])
    rows = []
    for digest, verdict in fresh.items():
        chain = chained(chain, digest, at)
        marking = text_of(verdict.marking)
        rows.append((at, marking, verdict.recipient, verdict.rules_version, verdict.code, digest, chain))
    sql = """
        INSERT INTO release_decision (at, marking, recipient, rules_version, code, digest, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?)
    """
    tx.many(sql, rows)
    return len(rows)


def decisions(tx: Transaction, recipient: str | None = None) -> list[Verdict]:
    """Return the decision log in order, of one recipient or of all."""
    if recipient is None:
        rows = tx.rows(f"{_DECISIONS} ORDER BY number")
    else:
        rows = tx.rows(f"{_DECISIONS} WHERE recipient = ? ORDER BY number", recipient)
    return [_verdict(row) for row in rows]


def decision_rows(tx: Transaction, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
    """Return lines of the decision log after a number, in order, as they are stored."""
    columns = ("number", "at", "marking", "recipient", "rules_version", "code", "digest", "hash")
    sql = f"SELECT {', '.join(columns)} FROM release_decision WHERE number > ? ORDER BY number LIMIT ?"
    return [dict(zip(columns, row, strict=True)) for row in tx.rows(sql, after, limit)]


def first_broken_decision(tx: Transaction) -> int | None:
    """Return the number of the first line of the decision log that was altered or follows a lost one, None if whole."""
    chain = bytes(32)
    for row in tx.rows(f"{_DECISIONS} ORDER BY number"):
        verdict, number, written = _verdict(row), row[5], row[6]
        chain = chained(chain, _digest(verdict), verdict.at)
        if chain != bytes(written):
            return int(number)
    return None


def _verdict(row: Sequence[Any]) -> Verdict:
    marking, recipient, rules_version, code, at = row[:5]
    return Verdict(from_text(marking), recipient, rules_version, code, at)


def _digest(verdict: Verdict) -> bytes:
    fields = (text_of(verdict.marking), verdict.recipient, verdict.rules_version, verdict.code)
    return sha256(msgspec.json.encode(fields)).digest()


def chained(chain: bytes, digest: bytes, at: Instant) -> bytes:
    """Return the hash of a line of the decision log (32 bytes) after the one before."""
    return sha256(chain + digest + at.to_bytes(8, "big", signed=True)).digest()


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
