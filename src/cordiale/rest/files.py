"""`/objects/{id}/files`: attach a file to what this node states."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Final

from litestar import Response, post
from litestar.params import Parameter

from cordiale.desk import verbs
from cordiale.desk.actor import authorise
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.rest.asking import Asked, Asking, Key, act, asking, refusals
from cordiale.rest.objects import ObjectId
from cordiale.sdk import objects as wire

PIECE: Final = 1 << 20
HELD: Final = 4 << 20
"""Bytes of a file that are held in memory; a larger one waits on the disk."""

TOO_LARGE: Final = _("The body is larger than is taken here: send less at a time.")


@post("/objects/{stix_id:str}/files", status_code=200, responses=refusals(404, 409, 413, 507), request_max_body_size=None, tags=["objects"])  # fmt: skip
async def attach(
    request: Asked,
    stix_id: ObjectId,
    name: Annotated[str, Parameter(min_length=1, max_length=255, description="What the file is called.")],
    media_type: Annotated[
        str,
        Parameter(max_length=130, description="What it is said to be; it is never shown, only downloaded."),
    ] = "application/octet-stream",
    marking: Annotated[
        str | None,
        Parameter(max_length=400, description="A marking beyond the object's: it can only be stricter."),
    ] = None,
    idempotency_key: Key = None,
) -> Response[wire.Attachment]:
    """Attach a file, which is the body, to an object of this node's own; its bytes are served under the object alone."""
    asked = asking(request)
    authorise(asked.actor, "attach")
    most = asked.desk.settings.limits.file_bytes
    digest, size = sha256(), 0
    with SpooledTemporaryFile(HELD, dir=str(asked.desk.folder)) as held:
        async for piece in request.stream():
            size += len(piece)
            if size > most:
                raise InputError("too-large-body", TOO_LARGE)
            digest.update(piece)
            await asyncio.to_thread(held.write, piece)

        def do(asked: Asking) -> wire.Attachment:
            done = verbs.attach(
                asked.desk,
                asked.actor,
                stix_id,
                _pieces(held),
                name=name,
                media_type=media_type,
                marking=marking,
            )
            return asked.tell(done, wire.Attachment)

        return await asyncio.to_thread(lambda: act(request, idempotency_key, digest.hexdigest(), do))


def _pieces(held: IO[bytes]) -> Iterator[bytes]:
    held.seek(0)
    while piece := held.read(PIECE):
        yield piece


HANDLERS: Final = (attach,)
