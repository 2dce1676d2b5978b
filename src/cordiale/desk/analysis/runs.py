"""Long work of a domain as a job: written down, told how far it is, stopped between two steps, gone on with later.

A run has a folder of its own in the node's; what it takes from datasets and gives to the engine of the settings goes
through here, since a domain knows neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from cordiale.desk import audit, jobs, records
from cordiale.desk.actor import authorise
from cordiale.desk.analysis import analyses, datasets
from cordiale.evidence import files
from cordiale.evidence.datasets import records as held
from cordiale.evidence.engines.analysis import ROWS, Analysis, Rows, Stopped
from cordiale.platform.clock import SECOND
from cordiale.platform.errors import Conflict, CordialeError
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _

if TYPE_CHECKING:
    import pyarrow as pa

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

T = TypeVar("T")

FOLDER: Final = "runs"
"""Folder of a node in which runs keep what they found, one folder each; what is of a dataset lies in that dataset's."""


class Going:
    """A run under way: told how far it is, at most once a second written down; `check` ends it where somebody asked so."""

    def __init__(self, desk: Desk, job: records.Job, progress: jobs.Progress | None) -> None:
        self._desk, self._job, self._progress = desk, job, progress
        self._asked = False

    @property
    def id(self) -> str:
        """Return the id of the job, which is that of the run."""
        return self._job.id

    @property
    def began(self) -> int:
        """Return when the job was begun first."""
        return self._job.started

    def __call__(self, done: int, total: int) -> None:
        """Say how far it is; raises what `check` raises."""
        if self._progress is not None:
            self._progress(done, total)
        now = self._desk.clock()
        if now - self._job.updated >= SECOND:
            self._job = msgspec.structs.replace(self._job, done=done, total=total, updated=now)
            with self._desk.store.write() as tx:
                asked = records.get_job(tx, self._job.id)
                self._asked = asked is not None and asked.stop
                records.put_job(tx, self._job)
        self.check()

    def check(self) -> None:
        """Raise Stopped where somebody asked for it."""
        if self._asked:
            raise Stopped

    def stopped(self) -> bool:
        """Tell whether somebody asked to stop."""
        return self._asked

    def end(self, state: str, **more: Any) -> None:
        """Write down how it ended."""
        self._job = msgspec.structs.replace(self._job, state=state, updated=self._desk.clock(), **more)
        with self._desk.store.write() as tx:
            records.put_job(tx, self._job)


def begin(
    desk: Desk,
    actor: Actor,
    verb: str,
    kind: str,
    params: Mapping[str, Any],
    work: Callable[[Going], tuple[T, dict[str, Any]]],
    *,
    progress: jobs.Progress | None = None,
    began: Callable[[str], None] | None = None,
    id: str | None = None,
) -> T:
    """Carry out work as a job of a kind; return what it gives beside what its job says of it.

    Raises NotAllowed, Conflict where it was stopped (`cordiale jobs resume` goes on), and what the work raises.
    """
    authorise(actor, verb)
    now = desk.clock()
    job = records.Job(
        id=id or uuid4(desk.random)[:8],
        kind=kind,
        state="running",
        by=actor.name,
        started=now,
        updated=now,
        process=jobs.process(),
        params=dict(params),
    )
    with desk.store.write() as tx:
        records.put_job(tx, job)
        audit.acted(tx, desk, actor, kind, job=job.id)
    if began is not None:
        began(job.id)
    return _carried_out(Going(desk, job, progress), work)


def go_on(
    desk: Desk,
    job: records.Job,
    work: Callable[[Going], tuple[T, dict[str, Any]]],
    *,
    progress: jobs.Progress | None = None,
) -> T:
    """Go on with a job that was stopped or killed; raises as `begin` does."""
    going = msgspec.structs.replace(job, state="running", process=jobs.process(), stop=False, note="")
    return _carried_out(Going(desk, going, progress), work)


def _carried_out(going: Going, work: Callable[[Going], tuple[T, dict[str, Any]]]) -> T:
    try:
        found, said = work(going)
    except Stopped:
        going.end("stopped")
        raise Conflict(
            "job-stopped",
            _("Job {job} was stopped. Go on: cordiale jobs resume {job}"),
            job=going.id,
        ) from None
    except Exception as error:
        note = str(error).split("\n")[0][:300] if isinstance(error, CordialeError) else type(error).__name__
        going.end("failed", note=note)
        raise
    going.end("done", done=1000, total=1000, result=said)
    return found


def folder(desk: Desk, run: str, dataset: str = "") -> Path:
    """Return the folder of a run; one over a dataset lies with it and is purged with it."""
    if dataset:
        return datasets.work_folder(desk, dataset) / FOLDER / run
    return desk.folder / FOLDER / run


def folders(desk: Desk) -> list[Path]:
    """Return the folder of every run there is."""
    found = [desk.folder / FOLDER, *(desk.folder / datasets.WORK).glob(f"*/{FOLDER}")]
    return [run for place in found if place.is_dir() for run in sorted(place.iterdir()) if run.is_dir()]


def rows_of(desk: Desk, actor: Actor, dataset: str) -> tuple[datasets.DatasetView, Rows]:
    """Return a dataset that the actor may read, and its rows; raises NotFound, Conflict once it is purged."""
    authorise(actor, "dataset-list")
    with desk.store.read() as tx:
        found = datasets.opened(tx, desk, actor, dataset)
        parts = held.parts(tx, found.id)
    audit.read(desk, actor, "dataset-rows", dataset=found.id)
    paths = tuple(files.held(desk.files, part.sha256) for part in parts)
    return datasets.view(found), Rows(paths, sum(part.rows for part in parts))


def in_files(paths: Sequence[Path], count: int) -> Rows:
    """Return rows that a run wrote itself, as Parquet files."""
    return Rows(tuple(paths), count)


def run_engine(
    desk: Desk,
    analysis: Analysis,
    rows: Rows,
    given: Mapping[str, pa.Table],
    place: Path,
    going: Going,
    share: tuple[int, int] = (0, 1000),
) -> pa.Table:
    """Run an analysis on the engine of the settings; return what its last stage gives. `share` is its part of the progress."""
    analyses.available()
    first, last = share

    def told(done: int, of: int) -> None:
        going(first + (last - first) * done // max(1, of), 1000)

    found = analyses.engine(desk).run(
        analysis, {ROWS: rows, **given}, place, progress=told, stopped=going.stopped
    )
    table: pa.Table = found[analysis.stages[-1].name]
    return table


def write(path: Path, table: pa.Table) -> None:
    """Write a table of a run; a kill leaves the file whole or absent."""
    from cordiale.evidence.engines import files as tables

    tables.write(path, table)


def read(path: Path) -> pa.Table | None:
    """Return a table that a run wrote, None where there is none."""
    from cordiale.evidence.engines import files as tables

    return tables.read(path) if tables.whole(path) else None
