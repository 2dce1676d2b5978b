"""`cordiale jobs list|stop|resume`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit, progress, table, when
from cordiale.cli.reports import import_report
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.desk.analysis.analyses import Finding
    from cordiale.desk.answers import JobView

app = group(_("List, stop and resume long work."))

STATES = {
    "running": _("running"),
    "done": _("done"),
    "stopped": _("stopped"),
    "interrupted": _("interrupted"),
    "failed": _("failed"),
}

JOB = typer.Argument(metavar="JOB", help=tr(_("The job's id.")))


@app.command("list", cls=Command, help=tr(_("List jobs, newest first.")))
def list_() -> None:
    """List jobs."""
    import msgspec

    from cordiale.desk.jobs import jobs

    with opened() as (node, actor):
        found = jobs(node.desk, actor)
    emit({"jobs": msgspec.to_builtins(found)}, lambda: _words(found))


@app.command("stop", cls=Command, help=tr(_("Stop a running job after its present step.")))
def stop(job: Annotated[str, JOB]) -> None:
    """Stop a job."""
    from cordiale.desk.jobs import job_stop

    with opened() as (node, actor):
        found = job_stop(node.desk, actor, job)
    emit(found, lambda: tr(_("Job {job} stops after its present step."), job=job))


@app.command("resume", cls=Command, help=tr(_("Go on with a job that was stopped or interrupted.")))
def resume(job: Annotated[str, JOB]) -> None:
    """Resume a job."""
    from cordiale.desk.incoming.resuming import job_resume

    with opened() as (node, actor), progress(tr(_("Working"))) as report:
        done = job_resume(node.desk, actor, job, progress=report)
    emit(done, lambda: _ended(done))


def _ended(done: object) -> str:
    from cordiale.desk.analysis.analyses import Finding
    from cordiale.desk.answers import ImportReport

    if isinstance(done, ImportReport):
        return import_report(done)
    return _found(done) if isinstance(done, Finding) else tr(_("Done."))


def _found(found: Finding) -> str:
    return tr(
        _("Analysis {name} of dataset {dataset} is done: {rows} rows found."),
        name=found.analysis,
        dataset=found.dataset_name,
        rows=number(current().lang, found.rows),
    )


def _words(found: list[JobView]) -> str:
    if not found:
        return tr(_("No job yet."))
    rows = [
        (
            job.id,
            job.kind,
            tr(STATES.get(job.state, job.state)),
            number(current().lang, job.done),
            job.by,
            when(job.started),
            job.note,
        )
        for job in found
    ]
    headings = (
        tr(_("Job")),
        tr(_("Kind")),
        tr(_("State")),
        tr(_("Done")),
        tr(_("By")),
        tr(_("Started")),
        tr(_("Note")),
    )
    return table(headings, rows)
