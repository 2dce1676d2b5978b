"""`/imports`, `/jobs`, `/set-aside`: what comes in, how far it is, and what could not be taken."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Final

from litestar import Response, get, post
from litestar.params import JSONBody, Parameter

from cordiale.desk import verbs
from cordiale.platform.errors import InputError, NotFound
from cordiale.platform.languages import _
from cordiale.rest.asking import After, Asked, Asking, Key, act, answer, asking, limit_of, refusals, whole
from cordiale.sdk import work as wire
from cordiale.sdk.wire import PREFIX

if TYPE_CHECKING:
    from cordiale.desk.answers import JobView

MOST: Final = 500
PIECE: Final = 1 << 20

JobId = Annotated[str, Parameter(pattern=r"^[0-9a-f]{8}$", description="The job, as `id` of its answer.")]
NumberOf = Annotated[int, Parameter(ge=1, le=2**53, description="The number under which it is set aside.")]


@post("/imports", status_code=202, responses=refusals(413, 503, 507), request_max_body_size=None, tags=["import"])  # fmt: skip
async def import_objects(
    request: Asked,
    name: Annotated[str, Parameter(max_length=200, description="What reports call the file.")] = "upload",
    marking: Annotated[
        str | None,
        Parameter(max_length=400, description="Marking of what carries none, such as `tlp:amber`."),
    ] = None,
    source: Annotated[
        str | None, Parameter(max_length=400, description="Profile of the source in the node's settings.")
    ] = None,
    idempotency_key: Key = None,
) -> Response[wire.Job]:
    """Take in a file: STIX 2.0 or 2.1, TAXII envelopes, lists and JSON lines, gzip or not; recognised by its content.

    The import goes on after the answer: read the job at `Location`, and the report at `/imports/{id}`.
    """
    asked = asking(request)
    upload = await asyncio.to_thread(verbs.receive, asked.desk, asked.actor, name)
    taken = False

    def do(asked: Asking) -> wire.Job:
        nonlocal taken
        job = verbs.import_uploaded(asked.desk, asked.actor, upload, source=source, marking=marking)
        taken = True
        return _job(asked, job)

    try:
        held = bytearray()
        async for piece in request.stream():
            held += piece
            if len(held) >= PIECE:
                await asyncio.to_thread(upload.write, bytes(held))
                held.clear()
        await asyncio.to_thread(upload.write, bytes(held))
        digest = upload.end()
        return await asyncio.to_thread(
            lambda: act(request, idempotency_key, digest, do, status=202, location=_location)
        )
    finally:
        if not taken:
            upload.discard()


@get("/imports/{job_id:str}", responses=refusals(404), sync_to_thread=True, tags=["import"])
def import_report(request: Asked, job_id: JobId) -> Response[wire.ImportReport]:
    """Say what an import did, or has done so far."""
    asked = asking(request)
    return answer(
        request, asked.tell(verbs.import_report(asked.desk, asked.actor, job_id), wire.ImportReport)
    )


@get("/jobs", responses=refusals(), sync_to_thread=True, tags=["import"])
def jobs(
    request: Asked, after: After = None, limit: Annotated[int, limit_of(MOST)] = 50
) -> Response[wire.Jobs]:
    """List jobs, newest first."""
    asked = asking(request)
    found = verbs.jobs(asked.desk, asked.actor)
    items, more = asked.page("jobs", found, lambda one: one.id, after, limit)
    return answer(request, wire.Jobs(items=tuple(_job(asked, one) for one in items), next=more))


@get("/jobs/{job_id:str}", responses=refusals(404), sync_to_thread=True, tags=["import"])
def job(request: Asked, job_id: JobId) -> Response[wire.Job]:
    """Say how far a job is, or how it ended."""
    asked = asking(request)
    return answer(request, _job(asked, verbs.job_show(asked.desk, asked.actor, job_id)))


@post(
    "/jobs/{job_id:str}/stop",
    status_code=200,
    responses=refusals(404, 409),
    sync_to_thread=True,
    tags=["import"],
)
def stop_job(request: Asked, job_id: JobId, idempotency_key: Key = None) -> Response[wire.Job]:
    """Stop a job after its present batch; what was done stays."""
    return act(
        request,
        idempotency_key,
        None,
        lambda asked: _job(asked, verbs.job_stop(asked.desk, asked.actor, job_id)),
    )


@post("/jobs/{job_id:str}/resume", status_code=202, responses=refusals(404, 409, 503), sync_to_thread=True, tags=["import"])  # fmt: skip
def resume_job(request: Asked, job_id: JobId, idempotency_key: Key = None) -> Response[wire.Job]:
    """Go on with a job that was stopped, failed or interrupted."""
    return act(
        request,
        idempotency_key,
        None,
        lambda asked: _job(asked, verbs.job_resume_beside(asked.desk, asked.actor, job_id)),
        status=202,
        location=_location,
    )


@get("/set-aside", responses=refusals(), sync_to_thread=True, tags=["import"])
def set_aside(
    request: Asked, after: After = None, limit: Annotated[int, limit_of(MOST)] = 50
) -> Response[wire.SetAsidePage]:
    """List what could not be taken in, oldest first, with its reasons."""
    asked = asking(request)
    last = asked.unseal("set-aside", after)
    found = verbs.set_aside(asked.desk, asked.actor, after=int(last) if last else None, limit=limit + 1)
    items = tuple(asked.tell(one, wire.SetAside) for one in found[:limit])
    more = asked.seal("set-aside", found[limit - 1].number) if len(found) > limit else None
    return answer(request, wire.SetAsidePage(items=items, next=more))


@get("/set-aside/{number:int}/bytes", responses=refusals(404), sync_to_thread=True, media_type="application/octet-stream", tags=["import"])  # fmt: skip
def set_aside_bytes(request: Asked, number: NumberOf) -> Response[bytes]:
    """Download the bytes of one thing set aside, to correct and import it."""
    from cordiale.desk.incoming.set_aside import set_aside_bytes as held

    asked = asking(request)
    found = held(asked.desk, asked.actor, number)
    if not found:
        raise NotFound("no-set-aside", NOTHING, numbers=number)
    return whole(request, found, "application/octet-stream", **{"content-disposition": "attachment"})


@post(
    "/set-aside/retry",
    status_code=200,
    responses=refusals(404, 409, 413, 507),
    sync_to_thread=True,
    tags=["import"],
)
def retry_set_aside(
    request: Asked, data: JSONBody[wire.RetryAsked], idempotency_key: Key = None
) -> Response[wire.ImportReport]:
    """Try again to take in what was set aside: these numbers, or all of it."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: asked.tell(
            verbs.set_aside_retry(asked.desk, asked.actor, data.numbers), wire.ImportReport
        ),
    )


