"""`/audit`: who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import orjson
from litestar import Response, get
from litestar.params import Parameter

from cordiale.desk import verbs
from cordiale.rest.asking import After, Asked, answer, asking, limit_of, refusals
from cordiale.rest.told import instant
from cordiale.sdk import audit as wire

MOST: Final = 500


@get("/audit", responses=refusals(), sync_to_thread=True, tags=["audit"])
def audit(
    request: Asked,
    verb: Annotated[
        str | None, Parameter(max_length=100, description="Only this verb, such as `release`.")
    ] = None,
    by: Annotated[str | None, Parameter(max_length=400, description="Only what this person did.")] = None,
    since: Annotated[datetime | None, Parameter(description="From this instant on.")] = None,
    until: Annotated[datetime | None, Parameter(description="Before this instant.")] = None,
    after: After = None,
    limit: Annotated[int, limit_of(MOST)] = 50,
) -> Response[wire.ActPage]:
    """List acts, newest first. Who may not see everything gets who did what and when, without details."""
    asked = asking(request)
    of = orjson.dumps(["audit", verb, by, since, until]).decode()
    last = asked.unseal(of, after)
    page = verbs.audit_show(
        asked.desk,
        asked.actor,
        verb=verb,
        by=by,
        since=instant(since),
        until=instant(until),
        before=int(last) if last else None,
        limit=limit,
    )
    items = tuple(asked.tell(one, wire.Act) for one in page.acts)
    return answer(request, wire.ActPage(items=items, next=asked.seal(of, page.next)))


HANDLERS: Final = (audit,)
