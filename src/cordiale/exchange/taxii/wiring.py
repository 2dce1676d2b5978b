"""What the TAXII server is given from outside: who asks, and where posted objects go."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class Delivered(msgspec.Struct, frozen=True):
    """Say what became of one object that was posted; `problem` is None on success.

    `version` is the modified (else created) timestamp as the object states it.
    """

    id: str
    version: str
    problem: str | None = None


#: Given the posting partner's node name and the raw bodies, import them and report on each.
Inbox = Callable[[str, tuple[bytes, ...]], tuple[Delivered, ...]]
