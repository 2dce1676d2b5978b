"""Long work: written down, shows progress, can be stopped, and resumes after a kill."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cordiale.desk import audit, records
from cordiale.desk.actor import authorise
from cordiale.desk.answers import JobView
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

Progress = Callable[[int, int | None], None]
"""Told how much is done, and of how much where that is known."""


def jobs(desk: Desk, actor: Actor) -> list[JobView]:
    """Return jobs, newest first; one whose process is gone is shown as interrupted."""
    authorise(actor, "jobs")
    with desk.store.read() as tx:
        found = records.all_jobs(tx)
    return [view(job) for job in found if _own(actor, job)]


def job_show(desk: Desk, actor: Actor, job: str) -> JobView:
    """Return one job; raises NotFound."""
    authorise(actor, "jobs")
    with desk.store.read() as tx:
        return view(of(actor, records.get_job(tx, job), job))


def _own(actor: Actor, job: records.Job) -> bool:
    """Tell whether a job is this actor's to see: what others imported is counted in theirs, and may be hidden."""
    return actor.recipient is None or job.by == actor.name


def job_stop(desk: Desk, actor: Actor, job: str) -> JobView:
    """Ask a running job to stop after its present batch; raises NotFound."""
    authorise(actor, "job")
    with desk.store.write() as tx:
        found = of(actor, records.get_job(tx, job), job)
        records.ask_stop(tx, job)
        audit.acted(tx, desk, actor, "job-stop", job=job)
    return view(found)


def of(actor: Actor, job: records.Job | None, id: str) -> records.Job:
    """Return a job that must be there and this actor's to see; raises NotFound."""
    return one(job if job is not None and _own(actor, job) else None, id)


def one(job: records.Job | None, id: str) -> records.Job:
    """Return a job that must be there; raises NotFound."""
    if job is None:
        raise absent(id)
    return job


def absent(id: str) -> NotFound:
    """Return the one answer for a job that is not there and one that is another's."""
    return NotFound("no-job", _("There is no job {job}. See: cordiale jobs list"), job=id)


def view(job: records.Job) -> JobView:
    """Return a job as people see it."""
    state = job.state
    if state == "running" and not alive(job.process):
        state = "interrupted"
    return JobView(
        id=job.id,
        kind=job.kind,
        state=state,
        by=job.by,
        started=job.started,
        updated=job.updated,
        done=job.done,
        total=job.total,
        note=job.note,
        params=job.params,
        # the warnings are counted there; named, they would be most of every list
        result={name: value for name, value in job.result.items() if name not in ("warned", "named")} or None,
    )


def process(pid: int | None = None) -> str:
    """Name a process so that another one that later gets its number is not taken for it."""
    pid = os.getpid() if pid is None else pid
    try:
        # the 22nd field of /proc/PID/stat is when it started (proc(5)); names may hold spaces
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return f"{pid}:{fields[19]}"
    except OSError:
        return f"{pid}:"


def alive(name: str) -> bool:
    """Tell whether the process named is still running on this machine."""
    pid, _colon, _started = name.partition(":")
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process(int(pid)) == name
