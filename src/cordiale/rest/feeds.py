"""`/feeds`: lists and rules that tools fetch, each decided for the person whose token is sent."""

from __future__ import annotations

from email.utils import formatdate, parsedate_to_datetime
from typing import Annotated, Any, Final

from litestar import Response, get
from litestar.params import Parameter

from cordiale.desk import verbs
from cordiale.platform.clock import SECOND
from cordiale.rest.asking import Asked, answer, asking, refusals, whole
from cordiale.sdk import feeds as wire
from cordiale.sdk.wire import PREFIX

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


@get("/feeds", responses=refusals(), sync_to_thread=True, tags=["feeds"])
def feeds(request: Asked) -> Response[wire.Feeds]:
    """List the feeds that the reader made and those that are shared, with the reader's own fetches."""
    asked = asking(request)
    items = tuple(
        asked.tell(one, wire.Feed, address=f"{PREFIX}/feeds/{one.name}.{one.format}")
        for one in verbs.feed_list(asked.desk, asked.actor)
    )
    return answer(request, wire.Feeds(items=items))


@get("/feeds/{file:str}", responses=refusals(404), sync_to_thread=True, media_type="text/plain", tags=["feeds"])  # fmt: skip
def feed(request: Asked, file: File) -> Response[Any]:
    """Fetch a feed: what it holds for this reader. The token may be sent as the password of HTTP's Basic scheme, too.

    ETag and Last-Modified follow what this reader is given and nothing else.
    """
    asked = asking(request)
    name, _dot, form = file.rpartition(".")
    found = verbs.feed_fetch(asked.desk, asked.actor, name, form)
    media = found.media_type.partition(";")[0]  # the framework says of text that it is UTF-8
    named = {**KEPT, "last-modified": formatdate(found.changed // SECOND, usegmt=True)}
    if "if-none-match" not in request.headers and _since(
        request.headers.get("if-modified-since", ""), found.changed
    ):
        return Response(None, status_code=304, headers=named, media_type=media)
    return whole(request, found.data, media, **named)


def _since(written: str, changed: int) -> bool:
    """Tell whether an If-Modified-Since header is not before an instant (RFC 9110 §13.1.3); what is no date is no header."""
    try:
        return int(parsedate_to_datetime(written).timestamp()) >= changed // SECOND
    except (TypeError, ValueError, OverflowError):
        return False


HANDLERS: Final = (feeds, feed)
