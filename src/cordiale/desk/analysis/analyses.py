"""Analyses of datasets as jobs: run on the engine of the settings, kept with the dataset, current as long as its seal is.

What an analysis found lies in the dataset's work folder and goes with it. A run that was stopped or killed goes on in the
same folder; another profile, version or seal begins one of its own.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from cordiale.desk import audit, jobs, records
from cordiale.desk.actor import authorise
from cordiale.desk.analysis import datasets
from cordiale.desk.answers import Answer
from cordiale.desk.domain import domains, load
from cordiale.evidence import files
from cordiale.evidence.datasets import records as held
from cordiale.evidence.datasets.kind import available
from cordiale.evidence.engines.analysis import FRESH, ROWS, Analysis, Rows, Stage, Stopped, Whole
from cordiale.platform.clock import SECOND
from cordiale.platform.errors import Conflict, CordialeError, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file

if TYPE_CHECKING:
    import pyarrow as pa

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

__all__ = ["FRESH", "ROWS", "Analysis", "Stage", "Whole", "available"]

KIND: Final = "analysis"
_CURRENT: Final = "current.json"


class Finding(Answer, frozen=True, kw_only=True):
    """What an analysis found in a dataset: under which seal, version and profile, by which job, how many rows."""

    dataset: str
    dataset_name: str
    analysis: str
    version: int
    profile: dict[str, Any]
    seal: str
    parts: int
    job: str
    at: int
    rows: int
    tables: dict[str, str]


class _Run(NamedTuple):
    dataset: held.Dataset
    parts: list[held.Part]
    analysis: Analysis
    folder: Path


def analyses() -> dict[str, Analysis]:
    """Return the analyses that run on engines, by name, of every domain found."""
    available()
    found = (load(reference) for domain in domains() for reference in domain.analyses)
    return {one.name: one for one in found if isinstance(one, Analysis)}


def analyse(
    desk: Desk,
    actor: Actor,
    dataset: str,
    name: str,
    *,
    progress: jobs.Progress | None = None,
    began: Callable[[str], None] | None = None,
) -> Finding:
    """Run an analysis over a dataset as a job, and those it needs before; what is current already is returned as it is.

    Raises NotFound for a dataset the actor does not see or an analysis that is not there, Conflict for a dataset of another
    kind or where the job was stopped (`cordiale jobs resume` goes on), ConfigurationError where the engine is missing.
    """
    authorise(actor, "dataset")
    run = _run(desk, actor, dataset, name)
    there = _current(run.folder)
    if there is not None and _same(there, run):
        return there
    for need in dict.fromkeys(one.partition(":")[0] for one in run.analysis.needs):
        analyse(desk, actor, run.dataset.id, need, progress=progress, began=began)
    now = desk.clock()
    job = records.Job(
        id=uuid4(desk.random)[:8],
        kind=KIND,
        state="running",
        by=actor.name,
        started=now,
        updated=now,
        process=jobs.process(),
        params={"dataset": run.dataset.id, "analysis": name},
    )
    with desk.store.write() as tx:
        records.put_job(tx, job)
        audit.acted(tx, desk, actor, "analyse", job=job.id, dataset=run.dataset.id, analysis=name)
    if began is not None:
        began(job.id)
    return _carried_out(desk, job, run, progress)


def resume(desk: Desk, actor: Actor, job: records.Job, *, progress: jobs.Progress | None = None) -> Finding:
    """Go on with an analysis that was stopped or killed; rows that were appended meanwhile are in it."""
    run = _run(desk, actor, job.params["dataset"], job.params["analysis"])
    for need in dict.fromkeys(one.partition(":")[0] for one in run.analysis.needs):
        analyse(desk, actor, run.dataset.id, need, progress=progress)
    going = msgspec.structs.replace(job, state="running", process=jobs.process())
    return _carried_out(desk, going, run, progress)


def found(desk: Desk, actor: Actor, dataset: str, name: str, stage: str = "") -> tuple[Finding, pa.Table]:
    """Return what an analysis found last, and the rows of one of its kept stages (of its last one by default).

    Raises NotFound for a dataset the actor does not see, or that was not analysed yet.
    """
    authorise(actor, "dataset-list")
    run = _run(desk, actor, dataset, name)
    there = _current(run.folder)
    if there is None:
        raise NotFound(
            "not-analysed",
            _("Analysis {analysis} of dataset {dataset} was not run yet."),
            analysis=name,
            dataset=run.dataset.name,
        )
    audit.read(desk, actor, "finding", dataset=run.dataset.id, analysis=name)
    return there, _table(run.folder, there, stage or run.analysis.stages[-1].name)


def _run(desk: Desk, actor: Actor, dataset: str, name: str) -> _Run:
    known = analyses()
    if name not in known:
        raise NotFound(
            "no-analysis",
            _("There is no analysis {name}. Known: {names}."),
            name=name[:100],
            names=", ".join(sorted(known)) or "–",
        )
    analysis = known[name]
    with desk.store.read() as tx:
        found = datasets.opened(tx, desk, actor, dataset)
        parts = held.parts(tx, found.id)
    if found.kind != analysis.kind:
        raise Conflict(
            "analysis-kind",
            _("Analysis {name} is for datasets of {kind}; {dataset} holds {held}."),
            name=name,
            kind=analysis.kind,
            dataset=found.name,
            held=found.kind,
        )
    return _Run(found, parts, analysis, datasets.work_folder(desk, found.id) / name)


def _carried_out(desk: Desk, job: records.Job, run: _Run, progress: jobs.Progress | None) -> Finding:
    told = _Told(desk, job, run, progress)
    work = run.folder / f"run-{_fingerprint(run)}"
    before = _current(run.folder)
    try:
        work.mkdir(parents=True, exist_ok=True)
        results = engine(desk).run(
            run.analysis, _inputs(desk, run, before), work, progress=told, stopped=told.stopped
        )
        finding = _kept(desk, job, run, results, work)
    except Exception as error:
        _end(desk, told, run, error, work)
        raise
    told.end("done", done=1000, total=1000, result={"rows": finding.rows, "seal": finding.seal})
    return finding


def _end(desk: Desk, told: _Told, run: _Run, error: Exception, work: Path) -> None:
    """Write down how a run ended that found nothing, and raise what is to be told of it where that is not the error."""
    with desk.store.read() as tx:
        gone = not _open(tx, run)
    if gone:
        shutil.rmtree(run.folder.parent, ignore_errors=True)
        purged = datasets.purged_already(run.dataset)
        told.end("failed", note=str(purged))
        raise purged from None
    if isinstance(error, Stopped):
        told.end("stopped")
        raise Conflict(
            "analysis-stopped",
            _("Job {job} was stopped. Go on: cordiale jobs resume {job}"),
            job=told.job,
        ) from None
    note = str(error).split("\n")[0][:300] if isinstance(error, CordialeError) else type(error).__name__
    told.end("failed", note=note)
    if isinstance(error, OSError):
        raise files.full_or_same(error, work) from error


def _open(tx: Transaction, run: _Run) -> bool:
    now = held.get(tx, run.dataset.id)
    return now is not None and now.state == "open"


class _Told:
    """Writes down how far a job is, at most once a second, and hears whether somebody stops it or purges its dataset."""

    def __init__(self, desk: Desk, job: records.Job, run: _Run, progress: jobs.Progress | None) -> None:
        self._desk, self._job, self._run, self._progress = desk, job, run, progress
        self._asked = False

    @property
    def job(self) -> str:
        return self._job.id

    def __call__(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(done, total)
        now = self._desk.clock()
        if now - self._job.updated < SECOND:
            return
        self._job = msgspec.structs.replace(self._job, done=done, total=total, updated=now)
        with self._desk.store.write() as tx:
            asked = records.get_job(tx, self._job.id)
            self._asked = (asked is not None and asked.stop) or not _open(tx, self._run)
            records.put_job(tx, self._job)

    def stopped(self) -> bool:
        return self._asked

    def end(self, state: str, **more: Any) -> None:
        self._job = msgspec.structs.replace(self._job, state=state, updated=self._desk.clock(), **more)
        with self._desk.store.write() as tx:
            records.put_job(tx, self._job)


def engine(desk: Desk) -> Any:
    """Return the engine of the settings; raises ConfigurationError where it cannot run."""
    named = desk.settings.analysis.engine
    if named == "local":
        from cordiale.evidence.engines.local import LocalEngine

        return LocalEngine()
    from cordiale.evidence.engines.spark import SparkEngine

    return SparkEngine(named)


def _inputs(desk: Desk, run: _Run, before: Finding | None) -> dict[str, Rows | pa.Table]:
    """Return the rows of a dataset, those that are new, what was found before, and what other analyses found."""
    known = 0
    if before is not None and _grown(before, run):
        known = before.parts
    given: dict[str, Rows | pa.Table] = {
        ROWS: _rows(desk, run.parts),
        FRESH: _rows(desk, run.parts[known:]),
    }
    for stage, schema in run.analysis.results.items():
        there = before is not None and known
        given[f"before:{stage}"] = (
            _table(run.folder, before, stage) if there and before else schema.empty_table()
        )
    for need in run.analysis.needs:
        name, _colon, stage = need.partition(":")
        folder = run.folder.parent / name
        current = _current(folder)
        assert current is not None
        given[need] = _table(folder, current, stage)
    return given


def _rows(desk: Desk, parts: list[held.Part]) -> Rows:
    paths = tuple(files.held(desk.files, part.sha256) for part in parts)
    return Rows(paths, sum(part.rows for part in parts))


def _kept(desk: Desk, job: records.Job, run: _Run, results: dict[str, pa.Table], work: Path) -> Finding:
    """Keep the results beside those of before, then say in one step that they are current."""
    from cordiale.evidence.engines import files as tables

    made = {}
    for stage in run.analysis.results:
        made[stage] = f"{stage}-{_fingerprint(run)}.arrow"
        tables.write(run.folder / made[stage], results[stage].combine_chunks())
    finding = Finding(
        dataset=run.dataset.id,
        dataset_name=run.dataset.name,
        analysis=run.analysis.name,
        version=run.analysis.version,
        profile=dict(run.analysis.profile),
        seal=run.dataset.seal,
        parts=run.dataset.parts,
        job=job.id,
        at=desk.clock(),
        rows=results[run.analysis.stages[-1].name].num_rows,
        tables=made,
    )
    with desk.store.write() as tx:
        # a purge begins before this, and nothing is kept, or after it, and takes away what is
        if not _open(tx, run):
            raise datasets.purged_already(run.dataset)
        replace_file(run.folder / _CURRENT, msgspec.json.encode(finding), 0o600)
    shutil.rmtree(work, ignore_errors=True)
    for left in run.folder.iterdir():
        if left.name != _CURRENT and left.name not in made.values():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    return finding


def _current(folder: Path) -> Finding | None:
    try:
        return msgspec.json.decode((folder / _CURRENT).read_bytes(), type=Finding)
    except FileNotFoundError:
        return None


def _table(folder: Path, finding: Finding, stage: str) -> pa.Table:
    from cordiale.evidence.engines import files as tables

    return tables.read(folder / finding.tables[stage])


def _same(finding: Finding, run: _Run) -> bool:
    return finding.seal == run.dataset.seal and _grown(finding, run)


def _grown(finding: Finding, run: _Run) -> bool:
    """Tell whether what was found before is where a run may begin: same analysis and profile, on the same first files."""
    seals = [part.seal for part in run.parts]
    return (
        finding.version == run.analysis.version
        and finding.profile == dict(run.analysis.profile)
        and (finding.parts == 0 or seals[finding.parts - 1 : finding.parts] == [finding.seal])
    )


def _fingerprint(run: _Run) -> str:
    said = [run.analysis.name, run.analysis.version, dict(run.analysis.profile), run.dataset.seal]
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:16]
