"""Audit, jobs and what was set aside: the desk's own tables and their queries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgspec
import sqlalchemy as sa

from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared, inserting

metadata = sa.MetaData()

audit = sa.Table(
    "desk_audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("digest", sa.LargeBinary),
)

jobs = sa.Table(
    "desk_job",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("started", sa.BigInteger, nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("params", sa.Text, nullable=False),
    sa.Column("position", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("process", sa.Text, nullable=False),
    sa.Column("stop", sa.Boolean, nullable=False),
)

remarking = sa.Table(
    "desk_remarking",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("atoms", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    # object numbers, four bytes each; the first `done` of them are marked
    sa.Column("objects", sa.LargeBinary, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
)

set_aside = sa.Table(
    "desk_set_aside",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("job", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("place", sa.BigInteger, nullable=False),
    sa.Column("object_id", sa.Text),
    sa.Column("problems", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("marking", sa.Text, nullable=False),
)

_APPEND = inserting(audit, "at", "actor", "verb", "details", "hash", "salt", "digest")

tokens = sa.Table(
    "desk_token",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)


profiles = sa.Table(
    "desk_profile",
    metadata,
    sa.Column("oid", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
)


class Problem(msgspec.Struct, frozen=True):
    """One reason why something was set aside."""

    path: str
    code: str
    message_id: str
    params: dict[str, Any] = {}
    severity: str = "error"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One thing set aside, with its bytes and what it would have been imported as."""

    number: int = 0
    job: str
    file: str
    place: int
    object_id: str | None
    problems: tuple[Problem, ...]
    at: int
    raw: bytes
    source: str
    marking: str


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One persisted job; `process` names the process that works on it."""

    id: str
    kind: str
    state: str
    by: str
    started: int
    updated: int
    done: int = 0
    total: int | None = None
    note: str = ""
    params: dict[str, Any] = {}
    position: dict[str, Any] = {}
    result: dict[str, Any] = {}
    process: str = ""
    stop: bool = False


def append(tx: Transaction, at: int, actor: str, verb: str, details: Mapping[str, Any], salt: bytes) -> None:
    """Append to the audit; each row's hash covers the row before, so a removed row shows.

    The chain runs over salted digests (`salt`: 16 random bytes), so that it can be shown without what the rows say.
    """
    last = tx.row("SELECT hash FROM desk_audit ORDER BY number DESC LIMIT 1")
    written = msgspec.json.encode(details, order="deterministic").decode()
    digest = _audit_digest(salt, at, actor, verb, written)
    tx.run(
        _APPEND,
        at=at,
        actor=actor,
        verb=verb,
        details=written,
        hash=audit_hash(b"" if last is None else bytes(last[0]), digest),
        salt=salt,
        digest=digest,
    )


def audit_rows(tx: Transaction, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
    """Return audit rows in order, `details` decoded."""
    asked = sa.select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(limit)
    rows = tx.connection.execute(asked).mappings()
    return [{**row, "details": msgspec.json.decode(row["details"])} for row in rows]


def latest_audit(
    tx: Transaction,
    limit: int,
    *,
    verb: str | None = None,
    by: str | None = None,
    since: int | None = None,
    until: int | None = None,
    before: int | None = None,
) -> list[dict[str, Any]]:
    """Return audit rows, newest first, of a verb, an actor, a time (since ≤ at < until); `before` a number."""
    asked = sa.select(audit).order_by(audit.c.number.desc()).limit(limit)
    if verb is not None:
        asked = asked.where(audit.c.verb == verb)
    if by is not None:
        asked = asked.where(audit.c.actor == by)
    if since is not None:
        asked = asked.where(audit.c.at >= since)
    if until is not None:
        asked = asked.where(audit.c.at < until)
    if before is not None:
        asked = asked.where(audit.c.number < before)
    rows = tx.connection.execute(asked).mappings()
    return [{**row, "details": msgspec.json.decode(row["details"])} for row in rows]


def audit_hash(previous: bytes, digest: bytes) -> bytes:
    """Return the hash of a row (32 bytes) from that of the row before and its own digest."""
    return sha256(previous + digest).digest()


def _audit_digest(salt: bytes, at: int, actor: str, verb: str, details: str) -> bytes:
    return sha256(salt + msgspec.json.encode([at, actor, verb, details])).digest()


def audit_breaks(tx: Transaction) -> list[int]:
    """Return the numbers of audit rows that do not follow from the row before them."""
    previous = b""
    broken = []
    asked = sa.select(audit).order_by(audit.c.number)
    for row in tx.connection.execute(asked):
        if row.digest is None:  # written before rows had digests
            line = msgspec.json.encode([row.at, row.actor, row.verb, row.details])
            expected = sha256(previous + line).digest()
        else:
            digest = _audit_digest(bytes(row.salt), row.at, row.actor, row.verb, row.details)
            expected = audit_hash(previous, digest)
        if expected != bytes(row.hash) or (row.digest is not None and digest != bytes(row.digest)):
            broken.append(row.number)
        previous = bytes(row.hash)
    return broken


def put_job(tx: Transaction, job: Job) -> None:
    """Write a job, new or changed."""
    columns = {
        **msgspec.structs.asdict(job),
        **{
            name: msgspec.json.encode(getattr(job, name)).decode()
            for name in ("params", "position", "result")
        },
    }
    stop = columns.pop("stop")
    changed = tx.connection.execute(jobs.update().where(jobs.c.id == job.id).values(**columns))
    if not changed.rowcount:
        tx.connection.execute(jobs.insert().values(**columns, stop=stop))


def get_job(tx: Transaction, id: str) -> Job | None:
    """Return one job, None when there is none of this id."""
    row = tx.connection.execute(sa.select(jobs).where(jobs.c.id == id)).mappings().first()
    return None if row is None else _job(row)


def all_jobs(tx: Transaction, limit: int = 1000) -> list[Job]:
    """Return jobs, newest first."""
    asked = sa.select(jobs).order_by(jobs.c.started.desc(), jobs.c.id).limit(limit)
    return [_job(row) for row in tx.connection.execute(asked).mappings()]


def ask_stop(tx: Transaction, id: str, stop: bool = True) -> None:
    """Ask a job to stop at its next step, or take that back."""
    tx.connection.execute(jobs.update().where(jobs.c.id == id).values(stop=stop))


def keep(tx: Transaction, things: Collection[Kept]) -> None:
    """Keep what was set aside; the same bytes with the same reasons are kept once."""
    for thing in things:
        problems = msgspec.json.encode(thing.problems)
        digest = sha256(b"\0".join((thing.raw, problems, thing.source.encode()))).digest()
        found = sa.select(set_aside.c.number).where(set_aside.c.digest == digest)
        if tx.connection.execute(found).first() is None:
            tx.connection.execute(
                set_aside.insert().values(
                    digest=digest,
                    job=thing.job,
                    file=thing.file,
                    place=thing.place,
                    object_id=thing.object_id,
                    problems=problems.decode(),
                    at=thing.at,
                    raw=thing.raw,
                    source=thing.source,
                    marking=thing.marking,
                )
            )


def kept(
    tx: Transaction,
    *,
    after: int = 0,
    limit: int = 100,
    numbers: Collection[int] | None = None,
    job: str | None = None,
) -> list[Kept]:
    """Return what was set aside, in order, after a number."""
    asked = sa.select(set_aside).where(set_aside.c.number > after)
    if numbers is not None:
        asked = asked.where(set_aside.c.number.in_(list(numbers)))
    if job is not None:
        asked = asked.where(set_aside.c.job == job)
    rows = tx.connection.execute(asked.order_by(set_aside.c.number).limit(limit)).mappings()
    return [
        Kept(
            **{
                **{name: row[name] for name in Kept.__struct_fields__},
                "raw": bytes(row["raw"]),
                "problems": msgspec.json.decode(row["problems"], type=tuple[Problem, ...]),
            }
        )
        for row in rows
    ]


def drop_kept(tx: Transaction, numbers: Collection[int]) -> None:
    """Remove what could be taken in after all."""
    tx.connection.execute(set_aside.delete().where(set_aside.c.number.in_(list(numbers))))


def count_kept(tx: Transaction) -> int:
    """Return how many things are set aside."""
    return int(tx.connection.execute(sa.select(sa.func.count()).select_from(set_aside)).scalar_one())


_TOKEN = Prepared(sa.select(tokens.c.partner).where(tokens.c.digest == sa.bindparam("digest")))


def put_token(tx: Transaction, digest: bytes, partner: str, made: int, by: str) -> None:
    """Record the digest of a partner's token; earlier ones of that partner end."""
    tx.connection.execute(tokens.delete().where(tokens.c.partner == partner))
    tx.connection.execute(tokens.insert().values(digest=digest, partner=partner, made=made, by=by))


