"""`/objects`: find, read and mark."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from litestar import Response, get, post
from litestar.params import JSONBody, Parameter

from cordiale.desk import verbs
from cordiale.desk.visible import unknown
from cordiale.rest.asking import (
    After,
    Asked,
    Asking,
    Key,
    act,
    answer,
    asking,
    limit_of,
    refusals,
    whole,
)
from cordiale.rest.told import instant
from cordiale.sdk import objects as wire
from cordiale.sdk.wire import ID

STIX: Final = "application/stix+json;version=2.1"
MOST: Final = 500

ObjectId = Annotated[str, Parameter(pattern=ID, max_length=300, description="A STIX id.")]
Words = Annotated[
    str, Parameter(max_length=400, description="Words that the object holds, in English or French.")
]
Type = Annotated[
    str | None,
    Parameter(pattern=r"^[a-z][a-z0-9-]*$", max_length=250, description="A STIX type, such as `indicator`."),
]
Source = Annotated[str | None, Parameter(max_length=400, description="Only what this node states.")]
Value = Annotated[
    str | None,
    Parameter(
        max_length=1000, description="`kind=value` of an observable, such as `ipv4-addr=198.51.100.7`."
    ),
]
Marking = Annotated[
    str | None,
    Parameter(max_length=400, description="An atom that the effective marking holds, such as `tlp:amber`."),
]


@get("/objects", responses=refusals(), sync_to_thread=True, tags=["objects"])
def search(
    request: Asked,
    q: Words = "",
    type: Type = None,
    source: Source = None,
    value: Value = None,
    marking: Marking = None,
    since: Annotated[datetime | None, Parameter(description="Changed at this instant or after.")] = None,
    until: Annotated[datetime | None, Parameter(description="Changed before this instant.")] = None,
    partners: Annotated[bool, Parameter(description="Say of each object what partners have of it.")] = False,
    after: After = None,
    limit: Annotated[int, limit_of(MOST)] = 50,
) -> Response[wire.ObjectPage]:
    """List objects, newest first: all, of a type or source, with a value, or those that hold every word."""
    asked = asking(request)
    of = orjson.dumps(["objects", q, type, source, value, marking, since, until]).decode()
    page = verbs.search(
        asked.desk,
        asked.actor,
        q,
        lang=asked.lang,
        type=type,
        source=source,
        value=value,
        marking=marking,
        since=instant(since),
        until=instant(until),
        after=asked.unseal(of, after),
        limit=limit,
        partners=partners,
    )
    return answer(request, asked.tell(page, wire.ObjectPage, next=asked.seal(of, page.next)))


@get("/objects/counts", responses=refusals(), sync_to_thread=True, tags=["objects"])
def counts(request: Asked) -> Response[wire.Counts]:
    """Count the objects that the reader sees, by type."""
    asked = asking(request)
    return answer(request, wire.Counts(types=dict(sorted(verbs.counts(asked.desk, asked.actor).items()))))


@get("/objects/{stix_id:str}", responses=refusals(404), sync_to_thread=True, tags=["objects"])
def show(request: Asked, stix_id: ObjectId) -> Response[wire.Shown]:
    """Read an object: what each source states, references both ways, files, and what partners have."""
    asked = asking(request)
    return answer(request, asked.tell(verbs.show(asked.desk, asked.actor, stix_id), wire.Shown))


@get("/objects/{stix_id:str}/statements", responses=refusals(404), sync_to_thread=True, tags=["objects"])
def statements(request: Asked, stix_id: ObjectId) -> Response[wire.Statements]:
    """Read what each source states about an object."""
    asked = asking(request)
    shown = verbs.show(asked.desk, asked.actor, stix_id)
    items = tuple(asked.tell(one, wire.Statement) for one in shown.statements)
    return answer(request, wire.Statements(items=items))


@get("/objects/{stix_id:str}/versions", responses=refusals(404), sync_to_thread=True, tags=["objects"])
def versions(request: Asked, stix_id: ObjectId) -> Response[wire.Versions]:
    """Read the newest versions of each statement about an object; of one that is read in part, the present one."""
    asked = asking(request)
    found = verbs.history(asked.desk, asked.actor, stix_id)
    return answer(request, wire.Versions(items=tuple(asked.tell(one, wire.Version) for one in found)))


@get("/objects/{stix_id:str}/remarks", responses=refusals(404), sync_to_thread=True, tags=["objects"])
def remarks(request: Asked, stix_id: ObjectId) -> Response[wire.Remarks]:
    """Read the notes, opinions, translations and sightings of an object."""
    asked = asking(request)
    verbs.show(asked.desk, asked.actor, stix_id)  # what is not there has no remarks either, and says so
    found = verbs.remarks(asked.desk, asked.actor, stix_id)
    return answer(request, wire.Remarks(items=tuple(asked.tell(one, wire.Remark) for one in found)))


@get("/objects/{stix_id:str}/neighbours", responses=refusals(404), sync_to_thread=True, tags=["objects"])
def neighbours(request: Asked, stix_id: ObjectId) -> Response[wire.Graph]:
    """Read what an object refers to and what refers to it, as a graph."""
    asked = asking(request)
    return answer(request, asked.tell(verbs.neighbours(asked.desk, asked.actor, [stix_id]), wire.Graph))


@get("/objects/{stix_id:str}/path", responses=refusals(404), sync_to_thread=True, tags=["objects"])
def path(
    request: Asked,
    stix_id: ObjectId,
    to: Annotated[str, Parameter(pattern=ID, max_length=300, description="The object at the other end.")],
) -> Response[wire.Graph]:
    """Find a shortest connection between two objects; empty where there is none within a few steps."""
    asked = asking(request)
    return answer(request, asked.tell(verbs.path(asked.desk, asked.actor, stix_id, to), wire.Graph))


@get(
    "/objects/{stix_id:str}/raw",
    responses=refusals(404),
    sync_to_thread=True,
    media_type=STIX,
    tags=["objects"],
)
def raw(request: Asked, stix_id: ObjectId, source: Source = None) -> Response[dict[str, Any]]:
    """Read an object as STIX: the statement of `source`, else of this node, else the first."""
    asked = asking(request)
    shown = verbs.show(asked.desk, asked.actor, stix_id)
    by = {one.summary.source: one for one in shown.statements}
    chosen = by.get(source) if source else by.get(asked.desk.node, shown.statements[0])
    if chosen is None:
        raise unknown(stix_id)
    return whole(request, orjson.dumps(chosen.value), STIX)


@get(
    "/objects/{stix_id:str}/files/{sha256:str}",
    responses=refusals(404),
    sync_to_thread=True,
    media_type="application/octet-stream",
    tags=["objects"],
)
def attachment(
    request: Asked,
    stix_id: ObjectId,
    sha256: Annotated[str, Parameter(pattern=r"^[0-9a-f]{64}$")],
) -> Response[bytes]:
    """Download a file attached to an object; always as a download, whatever its source says it is."""
    from litestar.response import File

    asked = asking(request)
    view, file = verbs.attachment(asked.desk, asked.actor, stix_id, sha256)
    return File(
        file,
        filename=view.name.replace("/", "_").replace("\\", "_"),
        media_type="application/octet-stream",
        content_disposition_type="attachment",
        headers={"cache-control": "private, no-store", "vary": "authorization"},
    )


@post("/objects/{stix_id:str}/marking", status_code=200, responses=refusals(404, 409, 413, 507), sync_to_thread=True, tags=["objects"])  # fmt: skip
def mark(
    request: Asked, stix_id: ObjectId, data: JSONBody[wire.MarkAsked], idempotency_key: Key = None
) -> Response[wire.Marked]:
    """Give an object another marking. What others marked can only become stricter."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: asked.tell(
            verbs.mark(asked.desk, asked.actor, stix_id, data.marking, source=data.source), wire.Marked
        ),
    )


@post("/objects/{stix_id:str}/notes", status_code=200, responses=refusals(404, 409, 413, 507), sync_to_thread=True, tags=["objects"])  # fmt: skip
def say(
    request: Asked, stix_id: ObjectId, data: JSONBody[wire.NoteAsked], idempotency_key: Key = None
) -> Response[wire.Noted]:
    """Write a note about an object, or an opinion; it carries all that the object is marked by."""

    def do(asked: Asking) -> wire.Noted:
        made = verbs.say(
            asked.desk,
            asked.actor,
            stix_id,
            data.content,
            opinion=data.opinion or "",
            marking=data.marking,
            lang=data.lang or asked.lang,
        )
        return wire.Noted(id=made)

    return act(request, idempotency_key, data, do)


HANDLERS: Final = (
    search,
    counts,
    show,
    statements,
    versions,
    remarks,
    neighbours,
    path,
    raw,
    attachment,
    mark,
    say,
)
