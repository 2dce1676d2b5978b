"""Jobs: what is long, how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from cordiale.desk.records.tables import jobs_table
from cordiale.store.connection import Transaction


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
    changed = tx.connection.execute(jobs_table.update().where(jobs_table.c.id == job.id).values(**columns))
    if not changed.rowcount:
        tx.connection.execute(jobs_table.insert().values(**columns, stop=stop))


def get_job(tx: Transaction, id: str) -> Job | None:
    """Return one job, None when there is none of this id."""
    row = tx.connection.execute(sa.select(jobs_table).where(jobs_table.c.id == id)).mappings().first()
    return None if row is None else _job(row)


def all_jobs(tx: Transaction, limit: int = 1000) -> list[Job]:
    """Return jobs, newest first."""
    asked = sa.select(jobs_table).order_by(jobs_table.c.started.desc(), jobs_table.c.id).limit(limit)
    return [_job(row) for row in tx.connection.execute(asked).mappings()]


def ask_stop(tx: Transaction, id: str, stop: bool = True) -> None:
    """Ask a job to stop at its next step, or take that back."""
    tx.connection.execute(jobs_table.update().where(jobs_table.c.id == id).values(stop=stop))


def _job(row: Mapping[Any, Any]) -> Job:
    values = {name: row[name] for name in Job.__struct_fields__}
    for name in ("params", "position", "result"):
        values[name] = msgspec.json.decode(values[name])
    return Job(**{**values, "stop": bool(values["stop"])})