def partner_of_token(tx: Transaction, digest: bytes) -> str | None:
    """Return the partner a token was made for, None when there is none."""
    row = tx.row(_TOKEN, digest=digest)
    return None if row is None else row[0]


_KIND = "v.effective_mid, v.full_mid, t.name, s.name, c.id"
_KINDS = (
    "FROM versions v JOIN terms t ON t.no = v.type_no JOIN terms s ON s.no = v.source_no "
    "LEFT JOIN objects c ON c.oid = v.creator"
)
# Counted by number first: names are looked up for each group, not for each of a million versions. The plus keeps
# SQLite from walking the index of current versions, which would fetch each row from another place.
_COUNTED = _KINDS.replace(
    "FROM versions v",
    "FROM (SELECT effective_mid, full_mid, type_no, source_no, creator, count(*) AS n FROM versions"
    " WHERE +current = 1 GROUP BY effective_mid, full_mid, type_no, source_no, creator) v",
)


def current_kinds(
    tx: Transaction,
) -> dict[tuple[int, int, str, str, str | None, tuple[str, ...]], int]:
    """Count current versions by effective and full marking id, type, source and creator.

    The last part of a key is empty: it holds labels where they are asked for.
    """
    rows = tx.rows(f"SELECT {_KIND}, v.n {_COUNTED}")
    return {(row[0], row[1], row[2], row[3], row[4], ()): int(row[5]) for row in rows}


