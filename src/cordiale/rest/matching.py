"""`/cyber/runs`: logs looked through for indicators, what was seen in them, and the sightings stated of it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from litestar import HttpMethod, Response, get, post, route
from litestar.params import JSONBody, Parameter

from cordiale.desk.actor import authorise
from cordiale.domains.cyber.matching import kept
from cordiale.domains.cyber.matching.beginning import begin
from cordiale.rest.asking import After, Asked, Asking, Key, act, answer, asking, limit_of, options, refusals
from cordiale.rest.release import ACT
from cordiale.rest.spooling import spooled
from cordiale.sdk import matching as wire
from cordiale.sdk import work
from cordiale.sdk.wire import PREFIX

MOST: Final = 200

RunId = Annotated[str, Parameter(pattern=r"^[0-9a-f]{8}$", description="The run, as `id` of its answer: its job has the same.")]  # fmt: skip


@get("/cyber/runs", responses=refusals(), sync_to_thread=True, tags=["cyber"])
def match_runs(
    request: Asked, after: After = None, limit: Annotated[int, limit_of(MOST)] = 50
) -> Response[wire.MatchRuns]:
    """List the runs of matching that are kept, newest first, without what was seen."""
    asked = asking(request)
    found = kept.kept(asked.desk, asked.actor)
    items, more = asked.page("match-runs", found, lambda one: one.id, after, limit)
    return answer(
        request, wire.MatchRuns(items=tuple(asked.tell(one, wire.MatchRun) for one in items), next=more)
    )


@get("/cyber/runs/{run_id:str}", responses=refusals(404), sync_to_thread=True, tags=["cyber"])
def match_run(request: Asked, run_id: RunId) -> Response[wire.MatchRun]:
    """Read one run: what was seen of each indicator that its reader may read, and in which lines."""
    asked = asking(request)
    return answer(request, asked.tell(kept.opened(asked.desk, asked.actor, run_id), wire.MatchRun))


@post("/cyber/runs", status_code=202, responses=refusals(404, 409, 413, 503, 507), request_max_body_size=None, tags=["cyber"])  # fmt: skip
async def match_log(
    request: Asked,
    name: Annotated[str, Parameter(min_length=1, max_length=80, description="What reports call the log.")] = "log",
    marking: Annotated[str | None, Parameter(max_length=400, description="Marking of what is found, such as `tlp:amber`.")] = None,
    exact: Annotated[bool, Parameter(description="Only values as they are: no names under a name, no addresses below one.")] = False,
    idempotency_key: Key = None,
) -> Response[work.Job]:  # fmt: skip
    """Look through a log, which is the body, for every indicator that who asks may read. What it is, is known by its content.

    It goes on after the answer: read the job at `Location`, and the run at `/cyber/runs/{id}` with the job's id. The log is
    not kept.
    """
    asked = asking(request)
    authorise(asked.actor, "import")
    async with spooled(request, name, asked.desk.settings.limits.bundle_bytes) as came:

        def do(asked: Asking) -> work.Job:
            job = begin(asked.desk, asked.actor, files=[came.path], marking=marking or "", exact=exact)
            return asked.tell(job, work.Job)

        return await asyncio.to_thread(
            lambda: act(
                request,
                idempotency_key,
                came.digest,
                do,
                status=202,
                location=lambda job: f"{PREFIX}/jobs/{job.id}",
            )
        )


@post("/cyber/runs/of-dataset", status_code=202, responses=refusals(*ACT), sync_to_thread=True, tags=["cyber"])  # fmt: skip
def match_dataset(
    request: Asked, data: JSONBody[wire.DatasetMatchAsked], idempotency_key: Key = None
) -> Response[work.Job]:
    """Look through a dataset of records for every indicator that who asks may read; read the job at `Location`."""

    def do(asked: Asking) -> work.Job:
        job = begin(
            asked.desk,
            asked.actor,
            dataset=data.dataset,
            marking=" ".join(data.marking),
            exact=data.exact,
        )
        return asked.tell(job, work.Job)

    return act(
        request,
        idempotency_key,
        data,
        do,
        status=202,
        location=lambda job: f"{PREFIX}/jobs/{job.id}",
    )


@post("/cyber/runs/{run_id:str}/sightings", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["cyber"])  # fmt: skip
def state_run(
    request: Asked, run_id: RunId, data: JSONBody[wire.SightingsAsked], idempotency_key: Key = None
) -> Response[wire.SightingsStated]:
    """State sightings of what a run saw; the lines behind each stay in the house, and a log is counted once."""
    from cordiale.domains.cyber.matching.sightings import state_sightings

    def do(asked: Asking) -> wire.SightingsStated:
        done = state_sightings(
            asked.desk,
            asked.actor,
            run_id,
            indicators=data.indicators,
            marking=" ".join(data.marking) or None,
            sector=data.sector.strip(),
        )
        return asked.tell(done, wire.SightingsStated)

    return act(request, idempotency_key, data, do)


@post("/cyber/runs/{run_id:str}/drop", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["cyber"])  # fmt: skip
def drop_run(request: Asked, run_id: RunId, idempotency_key: Key = None) -> Response[wire.RunsKept]:
    """Keep a run no longer; sightings that were stated of it stay."""

    def do(asked: Asking) -> wire.RunsKept:
        kept.drop(asked.desk, asked.actor, run_id)
        return wire.RunsKept(runs=len(kept.kept(asked.desk, asked.actor)))

    return act(request, idempotency_key, None, do)


@route("/cyber/runs", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def match_options(request: Asked) -> Response[None]:
    """Say what is done to this address."""
    return options(request)


HANDLERS: Final = (
    match_options,
    match_runs,
    match_run,
    match_log,
    match_dataset,
    state_run,
    drop_run,
)
