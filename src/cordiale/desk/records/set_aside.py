"""What an import set aside, with its bytes and the reasons."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from typing import Any

import msgspec
import sqlalchemy as sa

from cordiale.desk.records.tables import jobs_table, set_aside_table
from cordiale.store.connection import Transaction


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


def keep(tx: Transaction, things: Collection[Kept]) -> None:
    """Keep what was set aside; the same bytes with the same reasons are kept once."""
    for thing in things:
        problems = msgspec.json.encode(thing.problems)
        digest = sha256(b"\0".join((thing.raw, problems, thing.source.encode()))).digest()
        found = sa.select(set_aside_table.c.number).where(set_aside_table.c.digest == digest)
        if tx.connection.execute(found).first() is None:
            tx.connection.execute(
                set_aside_table.insert().values(
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
    by: str | None = None,
) -> list[Kept]:
    """Return what was set aside, in order, after a number; `by`: of what this person imported."""
    asked = sa.select(set_aside_table).where(set_aside_table.c.number > after)
    if numbers is not None:
        asked = asked.where(set_aside_table.c.number.in_(list(numbers)))
    if job is not None:
        asked = asked.where(set_aside_table.c.job == job)
    if by is not None:
        theirs = sa.select(jobs_table.c.id).where(jobs_table.c.by == by)
        asked = asked.where(set_aside_table.c.job.in_(theirs))
    rows = tx.connection.execute(asked.order_by(set_aside_table.c.number).limit(limit)).mappings()
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
    tx.connection.execute(set_aside_table.delete().where(set_aside_table.c.number.in_(list(numbers))))


def count_kept(tx: Transaction) -> int:
    """Return how many things are set aside."""
    return int(tx.connection.execute(sa.select(sa.func.count()).select_from(set_aside_table)).scalar_one())


def hand_over(tx: Transaction, numbers: Collection[int]) -> None:
    """Leave to the house what a person's import set aside: what is in its way is hidden from them."""
    table = set_aside_table
    tx.connection.execute(table.update().where(table.c.number.in_(list(numbers))).values(job=""))