def waiting_text(tx: Transaction) -> int:
    """Return how many versions wait for the text index."""
    return int(tx.row("SELECT count(*) FROM text_dirty")[0])


def current_bodies(
    tx: Transaction, page: int = 5000
) -> Iterator[tuple[int, int, str, str, str | None, bytes]]:
    """Yield the same of each current version with its raw bytes, in pages."""
    after = 0
    while rows := tx.rows(
        f"SELECT v.vid, {_KIND}, b.raw {_KINDS} JOIN bodies b ON b.vid = v.vid "
        "WHERE v.current = 1 AND v.vid > ? ORDER BY v.vid LIMIT ?",
        after,
        page,
    ):
        after = rows[-1][0]
        for row in rows:
            yield row[1], row[2], row[3], row[4], row[5], bytes(row[6])


def _job(row: Mapping[Any, Any]) -> Job:
    values = {name: row[name] for name in Job.__struct_fields__}
    for name in ("params", "position", "result"):
        values[name] = msgspec.json.decode(values[name])
    return Job(**{**values, "stop": bool(values["stop"])})


class Remarking(msgspec.Struct, frozen=True):
    """Objects that are to carry another marking: their numbers packed, and how many are done."""

    id: str
    atoms: str
    by: str
    at: int
    objects: bytes
    done: int


_REMARKING = 'SELECT id, atoms, "by", at, objects, done FROM desk_remarking ORDER BY at, id LIMIT 1'


def add_remarking(tx: Transaction, one: Remarking) -> None:
    """Keep what is to be marked anew."""
    tx.run(inserting(remarking), **msgspec.structs.asdict(one))


def next_remarking(tx: Transaction) -> Remarking | None:
    """Return the oldest that is not finished."""
    row = tx.row(_REMARKING)
    return None if row is None else Remarking(row[0], row[1], row[2], row[3], bytes(row[4]), row[5])


def advance_remarking(tx: Transaction, identifier: str, done: int | None) -> None:
    """Record how many objects are done; None when all are."""
    if done is None:
        tx.run("DELETE FROM desk_remarking WHERE id = ?", identifier)
    else:
        tx.run("UPDATE desk_remarking SET done = ? WHERE id = ?", done, identifier)
