"""`/feeds`: lists and rules that tools fetch, each decided for the person whose token is sent."""

from __future__ import annotations

from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from litestar import HttpMethod, Response, get, post, route
from litestar.params import JSONBody, Parameter

from cordiale.desk import verbs
from cordiale.desk.views.search import Question
from cordiale.domains.cyber.writers.saving import save
from cordiale.platform.clock import SECOND
from cordiale.rest.asking import (
    Asked,
    Asking,
    Key,
    act,
    answer,
    asking,
    common,
    etag_of,
    has,
    options,
    refusals,
    whole,
)
from cordiale.rest.objects import Words
from cordiale.rest.release import ACT
from cordiale.sdk import feeds as wire
from cordiale.sdk.wire import PREFIX

if TYPE_CHECKING:
    from cordiale.desk.outgoing.feeds import Feed

KEPT: Final = {"cache-control": "private, no-cache", "vary": "authorization", "content-language": "en"}
"""A program may keep what it was given, for itself, and asks each time whether it is still so."""

File = Annotated[
    str,
    Parameter(
        pattern=r"^[a-z0-9-]{1,60}\.[a-z0-9-]{1,30}$",
        max_length=91,
        description="The feed's name and its format: `ports.suricata`.",
    ),
]


Name = Annotated[str, Parameter(pattern=r"^[a-z0-9-]{1,60}$", max_length=60, description="The feed's name.")]


@get("/feeds", responses=refusals(), sync_to_thread=True, tags=["feeds"])
def feeds(request: Asked) -> Response[wire.Feeds]:
    """List the feeds that the reader made and those that are shared, with the reader's own fetches."""
    return answer(request, _all(asking(request)))


@post("/feeds", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["feeds"])
def add_feed(
    request: Asked, data: JSONBody[wire.FeedAsked], idempotency_key: Key = None
) -> Response[wire.Feed]:
    """Keep a search under a name, to be fetched in a format by programs with the token of a person."""

    def do(asked: Asking) -> wire.Feed:
        made = verbs.feed_add(
            asked.desk,
            asked.actor,
            data.name,
            data.format,
            Question(words=data.q.strip()),
            shared=data.shared,
            confidence=data.confidence,
        )
        return _told(asked, made)

    return act(request, idempotency_key, data, do)


@post("/feeds/{name:str}/drop", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["feeds"])  # fmt: skip
def drop_feed(request: Asked, name: Name, idempotency_key: Key = None) -> Response[wire.Feeds]:
    """Keep a feed of one's own no longer."""

    def do(asked: Asking) -> wire.Feeds:
        verbs.feed_drop(asked.desk, asked.actor, name)
        return _all(asked)

    return act(request, idempotency_key, None, do)


@route("/feeds", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def feeds_options(request: Asked) -> Response[None]:
    """Say what is done to this address."""
    return options(request)


@get("/cyber/export", responses=refusals(404), sync_to_thread=True, media_type="application/octet-stream", tags=["feeds"])  # fmt: skip
def export_indicators(
    request: Asked,
    format: Annotated[str, Parameter(pattern=r"^[a-z-]{1,30}$", max_length=30, description="A format of `cordiale cyber export`, `misp` or `misp-feed` (a ZIP).")],
    q: Words = "",
    confidence: Annotated[int, Parameter(ge=0, le=100, description="Least confidence.")] = 0,
) -> Response[Any]:  # fmt: skip
    """Download indicators once, in the format of a tool: what the reader may read, without what has ended or is a false alarm."""
    asked = asking(request)
    made = save(asked.desk, asked.actor, format, q, confidence=confidence, lang=asked.lang)
    named = {"content-disposition": f'attachment; filename="{made.name}"'}
    return whole(request, made.data, made.media_type.partition(";")[0], **named)


@get("/feeds/{file:str}", responses=refusals(404), sync_to_thread=True, media_type="text/plain", tags=["feeds"])  # fmt: skip
def feed(request: Asked, file: File) -> Response[Any]:
    """Fetch a feed: what it holds for this reader. The token may be sent as the password of HTTP's Basic scheme, too.

    ETag and Last-Modified follow what this reader is given and nothing else.
    """
    asked = asking(request)
    name, _dot, form = file.rpartition(".")
    names, since = request.headers.get("if-none-match"), request.headers.get("if-modified-since", "")

    def kept(digest: bytes, changed: int) -> bool:
        return has(names, etag_of(digest)) if names is not None else _since(since, changed)

    found = verbs.feed_fetch(asked.desk, asked.actor, name, form, has=kept)
    media = found.media_type.partition(";")[0]  # the framework says of text that it is UTF-8
    named = {**KEPT, "last-modified": formatdate(found.changed // SECOND, usegmt=True)}
    if found.same or kept(found.digest, found.changed):
        tagged = {**common(asked.lang), **named, "etag": etag_of(found.digest)}
        return Response(None, status_code=304, headers=tagged, media_type=media)
    return whole(request, found.data, media, **named)


def _since(written: str, changed: int) -> bool:
    """Tell whether an If-Modified-Since header is not before an instant (RFC 9110 §13.1.3); what is no date is no header."""
    try:
        return int(parsedate_to_datetime(written).timestamp()) >= changed // SECOND
    except (TypeError, ValueError, OverflowError):
        return False


def _all(asked: Asking) -> wire.Feeds:
    return wire.Feeds(items=tuple(_told(asked, one) for one in verbs.feed_list(asked.desk, asked.actor)))


def _told(asked: Asking, one: Feed) -> wire.Feed:
    return asked.tell(one, wire.Feed, address=f"{PREFIX}/feeds/{one.name}.{one.format}")


HANDLERS: Final = (
    feeds_options,
    feeds,
    feed,
    add_feed,
    drop_feed,
    export_indicators,
)
