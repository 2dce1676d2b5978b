"""`/retention`, `/objects/{id}/purge-plan` and `/objects/{id}/purge`: what is kept no longer, by rules or because it should never have been here."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import JSONBody

from cordiale.desk import verbs
from cordiale.rest.asking import Asked, Key, act, answer, asking, limit_of, refusals
from cordiale.rest.objects import ObjectId
from cordiale.rest.release import ACT
from cordiale.sdk import keeping as wire

MOST: Final = 500


@get("/retention", responses=refusals(), sync_to_thread=True, tags=["retention"])
def retention(request: Asked) -> Response[wire.Retention]:
    """Count what the rules of retention would remove now, of what the reader sees; nothing is changed."""
    asked = asking(request)
    return answer(request, asked.tell(verbs.retention_preview(asked.desk, asked.actor), wire.Retention))


@get("/retention/removals", responses=refusals(), sync_to_thread=True, tags=["retention"])
def removals(request: Asked, limit: Annotated[int, limit_of(MOST)] = 50) -> Response[wire.Removals]:
    """List what was removed by rules of retention, newest first."""
    asked = asking(request)
    found = verbs.retention_log(asked.desk, asked.actor, limit=limit)
    return answer(request, wire.Removals(items=tuple(asked.tell(one, wire.Removal) for one in found)))


@post("/retention/apply", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["retention"])
def apply_retention(
    request: Asked, data: JSONBody[wire.RetentionAsked], idempotency_key: Key = None
) -> Response[wire.Retention]:
    """Remove what is due, and ask back what partners have of it; with `standing` the node goes on by itself."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: asked.tell(
            verbs.retention_apply(asked.desk, asked.actor, standing=data.standing), wire.Retention
        ),
    )


@post("/retention/end", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["retention"])
def end_retention(request: Asked, idempotency_key: Key = None) -> Response[wire.Retention]:
    """Remove nothing by itself any more."""
    return act(
        request,
        idempotency_key,
        None,
        lambda asked: asked.tell(verbs.retention_end(asked.desk, asked.actor), wire.Retention),
    )


@get(
    "/objects/{stix_id:str}/purge-plan", responses=refusals(404, 409), sync_to_thread=True, tags=["retention"]
)
def purge_plan(request: Asked, stix_id: ObjectId) -> Response[wire.Purge]:
    """Say what a purge of one own object would take away, and from whom it would be asked back; nothing is changed."""
    asked = asking(request)
    return answer(request, asked.tell(verbs.purge_preview(asked.desk, asked.actor, stix_id), wire.Purge))


@post("/objects/{stix_id:str}/purge", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["retention"])  # fmt: skip
def purge_object(
    request: Asked, stix_id: ObjectId, data: JSONBody[wire.PurgeAsked], idempotency_key: Key = None
) -> Response[wire.Purge]:
    """Take one own object away for good, in every version, as somebody who saw how many there are."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: asked.tell(
            verbs.purge(asked.desk, asked.actor, stix_id, data.reason, versions_seen=data.versions),
            wire.Purge,
        ),
    )


HANDLERS: Final = (retention, removals, apply_retention, end_retention, purge_plan, purge_object)