@post("/set-aside/{number:int}/mend", status_code=200, responses=refusals(404, 409, 413, 507), request_max_body_size=None, tags=["import"])  # fmt: skip
async def mend_set_aside(
    request: Asked, number: NumberOf, idempotency_key: Key = None
) -> Response[wire.ImportReport]:
    """Import what somebody made of one thing set aside: the corrected object is the body. It then leaves the list."""
    most = asking(request).desk.settings.limits.object_bytes
    held = bytearray()
    async for piece in request.stream():
        held += piece
        if len(held) > most:
            raise InputError("too-large-body", TOO_LARGE)
    raw = bytes(held)

    def do(asked: Asking) -> wire.ImportReport:
        return asked.tell(verbs.set_aside_mend(asked.desk, asked.actor, number, raw), wire.ImportReport)

    return await asyncio.to_thread(lambda: act(request, idempotency_key, sha256(raw).hexdigest(), do))


TOO_LARGE: Final = _("The body is larger than is taken here: send less at a time.")
NOTHING: Final = _("Nothing is set aside under {numbers}. See: cordiale set-aside list")


def _job(asked: Asking, one: JobView) -> wire.Job:
    return asked.tell(one, wire.Job)


def _location(job: wire.Job) -> str:
    return f"{PREFIX}/jobs/{job.id}"


HANDLERS: Final = (
    import_objects,
    import_report,
    jobs,
    job,
    stop_job,
    resume_job,
    set_aside,
    set_aside_bytes,
    retry_set_aside,
    mend_set_aside,
)
