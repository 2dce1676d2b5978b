"""A file that is the body of a request, written to the node's folder while it is looked at and taken away afterwards."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cordiale.desk.files.attach import plain_name
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.rest.asking import Asked, asking


class Came(NamedTuple):
    """A file that came: where it lies until the request is answered, and the SHA-256 of its bytes."""

    path: Path
    digest: str


@asynccontextmanager
async def spooled(request: Asked, name: str, most: int) -> AsyncIterator[Came]:
    """Yield the body of a request as a file under a name without a path; raises InputError for nothing, and above `most` bytes."""
    with tempfile.TemporaryDirectory(dir=asking(request).desk.folder, prefix="form-") as folder:
        path, digest, size = Path(folder) / plain_name(name), sha256(), 0
        with path.open("xb") as out:
            async for piece in request.stream():
                size += len(piece)
                if size > most:
                    raise InputError(
                        "too-large-body", _("The body is larger than is taken here: send less at a time.")
                    )
                digest.update(piece)
                await asyncio.to_thread(out.write, piece)
        if not size:
            raise InputError("empty-body", _("The body is empty: send the file as the body."))
        yield Came(path, digest.hexdigest())
