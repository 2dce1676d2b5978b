"""Go on with long work where it was left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from cordiale.desk import audit, jobs, records
from cordiale.desk.actor import authorise
from cordiale.desk.analysis import analyses
from cordiale.desk.domain import domains, load
from cordiale.desk.incoming import importing
from cordiale.platform.errors import Conflict
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.analysis.analyses import Finding
    from cordiale.desk.answers import Answer, ImportReport
    from cordiale.desk.desk import Desk


def job_resume(
    desk: Desk,
    actor: Actor,
    job: str,
    *,
    progress: jobs.Progress | None = None,
    began: Callable[[str], None] | None = None,
) -> ImportReport | Finding | Answer:
    """Go on with a job where its last committed batch ended; `began` is told once that is written down.

    A job of a domain's own gives whatever that domain's function for it gives.

    Raises NotFound for an unknown job, or another's where the actor may not see everything, and Conflict when it is
    running or done.
    """
    authorise(actor, "job")
    with desk.store.write() as tx:
        found = jobs.of(actor, records.get_job(tx, job), job)
        state = jobs.view(found).state
        if state not in ("interrupted", "stopped", "failed"):
            said = (
                _("Job {job} is running: let it end, or stop it first.")
                if state == "running"
                else _("Job {job} is done: nothing of it is left to do.")
            )
            raise Conflict("job-state", said, job=job)
        records.ask_stop(tx, job, stop=False)
        records.put_job(tx, msgspec.structs.replace(found, state="running", process=jobs.process()))
        audit.acted(tx, desk, actor, "job-resume", job=job)
    if began is not None:
        began(job)
    if found.kind == analyses.KIND:
        return analyses.resume(desk, actor, found, progress=progress)
    for domain in domains():
        for reference in domain.jobs:
            if reference.rpartition(":")[2] == found.kind:
                done: Answer = load(reference)(desk, actor, found, progress=progress)
                return done
    return importing.resume(desk, actor, found, progress=progress)
